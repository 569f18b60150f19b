//! What the commands `local job …` ask of an endpoint: signed requests of their own, beside those
//! of the service.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::endpoint::{Service, ServiceError, error};
use crate::jobs::{Event, Job};
use crate::operations;
use crate::server::Request;

/// What stands before the name of a request in `x-amz-target`.
pub const TARGET_PREFIX: &str = "OpsmithLocal";

/// Steps of jobs that can still be asked for.
const MOST_STEPS: usize = 10_000;
/// How long a request for steps waits for one.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// How often it looks.
const PAUSE: Duration = Duration::from_millis(50);

/// The last steps of jobs, numbered from 1.
#[derive(Debug, Default)]
pub(crate) struct Told {
    steps: VecDeque<(u64, Value)>,
    last: u64,
}

impl Told {
    pub(crate) fn add(&mut self, event: &Event) {
        self.last += 1;
        let step = json!({
            "number": self.last, "jobId": event.job_id, "from": event.from, "to": event.to, "text": event.to_string(),
        });
        self.steps.push_back((self.last, step));
        if self.steps.len() > MOST_STEPS {
            self.steps.pop_front();
        }
    }

    fn after(&self, number: u64) -> Vec<&Value> {
        self.steps
            .iter()
            .filter(|(at, _)| *at > number)
            .map(|(_, step)| step)
            .collect()
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Administration {
    AddJobs,
    ListJobs,
    GetJob,
    ListSteps,
}

/// What the request asks for, if it is one of these.
pub(crate) fn find(request: &Request) -> Option<Administration> {
    let target = request.headers().get("x-amz-target")?.to_str().ok()?;
    match target.strip_prefix(TARGET_PREFIX)?.strip_prefix('.')? {
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
    /// The number of the last step that is known; the next to come when it is left out.
    after: Option<u64>,
}

impl Administration {
    pub(crate) async fn run(
        self,
        service: &Service,
        body: &[u8],
        now: SystemTime,
    ) -> Result<Vec<u8>, ServiceError> {
        let answer = match self {
            Administration::AddJobs => {
                let Definitions { jobs } = read(body)?;
                check(&jobs).map_err(|problem| error("ValidationException", problem))?;
                let mut state = service.state();
                let ids: Vec<String> = jobs
                    .into_iter()
                    .map(|job| {
                        let nonce = state.ids.fresh();
                        state.jobs.add(job, nonce)
                    })
                    .collect();
                json!({ "jobIds": ids })
            }
            Administration::ListJobs => json!({ "jobs": service.state().jobs.entries(now) }),
            Administration::GetJob => {
                let Named { job_id } = read(body)?;
                let mut state = service.state();
                let entry = state.jobs.entry(&job_id, now);
                json!(entry.ok_or_else(|| error(
                    "JobNotFoundException",
                    format!("There is no job with the ID '{job_id}'.")
                ))?)
            }
            Administration::ListSteps => {
                let After { after } = read(body)?;
                steps(service, after).await
            }
        };
        Ok(answer.to_string().into_bytes())
    }
}

/// The steps after a number, once there are some, or after a while.
async fn steps(service: &Service, after: Option<u64>) -> Value {
    let after = after.unwrap_or_else(|| service.state().told.last);
    let mut waited = Duration::ZERO;
    loop {
        {
            let state = service.state();
            let steps = state.told.after(after);
            if !steps.is_empty() || waited >= LONGEST_WAIT {
                return json!({ "steps": steps, "last": state.told.last });
            }
        }
        tokio::time::sleep(PAUSE).await;
        waited += PAUSE;
    }
}

fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, ServiceError> {
    serde_json::from_slice(body)
        .map_err(|problem| error("SerializationException", problem.to_string()))
}

/// Definitions of jobs, as a file of them has them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definitions {
    /// The jobs.
    pub jobs: Vec<Job>,
}

impl Definitions {
    /// Reads definitions from JSON.
    ///
    /// # Errors
    ///
    /// What is wrong with them, and where.
    pub fn from_json(text: &str) -> Result<Self, String> {
        let mut json = serde_json::Deserializer::from_str(text);
        let read: Result<Self, _> = serde_path_to_error::deserialize(&mut json);
        let definitions = read.map_err(|error| format!("{}: {}", error.path(), error.inner()))?;
        check(&definitions.jobs).map(|()| definitions)
    }
}

/// Whether a worker can poll for each job and acknowledge it: its requests must be as the model
/// says.
fn check(jobs: &[Job]) -> Result<(), String> {
    for (index, job) in jobs.iter().enumerate() {
        if let Some(violation) = operations::violations(job).first() {
            return Err(format!(
                "jobs[{index}]: no worker can take the job {:?}: {violation}",
                job.id
            ));
        }
    }
    Ok(())
}
