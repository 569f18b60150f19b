//! A server that gives recorded answers to the byte, and keeps requests.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came; names of headers are in small letters.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

/// An answer that was recorded.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u64,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

#[derive(Default)]
struct Call {
    answers: Vec<Answer>,
    requests: Vec<Request>,
}

/// One server for many cases, one after the other. Ends with the test's process.
pub(super) struct Server {
    pub(super) port: u16,
    call: Arc<Mutex<Call>>,
}

impl Server {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let call = Arc::<Mutex<Call>>::default();
        let kept = Arc::clone(&call);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&kept);
                // A connection that breaks shows in the requests that came.
                thread::spawn(move || serve(&stream, &kept).unwrap_or_default());
            }
        });
        Server { port, call }
    }

    /// Gives these answers from now on, in order, the last one again and again.
    pub(super) fn answer(&self, answers: Vec<Answer>) {
        let requests = Vec::new();
        *self.call.lock().expect("the lock") = Call { answers, requests };
    }

    /// The requests since the answers were given.
    pub(super) fn requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.call.lock().expect("the lock").requests)
    }
}

fn serve(stream: &TcpStream, call: &Mutex<Call>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let is_head = request.method == "HEAD";
        let answer = {
            let mut call = call.lock().expect("the lock");
            let answer = call.answers.get(call.requests.len());
            let answer = answer.or(call.answers.last()).cloned();
            call.requests.push(request);
            answer.unwrap_or(Answer {
                status: 418,
                headers: Vec::new(),
                body: Vec::new(),
            })
        };
        let mut stream = stream;
        stream.write_all(&written(&answer, is_head))?;
    }
    Ok(())
}

fn written(answer: &Answer, is_head: bool) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} X\r\n", answer.status);
    for (name, value) in &answer.headers {
        text += &format!("{name}: {value}\r\n");
    }
    let has_length = answer
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    if !is_head && !has_length && answer.status != 204 {
        text += &format!("content-length: {}\r\n", answer.body.len());
    }
    let body = if is_head { &[][..] } else { &answer.body };
    [text.as_bytes(), b"\r\n", body].concat()
}

fn read(stream: &mut impl BufRead) -> io::Result<Option<Request>> {
    let line = line(stream)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut headers = BTreeMap::<String, String>::new();
    while let Some((name, value)) = self::line(stream)?.split_once(':') {
        let values = headers.entry(name.to_ascii_lowercase()).or_default();
        if !values.is_empty() {
            values.push(',');
        }
        values.push_str(value.trim());
    }
    let length = headers.get("content-length");
    let body = match headers.get("transfer-encoding") {
        Some(_) => chunks(stream)?,
        None => bytes(stream, length.and_then(|n| n.parse().ok()).unwrap_or(0))?,
    };
    Ok(Some(Request {
        method,
        target,
        headers,
        body,
    }))
}

/// A line without its end. Each byte is a letter, as headers need not be UTF-8.
fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = Vec::new();
    stream.read_until(b'\n', &mut line)?;
    let text: String = line.into_iter().map(char::from).collect();
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn bytes(stream: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn chunks(stream: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let size = line(stream)?;
        let size = size.split(';').next().unwrap_or_default();
        match usize::from_str_radix(size, 16).map_err(io::Error::other)? {
            0 => break,
            length => all.extend(bytes(stream, length)?),
        }
        line(stream)?;
    }
    while !line(stream)?.is_empty() {}
    Ok(all)
}
