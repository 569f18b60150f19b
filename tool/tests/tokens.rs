//! `cargo opsmith call` of a service that takes bearer tokens.

#[path = "../../tests/support/server.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod server;

use server::Server;
use std::process::Command;

/// A service in botocore's words.
const SERVICE: &str = r##"{
    "version": "2.0",
    "metadata": { "apiVersion": "2020-01-01", "endpointPrefix": "things", "protocol": "json", "jsonVersion": "1.0", "targetPrefix": "T",
        "serviceFullName": "Things", "serviceId": "Things", "signatureVersion": "bearer", "uid": "things" },
    "operations": { "Show": { "name": "Show", "http": { "method": "POST", "requestUri": "/" } } },
    "shapes": {}
}"##;

/// The exit code of a line, and what it prints on standard output and standard error.
fn call(url: &str, words: &[&str], variables: &[(&str, &str)]) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let version = folder.path().join("things/2020-01-01");
    std::fs::create_dir_all(&version).expect("a folder");
    std::fs::write(version.join("service-2.json"), SERVICE).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"))
        .args(["opsmith", "call", "--model"])
        .arg(version)
        .args(["things", "show", "--endpoint-url", url])
        .args(words)
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKID")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .envs(variables.iter().copied())
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("an exit code");
    (code, text(output.stdout), text(output.stderr))
}

const TOKEN: &[(&str, &str)] = &[("AWS_BEARER_TOKEN_THINGS", "t0ken")];

#[test]
fn a_token_is_sent_and_not_shown() {
    let server = Server::answering(200, "", "{}");
    let (code, out, error) = call(&server.url, &["--debug"], TOKEN);
    assert_eq!(code, 0, "{error}");
    let requests = server.requests();
    assert_eq!(requests[0].header("authorization"), Some("Bearer t0ken"));
    assert_eq!(requests[0].header("x-amz-date"), None);
    assert!(error.contains("authorization"), "{error}");
    assert!(![out, error].concat().contains("t0ken"));

    for form in ["--cli-dry-run", "--cli-dry-run=curl"] {
        let (code, out, error) = call(&server.url, &[form], TOKEN);
        assert_eq!(code, 0, "{error}");
        assert!(out.contains("authorization: *** redacted ***"), "{out}");
        assert!(!out.contains("t0ken"), "{out}");
    }
    let (_, out, _) = call(&server.url, &["--cli-dry-run=http-secrets"], TOKEN);
    assert!(out.contains("authorization: Bearer t0ken"), "{out}");
}

#[test]
fn a_call_without_a_token_or_without_tls_is_refused() {
    let server = Server::answering(200, "", "{}");
    let (code, out, error) = call(&server.url, &[], &[]);
    assert_eq!((code, &*out), (255, ""), "{error}");
    assert!(
        error.contains("Unable to locate authorization token\n"),
        "{error}"
    );
    let (code, _, error) = call("http://10.0.0.1", &[], TOKEN);
    assert_eq!(code, 255, "{error}");
    assert!(
        error.contains("sent over TLS only") && !error.contains("t0ken"),
        "{error}"
    );
    assert!(server.requests().is_empty());
    let (code, _, error) = call(&server.url, &["--no-sign-request"], TOKEN);
    assert_eq!(code, 0, "{error}");
    assert_eq!(server.requests()[0].header("authorization"), None);
}
