//! Operations of workers of third-party actions, which have a client token for each job.

use opsmith_codepipeline as api;

use super::JobCall;
use super::convert::{action_type, data, failure, limit, success};
use crate::codepipeline::jobs::{self, JobError};

pub(super) fn poll(
    call: &mut JobCall<'_>,
    input: api::PollForThirdPartyJobsInput,
) -> Result<api::PollForThirdPartyJobsOutput, JobError> {
    let limit = limit(input.max_batch_size);
    let polled = call
        .jobs
        .poll(&action_type(input.action_type_id), limit, call.now)?;
    let job = |job: jobs::PolledJob| {
        api::ThirdPartyJob::default()
            .client_id(job.client_id)
            .job_id(job.job_id)
    };
    Ok(api::PollForThirdPartyJobsOutput::default()
        .jobs(polled.into_iter().map(job).collect::<Vec<_>>()))
}

pub(super) fn acknowledge(
    call: &mut JobCall<'_>,
    input: api::AcknowledgeThirdPartyJobInput,
) -> Result<api::AcknowledgeThirdPartyJobOutput, JobError> {
    let status =
        call.jobs
            .acknowledge(&input.job_id, &input.nonce, &input.client_token, call.now)?;
    Ok(api::AcknowledgeThirdPartyJobOutput::default()
        .status(api::JobStatus::from_wire(status.as_str())))
}

pub(super) fn details(
    call: &mut JobCall<'_>,
    input: api::GetThirdPartyJobDetailsInput,
) -> Result<api::GetThirdPartyJobDetailsOutput, JobError> {
    let jobs::JobDetails { job, nonce } = call.jobs.details(&input.job_id, &input.client_token)?;
    let details = api::ThirdPartyJobDetails::default()
        .id(job.id.clone())
        .nonce(nonce)
        .data(data(job));
    Ok(api::GetThirdPartyJobDetailsOutput::default().job_details(details))
}

pub(super) fn put_success(
    call: &mut JobCall<'_>,
    input: api::PutThirdPartyJobSuccessResultInput,
) -> Result<(), JobError> {
    let success = success(
        input.continuation_token,
        input.current_revision,
        input.execution_details,
    );
    call.jobs.put_success(
        &input.job_id,
        &input.client_token,
        success,
        call.ids.fresh(),
        call.now,
    )
}

pub(super) fn put_failure(
    call: &mut JobCall<'_>,
    input: api::PutThirdPartyJobFailureResultInput,
) -> Result<(), JobError> {
    call.jobs.put_failure(
        &input.job_id,
        &input.client_token,
        failure(input.failure_details),
        call.now,
    )
}
