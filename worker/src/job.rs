//! [`Job`]: what a handler receives.

use opsmith_codepipeline::{
    AwsSessionCredentials, Client, Error, GetThirdPartyJobDetailsInput, ThirdPartyJobData,
    ThirdPartyJobDetails,
};
use std::collections::BTreeMap;

/// A job that this worker took.
#[derive(Debug, Clone)]
pub struct Job {
    pub(crate) id: String,
    pub(crate) access: Access,
    pub(crate) data: ThirdPartyJobData,
}

/// What it takes to ask for the job. `Debug` leaves out the token.
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

    /// The job's data, as CodePipeline sent it.
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

    /// The continuation token of the job's last run.
    pub fn continuation_token(&self) -> Option<&str> {
        self.data.continuation_token.as_deref()
    }

    /// New credentials for the artifacts, for work that takes longer than those in the data last.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`].
    pub async fn artifact_credentials(&self) -> Result<Option<AwsSessionCredentials>, Error> {
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
