//! [`Watch`]: counts and slows down what calls send, and notices when the service asks to slow down.

use crate::budget::Signal;
use crate::pace::Pace;
use crate::transfers::Progress;
use futures_core::Stream;
use opsmith_runtime::call::Observe;
use opsmith_runtime::error::ServiceError;
use opsmith_runtime::http::{Body, ByteStream, Bytes};
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Instant;
use tokio::time::{Sleep, sleep};

/// How many bytes of a body in memory are sent at once.
const PIECE: usize = 256 << 10;

/// Codes of services that are asked for too much.
const THROTTLED: [&str; 4] = [
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
];

/// Whether the service is asked for too much.
pub(crate) fn is_throttled(error: &ServiceError) -> bool {
    error.status == 503 || THROTTLED.iter().any(|code| error.is(code))
}

/// Counts bytes once, however often they are moved.
pub(crate) struct Counter {
    progress: Progress,
    len: u64,
    /// How far it came at most.
    high: AtomicU64,
}

impl Counter {
    /// Counts at most so many bytes.
    pub(crate) fn new(progress: &Progress, len: u64) -> Self {
        Counter {
            progress: progress.clone(),
            len,
            high: AtomicU64::new(0),
        }
    }

    /// So many bytes are there.
    pub(crate) fn reached(&self, at: u64) {
        let at = at.min(self.len);
        let before = self.high.fetch_max(at, Ordering::Relaxed);
        if at > before {
            (self.progress)(at - before);
        }
    }
}

/// Watches a call.
pub(crate) struct Watch {
    pub(crate) signal: Signal,
    /// What a body is counted with, and how fast it may be sent.
    pub(crate) body: Option<(Arc<Counter>, Option<Arc<Pace>>)>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Observe for Watch {
    fn sending(&self, body: Body) -> Body {
        let Some((counter, pace)) = self.body.clone() else {
            return body;
        };
        let piece = pace.as_ref().map_or(PIECE, |pace| pace.piece());
        let len = body.len();
        // A short body is sent at once.
        if body.is_empty() || (pace.is_none() && len.is_some_and(|len| len <= PIECE as u64)) {
            return body;
        }
        Body::stream(len, move || {
            let source = match &body {
                Body::Stream(stream) => Some(stream.open()?),
                _ => None,
            };
            let bytes = match &body {
                Body::Bytes(bytes) => bytes.clone(),
                _ => Bytes::new(),
            };
            Ok(Box::pin(Sending {
                source,
                bytes,
                piece,
                counter: counter.clone(),
                sent: 0,
                pace: pace.clone(),
                pause: None,
            }) as ByteStream)
        })
    }

    fn retrying(&self, error: Option<&ServiceError>) {
        if error.is_some_and(is_throttled) {
            self.signal.throttled();
        }
    }
}

/// A body that is counted, and sent no faster than it may be.
struct Sending {
    source: Option<ByteStream>,
    /// What is to be sent next.
    bytes: Bytes,
    piece: usize,
    counter: Arc<Counter>,
    sent: u64,
    pace: Option<Arc<Pace>>,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Stream for Sending {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.bytes.is_empty() {
            let Some(source) = &mut self.source else {
                return Poll::Ready(None);
            };
            match ready!(source.as_mut().poll_next(context)) {
                Some(Ok(bytes)) => self.bytes = bytes,
                other => return Poll::Ready(other),
            }
        }
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
            self.pause = None;
        } else if let Some(pace) = &self.pace {
            let next = self.bytes.len().min(self.piece) as u64;
            let delay = pace.delay(next, Instant::now());
            if !delay.is_zero() {
                let mut pause = Box::pin(sleep(delay));
                let slept = pause.as_mut().poll(context);
                if slept.is_pending() {
                    self.pause = Some(pause);
                    return Poll::Pending;
                }
            }
        }
        let next = self.bytes.len().min(self.piece);
        let piece = self.bytes.split_to(next);
        self.sent += next as u64;
        self.counter.reached(self.sent);
        Poll::Ready(Some(Ok(piece)))
    }
}
