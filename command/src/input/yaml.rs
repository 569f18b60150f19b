//! YAML documents, as the AWS CLI reads them: YAML 1.2, with dates, merge keys and a few older ways
//! to write numbers.

use super::{DEEPEST, scalar};
use base64::Engine as _;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::timestamp::Timestamp;
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use std::collections::HashMap;

/// How many values a document may become once its aliases are replaced.
const MOST_VALUES: usize = 1_000_000;

const TAG: &str = "tag:yaml.org,2002:";

const UNKNOWN_TAG: &str = "the tag is not known here; text that begins with ! needs quotes";

/// Reads a text of one YAML document.
///
/// # Errors
///
/// What is wrong with it, and where. Nothing of the text is in it, since that may be secret: a
/// password may look like a tag.
pub(crate) fn parse(text: &str) -> Result<Document, String> {
    let open_end = (!text.ends_with(['\n', '\r'])).then(|| text.chars().count());
    let parser = Parser::new_from_str(text);
    let anchors = HashMap::new();
    let mut reader = YamlReader {
        parser,
        anchors,
        values: 0,
        at: (1, 0),
        open_end,
    };
    let read = reader.document();
    read.map_err(|problem| format!("line {} column {}: {problem}", reader.at.0, reader.at.1 + 1))
}

struct YamlReader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    /// Values with a name, by its number, and how many values each is.
    anchors: HashMap<usize, (Document, usize)>,
    /// How many values there are so far.
    values: usize,
    /// The line and column of the last event.
    at: (usize, usize),
    /// Where the text ends, in characters, when it does so within a line.
    open_end: Option<usize>,
}

impl<'a> YamlReader<'a> {
    fn document(&mut self) -> Result<Document, String> {
        let mut document = None;
        loop {
            match self.event()? {
                Event::StreamEnd => return Ok(document.unwrap_or_default()),
                Event::DocumentStart(_) if document.is_some() => {
                    return Err("one document is expected".to_owned());
                }
                Event::DocumentStart(_) => {
                    let event = self.event()?;
                    document = Some(self.value(event, 0)?);
                }
                _ => {}
            }
        }
    }

