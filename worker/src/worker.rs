//! [`Worker`]: polls for jobs and hands them to the handler.

mod failures;
mod known;
mod steps;

use crate::job::Job;
use crate::outcome::Outcome;
use crate::report::Event;
use crate::tokens::ClientTokens;
use failures::is_transient;
use known::Known;
use opsmith_codepipeline::{
    ActionTypeId, Client, Error, PollForThirdPartyJobsInput, ThirdPartyJob,
};
use opsmith_runtime::retry::{Sleep, TokioSleep};
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// The longest pause after a failure.
const MAX_BACKOFF: Duration = Duration::from_secs(60);

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

    /// Sets the number of jobs to run at once (default: 1).
    #[must_use]
    pub fn concurrency(mut self, jobs: usize) -> Self {
        self.concurrency = jobs.max(1);
        self
    }

    /// Sets how long a job may take before it fails (default: an hour).
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the pause between polls when there is nothing to do (default: 5 seconds).
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Makes [`run`](Self::run) return when there are no jobs left, rather than wait for more.
    #[must_use]
    pub fn once(mut self) -> Self {
        self.once = true;
        self
    }

    /// Sets what waits between polls and between attempts, for tests that don't wait.
    #[must_use]
    pub fn sleep(mut self, sleep: Arc<dyn Sleep>) -> Self {
        self.sleep = sleep;
        self
    }

    /// Sets a function that is called with each event.
    #[must_use]
    pub fn on_event(mut self, on_event: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.on_event = Arc::new(on_event);
        self
    }

    /// Runs jobs until the future `stop` is done, such as a signal. Running jobs are cancelled then
    /// and get a failure result, before this returns.
    ///
    /// # Errors
    ///
    /// Polling fails with an error that is not transient: the action type is unknown, the signature
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
        // Nobody listens when no job is running.
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
            let (running, skipped) = Known::count(&known);
            let free = self.concurrency.saturating_sub(running);
            if free == 0 {
                tasks.join_next().await;
                continue;
            }
            // Jobs that are known already may come first.
            let limit = free + running + skipped;
            let Some(polled) = self.poll(limit, &mut failures).await? else {
                continue;
            };
            let new = polled
                .into_iter()
                .filter_map(|job| job.job_id.zip(job.client_id))
                .filter(|(id, _)| Known::begin(&known, id))
                .take(free);
            let mut taken = 0;
            for (id, client_id) in new {
                taken += 1;
                let worker = self.clone();
                let handler = Arc::clone(&handler);
                let known = Arc::clone(&known);
                let stopped = stopped.clone();
                tasks.spawn(
                    async move { worker.job(&id, &client_id, handler, &known, stopped).await },
                );
            }
            match taken {
                0 if self.once && tasks.is_empty() => return Ok(()),
                0 if self.once => drop(tasks.join_next().await),
                0 => self.wait(self.interval).await,
                _ => {}
            }
        }
    }

    /// Polls once. `None` after a transient failure, and a pause.
    async fn poll(
        &self,
        limit: usize,
        failures: &mut u32,
    ) -> Result<Option<Vec<ThirdPartyJob>>, Error> {
        let limit = i32::try_from(limit).unwrap_or(i32::MAX);
        let input = PollForThirdPartyJobsInput::new(self.action_type.clone()).max_batch_size(limit);
        match self.client.poll_for_third_party_jobs(input).await {
            Ok(output) => {
                *failures = 0;
                let jobs = output.jobs.unwrap_or_default();
                (self.on_event)(&Event::Polled(jobs.len()));
                Ok(Some(jobs))
            }
            Err(error) if is_transient(&error) => {
                (self.on_event)(&Event::PollFailed(&error));
                self.back_off(failures).await;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn wait(&self, time: Duration) {
        self.sleep.sleep(time, time).await;
        // In a test the pause takes no time; other tasks must still get their turn.
        tokio::task::yield_now().await;
    }

    /// Pauses twice as long after each failure.
    async fn back_off(&self, failures: &mut u32) {
        let time = Duration::from_secs(1)
            .saturating_mul(1 << (*failures).min(10))
            .min(MAX_BACKOFF);
        *failures += 1;
        self.wait(time).await;
    }
}
