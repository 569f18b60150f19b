//! A server of S3 for tests: objects in memory, and faults.

mod faults;
mod objects;
mod xml;

pub(crate) use faults::Fault;
pub(crate) use objects::{MODIFIED, Store};

use faults::{Dice, Truncated};
use http_body_util::{BodyExt as _, combinators::BoxBody};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A running server on the loopback interface. It ends when it is dropped.
pub(crate) struct Server {
    pub(crate) url: String,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    store: Mutex<Store>,
    dice: Mutex<Dice>,
    log: Mutex<Vec<String>>,
}

impl Server {
    /// A server that never fails.
    pub(crate) fn start() -> Self {
        let shared = Arc::new(Shared::default());
        let (stop, stopped) = oneshot::channel();
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        listener.set_nonblocking(true).expect("set");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let served = shared.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("a listener");
                tokio::spawn(accept(listener, served));
                let _ = stopped.await;
            });
        });
        Server {
            url,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// Lets one of so many requests fail, from now on. The same seed lets the same ones fail.
    pub(crate) fn fail_one_in(&self, count: u32, seed: u64) {
        *lock(&self.shared.dice) = Dice::new(count, seed);
    }

    /// Lets a request fail in this way when it is the one after so many that contain the text.
    pub(crate) fn fail(&self, text: &str, after: usize, fault: Fault) {
        lock(&self.shared.dice).plan(text, after, fault);
    }

    /// What is stored.
    pub(crate) fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.shared.store)
    }

    /// The requests so far: method and target, such as `GET /bucket/key?tagging`.
    pub(crate) fn log(&self) -> MutexGuard<'_, Vec<String>> {
        lock(&self.shared.log)
    }

    /// The requests since they were last taken.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.log())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = shared.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, shared.clone()));
            let connection = hyper::server::conn::http1::Builder::new();
            // A client that goes away is no matter of the server.
            let _ = connection
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

type Answer = Response<BoxBody<Bytes, io::Error>>;

/// Answers a request. An error ends the connection.
async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> io::Result<Answer> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let line = format!("{} {}", head.method, head.uri);
    let fault = lock(&shared.dice).fault(&line);
    lock(&shared.log).push(line);
    match fault {
        Some(Fault::Reset) => return Err(io::Error::other("the connection ends here")),
        Some(Fault::Status(status, code)) => return Ok(xml::error(status, code).map(boxed)),
        _ => {}
    }
    let answer = lock(&shared.store).answer(&head, body);
    match fault {
        Some(Fault::Silent) => Err(io::Error::other("the answer is lost")),
        Some(Fault::Truncated) => Ok(answer.map(|body| Truncated::new(body).boxed())),
        _ => Ok(answer.map(boxed)),
    }
}

fn boxed(body: Bytes) -> BoxBody<Bytes, io::Error> {
    http_body_util::Full::new(body)
        .map_err(|never| match never {})
        .boxed()
}