    fn event(&mut self) -> Result<Event<'a>, String> {
        let event = self.parser.next_event();
        let mark = match &event {
            Some(Ok((_, span))) => Some(span.start),
            Some(Err(error)) => Some(*error.marker()),
            None => None,
        };
        self.at = mark.map_or(self.at, |mark| (mark.line(), mark.col()));
        match event {
            // A block of text that ends with the input has the line breaks that it has, and no
            // other.
            Some(Ok((
                Event::Scalar(text, ScalarStyle::Literal | ScalarStyle::Folded, anchor, tag),
                span,
            ))) if self.open_end.is_some_and(|end| span.end.index() >= end)
                && text.ends_with('\n') =>
            {
                let text = text.strip_suffix('\n').unwrap_or(&text).to_owned();
                Ok(Event::Scalar(
                    text.into(),
                    ScalarStyle::Literal,
                    anchor,
                    tag,
                ))
            }
            Some(Ok((event, _))) => Ok(event),
            Some(Err(error)) => Err(error.info().to_owned()),
            None => Ok(Event::StreamEnd),
        }
    }

    fn value(&mut self, event: Event<'a>, depth: usize) -> Result<Document, String> {
        let before = self.values;
        self.count(1)?;
        if depth > DEEPEST {
            return Err(format!(
                "values may nest {DEEPEST} levels deep, and no deeper"
            ));
        }
        let (anchor, value) = match event {
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                let (value, size) = known.ok_or("an alias stands within its own value")?;
                self.count(size)?;
                return Ok(value);
            }
            Event::Scalar(text, style, anchor, tag) => (
                anchor,
                plain_or_tagged(
                    tag.as_deref(),
                    text.into_owned(),
                    style == ScalarStyle::Plain,
                )?,
            ),
            Event::SequenceStart(anchor, tag) => {
                known_tag(tag.as_deref(), "seq")?;
                (anchor, self.sequence(depth)?)
            }
            Event::MappingStart(anchor, tag) => {
                known_tag(tag.as_deref(), "map")?;
                (anchor, self.mapping(depth)?)
            }
            _ => return Err("a value is expected".to_owned()),
        };
        // 0 is not a name.
        if anchor > 0 {
            self.anchors
                .insert(anchor, (value.clone(), self.values - before));
        }
        Ok(value)
    }

    fn count(&mut self, values: usize) -> Result<(), String> {
        self.values = self.values.saturating_add(values);
        if self.values > MOST_VALUES {
            Err(format!("there are more than {MOST_VALUES} values in it"))
        } else {
            Ok(())
        }
    }

    fn sequence(&mut self, depth: usize) -> Result<Document, String> {
        let mut list = Vec::new();
        loop {
            match self.event()? {
                Event::SequenceEnd => return Ok(Document::List(list)),
                event => list.push(self.value(event, depth + 1)?),
            }
        }
    }

    fn mapping(&mut self, depth: usize) -> Result<Document, String> {
        let mut map = Map::new();
        let mut merged = Vec::new();
        loop {
            let event = match self.event()? {
                Event::MappingEnd => break,
                event => event,
            };
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<");
            let key = self.value(event, depth + 1)?;
            let event = self.event()?;
            let value = self.value(event, depth + 1)?;
            match (is_merge, key) {
                (true, _) => merged.push(value),
                (false, Document::String(key)) if map.contains_key(&key) => {
                    return Err("the key before this value stands twice in its map".to_owned());
                }
                (false, Document::String(key)) => {
                    map.insert(key, value);
                }
                (false, key) => {
                    return Err(format!(
                        "a key must be text, and one is of the type {}",
                        key.kind()
                    ));
                }
            }
        }
        merged
            .into_iter()
            .try_for_each(|value| merge(&mut map, value))?;
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

/// A tag without the prefix that all tags of YAML have.
fn short(tag: &Tag) -> String {
    let whole = format!("{}{}", tag.handle, tag.suffix);
    whole.strip_prefix(TAG).map(str::to_owned).unwrap_or(whole)
}

fn known_tag(tag: Option<&Tag>, expected: &str) -> Result<(), String> {
    match tag.map(short) {
        None => Ok(()),
        Some(tag) if tag == "!" || tag == expected => Ok(()),
        Some(_) => Err(UNKNOWN_TAG.to_owned()),
    }
}

fn plain_or_tagged(tag: Option<&Tag>, text: String, plain: bool) -> Result<Document, String> {
    let wrong = |kind: &str| format!("the text is not {kind}, which its tag asks for");
    match tag.map(short).as_deref() {
        // YAML's type for a default value, which is not in use.
        None if plain && text == "=" => Err("= alone is not a value; put it in quotes".to_owned()),
        // A day, which no member of any type takes.
        None if plain && is_date(&text) => {
            Err("a date alone is not a timestamp; put it in quotes".to_owned())
        }
        None if plain => Ok(resolved(text)),
        None | Some("!" | "str") => Ok(Document::String(text)),
        Some("binary") => {
            let compact: String = text.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(compact);
            bytes.map(Document::Blob).map_err(|_| wrong("base64"))
        }
        Some("null") => Ok(Document::Null),
        Some("int") => integer(&text)
            .map(Document::Integer)
            .ok_or_else(|| wrong("an integer")),
        Some("float") => scalar::float(&text)
            .map(Document::Float)
            .ok_or_else(|| wrong("a number")),
        Some("bool") => boolean(&text)
            .map(Document::Boolean)
            .ok_or_else(|| wrong("a boolean")),
        Some("timestamp") => timestamp(&text)
            .map(Document::Timestamp)
            .ok_or_else(|| wrong("a date")),
        Some(_) => Err(UNKNOWN_TAG.to_owned()),
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
    let number = integer(&text)
        .map(Document::Integer)
        .or_else(|| float(&text).map(Document::Float));
    number
        .or_else(|| timestamp(&text).map(Document::Timestamp))
        .unwrap_or(Document::String(text))
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
    let value = i128::from_str_radix(&digits, radix)
        .ok()
        .filter(|_| !digits.starts_with(['+', '-']))?;
    value.checked_mul(sign)
}

fn float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned {
        ".inf" | ".Inf" | ".INF" if text.starts_with('-') => return Some(f64::NEG_INFINITY),
        ".inf" | ".Inf" | ".INF" => return Some(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if unsigned == text => return Some(f64::NAN),
        _ => {}
    }
    let (number, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent)),
        None => (unsigned, None),
    };
    // Without a digit before the point, an exponent has a sign.
    let signed = |exponent: &str| !number.starts_with('.') || exponent.starts_with(['+', '-']);
    let digits = |c: char| c.is_ascii_digit() || "._".contains(c);
    let is_float = number.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && number.contains(|c: char| c.is_ascii_digit())
        && number.chars().all(digits)
        && exponent.is_none_or(signed);
    if is_float {
        text.replace('_', "").parse().ok()
    } else {
        None
    }
}

