//! The token that `aws sso login` left in the AWS CLI's cache. One that ends soon is replaced, and the
//! cache with it, where the login allows that.

use std::time::{Duration, SystemTime};

use serde_json::{Value as Json, json};

use super::super::services::{Call, SSO_OIDC, text};
use super::super::{ProviderContext, cache, parse_time};
use crate::config::{Profile, Section, Settings, Value};
use crate::document::{Document, Map};
use crate::error::{ConfigError, ConfigErrorKind};
use crate::timestamp::iso8601;

/// Tokens that end sooner are replaced.
const REFRESH_BEFORE: Duration = Duration::from_secs(15 * 60);

/// A login, which has one token for all its roles.
pub(in crate::config::credentials) struct Login {
    /// The session that the profile names; without it, the profile states the session's keys
    /// itself.
    pub(in crate::config::credentials) session: Option<String>,
    pub(in crate::config::credentials) start_url: String,
    pub(in crate::config::credentials) region: String,
}

/// What a profile and its session state of a login.
pub(in crate::config::credentials) struct Stated {
    pub(in crate::config::credentials) session: Option<String>,
    pub(in crate::config::credentials) start_url: Option<Value>,
    pub(in crate::config::credentials) region: Option<Value>,
}

/// A token, which opens whatever the login may.
pub(in crate::config::credentials) struct Token {
    pub(in crate::config::credentials) text: String,
    pub(in crate::config::credentials) expiration: SystemTime,
}

impl Login {
    /// What the profile and the session that it names state.
    pub(in crate::config::credentials) fn stated(
        settings: &Settings,
        profile: &Profile<'_>,
    ) -> Result<Stated, ConfigError> {
        let session = profile.get("sso_session")?;
        let section = match &session {
            Some(name) => Some(session_section(settings, name)?),
            None => None,
        };
        Ok(Stated {
            start_url: of_profile_or_session("sso_start_url", profile, section)?,
            region: of_profile_or_session("sso_region", profile, section)?,
            session: session.map(|session| session.text),
        })
    }

    /// The token, which has not expired, or the error of one that has. It is replaced before it does,
    /// if the login allows that.
    pub(in crate::config::credentials) async fn token(
        &self,
        context: &ProviderContext<'_>,
        expired: fn(&ProviderContext<'_>) -> ConfigError,
    ) -> Result<Token, ConfigError> {
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
        let token = Token::of(&entry)
            .ok_or_else(|| unloaded(format!("Token for {} is invalid", self.start_url)))?;
        let left = token.expiration.duration_since(context.now());
        let mut failure = None;
        if left.unwrap_or_default() < REFRESH_BEFORE && self.session.is_some() {
            match self.refreshed(context, &entry).await {
                Ok(Some(fresh)) => {
                    if let Some(path) = path {
                        cache::write(&path, &fresh);
                    }
                    if let Some(token) = Token::of(&fresh) {
                        return Ok(token);
                    }
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::debug!(target: "opsmith", "the token of single sign-on can't be refreshed: {error}");
                    failure = Some(error);
                }
            }
        }
        if token.expiration > context.now() {
            return Ok(token);
        }
        let expired = expired(context);
        Err(match failure {
            Some(error) => {
                let text = format!("{expired}\nIt could not be refreshed: {error}");
                ConfigError::new(expired.kind(), text).caused_by(error)
            }
            None => expired,
        })
    }

    /// The entry of the cache with another token. `None` if it can't be refreshed; the caller then
    /// uses the old token until it expires.
    async fn refreshed(
        &self,
        context: &ProviderContext<'_>,
        entry: &Json,
    ) -> Result<Option<Json>, crate::Error> {
        let Some(input) = refresh_input(context, entry) else {
            return Ok(None);
        };
        let call = Call {
            service: &SSO_OIDC,
            operation: "CreateToken",
            region: &self.region,
            signed_by: None,
        };
        let output = call.make(context, input).await?;
        Ok(self.entry(context, entry, &output))
    }

    /// The entry of the cache with the token that a service gave.
    fn entry(&self, context: &ProviderContext<'_>, old: &Json, output: &Document) -> Option<Json> {
        let life = match output.get("expiresIn")? {
            Document::Integer(seconds) => Duration::from_secs(u64::try_from(*seconds).ok()?),
            _ => return None,
        };
        let mut fresh = json!({
            "startUrl": self.start_url,
            "region": self.region,
            "accessToken": text(output, "accessToken").ok()?,
            "expiresAt": iso8601(context.now().checked_add(life)?)?,
            "clientId": old.get("clientId")?,
            "clientSecret": old.get("clientSecret")?,
            "registrationExpiresAt": old.get("registrationExpiresAt")?,
        });
        if let Ok(token) = text(output, "refreshToken") {
            fresh["refreshToken"] = token.into();
        }
        Some(fresh)
    }
}

/// What is sent for another token, if the entry of the cache allows it.
fn refresh_input(context: &ProviderContext<'_>, entry: &Json) -> Option<Map> {
    let part = |key: &str| entry.get(key).and_then(Json::as_str);
    if parse_time(part("registrationExpiresAt")?)? <= context.now() {
        return None;
    }
    Some(Map::from([
        ("clientId".to_owned(), part("clientId")?.into()),
        ("clientSecret".to_owned(), part("clientSecret")?.into()),
        ("grantType".to_owned(), "refresh_token".into()),
        ("refreshToken".to_owned(), part("refreshToken")?.into()),
    ]))
}

impl Token {
    /// The token in an entry of the cache.
    fn of(entry: &Json) -> Option<Self> {
        let part = |key: &str| entry.get(key).and_then(Json::as_str);
        Some(Token {
            text: part("accessToken")?.to_owned(),
            expiration: parse_time(part("expiresAt")?)?,
        })
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

/// The error of a login that has ended.
pub(in crate::config::credentials) fn expired(context: &ProviderContext<'_>) -> ConfigError {
    let profile = context.profile().map_or("NAME", |profile| profile.name);
    let text = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO \
                session run aws sso login with the corresponding profile.";
    ConfigError::new(
        ConfigErrorKind::CredentialRetrieval,
        format!("{text}\nLog in with: aws sso login --profile {profile}"),
    )
}
