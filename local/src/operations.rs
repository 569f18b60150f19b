//! The operations that the endpoint keeps: from typed inputs to the jobs, and back to typed outputs.

use std::time::SystemTime;

use opsmith_codepipeline as api;
use opsmith_codepipeline::rows::SERVICE;
use opsmith_runtime::codec::json;
use opsmith_runtime::document::Document;
use opsmith_runtime::random;
use opsmith_runtime::rows::{Ix, Operation};
use opsmith_runtime::sink::{Shaped, Sink, Write};

use crate::endpoint::ServiceError;
use crate::jobs::{self, ActionType, Jobs, Refused};

/// A call, once it is verified and its input is as the model says.
pub(crate) struct Call<'a> {
    pub(crate) jobs: &'a mut Jobs,
    pub(crate) operation: &'a Operation<'static>,
    pub(crate) input: &'a Document,
    pub(crate) now: SystemTime,
}

/// Does an operation; the answer's body.
type Run = fn(&mut Call<'_>) -> Result<Vec<u8>, ServiceError>;

const OPERATIONS: &[(&str, Run)] = &[
    ("AcknowledgeThirdPartyJob", |call| call.answer(acknowledge)),
    ("GetThirdPartyJobDetails", |call| call.answer(details)),
    ("PollForThirdPartyJobs", |call| call.answer(poll)),
    ("PutThirdPartyJobFailureResult", |call| call.end(put_failure)),
    ("PutThirdPartyJobSuccessResult", |call| call.end(put_success)),
];

/// What does the operation of this name, if it is kept.
pub(crate) fn find(name: &str) -> Option<Run> {
    OPERATIONS.iter().find(|(kept, _)| *kept == name).map(|(_, run)| *run)
}

/// The names of the operations that are kept.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|(name, _)| *name)
}

impl Call<'_> {
    /// Does an operation that answers with an output.
    fn answer<I: Sink + Default, O: Write>(
        &mut self,
        run: fn(&mut Self, I) -> Result<O, Refused>,
    ) -> Result<Vec<u8>, ServiceError> {
        let input = self.input()?;
        let output = run(self, input)?;
        let mut writer = json::Writer::new(&SERVICE, self.operation.output.unwrap_or(Ix::MAX));
        output.write(&mut writer).map_err(|refused| internal(&refused))?;
        Ok(writer.finish())
    }

    /// Does an operation that answers with nothing.
    fn end<I: Sink + Default>(
        &mut self,
        run: fn(&mut Self, I) -> Result<(), Refused>,
    ) -> Result<Vec<u8>, ServiceError> {
        let input = self.input()?;
        run(self, input)?;
        Ok(Vec::new())
    }

    fn input<I: Sink + Default>(&self) -> Result<I, ServiceError> {
        let shape = self.operation.input.unwrap_or(Ix::MAX);
        let mut input = I::default();
        let written = Shaped { document: self.input, service: &SERVICE, shape }.write(&mut input);
        written.map_err(|refused| internal(&refused))?;
        Ok(input)
    }
}

impl From<Refused> for ServiceError {
    fn from(refused: Refused) -> Self {
        ServiceError { code: refused.code(), message: refused.to_string() }
    }
}

fn internal(problem: &dyn std::fmt::Display) -> ServiceError {
    ServiceError { code: "InternalFailure", message: problem.to_string() }
}

fn poll(
    call: &mut Call<'_>,
    input: api::PollForThirdPartyJobsInput,
) -> Result<api::PollForThirdPartyJobsOutput, Refused> {
    let api::ActionTypeId { category, owner, provider, version, .. } = input.action_type_id;
    let (category, owner) = (category.as_str().to_owned(), owner.as_str().to_owned());
    let most = input.max_batch_size.and_then(|most| usize::try_from(most).ok());
    let polled = call.jobs.poll(&ActionType { category, owner, provider, version }, most, call.now)?;
    let job = |job: jobs::PolledJob| api::ThirdPartyJob::default().client_id(job.client_id).job_id(job.job_id);
    Ok(api::PollForThirdPartyJobsOutput::default().jobs(polled.into_iter().map(job).collect::<Vec<_>>()))
}

