//! Writing JSON.

use crate::codec::Format;
use crate::schema::{Member, TimestampFormat};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, VisitError, VisitResult};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

/// Writes values as JSON.
pub(crate) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    pub(super) fn new(out: Vec<u8>) -> Self {
        Writer { out }
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

    fn comma(&mut self, before: usize) {
        if before > 0 {
            self.out.push(b',');
        }
    }

    fn name(&mut self, name: &str) -> VisitResult {
        self.text(name)?;
        self.out.push(b':');
        Ok(())
    }
}

impl Format for Writer {
    type Output = Vec<u8>;

    fn null(&mut self, _: &Cursor<'_>) -> VisitResult {
        self.raw("null")
    }
    fn boolean(&mut self, _: &Cursor<'_>, value: bool) -> VisitResult {
        self.raw(if value { "true" } else { "false" })
    }
    fn integer(&mut self, _: &Cursor<'_>, value: i128) -> VisitResult {
        let written = match i64::try_from(value) {
            Ok(value) => serde_json::to_writer(&mut self.out, &value),
            Err(_) => serde_json::to_writer(&mut self.out, &value),
        };
        written.map_err(|_| VisitError::form("an integer"))
    }
    fn float(&mut self, _: &Cursor<'_>, value: f64) -> VisitResult {
        match value {
            _ if value.is_nan() => self.raw("\"NaN\""),
            f64::INFINITY => self.raw("\"Infinity\""),
            f64::NEG_INFINITY => self.raw("\"-Infinity\""),
            _ => serde_json::to_writer(&mut self.out, &value)
                .map_err(|_| VisitError::form("a number")),
        }
    }
    fn string(&mut self, _: &Cursor<'_>, value: &str) -> VisitResult {
        self.text(value)
    }
    fn blob(&mut self, _: &Cursor<'_>, value: &[u8]) -> VisitResult {
        self.text(&BASE64.encode(value))
    }
    fn timestamp(&mut self, at: &Cursor<'_>, value: Timestamp) -> VisitResult {
        let format = at
            .part()
            .and_then(|member| member.timestamp_format(at.shape()))
            .unwrap_or(TimestampFormat::EpochSeconds);
        let text = value
            .written(format)
            .ok_or_else(|| VisitError::form("a point in time that the calendar has"))?;
        match format {
            TimestampFormat::EpochSeconds => self.raw(&text),
            _ => self.text(&text),
        }
    }
    fn begin(&mut self, _: &Cursor<'_>, kind: CompoundKind) -> VisitResult {
        self.out.push(match kind {
            CompoundKind::Elements => b'[',
            CompoundKind::Members | CompoundKind::Entries => b'{',
        });
        Ok(())
    }
    fn member(&mut self, _: &Cursor<'_>, member: &Member<'_>, before: usize) -> VisitResult {
        self.comma(before);
        self.name(member.json_name())
    }
    fn element(&mut self, _: &Cursor<'_>, before: usize) -> VisitResult {
        self.comma(before);
        Ok(())
    }
    fn entry(&mut self, _: &Cursor<'_>, key: &str, before: usize) -> VisitResult {
        self.comma(before);
        self.name(key)
    }
    fn end(&mut self, _: &Cursor<'_>, kind: CompoundKind, _: usize) -> VisitResult {
        self.out.push(match kind {
            CompoundKind::Elements => b']',
            CompoundKind::Members | CompoundKind::Entries => b'}',
        });
        Ok(())
    }
    fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// Whether JSON escapes nothing in the text: most text is plain, so eight bytes are compared at a
/// time.
fn is_plain(text: &str) -> bool {
    const ONES: u64 = u64::MAX / 255;
    // Sets the highest bit of a byte that is zero, and of no byte before it.
    let zeros = |word: u64| word.wrapping_sub(ONES) & !word;
    let is_escaped = |word: u64| {
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
        .any(|word| is_escaped(u64::from_ne_bytes(*word)))
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
