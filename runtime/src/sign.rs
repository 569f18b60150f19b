//! Signature Version 4: the one file that names `aws_sigv4`.

use crate::http::Request;
use crate::identity::Identity;
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, sign as signed,
};
use aws_sigv4::sign::v4::SigningParams;
use std::time::SystemTime;

/// What a signature is valid for, and how the path is written in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The region.
    pub region: &'a str,
    /// The signing name of the service.
    pub service: &'a str,
    /// Whether the path is percent-encoded a second time, as all services but S3 have it.
    pub double_encoding: bool,
}

impl<'a> Scope<'a> {
    /// The scope of a service in a region.
    pub fn new(region: &'a str, service: &'a str) -> Self {
        Scope {
            region,
            service,
            double_encoding: true,
        }
    }
}

/// Signs the request: adds the headers `x-amz-date`, `x-amz-security-token` (with a session token)
/// and `authorization`. Every header that is there is signed. What is added to the request later is
/// not, as headers must be that proxies change.
///
/// # Errors
///
/// When the URL or a header can't stand in a canonical request, in words without secrets.
pub fn sign(
    request: &mut Request,
    identity: &Identity,
    scope: Scope<'_>,
    now: SystemTime,
) -> Result<(), String> {
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    if !scope.double_encoding {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
    }
    let parameters = SigningParams::builder()
        .identity(identity.key())
        .region(scope.region)
        .name(scope.service)
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?;
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (&**name, &**value));
    let body = SignableBody::Bytes(&request.body);
    let signable = SignableRequest::new(request.method, request.url.as_str(), headers, body);
    let instructions = signable.and_then(|signable| signed(signable, &parameters.into()));
    let (instructions, _signature) = instructions
        .map_err(|error| error.to_string())?
        .into_parts();
    let (headers, _parameters) = instructions.into_parts();
    request.headers.extend(
        headers
            .iter()
            .map(|header| (header.name().into(), header.value().to_owned().into())),
    );
    Ok(())
}
