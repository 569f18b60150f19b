//! The services of a program: those that are compiled in, and those of catalogues.

use opsmith_runtime::config::Env;
use opsmith_runtime::schema::Arena;
use opsmith_runtime::schema::catalog::{Catalog, CatalogError, CatalogFile, Part, Summary};
use opsmith_runtime::schema::commands::Commands;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The name of the installed catalogue in its folder.
const FILE: &str = "services.catalog";

/// Services that are compiled in, and those of a catalogue in the program and of one on disk.
///
/// Of a service that several of them have, the newest counts, by the day of its model.
#[derive(Debug)]
pub struct Services {
    linked: &'static [&'static Commands<'static>],
    embedded: Option<&'static [u8]>,
    is_installed: bool,
    /// The catalogues, once they were opened: the installed one first.
    files: OnceLock<Result<Vec<CatalogFile>, CatalogError>>,
}

/// Where a service is.
enum Place<'a> {
    Linked(&'static Commands<'static>),
    File(&'a CatalogFile),
}

impl Services {
    /// Services that are compiled in, each with its generated schema: `const { &[&my_service::COMMANDS] }`.
    pub const fn linked(services: &'static [&'static Commands<'static>]) -> Self {
        Services {
            linked: services,
            embedded: None,
            is_installed: false,
            files: OnceLock::new(),
        }
    }

    /// The same and those of a catalogue that is part of the program: `include_bytes!("…")`.
    #[must_use]
    pub const fn embedded(mut self, catalog: &'static [u8]) -> Self {
        self.embedded = Some(catalog);
        self
    }

    /// The same and those that `services add` installed for the user.
    #[must_use]
    pub const fn installed(mut self) -> Self {
        self.is_installed = true;
        self
    }

    /// Whether services can be added.
    pub(crate) fn is_installed(&self) -> bool {
        self.is_installed
    }

    fn files(&self) -> Result<&[CatalogFile], CatalogError> {
        let files = self.files.get_or_init(|| {
            let installed = self.is_installed.then(|| path(&Env::real())).flatten();
            let installed = installed.and_then(|path| match CatalogFile::open(path) {
                Err(CatalogError::Io(_, error)) if error.kind() == ErrorKind::NotFound => None,
                opened => Some(opened),
            });
            let embedded = self.embedded;
            let embedded = embedded.map(|bytes| CatalogFile::from_bytes("in the program", bytes));
            installed.into_iter().chain(embedded).collect()
        });
        files.as_deref().map_err(Clone::clone)
    }

    /// The newest service of each word, or of one word; the first of equally new ones.
    fn newest<'a>(
        &'a self,
        word: Option<&str>,
    ) -> Result<BTreeMap<&'a str, (Summary<'a>, Place<'a>)>, CatalogError> {
        let linked = self.linked.iter().copied();
        let linked = linked.filter(|found| word.is_none_or(|word| found.service.command == word));
        let mut all: Vec<_> = linked
            .map(|found| (Summary::of(found), Place::Linked(found)))
            .collect();
        for file in self.files()? {
            let found = match word {
                Some(word) => Vec::from_iter(file.summary(word)?),
                None => file.services()?,
            };
            all.extend(found.into_iter().map(|found| (found, Place::File(file))));
        }
        let mut newest = BTreeMap::<&str, (Summary<'_>, Place<'_>)>::new();
        for (summary, place) in all {
            let known = newest.get(summary.word);
            if known.is_none_or(|(known, _)| day(summary.source) > day(known.source)) {
                newest.insert(summary.word, (summary, place));
            }
        }
        Ok(newest)
    }
}

impl Catalog for Services {
    fn services(&self) -> Result<Vec<Summary<'_>>, CatalogError> {
        let found = self.newest(None)?;
        Ok(found.into_values().map(|(summary, _)| summary).collect())
    }

    fn summary(&self, word: &str) -> Result<Option<Summary<'_>>, CatalogError> {
        let mut found = self.newest(Some(word))?.into_values();
        Ok(found.next().map(|(summary, _)| summary))
    }

    fn load<'a>(
        &self,
        word: &str,
        part: Part<'_>,
        arena: &'a Arena,
    ) -> Result<Option<&'a Commands<'a>>, CatalogError> {
        match self.newest(Some(word))?.into_values().next() {
            Some((_, Place::Linked(commands))) => Ok(Some(commands)),
            Some((_, Place::File(file))) => file.load(word, part, arena),
            None => Ok(None),
        }
    }
}

/// The day in the source of a model, which is its last word; empty where there is none.
fn day(source: &str) -> &str {
    let last = source.rsplit(' ').next().unwrap_or_default();
    let is_day = last.len() == 10 && last.bytes().filter(|byte| *byte == b'-').count() == 2;
    if is_day { last } else { "" }
}

/// Where the installed catalogue is: in the folder that `OPSMITH_HOME` names, else in `opsmith` in
/// the user's folder of data. `None` without a home folder.
pub(crate) fn path(env: &Env) -> Option<PathBuf> {
    let folder = |name: &str| {
        let value = env.variable(name).ok().flatten();
        value.filter(|value| !value.is_empty()).map(PathBuf::from)
    };
    let data = || {
        // A relative path there has no meaning (XDG Base Directory Specification).
        let named = folder("XDG_DATA_HOME").filter(|path| path.is_absolute());
        let data = named.or_else(|| Some(env.home()?.join(".local/share")))?;
        Some(data.join("opsmith"))
    };
    let home = folder("OPSMITH_HOME").or_else(data)?;
    Some(home.join(FILE))
}
