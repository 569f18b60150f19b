//! Problems that end the command, and the exit code of each.

use crate::suggest;
use opsmith_runtime::Error;
use opsmith_runtime::error::{ConfigError, ConfigErrorKind, ServiceError};
use opsmith_runtime::validate::{Mode, Severity};
use std::fmt;

/// A problem that ends the command.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) text: String,
    /// Similar names, when a name is not known.
    pub(crate) similar: Vec<String>,
    /// Which usage text follows the message.
    pub(crate) usage: Usage,
}

/// A usage text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    Hidden,
    /// That of the program.
    Program,
    /// That of one of our own commands, which adds it with [`Failure::with_usage`].
    Command,
}

/// What kind of problem it is: each has an exit code, and most have a name in messages.
#[derive(Debug)]
pub(crate) enum FailureKind {
    /// The command line is wrong, or its values don't fit the model.
    ParamValidation,
    /// A word that is not one of the choices.
    Choice,
    /// Unknown options.
    UnknownOptions,
    Configuration,
    NoRegion,
    NoCredentials,
    /// The pager can't be started.
    Pager,
    /// The service answered with an error.
    Service(Box<ServiceError>),
    /// A service that was asked for credentials answered with an error.
    CredentialService,
    /// Everything else.
    General,
    /// A part was not done; the rest was.
    #[cfg(feature = "services")]
    Partial,
    /// What failed was printed already; the exit code tells of it.
    #[cfg(feature = "s3")]
    Reported(u8),
    /// The user interrupted.
    Interrupted,
    /// The reader of standard output is gone, so nobody can read a message.
    BrokenPipe,
}

impl Failure {
    fn new(kind: FailureKind, text: impl fmt::Display) -> Self {
        Failure {
            kind,
            text: text.to_string(),
            similar: Vec::new(),
            usage: Usage::Hidden,
        }
    }

    /// A command line in the wrong form. The usage text follows the message.
    pub(crate) fn usage(text: impl fmt::Display) -> Self {
        Failure {
            usage: Usage::Program,
            ..Failure::new(FailureKind::ParamValidation, text)
        }
    }

    /// A required argument is missing.
    pub(crate) fn required(name: &str) -> Self {
        Failure::usage(format_args!("the following arguments are required: {name}"))
    }

    /// The same for one of our own commands, which has its own usage text.
    pub(crate) fn command_usage(text: impl fmt::Display) -> Self {
        Failure {
            usage: Usage::Command,
            ..Failure::new(FailureKind::ParamValidation, text)
        }
    }

    /// Adds the usage text of one of our own commands, if the problem asks for it.
    pub(crate) fn with_usage(mut self, usage: impl FnOnce() -> String) -> Self {
        if self.usage == Usage::Command {
            self.text += &format!("\n\n{}", usage());
            self.usage = Usage::Hidden;
        }
        self
    }

