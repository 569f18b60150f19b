//! AWS JSON 1.0 and 1.1.
//!
//! - Every request is `POST /` with the operation in `x-amz-target` and the input as a JSON object,
//!   `{}` for none.
//! - The versions differ in the content type, and in nothing that a client sees.
//! - An error's code is in the header `x-amzn-query-error`, or else in the body as `__type`, in the
//!   header `x-amzn-errortype`, or in the body as `code`, where a namespace before `#` and anything
//!   after `:` are not part of it. An answer without a code has its status for a code. The error's
//!   structure in the model is found by the code in the body first.

use super::Protocol;
use crate::codec::json;
use crate::document::{Document, Map};
use crate::error::{Attempts, ServiceError};
use crate::http::{Request, Response};
use crate::schema::{Operation, Service};
use crate::validate::Violation;
use crate::visit::{CompoundKind, Visit, VisitError, Visitor};
use serde_json::Value;

pub(crate) struct AwsJson {
    pub(crate) content_type: &'static str,
}

impl Protocol for AwsJson {
    fn request(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        input: &dyn Visit,
        violations: Option<&mut Vec<Violation>>,
    ) -> Result<Request, VisitError> {
        let body = match operation.input {
            Some(shape) => json::write(input, service, shape, violations)?,
            None => b"{}".to_vec(),
        };
        let target = [service.target_prefix, ".", operation.name].concat();
        let mut headers = Vec::with_capacity(8);
        headers.extend([
            ("content-type".into(), self.content_type.into()),
            ("x-amz-target".into(), target.into()),
        ]);
        if service.is_query_compatible() {
            headers.push(("x-amzn-query-mode".into(), "true".into()));
        }
        Ok(Request {
            method: "POST",
            url: String::new(),
            headers,
            body,
        })
    }

    fn output(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
        output: &mut dyn Visitor,
    ) -> Result<(), String> {
        let Some(shape) = operation.output else {
            return Ok(());
        };
        if response.body.is_empty() {
            return output
                .begin(CompoundKind::Members)
                .and_then(|()| output.end())
                .map_err(|refused| refused.to_string());
        }
        json::read_answer(&response.body, service, shape, output)
    }

    fn document(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Result<Document, String> {
        match operation.output {
            Some(shape) if !response.body.is_empty() => {
                json::document_answer(&response.body, service, shape)
            }
            _ => Ok(Document::Map(Map::new())),
        }
    }

    fn error(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> ServiceError {
        let body: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
        let status = response.status.to_string();
        let queried = query_code(response);
        let named = code(response, &body);
        let shape = super::error_shape(service, operation, [named.as_deref(), queried]);
        let code = queried.map(str::to_owned).or(named).unwrap_or(status);
        let messages = || {
            ["message", "Message"]
                .into_iter()
                .filter_map(|name| body.get(name))
        };
        let null_message = messages().next().is_some_and(Value::is_null);
        let message = match messages().find(|found| !found.is_null()) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None if body.is_object() => String::new(),
            None => bare_message(response),
        };
        let details = shape.map_or(Document::Null, |shape| {
            super::details(service, shape, &response.body)
        });
        let header = |name| response.header(name).map(str::to_owned);
        let request_id = header("x-amzn-requestid").or_else(|| header("x-amz-request-id"));
        ServiceError {
            operation: operation.name.to_owned(),
            code,
            shape: shape.map(|shape| service.shape(shape).name.to_owned()),
            message,
            null_message,
            status: response.status,
            request_id,
            details,
            attempts: Attempts::new(1),
        }
    }
}

/// The code that the error had over AWS Query.
fn query_code(response: &Response) -> Option<&str> {
    let (code, _) = response.header("x-amzn-query-error")?.split_once(';')?;
    Some(code).filter(|code| !code.is_empty())
}

/// The code in the body, or else in the header of REST protocols.
fn code(response: &Response, body: &Value) -> Option<String> {
    let named = |name| body.get(name).and_then(Value::as_str);
    let code = named("__type")
        .or_else(|| response.header("x-amzn-errortype"))
        .or_else(|| named("code"))?;
    let code = code.split_once(':').map_or(code, |(before, _)| before);
    Some(
        code.rsplit_once('#')
            .map_or(code, |(_, name)| name)
            .to_owned(),
    )
}

/// The message of an answer that is not JSON: its text, or the status in words where a server's
/// page would be it.
fn bare_message(response: &Response) -> String {
    let text = String::from_utf8_lossy(&response.body);
    let page = text.trim().is_empty() || text.trim_start().starts_with("<html>");
    match (response.status, page) {
        (500.., true) => reason(response.status).to_owned(),
        _ => text.into_owned(),
    }
}

/// The reason phrases of a server's failures (RFC 9110 and 4918, 5842, 6585).
fn reason(status: u16) -> &'static str {
    match status {
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        506 => "Variant Also Negotiates",
        507 => "Insufficient Storage",
        508 => "Loop Detected",
        510 => "Not Extended",
        511 => "Network Authentication Required",
        _ => "",
    }
}
