//! Verification of AWS Signature Version 4 in the `Authorization` header.
//!
//! The steps, in the order in which a request can fail them:
//!
//! 1. `Authorization` is there, names `AWS4-HMAC-SHA256`, and has a credential, signed headers and
//!    a signature.
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

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit, Mac};
use http::header::{AUTHORIZATION, DATE, HOST};
use http::{HeaderMap, Request};
use opsmith_runtime::redact::REDACTED;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};
use sha2::{Digest, Sha256};
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::Secret;

/// How far the time of a signature may lie from the endpoint's clock, in either direction.
pub const ALLOWED_SKEW: Duration = Duration::from_secs(15 * 60);

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const TERMINATOR: &str = "aws4_request";
const X_AMZ_CONTENT_SHA256: &str = "x-amz-content-sha256";
const X_AMZ_DATE: &str = "x-amz-date";
const X_AMZ_SECURITY_TOKEN: &str = "x-amz-security-token";

/// Everything but the characters that RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

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
pub enum Rejected {
    /// The request is not signed.
    MissingAuthenticationToken,
    /// The `Authorization` header or the time of signing cannot be read.
    IncompleteSignature(String),
    /// The access key or the session token is not known here.
    UnrecognizedClient(String),
    /// Signed by a known caller, but for another time, service or content, or with another key.
    InvalidSignature(String),
}

impl Rejected {
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

impl fmt::Display for Rejected {
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

impl std::error::Error for Rejected {}

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
) -> Result<Verified, Rejected> {
    let headers = request.headers();
    let authorization = Authorization::of(headers)?;
    let signed_at = SigningTime::of(headers)?;
    signed_at.check_skew(now)?;
    authorization.scope.check(service, &signed_at)?;
    check_caller(headers, authorization.access_key_id, credentials)?;
    check_signed_headers(headers, &authorization.signed_headers, signed_at.header)?;
    let body_hash = body_hash(request)?;

    let canonical = CanonicalRequest::of(request, &authorization.signed_headers, body_hash);
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
        Err(Rejected::InvalidSignature(format!(
            "The request signature that the endpoint calculated does not match the one that came with the request. \
             Check the secret access key, and that nothing changes the request once it is signed.\n\n\
             The canonical request should have been\n'{canonical}'\n\n\
             The string to sign should have been\n'{to_sign}'"
        )))
    }
}

/// The parts of an `Authorization` header.
struct Authorization<'a> {
    access_key_id: &'a str,
    scope: Scope<'a>,
    /// In the order of the canonical request.
    signed_headers: BTreeSet<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn of(headers: &'a HeaderMap) -> Result<Self, Rejected> {
        let value = single(headers, AUTHORIZATION.as_str())?
            .unwrap_or_default()
            .trim();
        let (algorithm, parameters) = value.split_once(' ').unwrap_or((value, ""));
        if algorithm.is_empty() {
            return Err(Rejected::MissingAuthenticationToken);
        }
        if algorithm != ALGORITHM {
            return Err(incomplete(format!(
                "the Authorization header has to begin with {ALGORITHM}"
            )));
        }
        let credential = parameter(parameters, "Credential")?;
        let signed_headers = parameter(parameters, "SignedHeaders")?;
        let signature = parameter(parameters, "Signature")?;
        let (access_key_id, scope) = Scope::of(credential)?;
        let signed_headers = signed_headers.split(';').collect();
        Ok(Self {
            access_key_id,
            scope,
            signed_headers,
            signature,
        })
    }
}

/// The value of `Name=value` in a list that is separated by commas, spaces or both.
fn parameter<'a>(parameters: &'a str, name: &str) -> Result<&'a str, Rejected> {
    let mut values = parameters
        .split([',', ' '])
        .filter_map(|parameter| parameter.split_once('='))
        .filter(|(given, value)| *given == name && !value.is_empty());
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Ok(value),
        (None, _) => Err(incomplete(format!(
            "the Authorization header requires the parameter '{name}'"
        ))),
        (Some(_), Some(_)) => Err(incomplete(format!(
            "the Authorization header has the parameter '{name}' twice"
        ))),
    }
}

/// Where and when a signing key is good: the credential without its access key ID.
struct Scope<'a> {
    date: &'a str,
    region: &'a str,
    service: &'a str,
    terminator: &'a str,
}

