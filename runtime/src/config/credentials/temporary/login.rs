//! Sessions of `aws login`: the credentials that it left in the AWS CLI's cache. Those that end soon
//! are replaced, and the cache with them.

mod proof;

use std::path::PathBuf;
use std::time::Duration;

use ring::digest::{SHA256, digest};
use serde_json::{Value as Json, json};

use super::services::{self, Call, SIGNIN, text};
use super::{Credentials, Provider, ProviderContext, ProviderResult, cache, failed, parse_time};
use crate::document::{Document, Map};
use crate::endpoint;
use crate::error::{ConfigError, Error, ServiceError};
use crate::future::BoxFuture;
use crate::timestamp::iso8601;
use proof::Key;

const NAME: &str = "login";
/// Credentials that end sooner are replaced.
const REFRESH_BEFORE: Duration = Duration::from_secs(5 * 60);
/// The folder of the cache, in place of the usual one.
const FOLDER: &str = "AWS_LOGIN_CACHE_DIRECTORY";

/// The profile's `login_session`.
#[derive(Debug)]
pub(super) struct Login;

impl Provider for Login {
    fn name(&self) -> &'static str {
        NAME
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            let profile = context.profile()?;
            match profile.get("login_session")? {
                None => Ok(ProviderResult::NotConfigured(format!(
                    "the profile \"{}\" has no login_session",
                    profile.name
                ))),
                Some(session) => credentials(&context, &session.text)
                    .await
                    .map(ProviderResult::Found),
            }
        })
    }
}

/// The credentials of a session.
async fn credentials(
    context: &ProviderContext<'_>,
    session: &str,
) -> Result<Credentials, ConfigError> {
    let path = path(context, session)?;
    let Some(entry) = path.as_deref().and_then(cache::read) else {
        let text = format!("there is no login of {session}");
        return Err(unloaded(context, &text));
    };
    let incomplete = || unloaded(context, "the login's entry in the cache is incomplete");
    let found = Entry::of(&entry).ok_or_else(incomplete)?;
    let current = found.credentials().ok_or_else(incomplete)?;
    let left = current
        .expiration
        .and_then(|end| end.duration_since(context.now()).ok());
    if left.is_some_and(|left| left > REFRESH_BEFORE) {
        return Ok(current);
    }
    let fresh = found.refreshed(context, &entry).await?;
    if let Some(path) = path {
        cache::write(&path, &fresh);
    }
    Entry::of(&fresh)
        .and_then(|fresh| fresh.credentials())
        .ok_or_else(incomplete)
}

/// Where a session is kept; `None` without a home folder.
fn path(context: &ProviderContext<'_>, session: &str) -> Result<Option<PathBuf>, ConfigError> {
    let env = context.settings.env();
    let folder = match env.variable(FOLDER)? {
        Some(folder) => Some(env.expand(&folder)?),
        None => env.home().map(|home| home.join(".aws/login/cache")),
    };
    let hash = digest(&SHA256, session.as_bytes());
    let key: String = hash.as_ref().iter().map(|b| format!("{b:02x}")).collect();
    Ok(folder.map(|folder| folder.join(format!("{key}.json"))))
}

/// An entry of the AWS CLI's cache of logins.
struct Entry<'a> {
    access: &'a Json,
    client: &'a str,
    refresh: &'a str,
    key: &'a str,
}

impl<'a> Entry<'a> {
    fn of(entry: &'a Json) -> Option<Self> {
        let part = |name: &str| entry.get(name)?.as_str();
        Some(Entry {
            access: entry.get("accessToken")?,
            client: part("clientId")?,
            refresh: part("refreshToken")?,
            key: part("dpopKey")?,
        })
    }

    fn credentials(&self) -> Option<Credentials> {
        let part = |name: &str| Some(self.access.get(name)?.as_str()?.to_owned());
        Some(Credentials {
            session_token: Some(part("sessionToken")?),
            expiration: Some(parse_time(&part("expiresAt")?)?),
            account_id: part("accountId"),
            ..Credentials::new(part("accessKeyId")?, part("secretAccessKey")?, NAME)
        })
    }

