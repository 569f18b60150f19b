//! [`Connector`]: connects to a server, or to it through a proxy.

use super::{ConnectTimeout, Settings, Silence};
use crate::http::proxy::{Proxies, Proxy};
use ::http::Uri;
use ::http::uri::Scheme;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::rt::TokioIo;
use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::yield_now;
use tower_service::Service;

/// How long a connection that always has more is read before other tasks and timers have their turn: a
/// server that sends without end must not keep the limit of its time from coming.
const READING: Duration = Duration::from_millis(10);

/// How long a connection may be without an acknowledgement from the other side before the system
/// asks for one, and between three times of asking.
const KEEPALIVE: Duration = Duration::from_secs(15);

/// After how long without an acknowledgement of sent data the system ends a connection.
#[cfg(target_os = "linux")]
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Makes connections.
pub(super) struct Connector {
    /// To a server or a proxy, with or without TLS, as the scheme of the URL says.
    https: HttpsConnector<HttpConnector>,
    tls: Arc<rustls::ClientConfig>,
    proxies: Proxies,
    timeout: Option<Duration>,
    acknowledges_at_once: bool,
}

impl Connector {
    pub(super) fn new(settings: &Settings, tls: rustls::ClientConfig) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_keepalive(Some(KEEPALIVE));
        http.set_keepalive_interval(Some(KEEPALIVE));
        http.set_keepalive_retries(Some(3));
        #[cfg(target_os = "linux")]
        http.set_tcp_user_timeout(Some(UNACKNOWLEDGED));
        // Divided among the addresses of a host, so that one that is silent leaves time for others.
        http.set_connect_timeout(settings.connect_timeout);
        let tls = Arc::new(tls);
        Connector {
            https: HttpsConnector::from((http, tls.clone())),
            tls,
            proxies: settings.proxies.clone(),
            timeout: settings.connect_timeout,
            acknowledges_at_once: settings.acknowledges_at_once,
        }
    }

    /// A connection to the server of a URL.
    pub(super) async fn connect(&self, server: Uri) -> Result<Connection, BoxError> {
        let connecting = self.unlimited(server);
        match self.timeout {
            None => connecting.await,
            Some(limit) => tokio::time::timeout(limit, connecting)
                .await
                .map_err(|_| ConnectTimeout)?,
        }
    }

    async fn unlimited(&self, server: Uri) -> Result<Connection, BoxError> {
        let mut https = self.https.clone();
        let Some(proxy) = self.proxies.proxy_of(&server) else {
            return Ok(self.connection(https.call(server).await?.into(), false));
        };
        let proxy = Proxy::parse(proxy)?;
        if server.scheme() != Some(&Scheme::HTTPS) {
            return Ok(self.connection(https.call(proxy.uri).await?.into(), true));
        }
        let mut tunnel = Tunnel::new(proxy.uri, https);
        if let Some(authorization) = proxy.authorization {
            tunnel = tunnel.with_auth(authorization);
        }
        let mut beyond = HttpsConnector::from((tunnel, self.tls.clone()));
        Ok(self.connection(beyond.call(server).await?, false))
    }

    fn connection(&self, stream: Stream, is_proxied: bool) -> Connection {
        Connection {
            stream,
            is_proxied,
            silence: Silence::starting(),
            acknowledges_at_once: self.acknowledges_at_once,
            has_news: false,
            acknowledged: 0,
            reading: None,
        }
    }
}

/// Within TLS to the server may be TLS to a proxy.
type Stream = MaybeHttpsStream<MaybeHttpsStream<TokioIo<TcpStream>>>;

/// How often what came of an answer is acknowledged at once. What follows is more than waits for an
/// acknowledgement.
const EARLY: u8 = 8;

/// A connection to a server.
pub(super) struct Connection {
    stream: Stream,
    /// Whether the other side is a proxy that must know the whole URL of a request.
    pub(super) is_proxied: bool,
    pub(super) silence: Silence,
    acknowledges_at_once: bool,
    /// Whether something came since it was last awaited.
    has_news: bool,
    /// How often something of this answer was acknowledged at once.
    acknowledged: u8,
    /// Since when there was always more to read.
    reading: Option<Instant>,
}

impl Connection {
    /// Acknowledges what came of an answer when more of it is awaited.
    fn acknowledge(&mut self, is_waiting: bool) {
        if is_waiting && self.has_news && self.acknowledges_at_once && self.acknowledged < EARLY {
            self.acknowledged += 1;
            // Without it, the acknowledgement comes later.
            #[cfg(target_os = "linux")]
            let _ = within(within(&self.stream)).inner().set_quickack(true);
        }
        self.has_news = !is_waiting;
    }

    /// Ends the silence if something was sent.
    fn noting<T>(&mut self, result: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if let Poll::Ready(Ok(_)) = result {
            self.silence.end();
            // What is sent acknowledges what came.
            (self.has_news, self.acknowledged) = (false, 0);
        }
        result
    }
}

impl Read for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        if self.reading.get_or_insert_with(Instant::now).elapsed() > READING {
            self.reading = None;
            // It wakes this task after the others and the timers.
            let _ = pin!(yield_now()).poll(context);
            return Poll::Pending;
        }
        // What comes before the head of an answer, such as `100 Continue`, is no reason to wait on.
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.acknowledge(result.is_pending());
        if result.is_pending() {
            self.reading = None;
        }
        result
    }
}

/// The stream within TLS, if there is TLS.
#[cfg(target_os = "linux")]
fn within<T>(stream: &MaybeHttpsStream<T>) -> &T {
    match stream {
        MaybeHttpsStream::Http(stream) => stream,
        MaybeHttpsStream::Https(stream) => stream.inner().get_ref().0.inner(),
    }
}

impl Write for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.noting(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.noting(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
