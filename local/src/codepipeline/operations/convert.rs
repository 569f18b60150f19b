//! Between the types of the generated client and those of the state machine.

use opsmith_codepipeline as api;

use crate::codepipeline::jobs::{self, ActionType};
use crate::endpoint::REGION;

/// The account that all jobs are in. AWS assigns no such account.
pub(super) const ACCOUNT: &str = "000000000000";

pub(super) fn action_type(id: api::ActionTypeId) -> ActionType {
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

pub(super) fn limit(max_batch_size: Option<i32>) -> Option<usize> {
    max_batch_size.and_then(|size| usize::try_from(size).ok())
}

pub(super) fn success(
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

pub(super) fn failure(details: api::FailureDetails) -> jobs::Failure {
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

/// The data that workers of both kinds get about a job.
struct Data {
    action_type: api::ActionTypeId,
    configuration: api::ActionConfiguration,
    pipeline: api::PipelineContext,
    execution_id: String,
    input_artifacts: Vec<api::Artifact>,
    output_artifacts: Vec<api::Artifact>,
    credentials: Option<api::AwsSessionCredentials>,
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
                api::AwsSessionCredentials::new(
                    access_key_id.expose(),
                    secret_access_key.expose(),
                    session_token.expose(),
                )
            }),
            continuation_token: job.continuation_token,
        }
    }
}

pub(super) fn data(job: jobs::Job) -> api::ThirdPartyJobData {
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

/// A worker of a custom action also gets the pipeline's ARN and its execution.
pub(super) fn custom_data(job: jobs::Job) -> api::JobData {
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
