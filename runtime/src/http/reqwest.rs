//! The transport over reqwest, rustls and ring: the one module that names `reqwest`.

mod bodies;
mod insecure;

use super::masked;
use super::proxy::Proxies;
use super::{
    BodyReader, Header, Request, Response, Transport, TransportError, TransportErrorKind as Kind,
};
use crate::future::BoxFuture;
use bodies::{Incoming, Unreadable, outgoing};
use reqwest::header::{CONTENT_LENGTH, HeaderName, HeaderValue};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
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
    /// Maximum time without data from the server; `None` means no limit.
    pub read_timeout: Option<Duration>,
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
        }
    }
}

/// The transport of a client: connections are kept and used again. Nothing is set up before the
/// first request.
#[derive(Default)]
pub struct Reqwest {
    settings: Settings,
    /// Without the work that certificates are.
    plain: OnceLock<reqwest::Client>,
    secure: OnceLock<reqwest::Client>,
    /// The last URL, as text and parsed.
    last: Mutex<Option<(String, reqwest::Url)>>,
    /// When the last answer came.
    answered: Mutex<Option<Instant>>,
}

/// The last URL may hold a password.
impl std::fmt::Debug for Reqwest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reqwest")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Reqwest {
    /// A transport that connects as the settings say.
    pub fn new(settings: Settings) -> Self {
        Reqwest {
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

    fn client(&self, url: &str) -> Result<&reqwest::Client, TransportError> {
        let secure = url
            .get(..6)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
        let kept = if secure { &self.secure } else { &self.plain };
        if let Some(client) = kept.get() {
            return Ok(client);
        }
        // A proxy that can't be used is an error: the request must not go past it.
        if let Some(proxy) = self.settings.proxies.proxy_for(url) {
            reqwest::Proxy::all(proxy).map_err(|error| failed(Kind::Proxy, proxy, error))?;
        }
        let client = self.build(secure).map_err(|mut error| {
            error.url = masked(url);
            error
        })?;
        Ok(kept.get_or_init(|| client))
    }

    fn build(&self, secure: bool) -> Result<reqwest::Client, TransportError> {
        let Settings {
            proxies,
            connect_timeout,
            read_timeout,
            ..
        } = &self.settings;
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls(secure)?)
            .redirect(reqwest::redirect::Policy::none())
            // Retries are not this layer's business, so it keeps no copy of a request.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .referer(false)
            .no_proxy();
        if !proxies.is_empty() {
            let proxies = proxies.clone();
            builder = builder.proxy(reqwest::Proxy::custom(move |url| {
                proxies.proxy_for(url.as_str()).map(str::to_owned)
            }));
        }
        if let Some(timeout) = connect_timeout {
            builder = builder.connect_timeout(*timeout);
        }
        if let Some(timeout) = read_timeout {
            builder = builder.read_timeout(*timeout);
        }
        builder
            .build()
            .map_err(|error| failed(Kind::Setup, "", error))
    }

    fn tls(&self, secure: bool) -> Result<rustls::ClientConfig, TransportError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = rustls::ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| failed(Kind::Setup, "", error))?;
        if secure && !self.settings.verify {
            let anything = Arc::new(insecure::AcceptAnything(provider));
            return Ok(builder
                .dangerous()
                .with_custom_certificate_verifier(anything)
                .with_no_client_auth());
        }
        let roots = match &self.settings.ca_bundle {
            // A bundle that can't be read is an error even where it is not needed, since it will
            // be.
            Some(path) => bundle(path)?,
            None if secure => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
            None => rustls::RootCertStore::empty(),
        };
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }

    /// The URL as reqwest has it; the last one is kept, since most clients call no other.
    fn parsed(&self, url: &str) -> Result<reqwest::Url, TransportError> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, parsed)) = last.as_ref().filter(|(text, _)| text == url) {
            return Ok(parsed.clone());
        }
        let parsed =
            reqwest::Url::parse(url).map_err(|error| failed(Kind::Endpoint, url, error))?;
        if !keeps_target(&parsed, url) {
            return Err(failed(
                Kind::Endpoint,
                url,
                "it would be sent with another path or query string: `.` and `..` in a path are not supported",
            ));
        }
        *last = Some((url.to_owned(), parsed.clone()));
        Ok(parsed)
    }

    fn request(&self, request: &Request) -> Result<reqwest::Request, TransportError> {
        let method =
            reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or(reqwest::Method::POST);
        let mut sent = reqwest::Request::new(method, self.parsed(&request.url)?);
        sent.headers_mut().reserve(request.headers.len() + 2);
        for pair in &request.headers {
            let (name, value) =
                header(pair).map_err(|error| failed(Kind::Endpoint, &request.url, error))?;
            sent.headers_mut().append(name, value);
        }
        if request.body.is_empty() {
            // Without a body, the connection sends no length.
            if !matches!(&*request.method, "GET" | "HEAD" | "OPTIONS") {
                sent.headers_mut()
                    .insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
            return Ok(sent);
        }
        let body = outgoing(&request.body)
            .map_err(|error| failed(Kind::RequestBody, &request.url, error))?;
        *sent.body_mut() = Some(body);
        Ok(sent)
    }

    /// Lets the tasks of idle connections run, so that those that the server has closed are not
    /// used again. Nothing else runs them between the blocking calls of a program, or while it
    /// blocks the one thread of its runtime. They are woken by a first turn of the runtime, and run
    /// in the second.
    async fn settle(&self) {
        let answered = *self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        if answered.is_some_and(|at| at.elapsed() > IDLE) {
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
        }
    }

    async fn exchange(&self, request: &Request) -> Result<Response<BodyReader>, TransportError> {
        if tokio::runtime::Handle::try_current().is_err() {
            let text = "calls must be awaited within a tokio runtime";
            return Err(failed(Kind::Setup, &request.url, text));
        }
        self.settle().await;
        let client = self.client(&request.url)?;
        let answer = client
            .execute(self.request(request)?)
            .await
            .map_err(|error| self.classified(error, &request.url))?;
        *self.answered.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let (head, body) = ::http::Response::<reqwest::Body>::from(answer).into_parts();
        let header = |(name, value): (&HeaderName, &HeaderValue)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned().into(), value.into())
        };
        let body = BodyReader::new(&request.url, Incoming(body));
        let mut response = Response::new(head.status.as_u16(), body);
        response.headers = head.headers.iter().map(header).collect();
        Ok(response)
    }

    /// The error of a request that has no answer.
    fn classified(&self, error: reqwest::Error, url: &str) -> TransportError {
        let proxy = self.settings.proxies.proxy_for(url);
        match kind(&error) {
            Kind::Connect if proxy.is_some() => {
                failed(Kind::Proxy, proxy.unwrap_or(url), error.without_url())
            }
            Kind::Connect if error.is_timeout() => {
                failed(Kind::ConnectTimeout, url, error.without_url())
            }
            kind => failed(kind, url, error.without_url()),
        }
    }
}

