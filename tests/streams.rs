//! Input and output of the system: files, pipes, disks, interruption.

mod support;

use std::fs;
use std::io::Read as _;
use std::os::unix::ffi::OsStringExt as _;
use std::process::{Command, Stdio};
use support::{Server, configured, run, stderr, stdout};

const TAGS: &[&str] = &[
    "codepipeline",
    "untag-resource",
    "--resource-arn",
    "arn:aws:x",
    "--tag-keys",
];
const FAIL: &[&str] = &[
    "codepipeline",
    "put-third-party-job-failure-result",
    "--job-id",
    "j",
    "--client-token",
    "hidden-token",
];
const DETAILS: &[&str] = &["--failure-details", "type=JobFailed,message=m"];

#[test]
fn a_file_is_one_text_of_a_list() {
    let home = tempfile::tempdir().expect("a folder");
    let server = Server::answering(200, "", "{}");
    fs::write(home.path().join("key"), "job").expect("a file");
    let mut command = configured(home.path());
    let output = run(
        command
            .args(TAGS)
            .args(["file://key", "--endpoint-url", &server.url]),
        "",
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let sent = server
        .requests()
        .first()
        .map(|request| request.body.clone());
    assert_eq!(
        sent.as_deref(),
        Some(r#"{"resourceArn":"arn:aws:x","tagKeys":["job"]}"#)
    );
}

#[test]
fn a_file_in_utf_16_is_named_as_such() {
    let home = tempfile::tempdir().expect("a folder");
    let utf16: Vec<u8> = "\u{feff}type=JobFailed,message=m"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fs::write(home.path().join("details"), utf16).expect("a file");
    let words = [
        "codepipeline",
        "put-job-failure-result",
        "--job-id",
        "j",
        "--failure-details",
        "file://details",
        "--cli-dry-run",
    ];
    let output = run(configured(home.path()).args(words), "");
    assert_eq!(output.status.code(), Some(252));
    let expected = "The file is in UTF-16: save it as UTF-8, or set AWS_CLI_FILE_ENCODING=utf-16.";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    let output = run(
        configured(home.path())
            .args(words)
            .env("AWS_CLI_FILE_ENCODING", "utf-16"),
        "",
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn invalid_numbers_and_bytes_are_rejected() {
    let home = tempfile::tempdir().expect("a folder");
    let words = [
        "codepipeline",
        "poll-for-jobs",
        "--action-type-id",
        "category=Test",
        "--max-batch-size",
        "1.5",
    ];
    let output = run(configured(home.path()).args(words), "");
    assert_eq!(output.status.code(), Some(252));
    let expected = "Error parsing parameter '--max-batch-size': invalid int value: '1.5'";
    assert!(stderr(&output).contains(expected), "{}", stderr(&output));
}

#[test]
fn variables_that_are_not_unicode_are_errors() {
    let home = tempfile::tempdir().expect("a folder");
    let mut command = configured(home.path());
    command.env(
        "AWS_SECRET_ACCESS_KEY",
        std::ffi::OsString::from_vec(vec![0xff, 0xfe]),
    );
    let output = run(command.args(FAIL).args(DETAILS), "");
    assert_eq!(output.status.code(), Some(255));
    assert!(
        stderr(&output).contains("AWS_SECRET_ACCESS_KEY"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn proxies_that_cannot_be_read_are_errors() {
    let home = tempfile::tempdir().expect("a folder");
    let server = Server::answering(200, "", "");
    let mut command = configured(home.path());
    command
        .env("http_proxy", "http://me:hidden-password@[")
        .args(FAIL)
        .args(DETAILS);
    let output = run(command.args(["--endpoint-url", &server.url]), "");
    assert_eq!(output.status.code(), Some(255), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("Failed to connect to proxy URL"),
        "{}",
        stderr(&output)
    );
    assert!(
        !stderr(&output).contains("hidden-password"),
        "{}",
        stderr(&output)
    );
    assert!(server.requests().is_empty());
}

#[test]
fn requests_go_through_the_proxy_of_the_environment() {
    let home = tempfile::tempdir().expect("a folder");
    let proxy = Server::answering(200, "", "");
    let mut command = configured(home.path());
    command
        .env("HTTP_PROXY", &proxy.url)
        .args(FAIL)
        .args(DETAILS);
    let output = run(
        command.args(["--endpoint-url", "http://service.invalid/path"]),
        "",
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines: Vec<_> = proxy
        .requests()
        .into_iter()
        .map(|request| request.line)
        .collect();
    assert_eq!(lines, ["POST http://service.invalid/path HTTP/1.1"]);
}

#[test]
fn a_full_disk_is_an_error() {
    let home = tempfile::tempdir().expect("a folder");
    for words in [
        &["--version"][..],
        &["help"],
        &["codepipeline", "list-pipelines", "--generate-cli-skeleton"],
    ] {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("a device");
        let output = configured(home.path())
            .args(words)
            .stdout(Stdio::from(full))
            .output()
            .expect("the command");
        assert_eq!(output.status.code(), Some(255), "{words:?}");
        assert!(
            stderr(&output).contains("No space left"),
            "{}",
            stderr(&output)
        );
    }
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let body = format!(r#"{{"pipelines":[{{"name":"{}"}}]}}"#, "x".repeat(300_000));
    let home = tempfile::tempdir().expect("a folder");
    let server = Server::answering(200, "", &body);
    for format in ["json", "text", "yaml"] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = configured(home.path());
        command.args([
            "codepipeline",
            "list-pipelines",
            "--output",
            format,
            "--endpoint-url",
            &server.url,
        ]);
        let output = command.stdout(writer).output().expect("the command");
        assert_eq!(
            (output.status.code(), stderr(&output).as_str()),
            (Some(0), ""),
            "{format}"
        );
    }
}

#[test]
fn secrets_are_not_in_the_debug_log() {
    let home = tempfile::tempdir().expect("a folder");
    let server = Server::answering(200, "", "");
    let mut command = configured(home.path());
    command.env("AWS_SESSION_TOKEN", "hidden-session").args([
        "--debug",
        "--endpoint-url",
        &server.url,
    ]);
    let output = run(command.args(FAIL).args(DETAILS), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let log = stderr(&output);
    assert!(log.contains("DEBUG"), "{log}");
    for secret in [
        "test-secret",
        "hidden-session",
        "hidden-token",
        "Signature=",
    ] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[test]
fn an_interruption_ends_with_130() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let home = tempfile::tempdir().expect("a folder");
    let mut command = configured(home.path());
    let child = command
        .args(FAIL)
        .args(DETAILS)
        .args(["--endpoint-url", &url])
        .spawn()
        .expect("the command");
    // After it has sent its request it waits for an answer that does not come.
    let (mut connection, _) = listener.accept().expect("a connection");
    connection.read_exact(&mut [0]).expect("a request");
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .expect("kill");
    assert!(killed.success());
    let output = child.wait_with_output().expect("the command");
    assert_eq!(
        (
            output.status.code(),
            stdout(&output).as_str(),
            stderr(&output).as_str()
        ),
        (Some(130), "\n", "")
    );
}
