//! The program: its name, its version and its services.

use opsmith_runtime::schema::commands::Commands;

/// A command over services.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// The name under which the program is called. Usage texts, help and errors show it.
    pub name: &'static str,
    /// The version, as `--version` prints it after the name.
    pub version: &'static str,
    /// The services, each with its generated schema: `&my_service::COMMANDS`.
    pub services: &'static [&'static Commands<'static>],
}

impl Program {
    /// The service with this command word.
    pub(crate) fn find(&self, word: &str) -> Option<&'static Commands<'static>> {
        self.services
            .iter()
            .copied()
            .find(|commands| commands.service.command == word)
    }

    /// The command words of all services.
    pub(crate) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.services
            .iter()
            .map(|commands| commands.service.command)
    }
}

/// The program that unit tests and fuzz targets run.
#[cfg(any(test, fuzzing))]
pub(crate) const SAMPLE: Program = Program {
    name: "opsmith",
    version: env!("CARGO_PKG_VERSION"),
    services: &[&opsmith_codepipeline::COMMANDS],
};
