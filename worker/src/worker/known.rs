//! [`Known`]: the jobs that a worker knows.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The jobs that a worker knows.
#[derive(Default)]
pub(super) struct Known {
    running: HashSet<String>,
    /// Left to other workers, for a while.
    skipped: HashSet<String>,
}

impl Known {
    fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
        known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The numbers of running and of skipped jobs.
    pub(super) fn count(known: &Mutex<Known>) -> (usize, usize) {
        let known = Known::lock(known);
        (known.running.len(), known.skipped.len())
    }

    /// Marks a job as running. `false` if it is known already.
    pub(super) fn begin(known: &Mutex<Known>, id: &str) -> bool {
        let mut known = Known::lock(known);
        !known.skipped.contains(id) && known.running.insert(id.to_owned())
    }

    /// Marks a job as no longer running: it is forgotten, or skipped.
    pub(super) fn end(known: &Mutex<Known>, id: &str, forgotten: bool) {
        let mut known = Known::lock(known);
        known.running.remove(id);
        if forgotten {
            known.skipped.remove(id)
        } else {
            known.skipped.insert(id.to_owned())
        };
    }
}
