//! The one visitor: a source of values writes them to a [`Visitor`], and every receiver of values
//! is one.
//!
//! Typed structures and [`Document`]s write themselves ([`Visit`]) to a protocol's writer, to the
//! validator or to the redacting printer; a protocol's reader writes an answer to a typed structure
//! or to a [`DocumentBuilder`]. A protocol is therefore one writer and one reader, and code grows by
//! shapes plus protocols, not by shapes times protocols.
//!
//! Values come with indices of members, not names: names on the wire are the protocol's business,
//! and are in the schema.

use crate::codec::base64;
use crate::document::{Document, Map};
use crate::schema::{Kind, Member, Service, Shape, ShapeIndex, flag};
use crate::timestamp::Timestamp;

/// `Ok` to go on, or why the visitor can't take the value.
pub type VisitResult = Result<(), VisitError>;

/// Why a visitor refuses a value: another kind of value belongs there, it is out of range or not of
/// the form that is asked for, or there is no such member. As wide as a pointer, since every part
/// of every value is answered with one or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitError(Box<Reason>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    Kind(&'static str),
    Form(&'static str),
    Member,
}

impl VisitError {
    /// Another kind of value belongs here; the word says which kind was offered.
    #[cold]
    pub fn kind(found: &'static str) -> Self {
        VisitError(Box::new(Reason::Kind(found)))
    }

    /// A number outside the range of its shape, or text that is not of the form that its shape asks
    /// for.
    #[cold]
    pub fn form(expected: &'static str) -> Self {
        VisitError(Box::new(Reason::Form(expected)))
    }

    /// No such member. Its name is left out, since it may be a part of what is sensitive.
    #[cold]
    pub fn member() -> Self {
        VisitError(Box::new(Reason::Member))
    }
}

impl std::fmt::Display for VisitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.0 {
            Reason::Kind(found) => write!(f, "a value of type {found} does not belong here"),
            Reason::Form(expected) => write!(f, "the value is not {expected}"),
            Reason::Member => f.write_str("a member is given that the model does not have"),
        }
    }
}

impl std::error::Error for VisitError {}

/// The parts that a value consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompoundKind {
    /// Members of a structure or union.
    Members,
    /// Elements of a list.
    Elements,
    /// Entries of a map.
    Entries,
}

/// Receives one value: a scalar by one call; a compound by `begin`, its parts, and `end`.
///
/// Each part is announced by [`member`](Visitor::member), [`element`](Visitor::element) or
/// [`entry`](Visitor::entry), which return the visitor for the part's value. By default every method
/// refuses the value.
pub trait Visitor {
    /// A null, where the shape is sparse or a document.
    fn null(&mut self) -> VisitResult {
        Err(VisitError::kind("null"))
    }
    /// A boolean.
    fn boolean(&mut self, _value: bool) -> VisitResult {
        Err(VisitError::kind("boolean"))
    }
    /// An integer.
    fn integer(&mut self, _value: i128) -> VisitResult {
        Err(VisitError::kind("integer"))
    }
    /// A number with a fraction.
    fn float(&mut self, _value: f64) -> VisitResult {
        Err(VisitError::kind("float"))
    }
    /// Text.
    fn string(&mut self, _value: &str) -> VisitResult {
        Err(VisitError::kind("string"))
    }
    /// Bytes.
    fn blob(&mut self, _value: &[u8]) -> VisitResult {
        Err(VisitError::kind("blob"))
    }
    /// A point in time.
    fn timestamp(&mut self, _value: Timestamp) -> VisitResult {
        Err(VisitError::kind("timestamp"))
    }
    /// The parts of a compound follow, then `end`.
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        Err(VisitError::kind(match parts {
            CompoundKind::Members => "structure",
            CompoundKind::Elements => "list",
            CompoundKind::Entries => "map",
        }))
    }
    /// The value of the member with this index in its structure's row follows.
    fn member(&mut self, _index: usize) -> Result<&mut dyn Visitor, VisitError> {
        Err(VisitError::kind("structure"))
    }
    /// A member that the rows don't have was given; its value does not follow.
    fn unknown(&mut self, _name: &str) -> VisitResult {
        Err(VisitError::member())
    }
    /// The next element follows.
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        Err(VisitError::kind("list"))
    }
    /// The value under this key follows.
    fn entry(&mut self, _key: &str) -> Result<&mut dyn Visitor, VisitError> {
        Err(VisitError::kind("map"))
    }
    /// The compound is complete.
    fn end(&mut self) -> VisitResult {
        Ok(())
    }
}

