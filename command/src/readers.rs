//! The readers of outside text in the command, each as a function of bytes: for tests and fuzz
//! targets.

use crate::bulk::lines::Input;
use crate::input::{self, BinaryFormat, Reader};
use crate::journal::Journal;
use crate::operation::OperationArgs;
use crate::output::{Format, TableLayout, Timestamps};
use crate::program::{COMMANDS, sample};
use crate::{args, completions, output, parameter};
use opsmith_runtime::config::Env;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::query::Query;

/// The words of an operation, a line each, up to its parameters. Files are left alone.
pub fn line(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if text.contains("file") || text.contains("input") {
        return;
    }
    let words: Vec<&str> = text.lines().collect();
    let Some((operation, words)) = words.split_first() else {
        return;
    };
    let commands = COMMANDS;
    let Some((command, operation)) = commands.find(operation) else {
        return;
    };
    let service = commands.service;
    let env = Env::with_variables([("HOME", "")]);
    let parameters = parameter::all(service, command, operation);
    let tokens = args::tokens(words);
    let read = OperationArgs::read(&parameters, command, operation, &tokens, true, false, None);
    let Ok(args) = read else {
        return;
    };
    for binary_format in [BinaryFormat::Base64, BinaryFormat::Raw] {
        let _ = args.parameters(&Reader {
            service,
            binary_format,
            env: &env,
        });
    }
}

/// A whole document of parameters, as JSON and as YAML.
pub fn document(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let commands = COMMANDS;
    let env = Env::with_variables([("HOME", "")]);
    let reader = Reader {
        service: commands.service,
        binary_format: BinaryFormat::Base64,
        env: &env,
    };
    let Some((_, operation)) = commands.find("create-pipeline") else {
        return;
    };
    for (json, yaml) in [(Some(&*text), None), (None, Some(&*text))] {
        if text.contains("file") || text == "-" {
            return;
        }
        let _ = operation
            .input
            .map(|shape| reader.cli_input(json, yaml, shape));
    }
}

/// A query, and a document that it is asked of: the expression is the first line.
pub fn query(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (expression, rest) = text.split_once('\n').unwrap_or((&text, ""));
    let document = input::json::parse(rest).unwrap_or_default();
    if let Ok(query) = Query::parse(expression) {
        let _ = query.search(&document);
    }
}

/// A line that a shell wants completed.
pub fn completion(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // Completing a profile reads files.
    if !text.contains("--p") && !text.contains("file") {
        completions::answers(&sample(), &text)
            .iter()
            .for_each(|found| drop(completions::visible_part(found, &text, Some("t="))));
    }
}

/// A result, printed in every format.
pub fn result(bytes: &[u8]) {
    let Ok(document) = input::json::parse(&String::from_utf8_lossy(bytes)) else {
        return;
    };
    let shown = match &document {
        Document::Map(_) => document.clone(),
        other => Document::Map(Map::from_iter([("value".to_owned(), other.clone())])),
    };
    for name in ["json", "text", "table", "yaml", "yaml-stream"] {
        let format = Format::named(name).unwrap_or(Format::Json);
        for color in [false, true] {
            let layout = TableLayout {
                title: "Things",
                color,
                width: 80,
            };
            let _ = output::render(&shown, format, &layout);
        }
    }
    for zone in ["EST5EDT", "", ":x", "\u{e9}"] {
        let _ = Timestamps::from_setting("iso8601", Some(zone));
    }
}

/// What `--cli-resume` finds in its file, and the lines of `--cli-input-jsonl`.
pub fn stream(bytes: &[u8]) {
    let name = format!(
        "opsmith-stream-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    );
    let path = std::env::temp_dir().join(name);
    let Some(text) = path
        .to_str()
        .filter(|_| std::fs::write(&path, bytes).is_ok())
    else {
        return;
    };
    if let Ok(input) = Input::open(text) {
        let mut lines = input.read();
        while lines.blocking_recv().is_some() {}
    }
    let _ = Journal::open(text, "service", "Operation");
    let _ = std::fs::remove_file(&path);
}

#[cfg(test)]
mod tests {
    use super::*;

    include!("../../fuzz/noise.rs");

    #[test]
    fn lines() {
        feed("line", 3000, line);
    }

    #[test]
    fn documents() {
        feed("document", 3000, document);
    }

    #[test]
    fn queries() {
        feed("query", 3000, query);
    }

    #[test]
    fn completed_lines() {
        feed("completion", 3000, completion);
    }

    #[test]
    fn streams() {
        feed("stream", 500, stream);
    }

    #[test]
    fn results() {
        feed("result", 1000, result);
    }
}
