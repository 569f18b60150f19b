//! Signature Version 4. With `sigv4a`, the one file that names `aws_sigv4`.

use super::{AuthScheme, Caller, Needs, Payload, Signing, SigningError};
use crate::http::{RESERVED, Request};
use crate::identity::Identity;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningParams, SigningSettings, UriPathNormalizationMode, sign as signed,
};
use aws_sigv4::sign::v4;
use percent_encoding::utf8_percent_encode;
use std::borrow::Cow;
use std::time::{Duration, SystemTime};

/// What a signature is valid for, and how the path is written in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    /// The region; for SigV4a, a set of regions with commas between them, or `*`.
    pub region: &'a str,
    /// The signing name of the service.
    pub service: &'a str,
    /// Whether the path is normalized and percent-encoded a second time, as all services but S3 have
    /// it. Those that don't want the hash of the body in a header.
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

/// Signs a request: adds the headers `x-amz-date`, `x-amz-security-token` (with a session token)
/// and `authorization`. All headers that the request has are signed, so headers that proxies change
/// must be added afterwards.
///
/// # Errors
///
/// The URL or a header can't be part of a canonical request, or the body can't be read.
pub async fn sign(
    request: &mut Request,
    identity: &Identity,
    scope: Scope<'_>,
    now: SystemTime,
) -> Result<(), SigningError> {
    let payload = Payload::of(&request.body)
        .await
        .map_err(SigningError::new)?;
    let with = Signing {
        caller: &Caller::Credentials(identity.clone()),
        scope,
        payload: Some(&payload),
        states_payload: false,
        now,
    };
    SigV4::Regional.sign(request, &with)
}

/// The schemes of Signature Version 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SigV4 {
    /// For one region.
    Regional,
    /// For a set of regions: Signature Version 4a.
    #[cfg(feature = "sigv4a")]
    MultiRegion,
    /// With the credentials of a session of S3 Express, whose token has a place of its own.
    #[cfg(feature = "s3express")]
    Session,
}

impl SigV4 {
    /// The signature of a request, whose settings are the scheme's but for the token's place.
    fn signature(
        self,
        request: &Request,
        with: &Signing<'_>,
        settings: SigningSettings,
    ) -> Result<SigningInstructions, SigningError> {
        match self {
            SigV4::Regional => v4(request, with, settings),
            #[cfg(feature = "sigv4a")]
            SigV4::MultiRegion => super::sigv4a::v4a(request, with, settings),
            #[cfg(feature = "s3express")]
            SigV4::Session => {
                let mut settings = settings;
                let name = match settings.signature_location {
                    SignatureLocation::QueryParams => "X-Amz-S3session-Token",
                    _ => "x-amz-s3session-token",
                };
                settings.session_token_name_override = Some(name);
                v4(request, with, settings)
            }
        }
    }
}

impl AuthScheme for SigV4 {
    fn name(&self) -> &'static str {
        match self {
            SigV4::Regional => "sigv4",
            #[cfg(feature = "sigv4a")]
            SigV4::MultiRegion => "sigv4a",
            #[cfg(feature = "s3express")]
            SigV4::Session => "sigv4-s3express",
        }
    }

    fn needs(&self) -> Needs {
        match self {
            #[cfg(feature = "s3express")]
            SigV4::Session => Needs::Session,
            _ => Needs::Credentials,
        }
    }

    fn sign(&self, attempt: &mut Request, with: &Signing<'_>) -> Result<(), SigningError> {
        let signature = self.signature(attempt, with, settings(attempt, with))?;
        add_headers(attempt, signature);
        Ok(())
    }

    fn presign(
        &self,
        request: &mut Request,
        with: &Signing<'_>,
        expires_in: Duration,
    ) -> Result<(), SigningError> {
        let mut settings = settings(request, with);
        settings.expires_in = Some(expires_in);
        settings.signature_location = SignatureLocation::QueryParams;
        let signature = self.signature(request, with, settings)?;
        add_parameters(request, signature)
    }
}

/// Headers that signatures leave out, as whoever passes a request on may change them.
const UNSIGNED_HEADERS: &[&str] = &[
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// How a request is signed for a scope.
fn settings(attempt: &Request, with: &Signing<'_>) -> SigningSettings {
    let is_there = |name: &&&str| attempt.headers.iter().any(|(found, _)| found == **name);
    let unsigned = UNSIGNED_HEADERS.iter().filter(is_there);
    let unsigned = unsigned.map(|name| Cow::Borrowed(*name));
    let mut settings = SigningSettings::default();
    settings.excluded_headers = Some(unsigned.collect());
    if !with.scope.double_encoding {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    if !with.scope.double_encoding || with.states_payload {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    settings
}

fn v4(
    request: &Request,
    with: &Signing<'_>,
    settings: SigningSettings,
) -> Result<SigningInstructions, SigningError> {
    let (identity, payload) = with.credentials()?;
    let parameters = v4::SigningParams::builder()
        .identity(identity.key())
        .region(with.scope.region)
        .name(with.scope.service)
        .time(with.now)
        .settings(settings)
        .build()
        .map_err(SigningError::new)?;
    signature(request, payload, &parameters.into())
}

/// The signature of a request: as headers, or, for a request that is valid for a time, as parameters
/// of its URL.
pub(super) fn signature(
    request: &Request,
    payload: &Payload,
    parameters: &SigningParams<'_>,
) -> Result<SigningInstructions, SigningError> {
    let body = match payload {
        Payload::Bytes(bytes) => SignableBody::Bytes(bytes),
        Payload::Sha256(hash) => SignableBody::Precomputed(hash.clone()),
        Payload::Unsigned => SignableBody::UnsignedPayload,
        #[cfg(feature = "checksums")]
        Payload::UnsignedTrailer => SignableBody::StreamingUnsignedPayloadTrailer,
    };
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| (&**name, &**value));
    let signable = SignableRequest::new(&request.method, request.url.as_str(), headers, body)
        .map_err(SigningError::new)?;
    let signed = signed(signable, parameters).map_err(SigningError::new)?;
    Ok(signed.into_parts().0)
}

fn add_headers(attempt: &mut Request, signature: SigningInstructions) {
    let (headers, _) = signature.into_parts();
    attempt.headers.extend(
        headers
            .iter()
            .map(|header| (header.name().into(), header.value().to_owned().into())),
    );
}

fn add_parameters(
    request: &mut Request,
    signature: SigningInstructions,
) -> Result<(), SigningError> {
    let (_, mut parameters) = signature.into_parts();
    let signed = parameters
        .iter()
        .find(|(name, _)| *name == "X-Amz-SignedHeaders");
    let is_signed =
        |header: &str| signed.is_some_and(|(_, names)| names.split(';').any(|name| name == header));
    // Services refuse headers that a presigned request has beyond the signed ones.
    if let Some((name, _)) = request.headers.iter().find(|(name, _)| !is_signed(name)) {
        return Err(SigningError::new(format!(
            "the header {name} can't be part of a presigned URL: leave out the parameter that sets it"
        )));
    }
    // The signature stands last, as in the URLs of other clients.
    parameters.sort_by_key(|(name, _)| *name == "X-Amz-Signature");
    for (name, value) in parameters {
        let separator = if request.url.contains('?') { "&" } else { "?" };
        request.url.extend([separator, name, "="]);
        request.url.extend(utf8_percent_encode(&value, RESERVED));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
