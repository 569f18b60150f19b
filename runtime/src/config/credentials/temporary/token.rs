//! Bearer tokens of the login that `aws sso login` left in the
//! AWS CLI's cache.

use super::sso::{Login, incomplete};
use super::{Chain, ProviderContext};
use crate::error::{ConfigError, ConfigErrorKind};
use crate::future::BoxFuture;
use crate::identity::{IdentityContext, ResolveToken, Token};

impl ResolveToken for Chain {
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Token, ConfigError>> {
        Box::pin(async move {
            let context = self.context(context);
            let profile = context.profile()?;
            let stated = Login::stated(context.settings, &profile)?;
            if stated.session.is_none() {
                return Err(missing(profile.name));
            }
            let (Some(start_url), Some(region)) = (&stated.start_url, &stated.region) else {
                let settings = [
                    ("sso_start_url", stated.start_url),
                    ("sso_region", stated.region),
                ];
                return Err(incomplete(profile.name, &settings));
            };
            let login = Login {
                start_url: start_url.text.clone(),
                region: region.text.clone(),
                session: stated.session,
            };
            let found = login.token(&context, expired).await?;
            let mut token = Token::new(found.text);
            token.expiration = Some(found.expiration);
            Ok(token)
        })
    }
}

/// The error of a login that has ended.
fn expired(context: &ProviderContext<'_>) -> ConfigError {
    let profile = context.profile().map_or("NAME", |profile| profile.name);
    let text = format!(
        "Error when retrieving token from sso: Token has expired and refresh failed\nLog in with: aws sso login --profile \
         {profile}"
    );
    ConfigError::new(ConfigErrorKind::CredentialRetrieval, text)
}

/// The error of settings without a token.
fn missing(profile: &str) -> ConfigError {
    ConfigError::no_token(&format!(
        "\n  env: AWS_BEARER_TOKEN_NAME is not set, with the signing name of the service as NAME\n  sso: the profile \
         \"{profile}\" has no sso_session"
    ))
}

#[cfg(test)]
mod tests;
