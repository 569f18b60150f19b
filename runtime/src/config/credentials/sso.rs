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
use crate::config::Value;
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

/// What the profile says of its access.
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
    fn of(context: &ProviderContext<'_>) -> Result<Option<Self>, ConfigError> {
        let profile = context.profile()?;
        let role = profile.get("sso_role_name")?;
        let account = profile.get("sso_account_id")?;
        if role.is_none() && account.is_none() {
            return Ok(None);
        }
        let session = profile.get("sso_session")?;
        let section = match &session {
            None => None,
            Some(Value { text, origin }) => {
                Some(context.settings.sso_session(text).ok_or_else(|| {
                    ConfigError::invalid(
                        format!("The specified sso-session does not exist: \"{text}\""),
                        origin,
                    )
                })?)
            }
        };
        let shared = |key: &str| -> Result<Option<Value>, ConfigError> {
            let own = profile.get(key)?;
            let theirs = section
                .map(|section| section.text(key))
                .transpose()?
                .flatten();
            match (own, theirs) {
                (Some(own), Some(theirs)) if own.text != theirs.text => Err(ConfigError::invalid(
                    format!(
                        "The value for {key} is inconsistent between profile ({}) and sso-session ({}).",
                        own.text, theirs.text
                    ),
                    &own.origin,
                )),
                (own, theirs) => Ok(theirs.or(own)),
            }
        };
        let start_url = shared("sso_start_url")?;
        let region = shared("sso_region")?;
        let keys = [
            ("sso_role_name", &role),
            ("sso_account_id", &account),
            ("sso_start_url", &start_url),
            ("sso_region", &region),
        ];
        let missing: Vec<_> = keys
            .iter()
            .filter(|(_, value)| value.is_none())
            .map(|(key, _)| *key)
            .collect();
        let (Some(role), Some(account), Some(start_url), Some(region)) =
            (role, account, start_url, region)
        else {
            let text = "is configured to use SSO but is missing required configuration";
            let text = format!(
                "The profile \"{}\" {text}: {}",
                profile.name,
                missing.join(", ")
            );
            return Err(ConfigError::new(ConfigErrorKind::InvalidValue, text));
        };
        let session = session.map(|session| session.text);
        Ok(Some(Access {
            role: role.text,
            account: account.text,
            start_url: start_url.text,
            region: region.text,
            session,
        }))
    }

    async fn credentials(&self, context: &ProviderContext<'_>) -> Result<Credentials, ConfigError> {
        let path = self.path(context);
        if let Some(found) = path
            .as_deref()
            .and_then(|path| cache::credentials(path, NAME, context.now))
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
        let now = context.now;
        if ends.duration_since(now).unwrap_or_default() < REFRESH_BEFORE
            && self.session.is_some()
            && let Some(fresh) = self.refreshed(context, &entry).await
        {
            if let Some(path) = path {
                cache::write(&path, &fresh);
            }
            return Ok(fresh["accessToken"].as_str().unwrap_or_default().to_owned());
        }
        if ends > now {
            Ok(token)
        } else {
            Err(expired(context))
        }
    }

    /// A new entry of the cache for one that ends; none when there is none to have, in which case
    /// the old one serves as long as it lasts.
    async fn refreshed(&self, context: &ProviderContext<'_>, entry: &Json) -> Option<Json> {
        let text = |key: &str| entry.get(key).and_then(Json::as_str);
        let token = text("refreshToken")?;
        let id = text("clientId")?;
        let secret = text("clientSecret")?;
        let registration = text("registrationExpiresAt")?;
        if parse_time(registration)? <= context.now {
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
            "expiresAt": iso8601(context.now.checked_add(life)?)?,
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
mod tests {
    use std::fs;
    use std::path::Path;

    use super::super::testing::{LATE, answering, failing, resolve, sent};
    use super::*;
    use crate::config::Settings;
    use crate::config::env::testing::Scene;
    use std::sync::Arc;

    const SESSION: &str = "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = \
                           eu-west-1\nsso_start_url = https://start.example\n";
    const LEGACY: &str = "[default]\nsso_account_id = 1\nsso_role_name = r\nsso_region = eu-west-1\nsso_start_url = \
                          https://start.example\n";
    /// Where the AWS CLI keeps the tokens of the session and of the start URL.
    const TOKENS: [&str; 2] = [
        ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json",
        ".aws/sso/cache/1c5a689b7bb92284d0c514c4b1c1e1ce96d9621f.json",
    ];
    const ANSWER: &str = r#"{"roleCredentials":{"accessKeyId":"ASIA","secretAccessKey":"hidden","sessionToken":"t","expiration":4070908800000}}"#;

    /// A home folder with a configuration and a token.
    fn scene(config: &str, path: &str, token: &str) -> (Scene, Arc<Settings>) {
        let scene = Scene::new(config, "", &[("AWS_EC2_METADATA_DISABLED", "true")]);
        let path = scene.path(path);
        fs::create_dir_all(Path::new(&path).parent().expect("a folder")).expect("a folder");
        fs::write(path, token).expect("a file");
        let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
        (scene, settings)
    }

    fn token(expires: &str) -> String {
        format!(
            r#"{{"accessToken":"TOKEN","expiresAt":"{expires}","refreshToken":"REFRESH","clientId":"c","clientSecret":"s","registrationExpiresAt":"{LATE}"}}"#
        )
    }

    #[test]
    fn a_token_of_the_cache_opens_the_role() {
        let cached = [
            ".aws/cli/cache/c5a16f1e78f48dca91be86ba2e308f4d622bae1b.json",
            ".aws/cli/cache/dc2655122aeaa2822cec7a4ba9ae69dc9c49c250.json",
        ];
        for ((config, path), cached) in [(SESSION, TOKENS[0]), (LEGACY, TOKENS[1])]
            .into_iter()
            .zip(cached)
        {
            let (scene, settings) = scene(config, path, &token(LATE));
            let fake = answering(&[(200, ANSWER)]);
            assert_eq!(
                resolve(&settings, &fake).map(|found| (found.source, found.access_key_id)),
                Ok((NAME, "ASIA".into()))
            );
            let expected = "GET https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=r&account_id=1\n\
                            x-amz-sso_bearer_token: TOKEN\n";
            assert_eq!(sent(&fake), [expected]);
            assert!(Path::new(&scene.path(cached)).exists(), "{cached}");
            assert_eq!(
                resolve(&settings, &failing()).map(|found| found.source),
                Ok(NAME),
                "of the cache"
            );
        }
    }

    #[test]
    fn a_token_that_ends_is_replaced_in_the_cache() {
        let (scene, settings) = scene(SESSION, TOKENS[0], &token("2020-01-01T00:00:00Z"));
        let fresh = r#"{"accessToken":"FRESH","expiresIn":28800,"refreshToken":"NEXT"}"#;
        let fake = answering(&[(200, fresh), (200, ANSWER)]);
        assert_eq!(
            resolve(&settings, &fake).map(|found| found.source),
            Ok(NAME)
        );
        let sent = sent(&fake);
        assert!(
            sent[0].starts_with("POST https://oidc.eu-west-1.amazonaws.com/token\n"),
            "{sent:?}"
        );
        assert!(sent[0].contains(r#""refreshToken":"REFRESH""#), "{sent:?}");
        assert!(
            sent[1].ends_with("x-amz-sso_bearer_token: FRESH\n"),
            "{sent:?}"
        );
        let kept = cache::read(Path::new(&scene.path(TOKENS[0]))).expect("the entry");
        assert_eq!(
            (&kept["accessToken"], &kept["refreshToken"]),
            (&"FRESH".into(), &"NEXT".into())
        );
        assert_eq!(kept["clientSecret"], "s");
    }

    #[test]
    fn a_token_that_can_not_be_replaced_serves_as_long_as_it_lasts() {
        let ends = time::OffsetDateTime::now_utc() + Duration::from_secs(600);
        let ends = ends
            .format(&time::format_description::well_known::Rfc3339)
            .expect("a time");
        let (_scene, settings) = scene(SESSION, TOKENS[0], &token(&ends));
        let fake = answering(&[(400, "{}"), (200, ANSWER)]);
        assert_eq!(
            resolve(&settings, &fake).map(|found| found.source),
            Ok(NAME)
        );
        assert!(
            sent(&fake)[1].ends_with("x-amz-sso_bearer_token: TOKEN\n"),
            "{:?}",
            sent(&fake)
        );
    }

    #[test]
    fn logins_that_ended_are_told() {
        let expired = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO \
                       session run aws sso login with the corresponding profile.\nLog in with: aws sso login --profile default";
        for (config, path, entry, answers, expected) in [
            (
                SESSION,
                TOKENS[1],
                "{}",
                &[][..],
                "Error loading SSO Token: Token for s does not exist\n",
            ),
            (
                SESSION,
                TOKENS[0],
                "{}",
                &[],
                "Error loading SSO Token: Token for https://start.example is invalid\n",
            ),
            (
                LEGACY,
                TOKENS[1],
                &token("2020-01-01T00:00:00Z"),
                &[],
                expired,
            ),
            (
                SESSION,
                TOKENS[0],
                &token("2020-01-01T00:00:00Z"),
                &[(400, "{}")],
                expired,
            ),
            (SESSION, TOKENS[0], &token(LATE), &[(401, "{}")], expired),
            (
                SESSION,
                TOKENS[0],
                &token(LATE),
                &[(403, r#"{"message":"No access"}"#)],
                "An error occurred (403) when calling the GetRoleCredentials operation: No access",
            ),
        ] {
            let (_scene, settings) = scene(config, path, entry);
            let error = resolve(&settings, &answering(answers))
                .expect_err(expected)
                .to_string();
            assert!(error.starts_with(expected), "{error}");
            assert!(
                !error.contains("TOKEN") && !error.contains("REFRESH"),
                "{error}"
            );
        }
    }

    #[test]
    fn what_is_missing_or_contradictory_is_told() {
        for (config, expected) in [
            (
                "[default]\nsso_account_id = 1\n",
                "The profile \"default\" is configured to use SSO but is missing required configuration: sso_role_name, \
                 sso_start_url, sso_region",
            ),
            (
                "[default]\nsso_account_id = 1\nsso_role_name = r\nsso_session = zz\n",
                "The specified sso-session does not exist: \"zz\"\n",
            ),
            (
                &format!(
                    "{}[sso-session s]\nsso_region = us-east-1\n",
                    LEGACY.to_owned() + "sso_session = s\n"
                ),
                "The value for sso_region is inconsistent between profile (eu-west-1) and sso-session (us-east-1).\n",
            ),
        ] {
            let (_scene, settings) = scene(config, TOKENS[0], "{}");
            let error = resolve(&settings, &failing())
                .expect_err(expected)
                .to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
