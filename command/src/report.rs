//! Errors as text: the forms of `--cli-error-format`.

use crate::failure::{Failure, FailureKind, Usage};
use crate::output::{self, Format, TableLayout};
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::error::ServiceError;

/// A form of `--cli-error-format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum ErrorFormat {
    /// For people, with all that is known.
    #[default]
    Enhanced,
    /// For people, the message alone.
    Legacy,
    /// For programs; in colour or not.
    Structured(Format, bool),
}

impl ErrorFormat {
    /// The format of this name in any case; the default one for an unknown name. `color` is for
    /// tables.
    pub(crate) fn named(name: &str, color: bool) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "legacy" => ErrorFormat::Legacy,
            format @ ("json" | "yaml" | "text" | "table") => Format::named(format)
                .map_or(ErrorFormat::Enhanced, |format| {
                    ErrorFormat::Structured(format, color)
                }),
            _ => ErrorFormat::Enhanced,
        }
    }
}

/// The usage text, which follows errors of the command line.
fn usage(program: &str) -> String {
    format!(
        "usage: {program} [options] <command> <subcommand> [<subcommand> ...] [parameters]\nTo see help text, you can run:\n\n  \
         {program} help\n  {program} <command> help\n  {program} <command> <subcommand> help\n"
    )
}

/// The text for standard error. `program` is the name of the program.
pub(crate) fn message(failure: &Failure, program: &str, format: ErrorFormat) -> String {
    let structured = match format {
        ErrorFormat::Structured(format, color) => members(failure).and_then(|map| {
            let layout = TableLayout {
                title: "error",
                color,
                width: 80,
            };
            output::render(&Document::Map(map), format, &layout).ok()
        }),
        _ => None,
    };
    structured.unwrap_or_else(|| for_people(failure, program, format == ErrorFormat::Legacy))
}

/// The error as a document for programs.
pub(crate) fn document(failure: &Failure) -> Map {
    members(failure)
        .unwrap_or_else(|| Map::from_iter([("Message".to_owned(), failure.text.trim().into())]))
}

/// The message for people; may be empty.
fn for_people(failure: &Failure, program: &str, legacy: bool) -> String {
    let text = failure.text.trim();
    let name = failure.name().filter(|_| !legacy);
    let name = name
        .map(|name| format!("An error occurred ({name}): "))
        .unwrap_or_default();
    match &failure.kind {
        FailureKind::UnknownOptions => {
            format!("\n{}\n\n{program}: [ERROR]: {text}\n", usage(program))
        }
        FailureKind::Service(error) if !legacy => {
            format!("\n{program}: [ERROR]: {text}\n{}", more(error))
        }
        FailureKind::Interrupted | FailureKind::BrokenPipe => String::new(),
        #[cfg(feature = "s3")]
        FailureKind::Reported(_) => String::new(),
        _ => format!(
            "\n{program}: [ERROR]: {name}{text}\n{}",
            after(failure, program)
        ),
    }
}

/// What follows a message: similar names, and the usage text.
fn after(failure: &Failure, program: &str) -> String {
    match failure.kind {
        FailureKind::Choice if failure.similar.is_empty() => format!("\n\n{}", usage(program)),
        FailureKind::Choice => {
            let names = failure.similar.iter().map(|name| format!("  * {name}\n"));
            format!(
                "\nMaybe you meant:\n\n{}\n{}",
                names.collect::<String>(),
                usage(program)
            )
        }
        _ if failure.usage == Usage::Program => format!("\n{}", usage(program)),
        _ => String::new(),
    }
}

/// The members of the error, for the kinds of which the AWS CLI has a form for programs.
fn members(failure: &Failure) -> Option<Map> {
    let entry = |key: &str, value: &str| (key.to_owned(), Document::from(value));
    match (&failure.kind, failure.name()) {
        (FailureKind::Service(error), _) => {
            let mut map =
                Map::from_iter([entry("Message", &error.message), entry("Code", &error.code)]);
            if error.null_message {
                map.insert("Message".to_owned(), Document::Null);
            }
            let details = error.details.as_map().into_iter().flatten();
            map.extend(details.map(|(key, value)| (key.clone(), value.clone())));
            Some(map)
        }
        (_, Some(name)) => Some(Map::from_iter([
            entry("Code", name),
            entry("Message", failure.text.trim()),
        ])),
        _ => None,
    }
}

/// The details of a service's error in addition to its code and message.
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

/// The members of the error's shape, without its message.
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

/// A value that fits on one line: a scalar, or fewer than five of them.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(members: &str) -> String {
        details(crate::input::json::parse(members).expect("JSON").as_map())
    }

    #[test]
    fn details_follow_the_message() {
        assert_eq!(shown(r#"{"message": "m", "Message": "m"}"#), "");
        let few = r#"{"message": "m", "stage": "Build", "retry": true, "names": ["a", 1], "at": {"k": null}}"#;
        let expected = "\nAdditional error details:\nstage: Build\nretry: True\nnames: [a, 1]\nat: {k: None}\n";
        assert_eq!(shown(few), expected);
        for many in [
            r#"{"x": [1, 2, 3, 4, 5]}"#,
            r#"{"x": [[1]]}"#,
            r#"{"x": {"a": {}}}"#,
        ] {
            assert!(
                shown(many).contains("\nx: <complex value>\nUse \"--cli-error-format json\""),
                "{}",
                shown(many)
            );
        }
    }
}
