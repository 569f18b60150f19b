//! Signature Version 4: the one file that names `aws_sigv4`.

use crate::credentials::Credentials;
use crate::http::Request;
use aws_credential_types::Credentials as Identity;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign as signed};
use aws_sigv4::sign::v4::SigningParams;
use std::time::SystemTime;

/// Signs the request: adds the headers `x-amz-date`, `x-amz-security-token` (with a session token) and `authorization`.
/// What is added to the request later is not signed.
///
/// # Errors
///
/// When the URL or a header can't stand in a canonical request, in words without secrets.
pub fn sign(
    request: &mut Request,
    credentials: &Credentials,
    region: &str,
    service: &str,
    now: SystemTime,
) -> Result<(), String> {
    let identity = Identity::new(
        credentials.access_key_id.as_str(),
        credentials.secret_access_key.as_str(),
        credentials.session_token.clone(),
        None,
        "opsmith",
    )
    .into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .map_err(|error| error.to_string())?;
    let headers = request.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let body = SignableBody::Bytes(&request.body);
    let signable = SignableRequest::new(request.method, request.url.as_str(), headers, body);
    let instructions = signable.and_then(|signable| signed(signable, &parameters.into()));
    let (instructions, _signature) = instructions.map_err(|error| error.to_string())?.into_parts();
    let (headers, _parameters) = instructions.into_parts();
    request.headers.extend(headers.iter().map(|header| (header.name().to_owned(), header.value().to_owned())));
    Ok(())
}
