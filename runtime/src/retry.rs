//! Retries: which failures are retried, when, and what is known about a call that took several
//! attempts.
//!
//! As the AWS CLI's standard mode, and better where that is plainly wrong: status 429 is retried
//! whatever the code, `Retry-After` is honoured, the answer's `Date` corrects a wrong clock, and a
//! rejected certificate is not retried.

use crate::error::{Attempts, Error, ServiceError};
use crate::future::BoxFuture;
use crate::http::{Response, TransportError, TransportErrorKind};
use crate::random;
use crate::schema::{Operation, Service, Trait};
use crate::timestamp::{Timestamp, iso8601};
use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// Codes of throttling or of transient failures, whatever the status.
const TRANSIENT: &[&str] = &[
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "RequestTimeoutException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// Codes of signatures rejected for their time, among other reasons.
const SKEWED: &[&str] = &[
    "AuthFailure",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestInTheFuture",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
];

/// The least clock difference that counts as the reason: services allow five minutes.
const TOLERANCE: i64 = 4 * 60;

/// The maximum delay between two attempts, whatever the service requests.
const LONGEST: Duration = Duration::from_secs(20);

/// Waits between two attempts. Tests bring their own, which does not wait.
pub trait Sleep: fmt::Debug + Send + Sync {
    /// Waits for a random time between the two durations.
    fn sleep(&self, min_delay: Duration, max_delay: Duration) -> BoxFuture<'_, ()>;
}

/// Waits by the clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioSleep;

impl Sleep for TokioSleep {
    fn sleep(&self, min_delay: Duration, max_delay: Duration) -> BoxFuture<'_, ()> {
        let time = min_delay.max(max_delay.mul_f64(random::fraction()));
        Box::pin(async move {
            match tokio::runtime::Handle::try_current() {
                Ok(_) => tokio::time::sleep(time).await,
                // A caller's own transport may use another async runtime than tokio, or none.
                Err(_) => std::thread::sleep(time),
            }
        })
    }
}

/// What the calls of one client share.
#[derive(Debug)]
pub(crate) struct Shared {
    quota: Mutex<u32>,
    /// Seconds by which the local clock is behind the service's.
    clock_behind: AtomicI64,
}

/// All that retries may cost before calls succeed again.
const QUOTA: u32 = 500;

impl Default for Shared {
    fn default() -> Self {
        Shared {
            quota: Mutex::new(QUOTA),
            clock_behind: AtomicI64::new(0),
        }
    }
}

impl Shared {
    fn acquire(&self, cost: u32) -> bool {
        let mut quota = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        let left = quota.checked_sub(cost);
        *quota = left.unwrap_or(*quota);
        left.is_some()
    }

    /// Returns the cost of a successful call's last retry to the quota, or 1 if it had none.
    pub(crate) fn succeeded(&self, cost: Option<u32>) {
        let mut quota = self.quota.lock().unwrap_or_else(PoisonError::into_inner);
        *quota = quota.saturating_add(cost.unwrap_or(1)).min(QUOTA);
    }

    /// The service's time when the local clock shows this.
    pub(crate) fn corrected(&self, now: SystemTime) -> SystemTime {
        let behind = self.clock_behind.load(Ordering::Relaxed);
        let by = Duration::from_secs(behind.unsigned_abs());
        if behind < 0 {
            now.checked_sub(by)
        } else {
            now.checked_add(by)
        }
        .unwrap_or(now)
    }
}

/// Another attempt: its cost, and the delay before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Retry {
    pub(crate) cost: u32,
    pub(crate) min_delay: Duration,
    pub(crate) max_delay: Duration,
}

/// A failed attempt.
pub(crate) enum AttemptError {
    Transport(TransportError),
    Service(Box<ServiceError>, Response),
}

impl AttemptError {
    /// Whether the failed request may have taken effect.
    fn maybe_applied(&self) -> bool {
        match self {
            AttemptError::Transport(error) => {
                matches!(
                    error.kind,
                    TransportErrorKind::ReadTimeout
                        | TransportErrorKind::Closed
                        | TransportErrorKind::Checksum
                )
            }
            AttemptError::Service(_, response) => response.status >= 500,
        }
    }

    /// Whether the service must be called at another endpoint.
    pub(crate) fn is_moved(&self) -> bool {
        match self {
            AttemptError::Service(error, _) => {
                error.status == 421 || error.code == "InvalidEndpointException"
            }
            AttemptError::Transport(_) => false,
        }
    }

    /// The service's error, if it answered with one.
    pub(crate) fn service(&self) -> Option<&ServiceError> {
        match self {
            AttemptError::Service(error, _) => Some(error),
            AttemptError::Transport(_) => None,
        }
    }

    fn cost(&self) -> u32 {
        let timeouts = [
            TransportErrorKind::ConnectTimeout,
            TransportErrorKind::ReadTimeout,
        ];
        match self {
            AttemptError::Transport(error) if timeouts.contains(&error.kind) => 10,
            _ => 5,
        }
    }

