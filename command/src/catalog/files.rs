//! The catalogues of a program: one that is a part of it, and one on disk.

use super::{Place, Services, named};
use opsmith_runtime::config::Env;
use opsmith_runtime::schema::Arena;
use opsmith_runtime::schema::catalog::{Catalog, CatalogError, CatalogFile, Part, Summary};
use opsmith_runtime::schema::commands::{Commands, Words};
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The name of the installed catalogue in its folder.
const FILE: &str = "services.catalog";

/// The number of sources that are named of a catalogue.
const SOURCES: usize = 3;

/// Catalogues, which are opened when they are needed.
#[derive(Debug)]
pub(super) struct Files {
    embedded: Option<&'static [u8]>,
    is_installed: bool,
    /// The installed one first.
    opened: OnceLock<Result<Vec<CatalogFile>, CatalogError>>,
}

impl Files {
    /// No catalogue.
    pub(super) const fn none() -> Self {
        Files {
            embedded: None,
            is_installed: false,
            opened: OnceLock::new(),
        }
    }

    fn opened(&self) -> Result<&[CatalogFile], CatalogError> {
        let opened = self.opened.get_or_init(|| {
            let installed = self.installed().and_then(|path| present(&path));
            installed.into_iter().chain(self.embedded()).collect()
        });
        opened.as_deref().map_err(Clone::clone)
    }

    /// Where the installed catalogue is, if the program has one.
    fn installed(&self) -> Option<PathBuf> {
        self.is_installed.then(|| path(&Env::real())).flatten()
    }

    fn embedded(&self) -> Option<Result<CatalogFile, CatalogError>> {
        let bytes = self.embedded?;
        Some(CatalogFile::from_bytes("in the program", bytes))
    }

    /// A line for each catalogue: where it is, and what it has.
    pub(super) fn origins(&self) -> Vec<String> {
        let installed = self.installed().map(|path| {
            let what = present(&path).map_or_else(|| "none".to_owned(), |file| content(&file));
            format!("installed catalogue: {}: {what}", path.display())
        });
        let embedded = self.embedded();
        let embedded = embedded.map(|file| format!("built-in catalogue: {}", content(&file)));
        installed.into_iter().chain(embedded).collect()
    }

    /// The services of all catalogues, or those of one word.
    pub(super) fn find(
        &self,
        word: Option<&str>,
    ) -> Result<Vec<(Summary<'_>, Place)>, CatalogError> {
        let mut all = Vec::new();
        for (at, file) in self.opened()?.iter().enumerate() {
            let found = match word {
                Some(word) => Vec::from_iter(file.summary(word)?),
                None => file.services()?,
            };
            all.extend(found.into_iter().map(|found| (found, Place::File(at))));
        }
        Ok(all)
    }
}

/// The catalogue at a path, if there is one.
fn present(path: &Path) -> Option<Result<CatalogFile, CatalogError>> {
    match CatalogFile::open(path) {
        Err(CatalogError::Io(_, error)) if error.kind() == ErrorKind::NotFound => None,
        opened => Some(opened),
    }
}

/// What a catalogue has: the number of services, and where most of their models come from.
fn content(file: &Result<CatalogFile, CatalogError>) -> String {
    let services = file
        .as_ref()
        .map_err(Clone::clone)
        .and_then(|file| file.services());
    let services = match services {
        Ok(services) => services,
        Err(error) => return error.to_string(),
    };
    let mut counts = BTreeMap::<&str, usize>::new();
    for service in &services {
        *counts.entry(service.source).or_default() += 1;
    }
    let mut sources: Vec<_> = counts.into_iter().collect();
    sources.sort_unstable_by_key(|&(source, count)| (std::cmp::Reverse(count), source));
    let shown = sources.iter().take(SOURCES);
    let shown: Vec<_> = shown
        .map(|(source, count)| format!("{}: {count}", named(source)))
        .collect();
    let others = match sources.len().saturating_sub(SOURCES) {
        0 => String::new(),
        others => format!(", and {others} other sources"),
    };
    format!(
        "services: {} ({}{others})",
        services.len(),
        shown.join(", ")
    )
}

impl Services {
    /// The same and those of a catalogue that is part of the program: `include_bytes!("…")`.
    #[must_use]
    pub const fn embedded(mut self, catalog: &'static [u8]) -> Self {
        self.files.embedded = Some(catalog);
        self
    }

    /// The same and those that `services add` installed for the user.
    #[must_use]
    pub const fn installed(mut self) -> Self {
        self.files.is_installed = true;
        self
    }

    /// Whether services can be added.
    pub(crate) fn is_installed(&self) -> bool {
        self.files.is_installed
    }

    /// A part of the service of this word, if there is one.
    pub(crate) fn part(
        &self,
        word: &str,
        part: Part<'_>,
    ) -> Result<Option<&'static Commands<'static>>, CatalogError> {
        self.load(word, part, arena())
    }

    /// The words of the commands of a service, if there is one of this word.
    pub(crate) fn words(&self, word: &str) -> Result<Option<Words<'static>>, CatalogError> {
        Catalog::words(self, word, arena())
    }
}

/// An arena of the process, which runs one command line and ends with it.
fn arena() -> &'static Arena {
    Box::leak(Box::default())
}

