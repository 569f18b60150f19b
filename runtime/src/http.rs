//! Requests and answers as plain data, and the [`Transport`] that carries them.

pub mod proxy;
pub mod reqwest;

use ::http::Uri;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

/// A header's name and value. Most names, and some values, are the same in every request.
pub type Header = (Cow<'static, str>, Cow<'static, str>);

/// A request, ready to be sent. `Debug` shows neither the values of headers nor the body.
#[derive(Clone, Default, PartialEq)]
pub struct Request {
    /// `POST` and so on.
    pub method: &'static str,
    /// The whole URL.
    pub url: String,
    /// Headers in sending order, beside `host` and `content-length`.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer. `Debug` shows neither the values of headers nor the body.
#[derive(Clone, Default, PartialEq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Headers in the order they came, with names in small letters.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// The value of the first header of this name (in small letters).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| &**value)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        write!(
            f,
            "Request {{ {} {}, headers: {names:?}, {} bytes }}",
            self.method,
            masked(&self.url),
            self.body.len()
        )
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        write!(
            f,
            "Response {{ {}, headers: {names:?}, {} bytes }}",
            self.status,
            self.body.len()
        )
    }
}

/// The URL with its user name and password replaced by stars, as the AWS CLI prints it. In a text
/// that is not a URL, everything up to the last `@` may be a password.
pub fn masked(url: &str) -> String {
    let (scheme, rest) = url.split_at(url.find("://").map_or(0, |at| at + "://".len()));
    let authority_length = url.parse().ok().and_then(|url: Uri| {
        let authority = url.authority()?.as_str();
        // `http://user:pass/word@host` parses as a host with a port that is not a number.
        let clear = authority.contains('@') || authority == url.host()? || url.port().is_some();
        clear.then_some(authority.len())
    });
    let user = rest.get(..authority_length.unwrap_or(rest.len()));
    match user.and_then(|user| user.rfind('@')) {
        Some(at) => format!("{scheme}***:***@{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}

/// A URL whose `Debug` leaves out the credentials in it.
#[derive(Clone)]
pub(crate) struct Url(pub(crate) String);

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(&self.0).fmt(f)
    }
}

/// The future of an answer.
pub type SendFuture<'a> =
    Pin<Box<dyn Future<Output = Result<Response, TransportError>> + Send + 'a>>;

/// Carries a request to a server and brings the answer back; it neither retries nor follows
/// redirects.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends the request.
    fn send<'a>(&'a self, request: &'a Request) -> SendFuture<'a>;
}

/// Why there is no answer.
#[derive(Debug)]
pub struct TransportError {
    /// What kind of failure.
    pub kind: TransportErrorKind,
    /// The URL that the request was for, without credentials; the proxy's when it is about the
    /// proxy.
    pub url: String,
    /// What the layers below say.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Kinds of failure without an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The URL is none that a request can go to.
    Endpoint,
    /// No connection: name not found, refused, no route.
    Connect,
    /// No connection in time.
    ConnectTimeout,
    /// No answer in time.
    ReadTimeout,
    /// The call as a whole took longer than its caller allows.
    CallTimeout,
    /// The connection ended within the answer, or the answer was none of HTTP.
    Closed,
    /// The server's certificate was not accepted, or it does not speak TLS.
    Tls,
    /// The proxy could not be reached, or refused.
    Proxy,
    /// The answer is larger than a client holds in memory.
    TooLarge,
    /// The client itself could not be set up, e.g. by a CA bundle that can't be read.
    Setup,
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
            TransportErrorKind::Setup => write!(f, "The connection to {url} could not be set up:"),
        }?;
        // The innermost cause is the one that says what happened.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_urls_are_never_shown() {
        for (url, shown) in [
            ("http://host:8080/a@b?c=@", "http://host:8080/a@b?c=@"),
            (
                "http://me:word@host:8080/a@b",
                "http://***:***@host:8080/a@b",
            ),
            ("http://me@host", "http://***:***@host"),
            ("http://me:w@rd@[::1]:9/", "http://***:***@[::1]:9/"),
            ("http://me:wo/rd@host/", "http://***:***@host/"),
            ("me:word@host", "***:***@host"),
            ("localhost:x", "localhost:x"),
            ("", ""),
        ] {
            assert_eq!(masked(url), shown);
        }
        let request = Request {
            url: "http://me:word@host/".to_owned(),
            ..Request::default()
        };
        assert!(!format!("{request:?}").contains("word"), "{request:?}");
    }
}
