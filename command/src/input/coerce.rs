//! Where parsed text meets the model: one walk over a value and its shape gives each part its type.

use super::{BinaryFormat, DEEPEST, Reader, scalar};
use opsmith_runtime::codec::base64;
use opsmith_runtime::document::Document;
use opsmith_runtime::schema::{Kind, Member, Shape, ShapeIndex, TimestampFormat, Trait};
use opsmith_runtime::timestamp::Timestamp;
use std::fmt;

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// As a word or in shorthand: everything is text, and a single element may replace a list.
    Text,
    /// As JSON or YAML, where only bytes and timestamps are text.
    Document,
}

/// What the format of a timestamp depends on, apart from its shape.
#[derive(Clone, Copy)]
struct Place<'m> {
    /// Traits of the member whose value it is.
    traits: &'m [Trait<'m>],
    /// The format where the model states none.
    usual: TimestampFormat,
}

/// Why a value can't have the type of its shape.
#[derive(Debug)]
pub(super) enum CoerceError {
    /// A text that is not a number.
    Number(scalar::NotANumber),
    /// A list in place of a number, a shape that shorthand can't write, or too deep a nesting.
    Form(String),
    /// A text that is not base64.
    Base64,
}

impl fmt::Display for CoerceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CoerceError::Number(wrong) => wrong.fmt(f),
            CoerceError::Form(problem) => f.write_str(problem),
            CoerceError::Base64 => f.write_str("Invalid base64: it ends within a byte"),
        }
    }
}

/// Gives the parts of an option's value the types of their shapes. Values that the model does not
/// know, or of another kind than their shape, are left unchanged: validation reports them.
pub(super) struct Coercer<'a> {
    reader: &'a Reader<'a>,
    /// The member that the option sets; `None` for the whole input.
    member: Option<&'a Member<'a>>,
    /// A text was not base64. As the AWS CLI decodes bytes last, this is an error only when nothing
    /// else is.
    has_wrong_base64: bool,
}

impl<'a> Coercer<'a> {
    pub(super) fn new(reader: &'a Reader<'a>, member: Option<&'a Member<'a>>) -> Self {
        Coercer {
            reader,
            member,
            has_wrong_base64: false,
        }
    }

    /// A value of this shape.
    ///
    /// # Errors
    ///
    /// A text that is not a number, or what shorthand can't write.
    pub(super) fn value(
        &mut self,
        source: Source,
        shape: ShapeIndex,
        value: Document,
    ) -> Result<Document, CoerceError> {
        let place = match self.member {
            Some(member) => at_top(self.reader, member),
            None => Place {
                traits: &[],
                usual: self.reader.service.protocol.timestamp_format(),
            },
        };
        self.walk(source, shape, place, value, 0)
    }

    /// Ends the work on an option's value.
    ///
    /// # Errors
    ///
    /// A part was not base64.
    pub(super) fn finish(self, value: Document) -> Result<Document, CoerceError> {
        if self.has_wrong_base64 {
            Err(CoerceError::Base64)
        } else {
            Ok(value)
        }
    }

