//! Verification of AWS Signature Version 4 in the `Authorization` header.
//!
//! The steps, in the order in which a request can fail them:
//!
//! 1. `Authorization` is present, names `AWS4-HMAC-SHA256`, and has a credential, signed headers
//!    and a signature.
//! 2. `x-amz-date` (or else `date`) lies within [`ALLOWED_SKEW`] of the endpoint's clock.
//! 3. The credential's scope names that day, a region, this service and `aws4_request`.
//! 4. The access key ID and the session token are those of the endpoint's [`Credentials`].
//! 5. `host`, the date's header and every `x-amz-*` header are signed, and each signed header is in
//!    the request.
//! 6. `x-amz-content-sha256`, if sent, is the body's SHA-256.
//! 7. The signature is the one that the secret key gives for the canonical request. The body's hash
//!    is always taken from the body itself.
//!
//! The canonical form is that of every service but S3: the path is normalised and encoded once
//! more, and an unsigned payload is not accepted. Signatures in the query string (presigned URLs)
//! are not verified: a call of a JSON service is a POST and never carries one.

mod authorization;
mod canonical;
mod time;

use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use http::header::HOST;
use http::{HeaderMap, Request};
use sha2::{Digest, Sha256};

use crate::Secret;
use authorization::{Authorization, Scope};
use canonical::CanonicalRequest;
use time::SigningTime;

/// How far the time of a signature may lie from the endpoint's clock, in either direction.
pub const ALLOWED_SKEW: Duration = Duration::from_secs(15 * 60);

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";
const X_AMZ_CONTENT_SHA256: &str = "x-amz-content-sha256";
const X_AMZ_DATE: &str = "x-amz-date";
const X_AMZ_SECURITY_TOKEN: &str = "x-amz-security-token";

/// The one caller that the endpoint knows.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The public name of the key.
    pub access_key_id: String,
    /// The key that signs.
    pub secret_access_key: Secret,
    /// The token that must come with each request, when the key is a temporary one.
    pub session_token: Option<Secret>,
}

/// What the signature of an accepted request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The region that the request was signed for. The endpoint serves all of them.
    pub region: String,
    /// When the request was signed, to the second.
    pub signed_at: SystemTime,
}

/// Why a request is refused: the service error to answer with. `Display` gives the error's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureError {
    /// The request is not signed.
    MissingAuthenticationToken,
    /// The `Authorization` header or the time of signing cannot be read.
    IncompleteSignature(String),
    /// The access key or the session token is not known here.
    UnrecognizedClient(String),
    /// Signed by a known caller, but for another time, service or content, or with another key.
    InvalidSignature(String),
}

impl SignatureError {
    /// The HTTP status that services of the JSON protocols answer with in all these cases.
    pub const STATUS: http::StatusCode = http::StatusCode::BAD_REQUEST;

