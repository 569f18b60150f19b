//! How code is written.

use super::{code, files, product, root};
use std::fs;
use std::path::Path;

/// What must be done in one place only: a part of the code that does it, and the files that may.
const ONCE: &[(&str, &str, &[&str])] = &[
    (
        "a file is replaced",
        "fs::rename(",
        &["runtime/src/files.rs"],
    ),
    ("a secret is replaced", "redacted>", &[]),
    ("a secret is replaced", "\"***", &["runtime/src/redact.rs"]),
    (
        "a URL is taken apart",
        "find(\"://\")",
        &["runtime/src/http.rs"],
    ),
    ("a URL is taken apart", "split_once(\"://\")", &[]),
    ("a URL is taken apart", "strip_prefix(\"http", &[]),
    ("a URL is parsed, with changes to its path", "url::Url", &[]),
    (
        "JMESPath is evaluated",
        "jmespath::",
        &["runtime/src/query.rs", "runtime/src/query/functions.rs"],
    ),
    (
        "pages are followed",
        ".output_tokens",
        &["codegen/src/lower/pages.rs", "local/src/stub.rs"],
    ),
];

#[test]
fn there_is_one_of_each() {
    for (path, text) in product() {
        for (what, part, allowed) in ONCE {
            let found = code(&path, &text).find(|line| line.contains(part));
            assert!(
                found.is_none() || allowed.iter().any(|allowed| path == Path::new(allowed)),
                "{what} in {} too: {found:?}",
                path.display()
            );
        }
    }
}

#[test]
fn the_list_of_these_places_is_current() {
    for (what, part, allowed) in ONCE {
        for file in *allowed {
            let text = fs::read_to_string(root().join(file)).expect("text");
            assert!(
                text.contains(part),
                "{file} has no {part}: {what} elsewhere"
            );
        }
    }
}

#[test]
fn generated_code_stays_small_and_allows_nothing() {
    let files = files("generated/codepipeline/src");
    let code = |text: &str| {
        text.lines()
            .filter(|line| !line.trim().is_empty() && !line.trim().starts_with("//"))
            .count()
    };
    let lines: usize = files.iter().map(|(_, text)| code(text)).sum();
    let operations = files
        .iter()
        .map(|(_, text)| text.matches(") -> Call<").count())
        .sum::<usize>();
    assert_eq!(operations, 44);
    assert!(
        lines <= 160 * operations,
        "{lines} lines for {operations} operations"
    );
    assert!(files.iter().all(|(_, text)| !text.contains("allow(")));
}

/// A test that can't run says so through the helper, so that `.ci/run` can count it.
#[test]
fn skipped_tests_are_reported() {
    let folders = [
        "tests", "codegen", "command", "runtime", "schema", "local", "tool", "worker",
    ];
    for (path, text) in folders.into_iter().flat_map(files) {
        let is_helper = path.ends_with("support/skipped.rs");
        assert!(
            is_helper || !text.contains(concat!("println!(\"", "skipped")),
            "{}: call `skipped`",
            path.display()
        );
    }
}

/// What went wrong has a type, with its cause: no public function answers with text for an error.
#[test]
fn errors_of_public_functions_are_types() {
    let crates = [
        "codegen/src",
        "command/src",
        "local/src",
        "runtime/src",
        "schema/src",
        "worker/src",
    ];
    for (path, text) in crates.into_iter().flat_map(files) {
        let functions = text.split("\n").enumerate().filter(|(_, line)| {
            let line = line.trim_start();
            line.starts_with("pub fn ") || line.starts_with("pub async fn ")
        });
        for (at, _) in functions {
            let signature: String = text.lines().skip(at).map(str::trim).collect();
            let signature = signature.split('{').next().unwrap_or_default();
            let output = signature.split(" where ").next().unwrap_or_default();
            let is_text = output.contains("Result<") && output.trim().ends_with(", String>");
            assert!(!is_text, "{}: {signature}", path.display());
        }
    }
}
