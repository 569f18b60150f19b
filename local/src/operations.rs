//! The operations that the endpoint keeps: from typed inputs to the jobs, and back to typed
//! outputs.

use std::time::SystemTime;

use opsmith_codepipeline as api;
use opsmith_codepipeline::schema::SERVICE;
use opsmith_runtime::codec::{EncodeMode, json};
use opsmith_runtime::document::Document;
use opsmith_runtime::schema::{Operation, ShapeIndex};
use opsmith_runtime::validate::{Violation, validate};
use opsmith_runtime::visit::{TypedDocument, Visit, Visitor};

use crate::endpoint::{REGION, ServiceError};
use crate::ids::Ids;
use crate::jobs::{self, Access, ActionType, Jobs, Refused};

/// A call, once it is verified and its input is as the model says.
pub(crate) struct Call<'a> {
    pub(crate) jobs: &'a mut Jobs,
    pub(crate) operation: &'a Operation<'static>,
    pub(crate) input: &'a Document,
    pub(crate) ids: &'a mut Ids,
    pub(crate) now: SystemTime,
}

/// The account that all is in. AWS gives none such.
const ACCOUNT: &str = "000000000000";

/// Does an operation; the answer's body.
type Run = fn(&mut Call<'_>) -> Result<Vec<u8>, ServiceError>;

const OPERATIONS: &[(&str, Run)] = &[
    ("AcknowledgeJob", |call| call.answer(acknowledge_custom)),
    ("AcknowledgeThirdPartyJob", |call| call.answer(acknowledge)),
    ("GetJobDetails", |call| call.answer(details_custom)),
    ("GetThirdPartyJobDetails", |call| call.answer(details)),
    ("PollForJobs", |call| call.answer(poll_custom)),
    ("PollForThirdPartyJobs", |call| call.answer(poll)),
    ("PutJobFailureResult", |call| call.end(put_custom_failure)),
    ("PutJobSuccessResult", |call| call.end(put_custom_success)),
    ("PutThirdPartyJobFailureResult", |call| {
        call.end(put_failure)
    }),
    ("PutThirdPartyJobSuccessResult", |call| {
        call.end(put_success)
    }),
];

/// What does the operation of this name, if it is kept.
pub(crate) fn find(name: &str) -> Option<Run> {
    OPERATIONS
        .iter()
        .find(|(kept, _)| *kept == name)
        .map(|(_, run)| *run)
}

/// The names of the operations that are kept.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|(name, _)| *name)
}

impl Call<'_> {
    /// Does an operation that answers with an output.
    fn answer<I: Visitor + Default, O: Visit>(
        &mut self,
        run: fn(&mut Self, I) -> Result<O, Refused>,
    ) -> Result<Vec<u8>, ServiceError> {
        let input = self.input()?;
        let output = run(self, input)?;
        let shape = self.operation.output.unwrap_or(ShapeIndex::MAX);
        json::encode(&output, &SERVICE, shape, EncodeMode::Unchecked)
            .map(|encoded| encoded.value)
            .map_err(|error| internal(&error))
    }

    /// Does an operation that answers with nothing.
    fn end<I: Visitor + Default>(
        &mut self,
        run: fn(&mut Self, I) -> Result<(), Refused>,
    ) -> Result<Vec<u8>, ServiceError> {
        let input = self.input()?;
        run(self, input)?;
        Ok(Vec::new())
    }

    fn input<I: Visitor + Default>(&self) -> Result<I, ServiceError> {
        let shape = self.operation.input.unwrap_or(ShapeIndex::MAX);
        let mut input = I::default();
        let written = TypedDocument {
            document: self.input,
            service: &SERVICE,
            shape,
        }
        .visit(&mut input);
        written.map_err(|refused| internal(&refused))?;
        Ok(input)
    }
}

impl From<Refused> for ServiceError {
    fn from(refused: Refused) -> Self {
        ServiceError {
            code: refused.code(),
            message: refused.to_string(),
        }
    }
}

pub(crate) fn internal(problem: &dyn std::fmt::Display) -> ServiceError {
    ServiceError {
        code: "InternalFailure",
        message: problem.to_string(),
    }
}

