//! Reading an answer that differs from the model, as far as it can be understood.
//!
//! It is read as a document first, which is then given to the visitor by the schema:
//!
//! - numbers and booleans in quotes count as such, and whole numbers with a fraction or exponent as
//!   integers;
//! - numbers and booleans in place of text become text;
//! - base64 is read as Python reads it: characters outside the alphabet are skipped;
//! - nulls are absent, except where the shape is sparse.

use crate::codec::{DeserializeError, Extent, base64};
use crate::document::{Document, Map};
use crate::schema::{Flags, Kind, Service, Shape, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, VisitError, VisitResult, Visitor};
use std::fmt::Write as _;

/// Gives a document to the visitor as a value of the shape, or as its members.
///
/// # Errors
///
/// What can't be understood, and its path.
pub(super) fn give(
    value: &Document,
    service: &Service<'_>,
    shape: ShapeIndex,
    extent: Extent,
    visitor: &mut dyn Visitor,
) -> Result<(), DeserializeError> {
    let mut giving = Giving {
        service,
        path: String::new(),
    };
    let shape = service.shape(shape);
    let given = match (extent, value) {
        (Extent::Members, Document::Map(map)) => giving.members(map, shape, extent, visitor),
        (Extent::Members, other) => Err(VisitError::kind(other.kind())),
        (Extent::Value, value) => giving.value(value, shape, visitor),
    };
    given.map_err(|error| DeserializeError::value(giving.path, error))
}

struct Giving<'a> {
    service: &'a Service<'a>,
    /// Path of the current value.
    path: String,
}

impl<'a> Giving<'a> {
    fn value(
        &mut self,
        value: &Document,
        shape: &'a Shape<'a>,
        visitor: &mut dyn Visitor,
    ) -> VisitResult {
        match (shape.kind, value) {
            (Kind::Structure | Kind::Union, Document::Map(map)) => {
                visitor.begin(CompoundKind::Members)?;
                let given = self.members(map, shape, Extent::Value, visitor);
                visitor.end().and(given)
            }
            (Kind::Map | Kind::Document, Document::Map(map)) => self.entries(map, shape, visitor),
            (Kind::List | Kind::Document, Document::List(list)) => {
                self.elements(list, shape, visitor)
            }
            (_, value) => scalar(value, shape.kind, visitor),
        }
    }

    /// Gives the value of a part. After an error, `path` is that of the value.
    fn part(
        &mut self,
        step: std::fmt::Arguments<'_>,
        value: &Document,
        ix: ShapeIndex,
        visitor: &mut dyn Visitor,
    ) -> VisitResult {
        let before = self.path.len();
        let _ = self.path.write_fmt(step);
        self.value(value, self.service.shape(ix), visitor)?;
        self.path.truncate(before);
        Ok(())
    }

    fn members(
        &mut self,
        map: &Map,
        shape: &'a Shape<'a>,
        extent: Extent,
        visitor: &mut dyn Visitor,
    ) -> VisitResult {
        for (name, value) in map.iter().filter(|(_, value)| **value != Document::Null) {
            let found = shape
                .members
                .iter()
                .enumerate()
                .find(|(_, member)| member.json_name() == name)
                .filter(|(_, member)| !extent.excludes(member));
            if let Some((index, member)) = found {
                let dot = if self.path.is_empty() { "" } else { "." };
                self.part(
                    format_args!("{dot}{}", member.name),
                    value,
                    member.target,
                    visitor.member(index)?,
                )?;
            }
        }
        Ok(())
    }

    fn elements(
        &mut self,
        list: &[Document],
        shape: &'a Shape<'a>,
        visitor: &mut dyn Visitor,
    ) -> VisitResult {
        visitor.begin(CompoundKind::Elements)?;
        let target = shape
            .element()
            .map_or(ShapeIndex::MAX, |element| element.target);
        for (index, value) in list.iter().enumerate() {
            match value {
                Document::Null if !takes_null(shape) => {}
                Document::Null => visitor.element()?.null()?,
                value => self.part(format_args!("[{index}]"), value, target, visitor.element()?)?,
            }
        }
        visitor.end()
    }

