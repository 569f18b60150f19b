//! Reading JSON: serde_json's tokens go straight into the visitor, by the rows.

use super::BASE64;
use crate::schema::{Kind, Member, Service, Shape, ShapeIndex, flag};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, VisitError, VisitResult, Visitor};
use base64::Engine as _;
use serde_core::Deserializer;
use serde_core::de::{self, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected};
use std::borrow::Cow;
use std::fmt;

/// Reads one JSON value of the shape into the visitor.
///
/// # Errors
///
/// When the text is not JSON, or a value is of another type than its shape: with the member, line
/// and column of it. Text is never repeated in an error, since it may be sensitive.
pub fn read(
    text: &[u8],
    service: &Service<'_>,
    shape: ShapeIndex,
    visitor: &mut dyn Visitor,
) -> Result<(), serde_json::Error> {
    let value = Value {
        service,
        shape: service.shape(shape),
        member: None,
        visitor,
    };
    match std::str::from_utf8(text) {
        // Checked once, and not by the text.
        Ok(text) => whole(serde_json::Deserializer::from_str(text), value),
        // It may be where nobody looks.
        Err(_) => whole(serde_json::Deserializer::from_slice(text), value),
    }
}

/// Reads one value, behind which nothing may follow.
fn whole<'de, R: serde_json::de::Read<'de>>(
    mut json: serde_json::Deserializer<R>,
    value: Value<'_, '_>,
) -> Result<(), serde_json::Error> {
    value.deserialize(&mut json)?;
    json.end()
}

/// Reads one value of the shape from any format that describes itself.
#[cfg(feature = "serde")]
pub(crate) fn read_from<'de, D: Deserializer<'de>>(
    from: D,
    service: &Service<'_>,
    shape: ShapeIndex,
    visitor: &mut dyn Visitor,
) -> Result<(), D::Error> {
    Value {
        service,
        shape: service.shape(shape),
        member: None,
        visitor,
    }
    .deserialize(from)
}

/// One value that is due: its shape, the member it is for, and the visitor that takes it.
struct Value<'a, 's> {
    service: &'a Service<'a>,
    shape: &'a Shape<'a>,
    member: Option<&'a Member<'a>>,
    visitor: &'s mut dyn Visitor,
}

impl fmt::Display for Value<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.shape.kind {
            Kind::Integer(_) => "integer".to_owned(),
            kind => format!("{kind:?}").to_lowercase(),
        };
        match self.member {
            Some(member) => write!(f, "{kind} for {:?}", member.name),
            None => write!(f, "{kind} {}", self.shape.name),
        }
    }
}

fn taken<E: Error>(done: VisitResult) -> Result<(), E> {
    done.map_err(E::custom)
}

impl Value<'_, '_> {
    fn integer<E: Error>(self, value: i128) -> Result<(), E> {
        taken(match self.shape.kind {
            Kind::Integer(_) | Kind::Document => self.visitor.integer(value),
            Kind::Float => self.visitor.float(value as f64),
            Kind::Timestamp => match i64::try_from(value) {
                Ok(seconds) => self.visitor.timestamp(Timestamp::new(seconds, 0)),
                Err(_) => Err(VisitError::form("a point in time")),
            },
            _ => return Err(E::invalid_type(Unexpected::Other("an integer"), &self)),
        })
    }

    fn text(&mut self, text: &str) -> VisitResult {
        match self.shape.kind {
            Kind::String | Kind::Enum | Kind::Document => self.visitor.string(text),
            Kind::Blob => match BASE64.decode(text) {
                Ok(bytes) => self.visitor.blob(&bytes),
                Err(_) => Err(VisitError::form("base64 text")),
            },
            Kind::Timestamp => match Timestamp::parse(text) {
                Some(timestamp) => self.visitor.timestamp(timestamp),
                None => Err(VisitError::form("a point in time")),
            },
            Kind::Float => match text {
                "NaN" => self.visitor.float(f64::NAN),
                "Infinity" => self.visitor.float(f64::INFINITY),
                "-Infinity" => self.visitor.float(f64::NEG_INFINITY),
                _ => Err(VisitError::form("a number")),
            },
            _ => Err(VisitError::kind("string")),
        }
    }

