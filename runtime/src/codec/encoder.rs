//! [`Encoder`]: the walk over the schema that all formats share, with validation and redaction.

use crate::redact::REDACTED;
use crate::schema::{Flags, Member, Service, Shape, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::validate::rules::{self, ValueKind};
use crate::visit::{Compound, CompoundKind, Cursor, VisitError, VisitResult, Visitor};

/// What the encoder does apart from encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodeMode {
    /// Nothing.
    Unchecked,
    /// Checks that the value conforms to the model.
    Checked,
    /// Replaces sensitive values by [`REDACTED`].
    Redacted,
}

/// Something that was encoded.
#[derive(Debug)]
pub struct Encoded<T> {
    /// The result.
    pub value: T,
    /// Whether the input conforms to the model; true when it was not checked.
    pub conforms: bool,
}

/// Writes values in one format. Each method gets the position in the schema; of each part it gets
/// the number of parts before it, and of each compound, at its end, the number of its parts.
pub(crate) trait Format {
    /// What is written: the bytes of a body, or parts of a message.
    type Output;

    fn null(&mut self, at: &Cursor<'_>) -> VisitResult;
    fn boolean(&mut self, at: &Cursor<'_>, value: bool) -> VisitResult;
    fn integer(&mut self, at: &Cursor<'_>, value: i128) -> VisitResult;
    fn float(&mut self, at: &Cursor<'_>, value: f64) -> VisitResult;
    fn string(&mut self, at: &Cursor<'_>, value: &str) -> VisitResult;
    fn blob(&mut self, at: &Cursor<'_>, value: &[u8]) -> VisitResult;
    fn timestamp(&mut self, at: &Cursor<'_>, value: Timestamp) -> VisitResult;
    fn begin(&mut self, at: &Cursor<'_>, kind: CompoundKind) -> VisitResult;
    fn member(&mut self, at: &Cursor<'_>, member: &Member<'_>, before: usize) -> VisitResult;
    fn element(&mut self, at: &Cursor<'_>, before: usize) -> VisitResult;
    fn entry(&mut self, at: &Cursor<'_>, key: &str, before: usize) -> VisitResult;
    fn end(&mut self, at: &Cursor<'_>, kind: CompoundKind, parts: usize) -> VisitResult;
    /// What was written.
    fn finish(self) -> Self::Output;
}

/// Encodes one value in a format.
pub(crate) struct Encoder<'a, F> {
    format: F,
    cursor: Cursor<'a>,
    mode: EncodeMode,
    conforms: bool,
    /// Depth of the sensitive compound that was replaced, while its parts are visited.
    replaced: Option<usize>,
}

impl<'a, F: Format> Encoder<'a, F> {
    pub(crate) fn new(
        format: F,
        service: &'a Service<'a>,
        shape: ShapeIndex,
        mode: EncodeMode,
    ) -> Self {
        Encoder {
            format,
            cursor: Cursor::new(service, shape),
            mode,
            conforms: true,
            replaced: None,
        }
    }

    /// The path of the value that came last.
    pub(crate) fn path(&self) -> String {
        self.cursor.path()
    }

    pub(crate) fn finish(self) -> Encoded<F::Output> {
        Encoded {
            value: self.format.finish(),
            conforms: self.conforms,
        }
    }

    /// Checks the kind of the next value. Returns whether the value is to be replaced.
    #[inline(always)]
    fn replaces(&mut self, offered: ValueKind) -> bool {
        match self.mode {
            EncodeMode::Unchecked => false,
            EncodeMode::Checked => {
                self.conforms &= offered.fits(self.cursor.shape().kind);
                false
            }
            EncodeMode::Redacted => self.is_sensitive(offered),
        }
    }

    /// Whether the value must be hidden. A value of the wrong type may hold secrets anywhere, so it
    /// is hidden if its shape has any.
    #[cold]
    fn is_sensitive(&self, offered: ValueKind) -> bool {
        let fits = offered.fits(self.cursor.shape().kind);
        self.replaced.is_some() || self.cursor.hides() || (!fits && self.cursor.holds_secrets())
    }

    #[cold]
    fn replace(&mut self) -> VisitResult {
        match self.replaced {
            Some(_) => Ok(()),
            None => self.format.string(&self.cursor, REDACTED),
        }
    }

    #[inline(always)]
    fn check_text(&mut self, text: &str, shape: &Shape<'_>) {
        if self.mode == EncodeMode::Checked {
            rules::text(text, false, shape, &mut |_| self.conforms = false);
        }
    }

    /// Most numbers have no limit: only those that have one are converted.
    #[inline(always)]
    fn check_number(&mut self, value: impl FnOnce() -> f64) {
        let shape = self.cursor.shape();
        if self.mode == EncodeMode::Checked && (shape.min.is_some() || shape.max.is_some()) {
            rules::number(value(), false, shape, &mut |_| self.conforms = false);
        }
    }
}

/// Whether a compound has the parts that it must have.
#[inline]
fn is_complete(compound: &Compound<'_>) -> bool {
    let mut complete = true;
    rules::count(compound.parts, compound.shape, &mut |_| complete = false);
    let required = |shape: &Shape<'_>| {
        let members = shape.members.iter();
        members
            .filter(|member| rules::is_required_on_input(member))
            .count()
    };
    let shape = compound.shape;
    complete && (!shape.is(Flags::HAS_REQUIRED) || compound.required == required(shape))
}

impl<F: Format> Visitor for Encoder<'_, F> {
    fn null(&mut self) -> VisitResult {
        if self.replaced.is_some() {
            return Ok(());
        }
        if self.mode == EncodeMode::Checked && !self.cursor.takes_null() {
            self.conforms &= ValueKind::Null.fits(self.cursor.shape().kind);
        }
        self.format.null(&self.cursor)
    }
    fn boolean(&mut self, value: bool) -> VisitResult {
        if self.replaces(ValueKind::Boolean) {
            return self.replace();
        }
        self.format.boolean(&self.cursor, value)
    }
    fn integer(&mut self, value: i128) -> VisitResult {
        if self.replaces(ValueKind::Integer) {
            return self.replace();
        }
        self.check_number(|| value as f64);
        self.format.integer(&self.cursor, value)
    }
    fn float(&mut self, value: f64) -> VisitResult {
        if self.replaces(ValueKind::Float) {
            return self.replace();
        }
        self.check_number(|| value);
        self.format.float(&self.cursor, value)
    }
    fn string(&mut self, value: &str) -> VisitResult {
        if self.replaces(ValueKind::Text) {
            return self.replace();
        }
        let value = self.cursor.sent(value);
        self.check_text(value, self.cursor.shape());
        self.format.string(&self.cursor, value)
    }
    fn blob(&mut self, value: &[u8]) -> VisitResult {
        if self.replaces(ValueKind::Blob) {
            return self.replace();
        }
        if self.mode == EncodeMode::Checked {
            let shape = self.cursor.shape();
            rules::length(|| value.len(), shape, &mut |_| self.conforms = false);
        }
        self.format.blob(&self.cursor, value)
    }
    fn timestamp(&mut self, value: Timestamp) -> VisitResult {
        if self.replaces(ValueKind::Timestamp) {
            return self.replace();
        }
        self.format.timestamp(&self.cursor, value)
    }
    fn begin(&mut self, kind: CompoundKind) -> VisitResult {
        if self.replaces(ValueKind::Compound(kind)) {
            self.replace()?;
            self.replaced.get_or_insert(self.cursor.depth());
        } else {
            self.format.begin(&self.cursor, kind)?;
        }
        self.cursor.begin(kind);
        Ok(())
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
        let member = self.cursor.member(index)?;
        let before = self.cursor.parts_before();
        if self.replaced.is_none() {
            self.format.member(&self.cursor, member, before)?;
        }
        Ok(self)
    }
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        self.cursor.element();
        let before = self.cursor.parts_before();
        if self.replaced.is_none() {
            self.format.element(&self.cursor, before)?;
        }
        Ok(self)
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Visitor, VisitError> {
        self.check_text(key, self.cursor.key_shape());
        self.cursor.element();
        let before = self.cursor.parts_before();
        if self.replaced.is_none() {
            self.format.entry(&self.cursor, key, before)?;
        }
        Ok(self)
    }
    fn end(&mut self) -> VisitResult {
        let Some(compound) = self.cursor.end() else {
            return Ok(());
        };
        if self.mode == EncodeMode::Checked {
            self.conforms &= is_complete(&compound);
        }
        if self.replaced.is_some() {
            self.replaced = self.replaced.filter(|depth| *depth != self.cursor.depth());
            return Ok(());
        }
        self.format.end(&self.cursor, compound.kind, compound.parts)
    }
}
