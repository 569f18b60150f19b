//! The steps that give a request its checksum and check that of the answer, as the AWS CLI does.
//!
//! - A checksum that is a member of the input is sent as it is, and no other is computed. Otherwise
//!   the input may name the algorithm; where it does not, the default is taken if the service
//!   requires a checksum, or if the operation supports one and the configuration doesn't forbid it.
//! - Over HTTPS the checksum of a body of bytes follows it in a trailer, so that it is read once.
//!   Otherwise it is in a header, and a stream is read before it is sent: a server of HTTP may not
//!   know trailers, and over HTTP the signature covers the body anyway.

use super::Prepared;
use super::authenticate::unreadable_body;
use super::endpoint::Destination;
use crate::auth::Payload;
use crate::checksum::{Algorithm, Hasher, chunked, verified};
use crate::client::config::IdentitySource;
use crate::client::{Client, When};
use crate::error::Error;
use crate::future::spawn_blocking;
use crate::http::{Body, BodyReader, Request, Response};
use crate::schema::{Kind, Location, Member, Operation, Service, Trait};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ring::digest::{Context, SHA256};

/// The size in bytes from which a body in memory is hashed on another thread, and how much of it at a
/// time, so that the second hash finds it in the cache.
const LARGE: usize = 256 << 10;
const PIECE: usize = 64 << 10;

/// What begins the names of headers with checksums.
const PREFIX: &str = "x-amz-checksum-";

/// Adds the checksum of the request, and asks for that of the answer. How signatures cover the
/// body, if that is known afterwards.
pub(super) async fn protect(
    client: &Client<'_>,
    prepared: &mut Prepared<'_>,
    destination: &Destination,
) -> Result<Option<Payload>, Error> {
    let algorithm = algorithm(client, prepared)?;
    ask(client, prepared);
    match algorithm {
        None => Ok(None),
        Some(algorithm) if destination.is_https() && takes_bytes(client, prepared.operation) => {
            follow(&mut prepared.request, algorithm);
            Ok(Some(Payload::UnsignedTrailer))
        }
        Some(algorithm) => precede(client, prepared, algorithm).await,
    }
}

/// The algorithm for the request's checksum, if it gets one.
fn algorithm(client: &Client<'_>, prepared: &mut Prepared<'_>) -> Result<Option<Algorithm>, Error> {
    let (operation, request) = (prepared.operation, &mut prepared.request);
    let mut names = request.headers.iter().map(|(name, _)| name);
    if names.any(|name| name.starts_with(PREFIX)) {
        return Ok(None);
    }
    let member = operation
        .http_checksum()
        .map_or("", |found| found.algorithm);
    let header = header(client.service, operation, member);
    if let Some(named) = header.and_then(|header| request.value(header)) {
        let algorithm = Algorithm::named(named);
        return algorithm.map(Some).ok_or_else(|| {
            let known: Vec<_> = Algorithm::ALL.iter().map(|known| known.word()).collect();
            let (name, known) = (operation.name, known.join(", "));
            let text = format!(
                "{name}.{member}: Unsupported checksum algorithm: {named}; known are {known}"
            );
            Error::Request(text.into())
        });
    }
    let when = client.shared.config.bodies.request_checksums;
    let wanted = header.is_some() && when == When::Supported;
    if !wanted && !operation.requires_checksum() {
        return Ok(None);
    }
    if let Some(header) = header {
        let name = header.to_ascii_lowercase().into();
        request
            .headers
            .push((name, Algorithm::DEFAULT.word().into()));
    }
    Ok(Some(Algorithm::DEFAULT))
}

/// Asks for the checksum of the answer.
fn ask(client: &Client<'_>, prepared: &mut Prepared<'_>) {
    let checksum = prepared.operation.http_checksum();
    let member = checksum.map_or("", |found| found.mode);
    let header = header(client.service, prepared.operation, member);
    let when = client.shared.config.bodies.response_checksums;
    let header = header.filter(|_| when == When::Supported);
    if let Some(header) = header.filter(|header| prepared.request.value(header).is_none()) {
        let name = header.to_ascii_lowercase().into();
        prepared.request.headers.push((name, "ENABLED".into()));
    }
}

/// The header that has the value of a member of the input.
fn header<'a>(service: &Service<'a>, operation: &Operation<'_>, name: &str) -> Option<&'a str> {
    let mut members = service.shape(operation.input?).members.iter();
    match members.find(|member| member.name == name)?.location() {
        Location::Header(header) => Some(header),
        _ => None,
    }
}

/// Whether the body is bytes, which may be many, and not a document in the protocol's format.
fn takes_bytes(client: &Client<'_>, operation: &Operation<'_>) -> bool {
    let bytes = |member: &Member<'_>| {
        member.location() == Location::Payload
            && client.service.shape(member.target).kind == Kind::Blob
    };
    let input = operation.input.map(|input| client.service.shape(input));
    input.is_some_and(|input| input.members.iter().any(bytes))
}

