//! From JSON to Rust: what was decided about an operation or a shape, and why.

use crate::arena::Arena;
use crate::diagnostics::{Diagnostic, Error, nearest};
use crate::emit::facts::Facts;
use crate::rust::{Member, Operation, Service, Shape};
use crate::words;
use crate::{Generator, emit, write};
use opsmith_schema::commands::{Change, Hoist};
use opsmith_schema::{Flags, Kind, ShapeIndex, TraitKind};
use serde_json::Value;

/// What was generated for an operation or a shape, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// The places in the model: each file, with the JSON found there.
    pub model: Vec<(String, String)>,
    /// The decisions: the subject (`method`, or a member's name), and the decision with its reason.
    pub decisions: Vec<(String, String)>,
    /// The generated code; empty when there is no separate item.
    pub code: String,
}

impl Generator {
    /// Explains an operation (`GetPipeline`) or a shape (`PipelineDeclaration`).
    ///
    /// # Errors
    ///
    /// As [`render`](Generator::render), and a name that the service does not have, or that the
    /// operations that were asked for don't need.
    pub fn explain(&self, name: &str) -> Result<Explanation, Error> {
        let loaded = self.load()?;
        let arena = Arena::new();
        let service = loaded.lower(self.named()?, &arena)?;
        let operation = service
            .operations
            .iter()
            .find(|operation| operation.name == name);
        let mut shapes = service.indexed();
        let shape = shapes.find(|(_, shape)| shape.name == name);
        let (decisions, code) = match (operation, shape) {
            (Some(found), _) => (
                operation_decisions(&service, found),
                write::items(emit::client::alone(&service, found))?,
            ),
            (None, Some((at, found))) => (
                shape_decisions(&service, at, found),
                emit::types::item(&Facts::new(&service), at, found),
            ),
            (None, None) => return Err(unknown(&service, &self.model_name(), name)),
        };
        // An `apply` to a member is about the shape, and so is the shape of a member.
        let about = name.split('$').next();
        let id = |id: &&str| {
            id.split_once('#')
                .is_some_and(|(_, local)| local.split('$').next() == about)
        };
        let mut model = Vec::new();
        for (file, text) in self.texts()? {
            let json: Value = serde_json::from_str(&text).unwrap_or_default();
            let shapes = json.get("shapes").and_then(Value::as_object);
            let found = shapes
                .into_iter()
                .flatten()
                .filter(|(key, _)| id(&key.as_str()));
            let found: serde_json::Map<_, _> = found
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect();
            if !found.is_empty() {
                model.push((
                    file,
                    serde_json::to_string_pretty(&found).unwrap_or_default(),
                ));
            }
        }
        Ok(Explanation {
            model,
            decisions,
            code,
        })
    }
}

fn unknown(service: &Service<'_>, file: &str, name: &str) -> Error {
    let is_it = |omitted: &&Diagnostic| {
        omitted
            .shape
            .split_once('#')
            .is_some_and(|(_, local)| local == name)
    };
    if let Some(omitted) = service.omitted.iter().find(is_it) {
        return Error::Model(vec![omitted.clone()]);
    }
    let operations = service.operations.iter().map(|operation| operation.name);
    let names = operations.chain(service.shapes.iter().map(|shape| shape.name));
    Error::Model(vec![Diagnostic {
        file: file.to_owned(),
        shape: service.id.to_owned(),
        r#trait: String::new(),
        problem: format!("there is no operation and no shape {name:?}"),
        help: nearest(name, names),
    }])
}

fn shape_name<'a>(service: &Service<'a>, index: Option<ShapeIndex>) -> &'a str {
    index
        .and_then(|index| service.at(index))
        .map_or("nothing", |shape| shape.name)
}

fn operation_decisions(service: &Service<'_>, operation: &Operation<'_>) -> Vec<(String, String)> {
    let mut found = vec![
        ("method".to_owned(), operation.method.to_string()),
        (
            "command".to_owned(),
            format!("{} {}", service.command, operation.command.name),
        ),
        (
            "on the wire".to_owned(),
            format!(
                "POST /, x-amz-target: {}.{}",
                service.target_prefix, operation.name
            ),
        ),
        (
            "takes".to_owned(),
            shape_name(service, operation.input).to_owned(),
        ),
        (
            "answers".to_owned(),
            shape_name(service, operation.output).to_owned(),
        ),
    ];
    let errors: Vec<_> = operation
        .errors
        .iter()
        .map(|error| shape_name(service, Some(*error)))
        .collect();
    if !errors.is_empty() {
        found.push(("fails with".to_owned(), errors.join(", ")));
    }
    let members = operation.input.and_then(|index| service.at(index));
    let members = members.map_or(&[][..], |shape| &shape.members);
    for (member, option) in members.iter().zip(operation.command.options) {
        let required = if member.is(Flags::REQUIRED) {
            ", required"
        } else {
            ""
        };
        found.push((
            format!("--{option}"),
            format!("the member {}{required}", member.name),
        ));
    }
    for change in operation.command.changes {
        if let Change::Hoist(Hoist { option, path, .. }) = change {
            found.push((
                format!("--{option}"),
                format!("sets {}, as the AWS CLI has it", path.join(".")),
            ));
        }
    }
    found.extend(operation.traits.iter().flat_map(words::of_trait));
    let waiters = operation.command.waiters.iter().zip(&operation.waiters);
    found.extend(waiters.map(|(word, method)| (format!("wait {word}"), method.to_string())));
    found
}

