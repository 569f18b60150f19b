//! The way out of the pipeline without a call: the request as a URL that anyone may use for a time.

#[cfg(feature = "xml")]
mod parameter;

#[cfg(feature = "xml")]
pub(super) use parameter::presign_parameter;

use super::authenticate::{caller, copy, payload_once, selected};
use super::endpoint::{Destination, resolve_endpoint};
use super::serialize::validate_and_serialize;
use super::{Overrides, Prepared};
use crate::auth::{Needs, Payload, Signing};
use crate::client::Client;
use crate::error::{Cause, Error};
use crate::http::{Body, Presigned};
use crate::schema::{Flags, Kind};
use crate::visit::Visit;
use std::time::Duration;

/// How long a signature in a URL may be valid, in seconds: up to seven days
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>).
const TIMES: std::ops::RangeInclusive<u64> = 1..=604_800;

impl<'a> Client<'a> {
    /// The request of a prepared call as a URL that is valid for a time, between a second and seven
    /// days; fractions of seconds are dropped. Whoever has the URL can make the call once or more.
    /// It also ends with the credentials that sign it, however long temporary ones last.
    ///
    /// The parameters of AWS Query and EC2 Query are in the URL. Other protocols keep the body,
    /// which must be sent as it is; to Amazon S3 any body can be sent. The request has no checksum.
    ///
    /// # Errors
    ///
    /// `expires_in` is not between 1 second and 7 days; an operation that is not signed, is authenticated in another way, or has a
    /// stream that the signature would have to cover; no endpoint, or no credentials.
    pub async fn presigned(
        &self,
        mut prepared: Prepared<'a>,
        expires_in: Duration,
    ) -> Result<Presigned, Error> {
        check(self, &prepared, expires_in)?;
        prepared.request = prepared.protocol.in_url(prepared.request);
        let destination = resolve_endpoint(self, &prepared).await?;
        presign(self, &prepared, &destination, expires_in).await
    }
}

/// Signs the URL of a request.
async fn presign(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    destination: &Destination,
    expires_in: Duration,
) -> Result<Presigned, Error> {
    let (scheme, scope) = selected(client, prepared, destination)?;
    if matches!(scheme.needs(), Needs::Nothing | Needs::Token) {
        return Err(refused(prepared, "its requests are not signed"));
    }
    let covers_body = scope.double_encoding;
    if covers_body && client.service.stream(prepared.operation.input).is_some() {
        let reason = "the signature would have to cover the stream that it sends";
        return Err(refused(prepared, reason));
    }
    let caller = caller(client, prepared, destination, scheme.needs(), scope).await?;
    let mut payload = (!covers_body).then_some(Payload::Unsigned);
    let payload = payload_once(prepared, &mut payload).await?;
    let with = Signing {
        caller: &caller,
        scope,
        payload: Some(payload),
        states_payload: false,
        now: client.shared.retries.corrected(client.now()),
    };
    let mut request = copy(&prepared.request, destination);
    scheme
        .presign(&mut request, &with, expires_in)
        .map_err(|error| Error::Request(Cause::of(error)))?;
    Ok(request.into())
}

/// Does nothing, as only the query protocols have a parameter with a URL.
#[cfg(not(feature = "xml"))]
pub(super) async fn presign_parameter<'a>(
    _: &Client<'_>,
    prepared: Prepared<'a>,
) -> Result<Prepared<'a>, Error> {
    Ok(prepared)
}

/// The presigned request for an input.
pub(crate) async fn presigned(
    client: &Client<'_>,
    operation: &str,
    input: &(dyn Visit + Sync),
    body: Body,
    overrides: &Overrides,
    expires_in: Duration,
) -> Result<Presigned, Error> {
    let prepared = validate_and_serialize(client, operation, input, overrides)?
        .with_body(client, body)?
        .warned();
    client.presigned(prepared, expires_in).await
}

/// Refuses what is known before an endpoint is.
fn check(client: &Client<'_>, prepared: &Prepared<'_>, expires_in: Duration) -> Result<(), Error> {
    if !TIMES.contains(&expires_in.as_secs()) {
        let text = format!(
            "a presigned URL is valid for {} to {} seconds (seven days), not for {}",
            TIMES.start(),
            TIMES.end(),
            expires_in.as_secs_f64()
        );
        return Err(Error::Request(text.into()));
    }
    let service = client.service;
    let operation = prepared.operation;
    let has_events = |structure| {
        let mut members = service.shape(structure).members.iter();
        members.any(|member| {
            let target = service.shape(member.target);
            target.kind == Kind::Union
                && (member.is(Flags::STREAMING) || target.is(Flags::STREAMING))
        })
    };
    if [operation.input, operation.output]
        .into_iter()
        .flatten()
        .any(has_events)
    {
        return Err(refused(prepared, "it has a stream of events"));
    }
    let streams = service.stream(operation.input).is_some();
    if streams && !prepared.request.body.is_empty() {
        let reason = "who uses the URL sends the body, so the call has none";
        return Err(refused(prepared, reason));
    }
    Ok(())
}

fn refused(prepared: &Prepared<'_>, reason: &str) -> Error {
    let text = format!("{} can't be presigned: {reason}", prepared.operation.name);
    Error::Request(text.into())
}
