//! [`Silence`]: since when nothing was sent over a connection, from which on the head of an answer
//! must come within the read timeout. A body may take any time as long as it moves.

use std::fmt;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::yield_now;
use tokio::time::timeout;

/// How many turns of the runtime it takes until what has arrived is known: one wakes the task of the
/// connection, which runs in the second. A runtime that was held up learns of the time first.
pub(super) const TURNS: usize = 2;

/// Since when nothing was sent over a connection.
#[derive(Clone)]
pub(super) struct Silence(Arc<Mutex<Instant>>);

impl Silence {
    pub(super) fn starting() -> Self {
        Silence(Arc::new(Mutex::new(Instant::now())))
    }

    /// Silence begins anew, since something was sent or is about to be.
    pub(super) fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn since(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection was made too slowly.
#[derive(Debug)]
pub(super) struct ConnectTimeout;

impl fmt::Display for ConnectTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection took too long")
    }
}

impl std::error::Error for ConnectTimeout {}

/// The connection was silent for as long as the settings allow.
#[derive(Debug)]
pub(super) struct Silent;

/// Waits for the head of an answer. Meanwhile the request is sent.
pub(super) async fn unless_silent<T>(
    limit: Option<Duration>,
    silence: &Silence,
    answer: impl Future<Output = T>,
) -> Result<T, Silent> {
    let Some(limit) = limit else {
        return Ok(answer.await);
    };
    let mut answer = pin!(answer);
    loop {
        let since = silence.since();
        let left = limit.saturating_sub(since.elapsed());
        if let Ok(answer) = timeout(left, answer.as_mut()).await {
            return Ok(answer);
        }
        for _ in 0..TURNS {
            yield_now().await;
        }
        let last = timeout(Duration::ZERO, answer.as_mut()).await;
        match last {
            Ok(answer) => return Ok(answer),
            Err(_) if silence.since() == since => return Err(Silent),
            Err(_) => {}
        }
    }
}
