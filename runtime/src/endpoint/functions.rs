//! The functions of the rules language whose arguments all have values.

use super::{Value, partition};
use crate::http::RESERVED;
use crate::schema::rules::Function;
use ::http::Uri;
use percent_encoding::utf8_percent_encode;
use std::net::Ipv4Addr;

/// Calls a function. `None` if it has no value for these arguments, or they have the wrong types.
pub(super) fn call(function: Function, arguments: &[Value]) -> Option<Value> {
    let text = |at: usize| arguments.get(at)?.as_text();
    let flag = |at: usize| match arguments.get(at)? {
        Value::Boolean(value) => Some(*value),
        _ => None,
    };
    let number = |at: usize| match arguments.get(at)? {
        Value::Integer(value) => usize::try_from(*value).ok(),
        _ => None,
    };
    match function {
        Function::Not => Some(Value::Boolean(!flag(0)?)),
        Function::GetAttr => arguments.first()?.at(text(1)?).cloned(),
        Function::StringEquals => Some(Value::Boolean(text(0)? == text(1)?)),
        Function::BooleanEquals => Some(Value::Boolean(flag(0)? == flag(1)?)),
        Function::IsValidHostLabel => Some(Value::Boolean(is_host_label(text(0)?, flag(1)?))),
        Function::ParseUrl => parse_url(text(0)?),
        Function::Substring => substring(text(0)?, number(1)?, number(2)?, flag(3)?),
        Function::UriEncode => Some(Value::Text(
            utf8_percent_encode(text(0)?, RESERVED).to_string(),
        )),
        Function::Split => Some(split(text(0)?, text(1)?, number(2)?)),
        Function::Partition => partition::of_region(text(0)?).map(partition::Partition::value),
        Function::ParseArn => parse_arn(text(0)?),
        Function::IsVirtualHostableS3Bucket => Some(Value::Boolean(is_bucket(text(0)?, flag(1)?))),
        // These take arguments without values, and are called where that is known.
        Function::IsSet | Function::Coalesce | Function::Ite => None,
    }
}

pub(super) fn is_host_label(text: &str, dots: bool) -> bool {
    if dots {
        return text.split('.').all(|label| is_host_label(label, false));
    }
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && !text.starts_with('-') && text.bytes().all(inner)
}

fn substring(text: &str, start: usize, stop: usize, reverse: bool) -> Option<Value> {
    if start >= stop || text.len() < stop || !text.is_ascii() {
        return None;
    }
    let range = if reverse {
        text.len() - stop..text.len() - start
    } else {
        start..stop
    };
    text.get(range).map(Value::from)
}

fn split(text: &str, delimiter: &str, limit: usize) -> Value {
    let parts: Vec<Value> = match (delimiter.is_empty(), limit) {
        (true, _) => vec![text.into()],
        (false, 0) => text.split(delimiter).map(Value::from).collect(),
        (false, limit) => text.splitn(limit, delimiter).map(Value::from).collect(),
    };
    Value::List(parts)
}

/// Scheme, authority and path of an HTTP URL without a query.
fn parse_url(text: &str) -> Option<Value> {
    let url: Uri = text.parse().ok()?;
    let scheme = url.scheme_str()?;
    let authority = url.authority()?.as_str();
    if !matches!(scheme, "http" | "https") || text.contains(['?', '#']) {
        return None;
    }
    // `Uri` has a slash where the text has no path.
    let path = Some(url.path()).filter(|path| text.ends_with(path));
    let path = path.unwrap_or_default();
    let normalized = format!("/{}/", path.trim_matches('/')).replace("//", "/");
    Some(Value::Map(vec![
        ("scheme".to_owned(), scheme.into()),
        ("authority".to_owned(), authority.into()),
        ("path".to_owned(), path.into()),
        ("normalizedPath".to_owned(), normalized.as_str().into()),
        ("isIp".to_owned(), Value::Boolean(is_address(&url))),
    ]))
}

/// Whether the host of a URL is an IP address.
pub(super) fn is_address(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default();
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

/// The parts of `arn:partition:service:region:account:resource`.
fn parse_arn(text: &str) -> Option<Value> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let ("arn", partition, service, region, account, resource) =
        (next()?, next()?, next()?, next()?, next()?, next()?)
    else {
        return None;
    };
    if partition.is_empty() || service.is_empty() || resource.is_empty() {
        return None;
    }
    let resource = resource.split([':', '/']).map(Value::from).collect();
    Some(Value::Map(vec![
        ("partition".to_owned(), partition.into()),
        ("service".to_owned(), service.into()),
        ("region".to_owned(), region.into()),
        ("accountId".to_owned(), account.into()),
        ("resourceId".to_owned(), Value::List(resource)),
    ]))
}

/// Whether the bucket's name can be part of a host name that certificates of S3 cover.
fn is_bucket(name: &str, dots: bool) -> bool {
    let label = |label: &str| {
        let end = |byte: Option<u8>| {
            byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        label.bytes().all(inner) && end(label.bytes().next()) && end(label.bytes().next_back())
    };
    let labels = if dots {
        name.split('.').all(label)
    } else {
        label(name)
    };
    (3..=63).contains(&name.len()) && labels && name.parse::<Ipv4Addr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_have_parts() {
        let part = |url: &str, name: &str| parse_url(url).and_then(|url| url.get(name).cloned());
        assert_eq!(
            part("https://a.b:8443/x/y", "authority"),
            Some("a.b:8443".into())
        );
        assert_eq!(part("https://a.b", "normalizedPath"), Some("/".into()));
        assert_eq!(part("https://a.b", "path"), Some("".into()));
        assert_eq!(part("https://a.b/", "path"), Some("/".into()));
        assert_eq!(part("https://a.b/x", "normalizedPath"), Some("/x/".into()));
        assert_eq!(
            part("http://127.0.0.1/", "isIp"),
            Some(Value::Boolean(true))
        );
        for url in ["ftp://a", "https://a?b", "a", "https://"] {
            assert_eq!(parse_url(url), None, "{url}");
        }
    }

    #[test]
    fn arns_have_parts() {
        let arn = parse_arn("arn:aws:s3:::bucket/key:x").expect("an ARN");
        assert_eq!(arn.at("resourceId[1]"), Some(&"key".into()));
        assert_eq!(arn.at("resourceId[9]"), None);
        assert_eq!(parse_arn("arn:aws:s3::bucket"), None);
    }

    #[test]
    fn substrings_count_from_either_end() {
        assert_eq!(substring("abcdef", 0, 4, false), Some("abcd".into()));
        assert_eq!(substring("abcdef", 0, 4, true), Some("cdef".into()));
        assert_eq!(substring("ab", 0, 4, false), None);
        assert_eq!(substring("é--", 0, 1, false), None);
    }
}
