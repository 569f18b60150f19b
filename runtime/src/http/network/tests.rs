//! The transport against servers that read and write plain bytes.

use super::*;
use crate::http::{Body, Bytes};
use futures_core::Stream;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::task::{Context, Poll};
use std::thread;

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// A server that handles one connection after the other.
fn server(handle: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || listener.incoming().flatten().for_each(handle));
    format!("http://{address}")
}

/// A server that passes on what it reads up to `end`, and answers.
fn told(end: &'static str, answer: &'static str) -> (String, Receiver<String>) {
    let (sender, requests) = channel();
    let url = server(move |mut connection| {
        while let Some(request) = read_to(&mut connection, end) {
            let _ = sender.send(request);
            let _ = connection.write_all(answer.as_bytes());
        }
    });
    (url, requests)
}

fn read_to(connection: &mut TcpStream, end: &str) -> Option<String> {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(end) {
        let count = connection.read(&mut buffer).unwrap_or(0);
        request += &String::from_utf8_lossy(&buffer[..count]);
        if count == 0 {
            return None;
        }
    }
    Some(request)
}

/// A server that answers every request, whose head alone it reads, with these pieces, and pauses
/// before each of them.
fn saying(pause: Duration, pieces: &'static [&'static str]) -> String {
    server(move |mut connection| {
        read_to(&mut connection, "\r\n\r\n");
        for piece in pieces {
            thread::sleep(pause);
            let _ = connection.write_all(piece.as_bytes());
        }
    })
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

/// Sends a request, and reads the whole answer.
fn send(network: &Network, request: Request) -> Result<String, TransportError> {
    let answer = wait(async { network.send(&request).await?.collect(99).await });
    answer.map(|answer| String::from_utf8_lossy(&answer.body).into_owned())
}

fn put(url: &str, body: Body) -> Result<String, TransportError> {
    send(&Network::default(), Request::new("PUT", url).body(body))
}

fn silent_after(limit: Duration) -> Network {
    Network::new(Settings {
        read_timeout: Some(limit),
        ..Settings::default()
    })
}

/// As labels and keys are written in a path, and as parameters are in a query string.
const TARGETS: &[&str] = &[
    "/",
    "/..",
    "/../..",
    "/a/../b",
    "/./a",
    "/a/.",
    "/a//b",
    "//a",
    "///",
    "/a%2e%2e",
    "/%2E%2E/a",
    "/a%2Fb",
    "/a/",
    "/a%3Fb",
    "/a%23b",
    "/%C3%A9",
    "/%F0%90%80%80",
    "/a%20b%2Bc",
    "/a~b*c'd",
    "/a?location",
    "/a?x=..%2F&y=&y",
    "/../?b=/../",
];

#[test]
fn paths_and_query_strings_are_sent_as_they_are() {
    let (url, requests) = told("\r\n\r\n", OK);
    let network = Network::default();
    for target in TARGETS {
        let request = Request::new("GET", format!("{url}{target}"));
        send(&network, request).expect("an answer");
        let request = requests.recv().expect("a request");
        let line = request.lines().next();
        assert_eq!(line, Some(&*format!("GET {target} HTTP/1.1")));
        let host = url.trim_start_matches("http://");
        assert!(
            request.contains(&format!("\r\nhost: {host}\r\n")),
            "{request}"
        );
    }
}

#[test]
fn so_are_they_through_a_proxy() {
    let (proxy, requests) = told("\r\n\r\n", OK);
    let proxy = proxy.replace("//", "//me:w%40rd@");
    let lookup = |name: &str| Ok::<_, ()>((name == "http_proxy").then(|| proxy.clone()));
    let network = Network::new(Settings {
        proxies: Proxies::from_variables(lookup).expect("no error"),
        ..Settings::default()
    });
    for target in TARGETS {
        let url = format!("http://service.invalid{target}");
        send(&network, Request::new("GET", url.as_str())).expect("an answer");
        let request = requests.recv().expect("a request");
        let line = request.lines().next();
        assert_eq!(line, Some(&*format!("GET {url} HTTP/1.1")));
        let password = "\r\nproxy-authorization: Basic bWU6d0ByZA==\r\n";
        assert!(request.contains(password), "{request}");
    }
}

#[test]
fn urls_that_cannot_be_called() {
    for url in [
        "",
        "/a",
        "host",
        "ftp://host/",
        "http://",
        "http:///a",
        "http://a b/",
        "http://host:x/",
        "http://:80/",
        "http://host/a b",
    ] {
        let error = send(&Network::default(), Request::new("GET", url)).expect_err(url);
        assert_eq!(error.kind, Kind::Endpoint, "{url}: {error}");
    }
}

/// A coded object of S3 is stored coded, and has to be downloaded so.
#[test]
fn bodies_are_asked_for_and_passed_on_without_coding() {
    let stored = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 7\r\n\r\n\x1f gzip!";
    let (url, requests) = told("\r\n\r\n", stored);
    let network = Network::default();
    let answer = send(&network, Request::new("GET", url.as_str())).expect("an answer");
    assert_eq!(answer, "\x1f gzip!");
    let request = requests.recv().expect("a request");
    assert!(
        request.contains("\r\naccept-encoding: identity\r\n"),
        "{request}"
    );
    let own = Request::new("GET", url.as_str()).header("accept-encoding", "gzip");
    send(&network, own).expect("an answer");
    let request = requests.recv().expect("a request");
    assert!(
        request.contains("\r\naccept-encoding: gzip\r\n"),
        "{request}"
    );
    assert!(!request.contains("identity"), "{request}");
}

#[test]
fn requests_without_a_body_have_the_length_that_their_method_asks_for() {
    let (url, requests) = told("\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n");
    for method in ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH"] {
        send(&Network::default(), Request::new(method, url.as_str())).expect("an answer");
        let request = requests.recv().expect("a request");
        assert!(request.starts_with(&format!("{method} / HTTP/1.1\r\n")));
        let with_length = !["GET", "HEAD", "OPTIONS"].contains(&method);
        let length = request.contains("\r\ncontent-length: 0\r\n");
        assert_eq!(length, with_length, "{request}");
        assert!(!request.contains("transfer-encoding"), "{request}");
    }
}

