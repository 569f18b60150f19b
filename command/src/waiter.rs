//! The waiters of a service, by their words, and our own options of them.

use crate::args::{Arity, OptionSpec};
use opsmith_runtime::schema::commands::{Command, Commands};
use opsmith_runtime::schema::{Operation, Waiter};

pub(crate) use opsmith_runtime::schema::commands::WAIT as WORD;

pub(crate) const DELAY: &str = "--cli-wait-delay";
pub(crate) const ATTEMPTS: &str = "--cli-wait-attempts";

/// The options that we add to every waiter, with their help texts.
pub(crate) const OPTIONS: [(&str, &str); 2] = [
    (
        DELAY,
        "Seconds between two calls (default: those of the waiter).",
    ),
    (
        ATTEMPTS,
        "Maximum number of calls (default: that of the waiter).",
    ),
];

/// The same as a level of the line knows them.
pub(crate) fn specs<'a>() -> impl Iterator<Item = OptionSpec<'a>> {
    OPTIONS
        .iter()
        .map(|(name, _)| OptionSpec::extension(name, Arity::One))
}

/// A waiter of a service.
#[derive(Clone, Copy)]
pub(crate) struct FoundWaiter<'a> {
    pub(crate) waiter: &'a Waiter<'a>,
    pub(crate) command: &'a Command<'a>,
    pub(crate) operation: &'a Operation<'a>,
}

/// The waiter of this word.
pub(crate) fn find<'a>(commands: &Commands<'a>, word: &str) -> Option<FoundWaiter<'a>> {
    let mut waiters = commands.waiters();
    let (_, waiter, command, operation) = waiters.find(|(name, ..)| *name == word)?;
    Some(FoundWaiter {
        waiter,
        command,
        operation,
    })
}

/// The operation as waiters call it: one call each time, without pages.
pub(crate) fn unpaged<'a>(operation: &Operation<'a>) -> Operation<'a> {
    Operation {
        traits: &[],
        ..*operation
    }
}
