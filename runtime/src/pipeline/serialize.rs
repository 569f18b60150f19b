//! The steps that validate the input and serialize it, in one walk.

use super::endpoint::global_region;
use super::{Overrides, Prepared};
use crate::client::Client;
use crate::codec::{EncodeMode, Encoded};
use crate::endpoint::EndpointBindings;
#[cfg(feature = "xml")]
use crate::endpoint::bucket;
use crate::error::{Error, ValidationError};
use crate::http::Request;
use crate::idempotency::WithToken;
use crate::protocol::{self, Protocol};
use crate::schema::Operation;
#[cfg(feature = "xml")]
use crate::schema::Service;
use crate::validate::{self, Mode, Problem, Severity, Violation};
use crate::visit::{Visit, VisitError};

/// Checks an input against the model and serializes it.
pub(super) fn validate_and_serialize<'a>(
    client: &Client<'a>,
    operation: &str,
    input: &dyn Visit,
    overrides: &Overrides,
) -> Result<Prepared<'a>, Error> {
    let service = client.service;
    let operation = service.operation(operation).ok_or_else(|| {
        Error::Request(format!("the service has no operation {operation}").into())
    })?;
    let config = &client.shared.config;
    let region = match (&overrides.region, &config.region) {
        (Some(region), _) | (None, Ok(region)) => region.clone(),
        (None, Err(missing)) => global_region(client, missing)?,
    };
    let mode = overrides.validation.unwrap_or(config.validation);
    let protocol = protocol(client)?;
    let (mut request, warnings) = serialize(client, protocol, operation, input, mode)?;
    let discovery = service.endpoint_discovery();
    if discovery.is_some_and(|discovery| discovery.name == operation.name) {
        request = request.header("x-amz-api-version", service.version.to_owned());
    }
    let bindings = EndpointBindings::new(service, operation, input);
    #[cfg(feature = "xml")]
    if mode != Mode::Off {
        check_bucket(service, &bindings)?;
    }
    Ok(Prepared {
        operation,
        protocol,
        request,
        region,
        bindings,
        max_attempts: overrides.max_attempts.unwrap_or(config.max_attempts),
        observer: overrides.observer.clone(),
        is_redacted: false,
        warnings,
    })
}

/// The request, and the violations that `mode` lets through as warnings.
fn serialize(
    client: &Client<'_>,
    protocol: &dyn Protocol,
    operation: &Operation<'_>,
    input: &dyn Visit,
    mode: Mode,
) -> Result<(Request, Vec<Violation>), Error> {
    let encode_mode = if mode == Mode::Off {
        EncodeMode::Unchecked
    } else {
        EncodeMode::Checked
    };
    let encoded = encode(client, protocol, operation, input, encode_mode);
    let conforms = encoded.as_ref().is_ok_and(|encoded| encoded.conforms);
    let violations = match operation.input {
        // Only an input that does not conform is walked again, for the messages.
        Some(shape) if mode != Mode::Off && !conforms => {
            validate::validate(input, client.service, shape)
        }
        _ => Vec::new(),
    };
    let warnings = judge(client, violations, mode)?;
    let request = encoded.map_err(|error| unsendable(&error))?;
    Ok((request.value, warnings))
}

/// Refuses what can't be a bucket: part of a host name or a path comes of it.
#[cfg(feature = "xml")]
fn check_bucket(service: &Service<'_>, bindings: &EndpointBindings<'_>) -> Result<(), Error> {
    let bucket = bucket::of(service, bindings).and_then(bucket::problem);
    bucket.map_or(Ok(()), |reason| Err(refused(bucket::PARAMETER, reason)))
}

/// The error for an input that the protocol can't send, whatever is validated.
pub(super) fn unsendable(error: &VisitError) -> Error {
    refused(error.path(), error.problem().to_string())
}

fn refused(path: &str, reason: String) -> Error {
    let violation = Violation {
        path: path.to_owned(),
        problem: Problem::Unsendable { reason },
    };
    Error::Invalid(ValidationError {
        violations: vec![violation],
        // It is not the model that says so.
        model: String::new(),
    })
}

/// The request for the input, with an idempotency token if it needs one.
pub(super) fn encode(
    client: &Client<'_>,
    protocol: &dyn Protocol,
    operation: &Operation<'_>,
    input: &dyn Visit,
    mode: EncodeMode,
) -> Result<Encoded<Request>, VisitError> {
    match WithToken::new(client.service, operation, input) {
        Some(input) => protocol.request(client.service, operation, &input, mode),
        None => protocol.request(client.service, operation, input, mode),
    }
}

/// The violations that are only warnings, or an error for those that are not.
fn judge(
    client: &Client<'_>,
    violations: Vec<Violation>,
    mode: Mode,
) -> Result<Vec<Violation>, Error> {
    let of = |severity| {
        violations
            .iter()
            .filter(move |found| found.severity(mode) == severity)
            .cloned()
    };
    let refused: Vec<_> = of(Severity::Refuse).collect();
    if refused.is_empty() {
        return Ok(of(Severity::Warn).collect());
    }
    Err(Error::Invalid(ValidationError {
        violations: refused,
        model: client.service.source.to_owned(),
    }))
}

/// The protocol of the service.
pub(super) fn protocol(client: &Client<'_>) -> Result<&'static dyn Protocol, Error> {
    let missing = || Error::Request(protocol::missing(client.service.protocol).into());
    client.protocol.ok_or_else(missing)
}
