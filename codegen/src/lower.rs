//! Lowering: from the AST to the schema and its [Rust overlay](crate::rust). The one step that can
//! fail, and it reports everything at once.
//!
//! The passes, in order: find the service; choose its protocol and lower its endpoint rules; collect
//! the operations that were asked for and the shapes that they need; name the shapes and decide which
//! members need a box; lower shapes, operations and documentation.

mod checksums;
mod closure;
mod commands;
mod cycles;
pub(crate) mod docs;
pub(crate) mod endpoints;
mod events;
mod forms;
mod names;
mod pages;
mod paths;
mod shapes;
mod traits;
mod type_names;
mod waiters;

use crate::ast::{Model, Shape};
use crate::diagnostics::{Error, Report};
use crate::exceptions::Exceptions;
use crate::rust;
use opsmith_schema::Arena;
use opsmith_schema::commands::{Command, Commands};
use opsmith_schema::{self as schema, Protocol, Sites, Trait, TraitKind};
use std::collections::BTreeMap;

#[cfg(any(test, feature = "catalog"))]
pub(crate) use names::kebab;
#[cfg(feature = "emit")]
pub(crate) use names::{accessors, variants};

/// What lowering reads, and where it puts what it makes.
pub(crate) struct Input<'m, 'a> {
    pub(crate) model: &'m Model,
    pub(crate) exceptions: &'m Exceptions,
    /// The first file of the model, for problems that no shape has.
    pub(crate) file: &'m str,
    /// Names of the requested operations; all when empty.
    pub(crate) operations: &'m [String],
    /// Owns the schema.
    pub(crate) arena: &'a Arena,
}

/// Lowers the service of the model.
///
/// # Errors
///
/// All problems with the model, sorted by place.
pub(crate) fn lower<'a>(
    input: &Input<'_, 'a>,
    mut report: Report,
) -> Result<rust::Service<'a>, Error> {
    let Some((id, service)) = find_service(input, &mut report) else {
        return report.finish(()).and(Err(none()));
    };
    let arena = input.arena;
    let words = commands::Words::of(input.model, input.exceptions, service, &mut report);
    let facts = facts(input, id, service, &words, &mut report);
    let protocol = facts.protocol;
    let (named, omitted) = closure::operations(input, id, service, protocol, &mut report);
    let closure = closure::Closure::of(input, &named, service, &mut report);
    let wire = shapes::Wire {
        protocol,
        has_query_errors: protocol == Protocol::AwsQuery
            || facts.traits.contains(&Trait::AwsQueryCompatible),
    };
    let shapes = shapes::lower(input, &closure, wire, &mut report);
    let lowering = Operations {
        input,
        service,
        closure: &closure,
        protocol,
        methods: methods(input.model),
        words: &words,
    };
    let mut operations: Vec<_> = named
        .iter()
        .map(|(id, shape)| lowering.operation(id, shape, &mut report))
        .collect();
    operations.sort_unstable_by_key(|operation| operation.schema.name);
    check_exceptions(input, &mut report);
    let schema = schema::Service {
        operations: arena.list(operations.iter().map(|operation| operation.schema)),
        shapes: arena.list(shapes.iter().map(|shape| shape.schema)),
        ..facts
    };
    let docs = docs::docs(&service.traits, arena);
    let commands = arena.item(Commands {
        service: arena.item(schema),
        commands: arena.list(operations.iter().map(|operation| operation.command)),
        missing: words.missing(arena),
        omitted: arena.list(omitted.iter().map(|found| {
            let word = words.operation(closure::local(&found.shape));
            (arena.text(&word), arena.text(&found.problem))
        })),
        shapes: words.shapes(arena),
        docs: arena.list(docs_by_id(schema.name(), docs, &operations, &shapes, arena)),
    });
    report.finish(rust::Service {
        commands,
        operations,
        shapes,
        omitted,
        docs,
    })
}

/// What the service's own shape says: the schema without operations and shapes.
fn facts<'a>(
    input: &Input<'_, 'a>,
    id: &str,
    service: &Shape,
    words: &commands::Words<'_>,
    report: &mut Report,
) -> schema::Service<'a> {
    let arena = input.arena;
    let stated = &service.traits;
    let place = traits::Place {
        file: &service.file,
        id,
    };
    traits::check(stated, Sites::SERVICE, &place, report);
    let protocols = protocols(id, service, report);
    let protocol = protocols.first().copied().unwrap_or(Protocol::AwsJson1_1);
    let rules = traits::value(stated, TraitKind::EndpointRuleSet);
    let endpoint = endpoints::lower(rules, arena, &mut |problem, help| {
        let which = TraitKind::EndpointRuleSet.id();
        report.add_trait(&service.file, id, which, problem, help);
    });
    client_parameters(id, service, &endpoint, report);
    // Calls to an endpoint that the user configures are signed as those to endpoints of the rules.
    let signed_as = traits::is_old(stated)
        .then(|| endpoints::signing_name(endpoint.rules))
        .flatten();
    let title = docs::visible(traits::text(stated, TraitKind::Title));
    schema::Service {
        id: arena.text(id),
        sdk_id: arena.text(traits::part(stated, TraitKind::Service, "sdkId")),
        title: arena.text(&title.replace('\n', " ")),
        version: arena.text(service.version.as_deref().unwrap_or_default()),
        source: arena.text(&source(input.model)),
        command: arena.text(&words.service(id, service, report)),
        signing_name: signed_as.unwrap_or_else(|| arena.text(traits::signing_name(stated))),
        target_prefix: arena.text(target_prefix(id, service)),
        protocols: arena.list(protocols),
        protocol,
        operations: &[],
        shapes: &[],
        endpoint,
        traits: arena.list(traits::service(
            stated,
            protocol,
            signed_as.is_some(),
            arena,
        )),
    }
}

