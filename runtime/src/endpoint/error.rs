//! [`EndpointError`]: why a call has no endpoint.

use crate::error::{Cause, Error};
use std::fmt;

/// Why a call has no endpoint, often in the words of the service's endpoint rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointError(String);

impl EndpointError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        EndpointError(message.into())
    }
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EndpointError {}

impl From<EndpointError> for Error {
    fn from(error: EndpointError) -> Self {
        Error::Endpoint(Cause::of(error))
    }
}