impl<'a> Scope<'a> {
    /// Splits a credential into the access key ID and the scope.
    fn of(credential: &'a str) -> Result<(&'a str, Self), Rejected> {
        let parts: Vec<&str> = credential.split('/').collect();
        match parts[..] {
            [access_key_id, date, region, service, terminator]
                if parts.iter().all(|part| !part.is_empty()) =>
            {
                Ok((
                    access_key_id,
                    Self {
                        date,
                        region,
                        service,
                        terminator,
                    },
                ))
            }
            _ => Err(incomplete(format!(
                "Credential must have the form ACCESS_KEY_ID/YYYYMMDD/REGION/SERVICE/{TERMINATOR}"
            ))),
        }
    }

    fn check(&self, service: &str, signed_at: &SigningTime) -> Result<(), Rejected> {
        let Self {
            date,
            region: _,
            service: given,
            terminator,
        } = self;
        let message = if *terminator != TERMINATOR {
            format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{terminator}'."
            )
        } else if *given != service {
            format!("Credential should be scoped to correct service: '{service}', not '{given}'.")
        } else if signed_at.text.split('T').next() != Some(date) {
            format!(
                "Date in Credential scope, '{date}', is not the date of signing, {}.",
                signed_at.text
            )
        } else {
            return Ok(());
        };
        Err(Rejected::InvalidSignature(message))
    }
}

impl fmt::Display for Scope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            date,
            region,
            service,
            terminator,
        } = self;
        write!(f, "{date}/{region}/{service}/{terminator}")
    }
}

/// When a request says that it was signed.
struct SigningTime {
    /// The header that says so.
    header: &'static str,
    time: OffsetDateTime,
    /// The time as `YYYYMMDDTHHMMSSZ`.
    text: String,
}

impl SigningTime {
    fn of(headers: &HeaderMap) -> Result<Self, Rejected> {
        let (header, time) = if let Some(text) = single(headers, X_AMZ_DATE)? {
            (X_AMZ_DATE, basic_time(text))
        } else if let Some(text) = single(headers, DATE.as_str())? {
            ("date", basic_time(text).or_else(|| http_time(text)))
        } else {
            return Err(incomplete(
                "the request requires the header 'x-amz-date' or 'date'".to_owned(),
            ));
        };
        match time {
            Some(time) => Ok(Self {
                header,
                time,
                text: basic_text(time),
            }),
            None => Err(incomplete(format!(
                "the header '{header}' must have the form YYYYMMDDTHHMMSSZ"
            ))),
        }
    }

    fn check_skew(&self, now: SystemTime) -> Result<(), Rejected> {
        let now = OffsetDateTime::from(now);
        let text = &self.text;
        let clock = basic_text(now);
        let minutes = ALLOWED_SKEW.as_secs() / 60;
        let skew = time::Duration::try_from(ALLOWED_SKEW).unwrap_or(time::Duration::MAX);
        let earliest = now.saturating_sub(skew);
        let latest = now.saturating_add(skew);
        let message = if self.time < earliest {
            let earliest = basic_text(earliest);
            format!(
                "Signature expired: {text} is now earlier than {earliest} ({clock} - {minutes} min.)"
            )
        } else if self.time > latest {
            let latest = basic_text(latest);
            format!(
                "Signature not yet current: {text} is still later than {latest} ({clock} + {minutes} min.)"
            )
        } else {
            return Ok(());
        };
        Err(Rejected::InvalidSignature(message))
    }
}

/// A time such as `20260131T235959Z`.
fn basic_time(text: &str) -> Option<OffsetDateTime> {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    PrimitiveDateTime::parse(text, format)
        .ok()
        .map(PrimitiveDateTime::assume_utc)
}

/// A time such as `Sat, 31 Jan 2026 23:59:59 GMT`.
fn http_time(text: &str) -> Option<OffsetDateTime> {
    let time = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    time.checked_to_offset(UtcOffset::UTC)
}

fn basic_text(time: OffsetDateTime) -> String {
    let year = time.year();
    let month = u8::from(time.month());
    let day = time.day();
    let (hour, minute, second) = time.to_hms();
    format!("{year:04}{month:02}{day:02}T{hour:02}{minute:02}{second:02}Z")
}