#[test]
fn files_are_sent_with_their_length() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    for content in ["", "content"] {
        fs::write(&path, content).expect("written");
        let (url, requests) = told(
            if content.is_empty() {
                "\r\n\r\n"
            } else {
                content
            },
            OK,
        );
        let body = Body::file(&path).expect("a file");
        // Another attempt opens it again.
        for _ in 0..2 {
            put(&url, body.clone()).expect("an answer");
            let request = requests.recv().expect("a request");
            let end = format!("content-length: {}\r\n", content.len());
            assert!(request.contains(&end), "{request}");
            assert!(
                request.ends_with(&format!("\r\n\r\n{content}")),
                "{request}"
            );
        }
    }
}

#[test]
fn files_that_change_while_they_are_sent_are_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    let name = path.display();
    for (content, text) in [
        ("con", format!("the file {name} ended after 3 of 7 bytes")),
        ("", format!("the file {name} ended after 0 of 7 bytes")),
        (
            "contents",
            format!("the file {name} has more than the 7 bytes that were announced"),
        ),
    ] {
        fs::write(&path, "content").expect("written");
        let body = Body::file(&path).expect("a file");
        fs::write(&path, content).expect("written");
        let (url, requests) = told("never", OK);
        let error = put(&url, body).expect_err("another length");
        assert_eq!(error.kind, Kind::RequestBody);
        let expected = format!("The body of the request to {url} can't be read: {text}");
        assert_eq!(error.to_string(), expected);
        assert!(requests.try_recv().is_err(), "nobody takes it for whole");
    }
    let body = Body::file(&path).expect("a file");
    fs::remove_file(&path).expect("removed");
    let error = put(&told("never", OK).0, body).expect_err("no file");
    assert!(error.to_string().contains(&format!("{name}: ")), "{error}");
}

