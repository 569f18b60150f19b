//! The services of a program: those that are compiled in, and those of catalogues.

#[cfg(feature = "catalog")]
mod files;

#[cfg(feature = "services")]
pub(crate) use files::path;

#[cfg(not(feature = "catalog"))]
use opsmith_runtime::schema::catalog::Part;
use opsmith_runtime::schema::catalog::{CatalogError, Summary};
use opsmith_runtime::schema::commands::Commands;
#[cfg(not(feature = "catalog"))]
use opsmith_runtime::schema::commands::Words;
use std::collections::BTreeMap;

/// Services that are compiled in; with the feature `catalog`, those of a catalogue in the program and
/// of one on disk too.
///
/// Of a service that several of them have, the newest counts, by the day or release of its model.
#[derive(Debug)]
pub struct Services {
    linked: &'static [&'static Commands<'static>],
    #[cfg(feature = "catalog")]
    files: files::Files,
}

/// Where a service is.
enum Place {
    Linked(&'static Commands<'static>),
    /// In the catalogue of this position.
    #[cfg(feature = "catalog")]
    File(usize),
}

impl Services {
    /// Services that are compiled in: `const { &[&my_service::COMMANDS] }`, each with its generated
    /// schema.
    pub const fn linked(services: &'static [&'static Commands<'static>]) -> Self {
        Services {
            linked: services,
            #[cfg(feature = "catalog")]
            files: files::Files::none(),
        }
    }

    /// The newest service of each word, or of one word; the first of equally new ones.
    fn newest(
        &self,
        word: Option<&str>,
    ) -> Result<BTreeMap<&str, (Summary<'_>, Place)>, CatalogError> {
        let linked = self.linked.iter().copied();
        let linked = linked.filter(|found| word.is_none_or(|word| found.service.command == word));
        let linked = linked.map(|found| (Summary::of(found), Place::Linked(found)));
        #[cfg(feature = "catalog")]
        let linked = linked.chain(self.files.find(word)?);
        let mut newest = BTreeMap::<&str, (Summary<'_>, Place)>::new();
        for (summary, place) in linked {
            let known = newest.get(summary.word);
            if known.is_none_or(|(known, _)| is_newer(summary.source, known.source)) {
                newest.insert(summary.word, (summary, place));
            }
        }
        Ok(newest)
    }

    /// What is known of each service, sorted by word.
    pub(crate) fn summaries(&self) -> Result<Vec<Summary<'_>>, CatalogError> {
        let found = self.newest(None)?;
        Ok(found.into_values().map(|(summary, _)| summary).collect())
    }

    /// Where the models come from: a line for each service that is compiled in, and one for each
    /// catalogue.
    pub(crate) fn origins(&self) -> Vec<String> {
        let linked = self.linked.iter().map(|found| {
            let Summary { word, source, .. } = Summary::of(found);
            let newest = self.newest(Some(word)).unwrap_or_default();
            let newest = newest.get(word).map(|(newest, _)| newest.source);
            let other = newest.filter(|newest| *newest != source);
            let other =
                other.map(|newest| format!("; not used, as a catalogue has {}", named(newest)));
            let other = other.unwrap_or_default();
            format!("compiled in: {word}, {}{other}", named(source))
        });
        #[cfg(feature = "catalog")]
        let linked = linked.chain(self.files.origins());
        linked.collect()
    }

    /// Whether there is a service of this word.
    pub(crate) fn has(&self, word: &str) -> Result<bool, CatalogError> {
        Ok(!self.newest(Some(word))?.is_empty())
    }

    /// A part of the service of this word, if there is one.
    #[cfg(not(feature = "catalog"))]
    pub(crate) fn part(
        &self,
        word: &str,
        _: Part<'_>,
    ) -> Result<Option<&'static Commands<'static>>, CatalogError> {
        let found = self.newest(Some(word))?.into_values().next();
        Ok(found.map(|(_, Place::Linked(commands))| commands))
    }

    /// The words of the commands of a service, if there is one of this word.
    #[cfg(not(feature = "catalog"))]
    pub(crate) fn words(&self, word: &str) -> Result<Option<Words<'static>>, CatalogError> {
        let found = self.newest(Some(word))?.into_values().next();
        Ok(found.map(|(_, Place::Linked(commands))| commands.words()))
    }

    /// Whether services can be added.
    #[cfg(not(feature = "catalog"))]
    pub(crate) fn is_installed(&self) -> bool {
        false
    }
}

/// The source of a model, for people.
fn named(source: &str) -> &str {
    match source {
        "" => "a model of unknown origin",
        known => known,
    }
}

/// Whether a model is newer than another: of a later day, or of a later release of the same source
/// where one of them has no day. A model with a day is newer than one of which nothing is known.
fn is_newer(source: &str, than: &str) -> bool {
    let ((name, release, day), (other, old, known)) = (parts(source), parts(than));
    let is_comparable = name == other && !release.is_empty() && !old.is_empty();
    if is_comparable && (day.is_empty() || known.is_empty()) {
        return release > old;
    }
    day > known
}

/// The source of a model in parts, `botocore 1.44.5 2026-11-17`: its name, the numbers of the
/// release, and the day. What is missing is empty.
fn parts(source: &str) -> (&str, Vec<u64>, &str) {
    let mut words = source.split(' ');
    let name = words.next().unwrap_or_default();
    let release = words.find_map(|word| {
        let numbers = word.split('.').map(|number| number.parse().ok());
        numbers.collect::<Option<Vec<_>>>()
    });
    let is_day =
        |word: &&str| word.len() == 10 && word.bytes().filter(|byte| *byte == b'-').count() == 2;
    let day = source.rsplit(' ').next().filter(is_day).unwrap_or_default();
    (name, release.unwrap_or_default(), day)
}
