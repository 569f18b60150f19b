//! The services that the command knows, as the build script generated them.

include!(concat!(env!("OUT_DIR"), "/services.rs"));

use opsmith_runtime::commands::Commands;

/// The service of this command word.
pub(crate) fn find(word: &str) -> Option<&'static Commands<'static>> {
    SERVICES.iter().copied().find(|commands| commands.service.command == word)
}

/// The command words of all services.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|commands| commands.service.command)
}
