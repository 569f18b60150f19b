//! YAML documents, as the AWS CLI reads them: YAML 1.2, with dates, merge keys and a few older ways to write numbers.

use super::{DEEPEST, scalar};
use base64::Engine as _;
use libyaml_safer::{Event, EventData, Parser, ScalarStyle};
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::timestamp::Timestamp;
use std::collections::HashMap;

/// How many values a document may become once its aliases are replaced.
const MOST_VALUES: usize = 1_000_000;

const TAG: &str = "tag:yaml.org,2002:";

/// Reads a text of one YAML document.
///
/// # Errors
///
/// What is wrong with it, and where if the parser knows.
pub(crate) fn parse(text: &str) -> Result<Document, String> {
    let mut parser = Parser::new();
    parser.set_input(text.as_bytes());
    let mut reading = Reading { parser, anchors: HashMap::new(), values: 0 };
    let mut document = None;
    loop {
        match reading.event()? {
            EventData::StreamEnd => return Ok(document.unwrap_or_default()),
            EventData::DocumentStart { .. } if document.is_some() => return Err("one document is expected".to_owned()),
            EventData::DocumentStart { .. } => {
                let event = reading.event()?;
                document = Some(reading.value(event, 0)?);
            }
            _ => {}
        }
    }
}

struct Reading<'a> {
    parser: Parser<&'a [u8]>,
    anchors: HashMap<String, (Document, usize)>,
    /// How many values there are so far.
    values: usize,
}

impl Reading<'_> {
    fn event(&mut self) -> Result<EventData, String> {
        self.parser.parse().map(|Event { data, .. }| data).map_err(|error| error.to_string())
    }

    fn value(&mut self, event: EventData, depth: usize) -> Result<Document, String> {
        let before = self.values;
        self.count(1)?;
        if depth > DEEPEST {
            return Err(format!("values may nest {DEEPEST} levels deep, and no deeper"));
        }
        let (anchor, value) = match event {
            EventData::Alias { anchor } => {
                let known = self.anchors.get(&anchor).cloned();
                let (value, size) = known.ok_or_else(|| format!("the alias {anchor} is not defined"))?;
                self.count(size)?;
                return Ok(value);
            }
            EventData::Scalar { anchor, tag, value, style, .. } => {
                (anchor, plain_or_tagged(tag.as_deref(), value, style == ScalarStyle::Plain)?)
            }
            EventData::SequenceStart { anchor, tag, .. } => {
                known_tag(tag.as_deref(), "seq")?;
                (anchor, self.sequence(depth)?)
            }
            EventData::MappingStart { anchor, tag, .. } => {
                known_tag(tag.as_deref(), "map")?;
                (anchor, self.mapping(depth)?)
            }
            _ => return Err("a value is expected".to_owned()),
        };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, (value.clone(), self.values - before));
        }
        Ok(value)
    }

    fn count(&mut self, values: usize) -> Result<(), String> {
        self.values = self.values.saturating_add(values);
        match self.values > MOST_VALUES {
            true => Err(format!("there are more than {MOST_VALUES} values in it")),
            false => Ok(()),
        }
    }

    fn sequence(&mut self, depth: usize) -> Result<Document, String> {
        let mut list = Vec::new();
        loop {
            match self.event()? {
                EventData::SequenceEnd => return Ok(Document::List(list)),
                event => list.push(self.value(event, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Document, String> {
        let (mut map, mut merged) = (Map::new(), Vec::new());
        loop {
            let event = match self.event()? {
                EventData::MappingEnd => break,
                event => event,
            };
            let is_merge = matches!(&event, EventData::Scalar { value, style: ScalarStyle::Plain, tag: None, .. } if value == "<<");
            let key = self.value(event, depth + 1)?;
            let event = self.event()?;
            let value = self.value(event, depth + 1)?;
            match (is_merge, key) {
                (true, _) => merged.push(value),
                (false, Document::String(key)) if map.contains_key(&key) => {
                    return Err(format!("the key {key} stands twice in a map"));
                }
                (false, Document::String(key)) => {
                    map.insert(key, value);
                }
                (false, key) => return Err(format!("a key must be text, and one is of the type {}", key.kind())),
            }
        }
        merged.into_iter().try_for_each(|value| merge(&mut map, value))?;
        Ok(Document::Map(map))
    }
}

/// Adds what a merge key names and the map does not have.
fn merge(map: &mut Map, value: Document) -> Result<(), String> {
    match value {
        Document::Map(other) => {
            for (key, value) in other {
                map.entry(key).or_insert(value);
            }
            Ok(())
        }
        Document::List(others) => others.into_iter().try_for_each(|other| merge(map, other)),
        other => Err(format!("<< takes maps, not {}", other.kind())),
    }
}

fn known_tag(tag: Option<&str>, expected: &str) -> Result<(), String> {
    match tag.map(|tag| tag.strip_prefix(TAG).unwrap_or(tag)) {
        None | Some("!") => Ok(()),
        Some(tag) if tag == expected => Ok(()),
        Some(tag) => Err(format!("the tag {tag} is not known here")),
    }
}

fn plain_or_tagged(tag: Option<&str>, text: String, plain: bool) -> Result<Document, String> {
    let wrong = |kind: &str| format!("{text:?} is no {kind}");
    match tag.map(|tag| tag.strip_prefix(TAG).unwrap_or(tag)) {
        // YAML's type for a default value, which nobody uses.
        None if plain && text == "=" => Err("= alone is no value; put it in quotes".to_owned()),
        None if plain => Ok(resolved(text)),
        None | Some("!" | "str") => Ok(Document::String(text)),
        Some("binary") => {
            let compact: String = text.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(compact);
            bytes.map(Document::Blob).map_err(|_| wrong("base64"))
        }
        Some("null") => Ok(Document::Null),
        Some("int") => integer(&text).map(Document::Integer).ok_or_else(|| wrong("integer")),
        Some("float") => scalar::float(&text).map(Document::Float).ok_or_else(|| wrong("number")),
        Some("bool") => boolean(&text).map(Document::Boolean).ok_or_else(|| wrong("boolean")),
        Some("timestamp") => timestamp(&text).map(Document::Timestamp).ok_or_else(|| wrong("date")),
        Some(tag) => Err(format!("the tag {tag} is not known here")),
    }
}

/// The value of a plain scalar.
pub(crate) fn resolved(text: String) -> Document {
    if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
        return Document::Null;
    }
    if let Some(value) = boolean(&text) {
        return Document::Boolean(value);
    }
    // Everything that is left and no text begins so.
    if !text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) {
        return Document::String(text);
    }
    let number = integer(&text).map(Document::Integer).or_else(|| float(&text).map(Document::Float));
    number.or_else(|| timestamp(&text).map(Document::Timestamp)).unwrap_or(Document::String(text))
}

fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'o', ..] => (8, digits.get(2..)?),
        [b'0', b'x', ..] => (16, digits.get(2..)?),
        [b'0', b'b', ..] => (2, digits.get(2..)?),
        _ => (10, digits),
    };
    let digits = digits.replace('_', "");
    let value = i128::from_str_radix(&digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))?;
    value.checked_mul(sign)
}

