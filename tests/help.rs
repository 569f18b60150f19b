//! Help pages of the command.

#[path = "support/aws.rs"]
mod aws;
mod support;

use aws::Aws;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use support::{opsmith, run, skipped, stderr, stdout};

/// Operations that have more parameters than in Debian's AWS CLI.
const GROWN: &[&str] = &[
    "create-pipeline",
    "list-action-executions",
    "list-pipeline-executions",
    "poll-for-jobs",
    "poll-for-third-party-jobs",
    "start-pipeline-execution",
    "update-action-type",
    "update-pipeline",
];

const OPERATION: &[&str] = &["codepipeline", "put-third-party-job-failure-result"];

fn page(words: &[&str]) -> String {
    let home = tempfile::tempdir().expect("a folder");
    let output = run(opsmith(home.path()).args(words), "");
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new()),
        "{words:?}"
    );
    stdout(&output)
}

#[test]
fn the_page_of_the_operation_is_the_one_that_was_asked_for() {
    let expected = include_str!("help/put-third-party-job-failure-result.txt");
    let found = page(&[OPERATION, &["help"]].concat());
    assert!(found == expected, "{found}");
}

#[test]
fn options_ask_for_help_too() {
    let expected = page(&[OPERATION, &["help"]].concat());
    for option in ["-h", "--help"] {
        assert_eq!(page(&[OPERATION, &[option]].concat()), expected);
        assert_eq!(
            page(&["codepipeline", option]),
            page(&["codepipeline", "help"])
        );
        assert_eq!(page(&[option]), page(&["help"]));
    }
}

#[test]
fn every_command_has_a_page_of_78_columns() {
    let service = page(&["codepipeline", "help"]);
    let commands: Vec<&str> = service
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("o "))
        .collect();
    assert_eq!(commands.len(), 45, "{service}");
    for command in commands.iter().filter(|command| **command != "help") {
        let found = page(&["codepipeline", command, "help"]);
        for section in ["NAME", "DESCRIPTION", "SYNOPSIS", "OPTIONS", "OUTPUT"] {
            assert!(
                found.lines().any(|line| line == section),
                "{command}: no {section}"
            );
        }
        // Samples of syntax are never wrapped.
        let wide = found.lines().filter(|line| line.chars().count() > 78);
        let text = wide
            .filter(|line| !line.starts_with("          "))
            .collect::<Vec<_>>();
        assert!(text.is_empty(), "{command}: {text:?}");
    }
}

#[test]
fn the_top_page_lists_the_global_options() {
    let found = page(&["help"]);
    for option in [
        "--endpoint-url (string)",
        "--local (boolean)",
        "--cli-validation (string)",
        "codepipeline",
    ] {
        assert!(found.contains(option), "{option}: {found}");
    }
}

/// Syntax samples of options equal the AWS CLI's, and so does the synopsis without the global
/// options. `OPSMITH_AWS` names the AWS CLI to compare with.
#[test]
fn options_and_samples_are_those_of_the_aws_cli() {
    let aws = std::env::var_os("OPSMITH_AWS").filter(|aws| Path::new(aws).exists() && has("groff"));
    let Some(aws) = aws else {
        return skipped("OPSMITH_AWS names no AWS CLI, or groff is not installed");
    };
    let home = tempfile::tempdir().expect("a folder");
    let variables = [
        ("HOME", home.path().to_str().expect("text")),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("LC_ALL", "C.UTF-8"),
        ("PAGER", "cat"),
        ("MANPAGER", "cat"),
    ];
    let environment: BTreeMap<_, _> = variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let mut aws = Aws::start(Path::new(&aws), &environment);
    let mut theirs = |words: &[&str]| {
        let words: Vec<_> = words.iter().map(|word| (*word).to_owned()).collect();
        plain(&aws.run(&words, &environment, home.path(), "").1)
    };
    let service = theirs(&["codepipeline", "help"]);
    let commands = service
        .lines()
        .skip_while(|line| *line != "AVAILABLE COMMANDS")
        .filter_map(|line| line.trim_start().strip_prefix("o "));
    let commands: Vec<&str> = commands
        .filter(|command| !["help", "wait"].contains(command))
        .collect();
    // Newer operations are not in Debian's AWS CLI.
    assert!(commands.len() > 35, "{service}");
    let mut differ = |command: &&str| {
        let words = ["codepipeline", *command, "help"];
        let ours = page(&words);
        let theirs = theirs(&words);
        synopsis(&ours) != synopsis(&theirs) || samples(&ours) != samples(&theirs)
    };
    let differing: Vec<&str> = commands.into_iter().filter(&mut differ).collect();
    assert_eq!(differing, GROWN);
}

