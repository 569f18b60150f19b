//! What has changed between two models of a service, and for whom.
//!
//! *Breaking* is what makes a program that was written for the old model fail to compile, or a
//! request that was accepted be refused. *Additive* is what else a program can notice.

use crate::emit;
use crate::ir::{Member, Operation, OperationTrait, Service, Shape, Trait};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How much a change asks of programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Programs fail to compile, or requests are refused.
    Breaking,
    /// There is more than there was, or it behaves otherwise.
    Additive,
    /// Only what is said of it is another.
    Documentation,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// How much it asks of programs.
    pub severity: Severity,
    /// The operation, shape or member (`Job$id`) that has changed; the service's name for the
    /// service as a whole.
    pub place: String,
    /// What has changed.
    pub change: String,
    /// The operations that it concerns, sorted; empty when it concerns all.
    pub operations: Vec<String>,
}

/// All changes from the old model to the new, the gravest first.
pub fn diff(old: &Service, new: &Service) -> Vec<Change> {
    let all = |operation: &Operation| {
        let ends = operation.input.into_iter().chain(operation.output);
        ends.chain(operation.errors.iter().copied()).collect()
    };
    let mut changes = Changes {
        found: Vec::new(),
        reached: [reached(old, all), reached(new, all)],
        sent: reached(new, |operation| operation.input.into_iter().collect()),
    };
    changes.service(old, new);
    for (operation, change) in pairs(&old.operations, &new.operations, |operation| {
        &operation.name
    }) {
        match change {
            Pair::Removed => changes.of_operation(Severity::Breaking, operation, "removed"),
            Pair::Added => changes.of_operation(Severity::Additive, operation, "added"),
            Pair::Both(before) => changes.operation([old, new], [before, operation]),
        }
    }
    for (shape, change) in pairs(&old.shapes, &new.shapes, |shape| &shape.name) {
        match change {
            Pair::Removed if shape.typed => {
                changes.of_shape(Severity::Breaking, 0, shape, None, "removed")
            }
            // What is new is reached from something new, which is told.
            Pair::Removed | Pair::Added => {}
            Pair::Both(before) => changes.shape([old, new], [before, shape]),
        }
    }
    changes.found.sort();
    changes.found
}

/// The names of all operations that reach a shape, by the shape's name.
type Reached = BTreeMap<String, BTreeSet<String>>;

/// What is reached from these ends of each operation.
fn reached(service: &Service, ends: fn(&Operation) -> Vec<usize>) -> Reached {
    let mut reached = Reached::new();
    for operation in &service.operations {
        let mut due = ends(operation);
        while let Some(shape) = due.pop().and_then(|index| service.shapes.get(index)) {
            if reached
                .entry(shape.name.clone())
                .or_default()
                .insert(operation.name.clone())
            {
                due.extend(shape.members.iter().map(|member| member.target));
            }
        }
    }
    reached
}

/// Something by name, in the old model, the new, or both.
enum Pair<'a, T> {
    Removed,
    Added,
    /// It is there in both; this is the old one.
    Both(&'a T),
}

fn pairs<'a, T>(old: &'a [T], new: &'a [T], name: fn(&T) -> &String) -> Vec<(&'a T, Pair<'a, T>)> {
    let by_name = |items: &'a [T]| {
        items
            .iter()
            .map(|item| (name(item), item))
            .collect::<BTreeMap<_, _>>()
    };
    let before = by_name(old);
    let after = by_name(new);
    let removed = before
        .iter()
        .filter(|(name, _)| !after.contains_key(*name))
        .map(|(_, item)| (*item, Pair::Removed));
    let there = after.iter().map(|(name, item)| {
        (
            *item,
            before.get(name).map_or(Pair::Added, |old| Pair::Both(*old)),
        )
    });
    removed.chain(there).collect()
}

struct Changes {
    found: Vec<Change>,
    /// Of the old model, and of the new.
    reached: [Reached; 2],
    /// What requests hold in the new model: only that is checked.
    sent: Reached,
}

impl Changes {
    fn add(
        &mut self,
        severity: Severity,
        place: String,
        change: impl Into<String>,
        operations: Vec<String>,
    ) {
        self.found.push(Change {
            severity,
            place,
            change: change.into(),
            operations,
        });
    }

    fn of_operation(
        &mut self,
        severity: Severity,
        operation: &Operation,
        change: impl Into<String>,
    ) {
        self.add(
            severity,
            operation.name.clone(),
            change,
            vec![operation.name.clone()],
        );
    }

