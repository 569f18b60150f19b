//! Shapes: their kinds, constraints, members and Rust types.

use super::closure::{Closure, local};
use super::{Input, cycles, docs, names, traits};
use crate::ast::{Member, Shape};
use crate::diagnostics::Report;
use crate::ir::{self, Kind};
use std::collections::{BTreeMap, BTreeSet};

/// How deep lists and maps may be nested in each other without a structure between.
const DEEPEST: usize = 32;

/// Lowers all shapes of the closure, in its order.
pub(crate) fn lower(
    input: &Input<'_>,
    closure: &Closure<'_>,
    report: &mut Report,
) -> Vec<ir::Shape> {
    let rust_names = rust_names(input, closure, report);
    let boxed = boxed(closure, report);
    let shapes = closure.shapes.iter().zip(rust_names).enumerate();
    shapes
        .map(|(at, ((id, shape), rust))| {
            let lowering = Lowering {
                input,
                closure,
                boxed: &boxed,
                at,
                id,
                shape,
            };
            lowering.shape(rust, report)
        })
        .collect()
}

/// The Rust name of each shape. Two types of one name are a problem; of other shapes only the index
/// has a name, which gives way.
fn rust_names(
    input: &Input<'_>,
    closure: &Closure<'_>,
    report: &mut Report,
) -> Vec<proc_macro2::Ident> {
    let mut owners: BTreeMap<String, &str> = BTreeMap::new();
    let wanted: Vec<_> = closure
        .shapes
        .iter()
        .map(|(id, _)| rust_name(input, id))
        .collect();
    let is_type = |shape: &Shape| {
        matches!(
            kind(shape),
            Some(Kind::Structure | Kind::Union | Kind::Enum)
        )
    };
    for ((id, shape), rust) in closure
        .shapes
        .iter()
        .zip(&wanted)
        .filter(|((_, shape), _)| is_type(shape))
    {
        // Two owners are told by the second's place, since both are right by themselves.
        if let Some(other) = owners.insert(rust.to_string(), id) {
            let file = if shape.file.is_empty() {
                input.file
            } else {
                &shape.file
            };
            let problem = format!("the Rust name {rust} is also that of {other}");
            report.add(
                file,
                id,
                problem,
                "give one of them another name in a `[[type]]` entry of the exceptions",
            );
        }
    }
    let free = |((id, shape), wanted): (&(&str, &Shape), proc_macro2::Ident)| {
        let mut rust = wanted.clone();
        let mut count = 1;
        while !is_type(shape)
            && owners
                .get(&rust.to_string())
                .is_some_and(|owner| owner != id)
        {
            count += 1;
            rust = names::ident(&format!("{wanted}{count}"));
        }
        if !is_type(shape) {
            owners.insert(rust.to_string(), "");
        }
        rust
    };
    closure.shapes.iter().zip(wanted).map(free).collect()
}

fn rust_name(input: &Input<'_>, id: &str) -> proc_macro2::Ident {
    match input.exceptions.type_name(local(id)) {
        Some(name) => names::type_name(name),
        None if id.starts_with("smithy.api#") => names::type_name(&format!("Smithy{}", local(id))),
        None => names::type_name(local(id)),
    }
}

/// Members of structures and unions, by shape and target, that need a box; reports lists and maps
/// that hold only themselves, for which there is no Rust type.
fn boxed(closure: &Closure<'_>, report: &mut Report) -> BTreeSet<(usize, usize)> {
    let targets = |shape: &Shape| -> Vec<usize> {
        shape
            .members()
            .filter_map(|(_, member)| closure.index(&member.target))
            .collect()
    };
    let of_kind = |kinds: &[&str]| -> Vec<Vec<usize>> {
        let shapes = closure.shapes.iter();
        let edges = shapes.map(|(_, shape)| {
            if kinds.contains(&shape.kind.as_str()) {
                targets(shape)
            } else {
                vec![]
            }
        });
        edges.collect()
    };
    let containers = of_kind(&["list", "set", "map"]);
    for (from, _) in cycles::cyclic_edges(&containers) {
        if let Some((id, shape)) = closure.shapes.get(from) {
            let problem = "the list or map contains only itself";
            report.add(
                &shape.file,
                id,
                problem,
                "put a structure or union into the cycle",
            );
        }
    }
    too_deep(closure, &containers, report);
    cycles::cyclic_edges(&of_kind(&["structure", "union"]))
}

