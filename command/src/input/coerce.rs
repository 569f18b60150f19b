//! Where parsed text meets the model: one walk over a value and its shape gives each part its type.

use super::{BinaryFormat, DEEPEST, Reader, scalar};
use opsmith_runtime::codec::base64;
use opsmith_runtime::document::Document;
use opsmith_runtime::schema::{Kind, Protocol, Shape, ShapeIndex, TimestampFormat, Trait};
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
    /// A text was not base64. As the AWS CLI decodes bytes last, this is an error only when nothing
    /// else is.
    has_wrong_base64: bool,
}

impl<'a> Coercer<'a> {
    pub(super) fn new(reader: &'a Reader<'a>) -> Self {
        Coercer {
            reader,
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
        self.walk(source, shape, &[], value, 0)
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

    /// A value of this shape, which is the target of a member with these traits.
    fn walk(
        &mut self,
        source: Source,
        index: ShapeIndex,
        traits: &[Trait<'_>],
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
        let mut part = |index: ShapeIndex, traits: &[Trait<'_>], value: &mut Document| {
            *value = self.walk(source, index, traits, std::mem::take(value), depth + 1)?;
            Ok(())
        };
        match (shape.kind, value) {
            (Kind::Structure | Kind::Union, Document::Map(mut map)) => {
                for (name, value) in &mut map {
                    if let Some((_, member)) = shape.member(name) {
                        part(member.target, member.traits, value)?;
                    }
                }
                Ok(Document::Map(map))
            }
            (Kind::Map, Document::Map(mut map)) => {
                map.values_mut()
                    .try_for_each(|value| part(element, &[], value))?;
                Ok(Document::Map(map))
            }
            (Kind::List, Document::List(mut list)) => {
                list.iter_mut()
                    .try_for_each(|item| part(element, &[], item))?;
                Ok(Document::List(list))
            }
            (Kind::List, mut single) if source == Source::Text => {
                part(element, &[], &mut single)?;
                Ok(Document::List(vec![single]))
            }
            (_, leaf) => self.leaf(source, shape, traits, leaf),
        }
    }

    /// A value without parts, or of another kind than its shape.
    fn leaf(
        &mut self,
        source: Source,
        shape: &Shape<'_>,
        traits: &[Trait<'_>],
        value: Document,
    ) -> Result<Document, CoerceError> {
        match (shape.kind, value) {
            (Kind::Blob, Document::String(text)) => Ok(self.bytes(text)),
            (Kind::Timestamp, value) => {
                let has_fraction = is_date(self.reader.service.protocol, [traits, shape.traits]);
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

fn too_deep() -> CoerceError {
    CoerceError::Form(format!(
        "values may nest {DEEPEST} levels deep, and no deeper"
    ))
}

/// Whether a point in time is sent as a date rather than as seconds.
fn is_date(protocol: Protocol, traits: [&[Trait<'_>]; 2]) -> bool {
    let stated = traits.into_iter().flatten().find_map(|found| match found {
        Trait::TimestampFormat(format) => Some(*format),
        _ => None,
    });
    let [member, _] = traits;
    let in_query = || {
        let is_query = |found: &Trait<'_>| matches!(found, Trait::HttpQuery(_));
        member.iter().any(is_query)
    };
    let has_dates = matches!(
        protocol,
        Protocol::AwsQuery | Protocol::Ec2Query | Protocol::RestXml
    );
    stated.map_or_else(
        || has_dates || in_query(),
        |format| format != TimestampFormat::EpochSeconds,
    )
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
