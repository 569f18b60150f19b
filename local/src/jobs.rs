//! The life cycle of jobs, as a state machine: no input, no output, no clock.
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
//! Jobs of custom actions have no client and no token: a poll gives their details at once.
//!
//! A success that carries a continuation token means that the work goes on elsewhere: the job is
//! queued again, with that token in its details and a new nonce. A success without one ends the
//! job, and so does a failure.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

mod job;

pub use job::{ActionType, Artifact, ArtifactCredentials, Client, Job, PipelineContext};

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

/// What shows that a worker may have a job.
#[derive(Clone, Copy, Debug)]
pub enum Access<'a> {
    /// The client token of a third-party job.
    Token(&'a str),
    /// None, for a job of a custom action.
    Account,
}

impl<'a> From<&'a str> for Access<'a> {
    fn from(token: &'a str) -> Self {
        Access::Token(token)
    }
}

impl<'a> From<&'a String> for Access<'a> {
    fn from(token: &'a String) -> Self {
        Access::Token(token)
    }
}

/// All jobs of an endpoint, and what has happened to them.
///
/// Each call takes the time at which it happens: times must not go backwards for timeouts to be
/// right. No call walks over all jobs, but for [`Jobs::entries`].
#[derive(Debug, Default)]
pub struct Jobs {
    action_types: BTreeSet<ActionType>,
    entries: HashMap<String, Entry>,
    /// The numbers of jobs that no worker has, which is the order in which a poll gives them.
    waiting: BTreeMap<ActionType, BTreeMap<u64, String>>,
    /// When jobs in progress time out.
    deadlines: BTreeSet<(SystemTime, String)>,
    last_number: u64,
    events: Vec<Event>,
    /// Jobs that are not as they were when they were last kept.
    changed: BTreeSet<String>,
}

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

