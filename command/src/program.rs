//! The program: its name, and the services that it knows.

use crate::run;
use opsmith_runtime::schema::commands::Commands;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::OnceLock;

/// A command over services.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// The name by which it is called, and by which it speaks of itself.
    pub name: &'static str,
    /// What `--version` prints behind the name.
    pub version: &'static str,
    /// The services, each with the rows that the generator made: `&my_service::commands::COMMANDS`.
    pub services: &'static [&'static Commands<'static>],
}

/// What this process runs: one program, from its first line to its last.
static PROGRAM: OnceLock<Program> = OnceLock::new();

impl Program {
    /// Runs the words that the process was called with. The exit code is the AWS CLI's: 0, 130,
    /// 252, 253, 254 or 255.
    pub fn run(self) -> ExitCode {
        self.run_words(std::env::args_os().skip(1))
    }

    /// Runs these words, of which the first is not the program's name. A process runs one program:
    /// the first that it was given.
    pub fn run_words(self, words: impl IntoIterator<Item = std::ffi::OsString>) -> ExitCode {
        PROGRAM.get_or_init(|| self);
        match run::run(words.into_iter()) {
            Ok(()) => ExitCode::SUCCESS,
            Err((failure, manner)) => {
                if failure.is_interruption() {
                    // As the AWS CLI does: what the terminal shows of the interruption ends with
                    // its line.
                    let _ = std::io::stdout().write_all(b"\n");
                }
                // When standard error is gone too, the exit code is all there is to say.
                let _ = std::io::stderr().write_all(failure.message(manner).as_bytes());
                ExitCode::from(failure.code())
            }
        }
    }
}

/// The program that runs.
fn program() -> &'static Program {
    PROGRAM.get_or_init(|| Program {
        name: "opsmith",
        version: env!("CARGO_PKG_VERSION"),
        services: UNSET,
    })
}

/// The program's name.
pub(crate) fn name() -> &'static str {
    program().name
}

/// The program's version.
pub(crate) fn version() -> &'static str {
    program().version
}

/// All services.
pub(crate) fn services() -> &'static [&'static Commands<'static>] {
    program().services
}

/// The service of this command word.
pub(crate) fn find(word: &str) -> Option<&'static Commands<'static>> {
    services()
        .iter()
        .copied()
        .find(|commands| commands.service.command == word)
}

/// The command words of all services.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    services().iter().map(|commands| commands.service.command)
}

/// What there is when no program was started.
#[cfg(not(any(test, fuzzing)))]
const UNSET: &[&Commands<'static>] = &[];

/// Tests and fuzz targets start somewhere in the middle.
#[cfg(any(test, fuzzing))]
const UNSET: &[&Commands<'static>] = &[&opsmith_codepipeline::commands::COMMANDS];
