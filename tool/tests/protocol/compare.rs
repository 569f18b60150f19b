//! Comparing a request, or what was read from an answer, with what it has to be.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opsmith_runtime::Timestamp;
use opsmith_runtime::codec::cbor;
use opsmith_runtime::document::Document;
use opsmith_runtime::http::Request;
use opsmith_runtime::schema::{Kind, Protocol, Service, ShapeIndex};
use percent_encoding::percent_decode_str;
use quick_xml::events::Event;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Debug;

/// The idempotency token of the cases, where a random one is sent.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

pub(crate) fn same<T: PartialEq + Debug + ?Sized>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: {found:?}, expected {expected:?}"))
    }
}

/// Parameters of the query string may be in any order.
pub(crate) fn url(found: &str, expected: &str) -> Result<(), String> {
    let found = with_token(found.as_bytes(), expected);
    let parts = |url: &str| {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let mut query: Vec<_> = query.split('&').map(str::to_owned).collect();
        query.sort();
        (path.to_owned(), query)
    };
    same(
        "URL",
        &parts(&String::from_utf8_lossy(&found)),
        &parts(expected),
    )
}

/// Headers that a case demands are there, and those that it forbids are not.
pub(crate) fn headers(
    protocol: Protocol,
    request: &Request,
    expected: &Value,
) -> Result<(), String> {
    let header = |name: &str| {
        let mut headers = request.headers.iter();
        headers.find(|(found, _)| found.eq_ignore_ascii_case(name))
    };
    let names = |list: &str| {
        let list = expected[list].as_array().into_iter().flatten();
        list.map(|name| name.as_str().expect("a name").to_owned())
    };
    for (name, value) in expected["headers"].as_object().into_iter().flatten() {
        // The lists of the cases have blanks after commas.
        let value = value.as_str().expect("a header").replace(", ", ",");
        if name.eq_ignore_ascii_case("content-type") && !has_content_type(protocol, &value) {
            continue;
        }
        let found = header(name).map(|(_, found)| {
            let found = found.replace(", ", ",").replace("; charset=utf-8", "");
            String::from_utf8_lossy(&with_token(found.as_bytes(), &value)).into_owned()
        });
        same(name, &found.as_deref(), &Some(&*value))?;
    }
    for name in names("requireHeaders") {
        // The transport adds the length.
        let is_added = name.eq_ignore_ascii_case("content-length") && !request.body.is_empty();
        same(&name, &(is_added || header(&name).is_some()), &true)?;
    }
    names("forbidHeaders").try_for_each(|name| same(&name, &header(&name), &None))
}

/// Whether the AWS CLI sends this content type too: it sends none with XML, and none with the bytes of
/// a member.
fn has_content_type(protocol: Protocol, value: &str) -> bool {
    match protocol {
        Protocol::RestXml => false,
        Protocol::RestJson1 => value == "application/json",
        _ => true,
    }
}

/// A body in the protocol's format, or else as it is.
pub(crate) fn body(protocol: Protocol, found: &[u8], expected: &str) -> Result<(), String> {
    let found = with_token(found, expected);
    let text = String::from_utf8_lossy(&found);
    match protocol {
        Protocol::AwsQuery | Protocol::Ec2Query => same("body", &form(&text), &form(expected)),
        Protocol::RpcV2Cbor => {
            let expected = BASE64.decode(expected).map_err(|error| error.to_string())?;
            if expected.is_empty() || found.is_empty() {
                return same("body", &*found, &*expected);
            }
            let read = |bytes: &[u8]| cbor::document(bytes).map_err(|error| error.to_string());
            document("body", &read(&found)?, &read(&expected)?, Strictness::Exact)
        }
        Protocol::RestXml => match xml(expected) {
            Some(expected) => same("body", &xml(&text), &Some(expected)),
            None => same("body", &*text, expected),
        },
        _ => match serde_json::from_str::<Value>(expected) {
            Ok(expected) => same("body", &serde_json::from_str(&text).ok(), &Some(expected)),
            Err(_) => same("body", &*text, expected),
        },
    }
}

/// The pairs of a form.
fn form(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let text = text.replace('+', "%20");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

/// An XML document in one form: without blanks around text, and with attributes in order.
fn xml(text: &str) -> Option<Vec<String>> {
    let mut reader = quick_xml::Reader::from_str(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.trim_text(true);
    let mut parts = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) => {}
            Event::Start(start) => {
                let attributes = start.attributes().filter_map(Result::ok);
                let mut attributes: Vec<_> = attributes
                    .map(|attribute| format!("{attribute:?}"))
                    .collect();
                attributes.sort();
                parts.push(format!("<{:?} {attributes:?}", start.name()));
            }
            other => parts.push(format!("{other:?}")),
        }
    }
    (!parts.is_empty()).then_some(parts)
}

