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
use std::time::SystemTime;

mod entry;
mod error;
mod event;
mod job;

pub use entry::Entry;
pub use error::JobError;
pub use event::{Event, Failure, Report, Status, Success};
pub use job::{ActionType, Artifact, ArtifactCredentials, Client, Job, PipelineContext};

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

    /// Jobs as they were saved.
    pub fn restore(entries: impl IntoIterator<Item = Entry>) -> Self {
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

    /// A job, or `None` if no job has this ID.
    pub fn entry(&mut self, job_id: &str, now: SystemTime) -> Option<&Entry> {
        self.expire(now);
        self.entries.get(job_id)
    }

    /// All jobs, in the order in which they were added.
    pub fn entries(&mut self, now: SystemTime) -> Vec<&Entry> {
        self.expire(now);
        let mut entries: Vec<&Entry> = self.entries.values().collect();
        entries.sort_unstable_by_key(|entry| entry.number);
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
    /// [`JobError::ActionTypeNotFound`]
    pub fn poll(
        &mut self,
        action_type: &ActionType,
        max_batch_size: Option<usize>,
        now: SystemTime,
    ) -> Result<Vec<PolledJob>, JobError> {
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
    /// [`JobError::ActionTypeNotFound`]
    pub fn poll_custom(
        &mut self,
        action_type: &ActionType,
        settings: &BTreeMap<String, String>,
        max_batch_size: Option<usize>,
        now: SystemTime,
    ) -> Result<Vec<JobDetails>, JobError> {
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
    ) -> Result<Vec<(T, String)>, JobError> {
        self.expire(now);
        if !self.action_types.contains(action_type) {
            return Err(JobError::ActionTypeNotFound(action_type.clone()));
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

    /// What a worker needs to do a job. It can be requested again while the job is in progress.
    ///
    /// # Errors
    ///
    /// [`JobError::JobNotFound`], [`JobError::InvalidClientToken`]
    pub fn details<'a>(
        &mut self,
        job_id: &str,
        access: impl Into<Access<'a>>,
    ) -> Result<JobDetails, JobError> {
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
    /// [`JobError::JobNotFound`], [`JobError::InvalidClientToken`], [`JobError::InvalidNonce`], and
    /// once the job has ended [`JobError::InvalidJobState`]
    pub fn acknowledge<'a>(
        &mut self,
        job_id: &str,
        nonce: &str,
        access: impl Into<Access<'a>>,
        now: SystemTime,
    ) -> Result<Status, JobError> {
        self.expire(now);
        let entry = self.find(job_id, access.into())?;
        match entry.status {
            status @ (Status::Failed | Status::Succeeded | Status::TimedOut) => {
                Err(JobError::InvalidJobState(status))
            }
            Status::Queued | Status::Dispatched if entry.nonce == nonce => Ok(()),
            _ => Err(JobError::InvalidNonce),
        }?;
        self.advance(job_id, Status::InProgress, None, now);
        Ok(Status::InProgress)
    }

    /// Ends a job, or queues it again if `success` has a continuation token: then with the nonce
    /// `next_nonce`.
    ///
    /// # Errors
    ///
    /// [`JobError::JobNotFound`], [`JobError::InvalidClientToken`], [`JobError::InvalidJobState`]
    pub fn put_success<'a>(
        &mut self,
        job_id: &str,
        access: impl Into<Access<'a>>,
        success: Success,
        next_nonce: impl Into<String>,
        now: SystemTime,
    ) -> Result<(), JobError> {
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
    /// [`JobError::JobNotFound`], [`JobError::InvalidClientToken`], [`JobError::InvalidJobState`]
    pub fn put_failure<'a>(
        &mut self,
        job_id: &str,
        access: impl Into<Access<'a>>,
        failure: Failure,
        now: SystemTime,
    ) -> Result<(), JobError> {
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

    fn find(&self, job_id: &str, access: Access<'_>) -> Result<&Entry, JobError> {
        let found = self
            .entries
            .get(job_id)
            .ok_or_else(|| JobError::JobNotFound(job_id.to_owned()))?;
        match (access, &found.job.client) {
            (Access::Token(token), Some(client)) if client.token.matches(token) => Ok(found),
            (Access::Token(_), Some(_)) => Err(JobError::InvalidClientToken),
            (Access::Account, None) => Ok(found),
            // These operations don't know jobs of the other kind.
            _ => Err(JobError::JobNotFound(job_id.to_owned())),
        }
    }

    fn find_in_progress(&self, job_id: &str, access: Access<'_>) -> Result<(), JobError> {
        match self.find(job_id, access)?.status {
            Status::InProgress => Ok(()),
            status => Err(JobError::InvalidJobState(status)),
        }
    }
}
