//! The rules: what a shape requires of a value. Callers decide what to do with the problems
//! reported.

use super::Problem;
#[cfg(feature = "patterns")]
use super::pattern::matches;
use crate::schema::{Flags, Kind, Member, Shape};
use crate::visit::CompoundKind;

/// The kind of a value that is given to a visitor.
#[derive(Clone, Copy)]
pub(crate) enum ValueKind {
    Null,
    Boolean,
    Integer,
    Float,
    Text,
    Blob,
    Timestamp,
    Compound(CompoundKind),
}

impl ValueKind {
    /// Whether a shape of this kind accepts it.
    // Inlined, since callers know `self`: one comparison is left.
    #[inline(always)]
    pub(crate) fn fits(self, kind: Kind) -> bool {
        let fits = match self {
            ValueKind::Null => false,
            // As in the AWS CLI, where a boolean passes as an integer.
            ValueKind::Boolean => matches!(kind, Kind::Boolean | Kind::Integer(_)),
            ValueKind::Integer => matches!(kind, Kind::Integer(_) | Kind::Float | Kind::Double),
            ValueKind::Float => matches!(kind, Kind::Float | Kind::Double),
            ValueKind::Text => matches!(kind, Kind::String | Kind::Enum),
            ValueKind::Blob => kind == Kind::Blob,
            ValueKind::Timestamp => kind == Kind::Timestamp,
            ValueKind::Compound(CompoundKind::Members) => {
                matches!(kind, Kind::Structure | Kind::Union)
            }
            ValueKind::Compound(CompoundKind::Elements) => kind == Kind::List,
            ValueKind::Compound(CompoundKind::Entries) => kind == Kind::Map,
        };
        fits || kind == Kind::Document
    }

    /// Its name in messages.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            ValueKind::Null => "null",
            ValueKind::Boolean => "boolean",
            ValueKind::Integer => "integer",
            ValueKind::Float => "float",
            ValueKind::Text => "string",
            ValueKind::Blob => "bytes",
            ValueKind::Timestamp => "timestamp",
            ValueKind::Compound(CompoundKind::Members) => "structure",
            ValueKind::Compound(CompoundKind::Elements) => "list",
            ValueKind::Compound(CompoundKind::Entries) => "map",
        }
    }
}

/// The rules for a number of bytes, elements, entries or characters.
pub(crate) fn length(
    length: impl FnOnce() -> usize,
    shape: &Shape<'_>,
    report: &mut impl FnMut(Problem),
) {
    if shape.min.is_none() && shape.max.is_none() {
        return;
    }
    let length = length() as u64;
    if let Some(min) = shape.min.filter(|min| (length as f64) < *min) {
        let kind = shape.kind;
        report(Problem::Short { length, min, kind });
    }
    if let Some(max) = shape.max.filter(|max| length as f64 > *max) {
        report(Problem::Long { length, max });
    }
}

/// The rules for a number, which problems contain if it may be `shown`.
pub(crate) fn number(value: f64, shown: bool, shape: &Shape<'_>, report: &mut impl FnMut(Problem)) {
    let given = shown.then_some(value);
    if let Some(min) = shape.min.filter(|min| value < *min) {
        report(Problem::Small { value: given, min });
    }
    if let Some(max) = shape.max.filter(|max| value > *max) {
        report(Problem::Large { value: given, max });
    }
}

/// The rules for text, which problems contain if it may be `shown`.
#[inline]
pub(crate) fn text(text: &str, shown: bool, shape: &Shape<'_>, report: &mut impl FnMut(Problem)) {
    if !has_any_length(text.len(), shape) {
        length(|| text.chars().count(), shape, report);
    }
    if shape.kind == Kind::String && shape.traits.is_empty() {
        return;
    }
    if shape.kind == Kind::Enum && !shape.values.contains(&text) {
        let values = shape.values.iter().map(|value| (*value).to_owned());
        report(Problem::Enum {
            value: shown.then(|| text.to_owned()),
            values: values.collect(),
        });
    }
    if let Some(pattern) = shape.pattern().filter(|pattern| !matches(pattern, text)) {
        report(Problem::Pattern {
            pattern: pattern.to_owned(),
        });
    }
}

/// Whether any text of this number of bytes has a length that the shape takes: a character has one to
/// four bytes, so most texts need not be counted.
fn has_any_length(bytes: usize, shape: &Shape<'_>) -> bool {
    let bytes = bytes as f64;
    shape.min.is_none_or(|min| bytes >= 4.0 * min) && shape.max.is_none_or(|max| bytes <= max)
}

/// The rules for the number of parts of a compound.
pub(crate) fn count(count: usize, shape: &Shape<'_>, report: &mut impl FnMut(Problem)) {
    match shape.kind {
        Kind::List | Kind::Map => length(|| count, shape, report),
        Kind::Union if count != 1 => report(Problem::Union {
            set: count,
            members: names(shape),
        }),
        _ => {}
    }
}

/// Whether a request without the member is refused. A stream stands beside the input.
pub(crate) fn is_required_on_input(member: &Member<'_>) -> bool {
    const GIVEN: Flags = Flags::IDEMPOTENCY_TOKEN.union(Flags::STREAMING);
    member.is(Flags::REQUIRED) && !member.is(GIVEN)
}

pub(super) fn names(shape: &Shape<'_>) -> Vec<String> {
    shape
        .members
        .iter()
        .map(|member| member.name.to_owned())
        .collect()
}

/// Without the feature, only the service checks patterns.
#[cfg(not(feature = "patterns"))]
fn matches(_pattern: &str, _text: &str) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::string;

    #[test]
    fn text_has_as_many_characters_as_it_has_code_points() {
        for character in ["a", "é", "€", "😀"] {
            for length in 0..12 {
                for (min, max) in [(0, 11), (0, 3), (1, 3), (3, 3), (3, 8), (9, 9)] {
                    let shape = string("Text").min(f64::from(min)).max(f64::from(max));
                    let mut conforms = true;
                    text(&character.repeat(length), false, &shape, &mut |_| {
                        conforms = false;
                    });
                    let fits = (min..=max).contains(&(length as i32));
                    assert_eq!(conforms, fits, "{length} of {character}, {min} to {max}");
                }
            }
        }
    }
}
