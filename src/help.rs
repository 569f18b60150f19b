//! Help pages, from rows.

use opsmith_runtime::commands::{Command, Commands};
use opsmith_runtime::rows::Operation;
use std::io::{self, Write};

/// A global option as the help shows it.
pub(crate) struct GlobalHelp<'a> {
    pub(crate) name: &'a str,
    /// `string`, `integer` or `boolean`.
    pub(crate) value: &'a str,
    pub(crate) text: &'a str,
    pub(crate) choices: &'a [&'a str],
}

/// A page.
pub(crate) struct Page;

pub(crate) fn operation_page(_: &Commands<'_>, _: &Command<'_>, _: &Operation<'_>) -> Page {
    Page
}
pub(crate) fn service_page(_: &Commands<'_>) -> Page {
    Page
}
pub(crate) fn top_page(_: &[GlobalHelp<'_>], _: &[&Commands<'_>]) -> Page {
    Page
}
pub(crate) fn print(_: &Page, _: &mut impl Write) -> io::Result<()> {
    Ok(())
}
