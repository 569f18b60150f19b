//! [`Job`]: what a handler is given.

use opsmith_codepipeline::{
    AWSSessionCredentials, Client, Error, GetThirdPartyJobDetailsInput, ThirdPartyJobData,
    ThirdPartyJobDetails,
};
use std::collections::BTreeMap;

/// A job that this worker has.
#[derive(Debug, Clone)]
pub struct Job {
    pub(crate) id: String,
    pub(crate) access: Access,
    pub(crate) data: ThirdPartyJobData,
}

/// How the job is asked for. Its `Debug` has no token.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) client: Client,
    pub(crate) token: String,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Access")
    }
}

impl Job {
    /// The job's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// All that CodePipeline says of it.
    pub fn data(&self) -> &ThirdPartyJobData {
        &self.data
    }

    /// The settings of the action.
    pub fn configuration(&self) -> BTreeMap<String, String> {
        self.data
            .action_configuration
            .clone()
            .and_then(|action| action.configuration)
            .unwrap_or_default()
    }

    /// The token that an earlier run of the job was continued with.
    pub fn continuation_token(&self) -> Option<&str> {
        self.data.continuation_token.as_deref()
    }

    /// New credentials for the artifacts, for work that outlives those in the data.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`].
    pub async fn artifact_credentials(&self) -> Result<Option<AWSSessionCredentials>, Error> {
        let details = self.access.details(&self.id).await?;
        Ok(details.data.and_then(|data| data.artifact_credentials))
    }
}

impl Access {
    pub(crate) async fn details(&self, job_id: &str) -> Result<ThirdPartyJobDetails, Error> {
        let asked = self
            .client
            .get_third_party_job_details(GetThirdPartyJobDetailsInput::new(job_id, &*self.token));
        Ok(asked.await?.job_details.unwrap_or_default())
    }
}
