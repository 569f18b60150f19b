//! The one visitor: values write themselves ([`Visit`]) to a [`Visitor`], and everything that
//! receives values is a visitor.
//!
//! Typed structures and [`TypedDocument`]s write themselves to a codec's encoder, to the validator
//! or to the redacting printer; a codec's reader writes an answer to a typed structure or to a
//! [`DocumentBuilder`]. So code grows by shapes plus codecs, not by shapes times codecs.
//!
//! Members have indices, not names: names on the wire depend on the codec, and are in the schema.

mod cursor;
mod document;

pub(crate) use cursor::{Compound, Cursor};
pub use document::{DocumentBuilder, TypedDocument};

use crate::timestamp::Timestamp;

/// `Ok` to go on, or why the visitor can't take the value.
pub type VisitResult = Result<(), VisitError>;

/// Why a visitor rejects a value: it is of the wrong kind, out of range or malformed, or there is
/// no such member. It is one pointer wide, since every call of a visitor returns it or `Ok`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitError(Box<(Reason, String)>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reason {
    Kind(&'static str),
    Form(&'static str),
    Place(&'static str),
    Member,
}

impl VisitError {
    fn new(reason: Reason) -> Self {
        VisitError(Box::new((reason, String::new())))
    }

    /// The value is of the wrong kind, which is named.
    #[cold]
    pub fn kind(found: &'static str) -> Self {
        VisitError::new(Reason::Kind(found))
    }

    /// A number is out of the range of its shape, or text does not have the form of its shape.
    #[cold]
    pub fn form(expected: &'static str) -> Self {
        VisitError::new(Reason::Form(expected))
    }

    /// The value can't be where the protocol puts it; why, as a sentence without its end.
    #[cold]
    pub fn place(problem: &'static str) -> Self {
        VisitError::new(Reason::Place(problem))
    }

    /// The same, with the path of the value that is rejected, unless it is known already.
    #[cold]
    #[must_use]
    pub(crate) fn at(mut self, path: String) -> Self {
        if self.0.1.is_empty() {
            self.0.1 = path;
        }
        self
    }

    /// The path of the value within the whole, where it is known: `failureDetails.message`.
    pub fn path(&self) -> &str {
        &self.0.1
    }

    /// What is wrong with the value.
    pub fn problem(&self) -> impl std::fmt::Display {
        &self.0.0
    }

    /// There is no such member. Its name is left out, since it may be part of something sensitive.
    #[cold]
    pub fn member() -> Self {
        VisitError::new(Reason::Member)
    }
}

impl std::fmt::Display for VisitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.path().is_empty() {
            write!(f, "{}: ", self.path())?;
        }
        self.problem().fmt(f)
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::Kind(found) => write!(f, "a value of type {found} does not belong here"),
            Reason::Form(expected) => write!(f, "the value is not {expected}"),
            Reason::Place(problem) => f.write_str(problem),
            Reason::Member => f.write_str("a member is given that the model does not have"),
        }
    }
}

impl std::error::Error for VisitError {}

/// The kind of a value that has parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompoundKind {
    /// Members of a structure or union.
    Members,
    /// Elements of a list.
    Elements,
    /// Entries of a map.
    Entries,
}

/// Receives one value: a scalar in one call; a compound as `begin`, its parts, and `end`.
///
/// Each part is announced by [`member`](Visitor::member), [`element`](Visitor::element) or
/// [`entry`](Visitor::entry), which return the visitor for the part's value. By default, every
/// method rejects the value.
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
    /// More parts of a compound follow, whose other parts came before, then `end`: in XML, the
    /// elements of a list may stand between other members.
    fn resume(&mut self, parts: CompoundKind) -> VisitResult {
        self.begin(parts)
    }
    /// The value of the member with this index in the structure's schema follows.
    fn member(&mut self, _index: usize) -> Result<&mut dyn Visitor, VisitError> {
        Err(VisitError::kind("structure"))
    }
    /// A member that the schema does not have was given. Its value does not follow.
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
    /// Writes the value, up to what the visitor rejects.
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult;

    /// Writes the value as the member with this index, unless it is absent.
    fn visit_member(&self, index: usize, visitor: &mut dyn Visitor) -> VisitResult {
        self.visit(visitor.member(index)?)
    }
}
