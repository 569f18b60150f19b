//! [`Waiting`]: a call that is made again and again until something is as a waiter of the model wants it.
//!
//! Source: the specification of `smithy.waiters#waitable`. Attempts are counted, as botocore's waiters count them.

use crate::call::Call;
use crate::codec::json;
use crate::error::Error;
use crate::rows::{Acceptor, Comparator, Ix, Matcher, Operation, OperationTrait, Outcome, Waiter};
use crate::sink::{Sink, Write};
use jmespath::{Rcvar, Variable};
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

/// How often to look where the model does not say it.
const ATTEMPTS: u32 = 40;

/// Calls that go on until something is as wanted, when this is awaited (or by `blocking`, a feature).
///
/// ```no_run
/// # async fn example<O>(waiting: opsmith_runtime::waiter::Waiting<O>) -> Result<(), opsmith_runtime::Error>
/// # where O: opsmith_runtime::sink::Sink + opsmith_runtime::sink::Write + Default + Send + 'static {
/// use std::time::Duration;
/// waiting.delay(Duration::from_secs(2)).attempts(10).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is waited for until this is awaited"]
#[derive(Debug)]
pub struct Waiting<O> {
    call: Call<O>,
    name: &'static str,
    delay: Option<Duration>,
    attempts: Option<u32>,
}

impl<O: Sink + Write + Default + Send + 'static> Waiting<O> {
    /// For generated clients.
    #[doc(hidden)]
    pub fn new(call: Call<O>, name: &'static str) -> Self {
        Waiting { call, name, delay: None, attempts: None }
    }

    /// Pauses so long between two calls, rather than as the model says.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Looks so often at most, rather than as the model says.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts.max(1));
        self
    }

    /// Waits.
    ///
    /// # Errors
    ///
    /// As awaiting it, and within an async runtime, which must not be blocked, [`Error::Request`].
    #[cfg(feature = "blocking")]
    pub fn blocking(self) -> Result<Option<O>, Error> {
        crate::call::block_on(self.into_future())?
    }

    async fn wait(self) -> Result<Option<O>, Error> {
        let service = self.call.client().service();
        let operation = service.operation(self.call.operation());
        let waiter = operation.and_then(|operation| {
            operation.traits.iter().find_map(|found| match found {
                OperationTrait::Waiter(waiter) if waiter.name == self.name => Some(waiter),
                _ => None,
            })
        });
        let failed = |reason: &str| Error::Wait { waiter: self.name.to_owned(), reason: reason.to_owned() };
        let (Some(waiter), Some(operation)) = (waiter, operation) else {
            return Err(failed("the model has no such waiter"));
        };
        let attempts = self.attempts.unwrap_or(if waiter.attempts == 0 { ATTEMPTS } else { waiter.attempts });
        for attempt in 1.. {
            let answer = self.call.again().await;
            match (self.outcome(waiter, operation, &answer).map_err(|reason| failed(&reason))?, answer) {
                (Some(Outcome::Success), answer) => return Ok(answer.ok()),
                (Some(Outcome::Failure), Ok(_)) => return Err(failed("it is in a state that it will not leave")),
                (Some(Outcome::Failure) | None, Err(error)) => return Err(error),
                (Some(Outcome::Retry) | None, _) if attempt >= attempts => break,
                (Some(Outcome::Retry), _) | (None, Ok(_)) => {
                    let delay = self.delay.unwrap_or_else(|| delay(waiter, attempt));
                    self.call.client().pause(delay).await;
                }
            }
        }
        Err(failed(&format!("it was not so after {attempts} attempts")))
    }

    /// What the waiter makes of an answer.
    fn outcome(
        &self,
        waiter: &Waiter<'_>,
        operation: &Operation<'_>,
        answer: &Result<O, Error>,
    ) -> Result<Option<Outcome>, String> {
        let seen = Seen {
            answer,
            input: &|| self.json(operation.input, self.call.input()),
            output: &|output| self.json(operation.output, output),
        };
        seen.outcome(waiter)
    }

    /// A value as JSON.
    fn json(&self, shape: Option<Ix>, value: &dyn Write) -> Result<String, String> {
        let Some(shape) = shape else { return Ok("{}".to_owned()) };
        let json = json::write(value, self.call.client().service(), shape, None);
        json.map(|json| String::from_utf8_lossy(&json).into_owned()).map_err(|refused| refused.to_string())
    }
}

impl<O: Sink + Write + Default + Send + 'static> IntoFuture for Waiting<O> {
    /// The answer that ended the wait; none where it was an error of the service that was waited for.
    type Output = Result<Option<O>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

/// Twice as long each time, between the least and the most that the model says.
fn delay(waiter: &Waiter<'_>, attempt: u32) -> Duration {
    let doubled = u64::from(waiter.min_delay).saturating_mul(1 << attempt.saturating_sub(1).min(20));
    Duration::from_secs(doubled.min(waiter.max_delay.max(waiter.min_delay).into()))
}

/// What one attempt brought, as acceptors look at it.
struct Seen<'a, O> {
    answer: &'a Result<O, Error>,
    input: &'a dyn Fn() -> Result<String, String>,
    output: &'a dyn Fn(&O) -> Result<String, String>,
}

impl<O> Seen<'_, O> {
    /// What the first acceptor that matches says.
    fn outcome(&self, waiter: &Waiter<'_>) -> Result<Option<Outcome>, String> {
        for Acceptor(outcome, matcher) in waiter.acceptors {
            if self.matches(matcher)? {
                return Ok(Some(*outcome));
            }
        }
        Ok(None)
    }

    fn matches(&self, matcher: &Matcher<'_>) -> Result<bool, String> {
        let found = |text: Result<String, String>, path: &str| {
            let value = Variable::from_json(&text?).map_err(|error| error.clone())?;
            let found = jmespath::compile(path).and_then(|expression| expression.search(value));
            found.map_err(|error| error.to_string())
        };
        Ok(match (matcher, self.answer) {
            (Matcher::Success(success), answer) => match answer {
                Ok(_) => *success,
                Err(error) => !success && error.service().is_some(),
            },
            (Matcher::ErrorType(code), Err(error)) => error.service().is_some_and(|error| error.is(code)),
            (Matcher::Output(path, comparator, expected), Ok(output)) => {
                compare(&found((self.output)(output), path)?, *comparator, expected)
            }
            (Matcher::InputOutput(path, comparator, expected), Ok(output)) => {
                let both = format!(r#"{{"input":{},"output":{}}}"#, (self.input)()?, (self.output)(output)?);
                compare(&found(Ok(both), path)?, *comparator, expected)
            }
            _ => false,
        })
    }
}

fn compare(found: &Rcvar, comparator: Comparator, expected: &str) -> bool {
    let is = |value: &Rcvar| value.as_string().is_some_and(|text| text == expected);
    match comparator {
        Comparator::StringEquals => is(found),
        Comparator::BooleanEquals => found.as_boolean().is_some_and(|value| value.to_string() == expected),
        // An empty list is not all as expected, says the specification.
        Comparator::AllStringEquals => found.as_array().is_some_and(|all| !all.is_empty() && all.iter().all(is)),
        Comparator::AnyStringEquals => found.as_array().is_some_and(|any| any.iter().any(is)),
    }
}
