//! Documents as visitors and values: [`DocumentBuilder`] and [`TypedDocument`].

use super::{CompoundKind, Cursor, Visit, VisitError, VisitResult, Visitor};
use crate::codec::base64;
use crate::document::{Document, Map};
use crate::schema::{Kind, Member, Service, ShapeIndex};
use crate::timestamp::Timestamp;

/// Builds a [`Document`] from the values that are visited.
#[derive(Debug)]
pub struct DocumentBuilder<'a> {
    cursor: Cursor<'a>,
    open: Vec<(Document, String)>,
    key: String,
    done: Document,
}

impl<'a> DocumentBuilder<'a> {
    /// A builder for one value of the shape.
    pub fn new(service: &'a Service<'a>, shape: ShapeIndex) -> Self {
        DocumentBuilder {
            cursor: Cursor::new(service, shape),
            open: Vec::new(),
            key: String::new(),
            done: Document::Null,
        }
    }

    /// The document; null if nothing was visited.
    pub fn finish(self) -> Document {
        self.done
    }

    fn put(&mut self, value: Document) -> VisitResult {
        match self.open.last_mut() {
            Some((Document::List(list), _)) => list.push(value),
            Some((Document::Map(map), _)) => {
                map.insert(std::mem::take(&mut self.key), value);
            }
            _ => self.done = value,
        }
        Ok(())
    }
}

impl Visitor for DocumentBuilder<'_> {
    fn null(&mut self) -> VisitResult {
        self.put(Document::Null)
    }
    fn boolean(&mut self, value: bool) -> VisitResult {
        self.put(Document::Boolean(value))
    }
    fn integer(&mut self, value: i128) -> VisitResult {
        self.put(Document::Integer(value))
    }
    fn float(&mut self, value: f64) -> VisitResult {
        self.put(Document::Float(value))
    }
    fn string(&mut self, value: &str) -> VisitResult {
        self.put(value.into())
    }
    fn blob(&mut self, value: &[u8]) -> VisitResult {
        self.put(Document::Blob(value.to_vec()))
    }
    fn timestamp(&mut self, value: Timestamp) -> VisitResult {
        self.put(Document::Timestamp(value))
    }
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        self.cursor.begin(parts);
        let empty = match parts {
            CompoundKind::Elements => Document::List(Vec::new()),
            CompoundKind::Members | CompoundKind::Entries => Document::Map(Map::new()),
        };
        self.open.push((empty, std::mem::take(&mut self.key)));
        Ok(())
    }
    fn resume(&mut self, parts: CompoundKind) -> VisitResult {
        let before = match self.open.last_mut() {
            Some((Document::Map(map), _)) => map.get_mut(&self.key).map(std::mem::take),
            _ => None,
        };
        self.begin(parts)?;
        if let (Some(before), Some((value, _))) = (before, self.open.last_mut()) {
            *value = before;
        }
        Ok(())
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
        self.key = self.cursor.member(index)?.name.to_owned();
        Ok(self)
    }
    fn unknown(&mut self, _name: &str) -> VisitResult {
        Ok(())
    }
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        self.cursor.element();
        Ok(self)
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Visitor, VisitError> {
        self.cursor.element();
        self.key = key.to_owned();
        Ok(self)
    }
    fn end(&mut self) -> VisitResult {
        self.cursor.end();
        let Some((value, key)) = self.open.pop() else {
            return Ok(());
        };
        self.key = key;
        self.put(value)
    }
}

/// A document with its schema, so that it can be encoded.
///
/// Where the schema has a timestamp, text and numbers are read as timestamps; where it has bytes,
/// text is read as base64, as in JSON.
#[derive(Debug, Clone, Copy)]
pub struct TypedDocument<'a> {
    /// The value.
    pub document: &'a Document,
    /// The service whose schema applies.
    pub service: &'a Service<'a>,
    /// The value's shape.
    pub shape: ShapeIndex,
}

impl Visit for TypedDocument<'_> {
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
        let shape = self.service.shape(self.shape);
        match self.document {
            Document::Null => visitor.null(),
            Document::Boolean(value) => visitor.boolean(*value),
            Document::Integer(value) if matches!(shape.kind, Kind::Float | Kind::Double) => {
                visitor.float(*value as f64)
            }
            Document::Integer(value) if shape.kind == Kind::Timestamp => {
                match i64::try_from(*value) {
                    Ok(seconds) if Timestamp::new(seconds, 0).is_in_calendar() => {
                        visitor.timestamp(Timestamp::new(seconds, 0))
                    }
                    _ => visitor.integer(*value),
                }
            }
            Document::Float(value) if shape.kind == Kind::Timestamp => {
                match Timestamp::from_epoch(*value) {
                    Some(timestamp) if timestamp.is_in_calendar() => visitor.timestamp(timestamp),
                    _ => visitor.float(*value),
                }
            }
            Document::Integer(value) => visitor.integer(*value),
            Document::Float(value) => visitor.float(*value),
            Document::Digits(digits) => {
                visitor.float(digits.parse().map_err(|_| VisitError::form("a number"))?)
            }
            Document::String(text) if shape.kind == Kind::Timestamp => match Timestamp::parse(text)
            {
                Some(timestamp) if timestamp.is_in_calendar() => visitor.timestamp(timestamp),
                _ => visitor.string(text),
            },
            Document::String(text) if shape.kind == Kind::Blob => match base64::lenient(text) {
                Some(bytes) => visitor.blob(&bytes),
                None => visitor.string(text),
            },
            Document::String(text) => visitor.string(text),
            Document::Blob(bytes) => visitor.blob(bytes),
            Document::Timestamp(value) => visitor.timestamp(*value),
            Document::List(list) => self.visit_list(list, visitor),
            Document::Map(map) if shape.has_members() => self.visit_members(map, visitor),
            Document::Map(map) => self.visit_entries(map, visitor),
        }
    }
}

impl<'a> TypedDocument<'a> {
    fn part(&self, document: &'a Document, member: Option<&Member<'_>>) -> Self {
        let shape = member.map_or(ShapeIndex::MAX, |member| member.target);
        TypedDocument {
            document,
            service: self.service,
            shape,
        }
    }

    fn visit_list(&self, list: &'a [Document], visitor: &mut dyn Visitor) -> VisitResult {
        visitor.begin(CompoundKind::Elements)?;
        let element = self.service.shape(self.shape).element();
        for value in list {
            self.part(value, element).visit(visitor.element()?)?;
        }
        visitor.end()
    }

    fn visit_entries(&self, map: &'a Map, visitor: &mut dyn Visitor) -> VisitResult {
        visitor.begin(CompoundKind::Entries)?;
        let element = self.service.shape(self.shape).element();
        for (key, value) in map {
            self.part(value, element).visit(visitor.entry(key)?)?;
        }
        visitor.end()
    }

    fn visit_members(&self, map: &'a Map, visitor: &mut dyn Visitor) -> VisitResult {
        visitor.begin(CompoundKind::Members)?;
        let shape = self.service.shape(self.shape);
        for (name, value) in map {
            match shape.member(name) {
                Some((index, member)) => self
                    .part(value, Some(member))
                    .visit(visitor.member(index)?)?,
                None => visitor.unknown(name)?,
            }
        }
        visitor.end()
    }
}
