//! A server that gives prepared answers and records requests.

use serde::Deserialize;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// A request as received: method and path, headers, body.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// An answer of the server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Header lines, each with its line ending.
    pub(crate) headers: String,
    pub(crate) body: String,
    /// Closes the connection instead of answering.
    pub(crate) close: bool,
    /// States a length greater than the body, and closes the connection.
    pub(crate) truncate: bool,
    /// Seconds to wait before the answer.
    pub(crate) delay: f64,
}

impl Default for Answer {
    fn default() -> Self {
        let headers = String::new();
        let body = String::new();
        Answer {
            status: 200,
            headers,
            body,
            close: false,
            truncate: false,
            delay: 0.0,
        }
    }
}

/// Gives the answers in order, repeats the last one, and records the requests. Ends with the test's
/// process.
pub(crate) struct Server {
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    pub(crate) fn answering(status: u16, headers: &str, body: &str) -> Self {
        let headers = headers.to_owned();
        let body = body.to_owned();
        Server::playing(vec![Answer {
            status,
            headers,
            body,
            ..Answer::default()
        }])
    }

    pub(crate) fn playing(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&requests);
        let answers = Arc::new(answers);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answers = Arc::clone(&answers);
                let kept = Arc::clone(&kept);
                thread::spawn(move || serve(stream, &answers, &kept));
            }
        });
        Server { url, requests }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("the lock").clone()
    }
}

fn serve(stream: TcpStream, answers: &[Answer], kept: &Mutex<Vec<Request>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream) {
        let mut kept = kept.lock().expect("the lock");
        let answer = answers
            .get(kept.len())
            .or(answers.last())
            .cloned()
            .unwrap_or_default();
        kept.push(request);
        drop(kept);
        thread::sleep(Duration::from_secs_f64(answer.delay));
        let Answer {
            status,
            headers,
            body,
            ..
        } = &answer;
        let length = body.len() + if answer.truncate { 50 } else { 0 };
        let text =
            format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
        if answer.close || stream.get_mut().write_all(text.as_bytes()).is_err() || answer.truncate {
            return;
        }
    }
}

fn read(stream: &mut BufReader<TcpStream>) -> Option<Request> {
    let mut line = || {
        let mut line = String::new();
        (stream.read_line(&mut line).ok()? > 0).then(|| line.trim_end().to_owned())
    };
    let first = line()?;
    let mut headers = Vec::new();
    while let Some((name, value)) = line()?.split_once(':') {
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let mut body = vec![
        0;
        length
            .and_then(|(_, length)| length.parse().ok())
            .unwrap_or(0)
    ];
    stream.read_exact(&mut body).ok()?;
    Some(Request {
        line: first,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    })
}
