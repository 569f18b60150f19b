//! Errors in XML: those of the query protocols and of REST XML.
//!
//! - The error is the root element, or an `Error` in it, or the first of its `Errors`.
//! - It has a `Code`, a `Message`, and members of its structure in the model. The request's id is
//!   in the error or in the root.
//! - An answer that is no such error has the HTTP status as its code, and the status' reason phrase
//!   as its message.

use super::super::http;
use super::{is_page, reason, shape};
use crate::codec::Codec as _;
use crate::codec::xml::Xml;
use crate::document::Document;
use crate::error::{Attempts, ServiceError};
use crate::http::Response;
use crate::schema::{Flags, Operation, Service, ShapeIndex};

/// Where the error is, below the root.
const PLACES: [&[&str]; 3] = [&["Error"], &["Errors", "Error"], &[]];

/// Names of elements with the request's id.
const REQUEST_IDS: [&str; 3] = ["RequestId", "RequestID", "requestId"];

/// Reads an error. Every answer gives one, whatever its body.
pub(in crate::protocol) fn read(
    service: &Service<'_>,
    operation: &Operation<'_>,
    response: &Response,
) -> ServiceError {
    let body = &response.body;
    let root = match is_page(response) {
        true => Document::Null,
        false => Xml
            .document(body, &Service::NONE, ShapeIndex::MAX)
            .unwrap_or_default(),
    };
    let place = PLACES.into_iter().find_map(|path| {
        let found = path.iter().try_fold(&root, |at, name| at.get(name))?;
        Some((path, found))
    });
    let (path, error) = place.unwrap_or((&[], &root));
    let text = |name| error.get(name).and_then(Document::as_str);
    let code = text("Code").filter(|code| !code.is_empty());
    let shape = shape(service, operation, [code, None]);
    let details = shape.map(|shape| details(service, shape, path, response));
    let phrase = || code.is_none().then(|| reason(response.status));
    let message = text("Message").or_else(|| text("message")).or_else(phrase);
    ServiceError {
        operation: operation.name.to_owned(),
        code: code.map_or_else(|| response.status.to_string(), str::to_owned),
        shape: shape.map(|shape| service.shape(shape).name.to_owned()),
        message: message.unwrap_or_default().to_owned(),
        null_message: false,
        status: response.status,
        request_id: request_id(response, [error, &root]),
        details: details.unwrap_or_default(),
        attempts: Attempts::new(1),
    }
}

/// The text of an element of the error, which need not be a member of its structure.
#[cfg(feature = "xml")]
pub(crate) fn element(response: &Response, name: &str) -> Option<String> {
    let root = Xml.document(&response.body, &Service::NONE, ShapeIndex::MAX);
    let root = root.ok()?;
    let mut places = PLACES.into_iter();
    let error = places.find_map(|path| path.iter().try_fold(&root, |at, name| at.get(name)))?;
    error.get(name)?.as_str().map(str::to_owned)
}

/// The members of an error's structure: those in the error, and those in headers.
fn details(service: &Service<'_>, ix: ShapeIndex, path: &[&str], response: &Response) -> Document {
    let details = Xml.document_at(path, &response.body, service, ix);
    let mut details = details.ok().flatten().unwrap_or_default();
    let shape = service.shape(ix);
    if let Document::Map(details) = &mut details {
        let outside = shape
            .members
            .iter()
            .filter(|member| member.is(Flags::BOUND));
        details.extend(outside.filter_map(|member| {
            let value = http::bound(service, shape, member, response)?;
            Some((member.name.to_owned(), value))
        }));
    }
    details
}

/// The request's id: in a header, or else in one of these elements.
fn request_id(response: &Response, elements: [&Document; 2]) -> Option<String> {
    let header = |name| response.header(name);
    let element = || {
        let mut ids = elements
            .into_iter()
            .flat_map(|element| REQUEST_IDS.map(|name| element.get(name)));
        ids.find_map(|id| id?.as_str())
    };
    header("x-amzn-requestid")
        .or_else(|| header("x-amz-request-id"))
        .or_else(element)
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::json;
    use crate::http::HeaderValue;
    use crate::schema::{Fault, Trait, member, operation, string, structure};

    static SERVICE: Service<'static> = Service {
        shapes: &[
            structure(
                "NoSuchKey",
                &[
                    member("Key", 1),
                    member("Where", 1).with(&[Trait::HttpHeader("X-Where")]),
                ],
            )
            .with(&[Trait::Error(Fault::Client)]),
            string("Text"),
        ],
        ..Service::NONE
    };

    #[test]
    fn members_of_an_error_are_in_headers_too() {
        let body = "<?xml version='1.0'?><Error><Code>NoSuchKey</Code><Message>no</Message><Key>k</Key>\
                    <Where>x</Where><RequestId>body</RequestId><HostId>h</HostId></Error>";
        let mut response = Response::new(404, body.into());
        for (name, value) in [("x-where", "here"), ("x-amz-request-id", "header")] {
            let value = HeaderValue::from_static(value);
            response.headers.insert(name, value);
        }
        let error = read(&SERVICE, &operation("Get", None, None), &response);
        assert_eq!((&*error.code, &*error.message), ("NoSuchKey", "no"));
        assert_eq!(error.request_id.as_deref(), Some("header"));
        let details = json::document(r#"{"Key":"k","Where":"here"}"#);
        assert_eq!(error.details, details.expect("JSON"));
    }

    #[test]
    fn a_message_without_a_code_is_kept() {
        let response = Response::new(403, "<Error><Message>no</Message></Error>".into());
        let error = read(&SERVICE, &operation("Get", None, None), &response);
        assert_eq!((&*error.code, &*error.message), ("403", "no"));
    }
}
