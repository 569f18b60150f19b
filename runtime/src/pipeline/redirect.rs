//! Redirects between regions: a bucket is in one region, and a service in another one says so. The
//! call goes there, once, signed for that region and without a pause; so do later calls for the
//! bucket.

use super::authenticate::authenticate;
use super::endpoint::{Destination, resolve_endpoint};
use super::{Prepared, Progress};
use crate::client::Client;
use crate::endpoint::bucket;
use crate::error::Error;
use crate::http::{Body, Request, Response};
use crate::protocol;
use crate::retry::AttemptError;

/// The header with the region of a bucket.
const REGION: &str = "x-amz-bucket-region";

/// The bucket of a call, unless an ARN is in its place, which names its region itself.
fn bucket_of<'p>(client: &Client<'_>, prepared: &'p Prepared<'_>) -> Option<&'p str> {
    bucket::of(client.service, &prepared.bindings).filter(|bucket| !bucket::is_arn(bucket))
}

/// The region of a call's bucket, if an earlier call was redirected there.
pub(super) fn known_region(client: &Client<'_>, prepared: &Prepared<'_>) -> Option<String> {
    let bucket = bucket_of(client, prepared).filter(|_| !makes_bucket(&prepared.request))?;
    client.shared.bucket_regions.of(bucket, &prepared.region)
}

/// Whether a request makes a bucket: in which region is the caller's choice, and a bucket of that name
/// may have been elsewhere before.
fn makes_bucket(request: &Request) -> bool {
    request.method == "PUT" && request.url == "/"
}

/// Whether a failed attempt is a reason to look for the bucket in another region.
pub(super) fn should_redirect(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    progress: &Progress,
    failed: &AttemptError,
) -> bool {
    let AttemptError::Service(error, response) = failed else {
        return false;
    };
    if progress.redirected || bucket_of(client, prepared).is_none() {
        return false;
    }
    let Request { method, url, .. } = &prepared.request;
    let is_bucket = url == "/";
    match (&*error.code, error.status) {
        (_, 301 | 302 | 307) | ("PermanentRedirect", _) => true,
        ("AuthorizationHeaderMalformed", _) => in_body(response).is_some(),
        ("IllegalLocationConstraintException", _) => !makes_bucket(&prepared.request),
        // An answer without a body can't say that the signature names the wrong region. For a bucket
        // without the header, there is nothing else to ask.
        (_, 400) if method == "HEAD" => !is_bucket || response.header(REGION).is_some(),
        _ => false,
    }
}

/// Where the call goes instead; the region is remembered.
///
/// # Errors
///
/// The error of the failed attempt, if nobody knows the bucket's region, or the body can't be sent
/// again. No endpoint there.
pub(super) async fn redirect(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    progress: &mut Progress,
    failed: AttemptError,
) -> Result<Destination, Error> {
    progress.redirected = true;
    let named = match &failed {
        AttemptError::Service(_, response) => in_header(response).or_else(|| in_body(response)),
        AttemptError::Transport(_) => None,
    };
    let region = match named {
        Some(region) => Some(region),
        None => head_bucket_region(client, prepared).await,
    };
    let is_once = matches!(&prepared.request.body, Body::Stream(stream) if stream.is_once());
    let found = region.zip(bucket_of(client, prepared));
    if let Some((region, bucket)) = &found {
        tracing::debug!(target: "opsmith", "the bucket is in {region}: requests go there");
        let regions = &client.shared.bucket_regions;
        regions.remember(bucket, &prepared.region, region.clone());
    }
    if found.is_none() || is_once {
        let model = (client.service, prepared.operation);
        return Err(failed.into_error(progress.attempts, model));
    }
    // It was no failure that would use up an attempt.
    progress.attempts.made = progress.attempts.made.saturating_sub(1);
    resolve_endpoint(client, prepared).await
}

/// What a request for the head of the bucket says of its region, whatever else the answer is.
async fn head_bucket_region(client: &Client<'_>, prepared: &Prepared<'_>) -> Option<String> {
    let head = Prepared {
        operation: prepared.operation,
        protocol: prepared.protocol,
        request: Request::new("HEAD", "/"),
        region: prepared.region.clone(),
        bindings: prepared.bindings.alone(bucket::PARAMETER),
        max_attempts: 1,
        observer: None,
        is_redacted: false,
        warnings: Vec::new(),
    };
    let destination = resolve_endpoint(client, &head).await.ok()?;
    let request = authenticate(client, &head, &destination, &mut None).await;
    let answer = client.shared.transport.send(&request.ok()?).await.ok()?;
    let (answer, _) = answer.split();
    in_header(&answer)
}

fn in_header(response: &Response) -> Option<String> {
    response.header(REGION).filter(is_region).map(str::to_owned)
}

fn in_body(response: &Response) -> Option<String> {
    protocol::xml_error_element(response, "Region").filter(|region| is_region(&&**region))
}

/// Whether text can be a region, which becomes part of a host name.
fn is_region(text: &&str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(inner)
}

#[cfg(test)]
mod tests;