/// What is wrong with the requests by which a worker polls for a job and takes it.
pub(crate) fn violations(job: &jobs::Job) -> Vec<Violation> {
    let found = |operation: &str, input: &dyn Visit| {
        let shape = SERVICE
            .operation(operation)
            .and_then(|operation| operation.input)
            .unwrap_or(ShapeIndex::MAX);
        validate(input, &SERVICE, shape)
    };
    let jobs::Job {
        id,
        client,
        action_type,
        ..
    } = job.clone().completed(|| Ids::default().fresh());
    let ActionType {
        category,
        owner,
        provider,
        version,
    } = action_type;
    let category = api::ActionCategory::from_wire(&category);
    let owner = api::ActionOwner::from_wire(&owner);
    let action_type = api::ActionTypeId::new(category, owner, provider, version);
    let mut wrong = found("PollForJobs", &api::PollForJobsInput::new(action_type));
    wrong.extend(match client {
        Some(client) => {
            let input = api::AcknowledgeThirdPartyJobInput::new(id, "nonce", client.token.expose());
            found("AcknowledgeThirdPartyJob", &input)
        }
        None => found(
            "AcknowledgeJob",
            &api::AcknowledgeJobInput::new(id, "nonce"),
        ),
    });
    wrong
}

fn poll(
    call: &mut Call<'_>,
    input: api::PollForThirdPartyJobsInput,
) -> Result<api::PollForThirdPartyJobsOutput, Refused> {
    let most = most(input.max_batch_size);
    let polled = call
        .jobs
        .poll(&action_type(input.action_type_id), most, call.now)?;
    let job = |job: jobs::PolledJob| {
        api::ThirdPartyJob::default()
            .client_id(job.client_id)
            .job_id(job.job_id)
    };
    Ok(api::PollForThirdPartyJobsOutput::default()
        .jobs(polled.into_iter().map(job).collect::<Vec<_>>()))
}

fn acknowledge(
    call: &mut Call<'_>,
    input: api::AcknowledgeThirdPartyJobInput,
) -> Result<api::AcknowledgeThirdPartyJobOutput, Refused> {
    let status =
        call.jobs
            .acknowledge(&input.job_id, &input.nonce, &input.client_token, call.now)?;
    Ok(api::AcknowledgeThirdPartyJobOutput::default()
        .status(api::JobStatus::from_wire(status.as_str())))
}

fn details(
    call: &mut Call<'_>,
    input: api::GetThirdPartyJobDetailsInput,
) -> Result<api::GetThirdPartyJobDetailsOutput, Refused> {
    let jobs::JobDetails { job, nonce } = call.jobs.details(&input.job_id, &input.client_token)?;
    let details = api::ThirdPartyJobDetails::default()
        .id(job.id.clone())
        .nonce(nonce)
        .data(data(job));
    Ok(api::GetThirdPartyJobDetailsOutput::default().job_details(details))
}

