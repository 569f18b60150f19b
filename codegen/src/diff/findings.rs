//! What was found at one place: facts that differ, in words, and how severe that is.

use super::Severity;
use crate::words;
use opsmith_schema::{Change, Flags, Trait, TraitKind};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// The changes at one place.
#[derive(Default)]
pub(super) struct Findings(Vec<(Severity, String)>);

impl IntoIterator for Findings {
    type Item = (Severity, String);
    type IntoIter = std::vec::IntoIter<(Severity, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Findings {
    /// One change.
    pub(super) fn one(severity: Severity, change: impl Into<String>) -> Self {
        Findings(vec![(severity, change.into())])
    }

    pub(super) fn add(&mut self, severity: Severity, change: impl Into<String>) {
        self.0.push((severity, change.into()));
    }

    /// A fact that may differ; `what` is the sentence before it.
    pub(super) fn fact<T: PartialEq + Display>(
        &mut self,
        severity: Severity,
        what: &str,
        old: T,
        new: T,
    ) {
        if old != new {
            self.add(severity, format!("{what} {new} rather than {old}"));
        }
    }

    /// Documentation.
    pub(super) fn docs(&mut self, old: &str, new: &str) {
        if old != new {
            self.add(Severity::Documentation, "the documentation changed");
        }
    }

    /// Whether something became deprecated, or no longer is; `what` is the sentence before that.
    pub(super) fn deprecation(&mut self, what: &str, old: Option<&str>, new: Option<&str>) {
        let text = match new {
            _ if old == new => return,
            Some("") => "is deprecated".to_owned(),
            Some(message) => format!("is deprecated: {message}"),
            None => "is no longer deprecated".to_owned(),
        };
        self.add(Severity::Additive, format!("{what}{text}"));
    }

    /// Flags. `checked` is the severity when requests are rejected.
    pub(super) fn flags(&mut self, old: Flags, new: Flags, checked: Severity) {
        let changed = old.symmetric_difference(new);
        for entry in TraitKind::ALL.iter().map(|kind| kind.entry()) {
            let Some(flag) = entry.flag.filter(|flag| changed.contains(*flag)) else {
                continue;
            };
            let is_new = new.contains(flag);
            let word = if is_new { "now" } else { "no longer" };
            let change = format!("is {word} {}", entry.label);
            self.add(severity(entry.change, !is_new, checked), change);
        }
    }

    /// Traits with values.
    pub(super) fn traits(&mut self, old: &[Trait<'_>], new: &[Trait<'_>], checked: Severity) {
        let [before, after] = [by_label(old), by_label(new)];
        let labels: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for label in labels {
            let (change, text) = match (before.get(label), after.get(label)) {
                (None, None) => continue,
                (Some(before), Some(after)) if before == after => continue,
                (Some((change, before)), Some((_, after))) => {
                    (change, format!("is {after} rather than {before}"))
                }
                (None, Some((change, after))) if after.is_empty() => (change, "is new".to_owned()),
                (None, Some((change, after))) => (change, format!("is new: {after}")),
                (Some((change, _)), None) => (change, "is gone".to_owned()),
            };
            let severity = severity(*change, !after.contains_key(label), checked);
            self.add(severity, format!("the {label} {text}"));
        }
    }

    /// The bounds of `length` or `range`. They reject requests only where they became tighter.
    pub(super) fn bounds(
        &mut self,
        old: [Option<f64>; 2],
        new: [Option<f64>; 2],
        checked: Severity,
    ) {
        let text = |bound: Option<f64>| bound.map_or("none".to_owned(), |bound| bound.to_string());
        let least = |bound: Option<f64>| bound.unwrap_or(f64::NEG_INFINITY);
        let most = |bound: Option<f64>| bound.unwrap_or(f64::INFINITY);
        let [old_min, old_max] = old;
        let [new_min, new_max] = new;
        let is_higher = least(new_min) > least(old_min);
        let is_lower = most(new_max) < most(old_max);
        for (what, old, new, is_tighter) in [
            ("the minimum is", old_min, new_min, is_higher),
            ("the maximum is", old_max, new_max, is_lower),
        ] {
            let severity = severity(Change::BreaksRequests, !is_tighter, checked);
            self.fact(severity, what, text(old), text(new));
        }
    }
}

/// What traits say, by label, with what a change of it means.
fn by_label(traits: &[Trait<'_>]) -> BTreeMap<String, (Change, String)> {
    let parts = traits.iter().flat_map(|found| {
        let change = found.kind().entry().change;
        let parts = words::of_trait(found).into_iter();
        parts.map(move |(label, value)| (label, (change, value)))
    });
    parts.collect()
}

/// The severity of a trait change, from the trait's entry in the table.
fn severity(change: Change, is_gone: bool, checked: Severity) -> Severity {
    match change {
        Change::Breaks => Severity::Breaking,
        Change::BreaksWhenRemoved if is_gone => Severity::Breaking,
        Change::BreaksRequests if !is_gone => checked,
        Change::Additive | Change::BreaksWhenRemoved | Change::BreaksRequests => Severity::Additive,
    }
}
