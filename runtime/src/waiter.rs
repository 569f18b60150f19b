//! [`Waiting`]: a call that is repeated until an acceptor of a waiter matches. [`Watch`] evaluates
//! each answer; the command uses it too.
//!
//! Source: the specification of `smithy.waiters#waitable`, and botocore's behaviour for its own
//! waiters, which have a fixed delay and a maximum number of attempts.

use crate::call::Call;
use crate::document::Document;
use crate::error::{Cause, Error, ServiceError};
use crate::future::BoxFuture;
use crate::query::{Query, QueryError};
use crate::schema::{Acceptor, Comparator, Delay, Expected, Matcher, Outcome, ShapeIndex, Waiter};
use crate::visit::{DocumentBuilder, Visit, Visitor};
use std::future::IntoFuture;
use std::time::Duration;

/// Maximum number of calls if the model has none.
const ATTEMPTS: u32 = 40;

/// Calls that are repeated until the waiter's condition is met; made when this is awaited (or by
/// `blocking`, a feature).
///
/// ```no_run
/// # async fn example<O>(waiting: opsmith_runtime::waiter::Waiting<O>) -> Result<(), opsmith_runtime::Error>
/// # where O: opsmith_runtime::visit::Visitor + opsmith_runtime::visit::Visit + Default + Send + 'static {
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

impl<O: Visitor + Visit + Default + Send + 'static> Waiting<O> {
    /// For generated clients.
    #[doc(hidden)]
    pub fn new(call: Call<O>, name: &'static str) -> Self {
        Waiting {
            call,
            name,
            delay: None,
            attempts: None,
        }
    }

    /// Sets the delay between two calls, in place of the model's.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Sets the maximum number of calls, in place of the model's.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = Some(attempts.max(1));
        self
    }

    /// Waits.
    ///
    /// # Errors
    ///
    /// The errors of awaiting it, and [`Error::Request`] within an async runtime, which must not be
    /// blocked.
    #[cfg(feature = "blocking")]
    pub fn blocking(self) -> Result<Option<O>, Error> {
        crate::call::block_on(self.into_future())?
    }

    async fn wait(self) -> Result<Option<O>, Error> {
        let service = self.call.client().service();
        let operation = service.operation(self.call.operation());
        let found = operation.and_then(|operation| {
            operation
                .waiters()
                .iter()
                .find(|waiter| waiter.name == self.name)
        });
        let failed = |reason: String| Error::Wait {
            waiter: self.name.to_owned(),
            reason,
        };
        let (Some(waiter), Some(operation)) = (found, operation) else {
            return Err(failed("the model has no such waiter".to_owned()));
        };
        let mut watch = Watch::new(waiter)
            .map_err(|error| failed(error.to_string()))?
            .delay(self.delay)
            .attempts(self.attempts);
        let written = |value: &dyn Visit, shape| self.document(value, shape);
        let input = written(self.call.input(), operation.input)?;
        loop {
            let answer = self.call.again().await;
            let verdict = match &answer {
                Ok((output, status)) if watch.looks_at_outputs() => watch.look(&Seen::Output(
                    *status,
                    &written(output, operation.output)?,
                    &input,
                )),
                Ok((_, status)) => watch.look(&Seen::Output(*status, &Document::Null, &input)),
                Err(Error::Service(error)) => watch.look(&Seen::Error(error)),
                Err(_) => Verdict::Unexpected,
            };
            match (verdict, answer) {
                (Verdict::Success, answer) => return Ok(answer.ok().map(|(output, _)| output)),
                (Verdict::Unexpected | Verdict::Failed(_), Err(error)) => return Err(error),
                (Verdict::Failed(reason) | Verdict::OutOfAttempts(reason), _) => {
                    return Err(failed(reason));
                }
                (Verdict::Again(least, most), _) => self.call.client().sleep(least, most).await,
                // Only errors are unexpected.
                (Verdict::Unexpected, Ok(_)) => {}
            }
        }
    }

    /// A value of this shape as a document.
    fn document(&self, value: &dyn Visit, shape: Option<ShapeIndex>) -> Result<Document, Error> {
        let mut visitor = DocumentBuilder::new(
            self.call.client().service(),
            shape.unwrap_or(ShapeIndex::MAX),
        );
        value
            .visit(&mut visitor)
            .map_err(|error| Error::Response(Cause::of(error)))?;
        Ok(visitor.finish())
    }
}

