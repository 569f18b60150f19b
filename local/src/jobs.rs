//! The life cycle of third-party jobs, as a state machine: no input, no output, no clock.
//!
//! ```text
//!            poll            acknowledge
//! ─▶ Queued ──────▶ Dispatched ──────────▶ InProgress ─┬─ put_success ──────▶ Succeeded
//!      ▲                                               ├─ put_failure ──────▶ Failed
//!      │                                               ├─ its time is over ─▶ TimedOut
//!      └───── put_success with a continuation token ───┘
//! ```
//!
//! A worker polls for the jobs of an action type and gets a client ID and a job ID for each. The
//! client ID tells it which client token to use, and with that token it asks for the details: what
//! to do, and the nonce. Acknowledging with the nonce takes the job; whoever comes later with the
//! same nonce is refused, so that only one worker has the job. Until then the job is handed out at
//! each poll.
//!
//! A success that carries a continuation token means that the work goes on elsewhere: the job is
//! queued again, with that token in its details and a new nonce. A success without one ends the
//! job, and so does a failure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, SystemTime};

use crate::Secret;

/// A job as a pipeline makes it: what [`Jobs::add`] takes and [`Jobs::details`] gives.
#[derive(Clone, Debug)]
pub struct Job {
    /// Identifies the job in each call of a worker.
    pub id: String,
    /// Tells a worker which client token belongs to the job.
    pub client_id: String,
    /// Shows that a worker may have the job.
    pub client_token: Secret,
    /// The kind of work, for which workers poll.
    pub action_type: ActionType,
    /// The action's settings by name. A value may be a secret.
    pub configuration: BTreeMap<String, Secret>,
    /// Where in the pipeline the action is.
    pub pipeline: PipelineContext,
    /// What the action works on.
    pub input_artifacts: Vec<Artifact>,
    /// What the action makes.
    pub output_artifacts: Vec<Artifact>,
    /// The keys to the bucket of the artifacts.
    pub artifact_credentials: Option<ArtifactCredentials>,
    /// The token of the last success that carried one.
    pub continuation_token: Option<String>,
    /// How long a worker may take from acknowledging the job to its result.
    pub timeout: Duration,
}

/// A kind of action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionType {
    /// What the action does in a pipeline, such as `Test`.
    pub category: String,
    /// Who made it: `ThirdParty` here.
    pub owner: String,
    /// The name of the service that does the work.
    pub provider: String,
    /// The version of the action type.
    pub version: String,
}

impl fmt::Display for ActionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{}", self.category, self.owner, self.provider, self.version)
    }
}

/// The place of an action. Third-party jobs are not told the pipeline's ARN nor the ID of its
/// execution.
#[derive(Clone, Debug)]
pub struct PipelineContext {
    /// The pipeline's name.
    pub pipeline_name: String,
    /// The name of the stage in the pipeline.
    pub stage_name: String,
    /// The name of the action in the stage.
    pub action_name: String,
    /// The ID of this run of the action.
    pub action_execution_id: String,
}

/// A file that goes into or comes out of an action.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// The name that the pipeline gives it.
    pub name: String,
    /// Which version of it, such as a commit.
    pub revision: Option<String>,
    /// The S3 bucket that holds it.
    pub bucket: String,
    /// The key of its object in the bucket.
    pub object_key: String,
}

/// Temporary credentials.
#[derive(Clone, Debug)]
pub struct ArtifactCredentials {
    /// The public name of the key.
    pub access_key_id: Secret,
    /// The key that signs.
    pub secret_access_key: Secret,
    /// The token that goes with each request.
    pub session_token: Secret,
}

/// Where a job is in its life, in the service's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The type of the failure, such as `JobFailed`.
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
#[derive(Clone, Debug, PartialEq, Eq)]
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
            Some(Report::Failure(Failure { kind, message, external_execution_id })) => {
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
fn labelled<T: fmt::Debug>(f: &mut fmt::Formatter<'_>, label: &str, value: &Option<T>) -> fmt::Result {
    value.as_ref().map_or(Ok(()), |value| write!(f, ", {label} {value:?}"))
}

/// Why a call is refused: the service error to answer with. `Display` gives the error's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No action type has these four parts.
    ActionTypeNotFound(ActionType),
    /// No job has this ID.
    JobNotFound(String),
    /// The client token is not the job's.
    InvalidClientToken,
    /// The nonce is not the job's, or has been used.
    InvalidNonce,
    /// A result is not due in this state.
    InvalidJobState(Status),
}

