//! The same calls as `objects`, through the official SDK.

use aws_config::BehaviorVersion;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(&std::env::var("ENDPOINT")?))
}

async fn run(url: &str) -> Result<(), Box<dyn Error>> {
    let config = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(url);
    let config = aws_sdk_s3::config::Builder::from(&config.load().await).force_path_style(true);
    let client = Client::from_conf(config.build());
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["get", key, file] => {
            let got = client.get_object().bucket("bench").key(key).send().await?;
            let mut file = tokio::fs::File::create(file).await?;
            tokio::io::copy_buf(&mut got.body.into_async_read(), &mut file).await?;
        }
        ["put", key, file] => {
            let body = ByteStream::from_path(file).await?;
            let put = client.put_object().bucket("bench").key(key).body(body);
            put.send().await?;
        }
        ["list"] => {
            let listed = client.list_objects_v2().bucket("bench").send().await?;
            println!("{:?}", listed.contents());
        }
        _ => return Err("usage: objects-official get|put KEY FILE, objects-official list".into()),
    }
    Ok(())
}