/// What was found, with the token of the cases in place of the random one.
fn with_token<'a>(found: &'a [u8], expected: &str) -> Cow<'a, [u8]> {
    let is_token = |text: &[u8]| {
        text.iter()
            .zip(TOKEN.bytes())
            .enumerate()
            .all(|(at, (byte, token))| match token {
                b'-' => *byte == b'-',
                b'4' if at == 14 => *byte == b'4',
                _ => byte.is_ascii_hexdigit(),
            })
    };
    let at = found
        .windows(TOKEN.len())
        .position(is_token)
        .filter(|_| expected.contains(TOKEN));
    match at {
        None => found.into(),
        Some(at) => [&found[..at], TOKEN.as_bytes(), &found[at + TOKEN.len()..]]
            .concat()
            .into(),
    }
}

/// A value as the cases write it: bytes as text, points in time as numbers, and numbers that are
/// none by name. Members that are null are absent.
pub(crate) fn typed(service: &Service<'_>, ix: ShapeIndex, value: &Document) -> Document {
    let shape = service.shape(ix);
    let element = || {
        shape
            .element()
            .map_or(ShapeIndex::MAX, |element| element.target)
    };
    match (shape.kind, value) {
        (Kind::Structure | Kind::Union, Document::Map(members)) => {
            let members = members
                .iter()
                .filter(|(_, value)| **value != Document::Null);
            let member = |(name, value): (&String, &Document)| {
                let (_, member) = shape.member(name).expect(name);
                (name.clone(), typed(service, member.target, value))
            };
            Document::Map(members.map(member).collect())
        }
        (Kind::Structure | Kind::Union, Document::Null) => Document::Map(Default::default()),
        (Kind::Map, Document::Map(entries)) => {
            let entries = entries.iter();
            let entries =
                entries.map(|(key, value)| (key.clone(), typed(service, element(), value)));
            Document::Map(entries.collect())
        }
        (Kind::List, Document::List(list)) => {
            let list = list.iter();
            Document::List(list.map(|value| typed(service, element(), value)).collect())
        }
        (Kind::Blob, Document::String(text)) => Document::Blob(text.as_bytes().to_vec()),
        (Kind::Timestamp, Document::Integer(seconds)) => {
            Timestamp::new(i64::try_from(*seconds).expect("seconds"), 0).into()
        }
        (Kind::Timestamp, Document::Float(seconds)) => {
            Timestamp::from_epoch(*seconds).expect("a time").into()
        }
        (Kind::Float | Kind::Double, Document::String(text)) => {
            Document::Float(text.parse().expect("a number"))
        }
        (Kind::Float | Kind::Double, Document::Integer(number)) => Document::Float(*number as f64),
        (_, value) => value.clone(),
    }
}

/// How exactly a document has to be what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Every value is of the type of its shape.
    Exact,
    /// A number may be a text, and a whole number a float.
    Meaning,
}

/// Compares documents; NaNs are equal.
pub(crate) fn document(
    path: &str,
    found: &Document,
    expected: &Document,
    strictness: Strictness,
) -> Result<(), String> {
    let number = |value: &Document| match value {
        Document::Integer(value) => Some(value.to_string()),
        Document::Float(value) => Some(value.to_string()),
        Document::String(text) => text.parse().ok().map(|value: f64| value.to_string()),
        _ => None,
    };
    match (found, expected) {
        (Document::Map(found), Document::Map(expected)) => {
            let names = |map: &opsmith_runtime::document::Map| {
                let mut names: Vec<_> = map.keys().cloned().collect();
                names.sort();
                names
            };
            same(&format!("{path} names"), &names(found), &names(expected))?;
            found.iter().try_for_each(|(name, found)| {
                document(
                    &format!("{path}.{name}"),
                    found,
                    &expected[name],
                    strictness,
                )
            })
        }
        (Document::List(found), Document::List(expected)) => {
            same(&format!("{path} length"), &found.len(), &expected.len())?;
            let mut pairs = found.iter().zip(expected).enumerate();
            pairs.try_for_each(|(at, (found, expected))| {
                document(&format!("{path}[{at}]"), found, expected, strictness)
            })
        }
        (Document::Float(found), Document::Float(expected)) => {
            same(path, &found.to_string(), &expected.to_string())
        }
        _ if found == expected => Ok(()),
        _ if strictness == Strictness::Meaning
            && number(expected).is_some()
            && number(found) == number(expected) =>
        {
            Ok(())
        }
        _ => Err(format!(
            "{path}: {}, expected {}",
            shown(found),
            shown(expected)
        )),
    }
}

/// A value and its kind.
fn shown(value: &Document) -> String {
    match value {
        Document::Boolean(value) => format!("boolean {value}"),
        Document::Integer(value) => format!("integer {value}"),
        Document::Float(value) => format!("float {value}"),
        Document::Digits(text) | Document::String(text) => format!("{} {text:?}", value.kind()),
        Document::Blob(bytes) => format!("blob {:?}", String::from_utf8_lossy(bytes)),
        Document::Timestamp(point) => format!("timestamp {point}"),
        other => format!("{other:?}"),
    }
}
