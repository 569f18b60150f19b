//! The services of a program: those that are compiled in, and those of catalogues.

#[cfg(feature = "catalog")]
mod files;

#[cfg(feature = "services")]
pub(crate) use files::path;

#[cfg(not(feature = "catalog"))]
use opsmith_runtime::schema::catalog::Part;
use opsmith_runtime::schema::catalog::{CatalogError, Summary};
use opsmith_runtime::schema::commands::Commands;
use std::collections::BTreeMap;

/// Services that are compiled in; with the feature `catalog`, those of a catalogue in the program and
/// of one on disk too.
///
/// Of a service that several of them have, the newest counts, by the day of its model.
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
            if known.is_none_or(|(known, _)| day(summary.source) > day(known.source)) {
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

    /// Whether services can be added.
    #[cfg(not(feature = "catalog"))]
    pub(crate) fn is_installed(&self) -> bool {
        false
    }
}

/// The day in the source of a model, which is its last word; empty where there is none.
fn day(source: &str) -> &str {
    let last = source.rsplit(' ').next().unwrap_or_default();
    let is_day = last.len() == 10 && last.bytes().filter(|byte| *byte == b'-').count() == 2;
    if is_day { last } else { "" }
}
