//! [`Proxies`]: through which proxy a request goes.

use super::{masked, server, split_user};
use ::http::uri::Scheme;
use ::http::{HeaderValue, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use std::fmt;

/// Through which proxy requests go, by the scheme of their URL, and which hosts are called
/// directly.
#[derive(Clone, Default)]
pub struct Proxies {
    http: Option<String>,
    https: Option<String>,
    /// Host names, with or without a port, that are called directly with all below them; `*` alone
    /// is every host.
    direct: Vec<String>,
}

impl Proxies {
    /// The proxies that environment variables name: `http_proxy`, `https_proxy` and `no_proxy`,
    /// where lower case wins over upper case. `lookup` gives the value of a variable. In a CGI
    /// program, which has `REQUEST_METHOD`, `HTTP_PROXY` is a header of the request and is ignored.
    ///
    /// # Errors
    ///
    /// The first error of `lookup`.
    pub fn from_variables<E>(
        lookup: impl Fn(&str) -> Result<Option<String>, E>,
    ) -> Result<Self, E> {
        let variable = |lower: &str| match lookup(lower)? {
            Some(value) => Ok(Some(value)),
            None => lookup(&lower.to_ascii_uppercase()),
        };
        let proxy = |lower| {
            Ok::<_, E>(
                variable(lower)?
                    .filter(|url| !url.is_empty())
                    .map(with_scheme),
            )
        };
        let cgi = lookup("REQUEST_METHOD")?.is_some();
        let http = if cgi {
            lookup("http_proxy")?.map(with_scheme)
        } else {
            proxy("http_proxy")?
        };
        let direct = variable("no_proxy")?.unwrap_or_default();
        let direct = direct
            .split(',')
            .map(|host| host.trim().trim_start_matches('.').to_ascii_lowercase());
        Ok(Proxies {
            http,
            https: proxy("https_proxy")?,
            direct: direct.filter(|host| !host.is_empty()).collect(),
        })
    }

    /// The URL of the proxy for a request to `url`; `None` when it goes directly.
    pub fn proxy_for(&self, url: &str) -> Option<&str> {
        self.proxy_of(&url.parse().ok()?)
    }

    pub(super) fn proxy_of(&self, url: &Uri) -> Option<&str> {
        let proxy = if *url.scheme()? == Scheme::HTTPS {
            self.https.as_deref()?
        } else {
            self.http.as_deref()?
        };
        (!self.is_direct(url)).then_some(proxy)
    }

    fn is_direct(&self, url: &Uri) -> bool {
        let name = url.host().unwrap_or_default().to_ascii_lowercase();
        let port = url.port().map(|port| format!("{name}:{port}"));
        let below = |host: &str, direct: &str| {
            host.strip_suffix(direct)
                .is_some_and(|before| before.is_empty() || before.ends_with('.'))
        };
        let is_direct = |host: &str| self.direct.iter().any(|direct| below(host, direct));
        self.direct == ["*"] || is_direct(&name) || port.as_deref().is_some_and(is_direct)
    }
}

/// Proxies may hold a password.
impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let masked = |url: &Option<String>| url.as_deref().map(masked);
        let mut debug = f.debug_struct("Proxies");
        debug
            .field("http", &masked(&self.http))
            .field("https", &masked(&self.https));
        debug.field("direct", &self.direct).finish()
    }
}

/// A proxy as it is called. It has no `Debug`, as it may hold a password.
pub(super) struct Proxy {
    /// Where it is.
    pub(super) uri: Uri,
    /// The value of the header `proxy-authorization`, if its URL has a user name.
    pub(super) authorization: Option<HeaderValue>,
}

impl Proxy {
    /// A user name and a password may have escapes, and characters that a URL has not.
    pub(super) fn parse(url: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let (scheme, user, host) = split_user(url);
        let uri = server(&format!("{scheme}{host}"))?;
        let authorization = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            let mut pair: Vec<u8> = percent_decode_str(name).collect();
            pair.push(b':');
            pair.extend(percent_decode_str(password));
            HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair)))
        });
        let mut authorization = authorization.transpose()?;
        if let Some(value) = &mut authorization {
            value.set_sensitive(true);
        }
        Ok(Proxy { uri, authorization })
    }
}

fn with_scheme(url: String) -> String {
    if url.contains("://") {
        url
    } else {
        format!("http://{url}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies<const N: usize>(variables: [(&str, &str); N]) -> Proxies {
        let variables = std::collections::HashMap::from(variables);
        let lookup = |name: &str| Ok(variables.get(name).map(|value| (*value).to_owned()));
        Proxies::from_variables::<std::convert::Infallible>(lookup).expect("no error")
    }

    #[test]
    fn lower_case_wins_and_the_scheme_chooses() {
        let all = proxies([
            ("HTTP_PROXY", "upper:1"),
            ("http_proxy", "lower:1"),
            ("HTTPS_PROXY", "http://s:2"),
        ]);
        assert_eq!(all.proxy_for("http://a/"), Some("http://lower:1"));
        assert_eq!(all.proxy_for("HTTPS://a/"), Some("http://s:2"));
    }

    #[test]
    fn a_cgi_program_does_not_take_a_header_for_its_proxy() {
        let cgi = proxies([("HTTP_PROXY", "evil:1"), ("REQUEST_METHOD", "GET")]);
        assert_eq!(cgi.proxy_for("http://a/"), None);
    }

    #[test]
    fn hosts_that_are_called_directly() {
        let direct = |list: &str, url: &str| {
            proxies([("http_proxy", "p:1"), ("no_proxy", list)])
                .proxy_for(url)
                .is_none()
        };
        for (list, url, expected) in [
            ("*", "http://a/", true),
            ("*,b", "http://a/", false),
            ("example.com", "http://example.com/", true),
            (".example.com", "http://a.example.com:80/x", true),
            ("example.com", "http://notexample.com/", false),
            (
                "b , EXAMPLE.com:8080",
                "http://user@a.Example.COM:8080/",
                true,
            ),
            ("example.com:8080", "http://example.com/", false),
            ("127.0.0.0/8", "http://127.0.0.1/", false),
            ("", "http://a/", false),
        ] {
            assert_eq!(direct(list, url), expected, "{list} {url}");
        }
    }

    #[test]
    fn names_and_passwords_of_proxies() {
        for (url, uri, pair) in [
            ("http://p:1", "http://p:1/", None),
            ("https://me:word@p", "https://p/", Some("me:word")),
            ("http://me@p:1/", "http://p:1/", Some("me:")),
            ("http://m%40e:w%3Ao:rd@p/", "http://p/", Some("m@e:w:o:rd")),
            ("http://me:w^o#r/d@p", "http://p/", Some("me:w^o#r/d")),
        ] {
            let proxy = Proxy::parse(url).map_err(|error| error.to_string());
            let proxy = proxy.unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!(proxy.uri.to_string(), uri);
            let value = pair.map(|pair| format!("Basic {}", STANDARD.encode(pair)));
            let sent = proxy.authorization.as_ref().map(HeaderValue::as_bytes);
            assert_eq!(sent, value.as_deref().map(str::as_bytes), "{url}");
        }
        for url in ["socks5://p:1", "http://", "http://p:x", "http://p q"] {
            assert!(Proxy::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        let debug = format!("{:?}", proxies([("https_proxy", "http://me:secret@p:1")]));
        assert!(!debug.contains("secret"), "{debug}");
    }
}
