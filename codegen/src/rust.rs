//! The Rust overlay of a lowered service: what Rust code needs to know and the schema does not say,
//! such as names of types and fields, and documentation for rustdoc.
//!
//! Each type here has the entry of the schema that it is about, and dereferences to it.

use crate::diagnostics::Diagnostic;
pub use ident::Ident;
use opsmith_schema::commands::{Change, Command, Commands};
use opsmith_schema::{self as schema, ShapeIndex};
use std::ops::Deref;
#[cfg(any(feature = "emit", feature = "diff"))]
pub(crate) use types::member_type;
#[cfg(feature = "emit")]
pub(crate) use types::type_of;

mod ident;
#[cfg(feature = "diff")]
mod plain;
#[cfg(any(feature = "emit", feature = "diff"))]
mod types;

/// A lowered service: its commands, its schema, and the overlay.
#[derive(Debug)]
pub struct Service<'a> {
    /// The commands, which have the schema.
    pub commands: &'a Commands<'a>,
    /// In the order of the schema.
    pub operations: Vec<Operation<'a>>,
    /// In the order of the schema.
    pub shapes: Vec<Shape<'a>>,
    /// Operations that were not requested by name and for which no code can be made, with the
    /// reasons.
    pub omitted: Vec<Diagnostic>,
    /// Documentation of the service.
    pub docs: &'a str,
}

/// An operation. Documentation, here and below, is Markdown in a small subset; it is empty when the
/// model has none, and begins with a blank where the model's does.
#[derive(Debug)]
pub struct Operation<'a> {
    /// Its entry in the schema.
    pub schema: schema::Operation<'a>,
    /// Its command.
    pub command: Command<'a>,
    /// The client's method.
    pub method: Ident,
    /// The client's method for each waiter.
    pub waiters: Vec<Ident>,
    /// Documentation.
    pub docs: &'a str,
}

/// A shape.
#[derive(Debug)]
pub struct Shape<'a> {
    /// Its entry in the schema.
    pub schema: schema::Shape<'a>,
    /// The Rust type of structures, unions and enums; the name of the shape's index for all.
    pub rust: Ident,
    /// A Rust type is generated for it.
    pub typed: bool,
    /// In the order of the schema.
    pub members: Vec<Member<'a>>,
    /// Values of an enum, in the order of the schema.
    pub values: Vec<Value<'a>>,
    /// `smithy.api#deprecated`, with what to use instead, which may be empty.
    pub deprecated: Option<&'a str>,
    /// Documentation.
    pub docs: &'a str,
}

/// A member of a structure or union, the element of a list, the key or value of a map.
#[derive(Debug)]
pub struct Member<'a> {
    /// Its entry in the schema.
    pub schema: schema::Member<'a>,
    /// The field of a structure, or the variant of a union.
    pub rust: Ident,
    /// The Rust field is a plain value rather than an option.
    pub plain: bool,
    /// The value contains the structure that it is in, so that the field needs a box.
    pub boxed: bool,
    /// `smithy.api#deprecated`, with what to use instead, which may be empty.
    pub deprecated: Option<&'a str>,
    /// Documentation.
    pub docs: &'a str,
}

/// A value of an enum.
#[derive(Debug)]
pub struct Value<'a> {
    /// As it is on the wire.
    pub value: &'a str,
    /// The variant.
    pub rust: Ident,
    /// `smithy.api#deprecated`, with what to use instead, which may be empty.
    pub deprecated: Option<&'a str>,
    /// Documentation.
    pub docs: &'a str,
}

impl<'a> Service<'a> {
    /// The shape at an index of the schema.
    pub fn at(&self, index: ShapeIndex) -> Option<&Shape<'a>> {
        self.shapes.get(usize::try_from(index).ok()?)
    }

    /// The errors of an operation: those that the model lists, and then those among its events.
    pub fn errors(&self, operation: &Operation<'a>) -> Vec<ShapeIndex> {
        let events = self.events(operation.output);
        let members = events.map_or(&[][..], |events| self.shape(events).members);
        let mut errors = operation.errors.to_vec();
        for event in members.iter().filter(|event| self.is_exception(event)) {
            if !errors.contains(&event.target) {
                errors.push(event.target);
            }
        }
        errors
    }

    /// Whether an operation answers with a stream of events.
    pub fn has_events(&self) -> bool {
        let mut operations = self.operations.iter();
        operations.any(|operation| self.events(operation.output).is_some())
    }

    /// The members that are parts of a shape's Rust type, with their positions in the schema: all
    /// but streams, and the errors among events.
    pub fn parts<'s>(
        &'s self,
        shape: &'s Shape<'a>,
    ) -> impl Iterator<Item = (usize, &'s Member<'a>)> {
        let is_union_of_events = shape.is(schema::Flags::STREAMING);
        let members = shape.members.iter().enumerate();
        members.filter(move |(_, member)| match is_union_of_events {
            true => !self.is_exception(member),
            false => !member.is(schema::Flags::STREAMING),
        })
    }

    /// All shapes with their indices.
    pub fn indexed(&self) -> impl Iterator<Item = (ShapeIndex, &Shape<'a>)> {
        (0..).zip(&self.shapes)
    }
}

impl<'a> Operation<'a> {
    /// The options of the input's members, and those that set a part of one.
    pub fn all_options(&self) -> impl Iterator<Item = &'a str> {
        let hoists = self
            .command
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::Hoist(hoist) => Some(hoist.option),
                _ => None,
            });
        self.command.options.iter().copied().chain(hoists)
    }
}

macro_rules! overlay {
    ($($name:ident)*) => {$(
        impl<'a> Deref for $name<'a> {
            type Target = schema::$name<'a>;

            fn deref(&self) -> &Self::Target {
                &self.schema
            }
        }
    )*};
}

overlay!(Operation Shape Member);

impl<'a> Deref for Service<'a> {
    type Target = schema::Service<'a>;

    fn deref(&self) -> &Self::Target {
        self.commands.service
    }
}