#[test]
fn files_that_cannot_be_read_are_errors_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("missing");
    for path in [folder.path(), &missing] {
        let error = Body::file(path).expect_err("no file");
        let start = format!("{}: ", path.display());
        assert!(error.to_string().starts_with(&start), "{error}");
    }
    let closed = folder.path().join("closed");
    fs::write(&closed, "").expect("written");
    #[cfg(unix)]
    fs::set_permissions(&closed, std::os::unix::fs::PermissionsExt::from_mode(0o0)).expect("set");
    // Root reads all files.
    let is_readable = fs::File::open(&closed).is_ok();
    assert_eq!(Body::file(&closed).is_ok(), is_readable);
}

#[test]
fn what_is_kept_is_sent_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = || fs::read_dir(folder.path()).expect("a folder").count();
    // In memory, and in a file.
    for (len, unit) in [(0, ""), (7, "content"), (9_000_000, "123456789")] {
        let content = unit.repeat(len.max(1) / unit.len().max(1));
        let body = Body::kept("the pipe", content.as_bytes(), folder.path()).expect("kept");
        assert_eq!(body.len(), Some(len as u64));
        let end: &str = format!("\r\n\r\n{content}").leak();
        let (url, requests) = told(end, OK);
        for _ in 0..2 {
            put(&url, body.clone()).expect("an answer");
            let request = requests.recv().expect("a request");
            assert!(request.ends_with(end), "{len}");
        }
    }
    // Nothing is left there, even if the process is killed.
    assert_eq!(count(), 0);
    let none = folder.path().join("none");
    let error = Body::kept("the pipe", std::io::repeat(0), &none).expect_err("no folder");
    let start = format!("the pipe: a temporary file in {}: ", none.display());
    assert!(error.to_string().starts_with(&start), "{error}");
}

#[cfg(unix)]
#[test]
fn a_pipe_is_sent_in_chunks_and_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.is_ok_and(|status| status.success()));
    let body = Body::file(&path).expect("a pipe");
    let writer = path.clone();
    thread::spawn(move || fs::write(writer, "content"));
    let (url, requests) = told("0\r\n\r\n", OK);
    put(&url, body.clone()).expect("an answer");
    let request = requests.recv().expect("a request");
    assert!(
        request.contains("transfer-encoding: chunked\r\n"),
        "{request}"
    );
    assert!(request.contains("\r\n\r\n7\r\ncontent\r\n"), "{request}");
    let error = put(&url, body).expect_err("once");
    let text = format!(
        "the file {} can be read only once, and was read before",
        path.display()
    );
    assert!(error.to_string().ends_with(&text), "{error}");
}

#[test]
fn a_reader_is_sent_once() {
    for (len, end) in [(Some(7), "content"), (None, "7\r\ncontent\r\n0\r\n\r\n")] {
        let body = Body::reader(len, &b"content"[..]);
        // A request that has no connection doesn't read it.
        let closed = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("an address");
        let error = put(&format!("http://{closed}/"), body.clone()).expect_err("nobody");
        assert_eq!(error.kind, Kind::Connect, "{error}");

        let (url, requests) = told(end, OK);
        put(&url, body.clone()).expect("an answer");
        let request = requests.recv().expect("a request");
        assert!(request.ends_with(&format!("\r\n\r\n{end}")), "{request}");
        let error = put(&url, body).expect_err("once");
        assert_eq!(error.kind, Kind::RequestBody);
        let text = "the stream can be read only once, and was read before";
        let expected = format!("The body of the request to {url} can't be read: {text}");
        assert_eq!(error.to_string(), expected);
    }
    for (len, text) in [
        (8, "the stream ended after 7 of 8 bytes"),
        (
            6,
            "the stream has more than the 6 bytes that were announced",
        ),
    ] {
        let body = Body::reader(Some(len), &b"content"[..]);
        let error = put(&told("never", OK).0, body).expect_err("another length");
        assert!(error.to_string().ends_with(text), "{error}");
    }
}

