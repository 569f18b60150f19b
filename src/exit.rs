//! How a command ends: the one place for exit codes and for the frame around errors.

use crate::{input, suggest};
use opsmith_runtime::Error;
use opsmith_runtime::config::ErrorKind;
use opsmith_runtime::error::ServiceError;
use std::fmt;

/// A problem that ends the command.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: Kind,
    text: String,
    /// Follows the message as it is: the usage text, near names.
    after: String,
}

/// What kind of problem it is: each has an exit code, and most a name in the frame of the message.
#[derive(Debug)]
enum Kind {
    /// The command line, or what the model says of it.
    ParamValidation,
    /// Options that nobody knows, told in a frame of their own.
    UnknownOptions,
    Configuration,
    NoRegion,
    NoCredentials,
    /// The service answered with an error.
    Service(Box<ServiceError>),
    /// Everything else.
    General,
    /// The user interrupted.
    Interrupted,
    /// The reader of the output went away: nobody is there to be told.
    NobodyReads,
}

/// The text that follows errors of the command line.
pub(crate) const USAGE: &str = "usage: opsmith [options] <command> <subcommand> [<subcommand> ...] [parameters]
To see help text, you can run:

  opsmith help
  opsmith <command> help
  opsmith <command> <subcommand> help
";

impl Failure {
    fn new(kind: Kind, text: impl fmt::Display) -> Self {
        Failure { kind, text: text.to_string(), after: String::new() }
    }

    /// A problem of the command line's form, which the usage text follows.
    pub(crate) fn usage(text: impl fmt::Display) -> Self {
        Failure { after: format!("\n{USAGE}"), ..Failure::new(Kind::ParamValidation, text) }
    }

    /// A word that is none of the words that may stand here.
    pub(crate) fn choice<'a>(argument: &str, given: &str, choices: impl IntoIterator<Item = &'a str>) -> Self {
        let near = suggest::near(given, choices);
        let mut after = String::new();
        if !near.is_empty() {
            after += "\nMaybe you meant:\n\n";
            near.iter().for_each(|name| after += &format!("  * {name}\n"));
        }
        after += &format!("\n{}{USAGE}", if near.is_empty() { "\n" } else { "" });
        let text = format!("argument {argument}: Found invalid choice '{given}'");
        Failure { after, ..Failure::new(Kind::ParamValidation, text) }
    }

    /// A problem with a value on the command line.
    pub(crate) fn parameter(text: impl fmt::Display) -> Self {
        Failure::new(Kind::ParamValidation, text)
    }

    /// Options that nobody knows.
    pub(crate) fn unknown_options(options: &[String]) -> Self {
        Failure::new(Kind::UnknownOptions, format_args!("Unknown options: {}", options.join(", ")))
    }

    /// A setting that the command itself reads.
    pub(crate) fn configuration(text: impl fmt::Display) -> Self {
        Failure::new(Kind::Configuration, text)
    }

    /// Any other problem.
    pub(crate) fn general(text: impl fmt::Display) -> Self {
        Failure::new(Kind::General, text)
    }

    /// The user interrupted the command.
    pub(crate) fn interrupted() -> Self {
        Failure::new(Kind::Interrupted, "")
    }

    /// Output that could not be written.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::new(Kind::NobodyReads, ""),
            _ => Failure::general(format_args!("The output could not be written: {error}")),
        }
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self.kind {
            Kind::ParamValidation | Kind::UnknownOptions => 252,
            Kind::Configuration | Kind::NoRegion | Kind::NoCredentials => 253,
            Kind::Service(_) => 254,
            Kind::General => 255,
            Kind::Interrupted => 130,
            Kind::NobodyReads => 0,
        }
    }

    /// The message in its frame; empty when there is nothing to say.
    pub(crate) fn message(&self) -> String {
        let Failure { kind, text, after } = self;
        let text = text.trim();
        let named = |name: &str| format!("\nopsmith: [ERROR]: An error occurred ({name}): {text}\n{after}");
        match kind {
            Kind::ParamValidation => named("ParamValidation"),
            Kind::Configuration => named("Configuration"),
            Kind::NoRegion => named("NoRegion"),
            Kind::NoCredentials => named("NoCredentials"),
            Kind::UnknownOptions => format!("\n{USAGE}\n\nopsmith: [ERROR]: {text}\n"),
            Kind::Service(error) => format!("\nopsmith: [ERROR]: {text}\n{}", more(error)),
            Kind::General => format!("\nopsmith: [ERROR]: {text}\n{after}"),
            Kind::Interrupted => "\n".to_owned(),
            Kind::NobodyReads => String::new(),
        }
    }
}

/// What is known of a service's error beside its code and message.
fn more(error: &ServiceError) -> String {
    let note = error.attempts.note().map(|note| format!("\n{note}\n")).unwrap_or_default();
    note + &error.request_id.as_ref().map(|id| format!("\nRequest ID: {id}\n")).unwrap_or_default()
}

impl From<opsmith_runtime::config::Error> for Failure {
    fn from(error: opsmith_runtime::config::Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::NoRegion => Kind::NoRegion,
            ErrorKind::NoCredentials => Kind::NoCredentials,
            _ => Kind::General,
        };
        Failure::new(kind, error)
    }
}

impl From<input::Error> for Failure {
    fn from(error: input::Error) -> Self {
        match error {
            input::Error::Parameter(text) => Failure::parameter(text),
            input::Error::Other(text) => Failure::general(text),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Config(error) => error.into(),
            Error::Invalid(refusal) => {
                Failure::parameter(format_args!("{refusal}\n--cli-validation off sends the request unchecked."))
            }
            Error::Service(error) => {
                let ServiceError { operation, code, message, attempts, .. } = error.as_ref();
                let exhausted = match attempts.made >= attempts.allowed {
                    true => format!(" (reached max retries: {})", attempts.made.saturating_sub(1)),
                    false => String::new(),
                };
                let text =
                    format!("An error occurred ({code}) when calling the {operation} operation{exhausted}: {message}");
                Failure::new(Kind::Service(error), text)
            }
            other => Failure::general(other),
        }
    }
}
