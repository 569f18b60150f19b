//! [`Reader`]: items go straight into the visitor, guided by the schema, or become a document.

use super::items::{Item, Items, Parts};
use crate::codec::Extent;
use crate::document::{Document, Map};
use crate::schema::{Flags, Kind, Service, Shape, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, VisitError, VisitResult, Visitor};
use minicbor::decode::Error;

/// Why a value was not read.
pub(super) enum Failure {
    /// The bytes are not CBOR.
    Format(Error),
    /// A value is of another type than its shape.
    Value,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Format(error)
    }
}

impl From<VisitError> for Failure {
    fn from(_: VisitError) -> Self {
        Failure::Value
    }
}

/// Reads one value.
pub(super) struct Reader<'a, 'b> {
    service: &'a Service<'a>,
    items: Items<'b>,
}

/// What the parts of one compound have in common.
struct Common<'a> {
    shape: &'a Shape<'a>,
    /// A null is a value here, rather than absence.
    nulls: bool,
}

impl<'a, 'b> Reader<'a, 'b> {
    pub(super) fn new(bytes: &'b [u8], service: &'a Service<'a>) -> Self {
        let items = Items::new(bytes);
        Reader { service, items }
    }

    /// Reads a whole value, or the members of a structure. After an error, every compound that was
    /// begun is ended too.
    pub(super) fn whole(
        mut self,
        shape: ShapeIndex,
        extent: Extent,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        let shape = self.service.shape(shape);
        match (self.items.next()?, extent) {
            (Item::Map(parts), Extent::Members) => self.members(parts, shape, visitor)?,
            (_, Extent::Members) => return Err(VisitError::form("a structure").into()),
            (item, Extent::Value) => self.value(item, shape, visitor)?,
        }
        Ok(self.items.end()?)
    }

    fn value(
        &mut self,
        item: Item<'b>,
        shape: &'a Shape<'a>,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        let read = match (shape.kind, item) {
            (Kind::Structure | Kind::Union, Item::Map(parts)) => {
                visitor.begin(CompoundKind::Members)?;
                self.members(parts, shape, visitor)
            }
            (Kind::Map | Kind::Document, Item::Map(parts)) => {
                visitor.begin(CompoundKind::Entries)?;
                self.entries(parts, shape, visitor)
            }
            (Kind::List | Kind::Document, Item::List(parts)) => {
                visitor.begin(CompoundKind::Elements)?;
                self.elements(parts, shape, visitor)
            }
            (kind, item) => return Ok(scalar(item, kind, visitor)?),
        };
        visitor.end().map_err(Failure::from).and(read)
    }

    /// What the elements or entries of a shape have in common.
    fn common(&self, shape: &'a Shape<'a>) -> Common<'a> {
        let target = shape.element().map_or(ShapeIndex::MAX, |part| part.target);
        Common {
            shape: self.service.shape(target),
            nulls: shape.kind == Kind::Document || shape.is(Flags::SPARSE),
        }
    }

    fn elements(
        &mut self,
        mut parts: Parts,
        shape: &'a Shape<'a>,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        let common = self.common(shape);
        while self.items.has_part(&mut parts)? {
            match self.items.next()? {
                Item::Null if !common.nulls => {}
                Item::Null => visitor.element()?.null()?,
                item => self.value(item, common.shape, visitor.element()?)?,
            }
        }
        Ok(())
    }

    fn entries(
        &mut self,
        mut parts: Parts,
        shape: &'a Shape<'a>,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        let common = self.common(shape);
        while self.items.has_part(&mut parts)? {
            let key = self.items.key()?;
            match self.items.next()? {
                Item::Null if !common.nulls => {}
                Item::Null => visitor.entry(&key)?.null()?,
                item => self.value(item, common.shape, visitor.entry(&key)?)?,
            }
        }
        Ok(())
    }

    fn members(
        &mut self,
        mut parts: Parts,
        shape: &'a Shape<'a>,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        while self.items.has_part(&mut parts)? {
            let name = self.items.key()?;
            let mut members = shape.members.iter().enumerate();
            let found = members.find(|(_, member)| member.json_name() == name);
            match (found, self.items.next()?) {
                (_, Item::Null) => {}
                (None, item) => self.items.skip(item)?,
                (Some((index, member)), item) => {
                    let shape = self.service.shape(member.target);
                    self.value(item, shape, visitor.member(index)?)?;
                }
            }
        }
        Ok(())
    }

    /// Reads a whole value as a document.
    pub(super) fn document(mut self) -> Result<Document, Error> {
        let item = self.items.next()?;
        let document = self.part(item)?;
        self.items.end()?;
        Ok(document)
    }

    fn part(&mut self, item: Item<'b>) -> Result<Document, Error> {
        Ok(match item {
            Item::Null => Document::Null,
            Item::Boolean(value) => Document::Boolean(value),
            Item::Integer(value) => Document::Integer(value),
            Item::Float(value) => Document::Float(value),
            Item::Timestamp(value) => Document::Timestamp(value),
            Item::Text(text) => Document::String(text.into_owned()),
            Item::Bytes(bytes) => Document::Blob(bytes.into_owned()),
            Item::List(mut parts) => {
                let mut list = Vec::new();
                while self.items.has_part(&mut parts)? {
                    let item = self.items.next()?;
                    list.push(self.part(item)?);
                }
                Document::List(list)
            }
            Item::Map(mut parts) => {
                let mut map = Map::new();
                while self.items.has_part(&mut parts)? {
                    let key = self.items.key()?.into_owned();
                    let item = self.items.next()?;
                    map.insert(key, self.part(item)?);
                }
                Document::Map(map)
            }
        })
    }
}

/// Visits a value without parts, if it is of the type of its shape.
fn scalar(item: Item<'_>, kind: Kind, visitor: &mut dyn Visitor) -> VisitResult {
    match (kind, item) {
        (Kind::Document, Item::Null) => visitor.null(),
        (Kind::Boolean | Kind::Document, Item::Boolean(value)) => visitor.boolean(value),
        (Kind::Integer(_) | Kind::Document, Item::Integer(value)) => visitor.integer(value),
        (Kind::Float | Kind::Double, Item::Integer(value)) => visitor.float(value as f64),
        (Kind::Float | Kind::Double | Kind::Document, Item::Float(value)) => visitor.float(value),
        (Kind::String | Kind::Enum | Kind::Document, Item::Text(text)) => visitor.string(&text),
        (Kind::Blob | Kind::Document, Item::Bytes(bytes)) => visitor.blob(&bytes),
        (Kind::Timestamp | Kind::Document, Item::Timestamp(value)) => visitor.timestamp(value),
        (Kind::Timestamp, Item::Float(seconds)) => match Timestamp::from_epoch(seconds) {
            Some(timestamp) => visitor.timestamp(timestamp),
            None => Err(VisitError::form("a point in time")),
        },
        _ => Err(VisitError::form("of the type of its shape")),
    }
}