/// Reports lists and maps that are nested deeper than Rust's tools can read.
fn too_deep(closure: &Closure<'_>, containers: &[Vec<usize>], report: &mut Report) {
    let mut layer: BTreeSet<usize> = (0..containers.len()).collect();
    for _ in 0..=DEEPEST {
        layer = layer
            .iter()
            .flat_map(|at| containers.get(*at).into_iter().flatten().copied())
            .collect();
    }
    if let Some((id, shape)) = layer.first().and_then(|at| closure.shapes.get(*at)) {
        let problem = format!("lists and maps are nested deeper than {DEEPEST} around this shape");
        report.add(&shape.file, id, problem, "put a structure between");
    }
}

/// One shape on its way.
struct Lowering<'a> {
    input: &'a Input<'a>,
    closure: &'a Closure<'a>,
    boxed: &'a BTreeSet<(usize, usize)>,
    at: usize,
    id: &'a str,
    shape: &'a Shape,
}

impl Lowering<'_> {
    fn shape(&self, rust: proc_macro2::Ident, report: &mut Report) -> ir::Shape {
        let shape = self.shape;
        let id = self.id;
        let file = if shape.file.is_empty() {
            self.input.file
        } else {
            &shape.file
        };
        let place = traits::Place { file, id };
        let kind = kind(shape).unwrap_or_else(|| {
            let problem = format!("a value can't be of type {:?}", shape.kind);
            report.add(
                file,
                id,
                problem,
                "target a simple shape, list, map, structure or union",
            );
            Kind::Document
        });
        if shape.traits.contains_key(traits::STREAMING) {
            let help = "generate from operations that do not stream, by naming the operations";
            report.add_trait(
                file,
                id,
                traits::STREAMING,
                "streams are not supported",
                help,
            );
        }
        traits::check(&shape.traits, &place, report);
        let (min, max) = traits::bounds(&shape.traits, &place, report);
        if matches!(shape.kind.as_str(), "enum" | "intEnum") || kind == Kind::Enum {
            self.check_enum(&place, report);
        }
        let structure = matches!(kind, Kind::Structure | Kind::Union | Kind::Enum);
        ir::Shape {
            name: local(id).to_owned(),
            rust,
            kind,
            typed: structure && !self.closure.errors.contains(id),
            sensitive: shape.traits.contains_key(traits::SENSITIVE)
                || self.input.exceptions.sensitive(local(id)),
            sparse: shape.traits.contains_key(traits::SPARSE),
            min,
            max,
            members: if kind == Kind::Enum {
                Vec::new()
            } else {
                self.members(kind, report)
            },
            values: if kind == Kind::Enum {
                values(shape)
            } else {
                Vec::new()
            },
            traits: traits::rare(&shape.traits),
            deprecated: traits::deprecated(&shape.traits),
            docs: docs::docs(&shape.traits),
        }
    }

    /// Reports an enum without values, and values that are not of its type.
    fn check_enum(&self, place: &traits::Place<'_>, report: &mut Report) {
        let shape = self.shape;
        let listed = shape
            .traits
            .get(traits::ENUM)
            .map(|values| values.as_array().is_some_and(Vec::is_empty));
        if shape.members.is_empty() && listed.unwrap_or(true) {
            report.add(
                place.file,
                place.id,
                "the enum has no values",
                "give it some, or make it a string",
            );
        }
        for (name, member) in &shape.members {
            let full = format!("{}${name}", place.id);
            let place = traits::Place {
                file: place.file,
                id: &full,
            };
            traits::check(&member.traits, &place, report);
            let (fits, help) = match (member.traits.get(traits::ENUM_VALUE), shape.kind.as_str()) {
                (None, _) => continue,
                (Some(value), "intEnum") => (value.is_i64(), "give an integer"),
                (Some(value), _) => (value.is_string(), "give text"),
            };
            if !fits {
                let problem = format!("the value is of another type than the {} takes", shape.kind);
                report.add_trait(place.file, place.id, traits::ENUM_VALUE, problem, help);
            }
        }
    }

    fn members(&self, kind: Kind, report: &mut Report) -> Vec<ir::Member> {
        let fixed = |name: &'static str, member: &Option<Member>, report: &mut Report| match member
        {
            Some(member) => Some(self.member(name, names::ident(name), member, report)),
            None => {
                report.add(
                    &self.shape.file,
                    self.id,
                    format!("the {} has no `{name}`", self.shape.kind),
                    "add it",
                );
                None
            }
        };
        match kind {
            Kind::List => fixed("member", &self.shape.member, report)
                .into_iter()
                .collect(),
            Kind::Map => {
                let key = fixed("key", &self.shape.key, report);
                key.into_iter()
                    .chain(fixed("value", &self.shape.value, report))
                    .collect()
            }
            Kind::Structure | Kind::Union => {
                let words = self.shape.members.keys().map(String::as_str);
                let names = if kind == Kind::Union {
                    names::variants(words)
                } else {
                    names::fields(words)
                };
                let members = self.shape.members.iter().zip(names);
                members
                    .map(|((name, member), rust)| self.member(name, rust, member, report))
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    fn member(
        &self,
        name: &str,
        rust: proc_macro2::Ident,
        member: &Member,
        report: &mut Report,
    ) -> ir::Member {
        let full = format!("{}${name}", self.id);
        let id = format!("{}${name}", local(self.id));
        let place = traits::Place {
            file: &self.shape.file,
            id: &full,
        };
        traits::check(&member.traits, &place, report);
        let has = |id: &str| member.traits.contains_key(id);
        let mut flags = traits::member_flags(&member.traits);
        if self.input.exceptions.sensitive(&id) && !flags.contains(&"SENSITIVE") {
            flags.insert(0, "SENSITIVE");
        }
        let omitted = self.input.exceptions.omitted(&id);
        // A target that is not in the closure has been reported.
        let target = self.closure.index(&member.target).unwrap_or(0);
        let boxed = self.boxed.contains(&(self.at, target));
        let required = has(traits::REQUIRED);
        let optional =
            omitted || boxed || has(traits::CLIENT_OPTIONAL) || has(traits::IDEMPOTENCY_TOKEN);
        if has(traits::STREAMING) {
            report.add_trait(
                place.file,
                place.id,
                traits::STREAMING,
                "streams are not supported",
                "name other operations",
            );
        }
        ir::Member {
            name: name.to_owned(),
            rust,
            target,
            required,
            plain: required && !optional,
            boxed,
            flags,
            traits: traits::rare(&member.traits),
            deprecated: traits::deprecated(&member.traits),
            docs: docs::docs(&member.traits),
        }
    }
}

/// The kind of value that a shape's type stands for; none for services, operations and resources.
fn kind(shape: &Shape) -> Option<Kind> {
    Some(match shape.kind.as_str() {
        "blob" => Kind::Blob,
        "boolean" => Kind::Boolean,
        "string" if shape.traits.contains_key(traits::ENUM) => Kind::Enum,
        "string" => Kind::String,
        "enum" => Kind::Enum,
        "byte" => Kind::Byte,
        "short" => Kind::Short,
        "integer" | "intEnum" => Kind::Integer,
        "long" => Kind::Long,
        "bigInteger" => Kind::BigInteger,
        "float" => Kind::Float,
        "double" | "bigDecimal" => Kind::Double,
        "timestamp" => Kind::Timestamp,
        "document" => Kind::Document,
        "list" | "set" => Kind::List,
        "map" => Kind::Map,
        "structure" => Kind::Structure,
        "union" => Kind::Union,
        _ => return None,
    })
}

/// The values of an enum: members with `enumValue` in Smithy 2.0, a list in the trait `enum` in
/// Smithy 1.0.
fn values(shape: &Shape) -> Vec<ir::Value> {
    let members = shape.members.iter().map(|(name, member)| {
        let value = member
            .traits
            .get(traits::ENUM_VALUE)
            .and_then(serde_json::Value::as_str)
            .unwrap_or(name);
        (
            value.to_owned(),
            traits::deprecated(&member.traits),
            docs::docs(&member.traits),
        )
    });
    let listed = shape
        .traits
        .get(traits::ENUM)
        .and_then(serde_json::Value::as_array)
        .into_iter()
        .flatten();
    let listed = listed.filter_map(|entry| {
        let value = entry.get("value").and_then(serde_json::Value::as_str)?;
        let is_deprecated = entry
            .get("deprecated")
            .and_then(serde_json::Value::as_bool)
            .unwrap_or(false);
        Some((
            value.to_owned(),
            is_deprecated.then(String::new),
            ir::Docs::default(),
        ))
    });
    let mut seen = BTreeSet::new();
    let all: Vec<_> = members
        .chain(listed)
        .filter(|(value, ..)| seen.insert(value.clone()))
        .collect();
    let names = names::values(all.iter().map(|(value, ..)| value.as_str()));
    let named = all.into_iter().zip(names);
    named
        .map(|((value, deprecated, docs), rust)| ir::Value {
            rust,
            value,
            deprecated,
            docs,
        })
        .collect()
}
