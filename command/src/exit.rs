//! How a command ends: the one place for exit codes and for the forms of errors.

use crate::output::{self, Format, Layout};
use crate::{input, program, suggest};
use opsmith_runtime::Error;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::error::ConfigErrorKind;
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
    /// The program that shows the result.
    Pager,
    /// The service answered with an error.
    Service(Box<ServiceError>),
    /// So did a service that was asked for credentials.
    CredentialService,
    /// Everything else.
    General,
    /// The user interrupted.
    Interrupted,
    /// The reader of the output went away: nobody is there to be told.
    NobodyReads,
}

/// How errors are told: `--cli-error-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Manner {
    /// For people, with all that is known.
    #[default]
    Enhanced,
    /// For people, the message alone.
    Legacy,
    /// For programs; in colour or not.
    Structured(Format, bool),
}

impl Manner {
    /// The manner of this name, in any case; that of no name is the usual one. `color` is for
    /// tables.
    pub(crate) fn named(name: &str, color: bool) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "legacy" => Manner::Legacy,
            format @ ("json" | "yaml" | "text" | "table") => Format::named(format)
                .map_or(Manner::Enhanced, |format| Manner::Structured(format, color)),
            _ => Manner::Enhanced,
        }
    }
}

/// The text that follows errors of the command line.
pub(crate) fn usage() -> String {
    let name = program::name();
    format!(
        "usage: {name} [options] <command> <subcommand> [<subcommand> ...] [parameters]\nTo see help text, you can run:\n\n  \
         {name} help\n  {name} <command> help\n  {name} <command> <subcommand> help\n"
    )
}

impl Failure {
    fn new(kind: Kind, text: impl fmt::Display) -> Self {
        Failure {
            kind,
            text: text.to_string(),
            after: String::new(),
        }
    }

    /// A problem of the command line's form, which the usage text follows.
    pub(crate) fn usage(text: impl fmt::Display) -> Self {
        Failure {
            after: format!("\n{}", usage()),
            ..Failure::new(Kind::ParamValidation, text)
        }
    }

