//! JSON as the AWS JSON protocols use it.
//!
//! - Members go by their `jsonName`, or their name.
//! - Timestamps are numbers of seconds unless the rows ask for a date; blobs are base64 text.
//! - `NaN`, `Infinity` and `-Infinity` are text where a float is due.
//! - On reading, unknown members are passed over, and a null counts as absent, except where the
//!   shape is sparse.

use crate::document::Document;
use crate::schema::{Service, Shape, ShapeIndex, TimestampFormat, flag};
use crate::timestamp::Timestamp;
use crate::validate::rules::{self, ValueKind};
use crate::validate::{Violation, validate};
use crate::visit::{CompoundKind, Cursor, Visit, VisitError, VisitResult, Visitor};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

pub use document::document;
pub use read::read;
#[cfg(feature = "serde")]
pub(crate) use read::read_from;

mod document;
mod lenient;
mod read;

/// Reads an answer into a typed value: strictly, and when it departs from the model, what can be
/// understood of it.
///
/// # Errors
///
/// When the text is not JSON, or a value can't be understood: with its path.
pub(crate) fn read_answer(
    text: &[u8],
    service: &Service<'_>,
    shape: ShapeIndex,
    visitor: &mut dyn Visitor,
) -> Result<(), String> {
    let Err(error) = read(text, service, shape, visitor) else {
        return Ok(());
    };
    match document::answer(text) {
        Ok(value) => lenient::give(&value, service, shape, visitor),
        Err(_) => Err(error.to_string()),
    }
}

/// Reads an answer as a document: every value in the form in which it came, by the names of the
/// model.
///
/// # Errors
///
/// When the text is not JSON, or no object.
pub(crate) fn document_answer(
    text: &[u8],
    service: &Service<'_>,
    shape: ShapeIndex,
) -> Result<Document, String> {
    match document::answer(text).map_err(|error| error.to_string())? {
        map @ Document::Map(_) => Ok(document::modeled(map, service, shape)),
        other => Err(format!(
            "it is a value of type {}, and no object",
            other.kind()
        )),
    }
}

/// JSON without characters beyond ASCII, as Python writes it.
pub fn ascii(json: &str) -> String {
    let mut out = String::new();
    for c in json.chars() {
        match c {
            ' '..='~' => out.push(c),
            _ => c
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out
}

/// A text as JSON of the same kind.
pub(crate) fn ascii_text(text: &str) -> String {
    ascii(&serde_json::Value::from(text).to_string())
}

/// Whether nothing in the text is escaped in JSON: by eight bytes at a time, since most of all text
/// that is written is plain.
fn is_plain(text: &str) -> bool {
    const ONES: u64 = u64::MAX / 255;
    // Of a byte that is zero the highest bit becomes set, and of none before it.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let odd = |word: u64| {
        let quotes =
            zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
        (quotes | controls) & (ONES << 7) != 0
    };
    let (words, rest) = text.as_bytes().as_chunks();
    let mut last = [b'.'; 8];
    last[..rest.len()].copy_from_slice(rest);
    !words
        .iter()
        .chain([&last])
        .any(|word| odd(u64::from_ne_bytes(*word)))
}

/// A value as JSON, and all its violations, if they are asked for: what is right is found to be so
/// in the walk that writes, and only what is not is walked again, with paths.
///
/// # Errors
///
/// What can't be written; its violations are told then too.
pub fn write(
    value: &dyn Visit,
    service: &Service<'_>,
    shape: ShapeIndex,
    violations: Option<&mut Vec<Violation>>,
) -> Result<Vec<u8>, VisitError> {
    let mut writer = Writer {
        checks: violations.is_some(),
        ..Writer::new(service, shape)
    };
    let done = value.visit(&mut writer);
    if let Some(violations) = violations.filter(|_| writer.wrong || done.is_err()) {
        violations.extend(validate(value, service, shape));
    }
    done.map(|()| writer.out)
}

/// Writes one value as JSON.
struct Writer<'a> {
    cursor: Cursor<'a>,
    out: Vec<u8>,
    open: Vec<Open>,
    /// Whether to find out if the value departs from the model, and whether it does so far.
    checks: bool,
    wrong: bool,
}

/// A compound whose parts come at present.
struct Open {
    closing: u8,
    parts: usize,
    /// How many of its parts are demanded.
    demanded: usize,
}

impl<'a> Writer<'a> {
    fn new(service: &'a Service<'a>, shape: ShapeIndex) -> Self {
        let cursor = Cursor::new(service, shape);
        let out = Vec::with_capacity(256);
        let open = Vec::with_capacity(8);
        Writer {
            cursor,
            out,
            open,
            checks: false,
            wrong: false,
        }
    }

    fn raw(&mut self, text: &str) -> VisitResult {
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn text(&mut self, text: &str) -> VisitResult {
        if !is_plain(text) {
            return serde_json::to_writer(&mut self.out, text)
                .map_err(|_| VisitError::form("text"));
        }
        self.out.reserve(text.len() + 2);
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
        Ok(())
    }

    /// A part follows, after a comma but for the first.
    fn part(&mut self, demanded: bool) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        if open.parts > 0 {
            self.out.push(b',');
        }
        open.parts += 1;
        open.demanded += usize::from(demanded);
    }

