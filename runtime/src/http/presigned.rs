//! [`Presigned`]: a request that anyone may send for a time.

use super::{Body, Header, Request};
use std::borrow::Cow;
use std::fmt;

/// Parameters of a URL that let its reader act in the name of who signed it.
const SECRETS: &[&str] = &[
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "X-Amz-S3session-Token",
];

/// A request with its signature in the URL: whoever has it can send it, without credentials, until
/// it expires, or the credentials that signed it do.
///
/// The URL is a secret, so `Debug` hides the signature, and there is no `Display`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Presigned {
    /// The method, e.g. `GET`.
    pub method: Cow<'static, str>,
    /// The whole URL.
    pub url: String,
    /// Headers that must be sent with it, as the signature covers them. Others may be sent too, but
    /// for Amazon S3 none that begins with `x-amz-`.
    pub headers: Vec<Header>,
    /// The body that the input makes. Amazon S3 accepts any other; elsewhere the signature covers
    /// it, so that it must be sent.
    pub body: Body,
}

impl From<Request> for Presigned {
    /// Takes the parts of a request that is signed already.
    fn from(request: Request) -> Self {
        Presigned {
            method: request.method,
            url: request.url,
            headers: request.headers,
            body: request.body,
        }
    }
}

impl From<Presigned> for Request {
    fn from(presigned: Presigned) -> Self {
        Request {
            method: presigned.method,
            url: presigned.url,
            headers: presigned.headers,
            body: presigned.body,
        }
    }
}

impl fmt::Debug for Presigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Request::from(self.clone()).fmt_as(f, "Presigned")
    }
}

/// The URL without what lets its reader act in the name of who signed it.
pub(super) fn without_secrets(url: &str) -> Cow<'_, str> {
    let secret = |pair: &str| {
        let name = pair.split_once('=')?.0;
        let mut secrets = SECRETS.iter();
        secrets
            .any(|secret| secret.eq_ignore_ascii_case(name))
            .then(|| format!("{name}=***"))
    };
    let Some((base, query)) = url.split_once('?') else {
        return url.into();
    };
    if !query.split('&').any(|pair| secret(pair).is_some()) {
        return url.into();
    }
    let pairs = query
        .split('&')
        .map(|pair| secret(pair).map_or(pair.into(), Cow::Owned));
    let pairs: Vec<Cow<'_, str>> = pairs.collect();
    format!("{base}?{}", pairs.join("&")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_not_shown() {
        let url = "https://host/key?X-Amz-Date=d&X-Amz-Signature=secret&X-Amz-Security-Token=hush";
        let presigned: Presigned = Request::new("GET", url).header("x-a", "value").into();
        assert_eq!(
            format!("{presigned:?}"),
            "Presigned { GET https://host/key?X-Amz-Date=d&X-Amz-Signature=***&X-Amz-Security-Token=***, \
             headers: [\"x-a\"], 0 bytes }"
        );
        assert_eq!(Request::from(presigned).url, url);
    }
}