    /// The error of the call if this is its last attempt.
    pub(crate) fn into_error(
        self,
        mut attempts: Attempts,
        model: (&Service<'_>, &Operation<'_>),
    ) -> Error {
        match self {
            AttemptError::Transport(error) => Error::Transport(error),
            AttemptError::Service(mut error, _) => {
                attempts.of_state = of_state(&error, model);
                error.attempts = attempts;
                Error::Service(error)
            }
        }
    }

    /// The date of the answer.
    pub(crate) fn date(&self) -> Option<SystemTime> {
        let AttemptError::Service(_, response) = self else {
            return None;
        };
        time::OffsetDateTime::try_from(Timestamp::parse(response.header("date")?)?)
            .ok()
            .map(Into::into)
    }
}

/// Decides on another attempt after one has failed, and takes it from the quota.
pub(crate) fn decide(
    attempts: &mut Attempts,
    shared: &Shared,
    failed: &AttemptError,
    model: (&Service<'_>, &Operation<'_>),
    moved: bool,
    now: SystemTime,
) -> Option<Retry> {
    let skewed = skew(attempts, shared, failed, now);
    let worthwhile = skewed
        || moved
        || match failed {
            AttemptError::Transport(error) => worthwhile(error.kind),
            AttemptError::Service(error, _) => transient(error, model),
        };
    if !worthwhile || attempts.made >= attempts.allowed {
        return None;
    }
    if !shared.acquire(failed.cost()) {
        attempts.quota_spent = true;
        return None;
    }
    attempts.maybe_applied |= failed.maybe_applied() && !model.1.traits.contains(&Trait::Readonly);
    let backoff = Duration::from_secs(1 << attempts.made.saturating_sub(1).min(5)).min(LONGEST);
    let max_delay = if skewed || moved {
        Duration::ZERO
    } else {
        backoff
    };
    Some(Retry {
        cost: failed.cost(),
        min_delay: retry_after(failed),
        max_delay,
    })
}

/// Whether the failure is due to a wrong clock, which is corrected once.
fn skew(attempts: &mut Attempts, shared: &Shared, failed: &AttemptError, now: SystemTime) -> bool {
    let (AttemptError::Service(error, _), Some(date)) = (failed, failed.date()) else {
        return false;
    };
    let behind = match date.duration_since(now) {
        Ok(ahead) => i64::try_from(ahead.as_secs()),
        Err(error) => i64::try_from(error.duration().as_secs()).map(|seconds| -seconds),
    };
    let behind = behind.unwrap_or(0);
    if !SKEWED.contains(&error.code.as_str()) || behind.abs() < TOLERANCE {
        return false;
    }
    let first = attempts.clock_behind.replace(behind).is_none();
    let corrected = shared.clock_behind.swap(behind, Ordering::Relaxed);
    first && corrected.abs_diff(behind) >= TOLERANCE.unsigned_abs()
}

fn worthwhile(kind: TransportErrorKind) -> bool {
    use TransportErrorKind::{Checksum, Closed, Connect, ConnectTimeout, Proxy, ReadTimeout};
    matches!(
        kind,
        Connect | ConnectTimeout | ReadTimeout | Closed | Proxy | Checksum
    )
}

fn transient(error: &ServiceError, model: (&Service<'_>, &Operation<'_>)) -> bool {
    matches!(error.status, 429 | 500 | 502 | 503 | 504)
        || TRANSIENT.iter().any(|code| error.is(code))
        || modeled(error, model.0).is_some_and(|error| error.retryable)
}

/// Whether the error depends on the state of the resource: one of the errors that the model lists,
/// with the caller at fault.
fn of_state(error: &ServiceError, model: (&Service<'_>, &Operation<'_>)) -> bool {
    modeled(error, model.0).is_some_and(|modeled| !modeled.server && !modeled.retryable)
}

fn modeled(error: &ServiceError, service: &Service<'_>) -> Option<crate::schema::ErrorTrait> {
    service
        .shape_named(error.shape.as_deref()?)
        .and_then(|shape| service.shape(shape).error())
}

/// The delay that the service requests, up to the maximum.
fn retry_after(failed: &AttemptError) -> Duration {
    let AttemptError::Service(_, response) = failed else {
        return Duration::ZERO;
    };
    let number = |name| {
        response
            .header(name)
            .and_then(|text| text.trim().parse().ok())
    };
    let seconds = number("retry-after").map(Duration::from_secs);
    let millis = number("x-amz-retry-after").map(Duration::from_millis);
    seconds.max(millis).unwrap_or_default().min(LONGEST)
}

/// The header `amz-sdk-request` of the next attempt; `until` is the time after which its answer
/// would be too late.
pub(crate) fn header(attempts: &Attempts, until: Option<SystemTime>) -> Cow<'static, str> {
    let attempt = attempts.made.saturating_add(1);
    if attempt == 1 {
        return "attempt=1".into();
    }
    let until = until
        .and_then(iso8601)
        .map(|until| until.replace(['-', ':'], ""));
    let until = until
        .map(|until| format!("ttl={until}; "))
        .unwrap_or_default();
    format!("{until}attempt={attempt}; max={}", attempts.allowed).into()
}
