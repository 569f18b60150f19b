//! From JSON to Rust: what was decided of an operation or a shape, and why.

use crate::diagnostics::{Diagnostic, Error, nearest};
use crate::emit::facts::Facts;
use crate::ir::{
    Auth, Change, Delay, Hoist, Kind, Member, Operation, OperationTrait, Service, Shape, Trait,
};
use crate::{Generator, emit, write};
use serde_json::Value;

/// What became of an operation or a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// Where the model speaks of it: each file, and what stands there, as JSON.
    pub model: Vec<(String, String)>,
    /// What was decided: what it is about (`method`, or a member's name), and the decision with its
    /// reason.
    pub decisions: Vec<(String, String)>,
    /// The code that was made of it; empty when there is none of its own.
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
        let service = loaded.lower(self.named()?)?;
        let operation = service
            .operations
            .iter()
            .find(|operation| operation.name == name);
        let mut shapes = service.shapes.iter().enumerate();
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
        // An `apply` to a member speaks of the shape, and so does the shape of a member.
        let about = name.split('$').next();
        let id = |id: &&str| {
            id.split_once('#')
                .is_some_and(|(_, local)| local.split('$').next() == about)
        };
        let mut model = Vec::new();
        for (file, text) in &loaded.files {
            let json: Value = serde_json::from_str(text).unwrap_or_default();
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
                    file.clone(),
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

fn unknown(service: &Service, file: &str, name: &str) -> Error {
    let is_it = |omitted: &&Diagnostic| {
        omitted
            .shape
            .split_once('#')
            .is_some_and(|(_, local)| local == name)
    };
    if let Some(omitted) = service.omitted.iter().find(is_it) {
        return Error::Model(vec![omitted.clone()]);
    }
    let operations = service
        .operations
        .iter()
        .map(|operation| operation.name.as_str());
    let names = operations.chain(service.shapes.iter().map(|shape| shape.name.as_str()));
    Error::Model(vec![Diagnostic {
        file: file.to_owned(),
        shape: service.id.clone(),
        r#trait: String::new(),
        problem: format!("there is no operation and no shape {name:?}"),
        help: nearest(name, names),
    }])
}

fn shape_name(service: &Service, index: Option<usize>) -> String {
    index
        .and_then(|index| service.shapes.get(index))
        .map_or_else(|| "nothing".to_owned(), |shape| shape.name.clone())
}

fn operation_decisions(service: &Service, operation: &Operation) -> Vec<(String, String)> {
    let mut found = vec![
        ("method".to_owned(), operation.method.to_string()),
        (
            "command".to_owned(),
            format!("{} {}", service.command, operation.command),
        ),
        (
            "on the wire".to_owned(),
            format!(
                "POST /, x-amz-target: {}.{}",
                service.target_prefix, operation.name
            ),
        ),
        ("takes".to_owned(), shape_name(service, operation.input)),
        ("answers".to_owned(), shape_name(service, operation.output)),
    ];
    let errors: Vec<_> = operation
        .errors
        .iter()
        .map(|error| shape_name(service, Some(*error)))
        .collect();
    if !errors.is_empty() {
        found.push(("fails with".to_owned(), errors.join(", ")));
    }
    let members = operation
        .input
        .and_then(|index| service.shapes.get(index))
        .map_or(&[][..], |shape| &shape.members);
    for (member, option) in members.iter().zip(&operation.options) {
        let required = if member.required { ", required" } else { "" };
        found.push((
            format!("--{option}"),
            format!("the member {}{required}", member.name),
        ));
    }
    for change in &operation.changes {
        if let Change::Hoist(Hoist { option, path, .. }) = change {
            found.push((
                format!("--{option}"),
                format!("sets {}, as the AWS CLI has it", path.join(".")),
            ));
        }
    }
    for known in &operation.traits {
        found.push(match known {
            OperationTrait::Paginated(pages) => {
                let [inputs, outputs, items] =
                    [&pages.input_tokens, &pages.output_tokens, &pages.items].map(|names| names.join(", "));
                let text = format!("{outputs} of an answer goes to {inputs} of the next request; items are in {items}");
                ("pages".to_owned(), text)
            }
            OperationTrait::Unpaged(reason) => ("pages".to_owned(), format!("one only: {reason}")),
            OperationTrait::Waiter(waiter) => {
                let most =
                    if waiter.attempts == 0 { String::new() } else { format!(", {} calls at most", waiter.attempts) };
                let delay = match waiter.delay {
                    Delay::Fixed(delay) => delay.to_string(),
                    Delay::Backoff(least, most) => format!("{least} to {most}"),
                };
                let text = format!("wait {}, {}: every {delay} s{most}", waiter.command, waiter.method);
                (format!("waiter {}", waiter.name), text)
            }
            OperationTrait::HostPrefix(prefix) => ("host prefix".to_owned(), prefix.clone()),
            OperationTrait::Unsigned => {
                ("signature".to_owned(), "none: smithy.api#optionalAuth, or no auth".to_owned())
            }
            OperationTrait::Auth(schemes) => {
                let names = schemes.iter().map(|scheme| match scheme {
                    Auth::SigV4 => "SigV4",
                    Auth::Other(id) => id,
                });
                ("authentication".to_owned(), names.collect::<Vec<_>>().join(", "))
            }
            OperationTrait::Deprecated(message) => ("deprecated".to_owned(), message.clone()),
            OperationTrait::EndpointParameter(name, value) => (format!("endpoint rules, {name}"), format!("{value:?}")),
            OperationTrait::EndpointPath(name, _) => (format!("endpoint rules, {name}"), "from the input".to_owned()),
            OperationTrait::DiscoveredEndpoint(required) => {
                let when = if *required { "always" } else { "where it is switched on" };
                ("endpoint discovery".to_owned(), when.to_owned())
            }
        });
    }
    found
}

fn shape_decisions(service: &Service, at: usize, shape: &Shape) -> Vec<(String, String)> {
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
        (false, true) => "none: only errors hold it, and errors are told by their code".to_owned(),
    };
    found.push(("Rust type".to_owned(), why));
    let is_it = |index: usize| index == at;
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
        .map(|operation| operation.name.as_str())
        .chain(users.map(|user| user.name.as_str()));
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
    for known in &shape.traits {
        match known {
            Trait::Pattern(pattern) => {
                found.push(("checked".to_owned(), format!("the pattern {pattern}")))
            }
            Trait::Error {
                server, retryable, ..
            } => {
                let whose = if *server {
                    "the service's fault"
                } else {
                    "the caller's fault"
                };
                let again = if *retryable {
                    ", tried again"
                } else {
                    ", not tried again"
                };
                found.push(("error".to_owned(), format!("{whose}{again}")));
            }
            _ => {}
        }
    }
    if let Some(message) = &shape.deprecated {
        found.push(("deprecated".to_owned(), message.clone()));
    }
    if shape.sensitive {
        found.push(("sensitive".to_owned(), "never printed".to_owned()));
    }
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

fn member_decision(service: &Service, member: &Member) -> String {
    let inner = emit::types::member_type(service, member);
    let mut text = match (member.plain, member.required) {
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
        .shapes
        .get(member.target)
        .is_some_and(|target| target.name.contains('$'))
    {
        text.push_str("; checked by constraints of its own");
    }
    if let Some(message) = &member.deprecated {
        text.push_str("; deprecated: ");
        text.push_str(message);
    }
    if member.boxed {
        text.push_str("; in a box since it contains its own structure");
    }
    if !member.flags.is_empty() {
        text.push_str(&format!(
            "; {}",
            member.flags.join(", ").to_lowercase().replace('_', " ")
        ));
    }
    text
}
