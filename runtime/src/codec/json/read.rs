//! Reading JSON: serde_json's tokens go straight into the visitor, guided by the schema.

use crate::codec::{DeserializeError, Extent};
use crate::schema::{Flags, Kind, Member, Service, Shape, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, VisitError, VisitResult, Visitor};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_core::Deserializer;
use serde_core::de::{self, DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected};
use std::borrow::Cow;
use std::fmt;

/// Reads one JSON value of the shape into the visitor.
///
/// # Errors
///
/// The text is not JSON, or a value is of another type than its shape: with the member, line and
/// column. Text is not repeated in an error, since it may be sensitive.
pub fn read(
    text: &[u8],
    service: &Service<'_>,
    shape: ShapeIndex,
    visitor: &mut dyn Visitor,
) -> Result<(), DeserializeError> {
    strict(text, service, shape, Extent::Value, visitor).map_err(DeserializeError::format)
}

/// The same, with serde_json's error, of a whole value or the members of a structure. After an
/// error, every compound that was begun is ended too.
pub(super) fn strict(
    text: &[u8],
    service: &Service<'_>,
    shape: ShapeIndex,
    extent: Extent,
    visitor: &mut dyn Visitor,
) -> Result<(), serde_json::Error> {
    let value = Value {
        extent,
        ..Value::new(service, shape, visitor)
    };
    match std::str::from_utf8(text) {
        // Checked once, rather than string by string.
        Ok(text) => whole(serde_json::Deserializer::from_str(text), value),
        // The invalid bytes may be in a part that is skipped.
        Err(_) => whole(serde_json::Deserializer::from_slice(text), value),
    }
}

/// Reads one value, after which nothing may follow.
fn whole<'de, R: serde_json::de::Read<'de>>(
    mut json: serde_json::Deserializer<R>,
    value: Value<'_, '_>,
) -> Result<(), serde_json::Error> {
    value.deserialize(&mut json)?;
    json.end()
}

/// Reads one value of the shape from any self-describing format.
#[cfg(feature = "serde")]
pub(crate) fn read_from<'de, D: Deserializer<'de>>(
    from: D,
    service: &Service<'_>,
    shape: ShapeIndex,
    visitor: &mut dyn Visitor,
) -> Result<(), D::Error> {
    Value::new(service, shape, visitor).deserialize(from)
}

/// The value that comes next: its shape, its member, and the visitor that takes it.
struct Value<'a, 's> {
    service: &'a Service<'a>,
    shape: &'a Shape<'a>,
    member: Option<&'a Member<'a>>,
    extent: Extent,
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

impl<'a, 's> Value<'a, 's> {
    /// A value that is not a part of another.
    fn new(service: &'a Service<'a>, shape: ShapeIndex, visitor: &'s mut dyn Visitor) -> Self {
        Value {
            service,
            shape: service.shape(shape),
            member: None,
            extent: Extent::Value,
            visitor,
        }
    }

