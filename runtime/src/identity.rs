//! Who makes a request: [`Credentials`], the [`Identity`] that signs with them, and
//! [`ResolveIdentity`], by which a client gets one. [`Token`] and [`ResolveToken`] are the same for
//! bearer tokens.

mod cache;
mod token;

pub(crate) use cache::{Cache, IdentityCache};
pub(crate) use token::ServiceTokens;
pub use token::{ResolveToken, Token};

use crate::error::ConfigError;
use crate::future::BoxFuture;
use crate::redact::REDACTED;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// The keys that sign a request. Debug shows neither the secret key nor the session token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Credentials {
    /// The public half of the key.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: String,
    /// The token that goes with temporary credentials.
    pub session_token: Option<String>,
    /// When the credentials expire; `None` for permanent ones.
    pub expiration: Option<SystemTime>,
    /// The account the key belongs to, when the source states it.
    pub account_id: Option<String>,
    /// The name of the provider they come from, as `env` or `custom-process`.
    pub source: &'static str,
}

impl Credentials {
    /// Permanent credentials; `source` names where they come from.
    pub fn new(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        source: &'static str,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            expiration: None,
            account_id: None,
            source,
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("secret_access_key", &REDACTED)
            .field(
                "session_token",
                &self.session_token.as_ref().map(|_| REDACTED),
            )
            .field("expiration", &self.expiration)
            .field("account_id", &self.account_id)
            .field("source", &self.source)
            .finish()
    }
}

/// Who makes a request, in the form in which requests are signed. Clones are cheap; `Debug` shows no
/// secret.
#[derive(Clone)]
pub struct Identity {
    credentials: Arc<Credentials>,
    key: aws_smithy_runtime_api::client::identity::Identity,
    account_id: Option<Arc<str>>,
}

impl Identity {
    /// The credentials.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(crate) fn key(&self) -> &aws_smithy_runtime_api::client::identity::Identity {
        &self.key
    }

    /// The account that the credentials belong to, if their source states it.
    pub(crate) fn account_id(&self) -> Option<&Arc<str>> {
        self.account_id.as_ref()
    }
}

impl From<Credentials> for Identity {
    fn from(credentials: Credentials) -> Self {
        let key = aws_credential_types::Credentials::new(
            credentials.access_key_id.as_str(),
            credentials.secret_access_key.as_str(),
            credentials.session_token.clone(),
            None,
            "opsmith",
        );
        Identity {
            key: key.into(),
            account_id: credentials.account_id.as_deref().map(Arc::from),
            credentials: Arc::new(credentials),
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.credentials.fmt(f)
    }
}

/// What an identity is for.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct IdentityContext<'a> {
    /// The region that the request is signed for.
    pub region: &'a str,
    clock: &'a (dyn Fn() -> SystemTime + Sync),
}

impl<'a> IdentityContext<'a> {
    /// For requests in a region, with a clock such as `&SystemTime::now`.
    pub fn new(region: &'a str, clock: &'a (dyn Fn() -> SystemTime + Sync)) -> Self {
        IdentityContext { region, clock }
    }

    /// The time now on the client's clock. It goes on while an identity is resolved.
    pub fn now(&self) -> SystemTime {
        (self.clock)()
    }
}

impl fmt::Debug for IdentityContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityContext")
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

/// A source of credentials, such as a vault: give it to
/// [`Config::credentials_from`](crate::Config::credentials_from). It gets all that it needs from
/// its constructor. Clients cache the identity, and resolve it again before it expires, so
/// implementations need no cache.
///
/// ```
/// use opsmith_runtime::error::ConfigError;
/// use opsmith_runtime::identity::{Credentials, Identity, IdentityContext, ResolveIdentity};
/// use opsmith_runtime::{BoxFuture, Config};
/// use std::time::Duration;
///
/// #[derive(Debug)]
/// struct Vault {
///     url: String,
/// }
///
/// impl ResolveIdentity for Vault {
///     fn resolve<'a>(
///         &'a self,
///         context: IdentityContext<'a>,
///     ) -> BoxFuture<'a, Result<Identity, ConfigError>> {
///         Box::pin(async move {
///             let (id, secret) = read(&self.url).await.map_err(ConfigError::credentials)?;
///             let mut credentials = Credentials::new(id, secret, "vault");
///             credentials.expiration = Some(context.now() + Duration::from_secs(3600));
///             Ok(credentials.into())
///         })
///     }
/// }
///
/// # async fn read(url: &str) -> Result<(String, String), std::io::Error> {
/// #     Ok((url.to_owned(), String::new()))
/// # }
/// let vault = Vault { url: "https://vault.example/aws".to_owned() };
/// let config = Config::new().region("eu-west-1").credentials_from(vault);
/// ```
pub trait ResolveIdentity: fmt::Debug + Send + Sync {
    /// Returns the identity for a request.
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Identity, ConfigError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_redacts() {
        let mut credentials = Credentials::new("AKID", "secret-1", "env");
        credentials.session_token = Some("secret-2".into());
        let shown = format!("{credentials:?}");
        assert!(
            shown.contains("AKID") && !shown.contains("secret-1") && !shown.contains("secret-2"),
            "{shown}"
        );
    }
}
