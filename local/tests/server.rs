//! The server over real sockets, spoken to byte by byte.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use opsmith_local::server::{BODY_LIMIT, Request, Response, Server};

/// Answers with the request's method, target and body.
fn echo(request: Request) -> Response {
    let text = format!(
        "{} {} {}",
        request.method(),
        request.uri(),
        String::from_utf8_lossy(request.body())
    );
    Response::new(text.into())
}

fn connect(endpoint: &Server) -> TcpStream {
    let stream = TcpStream::connect(endpoint.url().trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream
}

/// Reads one answer: its head, and a body of the length that the head announces.
fn read_answer(stream: &mut TcpStream) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        head.extend(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    (head, String::from_utf8(body).unwrap())
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(given, _)| given.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

#[test]
fn a_connection_serves_many_requests() {
    let endpoint = Server::start(0, echo).unwrap();
    let mut stream = connect(&endpoint);
    let mut ids = Vec::new();
    for call in 0..3 {
        write!(
            stream,
            "POST /p?q={call} HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nbody"
        )
        .unwrap();
        let (head, body) = read_answer(&mut stream);
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        assert_eq!(body, format!("POST /p?q={call} body"));
        assert_eq!(
            header(&head, "content-type"),
            Some("application/x-amz-json-1.1")
        );
        assert!(
            header(&head, "date").is_some_and(|date| date.ends_with(" GMT")),
            "{head}"
        );
        ids.push(header(&head, "x-amzn-RequestId").unwrap().to_owned());
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3, "{ids:?}");
}

#[test]
fn an_answer_keeps_its_own_headers_and_status() {
    let endpoint = Server::start(0, |_| {
        http::Response::builder()
            .status(400)
            .header("content-type", "text/plain")
            .header("x-amzn-RequestId", "mine")
            .body("no".into())
            .unwrap()
    })
    .unwrap();
    let mut stream = connect(&endpoint);
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    let (head, body) = read_answer(&mut stream);
    assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
    assert_eq!(header(&head, "content-type"), Some("text/plain"));
    assert_eq!(header(&head, "x-amzn-RequestId"), Some("mine"));
    assert_eq!(body, "no");
}

#[test]
fn a_client_that_waits_for_100_continue_gets_it() {
    let endpoint = Server::start(0, echo).unwrap();
    let mut stream = connect(&endpoint);
    stream
        .write_all(
            b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n",
        )
        .unwrap();
    assert!(
        read_answer(&mut stream)
            .0
            .starts_with("HTTP/1.1 100 Continue\r\n")
    );
    stream.write_all(b"hi").unwrap();
    assert_eq!(read_answer(&mut stream).1, "POST / hi");
}

#[test]
fn a_chunked_body_is_put_together() {
    let endpoint = Server::start(0, echo).unwrap();
    let mut stream = connect(&endpoint);
    stream
        .write_all(b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
        .unwrap();
    assert_eq!(read_answer(&mut stream).1, "POST / abc");
}

#[test]
fn a_body_that_is_too_long_is_refused_before_it_is_sent() {
    let endpoint = Server::start(0, echo).unwrap();
    let mut stream = connect(&endpoint);
    let length = BODY_LIMIT + 1;
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\nexpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    let (head, body) = read_answer(&mut stream);
    assert!(head.starts_with("HTTP/1.1 413 "), "{head}");
    assert!(body.contains("longer than 10485760 bytes"), "{body}");
    assert!(header(&head, "x-amzn-RequestId").is_some(), "{head}");
}

#[test]
fn a_chunked_body_that_is_too_long_is_refused_and_one_at_the_limit_is_not() {
    let endpoint = Server::start(0, |request| {
        Response::new(request.body().len().to_string().into())
    })
    .unwrap();
    for (length, status) in [(BODY_LIMIT, "200"), (BODY_LIMIT + 1, "413")] {
        let mut stream = connect(&endpoint);
        write!(
            stream,
            "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n"
        )
        .unwrap();
        stream.write_all(&vec![b' '; length]).unwrap();
        // The end of a refused body may meet a closed connection.
        let _ = stream.write_all(b"\r\n0\r\n\r\n");
        let (head, _) = read_answer(&mut stream);
        assert!(
            head.starts_with(&format!("HTTP/1.1 {status} ")),
            "{length}: {head}"
        );
    }
}

#[test]
fn a_malformed_request_is_answered_and_does_no_harm() {
    let endpoint = Server::start(0, echo).unwrap();
    let mut broken = connect(&endpoint);
    broken.write_all(b"what is this\r\n\r\n").unwrap();
    assert!(read_answer(&mut broken).0.starts_with("HTTP/1.1 400 "));
    let mut stream = connect(&endpoint);
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    assert_eq!(read_answer(&mut stream).1, "GET / ");
}

#[test]
fn a_stopped_server_closes_its_connections_and_frees_its_port() {
    let endpoint = Server::start(0, echo).unwrap();
    let port: u16 = endpoint.url().rsplit(':').next().unwrap().parse().unwrap();
    let mut stream = connect(&endpoint);
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    read_answer(&mut stream);
    endpoint.stop();
    assert_eq!(
        stream.read(&mut [0]).unwrap(),
        0,
        "the idle connection is closed"
    );
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    let again = Server::start(port, echo).unwrap();
    assert_eq!(again.url(), format!("http://127.0.0.1:{port}"));
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let endpoint = Server::start(0, echo).unwrap();
    let port: u16 = endpoint.url().rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(
        Server::start(port, echo).unwrap_err().kind(),
        std::io::ErrorKind::AddrInUse
    );
}
