//! The one visitor: whatever holds a value writes it to a [`Sink`], and whatever makes something of
//! a value is one.
//!
//! Typed structures and [`Document`]s write themselves ([`Write`]) to a protocol's writer, to the
//! validator or to the redacting printer; a protocol's reader writes an answer to a typed structure
//! or to a [`DocumentSink`]. A protocol is therefore one writer and one reader, and code grows by
//! shapes plus protocols, not by shapes times protocols.
//!
//! Values come with indices of members, not names: names on the wire are the protocol's business,
//! and are in the rows.

use crate::codec::base64;
use crate::document::{Document, Map};
use crate::rows::{Ix, Kind, Member, Service, Shape, flag};
use crate::timestamp::Timestamp;

/// What a sink answers: go on, or why it can't take the value.
pub type Done = Result<(), Refused>;

/// Why a sink refuses a value: another kind of value belongs there, it is out of range or not of
/// the form that is asked for, or there is no such member. As wide as a pointer, since every part
/// of every value is answered with one or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused(Box<Reason>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    Kind(&'static str),
    Form(&'static str),
    Member,
}

impl Refused {
    /// Another kind of value belongs here; the word says which kind was offered.
    #[cold]
    pub fn kind(found: &'static str) -> Self {
        Refused(Box::new(Reason::Kind(found)))
    }

    /// A number outside the range of its shape, or text that is not of the form that its shape asks
    /// for.
    #[cold]
    pub fn form(expected: &'static str) -> Self {
        Refused(Box::new(Reason::Form(expected)))
    }

    /// No such member. Its name is left out, since it may be a part of what is sensitive.
    #[cold]
    pub fn member() -> Self {
        Refused(Box::new(Reason::Member))
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &*self.0 {
            Reason::Kind(found) => write!(f, "a value of type {found} does not belong here"),
            Reason::Form(expected) => write!(f, "the value is not {expected}"),
            Reason::Member => f.write_str("a member is given that the model does not have"),
        }
    }
}

impl std::error::Error for Refused {}

/// The parts that a value consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// Members of a structure or union.
    Members,
    /// Elements of a list.
    Elements,
    /// Entries of a map.
    Entries,
}

/// Receives one value: a scalar by one call; a compound by `begin`, its parts, and `end`.
///
/// Each part is announced by [`member`](Sink::member), [`element`](Sink::element) or
/// [`entry`](Sink::entry), which give the sink that takes the part's value. What a sink does not
/// expect, it refuses: that is every method's default.
pub trait Sink {
    /// A null, where the shape is sparse or a document.
    fn null(&mut self) -> Done {
        Err(Refused::kind("null"))
    }
    /// A boolean.
    fn boolean(&mut self, _value: bool) -> Done {
        Err(Refused::kind("boolean"))
    }
    /// An integer.
    fn integer(&mut self, _value: i128) -> Done {
        Err(Refused::kind("integer"))
    }
    /// A number with a fraction.
    fn float(&mut self, _value: f64) -> Done {
        Err(Refused::kind("float"))
    }
    /// Text.
    fn string(&mut self, _value: &str) -> Done {
        Err(Refused::kind("string"))
    }
    /// Bytes.
    fn blob(&mut self, _value: &[u8]) -> Done {
        Err(Refused::kind("blob"))
    }
    /// A point in time.
    fn timestamp(&mut self, _value: Timestamp) -> Done {
        Err(Refused::kind("timestamp"))
    }
    /// The parts of a compound follow, then `end`.
    fn begin(&mut self, parts: Parts) -> Done {
        Err(Refused::kind(match parts {
            Parts::Members => "structure",
            Parts::Elements => "list",
            Parts::Entries => "map",
        }))
    }
    /// The value of the member with this index in its structure's row follows.
    fn member(&mut self, _index: usize) -> Result<&mut dyn Sink, Refused> {
        Err(Refused::kind("structure"))
    }
    /// A member that the rows don't have was given; its value does not follow.
    fn unknown(&mut self, _name: &str) -> Done {
        Err(Refused::member())
    }
    /// The next element follows.
    fn element(&mut self) -> Result<&mut dyn Sink, Refused> {
        Err(Refused::kind("list"))
    }
    /// The value under this key follows.
    fn entry(&mut self, _key: &str) -> Result<&mut dyn Sink, Refused> {
        Err(Refused::kind("map"))
    }
    /// The compound is complete.
    fn end(&mut self) -> Done {
        Ok(())
    }
}

/// A value that writes itself to a [`Sink`].
pub trait Write {
    /// Writes the value: all of it, or up to what the sink refuses.
    fn write(&self, sink: &mut dyn Sink) -> Done;

    /// Writes the value as a member: announced by its index, unless it is absent.
    fn write_member(&self, index: usize, sink: &mut dyn Sink) -> Done {
        self.write(sink.member(index)?)
    }
}

/// Where in the rows a sink that walks them stands.
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
    pub(crate) fn new(service: &'a Service<'a>, shape: Ix) -> Self {
        let compound = service.shape(Ix::MAX);
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
    pub(crate) fn member(&mut self, index: usize) -> Result<&'a Member<'a>, Refused> {
        let found = self.compound.members.get(index);
        let member = found.ok_or_else(Refused::member)?;
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
                .map_or(Ix::MAX, |member| member.target),
        )
    }

    fn turn(&mut self, member: Option<&'a Member<'a>>) {
        self.member = member;
        self.shape = self
            .service
            .shape(member.map_or(Ix::MAX, |member| member.target));
    }
}

