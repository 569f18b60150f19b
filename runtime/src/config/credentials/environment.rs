//! Keys and bearer tokens in environment variables.

use super::{Credentials, Provider, ProviderContext, ProviderResult, parse_time};
use crate::config::Settings;
use crate::error::{ConfigError, ConfigErrorKind};
use crate::future::BoxFuture;
use crate::identity::{ServiceTokens, Token};

/// `AWS_ACCESS_KEY_ID` and its companions. An option that names a profile removes them from the
/// chain.
#[derive(Debug)]
pub(super) struct Environment;

impl Provider for Environment {
    fn name(&self) -> &'static str {
        "env"
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            if context.environment_counts() {
                self.variables(context.settings)
            } else {
                Ok(ProviderResult::NotConfigured(
                    "not asked, as an option names a profile".into(),
                ))
            }
        })
    }
}

impl Environment {
    /// The keys in the variables.
    pub(super) fn variables(&self, settings: &Settings) -> Result<ProviderResult, ConfigError> {
        let variable = |name: &str| {
            Ok::<_, ConfigError>(
                settings
                    .env()
                    .variable(name)?
                    .filter(|text| !text.is_empty()),
            )
        };
        let Some(access_key_id) = variable("AWS_ACCESS_KEY_ID")? else {
            return Ok(ProviderResult::NotConfigured(
                "AWS_ACCESS_KEY_ID is not set".into(),
            ));
        };
        let Some(secret_access_key) = variable("AWS_SECRET_ACCESS_KEY")? else {
            let text = "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY";
            return Err(ConfigError::new(ConfigErrorKind::PartialCredentials, text));
        };
        let session_token = match variable("AWS_SECURITY_TOKEN")? {
            None => variable("AWS_SESSION_TOKEN")?,
            token => token,
        };
        let expiration = variable("AWS_CREDENTIAL_EXPIRATION")?;
        let expiration =
            expiration.map(|text| parse_time(&text).ok_or_else(|| not_a_moment(&text)));
        Ok(ProviderResult::Found(Credentials {
            session_token,
            expiration: expiration.transpose()?,
            account_id: variable("AWS_ACCOUNT_ID")?,
            ..Credentials::new(access_key_id, secret_access_key, self.name())
        }))
    }
}

fn not_a_moment(given: &str) -> ConfigError {
    let text = format!(
        "AWS_CREDENTIAL_EXPIRATION is {given:?}, not a time with its zone such as 2030-01-01T00:00:00Z."
    );
    ConfigError::new(ConfigErrorKind::CredentialRetrieval, text)
}

impl ServiceTokens for Settings {
    /// The variable for the service, unless it is empty.
    fn token(&self, signing_name: &str) -> Result<Option<Token>, ConfigError> {
        if signing_name.is_empty() {
            return Ok(None);
        }
        let name = signing_name.replace(['-', ' '], "_").to_uppercase();
        let variable = self.env().variable(&format!("AWS_BEARER_TOKEN_{name}"))?;
        Ok(variable.filter(|token| !token.is_empty()).map(Token::new))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::config::Env;

    fn provide(variables: &[(&str, &str)]) -> Result<ProviderResult, ConfigError> {
        let env = Env::with_variables(variables.iter().copied());
        crate::config::credentials::testing::provide(&Environment, &Settings::load(env, None)?)
    }

    #[test]
    fn reads_every_variable() {
        let keys = [
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
        ];
        let lasting = Credentials::new("AKID", "s", "env");
        let token = |token: &str| Credentials {
            session_token: Some(token.into()),
            ..lasting.clone()
        };
        for (more, expected) in [
            (&[][..], lasting.clone()),
            (&[("AWS_SESSION_TOKEN", "a")], token("a")),
            (
                &[("AWS_SESSION_TOKEN", "a"), ("AWS_SECURITY_TOKEN", "b")],
                token("b"),
            ),
            (
                &[("AWS_SESSION_TOKEN", "a"), ("AWS_SECURITY_TOKEN", "")],
                token("a"),
            ),
            (
                &[("AWS_SESSION_TOKEN", ""), ("AWS_ACCOUNT_ID", "")],
                lasting.clone(),
            ),
            (
                &[("AWS_ACCOUNT_ID", "1234")],
                Credentials {
                    account_id: Some("1234".into()),
                    ..lasting.clone()
                },
            ),
            (
                &[("AWS_CREDENTIAL_EXPIRATION", "1970-01-01T00:01:00Z")],
                Credentials {
                    expiration: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(60)),
                    ..lasting.clone()
                },
            ),
        ] {
            match provide(&[&keys[..], more].concat()) {
                Ok(ProviderResult::Found(found)) => assert_eq!(found, expected),
                other => panic!("{more:?}: {other:?}"),
            }
        }
    }

    #[test]
    fn incomplete_variables() {
        for variables in [
            &[][..],
            &[("AWS_SECRET_ACCESS_KEY", "s")],
            &[("AWS_ACCESS_KEY_ID", "")],
        ] {
            assert!(
                matches!(provide(variables), Ok(ProviderResult::NotConfigured(_))),
                "{variables:?}"
            );
        }
        for variables in [
            &[("AWS_ACCESS_KEY_ID", "AKID")][..],
            &[("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "")],
        ] {
            let error = provide(variables).unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::PartialCredentials);
            assert_eq!(
                error.to_string(),
                "Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY"
            );
        }
    }

    #[test]
    fn an_expiration_that_is_no_time_is_an_error() {
        let variables = [
            ("AWS_ACCESS_KEY_ID", "A"),
            ("AWS_SECRET_ACCESS_KEY", "s"),
            ("AWS_CREDENTIAL_EXPIRATION", "soon"),
        ];
        assert_eq!(
            provide(&variables).unwrap_err().kind(),
            ConfigErrorKind::CredentialRetrieval
        );
    }

    #[test]
    fn tokens_are_for_one_service() {
        let env = Env::with_variables([
            ("AWS_BEARER_TOKEN_TOY_BOX_2", "t"),
            ("AWS_BEARER_TOKEN_EMPTY", ""),
        ]);
        let settings = Settings::load(env, None).expect("settings");
        for (name, expected) in [
            ("toy-box 2", Some("t")),
            ("Toy_Box-2", Some("t")),
            ("toy", None),
            ("empty", None),
        ] {
            let found = settings.token(name).expect("no problem");
            assert_eq!(
                found.map(|token| token.value).as_deref(),
                expected,
                "{name}"
            );
        }
    }
}