fn shape_decisions(
    service: &Service<'_>,
    at: ShapeIndex,
    shape: &Shape<'_>,
) -> Vec<(String, String)> {
    let mut found = vec![(
        "kind".to_owned(),
        format!("{:?}", shape.kind).to_lowercase(),
    )];
    let of_its_own = matches!(shape.kind, Kind::Structure | Kind::Union | Kind::Enum);
    let why = match (shape.typed, of_its_own) {
        (true, true) => shape.rust.to_string(),
        (_, false) => format!(
            "{}: a shape of this kind has no type of its own",
            emit::types::type_of(service, at)
        ),
        (false, true) => "none: it is an error without members, told by its code".to_owned(),
    };
    found.push(("Rust type".to_owned(), why));
    let is_it = |index| index == at;
    let users = service
        .shapes
        .iter()
        .filter(|user| user.members.iter().any(|member| is_it(member.target)));
    let direct = service.operations.iter().filter(|operation| {
        let ends = operation
            .input
            .into_iter()
            .chain(operation.output)
            .chain(operation.errors.iter().copied());
        ends.into_iter().any(is_it)
    });
    let users = direct
        .map(|operation| operation.name)
        .chain(users.map(|user| user.name));
    let users = users.collect::<Vec<_>>().join(", ");
    found.push(("used by".to_owned(), users));
    let bound = |bound: Option<f64>| bound.map_or_else(String::new, |bound| bound.to_string());
    if shape.min.is_some() || shape.max.is_some() {
        found.push((
            "checked".to_owned(),
            format!(
                "{} to {}, by length or range",
                bound(shape.min),
                bound(shape.max)
            ),
        ));
    }
    found.extend(shape.traits.iter().flat_map(words::of_trait));
    if let Some(message) = shape.deprecated {
        found.push(("deprecated".to_owned(), message.to_owned()));
    }
    let flags = flags(shape.flags);
    found.extend(flags.map(|label| (label.to_owned(), "yes".to_owned())));
    found.extend(shape.values.iter().map(|value| {
        (
            format!("value {}", value.value),
            format!("the variant {}", value.rust),
        )
    }));
    if shape.has_members() {
        found.extend(shape.members.iter().map(|member| {
            (
                format!("member {}", member.name),
                member_decision(service, member),
            )
        }));
    }
    found
}

fn member_decision(service: &Service<'_>, member: &Member<'_>) -> String {
    let inner = emit::types::member_type(service, member);
    let mut text = match (member.plain, member.is(Flags::REQUIRED)) {
        (true, _) => format!(
            "{}: {inner}, an argument of `new` since it is required",
            member.rust
        ),
        (false, true) => format!(
            "{}: Option<{inner}>, checked to be there since it is required; an exception, or the kind of its shape, keeps it an option",
            member.rust
        ),
        (false, false) => format!(
            "{}: Option<{inner}>, a setter since it may be absent",
            member.rust
        ),
    };
    if service
        .at(member.target)
        .is_some_and(|target| target.name.contains('$'))
    {
        text.push_str("; checked by constraints of its own");
    }
    if let Some(message) = member.deprecated {
        text.push_str("; deprecated: ");
        text.push_str(message);
    }
    if member.boxed {
        text.push_str("; in a box since it contains its own structure");
    }
    for label in flags(member.flags.difference(Flags::REQUIRED)) {
        text.push_str("; ");
        text.push_str(label);
    }
    for (label, value) in member.traits.iter().flat_map(words::of_trait) {
        text.push_str(&format!("; {label}: {value}"));
    }
    text
}

/// The labels of flags that are traits.
fn flags(flags: Flags) -> impl Iterator<Item = &'static str> {
    let entries = TraitKind::ALL.iter().map(|kind| kind.entry());
    let set = entries.filter(move |entry| entry.flag.is_some_and(|flag| flags.contains(flag)));
    set.map(|entry| entry.label)
}
