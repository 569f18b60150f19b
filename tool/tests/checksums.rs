//! `cargo opsmith call` of operations with checksums and compressed requests.

#[path = "../../tests/support/server.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod server;

use server::{Request, Server};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What a line did.
struct Ran {
    code: i32,
    stderr: String,
    requests: Vec<Request>,
    /// The file that a result goes to, if it is there.
    target: Option<String>,
}

/// Runs a line in a folder with the file `content`, against a server with these headers in its
/// answer.
fn run(line: &str, variables: &[(&str, &str)], headers: &str) -> Ran {
    let server = Server::answering(200, headers, "123456789");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("content"), "123456789").expect("a file");
    let model = Path::new(env!("CARGO_MANIFEST_DIR"));
    let model = model.join("../codegen/tests/golden/checksums/model.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"));
    command
        .current_dir(folder.path())
        .args(["opsmith", "call", "--model"])
        .arg(model)
        .arg("test")
        .args(line.split_whitespace())
        .args(["--endpoint-url", &server.url])
        .env_clear()
        .env("HOME", folder.path())
        .env("AWS_REGION", "eu-west-1")
        .envs([
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ])
        .envs(variables.iter().copied());
    let output = command.output().expect("run");
    Ran {
        code: output.status.code().expect("a code"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        requests: server.requests(),
        target: fs::read_to_string(folder.path().join("target")).ok(),
    }
}

/// The checksums of the one request, and the algorithm that it names.
fn checksums(line: &str, variables: &[(&str, &str)]) -> Vec<(String, String)> {
    let ran = run(line, variables, "");
    assert_eq!(ran.code, 0, "{line}: {}", ran.stderr);
    let [request] = ran.requests.as_slice() else {
        panic!("{line}: {:?}", ran.requests);
    };
    let headers = request.headers.iter();
    let mut found: Vec<_> = headers
        .filter(|(name, _)| name.contains("-checksum-"))
        .cloned()
        .collect();
    found.sort();
    found
}

const CRC: (&str, &str) = ("x-amz-checksum-crc64nvme", "rosUhgp5mIg=");
const DEFAULT: (&str, &str) = ("x-amz-sdk-checksum-algorithm", "CRC64NVME");
const SHA256: (&str, &str) = (
    "x-amz-checksum-sha256",
    "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=",
);
const XXHASH3: (&str, &str) = ("x-amz-checksum-xxhash3", "ctyxi2ehff8=");

#[test]
fn requests_have_the_checksums_of_the_aws_cli() {
    let required = [("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")];
    let sha256 = ("x-amz-sdk-checksum-algorithm", "SHA256");
    for (line, variables, expected) in [
        ("put --body content", &[][..], &[CRC, DEFAULT][..]),
        ("put --body content", &required, &[]),
        (
            "put --body content --algorithm SHA256",
            &required,
            &[SHA256, sha256],
        ),
        (
            "put --body content --algorithm XXHASH3",
            &[],
            &[XXHASH3, ("x-amz-sdk-checksum-algorithm", "XXHASH3")],
        ),
        (
            "put --body content --sha256 c3Vt",
            &[],
            &[("x-amz-checksum-sha256", "c3Vt")],
        ),
    ] {
        let found = checksums(line, variables);
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(found, expected, "{line} {variables:?}");
    }
    for line in ["tag --tag a", "must --text a"] {
        assert_eq!(checksums(line, &required)[0].0, CRC.0, "{line}");
    }
    let ran = run("put --body content --algorithm MD5", &[], "");
    assert_eq!(ran.code, 255, "{}", ran.stderr);
    let text = "Unsupported checksum algorithm: MD5";
    assert!(ran.stderr.contains(text), "{}", ran.stderr);
    assert!(ran.requests.is_empty());
}

#[test]
fn a_result_with_another_checksum_leaves_no_file() {
    let wrong = "x-amz-checksum-crc32: AAAAAA==\r\n";
    let off = [("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required")];
    for (headers, variables, code, target) in [
        (
            "x-amz-checksum-crc32: y/Q5Jg==\r\n",
            &[][..],
            0,
            Some("123456789"),
        ),
        (wrong, &[], 255, None),
        (wrong, &off, 0, Some("123456789")),
    ] {
        let ran = run("get target", variables, headers);
        assert_eq!(ran.code, code, "{headers}: {}", ran.stderr);
        assert_eq!(ran.target.as_deref(), target, "{headers}");
        let mode = ran.requests[0].header("x-amz-checksum-mode");
        assert_eq!(mode, variables.is_empty().then_some("ENABLED"));
    }
    let ran = run("get target", &[], wrong);
    let text = "Expected checksum AAAAAA== did not match calculated checksum: y/Q5Jg==";
    assert!(ran.stderr.contains(text), "{}", ran.stderr);
}

#[test]
fn long_requests_are_compressed() {
    let short = [("AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES", "12")];
    let off = [short[0], ("AWS_DISABLE_REQUEST_COMPRESSION", "true")];
    for (variables, coding) in [(&[][..], None), (&short, Some("gzip")), (&off, None)] {
        let ran = run("report --text aa", variables, "");
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let request = &ran.requests[0];
        assert_eq!(request.header("content-encoding"), coding);
        assert_eq!(request.body == r#"{"text":"aa"}"#, coding.is_none());
    }
}
