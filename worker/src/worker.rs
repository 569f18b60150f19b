//! [`Worker`]: takes jobs, has them done, and puts their results.

use crate::job::{Access, Job};
use crate::outcome::{Outcome, Success};
use crate::report::{Ended, Event};
use crate::tokens::ClientTokens;
use opsmith_codepipeline::{
    AcknowledgeThirdPartyJobInput, ActionTypeId, Client, Error, ErrorCode, FailureType, JobStatus,
    PollForThirdPartyJobsInput, PutThirdPartyJobFailureResultInput,
    PutThirdPartyJobSuccessResultInput, ThirdPartyJob,
};
use opsmith_runtime::retry::{Sleep, TokioSleep};
use std::collections::HashSet;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The longest pause after a failure.
const LONGEST: Duration = Duration::from_secs(60);
/// How often a result is sent before it is given up.
const ATTEMPTS: u32 = 8;

/// The jobs that a worker knows.
#[derive(Default)]
struct Known {
    in_hand: HashSet<String>,
    /// Left to others, for a while.
    left: HashSet<String>,
}

impl Known {
    fn of(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
        known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(known: &Mutex<Known>) -> (usize, usize) {
        let known = Known::of(known);
        (known.in_hand.len(), known.left.len())
    }

    /// Takes a job in hand, if it is not known yet.
    fn begin(known: &Mutex<Known>, id: &str) -> bool {
        let mut known = Known::of(known);
        !known.left.contains(id) && known.in_hand.insert(id.to_owned())
    }

    /// A job is in hand no longer, and forgotten or left.
    fn end(known: &Mutex<Known>, id: &str, forgotten: bool) {
        let mut known = Known::of(known);
        known.in_hand.remove(id);
        if forgotten {
            known.left.remove(id)
        } else {
            known.left.insert(id.to_owned())
        };
    }
}

/// A worker for the jobs of one action type.
#[derive(Clone)]
pub struct Worker {
    client: Client,
    action_type: ActionTypeId,
    tokens: Arc<dyn ClientTokens>,
    concurrency: usize,
    deadline: Duration,
    interval: Duration,
    once: bool,
    sleep: Arc<dyn Sleep>,
    on_event: Arc<dyn Fn(&Event<'_>) + Send + Sync>,
}

impl std::fmt::Debug for Worker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Worker")
            .field("action_type", &self.action_type)
            .finish_non_exhaustive()
    }
}

impl Worker {
    /// A worker for the jobs of an action type, one at a time, each for an hour at most.
    pub fn new(
        client: Client,
        action_type: ActionTypeId,
        tokens: impl ClientTokens + 'static,
    ) -> Self {
        Worker {
            client,
            action_type,
            tokens: Arc::new(tokens),
            concurrency: 1,
            deadline: Duration::from_secs(60 * 60),
            interval: Duration::from_secs(5),
            once: false,
            sleep: Arc::new(TokioSleep),
            on_event: Arc::new(|_| {}),
        }
    }

