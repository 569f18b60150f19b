//! What a model says of shapes and members beyond names, as documentation and as derived traits.

use super::prose::{self, Words};
use crate::ir::{Kind, Member, Operation, Service, Shape, Trait};

/// How many users of a shape its documentation names.
const NAMED_USERS: usize = 3;

/// What shapes are to operations, and which are.
const ROLES: [(&str, fn(&Operation) -> Vec<usize>); 3] = [
    ("Input of", |operation| {
        operation.input.into_iter().collect()
    }),
    ("Output of", |operation| {
        operation.output.into_iter().collect()
    }),
    ("Error of", |operation| operation.errors.clone()),
];

/// A service with what follows from all of its shapes together.
pub(crate) struct Facts<'a> {
    pub(crate) service: &'a Service,
    /// Who uses each shape, in Markdown, and as what.
    users: Vec<Vec<User>>,
    /// The shapes with values that can't be compared in full: floats and documents are among them.
    partial: Vec<bool>,
}

/// What a shape is to its user (`Input of`), and the user's name in Markdown.
type User = (&'static str, String);

impl<'a> Facts<'a> {
    pub(crate) fn new(service: &'a Service) -> Self {
        Facts {
            service,
            users: users(service),
            partial: partial(service),
        }
    }

    /// Whether the type of a shape implements `Eq` and `Hash`.
    pub(crate) fn is_total(&self, shape: usize) -> bool {
        !self.partial.get(shape).copied().unwrap_or(false)
    }

    /// Where a type is used: ``Input of `GetJob`. Part of [`Job`].``
    pub(crate) fn use_of(&self, shape: usize) -> Words {
        let mut words = Words::new();
        let users = self.users.get(shape).map_or(&[][..], Vec::as_slice);
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

    /// What a value of the member must be, in short sentences.
    pub(crate) fn of_member(&self, member: &Member) -> Words {
        let mut words = Words::new();
        if member.flags.contains(&"IDEMPOTENCY_TOKEN") {
            words.extend(prose::plain(
                "An idempotency token: a random one is sent when it is absent.",
            ));
        } else if member.required {
            words.push("Required.".to_owned());
        }
        let mut sensitive = member.flags.contains(&"SENSITIVE");
        if let Some(shape) = self.service.shapes.get(member.target) {
            words.extend(of_value(shape));
            sensitive |= shape.sensitive;
            let names = match shape.kind {
                Kind::List => &["Elements:"][..],
                Kind::Map => &["Keys:", "Values:"][..],
                _ => &[][..],
            };
            for (name, part) in names.iter().zip(&shape.members) {
                let Some(part) = self.service.shapes.get(part.target) else {
                    continue;
                };
                sensitive |= part.sensitive;
                let facts = of_value(part);
                if !facts.is_empty() {
                    words.push((*name).to_owned());
                    words.extend(facts);
                }
            }
        }
        words.extend(pattern(&member.traits));
        if sensitive {
            words.push("Sensitive: `Debug` hides it.".to_owned());
        }
        words
    }
}

/// The constraints on a shape's values.
fn of_value(shape: &Shape) -> Words {
    bounds(shape)
        .into_iter()
        .chain(pattern(&shape.traits))
        .collect()
}

fn pattern(traits: &[Trait]) -> Words {
    let pattern = traits.iter().find_map(|found| match found {
        Trait::Pattern(pattern) => Some(prose::code(pattern)),
        _ => None,
    });
    pattern
        .filter(|pattern| !pattern.is_empty())
        .map_or_else(Words::new, |pattern| {
            vec!["Pattern".to_owned(), format!("{pattern}.")]
        })
}

/// A sentence on the least and the greatest length, number of parts or value.
fn bounds(shape: &Shape) -> Option<String> {
    let (one, many) = match shape.kind {
        Kind::String => (" character", " characters"),
        Kind::Blob => (" byte", " bytes"),
        Kind::List => (" element", " elements"),
        Kind::Map => (" entry", " entries"),
        _ => ("", ""),
    };
    // Nothing has fewer than no parts.
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

fn users(service: &Service) -> Vec<Vec<User>> {
    let mut users = vec![Vec::new(); service.shapes.len()];
    let mut add = |role: &'static str, target: usize, name: String| {
        let user = (role, name);
        if let Some(users) = users.get_mut(target).filter(|users| !users.contains(&user)) {
            users.push(user);
        }
    };
    for (role, targets) in ROLES {
        for operation in &service.operations {
            for target in targets(operation) {
                add(role, target, prose::code(&operation.name));
            }
        }
    }
    for (at, shape) in service.shapes.iter().enumerate() {
        if !shape.typed || !shape.has_members() {
            continue;
        }
        let name = &shape.rust;
        for member in &shape.members {
            let target = innermost(service, member.target);
            // A structure is in scope where others are documented.
            let link = match service.shapes.get(target).map(|shape| shape.kind) {
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
fn innermost(service: &Service, target: usize) -> usize {
    match service.shapes.get(target) {
        Some(shape) if matches!(shape.kind, Kind::List | Kind::Map) => shape
            .members
            .last()
            .map_or(target, |part| innermost(service, part.target)),
        _ => target,
    }
}

fn partial(service: &Service) -> Vec<bool> {
    let is_partial =
        |shape: &Shape| matches!(shape.kind, Kind::Float | Kind::Double | Kind::Document);
    let mut partial: Vec<bool> = service.shapes.iter().map(is_partial).collect();
    loop {
        let holds_partial = |(shape, known): (&Shape, &bool)| {
            let mut targets = shape.members.iter().map(|member| member.target);
            *known || targets.any(|target| partial.get(target).copied().unwrap_or(false))
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
