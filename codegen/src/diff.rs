//! What has changed between two models of a service, and how it affects programs.
//!
//! *Breaking* is what makes a program that was written for the old model fail to compile, or a
//! request that was accepted be refused. *Additive* is what else a program can notice.

mod findings;
mod items;

use crate::rust::{Operation, Service, Shape};
use findings::Findings;
use opsmith_schema::ShapeIndex;
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
    let mut comparison = Comparison {
        old,
        new,
        old_users: users(old, all),
        new_users: users(new, all),
        senders: users(new, |operation| operation.input.into_iter().collect()),
        found: Vec::new(),
    };
    comparison.add(new.sdk_id, Vec::new(), items::service(old, new));
    comparison.operations();
    comparison.shapes();
    comparison.found.sort_unstable();
    comparison.found
}

/// The names of all operations that reach a shape, by the shape's name.
type Users = BTreeMap<String, BTreeSet<String>>;

/// The operations that reach a shape from these ends.
fn users(service: &Service<'_>, ends: fn(&Operation<'_>) -> Vec<ShapeIndex>) -> Users {
    let mut users = Users::new();
    for operation in &service.operations {
        let mut due = ends(operation);
        while let Some(shape) = due.pop().and_then(|index| service.at(index)) {
            if users
                .entry(shape.name.to_owned())
                .or_default()
                .insert(operation.name.to_owned())
            {
                due.extend(shape.members.iter().map(|member| member.target));
            }
        }
    }
    users
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

/// The comparison of two models.
struct Comparison<'s, 'a> {
    old: &'s Service<'a>,
    new: &'s Service<'a>,
    old_users: Users,
    new_users: Users,
    /// The operations of the new model whose requests hold a shape: only requests are checked.
    senders: Users,
    found: Vec<Change>,
}

impl Comparison<'_, '_> {
    fn add(&mut self, place: &str, operations: Vec<String>, findings: Findings) {
        let changes = findings.into_iter().map(|(severity, change)| Change {
            severity,
            place: place.to_owned(),
            change,
            operations: operations.clone(),
        });
        self.found.extend(changes);
    }

    fn operations(&mut self) {
        let (old, new) = (self.old, self.new);
        for (operation, pair) in pairs(&old.operations, &new.operations, |item| item.name) {
            let findings = match pair {
                Pair::Removed => Findings::one(Severity::Breaking, "removed"),
                Pair::Added => Findings::one(Severity::Additive, "added"),
                Pair::Both(before) => items::operation([old, new], [before, operation]),
            };
            self.add(operation.name, vec![operation.name.to_owned()], findings);
        }
    }

    fn shapes(&mut self) {
        let (old, new) = (self.old, self.new);
        for (shape, pair) in pairs(&old.shapes, &new.shapes, |shape| shape.name) {
            match pair {
                Pair::Removed if shape.typed => {
                    let findings = Findings::one(Severity::Breaking, "removed");
                    self.add(shape.name, names(&self.old_users, shape), findings);
                }
                // An added or removed shape is reached through something added or removed, which is
                // reported.
                Pair::Removed | Pair::Added => {}
                Pair::Both(before) => self.shape(before, shape),
            }
        }
    }

    fn shape(&mut self, before: &Shape<'_>, after: &Shape<'_>) {
        let checked = if self.senders.contains_key(after.name) {
            Severity::Breaking
        } else {
            Severity::Additive
        };
        let findings = items::shape(before, after, checked);
        self.add(after.name, names(&self.new_users, after), findings);
        for (member, pair) in pairs(&before.members, &after.members, |member| member.name) {
            let (users, findings) = match pair {
                Pair::Removed => {
                    let findings = Findings::one(Severity::Breaking, "removed");
                    (&self.old_users, findings)
                }
                Pair::Added => (&self.new_users, items::added_member(after, member)),
                Pair::Both(old) => {
                    let services = [self.old, self.new];
                    let findings = items::member(services, [old, member], checked);
                    (&self.new_users, findings)
                }
            };
            let place = format!("{}${}", after.name, member.name);
            self.add(&place, names(users, after), findings);
        }
    }
}

/// The names of a shape's users.
fn names(users: &Users, shape: &Shape<'_>) -> Vec<String> {
    let users = users.get(shape.name);
    users.into_iter().flatten().cloned().collect()
}
