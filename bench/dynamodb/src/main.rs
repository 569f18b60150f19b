//! Two calls through a client that the build script generated.

mod dynamodb {
    opsmith_runtime::include_service!("dynamodb");
}

use dynamodb::{AttributeValue, Client, Config, Error, GetItemInput, PutItemInput};
use std::collections::BTreeMap;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(calls(&std::env::var("ENDPOINT")?))?)
}

async fn calls(url: &str) -> Result<(), Error> {
    let client = Client::new(Config::from_env()?.endpoint_url(url));
    let item = BTreeMap::from([("id".to_owned(), AttributeValue::default().s("1"))]);
    client
        .put_item(PutItemInput::new("things", item.clone()))
        .await?;
    let got = client.get_item(GetItemInput::new("things", item)).await?;
    println!("{:?}", got.item);
    Ok(())
}
