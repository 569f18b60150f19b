//! Asks the person at the terminal for a code, without showing what is typed.

use opsmith_runtime::config::credentials::Prompt;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::sync::{Mutex, PoisonError};

/// The terminal of this process, or standard input where there is no terminal.
#[derive(Debug, Default)]
pub(crate) struct Terminal {
    /// The terminal and its modes before the question.
    found: Mutex<Option<(File, Termios)>>,
}

impl Terminal {
    /// Restores the modes of the terminal, also when the question was interrupted.
    pub(crate) fn restore(&self) {
        if let Some((terminal, modes)) = self
            .found
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
        {
            // A terminal that is gone shows nothing.
            let _ = tcsetattr(&terminal, OptionalActions::Flush, &modes);
        }
    }

    fn hide(&self, terminal: &File) -> io::Result<()> {
        let modes = tcgetattr(terminal)?;
        let mut hidden = modes.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((terminal.try_clone()?, modes));
        Ok(tcsetattr(terminal, OptionalActions::Flush, &hidden)?)
    }
}

impl Prompt for Terminal {
    fn ask(&self, question: &str) -> io::Result<String> {
        let mut answer = String::new();
        match File::options().read(true).write(true).open("/dev/tty") {
            Ok(mut terminal) => {
                self.hide(&terminal)?;
                terminal.write_all(question.as_bytes())?;
                let read = BufReader::new(&terminal).read_line(&mut answer);
                self.restore();
                terminal.write_all(b"\n")?;
                read?;
            }
            Err(_) => {
                io::stderr().write_all(question.as_bytes())?;
                io::stdin().lock().read_line(&mut answer)?;
            }
        }
        if answer.trim().is_empty() {
            Err(io::ErrorKind::UnexpectedEof.into())
        } else {
            Ok(answer)
        }
    }
}
