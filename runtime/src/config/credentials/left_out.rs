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
    /// What configures it, and where. As for the provider itself, a variable comes before a key, and an
    /// option that names a profile removes only variables that a key could replace.
    fn configured(&self, context: ProviderContext<'_>) -> Result<Option<String>, ConfigError> {
        if self.keys.is_empty() || context.environment_counts() {
            for variable in self.variables {
                if let Some(value) = context.settings.env().variable(variable)? {
                    return Ok((!value.is_empty()).then(|| (*variable).to_owned()));
                }
            }
        }
        let profile = context.profile()?;
        for key in self.keys {
            if let Some(value) = profile.get(key)? {
                let counts = self.variables.is_empty() || !value.text.is_empty();
                return Ok(counts.then(|| format!("{key} in {},", value.origin)));
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
    fn provide(scene: &Scene, profile: Option<&str>) -> Vec<String> {
        let settings = Settings::load(scene.env(), profile).expect("files");
        let said = |provider: &&dyn Provider| match testing::provide(*provider, &settings) {
            Ok(ProviderResult::NotConfigured(reason)) => format!("{}: {reason}", provider.name()),
            Ok(found) => panic!("{found:?}"),
            Err(error) => error.to_string(),
        };
        ALL.iter().map(said).collect()
    }

    /// Whether a provider refuses what is configured there.
    fn is_refused(scene: &Scene, profile: Option<&str>, provider: &str, what: &str) -> bool {
        let expected =
            format!("Error when retrieving credentials from {provider}: {what} needs {FEATURE}");
        provide(scene, profile).contains(&expected)
    }

    #[test]
    fn what_is_not_configured_is_passed_over() {
        let empty = "[default]\nregion = r\nweb_identity_token_file =\n";
        for said in provide(&Scene::new(empty, "", &[]), None) {
            assert!(said.ends_with(&format!(": needs {FEATURE}")), "{said}");
        }
    }

    #[test]
    fn what_a_profile_configures_is_an_error() {
        for (key, provider) in [
            ("role_arn", "assume-role"),
            ("web_identity_token_file", "assume-role-with-web-identity"),
            ("sso_account_id", "sso"),
            ("sso_role_name", "sso"),
            ("login_session", "login"),
            ("credential_process", "custom-process"),
        ] {
            let scene = Scene::new(&format!("[default]\n{key} = a\n"), "", &[]);
            let what = format!("{key} in {}, line 2,", scene.path(".aws/config"));
            assert!(is_refused(&scene, None, provider, &what), "{key}");
        }
    }

    #[test]
    fn what_a_variable_configures_is_an_error() {
        let config = "[profile p]\nregion = r\n";
        for (variable, provider, with_profile) in [
            (
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                "assume-role-with-web-identity",
                false,
            ),
            (
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "container-role",
                true,
            ),
            ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "container-role", true),
        ] {
            let scene = Scene::new(config, "", &[(variable, "/a")]);
            assert!(is_refused(&scene, None, provider, variable), "{variable}");
            assert_eq!(
                is_refused(&scene, Some("p"), provider, variable),
                with_profile
            );
            let scene = Scene::new(config, "", &[(variable, "")]);
            assert!(!is_refused(&scene, None, provider, variable), "{variable}");
        }
    }

    /// The whole chain of a program without the feature.
    #[cfg(not(feature = "temporary-credentials"))]
    #[test]
    fn the_chain_has_keys_alone() {
        use crate::error::ConfigErrorKind;
        use std::sync::Arc;

        let keys = "[default]\naws_access_key_id = A\naws_secret_access_key = s\n";
        let resolve = |config: &str, credentials: &str| {
            let scene = Scene::new(config, credentials, &[]);
            let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
            testing::resolve(&settings, &testing::failing())
        };
        let found = resolve("", keys).expect("keys");
        assert_eq!(found.source, "shared-credentials-file");
        let refused = resolve("[default]\nrole_arn = a\n", keys).unwrap_err();
        assert_eq!(refused.kind(), ConfigErrorKind::CredentialRetrieval);
        let nothing = resolve("", "").unwrap_err();
        assert_eq!(nothing.kind(), ConfigErrorKind::NoCredentials);
        assert!(
            nothing
                .to_string()
                .contains(&format!("iam-role: needs {FEATURE}"))
        );
    }

    #[cfg(not(feature = "temporary-credentials"))]
    #[test]
    fn nor_is_there_a_token_of_a_login() {
        use crate::config::credentials::Chain;
        use crate::identity::{IdentityContext, ResolveToken};
        use std::sync::Arc;

        let scene = Scene::new("[default]\nsso_session = s\n", "", &[]);
        let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
        let chain = Chain::new(settings.clone(), testing::failing(), testing::failing());
        let clock = || settings.env().now();
        let found = testing::wait(ResolveToken::resolve(
            &chain,
            IdentityContext::new("eu-west-1", &clock),
        ));
        let error = found.expect_err("no token").to_string();
        assert!(error.ends_with(&format!("sso: needs {FEATURE}")), "{error}");
    }
}