fn acknowledge(
    call: &mut Call<'_>,
    input: api::AcknowledgeThirdPartyJobInput,
) -> Result<api::AcknowledgeThirdPartyJobOutput, Refused> {
    let status = call.jobs.acknowledge(&input.job_id, &input.nonce, &input.client_token, call.now)?;
    Ok(api::AcknowledgeThirdPartyJobOutput::default().status(api::JobStatus::from_wire(status.as_str())))
}

fn details(
    call: &mut Call<'_>,
    input: api::GetThirdPartyJobDetailsInput,
) -> Result<api::GetThirdPartyJobDetailsOutput, Refused> {
    let jobs::JobDetails { job, nonce } = call.jobs.details(&input.job_id, &input.client_token)?;
    let details = api::ThirdPartyJobDetails::default().id(job.id.clone()).nonce(nonce).data(data(job));
    Ok(api::GetThirdPartyJobDetailsOutput::default().job_details(details))
}

fn put_success(call: &mut Call<'_>, input: api::PutThirdPartyJobSuccessResultInput) -> Result<(), Refused> {
    let details = input.execution_details.unwrap_or_default();
    let success = jobs::Success {
        continuation_token: input.continuation_token,
        revision: input.current_revision.map(|revision| revision.revision),
        summary: details.summary,
        external_execution_id: details.external_execution_id,
        percent_complete: details.percent_complete,
    };
    call.jobs.put_success(&input.job_id, &input.client_token, success, random::uuid(), call.now)
}

fn put_failure(call: &mut Call<'_>, input: api::PutThirdPartyJobFailureResultInput) -> Result<(), Refused> {
    let api::FailureDetails { r#type, message, external_execution_id, .. } = input.failure_details;
    let failure = jobs::Failure { kind: r#type.as_str().to_owned(), message, external_execution_id };
    call.jobs.put_failure(&input.job_id, &input.client_token, failure, call.now)
}

fn data(job: jobs::Job) -> api::ThirdPartyJobData {
    let ActionType { category, owner, provider, version } = job.action_type;
    let configuration = job.configuration.iter().map(|(name, value)| (name.clone(), value.expose().to_owned()));
    let configuration = configuration.collect::<std::collections::BTreeMap<_, _>>();
    let stage = api::StageContext::default().name(job.pipeline.stage_name);
    let action = api::ActionContext::default().name(job.pipeline.action_name);
    let action = action.action_execution_id(job.pipeline.action_execution_id);
    let pipeline =
        api::PipelineContext::default().pipeline_name(job.pipeline.pipeline_name).stage(stage).action(action);
    let artifacts = |artifacts: Vec<jobs::Artifact>| artifacts.into_iter().map(artifact).collect::<Vec<_>>();
    let mut data = api::ThirdPartyJobData::default()
        .action_type_id(api::ActionTypeId::new(
            api::ActionCategory::from_wire(&category),
            api::ActionOwner::from_wire(&owner),
            provider,
            version,
        ))
        .action_configuration(api::ActionConfiguration::default().configuration(configuration))
        .pipeline_context(pipeline)
        .input_artifacts(artifacts(job.input_artifacts))
        .output_artifacts(artifacts(job.output_artifacts));
    data.continuation_token = job.continuation_token;
    data.artifact_credentials = job.artifact_credentials.map(|credentials| {
        let jobs::ArtifactCredentials { access_key_id, secret_access_key, session_token } = credentials;
        api::AWSSessionCredentials::new(access_key_id.expose(), secret_access_key.expose(), session_token.expose())
    });
    data
}

fn artifact(artifact: jobs::Artifact) -> api::Artifact {
    let location = api::ArtifactLocation::default()
        .r#type(api::ArtifactLocationType::S3)
        .s3_location(api::S3ArtifactLocation::new(artifact.bucket, artifact.object_key));
    let mut result = api::Artifact::default().name(artifact.name).location(location);
    result.revision = artifact.revision;
    result
}