    fn name(&mut self, name: &str) -> VisitResult {
        self.text(name)?;
        self.out.push(b':');
        Ok(())
    }

    /// Finds out whether the value that is due is of a kind that its shape takes.
    fn check(&mut self, offered: ValueKind) {
        if self.checks {
            self.wrong |= !offered.fits(self.cursor.shape().kind);
        }
    }

    fn check_text(&mut self, text: &str, shape: &Shape<'_>) {
        if self.checks {
            rules::text(text, false, shape, &mut |_| self.wrong = true);
        }
    }

    fn check_number(&mut self, value: f64) {
        if self.checks {
            rules::number(value, false, self.cursor.shape(), &mut |_| {
                self.wrong = true
            });
        }
    }

    /// Whether a compound has the parts that it has to have.
    fn complete(&self, compound: &Open) -> bool {
        let shape = self.cursor.compound();
        let mut wrong = false;
        rules::count(compound.parts, shape, &mut |_| wrong = true);
        let demanded = |shape: &Shape<'_>| {
            shape
                .members
                .iter()
                .filter(|member| rules::is_required_on_input(member))
                .count()
        };
        !wrong && (!shape.is(flag::REQUIRES) || compound.demanded == demanded(shape))
    }
}

impl Visitor for Writer<'_> {
    fn null(&mut self) -> VisitResult {
        if !self.cursor.takes_null() {
            self.check(ValueKind::Null);
        }
        self.raw("null")
    }
    fn boolean(&mut self, value: bool) -> VisitResult {
        self.check(ValueKind::Boolean);
        self.raw(if value { "true" } else { "false" })
    }
    fn integer(&mut self, value: i128) -> VisitResult {
        self.check(ValueKind::Integer);
        self.check_number(value as f64);
        let written = match i64::try_from(value) {
            Ok(value) => serde_json::to_writer(&mut self.out, &value),
            Err(_) => serde_json::to_writer(&mut self.out, &value),
        };
        written.map_err(|_| VisitError::form("an integer"))
    }
    fn float(&mut self, value: f64) -> VisitResult {
        self.check(ValueKind::Float);
        self.check_number(value);
        match value {
            _ if value.is_nan() => self.raw("\"NaN\""),
            f64::INFINITY => self.raw("\"Infinity\""),
            f64::NEG_INFINITY => self.raw("\"-Infinity\""),
            _ => serde_json::to_writer(&mut self.out, &value)
                .map_err(|_| VisitError::form("a number")),
        }
    }
    fn string(&mut self, value: &str) -> VisitResult {
        self.check(ValueKind::Text);
        self.check_text(value, self.cursor.shape());
        self.text(value)
    }
    fn blob(&mut self, value: &[u8]) -> VisitResult {
        self.check(ValueKind::Blob);
        if self.checks {
            rules::length(|| value.len(), self.cursor.shape(), &mut |_| {
                self.wrong = true
            });
        }
        self.text(&BASE64.encode(value))
    }
    fn timestamp(&mut self, value: Timestamp) -> VisitResult {
        self.check(ValueKind::Timestamp);
        let format = self
            .cursor
            .part()
            .and_then(|member| member.timestamp_format(self.cursor.shape()));
        let format = format.unwrap_or(TimestampFormat::EpochSeconds);
        let text = value
            .written(format)
            .ok_or_else(|| VisitError::form("a point in time that the calendar has"))?;
        match format {
            TimestampFormat::EpochSeconds => self.raw(&text),
            _ => self.text(&text),
        }
    }
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        self.check(ValueKind::Compound(parts));
        self.cursor.begin();
        let (opening, closing) = if parts == CompoundKind::Elements {
            (b'[', b']')
        } else {
            (b'{', b'}')
        };
        self.out.push(opening);
        self.open.push(Open {
            closing,
            parts: 0,
            demanded: 0,
        });
        Ok(())
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
        let member = self.cursor.member(index)?;
        self.part(rules::is_required_on_input(member));
        self.name(member.json_name())?;
        Ok(self)
    }
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        self.cursor.element();
        self.part(false);
        Ok(self)
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Visitor, VisitError> {
        self.check_text(key, self.cursor.key_shape());
        self.cursor.element();
        self.part(false);
        self.name(key)?;
        Ok(self)
    }
    fn end(&mut self) -> VisitResult {
        let Some(compound) = self.open.pop() else {
            return Ok(());
        };
        self.wrong |= self.checks && !self.complete(&compound);
        self.cursor.end();
        self.out.push(compound.closing);
        Ok(())
    }
}

/// Whether the text is one JSON value.
pub fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_core::de::IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn text_is_plain_exactly_when_nothing_in_it_is_escaped() {
        for length in 0..20 {
            for at in 0..length {
                for byte in 0..=0x7f_u8 {
                    for filler in [".", "\u{7f}", "é"] {
                        let text = filler.repeat(at)
                            + &char::from(byte).to_string()
                            + &filler.repeat(length - at);
                        let escaped =
                            serde_json::to_string(&text).expect("JSON").len() != text.len() + 2;
                        assert_eq!(is_plain(&text), !escaped, "{text:?}");
                    }
                }
            }
        }
    }
}
