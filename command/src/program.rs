//! The program: its name, its version and its services.

use crate::catalog::Services;
use crate::failure::Failure;
use opsmith_runtime::schema::catalog::{CatalogError, Part, Summary};
use opsmith_runtime::schema::commands::{Commands, Words};

/// A command over services.
#[derive(Debug)]
pub struct Program {
    /// The name under which the program is called. Usage texts, help and errors show it.
    pub name: &'static str,
    /// The version, as `--version` prints it after the name.
    pub version: &'static str,
    /// The services.
    pub services: Services,
}

impl Program {
    /// The part of the service with this command word, if there is one.
    ///
    /// # Errors
    ///
    /// The catalogue can't be read.
    pub(crate) fn load(
        &self,
        word: &str,
        part: Part<'_>,
    ) -> Result<Option<&'static Commands<'static>>, Failure> {
        let loaded = self.services.part(word, part);
        loaded.map_err(|error| self.unreadable(&error))
    }

    /// The part of a service that was found before.
    ///
    /// # Errors
    ///
    /// The catalogue can't be read, or the service is no longer there.
    pub(crate) fn part(
        &self,
        word: &str,
        part: Part<'_>,
    ) -> Result<&'static Commands<'static>, Failure> {
        let gone = || Failure::general(format_args!("{word} is no longer there"));
        self.load(word, part)?.ok_or_else(gone)
    }

    /// The words of the commands of a service, if there is one with this command word.
    ///
    /// # Errors
    ///
    /// The catalogue can't be read.
    pub(crate) fn words(&self, word: &str) -> Result<Option<Words<'static>>, Failure> {
        let words = self.services.words(word);
        words.map_err(|error| self.unreadable(&error))
    }

    /// Whether there is a service with this command word.
    ///
    /// # Errors
    ///
    /// The catalogue can't be read.
    pub(crate) fn has(&self, word: &str) -> Result<bool, Failure> {
        let found = self.services.has(word);
        found.map_err(|error| self.unreadable(&error))
    }

    /// What is known of each service, sorted by command word.
    ///
    /// # Errors
    ///
    /// The catalogue can't be read.
    pub(crate) fn summaries(&self) -> Result<Vec<Summary<'_>>, Failure> {
        let services = self.services.summaries();
        services.map_err(|error| self.unreadable(&error))
    }

    /// How to get more services, if the program takes more.
    pub(crate) fn further(&self) -> Option<String> {
        let adding = self.adding()?;
        Some(format!(
            "More services, and those of a newer release: {adding}"
        ))
    }

    /// How to get a newer model of a service, if the program takes one.
    pub(crate) fn newer(&self, source: &str) -> Option<String> {
        let adding = self.adding()?;
        Some(format!(
            "The model of the service is {source}. A newer one may have it: {adding}"
        ))
    }

    fn adding(&self) -> Option<String> {
        let name = self.name;
        let adding = format!("pip download --no-deps botocore; {name} services add botocore-*.whl");
        self.services.is_installed().then_some(adding)
    }

    /// A catalogue that can't be read, and what mends it.
    pub(crate) fn unreadable(&self, error: &CatalogError) -> Failure {
        Failure::general(format_args!(
            "{error}\nMake it anew: {name} services remove --all, then {name} services add botocore-*.whl",
            name = self.name
        ))
    }
}

/// The commands that unit tests and fuzz targets read.
#[cfg(any(test, fuzzing))]
pub(crate) const COMMANDS: &Commands<'static> = &opsmith_codepipeline::COMMANDS;

/// The program that unit tests and fuzz targets run.
#[cfg(any(test, fuzzing))]
pub(crate) fn sample() -> Program {
    Program {
        name: "opsmith",
        version: env!("CARGO_PKG_VERSION"),
        services: Services::linked(const { &[COMMANDS] }),
    }
}
