//! The program in which the user reads long texts.

use std::io::{self, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program, and its arguments.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pager(Vec<String>);

impl Pager {
    /// Splits a command line as a shell does; `None` if it is empty.
    ///
    /// # Errors
    ///
    /// A quotation that is not closed.
    pub(crate) fn named(command: &str) -> Result<Option<Self>, &'static str> {
        let words = shlex::split(command).ok_or("No closing quotation")?;
        Ok(Some(Pager(words)).filter(|pager| !pager.0.is_empty()))
    }

    /// Whether the program exists.
    pub(crate) fn exists(&self) -> bool {
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

    /// Starts the program. From now on an interruption is handled by the pager alone.
    ///
    /// # Errors
    ///
    /// The program can't be started.
    pub(crate) fn start(&self) -> io::Result<PagerProcess> {
        let mut command = Command::new(self.program());
        command.args(self.0.iter().skip(1)).stdin(Stdio::piped());
        if std::env::var_os("LESS").is_none() {
            // Quits at once when the text fits on the screen, shows colours, keeps the text there.
            command.env("LESS", "FRX");
        }
        let child = command.spawn()?;
        ignore_interruptions();
        Ok(PagerProcess(child))
    }
}

/// Once tokio listens to a signal, it no longer ends the process.
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

/// A running pager, which shows what is written to it. Dropping it waits until the user quits.
#[derive(Debug)]
pub(crate) struct PagerProcess(Child);

impl Write for PagerProcess {
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

impl Drop for PagerProcess {
    fn drop(&mut self) {
        // Waiting closes its input first. Its exit code does not matter.
        let _ = self.0.wait();
    }
}

/// Standard output, or a pager that is started for the first text.
#[derive(Debug)]
pub(crate) struct PagedOutput {
    pager: Option<Pager>,
    process: Option<PagerProcess>,
}

impl PagedOutput {
    /// Standard output, or this pager.
    pub(crate) fn new(pager: Option<Pager>) -> Self {
        PagedOutput {
            pager,
            process: None,
        }
    }

    /// Writes a text.
    ///
    /// # Errors
    ///
    /// The pager can't be started, or the text can't be written.
    pub(crate) fn write(&mut self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        if let Some(pager) = self.pager.take() {
            self.process = Some(pager.start()?);
        }
        match &mut self.process {
            Some(process) => process.write_all(text.as_bytes()),
            None => {
                let mut out = io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            }
        }
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
                .exists()
        };
        assert!(there("sh") && there("/bin/sh"));
        assert!(!there("no-such-pager") && !there("./no-such-pager"));
    }
}
