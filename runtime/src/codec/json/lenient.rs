//! Reading an answer that departs from the model: what can be understood is.
//!
//! It is read as a document first, and then given to the sink by the rows:
//!
//! - numbers and booleans in quotes count as what they are, and whole numbers with a fraction or
//!   exponent as integers;
//! - numbers and booleans where a text is due are that text;
//! - base64 is read as Python reads it: characters that do not belong to it are passed over;
//! - nulls are absent, except where the shape is sparse.

use crate::codec::base64;
use crate::document::{Document, Map};
use crate::rows::{Ix, Kind, Service, Shape, flag};
use crate::sink::{Done, Parts, Refused, Sink};
use crate::timestamp::Timestamp;
use std::fmt::Write as _;

/// Gives a document to the sink as a value of the shape.
///
/// # Errors
///
/// The path of what can't be understood, and why it can't.
pub(crate) fn give(
    value: &Document,
    service: &Service<'_>,
    shape: Ix,
    sink: &mut dyn Sink,
) -> Result<(), String> {
    let mut giving = Giving {
        service,
        path: String::new(),
    };
    giving
        .value(value, service.shape(shape), sink)
        .map_err(|refused| match giving.path.is_empty() {
            true => refused.to_string(),
            false => format!("{}: {refused}", giving.path),
        })
}

struct Giving<'a> {
    service: &'a Service<'a>,
    /// Where the value is that comes at present.
    path: String,
}

impl<'a> Giving<'a> {
    fn value(&mut self, value: &Document, shape: &'a Shape<'a>, sink: &mut dyn Sink) -> Done {
        match (shape.kind, value) {
            (Kind::Structure | Kind::Union, Document::Map(map)) => self.members(map, shape, sink),
            (Kind::Map | Kind::Document, Document::Map(map)) => self.entries(map, shape, sink),
            (Kind::List | Kind::Document, Document::List(list)) => self.elements(list, shape, sink),
            (_, value) => scalar(value, shape.kind, sink),
        }
    }

    /// Gives the value of a part; its path remains where it can't be taken.
    fn part(
        &mut self,
        step: std::fmt::Arguments<'_>,
        value: &Document,
        ix: Ix,
        sink: &mut dyn Sink,
    ) -> Done {
        let before = self.path.len();
        let _ = self.path.write_fmt(step);
        self.value(value, self.service.shape(ix), sink)?;
        self.path.truncate(before);
        Ok(())
    }

    fn members(&mut self, map: &Map, shape: &'a Shape<'a>, sink: &mut dyn Sink) -> Done {
        sink.begin(Parts::Members)?;
        for (name, value) in map.iter().filter(|(_, value)| **value != Document::Null) {
            let found = shape
                .members
                .iter()
                .enumerate()
                .find(|(_, member)| member.json_name() == name);
            if let Some((index, member)) = found {
                let dot = if self.path.is_empty() { "" } else { "." };
                self.part(
                    format_args!("{dot}{}", member.name),
                    value,
                    member.target,
                    sink.member(index)?,
                )?;
            }
        }
        sink.end()
    }

    fn elements(&mut self, list: &[Document], shape: &'a Shape<'a>, sink: &mut dyn Sink) -> Done {
        sink.begin(Parts::Elements)?;
        let target = shape.element().map_or(Ix::MAX, |element| element.target);
        for (index, value) in list.iter().enumerate() {
            match value {
                Document::Null if !takes_null(shape) => {}
                Document::Null => sink.element()?.null()?,
                value => self.part(format_args!("[{index}]"), value, target, sink.element()?)?,
            }
        }
        sink.end()
    }

    fn entries(&mut self, map: &Map, shape: &'a Shape<'a>, sink: &mut dyn Sink) -> Done {
        sink.begin(Parts::Entries)?;
        let target = shape.element().map_or(Ix::MAX, |element| element.target);
        for (key, value) in map {
            match value {
                Document::Null if !takes_null(shape) => {}
                Document::Null => sink.entry(key)?.null()?,
                // The key may be secret.
                value => self.part(format_args!("[…]"), value, target, sink.entry(key)?)?,
            }
        }
        sink.end()
    }
}

fn takes_null(shape: &Shape<'_>) -> bool {
    shape.kind == Kind::Document || shape.is(flag::SPARSE)
}

/// Gives a scalar, or what came in its place.
fn scalar(value: &Document, kind: Kind, sink: &mut dyn Sink) -> Done {
    match (kind, value) {
        (Kind::Float, Document::Integer(value)) => sink.float(*value as f64),
        (Kind::Float, Document::String(text)) => {
            sink.float(text.parse().map_err(|_| Refused::form("a number"))?)
        }
        (Kind::Integer(_), Document::Float(value)) => sink.integer(whole(*value)?),
        (Kind::Integer(_), Document::String(text)) => match text.parse() {
            Ok(value) => sink.integer(value),
            Err(_) => sink.integer(whole(text.parse().unwrap_or(f64::NAN))?),
        },
        (Kind::Boolean, Document::String(text)) => match text.as_str() {
            "true" | "True" => sink.boolean(true),
            "false" | "False" => sink.boolean(false),
            _ => Err(Refused::form("a boolean")),
        },
        (Kind::String | Kind::Enum, Document::Integer(value)) => sink.string(&value.to_string()),
        (Kind::String | Kind::Enum, Document::Digits(digits)) => sink.string(digits),
        (Kind::String | Kind::Enum, Document::Float(value)) => sink.string(&value.to_string()),
        (Kind::String | Kind::Enum, Document::Boolean(value)) => sink.string(&value.to_string()),
        (Kind::Timestamp, value) => sink.timestamp(point(value)?),
        (Kind::Blob, Document::String(text)) => {
            sink.blob(&base64::lenient(text).ok_or_else(|| Refused::form("base64 text"))?)
        }
        (_, Document::Null) => sink.null(),
        (_, Document::Boolean(value)) => sink.boolean(*value),
        (_, Document::Integer(value)) => sink.integer(*value),
        (_, Document::Digits(digits)) => {
            sink.float(digits.parse().map_err(|_| Refused::form("a number"))?)
        }
        (_, Document::Float(value)) => sink.float(*value),
        (_, Document::String(text)) => sink.string(text),
        (_, Document::List(_)) => Err(Refused::kind("list")),
        (_, Document::Map(_)) => Err(Refused::kind("map")),
        // JSON has neither.
        (_, Document::Blob(value)) => sink.blob(value),
        (_, Document::Timestamp(value)) => sink.timestamp(*value),
    }
}

fn whole(value: f64) -> Result<i128, Refused> {
    let is_whole = value.fract() == 0.0 && value.abs() < 1e38;
    if is_whole {
        Ok(value as i128)
    } else {
        Err(Refused::form("an integer"))
    }
}

fn point(value: &Document) -> Result<Timestamp, Refused> {
    let point = match value {
        Document::Integer(seconds) => i64::try_from(*seconds)
            .ok()
            .map(|seconds| Timestamp::new(seconds, 0)),
        Document::Float(seconds) => Timestamp::from_epoch(*seconds),
        Document::String(text) => Timestamp::parse(text),
        Document::Timestamp(point) => Some(*point),
        _ => None,
    };
    point.ok_or_else(|| Refused::form("a point in time"))
}
