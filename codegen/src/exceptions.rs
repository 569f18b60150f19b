//! Exceptions to a model (`model/*.toml`): facts that the model gets wrong or cannot say, each with
//! its reason.

use crate::ast::Model;
use crate::diagnostics::{Report, nearest};
#[cfg(feature = "exceptions")]
use serde::Deserialize;
use std::cell::Cell;

/// The exceptions of one file. An entry that matches nothing is a problem: it outlived the model it
/// was written for.
#[derive(Debug, Default)]
#[cfg_attr(
    feature = "exceptions",
    derive(Deserialize),
    serde(default, deny_unknown_fields)
)]
pub(crate) struct Exceptions {
    /// Options that are not named after their member.
    option: Vec<Named>,
    /// Shapes or members that are sensitive though the model doesn't mark them.
    sensitive: Vec<Entry>,
    /// Members that the model requires and the service leaves out.
    omitted: Vec<Entry>,
    /// Structures with exactly one member set that the model doesn't declare as unions.
    union: Vec<Entry>,
    /// Types whose Rust name differs from the shape's.
    r#type: Vec<Named>,
    /// The service's command word, when it differs from the SDK's name.
    service: Option<CommandWord>,
    #[cfg_attr(feature = "exceptions", serde(skip))]
    file: String,
}

/// An entry: what it is about, and why.
#[derive(Debug)]
#[cfg_attr(
    feature = "exceptions",
    derive(Deserialize),
    serde(deny_unknown_fields)
)]
struct Entry {
    /// `Shape` or `Shape$member`, without namespace.
    shape: String,
    reason: String,
    #[cfg_attr(feature = "exceptions", serde(skip))]
    used: Cell<bool>,
}

/// What the command line calls the service, and why.
#[derive(Debug)]
#[cfg_attr(
    feature = "exceptions",
    derive(Deserialize),
    serde(deny_unknown_fields)
)]
struct CommandWord {
    command: String,
    reason: String,
}

/// An entry that gives a name.
#[derive(Debug)]
#[cfg_attr(
    feature = "exceptions",
    derive(Deserialize),
    serde(deny_unknown_fields)
)]
struct Named {
    shape: String,
    name: String,
    reason: String,
    #[cfg_attr(feature = "exceptions", serde(skip))]
    used: Cell<bool>,
}

impl Exceptions {
    /// Parses a file; reports problems with its text.
    #[cfg(feature = "exceptions")]
    pub(crate) fn load(file: &str, text: &str, report: &mut Report) -> Exceptions {
        let mut exceptions: Exceptions = match toml::from_str(text) {
            Ok(exceptions) => exceptions,
            Err(error) => {
                let before = error
                    .span()
                    .and_then(|span| text.get(..span.start))
                    .unwrap_or("");
                let line = 1 + before.matches('\n').count();
                let help = "the tables are `option`, `sensitive`, `omitted`, `union`, `type` and `service`; each entry has a `reason`";
                report.add(&format!("{file}:{line}"), "", error.message(), help);
                Exceptions::default()
            }
        };
        exceptions.file = file.to_owned();
        exceptions
    }

    /// Turns the listed structures into unions.
    pub(crate) fn amend(&self, model: &mut Model) {
        for (id, shape) in model
            .shapes
            .iter_mut()
            .filter(|(_, shape)| shape.kind == "structure")
        {
            if has(&self.union, id.split_once('#').map_or(id, |(_, name)| name)) {
                shape.kind = "union".to_owned();
            }
        }
    }

    /// The option name of a member (`GetPipelineInput$version`), if it is an exception.
    pub(crate) fn option(&self, member: &str) -> Option<&str> {
        named(&self.option, member)
    }

    /// The Rust name of a shape, if it is an exception.
    pub(crate) fn type_name(&self, shape: &str) -> Option<&str> {
        named(&self.r#type, shape)
    }

    /// The command word of the service, if it is an exception.
    pub(crate) fn command(&self) -> Option<&str> {
        self.service
            .as_ref()
            .map(|service| service.command.as_str())
    }

    /// Whether the shape or member is listed as sensitive.
    pub(crate) fn sensitive(&self, id: &str) -> bool {
        has(&self.sensitive, id)
    }

    /// Whether the service leaves the member out.
    pub(crate) fn omitted(&self, member: &str) -> bool {
        has(&self.omitted, member)
    }

    /// Reports entries that matched nothing, or give no reason. `ids` are all shapes and members of
    /// the model.
    pub(crate) fn check<'a>(
        &self,
        ids: impl Iterator<Item = &'a str> + Clone,
        report: &mut Report,
    ) {
        let named = self
            .option
            .iter()
            .chain(&self.r#type)
            .map(|entry| (&entry.shape, &entry.reason, &entry.used));
        let entries = self
            .sensitive
            .iter()
            .chain(&self.omitted)
            .chain(&self.union)
            .map(|entry| (&entry.shape, &entry.reason, &entry.used));
        let of_service = self
            .service
            .iter()
            .map(|service| ("service", &service.reason));
        let reasons = named
            .clone()
            .chain(entries.clone())
            .map(|(shape, reason, _)| (shape.as_str(), reason));
        for (shape, _) in of_service
            .chain(reasons)
            .filter(|(_, reason)| reason.trim().is_empty())
        {
            let help = "say why the model is not followed here";
            report.add(&self.file, shape, "the exception gives no reason", help);
        }
        let is_union = |shape: &str| self.union.iter().any(|entry| entry.shape == shape);
        for (shape, _, used) in named.chain(entries) {
            if !used.get() && (is_union(shape) || !ids.clone().any(|id| id == shape)) {
                let help = if ids.clone().any(|id| id == shape) {
                    "a union has to be a structure of the model".to_owned()
                } else {
                    nearest(shape, ids.clone())
                };
                report.add(
                    &self.file,
                    shape,
                    "the exception matches nothing in the model",
                    help,
                );
            }
        }
    }
}

fn named<'a>(entries: &'a [Named], shape: &str) -> Option<&'a str> {
    let entry = entries.iter().find(|entry| entry.shape == shape)?;
    entry.used.set(true);
    Some(&entry.name)
}

fn has(entries: &[Entry], shape: &str) -> bool {
    let entry = entries.iter().find(|entry| entry.shape == shape);
    entry.inspect(|entry| entry.used.set(true)).is_some()
}
