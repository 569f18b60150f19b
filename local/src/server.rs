//! The HTTP side of the endpoint: an HTTP/1.1 server on the loopback interface, on a separate
//! thread.
//!
//! It reads each request in full and hands it as plain data to a function, whose answer it sends.
//! So whatever the endpoint does is tested without a socket. What clients of AWS expect of any
//! service is done here: `Expect: 100-continue`, connections that stay open, a request ID in each
//! answer.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread::JoinHandle;
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

/// A request, read in full.
pub type Request = http::Request<Bytes>;

/// An answer. The server adds `content-type: application/x-amz-json-1.1` unless the answer has a
/// content type, `x-amzn-RequestId` unless it has one, and `Date`.
pub type Response = http::Response<Bytes>;

/// The longest body that is accepted, in bytes. A longer one is answered with status 413.
pub const BODY_LIMIT: usize = 10 * 1024 * 1024;

/// How long the head of a request may take, counted from when the connection is idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long the body of a request may take after its head.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a stop waits for answers under way.
const STOP_TIMEOUT: Duration = Duration::from_secs(2);
/// How long to wait before the next connection when one could not be accepted, as when files run
/// out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

const CONTENT_TYPE_JSON: HeaderValue = HeaderValue::from_static("application/x-amz-json-1.1");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// An answer in progress; `None` closes the connection without an answer.
pub type Answering = Pin<Box<dyn Future<Output = Option<Response>> + Send>>;

type Handler = dyn Fn(Request) -> Answering + Send + Sync;

/// A running server. It stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// Dropping it is the signal to stop.
    running: Option<oneshot::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server on `port` of the loopback interface, or on a free port if it is 0.
    ///
    /// The handler runs on the server's one thread: it should not block.
    ///
    /// # Errors
    ///
    /// The port is taken or not permitted, or the system lacks the means for a thread.
    pub fn start<H>(port: u16, handler: H) -> io::Result<Self>
    where
        H: Fn(Request) -> Response + Send + Sync + 'static,
    {
        Self::start_async(port, move |request| {
            let response = handler(request);
            Box::pin(async { Some(response) })
        })
    }

    /// Starts a server whose answers may be long in coming, and whose connections may be closed
    /// without one.
    ///
    /// # Errors
    ///
    /// As [`start`](Server::start).
    pub fn start_async<H>(port: u16, handler: H) -> io::Result<Self>
    where
        H: Fn(Request) -> Answering + Send + Sync + 'static,
    {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let listener = {
            let _context = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (running, stop) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("opsmith-local".to_owned())
            .spawn(move || run(&runtime, listener, Arc::new(handler), stop))?;
        Ok(Self {
            address,
            running: Some(running),
            thread: Some(thread),
        })
    }

    /// Where clients find the server, such as `http://127.0.0.1:8080`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops the server: takes no new requests, and waits a moment for the answers under way.
    pub fn stop(mut self) {
        self.shut_down();
    }

    /// Serves until the process ends.
    pub fn wait(mut self) {
        self.join();
    }

    fn shut_down(&mut self) {
        self.running = None;
        self.join();
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported when it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shut_down();
    }
}

fn run(
    runtime: &Runtime,
    listener: TcpListener,
    handler: Arc<Handler>,
    stop: oneshot::Receiver<Infallible>,
) {
    runtime.block_on(async {
        let connections = accept_until(stop, &listener, handler).await;
        drop(listener);
        // Answers still under way after that end with the runtime.
        let _ = timeout(STOP_TIMEOUT, connections.shutdown()).await;
    });
}

/// Serves each connection in a separate task. Returns the open ones on the signal to stop.
async fn accept_until(
    mut stop: oneshot::Receiver<Infallible>,
    listener: &TcpListener,
    handler: Arc<Handler>,
) -> GracefulShutdown {
    let connections = GracefulShutdown::new();
    while let Some(accepted) = accept_or_stop(listener, &mut stop).await {
        let Ok((stream, _)) = accepted else {
            sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let handler = Arc::clone(&handler);
        let service = service_fn(move |request| {
            let handler = Arc::clone(&handler);
            async move { answer(&*handler, request).await.ok_or(Closed) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        // What goes wrong on one connection, such as a malformed request, has been answered there.
        tokio::spawn(connections.watch(connection));
    }
    connections
}

/// The next connection, or nothing once the sender of `stop` is gone.
async fn accept_or_stop(
    listener: &TcpListener,
    stop: &mut oneshot::Receiver<Infallible>,
) -> Option<io::Result<(TcpStream, SocketAddr)>> {
    poll_fn(|context| match Pin::new(&mut *stop).poll(context) {
        Poll::Ready(_) => Poll::Ready(None),
        Poll::Pending => listener.poll_accept(context).map(Some),
    })
    .await
}

/// The connection is closed without an answer.
#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed without an answer")
    }
}

impl std::error::Error for Closed {}

async fn answer(
    handler: &Handler,
    request: http::Request<Incoming>,
) -> Option<http::Response<Full<Bytes>>> {
    let mut response = match read(request).await {
        Ok(request) => handler(request).await?,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.entry(CONTENT_TYPE).or_insert(CONTENT_TYPE_JSON);
    if let Ok(id) = HeaderValue::try_from(opsmith_runtime::random::uuid()) {
        headers.entry(REQUEST_ID).or_insert(id);
    }
    Some(response.map(Full::new))
}

/// Reads the body to its end.
async fn read(request: http::Request<Incoming>) -> Result<Request, Refusal> {
    let (head, body) = request.into_parts();
    // Said before the body is read, a client that waits for `100 Continue` need not send it.
    if usize::try_from(body.size_hint().lower()).map_or(true, |length| length > BODY_LIMIT) {
        return Err(Refusal::TooLong);
    }
    match timeout(BODY_TIMEOUT, Limited::new(body, BODY_LIMIT).collect()).await {
        Ok(Ok(body)) => Ok(Request::from_parts(head, body.to_bytes())),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::TooLong),
        Ok(Err(_)) => Err(Refusal::Broken),
        Err(_) => Err(Refusal::Slow),
    }
}

/// Why a request is not handed on.
enum Refusal {
    TooLong,
    Broken,
    Slow,
}

impl Refusal {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Self::TooLong => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLargeException",
                format!("The body is longer than {BODY_LIMIT} bytes."),
            ),
            Self::Broken => (
                StatusCode::BAD_REQUEST,
                "SerializationException",
                "The body ended early or is malformed.".to_owned(),
            ),
            Self::Slow => (
                StatusCode::REQUEST_TIMEOUT,
                "RequestTimeoutException",
                format!(
                    "The body took longer than {} seconds.",
                    BODY_TIMEOUT.as_secs()
                ),
            ),
        };
        let body = serde_json::json!({ "__type": code, "message": message }).to_string();
        let mut response = Response::new(body.into());
        *response.status_mut() = status;
        response
    }
}
