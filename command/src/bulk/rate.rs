//! [`Rate`]: the number of calls at a time, which all calls share.

use opsmith_runtime::retry::{Sleep, TokioSleep};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures within this time count as one.
const TOGETHER: Duration = Duration::from_millis(100);

/// Halves the number of calls at a time when a call is retried. Adds one after as many successes as
/// there are calls at a time.
#[derive(Debug)]
pub(super) struct Rate {
    most: usize,
    now: Mutex<Now>,
}

#[derive(Debug)]
struct Now {
    allowed: usize,
    successes: usize,
    slowed: Option<Instant>,
}

impl Rate {
    pub(super) fn new(most: usize) -> Self {
        Rate {
            most,
            now: Mutex::new(Now {
                allowed: most,
                successes: 0,
                slowed: None,
            }),
        }
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of calls that may be in flight.
    pub(super) fn allowed(&self) -> usize {
        self.now().allowed
    }

    /// A call succeeded.
    pub(super) fn succeeded(&self) {
        let mut now = self.now();
        now.successes += 1;
        if now.successes >= now.allowed {
            now.successes = 0;
            now.allowed = (now.allowed + 1).min(self.most);
        }
    }

    fn slow_down(&self) {
        let mut now = self.now();
        if now.slowed.is_none_or(|slowed| slowed.elapsed() >= TOGETHER) {
            *now = Now {
                allowed: (now.allowed / 2).max(1),
                successes: 0,
                slowed: Some(Instant::now()),
            };
        }
    }
}

impl Sleep for Rate {
    /// A call is about to be retried, so calls slow down.
    fn sleep(
        &self,
        least: Duration,
        most: Duration,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.slow_down();
        TokioSleep.sleep(least, most)
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;

    #[test]
    fn it_halves_at_once_and_recovers_step_by_step() {
        let rate = Rate::new(8);
        rate.slow_down();
        rate.slow_down();
        assert_eq!(
            rate.allowed(),
            4,
            "failures that come together count as one"
        );
        for expected in [4, 4, 4, 5, 5, 5, 5, 5, 6] {
            rate.succeeded();
            assert_eq!(rate.allowed(), expected);
        }
        (0..100).for_each(|_| rate.succeeded());
        assert_eq!(rate.allowed(), 8);
        let one = Rate::new(1);
        one.slow_down();
        assert_eq!(one.allowed(), 1);
    }
}
