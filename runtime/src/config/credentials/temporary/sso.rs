//! Single sign-on (IAM Identity Center): the credentials of a role, for the token of a login.

mod token;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::services::{self, Call, SSO, text};
use super::{Credentials, Provider, ProviderContext, ProviderResult, cache, failed};
use crate::codec::json::ascii_text;
use crate::config::Value;
use crate::document::{Document, Map};
use crate::error::{ConfigError, ConfigErrorKind, Error};
use crate::future::BoxFuture;
use token::expired;
pub(super) use token::{Login, Token};

const NAME: &str = "sso";

/// The profile's `sso_account_id` and `sso_role_name`.
#[derive(Debug)]
pub(super) struct Sso;

impl Provider for Sso {
    fn name(&self) -> &'static str {
        NAME
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            match Access::of(&context)? {
                Some(access) => access
                    .credentials(&context)
                    .await
                    .map(ProviderResult::Found),
                None => {
                    let text = "has neither sso_role_name nor sso_account_id";
                    Ok(ProviderResult::NotConfigured(format!(
                        "the profile \"{}\" {text}",
                        context.profile()?.name
                    )))
                }
            }
        })
    }
}

/// The profile's settings for single sign-on.
struct Access {
    role: String,
    account: String,
    login: Login,
}

impl Access {
    /// The settings; `None` if the profile asks for no role.
    fn of(context: &ProviderContext<'_>) -> Result<Option<Self>, ConfigError> {
        let profile = context.profile()?;
        let role = profile.get("sso_role_name")?;
        let account = profile.get("sso_account_id")?;
        if role.is_none() && account.is_none() {
            return Ok(None);
        }
        let stated = Login::stated(context.settings, &profile)?;
        match (role, account, stated.start_url, stated.region) {
            (Some(role), Some(account), Some(start_url), Some(region)) => Ok(Some(Access {
                role: role.text,
                account: account.text,
                login: Login {
                    session: stated.session,
                    start_url: start_url.text,
                    region: region.text,
                },
            })),
            (role, account, start_url, region) => Err(incomplete(
                profile.name,
                &[
                    ("sso_role_name", role),
                    ("sso_account_id", account),
                    ("sso_start_url", start_url),
                    ("sso_region", region),
                ],
            )),
        }
    }

    async fn credentials(&self, context: &ProviderContext<'_>) -> Result<Credentials, ConfigError> {
        let path = self.path(context);
        if let Some(found) = path
            .as_deref()
            .and_then(|path| cache::credentials(path, NAME, context.now()))
        {
            return Ok(found);
        }
        let token = self.login.token(context, expired).await?;
        let credentials = self.exchanged(context, token).await?;
        if let Some(path) = path {
            cache::keep(&path, &credentials, Some(NAME));
        }
        Ok(credentials)
    }

    /// Where the role's credentials are kept.
    fn path(&self, context: &ProviderContext<'_>) -> Option<PathBuf> {
        let (name, value) = match &self.login.session {
            Some(session) => ("sessionName", session),
            None => ("startUrl", &self.login.start_url),
        };
        let account = ascii_text(&self.account);
        let role = ascii_text(&self.role);
        let text = format!(
            "{{\"accountId\":{account},\"roleName\":{role},\"{name}\":{}}}",
            ascii_text(value)
        );
        cache::path(context, "cli/cache", &cache::key(&text))
    }

    /// The role's credentials for a token.
    async fn exchanged(
        &self,
        context: &ProviderContext<'_>,
        token: Token,
    ) -> Result<Credentials, ConfigError> {
        let call = Call {
            service: &SSO,
            operation: "GetRoleCredentials",
            region: &self.login.region,
            signed_by: None,
        };
        let input = Map::from([
            ("roleName".to_owned(), self.role.as_str().into()),
            ("accountId".to_owned(), self.account.as_str().into()),
            ("accessToken".to_owned(), token.text.into()),
        ]);
        match call.make(context, input).await {
            Ok(output) => credentials(&output).map_err(|problem| failed(NAME, problem)),
            Err(Error::Service(error)) if error.status == 401 => Err(expired(context)),
            Err(error) => Err(services::failure(NAME, error)),
        }
    }
}

/// The error of a profile that lacks some of these settings.
pub(super) fn incomplete(profile: &str, settings: &[(&str, Option<Value>)]) -> ConfigError {
    let missing: Vec<_> = settings
        .iter()
        .filter(|(_, value)| value.is_none())
        .map(|(key, _)| *key)
        .collect();
    let text = format!(
        "The profile \"{profile}\" is configured to use SSO but is missing required configuration: {}",
        missing.join(", ")
    );
    ConfigError::new(ConfigErrorKind::InvalidValue, text)
}

fn credentials(output: &Document) -> Result<Credentials, String> {
    let found = output
        .get("roleCredentials")
        .ok_or("the answer has no roleCredentials")?;
    let milliseconds = match found.get("expiration") {
        Some(Document::Integer(end)) => u64::try_from(*end).ok(),
        _ => None,
    };
    let seconds = milliseconds.ok_or("the answer has no expiration")? / 1000;
    Ok(Credentials {
        session_token: Some(text(found, "sessionToken")?),
        expiration: SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds)),
        ..Credentials::new(
            text(found, "accessKeyId")?,
            text(found, "secretAccessKey")?,
            NAME,
        )
    })
}

#[cfg(test)]
mod tests;
