//! Servers that each do one thing, and end with the process.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// A correct answer.
pub(crate) const RIGHT: &str = "HTTP/1.1 200 OK\r\nx-amzn-requestid: r\r\ncontent-length: 64\r\n\r\n\
                     {\"pipelines\":[{\"name\":\"demo\",\"version\":1,\"pipelineType\":\"V2\"} ]}";

/// A server that passes each connection to a function.
pub(crate) fn server(handle: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let handle = Arc::new(handle);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handle = Arc::clone(&handle);
            thread::spawn(move || handle(stream));
        }
    });
    address
}

/// Reads a request to the end of its body, which is `{}`.
pub(crate) fn request(stream: &mut impl Read) {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"\r\n\r\n{}") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        seen.push(byte[0]);
    }
}

/// Answers with a text, and then keeps the connection open until the client closes it, so that only
/// the text can be the cause of an error.
pub(crate) fn answers(text: impl Into<Vec<u8>>) -> String {
    let text = text.into();
    server(move |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(&text);
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

/// The same, and closes the connection.
pub(crate) fn answers_and_closes(text: impl Into<Vec<u8>>) -> String {
    let text = text.into();
    server(move |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(&text);
    })
}

/// Answers with a beginning, and then with the same text until the client closes the connection.
pub(crate) fn answers_without_end(beginning: &'static str, text: &'static str) -> String {
    let block = text.repeat(1 + 60_000 / text.len());
    server(move |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(beginning.as_bytes());
        while stream.write_all(block.as_bytes()).is_ok() {}
    })
}
