//! The step that gives a call the URL of another: the same operation, presigned in the region that
//! the input names. By it, the service fetches from there what it copies.

use super::super::Prepared;
use super::super::endpoint::by_rules_alone;
use super::presign;
use crate::client::Client;
use crate::codec::form::Parameters;
use crate::error::Error;
use crate::redact::REDACTED;
use std::time::Duration;

/// For how long the service can use the URL, as with botocore.
const EXPIRES_IN: Duration = Duration::from_secs(3600);

/// Adds the URL to the request of an operation that has one, if the input names a region and no URL.
pub(in crate::pipeline) async fn presign_parameter<'a>(
    client: &Client<'_>,
    mut prepared: Prepared<'a>,
) -> Result<Prepared<'a>, Error> {
    let Some(presigned) = prepared.operation.presigned_parameter() else {
        return Ok(prepared);
    };
    let mut form = Parameters::of(prepared.request.body.as_bytes().unwrap_or_default());
    let Some(source) = form.get(presigned.source) else {
        return Ok(prepared);
    };
    if !presigned.sends_regions {
        form.remove(presigned.source);
    }
    if form.get(presigned.url).is_none() {
        let mut called = form.clone();
        called.set(presigned.destination, &prepared.region);
        let url = url(client, &prepared, &called, source).await?;
        let sent = if presigned.sends_regions {
            &mut called
        } else {
            &mut form
        };
        sent.set(presigned.url, &url);
        form = sent.clone();
    }
    prepared.request.body = form.form().into();
    Ok(prepared)
}

/// The URL of a call with these parameters in another region. It leads to the service itself there,
/// also where a URL is configured for this one.
async fn url(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    parameters: &Parameters,
    region: String,
) -> Result<String, Error> {
    if prepared.is_redacted {
        return Ok(REDACTED.to_owned());
    }
    let request = prepared.request.clone().body(parameters.form());
    let other = Prepared {
        request: prepared.protocol.in_url(request),
        region,
        bindings: prepared.bindings.clone(),
        observer: None,
        warnings: Vec::new(),
        ..*prepared
    };
    let destination = by_rules_alone(client, &other)?;
    Ok(presign(client, &other, &destination, EXPIRES_IN).await?.url)
}
