//! `types.rs`: a Rust type per structure and union.

use super::Item;
use super::facts::Facts;
use crate::rust::{Member, Service, Shape, member_type, type_of};
use opsmith_schema::{Kind, ShapeIndex};
use std::collections::BTreeSet;

pub(crate) fn text(facts: &Facts<'_>) -> String {
    let service = facts.service;
    let typed = || {
        service
            .indexed()
            .filter(|(_, shape)| shape.typed && shape.has_members())
    };
    let used: BTreeSet<&str> = typed()
        .flat_map(|(_, shape)| service.parts(shape))
        .flat_map(|(_, member)| imports(service, member.target))
        .collect();
    let runtime: Vec<_> = ["Blob", "Document", "Timestamp"]
        .into_iter()
        .filter(|name| used.contains(name))
        .collect();
    let mut text = String::new();
    if used.contains("enum") {
        text.push_str("use super::enums::*;\n");
    }
    if typed().next().is_some() {
        text.push_str("use super::schema::{SERVICE, Shapes};\n");
    }
    match runtime.as_slice() {
        [] => {}
        [one] => text.push_str(&format!("use opsmith_runtime::{one};\n")),
        several => text.push_str(&format!(
            "use opsmith_runtime::{{{}}};\n",
            several.join(", ")
        )),
    }
    if used.contains("BTreeMap") {
        text.push_str("use std::collections::BTreeMap;\n");
    }
    for (at, shape) in typed() {
        text.push('\n');
        text.push_str(&item(facts, at, shape));
    }
    text
}

/// The type of a structure, union or enum by itself; nothing for other shapes.
pub(crate) fn item(facts: &Facts<'_>, at: ShapeIndex, shape: &Shape<'_>) -> String {
    match shape.kind {
        _ if !shape.typed => String::new(),
        Kind::Structure => structure(facts, at, shape),
        Kind::Union => union(facts, at, shape),
        Kind::Enum => super::enums::item(facts, at, shape),
        _ => String::new(),
    }
}

/// What the type of a member needs to have imported.
fn imports(service: &Service<'_>, target: ShapeIndex) -> Vec<&'static str> {
    let Some(shape) = service.at(target) else {
        return Vec::new();
    };
    let inner = || {
        shape
            .members
            .iter()
            .flat_map(|member| imports(service, member.target))
    };
    match shape.kind {
        Kind::Blob => vec!["Blob"],
        Kind::Document => vec!["Document"],
        Kind::Timestamp => vec!["Timestamp"],
        Kind::Enum => vec!["enum"],
        Kind::List => inner().collect(),
        // A map's key is text, whatever its shape.
        Kind::Map => inner()
            .filter(|name| *name != "enum" || map_value_is_enum(service, shape))
            .chain(["BTreeMap"])
            .collect(),
        _ => Vec::new(),
    }
}

fn map_value_is_enum(service: &Service<'_>, map: &Shape<'_>) -> bool {
    map.members
        .get(1)
        .is_some_and(|value| imports(service, value.target).contains(&"enum"))
}

fn structure(facts: &Facts<'_>, at: ShapeIndex, shape: &Shape<'_>) -> String {
    let mut item = Item::new("structure", facts, at, shape);
    if facts.is_total(at) {
        item.line("#[derive(Eq, Hash)]");
    }
    let members = indexed(facts.service, shape).map(|(index, member)| {
        let kind = if member.plain { "required" } else { "optional" };
        let value = member_type(facts.service, member);
        (member, format!("{kind} {}{index}: {value},", member.rust))
    });
    item.block(&format!("pub struct {}", shape.rust), |item| {
        for (member, line) in members {
            item.docs(member.docs, facts.of_member(member));
            item.deprecated(member.deprecated);
            item.line(&line);
        }
    });
    item.finish()
}

fn union(facts: &Facts<'_>, at: ShapeIndex, shape: &Shape<'_>) -> String {
    let mut item = Item::new("union", facts, at, shape);
    if facts.is_total(at) {
        item.line("#[derive(Eq, Hash)]");
    }
    let names = facts.service.parts(shape).map(|(_, member)| member.name);
    let accessors = crate::lower::accessors(names);
    let members = indexed(facts.service, shape).zip(accessors);
    item.block(&format!("pub enum {}", shape.rust), |item| {
        for ((index, member), accessor) in members {
            item.docs(member.docs, facts.of_member(member));
            item.deprecated(member.deprecated);
            let variant = &member.rust;
            let value = member_type(facts.service, member);
            let unboxed = if member.boxed {
                format!(": {}", type_of(facts.service, member.target))
            } else {
                String::new()
            };
            item.line(&format!(
                "{variant}({value}){index} => {accessor}{unboxed},"
            ));
        }
    });
    item.finish()
}

/// The members that are parts of a type, each with ` = ` and its position in the schema where that
/// is not the one after the position before: after a member that is left out.
fn indexed<'s, 'a>(
    service: &'s Service<'a>,
    shape: &'s Shape<'a>,
) -> impl Iterator<Item = (String, &'s Member<'a>)> {
    let mut expected = 0;
    service.parts(shape).map(move |(index, member)| {
        let index = match std::mem::replace(&mut expected, index + 1) {
            next if next == index => String::new(),
            _ => format!(" = {index}"),
        };
        (index, member)
    })
}
