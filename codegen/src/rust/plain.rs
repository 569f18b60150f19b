//! The overlay of a service that is known without its model, such as one of a catalogue. To compare it
//! with another one that is made so.

use super::{Ident, Member, Operation, Service, Shape, Value};
use opsmith_schema::commands::Commands;
use opsmith_schema::{self as schema, Flags, Kind};

impl<'a> Service<'a> {
    /// The overlay of these commands, with the model's names in place of Rust's.
    pub fn of(commands: &'a Commands<'a>) -> Self {
        let service = commands.service;
        let pairs = service.operations.iter().zip(commands.commands);
        let operations = pairs.map(|(operation, command)| Operation {
            schema: *operation,
            command: *command,
            method: Ident::new(operation.name),
            waiters: Vec::new(),
            docs: commands.doc_as_written(operation.name),
        });
        let shapes = service.shapes.iter();
        Service {
            commands,
            operations: operations.collect(),
            shapes: shapes.map(|found| shape(commands, found)).collect(),
            omitted: Vec::new(),
            docs: commands.doc_as_written(service.name()),
        }
    }
}

fn shape<'a>(commands: &'a Commands<'a>, shape: &schema::Shape<'a>) -> Shape<'a> {
    let members = shape.members.iter().map(|member| Member {
        schema: *member,
        rust: Ident::new(member.name),
        plain: member.is(Flags::REQUIRED),
        boxed: false,
        deprecated: None,
        docs: commands.doc_as_written(&format!("{}${}", shape.name, member.name)),
    });
    let values = shape.values.iter().map(|value| Value {
        value,
        rust: Ident::new(value),
        deprecated: None,
        docs: "",
    });
    Shape {
        schema: *shape,
        rust: Ident::new(shape.name),
        typed: matches!(shape.kind, Kind::Structure | Kind::Union | Kind::Enum),
        members: members.collect(),
        values: values.collect(),
        deprecated: None,
        docs: commands.doc_as_written(shape.name),
    }
}
