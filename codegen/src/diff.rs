//! What has changed between two models of a service, and how it affects programs.
//!
//! *Breaking* is what makes a program that was written for the old model fail to compile, or a
//! request that was accepted be refused. *Additive* is what else a program can notice.

use crate::emit;
use crate::rust::{Member, Operation, Service, Shape};
use crate::words;
use opsmith_schema::{Change as TraitChange, Flags, ShapeIndex, Trait, TraitKind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How severe a change is for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Programs fail to compile, or requests are refused.
    Breaking,
    /// Something was added, or behaves differently.
    Additive,
    /// Only the documentation changed.
    Documentation,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// How severe it is for programs.
    pub severity: Severity,
    /// The operation, shape or member (`Job$id`) that has changed; the service's name for the
    /// service as a whole.
    pub place: String,
    /// What has changed.
    pub change: String,
    /// The operations affected, sorted; empty when all are.
    pub operations: Vec<String>,
}

/// All changes from the old model to the new, the most severe first.
pub fn diff(old: &Service<'_>, new: &Service<'_>) -> Vec<Change> {
    let all = |operation: &Operation<'_>| {
        let ends = operation.input.into_iter().chain(operation.output);
        ends.chain(operation.errors.iter().copied()).collect()
    };
    let mut changes = Changes {
        found: Vec::new(),
        reached: [reached(old, all), reached(new, all)],
        sent: reached(new, |operation| operation.input.into_iter().collect()),
    };
    changes.service(old, new);
    for (operation, change) in pairs(&old.operations, &new.operations, |operation| operation.name) {
        match change {
            Pair::Removed => changes.of_operation(Severity::Breaking, operation, "removed"),
            Pair::Added => changes.of_operation(Severity::Additive, operation, "added"),
            Pair::Both(before) => changes.operation([old, new], [before, operation]),
        }
    }
    for (shape, change) in pairs(&old.shapes, &new.shapes, |shape| shape.name) {
        match change {
            Pair::Removed if shape.typed => {
                changes.of_shape(Severity::Breaking, 0, shape, None, "removed")
            }
            // An added or removed shape is reached through something added or removed, which is
            // reported.
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
fn reached(service: &Service<'_>, ends: fn(&Operation<'_>) -> Vec<ShapeIndex>) -> Reached {
    let mut reached = Reached::new();
    for operation in &service.operations {
        let mut due = ends(operation);
        while let Some(shape) = due.pop().and_then(|index| service.at(index)) {
            if reached
                .entry(shape.name.to_owned())
                .or_default()
                .insert(operation.name.to_owned())
            {
                due.extend(shape.members.iter().map(|member| member.target));
            }
        }
    }
    reached
}

/// An item of this name in the old model, the new one, or both.
enum Pair<'a, T> {
    Removed,
    Added,
    /// In both models; this is the old one.
    Both(&'a T),
}

fn pairs<'a, T>(
    old: &'a [T],
    new: &'a [T],
    name: fn(&'a T) -> &'a str,
) -> Vec<(&'a T, Pair<'a, T>)> {
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
        operation: &Operation<'_>,
        change: impl Into<String>,
    ) {
        self.add(
            severity,
            operation.name.to_owned(),
            change,
            vec![operation.name.to_owned()],
        );
    }

    /// A change of a shape or a member of it, as the old (0) or the new (1) model has it.
    fn of_shape(
        &mut self,
        severity: Severity,
        model: usize,
        shape: &Shape<'_>,
        member: Option<&str>,
        change: impl Into<String>,
    ) {
        let operations = self
            .reached
            .get(model)
            .and_then(|reached| reached.get(shape.name));
        let operations = operations.into_iter().flatten().cloned().collect();
        let place = member.map_or_else(
            || shape.name.to_owned(),
            |member| format!("{}${member}", shape.name),
        );
        self.add(severity, place, change, operations);
    }

    fn service(&mut self, old: &Service<'_>, new: &Service<'_>) {
        let facts = |service: &Service<'_>| {
            [
                ("name", service.id.to_owned()),
                ("title", service.title.to_owned()),
                ("SDK's name", service.sdk_id.to_owned()),
                ("protocol", format!("{:?}", service.protocol)),
                ("list of protocols", format!("{:?}", service.protocols)),
                ("version of the interface", service.version.to_owned()),
                ("signing name", service.signing_name.to_owned()),
                ("target prefix", service.target_prefix.to_owned()),
                ("endpoint rules", format!("{:?}", service.endpoint)),
                (
                    "list of commands that only the AWS CLI has",
                    format!("{:?}", service.commands.missing),
                ),
            ]
        };
        for ((what, before), (_, after)) in facts(old).into_iter().zip(facts(new)) {
            if before != after {
                self.add(
                    Severity::Additive,
                    new.sdk_id.to_owned(),
                    format!("the {what} changed"),
                    Vec::new(),
                );
            }
        }
        for (severity, change) in traits(old.traits, new.traits, Severity::Additive) {
            self.add(severity, new.sdk_id.to_owned(), change, Vec::new());
        }
        if old.command != new.command {
            let change = format!("the command is {} rather than {}", new.command, old.command);
            self.add(
                Severity::Breaking,
                new.sdk_id.to_owned(),
                change,
                Vec::new(),
            );
        }
        if old.docs != new.docs {
            self.add(
                Severity::Documentation,
                new.sdk_id.to_owned(),
                "the documentation changed",
                Vec::new(),
            );
        }
    }

    fn operation(&mut self, services: [&Service<'_>; 2], [old, new]: [&Operation<'_>; 2]) {
        let [before, after] = [old, new].map(|operation| (operation.input, operation.output));
        let name = |model: &Service<'_>, index: Option<ShapeIndex>| {
            index
                .and_then(|index| model.at(index))
                .map_or_else(|| "nothing".to_owned(), |shape| shape.name.to_owned())
        };
        for (what, before, after) in [
            ("method", old.method.to_string(), new.method.to_string()),
            (
                "command",
                old.command.name.to_owned(),
                new.command.name.to_owned(),
            ),
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
        for (severity, change) in traits(old.traits, new.traits, Severity::Breaking) {
            self.of_operation(severity, new, change);
        }
        let [before, after] =
            [old, new].map(|operation| operation.all_options().collect::<BTreeSet<_>>());
        for option in before.difference(&after) {
            self.of_operation(
                Severity::Breaking,
                new,
                format!("the option --{option} is gone"),
            );
        }
        if old.command.changes != new.command.changes {
            let change = "what the AWS CLI changes of the command is different";
            self.of_operation(Severity::Additive, new, change);
        }
        if old.docs != new.docs {
            self.of_operation(Severity::Documentation, new, "the documentation changed");
        }
    }

    fn shape(&mut self, services: [&Service<'_>; 2], [old, new]: [&Shape<'_>; 2]) {
        let checked = if self.sent.contains_key(new.name) {
            Severity::Breaking
        } else {
            Severity::Additive
        };
        let mut tell = |severity, change: String| self.of_shape(severity, 1, new, None, change);
        if old.kind != new.kind {
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
        let traits = traits(old.traits, new.traits, checked);
        flags(old.flags, new.flags, checked)
            .into_iter()
            .chain(traits)
            .for_each(|(severity, change)| tell(severity, change));
        deprecation(old.deprecated, new.deprecated)
            .into_iter()
            .for_each(|change| tell(Severity::Additive, change));
        bounds(old, new)
            .into_iter()
            .for_each(|(severity, change)| tell(severity.max(checked), change));
        for (value, change) in pairs(&old.values, &new.values, |value| value.value) {
            let name = value.value;
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
                    if let Some(change) = deprecation(before.deprecated, value.deprecated) {
                        tell(Severity::Additive, format!("the value {name:?} {change}"));
                    }
                }
            }
        }
        if old.docs != new.docs {
            tell(
                Severity::Documentation,
                "the documentation changed".to_owned(),
            );
        }
        for (member, change) in pairs(&old.members, &new.members, |member| member.name) {
            let name = Some(member.name);
            match change {
                Pair::Removed => self.of_shape(Severity::Breaking, 0, old, name, "removed"),
                Pair::Added if member.plain && new.typed => {
                    let change = format!("added, and `new` of {} takes it", new.rust);
                    self.of_shape(Severity::Breaking, 1, new, name, change);
                }
                Pair::Added => self.of_shape(Severity::Additive, 1, new, name, "added"),
                Pair::Both(before) => {
                    for (severity, change) in member_changes(services, [before, member], checked) {
                        self.of_shape(severity, 1, new, name, change);
                    }
                }
            }
        }
    }
}

