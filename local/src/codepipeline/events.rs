//! [`EventLog`]: the last steps of jobs, for whoever watches them.

use std::collections::VecDeque;

use serde_json::{Value, json};

use super::jobs::Event;

/// Maximum number of steps that are kept.
const CAPACITY: usize = 10_000;

/// The last steps of jobs, numbered from 1.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    steps: VecDeque<(u64, Value)>,
    last: u64,
}

impl EventLog {
    pub(super) fn add(&mut self, event: &Event) {
        self.last += 1;
        let step = json!({
            "number": self.last, "jobId": event.job_id, "from": event.from, "to": event.to, "text": event.to_string(),
        });
        self.steps.push_back((self.last, step));
        if self.steps.len() > CAPACITY {
            self.steps.pop_front();
        }
    }

    /// The number of the last step.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// The steps after a number.
    pub(super) fn after(&self, number: u64) -> Vec<&Value> {
        let steps = self.steps.iter().filter(|(at, _)| *at > number);
        steps.map(|(_, step)| step).collect()
    }
}
