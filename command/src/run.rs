//! The command line from the first word to the last, in the order in which the AWS CLI finds
//! problems: the shared files, the global options and the service, then what the service or our own
//! command does with the rest.

use crate::args::{self, Arg, ParsedArgs, Parser, Token};
use crate::context::Context;
use crate::failure::Failure;
use crate::program::Program;
use crate::report::{self, ErrorFormat};
use crate::stdout::print;
use crate::{choice, completions, globals, help, man, service, startup, trace};
use opsmith_runtime::config::Settings;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

impl Program {
    /// Runs the arguments of the process, under the name by which it was called. The exit code is
    /// the AWS CLI's: 0, 130, 252, 253, 254 or 255; and 1 where a part of our own commands failed.
    pub fn run(mut self) -> ExitCode {
        let mut words = std::env::args_os();
        let called = words.next();
        let called = called.as_ref().map(Path::new).and_then(Path::file_stem);
        if let Some(called) = called.and_then(OsStr::to_str) {
            // It is said until the process ends.
            self.name = called.to_owned().leak();
        }
        self.run_words(words)
    }

    /// Runs these arguments. The program's name is not one of them.
    pub fn run_words(&self, words: impl IntoIterator<Item = OsString>) -> ExitCode {
        match run(self, words.into_iter()) {
            Ok(()) => ExitCode::SUCCESS,
            Err((failure, format)) => {
                if failure.is_interruption() {
                    // As the AWS CLI does: ends the line in which the terminal shows `^C`.
                    let _ = std::io::stdout().write_all(b"\n");
                }
                let message = report::message(&failure, self.name, format);
                // When standard error is closed too, the exit code has to do.
                let _ = std::io::stderr().write_all(message.as_bytes());
                ExitCode::from(failure.code())
            }
        }
    }
}

/// Runs the command line.
///
/// # Errors
///
/// Whatever ends the command with an exit code other than 0, and the form of its message.
fn run(
    program: &Program,
    words: impl Iterator<Item = OsString>,
) -> Result<(), (Failure, ErrorFormat)> {
    let words = words.map(|word| {
        word.into_string()
            .map_err(|word| Failure::usage(format_args!("argument {word:?} is not Unicode text")))
    });
    let mut format = ErrorFormat::default();
    words
        .collect::<Result<Vec<_>, _>>()
        .and_then(|words| run_tokens(program, &args::tokens(&words), &mut format))
        .map_err(|failure| (failure, format))
}

/// Runs the tokens of the command line. `format` becomes the form of error messages as soon as it
/// is known.
fn run_tokens(
    program: &Program,
    tokens: &[Token<'_>],
    format: &mut ErrorFormat,
) -> Result<(), Failure> {
    let local = startup::is_local(program, tokens)?;
    let settings = startup::settings(tokens, local)?;
    *format = startup::error_format(tokens, &settings);
    let Some(globals) = read_globals(program, tokens, &settings)? else {
        return version(program, tokens);
    };
    startup::refuse_prompts(&globals, &settings)?;
    if globals.has("--debug") {
        trace::start();
    }
    let context = Context::new(program, &globals, settings, *format, local)?;
    let Some(word) = args::word_or_help(&globals) else {
        return Err(Failure::required("command"));
    };
    match word {
        "help" => help::print(&help::top_page(program, &globals::help())?),
        _ if !is_own(word) => service::run(&context, word),
        "completions" => completions::command(program, &globals.rest_words()),
        "man" => man::command(program, &globals.rest_words()),
        #[cfg(feature = "local")]
        "local" => crate::local::command(program, &globals.rest),
        #[cfg(feature = "s3")]
        "s3" => crate::s3::command(&context, &globals.rest),
        #[cfg(feature = "services")]
        "services" => crate::services::command(program, &globals.rest),
        #[cfg(feature = "worker")]
        "worker" => crate::worker::command(&context, &globals.rest),
        // Other words are not choices.
        _ => Ok(()),
    }
}

/// Prints the version; with `--debug`, where the models come from too, on standard error.
fn version(program: &Program, tokens: &[Token<'_>]) -> Result<(), Failure> {
    print(&format!("{}/{}\n", program.name, program.version))?;
    if ParsedArgs::read(tokens, &globals::specs_of(&["--debug"]))?.has("--debug") {
        for line in program.services.origins() {
            // When standard error is closed, nobody can read it.
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
    Ok(())
}

/// The global options and the word of the service or of our own command; `None` if `--version`
/// comes before anything invalid.
fn read_globals<'t>(
    program: &Program,
    tokens: &[Token<'t>],
    settings: &Settings,
) -> Result<Option<ParsedArgs<'static, 't>>, Failure> {
    let mut globals = ParsedArgs::default();
    for arg in Parser::new(tokens, &globals::specs()) {
        let arg = arg?;
        match &arg {
            Arg::Option(option) if option.name == "--version" => return Ok(None),
            Arg::Word(word) => check_command(program, word, settings)?,
            _ => {}
        }
        globals.add(arg);
    }
    Ok(Some(globals))
}

/// Commands of the AWS CLI that are not services, with the nearest service.
const OF_THE_AWS_CLI: &[(&str, &str)] = &[
    ("configure", ""),
    ("ddb", "dynamodb"),
    ("history", ""),
    ("login", ""),
    ("logout", ""),
    #[cfg(not(feature = "s3"))]
    ("s3", "s3api"),
];

/// Rejects a word that is not a service or one of our own commands.
fn check_command(program: &Program, word: &str, settings: &Settings) -> Result<(), Failure> {
    if is_own(word) || program.has(word)? {
        return Ok(());
    }
    let mut others = OF_THE_AWS_CLI.iter();
    if let Some((_, nearest)) = others.find(|(other, _)| *other == word) {
        return Err(Failure::only_of_the_aws_cli(word, nearest));
    }
    let summaries = program.summaries()?;
    let words = summaries.iter().map(|service| service.word);
    let checked = choice::check(
        "command",
        word,
        words.chain(globals::own_words()),
        settings.env(),
    );
    checked.map_err(|failure| failure.noting(program.further()))
}

/// Whether a word is one of our own commands.
fn is_own(word: &str) -> bool {
    globals::own_words().any(|own| own == word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Services;
    use crate::program::sample;

    #[test]
    fn two_programs_run_in_one_process() {
        let other = Program {
            name: "other",
            version: "2",
            services: Services::linked(&[]),
        };
        let message = |program: &Program| {
            let words = ["--local", "codepipelines"].map(OsString::from);
            let (failure, format) = run(program, words.into_iter()).expect_err("an unknown word");
            assert_eq!(failure.code(), 252);
            report::message(&failure, program.name, format)
        };
        for _ in 0..2 {
            let first = message(&sample());
            assert!(
                first.starts_with("\nopsmith: [ERROR]")
                    && first.contains("usage: opsmith ")
                    && first.contains("* codepipeline\n"),
                "{first}"
            );
            let second = message(&other);
            assert!(
                second.starts_with("\nother: [ERROR]")
                    && second.contains("usage: other ")
                    && !second.contains("* codepipeline\n"),
                "{second}"
            );
        }
    }
}
