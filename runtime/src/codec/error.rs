//! [`DeserializeError`]: why bytes can't be read as a value.

use crate::visit::VisitError;
use std::error::Error;
use std::fmt;

/// Why bytes can't be read as a value. Text is not repeated in it, since it may be sensitive.
#[derive(Debug)]
pub struct DeserializeError {
    /// Path of the value within the body; empty for the whole body.
    path: String,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Format(Box<dyn Error + Send + Sync>),
    Value(VisitError),
    Kind(&'static str),
    #[cfg(feature = "aws-query")]
    Missing(String),
    #[cfg(feature = "aws-query")]
    IsError,
}

impl DeserializeError {
    /// The bytes are not in the codec's format, or a value is of another type than its shape.
    #[cold]
    pub(crate) fn format(error: impl Error + Send + Sync + 'static) -> Self {
        DeserializeError {
            path: String::new(),
            cause: Cause::Format(Box::new(error)),
        }
    }

    /// The value at a path can't be understood.
    #[cold]
    pub(crate) fn value(path: String, error: VisitError) -> Self {
        DeserializeError {
            path,
            cause: Cause::Value(error),
        }
    }

    /// The body is a value of this kind where a structure belongs.
    #[cold]
    pub(crate) fn not_a_structure(kind: &'static str) -> Self {
        DeserializeError {
            path: String::new(),
            cause: Cause::Kind(kind),
        }
    }

    /// There is no element of this name, which the protocol asks for.
    #[cfg(feature = "aws-query")]
    #[cold]
    pub(crate) fn missing(element: &str) -> Self {
        DeserializeError {
            path: String::new(),
            cause: Cause::Missing(element.to_owned()),
        }
    }
}

/// An answer with a status of success is an error all the same.
#[cfg(feature = "aws-query")]
impl DeserializeError {
    #[cold]
    pub(crate) fn is_error() -> Self {
        DeserializeError {
            path: String::new(),
            cause: Cause::IsError,
        }
    }
}

impl From<VisitError> for DeserializeError {
    fn from(error: VisitError) -> Self {
        DeserializeError::value(String::new(), error)
    }
}

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        match &self.cause {
            Cause::Format(error) => error.fmt(f),
            Cause::Value(error) => error.fmt(f),
            #[cfg(feature = "aws-query")]
            Cause::Missing(element) => write!(f, "it has no element `{element}`"),
            #[cfg(feature = "aws-query")]
            Cause::IsError => f.write_str("it is an error, although its status is one of success"),
            Cause::Kind(kind) => write!(f, "it is a value of type {kind}, not an object"),
        }
    }
}

impl Error for DeserializeError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Format(error) => Some(&**error),
            Cause::Value(error) => Some(error),
            Cause::Kind(_) => None,
            #[cfg(feature = "aws-query")]
            Cause::Missing(_) | Cause::IsError => None,
        }
    }
}
