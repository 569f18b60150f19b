//! [`Pace`]: how many bytes of bodies may be moved in a second.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A limit of bytes per second that all transfers share.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: u64,
    /// When the bytes are through that were let through.
    free: Mutex<Option<Instant>>,
}

impl Pace {
    /// A limit of so many bytes per second.
    pub(crate) fn new(rate: u64) -> Self {
        Pace {
            rate: rate.max(1),
            free: Mutex::default(),
        }
    }

    /// Waits until so many bytes may be moved.
    pub(crate) async fn wait(&self, bytes: u64) {
        let delay = self.delay(bytes, Instant::now());
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
    }

    /// How long so many bytes have to wait. The next ones wait for these, too.
    pub(crate) fn delay(&self, bytes: u64, now: Instant) -> Duration {
        let takes = Duration::from_secs_f64(bytes as f64 / self.rate as f64);
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let start = free.map_or(now, |free| free.max(now));
        *free = start.checked_add(takes);
        start - now
    }

    /// How many bytes are moved at once: so few that no request is silent for long.
    pub(crate) fn piece(&self) -> usize {
        usize::try_from(self.rate / 100)
            .unwrap_or(usize::MAX)
            .clamp(256, 64 << 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_wait_for_those_before_them() {
        let pace = Pace::new(1000);
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        for (bytes, now, delay) in [
            (500, 0, 0),
            (500, 0, 500),
            (100, 200, 800),
            (100, 1100, 0),
            (0, 1150, 50),
            // What was not used is lost.
            (2000, 9000, 0),
            (1, 9000, 2000),
        ] {
            let found = pace.delay(bytes, after(now));
            assert_eq!(found, Duration::from_millis(delay), "{bytes} at {now}");
        }
        assert_eq!(Pace::new(1).piece(), 256);
        assert_eq!(Pace::new(1 << 20).piece(), 10_485);
        assert_eq!(Pace::new(u64::MAX).piece(), 64 << 10);
    }
}