    fn entries(
        &mut self,
        map: &Map,
        shape: &'a Shape<'a>,
        visitor: &mut dyn Visitor,
    ) -> VisitResult {
        visitor.begin(CompoundKind::Entries)?;
        let target = shape
            .element()
            .map_or(ShapeIndex::MAX, |element| element.target);
        for (key, value) in map {
            match value {
                Document::Null if !takes_null(shape) => {}
                Document::Null => visitor.entry(key)?.null()?,
                // The key may be sensitive.
                value => self.part(format_args!("[…]"), value, target, visitor.entry(key)?)?,
            }
        }
        visitor.end()
    }
}

fn takes_null(shape: &Shape<'_>) -> bool {
    shape.kind == Kind::Document || shape.is(Flags::SPARSE)
}

/// Visits a scalar, or the value found in its place.
fn scalar(value: &Document, kind: Kind, visitor: &mut dyn Visitor) -> VisitResult {
    match (kind, value) {
        (Kind::Float | Kind::Double, Document::Integer(value)) => visitor.float(*value as f64),
        (Kind::Float | Kind::Double, Document::String(text)) => {
            visitor.float(text.parse().map_err(|_| VisitError::form("a number"))?)
        }
        (Kind::Integer(_), Document::Float(value)) => visitor.integer(whole(*value)?),
        (Kind::Integer(_), Document::String(text)) => match text.parse() {
            Ok(value) => visitor.integer(value),
            Err(_) => visitor.integer(whole(text.parse().unwrap_or(f64::NAN))?),
        },
        (Kind::Boolean, Document::String(text)) => match text.as_str() {
            "true" | "True" => visitor.boolean(true),
            "false" | "False" => visitor.boolean(false),
            _ => Err(VisitError::form("a boolean")),
        },
        (Kind::String | Kind::Enum, Document::Integer(value)) => visitor.string(&value.to_string()),
        (Kind::String | Kind::Enum, Document::Digits(digits)) => visitor.string(digits),
        (Kind::String | Kind::Enum, Document::Float(value)) => visitor.string(&value.to_string()),
        (Kind::String | Kind::Enum, Document::Boolean(value)) => visitor.string(&value.to_string()),
        (Kind::Timestamp, value) => visitor.timestamp(point(value)?),
        (Kind::Blob, Document::String(text)) => {
            visitor.blob(&base64::lenient(text).ok_or_else(|| VisitError::form("base64 text"))?)
        }
        (_, Document::Null) => visitor.null(),
        (_, Document::Boolean(value)) => visitor.boolean(*value),
        (_, Document::Integer(value)) => visitor.integer(*value),
        (_, Document::Digits(digits)) => {
            visitor.float(digits.parse().map_err(|_| VisitError::form("a number"))?)
        }
        (_, Document::Float(value)) => visitor.float(*value),
        (_, Document::String(text)) => visitor.string(text),
        (_, Document::List(_)) => Err(VisitError::kind("list")),
        (_, Document::Map(_)) => Err(VisitError::kind("map")),
        (_, Document::Blob(value)) => visitor.blob(value),
        (_, Document::Timestamp(value)) => visitor.timestamp(*value),
    }
}

fn whole(value: f64) -> Result<i128, VisitError> {
    let is_whole = value.fract() == 0.0 && value.abs() < 1e38;
    if is_whole {
        Ok(value as i128)
    } else {
        Err(VisitError::form("an integer"))
    }
}

fn point(value: &Document) -> Result<Timestamp, VisitError> {
    let point = match value {
        Document::Integer(seconds) => i64::try_from(*seconds)
            .ok()
            .map(|seconds| Timestamp::new(seconds, 0)),
        Document::Float(seconds) => Timestamp::from_epoch(*seconds),
        Document::String(text) => Timestamp::parse(text),
        Document::Timestamp(point) => Some(*point),
        _ => None,
    };
    point.ok_or_else(|| VisitError::form("a point in time"))
}