    /// A word that is none of the words that may stand here.
    pub(crate) fn choice<'a>(
        argument: &str,
        given: &str,
        choices: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let near = suggest::near(given, choices);
        let mut after = String::new();
        if !near.is_empty() {
            after += "\nMaybe you meant:\n\n";
            near.iter()
                .for_each(|name| after += &format!("  * {name}\n"));
        }
        after += &format!("\n{}{}", if near.is_empty() { "\n" } else { "" }, usage());
        let text = format!("argument {argument}: Found invalid choice '{given}'");
        Failure {
            after,
            ..Failure::new(Kind::ParamValidation, text)
        }
    }

    /// A command or option that the AWS CLI has beyond the operations of services, with the nearest
    /// one here, if there is one.
    pub(crate) fn only_of_the_aws_cli(what: &str, nearest: &str) -> Self {
        let advice = if nearest.is_empty() {
            String::new()
        } else {
            format!(" The nearest is {nearest}.")
        };
        let text =
            format_args!("{what} is a feature of the AWS CLI itself and is not built.{advice}");
        Failure::new(Kind::ParamValidation, text)
    }

    /// The same with one more sentence, on a line of its own, if there is one.
    pub(crate) fn noting(mut self, note: Option<String>) -> Self {
        self.text.extend(note.map(|note| format!("\n{note}")));
        self
    }

    /// A problem with a value on the command line.
    pub(crate) fn parameter(text: impl fmt::Display) -> Self {
        Failure::new(Kind::ParamValidation, text)
    }

    /// Options that nobody knows.
    pub(crate) fn unknown_options(options: &[String]) -> Self {
        Failure::new(
            Kind::UnknownOptions,
            format_args!("Unknown options: {}", options.join(", ")),
        )
    }

    /// A setting that the command itself reads.
    pub(crate) fn configuration(text: impl fmt::Display) -> Self {
        Failure::new(Kind::Configuration, text)
    }

    /// A program that is to show the result and is not there.
    pub(crate) fn pager(program: &str) -> Self {
        Failure::new(
            Kind::Pager,
            format_args!(
                "Unable to redirect output to pager. Received the following error when opening pager:\n[Errno 2] No such \
                 file or directory: '{program}'\n\nAWS_PAGER, cli_pager and PAGER name it; --no-cli-pager prints without."
            ),
        )
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

    /// Whether the user interrupted.
    pub(crate) fn is_interruption(&self) -> bool {
        matches!(self.kind, Kind::Interrupted)
    }

    /// The exit code.
    pub(crate) fn code(&self) -> u8 {
        match self.kind {
            Kind::ParamValidation | Kind::UnknownOptions => 252,
            Kind::Configuration | Kind::NoRegion | Kind::NoCredentials | Kind::Pager => 253,
            Kind::Service(_) | Kind::CredentialService => 254,
            Kind::General => 255,
            Kind::Interrupted => 130,
            Kind::NobodyReads => 0,
        }
    }

    /// The name of the kind in messages; some have none.
    fn name(&self) -> Option<&'static str> {
        match self.kind {
            Kind::ParamValidation => Some("ParamValidation"),
            Kind::Configuration => Some("Configuration"),
            Kind::NoRegion => Some("NoRegion"),
            Kind::NoCredentials => Some("NoCredentials"),
            Kind::Pager => Some("Pager"),
            _ => None,
        }
    }

    /// Whether no other call of the same kind can do better: settings or credentials are missing.
    pub(crate) fn concerns_all(&self) -> bool {
        matches!(
            self.kind,
            Kind::Configuration | Kind::NoRegion | Kind::NoCredentials | Kind::CredentialService
        )
    }

    /// What a program reads of it.
    pub(crate) fn document(&self) -> Map {
        self.map()
            .unwrap_or_else(|| Map::from_iter([("Message".to_owned(), self.text.trim().into())]))
    }

    /// What there is to say, for standard error.
    pub(crate) fn message(&self, manner: Manner) -> String {
        let structured = match manner {
            Manner::Structured(format, color) => self.map().and_then(|map| {
                let layout = Layout {
                    title: "error",
                    color,
                    width: 80,
                };
                output::render(&Document::Map(map), format, &layout).ok()
            }),
            _ => None,
        };
        structured.unwrap_or_else(|| self.told(manner == Manner::Legacy))
    }

    /// The message in its frame; empty when there is nothing to say.
    fn told(&self, legacy: bool) -> String {
        let Failure { kind, text, after } = self;
        let text = text.trim();
        let name = self.name().filter(|_| !legacy);
        let name = name
            .map(|name| format!("An error occurred ({name}): "))
            .unwrap_or_default();
        let program = program::name();
        match kind {
            Kind::UnknownOptions => format!("\n{}\n\n{program}: [ERROR]: {text}\n", usage()),
            Kind::Service(error) if !legacy => {
                format!("\n{program}: [ERROR]: {text}\n{}", more(error))
            }
            Kind::Interrupted | Kind::NobodyReads => String::new(),
            _ => format!("\n{program}: [ERROR]: {name}{text}\n{after}"),
        }
    }

    /// What a program reads of it, where the AWS CLI has such a form.
    fn map(&self) -> Option<Map> {
        let entry = |key: &str, value: &str| (key.to_owned(), Document::from(value));
        match (&self.kind, self.name()) {
            (Kind::Service(error), _) => {
                let mut map =
                    Map::from_iter([entry("Message", &error.message), entry("Code", &error.code)]);
                if error.null_message {
                    map.insert("Message".to_owned(), Document::Null);
                }
                map.extend(
                    error
                        .details
                        .as_map()
                        .into_iter()
                        .flatten()
                        .map(|(key, value)| (key.clone(), value.clone())),
                );
                Some(map)
            }
            (_, Some(name)) => Some(Map::from_iter([
                entry("Code", name),
                entry("Message", self.text.trim()),
            ])),
            _ => None,
        }
    }
}

