//! [`Fake`]: a service, a network and a clock for tests of programs that make calls.
//!
//! ```
//! use opsmith_runtime::fake::{Answer, Fake};
//!
//! let fake = Fake::playing([Answer::error("ThrottlingException"), Answer::new(200, r#"{"pipelines": []}"#)]);
//! let config = fake.config(); // for `Client::new` of a generated client
//! // … calls …
//! assert!(fake.requests().is_empty());
//! assert!(fake.pauses().is_empty());
//! ```

use crate::client::Config;
use crate::future::BoxFuture;
use crate::http::{
    BodyReader, HeaderName, Request, Response, Transport, TransportError, TransportErrorKind,
};
use crate::identity::Credentials;
use crate::retry::Sleep;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// What the service does with a request.
#[derive(Debug, Clone)]
pub enum Answer {
    /// It answers.
    Response(Response),
    /// The network fails.
    Failure(TransportErrorKind),
    /// Nothing comes, ever.
    Never,
}

impl Answer {
    /// An answer of this HTTP status and body.
    pub fn new(status: u16, body: &str) -> Self {
        Answer::Response(Response::new(status, body.to_owned().into()))
    }

    /// An error of the service, as AWS JSON has it: status 400, this code, and a message.
    pub fn error(code: &str) -> Self {
        Answer::new(400, &format!(r#"{{"__type":"{code}","message":"no"}}"#))
    }

    /// The same answer with another header. A failure is left unchanged, as is an answer to a header
    /// that HTTP does not allow.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Answer::Response(response) = &mut self
            && let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), value.parse())
        {
            response.headers.append(name, value);
        }
        self
    }
}

/// A transport that gives queued answers and records the requests, and a [`Sleep`] that takes no
/// time and records the delays.
#[derive(Debug)]
pub struct Fake {
    answers: Mutex<VecDeque<Answer>>,
    /// What follows them.
    last: Answer,
    requests: Mutex<Vec<Request>>,
    pauses: Mutex<Vec<(Duration, Duration)>>,
}

impl Fake {
    /// A fake that always gives the same answer.
    pub fn answering(answer: Answer) -> Arc<Self> {
        let (answers, requests, pauses) = Default::default();
        Arc::new(Fake {
            answers,
            last: answer,
            requests,
            pauses,
        })
    }

    /// A fake that returns these answers in order, and then success without a body.
    pub fn playing(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        let fake = Fake::answering(Answer::new(200, ""));
        fake.play(answers);
        fake
    }

    /// Replaces the remaining answers.
    pub fn play(&self, answers: impl IntoIterator<Item = Answer>) {
        *lock(&self.answers) = answers.into_iter().collect();
    }

    /// A configuration that calls it: region `eu-west-1`, made-up credentials, no time between
    /// attempts.
    pub fn config(self: &Arc<Self>) -> Config {
        let credentials = Credentials::new("AKIDFAKE", "fake-secret", "fake");
        let config = Config::new().region("eu-west-1").credentials(credentials);
        config.transport(self.clone()).sleep(self.clone())
    }

    /// The requests so far, as they would have been sent.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    /// The pauses between attempts so far: the shortest and the longest time that each could have
    /// taken.
    pub fn pauses(&self) -> Vec<(Duration, Duration)> {
        lock(&self.pauses).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Transport for Fake {
    fn send<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Response<BodyReader>, TransportError>> {
        lock(&self.requests).push(request.clone());
        let answer = lock(&self.answers)
            .pop_front()
            .unwrap_or_else(|| self.last.clone());
        Box::pin(async {
            match answer {
                Answer::Response(response) => Ok(response.into()),
                Answer::Failure(kind) => Err(TransportError::new(kind, &request.url)),
                Answer::Never => std::future::pending().await,
            }
        })
    }
}

impl Sleep for Fake {
    fn sleep(&self, min_delay: Duration, max_delay: Duration) -> BoxFuture<'_, ()> {
        lock(&self.pauses).push((min_delay, max_delay));
        Box::pin(async {})
    }
}

/// A clock that always shows the same time, for [`Config::clock`].
pub fn standing(at: SystemTime) -> impl Fn() -> SystemTime + Send + Sync + 'static {
    move || at
}
