//! The canonical form of a request.

use std::borrow::Cow;
use std::collections::BTreeSet;

use http::{HeaderMap, Request};
use opsmith_runtime::redact::REDACTED;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::X_AMZ_SECURITY_TOKEN;

/// Everything but the characters that RFC 3986 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The text of a request that its signature covers.
pub(super) struct CanonicalRequest<'a> {
    method: &'a str,
    path: String,
    query: String,
    headers: Vec<(&'a str, Vec<u8>)>,
    body_hash: String,
}

impl<'a> CanonicalRequest<'a> {
    pub(super) fn new<B>(
        request: &'a Request<B>,
        signed_headers: &BTreeSet<&'a str>,
        body_hash: String,
    ) -> Self {
        let header = |name: &&'a str| (*name, canonical_header(request.headers(), name));
        Self {
            method: request.method().as_str(),
            path: canonical_path(request.uri().path()),
            query: canonical_query(request.uri().query().unwrap_or_default()),
            headers: signed_headers.iter().map(header).collect(),
            body_hash,
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let Self {
            method,
            path,
            query,
            headers,
            body_hash,
        } = self;
        let mut bytes = format!("{method}\n{path}\n{query}\n").into_bytes();
        for (name, value) in headers {
            bytes.extend([name.as_bytes(), b":", value, b"\n"].concat());
        }
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        bytes.extend(format!("\n{}\n{body_hash}", names.join(";")).into_bytes());
        bytes
    }

    /// The text to show, without the session token.
    pub(super) fn into_redacted_text(mut self) -> String {
        for (_, value) in self
            .headers
            .iter_mut()
            .filter(|(name, _)| *name == X_AMZ_SECURITY_TOKEN)
        {
            *value = REDACTED.into();
        }
        String::from_utf8_lossy(&self.to_bytes()).into_owned()
    }
}

/// The path without empty and dot segments, each byte that is not unreserved encoded: also the `%`
/// of those that came encoded.
fn canonical_path(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(encode(segment.as_bytes())),
        }
    }
    let is_folder = ["/", "/.", "/.."].iter().any(|end| path.ends_with(end));
    let end = if is_folder && !segments.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{end}", segments.join("/"))
}

/// The query's parameters, each decoded and encoded again, in the order of the encoded text.
fn canonical_query(query: &str) -> String {
    let mut parameters: Vec<(String, String)> = query
        .split('&')
        .filter(|parameter| !parameter.is_empty())
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .map(|(name, value)| (encode(&decode(name)), encode(&decode(value))))
        .collect();
    parameters.sort_unstable();
    let parameters: Vec<String> = parameters
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    parameters.join("&")
}

/// The values of a header in the order they were sent, each with its runs of spaces reduced to one.
fn canonical_header(headers: &HeaderMap, name: &str) -> Vec<u8> {
    let value = |value: &http::HeaderValue| {
        let words: Vec<&[u8]> = value
            .as_bytes()
            .split(|byte| *byte == b' ')
            .filter(|word| !word.is_empty())
            .collect();
        words.join(&b' ')
    };
    let values: Vec<Vec<u8>> = headers.get_all(name).iter().map(value).collect();
    values.join(&b',')
}

fn encode(bytes: &[u8]) -> String {
    percent_encode(bytes, RESERVED).to_string()
}

/// Decodes one name or value of a query, in which a plus means a space.
fn decode(text: &str) -> Vec<u8> {
    let text: Cow<'_, str> = if text.contains('+') {
        text.replace('+', " ").into()
    } else {
        text.into()
    };
    percent_decode_str(&text).collect()
}
