//! Redirects between regions: a bucket is in one region, and a service in another one says so. The
//! call goes there, once, signed for that region and without a pause; so do later calls for the
//! bucket.

use super::authenticate::authenticate;
use super::endpoint::{Destination, resolve_endpoint};
use super::{Prepared, Progress};
use crate::client::Client;
use crate::endpoint::bucket;
use crate::error::Error;
use crate::http::{Request, Response};
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
    let bucket = bucket_of(client, prepared)?;
    client.shared.bucket_regions.of(bucket)
}

/// Whether a failed attempt is a reason to look for the bucket in another region.
pub(super) fn is_asked(
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
        // The region that a bucket is to be made in is the caller's choice.
        ("IllegalLocationConstraintException", _) => method != "PUT" || !is_bucket,
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
/// The error of the failed attempt, if nobody knows the bucket's region. No endpoint there.
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
        None => looked_up(client, prepared).await,
    };
    let Some((region, bucket)) = region.zip(bucket_of(client, prepared)) else {
        let model = (client.service, prepared.operation);
        return Err(failed.into_error(progress.attempts, model));
    };
    tracing::debug!(target: "opsmith", "the bucket is in {region}: the request goes there");
    client.shared.bucket_regions.remember(bucket, region);
    resolve_endpoint(client, prepared).await
}

/// What a request for the head of the bucket says of its region, whatever else the answer is.
async fn looked_up(client: &Client<'_>, prepared: &Prepared<'_>) -> Option<String> {
    let head = Prepared {
        operation: prepared.operation,
        protocol: prepared.protocol,
        request: Request::new("HEAD", "/"),
        region: prepared.region.clone(),
        bindings: prepared.bindings.alone(bucket::PARAMETER),
        max_attempts: 1,
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
