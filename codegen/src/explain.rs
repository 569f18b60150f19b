//! From JSON to Rust: what was decided about an operation or a shape, and why.

use crate::diagnostics::{Diagnostic, Error, nearest};
use crate::emit::facts::Facts;
use crate::rust::{Member, Operation, Service, Shape};
use crate::words;
use crate::{Generator, emit, write};
use opsmith_schema::Arena;
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
        let mut operations = service.operations.iter();
        let operation = operations.find(|operation| operation.name == name);
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
        let texts = self.texts()?.into_iter();
        let model = texts.filter_map(|(file, text)| Some((file, places(&text, name)?)));
        Ok(Explanation {
            model: model.collect(),
            decisions,
            code,
        })
    }
}

/// The shapes of a model's file that are about a name, as JSON; `None` when there are none.
fn places(text: &str, name: &str) -> Option<String> {
    // An `apply` to a member is about the shape, and so is the shape of a member.
    let of_shape = |local: &str| local.split('$').next().map(str::to_owned);
    let about = of_shape(name);
    let json: Value = serde_json::from_str(text).unwrap_or_default();
    let shapes = json.get("shapes")?.as_object()?.iter();
    let found = shapes.filter(|(id, _)| {
        id.split_once('#')
            .is_some_and(|(_, local)| of_shape(local) == about)
    });
    let found: serde_json::Map<_, _> = found
        .map(|(id, shape)| (id.clone(), shape.clone()))
        .collect();
    let text = serde_json::to_string_pretty(&found).unwrap_or_default();
    (!found.is_empty()).then_some(text)
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

/// Subjects with what was decided about each.
#[derive(Default)]
struct Decisions(Vec<(String, String)>);

impl Decisions {
    fn add(&mut self, subject: impl Into<String>, decision: impl Into<String>) {
        self.0.push((subject.into(), decision.into()));
    }
}

fn operation_decisions(service: &Service<'_>, operation: &Operation<'_>) -> Vec<(String, String)> {
    let mut found = Decisions::default();
    let command = format!("{} {}", service.command, operation.command.name);
    let wire = match operation.http() {
        Some(http) => format!("{} {}", http.method, http.uri),
        None => {
            let prefix = service.target_prefix;
            format!("POST /, x-amz-target: {prefix}.{}", operation.name)
        }
    };
    found.add("method", operation.method.to_string());
    found.add("command", command);
    found.add("on the wire", wire);
    found.add("takes", shape_name(service, operation.input));
    found.add("answers", shape_name(service, operation.output));
    let errors = operation.errors.iter();
    let errors: Vec<_> = errors
        .map(|error| shape_name(service, Some(*error)))
        .collect();
    if !errors.is_empty() {
        found.add("fails with", errors.join(", "));
    }
    options(&mut found, service, operation);
    let traits = operation.traits.iter().flat_map(words::of_trait);
    found.0.extend(traits);
    for (word, method) in operation.command.waiters.iter().zip(&operation.waiters) {
        found.add(format!("wait {word}"), method.to_string());
    }
    found.0
}

/// The options of an operation's command, and what each sets.
fn options(found: &mut Decisions, service: &Service<'_>, operation: &Operation<'_>) {
    let input = operation.input.and_then(|index| service.at(index));
    let members = input.map_or(&[][..], |shape| &shape.members);
    for (member, option) in members.iter().zip(operation.command.options) {
        let is_required = member.is(Flags::REQUIRED);
        let required = if is_required { ", required" } else { "" };
        let sets = format!("the member {}{required}", member.name);
        found.add(format!("--{option}"), sets);
    }
    for change in operation.command.changes {
        if let Change::Hoist(Hoist { option, path, .. }) = change {
            let sets = format!("sets {}, as the AWS CLI has it", path.join("."));
            found.add(format!("--{option}"), sets);
        }
    }
}

fn shape_decisions(
    service: &Service<'_>,
    at: ShapeIndex,
    shape: &Shape<'_>,
) -> Vec<(String, String)> {
    let mut found = Decisions::default();
    found.add("kind", format!("{:?}", shape.kind).to_lowercase());
    found.add("Rust type", rust_type(service, at, shape));
    found.add("used by", users(service, at).join(", "));
    if shape.min.is_some() || shape.max.is_some() {
        let [min, max] = [shape.min, shape.max]
            .map(|bound| bound.map_or_else(String::new, |bound| bound.to_string()));
        found.add("checked", format!("{min} to {max}, by length or range"));
    }
    let traits = shape.traits.iter().flat_map(words::of_trait);
    found.0.extend(traits);
    if let Some(message) = shape.deprecated {
        found.add("deprecated", message);
    }
    for label in flags(shape.flags) {
        found.add(label, "yes");
    }
    for value in &shape.values {
        let variant = format!("the variant {}", value.rust);
        found.add(format!("value {}", value.value), variant);
    }
    if shape.has_members() {
        for member in &shape.members {
            let decision = member_decision(service, member);
            found.add(format!("member {}", member.name), decision);
        }
    }
    found.0
}

/// The type of a shape, or why it has none.
fn rust_type(service: &Service<'_>, at: ShapeIndex, shape: &Shape<'_>) -> String {
    let may_have_type = matches!(shape.kind, Kind::Structure | Kind::Union | Kind::Enum);
    match (shape.typed, may_have_type) {
        (true, true) => shape.rust.to_string(),
        (_, false) => format!(
            "{}: a shape of this kind has no type of its own",
            crate::rust::type_of(service, at)
        ),
        (false, true) => "none: it is an error without members, told by its code".to_owned(),
    }
}

/// The names of the operations and shapes that refer to a shape.
fn users<'s>(service: &'s Service<'_>, at: ShapeIndex) -> Vec<&'s str> {
    let operations = service.operations.iter().filter(|operation| {
        let ends = operation.input.iter().chain(&operation.output);
        ends.chain(operation.errors).any(|index| *index == at)
    });
    let shapes = service.shapes.iter();
    let shapes = shapes.filter(|shape| shape.members.iter().any(|member| member.target == at));
    let operations = operations.map(|operation| operation.name);
    operations.chain(shapes.map(|shape| shape.name)).collect()
}

fn member_decision(service: &Service<'_>, member: &Member<'_>) -> String {
    let inner = crate::rust::member_type(service, member);
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
