//! What a job is, before anything happens to it. Definitions of jobs and the kept state have it in
//! this form too, in JSON.

use crate::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// How long a job may take unless its definition says so: twelve hours.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(12 * 60 * 60);

/// A job as a pipeline makes it: what [`Jobs::add`](super::Jobs::add) takes and
/// [`Jobs::details`](super::Jobs::details) gives.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Job {
    /// Identifies the job in each call of a worker; in a definition it may be left out, and is made
    /// up then.
    #[serde(default)]
    pub id: String,
    /// The client of a third-party job; `None` for a job of a custom action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Client>,
    /// The kind of work, for which workers poll.
    pub action_type: ActionType,
    /// The action's settings by name. A value may be a secret.
    #[serde(default)]
    pub configuration: BTreeMap<String, Secret>,
    /// Where in the pipeline the action is.
    #[serde(default)]
    pub pipeline: PipelineContext,
    /// What the action works on.
    #[serde(default)]
    pub input_artifacts: Vec<Artifact>,
    /// What the action makes.
    #[serde(default)]
    pub output_artifacts: Vec<Artifact>,
    /// The keys to the bucket of the artifacts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_credentials: Option<ArtifactCredentials>,
    /// The token of the last success that carried one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continuation_token: Option<String>,
    /// Maximum time from acknowledging the job to its result, in seconds; twelve hours by default.
    #[serde(
        default = "default_timeout",
        rename = "timeoutSeconds",
        with = "seconds"
    )]
    pub timeout: Duration,
}

fn default_timeout() -> Duration {
    DEFAULT_TIMEOUT
}

/// A duration in JSON: a number of seconds.
mod seconds {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(duration.as_secs_f64())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        Duration::try_from_secs_f64(seconds).map_err(serde::de::Error::custom)
    }
}

/// The client of a partner, for whom a third-party job is done.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Client {
    /// Tells a worker which client token belongs to the job.
    pub id: String,
    /// Shows that a worker may have the job.
    pub token: Secret,
}

/// A kind of action.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionType {
    /// What the action does in a pipeline, such as `Test`.
    pub category: String,
    /// Who made it: `ThirdParty` or `Custom`.
    pub owner: String,
    /// The name of the service that does the work.
    pub provider: String,
    /// The version of the action type.
    pub version: String,
}

impl fmt::Display for ActionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}/{}/{}",
            self.category, self.owner, self.provider, self.version
        )
    }
}

/// The place of an action.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PipelineContext {
    /// The pipeline's name.
    pub pipeline_name: String,
    /// The name of the stage in the pipeline.
    pub stage_name: String,
    /// The name of the action in the stage.
    pub action_name: String,
    /// The ID of this run of the action.
    pub action_execution_id: String,
    /// The ID of this run of the pipeline, which third-party jobs don't get.
    pub pipeline_execution_id: String,
}

impl Default for PipelineContext {
    fn default() -> Self {
        PipelineContext {
            pipeline_name: "demo-pipeline".to_owned(),
            stage_name: "Test".to_owned(),
            action_name: "RunTests".to_owned(),
            action_execution_id: "00000000-0000-4000-8000-000000000002".to_owned(),
            pipeline_execution_id: "00000000-0000-4000-8000-000000000003".to_owned(),
        }
    }
}

/// A file that goes into or comes out of an action.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Artifact {
    /// The name that the pipeline gives it.
    pub name: String,
    /// Which version of it, such as a commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// The S3 bucket that holds it.
    pub bucket: String,
    /// The key of its object in the bucket.
    pub object_key: String,
}

/// Temporary credentials.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArtifactCredentials {
    /// The public name of the key.
    pub access_key_id: Secret,
    /// The key that signs.
    pub secret_access_key: Secret,
    /// The token that goes with each request.
    pub session_token: Secret,
}

impl Job {
    /// The job of the demonstration: `demo-job` with the client token `demo-token`.
    pub fn demo() -> Self {
        let artifact = |name: &str| Artifact {
            name: name.to_owned(),
            revision: None,
            bucket: "demo-artifacts".to_owned(),
            object_key: format!("demo-pipeline/{name}.zip"),
        };
        Job {
            id: "demo-job".to_owned(),
            client: Some(Client {
                id: "00000000-0000-4000-8000-000000000001".to_owned(),
                token: "demo-token".into(),
            }),
            action_type: ActionType {
                category: "Test".to_owned(),
                owner: "ThirdParty".to_owned(),
                provider: "Demo".to_owned(),
                version: "1".to_owned(),
            },
            configuration: BTreeMap::from([("Suite".to_owned(), "all".into())]),
            pipeline: PipelineContext::default(),
            input_artifacts: vec![artifact("BuildOutput")],
            output_artifacts: vec![artifact("TestReport")],
            artifact_credentials: None,
            continuation_token: None,
            timeout: DEFAULT_TIMEOUT,
        }
    }

    /// Replaces the job's secrets, so that it can be printed.
    pub(super) fn redact(&mut self) {
        self.configuration.values_mut().for_each(Secret::redact);
        if let Some(client) = &mut self.client {
            client.token.redact();
        }
        if let Some(credentials) = &mut self.artifact_credentials {
            credentials.access_key_id.redact();
            credentials.secret_access_key.redact();
            credentials.session_token.redact();
        }
    }

    /// What a definition may leave out: the id, and the client of a third-party job, which is the
    /// demonstration's.
    pub(crate) fn completed(mut self, id: impl FnOnce() -> String) -> Self {
        if self.id.is_empty() {
            self.id = id();
        }
        if self.action_type.owner == "ThirdParty" && self.client.is_none() {
            self.client = Job::demo().client;
        }
        self
    }
}
