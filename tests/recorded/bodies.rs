//! Bodies of requests as values, so that the order of what has none does not count.

use flate2::read::GzDecoder;
use opsmith_runtime::codec::cbor;
use opsmith_runtime::document::Document;
use percent_encoding::percent_decode_str;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Value, json};
use std::io::Read;

/// The value of a body: what it is, by its type, its first byte or its protocol.
pub(super) fn value(bytes: &[u8], kind: &str, encoding: &str, protocol: &str) -> Value {
    let mut unpacked = Vec::new();
    let bytes = match encoding.contains("gzip") {
        true if GzDecoder::new(bytes).read_to_end(&mut unpacked).is_ok() => &unpacked,
        _ => bytes,
    };
    if bytes.is_empty() {
        return Value::Null;
    }
    let text = std::str::from_utf8(bytes).ok();
    let read = if kind.contains("cbor") {
        cbor::document(bytes).ok().map(of_document)
    } else if kind.contains("x-www-form-urlencoded") || matches!(protocol, "query" | "ec2") {
        text.map(form)
    } else if matches!(bytes[0], b'{' | b'[' | b'"') || kind.contains("json") {
        serde_json::from_slice(bytes).ok()
    } else {
        text.filter(|text| text.starts_with('<')).and_then(xml)
    };
    let other = || text.map_or_else(|| json!({ "bytes": bytes }), Value::from);
    read.unwrap_or_else(other)
}

fn of_document(document: Document) -> Value {
    match document {
        Document::Map(entries) => {
            let entries = entries.into_iter();
            entries
                .map(|(key, value)| (key, of_document(value)))
                .collect()
        }
        Document::List(values) => values.into_iter().map(of_document).collect(),
        Document::String(text) => text.into(),
        other => json!({ "cbor": format!("{other:?}") }),
    }
}

fn form(text: &str) -> Value {
    let mut pairs = pairs(&text.replace('+', "%20"));
    pairs.sort();
    json!(pairs)
}

/// The decoded pairs of a form or query string.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// An element: its name, attributes, text, and the elements in it.
#[derive(Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    text: String,
    elements: Vec<Element>,
}

/// A document of XML, where elements of one name keep their order, and text beside elements does not
/// count.
fn xml(text: &str) -> Option<Value> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => open.push(element(&start)?),
            Event::End(_) => {
                let done = open.pop()?;
                open.last_mut()?.elements.push(done);
            }
            Event::Text(text) => open.last_mut()?.text += &*text,
            Event::CData(text) => open.last_mut()?.text += &*text,
            Event::GeneralRef(name) => open.last_mut()?.text += &format!("&{};", &*name),
            Event::Eof => break,
            _ => {}
        }
    }
    Some(of_element(open.pop().filter(|_| open.is_empty())?))
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.ok()?;
        Some((
            attribute.key.as_ref().to_owned(),
            attribute.value.into_owned(),
        ))
    });
    let mut attributes = attributes.collect::<Option<Vec<_>>>()?;
    attributes.sort();
    Some(Element {
        name: start.name().as_ref().to_owned(),
        attributes,
        ..Element::default()
    })
}

fn of_element(mut element: Element) -> Value {
    element.elements.sort_by(|a, b| a.name.cmp(&b.name));
    let text = match element.elements.is_empty() {
        true => unescaped(&element.text),
        false => String::new(),
    };
    let elements: Value = element.elements.into_iter().map(of_element).collect();
    json!([element.name, element.attributes, text, elements])
}

/// Text in one form, as the same letter is written by name, by number or as it is.
fn unescaped(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), |text| text.into_owned())
}
