//! A role taken with the token of a web identity, which a file holds: `AWS_WEB_IDENTITY_TOKEN_FILE`
//! or the profile's `web_identity_token_file`.

use super::sts::Role;
use super::{Provider, ProviderContext, ProviderResult, failed};
use crate::config::{Origin, Value};
use crate::error::ConfigError;
use crate::future::BoxFuture;

const NAME: &str = "assume-role-with-web-identity";

/// The token's file, and the role to take with it.
#[derive(Debug)]
pub(super) struct WebIdentity;

impl Provider for WebIdentity {
    fn name(&self) -> &'static str {
        NAME
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            let Some(file) = stated(
                &context,
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "web_identity_token_file",
            )?
            else {
                let text = "neither AWS_WEB_IDENTITY_TOKEN_FILE nor the key web_identity_token_file is there";
                return Ok(ProviderResult::NotConfigured(text.to_owned()));
            };
            let Some(arn) = stated(&context, "AWS_ROLE_ARN", "role_arn")? else {
                let text = "The provided profile or the current environment is configured to assume role with web identity \
                            but has no role ARN configured. Ensure that the profile has the role_arnconfiguration set or \
                            the AWS_ROLE_ARN env var is set.";
                return Err(ConfigError::invalid(text, &file.origin));
            };
            let session = stated(&context, "AWS_ROLE_SESSION_NAME", "role_session_name")?
                .map(|value| value.text);
            let role = Role {
                duration: None,
                external_id: None,
                arn: arn.text,
                session,
                device: None,
            };
            if let Some(found) = role.cached(&context, NAME) {
                return Ok(ProviderResult::Found(found));
            }
            let proof = ("WebIdentityToken", token(&file)?);
            role.take(
                &context,
                NAME,
                "AssumeRoleWithWebIdentity",
                Some(proof),
                None,
            )
            .await
            .map(ProviderResult::Found)
        })
    }
}

/// What a variable states, or else the profile.
fn stated(
    context: &ProviderContext<'_>,
    variable: &str,
    key: &str,
) -> Result<Option<Value>, ConfigError> {
    if context.environment_counts()
        && let Some(text) = context.settings.env().variable(variable)?
    {
        let value = Value {
            text,
            origin: Origin::Variable(variable.to_owned()),
        };
        return Ok(Some(value).filter(|value| !value.text.is_empty()));
    }
    Ok(context
        .profile()?
        .get(key)?
        .filter(|value| !value.text.is_empty()))
}

fn token(file: &Value) -> Result<String, ConfigError> {
    std::fs::read_to_string(&file.text).map_err(|error| {
        failed(
            NAME,
            format_args!(
                "the token's file {} can't be read: {error}\nIt is named by {}.",
                file.text, file.origin
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::config::credentials::testing::{LATE, answering, failing, resolve, sent, signed_by};
    use crate::config::env::testing::Scene;
    use std::sync::Arc;

    #[test]
    fn the_token_of_a_file_is_sent_unsigned() {
        let answer = format!(
            "<R><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>hidden\
             </SecretAccessKey><SessionToken>t</SessionToken><Expiration>{LATE}</Expiration></Credentials>\
             </AssumeRoleWithWebIdentityResult></R>"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("token").display().to_string();
        std::fs::write(&file, "to+ken").expect("a file");
        let of_profile = format!(
            "[default]\nrole_arn = r\nrole_session_name = s\nweb_identity_token_file = {file}\n"
        );
        let variables = [
            ("AWS_WEB_IDENTITY_TOKEN_FILE", &*file),
            ("AWS_ROLE_ARN", "r"),
            ("AWS_ROLE_SESSION_NAME", "s"),
        ];
        for (config, variables) in [(&*of_profile, &[][..]), ("", &variables)] {
            let scene = Scene::new(config, "", variables);
            let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
            let fake = answering(&[(200, &answer)]);
            assert_eq!(
                resolve(&settings, &fake).map(|found| found.source),
                Ok(NAME)
            );
            assert_eq!(signed_by(&fake), None);
            let form = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=r&RoleSessionName=s&WebIdentityToken=to%2Bken";
            assert!(sent(&fake).concat().ends_with(form), "{:?}", sent(&fake));
            assert_eq!(
                resolve(&settings, &failing()).map(|found| found.source),
                Ok(NAME),
                "of the cache"
            );
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        for (variables, expected) in [
            (
                &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent")][..],
                "has no role ARN configured",
            ),
            (
                &[
                    ("AWS_WEB_IDENTITY_TOKEN_FILE", "/nonexistent"),
                    ("AWS_ROLE_ARN", "r"),
                ],
                "the token's file /nonexistent can't be read: No such file or directory (os error 2)\nIt is named by \
                 AWS_WEB_IDENTITY_TOKEN_FILE.",
            ),
        ] {
            let scene = Scene::new("", "", variables);
            let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
            let error = resolve(&settings, &failing())
                .expect_err(expected)
                .to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