impl Refused {
    /// The code of the service error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ActionTypeNotFound(_) => "ActionTypeNotFoundException",
            Self::JobNotFound(_) => "JobNotFoundException",
            Self::InvalidClientToken => "InvalidClientTokenException",
            Self::InvalidNonce => "InvalidNonceException",
            Self::InvalidJobState(_) => "InvalidJobStateException",
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ActionTypeNotFound(action_type) => write!(f, "There is no action type {action_type}."),
            Self::JobNotFound(id) => write!(f, "There is no job with the ID '{id}'."),
            Self::InvalidClientToken => f.write_str("The client token does not belong to the job."),
            Self::InvalidNonce => {
                f.write_str("The nonce is not the job's, or has been used: get the job's details for the current one.")
            }
            Self::InvalidJobState(status @ (Status::Queued | Status::Dispatched)) => {
                write!(f, "The job is {status}: acknowledge it before you put its result.")
            }
            Self::InvalidJobState(status) => write!(f, "The job is {status}: its result has been settled."),
        }
    }
}

impl std::error::Error for Refused {}

/// All jobs of an endpoint, and what has happened to them.
///
/// Each call takes the time at which it happens: times must not go backwards for timeouts to be
/// right.
#[derive(Debug, Default)]
pub struct Jobs {
    action_types: BTreeSet<ActionType>,
    /// In the order in which they were added, which is the order of a poll. They are few: a search
    /// is a walk.
    entries: Vec<Entry>,
    events: Vec<Event>,
}

#[derive(Debug)]
struct Entry {
    job: Job,
    status: Status,
    nonce: String,
    /// When an acknowledged job times out.
    deadline: Option<SystemTime>,
}

/// A job as a poll gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolledJob {
    /// Tells which client token belongs to the job.
    pub client_id: String,
    /// Identifies the job.
    pub job_id: String,
}

/// A job as its details give it.
#[derive(Clone, Debug)]
pub struct JobDetails {
    /// What is to be done.
    pub job: Job,
    /// What acknowledges the job, once.
    pub nonce: String,
}

impl Jobs {
    /// The job of the demonstration: `demo-job` with the client token `demo-token`. It is in
    /// progress, so that its result can be put at once, and times out in twelve hours.
    pub fn demo(now: SystemTime) -> Self {
        let mut jobs = Self::default();
        jobs.add(demo_job(), "demo-nonce");
        if let Some(entry) = jobs.entries.last_mut() {
            entry.begin(now);
        }
        jobs
    }

    /// Queues a job. Its first nonce is `nonce`. A job with the same ID is replaced.
    pub fn add(&mut self, job: Job, nonce: impl Into<String>) {
        self.add_action_type(job.action_type.clone());
        self.entries.retain(|entry| entry.job.id != job.id);
        self.entries.push(Entry { job, status: Status::Queued, nonce: nonce.into(), deadline: None });
    }

    /// Makes an action type known before its first job comes: workers poll for it from their start.
    pub fn add_action_type(&mut self, action_type: ActionType) {
        self.action_types.insert(action_type);
    }

    /// The state of a job, or nothing if there is no such job.
    pub fn status(&mut self, job_id: &str, now: SystemTime) -> Option<Status> {
        self.expire(now);
        self.entries.iter().find(|entry| entry.job.id == job_id).map(|entry| entry.status)
    }

    /// What has happened since this was asked last, oldest first. Ask after each call, or they pile
    /// up.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The jobs of an action type that no worker has acknowledged, oldest first, at most
    /// `max_batch_size`.
    ///
    /// # Errors
    ///
    /// [`Refused::ActionTypeNotFound`]
    pub fn poll(
        &mut self,
        action_type: &ActionType,
        max_batch_size: Option<usize>,
        now: SystemTime,
    ) -> Result<Vec<PolledJob>, Refused> {
        self.expire(now);
        if !self.action_types.contains(action_type) {
            return Err(Refused::ActionTypeNotFound(action_type.clone()));
        }
        let waiting = self
            .entries
            .iter_mut()
            .filter(|entry| entry.is_waiting() && entry.job.action_type == *action_type)
            .take(max_batch_size.unwrap_or(usize::MAX));
        let mut polled = Vec::new();
        for entry in waiting {
            if entry.status == Status::Queued {
                self.events.push(entry.advance(Status::Dispatched, None, now));
            }
            polled.push(PolledJob { client_id: entry.job.client_id.clone(), job_id: entry.job.id.clone() });
        }
        Ok(polled)
    }

    /// What a worker needs to do a job. They can be asked for again while the job is in progress.
    ///
    /// # Errors
    ///
    /// [`Refused::JobNotFound`], [`Refused::InvalidClientToken`]
    pub fn details(&mut self, job_id: &str, client_token: &str) -> Result<JobDetails, Refused> {
        let entry = find(&mut self.entries, job_id, client_token)?;
        Ok(JobDetails { job: entry.job.clone(), nonce: entry.nonce.clone() })
    }