/// A third-party job as a poll gives it.
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
    /// The job of the demonstration ([`Job::demo`]). It is in progress, so that its result can be
    /// put at once, and times out in twelve hours.
    pub fn demo(now: SystemTime) -> Self {
        let mut jobs = Self::default();
        let id = jobs.add(Job::demo(), "demo-nonce");
        jobs.advance(&id, Status::InProgress, None, now);
        jobs.events.clear();
        jobs
    }

    /// Jobs as they were kept.
    pub fn kept(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut jobs = Self::default();
        for entry in entries {
            jobs.last_number = jobs.last_number.max(entry.number);
            jobs.insert(entry);
        }
        jobs.changed.clear();
        jobs
    }

    /// Queues a job, and gives its id. Its first nonce is `nonce`. A job with the same ID is
    /// replaced.
    pub fn add(&mut self, job: Job, nonce: impl Into<String>) -> String {
        let nonce = nonce.into();
        let job = job.completed(|| nonce.clone());
        let id = job.id.clone();
        self.last_number += 1;
        let number = self.last_number;
        self.insert(Entry {
            job,
            status: Status::Queued,
            nonce,
            deadline: None,
            report: None,
            number,
        });
        id
    }

    fn insert(&mut self, entry: Entry) {
        let id = entry.job.id.clone();
        if let Some(old) = self.entries.remove(&id) {
            self.unlist(&old);
        }
        self.add_action_type(entry.job.action_type.clone());
        self.list(&entry);
        self.changed.insert(id.clone());
        self.entries.insert(id, entry);
    }

    /// Puts a job where polls and timeouts look for it.
    fn list(&mut self, entry: &Entry) {
        if entry.is_waiting() {
            let waiting = self
                .waiting
                .entry(entry.job.action_type.clone())
                .or_default();
            waiting.insert(entry.number, entry.job.id.clone());
        }
        if let Some(deadline) = entry.deadline {
            self.deadlines.insert((deadline, entry.job.id.clone()));
        }
    }

    fn unlist(&mut self, entry: &Entry) {
        if let Some(waiting) = self.waiting.get_mut(&entry.job.action_type) {
            waiting.remove(&entry.number);
        }
        if let Some(deadline) = entry.deadline {
            self.deadlines.remove(&(deadline, entry.job.id.clone()));
        }
    }

    /// Makes an action type known before its first job comes: workers poll for it from their start.
    pub fn add_action_type(&mut self, action_type: ActionType) {
        self.action_types.insert(action_type);
    }

    /// The state of a job, or nothing if there is no such job.
    pub fn status(&mut self, job_id: &str, now: SystemTime) -> Option<Status> {
        self.entry(job_id, now).map(|entry| entry.status)
    }

    /// A job, or nothing if there is none with this ID.
    pub fn entry(&mut self, job_id: &str, now: SystemTime) -> Option<&Entry> {
        self.expire(now);
        self.entries.get(job_id)
    }

    /// All jobs, in the order in which they were added.
    pub fn entries(&mut self, now: SystemTime) -> Vec<&Entry> {
        self.expire(now);
        let mut entries: Vec<&Entry> = self.entries.values().collect();
        entries.sort_by_key(|entry| entry.number);
        entries
    }

    /// What has happened since this was asked last, oldest first. Ask after each call, or they pile
    /// up.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    /// The jobs that are not as they were when this was asked last.
    pub fn take_changed(&mut self) -> Vec<Entry> {
        let changed = std::mem::take(&mut self.changed);
        changed
            .iter()
            .filter_map(|id| self.entries.get(id))
            .cloned()
            .collect()
    }

    /// The third-party jobs of an action type that no worker has acknowledged, oldest first, at
    /// most `max_batch_size`.
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
        let polled = self.hand_out(action_type, max_batch_size, now, |job| {
            let client_id = job.client.as_ref()?.id.clone();
            Some(PolledJob {
                client_id,
                job_id: job.id.clone(),
            })
        })?;
        Ok(polled.into_iter().map(|(polled, _)| polled).collect())
    }

    /// The jobs of a custom action type that no worker has acknowledged and whose configuration has
    /// these settings, oldest first, at most `max_batch_size`.
    ///
    /// # Errors
    ///
    /// [`Refused::ActionTypeNotFound`]
    pub fn poll_custom(
        &mut self,
        action_type: &ActionType,
        settings: &BTreeMap<String, String>,
        max_batch_size: Option<usize>,
        now: SystemTime,
    ) -> Result<Vec<JobDetails>, Refused> {
        let polled = self.hand_out(action_type, max_batch_size, now, |job| {
            let has = |(name, value): (&String, &String)| {
                job.configuration
                    .get(name)
                    .is_some_and(|set| set.matches(value))
            };
            (job.client.is_none() && settings.iter().all(has)).then(|| job.clone())
        })?;
        Ok(polled
            .into_iter()
            .map(|(job, nonce)| JobDetails { job, nonce })
            .collect())
    }

    /// What is wanted of the jobs that wait, each with its nonce.
    fn hand_out<T>(
        &mut self,
        action_type: &ActionType,
        max_batch_size: Option<usize>,
        now: SystemTime,
        wanted: impl Fn(&Job) -> Option<T>,
    ) -> Result<Vec<(T, String)>, Refused> {
        self.expire(now);
        if !self.action_types.contains(action_type) {
            return Err(Refused::ActionTypeNotFound(action_type.clone()));
        }
        let waiting = self
            .waiting
            .get(action_type)
            .into_iter()
            .flat_map(BTreeMap::values);
        let entries = waiting.filter_map(|id| self.entries.get(id));
        let found = entries.filter_map(|entry| {
            Some((
                entry.job.id.clone(),
                (wanted(&entry.job)?, entry.nonce.clone()),
            ))
        });
        let (ids, polled): (Vec<String>, Vec<_>) =
            found.take(max_batch_size.unwrap_or(usize::MAX)).unzip();
        for id in ids {
            if self
                .entries
                .get(&id)
                .is_some_and(|entry| entry.status == Status::Queued)
            {
                self.advance(&id, Status::Dispatched, None, now);
            }
        }
        Ok(polled)
    }

    /// What a worker needs to do a job. They can be asked for again while the job is in progress.
    ///
    /// # Errors
    ///
    /// [`Refused::JobNotFound`], [`Refused::InvalidClientToken`]
    pub fn details<'a>(
        &mut self,
        job_id: &str,
        access: impl Into<Access<'a>>,
    ) -> Result<JobDetails, Refused> {
        let entry = self.find(job_id, access.into())?;
        Ok(JobDetails {
            job: entry.job.clone(),
            nonce: entry.nonce.clone(),
        })
    }

    /// Takes a job for the worker that comes first with its nonce, and gives the job's new state.
    ///
    /// # Errors
    ///
    /// [`Refused::JobNotFound`], [`Refused::InvalidClientToken`], [`Refused::InvalidNonce`], and
    /// once the job has ended [`Refused::InvalidJobState`]
    pub fn acknowledge<'a>(
        &mut self,
        job_id: &str,
        nonce: &str,
        access: impl Into<Access<'a>>,
        now: SystemTime,
    ) -> Result<Status, Refused> {
        self.expire(now);
        let entry = self.find(job_id, access.into())?;
        match entry.status {
            status @ (Status::Failed | Status::Succeeded | Status::TimedOut) => {
                Err(Refused::InvalidJobState(status))
            }
            Status::Queued | Status::Dispatched if entry.nonce == nonce => Ok(()),
            _ => Err(Refused::InvalidNonce),
        }?;
        self.advance(job_id, Status::InProgress, None, now);
        Ok(Status::InProgress)
    }

    /// Ends a job, or queues it again if `success` has a continuation token: then with the nonce
    /// `next_nonce`.
    ///
    /// # Errors
    ///
    /// [`Refused::JobNotFound`], [`Refused::InvalidClientToken`], [`Refused::InvalidJobState`]
    pub fn put_success<'a>(
        &mut self,
        job_id: &str,
        access: impl Into<Access<'a>>,
        success: Success,
        next_nonce: impl Into<String>,
        now: SystemTime,
    ) -> Result<(), Refused> {
        self.expire(now);
        self.find_in_progress(job_id, access.into())?;
        let continued = success.continuation_token.clone();
        let status = if continued.is_some() {
            Status::Queued
        } else {
            Status::Succeeded
        };
        if let Some(entry) = self.entries.get_mut(job_id)
            && continued.is_some()
        {
            entry.job.continuation_token = continued;
            entry.nonce = next_nonce.into();
        }
        self.advance(job_id, status, Some(Report::Success(success)), now);
        Ok(())
    }

    /// Ends a job that failed.
    ///
    /// # Errors
    ///
    /// [`Refused::JobNotFound`], [`Refused::InvalidClientToken`], [`Refused::InvalidJobState`]
    pub fn put_failure<'a>(
        &mut self,
        job_id: &str,
        access: impl Into<Access<'a>>,
        failure: Failure,
        now: SystemTime,
    ) -> Result<(), Refused> {
        self.expire(now);
        self.find_in_progress(job_id, access.into())?;
        self.advance(job_id, Status::Failed, Some(Report::Failure(failure)), now);
        Ok(())
    }

    /// Ends the jobs whose time is over.
    fn expire(&mut self, now: SystemTime) {
        while let Some((_, id)) = self
            .deadlines
            .first()
            .filter(|(deadline, _)| *deadline <= now)
            .cloned()
        {
            self.advance(&id, Status::TimedOut, None, now);
        }
    }

    /// The one place where a state changes. A job in progress has a deadline, no other has.
    fn advance(&mut self, job_id: &str, to: Status, report: Option<Report>, at: SystemTime) {
        let Some(mut entry) = self.entries.remove(job_id) else {
            return;
        };
        self.unlist(&entry);
        let from = std::mem::replace(&mut entry.status, to);
        entry.deadline = match to {
            Status::InProgress => at.checked_add(entry.job.timeout),
            _ => None,
        };
        if report.is_some() {
            entry.report.clone_from(&report);
        }
        self.list(&entry);
        self.changed.insert(job_id.to_owned());
        self.events.push(Event {
            at,
            job_id: job_id.to_owned(),
            from,
            to,
            report,
        });
        self.entries.insert(job_id.to_owned(), entry);
    }

    fn find(&self, job_id: &str, access: Access<'_>) -> Result<&Entry, Refused> {
        let found = self
            .entries
            .get(job_id)
            .ok_or_else(|| Refused::JobNotFound(job_id.to_owned()))?;
        match (access, &found.job.client) {
            (Access::Token(token), Some(client)) if client.token.matches(token) => Ok(found),
            (Access::Token(_), Some(_)) => Err(Refused::InvalidClientToken),
            (Access::Account, None) => Ok(found),
            // A job of the other kind is none that these operations know.
            _ => Err(Refused::JobNotFound(job_id.to_owned())),
        }
    }

    fn find_in_progress(&self, job_id: &str, access: Access<'_>) -> Result<(), Refused> {
        match self.find(job_id, access)?.status {
            Status::InProgress => Ok(()),
            status => Err(Refused::InvalidJobState(status)),
        }
    }
}

impl Entry {
    fn is_waiting(&self) -> bool {
        matches!(self.status, Status::Queued | Status::Dispatched)
    }
}