    /// Has so many jobs in hand at most.
    #[must_use]
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.concurrency = jobs.max(1);
        self
    }

    /// Gives each job so much time; then it fails.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Pauses so long between polls when there is nothing to do.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Ends when there are no jobs left, rather than to wait for more.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// What passes between two polls or attempts, for tests that don't wait.
    #[must_use]
    pub fn sleep(mut self, sleep: Arc<dyn Sleep>) -> Self {
        self.sleep = sleep;
        self
    }

    /// Is told what happens.
    #[must_use]
    pub fn on_event(mut self, tell: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.on_event = Arc::new(tell);
        self
    }

    /// Works until `stop` is done, which may be a signal. Jobs in hand are given up then, and get a
    /// failure result, before this returns.
    ///
    /// # Errors
    ///
    /// Polling fails for a reason that does not pass: the action type is not known, the signature
    /// is refused.
    pub async fn run<H, F>(&self, handler: H, stop: impl Future<Output = ()>) -> Result<(), Error>
    where
        H: Fn(Job) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let (stopping, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let worked = tokio::select! {
            worked = self.work(Arc::new(handler), &mut tasks, &stopped) => worked,
            () = stop => Ok(()),
        };
        // Nobody listens when no job is in hand.
        let _ = stopping.send(true);
        while tasks.join_next().await.is_some() {}
        worked
    }

    /// Polls and takes jobs.
    async fn work<H, F>(
        &self,
        handler: Arc<H>,
        tasks: &mut JoinSet<()>,
        stopped: &watch::Receiver<bool>,
    ) -> Result<(), Error>
    where
        H: Fn(Job) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let known: Arc<Mutex<Known>> = Arc::default();
        let mut failures = 0;
        loop {
            while tasks.try_join_next().is_some() {}
            let (in_hand, left) = Known::count(&known);
            let free = self.concurrency.saturating_sub(in_hand);
            if free == 0 {
                tasks.join_next().await;
                continue;
            }
            // Those that are known already may come first.
            let polled = match self.poll(free + in_hand + left).await {
                Ok(polled) => polled,
                Err(error) if passes(&error) => {
                    (self.on_event)(&Event::PollFailed(&error));
                    self.back_off(&mut failures).await;
                    continue;
                }
                Err(error) => return Err(error),
            };
            (self.on_event)(&Event::Polled(polled.len()));
            failures = 0;
            let mut taken = 0;
            for job in polled {
                let (Some(id), Some(client_id)) = (job.job_id, job.client_id) else {
                    continue;
                };
                if taken < free && Known::begin(&known, &id) {
                    taken += 1;
                    let worker = self.clone();
                    let handler = Arc::clone(&handler);
                    let known = Arc::clone(&known);
                    let stopped = stopped.clone();
                    tasks.spawn(async move {
                        worker.job(&id, &client_id, handler, &known, stopped).await
                    });
                }
            }
            match taken {
                0 if self.once && tasks.is_empty() => return Ok(()),
                0 if self.once => drop(tasks.join_next().await),
                0 => self.wait(self.interval).await,
                _ => {}
            }
        }
    }

    /// One job. One that is left to others is not tried again at once, or not at all by a worker
    /// that ends.
    async fn job<H, F>(
        &self,
        id: &str,
        client_id: &str,
        handler: Arc<H>,
        known: &Mutex<Known>,
        mut stopped: watch::Receiver<bool>,
    ) where
        H: Fn(Job) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let taken = self.one(id, client_id, handler, stopped.clone()).await;
        Known::end(known, id, taken);
        if !taken && !self.once {
            tokio::select! {
                () = self.wait(self.interval) => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
            Known::end(known, id, true);
        }
    }

    async fn poll(&self, most: usize) -> Result<Vec<ThirdPartyJob>, Error> {
        let most = i32::try_from(most).unwrap_or(i32::MAX);
        let input = PollForThirdPartyJobsInput::new(self.action_type.clone()).max_batch_size(most);
        Ok(self
            .client
            .poll_for_third_party_jobs(input)
            .await?
            .jobs
            .unwrap_or_default())
    }

    async fn wait(&self, time: Duration) {
        self.sleep.sleep(time, time).await;
        // A pause of a test takes no time; others must come to work yet.
        tokio::task::yield_now().await;
    }

    /// Pauses twice as long after each failure.
    async fn back_off(&self, failures: &mut u32) {
        let time = Duration::from_secs(1)
            .saturating_mul(1 << (*failures).min(10))
            .min(LONGEST);
        *failures += 1;
        self.wait(time).await;
    }

    /// One job, from its client's token to its result; whether it was taken.
    async fn one<H, F>(
        &self,
        id: &str,
        client_id: &str,
        handler: Arc<H>,
        stopped: watch::Receiver<bool>,
    ) -> bool
    where
        H: Fn(Job) -> F + Send + Sync + 'static,
        F: Future<Output = Outcome> + Send + 'static,
    {
        let job = match self.take(id, client_id).await {
            Ok(job) => job,
            Err(why) => {
                tracing::debug!(target: "opsmith", job = id, why, "left");
                (self.on_event)(&Event::Left(id, &why));
                return false;
            }
        };
        (self.on_event)(&Event::Taken(id));
        let access = job.access.clone();
        // Called within the future, so that a panic on the way to it is one of the action too.
        let outcome = self
            .outcome(async move { handler(job).await }, stopped)
            .await
            .clipped();
        let ended = self.put(id, &access, outcome).await;
        tracing::debug!(target: "opsmith", job = id, ?ended, "ended");
        (self.on_event)(&Event::Ended(id, &ended));
        true
    }

    /// Takes the job, or says why it is left to others.
    async fn take(&self, id: &str, client_id: &str) -> Result<Job, String> {
        let token = self
            .tokens
            .client_token(client_id)
            .await
            .map_err(|error| format!("no client token: {error}"))?;
        let token = token.ok_or_else(|| format!("the client {client_id:?} is not known"))?;
        let access = Access {
            client: self.client.clone(),
            token,
        };
        let details = access
            .details(id)
            .await
            .map_err(|error| error.to_string())?;
        let nonce = details.nonce.unwrap_or_default();
        self.acknowledge(id, &nonce, &access).await?;
        Ok(Job {
            id: id.to_owned(),
            access,
            data: details.data.unwrap_or_default(),
        })
    }

    /// Acknowledges the job, again when it is not known whether that has arrived.
    async fn acknowledge(&self, id: &str, nonce: &str, access: &Access) -> Result<(), String> {
        let mut unclear = false;
        let mut failures = 0;
        loop {
            let input = AcknowledgeThirdPartyJobInput::new(id, nonce, &*access.token);
            let error = match self.client.acknowledge_third_party_job(input).await {
                Ok(output) if output.status == Some(JobStatus::InProgress) => return Ok(()),
                Ok(output) => {
                    let state = output
                        .status
                        .map_or_else(String::new, |state| state.to_string());
                    return Err(format!("its state is {state}"));
                }
                Err(error) => error,
            };
            unclear |= is_unclear(&error);
            // The nonce was used up, as it seems by an earlier attempt of this very call. If nobody
            // did the job, it would be stuck until its time is over; that another worker came
            // between is the rarer case, and then it is done twice.
            if unclear && ErrorCode::of(&error) == Some(ErrorCode::InvalidNonceException) {
                tracing::warn!(target: "opsmith", job = id, "taken by an attempt whose answer was lost, as it seems");
                return Ok(());
            }
            if !passes(&error) || failures + 1 == ATTEMPTS {
                return Err(error.to_string());
            }
            unclear |= !is_throttling(&error);
            self.back_off(&mut failures).await;
        }
    }

    /// What the handler makes of the job: a failure when it panics, takes too long, or the worker
    /// is stopped.
    async fn outcome<F>(&self, work: F, mut stopped: watch::Receiver<bool>) -> Outcome
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let failed = |message: &str| Outcome::failure(FailureType::JobFailed, message);
        // A task of its own, so that a panic ends there.
        let mut task = tokio::spawn(work);
        let outcome = tokio::select! {
            done = &mut task => return done.unwrap_or_else(|error| if error.is_panic() { failed("the action panicked") } else { failed("the action was cancelled") }),
            () = tokio::time::sleep(self.deadline) => {
                failed(&format!("the action took longer than {} seconds", self.deadline.as_secs_f64()))
            }
            _ = stopped.wait_for(|stopped| *stopped) => failed("the worker was stopped"),
        };
        task.abort();
        outcome
    }

    /// Puts the result, again when it is not known to have arrived.
    async fn put(&self, id: &str, access: &Access, outcome: Outcome) -> Ended {
        let mut failures = 0;
        loop {
            let error = match self.send(id, access, outcome.clone()).await {
                Ok(()) => return ended(outcome),
                Err(error) => error,
            };
            let unclear = failures > 0 || is_unclear(&error);
            if ErrorCode::of(&error) == Some(ErrorCode::InvalidJobStateException) {
                return if unclear {
                    Ended::Unknown(error)
                } else {
                    Ended::Refused(error)
                };
            }
            if !passes(&error) || failures + 1 == ATTEMPTS {
                return Ended::Refused(error);
            }
            self.back_off(&mut failures).await;
        }
    }

    async fn send(&self, id: &str, access: &Access, outcome: Outcome) -> Result<(), Error> {
        match outcome {
            Outcome::Failure(failure) => {
                let input = PutThirdPartyJobFailureResultInput::new(id, &*access.token, failure);
                self.client
                    .put_third_party_job_failure_result(input)
                    .await
                    .map(drop)
            }
            Outcome::Success(Success {
                continuation_token,
                revision,
                details,
            }) => {
                let mut input = PutThirdPartyJobSuccessResultInput::new(id, &*access.token)
                    .execution_details(details);
                (input.continuation_token, input.current_revision) = (continuation_token, revision);
                self.client
                    .put_third_party_job_success_result(input)
                    .await
                    .map(drop)
            }
        }
    }
}

/// Whether an earlier attempt of the call may have taken effect.
fn is_unclear(error: &Error) -> bool {
    error.service().is_some_and(|error| error.attempts.unclear)
}

fn ended(outcome: Outcome) -> Ended {
    match outcome {
        Outcome::Failure(failure) => Ended::Failed(failure.message),
        Outcome::Success(success) if success.continuation_token.is_some() => Ended::Continued,
        Outcome::Success(_) => Ended::Succeeded,
    }
}

/// Whether the error may be gone later: of the network, of the rate, of the service.
fn passes(error: &Error) -> bool {
    match error {
        Error::Transport(_) | Error::Response(_) => true,
        Error::Service(service) => service.status >= 500 || is_throttling(error),
        _ => false,
    }
}

/// Whether the call was refused for its rate, and so has done nothing.
fn is_throttling(error: &Error) -> bool {
    error
        .service()
        .is_some_and(|error| error.status == 429 || error.code.contains("Throttl"))
}
