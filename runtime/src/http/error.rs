//! [`TransportError`]: why a request has no answer.

use super::masked;
use std::{fmt, io};

/// Why a request has no answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    /// The kind of failure.
    pub kind: TransportErrorKind,
    /// The URL of the request, without credentials; the proxy's URL when the proxy failed.
    pub url: String,
    /// The error of the layer below.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Kinds of failure without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The URL is not a valid `http` or `https` URL.
    Endpoint,
    /// No connection: unknown host name, connection refused, no route.
    Connect,
    /// No connection in time.
    ConnectTimeout,
    /// No answer in time.
    ReadTimeout,
    /// The whole call took longer than its timeout allows.
    CallTimeout,
    /// The connection ended before the end of the answer, or the answer is not HTTP.
    Closed,
    /// The server's certificate was not accepted, or it does not speak TLS.
    Tls,
    /// The proxy could not be reached, or refused.
    Proxy,
    /// The answer is larger than a client holds in memory.
    TooLarge,
    /// The checksum of the answer is another than the service sent with it.
    Checksum,
    /// The client itself could not be set up, e.g. because the CA bundle can't be read.
    Setup,
    /// The body of the request can't be read.
    RequestBody,
    /// The body of the answer can't be written to a file.
    File,
}

impl TransportError {
    /// A failure without a known cause. Credentials in `url` are removed.
    pub fn new(kind: TransportErrorKind, url: &str) -> Self {
        TransportError {
            kind,
            url: masked(url),
            source: None,
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = &self.url;
        match self.kind {
            TransportErrorKind::Endpoint => write!(f, "Invalid endpoint: {url}"),
            TransportErrorKind::Connect => {
                write!(f, "Could not connect to the endpoint URL: \"{url}\"")
            }
            TransportErrorKind::ConnectTimeout => {
                write!(f, "Connect timeout on endpoint URL: \"{url}\"")
            }
            TransportErrorKind::ReadTimeout => write!(f, "Read timeout on endpoint URL: \"{url}\""),
            TransportErrorKind::CallTimeout => {
                write!(f, "The call took longer than allowed: {url}")
            }
            TransportErrorKind::Closed => {
                write!(
                    f,
                    "Connection was closed before we received a valid response from endpoint URL: \"{url}\"."
                )
            }
            TransportErrorKind::Tls => write!(f, "SSL validation failed for {url}"),
            TransportErrorKind::Proxy => write!(f, "Failed to connect to proxy URL: \"{url}\""),
            TransportErrorKind::TooLarge => write!(f, "The answer from {url} is too large"),
            TransportErrorKind::Checksum => {
                write!(f, "The answer from {url} is not what the service sent:")
            }
            TransportErrorKind::Setup => write!(f, "The connection to {url} could not be set up:"),
            TransportErrorKind::File => write!(f, "The answer from {url} can't be written to"),
            TransportErrorKind::RequestBody => {
                write!(f, "The body of the request to {url} can't be read:")
            }
        }?;
        // The innermost cause says what happened.
        let mut cause: Option<&(dyn std::error::Error + 'static)> =
            self.source.as_deref().map(|source| source as _);
        while let Some(inner) = cause.and_then(|cause| cause.source()) {
            cause = Some(inner);
        }
        match cause {
            Some(cause) => write!(f, " {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// For readers of bodies: the whole error is in it.
impl From<TransportError> for io::Error {
    fn from(error: TransportError) -> Self {
        let kind = match error.kind {
            TransportErrorKind::ReadTimeout => io::ErrorKind::TimedOut,
            TransportErrorKind::Closed => io::ErrorKind::UnexpectedEof,
            _ => io::ErrorKind::Other,
        };
        io::Error::new(kind, error)
    }
}
