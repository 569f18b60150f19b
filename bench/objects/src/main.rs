//! `objects get KEY FILE`, `objects put KEY FILE`, `objects list`: through a client that the build
//! script generated.

mod s3 {
    opsmith_runtime::include_service!("s3api");
}

use opsmith_runtime::http::Body;
use s3::{Client, Config, GetObjectRequest, ListObjectsV2Request, PutObjectRequest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run(&std::env::var("ENDPOINT")?))
}

async fn run(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(Config::from_env()?.endpoint_url(url));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["get", key, file] => {
            let got = client
                .get_object(GetObjectRequest::new("bench", key))
                .await?;
            got.body.write_to(file).await?;
        }
        ["put", key, file] => {
            let input = PutObjectRequest::new("bench", key);
            client.put_object(input, Body::file(file)?).await?;
        }
        ["list"] => {
            let listed = client
                .list_objects_v2(ListObjectsV2Request::new("bench"))
                .await?;
            println!("{:?}", listed.contents);
        }
        _ => return Err("usage: objects get|put KEY FILE, objects list".into()),
    }
    Ok(())
}