    fn integer<E: Error>(self, value: i128) -> Result<(), E> {
        taken(match self.shape.kind {
            Kind::Integer(_) | Kind::Document => self.visitor.integer(value),
            Kind::Float | Kind::Double => self.visitor.float(value as f64),
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
            Kind::Float | Kind::Double => match text {
                "NaN" => self.visitor.float(f64::NAN),
                "Infinity" => self.visitor.float(f64::INFINITY),
                "-Infinity" => self.visitor.float(f64::NEG_INFINITY),
                _ => Err(VisitError::form("a number")),
            },
            _ => Err(VisitError::kind("string")),
        }
    }

    /// What the parts of this compound have in common.
    fn parts<'b>(&self, member: Option<&'b Member<'b>>, service: &'b Service<'b>) -> Parts<'b> {
        let document = self.shape.kind == Kind::Document;
        let shape = service.shape(member.map_or(ShapeIndex::MAX, |member| member.target));
        Parts {
            service,
            shape,
            member,
            nulls: document || self.shape.is(Flags::SPARSE),
        }
    }

    fn elements<'de, A: SeqAccess<'de>>(&mut self, mut elements: A) -> Result<(), A::Error> {
        let parts = self.parts(self.shape.element(), self.service);
        while elements
            .next_element_seed(Part {
                parts,
                at: At::Element,
                visitor: self.visitor,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn entries<'de, A: MapAccess<'de>>(&mut self, mut entries: A) -> Result<(), A::Error> {
        let parts = self.parts(self.shape.element(), self.service);
        while let Some(key) = entries.next_key_seed(Key)? {
            entries.next_value_seed(Part {
                parts,
                at: At::Entry(&key),
                visitor: self.visitor,
            })?;
        }
        Ok(())
    }

    fn members<'de, A: MapAccess<'de>>(&mut self, mut members: A) -> Result<(), A::Error> {
        while let Some(found) = members.next_key_seed(Name(self.shape, self.extent))? {
            let Some((index, member)) = found else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            let parts = self.parts(Some(member), self.service);
            members.next_value_seed(Part {
                parts,
                at: At::Member(index),
                visitor: self.visitor,
            })?;
        }
        Ok(())
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
            Kind::Float | Kind::Double | Kind::Document => taken(self.visitor.float(value)),
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

    fn visit_seq<A: SeqAccess<'de>>(mut self, elements: A) -> Result<(), A::Error> {
        if !matches!(self.shape.kind, Kind::List | Kind::Document) {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        taken(self.visitor.begin(CompoundKind::Elements))?;
        let read = self.elements(elements);
        taken(self.visitor.end()).and(read)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, parts: A) -> Result<(), A::Error> {
        let read = match self.shape.kind {
            Kind::Structure | Kind::Union if self.extent == Extent::Members => {
                return self.members(parts);
            }
            Kind::Structure | Kind::Union => {
                taken(self.visitor.begin(CompoundKind::Members))?;
                self.members(parts)
            }
            Kind::Map | Kind::Document => {
                taken(self.visitor.begin(CompoundKind::Entries))?;
                self.entries(parts)
            }
            _ => return Err(A::Error::invalid_type(Unexpected::Map, &self)),
        };
        taken(self.visitor.end()).and(read)
    }
}

/// What the parts of one compound have in common.
#[derive(Clone, Copy)]
struct Parts<'a> {
    service: &'a Service<'a>,
    shape: &'a Shape<'a>,
    member: Option<&'a Member<'a>>,
    /// A null is a value here, rather than absence.
    nulls: bool,
}

/// The part that comes next. It is announced to the visitor only when it turns out to be present.
struct Part<'a, 's> {
    parts: Parts<'a>,
    at: At<'s>,
    visitor: &'s mut dyn Visitor,
}

enum At<'s> {
    Member(usize),
    Element,
    Entry(&'s str),
}

impl<'s> Part<'_, 's> {
    fn announce(self) -> Result<&'s mut dyn Visitor, VisitError> {
        match self.at {
            At::Member(index) => self.visitor.member(index),
            At::Element => self.visitor.element(),
            At::Entry(key) => self.visitor.entry(key),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Part<'_, '_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_option(self)
    }
}

impl<'de> de::Visitor<'de> for Part<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.parts.nulls {
            taken(self.announce().and_then(|visitor| visitor.null()))
        } else {
            Ok(())
        }
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        let Parts {
            service,
            shape,
            member,
            ..
        } = self.parts;
        let visitor = self.announce().map_err(D::Error::custom)?;
        Value {
            service,
            shape,
            member,
            extent: Extent::Value,
            visitor,
        }
        .deserialize(json)
    }
}

/// Reads the name of a member and finds it in the structure.
struct Name<'a>(&'a Shape<'a>, Extent);

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
        let found = self
            .0
            .members
            .iter()
            .enumerate()
            .find(|(_, member)| member.json_name() == name);
        Ok(found.filter(|(_, member)| !self.1.excludes(member)))
    }
}

/// Reads the key of an entry, borrowed from the text where nothing is escaped.
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
