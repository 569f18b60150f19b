//! Operations of workers of custom actions, which need no client token.

use opsmith_codepipeline as api;

use super::JobCall;
use super::convert::{ACCOUNT, action_type, custom_data, failure, limit, success};
use crate::codepipeline::jobs::{self, Access, JobError};

pub(super) fn poll(
    call: &mut JobCall<'_>,
    input: api::PollForJobsInput,
) -> Result<api::PollForJobsOutput, JobError> {
    let settings = input.query_param.unwrap_or_default();
    let limit = limit(input.max_batch_size);
    let polled = call.jobs.poll_custom(
        &action_type(input.action_type_id),
        &settings,
        limit,
        call.now,
    )?;
    let job = |jobs::JobDetails { job, nonce }| {
        let given = api::Job::default()
            .id(job.id.clone())
            .nonce(nonce)
            .account_id(ACCOUNT);
        given.data(custom_data(job))
    };
    Ok(api::PollForJobsOutput::default().jobs(polled.into_iter().map(job).collect::<Vec<_>>()))
}

pub(super) fn acknowledge(
    call: &mut JobCall<'_>,
    input: api::AcknowledgeJobInput,
) -> Result<api::AcknowledgeJobOutput, JobError> {
    let status = call
        .jobs
        .acknowledge(&input.job_id, &input.nonce, Access::Account, call.now)?;
    Ok(api::AcknowledgeJobOutput::default().status(api::JobStatus::from_wire(status.as_str())))
}

pub(super) fn details(
    call: &mut JobCall<'_>,
    input: api::GetJobDetailsInput,
) -> Result<api::GetJobDetailsOutput, JobError> {
    let jobs::JobDetails { job, .. } = call.jobs.details(&input.job_id, Access::Account)?;
    let details = api::JobDetails::default()
        .id(job.id.clone())
        .account_id(ACCOUNT)
        .data(custom_data(job));
    Ok(api::GetJobDetailsOutput::default().job_details(details))
}

pub(super) fn put_success(
    call: &mut JobCall<'_>,
    input: api::PutJobSuccessResultInput,
) -> Result<(), JobError> {
    let success = success(
        input.continuation_token,
        input.current_revision,
        input.execution_details,
    );
    call.jobs.put_success(
        &input.job_id,
        Access::Account,
        success,
        call.ids.fresh(),
        call.now,
    )
}

pub(super) fn put_failure(
    call: &mut JobCall<'_>,
    input: api::PutJobFailureResultInput,
) -> Result<(), JobError> {
    call.jobs.put_failure(
        &input.job_id,
        Access::Account,
        failure(input.failure_details),
        call.now,
    )
}