    /// A change of a shape or a member of it, as the old (0) or the new (1) model has it.
    fn of_shape(
        &mut self,
        severity: Severity,
        model: usize,
        shape: &Shape,
        member: Option<&str>,
        change: impl Into<String>,
    ) {
        let operations = self
            .reached
            .get(model)
            .and_then(|reached| reached.get(&shape.name));
        let operations = operations.into_iter().flatten().cloned().collect();
        let place = member.map_or_else(
            || shape.name.clone(),
            |member| format!("{}${member}", shape.name),
        );
        self.add(severity, place, change, operations);
    }

    fn service(&mut self, old: &Service, new: &Service) {
        let facts = |service: &Service| {
            [
                ("name", service.id.clone()),
                ("title", service.title.clone()),
                ("SDK's name", service.sdk_id.clone()),
                ("protocol", service.protocol.to_owned()),
                ("list of protocols", service.protocols.join(", ")),
                ("version of the interface", service.version.clone()),
                ("signing name", service.signing_name.clone()),
                ("target prefix", service.target_prefix.clone()),
                ("endpoint rules", format!("{:?}", service.endpoint)),
                (
                    "list of commands that only the AWS CLI has",
                    format!("{:?}", service.missing),
                ),
                ("list of traits", format!("{:?}", service.traits)),
                (
                    "list of commands that are missing",
                    format!("{:?}", service.missing),
                ),
            ]
        };
        for ((what, before), (_, after)) in facts(old).into_iter().zip(facts(new)) {
            if before != after {
                self.add(
                    Severity::Additive,
                    new.sdk_id.clone(),
                    format!("the {what} changed"),
                    Vec::new(),
                );
            }
        }
        if old.command != new.command {
            let change = format!("the command is {} rather than {}", new.command, old.command);
            self.add(Severity::Breaking, new.sdk_id.clone(), change, Vec::new());
        }
        if old.docs.0 != new.docs.0 {
            self.add(
                Severity::Documentation,
                new.sdk_id.clone(),
                "the documentation changed",
                Vec::new(),
            );
        }
    }

    fn operation(&mut self, services: [&Service; 2], [old, new]: [&Operation; 2]) {
        let [before, after] = [old, new].map(|operation| (operation.input, operation.output));
        let name = |model: &Service, index: Option<usize>| {
            index
                .and_then(|index| model.shapes.get(index))
                .map_or_else(|| "nothing".to_owned(), |shape| shape.name.clone())
        };
        for (what, before, after) in [
            ("method", old.method.to_string(), new.method.to_string()),
            ("command", old.command.clone(), new.command.clone()),
        ] {
            if before != after {
                self.of_operation(
                    Severity::Breaking,
                    new,
                    format!("the {what} is {after} rather than {before}"),
                );
            }
        }
        for (verb, before, after) in [("takes", before.0, after.0), ("answers", before.1, after.1)]
        {
            let [before, after] = [name(services[0], before), name(services[1], after)];
            if before != after {
                self.of_operation(
                    Severity::Breaking,
                    new,
                    format!("{verb} {after} rather than {before}"),
                );
            }
        }
        let [before, after] =
            [(services[0], old), (services[1], new)].map(|(service, operation)| {
                let errors = operation
                    .errors
                    .iter()
                    .map(|error| name(service, Some(*error)));
                errors.collect::<BTreeSet<_>>()
            });
        for error in after.difference(&before) {
            self.of_operation(Severity::Additive, new, format!("may fail with {error}"));
        }
        for error in before.difference(&after) {
            self.of_operation(
                Severity::Additive,
                new,
                format!("no longer fails with {error}"),
            );
        }
        self.operation_traits(old, new);
        let [before, after] =
            [old, new].map(|operation| operation.all_options().collect::<BTreeSet<_>>());
        for option in before.difference(&after) {
            self.of_operation(
                Severity::Breaking,
                new,
                format!("the option --{option} is gone"),
            );
        }
        if old.changes != new.changes {
            let change = "what the AWS CLI changes of the command is different";
            self.of_operation(Severity::Additive, new, change);
        }
        if old.docs.0 != new.docs.0 {
            self.of_operation(Severity::Documentation, new, "the documentation changed");
        }
    }

