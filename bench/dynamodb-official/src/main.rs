//! The same two calls through the official SDK.

use aws_config::BehaviorVersion;
use aws_sdk_dynamodb::types::AttributeValue;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(calls(&std::env::var("ENDPOINT")?))
}

async fn calls(url: &str) -> Result<(), Box<dyn Error>> {
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(url)
        .load()
        .await;
    let client = aws_sdk_dynamodb::Client::new(&config);
    let id = AttributeValue::S("1".to_owned());
    client
        .put_item()
        .table_name("things")
        .item("id", id.clone())
        .send()
        .await?;
    let got = client
        .get_item()
        .table_name("things")
        .key("id", id)
        .send()
        .await?;
    println!("{:?}", got.item);
    Ok(())
}