    /// The code of the service error, as services of the JSON protocols spell it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::MissingAuthenticationToken => "MissingAuthenticationTokenException",
            Self::IncompleteSignature(_) => "IncompleteSignatureException",
            Self::UnrecognizedClient(_) => "UnrecognizedClientException",
            Self::InvalidSignature(_) => "InvalidSignatureException",
        }
    }
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingAuthenticationToken => {
                write!(
                    f,
                    "Missing Authentication Token: sign the request with {ALGORITHM} in the Authorization header"
                )
            }
            Self::IncompleteSignature(message)
            | Self::UnrecognizedClient(message)
            | Self::InvalidSignature(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for SignatureError {}

/// Verifies that `request` was signed with `credentials` for `service`, at a time near `now`.
///
/// # Errors
///
/// The service error to answer with. Its message says which step failed and what was expected; when
/// the signature does not match, it holds the canonical request and the string to sign. It never
/// holds the secret key or the session token.
pub fn verify<B: AsRef<[u8]>>(
    request: &Request<B>,
    credentials: &Credentials,
    service: &str,
    now: SystemTime,
) -> Result<Verified, SignatureError> {
    let headers = request.headers();
    let authorization = Authorization::from_headers(headers)?;
    let signed_at = SigningTime::from_headers(headers)?;
    signed_at.check_skew(now)?;
    authorization.scope.check(service, &signed_at)?;
    check_caller(headers, authorization.access_key_id, credentials)?;
    check_signed_headers(headers, &authorization.signed_headers, signed_at.header)?;
    let body_hash = body_hash(request)?;

    let canonical = CanonicalRequest::new(request, &authorization.signed_headers, body_hash);
    let to_sign = format!(
        "{ALGORITHM}\n{}\n{}\n{}",
        signed_at.text,
        authorization.scope,
        hex::encode(Sha256::digest(canonical.to_bytes()))
    );
    let expected = Secret::from(signature(
        &credentials.secret_access_key,
        &authorization.scope,
        &to_sign,
    ));
    if expected.matches(authorization.signature) {
        Ok(Verified {
            region: authorization.scope.region.to_owned(),
            signed_at: signed_at.time.into(),
        })
    } else {
        let canonical = canonical.into_redacted_text();
        Err(SignatureError::InvalidSignature(format!(
            "The request signature that the endpoint calculated does not match the one that came with the request. \
             Check the secret access key, and that nothing changes the request once it is signed.\n\n\
             The canonical request should have been\n'{canonical}'\n\n\
             The string to sign should have been\n'{to_sign}'"
        )))
    }
}

fn check_caller(
    headers: &HeaderMap,
    access_key_id: &str,
    credentials: &Credentials,
) -> Result<(), SignatureError> {
    if access_key_id != credentials.access_key_id {
        return Err(SignatureError::UnrecognizedClient(format!(
            "The access key ID included in the request is not known here: this endpoint accepts '{}'.",
            credentials.access_key_id
        )));
    }
    let problem = match (
        single(headers, X_AMZ_SECURITY_TOKEN)?,
        &credentials.session_token,
    ) {
        (None, None) => return Ok(()),
        (Some(given), Some(token)) if token.matches(given) => return Ok(()),
        (Some(_), Some(_)) => "is not the one that belongs to its access key",
        (Some(_), None) => "is not needed: its access key has none, so unset AWS_SESSION_TOKEN",
        (None, Some(_)) => "is missing: its access key is a temporary one",
    };
    Err(SignatureError::UnrecognizedClient(format!(
        "The security token of the request ({X_AMZ_SECURITY_TOKEN}) {problem}."
    )))
}

fn check_signed_headers(
    headers: &HeaderMap,
    signed: &BTreeSet<&str>,
    date_header: &str,
) -> Result<(), SignatureError> {
    let sent = headers
        .keys()
        .map(|name| name.as_str())
        .filter(|name| name.starts_with("x-amz-"));
    if let Some(name) = [HOST.as_str(), date_header]
        .into_iter()
        .chain(sent)
        .find(|name| !signed.contains(*name))
    {
        return Err(SignatureError::InvalidSignature(format!(
            "'{name}' must be one of the SignedHeaders."
        )));
    }
    match signed.iter().find(|name| !headers.contains_key(**name)) {
        Some(name) => Err(SignatureError::InvalidSignature(format!(
            "The signed header '{name}' did not arrive with the request."
        ))),
        None => Ok(()),
    }
}

/// The SHA-256 of the body, in hexadecimal digits.
fn body_hash<B: AsRef<[u8]>>(request: &Request<B>) -> Result<String, SignatureError> {
    let hash = hex::encode(Sha256::digest(request.body()));
    match single(request.headers(), X_AMZ_CONTENT_SHA256)? {
        Some(given) if given != hash => Err(SignatureError::InvalidSignature(format!(
            "The header '{X_AMZ_CONTENT_SHA256}' says '{given}', but the SHA-256 of the body is '{hash}'."
        ))),
        _ => Ok(hash),
    }
}

/// The one value of a header, if it was sent.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, SignatureError> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(incomplete(format!(
            "the header '{name}' was sent more than once"
        )));
    }
    match value.to_str() {
        Ok(value) => Ok(Some(value)),
        Err(_) => Err(incomplete(format!(
            "the header '{name}' has characters other than visible ASCII"
        ))),
    }
}

fn incomplete(message: String) -> SignatureError {
    SignatureError::IncompleteSignature(format!("Incomplete signature: {message}."))
}

/// The signature of `to_sign` in hexadecimal digits, by a key that is derived for the scope.
fn signature(secret_access_key: &Secret, scope: &Scope<'_>, to_sign: &str) -> String {
    let secret = format!("AWS4{}", secret_access_key.expose());
    let key = [scope.date, scope.region, scope.service, scope.terminator]
        .into_iter()
        .fold(secret.into_bytes(), |key, part| hmac_sha256(&key, part));
    hex::encode(hmac_sha256(&key, to_sign))
}

fn hmac_sha256(key: &[u8], message: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
