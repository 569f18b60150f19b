//! Help pages of the program, of a service and of an operation, from the schema.
//!
//! A page is a list of blocks ([`page`]). [`layout`] typesets it as plain text in 78 columns or for a
//! terminal.

mod layout;
mod markdown;
mod operation;
mod overview;
mod page;
mod roff;
mod samples;

pub(crate) use operation::{operation_page, wait_page, waiter_page};
#[cfg(feature = "s3")]
pub(crate) use overview::{Listed, own_page};
pub(crate) use overview::{service_page, top_page};
pub(crate) use page::Page;

use crate::failure::Failure;
use crate::pager::Pager;
use layout::Layout;
use std::io::{self, IsTerminal as _, Write};

/// Prints a page: on a terminal through a pager and in its width, elsewhere as plain text in 78
/// columns.
///
/// # Errors
///
/// The output can't be written.
pub(crate) fn print(page: &Page) -> Result<(), Failure> {
    write(page).map_err(|error| Failure::output(&error))
}

fn write(page: &Page) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if !out.is_terminal() {
        out.write_all(page.render(&Layout::PLAIN).as_bytes())?;
        return out.flush();
    }
    let text = page.render(&Layout::terminal(columns()));
    match paged(&text) {
        Ok(()) => Ok(()),
        // Without a pager the page is printed as it is.
        Err(_) => out.write_all(text.as_bytes()).and_then(|()| out.flush()),
    }
}

/// Shows text in the pager that `MANPAGER` or `PAGER` names, or `less`.
fn paged(text: &str) -> io::Result<()> {
    let named = ["MANPAGER", "PAGER"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok());
    let command = named
        .into_iter()
        .find(|command| !command.trim().is_empty())
        .unwrap_or_else(|| "less -R".to_owned());
    let pager = Pager::named(&command)
        .ok()
        .flatten()
        .ok_or(io::ErrorKind::InvalidInput)?;
    let mut process = pager.start()?;
    // The user may quit before the end.
    let _ = process.write_all(text.as_bytes());
    Ok(())
}

/// How wide the terminal is.
fn columns() -> usize {
    let columns = std::env::var("COLUMNS")
        .ok()
        .and_then(|columns| columns.parse().ok());
    columns
        .or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0.into()))
        .unwrap_or(80)
}