    /// A word that is not one of the choices.
    pub(crate) fn choice<'a>(
        argument: &str,
        given: &str,
        choices: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let similar = suggest::similar(given, choices);
        let text = format_args!("argument {argument}: Found invalid choice '{given}'");
        Failure {
            similar: similar.into_iter().map(str::to_owned).collect(),
            ..Failure::new(FailureKind::Choice, text)
        }
    }

    /// A command or option that only the AWS CLI has, with the nearest one here, if there is one.
    pub(crate) fn only_of_the_aws_cli(what: &str, nearest: &str) -> Self {
        let advice = if nearest.is_empty() {
            String::new()
        } else {
            format!(" The nearest is {nearest}.")
        };
        let text =
            format_args!("{what} is a feature of the AWS CLI itself and is not supported.{advice}");
        Failure::new(FailureKind::ParamValidation, text)
    }

    /// Adds a sentence on a line below the message, if there is one.
    pub(crate) fn noting(mut self, note: Option<String>) -> Self {
        self.text.extend(note.map(|note| format!("\n{note}")));
        self
    }

    /// A wrong value on the command line.
    pub(crate) fn parameter(text: impl fmt::Display) -> Self {
        Failure::new(FailureKind::ParamValidation, text)
    }

    /// Options that are not known.
    pub(crate) fn unknown_options(options: &[&str]) -> Self {
        Failure::new(
            FailureKind::UnknownOptions,
            format_args!("Unknown options: {}", options.join(", ")),
        )
    }

    /// A wrong setting that the command itself reads.
    pub(crate) fn configuration(text: impl fmt::Display) -> Self {
        Failure::new(FailureKind::Configuration, text)
    }

    /// A pager that does not exist.
    pub(crate) fn pager(program: &str) -> Self {
        Failure::new(
            FailureKind::Pager,
            format_args!(
                "Unable to redirect output to pager. Received the following error when opening pager:\n[Errno 2] No such \
                 file or directory: '{program}'\n\nAWS_PAGER, cli_pager and PAGER name it; --no-cli-pager prints without."
            ),
        )
    }

    /// Any other problem.
    pub(crate) fn general(text: impl fmt::Display) -> Self {
        Failure::new(FailureKind::General, text)
    }

    /// What was not done, while the rest was.
    #[cfg(feature = "services")]
    pub(crate) fn partial(text: impl fmt::Display) -> Self {
        Failure::new(FailureKind::Partial, text)
    }

    /// What failed was printed already; the exit code tells of it.
    #[cfg(feature = "s3")]
    pub(crate) fn reported(code: u8) -> Self {
        Failure::new(FailureKind::Reported(code), "")
    }

    /// The user interrupted the command.
    pub(crate) fn interrupted() -> Self {
        Failure::new(FailureKind::Interrupted, "")
    }

    /// Standard output can't be written.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::new(FailureKind::BrokenPipe, ""),
            _ => Failure::general(format_args!("The output could not be written: {error}")),
        }
    }

    /// Whether the user interrupted.
    pub(crate) fn is_interruption(&self) -> bool {
        matches!(self.kind, FailureKind::Interrupted)
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self.kind {
            FailureKind::ParamValidation | FailureKind::Choice | FailureKind::UnknownOptions => 252,
            FailureKind::Configuration
            | FailureKind::NoRegion
            | FailureKind::NoCredentials
            | FailureKind::Pager => 253,
            FailureKind::Service(_) | FailureKind::CredentialService => 254,
            FailureKind::General => 255,
            #[cfg(feature = "services")]
            FailureKind::Partial => 1,
            #[cfg(feature = "s3")]
            FailureKind::Reported(code) => code,
            FailureKind::Interrupted => 130,
            FailureKind::BrokenPipe => 0,
        }
    }

    /// The name of the kind in messages. Some kinds have none.
    pub(crate) fn name(&self) -> Option<&'static str> {
        match self.kind {
            FailureKind::ParamValidation | FailureKind::Choice => Some("ParamValidation"),
            FailureKind::Configuration => Some("Configuration"),
            FailureKind::NoRegion => Some("NoRegion"),
            FailureKind::NoCredentials => Some("NoCredentials"),
            FailureKind::Pager => Some("Pager"),
            _ => None,
        }
    }

    /// Whether every further call would fail in the same way, because settings or credentials are
    /// missing.
    pub(crate) fn concerns_all(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::Configuration
                | FailureKind::NoRegion
                | FailureKind::NoCredentials
                | FailureKind::CredentialService
        )
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let kind = match error.kind() {
            ConfigErrorKind::NoRegion => FailureKind::NoRegion,
            ConfigErrorKind::NoCredentials => FailureKind::NoCredentials,
            ConfigErrorKind::RefusedByService => FailureKind::CredentialService,
            _ => FailureKind::General,
        };
        Failure::new(kind, error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Config(error) => error.into(),
            Error::Invalid(refusal) => {
                let mut violations = refusal.violations.iter();
                let hint = if violations.all(|found| found.severity(Mode::Off) == Severity::Pass) {
                    "\n--cli-validation off sends the request unchecked."
                } else {
                    ""
                };
                Failure::parameter(format_args!("{refusal}{hint}"))
            }
            Error::Service(error) => {
                let text = error.aws_cli_message();
                Failure::new(FailureKind::Service(error), text)
            }
            other => Failure::general(other),
        }
    }
}