    fn operation_traits(&mut self, old: &Operation, new: &Operation) {
        let said = |operation: &Operation| {
            let mut said = BTreeMap::<String, Vec<String>>::new();
            let each = operation.traits.iter().map(|found| match found {
                OperationTrait::Waiter(waiter) => (
                    format!("the waiter {}", waiter.method),
                    format!("{waiter:?}"),
                ),
                OperationTrait::Deprecated(message) => ("deprecated".to_owned(), message.clone()),
                other => {
                    let text = format!("{other:?}");
                    let kind = text.split([' ', '(', '{']).next().unwrap_or_default();
                    (format!("the trait {kind}"), text.clone())
                }
            });
            each.for_each(|(what, value)| said.entry(what).or_default().push(value));
            said
        };
        let [before, after] = [said(old), said(new)];
        for (what, value) in &after {
            match before.get(what) {
                None => self.of_operation(Severity::Additive, new, format!("{what}: added")),
                Some(old) if old != value => {
                    self.of_operation(Severity::Additive, new, format!("{what}: changed"))
                }
                Some(_) => {}
            }
        }
        for what in before.keys().filter(|what| !after.contains_key(*what)) {
            let severity = if what.starts_with("the waiter") {
                Severity::Breaking
            } else {
                Severity::Additive
            };
            self.of_operation(severity, new, format!("{what}: removed"));
        }
    }

    fn shape(&mut self, services: [&Service; 2], [old, new]: [&Shape; 2]) {
        let checked = if self.sent.contains_key(&new.name) {
            Severity::Breaking
        } else {
            Severity::Additive
        };
        let mut tell = |severity, change: String| self.of_shape(severity, 1, new, None, change);
        if (old.kind, old.sparse) != (new.kind, new.sparse) {
            tell(
                Severity::Breaking,
                format!("is of the kind {:?} rather than {:?}", new.kind, old.kind),
            );
        }
        if old.rust != new.rust && new.typed {
            tell(
                Severity::Breaking,
                format!("the type is {} rather than {}", new.rust, old.rust),
            );
        }
        if old.sensitive != new.sensitive {
            tell(
                Severity::Additive,
                format!(
                    "is {} sensitive",
                    if new.sensitive { "now" } else { "no longer" }
                ),
            );
        }
        deprecation(&old.deprecated, &new.deprecated)
            .into_iter()
            .for_each(|change| tell(Severity::Additive, change));
        facts(&old.traits, &new.traits)
            .into_iter()
            .for_each(|change| tell(Severity::Additive, change));
        constraints(old, new)
            .into_iter()
            .for_each(|(severity, change)| tell(severity.max(checked), change));
        for (value, change) in pairs(&old.values, &new.values, |value| &value.value) {
            let name = &value.value;
            match change {
                Pair::Removed => tell(Severity::Breaking, format!("the value {name:?} is gone")),
                Pair::Added => tell(Severity::Additive, format!("the value {name:?}: added")),
                Pair::Both(before) => {
                    if before.rust != value.rust {
                        let change = format!(
                            "the value {name:?} is {} rather than {}",
                            value.rust, before.rust
                        );
                        tell(Severity::Breaking, change);
                    }
                    if let Some(change) = deprecation(&before.deprecated, &value.deprecated) {
                        tell(Severity::Additive, format!("the value {name:?} {change}"));
                    }
                }
            }
        }
        if old.docs.0 != new.docs.0 {
            tell(
                Severity::Documentation,
                "the documentation changed".to_owned(),
            );
        }
        for (member, change) in pairs(&old.members, &new.members, |member| &member.name) {
            let name = Some(member.name.as_str());
            match change {
                Pair::Removed => self.of_shape(Severity::Breaking, 0, old, name, "removed"),
                Pair::Added if member.plain && new.typed => {
                    let change = format!("added, and `new` of {} takes it", new.rust);
                    self.of_shape(Severity::Breaking, 1, new, name, change);
                }
                Pair::Added => self.of_shape(Severity::Additive, 1, new, name, "added"),
                Pair::Both(before) => {
                    if before.required != member.required && before.plain == member.plain {
                        let severity = if member.required {
                            checked
                        } else {
                            Severity::Additive
                        };
                        let change = if member.required {
                            "is required now"
                        } else {
                            "is no longer required"
                        };
                        self.of_shape(severity, 1, new, name, change);
                    }
                    for (severity, change) in member_changes(services, [before, member]) {
                        self.of_shape(severity, 1, new, name, change);
                    }
                }
            }
        }
    }
}

