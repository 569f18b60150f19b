//! What the commands `local job …` ask of an endpoint: signed requests that are not the service's.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Value, json};

use super::jobs::{Entry, JobError};
use super::{Definitions, JobService};
use crate::backend::ServiceError;

/// How long a request for steps waits for one.
const MAX_WAIT: Duration = Duration::from_secs(20);
/// How often it looks.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

#[derive(Clone, Copy)]
pub(super) enum Administration {
    AddJobs,
    ListJobs,
    GetJob,
    ListSteps,
}

/// The request of this name.
pub(super) fn find(name: &str) -> Option<Administration> {
    match name {
        "AddJobs" => Some(Administration::AddJobs),
        "ListJobs" => Some(Administration::ListJobs),
        "GetJob" => Some(Administration::GetJob),
        "ListSteps" => Some(Administration::ListSteps),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Named {
    job_id: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    /// The number of the last step that is known. Without it, only new steps are listed.
    after: Option<u64>,
}

impl Administration {
    pub(super) async fn run(
        self,
        service: &JobService,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Vec<u8>, ServiceError> {
        let answer = match self {
            Administration::AddJobs => {
                let definitions: Definitions = read(body)?;
                definitions
                    .check()
                    .map_err(|error| invalid("ValidationException", &error))?;
                let mut state = service.state();
                let ids: Vec<String> = definitions
                    .jobs
                    .into_iter()
                    .map(|job| {
                        let nonce = state.ids.fresh();
                        state.jobs.add(job, nonce)
                    })
                    .collect();
                json!({ "jobIds": ids })
            }
            Administration::ListJobs => {
                let mut state = service.state();
                let entries = state.jobs.entries(now).into_iter();
                json!({ "jobs": entries.map(Entry::redacted).collect::<Vec<_>>() })
            }
            Administration::GetJob => {
                let Named { job_id } = read(body)?;
                let mut state = service.state();
                let entry = state.jobs.entry(&job_id, now).map(Entry::redacted);
                json!(entry.ok_or(JobError::JobNotFound(job_id))?)
            }
            Administration::ListSteps => {
                let After { after } = read(body)?;
                steps(service, after).await
            }
        };
        Ok(answer.to_string().into_bytes())
    }
}

/// The steps after a number: as soon as there are some, or none after a while.
async fn steps(service: &JobService, after: Option<u64>) -> Value {
    let after = after.unwrap_or_else(|| service.state().events.last());
    let mut waited = Duration::ZERO;
    loop {
        {
            let state = service.state();
            let steps = state.events.after(after);
            if !steps.is_empty() || waited >= MAX_WAIT {
                return json!({ "steps": steps, "last": state.events.last() });
            }
        }
        tokio::time::sleep(POLL_INTERVAL).await;
        waited += POLL_INTERVAL;
    }
}

fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, ServiceError> {
    serde_json::from_slice(body).map_err(|problem| invalid("SerializationException", &problem))
}

fn invalid(code: &'static str, problem: &dyn Display) -> ServiceError {
    ServiceError::new(code, problem.to_string())
}