impl Catalog for Services {
    fn services(&self) -> Result<Vec<Summary<'_>>, CatalogError> {
        self.summaries()
    }

    fn summary(&self, word: &str) -> Result<Option<Summary<'_>>, CatalogError> {
        let mut found = self.newest(Some(word))?.into_values();
        Ok(found.next().map(|(summary, _)| summary))
    }

    fn words<'a>(&self, word: &str, arena: &'a Arena) -> Result<Option<Words<'a>>, CatalogError> {
        match self.newest(Some(word))?.into_values().next() {
            Some((_, Place::Linked(commands))) => Ok(Some(commands.words())),
            Some((_, Place::File(at))) => match self.files.opened()?.get(at) {
                Some(file) => file.words(word, arena),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    fn load<'a>(
        &self,
        word: &str,
        part: Part<'_>,
        arena: &'a Arena,
    ) -> Result<Option<&'a Commands<'a>>, CatalogError> {
        match self.newest(Some(word))?.into_values().next() {
            Some((_, Place::Linked(commands))) => Ok(Some(commands)),
            Some((_, Place::File(at))) => match self.files.opened()?.get(at) {
                Some(file) => file.load(word, part, arena),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{COMMANDS, Program, sample};
    use crate::{completions, help};
    use opsmith_runtime::schema::Service;
    use opsmith_runtime::schema::catalog::{Section, write};

    /// A catalogue with the sample's service, whose model is of this day and has this title.
    fn catalog(day: &'static str, title: &'static str) -> &'static [u8] {
        let service = Service {
            source: day,
            title,
            ..*COMMANDS.service
        };
        let commands = Commands {
            service: &service,
            ..*COMMANDS
        };
        let section = Section::of(&commands).expect("a section");
        let mut bytes = Vec::new();
        write(&[section], &mut bytes).expect("the bytes");
        bytes.leak()
    }

    #[test]
    fn the_newest_model_of_a_service_counts() {
        let title = |services: Services| {
            let words = services.words(COMMANDS.service.command);
            words.expect("a catalogue").expect("the service").title
        };
        let linked = || Services::linked(const { &[COMMANDS] });
        let older = catalog("botocore 1.0.0 2020-01-01", "older");
        let newer = catalog("botocore 9.0.0 2099-01-01", "newer");
        let undated = catalog("", "undated");
        assert_eq!(title(linked().embedded(older)), COMMANDS.service.title);
        assert_eq!(title(linked().embedded(undated)), COMMANDS.service.title);
        assert_eq!(title(linked().embedded(newer)), "newer");
        assert_eq!(title(Services::linked(&[]).embedded(older)), "older");
        // A folder of botocore has no day, but a release.
        let later = catalog("botocore 9.0.0", "later");
        let earlier = catalog("botocore 1.2", "earlier");
        let foreign = catalog("mine 9.0.0", "foreign");
        assert_eq!(title(linked().embedded(later)), "later");
        assert_eq!(title(linked().embedded(earlier)), COMMANDS.service.title);
        assert_eq!(title(linked().embedded(foreign)), COMMANDS.service.title);
    }

    #[test]
    fn origins_say_which_model_is_used() {
        let linked = || Services::linked(const { &[COMMANDS] });
        let own = format!("compiled in: codepipeline, {}", COMMANDS.service.source);
        assert_eq!(linked().origins(), std::slice::from_ref(&own));
        let newer = catalog("botocore 9.0.0 2099-01-01", "newer");
        assert_eq!(
            linked().embedded(newer).origins(),
            [
                format!("{own}; not used, as a catalogue has botocore 9.0.0 2099-01-01"),
                "built-in catalogue: services: 1 (botocore 9.0.0 2099-01-01: 1)".to_owned(),
            ]
        );
        assert_eq!(
            linked().embedded(catalog("", "undated")).origins()[1],
            "built-in catalogue: services: 1 (a model of unknown origin: 1)"
        );
        // What is wrong with a catalogue keeps nothing from being said.
        assert_eq!(
            linked().embedded(b"no catalogue").origins(),
            [
                own,
                "built-in catalogue: in the program is not a catalogue".to_owned()
            ]
        );
    }

    /// Parts of a catalogue give the pages and completions of the whole service.
    #[test]
    fn pages_and_completions_are_those_of_a_service_that_is_compiled_in() {
        let program = |services| Program {
            services,
            ..sample()
        };
        let linked = program(Services::linked(const { &[COMMANDS] }));
        let Service { source, title, .. } = *COMMANDS.service;
        let loaded = program(Services::linked(&[]).embedded(catalog(source, title)));
        let service = COMMANDS.service.command;
        let page = |program: &Program, word| {
            let found = program.part(service, Part::Page(word)).expect("a part");
            let (command, operation) = found.find(word).expect("the command");
            format!("{:?}", help::operation_page(found, command, operation))
        };
        let words =
            |program: &Program| program.words(service).expect("words").expect("the service");
        assert_eq!(words(&loaded), words(&linked));
        for word in words(&linked).shown {
            assert_eq!(page(&loaded, word), page(&linked, word), "{word}");
            let lines = [
                format!("opsmith {service} {word} -"),
                format!("opsmith {service} {word}"),
            ];
            for line in lines {
                let answers = |program| completions::answers(program, &line);
                assert_eq!(answers(&loaded), answers(&linked), "{line}");
            }
        }
    }

    #[test]
    fn the_folder_is_named_by_variables() {
        let path = |variables: &[(&str, &str)]| {
            let found = path(&Env::with_variables(variables.iter().copied()));
            found.map(|path| path.display().to_string())
        };
        let home = ("HOME", "/home/one");
        let data = ("XDG_DATA_HOME", "/data");
        let own = ("OPSMITH_HOME", "/own");
        let at = |folder: &str| Some(format!("{folder}/{FILE}"));
        assert_eq!(path(&[home, data, own]), at("/own"));
        assert_eq!(
            path(&[home, data, ("OPSMITH_HOME", "")]),
            at("/data/opsmith")
        );
        let relative = ("XDG_DATA_HOME", "data");
        assert_eq!(
            path(&[home, relative]),
            at("/home/one/.local/share/opsmith")
        );
        assert_eq!(path(&[]), None);
    }
}
