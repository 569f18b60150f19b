//! States, results and events of jobs.

use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

/// Where a job is in its life, in the service's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Status {
    /// Waits for a poll.
    Queued,
    /// Handed out by a poll, and not yet acknowledged.
    Dispatched,
    /// Acknowledged: a worker has it.
    InProgress,
    /// Ended by a failure.
    Failed,
    /// Ended by a success.
    Succeeded,
    /// Ended because no result came in time.
    TimedOut,
}

impl Status {
    /// The name of the state in the service's answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "Queued",
            Self::Dispatched => "Dispatched",
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Succeeded => "Succeeded",
            Self::TimedOut => "TimedOut",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a worker says of a job that went well so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Success {
    /// Says that the work goes on, and comes back with the job when it is polled again.
    pub continuation_token: Option<String>,
    /// The revision that the job made.
    pub revision: Option<String>,
    /// What was done.
    pub summary: Option<String>,
    /// The ID of the work in the worker's own system.
    pub external_execution_id: Option<String>,
    /// How much of the work is done, from 0 to 100.
    pub percent_complete: Option<i32>,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The type of the failure, such as `JobFailed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What went wrong.
    pub message: String,
    /// The ID of the work in the worker's own system.
    pub external_execution_id: Option<String>,
}

/// A step in the life of a job. `Display` gives it in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it happened.
    pub at: SystemTime,
    /// Whose step it is.
    pub job_id: String,
    /// The state before.
    pub from: Status,
    /// The state after.
    pub to: Status,
    /// What the worker said, if it was a result.
    pub report: Option<Report>,
}

/// The result that a worker put.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Report {
    /// It went well so far.
    Success(Success),
    /// It failed.
    Failure(Failure),
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {}: {} -> {}", self.job_id, self.from, self.to)?;
        match &self.report {
            None => Ok(()),
            Some(Report::Failure(Failure {
                kind,
                message,
                external_execution_id,
            })) => {
                write!(f, ", {}: {message:?}", kind.escape_debug())?;
                labelled(f, "external execution", external_execution_id)
            }
            Some(Report::Success(success)) => {
                labelled(f, "percent complete", &success.percent_complete)?;
                labelled(f, "summary", &success.summary)?;
                labelled(f, "revision", &success.revision)?;
                labelled(f, "external execution", &success.external_execution_id)?;
                labelled(f, "continuation token", &success.continuation_token)
            }
        }
    }
}

/// Text of a worker is written as `Debug` does, so that it stays on the line whatever is in it.
fn labelled<T: fmt::Debug>(
    f: &mut fmt::Formatter<'_>,
    label: &str,
    value: &Option<T>,
) -> fmt::Result {
    value
        .as_ref()
        .map_or(Ok(()), |value| write!(f, ", {label} {value:?}"))
}