/// Builds a [`Document`] from what is written to it.
#[derive(Debug)]
pub struct DocumentSink<'a> {
    cursor: Cursor<'a>,
    open: Vec<(Document, String)>,
    key: String,
    done: Document,
}

impl<'a> DocumentSink<'a> {
    /// A sink for one value of the shape.
    pub fn new(service: &'a Service<'a>, shape: Ix) -> Self {
        DocumentSink {
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

    fn put(&mut self, value: Document) -> Done {
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

impl Sink for DocumentSink<'_> {
    fn null(&mut self) -> Done {
        self.put(Document::Null)
    }
    fn boolean(&mut self, value: bool) -> Done {
        self.put(Document::Boolean(value))
    }
    fn integer(&mut self, value: i128) -> Done {
        self.put(Document::Integer(value))
    }
    fn float(&mut self, value: f64) -> Done {
        self.put(Document::Float(value))
    }
    fn string(&mut self, value: &str) -> Done {
        self.put(value.into())
    }
    fn blob(&mut self, value: &[u8]) -> Done {
        self.put(Document::Blob(value.to_vec()))
    }
    fn timestamp(&mut self, value: Timestamp) -> Done {
        self.put(Document::Timestamp(value))
    }
    fn begin(&mut self, parts: Parts) -> Done {
        self.cursor.begin();
        let empty = match parts {
            Parts::Elements => Document::List(Vec::new()),
            Parts::Members | Parts::Entries => Document::Map(Map::new()),
        };
        self.open.push((empty, std::mem::take(&mut self.key)));
        Ok(())
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Sink, Refused> {
        self.key = self.cursor.member(index)?.name.to_owned();
        Ok(self)
    }
    fn unknown(&mut self, _name: &str) -> Done {
        Ok(())
    }
    fn element(&mut self) -> Result<&mut dyn Sink, Refused> {
        self.cursor.element();
        Ok(self)
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Sink, Refused> {
        self.cursor.element();
        self.key = key.to_owned();
        Ok(self)
    }
    fn end(&mut self) -> Done {
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
pub struct Shaped<'a> {
    /// The value.
    pub document: &'a Document,
    /// The service whose rows apply.
    pub service: &'a Service<'a>,
    /// The value's shape.
    pub shape: Ix,
}

impl Write for Shaped<'_> {
    fn write(&self, sink: &mut dyn Sink) -> Done {
        let shape = self.service.shape(self.shape);
        match self.document {
            Document::Null => sink.null(),
            Document::Boolean(value) => sink.boolean(*value),
            Document::Integer(value) if shape.kind == Kind::Float => sink.float(*value as f64),
            Document::Integer(value) if shape.kind == Kind::Timestamp => {
                match i64::try_from(*value) {
                    Ok(seconds) if Timestamp::new(seconds, 0).is_in_calendar() => {
                        sink.timestamp(Timestamp::new(seconds, 0))
                    }
                    _ => sink.integer(*value),
                }
            }
            Document::Float(value) if shape.kind == Kind::Timestamp => {
                match Timestamp::from_epoch(*value) {
                    Some(timestamp) if timestamp.is_in_calendar() => sink.timestamp(timestamp),
                    _ => sink.float(*value),
                }
            }
            Document::Integer(value) => sink.integer(*value),
            Document::Float(value) => sink.float(*value),
            Document::Digits(digits) => {
                sink.float(digits.parse().map_err(|_| Refused::form("a number"))?)
            }
            Document::String(text) if shape.kind == Kind::Timestamp => match Timestamp::parse(text)
            {
                Some(timestamp) if timestamp.is_in_calendar() => sink.timestamp(timestamp),
                _ => sink.string(text),
            },
            Document::String(text) if shape.kind == Kind::Blob => match base64::lenient(text) {
                Some(bytes) => sink.blob(&bytes),
                None => sink.string(text),
            },
            Document::String(text) => sink.string(text),
            Document::Blob(bytes) => sink.blob(bytes),
            Document::Timestamp(value) => sink.timestamp(*value),
            Document::List(list) => self.write_list(list, sink),
            Document::Map(map) if shape.has_members() => self.write_members(map, sink),
            Document::Map(map) => self.write_entries(map, sink),
        }
    }
}

impl<'a> Shaped<'a> {
    fn part(&self, document: &'a Document, member: Option<&Member<'_>>) -> Self {
        let shape = member.map_or(Ix::MAX, |member| member.target);
        Shaped {
            document,
            service: self.service,
            shape,
        }
    }

    fn write_list(&self, list: &'a [Document], sink: &mut dyn Sink) -> Done {
        sink.begin(Parts::Elements)?;
        let element = self.service.shape(self.shape).element();
        for value in list {
            self.part(value, element).write(sink.element()?)?;
        }
        sink.end()
    }

    fn write_entries(&self, map: &'a Map, sink: &mut dyn Sink) -> Done {
        sink.begin(Parts::Entries)?;
        let element = self.service.shape(self.shape).element();
        for (key, value) in map {
            self.part(value, element).write(sink.entry(key)?)?;
        }
        sink.end()
    }

    fn write_members(&self, map: &'a Map, sink: &mut dyn Sink) -> Done {
        sink.begin(Parts::Members)?;
        let shape = self.service.shape(self.shape);
        for (name, value) in map {
            match shape.member(name) {
                Some((index, member)) => {
                    self.part(value, Some(member)).write(sink.member(index)?)?
                }
                None => sink.unknown(name)?,
            }
        }
        sink.end()
    }
}
