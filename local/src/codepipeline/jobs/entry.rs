//! [`Entry`]: a job and its state.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::{Job, Report, Status};

/// A job, and where it is in its life. In JSON, this is what is kept of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Entry {
    /// What is to be done.
    pub job: Job,
    /// Where it is in its life.
    pub status: Status,
    /// What acknowledges it, once.
    pub nonce: String,
    /// When an acknowledged job times out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<SystemTime>,
    /// The last result that a worker put.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// Its place in the order of jobs.
    pub(crate) number: u64,
}

impl Entry {
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.status, Status::Queued | Status::Dispatched)
    }

    /// The entry with its job's secrets replaced, for printing.
    pub(crate) fn redacted(&self) -> Self {
        let mut entry = self.clone();
        entry.job.redact();
        entry
    }
}
