//! Faults of a network, and of a server without TLS.

use crate::server::{RIGHT, answers, answers_and_closes, answers_without_end, request, server};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

/// A chunk of 64 characters.
const CHUNK: &str = "40\r\n                                                                \r\n";

/// Faults of a server without TLS: the name, and the URL.
pub(crate) fn plain() -> Vec<(&'static str, String)> {
    let closed = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .to_string();
    let huge = "x".repeat(10 << 20);
    let with = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}\r\n{{}}");
    vec![
        ("no server listens", closed),
        ("the host does not exist", "service.invalid".to_owned()),
        // The request is read first: otherwise chance decides whether the system resets the connection.
        ("closes the connection in place of an answer", answers_and_closes("")),
        ("is silent from the start", server(|mut stream| drop(stream.read_to_end(&mut Vec::new())))),
        ("is silent after a part of the head", answers("HTTP/1.1 200 OK\r\ncontent-le")),
        ("is silent after a part of the body", answers("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")),
        ("answers 100 first", answers(format!("HTTP/1.1 100 Continue\r\n\r\n{RIGHT}"))),
        ("answers 103 first, twice", answers(format!("{0}{0}{RIGHT}", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"))),
        ("answers 101", answers("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")),
        ("answers 100 without end", answers_without_end("", "HTTP/1.1 100 Continue\r\n\r\n")),
        ("answers another protocol", answers("SSH-2.0-OpenSSH_9.2\r\n")),
        ("answers TLS", answers(b"\x15\x03\x01\x00\x02\x02\x28".to_vec())),
        ("states a length that is too long, and closes", answers_and_closes(with("content-length: 99\r\n"))),
        ("states a length that is too short", answers(with("content-length: 1\r\n"))),
        ("states two lengths", answers(with("content-length: 2\r\ncontent-length: 3\r\n"))),
        ("states a negative length", answers(with("content-length: -2\r\n"))),
        ("states a length that is not a number", answers(with("content-length: two\r\n"))),
        ("states a length that overflows", answers(with("content-length: 99999999999999999999\r\n"))),
        ("states 16 EiB", answers_and_closes(with("content-length: 18446744073709551614\r\n"))),
        ("chunks with a length that is not a number", answers(with("transfer-encoding: chunked\r\n\r\nzz\r\n"))),
        ("chunks that end early", answers_and_closes(with("transfer-encoding: chunked\r\n\r\n9\r\n"))),
        ("a header of 10 MB", answers(with(&format!("x: {huge}\r\n")))),
        ("10 MB of headers", answers(with(&"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(300_000)))),
        ("headers without end", answers_without_end("HTTP/1.1 200 OK\r\n", "x: y\r\n")),
        ("a status line without end", answers_without_end("HTTP/1.1 200 ", "x")),
        ("a body without end", answers_without_end("HTTP/1.1 200 OK\r\n\r\n", " ")),
        (
            "an error with a body without end",
            answers_without_end("HTTP/1.1 400 X\r\ntransfer-encoding: chunked\r\n\r\n", CHUNK),
        ),
        (
            "a gzip bomb",
            answers(
                [
                    b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4096\r\n\r\n\x1f\x8b\x08".to_vec(),
                    vec![0; 4093],
                ]
                .concat(),
            ),
        ),
        ("invalid UTF-8 in a string", answers(body(b"{\"pipelines\":[{\"name\":\"\xff\"}]}"))),
        (
            "invalid UTF-8 in a header",
            answers([b"HTTP/1.1 400 X\r\nx-amzn-requestid: \xff\r\ncontent-length: 0\r\n\r\n".to_vec()].concat()),
        ),
        ("an empty body", answers(body(""))),
        ("an incomplete document", answers(body("{\"pipelines\":[{\"na"))),
        ("two documents", answers(body("{}{}"))),
        ("a list for a structure", answers(body("[]"))),
        ("a string for a structure", answers(body("\"x\""))),
        ("null for a structure", answers(body("null"))),
        ("a number for a list", answers(body("{\"pipelines\":5}"))),
        ("a string for a number", answers(body("{\"pipelines\":[{\"version\":\"x\"}]}"))),
        ("a number beyond its type", answers(body("{\"pipelines\":[{\"version\":1e400}]}"))),
        ("half of a surrogate pair", answers(body("{\"pipelines\":[{\"name\":\"\\ud800\"}]}"))),
        ("100,000 nested lists", answers(body("[".repeat(100_000)))),
        ("the same in an unknown member", answers(body(format!("{{\"x\":{}", "[".repeat(100_000))))),
        ("HTML", answers(body("<html><body>Sign in to the airport's network</body></html>"))),
        ("a redirect", answers("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n")),
        ("an error without a body", answers("HTTP/1.1 400 X\r\ncontent-length: 0\r\n\r\n")),
        ("a refusal", answers(refused(400, "", "ValidationException"))),
        ("429 each time", answers(refused(429, "retry-after: 0\r\n", "TooManyRequestsException"))),
        ("500 each time", answers(refused(500, "", "InternalFailure"))),
        ("503 without a body each time", answers("HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n")),
        (
            "a refused signature, with a clock two hours ahead",
            server(|mut stream| {
                request(&mut stream);
                let date = format!("date: {}\r\n", date_in(7230));
                let _ = stream.write_all(&refused(403, &date, "SignatureDoesNotMatch"));
                let _ = stream.read_to_end(&mut Vec::new());
            }),
        ),
        (
            "a refused signature, with an invalid date",
            answers(refused(403, "date: soon\r\n", "SignatureDoesNotMatch")),
        ),
    ]
}

/// Success with a body.
fn body(body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        body.as_ref().len()
    );
    [head.as_bytes(), body.as_ref()].concat()
}

/// A service error.
fn refused(status: u16, headers: &str, code: &str) -> Vec<u8> {
    let body = format!("{{\"__type\":\"{code}\",\"message\":\"m\"}}");
    format!(
        "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into()
}

/// The date of an answer, this number of seconds from now.
fn date_in(seconds: u64) -> String {
    let text = Command::new("date")
        .args([
            "-u",
            "-d",
            &format!("{seconds} seconds"),
            "+%a, %d %b %Y %H:%M:%S GMT",
        ])
        .output();
    String::from_utf8(text.expect("date").stdout)
        .expect("a date")
        .trim()
        .to_owned()
}
