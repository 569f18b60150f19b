//! HTTP messages, and the [`Transport`] that carries them.

mod body;
mod error;
pub mod network;
mod presigned;
pub mod proxy;
mod reader;

#[cfg(any(feature = "checksums", feature = "compression"))]
pub(crate) use body::Coder;
pub use body::{Body, BodyStream, ByteStream, Bytes};
pub use error::{TransportError, TransportErrorKind};
pub use presigned::Presigned;
pub use reader::BodyReader;

use crate::future::BoxFuture;
use ::http::Uri;
pub use ::http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use std::borrow::Cow;
use std::fmt;

/// A header's name and value. Most names, and some values, are the same in every request.
pub type Header = (Cow<'static, str>, Cow<'static, str>);

/// What has to be percent-encoded in a part of a URL: everything but the characters that RFC 3986
/// calls unreserved.
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request, ready to be sent. `Debug` shows neither the values of headers nor the body.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Request {
    /// The method, e.g. `POST`.
    pub method: Cow<'static, str>,
    /// The whole URL; before the endpoint is known, only its path and query string.
    pub url: String,
    /// Headers in sending order, except `host` and `content-length`.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Body,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: impl Into<Cow<'static, str>>, url: impl Into<String>) -> Self {
        Request {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Body::Empty,
        }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The value of the first header with this name, in any letter case.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| &**value)
    }

    /// Says that the body has another content coding, on top of those that it had.
    #[cfg(any(feature = "checksums", feature = "compression"))]
    pub(crate) fn add_coding(&mut self, coding: &'static str) {
        const NAME: &str = "content-encoding";
        let mut headers = self.headers.iter_mut();
        match headers.find(|(name, _)| name.eq_ignore_ascii_case(NAME)) {
            Some((_, value)) => *value = format!("{value},{coding}").into(),
            None => self.headers.push((NAME.into(), coding.into())),
        }
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        self.body = body.into();
        self
    }
}

/// An answer, with a body in memory unless the type says otherwise. `Debug` shows neither the
/// values of headers nor the body.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Response<B = Bytes> {
    /// The HTTP status.
    pub status: u16,
    /// The headers. Their values are valid UTF-8.
    pub headers: HeaderMap,
    /// The body.
    pub body: B,
}

impl<B> Response<B> {
    /// An answer without headers.
    pub fn new(status: u16, body: B) -> Self {
        Response {
            status,
            headers: HeaderMap::new(),
            body,
        }
    }

    /// The value of the first header with this name, in any letter case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(text)
    }
}

/// The text of a header's value.
pub(crate) fn text(value: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok()
}

impl Response<BodyReader> {
    /// The answer without its body, and the body.
    pub fn split(self) -> (Response, BodyReader) {
        let head = Response {
            status: self.status,
            headers: self.headers,
            body: Bytes::new(),
        };
        (head, self.body)
    }

    /// The answer with its body in memory.
    ///
    /// # Errors
    ///
    /// The connection failed, or the body is longer than `limit`.
    pub async fn collect(self, limit: usize) -> Result<Response, TransportError> {
        Ok(Response {
            status: self.status,
            headers: self.headers,
            body: self.body.collect(limit).await?,
        })
    }
}

impl From<Response> for Response<BodyReader> {
    fn from(response: Response) -> Self {
        Response {
            status: response.status,
            headers: response.headers,
            body: response.body.into(),
        }
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_as(f, "Request")
    }
}

impl Request {
    fn fmt_as(&self, f: &mut fmt::Formatter<'_>, name: &str) -> fmt::Result {
        let names: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        write!(
            f,
            "{name} {{ {} {}, headers: {names:?}, {:?} }}",
            self.method,
            masked(&self.url),
            self.body
        )
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_with(f, format_args!("{} bytes", self.body.len()))
    }
}

impl fmt::Debug for Response<BodyReader> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_with(f, format_args!("{:?}", self.body))
    }
}

impl<B> Response<B> {
    fn fmt_with(&self, f: &mut fmt::Formatter<'_>, body: fmt::Arguments<'_>) -> fmt::Result {
        let names: Vec<_> = self.headers.keys().collect();
        write!(
            f,
            "Response {{ {}, headers: {names:?}, {body} }}",
            self.status
        )
    }
}

/// The URL with its user name and password replaced by stars, as the AWS CLI prints it, and the
/// signature of a presigned URL too. In a text that is not a URL, everything up to the last `@` may
/// be a password.
pub fn masked(url: &str) -> String {
    let url = presigned::without_secrets(url);
    match split_user(&url) {
        (scheme, Some(_), rest) => format!("{scheme}***:***@{rest}"),
        _ => url.into_owned(),
    }
}

/// The scheme of a URL with `://`, its user name and password, and the rest.
fn split_user(url: &str) -> (&str, Option<&str>, &str) {
    let (scheme, rest) = url.split_at(url.find("://").map_or(0, |at| at + "://".len()));
    let authority_length = url.parse().ok().and_then(|url: Uri| {
        let authority = url.authority()?.as_str();
        // `http://user:pass/word@host` parses as a host with a port that is not a number.
        let clear = authority.contains('@') || authority == url.host()? || url.port().is_some();
        clear.then_some(authority.len())
    });
    let user = rest.get(..authority_length.unwrap_or(rest.len()));
    match user.and_then(|user| user.rfind('@')) {
        Some(at) => (scheme, Some(&rest[..at]), &rest[at + 1..]),
        None => (scheme, None, rest),
    }
}

/// The URL of a server or a proxy. Its path and query string are as they were.
fn server(url: &str) -> Result<Uri, Box<dyn std::error::Error + Send + Sync>> {
    let uri: Uri = url.parse()?;
    if ![Some("http"), Some("https")].contains(&uri.scheme_str()) {
        return Err("it does not start with http:// or https://".into());
    }
    let (Some(authority), Some(host)) = (uri.authority(), uri.host()) else {
        return Err("it has no host".into());
    };
    let port = authority.port_u16().is_some();
    if host.is_empty() || !(port || authority.as_str().ends_with(host)) {
        return Err("it has no host, or its port is not a number".into());
    }
    Ok(uri)
}

/// A URL whose `Debug` leaves out the credentials in it.
#[derive(Clone)]
pub(crate) struct Url(pub(crate) String);

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        masked(&self.0).fmt(f)
    }
}

/// The largest answer that is read into memory: four times the largest that a service over AWS JSON
/// sends.
pub const LARGEST_ANSWER: usize = 64 << 20;

/// Sends a request to a server and returns the answer. It neither retries nor follows redirects.
pub trait Transport: fmt::Debug + Send + Sync {
    /// Sends the request. The future ends when the head of the answer is there; its body is read
    /// afterwards.
    fn send<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Response<BodyReader>, TransportError>>;
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
            (
                "http://host/?a=b&X-Amz-Signature=s&x-amz-security-token=t%3D",
                "http://host/?a=b&X-Amz-Signature=***&x-amz-security-token=***",
            ),
            (
                "http://host/X-Amz-Signature=s?X-Amz-Signature",
                "http://host/X-Amz-Signature=s?X-Amz-Signature",
            ),
            ("", ""),
        ] {
            assert_eq!(masked(url), shown);
        }
        let request = Request::new("GET", "http://me:word@host/");
        assert!(!format!("{request:?}").contains("word"), "{request:?}");
    }
}
