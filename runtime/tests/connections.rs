//! Connections that a server closes while nobody calls it, and calls where no runtime is.

use opsmith_codepipeline::{Client, Config, ListPipelinesInput};
use opsmith_runtime::identity::Credentials;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

/// How long the server waits for another request.
const PATIENCE: Duration = Duration::from_millis(100);

/// Answers requests, and closes connections that are idle. How many connections there were is
/// counted.
fn server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            counted.fetch_add(1, Ordering::Relaxed);
            thread::spawn(move || serve(stream));
        }
    });
    (url, connections)
}

fn serve(mut stream: TcpStream) {
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let mut request = [0; 4096];
    // A request of these tests comes in one piece.
    while stream.read(&mut request).is_ok_and(|count| count > 0) {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(answer).expect("an answer");
    }
}

fn client(url: &str) -> Client {
    let config = Config::new()
        .region("eu-west-1")
        .credentials(Credentials::new("AKID", "secret", "test"));
    Client::new(config.endpoint_url(url).max_attempts(1))
}

#[test]
#[cfg(feature = "blocking")]
fn blocking_calls_survive_connections_that_the_server_closed() {
    let (url, connections) = server();
    let client = client(&url);
    // Twice, and twice more after the server has closed the connection.
    for expected in [1, 2] {
        for _ in 0..2 {
            let call = client.list_pipelines(ListPipelinesInput::default());
            call.blocking().expect("an answer");
        }
        assert_eq!(connections.load(Ordering::Relaxed), expected);
        thread::sleep(PATIENCE * 3);
    }
}

#[test]
fn so_do_calls_of_a_program_that_blocks_its_one_thread() {
    let (url, connections) = server();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let client = client(&url);
    runtime.block_on(async {
        for expected in [1, 2] {
            client
                .list_pipelines(ListPipelinesInput::default())
                .await
                .expect("an answer");
            client
                .list_pipelines(ListPipelinesInput::default())
                .await
                .expect("an answer");
            assert_eq!(connections.load(Ordering::Relaxed), expected);
            thread::sleep(PATIENCE * 3);
        }
    });
}

#[test]
fn a_call_without_a_runtime_is_an_error() {
    let client = client("http://127.0.0.1:9");
    let list = || client.list_pipelines(ListPipelinesInput::default());
    for call in [list(), list().timeout(Duration::from_secs(1))] {
        let mut call = call.into_future();
        let Poll::Ready(Err(error)) = call.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        else {
            panic!("an error at once");
        };
        assert!(
            error.to_string().contains("within a tokio runtime"),
            "{error}"
        );
    }
}