/// Lets the checksum follow the body, in a trailer.
fn follow(request: &mut Request, algorithm: Algorithm) {
    request.add_coding("aws-chunked");
    let trailer = algorithm.header().into();
    request.headers.push(("x-amz-trailer".into(), trailer));
    if let Some(len) = request.body.len() {
        let name = "x-amz-decoded-content-length".into();
        request.headers.push((name, len.to_string().into()));
    }
    request.body = chunked::body(&request.body, algorithm);
}

/// Computes the checksum before the body is sent, into a header. A stream is read once for it and
/// for the signature.
async fn precede(
    client: &Client<'_>,
    prepared: &mut Prepared<'_>,
    algorithm: Algorithm,
) -> Result<Option<Payload>, Error> {
    let mut hasher = Hasher::new(algorithm);
    let mut payload = None;
    let sha256 = || signs(client, prepared.operation).then(|| Context::new(&SHA256));
    match &prepared.request.body {
        Body::Stream(stream) => {
            let mut sha256 = sha256();
            let each = |bytes: &[u8]| {
                hasher.update(bytes);
                if let Some(sha256) = &mut sha256 {
                    sha256.update(bytes);
                }
            };
            let reason = "its checksum is sent before it over plain HTTP";
            stream.read(reason, each).await.map_err(unreadable_body)?;
            payload = sha256.map(Payload::hashed);
        }
        Body::Bytes(bytes) if bytes.len() >= LARGE => {
            let (bytes, mut sha256) = (bytes.clone(), sha256());
            let hashing = spawn_blocking(move || {
                for piece in bytes.chunks(PIECE) {
                    hasher.update(piece);
                    if let Some(sha256) = &mut sha256 {
                        sha256.update(piece);
                    }
                }
                (hasher, sha256)
            });
            let hashed = hashing.await.map_err(unreadable_body)?;
            hasher = hashed.0;
            payload = hashed.1.map(Payload::hashed);
        }
        body => hasher.update(body.as_bytes().unwrap_or_default()),
    }
    let header = (algorithm.header().into(), hasher.finish().into());
    prepared.request.headers.push(header);
    Ok(payload)
}

/// Whether the request will have a signature that covers the body.
fn signs(client: &Client<'_>, operation: &Operation<'_>) -> bool {
    let config = &client.shared.config;
    !matches!(config.identity, IdentitySource::Anonymous)
        && !client.service.auth(operation).is_empty()
        && config.bodies.signed != Some(false)
}

/// The answer, whose body ends with an error if it is not what its checksum says. Checksums of
/// checksums, which objects of several parts have, can't be checked.
pub(super) fn checked(
    service: &Service<'_>,
    operation: &Operation<'_>,
    request: &Request,
    answer: Response<BodyReader>,
) -> Response<BodyReader> {
    let announced = announced(service, operation, request, &answer);
    let announced = announced.map(|(algorithm, value)| (algorithm, value.to_owned()));
    let Some((algorithm, value)) = announced.or_else(|| crc32(service, &answer)) else {
        return answer;
    };
    let (head, body) = answer.split();
    let mut answer = Response::new(
        head.status,
        verified::body(body, &request.url, algorithm, &value),
    );
    answer.headers = head.headers;
    answer
}

/// The checksum that a service gives all of its answers, errors too.
fn crc32(service: &Service<'_>, answer: &Response<BodyReader>) -> Option<(Algorithm, String)> {
    if !service.traits.contains(&Trait::ResponseCrc32) {
        return None;
    }
    let value = answer.header("x-amz-crc32")?;
    let value = match value.parse::<u32>() {
        Ok(number) => BASE64.encode(number.to_be_bytes()),
        Err(_) => value.to_owned(),
    };
    Some((Algorithm::Crc32, value))
}

/// The checksum to check: the first that the model and the answer have, if the request asked for it.
fn announced<'r>(
    service: &Service<'_>,
    operation: &Operation<'_>,
    request: &Request,
    answer: &'r Response<BodyReader>,
) -> Option<(Algorithm, &'r str)> {
    let checksum = operation.http_checksum()?;
    if !(200..300).contains(&answer.status) {
        return None;
    }
    request.value(header(service, operation, checksum.mode)?)?;
    let modeled = |algorithm: &Algorithm| {
        let mut words = checksum.response.iter();
        words.any(|word| word.eq_ignore_ascii_case(algorithm.word()))
    };
    let mut known = Algorithm::ALL.iter().copied().filter(modeled);
    known.find_map(|algorithm| {
        let value = answer.header(algorithm.header())?;
        (!value.contains('-')).then_some((algorithm, value))
    })
}

#[cfg(test)]
mod tests;
