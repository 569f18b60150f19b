//! `--local` and `opsmith local serve`.

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Child;
use support::{opsmith, run, stderr, stdout};

const CALL: &[&str] = &[
    "codepipeline",
    "put-third-party-job-failure-result",
    "--job-id",
    "demo-job",
    "--client-token",
    "demo-token",
    "--failure-details",
    "type=JobFailed,message=tests failed",
];

#[test]
fn a_job_fails_on_the_embedded_endpoint() {
    let home = tempfile::tempdir().expect("a folder");
    let output = run(opsmith(home.path()).arg("--local").args(CALL), "");
    assert_eq!((output.status.code(), stdout(&output)), (Some(0), String::new()), "{}", stderr(&output));
    let expected = "local endpoint: job demo-job: InProgress -> Failed, JobFailed: \"tests failed\"\n";
    assert_eq!(stderr(&output), expected);
}

#[test]
fn the_environment_and_the_home_folder_do_not_matter() {
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir(home.path().join(".aws")).expect("a folder");
    for name in ["config", "credentials"] {
        fs::write(home.path().join(".aws").join(name), "[broken\n").expect("a file");
    }
    let mut command = opsmith(home.path());
    command.env("HTTP_PROXY", "http://127.0.0.1:1").env("http_proxy", "http://127.0.0.1:1");
    command.env("AWS_PROFILE", "missing").env("AWS_REGION", "").env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    command.env("AWS_CONFIG_FILE", "/nonexistent").env("AWS_CA_BUNDLE", "/nonexistent");
    let output = run(command.arg("--local").args(CALL), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = run(command.arg("--output").arg("xml"), "");
    assert_eq!(output.status.code(), Some(252), "{}", stderr(&output));
}

#[test]
fn errors_of_the_endpoint_are_errors_of_the_service() {
    let home = tempfile::tempdir().expect("a folder");
    let call = CALL.iter().map(|word| if *word == "demo-token" { "wrong" } else { word });
    let output = run(opsmith(home.path()).arg("--local").args(call), "");
    assert_eq!(output.status.code(), Some(254));
    assert!(stderr(&output).contains("(InvalidClientTokenException)"), "{}", stderr(&output));
}

#[test]
fn it_is_refused_with_another_endpoint_or_profile_and_after_the_service() {
    let home = tempfile::tempdir().expect("a folder");
    for extra in [["--endpoint-url", "http://127.0.0.1:1"], ["--profile", "p"]] {
        let output = run(opsmith(home.path()).arg("--local").args(extra).args(CALL), "");
        assert_eq!(output.status.code(), Some(252), "{}", stderr(&output));
        assert!(stderr(&output).contains("--local brings its own endpoint"), "{}", stderr(&output));
    }
    let output = run(opsmith(home.path()).args(CALL).arg("--local"), "");
    assert_eq!(output.status.code(), Some(252));
    assert!(stderr(&output).contains("Unknown options: --local"), "{}", stderr(&output));
}

/// A server that ends with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_served_endpoint_takes_what_it_says_to_export() {
    let home = tempfile::tempdir().expect("a folder");
    let mut serving = Serving(opsmith(home.path()).args(["local", "serve"]).spawn().expect("the command"));
    let out = BufReader::new(serving.0.stdout.take().expect("a pipe"));
    let exports: Vec<String> = out.lines().take(4).map(|line| line.expect("a line")).collect();
    let call = |home| {
        let mut command = opsmith(home);
        for line in &exports {
            let (name, value) = line.strip_prefix("export ").and_then(|line| line.split_once('=')).expect("an export");
            command.env(name, value);
        }
        run(command.args(CALL), "")
    };
    let first = call(home.path());
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let second = call(home.path());
    assert!(stderr(&second).contains("(InvalidJobStateException)"), "{}", stderr(&second));
}

#[test]
fn words_that_are_no_command_of_it() {
    let home = tempfile::tempdir().expect("a folder");
    for (words, part) in [
        (&["local"][..], "required: operation"),
        (&["local", "serv"], "  * serve"),
        (&["local", "serve", "--port", "70000"], "'70000' is no port"),
        (&["local", "serve", "--por", "1"], "Unknown options: --por"),
    ] {
        let output = run(opsmith(home.path()).args(words), "");
        assert_eq!(output.status.code(), Some(252), "{words:?}");
        assert!(stderr(&output).contains(part), "{words:?}: {}", stderr(&output));
    }
}

/// What a dry run prints is a request that its service accepts.
#[test]
fn a_dry_run_prints_the_request_that_would_be_sent() {
    let endpoint = opsmith_local::Endpoint::start().expect("an endpoint");
    let home = tempfile::tempdir().expect("a folder");
    let mut command = opsmith(home.path());
    command.env("AWS_ACCESS_KEY_ID", opsmith_local::ACCESS_KEY_ID).env("AWS_REGION", opsmith_local::REGION);
    command.env("AWS_SECRET_ACCESS_KEY", endpoint.credentials().secret_access_key.expose());
    let output =
        run(command.arg("--cli-dry-run=http-secrets").args(["--endpoint-url", &endpoint.url()]).args(CALL), "");
    let text = stdout(&output);
    let (head, body) = text.trim_end().split_once("\n\n").expect("a head and a body");
    let (_, headers) = head.split_once('\n').expect("headers");
    let host = endpoint.url().replace("http://", "");
    let mut stream = std::net::TcpStream::connect(host.trim_end_matches('/')).expect("a connection");
    let head = format!(
        "POST / HTTP/1.1\nhost: {}\nconnection: close\ncontent-length: {}\n{headers}",
        host.trim_end_matches('/'),
        body.len()
    );
    std::io::Write::write_all(&mut stream, format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")).as_bytes())
        .expect("sent");
    let answer = std::io::read_to_string(stream).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
