//! Authentication of requests: the schemes, and which of them a request takes.
//!
//! A scheme is one file that implements `AuthScheme`, and one entry in `select`, which chooses
//! from what the operation, the service and the endpoint allow. Each attempt of a call signs its
//! own copy of the request, as the time is part of a signature.

mod bearer;
mod payload;
mod select;
#[cfg(feature = "s3express")]
pub(crate) mod session;
pub mod sigv4;
#[cfg(feature = "sigv4a")]
mod sigv4a;

pub(crate) use payload::Payload;
pub(crate) use select::{EndpointAuth, Identities, Options, Preference, select};

use crate::http::Request;
use crate::identity::{Identity, Token};
use sigv4::Scope;
use std::fmt;
use std::time::{Duration, SystemTime};

/// A way to authenticate a request.
pub(crate) trait AuthScheme: fmt::Debug + Sync {
    /// The scheme's name in preferences: its shape id without the namespace.
    fn name(&self) -> &'static str;

    /// What it authenticates requests with.
    fn needs(&self) -> Needs;

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

/// What a scheme authenticates requests with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    Nothing,
    Credentials,
    /// The credentials of a session, which other credentials open.
    #[cfg(feature = "s3express")]
    Session,
    Token,
}

/// Who makes a request, as its scheme needs it.
#[derive(Debug, Clone)]
pub(crate) enum Caller {
    /// Nobody who is named: the request is not signed.
    Anonymous,
    Credentials(Identity),
    Token(Token),
}

/// What an attempt is signed with.
#[derive(Debug)]
pub(crate) struct Signing<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) scope: Scope<'a>,
    /// How the signature covers the body. It is there with credentials.
    pub(crate) payload: Option<&'a Payload>,
    /// Whether a header says how the signature covers the body, also where the scope does not ask
    /// for that.
    pub(crate) states_payload: bool,
    pub(crate) now: SystemTime,
}

impl<'a> Signing<'a> {
    /// The credentials, and how the signature covers the body.
    fn credentials(&self) -> Result<(&'a Identity, &'a Payload), SigningError> {
        match (self.caller, self.payload) {
            (Caller::Credentials(identity), Some(payload)) => Ok((identity, payload)),
            _ => Err(SigningError::new("there are no credentials")),
        }
    }
}

/// Requests without authentication.
#[derive(Debug)]
pub(crate) struct NoAuth;

impl AuthScheme for NoAuth {
    fn name(&self) -> &'static str {
        "noAuth"
    }

    fn needs(&self) -> Needs {
        Needs::Nothing
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
