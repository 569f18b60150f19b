//! Single sign-on (IAM Identity Center): the credentials of a role, for a token that `aws sso
//! login` left in the AWS CLI's cache. A token that ends soon is replaced, and the cache with it,
//! where the login allows that.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};

use super::{
    Credentials, Provider, ProviderContext, ProviderResult, cache, failed, parse_time, services,
};
use crate::codec::json::ascii_text;
use crate::config::{Profile, Section, Settings, Value};
use crate::error::{ConfigError, ConfigErrorKind};
use crate::future::BoxFuture;
use crate::http::Request;
use crate::timestamp::iso8601;

const NAME: &str = "sso";
/// Tokens that end sooner are replaced.
const REFRESH_BEFORE: Duration = Duration::from_secs(15 * 60);

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
    start_url: String,
    region: String,
    /// The session that the profile names; without it, the profile states the session's keys
    /// itself.
    session: Option<String>,
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
        let session = profile.get("sso_session")?;
        let section = match &session {
            Some(name) => Some(session_section(context.settings, name)?),
            None => None,
        };
        let start_url = of_profile_or_session("sso_start_url", &profile, section)?;
        let region = of_profile_or_session("sso_region", &profile, section)?;
        match (role, account, start_url, region) {
            (Some(role), Some(account), Some(start_url), Some(region)) => Ok(Some(Access {
                role: role.text,
                account: account.text,
                start_url: start_url.text,
                region: region.text,
                session: session.map(|session| session.text),
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
        let token = self.token(context).await?;
        let credentials = self.exchanged(context, token).await?;
        if let Some(path) = path {
            cache::keep(&path, &credentials, Some(NAME));
        }
        Ok(credentials)
    }

    /// Where the role's credentials are kept.
    fn path(&self, context: &ProviderContext<'_>) -> Option<PathBuf> {
        let (name, value) = match &self.session {
            Some(session) => ("sessionName", session),
            None => ("startUrl", &self.start_url),
        };
        let account = ascii_text(&self.account);
        let role = ascii_text(&self.role);
        let text = format!(
            "{{\"accountId\":{account},\"roleName\":{role},\"{name}\":{}}}",
            ascii_text(value)
        );
        cache::path(context, "cli/cache", &cache::key(&text))
    }

    /// The token of the login.
    async fn token(&self, context: &ProviderContext<'_>) -> Result<String, ConfigError> {
        let name = self.session.as_ref().unwrap_or(&self.start_url);
        let unloaded = |problem: String| {
            let login = format!(
                "Log in with: aws sso login --profile {}",
                context.profile().map_or("NAME", |found| found.name)
            );
            ConfigError::new(
                ConfigErrorKind::CredentialRetrieval,
                format!("Error loading SSO Token: {problem}\n{login}"),
            )
        };
        let path = cache::path(context, "sso/cache", &cache::key(name));
        let entry = path.as_deref().and_then(cache::read);
        let entry = entry.ok_or_else(|| unloaded(format!("Token for {name} does not exist")))?;
        let text = |key: &str| entry.get(key).and_then(Json::as_str).map(str::to_owned);
        let ends = text("expiresAt").as_deref().and_then(parse_time);
        let (Some(token), Some(ends)) = (text("accessToken"), ends) else {
            return Err(unloaded(format!("Token for {} is invalid", self.start_url)));
        };
        if ends.duration_since(context.now()).unwrap_or_default() < REFRESH_BEFORE
            && self.session.is_some()
            && let Some(fresh) = self.refreshed(context, &entry).await
        {
            if let Some(path) = path {
                cache::write(&path, &fresh);
            }
            return Ok(fresh["accessToken"].as_str().unwrap_or_default().to_owned());
        }
        if ends > context.now() {
            Ok(token)
        } else {
            Err(expired(context))
        }
    }

    /// Refreshes an expiring token. `None` if it can't be refreshed; the caller then uses the old
    /// token until it expires.
    async fn refreshed(&self, context: &ProviderContext<'_>, entry: &Json) -> Option<Json> {
        let text = |key: &str| entry.get(key).and_then(Json::as_str);
        let token = text("refreshToken")?;
        let id = text("clientId")?;
        let secret = text("clientSecret")?;
        let registration = text("registrationExpiresAt")?;
        if parse_time(registration)? <= context.now() {
            return None;
        }
        let body = json!({"grantType": "refresh_token", "clientId": id, "clientSecret": secret, "refreshToken": token});
        let url = services::url(context, "SSO OIDC", "oidc", &self.region).ok()? + "token";
        let request = Request::new("POST", url)
            .header("content-type", "application/json")
            .body(body.to_string());
        let response = services::answered(context, NAME, &request, None)
            .await
            .ok()?;
        let answer: Json = serde_json::from_slice(&response.body)
            .ok()
            .filter(|_| response.status == 200)?;
        let life = Duration::from_secs(answer.get("expiresIn")?.as_u64()?);
        let mut fresh = json!({
            "startUrl": self.start_url,
            "region": self.region,
            "accessToken": answer.get("accessToken")?.as_str()?,
            "expiresAt": iso8601(context.now().checked_add(life)?)?,
            "clientId": id,
            "clientSecret": secret,
            "registrationExpiresAt": registration,
        });
        if let Some(token) = answer.get("refreshToken") {
            fresh["refreshToken"] = token.clone();
        }
        Some(fresh)
    }

    /// The role's credentials for a token.
    async fn exchanged(
        &self,
        context: &ProviderContext<'_>,
        token: String,
    ) -> Result<Credentials, ConfigError> {
        let role = utf8_percent_encode(&self.role, NON_ALPHANUMERIC);
        let account = utf8_percent_encode(&self.account, NON_ALPHANUMERIC);
        let url = services::url(context, "SSO", "portal.sso", &self.region)?;
        let url = format!("{url}federation/credentials?role_name={role}&account_id={account}");
        let request = Request::new("GET", url).header("x-amz-sso_bearer_token", token);
        let response = services::answered(context, NAME, &request, None).await?;
        let answer: Json = serde_json::from_slice(&response.body).unwrap_or_default();
        match response.status {
            200..300 => credentials(&answer).map_err(|problem| failed(NAME, problem)),
            401 => Err(expired(context)),
            status => Err(refused(
                &answer,
                status,
                response.header("x-amzn-errortype"),
            )),
        }
    }
}

/// The section of the session that a profile names.
fn session_section<'a>(settings: &'a Settings, name: &Value) -> Result<&'a Section, ConfigError> {
    settings.sso_session(&name.text).ok_or_else(|| {
        let text = format!(
            "The specified sso-session does not exist: \"{}\"",
            name.text
        );
        ConfigError::invalid(text, &name.origin)
    })
}

