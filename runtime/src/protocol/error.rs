//! Errors in protocols whose bodies are structures: AWS JSON, REST JSON, Smithy RPC
//! v2 CBOR.
//!
//! - The code is in the header `x-amzn-query-error`, or else in the header `x-amzn-errortype` or a
//!   member of the body: protocols differ in which goes first. A namespace before `#` and anything
//!   after `:` are not part of it. If there is none, the code is the HTTP status.
//! - The error's structure in the model is found by the code that is not of AWS Query first.
//! - The message is in the body as `message` or `Message`.

#[cfg(feature = "aws-query")]
pub(super) mod xml;

use crate::codec::{Codec, DeserializeError, EncodeMode, json};
use crate::document::Document;
use crate::error::{Attempts, ServiceError};
use crate::http::Response;
use crate::schema::{Operation, Service, ShapeIndex};

/// Where a code may be.
#[derive(Clone, Copy)]
enum Source {
    Header,
    Body(&'static str),
}

/// What protocols differ in.
struct Reader<'a, C> {
    codec: &'a C,
    /// Where the code may be, best first.
    sources: &'a [Source],
    /// Reads the members of an error's structure.
    details: fn(&C, &Service<'_>, ShapeIndex, &Response) -> Result<Document, DeserializeError>,
}

/// Reads an error of a protocol of remote procedure calls.
pub(super) fn rpc<C: Codec>(
    codec: &C,
    service: &Service<'_>,
    operation: &Operation<'_>,
    response: &Response,
) -> ServiceError {
    let reader = Reader {
        codec,
        sources: &[Source::Body("__type"), Source::Header, Source::Body("code")],
        details: |codec, service, shape, response| codec.document(&response.body, service, shape),
    };
    read(&reader, service, operation, response)
}

/// Reads an error of Smithy RPC v2.
#[cfg(feature = "cbor")]
pub(super) fn rpc_v2<C: Codec>(
    codec: &C,
    service: &Service<'_>,
    operation: &Operation<'_>,
    response: &Response,
) -> ServiceError {
    let reader = Reader {
        codec,
        sources: &[Source::Body("__type")],
        details: |codec, service, shape, response| codec.document(&response.body, service, shape),
    };
    read(&reader, service, operation, response)
}

/// Reads an error of REST JSON.
pub(super) fn rest_json<C: Codec>(
    codec: &C,
    service: &Service<'_>,
    operation: &Operation<'_>,
    response: &Response,
) -> ServiceError {
    let reader = Reader {
        codec,
        sources: &[
            Source::Header,
            Source::Body("code"),
            Source::Body("Code"),
            Source::Body("__type"),
        ],
        details: super::http::document,
    };
    read(&reader, service, operation, response)
}

/// Reads an error of REST XML.
#[cfg(feature = "xml")]
pub(super) fn rest_xml<C: Codec>(
    _: &C,
    service: &Service<'_>,
    operation: &Operation<'_>,
    response: &Response,
) -> ServiceError {
    xml::read(service, operation, response)
}

/// Reads an error. Every answer gives one, whatever its body.
fn read<C: Codec>(
    reader: &Reader<'_, C>,
    service: &Service<'_>,
    operation: &Operation<'_>,
    response: &Response,
) -> ServiceError {
    let codec = reader.codec;
    let body = codec
        .document(&response.body, &Service::NONE, ShapeIndex::MAX)
        .unwrap_or_default();
    let query_code = query_code(response);
    let own_code = code(reader.sources, response, &body);
    let own_code = own_code.as_deref();
    let shape = shape(service, operation, [own_code, query_code]);
    let messages = || {
        ["message", "Message"]
            .into_iter()
            .filter_map(|name| body.get(name))
    };
    let message = match messages().find(|message| **message != Document::Null) {
        Some(Document::String(text)) => text.clone(),
        Some(other) => encoded(other),
        None if body.as_map().is_some() => String::new(),
        None => plain_message(response),
    };
    let details = shape.map(|shape| (reader.details)(codec, service, shape, response));
    let header = |name| response.header(name).map(str::to_owned);
    ServiceError {
        operation: operation.name.to_owned(),
        code: query_code
            .or(own_code)
            .map_or_else(|| response.status.to_string(), str::to_owned),
        shape: shape.map(|shape| service.shape(shape).name.to_owned()),
        message,
        null_message: messages().next() == Some(&Document::Null),
        status: response.status,
        request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
        details: details.and_then(Result::ok).unwrap_or_default(),
        attempts: Attempts::new(1),
    }
}

/// The code that the error had when the service spoke AWS Query.
fn query_code(response: &Response) -> Option<&str> {
    let (code, _) = response.header("x-amzn-query-error")?.split_once(';')?;
    Some(code).filter(|code| !code.is_empty())
}

/// The protocol's own code.
fn code(sources: &[Source], response: &Response, body: &Document) -> Option<String> {
    let found = |source: &Source| match source {
        Source::Header => response.header("x-amzn-errortype").map(str::to_owned),
        Source::Body(name) => match body.get(name)? {
            Document::String(code) => Some(code.clone()),
            Document::Integer(code) => Some(code.to_string()),
            _ => None,
        },
    };
    let code = sources.iter().find_map(found)?;
    let code = code.split_once(':').map_or(&*code, |(before, _)| before);
    Some(
        code.rsplit_once('#')
            .map_or(code, |(_, name)| name)
            .to_owned(),
    )
}

/// The error structure that one of the codes means: one that the operation lists, or else any.
fn shape(
    service: &Service<'_>,
    operation: &Operation<'_>,
    codes: [Option<&str>; 2],
) -> Option<ShapeIndex> {
    let is = |ix: &ShapeIndex, code: &str| {
        service.shape(*ix).error().is_some() && service.shape(*ix).is_error(code)
    };
    let all = || (0..).take(service.shapes.len());
    codes.into_iter().flatten().find_map(|code| {
        let listed = operation.errors.iter().copied().find(|ix| is(ix, code));
        listed.or_else(|| all().find(|ix| is(ix, code)))
    })
}

/// A message that is not text, as JSON.
fn encoded(message: &Document) -> String {
    let mode = EncodeMode::Unchecked;
    json::encode(message, &Service::NONE, ShapeIndex::MAX, mode)
        .map(|encoded| String::from_utf8_lossy(&encoded.value).into_owned())
        .unwrap_or_default()
}

/// The message of an answer that is not in the protocol's format: its text, or the reason phrase
/// of the status in place of a server's error page.
fn plain_message(response: &Response) -> String {
    if is_page(response) {
        return reason(response.status).to_owned();
    }
    String::from_utf8_lossy(&response.body).into_owned()
}

/// Whether a server failed without an answer of the service: with none, or with an error page.
fn is_page(response: &Response) -> bool {
    let body = response.body.trim_ascii();
    response.status >= 500 && (body.is_empty() || body.starts_with(b"<html>"))
}

/// The standard reason phrase of a status, whatever phrase came with it.
fn reason(status: u16) -> &'static str {
    let status = ::http::StatusCode::from_u16(status).ok();
    let phrase = status.and_then(|status| status.canonical_reason());
    phrase.unwrap_or_default()
}
