//! `enums.rs`: a Rust enum per enum, open for values that are newer than the model.

use super::facts::Facts;
use super::{Item, prose};
use crate::rust::Shape;
use opsmith_schema::{Flags, Kind, ShapeIndex};

pub(crate) fn text(facts: &Facts<'_>) -> String {
    let enums = || {
        let shapes = facts.service.indexed();
        shapes.filter(|(_, shape)| shape.typed && shape.kind == Kind::Enum)
    };
    let mut items: Vec<String> = enums().map(|(at, shape)| item(facts, at, shape)).collect();
    if enums().any(|(_, shape)| shape.is(Flags::SENSITIVE)) {
        items.insert(0, "use super::schema::{SERVICE, Shapes};\n".to_owned());
    }
    items.join("\n")
}

pub(crate) fn item(facts: &Facts<'_>, at: ShapeIndex, shape: &Shape<'_>) -> String {
    let mut item = Item::new("enumeration", facts, at, shape);
    let sensitive = if shape.is(Flags::SENSITIVE) {
        "sensitive "
    } else {
        ""
    };
    item.block(&format!("pub {sensitive}enum {}", shape.rust), |item| {
        for value in &shape.values {
            // The name is the value, unless it was changed to be a name.
            let facts = if value.rust == value.value {
                Vec::new()
            } else {
                vec![prose::code(value.value)]
            };
            item.docs(value.docs, facts);
            item.deprecated(value.deprecated);
            item.variant(&value.rust, None, value.value);
        }
    });
    item.finish()
}