fn has(program: &str) -> bool {
    std::process::Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// The options in the synopsis of a page, without the global ones.
fn synopsis(page: &str) -> Vec<String> {
    let lines = page
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != "SYNOPSIS")
        .skip(2);
    lines
        .take_while(|line| line.starts_with(['[', '-']) && *line != "[--debug]")
        .map(str::to_owned)
        .collect()
}

/// Text without the overstrikes that make it bold.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '\u{8}' => drop(plain.pop()),
            c => plain.push(c),
        }
    }
    plain
}

/// The blocks below `Shorthand Syntax:`, `JSON Syntax:` and `Syntax:`.
fn samples(page: &str) -> Vec<String> {
    let mut samples: Vec<String> = Vec::new();
    let mut within = false;
    for line in page.lines() {
        let ends = !line.is_empty() && !line.starts_with("        ");
        if line.trim_end().ends_with("Syntax:") {
            within = true;
            samples.push(String::new());
        } else if ends {
            within = false;
        } else if let (true, Some(sample)) = (within, samples.last_mut()) {
            sample.push_str(line.trim_end());
            sample.push('\n');
        }
    }
    samples
        .iter()
        .map(|sample| sample.trim_end().to_owned())
        .collect()
}

#[test]
fn manual_pages_are_what_groff_takes_without_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("man1");
    assert_eq!(
        page(&["man", &target.display().to_string()]),
        format!("56 manual pages in {}\n", target.display())
    );
    let operation = fs::read_to_string(
        target.join("opsmith-codepipeline-put-third-party-job-failure-result.1"),
    );
    let operation = operation.expect("the page");
    assert!(
        operation.contains("\n.SH NAME\nopsmith\\-codepipeline\\-put\\-third"),
        "{operation}"
    );
    assert!(
        operation.contains("\\fB\\-\\-failure\\-details\\fP (structure)"),
        "{operation}"
    );
    if !has("groff") {
        return skipped("groff is not installed");
    }
    for entry in fs::read_dir(&target).expect("the folder") {
        let path = entry.expect("a page").path();
        let output = std::process::Command::new("groff")
            .args(["-man", "-ww", "-Tutf8"])
            .arg(&path)
            .output()
            .expect("groff");
        assert_eq!(stderr(&output), "", "{}", path.display());
        assert!(stdout(&output).len() > 500, "{}", path.display());
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let home = tempfile::tempdir().expect("a folder");
    for words in [
        &["man"][..],
        &["man", "a", "b"],
        &["man", "--x"],
        &["completions"],
        &["completions", "csh"],
    ] {
        let output = run(opsmith(home.path()).args(words), "");
        assert_eq!(output.status.code(), Some(252), "{words:?}");
        assert!(
            stderr(&output).contains("usage: opsmith"),
            "{}",
            stderr(&output)
        );
    }
    let output = run(opsmith(home.path()).args(["man", "/proc/none"]), "");
    assert_eq!(output.status.code(), Some(255));
    assert!(
        stderr(&output).contains("/proc/none can't be written"),
        "{}",
        stderr(&output)
    );
}
