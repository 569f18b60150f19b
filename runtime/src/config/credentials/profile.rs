//! Keys written in a profile: of the credentials file, or of the config file.

use std::path::Path;

use super::{Credentials, Provider, ProviderContext, ProviderResult};
use crate::config::Section;
use crate::error::{ConfigError, ConfigErrorKind};
use crate::future::BoxFuture;

/// `[NAME]` of the credentials file.
#[derive(Debug)]
pub(super) struct SharedCredentialsFile;

impl Provider for SharedCredentialsFile {
    fn name(&self) -> &'static str {
        "shared-credentials-file"
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            let profile = context.profile()?;
            static_keys(
                self.name(),
                profile.name,
                profile.credentials,
                context.settings.credentials_file(),
            )
        })
    }
}

/// `[profile NAME]` of the config file.
#[derive(Debug)]
pub(super) struct ConfigFile;

impl Provider for ConfigFile {
    fn name(&self) -> &'static str {
        "config-file"
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            let profile = context.profile()?;
            static_keys(
                self.name(),
                profile.name,
                profile.config,
                context.settings.config_file(),
            )
        })
    }
}

/// The keys of a section. An empty value counts as missing: nothing can be signed with it.
fn static_keys(
    provider: &'static str,
    profile: &str,
    section: Option<&Section>,
    (path, absent): (&Path, Option<&str>),
) -> Result<ProviderResult, ConfigError> {
    let path = path.display();
    let not_configured = |reason: String| Ok(ProviderResult::NotConfigured(reason));
    if let Some(reason) = absent {
        return not_configured(format!("{path} {reason}"));
    }
    let Some(section) = section else {
        return not_configured(format!("{path} has no profile \"{profile}\""));
    };
    let key = |name: &str| {
        Ok::<_, ConfigError>(section.text(name)?.filter(|value| !value.text.is_empty()))
    };
    let text = |name: &str| Ok::<_, ConfigError>(key(name)?.map(|value| value.text));
    let Some(access_key_id) = key("aws_access_key_id")? else {
        return not_configured(format!(
            "the profile \"{profile}\" in {path} has no aws_access_key_id"
        ));
    };
    let Some(secret_access_key) = text("aws_secret_access_key")? else {
        return Err(ConfigError::new(
            ConfigErrorKind::PartialCredentials,
            format!(
                "Partial credentials found in {provider}, missing: aws_secret_access_key\nThe access key is in {}.",
                access_key_id.origin
            ),
        ));
    };
    let session_token = match text("aws_security_token")? {
        None => text("aws_session_token")?,
        token => token,
    };
    Ok(ProviderResult::Found(Credentials {
        session_token,
        account_id: text("aws_account_id")?,
        ..Credentials::new(access_key_id.text, secret_access_key, provider)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::config::env::testing::Scene;

    fn provide(
        provider: &dyn Provider,
        config: &str,
        credentials: &str,
    ) -> (Scene, Result<ProviderResult, ConfigError>) {
        let scene = Scene::new(config, credentials, &[]);
        let settings = Settings::load(scene.env(), Some("p")).expect("files");
        (
            scene,
            crate::config::credentials::testing::provide(provider, &settings),
        )
    }

    #[test]
    fn reads_every_key() {
        let keys = "aws_access_key_id = AKID\naws_secret_access_key = s\n";
        for (more, token, account) in [
            ("", None, None),
            ("aws_session_token = a\n", Some("a"), None),
            (
                "aws_session_token = a\naws_security_token = b\n",
                Some("b"),
                None,
            ),
            (
                "aws_session_token =\naws_account_id = 1234\n",
                None,
                Some("1234"),
            ),
        ] {
            let config = format!("[profile p]\n{keys}{more}");
            let credentials = format!("[p]\n{keys}{more}");
            for (provider, config, credentials) in [
                (&SharedCredentialsFile as &dyn Provider, "", &*credentials),
                (&ConfigFile, &*config, ""),
            ] {
                let expected = Credentials {
                    session_token: token.map(str::to_owned),
                    account_id: account.map(str::to_owned),
                    ..Credentials::new("AKID", "s", provider.name())
                };
                match provide(provider, config, credentials).1 {
                    Ok(ProviderResult::Found(found)) => assert_eq!(found, expected),
                    other => panic!("{more}: {other:?}"),
                }
            }
        }
    }

    #[test]
    fn a_key_without_its_secret_is_an_error() {
        for secret in ["", "aws_secret_access_key =\n"] {
            let keys = format!("region = r\naws_access_key_id = AKID\n{secret}");
            let (scene, answer) = provide(&SharedCredentialsFile, "", &format!("[p]\n{keys}"));
            let error = answer.unwrap_err();
            assert_eq!(error.kind(), ConfigErrorKind::PartialCredentials);
            let expected = format!(
                "Partial credentials found in shared-credentials-file, missing: aws_secret_access_key\nThe access key \
                 is in {}, line 3.",
                scene.path(".aws/credentials")
            );
            assert_eq!(error.to_string(), expected);
            let (_, answer) = provide(&ConfigFile, &format!("[profile p]\n{keys}"), "");
            let text = answer.unwrap_err().to_string();
            assert!(text.starts_with(
                "Partial credentials found in config-file, missing: aws_secret_access_key\n"
            ));
        }
    }

    #[test]
    fn reasons_name_the_file() {
        for (config, credentials, reason) in [
            ("[profile p]\n", "", "/.aws/credentials does not exist"),
            (
                "[profile p]\n",
                "[q]\n",
                "/.aws/credentials has no profile \"p\"",
            ),
            (
                "",
                "[p]\nregion = r\n",
                "/.aws/credentials has no aws_access_key_id",
            ),
            (
                "",
                "[p]\naws_access_key_id =\n",
                "/.aws/credentials has no aws_access_key_id",
            ),
        ] {
            match provide(&SharedCredentialsFile, config, credentials).1 {
                Ok(ProviderResult::NotConfigured(text)) => {
                    assert!(text.ends_with(reason), "{text}")
                }
                other => panic!("{reason}: {other:?}"),
            }
        }
    }
}
