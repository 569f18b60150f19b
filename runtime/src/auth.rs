//! Authentication of requests: the schemes, and which of them a request takes.
//!
//! A scheme is one file that implements `AuthScheme`, and one entry in `select`, which chooses
//! from what the operation, the service and the endpoint allow. Each attempt of a call signs its
//! own copy of the request, as the time is part of a signature.

mod payload;
mod select;
pub mod sigv4;

pub(crate) use payload::Payload;
pub(crate) use select::{EndpointAuth, select};

use crate::http::Request;
use crate::identity::Identity;
use sigv4::Scope;
use std::fmt;
use std::time::{Duration, SystemTime};

/// A way to authenticate a request.
pub(crate) trait AuthScheme: fmt::Debug + Sync {
    /// The scheme's name in endpoint rules.
    fn name(&self) -> &'static str;

    /// Whether it needs an identity.
    fn needs_identity(&self) -> bool;

    /// Adds the scheme's headers to an attempt.
    fn sign(&self, attempt: &mut Request, with: &Signing<'_>) -> Result<(), SigningError>;

    /// Adds a signature to the URL of a request, which is valid for that time then. Without this,
    /// the scheme has no signatures in URLs.
    fn presign(&self, _: &mut Request, _: &Signing<'_>, _: Duration) -> Result<(), SigningError> {
        Err(SigningError::new(format!(
            "a URL can't be authenticated with {}: make the call itself",
            self.name()
        )))
    }
}

/// What an attempt is signed with.
#[derive(Debug)]
pub(crate) struct Signing<'a> {
    pub(crate) identity: Option<&'a Identity>,
    pub(crate) scope: Scope<'a>,
    /// How the signature covers the body. It is there with an identity.
    pub(crate) payload: Option<&'a Payload>,
    pub(crate) now: SystemTime,
}

/// Requests without authentication.
#[derive(Debug)]
pub(crate) struct NoAuth;

impl AuthScheme for NoAuth {
    fn name(&self) -> &'static str {
        "none"
    }

    fn needs_identity(&self) -> bool {
        false
    }

    fn sign(&self, _: &mut Request, _: &Signing<'_>) -> Result<(), SigningError> {
        Ok(())
    }
}

/// Why a request can't be signed; without secrets.
#[derive(Debug)]
pub struct SigningError(Box<dyn std::error::Error + Send + Sync>);

impl SigningError {
    fn new(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        SigningError(source.into())
    }
}

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request can't be signed: {}", self.0)
    }
}

impl std::error::Error for SigningError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.0)
    }
}
