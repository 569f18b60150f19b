//! [`Cursor`]: the position in the schema of a visitor that walks it.

use super::{CompoundKind, VisitError};
use crate::schema::{Flags, Member, Service, Shape, ShapeIndex};
use crate::validate::rules;

/// The position in the schema of a visitor that walks it.
///
/// Visitors that are one object for all parts share it: the encoder, the validator, the printer,
/// the builder of documents.
#[derive(Debug)]
pub(crate) struct Cursor<'a> {
    service: &'a Service<'a>,
    /// The current compound, and those around it, each with the part whose value it is.
    compound: Compound<'a>,
    around: Vec<(Compound<'a>, Option<&'a Member<'a>>)>,
    shape: &'a Shape<'a>,
    member: Option<&'a Member<'a>>,
}

/// A compound that is visited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compound<'a> {
    pub(crate) shape: &'a Shape<'a>,
    /// What it is, whatever the shape says.
    pub(crate) kind: CompoundKind,
    /// The number of its parts so far.
    pub(crate) parts: usize,
    /// The number of those that are required.
    pub(crate) required: usize,
}

impl<'a> Compound<'a> {
    fn new(shape: &'a Shape<'a>, kind: CompoundKind) -> Self {
        Compound {
            shape,
            kind,
            parts: 0,
            required: 0,
        }
    }
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(service: &'a Service<'a>, shape: ShapeIndex) -> Self {
        Cursor {
            service,
            compound: Compound::new(service.shape(ShapeIndex::MAX), CompoundKind::Elements),
            around: Vec::with_capacity(8),
            shape: service.shape(shape),
            member: None,
        }
    }

    /// The service whose shapes are walked.
    #[cfg(feature = "aws-query")]
    pub(crate) fn service(&self) -> &'a Service<'a> {
        self.service
    }

    /// The shape of the current value.
    #[inline]
    pub(crate) fn shape(&self) -> &'a Shape<'a> {
        self.shape
    }

    /// The member, element or entry whose value is current; `None` for the whole value and inside
    /// documents.
    pub(crate) fn part(&self) -> Option<&'a Member<'a>> {
        self.member
    }

    /// Whether messages must hide the current value because of itself, not of a value around it.
    pub(crate) fn hides(&self) -> bool {
        match self.member {
            Some(member) => self.service.hides(member),
            None => self.service.hides_shape(self.shape),
        }
    }

    /// Whether the current value may have a part that messages must hide.
    pub(crate) fn holds_secrets(&self) -> bool {
        self.shape
            .members
            .iter()
            .any(|part| crate::redact::holds_secrets(self.service, part))
    }

    #[inline]
    pub(crate) fn begin(&mut self, kind: CompoundKind) {
        let compound = std::mem::replace(&mut self.compound, Compound::new(self.shape, kind));
        self.around.push((compound, self.member));
    }

    /// Ends the current compound; `None` if there is none.
    #[inline]
    pub(crate) fn end(&mut self) -> Option<Compound<'a>> {
        let (compound, _) = self.around.pop()?;
        Some(std::mem::replace(&mut self.compound, compound))
    }

    /// The path of the current value: names of members, `[]` for elements and entries.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        // The whole value has no name.
        let parts = self
            .around
            .iter()
            .skip(1)
            .map(|(compound, part)| (compound.shape, *part));
        let last = (!self.around.is_empty()).then_some((self.compound.shape, self.member));
        for (compound, part) in parts.chain(last) {
            match part {
                Some(member) if compound.has_members() => {
                    let dot = if path.is_empty() { "" } else { "." };
                    path.extend([dot, member.name]);
                }
                // No member was named yet.
                None if compound.has_members() => {}
                _ => path.push_str("[]"),
            }
        }
        path
    }

    /// What is sent of a text here.
    #[inline]
    pub(crate) fn sent<'t>(&self, text: &'t str) -> &'t str {
        if self.shape.is(Flags::LAST_SEGMENT) && self.depth() == 1 {
            text.rsplit_once('/').map_or(text, |(_, last)| last)
        } else {
            text
        }
    }

    /// The shape of the current compound.
    pub(crate) fn compound(&self) -> &'a Shape<'a> {
        self.compound.shape
    }

    /// The number of parts of the current compound before the current one.
    #[inline]
    pub(crate) fn parts_before(&self) -> usize {
        self.compound.parts.saturating_sub(1)
    }

    /// Whether null is a value here, rather than absence.
    pub(crate) fn takes_null(&self) -> bool {
        self.depth() > 0 && self.compound.shape.is(Flags::SPARSE)
    }

    /// The number of open compounds.
    #[inline]
    pub(crate) fn depth(&self) -> usize {
        self.around.len()
    }

    /// Moves to the member with this index of the current compound.
    #[inline]
    pub(crate) fn member(&mut self, index: usize) -> Result<&'a Member<'a>, VisitError> {
        let found = self.compound.shape.members.get(index);
        let member = found.ok_or_else(VisitError::member)?;
        self.compound.parts += 1;
        self.compound.required += usize::from(rules::is_required_on_input(member));
        self.turn(Some(member));
        Ok(member)
    }

    /// Moves to the element of the current list, or the value of the current map.
    #[inline]
    pub(crate) fn element(&mut self) {
        self.compound.parts += 1;
        self.turn(self.compound.shape.element());
    }

    /// Moves to the key of the current map.
    pub(crate) fn key(&mut self) {
        self.turn(self.compound.shape.members.first());
    }

    /// The shape of the keys of the current map.
    pub(crate) fn key_shape(&self) -> &'a Shape<'a> {
        self.service.shape(
            self.compound
                .shape
                .members
                .first()
                .map_or(ShapeIndex::MAX, |member| member.target),
        )
    }

    #[inline]
    fn turn(&mut self, member: Option<&'a Member<'a>>) {
        self.member = member;
        self.shape = self
            .service
            .shape(member.map_or(ShapeIndex::MAX, |member| member.target));
    }
}
