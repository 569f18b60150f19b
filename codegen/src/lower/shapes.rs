//! Shapes: their kinds, constraints, members and Rust types.

use super::closure::{Closure, local};
use super::{Input, cycles, docs, names, traits, type_names};
use crate::ast::{Member, Shape};
use crate::diagnostics::Report;
use crate::rust;
use opsmith_schema::Arena;
use opsmith_schema::{self as schema, Flags, Kind, Protocol, Sites, Trait, TraitKind, Width};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// How deep lists and maps may be nested in each other without a structure between.
const DEEPEST: usize = 32;

/// What of a service decides which traits its shapes keep.
#[derive(Clone, Copy)]
pub(crate) struct Wire {
    pub(crate) protocol: Protocol,
    /// The service answers with the codes that errors have over AWS Query.
    pub(crate) has_query_errors: bool,
}

/// Lowers all shapes of the closure, in its order.
pub(crate) fn lower<'a>(
    input: &Input<'_, 'a>,
    closure: &Closure<'_>,
    wire: Wire,
    report: &mut Report,
) -> Vec<rust::Shape<'a>> {
    let rust_names = type_names::of_shapes(input, closure, report);
    let boxed = boxed(closure, report);
    let shapes = closure.shapes.iter().zip(rust_names).enumerate();
    shapes
        .map(|(at, ((id, shape), rust))| {
            let lowering = Lowering {
                input,
                closure,
                boxed: &boxed,
                wire,
                at,
                id,
                shape,
            };
            lowering.shape(rust, report)
        })
        .collect()
}

/// Members of structures and unions, by shape and target, that need a box; reports lists and maps
/// that hold only themselves, for which there is no Rust type.
fn boxed(closure: &Closure<'_>, report: &mut Report) -> BTreeSet<(usize, usize)> {
    let targets = |shape: &Shape| -> Vec<usize> {
        shape
            .members()
            .filter_map(|(_, member)| closure.position(&member.target))
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

/// The state while one shape is lowered.
struct Lowering<'m, 'a> {
    input: &'m Input<'m, 'a>,
    closure: &'m Closure<'m>,
    boxed: &'m BTreeSet<(usize, usize)>,
    wire: Wire,
    at: usize,
    id: &'m str,
    shape: &'m Shape,
}

impl<'a> Lowering<'_, 'a> {
    fn shape(&self, rust: rust::Ident, report: &mut Report) -> rust::Shape<'a> {
        let shape = self.shape;
        let arena = self.input.arena;
        let place = place(self.input, self.id, shape);
        let kind = self.kind(&place, report);
        traits::check(&shape.traits, Sites::SHAPE, &place, report);
        let (min, max) = traits::bounds(&shape.traits, &place, report);
        let is_enum = kind == Kind::Enum;
        if is_enum || shape.kind == "intEnum" {
            self.check_enum(&place, report);
        }
        let members = self.members(kind, report);
        let values = if is_enum {
            values(shape, arena)
        } else {
            Vec::new()
        };
        let members_schema = arena.list(members.iter().map(|member| member.schema));
        rust::Shape {
            schema: schema::Shape {
                name: arena.text(local(self.id)),
                kind,
                flags: self.flags(kind, members_schema),
                min,
                max,
                members: members_schema,
                values: arena.list(values.iter().map(|value| value.value)),
                traits: arena.list(self.traits()),
            },
            rust,
            typed: may_have_type(kind) && !self.closure.bare_errors.contains(self.id),
            members,
            values,
            deprecated: traits::deprecated(&shape.traits, arena),
            docs: docs::docs(&shape.traits, arena),
        }
    }

    fn kind(&self, place: &traits::Place<'_>, report: &mut Report) -> Kind {
        kind(self.shape).unwrap_or_else(|| {
            let problem = format!("a value can't be of type {:?}", self.shape.kind);
            let help = "target a simple shape, list, map, structure or union";
            report.add(place.file, place.id, problem, help);
            Kind::Document
        })
    }

    /// Whether the value of a member is a stream, which its shape says.
    fn streams(&self, member: &Member) -> bool {
        let position = self.closure.position(&member.target);
        let target = position.and_then(|at| self.closure.shapes.get(at));
        target.is_some_and(|(_, shape)| traits::has(&shape.traits, TraitKind::Streaming))
    }

    fn flags(&self, kind: Kind, members: &[schema::Member<'_>]) -> Flags {
        let mut flags = traits::flags(&self.shape.traits, Sites::SHAPE, self.wire.protocol);
        flags.set(
            Flags::SENSITIVE,
            self.input.exceptions.sensitive(local(self.id)) || flags.contains(Flags::SENSITIVE),
        );
        let requires = members.iter().any(|member| member.is(Flags::REQUIRED));
        flags.set(Flags::HAS_REQUIRED, kind == Kind::Structure && requires);
        flags
    }

    /// The traits of the shape. The code that an error had over AWS Query is kept where the service
    /// answers with it and it is not the shape's name.
    fn traits(&self) -> Vec<Trait<'a>> {
        let protocol = self.wire.protocol;
        let mut kept = traits::kept(&self.shape.traits, Sites::SHAPE, protocol, self.input.arena);
        kept.retain(|found| match found {
            Trait::AwsQueryError(code) => self.wire.has_query_errors && *code != local(self.id),
            _ => true,
        });
        kept
    }

    /// Reports an enum without values, and values that are not of its type.
    fn check_enum(&self, place: &traits::Place<'_>, report: &mut Report) {
        let shape = self.shape;
        let listed = traits::value(&shape.traits, TraitKind::Enum)
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
            traits::check(&member.traits, Sites::MEMBER, &place, report);
            let (fits, help) = match (
                traits::value(&member.traits, TraitKind::EnumValue),
                shape.kind.as_str(),
            ) {
                (None, _) => continue,
                (Some(value), "intEnum") => (value.is_i64(), "give an integer"),
                (Some(value), _) => (value.is_string(), "give text"),
            };
            if !fits {
                let problem = format!("the value is of another type than the {} takes", shape.kind);
                report.add_trait(
                    place.file,
                    place.id,
                    TraitKind::EnumValue.id(),
                    problem,
                    help,
                );
            }
        }
    }

    fn members(&self, kind: Kind, report: &mut Report) -> Vec<rust::Member<'a>> {
        let fixed = |name: &'static str, member: &Option<Member>, report: &mut Report| match member
        {
            Some(member) => Some(self.member(name, rust::Ident::new(name), member, report)),
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
        rust: rust::Ident,
        member: &Member,
        report: &mut Report,
    ) -> rust::Member<'a> {
        let full = format!("{}${name}", self.id);
        let id = format!("{}${name}", local(self.id));
        let place = traits::Place {
            file: &self.shape.file,
            id: &full,
        };
        traits::check(&member.traits, Sites::MEMBER, &place, report);
        let has = |kind| traits::has(&member.traits, kind);
        let arena = self.input.arena;
        let protocol = self.wire.protocol;
        let mut flags = traits::flags(&member.traits, Sites::MEMBER, protocol);
        if self.streams(member) {
            flags |= Flags::STREAMING;
        }
        let kept = arena.list(traits::kept(&member.traits, Sites::MEMBER, protocol, arena));
        if self.input.exceptions.sensitive(&id) {
            flags |= Flags::SENSITIVE;
        }
        let position = self.closure.position(&member.target);
        let boxed = position.is_some_and(|target| self.boxed.contains(&(self.at, target)));
        let optional = self.input.exceptions.omitted(&id)
            || boxed
            || has(TraitKind::ClientOptional)
            || flags.contains(Flags::IDEMPOTENCY_TOKEN);
        // A target that is not in the closure has been reported.
        let target = self.closure.index(&member.target).unwrap_or(0);
        rust::Member {
            schema: schema::member(arena.text(name), target)
                .flags(flags)
                .with(kept),
            rust,
            plain: flags.contains(Flags::REQUIRED)
                && !optional
                && !flags.contains(Flags::STREAMING),
            boxed,
            deprecated: traits::deprecated(&member.traits, arena),
            docs: docs::docs(&member.traits, arena),
        }
    }
}

