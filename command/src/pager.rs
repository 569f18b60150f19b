//! Long texts in the program that the user reads them with.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A program that shows long texts, and its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pager(Vec<String>);

impl Pager {
    /// The pager of a command line, split as a shell does; none when that is empty.
    ///
    /// # Errors
    ///
    /// A quotation that is not closed.
    pub(crate) fn named(command: &str) -> Result<Option<Self>, &'static str> {
        let words = shlex::split(command).ok_or("No closing quotation")?;
        Ok(Some(Pager(words)).filter(|pager| !pager.0.is_empty()))
    }

    /// Whether its program is there.
    pub(crate) fn is_there(&self) -> bool {
        let program = self.program();
        let path = std::env::var_os("PATH").unwrap_or_default();
        if program.contains('/') {
            Path::new(program).exists()
        } else {
            std::env::split_paths(&path).any(|folder| folder.join(program).exists())
        }
    }

    pub(crate) fn program(&self) -> &str {
        self.0.first().map_or("", String::as_str)
    }

    /// Starts it. An interruption is the pager's from now on.
    ///
    /// # Errors
    ///
    /// The system's, when it can't be started.
    pub(crate) fn start(&self) -> io::Result<Reading> {
        let mut command = Command::new(self.program());
        command.args(self.0.iter().skip(1)).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            // Leaves at once when all fits on the screen, shows colours, and leaves the text there.
            command.env("LESS", "FRX");
        }
        let child = command.spawn()?;
        ignore_interruptions();
        Ok(Reading(child))
    }
}

/// Once tokio has heard of a signal, it no longer ends the process.
fn ignore_interruptions() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    if let Ok(runtime) = runtime {
        let _guard = runtime.enter();
        #[cfg(unix)]
        let _ = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
    }
}

/// A pager that is reading: what is written is shown. It ends when the user leaves it, which
/// dropping waits for.
#[derive(Debug)]
pub(crate) struct Reading(Child);

impl Write for Reading {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .stdin
            .as_mut()
            .ok_or(io::ErrorKind::BrokenPipe)?
            .write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        // Waiting closes its input first. How it ended is the user's affair.
        let _ = self.0.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_split_as_a_shell_does() {
        let words = |command| Pager::named(command).map(|pager| pager.map(|pager| pager.0));
        assert_eq!(
            words("less -R 'a b'"),
            Ok(Some(vec![
                "less".to_owned(),
                "-R".to_owned(),
                "a b".to_owned()
            ]))
        );
        assert_eq!((words(""), words(" ")), (Ok(None), Ok(None)));
        assert_eq!(words("'less"), Err("No closing quotation"));
    }

    #[test]
    fn programs_are_looked_for() {
        let there = |command| {
            Pager::named(command)
                .expect("words")
                .expect("a program")
                .is_there()
        };
        assert!(there("sh") && there("/bin/sh"));
        assert!(!there("no-such-pager") && !there("./no-such-pager"));
    }
}
