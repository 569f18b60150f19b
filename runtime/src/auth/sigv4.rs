//! Signature Version 4: the one file that names `aws_sigv4`.

use super::{AuthScheme, Payload, Signing, SigningError};
use crate::http::Request;
use crate::identity::Identity;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode, sign as signed,
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
        identity: Some(identity),
        scope,
        payload: Some(&payload),
        now,
    };
    SigV4.sign(request, &with)
}

/// Signature Version 4, in headers.
#[derive(Debug)]
pub(crate) struct SigV4;

impl AuthScheme for SigV4 {
    fn name(&self) -> &'static str {
        "sigv4"
    }

    fn needs_identity(&self) -> bool {
        true
    }

    fn sign(&self, attempt: &mut Request, with: &Signing<'_>) -> Result<(), SigningError> {
        let (Some(identity), Some(payload)) = (with.identity, with.payload) else {
            return Err(SigningError::new("there are no credentials"));
        };
        let mut settings = SigningSettings::default();
        settings.excluded_headers = None;
        if !with.scope.double_encoding {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let parameters = SigningParams::builder()
            .identity(identity.key())
            .region(with.scope.region)
            .name(with.scope.service)
            .time(with.now)
            .settings(settings)
            .build()
            .map_err(SigningError::new)?;
        let body = match payload {
            Payload::Bytes(bytes) => SignableBody::Bytes(bytes),
            Payload::Sha256(hash) => SignableBody::Precomputed(hash.clone()),
        };
        let headers = attempt
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value));
        let signable = SignableRequest::new(&attempt.method, attempt.url.as_str(), headers, body)
            .map_err(SigningError::new)?;
        let (instructions, _signature) = signed(signable, &parameters.into())
            .map_err(SigningError::new)?
            .into_parts();
        let (headers, _parameters) = instructions.into_parts();
        attempt.headers.extend(
            headers
                .iter()
                .map(|header| (header.name().into(), header.value().to_owned().into())),
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Credentials;

    /// The signature of a request for a path.
    fn signature(path: &str, double_encoding: bool) -> String {
        let identity = Identity::from(Credentials::new("AKID", "secret", "test"));
        let payload = Payload::Bytes(Default::default());
        let with = Signing {
            identity: Some(&identity),
            scope: Scope {
                double_encoding,
                ..Scope::new("eu-west-1", "test")
            },
            payload: Some(&payload),
            now: SystemTime::UNIX_EPOCH,
        };
        let mut request = Request::new("GET", format!("http://localhost{path}"));
        SigV4.sign(&mut request, &with).expect("signed");
        let mut headers = request.headers.iter();
        let found = headers.find(|(name, _)| name == "authorization");
        found
            .map(|(_, value)| value.to_string())
            .expect("a signature")
    }

    #[test]
    fn paths_are_normalized_unless_they_are_encoded_once() {
        for (path, normalized) in [("/a//b", "/a/b"), ("/a/./b", "/a/b"), ("/a/../b", "/b")] {
            assert_eq!(signature(path, true), signature(normalized, true));
            assert_ne!(signature(path, false), signature(normalized, false));
        }
        assert_ne!(signature("/a%2Fb", true), signature("/a%2Fb", false));
        assert!(signature("/", false).contains("x-amz-content-sha256"));
        assert!(!signature("/", true).contains("x-amz-content-sha256"));
        assert_ne!(signature("/a%2Fb", true), signature("/a/b", true));
    }
}