impl<O: Visitor + Visit + Default + Send + 'static> IntoFuture for Waiting<O> {
    /// The answer that ended the wait; `None` if that was an error that the waiter waits for.
    type Output = Result<Option<O>, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.wait())
    }
}

/// The state of a wait: evaluates answers in order.
#[derive(Debug)]
pub struct Watch<'a> {
    waiter: &'a Waiter<'a>,
    /// The expression of each acceptor that has one.
    queries: Vec<Option<Query>>,
    delay: Option<Duration>,
    attempts: u32,
    made: u32,
    /// The last acceptor that matched.
    last: Option<&'a Acceptor<'a>>,
}

/// An answer, as a waiter sees it.
#[derive(Debug)]
pub enum Seen<'s> {
    /// A success: its HTTP status, its output, and the input that was sent.
    Output(u16, &'s Document, &'s Document),
    /// An error of the service.
    Error(&'s ServiceError),
}

/// What an answer means for the wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The condition is met.
    Success,
    /// Not yet: call again after a delay between these two.
    Again(Duration, Duration),
    /// It can't be met any more, and why.
    Failed(String),
    /// It was not met after the last attempt, and what was seen.
    OutOfAttempts(String),
    /// An error that no acceptor matches.
    Unexpected,
}

impl<'a> Watch<'a> {
    /// A wait before the first call.
    ///
    /// # Errors
    ///
    /// An expression in the model is invalid.
    pub fn new(waiter: &'a Waiter<'a>) -> Result<Self, QueryError> {
        let query = |Acceptor(_, matcher): &Acceptor<'_>| match matcher {
            Matcher::Output(path, ..) | Matcher::InputOutput(path, ..) => {
                Query::parse(path).map(Some)
            }
            Matcher::Success(_) | Matcher::ErrorType(_) | Matcher::Status(_) => Ok(None),
        };
        let queries = waiter
            .acceptors
            .iter()
            .map(query)
            .collect::<Result<_, _>>()?;
        let attempts = if waiter.attempts == 0 {
            ATTEMPTS
        } else {
            waiter.attempts
        };
        Ok(Watch {
            waiter,
            queries,
            delay: None,
            attempts,
            made: 0,
            last: None,
        })
    }

    /// Sets the delay between two calls, in place of the model's.
    #[must_use]
    pub fn delay(self, delay: Option<Duration>) -> Self {
        Watch { delay, ..self }
    }

    /// Sets the maximum number of calls, in place of the model's.
    #[must_use]
    pub fn attempts(self, attempts: Option<u32>) -> Self {
        Watch {
            attempts: attempts.unwrap_or(self.attempts).max(1),
            ..self
        }
    }

    /// Whether an acceptor looks at outputs.
    pub fn looks_at_outputs(&self) -> bool {
        self.queries.iter().any(Option::is_some)
    }

    /// Evaluates the next answer.
    pub fn look(&mut self, seen: &Seen<'_>) -> Verdict {
        self.made = self.made.saturating_add(1);
        let mut acceptors = self.waiter.acceptors.iter().zip(&self.queries);
        let found =
            acceptors.find(|(Acceptor(_, matcher), query)| matches(matcher, query.as_ref(), seen));
        self.last = found.map(|(acceptor, _)| acceptor).or(self.last);
        match (found, seen) {
            (Some((Acceptor(Outcome::Success, _), _)), _) => Verdict::Success,
            (Some((Acceptor(Outcome::Failure, matcher), _)), _) => Verdict::Failed(format!(
                "Waiter encountered a terminal failure state: {}",
                explained(matcher)
            )),
            (None, Seen::Error(_)) => Verdict::Unexpected,
            _ if self.made >= self.attempts => {
                let last = self.last.map(|Acceptor(_, matcher)| explained(matcher));
                let last = last
                    .map(|last| format!(". Previously accepted state: {last}"))
                    .unwrap_or_default();
                Verdict::OutOfAttempts(format!("Max attempts exceeded{last}"))
            }
            _ => self.again(),
        }
    }

    /// The delay before the next call.
    fn again(&self) -> Verdict {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        match (self.delay, self.waiter.delay) {
            (Some(delay), _) => Verdict::Again(delay, delay),
            (None, Delay::Fixed(delay)) => Verdict::Again(seconds(delay), seconds(delay)),
            (None, Delay::Backoff(least, most)) => {
                let doubled = least.saturating_mul(1 << self.made.saturating_sub(1).min(20));
                Verdict::Again(seconds(least), seconds(doubled.min(most).max(least)))
            }
        }
    }
}

