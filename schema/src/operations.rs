//! Operations of a service.

use crate::{OperationTrait, Pagination, ShapeIndex, Waiter};

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// The operation's name, e.g. `GetPipeline`.
    pub name: &'a str,
    /// The input structure; none when the operation takes nothing.
    pub input: Option<ShapeIndex>,
    /// The output structure; none when the operation answers nothing.
    pub output: Option<ShapeIndex>,
    /// The error structures that the model lists, in its order.
    pub errors: &'a [ShapeIndex],
    /// Facts that few operations have.
    pub traits: &'a [OperationTrait<'a>],
}

impl<'a> Operation<'a> {
    /// The error structures that the model lists for the operation.
    pub const fn errors(mut self, errors: &'a [ShapeIndex]) -> Self {
        self.errors = errors;
        self
    }

    /// The facts that few operations have.
    pub const fn with(mut self, traits: &'a [OperationTrait<'a>]) -> Self {
        self.traits = traits;
        self
    }

    /// Whether the operation's address comes from endpoint discovery (none when it does not), and
    /// whether it must.
    pub fn discovers_endpoint(&self) -> Option<bool> {
        self.traits.iter().find_map(|found| match found {
            OperationTrait::DiscoveredEndpoint(required) => Some(*required),
            _ => None,
        })
    }

    /// How the operation's answers are paged, if they are.
    pub fn pagination(&self) -> Option<Pagination<'a>> {
        self.traits.iter().find_map(|found| match found {
            OperationTrait::Paginated(pagination) => Some(*pagination),
            _ => None,
        })
    }

    /// The operation's waiters.
    pub fn waiters(&self) -> impl Iterator<Item = &'a Waiter<'a>> + use<'a> {
        self.traits.iter().filter_map(|found| match found {
            OperationTrait::Waiter(waiter) => Some(waiter),
            _ => None,
        })
    }

    /// Why the operation's pages are not supported, if they are not.
    pub fn unpaged(&self) -> Option<&'a str> {
        self.traits.iter().find_map(|found| match found {
            OperationTrait::Unpaged(reason) => Some(*reason),
            _ => None,
        })
    }
}

/// An operation without errors and traits.
pub const fn operation<'a>(
    name: &'a str,
    input: Option<ShapeIndex>,
    output: Option<ShapeIndex>,
) -> Operation<'a> {
    Operation {
        name,
        input,
        output,
        errors: &[],
        traits: &[],
    }
}