fn float(text: &str) -> Option<f64> {
    let unsigned = text.trim_start_matches(['+', '-']);
    match unsigned {
        ".inf" | ".Inf" | ".INF" if text.starts_with('-') => Some(f64::NEG_INFINITY),
        ".inf" | ".Inf" | ".INF" => Some(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" => Some(f64::NAN),
        _ if unsigned.starts_with('_') || !unsigned.contains(|c: char| c.is_ascii_digit()) => None,
        _ if unsigned.contains(|c: char| !c.is_ascii_digit() && !"._eE+-".contains(c)) => None,
        _ => text.replace('_', "").parse().ok(),
    }
}

/// `2020-01-31`, or with a time: `2020-01-31T10:20:30Z`, `2020-01-31 10:20:30.5 +1`.
fn timestamp(text: &str) -> Option<Timestamp> {
    let is_date = text.len() >= 8 && text.get(..4)?.bytes().all(|byte| byte.is_ascii_digit()) && text.get(4..5)? == "-";
    if is_date { scalar::timestamp(text, Timestamp::default()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Document {
        parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn plain_scalars_have_the_types_of_the_aws_cli() {
        for (text, expected) in [
            ("true", true.into()),
            ("yes", "yes".into()),
            ("~", Document::Null),
            ("017", Document::Integer(17)),
            ("0o17", Document::Integer(15)),
            ("0x1f", Document::Integer(31)),
            ("0b11", Document::Integer(3)),
            ("+1", Document::Integer(1)),
            ("1_000", Document::Integer(1000)),
            ("-5", Document::Integer(-5)),
            ("1.5", Document::Float(1.5)),
            ("1e3", Document::Float(1000.0)),
            ("-.inf", Document::Float(f64::NEG_INFINITY)),
            ("1:20", "1:20".into()),
            ("-", Document::List(vec![Document::Null])),
            ("2020-01-01T00:00:05Z", Document::Timestamp(Timestamp::new(1_577_836_805, 0))),
            ("'5'", "5".into()),
            ("!!str 5", "5".into()),
            ("!!binary aGk=", Document::Blob(b"hi".to_vec())),
        ] {
            assert!(value(text) == expected, "{text}: {:?}", value(text));
        }
    }

    #[test]
    fn collections_anchors_and_merges() {
        let found = value("base: &b {x: 1, y: 2}\nlist: [*b]\nother:\n  <<: *b\n  y: 3\n");
        let base = Document::from([("x", Document::Integer(1)), ("y", Document::Integer(2))]);
        assert!(found.get("list") == Some(&Document::List(vec![base])));
        assert!(found.get("other").and_then(|other| other.get("y")) == Some(&Document::Integer(3)));
        assert!(found.get("other").and_then(|other| other.get("x")) == Some(&Document::Integer(1)));
    }

    #[test]
    fn what_is_refused() {
        let bomb = (1..20).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
            let of = vec![format!("*a{}", n - 1); 10].join(",");
            format!("{text}a{n}: &a{n} [{of}]\n")
        });
        let deep = "[".repeat(10_000);
        for text in ["a: 1\na: 2", "!x y", "a: *b", "a:\n\tb: 1", "--- a\n--- b", "5: a", "[", "{a: b", &bomb, &deep] {
            assert!(parse(text).is_err(), "{}", text.chars().take(40).collect::<String>());
        }
    }
}
