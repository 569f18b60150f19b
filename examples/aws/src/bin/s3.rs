//! Objects of Amazon S3: written, read, listed, uploaded in parts, and given to others by URLs.
//!
//! `s3-example BUCKET` makes the bucket. The last lines that it prints are URLs with which anyone can read and write an object for a minute.

mod s3 {
    opsmith_runtime::include_service!("s3api");
}

use s3::{
    Client, CompleteMultipartUploadRequest, CompletedMultipartUpload, CompletedPart,
    CreateBucketRequest, CreateMultipartUploadRequest, GetObjectRequest, ListObjectsV2Request,
    PutObjectRequest, UploadPartRequest,
};
use std::error::Error;
use std::time::Duration;

/// Keys are any text.
const LIST: &str = "notes/to buy + é.txt";
const LARGE: &str = "large";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let bucket = std::env::args().nth(1).ok_or("usage: s3-example BUCKET")?;
    let client = Client::from_env()?;
    client
        .create_bucket(CreateBucketRequest::new(&bucket))
        .await?;
    write_and_read(&client, &bucket).await?;
    upload_in_parts(&client, &bucket).await?;
    list(&client, &bucket).await?;
    give_to_others(&client, &bucket).await
}

async fn write_and_read(client: &Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    let request = PutObjectRequest::new(bucket, LIST).content_type("text/plain");
    // A body is bytes, a file (`Body::file`), or any stream.
    client.put_object(request, "milk, bread").await?;
    let object = client
        .get_object(GetObjectRequest::new(bucket, LIST))
        .await?;
    // The output is here before the body is. `object.body.write_to(path)` writes it to a file.
    let length = object.content_length.unwrap_or_default();
    let text = object.body.collect(1 << 20).await?;
    println!("{length} bytes: {}", String::from_utf8_lossy(&text));
    Ok(())
}

async fn upload_in_parts(client: &Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    let request = CreateMultipartUploadRequest::new(bucket, LARGE);
    let upload = client.create_multipart_upload(request).await?;
    let id = upload.upload_id.ok_or("the upload has no id")?;
    let mut parts = Vec::new();
    // All parts but the last have 5 MiB or more.
    for (number, body) in (1_i32..).zip([vec![b'-'; 5 << 20], b"the end".to_vec()]) {
        let request = UploadPartRequest::new(bucket, LARGE, number, &id);
        let part = client.upload_part(request, body).await?;
        let tag = part.e_tag.ok_or("the part has no tag")?;
        parts.push(CompletedPart::default().part_number(number).e_tag(tag));
    }
    let request = CompleteMultipartUploadRequest::new(bucket, LARGE, &id)
        .multipart_upload(CompletedMultipartUpload::default().parts(parts));
    client.complete_multipart_upload(request).await?;
    Ok(())
}

async fn list(client: &Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    let mut pages = client
        .list_objects_v2(ListObjectsV2Request::new(bucket).max_keys(1))
        .pages();
    while let Some(page) = pages.next().await {
        for object in page?.contents.unwrap_or_default() {
            let key = object.key.unwrap_or_default();
            println!("{key}: {} bytes", object.size.unwrap_or_default());
        }
    }
    Ok(())
}

/// Whoever has a presigned URL can make the call, without credentials, until it expires.
async fn give_to_others(client: &Client, bucket: &str) -> Result<(), Box<dyn Error>> {
    let minute = Duration::from_secs(60);
    let request = PutObjectRequest::new(bucket, LIST).content_type("text/plain");
    // Who uses the URL sends the body.
    let write = client.put_object(request, "").presigned(minute).await?;
    let read = client.get_object(GetObjectRequest::new(bucket, LIST));
    let read = read.presigned(minute).await?;
    let headers = write.headers.iter();
    let headers: Vec<String> = headers
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    println!(
        "{} with {}: {}",
        write.method,
        headers.join(", "),
        write.url
    );
    println!("{}: {}", read.method, read.url);
    Ok(())
}