    /// The entry of the cache with other credentials.
    async fn refreshed(
        &self,
        context: &ProviderContext<'_>,
        entry: &Json,
    ) -> Result<Json, ConfigError> {
        let key = Key::of(self.key).map_err(|problem| unloaded(context, problem))?;
        let call = Call {
            service: &SIGNIN,
            operation: "CreateOAuth2Token",
            region: endpoint::region(context.identity.region),
            signed_by: None,
        };
        let answer = self.asked(context, &call, &key).await;
        let output = answer.map_err(|error| failure(context, error))?;
        self.replaced(context, entry, &output)
            .map_err(|problem| failed(NAME, problem))
    }

    async fn asked(
        &self,
        context: &ProviderContext<'_>,
        call: &Call<'_>,
        key: &Key,
    ) -> Result<Document, Error> {
        let body = Map::from([
            ("clientId".to_owned(), self.client.into()),
            ("refreshToken".to_owned(), self.refresh.into()),
            ("grantType".to_owned(), "refresh_token".into()),
        ]);
        let mut input = Map::from([("tokenInput".to_owned(), Document::Map(body))]);
        // The proof is for one URL.
        let url = call.url(context, input.clone()).await?;
        let proof = key.proof(&url, context.now());
        input.insert("proof".to_owned(), proof.map_err(Error::Request)?.into());
        call.make(context, input).await
    }

    /// The entry with the output of the call in place of the old credentials.
    fn replaced(
        &self,
        context: &ProviderContext<'_>,
        entry: &Json,
        output: &Document,
    ) -> Result<Json, String> {
        let output = output
            .get("tokenOutput")
            .ok_or("the answer has no tokenOutput")?;
        let access = output
            .get("accessToken")
            .ok_or("the answer has no accessToken")?;
        let life = match output.get("expiresIn") {
            Some(Document::Integer(seconds)) => u64::try_from(*seconds).ok(),
            _ => None,
        };
        let end = life.and_then(|life| context.now().checked_add(Duration::from_secs(life)));
        let mut fresh = entry.clone();
        fresh["accessToken"] = json!({
            "accessKeyId": text(access, "accessKeyId")?,
            "secretAccessKey": text(access, "secretAccessKey")?,
            "sessionToken": text(access, "sessionToken")?,
            "accountId": self.access.get("accountId"),
            "expiresAt": end.and_then(iso8601).ok_or("the answer has no expiresIn")?,
        });
        fresh["refreshToken"] = text(output, "refreshToken")?.into();
        Ok(fresh)
    }
}

/// The error of a session that can't be read.
fn unloaded(context: &ProviderContext<'_>, problem: &str) -> ConfigError {
    let text = format!(
        "Error loading login session token: {problem}\n{}",
        log_in(context)
    );
    ConfigError::credentials(text)
}

/// What to do about a session that has ended.
fn log_in(context: &ProviderContext<'_>) -> String {
    let profile = context.profile().map_or("NAME", |profile| profile.name);
    format!("Log in with: aws login --profile {profile}")
}

/// The error of a call that failed.
fn failure(context: &ProviderContext<'_>, error: Error) -> ConfigError {
    let reason = |error: &ServiceError| {
        let reason = error.details.get("error").and_then(Document::as_str);
        match reason? {
            "TOKEN_EXPIRED" => Some("the session has expired"),
            "USER_CREDENTIALS_CHANGED" => Some("the password was changed after the login"),
            "INSUFFICIENT_PERMISSIONS" => {
                Some("the permission signin:CreateOAuth2Token is missing")
            }
            _ => None,
        }
    };
    match error.service().and_then(reason) {
        Some(reason) => failed(NAME, format_args!("{reason}\n{}", log_in(context))),
        None => services::failure(NAME, error),
    }
}

#[cfg(test)]
mod tests;
