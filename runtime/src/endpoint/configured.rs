//! Endpoints that are configured in place of the service's own.

use super::functions::is_host_label;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The URL with at least `/` for a path; none when it has no host that can exist.
pub(super) fn url(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end)?;
    let host_and_port = authority
        .rsplit_once('@')
        .map_or(authority, |(_, after)| after);
    host(host_and_port).then(|| {
        if path.starts_with('/') {
            url.to_owned()
        } else {
            format!("{}/{path}", url.strip_suffix(path).unwrap_or(url))
        }
    })
}

/// Whether it is a host name or an address, with or without a port.
fn host(text: &str) -> bool {
    if let Some((address, port)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return address.parse::<Ipv6Addr>().is_ok() && (port.is_empty() || port.starts_with(':'));
    }
    let name = text.split_once(':').map_or(text, |(name, _)| name);
    let name = name.strip_suffix('.').unwrap_or(name);
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
        ] {
            assert_eq!(url(given), None, "{given}");
        }
    }
}