/// What is known of a service's error beside its code and message.
fn more(error: &ServiceError) -> String {
    let details = details(error.details.as_map());
    let note = error
        .attempts
        .note()
        .map(|note| format!("\n{note}\n"))
        .unwrap_or_default();
    let id = error
        .request_id
        .as_ref()
        .map(|id| format!("\nRequest ID: {id}\n"))
        .unwrap_or_default();
    details + &note + &id
}

/// The members that the model has for an error, beside its message.
fn details(members: Option<&Map>) -> String {
    let mut lines = String::new();
    let mut hidden = false;
    let members = members
        .into_iter()
        .flatten()
        .filter(|(name, _)| !name.eq_ignore_ascii_case("message"));
    for (name, value) in members {
        let shown = inline(value);
        hidden |= shown.is_none();
        lines += &format!(
            "{name}: {}\n",
            shown.as_deref().unwrap_or("<complex value>")
        );
    }
    match (lines.is_empty(), hidden) {
        (true, _) => String::new(),
        (_, false) => format!("\nAdditional error details:\n{lines}"),
        (_, true) => format!(
            "\nAdditional error details:\n{lines}Use \"--cli-error-format json\" or another error format to see the full \
             details.\n"
        ),
    }
}

/// A value on the line of its name: scalars, and what has fewer than five of them.
fn inline(value: &Document) -> Option<String> {
    match value {
        Document::List(items) => {
            let items = few(items.iter().map(output::scalar))?;
            Some(format!("[{}]", items.join(", ")))
        }
        Document::Map(entries) => {
            let entry = |(key, value)| output::scalar(value).map(|value| format!("{key}: {value}"));
            Some(format!(
                "{{{}}}",
                few(entries.iter().map(entry))?.join(", ")
            ))
        }
        scalar => output::scalar(scalar),
    }
}

fn few(parts: impl ExactSizeIterator<Item = Option<String>>) -> Option<Vec<String>> {
    if parts.len() < 5 {
        parts.collect()
    } else {
        None
    }
}

impl From<opsmith_runtime::error::ConfigError> for Failure {
    fn from(error: opsmith_runtime::error::ConfigError) -> Self {
        let kind = match error.kind() {
            ConfigErrorKind::NoRegion => Kind::NoRegion,
            ConfigErrorKind::NoCredentials => Kind::NoCredentials,
            ConfigErrorKind::RefusedByService => Kind::CredentialService,
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
            Error::Invalid(refusal) => Failure::parameter(format_args!(
                "{refusal}\n--cli-validation off sends the request unchecked."
            )),
            Error::Service(error) => {
                let ServiceError {
                    operation,
                    code,
                    message,
                    null_message,
                    attempts,
                    ..
                } = error.as_ref();
                let message = if *null_message { "None" } else { message };
                let exhausted = if attempts.made >= attempts.allowed {
                    format!(
                        " (reached max retries: {})",
                        attempts.made.saturating_sub(1)
                    )
                } else {
                    String::new()
                };
                let text = format!(
                    "An error occurred ({code}) when calling the {operation} operation{exhausted}: {message}"
                );
                Failure::new(Kind::Service(error), text)
            }
            other => Failure::general(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(members: &str) -> String {
        details(crate::input::json::parse(members).expect("JSON").as_map())
    }

    #[test]
    fn details_are_told_beside_the_message() {
        assert_eq!(told(r#"{"message": "m", "Message": "m"}"#), "");
        let few = r#"{"message": "m", "stage": "Build", "retry": true, "names": ["a", 1], "at": {"k": null}}"#;
        let expected = "\nAdditional error details:\nstage: Build\nretry: True\nnames: [a, 1]\nat: {k: None}\n";
        assert_eq!(told(few), expected);
        for many in [
            r#"{"x": [1, 2, 3, 4, 5]}"#,
            r#"{"x": [[1]]}"#,
            r#"{"x": {"a": {}}}"#,
        ] {
            assert!(
                told(many).contains("\nx: <complex value>\nUse \"--cli-error-format json\""),
                "{}",
                told(many)
            );
        }
    }
}
