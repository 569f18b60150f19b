//! Faults: what goes wrong with which requests, for tests of clients.

use std::time::Duration;

/// What goes wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// It is refused with `ThrottlingException`; nothing is done.
    Throttle,
    /// The connection is closed without an answer; nothing is done.
    Reset,
    /// It is done, and the connection is closed without an answer.
    DropResponse,
    /// It is done, and answered after this time.
    Delay(Duration),
    /// The endpoint's clock is this number of seconds ahead, or behind if it is negative: for the
    /// signature, and in the answer's `Date`.
    Skew(i64),
    /// It is answered with this status and body; nothing is done.
    Answer(u16, String),
}

/// Which requests have a fault.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum FaultSchedule {
    /// The next ones, this many.
    Next(u32),
    /// One in every this many, from now on.
    Every(u32),
    /// This share of all requests, from 0 to 1, by a pseudo-random choice that is the same in each
    /// run.
    Share(f64),
}

/// The faults that are scheduled.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    scheduled: Vec<Scheduled>,
    random: u64,
}

#[derive(Debug)]
struct Scheduled {
    fault: Fault,
    schedule: FaultSchedule,
    /// The operation; all when it is empty.
    operation: String,
    seen: u32,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault, schedule: FaultSchedule, operation: &str) {
        self.scheduled.push(Scheduled {
            fault,
            schedule,
            operation: operation.to_owned(),
            seen: 0,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.scheduled.clear();
    }

    /// The fault of the next request, if there is one for it.
    pub(crate) fn next(&mut self, operation: &str) -> Option<Fault> {
        let mut found = None;
        for entry in self
            .scheduled
            .iter_mut()
            .filter(|entry| entry.operation.is_empty() || entry.operation == operation)
        {
            entry.seen = entry.seen.saturating_add(1);
            let is_due = match entry.schedule {
                FaultSchedule::Next(count) => entry.seen <= count,
                FaultSchedule::Every(count) => entry.seen.is_multiple_of(count.max(1)),
                FaultSchedule::Share(share) => crate::ids::fraction(&mut self.random) < share,
            };
            if is_due && found.is_none() {
                found = Some(entry.fault.clone());
            }
        }
        self.scheduled.retain(
            |entry| !matches!(entry.schedule, FaultSchedule::Next(count) if entry.seen >= count),
        );
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, FaultSchedule, Faults};

    fn faulty(faults: &mut Faults, requests: u32) -> Vec<u32> {
        (1..=requests)
            .filter(|_| faults.next("Poll").is_some())
            .collect()
    }

    #[test]
    fn faults_follow_their_schedule() {
        let mut faults = Faults::default();
        faults.add(Fault::Throttle, FaultSchedule::Next(2), "");
        assert_eq!(faulty(&mut faults, 5), [1, 2]);
        faults.add(Fault::Reset, FaultSchedule::Every(3), "Poll");
        faults.add(Fault::Throttle, FaultSchedule::Every(1), "Other");
        assert_eq!(faulty(&mut faults, 7), [3, 6]);
        faults.clear();
        faults.add(Fault::DropResponse, FaultSchedule::Share(0.25), "");
        let share = faulty(&mut faults, 4000).len();
        assert!((900..1100).contains(&share), "{share}");
    }
}