fn matches(matcher: &Matcher<'_>, query: Option<&Query>, seen: &Seen<'_>) -> bool {
    // A function with an argument of the wrong type finds nothing.
    let found = |document: &Document| {
        query
            .and_then(|query| query.search(document).ok())
            .unwrap_or_default()
    };
    match (matcher, seen) {
        (Matcher::Success(success), Seen::Output(..)) => *success,
        (Matcher::Success(success), Seen::Error(_)) => !success,
        (Matcher::ErrorType(code), Seen::Error(error)) => error.is(code),
        (Matcher::Status(expected), Seen::Output(status, ..)) => status == expected,
        (Matcher::Status(expected), Seen::Error(error)) => error.status == *expected,
        (Matcher::Output(_, comparator, expected), Seen::Output(_, output, _)) => {
            compare(&found(output), *comparator, expected)
        }
        (Matcher::InputOutput(_, comparator, expected), Seen::Output(_, output, input)) => {
            let both = Document::from([("input", (*input).clone()), ("output", (*output).clone())]);
            compare(&found(&both), *comparator, expected)
        }
        _ => false,
    }
}

fn compare(found: &Document, comparator: Comparator, expected: &Expected<'_>) -> bool {
    let is = |value: &Document| match (value, expected) {
        (Document::Boolean(value), Expected::Boolean(expected)) => value == expected,
        (Document::Integer(value), Expected::Number(expected)) => *value as f64 == *expected,
        (Document::Float(value), Expected::Number(expected)) => value == expected,
        (Document::String(value), Expected::Text(expected)) => value == expected,
        _ => false,
    };
    match comparator {
        Comparator::Is => is(found),
        // By the specification, an empty list does not match.
        Comparator::All => found
            .as_list()
            .is_some_and(|all| !all.is_empty() && all.iter().all(is)),
        Comparator::Any => found.as_list().is_some_and(|any| any.iter().any(is)),
    }
}

/// What matched, in the words of the AWS CLI, which scripts search for.
fn explained(matcher: &Matcher<'_>) -> String {
    let python = |value: bool| if value { "True" } else { "False" };
    match matcher {
        Matcher::Success(success) => {
            format!("Matched expected service error code: {}", python(!success))
        }
        Matcher::ErrorType(code) => format!("Matched expected service error code: {code}"),
        Matcher::Status(status) => format!("Matched expected HTTP status code: {status}"),
        Matcher::Output(path, comparator, expected)
        | Matcher::InputOutput(path, comparator, expected) => {
            let expected = match expected {
                Expected::Boolean(value) => python(*value).to_owned(),
                Expected::Number(number) => number.to_string(),
                Expected::Text(text) => (*text).to_owned(),
            };
            let matched = match comparator {
                Comparator::Is => format!("we matched expected path: \"{expected}\""),
                Comparator::All => format!("all members matched excepted path: \"{expected}\""),
                Comparator::Any => {
                    format!("we matched expected path: \"{expected}\" at least once")
                }
            };
            format!("For expression \"{path}\" {matched}")
        }
    }
}
