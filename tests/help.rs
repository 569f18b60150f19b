//! Help pages of the command.

mod support;

use std::path::Path;
use support::{opsmith, run, stderr, stdout};

const OPERATION: &[&str] = &["codepipeline", "put-third-party-job-failure-result"];

fn page(words: &[&str]) -> String {
    let home = tempfile::tempdir().expect("a folder");
    let output = run(opsmith(home.path()).args(words), "");
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), String::new()), "{words:?}");
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
        assert_eq!(page(&["codepipeline", option]), page(&["codepipeline", "help"]));
        assert_eq!(page(&[option]), page(&["help"]));
    }
}

#[test]
fn every_command_has_a_page_of_78_columns() {
    let service = page(&["codepipeline", "help"]);
    let commands: Vec<&str> = service.lines().filter_map(|line| line.trim_start().strip_prefix("o ")).collect();
    assert_eq!(commands.len(), 45, "{service}");
    for command in commands.iter().filter(|command| **command != "help") {
        let found = page(&["codepipeline", command, "help"]);
        for section in ["NAME", "DESCRIPTION", "SYNOPSIS", "OPTIONS", "OUTPUT"] {
            assert!(found.lines().any(|line| line == section), "{command}: no {section}");
        }
        // Samples of syntax are never broken.
        let wide = found.lines().filter(|line| line.chars().count() > 78);
        let text = wide.filter(|line| !line.starts_with("          ")).collect::<Vec<_>>();
        assert!(text.is_empty(), "{command}: {text:?}");
    }
}

#[test]
fn the_top_page_tells_of_global_options() {
    let found = page(&["help"]);
    for option in ["--endpoint-url (string)", "--local (boolean)", "--cli-validation (string)", "codepipeline"] {
        assert!(found.contains(option), "{option}: {found}");
    }
}

/// Samples of the options' syntax are the AWS CLI's, where that is installed.
#[test]
fn samples_are_those_of_the_aws_cli() {
    if !Path::new("/usr/bin/aws").exists() || !Path::new("/usr/bin/groff").exists() {
        println!("skipped: /usr/bin/aws or /usr/bin/groff is not installed");
        return;
    }
    for command in ["put-webhook", "tag-resource", "create-custom-action-type", "put-approval-result"] {
        let mut aws = std::process::Command::new("/usr/bin/aws");
        aws.args(["codepipeline", command, "help"]).env("PAGER", "cat").env("MANPAGER", "cat");
        let theirs = String::from_utf8(aws.output().expect("aws").stdout).expect("text");
        assert_eq!(samples(&page(&["codepipeline", command, "help"])), samples(&plain(&theirs)), "{command}");
    }
}

/// Text without the strokes that make it bold.
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
    samples.iter().map(|sample| sample.trim_end().to_owned()).collect()
}
