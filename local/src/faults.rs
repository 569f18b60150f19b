//! Faults by plan: what goes wrong with which requests, for tests of those who make them.

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
    Lost,
    /// It is done, and answered so much later.
    Delay(Duration),
    /// The endpoint's clock is so many seconds ahead, or behind when it is negative: for the
    /// signature, and in the answer's `Date`.
    Skew(i64),
    /// It is answered with this status and body; nothing is done.
    Answer(u16, String),
}

/// Which requests a fault befalls.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Which {
    /// So many, beginning with the next.
    Next(u32),
    /// Every third, say, for ever.
    Every(u32),
    /// This share of all, from 0 to 1, chosen as if by chance: the same in each run of one seed.
    Share(f64),
}

/// The faults that are planned.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    steps: Vec<Step>,
    chance: u64,
}

#[derive(Debug)]
struct Step {
    fault: Fault,
    which: Which,
    /// Of which operation; of all when it is empty.
    operation: String,
    seen: u32,
}

impl Plan {
    pub(crate) fn add(&mut self, fault: Fault, which: Which, operation: &str) {
        self.steps.push(Step {
            fault,
            which,
            operation: operation.to_owned(),
            seen: 0,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.steps.clear();
    }

    /// The fault of the next request, if there is one for it.
    pub(crate) fn next(&mut self, operation: &str) -> Option<Fault> {
        let mut found = None;
        for step in self
            .steps
            .iter_mut()
            .filter(|step| step.operation.is_empty() || step.operation == operation)
        {
            step.seen = step.seen.saturating_add(1);
            let befalls = match step.which {
                Which::Next(count) => step.seen <= count,
                Which::Every(count) => step.seen.is_multiple_of(count.max(1)),
                Which::Share(share) => crate::ids::fraction(&mut self.chance) < share,
            };
            if befalls && found.is_none() {
                found = Some(step.fault.clone());
            }
        }
        self.steps
            .retain(|step| !matches!(step.which, Which::Next(count) if step.seen >= count));
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, Plan, Which};

    fn befallen(plan: &mut Plan, requests: u32) -> Vec<u32> {
        (1..=requests)
            .filter(|_| plan.next("Poll").is_some())
            .collect()
    }

    #[test]
    fn faults_befall_the_requests_of_their_plan() {
        let mut plan = Plan::default();
        plan.add(Fault::Throttle, Which::Next(2), "");
        assert_eq!(befallen(&mut plan, 5), [1, 2]);
        plan.add(Fault::Reset, Which::Every(3), "Poll");
        plan.add(Fault::Throttle, Which::Every(1), "Other");
        assert_eq!(befallen(&mut plan, 7), [3, 6]);
        plan.clear();
        plan.add(Fault::Lost, Which::Share(0.25), "");
        let share = befallen(&mut plan, 4000).len();
        assert!((900..1100).contains(&share), "{share}");
    }
}
