//! Which operations and shapes are generated: those requested, and all that they need.

use super::{Input, events, traits};
use crate::ast::{Member, Reference, Shape};
use crate::diagnostics::{Diagnostic, Report, nearest};
use opsmith_schema::{Protocol, ShapeIndex, TraitKind};
use std::collections::{BTreeMap, BTreeSet};

/// The structure that means no input or no output.
pub(crate) const UNIT: &str = "smithy.api#Unit";

/// The name in an absolute shape id.
pub(crate) fn local(id: &str) -> &str {
    id.split_once('#').map_or(id, |(_, name)| name)
}

/// The names by which exceptions refer to a shape and its members.
pub(crate) fn local_ids(id: &str, shape: &Shape) -> Vec<String> {
    let shape_name = local(id).to_owned();
    let members = shape
        .members
        .keys()
        .map(|member| format!("{shape_name}${member}"));
    members.chain([shape_name.clone()]).collect()
}

/// An operation with its id.
type Named<'a> = (&'a str, &'a Shape);

/// The requested operations. When none was requested, all of the service, except those for which no
/// code can be made. These are returned as diagnostics, and reported as errors if no operation
/// remains.
pub(crate) fn operations<'a>(
    input: &Input<'a, '_>,
    id: &str,
    service: &'a Shape,
    protocol: Protocol,
    report: &mut Report,
) -> (Vec<Named<'a>>, Vec<Diagnostic>) {
    let all = of_service(input, id, service, report);
    if !input.operations.is_empty() {
        return (requested(input, id, &all, protocol, report), Vec::new());
    }
    let mut omitted = Report::default();
    let kept: Vec<_> = all
        .into_values()
        .filter(|operation| !is_unsupported(input, *operation, protocol, &mut omitted))
        .collect();
    if kept.is_empty() {
        report.diagnostics.append(&mut omitted.diagnostics);
    }
    (kept, omitted.diagnostics)
}

/// All operations of a service and of its resources, by name.
fn of_service<'a>(
    input: &Input<'a, '_>,
    id: &str,
    service: &'a Shape,
    report: &mut Report,
) -> BTreeMap<&'a str, Named<'a>> {
    let mut references = Vec::new();
    let mut seen = BTreeSet::new();
    collect(input, id, service, &mut references, &mut seen, report);
    let mut found = BTreeMap::new();
    for reference in references {
        match input.model.shapes.get_key_value(&reference.target) {
            Some((id, shape)) if shape.kind == "operation" => {
                found.insert(local(id), (id.as_str(), shape));
            }
            _ => missing(&service.file, id, &reference.target, report),
        }
    }
    found
}

/// The operations that were requested by name.
fn requested<'a>(
    input: &Input<'_, '_>,
    id: &str,
    all: &BTreeMap<&'a str, Named<'a>>,
    protocol: Protocol,
    report: &mut Report,
) -> Vec<Named<'a>> {
    let names: BTreeSet<_> = input.operations.iter().map(String::as_str).collect();
    let operations = names.into_iter().filter_map(|name| {
        let operation = all.get(name).copied();
        if operation.is_none() {
            let problem = format!("the service has no operation {name:?}");
            report.add(input.file, id, problem, nearest(name, all.keys().copied()));
        }
        operation.filter(|operation| !is_unsupported(input, *operation, protocol, report))
    });
    operations.collect()
}

/// Whether no code can be made for the operation, which is reported.
fn is_unsupported(
    input: &Input<'_, '_>,
    named: Named<'_>,
    protocol: Protocol,
    report: &mut Report,
) -> bool {
    let (id, operation) = named;
    let found = stream(input, operation, protocol);
    if let Some((kind, problem)) = &found {
        let help = "name the other operations";
        report.add_trait(&operation.file, id, kind.id(), problem.clone(), help);
    }
    found.is_some()
}

/// A stream for which no code can be made: events in a request, those that the protocol has no
/// place for, and bytes where it has none for them.
fn stream(
    input: &Input<'_, '_>,
    operation: &Shape,
    protocol: Protocol,
) -> Option<(TraitKind, String)> {
    let sides = [("takes", &operation.input), ("answers", &operation.output)];
    sides.into_iter().find_map(|(verb, reference)| {
        let shape = input.model.shapes.get(&reference.as_ref()?.target)?;
        let (kind, problem) = shape.members.iter().find_map(|(name, member)| {
            let target = input.model.shapes.get(&member.target)?;
            let streams = traits::has(&target.traits, TraitKind::Streaming)
                || traits::has(&member.traits, TraitKind::Streaming);
            let is_payload = traits::has(&member.traits, TraitKind::HttpPayload);
            let has_payloads = TraitKind::HttpPayload.is_read_by(protocol);
            let which = TraitKind::Streaming;
            match target.kind.as_str() {
                _ if !streams => None,
                "union" if verb == "takes" => {
                    let problem = "which needs HTTP/2 and is not supported";
                    Some((which, format!("a stream of events ({name}), {problem}")))
                }
                "union" => events::unsupported(input, name, target, is_payload, protocol),
                _ if is_payload && has_payloads => None,
                _ => {
                    let problem = "that is no payload, which is not supported";
                    Some((which, format!("a stream ({name}) {problem}")))
                }
            }
        })?;
        Some((kind, format!("the operation {verb} {problem}")))
    })
}