    /// A value of this shape, which is the target of a member at this place.
    fn walk(
        &mut self,
        source: Source,
        index: ShapeIndex,
        place: Place<'_>,
        value: Document,
        depth: usize,
    ) -> Result<Document, CoerceError> {
        if depth > DEEPEST {
            return Err(too_deep());
        }
        let reader = self.reader;
        let shape = reader.service.shape(index);
        let element = shape.element();
        let element = element.map_or(ShapeIndex::MAX, |element| element.target);
        let is_input = depth == 0 && self.member.is_none();
        let inner = Place {
            traits: &[],
            ..place
        };
        let mut part = |index: ShapeIndex, place: Place<'_>, value: &mut Document| {
            *value = self.walk(source, index, place, std::mem::take(value), depth + 1)?;
            Ok(())
        };
        match (shape.kind, value) {
            (Kind::Structure | Kind::Union, Document::Map(mut map)) => {
                for (name, value) in &mut map {
                    let Some((_, member)) = shape.member(name) else {
                        continue;
                    };
                    let place = if is_input {
                        at_top(reader, member)
                    } else {
                        Place {
                            traits: member.traits,
                            ..place
                        }
                    };
                    part(member.target, place, value)?;
                }
                Ok(Document::Map(map))
            }
            (Kind::Map, Document::Map(mut map)) => {
                map.values_mut()
                    .try_for_each(|value| part(element, inner, value))?;
                Ok(Document::Map(map))
            }
            (Kind::List, Document::List(mut list)) => {
                list.iter_mut()
                    .try_for_each(|item| part(element, inner, item))?;
                Ok(Document::List(list))
            }
            (Kind::List, mut single) if source == Source::Text => {
                part(element, inner, &mut single)?;
                Ok(Document::List(vec![single]))
            }
            (_, leaf) => self.leaf(source, shape, place, leaf),
        }
    }

    /// A value without parts, or of another kind than its shape.
    fn leaf(
        &mut self,
        source: Source,
        shape: &Shape<'_>,
        place: Place<'_>,
        value: Document,
    ) -> Result<Document, CoerceError> {
        match (shape.kind, value) {
            (Kind::Blob, Document::String(text)) => Ok(self.bytes(text)),
            (Kind::Timestamp, value) => {
                let stated = stated_format(place.traits).or_else(|| stated_format(shape.traits));
                let has_fraction = stated.unwrap_or(place.usual) != TimestampFormat::EpochSeconds;
                Ok(self.timestamp(value, has_fraction))
            }
            (kind, value) if source == Source::Text => from_text(kind, shape.name, value),
            (_, value) => Ok(value),
        }
    }

    fn bytes(&mut self, text: String) -> Document {
        if self.reader.binary_format == BinaryFormat::Raw {
            return Document::Blob(text.into_bytes());
        }
        match base64::lenient(&text) {
            Some(bytes) => Document::Blob(bytes),
            None => {
                self.has_wrong_base64 = true;
                text.into()
            }
        }
    }

    /// The value as a timestamp, or as it is if the calendar does not have it. As the AWS CLI does,
    /// with whole seconds where seconds are sent, and with microseconds elsewhere.
    fn timestamp(&self, value: Document, has_fraction: bool) -> Document {
        let point = match &value {
            Document::String(text) => scalar::timestamp(text, self.reader.env.now().into()),
            Document::Integer(seconds) => i64::try_from(*seconds)
                .ok()
                .map(|seconds| Timestamp::new(seconds, 0)),
            Document::Float(seconds) => Timestamp::from_epoch(*seconds),
            Document::Timestamp(point) => Some(*point),
            _ => None,
        };
        let Some(point) = point.filter(|point| point.is_in_calendar()) else {
            return value;
        };
        let micros = if has_fraction {
            point.nanoseconds() / 1_000
        } else {
            0
        };
        Document::Timestamp(Timestamp::new(point.seconds(), micros * 1_000))
    }
}

/// The place of a member at the top of the input.
fn at_top<'m>(reader: &Reader<'_>, member: &'m Member<'m>) -> Place<'m> {
    let in_body = reader.service.protocol.timestamp_format();
    Place {
        traits: member.traits,
        usual: member.location().timestamp_format().unwrap_or(in_body),
    }
}

fn too_deep() -> CoerceError {
    CoerceError::Form(format!(
        "values may nest {DEEPEST} levels deep, and no deeper"
    ))
}

/// The format of timestamps that a list of traits states.
fn stated_format(traits: &[Trait<'_>]) -> Option<TimestampFormat> {
    traits.iter().find_map(|found| match found {
        Trait::TimestampFormat(format) => Some(*format),
        _ => None,
    })
}

/// The value that shorthand writes as text.
fn from_text(kind: Kind, shape: &str, value: Document) -> Result<Document, CoerceError> {
    let form = |text: String| Err(CoerceError::Form(text));
    match (kind, value) {
        (Kind::Document, _) => form(format!(
            "Shorthand can't write {shape}, which takes any JSON value. Use JSON for the option."
        )),
        (Kind::Integer(_), Document::List(_)) => form("invalid int value: a list".to_owned()),
        (Kind::Float | Kind::Double, Document::List(_)) => {
            form("invalid float value: a list".to_owned())
        }
        (Kind::Boolean, Document::String(text)) => Ok(match text.to_lowercase().as_str() {
            "true" => true.into(),
            "false" => false.into(),
            _ => text.into(),
        }),
        (kind, Document::String(text)) => scalar::typed(kind, text).map_err(CoerceError::Number),
        (_, value) => Ok(value),
    }
}