    /// Takes a job for the worker that comes first with its nonce, and gives the job's new state.
    ///
    /// # Errors
    ///
    /// [`Refused::JobNotFound`], [`Refused::InvalidClientToken`], [`Refused::InvalidNonce`]
    pub fn acknowledge(
        &mut self,
        job_id: &str,
        nonce: &str,
        client_token: &str,
        now: SystemTime,
    ) -> Result<Status, Refused> {
        let entry = find(&mut self.entries, job_id, client_token)?;
        if !entry.is_waiting() || entry.nonce != nonce {
            return Err(Refused::InvalidNonce);
        }
        let event = entry.begin(now);
        self.events.push(event);
        Ok(Status::InProgress)
    }

    /// Ends a job, or queues it again if `success` has a continuation token: then with the nonce
    /// `next_nonce`.
    ///
    /// # Errors
    ///
    /// [`Refused::JobNotFound`], [`Refused::InvalidClientToken`], [`Refused::InvalidJobState`]
    pub fn put_success(
        &mut self,
        job_id: &str,
        client_token: &str,
        success: Success,
        next_nonce: impl Into<String>,
        now: SystemTime,
    ) -> Result<(), Refused> {
        self.expire(now);
        let entry = find_in_progress(&mut self.entries, job_id, client_token)?;
        let status = match &success.continuation_token {
            Some(token) => {
                entry.job.continuation_token = Some(token.clone());
                entry.nonce = next_nonce.into();
                Status::Queued
            }
            None => Status::Succeeded,
        };
        let event = entry.advance(status, Some(Report::Success(success)), now);
        self.events.push(event);
        Ok(())
    }

    /// Ends a job that failed.
    ///
    /// # Errors
    ///
    /// [`Refused::JobNotFound`], [`Refused::InvalidClientToken`], [`Refused::InvalidJobState`]
    pub fn put_failure(
        &mut self,
        job_id: &str,
        client_token: &str,
        failure: Failure,
        now: SystemTime,
    ) -> Result<(), Refused> {
        self.expire(now);
        let entry = find_in_progress(&mut self.entries, job_id, client_token)?;
        let event = entry.advance(Status::Failed, Some(Report::Failure(failure)), now);
        self.events.push(event);
        Ok(())
    }

    /// Ends the jobs whose time is over.
    fn expire(&mut self, now: SystemTime) {
        for entry in &mut self.entries {
            if entry.deadline.is_some_and(|deadline| deadline <= now) {
                self.events.push(entry.advance(Status::TimedOut, None, now));
            }
        }
    }
}

fn find<'a>(entries: &'a mut [Entry], job_id: &str, client_token: &str) -> Result<&'a mut Entry, Refused> {
    match entries.iter_mut().find(|entry| entry.job.id == job_id) {
        None => Err(Refused::JobNotFound(job_id.to_owned())),
        Some(entry) if entry.job.client_token.matches(client_token) => Ok(entry),
        Some(_) => Err(Refused::InvalidClientToken),
    }
}

fn find_in_progress<'a>(entries: &'a mut [Entry], job_id: &str, client_token: &str) -> Result<&'a mut Entry, Refused> {
    match find(entries, job_id, client_token)? {
        entry if entry.status == Status::InProgress => Ok(entry),
        entry => Err(Refused::InvalidJobState(entry.status)),
    }
}

impl Entry {
    fn is_waiting(&self) -> bool {
        matches!(self.status, Status::Queued | Status::Dispatched)
    }

    /// Puts the job in progress and starts its time.
    fn begin(&mut self, now: SystemTime) -> Event {
        let event = self.advance(Status::InProgress, None, now);
        self.deadline = now.checked_add(self.job.timeout);
        event
    }

    /// The one place where a state changes. No state but `InProgress` has a deadline.
    fn advance(&mut self, to: Status, report: Option<Report>, at: SystemTime) -> Event {
        let from = std::mem::replace(&mut self.status, to);
        self.deadline = None;
        Event { at, job_id: self.job.id.clone(), from, to, report }
    }
}

fn demo_job() -> Job {
    let artifact = |name: &str| Artifact {
        name: name.to_owned(),
        revision: None,
        bucket: "demo-artifacts".to_owned(),
        object_key: format!("demo-pipeline/{name}.zip"),
    };
    Job {
        id: "demo-job".to_owned(),
        client_id: "00000000-0000-4000-8000-000000000001".to_owned(),
        client_token: "demo-token".into(),
        action_type: ActionType {
            category: "Test".to_owned(),
            owner: "ThirdParty".to_owned(),
            provider: "Demo".to_owned(),
            version: "1".to_owned(),
        },
        configuration: BTreeMap::from([("Suite".to_owned(), "all".into())]),
        pipeline: PipelineContext {
            pipeline_name: "demo-pipeline".to_owned(),
            stage_name: "Test".to_owned(),
            action_name: "RunTests".to_owned(),
            action_execution_id: "00000000-0000-4000-8000-000000000002".to_owned(),
        },
        input_artifacts: vec![artifact("BuildOutput")],
        output_artifacts: vec![artifact("TestReport")],
        artifact_credentials: None,
        continuation_token: None,
        timeout: Duration::from_secs(12 * 60 * 60),
    }
}