/// `2020-01-31`, or with a time: `2020-01-31T10:20:30Z`, `2020-1-31 10:20:30.5 +1`.
fn timestamp(text: &str) -> Option<Timestamp> {
    if is_timestamp(text) {
        scalar::timestamp(text, Timestamp::default())
    } else {
        None
    }
}

/// Whether YAML takes a plain text for a day.
fn is_date(text: &str) -> bool {
    let mut rest = Rest(text);
    rest.digits(4, 4)
        && rest.one("-")
        && rest.digits(2, 2)
        && rest.one("-")
        && rest.digits(2, 2)
        && rest.0.is_empty()
}

/// Whether YAML takes a plain text for a point in time.
fn is_timestamp(text: &str) -> bool {
    let mut rest = Rest(text);
    if !(rest.digits(4, 4)
        && rest.one("-")
        && rest.digits(1, 2)
        && rest.one("-")
        && rest.digits(1, 2))
    {
        return false;
    }
    if rest.0.is_empty() {
        return is_date(text);
    }
    let time = (rest.one("Tt") || rest.blanks()) && rest.digits(1, 2);
    if !(time && rest.one(":") && rest.digits(2, 2) && rest.one(":") && rest.digits(2, 2)) {
        return false;
    }
    if rest.one(".") {
        rest.digits(0, usize::MAX);
    }
    rest.blanks();
    let zone = rest.one("Z")
        || rest.one("+-") && rest.digits(1, 2) && (!rest.one(":") || rest.digits(2, 2));
    rest.0.is_empty() && (zone || !text.ends_with([' ', '\t', '+', '-']))
}

/// The rest of a text that is being parsed.
struct Rest<'t>(&'t str);

impl Rest<'_> {
    /// Takes up to `most` digits. Returns false, and takes nothing, when there are fewer than
    /// `least`.
    fn digits(&mut self, least: usize, most: usize) -> bool {
        let count = self
            .0
            .bytes()
            .take(most)
            .take_while(u8::is_ascii_digit)
            .count();
        self.0 = if count < least {
            self.0
        } else {
            &self.0[count..]
        };
        count >= least
    }

    /// Takes one of the characters.
    fn one(&mut self, of: &str) -> bool {
        let rest = self.0.strip_prefix(|c| of.contains(c));
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Takes all blanks; whether there was any.
    fn blanks(&mut self) -> bool {
        let rest = self.0.trim_start_matches([' ', '\t']);
        let any = rest.len() < self.0.len();
        self.0 = rest;
        any
    }
}

#[cfg(test)]
mod tests;
