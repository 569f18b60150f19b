//! `cargo opsmith diff`: what changed between two models.

use crate::{output, target};
use clap::{Args, ValueEnum};
use opsmith_codegen::{Arena, Change, Error, Generator, Severity};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Diff {
    /// The old model: a Smithy JSON AST file, or a folder of botocore's data.
    old: PathBuf,
    /// The new model.
    new: PathBuf,
    #[command(flatten)]
    more: target::More,
    /// Print the changes as JSON.
    #[arg(long)]
    json: bool,
    /// Exit with 1 when a change is at least this severe.
    #[arg(long, value_name = "SEVERITY", default_value = "breaking")]
    fail_on: FailOn,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    Breaking,
    Additive,
    Documentation,
}

/// Exits with 1 when a change is too severe, and with 2 when the models can't be compared.
pub(crate) fn run(diff: &Diff) -> ExitCode {
    let done = changes(
        &diff.more.generator(&diff.old),
        &diff.more.generator(&diff.new),
    )
    .map_err(|error| error.to_string())
    .and_then(|changes| {
        if diff.json {
            json(&changes)
        } else {
            print(&changes)
        }?;
        Ok(changes)
    });
    let worst = match diff.fail_on {
        FailOn::Breaking => Severity::Breaking,
        FailOn::Additive => Severity::Additive,
        FailOn::Documentation => Severity::Documentation,
    };
    match done {
        Ok(changes) if changes.iter().any(|change| change.severity <= worst) => ExitCode::from(1),
        Ok(_) => ExitCode::SUCCESS,
        Err(problem) => {
            output::error(problem);
            ExitCode::from(2)
        }
    }
}

/// The changes from one model to another.
pub(crate) fn changes(old: &Generator, new: &Generator) -> Result<Vec<Change>, Error> {
    let arena = Arena::new();
    Ok(opsmith_codegen::diff(
        &old.lower(&arena)?,
        &new.lower(&arena)?,
    ))
}

/// The part of a generated crate's version that the changes increase.
fn version(changes: &[Change]) -> &'static str {
    match changes.iter().map(|change| change.severity).min() {
        Some(Severity::Breaking) => "major",
        Some(Severity::Additive) => "minor",
        Some(Severity::Documentation) => "patch",
        None => "none",
    }
}

fn json(changes: &[Change]) -> Result<(), String> {
    let text =
        serde_json::to_string_pretty(&json!({ "version": version(changes), "changes": changes }));
    output::line(text.map_err(|error| error.to_string())?)
}

/// Prints the changes, the most severe first; those of documentation in one line.
pub(crate) fn print(changes: &[Change]) -> Result<(), String> {
    for (severity, name, style) in [
        (Severity::Breaking, "breaking", output::BAD),
        (Severity::Additive, "additive", output::GOOD),
    ] {
        for change in changes.iter().filter(|change| change.severity == severity) {
            let name = output::styled(style, format_args!("{name:<13}"));
            output::line(format_args!("{name} {}", in_words(change)))?;
        }
    }
    print_documentation(changes)?;
    let version = match version(changes) {
        "none" => "nothing changed".to_owned(),
        "major" => {
            "suggested version: the next major one (0.1.0 to 0.2.0, 1.0.0 to 2.0.0)".to_owned()
        }
        level => format!("suggested version: the next {level} one"),
    };
    output::line(output::styled(output::HEAD, version))
}

/// A change with its place and the operations that it affects.
fn in_words(change: &Change) -> String {
    let Change {
        place,
        change,
        operations,
        ..
    } = change;
    let operations = match operations.as_slice() {
        [] => String::new(),
        [only] if only == place => String::new(),
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!(" ({first}, {second}, {third} and {} more)", rest.len())
        }
        few => format!(" ({})", few.join(", ")),
    };
    format!("{place}: {change}{operations}")
}

/// Prints how many texts changed, if any did.
fn print_documentation(changes: &[Change]) -> Result<(), String> {
    let is_documentation = |change: &&Change| change.severity == Severity::Documentation;
    let texts: Vec<_> = changes.iter().filter(is_documentation).collect();
    if texts.is_empty() {
        return Ok(());
    }
    let operations: BTreeSet<_> = texts.iter().flat_map(|text| &text.operations).collect();
    let name = output::styled(output::NOTE, "documentation");
    let (count, operations) = (texts.len(), operations.len());
    output::line(format_args!(
        "{name} {count} texts changed, about {operations} operations"
    ))
}
