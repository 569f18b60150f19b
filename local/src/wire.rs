//! The server's side of the AWS JSON protocols: which operation a request is for, its input, and
//! the bodies of answers.

use http::StatusCode;
use opsmith_runtime::codec::{EncodeMode, json};
use opsmith_runtime::document::Document;
use opsmith_runtime::schema::{Operation, Protocol, Service, ShapeIndex};
use opsmith_runtime::validate::validate;
use opsmith_runtime::visit::{DocumentBuilder, TypedDocument, Visit};

use crate::backend::ServiceError;
use crate::server::{Request, Response};

/// Whether requests of the service can be read here.
pub(crate) fn is_supported(service: &Service<'_>) -> bool {
    matches!(
        service.protocol,
        Protocol::AwsJson1_0 | Protocol::AwsJson1_1
    )
}

/// The content type of answers.
pub(crate) fn content_type(service: &Service<'_>) -> &'static str {
    match service.protocol {
        Protocol::AwsJson1_0 => "application/x-amz-json-1.0",
        _ => "application/x-amz-json-1.1",
    }
}

/// The prefix and the operation's name in `x-amz-target`.
pub(crate) fn target(request: &Request) -> Option<(&str, &str)> {
    let target = request.headers().get("x-amz-target")?.to_str().ok()?;
    Some(target.rsplit_once('.').unwrap_or(("", target)))
}

/// The operation that the request names.
pub(crate) fn operation(
    service: &'static Service<'static>,
    request: &Request,
) -> Result<&'static Operation<'static>, ServiceError> {
    let unknown = |what: &str| ServiceError::new("UnknownOperationException", what);
    let (prefix, name) = target(request)
        .ok_or_else(|| unknown("The request names no operation: x-amz-target is missing."))?;
    let found = Some(name).filter(|_| prefix == service.target_prefix);
    let found = found.and_then(|name| service.operation(name));
    found.ok_or_else(|| unknown("The service has no operation that x-amz-target names."))
}

/// The input in the request's body, if it is valid by the model.
pub(crate) fn input(
    service: &Service<'_>,
    operation: &Operation<'_>,
    body: &[u8],
) -> Result<Document, ServiceError> {
    let shape = operation.input.unwrap_or(ShapeIndex::MAX);
    let mut visitor = DocumentBuilder::new(service, shape);
    json::read(body, service, shape, &mut visitor)
        .map_err(|problem| ServiceError::new("SerializationException", problem.to_string()))?;
    let input = visitor.finish();
    let value = TypedDocument {
        document: &input,
        service,
        shape,
    };
    let violations = validate(&value, service, shape);
    if violations.is_empty() {
        return Ok(input);
    }
    let all: Vec<_> = violations.iter().map(ToString::to_string).collect();
    Err(ServiceError::new(
        "ValidationException",
        format!(
            "{} validation error(s) detected: {}",
            all.len(),
            all.join("; ")
        ),
    ))
}

/// The body of a successful answer.
pub(crate) fn output(
    service: &Service<'_>,
    operation: &Operation<'_>,
    output: &dyn Visit,
) -> Result<Vec<u8>, ServiceError> {
    let Some(shape) = operation.output else {
        return Ok(Vec::new());
    };
    json::encode(output, service, shape, EncodeMode::Unchecked)
        .map(|encoded| encoded.value)
        .map_err(|error| ServiceError::internal(&error))
}

/// The answer for an error.
pub(crate) fn error(ServiceError { code, message }: &ServiceError) -> Response {
    let body = serde_json::json!({ "__type": code, "message": message }).to_string();
    let mut response = Response::new(body.into());
    *response.status_mut() = match *code {
        ServiceError::INTERNAL => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    };
    response
}
