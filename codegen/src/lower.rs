//! Lowering: from the AST to the [`ir`](crate::ir). The one step that can fail, and it reports
//! everything at once.
//!
//! The passes, in order: find the service; choose its protocol; collect the operations that were
//! asked for and the shapes that they need; decide which members need a box; name everything; lower
//! shapes, operations, documentation and endpoint rules.

mod closure;
mod commands;
mod cycles;
pub(crate) mod docs;
pub(crate) mod endpoints;
mod names;
mod pages;
mod shapes;
mod traits;
mod waiters;

use crate::ast::{Model, Shape};
use crate::diagnostics::{Error, Report, nearest};
use crate::exceptions::Exceptions;
use crate::ir;
use std::collections::BTreeMap;

#[cfg(test)]
pub(crate) use names::kebab;
pub(crate) use names::{accessors, ident, variants};

/// What lowering reads.
pub(crate) struct Input<'a> {
    pub(crate) model: &'a Model,
    pub(crate) exceptions: &'a Exceptions,
    /// The first file of the model, for problems that no shape has.
    pub(crate) file: &'a str,
    /// Names of the operations that were asked for; all when empty.
    pub(crate) operations: &'a [String],
}

/// Lowers the service of the model.
///
/// # Errors
///
/// All problems with the model, sorted by place.
pub(crate) fn lower(input: &Input<'_>, mut report: Report) -> Result<ir::Service, Error> {
    let Some((id, service)) = find_service(input, &mut report) else {
        return report.finish(()).and(Err(none()));
    };
    traits::check(
        &service.traits,
        &traits::Place {
            file: &service.file,
            id,
        },
        &mut report,
    );
    let protocol = protocol(id, service, &mut report);
    let (operations, omitted) = closure::operations(input, id, service, &mut report);
    let closure = closure::Closure::of(input, &operations, service, &mut report);
    let mut shapes = shapes::lower(input, &closure, &mut report);
    let facts = traits::service(&service.traits);
    error_codes(&facts, &mut shapes);
    for (id, shape) in &operations {
        traits::check(
            &shape.traits,
            &traits::Place {
                file: &shape.file,
                id,
            },
            &mut report,
        );
    }
    let methods = methods(input.model);
    let words = commands::Words::of(input.model, input.exceptions, service, &mut report);
    let operations = operations.iter().map(|(id, shape)| {
        let command = words.command(id, shape, &mut report);
        let waiters = waiters::waiters(
            &shape.traits,
            |waiter| methods.waiter(closure::local(id), waiter),
            |which, problem| {
                report.add_trait(
                    &shape.file,
                    id,
                    which,
                    problem,
                    "mend the waiter, or leave it out",
                )
            },
        );
        let mut operation = operation(input, id, shape, service, &closure, &methods, command);
        operation.traits.extend(waiters);
        operation
    });
    let mut operations: Vec<ir::Operation> = operations.collect();
    operations.sort_by(|a, b| a.name.cmp(&b.name));
    let rules = service.traits.get(traits::ENDPOINT_RULES);
    let endpoint = endpoints::lower(rules, &mut |problem, help| {
        report.add_trait(&service.file, id, traits::ENDPOINT_RULES, problem, help);
    });
    let ids = input
        .model
        .shapes
        .iter()
        .flat_map(|(id, shape)| closure::local_ids(id, shape))
        .collect::<Vec<_>>();
    input
        .exceptions
        .check(ids.iter().map(String::as_str), &mut report);
    let (protocols, protocol) = protocol;
    let source = input.model.source.as_ref();
    let service = ir::Service {
        id: id.to_owned(),
        sdk_id: traits::field(&service.traits, traits::SERVICE, "sdkId"),
        title: docs::visible(&traits::text(&service.traits, traits::TITLE)).replace('\n', " "),
        version: service.version.clone().unwrap_or_default(),
        source: source.map_or_else(String::new, |source| {
            format!("{} {}", source.source, source.date)
                .trim()
                .to_owned()
        }),
        command: words.service(id, service, &mut report),
        signing_name: traits::field(&service.traits, traits::SIGV4, "name"),
        target_prefix: target_prefix(id, service),
        protocols,
        protocol,
        missing: words.missing(),
        operations,
        omitted,
        shapes,
        docs: docs::docs(&service.traits),
        endpoint,
        traits: facts,
    };
    report.finish(service)
}

