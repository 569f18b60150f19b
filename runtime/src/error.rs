//! [`Error`]: why a call has no output.

mod attempts;
mod cause;
mod config;

pub use attempts::Attempts;
pub use cause::Cause;
pub use config::{ConfigError, ConfigErrorKind};

use crate::document::Document;
use crate::http::TransportError;
use crate::validate::Violation;
use std::fmt;

/// Why a call has no output. `Debug` prints the same as `Display`, for a `main` that returns it.
#[non_exhaustive]
pub enum Error {
    /// The configuration is incomplete or wrong: no region, no credentials, a broken file.
    Config(ConfigError),
    /// The input does not conform to the model; nothing was sent.
    Invalid(ValidationError),
    /// There is no endpoint for the call.
    Endpoint(Cause),
    /// The request can't be made: serialized, authenticated or sent from here.
    Request(Cause),
    /// There is no answer.
    Transport(TransportError),
    /// The service answered with an error.
    Service(Box<ServiceError>),
    /// The service answered with success, but its answer can't be read.
    Response(Cause),
    /// A waiter gave up.
    Wait {
        /// The waiter's name in the model.
        waiter: String,
        /// Why it gave up.
        reason: String,
    },
}

impl Error {
    /// The service's error, if it answered with one.
    pub fn service(&self) -> Option<&ServiceError> {
        match self {
            Error::Service(error) => Some(error),
            _ => None,
        }
    }

    /// The code of the service's error, e.g. `JobNotFoundException`.
    pub fn code(&self) -> Option<&str> {
        self.service().map(|error| error.code.as_str())
    }

    /// Whether it is this error of the service, by its code or its name in the model:
    /// `error.is("JobNotFoundException")`, or with the enum of a generated client,
    /// `error.is(ErrorCode::JobNotFoundException)`.
    pub fn is(&self, code: impl AsRef<str>) -> bool {
        self.service().is_some_and(|error| error.is(code.as_ref()))
    }

    /// The message of the service's error.
    pub fn message(&self) -> Option<&str> {
        self.service().map(|error| error.message.as_str())
    }

    /// The service's id of the request that failed.
    pub fn request_id(&self) -> Option<&str> {
        self.service()?.request_id.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Config(error) => error.fmt(f),
            Error::Invalid(error) => error.fmt(f),
            Error::Transport(error) => error.fmt(f),
            Error::Service(error) => error.fmt(f),
            Error::Endpoint(cause) | Error::Request(cause) => cause.fmt(f),
            Error::Wait { waiter, reason } => write!(f, "Waiter {waiter} failed: {reason}"),
            Error::Response(cause) => write!(f, "the service's answer can't be read: {cause}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    /// The underlying error. Its text may be part of this error's text.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Config(error) => error.source(),
            Error::Transport(error) => error.source(),
            Error::Endpoint(cause) | Error::Request(cause) | Error::Response(cause) => {
                cause.source()
            }
            Error::Invalid(_) | Error::Service(_) | Error::Wait { .. } => None,
        }
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Error::Config(error)
    }
}

/// An input that does not conform to the model, so that it was not sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ValidationError {
    /// What is wrong with it.
    pub violations: Vec<Violation>,
    /// The model that it was checked against, with its date.
    pub model: String,
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parameter validation failed:")?;
        for violation in &self.violations {
            write!(f, "\n{violation}")?;
        }
        if self.model.is_empty() {
            Ok(())
        } else {
            write!(f, "\nChecked against the model of {}.", self.model)
        }
    }
}

impl std::error::Error for ValidationError {}

/// An error that the service answered with.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ServiceError {
    /// The operation that was called.
    pub operation: String,
    /// The code, e.g. `JobNotFoundException`; the HTTP status if the answer has none.
    pub code: String,
    /// Name of the error's structure, if the model has one. It differs from the code in services
    /// that used to speak AWS Query and keep their old codes
    /// (`AWS.SimpleQueueService.NonExistentQueue` for `QueueDoesNotExist`).
    pub shape: Option<String>,
    /// The service's message; may be empty.
    pub message: String,
    /// Whether the message in the answer is null, which the AWS CLI prints as `None`.
    pub null_message: bool,
    /// The HTTP status.
    pub status: u16,
    /// The service's id of the request.
    pub request_id: Option<String>,
    /// The members of the error's structure; null if the model does not know the code.
    pub details: Document,
    /// The attempts of the call.
    pub attempts: Attempts,
}

impl ServiceError {
    /// Whether the error has this code, or this name in the model.
    pub fn is(&self, code: &str) -> bool {
        self.code == code || self.shape.as_deref() == Some(code)
    }

    /// The message that the AWS CLI prints for the error.
    pub fn aws_cli_message(&self) -> String {
        let ServiceError {
            operation,
            code,
            message,
            attempts,
            ..
        } = self;
        let message = if self.null_message { "None" } else { message };
        let exhausted = if attempts.made >= attempts.allowed {
            format!(
                " (reached max retries: {})",
                attempts.made.saturating_sub(1)
            )
        } else {
            String::new()
        };
        format!(
            "An error occurred ({code}) when calling the {operation} operation{exhausted}: {message}"
        )
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ServiceError {
            operation,
            code,
            message,
            status,
            request_id,
            ..
        } = self;
        write!(f, "{operation}: {code}: {message} (HTTP {status}")?;
        match request_id {
            Some(id) => write!(f, ", request id {id})"),
            None => f.write_str(")"),
        }?;
        self.attempts
            .note()
            .map_or(Ok(()), |note| write!(f, "\n{note}"))
    }
}
