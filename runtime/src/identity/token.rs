//! [`Token`]: a bearer token, and [`ResolveToken`], by which a client gets one.

use super::IdentityContext;
use crate::error::ConfigError;
use crate::future::BoxFuture;
use crate::redact::REDACTED;
use std::fmt;
use std::time::SystemTime;

/// A bearer token (`smithy.api#httpBearerAuth`): whoever has it can make requests. Debug does not
/// show it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Token {
    /// The token.
    pub value: String,
    /// When it expires; `None` if it does not.
    pub expiration: Option<SystemTime>,
}

impl Token {
    /// A token that does not expire.
    pub fn new(value: impl Into<String>) -> Self {
        Token {
            value: value.into(),
            expiration: None,
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("value", &REDACTED)
            .field("expiration", &self.expiration)
            .finish()
    }
}

/// A source of bearer tokens: give it to [`Config::token_from`](crate::Config::token_from). Clients
/// cache the token, and resolve it again before it expires, so implementations need no cache.
///
/// ```
/// use opsmith_runtime::error::ConfigError;
/// use opsmith_runtime::identity::{IdentityContext, ResolveToken, Token};
/// use opsmith_runtime::{BoxFuture, Config};
/// use std::time::Duration;
///
/// #[derive(Debug)]
/// struct Issuer;
///
/// impl ResolveToken for Issuer {
///     fn resolve<'a>(
///         &'a self,
///         context: IdentityContext<'a>,
///     ) -> BoxFuture<'a, Result<Token, ConfigError>> {
///         Box::pin(async move {
///             let mut token = Token::new(issue().await.map_err(ConfigError::credentials)?);
///             token.expiration = Some(context.now() + Duration::from_secs(3600));
///             Ok(token)
///         })
///     }
/// }
///
/// # async fn issue() -> Result<String, std::io::Error> { Ok(String::new()) }
/// let config = Config::new().region("eu-west-1").token_from(Issuer);
/// ```
pub trait ResolveToken: fmt::Debug + Send + Sync {
    /// Returns the token for a request.
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Token, ConfigError>>;
}

/// Tokens that a configuration has for one service alone.
pub(crate) trait ServiceTokens: fmt::Debug + Send + Sync {
    /// The token for the service with this signing name, if there is one.
    fn token(&self, signing_name: &str) -> Result<Option<Token>, ConfigError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_redacts() {
        let shown = format!("{:?}", Token::new("s3cret"));
        assert!(
            shown.contains("Token") && !shown.contains("s3cret"),
            "{shown}"
        );
    }
}