/// Where a shape is. Shapes of the prelude are in no file.
pub(super) fn place<'p>(input: &Input<'p, '_>, id: &'p str, shape: &'p Shape) -> traits::Place<'p> {
    let file = if shape.file.is_empty() {
        input.file
    } else {
        &shape.file
    };
    traits::Place { file, id }
}

/// Whether shapes of this kind have a Rust type of their own.
pub(super) fn may_have_type(kind: Kind) -> bool {
    matches!(kind, Kind::Structure | Kind::Union | Kind::Enum)
}

/// The kind of value of a shape's type; `None` for services, operations and resources.
pub(super) fn kind(shape: &Shape) -> Option<Kind> {
    Some(match shape.kind.as_str() {
        "blob" => Kind::Blob,
        "boolean" => Kind::Boolean,
        "string" if traits::has(&shape.traits, TraitKind::Enum) => Kind::Enum,
        "string" => Kind::String,
        "enum" => Kind::Enum,
        "byte" => Kind::Integer(Width::Byte),
        "short" => Kind::Integer(Width::Short),
        "integer" | "intEnum" => Kind::Integer(Width::Integer),
        "long" => Kind::Integer(Width::Long),
        "bigInteger" => Kind::Integer(Width::Big),
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
fn values<'a>(shape: &Shape, arena: &'a Arena) -> Vec<rust::Value<'a>> {
    let members = shape.members.iter().map(|(name, member)| {
        let value = traits::text(&member.traits, TraitKind::EnumValue);
        (
            if value.is_empty() { name } else { value },
            traits::deprecated(&member.traits, arena),
            docs::docs(&member.traits, arena),
        )
    });
    let listed = traits::value(&shape.traits, TraitKind::Enum).and_then(Json::as_array);
    let listed = listed.into_iter().flatten().filter_map(|entry| {
        let value = entry.get("value").and_then(Json::as_str)?;
        let is_deprecated = entry.get("deprecated").and_then(Json::as_bool);
        Some((value, is_deprecated.unwrap_or(false).then_some(""), ""))
    });
    let mut seen = BTreeSet::new();
    let all: Vec<_> = members
        .chain(listed)
        .filter(|(value, ..)| seen.insert(*value))
        .collect();
    let names = names::values(all.iter().map(|(value, ..)| *value));
    let named = all.into_iter().zip(names);
    named
        .map(|((value, deprecated, docs), rust)| rust::Value {
            rust,
            value: arena.text(value),
            deprecated,
            docs,
        })
        .collect()
}
