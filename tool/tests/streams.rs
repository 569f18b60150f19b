//! `cargo opsmith call` of operations that send a file or write their result to one.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;

/// What a line did.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
    /// The head and body of each request.
    requests: Vec<String>,
    /// The files of the folder afterwards, with their content.
    files: Vec<(String, String)>,
}

/// Runs a line in a folder with the file `content`, against a server with this answer.
fn run(line: &str, answer: &'static str) -> Ran {
    let listener = TcpListener::bind("127.0.0.1:0").expect("an address");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, requests) = mpsc::channel();
    std::thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let (mut head, mut length) = (String::new(), 0);
            while !head.ends_with("\r\n\r\n") {
                let start = head.len();
                reader.read_line(&mut head).expect("a header");
                let line = head[start..].to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().expect("a length");
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body");
            let _ = sender.send(head + &String::from_utf8(body).expect("UTF-8"));
            stream.write_all(answer.as_bytes()).expect("written");
        }
    });
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("content"), "sent as it is").expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"));
    command
        .current_dir(folder.path())
        .args(["opsmith", "call", "--model"])
        .arg(model())
        .arg("test")
        .args(line.split_whitespace())
        .args(["--endpoint-url", &url, "--no-sign-request"])
        .env_clear()
        .env("HOME", folder.path())
        .envs([("AWS_MAX_ATTEMPTS", "1"), ("AWS_REGION", "us-east-1")]);
    let output = command.output().expect("run");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran {
        code: output.status.code().expect("a code"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
        requests: requests.try_iter().collect(),
        files: files(folder.path()),
    }
}

fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../codegen/tests/golden/streams/model.json")
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut files: Vec<_> = entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy();
            (name.into_owned(), fs::read_to_string(&path).expect("text"))
        })
        .collect();
    files.sort();
    files
}

const OK: &str =
    "HTTP/1.1 200 OK\r\ncontent-length: 5\r\netag: e1\r\nconnection: close\r\n\r\nbytes";
const SHORT: &str =
    "HTTP/1.1 200 OK\r\ncontent-length: 9\r\netag: e1\r\nconnection: close\r\n\r\nbytes";
const FAILED: &str = "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

fn sent() -> (String, String) {
    ("content".to_owned(), "sent as it is".to_owned())
}

#[test]
fn a_result_is_written_to_a_file() {
    let ran = run("get --key k target", OK);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.stdout, "{\n    \"tag\": \"e1\",\n    \"size\": 5\n}\n");
    assert_eq!(
        ran.files,
        [sent(), ("target".to_owned(), "bytes".to_owned())]
    );
    let ran = run("get --key k -", OK);
    assert_eq!((ran.code, &*ran.stdout), (0, "bytes"), "{}", ran.stderr);
    assert_eq!(ran.files, [sent()]);
}

#[test]
fn no_file_is_left_of_a_result_that_is_not_whole() {
    for (line, answer, code, message) in [
        ("get --key k target", SHORT, 255, "5 of 9 bytes"),
        ("get --key k target", FAILED, 254, "(404)"),
        (
            "get --key k none/target",
            OK,
            255,
            "there is no folder none",
        ),
        ("get --key k", OK, 252, "required: outfile"),
        ("get", OK, 252, "required: --key, outfile"),
        ("get --key k target more", OK, 252, "Unknown options: more"),
        (
            "get --key k target --cli-input-json {}",
            OK,
            252,
            "Unknown options: --cli-input-json",
        ),
    ] {
        let ran = run(line, answer);
        assert_eq!(ran.code, code, "{line}: {}", ran.stderr);
        assert!(ran.stderr.contains(message), "{line}: {}", ran.stderr);
        assert_eq!(ran.files, [sent()], "{line}");
    }
}

#[test]
fn a_file_is_sent_as_it_is() {
    for name in ["content", "fileb://content"] {
        let ran = run(&format!("put --bucket b --key a/../b --body {name}"), OK);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let [request] = ran.requests.as_slice() else {
            panic!("{:?}", ran.requests);
        };
        assert!(
            request.starts_with("PUT /b/a/../b?x HTTP/1.1\r\n"),
            "{request}"
        );
        assert!(request.ends_with("\r\n\r\nsent as it is"), "{request}");
    }
    let ran = run("put --bucket b --key k --body none", OK);
    assert_eq!(ran.code, 252, "{}", ran.stderr);
    assert!(ran.stderr.contains("--body takes a path to a file"));
    assert!(ran.requests.is_empty());
    let ran = run("put --bucket b --key k", OK);
    assert_eq!(ran.code, 252, "{}", ran.stderr);
    assert!(ran.stderr.contains("required: --body"), "{}", ran.stderr);
}

#[test]
fn an_operation_that_is_left_out_says_why() {
    let ran = run("watch", OK);
    assert_eq!(ran.code, 252, "{}", ran.stderr);
    let reason =
        "the operation takes a stream of events (events), which needs HTTP/2 and is not supported";
    assert!(ran.stderr.contains(reason), "{}", ran.stderr);
    assert!(ran.requests.is_empty());
}
