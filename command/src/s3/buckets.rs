//! `s3 mb`, `rb`, `website` and `presign`: one call each.

use super::Session;
use super::arguments::{number, text};
use super::paths::place;
use crate::args::ParsedArgs;
use crate::failure::Failure;
use crate::stdout::print;
use opsmith_s3::api::{
    BucketLocationConstraint, BucketNamespace, CreateBucketConfiguration, CreateBucketRequest,
    DeleteBucketRequest, ErrorDocument, GetObjectRequest, IndexDocument, PutBucketWebsiteRequest,
    Tag, WebsiteConfiguration,
};
use std::io::Write as _;
use std::time::Duration;

/// Creates a bucket.
///
/// # Errors
///
/// The word is no URI of a bucket; or the bucket can't be created, which is printed.
pub(super) fn make(
    session: &Session<'_>,
    uri: &str,
    args: &ParsedArgs<'_, '_>,
) -> Result<(), Failure> {
    let bucket = bucket_of(uri)?;
    if is_directory_bucket(&bucket) {
        let text = "Cannot use mb command with a directory bucket.";
        return Err(Failure::parameter(text));
    }
    let mut request = CreateBucketRequest::new(&*bucket);
    if bucket.ends_with("-an") {
        request.bucket_namespace = Some(BucketNamespace::from_wire("account-regional"));
    }
    let region = session
        .region
        .as_deref()
        .filter(|region| *region != "us-east-1");
    let tags = args.options.iter().filter(|option| option.name == "--tags");
    let tags: Vec<Tag> = tags
        .map(|tag| Tag::new(tag.values[0], tag.values[1]))
        .collect();
    if region.is_some() || !tags.is_empty() {
        let mut configuration = CreateBucketConfiguration::default();
        configuration.location_constraint = region.map(BucketLocationConstraint::from_wire);
        configuration.tags = Some(tags).filter(|tags| !tags.is_empty());
        request.create_bucket_configuration = Some(configuration);
    }
    let made = session.wait(async { session.client.create_bucket(request).await })?;
    report("make_bucket", uri, &bucket, made.map(drop))
}

/// Deletes a bucket.
///
/// # Errors
///
/// The word is no URI of a bucket; or the bucket can't be deleted, which is printed.
pub(super) fn remove(session: &Session<'_>, uri: &str) -> Result<(), Failure> {
    let bucket = bucket_of(uri)?;
    let request = DeleteBucketRequest::new(&*bucket);
    let removed = session.wait(async { session.client.delete_bucket(request).await })?;
    report("remove_bucket", uri, &bucket, removed)
}

/// The bucket of a URI that must not have a key.
///
/// # Errors
///
/// It has one, or the word is no URI.
pub(super) fn only_bucket(uri: &str) -> Result<(), Failure> {
    bucket_of(uri)?;
    let place = place(uri)?;
    if place.key.is_empty() {
        return Ok(());
    }
    Err(Failure::parameter(format_args!(
        "Please specify a valid bucket name only. E.g. s3://{}",
        place.bucket
    )))
}

fn bucket_of(uri: &str) -> Result<String, Failure> {
    if !uri.starts_with("s3://") {
        return Err(Failure::parameter("<S3Uri>\nError: Invalid argument type"));
    }
    Ok(place(uri)?.bucket)
}

/// Whether a bucket is one of S3 Express One Zone.
pub(super) fn is_directory_bucket(bucket: &str) -> bool {
    bucket.ends_with("--x-s3")
}

/// Prints what became of a bucket.
fn report(
    what: &str,
    uri: &str,
    bucket: &str,
    result: Result<(), opsmith_runtime::Error>,
) -> Result<(), Failure> {
    match result {
        Ok(()) => print(&format!("{what}: {bucket}\n")),
        Err(error) => {
            let text = Failure::from(error).text;
            // When standard error is closed, the exit code has to do.
            let _ = writeln!(std::io::stderr(), "{what} failed: {uri} {text}");
            Err(Failure::reported(1))
        }
    }
}

/// Makes a website of a bucket.
///
/// # Errors
///
/// The service refuses it.
pub(super) fn website(
    session: &Session<'_>,
    word: &str,
    args: &ParsedArgs<'_, '_>,
) -> Result<(), Failure> {
    let path = word.strip_prefix("s3://").unwrap_or(word);
    let bucket = path.strip_suffix('/').unwrap_or(path);
    place(bucket)?;
    let text = |name| text(session.context, args, name);
    let mut configuration = WebsiteConfiguration::default();
    configuration.index_document = text("--index-document")?.map(IndexDocument::new);
    configuration.error_document = text("--error-document")?.map(ErrorDocument::new);
    let request = PutBucketWebsiteRequest::new(bucket, configuration);
    session.wait(async { session.client.put_bucket_website(request).await })??;
    Ok(())
}

/// Prints a URL with which anyone can download an object.
///
/// # Errors
///
/// A time that is refused, or no credentials.
pub(super) fn presign(
    session: &Session<'_>,
    uri: &str,
    args: &ParsedArgs<'_, '_>,
) -> Result<(), Failure> {
    let place = place(uri)?;
    let seconds = number::<u64>(args, "--expires-in")?.unwrap_or(3600);
    let request = GetObjectRequest::new(place.bucket, place.key);
    let call = session.client.get_object(request);
    let presigned = session.wait(call.presigned(Duration::from_secs(seconds)))??;
    print(&format!("{}\n", presigned.url))
}
