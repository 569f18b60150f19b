//! The two calls of AWS STS that give credentials for a role.

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use super::services::{self, Call, STS, text};
use super::{Credentials, ProviderContext, cache, failed};
use crate::codec::json;
use crate::document::{Document, Map};
use crate::endpoint;
use crate::error::ConfigError;

/// A role, and the settings of its session.
pub(super) struct Role {
    pub(super) duration: Option<u64>,
    pub(super) external_id: Option<String>,
    pub(super) arn: String,
    pub(super) session: Option<String>,
    /// The device that gives codes.
    pub(super) device: Option<String>,
}

impl Role {
    /// Where the role's credentials are cached. The key is a hash of the request's parameters as
    /// Python's JSON.
    fn path(&self, context: &ProviderContext<'_>) -> Option<PathBuf> {
        let texts = [
            ("ExternalId", self.external_id.as_ref()),
            ("RoleArn", Some(&self.arn)),
            ("RoleSessionName", self.session.as_ref()),
            ("SerialNumber", self.device.as_ref()),
        ];
        let texts = texts
            .into_iter()
            .filter_map(|(name, text)| Some(format!("\"{name}\": {}", json::ascii_text(text?))));
        let duration = self
            .duration
            .map(|duration| format!("\"DurationSeconds\": {duration}"));
        let members: Vec<_> = duration.into_iter().chain(texts).collect();
        cache::path(
            context,
            "cli/cache",
            &cache::key(&format!("{{{}}}", members.join(", "))),
        )
    }

    /// The role's credentials of an earlier call.
    pub(super) fn cached(
        &self,
        context: &ProviderContext<'_>,
        provider: &'static str,
    ) -> Option<Credentials> {
        cache::credentials(&self.path(context)?, provider, context.now())
    }

    /// Assumes the role and caches its credentials. `proof` is the parameter that the operation needs
    /// in addition to the role's; `identity` signs the call, if the operation is signed.
    pub(super) async fn take(
        &self,
        context: &ProviderContext<'_>,
        provider: &'static str,
        operation: &'static str,
        proof: Option<(&str, String)>,
        identity: Option<&Credentials>,
    ) -> Result<Credentials, ConfigError> {
        let call = Call {
            service: &STS,
            operation,
            region: endpoint::region(context.identity.region),
            signed_by: identity,
        };
        let output = call.make(context, self.input(context, proof)).await;
        let output = output.map_err(|error| services::failure(provider, error))?;
        let credentials =
            credentials(&output, provider).map_err(|problem| failed(provider, problem))?;
        if let Some(path) = self.path(context) {
            cache::keep(&path, &credentials, None);
        }
        Ok(credentials)
    }

    fn input(&self, context: &ProviderContext<'_>, proof: Option<(&str, String)>) -> Map {
        // The AWS CLI's default session name.
        let seconds = context
            .now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let session = self
            .session
            .clone()
            .unwrap_or_else(|| format!("botocore-session-{seconds}"));
        let (proof, proved) = proof.unzip();
        let duration = self
            .duration
            .map(|duration| Document::Integer(duration.into()));
        let texts = [
            ("RoleArn", Some(self.arn.clone())),
            ("RoleSessionName", Some(session)),
            ("ExternalId", self.external_id.clone()),
            ("SerialNumber", self.device.clone()),
            (proof.unwrap_or_default(), proved),
        ];
        let texts = texts.map(|(name, text)| (name, text.map(Document::from)));
        let members = texts.into_iter().chain([("DurationSeconds", duration)]);
        members
            .filter_map(|(name, value)| Some((name.to_owned(), value?)))
            .collect()
    }
}

fn credentials(output: &Document, provider: &'static str) -> Result<Credentials, String> {
    let found = output
        .get("Credentials")
        .ok_or("the answer has no Credentials")?;
    let expiration = match found.get("Expiration") {
        Some(Document::Timestamp(end)) => SystemTime::try_from(*end).ok(),
        _ => None,
    };
    let user = output.get("AssumedRoleUser");
    let arn = user.and_then(|user| user.get("Arn")?.as_str());
    let account = arn.and_then(|arn| arn.split(':').nth(4));
    Ok(Credentials {
        session_token: Some(text(found, "SessionToken")?),
        expiration: Some(expiration.ok_or("the answer has no Expiration")?),
        account_id: account
            .filter(|account| !account.is_empty())
            .map(str::to_owned),
        ..Credentials::new(
            text(found, "AccessKeyId")?,
            text(found, "SecretAccessKey")?,
            provider,
        )
    })
}
