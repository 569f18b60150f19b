//! Facts about shapes and members beyond their names, as documentation and derived traits.

use super::prose::{self, Words};
use crate::rust::{Member, Operation, Service, Shape};
use opsmith_schema::{Flags, Kind, ShapeIndex};

/// How many users of a shape its documentation names.
const NAMED_USERS: usize = 3;

/// The shapes that an operation of the service names.
type Targets = fn(&Service<'_>, &Operation<'_>) -> Vec<ShapeIndex>;

/// The ways in which an operation uses shapes, each with the shapes used in that way.
const ROLES: [(&str, Targets); 4] = [
    ("Input of", |_, operation| {
        operation.input.into_iter().collect()
    }),
    ("Output of", |_, operation| {
        operation.output.into_iter().collect()
    }),
    ("Events of", |service, operation| {
        service.events(operation.output).into_iter().collect()
    }),
    ("Error of", |service, operation| service.errors(operation)),
];

/// A service with facts that depend on all of its shapes.
pub(crate) struct Facts<'a> {
    pub(crate) service: &'a Service<'a>,
    /// Who uses each shape, in Markdown, and as what.
    users: Vec<Vec<User>>,
    /// The shapes whose values can't be compared in full, because they contain floats or documents.
    partial: Vec<bool>,
}