/// A value that writes itself to a [`Visitor`].
pub trait Visit {
    /// Writes the value: all of it, or up to what the visitor refuses.
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult;

    /// Writes the value as a member: announced by its index, unless it is absent.
    fn visit_member(&self, index: usize, visitor: &mut dyn Visitor) -> VisitResult {
        self.visit(visitor.member(index)?)
    }
}

/// The position in the schema of a visitor that walks it.
///
/// The sinks that produce text or a [`Document`] are all one object that takes every part; this is
/// what they share.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    service: &'a Service<'a>,
    /// The compound whose parts come at present, and those around it.
    compound: &'a Shape<'a>,
    around: Vec<&'a Shape<'a>>,
    shape: &'a Shape<'a>,
    member: Option<&'a Member<'a>>,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(service: &'a Service<'a>, shape: ShapeIndex) -> Self {
        let compound = service.shape(ShapeIndex::MAX);
        Cursor {
            service,
            compound,
            around: Vec::new(),
            shape: service.shape(shape),
            member: None,
        }
    }

    /// The shape of the value that is due.
    pub(crate) fn shape(&self) -> &'a Shape<'a> {
        self.shape
    }

    /// The member, element or entry that the value is due for; none at the top and inside
    /// documents.
    pub(crate) fn part(&self) -> Option<&'a Member<'a>> {
        self.member
    }

    /// Whether the value that is due is left out of messages, leaving aside what is around it.
    pub(crate) fn hides(&self) -> bool {
        match self.member {
            Some(member) => self.service.hides(member),
            None => self.service.hides_shape(self.shape),
        }
    }

    /// Whether the value that is due may have a part that is left out of messages.
    pub(crate) fn holds_secrets(&self) -> bool {
        self.shape
            .members
            .iter()
            .any(|part| crate::redact::holds_secrets(self.service, part))
    }

    pub(crate) fn begin(&mut self) {
        self.around
            .push(std::mem::replace(&mut self.compound, self.shape));
    }

    pub(crate) fn end(&mut self) {
        if let Some(compound) = self.around.pop() {
            self.compound = compound;
        }
    }

    /// The compound whose parts come at present.
    pub(crate) fn compound(&self) -> &'a Shape<'a> {
        self.compound
    }

    /// Whether a null is a value here.
    pub(crate) fn takes_null(&self) -> bool {
        self.depth() > 0 && self.compound.is(flag::SPARSE)
    }

    /// How many compounds are open.
    pub(crate) fn depth(&self) -> usize {
        self.around.len()
    }

    /// Turns to the member with this index of the current compound.
    pub(crate) fn member(&mut self, index: usize) -> Result<&'a Member<'a>, VisitError> {
        let found = self.compound.members.get(index);
        let member = found.ok_or_else(VisitError::member)?;
        self.turn(Some(member));
        Ok(member)
    }

    /// Turns to the element of the current list, or the value of the current map.
    pub(crate) fn element(&mut self) {
        self.turn(self.compound.element());
    }

    /// Turns to the key of the current map.
    pub(crate) fn key(&mut self) {
        self.turn(self.compound.members.first());
    }

    /// The shape of the keys of the current map.
    pub(crate) fn key_shape(&self) -> &'a Shape<'a> {
        self.service.shape(
            self.compound
                .members
                .first()
                .map_or(ShapeIndex::MAX, |member| member.target),
        )
    }

    fn turn(&mut self, member: Option<&'a Member<'a>>) {
        self.member = member;
        self.shape = self
            .service
            .shape(member.map_or(ShapeIndex::MAX, |member| member.target));
    }
}

/// Builds a [`Document`] from what is written to it.
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

    /// The document; null when nothing was written.
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
        self.cursor.begin();
        let empty = match parts {
            CompoundKind::Elements => Document::List(Vec::new()),
            CompoundKind::Members | CompoundKind::Entries => Document::Map(Map::new()),
        };
        self.open.push((empty, std::mem::take(&mut self.key)));
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

/// A document with the rows that say what it is, so that it can be written.
///
/// Text and numbers stand for a timestamp where the rows ask for one, and base64 for bytes, as in
/// JSON.
#[derive(Debug, Clone, Copy)]
pub struct TypedDocument<'a> {
    /// The value.
    pub document: &'a Document,
    /// The service whose rows apply.
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
            Document::Integer(value) if shape.kind == Kind::Float => visitor.float(*value as f64),
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
