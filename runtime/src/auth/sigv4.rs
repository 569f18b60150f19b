//! Signature Version 4: the one file that names `aws_sigv4`.

use super::{AuthScheme, Payload, Signing, SigningError};
use crate::http::{RESERVED, Request};
use crate::identity::Identity;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningInstructions, SigningSettings, UriPathNormalizationMode, sign as signed,
};
use aws_sigv4::sign::v4::SigningParams;
use percent_encoding::utf8_percent_encode;
use std::time::{Duration, SystemTime};

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
        let (headers, _) = signature(attempt, with, None)?.into_parts();
        attempt.headers.extend(
            headers
                .iter()
                .map(|header| (header.name().into(), header.value().to_owned().into())),
        );
        Ok(())
    }

    fn presign(
        &self,
        request: &mut Request,
        with: &Signing<'_>,
        expires_in: Duration,
    ) -> Result<(), SigningError> {
        let (_, mut parameters) = signature(request, with, Some(expires_in))?.into_parts();
        let signed = parameters
            .iter()
            .find(|(name, _)| *name == "X-Amz-SignedHeaders");
        let is_signed = |header: &str| {
            signed.is_some_and(|(_, names)| names.split(';').any(|name| name == header))
        };
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
}

/// The signature of a request: as headers, or, for a request that is valid for a time, as parameters
/// of its URL.
fn signature(
    request: &Request,
    with: &Signing<'_>,
    expires_in: Option<Duration>,
) -> Result<SigningInstructions, SigningError> {
    let (Some(identity), Some(payload)) = (with.identity, with.payload) else {
        return Err(SigningError::new("there are no credentials"));
    };
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    settings.expires_in = expires_in;
    if expires_in.is_some() {
        settings.signature_location = SignatureLocation::QueryParams;
    }
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
        Payload::Unsigned => SignableBody::UnsignedPayload,
    };
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| (&**name, &**value));
    let signable = SignableRequest::new(&request.method, request.url.as_str(), headers, body)
        .map_err(SigningError::new)?;
    let signed = signed(signable, &parameters.into()).map_err(SigningError::new)?;
    Ok(signed.into_parts().0)
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

    /// The example of Amazon's documentation: "Authenticating Requests: Using Query Parameters".
    #[test]
    fn a_request_is_presigned_as_in_the_documentation() {
        let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let identity = Identity::from(Credentials::new("AKIAIOSFODNN7EXAMPLE", key, "test"));
        let with = Signing {
            identity: Some(&identity),
            scope: Scope {
                double_encoding: false,
                ..Scope::new("us-east-1", "s3")
            },
            payload: Some(&Payload::Unsigned),
            // 2013-05-24, 00:00:00
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600),
        };
        let mut request = Request::new("GET", "https://examplebucket.s3.amazonaws.com/test.txt");
        let day = Duration::from_secs(86_400);
        SigV4
            .presign(&mut request, &with, day)
            .expect("a signature");
        assert_eq!(
            request.url,
            "https://examplebucket.s3.amazonaws.com/test.txt\
             ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
             &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request\
             &X-Amz-Date=20130524T000000Z\
             &X-Amz-Expires=86400\
             &X-Amz-SignedHeaders=host\
             &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
        );
    }
}
