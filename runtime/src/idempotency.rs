//! [`WithToken`]: an input whose idempotency token is generated if it is missing.

use crate::random;
use crate::schema::{Flags, Operation, Service};
use crate::visit::{CompoundKind, Visit, VisitError, VisitResult, Visitor};

/// An input with an idempotency token.
pub(crate) struct WithToken<'a> {
    input: &'a dyn Visit,
    /// Index of the token's member.
    member: usize,
    token: String,
}

impl<'a> WithToken<'a> {
    /// The input with a random token; `None` for an operation that takes none.
    pub(crate) fn new(
        service: &Service<'_>,
        operation: &Operation<'_>,
        input: &'a dyn Visit,
    ) -> Option<Self> {
        let members = service.shape(operation.input?).members;
        let member = members
            .iter()
            .position(|member| member.is(Flags::IDEMPOTENCY_TOKEN))?;
        Some(WithToken {
            input,
            member,
            token: random::uuid(),
        })
    }
}

impl Visit for WithToken<'_> {
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
        self.input.visit(&mut Completing {
            input: self,
            is_given: false,
            visitor,
        })
    }
}

/// Passes the members of a structure on, and adds the token at the end.
struct Completing<'a> {
    input: &'a WithToken<'a>,
    is_given: bool,
    visitor: &'a mut dyn Visitor,
}

impl Visitor for Completing<'_> {
    fn begin(&mut self, kind: CompoundKind) -> VisitResult {
        self.visitor.begin(kind)
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
        self.is_given |= index == self.input.member;
        self.visitor.member(index)
    }
    fn unknown(&mut self, name: &str) -> VisitResult {
        self.visitor.unknown(name)
    }
    fn end(&mut self) -> VisitResult {
        if !self.is_given {
            let token = self.visitor.member(self.input.member)?;
            token.string(&self.input.token)?;
        }
        self.visitor.end()
    }
}
