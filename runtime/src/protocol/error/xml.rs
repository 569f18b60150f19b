//! Errors in XML: those of the query protocols and of REST XML.
//!
//! - The error is the root element, or an `Error` in it, or the first of its `Errors`.
//! - It has a `Code`, a `Message`, and members of its structure in the model. The request's id is
//!   in the error or in the root.
//! - An answer that is no such error has the HTTP status as its code, and the status' reason phrase
//!   as its message.

use super::{is_page, reason, shape};
use crate::codec::Codec as _;
use crate::codec::xml::Xml;
use crate::document::Document;
use crate::error::{Attempts, ServiceError};
use crate::http::Response;
use crate::schema::{Operation, Service, ShapeIndex};

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
    let details = shape.and_then(|shape| {
        let details = Xml.document_at(path, body, service, shape);
        details.ok().flatten()
    });
    let message = match code {
        Some(_) => text("Message")
            .or_else(|| text("message"))
            .unwrap_or_default(),
        None => reason(response.status),
    };
    ServiceError {
        operation: operation.name.to_owned(),
        code: code.map_or_else(|| response.status.to_string(), str::to_owned),
        shape: shape.map(|shape| service.shape(shape).name.to_owned()),
        message: message.to_owned(),
        null_message: false,
        status: response.status,
        request_id: request_id(response, [error, &root]),
        details: details.unwrap_or_default(),
        attempts: Attempts::new(1),
    }
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
