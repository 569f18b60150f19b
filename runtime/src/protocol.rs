//! Protocols: how an operation's input becomes a request, and an answer its output or error.
//!
//! A protocol is a setting of a codec, in one file. Which one a service speaks stands in its row; a
//! protocol that is not here is refused when the service is generated.

mod aws_json;

use crate::document::Document;
use crate::error::ServiceError;
use crate::http::{Request, Response};
use crate::schema::{self, Operation, Service, ShapeIndex};
use crate::validate::Violation;
use crate::visit::{Visit, VisitError, Visitor};

/// A wire protocol.
pub(crate) trait Protocol: Sync {
    /// The request for an operation's input, without what the endpoint and the signature add. What
    /// of the input departs from the model is added to `violations`, if that is asked for.
    fn request(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        input: &dyn Visit,
        violations: Option<&mut Vec<Violation>>,
    ) -> Result<Request, VisitError>;

    /// Reads the answer of success into the output.
    fn output(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
        output: &mut dyn Visitor,
    ) -> Result<(), String>;

    /// Reads the answer of success as a document: every value as it came, by the names of the
    /// model.
    fn document(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Result<Document, String>;

    /// Reads the answer of failure; every body gives an error of some kind.
    fn error(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> ServiceError;
}

/// The protocol that a service speaks, if it is built in.
pub(crate) fn of(service: &Service<'_>) -> Option<&'static dyn Protocol> {
    match service.protocol {
        schema::Protocol::AwsJson1_0 => Some(&aws_json::AwsJson {
            content_type: "application/x-amz-json-1.0",
        }),
        schema::Protocol::AwsJson1_1 => Some(&aws_json::AwsJson {
            content_type: "application/x-amz-json-1.1",
        }),
        _ => None,
    }
}

/// The error structure that one of the codes of an answer means: of those that the operation lists,
/// or else of any.
pub(crate) fn error_shape(
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

/// The members of an error's structure, read by its rows.
pub(crate) fn details(service: &Service<'_>, shape: ShapeIndex, body: &[u8]) -> Document {
    crate::codec::json::document_answer(body, service, shape).unwrap_or_default()
}
