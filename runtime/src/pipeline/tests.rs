//! Bodies over the network: streams that are sent again by a retry, and answers that are read piece
//! by piece.

use super::*;
use crate::call::Streamed;
use crate::client::Config;
use crate::error::ConfigErrorKind;
use crate::fake::Fake;
use crate::http::network::Network;
use crate::http::{Body, Bytes, Transport as _, TransportErrorKind};
use crate::identity::Credentials;
use crate::schema::{
    Flags, Protocol, Service, Trait, blob, http, member, operation, string, structure,
};
use crate::visit::{CompoundKind, TypedDocument, VisitError, VisitResult};
use futures_core::Stream;
use std::future::Future;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context, Poll};
use std::thread;

/// A stream of these pieces.
struct Pieces(std::slice::Iter<'static, &'static str>);

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(|piece| match *piece {
            "" => Err(io::Error::other("the disk is gone")),
            piece => Ok(Bytes::from(piece)),
        }))
    }
}

/// A stream of these pieces, where an empty one is an error; and how often it was opened.
fn stream(len: Option<u64>, pieces: &'static [&'static str]) -> (Body, Arc<AtomicUsize>) {
    let opened = Arc::new(AtomicUsize::new(0));
    let counted = opened.clone();
    let body = Body::stream(len, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(Box::pin(Pieces(pieces.iter())))
    });
    (body, opened)
}

/// A server that reads a request up to `end` and gives an answer, for each of these, and then
/// waits until the test has read it.
fn server(end: &'static str, answers: &'static [&'static str]) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let (sender, requests) = channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut connection, _) = listener.accept().expect("a connection");
            sender.send(read_to(&mut connection, end)).expect("a test");
            connection.write_all(answer.as_bytes()).expect("written");
        }
    });
    (url, requests)
}

fn read_to(connection: &mut TcpStream, end: &str) -> String {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(end) {
        let count = connection.read(&mut buffer).expect("a request");
        assert_ne!(count, 0, "{request}");
        request += &String::from_utf8_lossy(&buffer[..count]);
    }
    request
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
const BUSY: &str = "HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";

#[test]
fn streams_are_sent_with_their_length_or_in_chunks() {
    for (len, end, head, content) in [
        (Some(7), "abcdefg", "content-length: 7\r\n", "abcdefg"),
        (
            None,
            "0\r\n\r\n",
            "transfer-encoding: chunked\r\n",
            "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n",
        ),
    ] {
        let (url, requests) = server(end, &[OK]);
        let (body, opened) = stream(len, &["abc", "defg"]);
        let request = Request::new("POST", url).body(body);
        let answer = wait(async { Network::default().send(&request).await?.collect(9).await });
        assert_eq!(answer.expect("an answer").body, "{}");
        let request = requests.recv().expect("a request");
        assert!(request.contains(head), "{request}");
        assert!(
            request.ends_with(&format!("\r\n\r\n{content}")),
            "{request}"
        );
        assert_eq!(opened.load(Ordering::Relaxed), 1);
    }
}

static SERVICE: Service<'static> = Service {
    target_prefix: "Test",
    signing_name: "test",
    protocol: Protocol::AwsJson1_0,
    operations: &[operation("Put", None, None)],
    ..Service::NONE
};

/// Calls `Put` with another body than its protocol makes.
fn put(body: Body, url: &str) -> Result<Response, Error> {
    let config = Config::new()
        .region("eu-west-1")
        .credentials(Credentials::new("AKID", "secret", "test"))
        .endpoint_url(url)
        .sleep(Fake::playing([]));
    let client = Client::new(&SERVICE, config);
    let mut prepared = client.prepare("Put", &()).expect("a request");
    prepared.request.body = body;
    wait(client.send(prepared)).map(|received| received.response)
}

#[test]
fn a_retry_opens_a_stream_again() {
    let (url, requests) = server("abcdefg", &[BUSY, OK]);
    let (body, opened) = stream(Some(7), &["abc", "defg"]);
    assert_eq!(put(body, &url).expect("an answer").body, "{}");
    // Once for the signature, and for each attempt.
    assert_eq!(opened.load(Ordering::Relaxed), 3);
    for attempt in ["attempt=1", "attempt=2; max=3"] {
        let request = requests.recv().expect("a request");
        assert!(request.contains(attempt), "{request}");
        assert!(request.contains("Credential=AKID/"), "{request}");
        assert!(request.ends_with("\r\n\r\nabcdefg"), "{request}");
    }
}

