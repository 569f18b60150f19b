//! Which connections a server gets.

use super::*;
use crate::http::network::{Network, Settings};
use crate::http::{Body, Request, Transport};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::Poll;
use std::thread;

/// A server that handles each connection in a thread, and tells the number of each.
fn server(handle: fn(TcpStream, usize)) -> (String, Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, connections): (Sender<usize>, _) = channel();
    thread::spawn(move || {
        for (number, connection) in listener.incoming().flatten().enumerate() {
            let _ = sender.send(number);
            thread::spawn(move || handle(connection, number));
        }
    });
    (format!("http://{address}"), connections)
}

/// Reads the head of a request. `false` when there is none.
fn head(connection: &mut TcpStream) -> bool {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if connection.read(&mut byte).unwrap_or(0) == 0 {
            return false;
        }
        head.push(byte[0]);
    }
    true
}

fn answer(connection: &mut TcpStream, len: usize) -> bool {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {len}\r\n\r\n");
    let body = vec![b'a'; len];
    let written = connection.write_all(head.as_bytes());
    written.and_then(|()| connection.write_all(&body)).is_ok()
}

fn in_one_thread(future: impl Future<Output = ()>) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().expect("a runtime");
    runtime.block_on(future);
}

/// In both kinds of runtime.
fn wait(future: impl AsyncFn()) {
    in_one_thread(future());
    let mut many = tokio::runtime::Builder::new_multi_thread();
    let many = many.worker_threads(2).enable_all();
    many.build().expect("a runtime").block_on(future());
}

async fn get(network: &Network, url: &str) -> usize {
    let request = Request::new("GET", url);
    let answer = network.send(&request).await.expect("an answer");
    answer.collect(1 << 20).await.expect("a body").body.len()
}

/// The tasks of connections have seen the ends of answers.
async fn settled() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

#[test]
fn a_connection_is_used_again_when_the_answer_was_read() {
    let (url, connections) = server(|mut connection, _| {
        for len in [0, 1, 100_000].into_iter().cycle() {
            if !head(&mut connection) || !answer(&mut connection, len) {
                return;
            }
        }
    });
    let (chunked, connections_of_chunked) = server(|mut connection, _| {
        let answer = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
        while head(&mut connection) && connection.write_all(answer.as_bytes()).is_ok() {}
    });
    wait(async || {
        let network = Network::default();
        for len in [0, 1, 100_000, 0, 1, 100_000] {
            assert_eq!(get(&network, &url).await, len);
            settled().await;
        }
        assert_eq!(connections.try_iter().count(), 1);
        // It does not matter how long somebody keeps the reader of a body that has ended.
        let mut readers = Vec::new();
        for _ in 0..3 {
            let request = Request::new("GET", &chunked);
            let mut body = network.send(&request).await.expect("an answer").body;
            while body.chunk().await.expect("a body").is_some() {}
            readers.push(body);
            settled().await;
        }
        assert_eq!(connections_of_chunked.try_iter().count(), 1);
    });
}

#[test]
fn each_of_several_requests_at_once_has_a_connection() {
    let (url, connections) = server(|mut connection, _| {
        while head(&mut connection) {
            thread::sleep(Duration::from_millis(50));
            answer(&mut connection, 1);
        }
    });
    wait(async || {
        let network = Network::default();
        for _ in 0..2 {
            let mut calls = (0..3)
                .map(|_| Box::pin(get(&network, &url)))
                .collect::<Vec<_>>();
            std::future::poll_fn(|context| {
                calls.retain_mut(|call| call.as_mut().poll(context).is_pending());
                if calls.is_empty() {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
            settled().await;
        }
        assert_eq!(connections.try_iter().count(), 3);
    });
}

/// Servers close connections that were idle for some time.
#[test]
fn a_closed_connection_is_not_used_again() {
    let (url, connections) = server(|mut connection, _| {
        head(&mut connection);
        answer(&mut connection, 1);
    });
    wait(async || {
        let network = Network::default();
        for _ in 0..3 {
            assert_eq!(get(&network, &url).await, 1);
            thread::sleep(Duration::from_millis(40));
        }
        assert_eq!(connections.try_iter().count(), 3);
    });
}

#[test]
fn one_on_which_more_is_to_come_is_not_used_again() {
    let (url, connections) = server(|mut connection, number| {
        while head(&mut connection) && answer(&mut connection, [10_000_000, 1][number.min(1)]) {}
    });
    let network = Network::default();
    in_one_thread(async {
        let request = Request::new("GET", &url);
        drop(network.send(&request).await.expect("an answer"));
        assert_eq!(get(&network, &url).await, 1);
    });
    assert_eq!(connections.try_iter().count(), 2);
}

/// The server answers before it has the whole body, and reads no more of it.
#[test]
fn nor_one_on_which_a_request_is_still_sent() {
    let (url, connections) = server(|mut connection, _| {
        head(&mut connection);
        answer(&mut connection, 1);
        thread::sleep(Duration::from_secs(5));
    });
    let network = Network::default();
    in_one_thread(async {
        let body = Body::from(vec![0; 20_000_000]);
        let request = Request::new("PUT", &url).body(body);
        let answer = network.send(&request).await.expect("an answer");
        assert_eq!(answer.collect(9).await.expect("a body").body.len(), 1);
        assert_eq!(get(&network, &url).await, 1);
    });
    assert_eq!(connections.try_iter().count(), 2);
}

#[test]
fn nor_one_whose_request_nobody_waits_for_any_more() {
    let (url, connections) = server(|mut connection, number| {
        while head(&mut connection) {
            if number == 0 {
                thread::sleep(Duration::from_millis(300));
            }
            answer(&mut connection, 1 + number);
        }
    });
    let network = Network::default();
    in_one_thread(async {
        let first = tokio::time::timeout(Duration::from_millis(50), get(&network, &url)).await;
        assert!(first.is_err());
        // The answer of another request would have another length.
        for _ in 0..3 {
            assert_eq!(get(&network, &url).await, 2);
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    });
    assert_eq!(connections.try_iter().count(), 2);
}

#[test]
fn servers_have_connections_of_their_own() {
    let handle = |mut connection: TcpStream, _| {
        while head(&mut connection) && answer(&mut connection, 1) {}
    };
    let [(one, connections), (other, others)] = [server(handle), server(handle)];
    wait(async || {
        let network = Network::new(Settings::default());
        for url in [&one, &other, &one, &other] {
            assert_eq!(get(&network, url).await, 1);
            settled().await;
        }
        assert_eq!(connections.try_iter().count(), 1);
        assert_eq!(others.try_iter().count(), 1);
    });
}