/// How a shape is used (`Input of`), and the name of its user in Markdown.
type User = (&'static str, String);

impl<'a> Facts<'a> {
    pub(crate) fn new(service: &'a Service<'a>) -> Self {
        Facts {
            service,
            users: users(service),
            partial: partial(service),
        }
    }

    /// Whether the type of a shape implements `Eq` and `Hash`.
    pub(crate) fn is_total(&self, shape: ShapeIndex) -> bool {
        !self.partial.get(shape as usize).copied().unwrap_or(false)
    }

    /// Where a type is used: ``Input of `GetJob`. Part of [`Job`].``
    pub(crate) fn use_of(&self, shape: ShapeIndex) -> Words {
        let mut words = Words::new();
        let users = self
            .users
            .get(shape as usize)
            .map_or(&[][..], Vec::as_slice);
        for group in users.chunk_by(|(one, _), (other, _)| one == other) {
            let named = group.iter().take(NAMED_USERS);
            let names: Vec<&str> = named.map(|(_, name)| name.as_str()).collect();
            let names = names.join(", ");
            let others = match group.len().saturating_sub(NAMED_USERS) {
                0 => String::new(),
                1 => " and 1 other".to_owned(),
                more => format!(" and {more} others"),
            };
            let role = group.first().map_or("", |(role, _)| role);
            let sentence = format!("{role} {names}{others}.");
            words.extend(sentence.split(' ').map(str::to_owned));
        }
        words
    }

    /// The conditions on a member's value, in short sentences.
    pub(crate) fn of_member(&self, member: &Member<'_>) -> Words {
        let mut words = Words::new();
        if member.is(Flags::IDEMPOTENCY_TOKEN) {
            words.extend(prose::plain(
                "An idempotency token: a random one is sent when it is absent.",
            ));
        } else if member.is(Flags::REQUIRED) {
            words.push("Required.".to_owned());
        }
        let mut sensitive = member.is(Flags::SENSITIVE);
        if let Some(shape) = self.service.at(member.target) {
            words.extend(of_value(shape));
            sensitive |= shape.is(Flags::SENSITIVE);
            let names = match shape.kind {
                Kind::List => &["Elements:"][..],
                Kind::Map => &["Keys:", "Values:"][..],
                _ => &[][..],
            };
            for (name, part) in names.iter().zip(&shape.members) {
                let Some(part) = self.service.at(part.target) else {
                    continue;
                };
                sensitive |= part.is(Flags::SENSITIVE);
                let facts = of_value(part);
                if !facts.is_empty() {
                    words.push((*name).to_owned());
                    words.extend(facts);
                }
            }
        }
        words.extend(pattern(member.pattern()));
        if sensitive {
            words.push("Sensitive: `Debug` hides it.".to_owned());
        }
        words
    }
}

/// The constraints on a shape's values.
fn of_value(shape: &Shape<'_>) -> Words {
    bounds(shape)
        .into_iter()
        .chain(pattern(shape.pattern()))
        .collect()
}

fn pattern(pattern: Option<&str>) -> Words {
    match pattern
        .map(prose::code)
        .filter(|pattern| !pattern.is_empty())
    {
        Some(pattern) => vec!["Pattern".to_owned(), format!("{pattern}.")],
        None => Words::new(),
    }
}

/// A sentence on the minimum and maximum length, number of elements or value.
fn bounds(shape: &Shape<'_>) -> Option<String> {
    let (one, many) = match shape.kind {
        Kind::String => (" character", " characters"),
        Kind::Blob => (" byte", " bytes"),
        Kind::List => (" element", " elements"),
        Kind::Map => (" entry", " entries"),
        _ => ("", ""),
    };
    // A minimum of zero elements says nothing.
    let min = shape.min.filter(|min| *min != 0.0 || one.is_empty());
    let count = |bound: f64| format!("{bound}{}", if bound == 1.0 { one } else { many });
    Some(match (min, shape.max) {
        (Some(min), Some(max)) if min == max => format!("Exactly {}.", count(max)),
        (Some(min), Some(max)) => format!("{min} to {}.", count(max)),
        (Some(min), None) => format!("At least {}.", count(min)),
        (None, Some(max)) => format!("At most {}.", count(max)),
        (None, None) => return None,
    })
}

fn users(service: &Service<'_>) -> Vec<Vec<User>> {
    let mut users = vec![Vec::new(); service.shapes.len()];
    let mut add = |role: &'static str, target: ShapeIndex, name: String| {
        let user = (role, name);
        if let Some(users) = users
            .get_mut(target as usize)
            .filter(|users| !users.contains(&user))
        {
            users.push(user);
        }
    };
    for (role, targets) in ROLES {
        for operation in &service.operations {
            for target in targets(service, operation) {
                add(role, target, prose::code(operation.name));
            }
        }
    }
    for (at, shape) in service.indexed() {
        if !shape.typed || !shape.has_members() {
            continue;
        }
        let name = &shape.rust;
        for (_, member) in service.parts(shape) {
            let target = innermost(service, member.target);
            // A structure is in scope where others are documented.
            let link = match service.at(target).map(|shape| shape.kind) {
                Some(Kind::Enum) => format!("[`{name}`](super::{name})"),
                _ => format!("[`{name}`]"),
            };
            if target != at {
                add("Part of", target, link);
            }
        }
    }
    users
}

/// The shape of the values at the bottom of lists and maps.
fn innermost(service: &Service<'_>, target: ShapeIndex) -> ShapeIndex {
    match service.at(target) {
        Some(shape) if matches!(shape.kind, Kind::List | Kind::Map) => shape
            .members
            .last()
            .map_or(target, |part| innermost(service, part.target)),
        _ => target,
    }
}

fn partial(service: &Service<'_>) -> Vec<bool> {
    let is_partial =
        |shape: &Shape<'_>| matches!(shape.kind, Kind::Float | Kind::Double | Kind::Document);
    let mut partial: Vec<bool> = service.shapes.iter().map(is_partial).collect();
    loop {
        let holds_partial = |(shape, known): (&Shape<'_>, &bool)| {
            let mut targets = service.parts(shape).map(|(_, member)| member.target);
            *known || targets.any(|target| partial.get(target as usize).copied().unwrap_or(false))
        };
        let next: Vec<bool> = service
            .shapes
            .iter()
            .zip(&partial)
            .map(holds_partial)
            .collect();
        if next == partial {
            return partial;
        }
        partial = next;
    }
}
