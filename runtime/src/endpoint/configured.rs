//! Endpoints that are configured in place of the service's own.

use super::functions::is_host_label;
use crate::error::ConfigError;
use crate::http::Url;
use ::http::Uri;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A URL that is configured in place of a service's own.
#[derive(Debug)]
pub(crate) struct ConfiguredUrl {
    pub(crate) url: Url,
    /// Whether it is for this client alone, as opposed to the environment or a shared file.
    pub(crate) by_option: bool,
}

/// Looks up what is configured about the endpoint of a service.
pub(crate) trait EndpointSettings: fmt::Debug + Send + Sync {
    /// The URL for the service with this SDK id, if one is configured.
    fn endpoint_url(&self, sdk_id: &str) -> Result<Option<ConfiguredUrl>, ConfigError>;

    /// The value of a parameter of endpoint rules, by its built-in name (`AWS::S3::Accelerate`), or
    /// by its own if it has none; `None` if none is configured.
    fn parameter(&self, parameter: &str) -> Result<Option<bool>, ConfigError>;
}

/// The URL with at least `/` as its path, or `None` if its host can't exist.
pub(super) fn url(url: &str) -> Option<String> {
    // A `#` in a password ends the host early.
    let fragment = url.split_once('#').map_or("", |(_, fragment)| fragment);
    let url: Uri = url.parse().ok().filter(|_| !fragment.contains('@'))?;
    url.scheme()?;
    is_host(url.host()?).then(|| url.to_string())
}

/// Whether it is a host name or an address.
fn is_host(text: &str) -> bool {
    if let Some(address) = text.strip_prefix('[') {
        let address = address.strip_suffix(']');
        return address.is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let is_name = name.len() <= 255
        && name
            .split('.')
            .all(|label| is_host_label(label, false) && !label.ends_with('-'));
    is_name || name.parse::<Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn urls_get_a_path() {
        for (given, expected) in [
            ("http://127.0.0.1:9", "http://127.0.0.1:9/"),
            ("http://[::1]:9", "http://[::1]:9/"),
            ("https://a-b.example.?x=y", "https://a-b.example./?x=y"),
            ("http://localhost/base", "http://localhost/base"),
            ("http://user:word@host", "http://user:word@host/"),
        ] {
            assert_eq!(url(given).as_deref(), Some(expected));
        }
    }

    #[test]
    fn hosts_that_cannot_be_are_refused() {
        for given in [
            "http://",
            "http://a b/",
            "http://a_b.c/",
            "localhost:8080",
            "http://-a/",
            "http://[x]/",
            "",
            "://",
            "http://me:hunter2#x@host/",
        ] {
            assert_eq!(url(given), None, "{given}");
        }
    }
}