fn check_caller(
    headers: &HeaderMap,
    access_key_id: &str,
    credentials: &Credentials,
) -> Result<(), Rejected> {
    if access_key_id != credentials.access_key_id {
        return Err(Rejected::UnrecognizedClient(format!(
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
    Err(Rejected::UnrecognizedClient(format!(
        "The security token of the request ({X_AMZ_SECURITY_TOKEN}) {problem}."
    )))
}

fn check_signed_headers(
    headers: &HeaderMap,
    signed: &BTreeSet<&str>,
    date_header: &str,
) -> Result<(), Rejected> {
    let sent = headers
        .keys()
        .map(|name| name.as_str())
        .filter(|name| name.starts_with("x-amz-"));
    if let Some(name) = [HOST.as_str(), date_header]
        .into_iter()
        .chain(sent)
        .find(|name| !signed.contains(*name))
    {
        return Err(Rejected::InvalidSignature(format!(
            "'{name}' must be one of the SignedHeaders."
        )));
    }
    match signed.iter().find(|name| !headers.contains_key(**name)) {
        Some(name) => Err(Rejected::InvalidSignature(format!(
            "The signed header '{name}' did not arrive with the request."
        ))),
        None => Ok(()),
    }
}

/// The SHA-256 of the body, in hexadecimal digits.
fn body_hash<B: AsRef<[u8]>>(request: &Request<B>) -> Result<String, Rejected> {
    let hash = hex::encode(Sha256::digest(request.body()));
    match single(request.headers(), X_AMZ_CONTENT_SHA256)? {
        Some(given) if given != hash => Err(Rejected::InvalidSignature(format!(
            "The header '{X_AMZ_CONTENT_SHA256}' says '{given}', but the SHA-256 of the body is '{hash}'."
        ))),
        _ => Ok(hash),
    }
}

/// The one value of a header, if it was sent.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Rejected> {
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

fn incomplete(message: String) -> Rejected {
    Rejected::IncompleteSignature(format!("Incomplete signature: {message}."))
}

/// The text of a request that its signature covers.
struct CanonicalRequest<'a> {
    method: &'a str,
    path: String,
    query: String,
    headers: Vec<(&'a str, Vec<u8>)>,
    body_hash: String,
}

impl<'a> CanonicalRequest<'a> {
    fn of<B>(
        request: &'a Request<B>,
        signed_headers: &BTreeSet<&'a str>,
        body_hash: String,
    ) -> Self {
        let header = |name: &&'a str| (*name, canonical_header(request.headers(), name));
        Self {
            method: request.method().as_str(),
            path: canonical_path(request.uri().path()),
            query: canonical_query(request.uri().query().unwrap_or_default()),
            headers: signed_headers.iter().map(header).collect(),
            body_hash,
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        let Self {
            method,
            path,
            query,
            headers,
            body_hash,
        } = self;
        let mut bytes = format!("{method}\n{path}\n{query}\n").into_bytes();
        for (name, value) in headers {
            bytes.extend([name.as_bytes(), b":", value, b"\n"].concat());
        }
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        bytes.extend(format!("\n{}\n{body_hash}", names.join(";")).into_bytes());
        bytes
    }

    /// The text to show, without the session token.
    fn into_redacted_text(mut self) -> String {
        for (_, value) in self
            .headers
            .iter_mut()
            .filter(|(name, _)| *name == X_AMZ_SECURITY_TOKEN)
        {
            *value = REDACTED.into();
        }
        String::from_utf8_lossy(&self.to_bytes()).into_owned()
    }
}

/// The path without empty and dot segments, each byte that is not unreserved encoded: also the `%`
/// of those that came encoded.
fn canonical_path(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(encode(segment.as_bytes())),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let end = if is_folder && !segments.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{end}", segments.join("/"))
}

/// The query's parameters, each decoded and encoded again, in the order of the encoded text.
fn canonical_query(query: &str) -> String {
    let mut parameters: Vec<(String, String)> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .map(|(name, value)| (encode(&decode(name)), encode(&decode(value))))
        .collect();
    parameters.sort();
    let parameters: Vec<String> = parameters
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parameters.join("&")
}

/// The values of a header in the order they were sent, each with its runs of spaces reduced to one.
fn canonical_header(headers: &HeaderMap, name: &str) -> Vec<u8> {
    let value = |value: &http::HeaderValue| {
        let words: Vec<&[u8]> = value
            .as_bytes()
            .split(|byte| *byte == b' ')
            .filter(|word| !word.is_empty())
            .collect();
        words.join(&b' ')
    };
    let values: Vec<Vec<u8>> = headers.get_all(name).iter().map(value).collect();
    values.join(&b',')
}

fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, RESERVED).to_string()
}

/// Decodes one name or value of a query, in which a plus stands for a space.
fn decode(text: &str) -> Vec<u8> {
    let text: Cow<'_, str> = if text.contains('+') {
        text.replace('+', " ").into()
    } else {
        text.into()
    };
    percent_decode_str(&text).collect()
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