impl Transport for Reqwest {
    fn send<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Response<BodyReader>, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

/// What failed, by an error and its causes.
fn kind(error: &reqwest::Error) -> Kind {
    let causes = || {
        let first: &(dyn std::error::Error + 'static) = error;
        std::iter::successors(Some(first), |cause| cause.source())
    };
    match () {
        () if error.is_builder() => Kind::Endpoint,
        () if causes().any(|cause| cause.is::<Unreadable>()) => Kind::RequestBody,
        () if causes().any(is_tls) => Kind::Tls,
        () if error.is_connect() => Kind::Connect,
        () if error.is_timeout() => Kind::ReadTimeout,
        () => Kind::Closed,
    }
}

/// Whether the parsed URL has the path and query string of the text. Paths with `.` and `..` are
/// resolved, so that the server would see another path than the one that is signed.
fn keeps_target(parsed: &reqwest::Url, url: &str) -> bool {
    let Some((_, rest)) = url.split_once("://") else {
        return true;
    };
    let target = rest.find(['/', '?']).map_or("", |at| &rest[at..]);
    let target = target.split('#').next().unwrap_or_default();
    let (path, query) = target
        .split_once('?')
        .map_or((target, None), |(path, query)| (path, Some(query)));
    let path = if path.is_empty() { "/" } else { path };
    parsed.path() == path && parsed.query() == query
}

/// The header as reqwest has it: a name or value that is the same in every request is not copied.
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
        Cow::Borrowed(value) if value.bytes().all(|byte| (b' '..0x7f).contains(&byte)) => {
            HeaderValue::from_static(value)
        }
        _ => HeaderValue::from_str(value)?,
    };
    Ok((name, value))
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

fn bundle(path: &PathBuf) -> Result<rustls::RootCertStore, TransportError> {
    let about = |problem: String| {
        failed(
            Kind::Setup,
            "",
            format!("CA bundle {}: {problem}", path.display()),
        )
    };
    let pem = std::fs::read(path).map_err(|error| about(error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| about(error.to_string()))?;
    let mut roots = rustls::RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err(about("no certificate or crl found".to_owned()));
    }
    Ok(roots)
}

#[cfg(test)]
mod tests {
    use super::{header, keeps_target};

    #[test]
    fn targets_that_would_be_sent_otherwise_are_noticed() {
        for (url, kept) in [
            ("http://a", true),
            ("http://A:80", true),
            ("http://a?x=%20", true),
            ("http://u:p@a//b///c/?d=..", true),
            ("http://a/%2Fb%252e/%C3%A9'()*+,;=:@!$&", true),
            ("http://a/b#c", true),
            ("http://a/b/../c", false),
            ("http://a/..", false),
            ("http://a/./b", false),
            ("http://a/b/.", false),
            ("http://a/%2e%2e/b", false),
            ("http://a/b?c=é", false),
        ] {
            let parsed = reqwest::Url::parse(url).expect("a URL");
            assert_eq!(keeps_target(&parsed, url), kept, "{url}");
        }
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
            assert_eq!(
                header(&(name.into(), value.into())).is_ok(),
                right,
                "{name:?}: {value:?}"
            );
            assert_eq!(header(&owned).is_ok(), right, "{name:?}: {value:?}");
        }
    }
}
