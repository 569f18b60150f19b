//! `opsmith services add`: services of sources become a part of the catalogue.

use super::installed::Installed;
use crate::args::ParsedArgs;
use crate::failure::Failure;
use crate::program::Program;
use crate::stdout::print;
use opsmith_codegen::sources::{Progress, Services};
use opsmith_codegen::{Change, Severity, diff, rust};
use opsmith_runtime::schema::Arena;
use opsmith_runtime::schema::catalog::{Damage, Section};
use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

/// Adds the services of sources.
pub(super) fn add(
    program: &Program,
    installed: &Installed,
    args: &ParsedArgs<'_, '_>,
    sources: &[&str],
) -> Result<(), Failure> {
    let mut services = Services::find(sources).map_err(|error| {
        let is_missing = sources.iter().any(|source| !Path::new(source).exists());
        let download = "pip download --no-deps botocore gets the models that the AWS CLI has.";
        Failure::parameter(error).noting(is_missing.then(|| download.to_owned()))
    })?;
    if let Some(only) = args.value("--only") {
        services = services.only(only.split(',')).map_err(Failure::parameter)?;
    }
    if args.has("--without-docs") {
        services = services.without_documentation();
    }
    let lock = installed.lock()?;
    let old = installed.sections();
    let old = old.map_err(|error| program.unreadable(&error))?;
    let shows = std::io::stderr().is_terminal();
    let lowered = services.lower_all(
        |_, service| Section::of(service.commands),
        |progress| show(shows, &progress),
    );
    let mut sections: BTreeMap<String, Section> = BTreeMap::new();
    let mut broken = Vec::new();
    for found in lowered {
        let section = found.result.map_err(|error| error.to_string());
        let section = section.and_then(|made| made.map_err(|error| error.to_string()));
        match section {
            Ok(section) => drop(sections.insert(section.summary().word.to_owned(), section)),
            Err(error) => broken.push(format!("{}: {error}", found.word)),
        }
    }
    let report = report(&old, &sections).map_err(Failure::general)?;
    for section in old {
        let word = section.summary().word.to_owned();
        sections.entry(word).or_insert(section);
    }
    installed.write(&lock, &sections.into_values().collect::<Vec<_>>())?;
    print(&format!(
        "{report}catalogue: {}\n",
        installed.path.display()
    ))?;
    match broken.len() {
        0 => Ok(()),
        count => Err(Failure::partial(format_args!(
            "{count} of {} services could not be added:\n{}",
            services.len(),
            broken.join("\n")
        ))),
    }
}

/// Shows on a terminal how far it is.
fn show(shows: bool, progress: &Progress<'_>) {
    if shows {
        let end = if progress.done == progress.total {
            "\r\x1b[K"
        } else {
            ""
        };
        let (done, total, word) = (progress.done, progress.total, progress.word);
        let mut terminal = std::io::stderr();
        // It is only for people to look at.
        let _ = write!(terminal, "\r\x1b[K{done} of {total} {word}{end}");
    }
}

/// What was added, and what that changes.
fn report(old: &[Section], new: &BTreeMap<String, Section>) -> Result<String, Damage> {
    let operations: u32 = new
        .values()
        .map(|section| section.summary().operations)
        .sum();
    let replaced: Vec<_> = old
        .iter()
        .filter_map(|old| Some((old, new.get(old.summary().word)?)))
        .collect();
    let (services, known) = (new.len(), replaced.len());
    let mut text = format!(
        "services: {services} ({} new, {known} replaced), operations: {operations}\n",
        services - known
    );
    for (old, new) in replaced {
        if !old.is_same(new) {
            text += &changes(old, new)?;
        }
    }
    Ok(text)
}

/// How a service has changed: the number of changes, and those that break what was written for it.
fn changes(old: &Section, new: &Section) -> Result<String, Damage> {
    let arena = Arena::new();
    let found = diff(
        &rust::Service::of(old.load(&arena)?),
        &rust::Service::of(new.load(&arena)?),
    );
    let of = |severity| {
        found
            .iter()
            .filter(move |change| change.severity == severity)
    };
    let (breaking, additive) = (
        of(Severity::Breaking).count(),
        of(Severity::Additive).count(),
    );
    if breaking + additive == 0 {
        return Ok(String::new());
    }
    let (before, after) = (old.summary().operations, new.summary().operations);
    let word = new.summary().word;
    let mut text = format!(
        "{word}: {before} operations before, {after} now; {additive} additions, {breaking} breaking changes\n"
    );
    for Change { place, change, .. } in of(Severity::Breaking) {
        text += &format!("  breaking: {place}: {change}\n");
    }
    Ok(text)
}