/// Zeros without an end, which counts what was taken of it.
struct Zeros(Arc<AtomicUsize>, usize);

const ZEROS: &[u8] = &[0; 64 << 10];

impl Stream for Zeros {
    type Item = io::Result<Bytes>;

    fn poll_next(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let taken = self.0.fetch_add(ZEROS.len(), Ordering::Relaxed);
        Poll::Ready((taken < self.1).then_some(Ok(Bytes::from_static(ZEROS))))
    }
}

/// 200 MB pass through a connection, and a server that does not read stops them.
#[test]
fn a_stream_is_taken_as_fast_as_the_server_reads_it() {
    const ALL: usize = 3200 * ZEROS.len();
    const WAITING: usize = 16 << 20;
    let (go, gone) = channel();
    let url = server(move |mut connection| {
        gone.recv().expect("a test");
        let mut buffer = vec![0; 1 << 20];
        let mut left = ALL;
        while left > 0 {
            left = left.saturating_sub(connection.read(&mut buffer).expect("zeros"));
        }
        let _ = connection.write_all(OK.as_bytes());
    });
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = taken.clone();
    let body = Body::stream(Some(ALL as u64), move || {
        Ok(Box::pin(Zeros(counted.clone(), ALL)))
    });
    let sent = thread::spawn(move || put(&url, body));
    thread::sleep(Duration::from_millis(300));
    let waiting = taken.load(Ordering::Relaxed);
    assert!((1..WAITING).contains(&waiting), "{waiting}");
    go.send(()).expect("a server");
    sent.join().expect("a thread").expect("an answer");
}

const LIMIT: Duration = Duration::from_millis(300);
const PAUSE: Duration = Duration::from_millis(120);

#[test]
fn bodies_may_take_longer_than_a_silence() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n";
    let pieces: &[&str] = Box::leak(Box::new([head, "a", "b", "c", "d", "e", "f"]));
    let network = silent_after(LIMIT);
    let url = saying(PAUSE, pieces);
    let answer = send(&network, Request::new("GET", url.as_str()));
    assert_eq!(answer.expect("an answer"), "abcdef");

    // A server that reads slowly.
    let url = server(|mut connection| {
        let mut buffer = vec![0; 4 << 20];
        let mut read = 0;
        while read < ZEROS.len() * 320 {
            thread::sleep(PAUSE / 4);
            read += connection.read(&mut buffer).expect("zeros");
        }
        let _ = connection.write_all(OK.as_bytes());
    });
    let body = vec![0; ZEROS.len() * 320];
    let answer = send(&network, Request::new("PUT", url.as_str()).body(body));
    assert_eq!(answer.expect("an answer"), "{}");
}

#[test]
fn a_silent_server_is_an_error() {
    let network = silent_after(PAUSE);
    for before in ["", "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc"] {
        let url = server(move |mut connection| {
            read_to(&mut connection, "\r\n\r\n");
            let _ = connection.write_all(before.as_bytes());
            thread::sleep(LIMIT * 3);
        });
        let error = send(&network, Request::new("GET", url.as_str())).expect_err("silence");
        let expected = format!("Read timeout on endpoint URL: \"{url}\"");
        assert_eq!(error.to_string(), expected);
    }
}

const CUT: &[(&str, &str)] = &[
    (
        "HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nabc",
        "The body ended after 3 of 6 bytes.",
    ),
    (
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "The body ended after 3 bytes and before its last chunk.",
    ),
    (
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nx",
        "The body ended after 3 bytes and before its last chunk.",
    ),
];

