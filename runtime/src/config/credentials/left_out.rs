//! In place of the providers of temporary credentials, without the feature for them: one that is
//! configured is an error.

use super::{Provider, ProviderContext, ProviderResult};
use crate::error::ConfigError;
use crate::future::BoxFuture;

/// The feature that is missing, in words that end a sentence.
const FEATURE: &str = "the feature `temporary-credentials` of opsmith-runtime";

/// A provider that is left out.
#[derive(Debug)]
struct LeftOut {
    name: &'static str,
    /// A key of a profile, or a variable, that configures it.
    keys: &'static [&'static str],
    variables: &'static [&'static str],
}

pub(super) const ROLE: &dyn Provider = &LeftOut {
    name: "assume-role",
    keys: &["role_arn"],
    variables: &[],
};
pub(super) const WEB_IDENTITY: &dyn Provider = &LeftOut {
    name: "assume-role-with-web-identity",
    keys: &["web_identity_token_file"],
    variables: &["AWS_WEB_IDENTITY_TOKEN_FILE"],
};
pub(super) const SSO: &dyn Provider = &LeftOut {
    name: "sso",
    keys: &["sso_account_id", "sso_role_name"],
    variables: &[],
};
pub(super) const LOGIN: &dyn Provider = &LeftOut {
    name: "login",
    keys: &["login_session"],
    variables: &[],
};
pub(super) const PROCESS: &dyn Provider = &LeftOut {
    name: "custom-process",
    keys: &["credential_process"],
    variables: &[],
};
pub(super) const CONTAINER: &dyn Provider = &LeftOut {
    name: "container-role",
    keys: &[],
    variables: &[
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ],
};
pub(super) const INSTANCE: &dyn Provider = &LeftOut {
    name: "iam-role",
    keys: &[],
    variables: &[],
};

impl LeftOut {
    /// What configures it, and where.
    fn configured(&self, context: ProviderContext<'_>) -> Result<Option<String>, ConfigError> {
        let profile = context.profile()?;
        for key in self.keys {
            if let Some(value) = profile.get(key)? {
                return Ok(Some(format!("{key} in {},", value.origin)));
            }
        }
        for variable in self.variables {
            let value = context.settings.env().variable(variable)?;
            if context.environment_counts() && value.is_some_and(|value| !value.is_empty()) {
                return Ok(Some((*variable).to_owned()));
            }
        }
        Ok(None)
    }
}

impl Provider for LeftOut {
    fn name(&self) -> &'static str {
        self.name
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            match self.configured(context)? {
                None => Ok(ProviderResult::NotConfigured(format!("needs {FEATURE}"))),
                Some(what) => Err(super::failed(
                    self.name,
                    format_args!("{what} needs {FEATURE}"),
                )),
            }
        })
    }
}

#[cfg(not(feature = "temporary-credentials"))]
impl crate::identity::ResolveToken for super::Chain {
    fn resolve<'a>(
        &'a self,
        _: crate::identity::IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<crate::identity::Token, ConfigError>> {
        let text = format!(
            "\n  env: AWS_BEARER_TOKEN_NAME is not set, with the signing name of the service as NAME\n  sso: needs {FEATURE}"
        );
        Box::pin(async move { Err(ConfigError::no_token(&text)) })
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
    use crate::config::Settings;
    use crate::config::env::testing::Scene;

    const ALL: [&dyn Provider; 7] = [ROLE, WEB_IDENTITY, SSO, LOGIN, PROCESS, CONTAINER, INSTANCE];

    /// What each provider says.
    fn provide(scene: &Scene) -> Vec<String> {
        let settings = Settings::load(scene.env(), None).expect("files");
        let said = |provider: &&dyn Provider| match testing::provide(*provider, &settings) {
            Ok(ProviderResult::NotConfigured(reason)) => format!("{}: {reason}", provider.name()),
            Ok(found) => panic!("{found:?}"),
            Err(error) => error.to_string(),
        };
        ALL.iter().map(said).collect()
    }

    #[test]
    fn what_is_not_configured_is_passed_over() {
        for said in provide(&Scene::new("[default]\nregion = r\n", "", &[])) {
            assert!(
                said.ends_with(": needs the feature `temporary-credentials` of opsmith-runtime")
            );
        }
    }

    #[test]
    fn what_is_configured_is_an_error() {
        for (key, provider) in [
            ("role_arn", "assume-role"),
            ("web_identity_token_file", "assume-role-with-web-identity"),
            ("sso_account_id", "sso"),
            ("sso_role_name", "sso"),
            ("login_session", "login"),
            ("credential_process", "custom-process"),
        ] {
            let scene = Scene::new(&format!("[default]\n{key} = a\n"), "", &[]);
            let config = scene.path(".aws/config");
            let expected = format!(
                "Error when retrieving credentials from {provider}: {key} in {config}, line 2, needs {FEATURE}"
            );
            assert!(
                provide(&scene).contains(&expected),
                "{expected}: {:?}",
                provide(&scene)
            );
        }
        for (variable, provider) in [
            (
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "assume-role-with-web-identity",
            ),
            ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "container-role"),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "container-role"),
        ] {
            let expected = format!(
                "Error when retrieving credentials from {provider}: {variable} needs {FEATURE}"
            );
            let said = provide(&Scene::new("", "", &[(variable, "/a")]));
            assert!(said.contains(&expected), "{said:?}");
            let said = provide(&Scene::new("", "", &[(variable, "")]));
            assert!(!said.contains(&expected), "{said:?}");
        }
    }
}
