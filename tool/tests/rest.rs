//! `cargo opsmith call` of a service over REST JSON: what is sent, and what is refused.

use std::process::Command;

/// A service in botocore's words.
const SERVICE: &str = r##"{
    "version": "2.0",
    "metadata": { "apiVersion": "2020-01-01", "endpointPrefix": "things", "protocol": "rest-json",
        "serviceFullName": "Things", "serviceId": "Things", "signatureVersion": "v4", "uid": "things" },
    "operations": {
        "Get": { "name": "Get", "http": { "method": "GET", "requestUri": "/things/{name}/parts/{Part+}" }, "input": { "shape": "Input" } },
        "Put": { "name": "Put", "http": { "method": "PUT", "requestUri": "/things/{name}" }, "input": { "shape": "PutInput" } },
        "Head": { "name": "Head", "http": { "method": "HEAD", "requestUri": "/things" } }
    },
    "shapes": {
        "Input": { "type": "structure", "required": ["Name", "Part"], "members": {
            "Name": { "shape": "Text", "location": "uri", "locationName": "name" },
            "Part": { "shape": "Text", "location": "uri", "locationName": "Part" },
            "Since": { "shape": "Time", "location": "querystring", "locationName": "since" },
            "Owner": { "shape": "Text", "location": "header", "locationName": "X-Owner" } } },
        "PutInput": { "type": "structure", "required": ["Name"], "members": {
            "Name": { "shape": "Text", "location": "uri", "locationName": "name" },
            "Attributes": { "shape": "Text", "jsonvalue": true, "location": "header", "locationName": "X-Attributes" },
            "Secret": { "shape": "Secret" }, "At": { "shape": "Time" } } },
        "Secret": { "type": "string", "sensitive": true }, "Text": { "type": "string" }, "Time": { "type": "timestamp" }
    }
}"##;

/// The exit code of a line, and what it prints on standard output and standard error.
fn call(words: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let version = folder.path().join("things/2020-01-01");
    std::fs::create_dir_all(&version).expect("a folder");
    std::fs::write(version.join("service-2.json"), SERVICE).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"))
        .args(["opsmith", "call", "--model"])
        .arg(version)
        .arg("things")
        .args(words)
        .args(["--endpoint-url", "http://localhost:9/base"])
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_REGION", "eu-west-1")
        .env("AWS_ACCESS_KEY_ID", "AKID")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("an exit code");
    (code, text(output.stdout), text(output.stderr))
}

#[test]
fn a_dry_run_shows_where_parameters_go() {
    let get = ["get", "--name", "a/b", "--part", "c//d", "--owner", "me"];
    let since = ["--since", "2020-01-01T00:00:00.5Z", "--cli-dry-run"];
    let (code, out, error) = call(&[&get[..], &since].concat());
    assert_eq!(code, 0, "{error}");
    let line = "GET http://localhost:9/base/things/a%2Fb/parts/c//d?since=2020-01-01T00%3A00%3A00.500000Z\n";
    assert!(out.starts_with(line), "{out}");
    assert!(out.contains("\nx-owner: me\n"), "{out}");
    assert!(
        !out.contains("content-type") && !out.contains("x-amz-target"),
        "{out}"
    );

    let put = ["put", "--name", "n", "--secret", "hush", "--at", "1.5"];
    let attributes = ["--attributes", r#"{ "k": "é" }"#, "--cli-dry-run"];
    let (code, out, error) = call(&[&put[..], &attributes].concat());
    assert_eq!(code, 0, "{error}");
    assert!(
        out.starts_with("PUT http://localhost:9/base/things/n\n"),
        "{out}"
    );
    assert!(
        out.contains("\nx-attributes: eyJrIjoiXHUwMGU5In0=\n"),
        "{out}"
    );
    assert!(out.contains("\ncontent-type: application/json\n"), "{out}");
    assert!(
        out.contains(r#"{"Secret":"*** redacted ***","At":1}"#),
        "{out}"
    );
}

#[test]
fn a_request_without_content_is_a_command_line_without_data() {
    let (code, out, error) = call(&["head", "--cli-dry-run=curl"]);
    assert_eq!(code, 0, "{error}");
    assert!(
        out.starts_with("curl --head http://localhost:9/base/things "),
        "{out}"
    );
    assert!(!out.contains("--data-raw"), "{out}");
}

#[test]
fn what_cannot_be_sent_is_refused_whatever_is_validated() {
    for (part, owner, path) in [("", "me", "Part"), ("p", "a\nb: c", "Owner")] {
        let words = ["get", "--name", "n", "--part", part, "--owner", owner];
        for mode in ["standard", "compat", "off"] {
            let (code, out, error) = call(&[&words[..], &["--cli-validation", mode]].concat());
            assert_eq!((code, &*out), (252, ""), "{error}");
            let expected = format!("Invalid value for parameter {path}: it is ");
            assert!(error.contains(&expected), "{error}");
            assert!(!error.contains("--cli-validation"), "{error}");
        }
    }
}

#[test]
fn a_dry_run_presigns() {
    let get = ["get", "--name", "n", "--part", "p", "--owner", "hush"];
    let options = ["--cli-dry-run=presigned", "--cli-expires-in", "60"];
    let (code, out, error) = call(&[&get[..], &options].concat());
    assert_eq!(code, 0, "{error}");
    let start = "http://localhost:9/base/things/n/parts/p?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKID%2F";
    assert!(out.starts_with(start), "{out}");
    for part in [
        "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-owner&",
        "&X-Amz-Signature=",
    ] {
        assert!(out.contains(part), "{out}");
    }
    assert_eq!(out.lines().count(), 1, "{out}");
    assert!(error.contains("the headers x-owner"), "{error}");
    assert!(!error.contains("hush"), "{error}");

    let (code, out, error) = call(&["head", "--cli-dry-run=presigned-curl"]);
    assert_eq!((code, &*error), (0, ""));
    assert!(
        out.starts_with("curl --head 'http://localhost:9/base/things?X-Amz-"),
        "{out}"
    );
    assert!(out.contains("&X-Amz-Expires=3600&"), "{out}");
}
