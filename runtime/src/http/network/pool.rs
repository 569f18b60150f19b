//! [`Pool`]: connections that are used again.

use super::bodies::Outgoing;
use super::connector::{BoxError, Connector};
use super::silence::{Silence, Silent, unless_silent};
use ::http::uri::PathAndQuery;
use ::http::{Request, Response, Uri};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How much is read at once when much comes. It limits the memory of a connection in both directions:
/// of what is read and of what waits to be written; and the size of the head of an answer.
const READ: usize = 1 << 20;

/// How long a connection is kept for the next request.
const KEPT: Duration = Duration::from_secs(90);

/// Sends requests over connections to any number of servers.
pub(super) struct Pool {
    connector: Connector,
    idle: Idle,
}

/// The connections that wait for a request, the one that was used last at the end.
#[derive(Clone, Default)]
struct Idle(Arc<Mutex<Vec<Open>>>);

/// A connection that is driven by a task of its own. The task ends after the request under way when
/// this is dropped.
struct Open {
    /// A URL of the server.
    server: Uri,
    requests: SendRequest<Outgoing>,
    silence: Silence,
    /// Whether the other side is a proxy that must know the whole URL of a request.
    is_proxied: bool,
    /// When its last answer ended, or `None` if it had no request yet.
    used: Option<Instant>,
}

/// A connection in use. When it is dropped, others can have it.
pub(super) struct Lease {
    open: Option<Open>,
    idle: Idle,
}

/// Why a request has no answer.
pub(super) enum Failure {
    Connect(BoxError),
    Exchange(hyper::Error),
    Silent,
}

impl Pool {
    pub(super) fn new(connector: Connector) -> Self {
        Pool {
            connector,
            idle: Idle::default(),
        }
    }

    /// The head of the answer, and the connection on which its body comes. `limit` is how long the
    /// connection may be silent before the head.
    pub(super) async fn send(
        &self,
        mut request: Request<Outgoing>,
        limit: Option<Duration>,
    ) -> Result<(Response<Incoming>, Lease), Failure> {
        let server = request.uri().clone();
        loop {
            let mut lease = match self.idle.take(&server) {
                Some(open) => self.lease(open),
                None => self.lease(Box::pin(self.connect(&server)).await?),
            };
            let Some(open) = &mut lease.open else {
                continue;
            };
            if !open.is_proxied {
                *request.uri_mut() = path_of(&server);
            }
            open.silence.end();
            let answer = open.requests.try_send_request(request);
            let answer = unless_silent(limit, &open.silence, answer)
                .await
                .map_err(|Silent| Failure::Silent)?;
            let mut error = match answer {
                Ok(answer) => return Ok((answer, lease)),
                Err(error) => error,
            };
            // The server had closed the connection before any of the request was written.
            request = match error.take_message() {
                Some(unsent) if open.used.is_some() => unsent,
                _ => return Err(Failure::Exchange(error.into_error())),
            };
            *request.uri_mut() = server.clone();
        }
    }

    async fn connect(&self, server: &Uri) -> Result<Open, Failure> {
        let connection = self
            .connector
            .connect(server.clone())
            .await
            .map_err(Failure::Connect)?;
        let (silence, is_proxied) = (connection.silence.clone(), connection.is_proxied);
        let (mut requests, connection) = http1::Builder::new()
            .max_buf_size(READ)
            .handshake(connection)
            .await
            .map_err(Failure::Exchange)?;
        // Its error reaches the request that waits for an answer.
        tokio::spawn(connection);
        // A request that is sent before would make it look free while it is not.
        requests.ready().await.map_err(Failure::Exchange)?;
        Ok(Open {
            server: server.clone(),
            requests,
            silence,
            is_proxied,
            used: None,
        })
    }

    fn lease(&self, open: Open) -> Lease {
        Lease {
            open: Some(open),
            idle: self.idle.clone(),
        }
    }
}

impl Idle {
    fn connections(&self) -> MutexGuard<'_, Vec<Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection to this server that can take a request.
    fn take(&self, server: &Uri) -> Option<Open> {
        let mut connections = self.connections();
        let at = connections.iter().rposition(|open| {
            open.server.scheme() == server.scheme()
                && open.server.authority() == server.authority()
                && open.requests.is_ready()
        })?;
        Some(connections.remove(at)).filter(Open::is_fresh)
    }

    fn put(&self, mut open: Open) {
        open.used = Some(Instant::now());
        let mut connections = self.connections();
        connections.retain(Open::is_fresh);
        connections.push(open);
    }
}

impl Open {
    fn is_fresh(&self) -> bool {
        !self.requests.is_closed() && self.used.is_none_or(|used| used.elapsed() < KEPT)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut open) = self.open.take() else {
            return;
        };
        if open.requests.is_ready() {
            self.idle.put(open);
        } else if !open.requests.is_closed()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            // The rest of a body, of the request or of the answer.
            let idle = self.idle.clone();
            runtime.spawn(async move {
                if open.requests.ready().await.is_ok() {
                    idle.put(open);
                }
            });
        }
    }
}

/// What a server is asked for, as opposed to a proxy.
fn path_of(url: &Uri) -> Uri {
    let path = url.path_and_query().cloned();
    Uri::from(path.unwrap_or(PathAndQuery::from_static("/")))
}

#[cfg(test)]
mod tests;
