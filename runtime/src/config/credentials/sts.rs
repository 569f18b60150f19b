//! The two calls of AWS STS that give credentials for a role.
//!
//! STS uses the query protocol: form in, XML out. Only the parts needed here are implemented.

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Credentials, ProviderContext, cache, failed, parse_time, services};
use crate::auth::sigv4::Scope;
use crate::codec::json;
use crate::endpoint;
use crate::error::{ConfigError, ConfigErrorKind};
use crate::http::Request;

/// All that the form must escape.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

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

    /// Assumes the role and caches its credentials. `proof` is the parameter that the action needs
    /// in addition to the role's. The request is signed if there is an identity to sign with.
    pub(super) async fn take(
        &self,
        context: &ProviderContext<'_>,
        provider: &'static str,
        action: &str,
        proof: Option<(&str, String)>,
        identity: Option<&Credentials>,
    ) -> Result<Credentials, ConfigError> {
        let region = endpoint::region(context.identity.region);
        let content_type = "application/x-www-form-urlencoded; charset=utf-8";
        let request = Request::new("POST", services::url(context, "STS", "sts", region)?)
            .header("content-type", content_type)
            .body(self.form(context, action, proof));
        let signed_by = identity.map(|identity| (identity, Scope::new(region, "sts")));
        let response = services::answered(context, provider, &request, signed_by).await?;
        let body = String::from_utf8_lossy(&response.body);
        let credentials = match response.status {
            200..300 => {
                credentials(&body, provider).map_err(|problem| failed(provider, problem))?
            }
            status => return Err(refused(&body, status, action)),
        };
        if let Some(path) = self.path(context) {
            cache::keep(&path, &credentials, None);
        }
        Ok(credentials)
    }

    fn form(
        &self,
        context: &ProviderContext<'_>,
        action: &str,
        proof: Option<(&str, String)>,
    ) -> String {
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
        let parameters = [
            ("Action", Some(action.to_owned())),
            ("Version", Some("2011-06-15".to_owned())),
            ("RoleArn", Some(self.arn.clone())),
            ("RoleSessionName", Some(session)),
            ("ExternalId", self.external_id.clone()),
            ("SerialNumber", self.device.clone()),
            (
                "DurationSeconds",
                self.duration.map(|duration| duration.to_string()),
            ),
            (proof.unwrap_or_default(), proved),
        ];
        let pair = |(name, value): (&str, Option<String>)| {
            Some(format!("{name}={}", utf8_percent_encode(&value?, ESCAPED)))
        };
        parameters
            .into_iter()
            .filter_map(pair)
            .collect::<Vec<_>>()
            .join("&")
    }
}

/// The text of the first element of this name.
fn text<'d>(document: &'d roxmltree::Document<'_>, name: &str) -> Option<&'d str> {
    document
        .descendants()
        .find(|node| node.tag_name().name() == name)?
        .text()
        .map(str::trim)
}

fn credentials(body: &str, provider: &'static str) -> Result<Credentials, String> {
    let document = roxmltree::Document::parse(body)
        .map_err(|error| format!("the answer of STS is not XML: {error}"))?;
    let part = |name: &str| text(&document, name).map(str::to_owned);
    let required =
        |name: &str| part(name).ok_or_else(|| format!("the answer of STS has no {name}"));
    let expiration = required("Expiration")?;
    let account = part("Arn").and_then(|arn| arn.split(':').nth(4).map(str::to_owned));
    Ok(Credentials {
        session_token: Some(required("SessionToken")?),
        expiration: Some(
            parse_time(&expiration).ok_or("the Expiration in the answer of STS is not a time")?,
        ),
        account_id: account.filter(|account| !account.is_empty()),
        ..Credentials::new(
            required("AccessKeyId")?,
            required("SecretAccessKey")?,
            provider,
        )
    })
}

/// An error of the service's, in the AWS CLI's words.
fn refused(body: &str, status: u16, action: &str) -> ConfigError {
    let document = roxmltree::Document::parse(body).ok();
    let part = |name: &str| {
        document
            .as_ref()
            .and_then(|document| text(document, name).map(str::to_owned))
    };
    let code = part("Code").unwrap_or_else(|| status.to_string());
    let message = part("Message").unwrap_or_default();
    let id = part("RequestId")
        .map(|id| format!("\nRequest ID: {id}"))
        .unwrap_or_default();
    ConfigError::new(
        ConfigErrorKind::RefusedByService,
        format!("An error occurred ({code}) when calling the {action} operation: {message}{id}"),
    )
}
