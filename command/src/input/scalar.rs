//! Scalars that are written as words.

use opsmith_runtime::document::Document;
use opsmith_runtime::schema::{Kind, Service, ShapeIndex};
use opsmith_runtime::timestamp::{Timestamp, Written};
use std::fmt;

/// The value of a word for an option of this kind; text stays text unless a number is expected.
///
/// # Errors
///
/// A text that is not a number.
pub(super) fn typed(kind: Kind, text: String) -> Result<Document, NotANumber> {
    match kind {
        Kind::Integer(_) => integer(&text)
            .map(Document::Integer)
            .ok_or(NotANumber { kind: "int", text }),
        Kind::Float | Kind::Double => float(&text).map(Document::Float).ok_or(NotANumber {
            kind: "float",
            text,
        }),
        _ => Ok(Document::String(text)),
    }
}

/// The value of a text that a fact about a command holds, for a member of a structure.
pub(crate) fn constant(
    service: &Service<'_>,
    within: ShapeIndex,
    member: &str,
    text: &str,
) -> Document {
    let member = service.shape(within).member(member);
    match member.map(|(_, member)| service.shape(member.target).kind) {
        Some(Kind::Integer(_)) => integer(text).map_or_else(|| text.into(), Document::Integer),
        Some(Kind::Boolean) => (text == "true").into(),
        _ => text.into(),
    }
}

/// A text that is not a number of the expected kind.
#[derive(Debug)]
pub(super) struct NotANumber {
    kind: &'static str,
    text: String,
}

impl NotANumber {
    /// The problem without the text, which may be secret.
    pub(super) fn without_text(&self) -> String {
        format!("invalid {} value", self.kind)
    }
}

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid {} value: '{}'", self.kind, self.text)
    }
}

/// An integer as Python reads it: blanks around it, a sign, `_` between digits.
pub(super) fn integer(text: &str) -> Option<i128> {
    underscored(text)?.parse().ok()
}

/// A number as Python reads it.
pub(super) fn float(text: &str) -> Option<f64> {
    let text = underscored(text)?;
    let digits = text.trim_start_matches(['+', '-']);
    match digits.to_ascii_lowercase().as_str() {
        "nan" | "inf" | "infinity" => text.to_ascii_lowercase().parse().ok(),
        _ if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') => text.parse().ok(),
        _ => None,
    }
}

/// The number without the `_` between its digits; `None` if there is a `_` elsewhere.
fn underscored(text: &str) -> Option<String> {
    let text = text.trim();
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let between = |(at, _): (usize, &str)| {
        let (before, after) = text.split_at(at);
        digit(before.chars().next_back()) && digit(after.chars().nth(1))
    };
    if !text.match_indices('_').all(between) {
        return None;
    }
    Some(text.replace('_', ""))
}

/// A point in time, in the forms that people write: seconds since 1970, or a date and time. Without
/// an offset it is in UTC.
pub(super) fn timestamp(text: &str, now: Timestamp) -> Option<Timestamp> {
    Timestamp::parse(text).or_else(|| Written::read(text, Some(now)).map(|written| written.point))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_as_python_reads_them() {
        for (text, expected) in [
            (" 12 ", Some(12)),
            ("+1_000", Some(1000)),
            ("-5", Some(-5)),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("1.5", None),
            ("0x10", None),
            ("", None),
        ] {
            assert_eq!(integer(text), expected, "{text}");
        }
    }

    #[test]
    fn floats_as_python_reads_them() {
        for (text, expected) in [
            ("1e3", Some(1000.0)),
            (".5", Some(0.5)),
            ("-inf", Some(f64::NEG_INFINITY)),
            ("e3", None),
        ] {
            assert_eq!(float(text), expected, "{text}");
        }
    }

    #[test]
    fn points_in_time_as_people_write_them() {
        let now = Timestamp::new(86_400 * 2 + 5, 0);
        for (text, expected) in [
            ("2020-01-01", Some(1_577_836_800)),
            ("Jan 1 2020", Some(1_577_836_800)),
            ("2020-01-01 01:00", Some(1_577_840_400)),
            ("2020-01-01T01:00:00Z", Some(1_577_840_400)),
            ("2020-01-01T01:00:00", Some(1_577_840_400)),
            ("Wed, 01 Jan 2020 01:00:00 GMT", Some(1_577_840_400)),
            ("2020", Some(2020)),
            ("10:30", Some(86_400 * 2 + 37_800)),
            ("soon", None),
            ("2020-13-01", None),
        ] {
            assert_eq!(
                timestamp(text, now).map(Timestamp::seconds),
                expected,
                "{text}"
            );
        }
    }
}
