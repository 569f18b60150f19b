//! The steps of one job, from its client's token to its result.

use super::Worker;
use super::failures::{is_throttling, is_transient, may_have_been_applied};
use super::known::Known;
use crate::job::{Access, Job};
use crate::outcome::{Outcome, Success};
use crate::report::{Ended, Event};
use opsmith_codepipeline::{
    AcknowledgeThirdPartyJobInput, Error, ErrorCode, FailureType, JobStatus,
    PutThirdPartyJobFailureResultInput, PutThirdPartyJobSuccessResultInput,
};
use std::future::Future;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// How often a result is sent before the worker gives up.
const MAX_ATTEMPTS: u32 = 8;

impl Worker {
    /// Does one job. A job that is left to other workers is polled for again after a pause, or not at
    /// all by a worker that ends.
    pub(super) async fn job<H, F>(
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
        let taken = self.run_job(id, client_id, handler, stopped.clone()).await;
        Known::end(known, id, taken);
        if !taken && !self.once {
            tokio::select! {
                () = self.wait(self.interval) => {}
                _ = stopped.wait_for(|stopped| *stopped) => {}
            }
            Known::end(known, id, true);
        }
    }

    /// Does one job, from its client's token to its result. `false` if it was not taken.
    async fn run_job<H, F>(
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
        // Called within the future, so that a panic before its first await is caught too.
        let outcome = self
            .outcome(async move { handler(job).await }, stopped)
            .await
            .clipped();
        let ended = self.put(id, &access, outcome).await;
        tracing::debug!(target: "opsmith", job = id, ?ended, "ended");
        (self.on_event)(&Event::Ended(id, &ended));
        true
    }

    /// Takes the job, or returns why it is left to other workers.
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

    /// Acknowledges the job. Retries when an attempt may not have arrived.
    async fn acknowledge(&self, id: &str, nonce: &str, access: &Access) -> Result<(), String> {
        let mut applied = false;
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
            applied |= may_have_been_applied(&error);
            // The nonce is used up, probably by an earlier attempt of this call. If nobody did the
            // job, it would be stuck until it times out. That another worker took it meanwhile is
            // less likely; it is done twice then.
            if applied && ErrorCode::of(&error) == Some(ErrorCode::InvalidNonceException) {
                tracing::warn!(target: "opsmith", job = id, "probably taken by an attempt whose answer was lost");
                return Ok(());
            }
            if !is_transient(&error) || failures + 1 == MAX_ATTEMPTS {
                return Err(error.to_string());
            }
            applied |= !is_throttling(&error);
            self.back_off(&mut failures).await;
        }
    }

    /// The handler's outcome; a failure if it panics or takes too long, or if the worker is stopped.
    async fn outcome<F>(&self, work: F, mut stopped: watch::Receiver<bool>) -> Outcome
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let failed = |message: &str| Outcome::failure(FailureType::JobFailed, message);
        // A separate task, so that a panic ends there.
        let mut task = tokio::spawn(work);
        let outcome = tokio::select! {
            done = &mut task => return done.unwrap_or_else(|error| {
                failed(if error.is_panic() { "the action panicked" } else { "the action was cancelled" })
            }),
            () = tokio::time::sleep(self.deadline) => {
                failed(&format!("the action took longer than {} seconds", self.deadline.as_secs_f64()))
            }
            _ = stopped.wait_for(|stopped| *stopped) => failed("the worker was stopped"),
        };
        task.abort();
        outcome
    }

    /// Puts the result. Retries when an attempt may not have arrived.
    async fn put(&self, id: &str, access: &Access, outcome: Outcome) -> Ended {
        let mut failures = 0;
        loop {
            let error = match self.send(id, access, outcome.clone()).await {
                Ok(()) => return ended(outcome),
                Err(error) => error,
            };
            let applied = failures > 0 || may_have_been_applied(&error);
            if ErrorCode::of(&error) == Some(ErrorCode::InvalidJobStateException) {
                return if applied {
                    Ended::Unknown(error)
                } else {
                    Ended::Refused(error)
                };
            }
            if !is_transient(&error) || failures + 1 == MAX_ATTEMPTS {
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

fn ended(outcome: Outcome) -> Ended {
    match outcome {
        Outcome::Failure(failure) => Ended::Failed(failure.message),
        Outcome::Success(success) if success.continuation_token.is_some() => Ended::Continued,
        Outcome::Success(_) => Ended::Succeeded,
    }
}
