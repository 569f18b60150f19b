//! Output: in colours on a terminal, plain elsewhere. A closed pipe ends the program quietly.

use anstyle::{AnsiColor, Style};
use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};

pub(crate) const BAD: Style = AnsiColor::Red.on_default();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const NOTE: Style = AnsiColor::Cyan.on_default();
pub(crate) const HEAD: Style = Style::new().bold();

/// The text in a style.
pub(crate) fn styled(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Prints a line, or ends the process when nobody reads it.
///
/// # Errors
///
/// The output can't be written, for example to a full disk.
pub(crate) fn line(text: impl Display) -> Result<(), String> {
    let written = writeln!(anstream::stdout().lock(), "{text}");
    written.or_else(|error| match error.kind() {
        ErrorKind::BrokenPipe => std::process::exit(0),
        _ => Err(format!("cannot write the output: {error}")),
    })
}

/// Prints an error. If even that is impossible, the exit code still reports it.
pub(crate) fn error(text: impl Display) {
    let _ = writeln!(
        anstream::stderr().lock(),
        "{} {text}",
        styled(BAD, "error:")
    );
}

/// Prints a note on standard error.
pub(crate) fn note(text: impl Display) {
    let _ = writeln!(anstream::stderr().lock(), "{text}");
}

/// A line on a terminal that shows the progress and is erased at the end.
pub(crate) struct Progress {
    what: String,
    shown: bool,
}

impl Progress {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Progress {
            what: what.into(),
            shown: io::stderr().is_terminal(),
        }
    }

    pub(crate) fn at(&self, done: usize, all: usize) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K{}: {done} of {all}", self.what);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
