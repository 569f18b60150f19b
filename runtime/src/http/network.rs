//! HTTP/1.1 over the network: hyper, rustls and ring. This module and those below it are the only
//! ones that name them.

mod bodies;
mod bundle;
mod connector;
mod pool;
mod silence;
mod tls;
mod verifier;

use super::proxy::{Proxies, Proxy};
use super::{
    BodyReader, Bytes, Header, Request, Response, Transport, TransportError,
    TransportErrorKind as Kind, server,
};
use crate::future::BoxFuture;
use ::http::uri::Scheme;
use ::http::{HeaderName, HeaderValue, Method, Uri, header};
use bodies::{Incoming, Outgoing, Unreadable};
use connector::{BoxError, Connector};
use pool::{Failure, Pool};
use silence::{ConnectTimeout, Silence, TURNS};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// After this time without an answer, the server may have closed connections unnoticed, since
/// nothing ran that could notice.
const IDLE: Duration = Duration::from_millis(20);

/// How to connect. To change it, start with the default, or use
/// [`Config::connection`](crate::Config::connection).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Settings {
    /// A file of certificates to trust in place of the usual roots.
    pub ca_bundle: Option<PathBuf>,
    /// Whether to check the server's certificate at all.
    pub verify: bool,
    /// The proxies to go through.
    pub proxies: Proxies,
    /// Maximum time to connect; `None` means no limit.
    pub connect_timeout: Option<Duration>,
    /// Maximum time in which nothing is sent to the server or received from it; `None` means no
    /// limit. A body may take longer.
    pub read_timeout: Option<Duration>,
    /// Whether what came of an answer is acknowledged at once when more is awaited, instead of after
    /// some 40 ms. Servers that don't set `TCP_NODELAY` send the rest of a short answer only then. It
    /// costs some packets for each answer. Linux alone can do it.
    pub acknowledges_at_once: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let timeout = Some(Duration::from_secs(60));
        Settings {
            ca_bundle: None,
            verify: true,
            proxies: Proxies::default(),
            connect_timeout: timeout,
            read_timeout: timeout,
            acknowledges_at_once: false,
        }
    }
}

/// The transport of a client: connections are kept and used again. Nothing is set up before the
/// first request. A request is sent with exactly the path and the query string of its URL.
#[derive(Default)]
pub struct Network {
    settings: Settings,
    /// Without the work that certificates are.
    plain: OnceLock<Pool>,
    secure: OnceLock<Pool>,
    /// When the last answer came.
    answered: Mutex<Option<Instant>>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Network {
    /// A transport that connects as the settings say.
    pub fn new(settings: Settings) -> Self {
        Network {
            settings,
            ..Self::default()
        }
    }

    /// A transport for instance metadata: no proxy, and each caller sets its own timeout.
    pub fn for_metadata() -> Self {
        Self::new(Settings {
            connect_timeout: None,
            read_timeout: None,
            ..Settings::default()
        })
    }

    /// How it connects.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    fn pool(&self, server: &Uri, proxy: Option<&Proxy>) -> Result<&Pool, TransportError> {
        let secure = |uri: &Uri| uri.scheme() == Some(&Scheme::HTTPS);
        let secure = secure(server) || proxy.is_some_and(|proxy| secure(&proxy.uri));
        let kept = if secure { &self.secure } else { &self.plain };
        if let Some(pool) = kept.get() {
            return Ok(pool);
        }
        let tls = tls::configuration(&self.settings, secure)
            .map_err(|error| failed(Kind::Setup, &server.to_string(), error))?;
        let pool = Pool::new(Connector::new(&self.settings, tls));
        Ok(kept.get_or_init(|| pool))
    }

    /// The proxy for a request. One that can't be used is an error: the request must not go past it.
    fn proxy(&self, server: &Uri) -> Result<Option<Proxy>, TransportError> {
        let url = self.settings.proxies.proxy_of(server);
        url.map(|url| Proxy::parse(url).map_err(|error| failed(Kind::Proxy, url, error)))
            .transpose()
    }