/// Changes of a member.
fn member_changes(
    [old_service, new_service]: [&Service<'_>; 2],
    [old, new]: [&Member<'_>; 2],
    checked: Severity,
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
    let mut changed = old.flags.symmetric_difference(new.flags);
    if old.plain != new.plain {
        // The type says so.
        changed.remove(Flags::REQUIRED);
    }
    found.extend(flags(old.flags & changed, new.flags & changed, checked));
    found.extend(traits(old.traits, new.traits, checked));
    let deprecation = deprecation(old.deprecated, new.deprecated);
    found.extend(deprecation.map(|change| (Severity::Additive, change)));
    if old.docs != new.docs {
        found.push((
            Severity::Documentation,
            "the documentation changed".to_owned(),
        ));
    }
    found
}

/// Whether it became deprecated, or no longer is.
fn deprecation(old: Option<&str>, new: Option<&str>) -> Option<String> {
    let text = match (old, new) {
        (before, after) if before == after => return None,
        (_, Some(message)) => format!("is deprecated: {message}"),
        (_, None) => "is no longer deprecated".to_owned(),
    };
    Some(text.trim_end_matches(": ").to_owned())
}

/// Changes of flags. `checked` is the severity when requests are rejected.
fn flags(old: Flags, new: Flags, checked: Severity) -> Vec<(Severity, String)> {
    let changed = old.symmetric_difference(new);
    let entries = TraitKind::ALL.iter().map(|kind| kind.entry());
    let entries = entries.filter(|entry| entry.flag.is_some_and(|flag| changed.contains(flag)));
    entries
        .map(|entry| {
            let is_new = entry.flag.is_some_and(|flag| new.contains(flag));
            let word = if is_new { "now" } else { "no longer" };
            let change = format!("is {word} {}", entry.label);
            (severity(entry.change, !is_new, checked), change)
        })
        .collect()
}

/// Changes of traits with values.
fn traits(old: &[Trait<'_>], new: &[Trait<'_>], checked: Severity) -> Vec<(Severity, String)> {
    let said = |traits: &[Trait<'_>]| {
        let parts = traits.iter().flat_map(|found| {
            let change = found.kind().entry().change;
            let parts = words::of_trait(found).into_iter();
            parts.map(move |(label, value)| (label, (change, value)))
        });
        parts.collect::<BTreeMap<_, _>>()
    };
    let [before, after] = [said(old), said(new)];
    let labels: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let changes = labels.into_iter().filter_map(|label| {
        let (change, text) = match (before.get(label), after.get(label)) {
            (None, None) => return None,
            (Some(before), Some(after)) if before == after => return None,
            (Some((change, before)), Some((_, after))) => (
                *change,
                format!("the {label} is {after} rather than {before}"),
            ),
            (None, Some((change, after))) if after.is_empty() => {
                (*change, format!("the {label} is new"))
            }
            (None, Some((change, after))) => (*change, format!("the {label} is new: {after}")),
            (Some((change, _)), None) => (*change, format!("the {label} is gone")),
        };
        let is_gone = !after.contains_key(label);
        Some((severity(change, is_gone, checked), text))
    });
    changes.collect()
}

/// The severity of a trait change, from the trait's entry in the table.
fn severity(change: TraitChange, is_gone: bool, checked: Severity) -> Severity {
    match change {
        TraitChange::Breaks => Severity::Breaking,
        TraitChange::BreaksWhenRemoved if is_gone => Severity::Breaking,
        TraitChange::BreaksRequests if !is_gone => checked,
        TraitChange::Additive | TraitChange::BreaksWhenRemoved | TraitChange::BreaksRequests => {
            Severity::Additive
        }
    }
}

/// Changes of bounds.
fn bounds(old: &Shape<'_>, new: &Shape<'_>) -> Vec<(Severity, String)> {
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
    found
}