#[test]
fn a_body_that_ends_early_says_where_and_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    for (answer, text) in CUT {
        let pieces: &[&str] = Box::leak(Box::new([*answer]));
        let url = saying(Duration::ZERO, pieces);
        let request = Request::new("GET", url.as_str());
        let error = wait(async {
            let answer = Network::default().send(&request).await?;
            answer.body.write_to(&path).await
        });
        let error = error.expect_err("cut");
        assert_eq!(error.kind, Kind::Closed);
        let closed = "Connection was closed before we received a valid response from endpoint URL";
        assert_eq!(error.to_string(), format!("{closed}: \"{url}\". {text}"));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}

/// A server that refuses an upload when it has read the head, and reads no more.
#[test]
fn an_answer_that_comes_before_the_whole_body_is_sent_is_the_answer() {
    const ALL: usize = 640 * ZEROS.len();
    let url = server(|mut connection| {
        let _ = connection.read(&mut [0; 1000]);
        let no = "HTTP/1.1 403 No\r\nconnection: close\r\ncontent-length: 2\r\n\r\nno";
        let _ = connection.write_all(no.as_bytes());
        thread::sleep(LIMIT);
    });
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = taken.clone();
    let body = Body::stream(Some(ALL as u64), move || {
        Ok(Box::pin(Zeros(counted.clone(), ALL)))
    });
    assert_eq!(put(&url, body).expect("an answer"), "no");
    assert!(taken.load(Ordering::Relaxed) < ALL, "the rest is not sent");
}

#[test]
fn headers_that_http_has_not_are_errors_borrowed_or_not() {
    for (name, value, right) in [
        ("x-amz-target", "a b~", true),
        ("X-Amz-Target", "\t", true),
        ("", "v", false),
        ("a b", "v", false),
        ("é", "v", false),
        ("x", "a\nb", false),
        ("x", "\u{7f}", false),
    ] {
        let owned = (name.to_owned().into(), value.to_owned().into());
        let borrowed = (name.into(), value.into());
        assert_eq!(
            super::header(&borrowed).is_ok(),
            right,
            "{name:?}: {value:?}"
        );
        assert_eq!(super::header(&owned).is_ok(), right, "{name:?}: {value:?}");
    }
}

#[test]
fn values_of_headers_are_text_whatever_bytes_came() {
    let url = server(|mut connection| {
        read_to(&mut connection, "\r\n\r\n");
        let head = b"HTTP/1.1 200 OK\r\nX-A: \xc3\xa9\r\nx-b: \xe9!\r\ncontent-length: 0\r\n\r\n";
        let _ = connection.write_all(head);
    });
    let network = Network::default();
    let request = Request::new("GET", url);
    let answer = wait(async { network.send(&request).await }).expect("an answer");
    assert_eq!(answer.header("x-a"), Some("é"));
    assert_eq!(answer.header("X-B"), Some("\u{fffd}!"));
}

#[test]
fn the_host_is_without_the_port_that_the_scheme_implies() {
    for (url, expected) in [
        ("http://a.example/b", "a.example"),
        ("http://a.example:80", "a.example"),
        ("https://a.example:443/", "a.example"),
        ("https://a.example:80/", "a.example:80"),
        ("http://[::1]:8000/", "[::1]:8000"),
        ("http://name:password@a.example:1/", "a.example:1"),
    ] {
        let url: Uri = url.parse().expect("a URL");
        assert_eq!(host(&url), expected);
    }
}

/// Before the head and before the body.
#[test]
fn a_runtime_that_was_held_up_takes_what_came_in_time() {
    for held_from in [10, 80] {
        const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n";
        let request = Request::new("GET", saying(Duration::from_millis(60), &[HEAD, "{}"]));
        let network = silent_after(Duration::from_millis(200));
        let answer = wait(async {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(held_from)).await;
                thread::sleep(Duration::from_millis(400));
            });
            network.send(&request).await?.collect(99).await
        });
        assert_eq!(answer.expect("an answer").body, "{}", "{held_from}");
    }
}