    /// The request as hyper has it.
    fn request(
        &self,
        request: &Request,
        server: Uri,
        proxy: Option<Proxy>,
    ) -> Result<::http::Request<Outgoing>, TransportError> {
        let invalid = |error| failed(Kind::Endpoint, &request.url, error);
        let mut sent = ::http::Request::new(Outgoing::new(&request.body));
        *sent.method_mut() =
            Method::from_bytes(request.method.as_bytes()).map_err(|error| invalid(error.into()))?;
        let headers = sent.headers_mut();
        headers.reserve(request.headers.len() + 4);
        for pair in &request.headers {
            let (name, value) = header(pair).map_err(invalid)?;
            headers.append(name, value);
        }
        // Nothing here decodes a body: it reaches the caller as it is stored. Not signed, since
        // proxies may change it.
        let coding = headers.entry(header::ACCEPT_ENCODING);
        coding.or_insert(HeaderValue::from_static("identity"));
        let sends = !matches!(&*request.method, "GET" | "HEAD" | "OPTIONS");
        if request.body.is_empty() && sends {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let host = HeaderValue::from_str(&host(&server)).map_err(|error| invalid(error.into()))?;
        headers.entry(header::HOST).or_insert(host);
        // A tunnel through the proxy has it in its own request.
        if server.scheme() == Some(&Scheme::HTTP)
            && let Some(authorization) = proxy.and_then(|proxy| proxy.authorization)
        {
            headers.insert(header::PROXY_AUTHORIZATION, authorization);
        }
        *sent.uri_mut() = server;
        Ok(sent)
    }

    /// Lets the tasks of idle connections run, so that those that the server has closed are not
    /// used again. Nothing else runs them between the blocking calls of a program, or while it
    /// blocks the one thread of its runtime. They are woken by a first turn of the runtime, and run
    /// in the second.
    async fn settle(&self) {
        let answered = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.is_some_and(|at| at.elapsed() > IDLE) {
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
        }
    }

    async fn exchange(&self, request: &Request) -> Result<Response<BodyReader>, TransportError> {
        let url = &request.url;
        if tokio::runtime::Handle::try_current().is_err() {
            let text = "calls must be awaited within a tokio runtime";
            return Err(failed(Kind::Setup, url, text));
        }
        self.settle().await;
        let server = server(url).map_err(|error| failed(Kind::Endpoint, url, error))?;
        let proxy = self.proxy(&server)?;
        let pool = self.pool(&server, proxy.as_ref())?;
        let sent = self.request(request, server, proxy)?;
        let limit = self.settings.read_timeout;
        let (answer, lease) = pool
            .send(sent, limit)
            .await
            .map_err(|failure| self.classified(failure, url))?;
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let (mut head, body) = answer.into_parts();
        head.headers.values_mut().for_each(make_text);
        Ok(Response {
            status: head.status.as_u16(),
            headers: head.headers,
            body: BodyReader::new(url, Incoming::new(body, lease, limit)),
        })
    }

    /// The error of a request that has no answer.
    fn classified(&self, failure: Failure, url: &str) -> TransportError {
        let (kind, error): (_, BoxError) = match failure {
            Failure::Silent => return TransportError::new(Kind::ReadTimeout, url),
            Failure::Connect(error) => (kind(&*error, true), error),
            Failure::Exchange(error) => (kind(&error, false), error.into()),
        };
        match (kind, self.settings.proxies.proxy_for(url)) {
            (Kind::Connect | Kind::ConnectTimeout, Some(proxy)) => {
                failed(Kind::Proxy, proxy, error)
            }
            (kind, _) => failed(kind, url, error),
        }
    }
}

impl Transport for Network {
    fn send<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Response<BodyReader>, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

/// What failed, by an error and its causes.
fn kind(error: &(dyn std::error::Error + 'static), connecting: bool) -> Kind {
    let causes = || std::iter::successors(Some(error), |cause| cause.source());
    let timed_out = || {
        let mut errors = causes().filter_map(|cause| cause.downcast_ref::<std::io::Error>());
        errors.any(|error| error.kind() == std::io::ErrorKind::TimedOut)
    };
    match () {
        () if causes().any(|cause| cause.is::<Unreadable>()) => Kind::RequestBody,
        () if causes().any(is_tls) => Kind::Tls,
        () if causes().any(|cause| cause.is::<ConnectTimeout>()) => Kind::ConnectTimeout,
        () if connecting && timed_out() => Kind::ConnectTimeout,
        () if connecting => Kind::Connect,
        () if timed_out() => Kind::ReadTimeout,
        () => Kind::Closed,
    }
}

/// The host as it is in a request and in its signature: without a port that the scheme implies.
fn host(server: &Uri) -> Cow<'_, str> {
    let host = server.host().unwrap_or_default();
    let implied = match server.scheme_str() {
        Some("https") => 443,
        _ => 80,
    };
    match server.port_u16() {
        Some(port) if port != implied => format!("{host}:{port}").into(),
        _ => host.into(),
    }
}

/// The header as hyper has it: a name or value that is the same in every request is not copied.
fn header(
    (name, value): &Header,
) -> Result<(HeaderName, HeaderValue), Box<dyn std::error::Error + Send + Sync>> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let name = match name {
        Cow::Borrowed(name) if !name.is_empty() && name.bytes().all(plain) => {
            HeaderName::from_static(name)
        }
        _ => HeaderName::from_bytes(name.as_bytes())?,
    };
    let value = match value {
        Cow::Borrowed(value) => {
            HeaderValue::from_maybe_shared(Bytes::from_static(value.as_bytes()))?
        }
        Cow::Owned(value) => HeaderValue::from_str(value)?,
    };
    Ok((name, value))
}

/// Replaces what is not UTF-8 in the value of a header.
fn make_text(value: &mut HeaderValue) {
    if let Cow::Owned(text) = String::from_utf8_lossy(value.as_bytes())
        && let Ok(text) = HeaderValue::try_from(text)
    {
        *value = text;
    }
}

/// Whether an error is of TLS, or wraps one: what an [`std::io::Error`] wraps is not its source.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.is_some_and(|inner| is_tls(inner))
}

fn failed(
    kind: Kind,
    url: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> TransportError {
    TransportError::new(kind, url).caused_by(source)
}

#[cfg(test)]
mod tests;
