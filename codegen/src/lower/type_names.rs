//! The Rust names of shapes: of their types, and of their indices in the schema.

use super::closure::{Closure, local};
use super::{Input, names, shapes};
use crate::ast::Shape;
use crate::diagnostics::Report;
use crate::rust::Ident;
use std::collections::BTreeMap;

/// The Rust name of each shape. Two types of one name are a problem; of other shapes only the index
/// has a name, which gives way.
pub(super) fn of_shapes(
    input: &Input<'_, '_>,
    closure: &Closure<'_>,
    report: &mut Report,
) -> Vec<Ident> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    for (id, shape) in closure.shapes.iter().filter(|(_, shape)| is_type(shape)) {
        let rust = wanted(input, id);
        // The conflict is reported at the second owner; each is valid alone.
        if let Some(other) = owners.insert(rust.to_string(), id) {
            let place = shapes::place(input, id, shape);
            let problem = format!("the Rust name {rust} is also that of {other}");
            let help = "give one of them another name in a `[[type]]` entry of the exceptions";
            report.add(place.file, place.id, problem, help);
        }
    }
    let names = closure.shapes.iter().map(|(id, shape)| {
        let wanted = wanted(input, id);
        if is_type(shape) {
            return wanted;
        }
        let rust = free(&owners, wanted);
        owners.insert(rust.to_string(), id);
        rust
    });
    names.collect()
}

fn is_type(shape: &Shape) -> bool {
    shapes::kind(shape).is_some_and(shapes::may_have_type)
}

/// The name that a shape has where nothing else has it.
fn wanted(input: &Input<'_, '_>, id: &str) -> Ident {
    match input.exceptions.type_name(local(id)) {
        Some(name) => names::chosen_type_name(name),
        None if id.starts_with("smithy.api#") => names::type_name(&format!("Smithy{}", local(id))),
        None => names::type_name(local(id)),
    }
}

/// The wanted name, or that with the first number that makes it free.
fn free(owners: &BTreeMap<String, &str>, wanted: Ident) -> Ident {
    let mut rust = wanted.clone();
    let mut count = 1;
    while owners.contains_key(&rust.to_string()) {
        count += 1;
        rust = Ident::new(&format!("{wanted}{count}"));
    }
    rust
}