/// Changes of a member.
fn member_changes(
    [old_service, new_service]: [&Service; 2],
    [old, new]: [&Member; 2],
) -> Vec<(Severity, String)> {
    let mut found = Vec::new();
    let [before, after] = [(old_service, old), (new_service, new)].map(|(service, member)| {
        let plain = emit::types::member_type(service, member);
        if member.plain {
            plain
        } else {
            format!("Option<{plain}>")
        }
    });
    if before != after {
        found.push((
            Severity::Breaking,
            format!("is {after} rather than {before}"),
        ));
    }
    if old.rust != new.rust {
        found.push((
            Severity::Breaking,
            format!("the field is {} rather than {}", new.rust, old.rust),
        ));
    }
    if old.flags != new.flags {
        found.push((Severity::Additive, "the flags changed".to_owned()));
    }
    let told = deprecation(&old.deprecated, &new.deprecated)
        .into_iter()
        .chain(facts(&old.traits, &new.traits));
    found.extend(told.map(|change| (Severity::Additive, change)));
    if old.docs.0 != new.docs.0 {
        found.push((
            Severity::Documentation,
            "the documentation changed".to_owned(),
        ));
    }
    found
}

/// Whether it became deprecated, or is no longer.
fn deprecation(old: &Option<String>, new: &Option<String>) -> Option<String> {
    let text = match (old, new) {
        (before, after) if before == after => return None,
        (_, Some(message)) => format!("is deprecated: {message}"),
        (_, None) => "is no longer deprecated".to_owned(),
    };
    Some(text.trim_end_matches(": ").to_owned())
}

/// Changes of traits, but for patterns, which are constraints.
fn facts(old: &[Trait], new: &[Trait]) -> Vec<String> {
    let said = |traits: &[Trait]| -> BTreeMap<&'static str, String> {
        let facts = traits.iter().flat_map(|found| match found {
            Trait::Pattern(_) => Vec::new(),
            Trait::ErrorCode(code) => vec![("code over AWS Query", code.clone())],
            Trait::JsonName(name) => vec![("name in JSON", name.clone())],
            Trait::TimestampFormat(format) => vec![("format of timestamps", (*format).to_owned())],
            Trait::EndpointParameter(name) => vec![("parameter of the endpoint", name.clone())],
            Trait::Error {
                server,
                status,
                retryable,
                throttling,
            } => vec![
                (
                    "fault",
                    if *server {
                        "the service's"
                    } else {
                        "the caller's"
                    }
                    .to_owned(),
                ),
                ("HTTP status", status.to_string()),
                (
                    "retry",
                    if *retryable { "again" } else { "not again" }.to_owned(),
                ),
                (
                    "rate",
                    if *throttling {
                        "throttled"
                    } else {
                        "not throttled"
                    }
                    .to_owned(),
                ),
            ],
        });
        facts.collect()
    };
    let [before, after] = [said(old), said(new)];
    let names: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    let text = |facts: &BTreeMap<_, String>, name| {
        facts
            .get(name)
            .cloned()
            .unwrap_or_else(|| "none".to_owned())
    };
    let changed = names
        .into_iter()
        .filter(|name| before.get(name) != after.get(name));
    changed
        .map(|name| {
            format!(
                "the {name} is {} rather than {}",
                text(&after, name),
                text(&before, name)
            )
        })
        .collect()
}

/// Changes of what values are accepted.
fn constraints(old: &Shape, new: &Shape) -> Vec<(Severity, String)> {
    let mut found = Vec::new();
    let text =
        |bound: Option<f64>| bound.map_or_else(|| "none".to_owned(), |bound| bound.to_string());
    let mut bound = |what: &str, [before, after]: [Option<f64>; 2], is_tighter: bool| {
        if before != after {
            let severity = if is_tighter {
                Severity::Breaking
            } else {
                Severity::Additive
            };
            found.push((
                severity,
                format!("the {what} is {} rather than {}", text(after), text(before)),
            ));
        }
    };
    let least = |bound: Option<f64>| bound.unwrap_or(f64::NEG_INFINITY);
    let most = |bound: Option<f64>| bound.unwrap_or(f64::INFINITY);
    bound(
        "minimum",
        [old.min, new.min],
        least(new.min) > least(old.min),
    );
    bound("maximum", [old.max, new.max], most(new.max) < most(old.max));
    let pattern = |shape: &Shape| {
        shape.traits.iter().find_map(|found| match found {
            Trait::Pattern(pattern) => Some(pattern.clone()),
            _ => None,
        })
    };
    match (pattern(old), pattern(new)) {
        (before, after) if before == after => {}
        (Some(_), None) => found.push((Severity::Additive, "any pattern is accepted".to_owned())),
        (_, Some(after)) => found.push((Severity::Breaking, format!("the pattern is {after}"))),
        (None, None) => {}
    }
    found
}