/// Keeps the codes that errors had over AWS Query where the service uses them: where it answers
/// with them and they are not the shapes' names.
fn error_codes(facts: &[ir::ServiceTrait], shapes: &mut [ir::Shape]) {
    let used = facts
        .iter()
        .any(|fact| matches!(fact, ir::ServiceTrait::QueryCompatible));
    for shape in shapes {
        let name = &shape.name;
        shape
            .traits
            .retain(|found| !matches!(found, ir::Trait::ErrorCode(code) if !used || code == name));
    }
}

/// For a model that has been reported on already.
fn none() -> Error {
    Error::Model(Vec::new())
}

fn find_service<'a>(input: &Input<'a>, report: &mut Report) -> Option<(&'a str, &'a Shape)> {
    let mut services = input
        .model
        .shapes
        .iter()
        .filter(|(_, shape)| shape.kind == "service");
    match (services.next(), services.next()) {
        (Some((id, shape)), None) => Some((id, shape)),
        (Some((first, _)), Some((second, _))) => {
            let problem = format!("the model has several services: {first}, {second}");
            report.add(
                input.file,
                "",
                problem,
                "give the files of one service at a time",
            );
            None
        }
        (None, _) => {
            if report.diagnostics.is_empty() {
                report.add(
                    input.file,
                    "",
                    "the model has no service",
                    "give the file that has the service shape",
                );
            }
            None
        }
    }
}

/// All protocols, and the one to speak.
fn protocol(id: &str, service: &Shape, report: &mut Report) -> (Vec<&'static str>, &'static str) {
    let (offered, spoken) = traits::protocols(&service.traits);
    let spoken = spoken.unwrap_or_else(|named| {
        let (which, problem) = match named.as_slice() {
            [] => ("", "the service names no protocol".to_owned()),
            [first, ..] => (
                *first,
                format!(
                    "the service offers only {}, which is not supported",
                    named.join(", ")
                ),
            ),
        };
        let help = "services that offer aws.protocols#awsJson1_0 or aws.protocols#awsJson1_1 are";
        report.add_trait(&service.file, id, which, problem, help);
        ""
    });
    (offered, spoken)
}

/// What stands before the operation in `x-amz-target`: the service's name, unless an importer
/// recorded another.
fn target_prefix(id: &str, service: &Shape) -> String {
    match traits::text(&service.traits, traits::TARGET_PREFIX) {
        none if none.is_empty() => closure::local(id).to_owned(),
        recorded => recorded,
    }
}

/// A name in small letters and digits, with dashes for all else.
pub(crate) fn dashed(name: &str) -> String {
    let words = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// The methods of all operations and waiters of the model.
fn methods(model: &Model) -> names::Methods {
    let all = || {
        model
            .shapes
            .iter()
            .filter(|(_, shape)| shape.kind == "operation")
    };
    let operations = all().map(|(id, _)| closure::local(id));
    let waiters = all().flat_map(|(id, shape)| {
        waiters::names(&shape.traits).map(|name| (closure::local(id), name))
    });
    names::Methods::new(operations, waiters)
}

fn operation(
    input: &Input<'_>,
    id: &str,
    shape: &Shape,
    service: &Shape,
    closure: &closure::Closure<'_>,
    methods: &names::Methods,
    command: commands::Command,
) -> ir::Operation {
    let name = closure::local(id);
    let index = |reference: &Option<crate::ast::Reference>| {
        let target = reference
            .as_ref()
            .map(|reference| reference.target.as_str())?;
        closure.index(target).filter(|_| target != closure::UNIT)
    };
    let traits = traits::operation(&shape.traits).into_iter();
    let pages = pages::pages(input.model, shape, service);
    ir::Operation {
        name: name.to_owned(),
        method: methods.operation(name),
        command: command.name,
        input: index(&shape.input),
        output: index(&shape.output),
        errors: shape
            .errors
            .iter()
            .filter_map(|error| closure.index(&error.target))
            .collect(),
        traits: traits.chain(pages).collect(),
        docs: docs::docs(&shape.traits),
        options: command.options,
        changes: command.changes,
    }
}

/// Looks names up among those of a model, for what a user named.
fn missing_name(name: &str, names: &BTreeMap<String, &str>) -> String {
    nearest(name, names.keys().map(String::as_str))
}
