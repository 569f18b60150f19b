//! Completions in the shells themselves, where these are installed.

mod support;

use std::process::{Command, Stdio};
use support::{run, skipped, stderr, stdout};

const LINES: &[(&str, &str)] = &[
    ("opsmith codepi", "codepipeline"),
    (
        "opsmith codepipeline put-third-party-job-f",
        "put-third-party-job-failure-result",
    ),
    (
        "opsmith codepipeline put-third-party-job-failure-result --failure-d",
        "--failure-details",
    ),
    (
        "opsmith codepipeline enable-stage-transition --transition-type I",
        "Inbound",
    ),
    ("opsmith --output yaml-", "yaml-stream"),
    (
        "opsmith codepipeline put-third-party-job-failure-result --cli-input-json file://fa",
        "file://failure.json",
    ),
    (
        "opsmith codepipeline put-third-party-job-failure-result --failure-details fileb://fo",
        "fileb://folder/",
    ),
    (
        "opsmith codepipeline list-pipelines --cli-input-json=file://folder/",
        "--cli-input-json=file://folder/more.json",
    ),
    ("opsmith --profile ba", "backup"),
];

/// What a shell prints for a script; `None` if the shell is not installed.
fn shell(name: &str, arguments: &[&str], script: &str) -> Option<String> {
    let command = std::path::Path::new(env!("CARGO_BIN_EXE_opsmith"))
        .parent()
        .expect("a folder");
    let path = format!(
        "{}:{}",
        command.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(home.path().join("folder")).expect("a folder");
    std::fs::create_dir_all(home.path().join(".aws")).expect("a folder");
    for (file, text) in [
        ("failure.json", "{}"),
        ("folder/more.json", "{}"),
        (
            ".aws/config",
            "[profile \"a b\"]\nrole_arn = arn:aws:iam::111122223333:role/profile bad\n[profile backup]\n",
        ),
    ] {
        std::fs::write(home.path().join(file), text).expect("a file");
    }
    if Command::new(name)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_err()
    {
        skipped(&format!("{name} is not installed"));
        return None;
    }
    let mut shell = Command::new(name);
    shell
        .args(arguments)
        .env("PATH", path)
        .env("HOME", home.path())
        .current_dir(home.path())
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let output = run(shell.stdout(Stdio::piped()).stderr(Stdio::piped()), script);
    assert_eq!(stderr(&output), "", "{script}");
    Some(stdout(&output))
}

#[test]
fn bash_completes() {
    for (line, expected) in LINES {
        let script = format!(
            "source <(opsmith completions bash); COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=($COMP_LINE); \
             COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _opsmith; echo \"${{COMPREPLY[@]}}\""
        );
        let Some(found) = shell("bash", &[], &script) else {
            return;
        };
        assert_eq!(found.trim_end(), *expected, "{line}");
    }
    // Where bash breaks words at =, the part after it is completed.
    let line =
        "opsmith codepipeline put-third-party-job-failure-result --failure-details type=Conf";
    let broken = |line: &str, words: &str| {
        let script = format!(
            "source <(opsmith completions bash); COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; COMP_WORDS=(opsmith {words}); \
             COMP_CWORD=3; _opsmith; echo \"${{COMPREPLY[@]}}\""
        );
        shell("bash", &[], &script)
    };
    assert_eq!(
        broken(line, "type = Conf").as_deref(),
        Some("ConfigurationError\n")
    );
    // It also breaks words at a colon.
    let line = "opsmith codepipeline list-pipelines --cli-input-json file://fa";
    assert_eq!(
        broken(line, "file : //fa").as_deref(),
        Some("//failure.json\n")
    );
    // A candidate with blanks is one word.
    assert_eq!(
        broken("opsmith --profile a", "--profile x a").as_deref(),
        Some("a\\ b\n")
    );
}

#[test]
fn fish_completes() {
    for (line, expected) in LINES {
        let script = format!("opsmith completions fish | source; complete -C '{line}'");
        let Some(found) = shell("fish", &["--no-config"], &script) else {
            return;
        };
        assert_eq!(found.trim_end(), *expected, "{line}");
    }
}

#[test]
fn zsh_completes() {
    for (line, expected) in LINES {
        // compadd and compdef exist only in the line editor: these functions print their arguments.
        let script = format!(
            "compdef() {{ }}; compadd() {{ while [[ $1 == -* ]]; do [[ $1 == -S ]] && shift; [[ $1 == -a ]] && break; shift; done; \
             print -l -- ${{(P)2}}; }}; _files() {{ }}; source <(opsmith completions zsh); LBUFFER='{line}'; _opsmith"
        );
        let Some(found) = shell("zsh", &["-f"], &script) else {
            return;
        };
        assert_eq!(found.trim_end(), *expected, "{line}");
    }
}
