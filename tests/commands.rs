//! Command lines: a folder per case in `tests/commands`.
//!
//! `case.toml` has the command line and the service's answers. The other files of the folder have
//! what is printed (`stdout`, `stderr`) and sent (`request`), with `{url}` for the server's
//! address. `BLESS=1` rewrites them, but never the exit code.

mod support;

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The command line, as a shell would split it.
    line: String,
    /// The exit code.
    code: i32,
    #[serde(default)]
    input: String,
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Files below the home folder.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    answer: support::Answer,
}

#[test]
fn command_lines() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/commands");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .expect("the cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    let wrong: Vec<String> = cases.iter().flat_map(|case| check(case)).collect();
    assert!(cases.len() > 20, "only {} cases were found", cases.len());
    assert!(
        wrong.is_empty(),
        "{}\nBLESS=1 writes what is printed today",
        wrong.join("\n")
    );
}

/// Runs a case and returns the differences.
fn check(folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("case.toml")).expect("case.toml");
    let case: Case =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let server = support::Server::playing(vec![case.answer.clone()]);
    let home = tempfile::tempdir().expect("a folder");
    for (name, content) in &case.files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    let words = shlex::split(&case.line.replace("{url}", &server.url)).expect("a line");
    let mut command = support::configured(home.path());
    command.env("AWS_ENDPOINT_URL", &server.url).args(words);
    command.envs(
        case.env
            .iter()
            .map(|(name, value)| (name, value.replace("{url}", &server.url))),
    );
    let output = support::run(&mut command, &case.input);
    let hide = |text: String| {
        undated(&text)
            .replace(&server.url, "{url}")
            .replace(&home.path().display().to_string(), "{home}")
    };
    let requests: String = server.requests().iter().map(sent).collect();
    let mut wrong = Vec::new();
    if output.status.code() != Some(case.code) {
        wrong.push(format!(
            "{}: code {:?} in place of {}",
            folder.display(),
            output.status.code(),
            case.code
        ));
    }
    let found = [
        ("stdout", hide(support::stdout(&output))),
        ("stderr", hide(support::stderr(&output))),
        ("request", requests),
    ];
    for (name, found) in found {
        let path = folder.join(name);
        if std::env::var_os("BLESS").is_some() {
            let _ = if found.is_empty() {
                fs::remove_file(&path)
            } else {
                fs::write(&path, &found)
            };
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if expected != found {
            wrong.push(format!(
                "{}: found\n{found}\nin place of\n{expected}",
                path.display()
            ));
        }
    }
    wrong
}

/// The text with `{date}` in place of the time of a signature.
fn undated(text: &str) -> String {
    let line = |line: &str| match line.split_once("x-amz-date: ") {
        Some((before, after)) => {
            format!(
                "{before}x-amz-date: {{date}}{}",
                after.trim_start_matches(|c: char| c.is_ascii_alphanumeric())
            )
        }
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

/// The parts of a request that are the same in each run.
fn sent(request: &support::Request) -> String {
    let header = |name: &str| {
        request
            .header(name)
            .map_or_else(String::new, |value| format!("{name}: {value}\n"))
    };
    let signed = request
        .header("authorization")
        .and_then(|value| value.split_once("SignedHeaders="));
    let signed = signed.map_or("unsigned", |(_, after)| {
        after.split_once(',').map_or(after, |(names, _)| names)
    });
    format!(
        "{}\n{}{}signed: {signed}\n\n{}\n",
        request.line,
        header("content-type"),
        header("x-amz-target"),
        request.body
    )
}
