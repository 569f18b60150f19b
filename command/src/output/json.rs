//! JSON with an indent of four.

use super::scalar;
use opsmith_runtime::document::Document;

/// The value over several lines.
pub(crate) fn pretty(value: &Document) -> String {
    let mut out = String::new();
    write(value, Some(0), &mut out);
    out
}

/// The value on one line, without blanks.
pub(crate) fn compact(value: &Document) -> String {
    let mut out = String::new();
    write(value, None, &mut out);
    out
}

/// Writes a value; `indent` is that of its line, or `None` to write it on one line.
fn write(value: &Document, indent: Option<usize>, out: &mut String) {
    match value {
        Document::List(list) => {
            parts(['[', ']'], list.iter(), indent, out, write);
        }
        Document::Map(map) => parts(
            ['{', '}'],
            map.iter(),
            indent,
            out,
            |(key, value), indent, out| {
                out.push_str(&quoted(key));
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(value, indent, out);
            },
        ),
        Document::Null => out.push_str("null"),
        Document::Boolean(value) => out.push_str(if *value { "true" } else { "false" }),
        Document::Integer(value) => out.push_str(&value.to_string()),
        Document::Digits(digits) => out.push_str(digits),
        Document::Float(value) => out.push_str(&scalar::float(*value)),
        Document::String(text) => out.push_str(&quoted(text)),
        Document::Blob(_) | Document::Timestamp(_) => out.push_str("null"),
    }
}

fn parts<T>(
    [open, close]: [char; 2],
    parts: impl ExactSizeIterator<Item = T>,
    indent: Option<usize>,
    out: &mut String,
    write: impl Fn(T, Option<usize>, &mut String),
) {
    out.push(open);
    let count = parts.len();
    let inner = indent.map(|indent| indent + 4);
    let newline = |indent: Option<usize>, out: &mut String| {
        if let Some(indent) = indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
        }
    };
    for (index, part) in parts.enumerate() {
        if index > 0 {
            out.push(',');
        }
        newline(inner, out);
        write(part, inner, out);
    }
    if count > 0 {
        newline(indent, out);
    }
    out.push(close);
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
