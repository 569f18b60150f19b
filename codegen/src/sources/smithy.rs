//! Smithy files: each has one service.

use super::find::{TAKEN, in_file, name_of};
use super::peek::Peek;
use super::{Entry, Found, Model, problem};
use crate::Generator;
use crate::diagnostics::{Diagnostic, Report};
use crate::exceptions::Exceptions;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// How deep folders of Smithy files are.
const MOST_DEEP: usize = 8;

/// A service of a Smithy file.
pub(super) fn entry(path: &Path, looked: Peek, size: u64) -> Entry {
    let service = looked.service.unwrap_or_default();
    let known = crate::aws_cli::facts().0.service(&service.sdk_id).command();
    let word = known
        .map(str::to_owned)
        .or(service.command)
        .unwrap_or_else(|| {
            let names = [&service.sdk_id, &service.name];
            let name = names.into_iter().find(|name| !name.is_empty());
            let stem = || {
                path.file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned()
            };
            crate::lower::dashed(&name.cloned().unwrap_or_else(stem))
        });
    let sibling = |extension: &str| {
        let path = path.with_extension(extension);
        Some(path).filter(|path| looked.is_imported && path.is_file())
    };
    let mut generator = Generator::new(path);
    if let Some(docs) = sibling("docs.json") {
        generator = generator.overlay(docs);
    }
    let exceptions = sibling("toml");
    let excepted = exceptions.as_deref().and_then(command_word);
    if let Some(exceptions) = exceptions {
        generator = generator.exceptions(exceptions);
    }
    Entry {
        found: Found {
            word: excepted.unwrap_or(word),
            sdk_id: service.sdk_id,
            version: service.version,
            release: String::new(),
            place: path.to_owned(),
        },
        size,
        model: Model::Smithy(generator),
        operations: Vec::new(),
    }
}

/// The command word that a file of exceptions gives the service. Mistakes in the file are reported
/// when it is used.
fn command_word(exceptions: &Path) -> Option<String> {
    let text = fs::read_to_string(exceptions).ok()?;
    let read = Exceptions::load("", &text, &mut Report::default());
    read.command().map(str::to_owned)
}

/// The services of a folder of Smithy files, in their newest versions. Of two that have the same
/// word and version, the larger one is kept, and the other one fails.
pub(super) fn in_folder(source: &Path) -> Result<Vec<Entry>, Diagnostic> {
    let mut files = BTreeSet::new();
    collect(source, MOST_DEEP, &mut files);
    let mut newest: BTreeMap<String, Entry> = BTreeMap::new();
    let mut refused = Vec::new();
    // Files that are no models may be anything: tests, manifests.
    for mut entry in files.iter().filter_map(|file| in_file(file).ok()).flatten() {
        let Some(other) = newest.get_mut(&entry.found.word) else {
            newest.insert(entry.found.word.clone(), entry);
            continue;
        };
        let is_equal = entry.found.version == other.found.version;
        if (&other.found.version, other.size) < (&entry.found.version, entry.size) {
            std::mem::swap(other, &mut entry);
        }
        if is_equal {
            refused.push(entry.refused_for(other));
        }
    }
    if newest.is_empty() {
        let found = match files.len() {
            0 => "it is a folder without JSON and without a service of botocore".to_owned(),
            count => format!(
                "it is a folder with {count} JSON files, none of which is a Smithy model of a service"
            ),
        };
        return Err(problem(source, found, TAKEN));
    }
    Ok(newest.into_values().chain(refused).collect())
}

/// The JSON files in a folder and its folders, without those of documentation, which belong to
/// others.
fn collect(folder: &Path, deep: usize, files: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && deep > 0 {
            collect(&path, deep - 1, files);
            continue;
        }
        let name = name_of(&path);
        if name.ends_with(".json") && !name.ends_with(".docs.json") && path.is_file() {
            files.insert(path);
        }
    }
}
