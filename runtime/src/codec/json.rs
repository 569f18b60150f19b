//! JSON as the AWS JSON protocols use it.
//!
//! - Members go by their `jsonName`, or their name.
//! - Timestamps are numbers of seconds unless the rows ask for a date; blobs are base64 text.
//! - `NaN`, `Infinity` and `-Infinity` are text where a float is due.
//! - On reading, unknown members are passed over, and a null counts as absent, except where the shape is sparse.

use crate::rows::{Ix, Service, TimestampFormat};
use crate::sink::{Cursor, Done, Parts, Refused, Sink};
use crate::timestamp::Timestamp;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

pub use read::read;
#[cfg(feature = "serde")]
pub(crate) use read::read_from;

mod read;

/// JSON without characters beyond ASCII, as Python writes it.
pub fn ascii(json: &str) -> String {
    let mut out = String::new();
    for c in json.chars() {
        match c {
            ' '..='~' => out.push(c),
            _ => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out
}

/// A text as JSON of the same kind.
pub(crate) fn ascii_text(text: &str) -> String {
    ascii(&serde_json::Value::from(text).to_string())
}

/// Whether nothing in the text is escaped in JSON: by eight bytes at a time, since most of all text that is written is plain.
fn is_plain(text: &str) -> bool {
    const ONES: u64 = u64::MAX / 255;
    // Of a byte that is zero the highest bit becomes set, and of none before it.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let odd = |word: u64| {
        let quotes = zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')));
        let controls = word.wrapping_sub(ONES * u64::from(b' ')) & !word;
        (quotes | controls) & (ONES << 7) != 0
    };
    let (words, rest) = text.as_bytes().as_chunks();
    let mut last = [b'.'; 8];
    last[..rest.len()].copy_from_slice(rest);
    !words.iter().chain([&last]).any(|word| odd(u64::from_ne_bytes(*word)))
}

/// Writes one value as JSON.
#[derive(Debug)]
pub struct Writer<'a> {
    cursor: Cursor<'a>,
    out: Vec<u8>,
    closing: Vec<u8>,
    first: bool,
}

impl<'a> Writer<'a> {
    /// A writer for one value of the shape.
    pub fn new(service: &'a Service<'a>, shape: Ix) -> Self {
        Writer { cursor: Cursor::new(service, shape), out: Vec::with_capacity(256), closing: Vec::new(), first: true }
    }

    /// The JSON text.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }

    fn raw(&mut self, text: &str) -> Done {
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn text(&mut self, text: &str) -> Done {
        if !is_plain(text) {
            return serde_json::to_writer(&mut self.out, text).map_err(|_| Refused::form("text"));
        }
        self.out.reserve(text.len() + 2);
        self.out.push(b'"');
        self.out.extend_from_slice(text.as_bytes());
        self.out.push(b'"');
        Ok(())
    }

    fn name(&mut self, name: Option<&str>) -> Result<&mut dyn Sink, Refused> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        if let Some(name) = name {
            self.text(name)?;
            self.out.push(b':');
        }
        Ok(self)
    }
}

impl Sink for Writer<'_> {
    fn null(&mut self) -> Done {
        self.raw("null")
    }
    fn boolean(&mut self, value: bool) -> Done {
        self.raw(if value { "true" } else { "false" })
    }
    fn integer(&mut self, value: i128) -> Done {
        let written = match i64::try_from(value) {
            Ok(value) => serde_json::to_writer(&mut self.out, &value),
            Err(_) => serde_json::to_writer(&mut self.out, &value),
        };
        written.map_err(|_| Refused::form("an integer"))
    }
    fn float(&mut self, value: f64) -> Done {
        match value {
            _ if value.is_nan() => self.raw("\"NaN\""),
            f64::INFINITY => self.raw("\"Infinity\""),
            f64::NEG_INFINITY => self.raw("\"-Infinity\""),
            _ => serde_json::to_writer(&mut self.out, &value).map_err(|_| Refused::form("a number")),
        }
    }
    fn string(&mut self, value: &str) -> Done {
        self.text(value)
    }
    fn blob(&mut self, value: &[u8]) -> Done {
        self.text(&BASE64.encode(value))
    }
    fn timestamp(&mut self, value: Timestamp) -> Done {
        let format = self.cursor.part().and_then(|member| member.timestamp_format(self.cursor.shape()));
        match format.unwrap_or(TimestampFormat::EpochSeconds) {
            TimestampFormat::EpochSeconds => self.raw(&value.format(TimestampFormat::EpochSeconds)),
            date => self.text(&value.format(date)),
        }
    }
    fn begin(&mut self, parts: Parts) -> Done {
        self.cursor.begin();
        let (opening, closing) = if parts == Parts::Elements { (b'[', b']') } else { (b'{', b'}') };
        self.out.push(opening);
        self.closing.push(closing);
        self.first = true;
        Ok(())
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Sink, Refused> {
        let name = self.cursor.member(index)?.json_name();
        self.name(Some(name))
    }
    fn element(&mut self) -> Result<&mut dyn Sink, Refused> {
        self.cursor.element();
        self.name(None)
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Sink, Refused> {
        self.cursor.element();
        self.name(Some(key))
    }
    fn end(&mut self) -> Done {
        self.cursor.end();
        self.out.extend(self.closing.pop());
        self.first = false;
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
                        let text = filler.repeat(at) + &char::from(byte).to_string() + &filler.repeat(length - at);
                        let escaped = serde_json::to_string(&text).expect("JSON").len() != text.len() + 2;
                        assert_eq!(is_plain(&text), !escaped, "{text:?}");
                    }
                }
            }
        }
    }
}