fn put_success(
    call: &mut Call<'_>,
    input: api::PutThirdPartyJobSuccessResultInput,
) -> Result<(), Refused> {
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

fn put_failure(
    call: &mut Call<'_>,
    input: api::PutThirdPartyJobFailureResultInput,
) -> Result<(), Refused> {
    call.jobs.put_failure(
        &input.job_id,
        &input.client_token,
        failure(input.failure_details),
        call.now,
    )
}

fn poll_custom(
    call: &mut Call<'_>,
    input: api::PollForJobsInput,
) -> Result<api::PollForJobsOutput, Refused> {
    let settings = input.query_param.unwrap_or_default();
    let most = most(input.max_batch_size);
    let polled = call.jobs.poll_custom(
        &action_type(input.action_type_id),
        &settings,
        most,
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

fn acknowledge_custom(
    call: &mut Call<'_>,
    input: api::AcknowledgeJobInput,
) -> Result<api::AcknowledgeJobOutput, Refused> {
    let status = call
        .jobs
        .acknowledge(&input.job_id, &input.nonce, Access::Account, call.now)?;
    Ok(api::AcknowledgeJobOutput::default().status(api::JobStatus::from_wire(status.as_str())))
}

fn details_custom(
    call: &mut Call<'_>,
    input: api::GetJobDetailsInput,
) -> Result<api::GetJobDetailsOutput, Refused> {
    let jobs::JobDetails { job, .. } = call.jobs.details(&input.job_id, Access::Account)?;
    let details = api::JobDetails::default()
        .id(job.id.clone())
        .account_id(ACCOUNT)
        .data(custom_data(job));
    Ok(api::GetJobDetailsOutput::default().job_details(details))
}

fn put_custom_success(
    call: &mut Call<'_>,
    input: api::PutJobSuccessResultInput,
) -> Result<(), Refused> {
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

fn put_custom_failure(
    call: &mut Call<'_>,
    input: api::PutJobFailureResultInput,
) -> Result<(), Refused> {
    call.jobs.put_failure(
        &input.job_id,
        Access::Account,
        failure(input.failure_details),
        call.now,
    )
}

fn action_type(id: api::ActionTypeId) -> ActionType {
    let api::ActionTypeId {
        category,
        owner,
        provider,
        version,
        ..
    } = id;
    ActionType {
        category: category.as_str().to_owned(),
        owner: owner.as_str().to_owned(),
        provider,
        version,
    }
}

fn most(max_batch_size: Option<i32>) -> Option<usize> {
    max_batch_size.and_then(|most| usize::try_from(most).ok())
}

fn success(
    continuation_token: Option<String>,
    revision: Option<api::CurrentRevision>,
    details: Option<api::ExecutionDetails>,
) -> jobs::Success {
    let details = details.unwrap_or_default();
    jobs::Success {
        continuation_token,
        revision: revision.map(|revision| revision.revision),
        summary: details.summary,
        external_execution_id: details.external_execution_id,
        percent_complete: details.percent_complete,
    }
}

fn failure(details: api::FailureDetails) -> jobs::Failure {
    let api::FailureDetails {
        r#type,
        message,
        external_execution_id,
        ..
    } = details;
    jobs::Failure {
        kind: r#type.as_str().to_owned(),
        message,
        external_execution_id,
    }
}

/// What workers of both kinds are told of a job.
struct Data {
    action_type: api::ActionTypeId,
    configuration: api::ActionConfiguration,
    pipeline: api::PipelineContext,
    execution_id: String,
    input_artifacts: Vec<api::Artifact>,
    output_artifacts: Vec<api::Artifact>,
    credentials: Option<api::AWSSessionCredentials>,
    continuation_token: Option<String>,
}

impl From<jobs::Job> for Data {
    fn from(job: jobs::Job) -> Self {
        let ActionType {
            category,
            owner,
            provider,
            version,
        } = job.action_type;
        let category = api::ActionCategory::from_wire(&category);
        let owner = api::ActionOwner::from_wire(&owner);
        let configuration = job
            .configuration
            .iter()
            .map(|(name, value)| (name.clone(), value.expose().to_owned()));
        let configuration = configuration.collect::<std::collections::BTreeMap<_, _>>();
        let stage = api::StageContext::default().name(job.pipeline.stage_name);
        let action = api::ActionContext::default().name(job.pipeline.action_name);
        let action = action.action_execution_id(job.pipeline.action_execution_id);
        let artifacts = |artifacts: Vec<jobs::Artifact>| {
            artifacts.into_iter().map(artifact).collect::<Vec<_>>()
        };
        Data {
            action_type: api::ActionTypeId::new(category, owner, provider, version),
            configuration: api::ActionConfiguration::default().configuration(configuration),
            pipeline: api::PipelineContext::default()
                .pipeline_name(job.pipeline.pipeline_name)
                .stage(stage)
                .action(action),
            execution_id: job.pipeline.pipeline_execution_id,
            input_artifacts: artifacts(job.input_artifacts),
            output_artifacts: artifacts(job.output_artifacts),
            credentials: job.artifact_credentials.map(|credentials| {
                let jobs::ArtifactCredentials {
                    access_key_id,
                    secret_access_key,
                    session_token,
                } = credentials;
                api::AWSSessionCredentials::new(
                    access_key_id.expose(),
                    secret_access_key.expose(),
                    session_token.expose(),
                )
            }),
            continuation_token: job.continuation_token,
        }
    }
}

fn data(job: jobs::Job) -> api::ThirdPartyJobData {
    let all = Data::from(job);
    let mut data = api::ThirdPartyJobData::default()
        .action_type_id(all.action_type)
        .action_configuration(all.configuration)
        .pipeline_context(all.pipeline)
        .input_artifacts(all.input_artifacts)
        .output_artifacts(all.output_artifacts);
    (data.continuation_token, data.artifact_credentials) =
        (all.continuation_token, all.credentials);
    data
}

/// A worker of a custom action is told the pipeline's ARN and its execution too.
fn custom_data(job: jobs::Job) -> api::JobData {
    let all = Data::from(job);
    let name = all.pipeline.pipeline_name.clone().unwrap_or_default();
    let arn = format!("arn:aws:codepipeline:{REGION}:{ACCOUNT}:{name}");
    let mut data = api::JobData::default()
        .action_type_id(all.action_type)
        .action_configuration(all.configuration)
        .pipeline_context(
            all.pipeline
                .pipeline_arn(arn)
                .pipeline_execution_id(all.execution_id),
        )
        .input_artifacts(all.input_artifacts)
        .output_artifacts(all.output_artifacts);
    (data.continuation_token, data.artifact_credentials) =
        (all.continuation_token, all.credentials);
    data
}

fn artifact(artifact: jobs::Artifact) -> api::Artifact {
    let location = api::ArtifactLocation::default()
        .r#type(api::ArtifactLocationType::S3)
        .s3_location(api::S3ArtifactLocation::new(
            artifact.bucket,
            artifact.object_key,
        ));
    let mut result = api::Artifact::default()
        .name(artifact.name)
        .location(location);
    result.revision = artifact.revision;
    result
}