    /// What the parts of this compound have in common.
    fn parts<'b>(&self, member: Option<&'b Member<'b>>, service: &'b Service<'b>) -> Part<'b> {
        let document = self.shape.kind == Kind::Document;
        let shape = service.shape(member.map_or(ShapeIndex::MAX, |member| member.target));
        Part {
            service,
            shape,
            member,
            nulls: document || self.shape.is(flag::SPARSE),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        match self.shape.kind {
            Kind::Document => taken(self.visitor.null()),
            _ => Err(E::invalid_type(Unexpected::Unit, &self)),
        }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        match self.shape.kind {
            Kind::Boolean | Kind::Document => taken(self.visitor.boolean(value)),
            _ => Err(E::invalid_type(Unexpected::Other("a boolean"), &self)),
        }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.integer(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.integer(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        match self.shape.kind {
            Kind::Float | Kind::Document => taken(self.visitor.float(value)),
            Kind::Integer(_) if value.fract() == 0.0 && value.abs() < 1e38 => {
                taken(self.visitor.integer(value as i128))
            }
            Kind::Timestamp => taken(match Timestamp::from_epoch(value) {
                Some(timestamp) => self.visitor.timestamp(timestamp),
                None => Err(VisitError::form("a point in time")),
            }),
            _ => Err(E::invalid_type(
                Unexpected::Other("a number with a fraction"),
                &self,
            )),
        }
    }

    fn visit_str<E: Error>(mut self, text: &str) -> Result<(), E> {
        self.text(text)
            .map_err(|refused| E::custom(format_args!("{self}: {refused}")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        if !matches!(self.shape.kind, Kind::List | Kind::Document) {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        let part = self.parts(self.shape.element(), self.service);
        taken(self.visitor.begin(CompoundKind::Elements))?;
        while elements
            .next_element_seed(Place {
                part,
                at: At::Element,
                visitor: self.visitor,
            })?
            .is_some()
        {}
        taken(self.visitor.end())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        if self.shape.has_members() {
            taken(self.visitor.begin(CompoundKind::Members))?;
            while let Some(found) = entries.next_key_seed(Name(self.shape))? {
                let Some((index, member)) = found else {
                    entries.next_value::<IgnoredAny>()?;
                    continue;
                };
                let part = self.parts(Some(member), self.service);
                entries.next_value_seed(Place {
                    part,
                    at: At::Member(index),
                    visitor: self.visitor,
                })?;
            }
        } else if matches!(self.shape.kind, Kind::Map | Kind::Document) {
            let part = self.parts(self.shape.element(), self.service);
            taken(self.visitor.begin(CompoundKind::Entries))?;
            while let Some(key) = entries.next_key_seed(Key)? {
                entries.next_value_seed(Place {
                    part,
                    at: At::Entry(&key),
                    visitor: self.visitor,
                })?;
            }
        } else {
            return Err(A::Error::invalid_type(Unexpected::Map, &self));
        }
        taken(self.visitor.end())
    }
}

/// What the parts of one compound have in common.
#[derive(Clone, Copy)]
struct Part<'a> {
    service: &'a Service<'a>,
    shape: &'a Shape<'a>,
    member: Option<&'a Member<'a>>,
    /// A null is a value here, rather than absence.
    nulls: bool,
}

/// A part that comes next. It is announced to the visitor only when it turns out not to be an absent
/// one.
struct Place<'a, 's> {
    part: Part<'a>,
    at: At<'s>,
    visitor: &'s mut dyn Visitor,
}

enum At<'s> {
    Member(usize),
    Element,
    Entry(&'s str),
}

impl<'s> Place<'_, 's> {
    fn announce(self) -> Result<&'s mut dyn Visitor, VisitError> {
        match self.at {
            At::Member(index) => self.visitor.member(index),
            At::Element => self.visitor.element(),
            At::Entry(key) => self.visitor.entry(key),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_option(self)
    }
}

impl<'de> de::Visitor<'de> for Place<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.part.nulls {
            taken(self.announce().and_then(|visitor| visitor.null()))
        } else {
            Ok(())
        }
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let Part {
            service,
            shape,
            member,
            ..
        } = self.part;
        let visitor = self.announce().map_err(D::Error::custom)?;
        Value {
            service,
            shape,
            member,
            visitor,
        }
        .deserialize(json)
    }
}

/// Reads the name of a member and finds it in the structure's row.
struct Name<'a>(&'a Shape<'a>);

impl<'de, 'a> DeserializeSeed<'de> for Name<'a> {
    type Value = Option<(usize, &'a Member<'a>)>;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'de, 'a> de::Visitor<'de> for Name<'a> {
    type Value = Option<(usize, &'a Member<'a>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self
            .0
            .members
            .iter()
            .enumerate()
            .find(|(_, member)| member.json_name() == name))
    }
}

/// Reads the key of an entry, out of the text itself where nothing is escaped in it.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl<'de> de::Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(key.into())
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        Ok(key.to_owned().into())
    }
}