/// Reports parameters that a client is to set and that the endpoint rules don't have.
fn client_parameters(
    id: &str,
    service: &Shape,
    endpoint: &schema::rules::RuleSet<'_>,
    report: &mut Report,
) {
    if !traits::has(&service.traits, TraitKind::EndpointRuleSet) {
        return;
    }
    let stated = traits::value(&service.traits, TraitKind::ClientContextParams);
    let stated = stated.and_then(|stated| stated.as_object());
    let known = || endpoint.parameters.iter().map(|parameter| parameter.0);
    for name in stated.into_iter().flat_map(|stated| stated.keys()) {
        if !known().any(|known| known == name) {
            let which = TraitKind::ClientContextParams.id();
            let problem = format!("the endpoint rules have no parameter {name}");
            let help = crate::diagnostics::nearest(name, known());
            report.add_trait(&service.file, id, which, problem, help);
        }
    }
}

/// The model's source and its date.
fn source(model: &Model) -> String {
    model.source.as_ref().map_or_else(String::new, |source| {
        format!("{} {}", source.source, source.date)
            .trim()
            .to_owned()
    })
}

fn check_exceptions(input: &Input<'_, '_>, report: &mut Report) {
    let shapes = input.model.shapes.iter();
    let ids: Vec<String> = shapes
        .flat_map(|(id, shape)| closure::local_ids(id, shape))
        .collect();
    input
        .exceptions
        .check(ids.iter().map(String::as_str), report);
}

/// All documentation, by shape id without namespace: of the service, operations, shapes and members
/// (`Job$id`).
fn docs_by_id<'a>(
    service: &'a str,
    docs: &'a str,
    operations: &[rust::Operation<'a>],
    shapes: &[rust::Shape<'a>],
    arena: &'a Arena,
) -> BTreeMap<&'a str, &'a str> {
    let operations = operations.iter();
    let operations = operations.map(|operation| (operation.name, operation.docs));
    let members = shapes.iter().flat_map(|shape| {
        let documented = shape
            .members
            .iter()
            .filter(|member| !member.docs.is_empty());
        documented.map(|member| {
            let id = format!("{}${}", shape.name, member.name);
            (arena.text(&id), member.docs)
        })
    });
    [(service, docs)]
        .into_iter()
        .chain(operations)
        .chain(shapes.iter().map(|shape| (shape.name, shape.docs)))
        .chain(members)
        .filter(|(_, docs)| !docs.is_empty())
        .collect()
}

/// For a model that has been reported on already.
fn none() -> Error {
    Error::Model(Vec::new())
}

fn find_service<'m>(input: &Input<'m, '_>, report: &mut Report) -> Option<(&'m str, &'m Shape)> {
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

/// All protocols that the service offers, in the order in which they are preferred.
fn protocols(id: &str, service: &Shape, report: &mut Report) -> Vec<Protocol> {
    traits::protocols(&service.traits).unwrap_or_else(|named| {
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
        let known = Protocol::ALL.iter().map(|protocol| protocol.kind().id());
        let help = format!("add one of {}", known.collect::<Vec<_>>().join(", "));
        report.add_trait(&service.file, id, which, problem, help);
        vec![Protocol::AwsJson1_1]
    })
}

/// The prefix of the operation in `x-amz-target`: the service's name, unless an importer recorded
/// another.
fn target_prefix<'m>(id: &'m str, service: &'m Shape) -> &'m str {
    match traits::text(&service.traits, TraitKind::TargetPrefix) {
        "" => closure::local(id),
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

/// What operations are lowered with.
struct Operations<'m, 'a> {
    input: &'m Input<'m, 'a>,
    service: &'m Shape,
    closure: &'m closure::Closure<'m>,
    protocol: Protocol,
    methods: names::Methods,
    words: &'m commands::Words<'m>,
}

impl<'a> Operations<'_, 'a> {
    fn operation(&self, id: &str, shape: &Shape, report: &mut Report) -> rust::Operation<'a> {
        let arena = self.input.arena;
        let name = closure::local(id);
        let place = traits::Place {
            file: &shape.file,
            id,
        };
        traits::check(&shape.traits, Sites::OPERATION, &place, report);
        checksums::check(self.input.model, &place, shape, self.protocol, report);
        let index = |reference: &Option<crate::ast::Reference>| {
            let target = reference.as_ref()?.target.as_str();
            self.closure
                .index(target)
                .filter(|_| target != closure::UNIT)
        };
        let errors = shape.errors.iter();
        let errors = errors.filter_map(|error| self.closure.index(&error.target));
        let waiters = waiters::waiters(&shape.traits, arena, |kind, problem| {
            let help = "mend the waiter, or leave it out";
            report.add_trait(&shape.file, id, kind.id(), problem, help);
        });
        let waiters = arena.list(waiters);
        let mut kept = traits::kept(&shape.traits, Sites::OPERATION, self.protocol, arena);
        kept.extend(pages::pages(self.input.model, shape, self.service, arena));
        kept.extend((!waiters.is_empty()).then_some(Trait::Waitable(waiters)));
        let words = waiters
            .iter()
            .map(|waiter| arena.text(&names::kebab(waiter.name)));
        rust::Operation {
            schema: schema::operation(arena.text(name), index(&shape.input), index(&shape.output))
                .errors(arena.list(errors))
                .with(arena.list(kept)),
            command: Command {
                waiters: arena.list(words),
                ..self.words.command(id, shape, arena, report)
            },
            method: self.methods.operation(name),
            waiters: waiters
                .iter()
                .map(|waiter| self.methods.waiter(name, waiter.name))
                .collect(),
            docs: docs::docs(&shape.traits, arena),
        }
    }
}