/// Operations of a service or resource, and of its resources.
fn collect<'a>(
    input: &Input<'a, '_>,
    id: &str,
    shape: &'a Shape,
    out: &mut Vec<&'a Reference>,
    seen: &mut BTreeSet<&'a str>,
    report: &mut Report,
) {
    let lifecycle = [
        &shape.create,
        &shape.put,
        &shape.read,
        &shape.update,
        &shape.delete,
        &shape.list,
    ];
    out.extend(
        shape
            .operations
            .iter()
            .chain(&shape.collection_operations)
            .chain(lifecycle.into_iter().flatten()),
    );
    for resource in &shape.resources {
        match input.model.shapes.get_key_value(&resource.target) {
            Some((id, found)) if found.kind == "resource" => {
                if seen.insert(id) && seen.len() < 10_000 {
                    collect(input, id, found, out, seen, report);
                }
            }
            _ => missing(&shape.file, id, &resource.target, report),
        }
    }
}

fn missing(file: &str, id: &str, target: &str, report: &mut Report) {
    let problem = format!("the target {target} is not in the model, or of another type");
    report.add(file, id, problem, "add the shape, or the file that has it");
}

/// The shapes that are generated, each with its position.
pub(crate) struct Closure<'a> {
    /// Sorted by name.
    pub(crate) shapes: Vec<(&'a str, &'a Shape)>,
    positions: BTreeMap<&'a str, usize>,
    /// Errors without members that nothing else uses: they need no Rust type.
    pub(crate) bare_errors: BTreeSet<&'a str>,
}

impl<'a> Closure<'a> {
    /// All shapes that the operations reach.
    pub(crate) fn of(
        input: &Input<'a, '_>,
        operations: &[(&'a str, &'a Shape)],
        service: &'a Shape,
        report: &mut Report,
    ) -> Closure<'a> {
        let mut reach = Reach {
            input,
            report,
            found: BTreeMap::new(),
            due: Vec::new(),
        };
        for (id, operation) in operations {
            let inputs = operation.input.iter().chain(&operation.output);
            for reference in inputs.filter(|reference| reference.target != UNIT) {
                reach.structure(&operation.file, id, &reference.target);
            }
        }
        reach.follow();
        let typed: BTreeSet<&str> = reach.found.keys().copied().collect();
        for (id, operation) in operations {
            for error in operation.errors.iter().chain(&service.errors) {
                reach.structure(&operation.file, id, &error.target);
            }
        }
        let bare_errors = reach
            .found
            .iter()
            .filter(|(id, shape)| !typed.contains(*id) && shape.members.is_empty())
            .map(|(id, _)| *id)
            .collect();
        reach.follow();
        let mut shapes: Vec<_> = reach.found.into_iter().collect();
        shapes.sort_unstable_by(|a, b| (local(a.0), a.0).cmp(&(local(b.0), b.0)));
        let positions = shapes
            .iter()
            .enumerate()
            .map(|(at, (id, _))| (*id, at))
            .collect();
        Closure {
            shapes,
            positions,
            bare_errors,
        }
    }

    /// The position of a shape, if it is generated.
    pub(crate) fn position(&self, id: &str) -> Option<usize> {
        self.positions.get(id).copied()
    }

    /// The same as an index of the schema.
    pub(crate) fn index(&self, id: &str) -> Option<ShapeIndex> {
        ShapeIndex::try_from(self.position(id)?).ok()
    }
}

/// A walk over shapes, without recursion, since a model may be deep.
struct Reach<'a, 'r> {
    input: &'r Input<'a, 'r>,
    report: &'r mut Report,
    found: BTreeMap<&'a str, &'a Shape>,
    due: Vec<(&'a str, &'a Shape)>,
}

impl<'a> Reach<'a, '_> {
    /// Reaches the input, output or an error of an operation, which has to be a structure.
    fn structure(&mut self, file: &str, from: &str, target: &str) {
        match self.input.model.shapes.get_key_value(target) {
            Some((id, shape)) if shape.kind == "structure" => self.add(id, shape),
            _ => {
                let problem = format!("the target {target} is not a structure of the model");
                self.report.add(
                    file,
                    from,
                    problem,
                    "inputs, outputs and errors of operations are structures",
                );
            }
        }
    }

    fn add(&mut self, id: &'a str, shape: &'a Shape) {
        if self.found.insert(id, shape).is_none() {
            self.due.push((id, shape));
        }
    }

    fn follow(&mut self) {
        while let Some((id, shape)) = self.due.pop() {
            if !matches!(shape.kind.as_str(), "enum" | "intEnum") {
                for (name, member) in shape.members() {
                    self.member(id, shape, name, member);
                }
            }
        }
    }

    fn member(&mut self, id: &str, shape: &Shape, name: &str, member: &'a Member) {
        match self.input.model.target(&member.target) {
            Some((id, shape)) => self.add(id, shape),
            None => missing(
                &shape.file,
                &format!("{id}${name}"),
                &member.target,
                self.report,
            ),
        }
    }
}
