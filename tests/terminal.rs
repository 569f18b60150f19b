//! What a user sees at a terminal: pages and results, with or without a pager, in the terminal's
//! width.

mod support;

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};
use support::{Server, configured, opsmith};

/// Runs the command with a terminal as its standard output; returns its exit code and the output.
fn on_terminal(command: &mut Command) -> (Option<i32>, String) {
    let flags = rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY;
    let ours = rustix::pty::openpt(flags).expect("a terminal");
    rustix::pty::grantpt(&ours)
        .and_then(|()| rustix::pty::unlockpt(&ours))
        .expect("a terminal");
    let name = rustix::pty::ptsname(&ours, Vec::new())
        .expect("a name")
        .into_string()
        .expect("text");
    let theirs = File::options()
        .read(true)
        .write(true)
        .open(name)
        .expect("a terminal");
    let size = rustix::termios::Winsize {
        ws_row: 24,
        ws_col: 60,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    rustix::termios::tcsetwinsize(&theirs, size).expect("a size");
    let mut child = command
        .stdout(theirs)
        .stderr(Stdio::null())
        .spawn()
        .expect("the command");
    // The command keeps the terminal's other end until it is dropped.
    command.stdout(Stdio::null());
    let mut text = Vec::new();
    // Ends with an error when the other end of the terminal is closed.
    let _ = File::from(ours).read_to_end(&mut text);
    let code = child.wait().expect("the command").code();
    (code, String::from_utf8_lossy(&text).replace("\r\n", "\n"))
}

const RESULT: &str = "{\n    \"pipelines\": []\n}\n";
const PAGED: &str = "|{\n|    \"pipelines\": []\n|}\n";

/// A call with a result, on a terminal.
fn call(home: &Path, variables: &[(&str, &str)], options: &[&str]) -> (Option<i32>, String, usize) {
    let server = Server::answering(200, "", r#"{"pipelines":[]}"#);
    let mut command = configured(home);
    command.envs(variables.iter().copied()).args(options).args([
        "--color",
        "off",
        "--endpoint-url",
        &server.url,
    ]);
    let (code, text) = on_terminal(command.args(["codepipeline", "list-pipelines"]));
    (code, text, server.requests().len())
}

#[test]
fn results_go_through_a_pager_that_is_named() {
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir(home.path().join(".aws")).expect("a folder");
    fs::write(home.path().join(".aws/config"), "[profile paged]\naws_access_key_id = AKIDTEST\naws_secret_access_key = test-secret\ncli_pager = sed 's/^/|/'\n").expect("a file");
    let sed = "sed 's/^/|/'";
    let seen = |variables: &[(&str, &str)], options: &[&str]| {
        let (code, text, requests) = call(home.path(), variables, options);
        assert_eq!((code, requests), (Some(0), 1), "{text}");
        text
    };
    assert_eq!(seen(&[], &[]), RESULT);
    assert_eq!(seen(&[("AWS_PAGER", sed)], &[]), PAGED);
    assert_eq!(seen(&[("PAGER", sed)], &[]), PAGED);
    assert_eq!(seen(&[], &["--profile", "paged"]), PAGED);
    assert_eq!(
        seen(
            &[("AWS_PAGER", ""), ("PAGER", sed)],
            &["--profile", "paged"]
        ),
        RESULT
    );
    assert_eq!(seen(&[("AWS_PAGER", sed)], &["--no-cli-pager"]), RESULT);
    assert_eq!(
        seen(&[("AWS_PAGER", "sh -c 'echo $LESS; cat >/dev/null'")], &[]),
        "FRX\n"
    );
    assert_eq!(seen(&[("AWS_PAGER", "true")], &[]), "");
    assert_eq!(
        seen(
            &[("AWS_PAGER", sed)],
            &["--query", "none.at.all", "--output", "text"]
        ),
        "|None\n"
    );
}

#[test]
fn a_missing_pager_is_reported_before_the_call() {
    let home = tempfile::tempdir().expect("a folder");
    let code = |pager: &str| {
        let (code, text, requests) = call(home.path(), &[("AWS_PAGER", pager)], &[]);
        assert_eq!((text.as_str(), requests), ("", 0));
        code
    };
    assert_eq!(code("no-such-pager -R"), Some(253));
    assert_eq!(code("'less"), Some(255));
}

#[test]
fn pages_are_as_wide_as_the_terminal() {
    let home = tempfile::tempdir().expect("a folder");
    let page = |variables: &[(&str, &str)]| {
        let mut command = opsmith(home.path());
        let words = ["codepipeline", "put-third-party-job-failure-result", "help"];
        on_terminal(command.envs(variables.iter().copied()).args(words))
    };
    let (code, text) = page(&[("MANPAGER", "sed 's/^/|/'")]);
    assert_eq!(code, Some(0), "{text}");
    let filled = "\n|       Represents the failure of a third party job as\n|       returned to the pipeline by a job worker. ";
    assert!(text.contains(filled), "{text}");
    let (code, text) = page(&[("PAGER", "no-such-pager"), ("COLUMNS", "70")]);
    assert_eq!(code, Some(0));
    let filled = "\n       Represents the failure of a third party job as returned to\n       the pipeline by";
    assert!(text.contains(filled), "{text}");
}