/// A key that the profile and its session may both state, if they agree.
fn of_profile_or_session(
    key: &str,
    profile: &Profile<'_>,
    session: Option<&Section>,
) -> Result<Option<Value>, ConfigError> {
    let of_profile = profile.get(key)?;
    let of_session = match session {
        Some(section) => section.text(key)?,
        None => None,
    };
    match (of_profile, of_session) {
        (Some(profile), Some(session)) if profile.text != session.text => {
            let text = format!(
                "The value for {key} is inconsistent between profile ({}) and sso-session ({}).",
                profile.text, session.text
            );
            Err(ConfigError::invalid(text, &profile.origin))
        }
        (of_profile, of_session) => Ok(of_session.or(of_profile)),
    }
}

/// The error of a profile that lacks some of these settings.
fn incomplete(profile: &str, settings: &[(&str, Option<Value>)]) -> ConfigError {
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

fn expired(context: &ProviderContext<'_>) -> ConfigError {
    let profile = context.profile().map_or("NAME", |profile| profile.name);
    let text = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO \
                session run aws sso login with the corresponding profile.";
    ConfigError::new(
        ConfigErrorKind::CredentialRetrieval,
        format!("{text}\nLog in with: aws sso login --profile {profile}"),
    )
}

fn credentials(answer: &Json) -> Result<Credentials, String> {
    let found = answer
        .get("roleCredentials")
        .ok_or("the answer has no roleCredentials")?;
    let text = |key: &str| found.get(key).and_then(Json::as_str).map(str::to_owned);
    let required = |key: &str| text(key).ok_or_else(|| format!("the answer has no {key}"));
    let ends = found
        .get("expiration")
        .and_then(Json::as_u64)
        .ok_or("the answer has no expiration")?;
    Ok(Credentials {
        session_token: Some(required("sessionToken")?),
        expiration: SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(ends / 1000)),
        ..Credentials::new(required("accessKeyId")?, required("secretAccessKey")?, NAME)
    })
}

/// An error of the service's, in the AWS CLI's words.
fn refused(answer: &Json, status: u16, kind: Option<&str>) -> ConfigError {
    let code = kind
        .map(|kind| kind.split(':').next().unwrap_or(kind).to_owned())
        .unwrap_or_else(|| status.to_string());
    let message = answer
        .get("message")
        .and_then(Json::as_str)
        .unwrap_or_default();
    let text = format!(
        "An error occurred ({code}) when calling the GetRoleCredentials operation: {message}"
    );
    ConfigError::new(ConfigErrorKind::RefusedByService, text)
}

#[cfg(test)]
mod tests;