#[test]
fn a_stream_is_read_for_a_signature_only() {
    // The transport would open it to send it, and this one doesn't.
    for (config, kind) in [
        (Config::new().anonymous(), None),
        (Config::new(), Some(ConfigErrorKind::NoCredentials)),
    ] {
        let config = config
            .region("eu-west-1")
            .endpoint_url("http://localhost")
            .transport(Fake::playing([]));
        let client = Client::new(&SERVICE, config);
        let mut prepared = client.prepare("Put", &()).expect("a request");
        let (body, opened) = stream(None, &["abc"]);
        prepared.request.body = body;
        match (wait(client.send(prepared)), kind) {
            (Ok(_), None) => {}
            (Err(Error::Config(error)), Some(kind)) => assert_eq!(error.kind(), kind),
            (result, _) => panic!("{result:?}"),
        }
        assert_eq!(opened.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn the_signature_of_a_stream_is_that_of_its_content() {
    let signed = |body: Body| {
        let at = std::time::UNIX_EPOCH;
        let config = Fake::playing([]).config().clock(move || at);
        let client = Client::new(&SERVICE, config.endpoint_url("http://localhost"));
        let mut prepared = client.prepare("Put", &()).expect("a request");
        prepared.request.body = body;
        wait(client.signed(prepared)).expect("signed").headers
    };
    let (body, _) = stream(None, &["abc", "defg"]);
    assert_eq!(signed(body), signed(Body::from("abcdefg")));
}

#[test]
fn a_stream_that_cannot_be_read_is_an_error_without_a_retry() {
    let (body, opened) = stream(None, &["abc", ""]);
    let error = put(body, "http://127.0.0.1:9").expect_err("no content");
    let text = "the body of the request can't be read: the disk is gone";
    assert_eq!(error.to_string(), text);
    assert_eq!(opened.load(Ordering::Relaxed), 1);

    let (url, _requests) = server("abc", &[OK]);
    let (body, _) = stream(None, &["abc", ""]);
    let request = Request::new("POST", url.as_str()).body(body);
    let error = wait(Network::default().send(&request)).expect_err("no content");
    assert_eq!(error.kind, TransportErrorKind::RequestBody, "{error}");
    let text = format!("The body of the request to {url} can't be read: the disk is gone");
    assert_eq!(error.to_string(), text);
}

#[test]
fn a_reader_has_no_signature() {
    let body = Body::reader(Some(3), &b"abc"[..]);
    let error = put(body.clone(), "http://127.0.0.1:9").expect_err("once");
    let text = "the body of the request can't be read: the signature covers it, so it is read before it is sent, \
                and the stream can be read only once: give a file or bytes";
    assert_eq!(error.to_string(), text);
    let Body::Stream(stream) = body else {
        panic!("a stream");
    };
    assert!(stream.open().is_ok(), "it was not read");
}

#[test]
fn a_retry_of_what_can_be_read_once_is_an_error_that_says_so() {
    // The second request ends before its body.
    let (url, requests) = server("abc", &[BUSY, OK]);
    let config = Config::new().anonymous().region("eu-west-1");
    let config = config.endpoint_url(&url).sleep(Fake::playing([]));
    let client = Client::new(&SERVICE, config);
    let mut prepared = client.prepare("Put", &()).expect("a request");
    prepared.request.body = Body::reader(Some(3), &b"abc"[..]);
    let error = wait(client.send(prepared)).expect_err("once");
    let text = "can't be read: the stream can be read only once, and was read before";
    assert!(error.to_string().ends_with(text), "{error}");
    assert!(requests.recv().expect("a request").ends_with("abc"));
}

static OBJECTS: Service<'static> = Service {
    signing_name: "test",
    protocol: Protocol::RestJson1,
    shapes: &[
        string("Key"),
        structure("Get", &[member("Key", 0).flags(Flags::HTTP_LABEL)]),
    ],
    operations: &[operation("Get", Some(1), None).with(&[Trait::Http(&http(
        "GET",
        "/bucket/{Key+}",
        200,
    ))])],
    ..Service::NONE
};

/// From a key to the first line of the request.
#[test]
fn keys_reach_the_wire_as_they_are_signed() {
    for (key, path) in [
        ("..", ".."),
        ("a/../b", "a/../b"),
        ("./a", "./a"),
        ("a//b", "a//b"),
        ("/a", "/a"),
        ("a%2e%2e", "a%252e%252e"),
        ("a/", "a/"),
        ("a?b", "a%3Fb"),
        ("a#b", "a%23b"),
        ("é", "%C3%A9"),
        ("\u{10000}", "%F0%90%80%80"),
    ] {
        let (url, requests) = server("\r\n\r\n", &[OK]);
        let config = Config::new()
            .region("eu-west-1")
            .credentials(Credentials::new("AKID", "secret", "test"))
            .endpoint_url(&url);
        let client = Client::new(&OBJECTS, config);
        let json = serde_json::json!({ "Key": key }).to_string();
        let document: Document = json.parse().expect("JSON");
        let input = TypedDocument {
            document: &document,
            service: &OBJECTS,
            shape: 1,
        };
        let prepared = client.prepare("Get", &input).expect("a request");
        let signed = wait(client.signed(prepared)).expect("signed");
        assert_eq!(signed.url, format!("{url}bucket/{path}"));
        wait(Network::default().send(&signed)).expect("an answer");
        let request = requests.recv().expect("a request");
        let line = request.lines().next();
        assert_eq!(line, Some(&*format!("GET /bucket/{path} HTTP/1.1")));
    }
}

#[test]
fn an_answer_is_read_piece_by_piece_as_it_arrives() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let (read, was_read) = channel();
    thread::spawn(move || {
        let (mut connection, _) = listener.accept().expect("a connection");
        read_to(&mut connection, "\r\n\r\n");
        let mut send = |text: &str| connection.write_all(text.as_bytes()).expect("written");
        send("HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n");
        for piece in ["one", "two"] {
            send(piece);
            // The next piece is sent only after the test has read this one.
            was_read.recv().expect("a test");
        }
        // The connection closes before the end.
    });
    let request = Request::new("GET", url.as_str());
    wait(async {
        let answer = Network::default().send(&request).await.expect("a head");
        let mut body = answer.body;
        for piece in ["one", "two"] {
            let chunk = body.chunk().await.expect("a piece").expect("no end yet");
            assert_eq!(chunk, piece);
            read.send(()).expect("a server");
        }
        let error = body.chunk().await.expect_err("two bytes are missing");
        assert_eq!(error.kind, TransportErrorKind::Closed);
        assert_eq!(error.url, url);
    });
}

#[test]
fn an_answer_in_memory_has_a_limit() {
    for (limit, expected) in [(2, Ok("{}")), (1, Err(TransportErrorKind::TooLarge))] {
        let (url, _requests) = server("\r\n\r\n", &[OK]);
        let request = Request::new("GET", url.as_str());
        let answer = wait(async {
            Network::default()
                .send(&request)
                .await?
                .collect(limit)
                .await
        });
        match (answer, expected) {
            (Ok(answer), Ok(expected)) => assert_eq!(answer.body, expected),
            (Err(error), Err(kind)) => {
                assert_eq!((error.kind, error.url), (kind, url), "{limit}")
            }
            (answer, _) => panic!("{limit}: {answer:?}"),
        }
    }
}

static STORE: Service<'static> = Service {
    signing_name: "test",
    protocol: Protocol::RestJson1,
    operations: &[
        operation("Get", None, Some(0)).with(&[Trait::Http(&http("GET", "/object", 200))])
    ],
    shapes: &[
        structure(
            "GetOutput",
            &[
                member("content", 1).flags(Flags::HTTP_PAYLOAD.union(Flags::STREAMING)),
                member("tag", 2).with(&[Trait::HttpHeader("ETag")]),
            ],
        ),
        blob("Content").flags(Flags::STREAMING),
        string("Tag"),
    ],
    ..Service::NONE
};

/// The output of `Get` as it is generated: without the stream.
#[derive(Default)]
struct GetOutput(String);

impl Visitor for GetOutput {
    fn begin(&mut self, _: CompoundKind) -> VisitResult {
        Ok(())
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
        match index {
            1 => Ok(&mut self.0),
            _ => Err(VisitError::kind("stream")),
        }
    }
}

#[test]
fn a_body_that_is_a_stream_stands_beside_the_output() {
    const ANSWER: &str = "HTTP/1.1 200 OK\r\netag: e1\r\ncontent-length: 5\r\n\r\nbytes";
    let (url, _requests) = server("\r\n\r\n", &[ANSWER]);
    let config = Config::new()
        .region("eu-west-1")
        .credentials(Credentials::new("AKID", "secret", "test"))
        .endpoint_url(url);
    let client = Client::new(&STORE, config);
    let body = wait(async {
        let call = client.call::<Streamed<GetOutput>>("Get", ());
        let streamed = call.await.expect("an answer");
        assert_eq!(streamed.0, "e1");
        streamed.body.collect(9).await
    });
    assert_eq!(body.expect("the body"), "bytes");
}
