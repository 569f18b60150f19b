//! Who makes a request: [`Credentials`], and the [`Identity`] that signs with them.

use crate::redact::REDACTED;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// What signs a request. Debug shows neither the secret key nor the session token.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The public half of the key.
    pub access_key_id: String,
    /// The secret half.
    pub secret_access_key: String,
    /// The token that goes with temporary credentials.
    pub session_token: Option<String>,
    /// When the credentials end; `None` for lasting ones.
    pub expiration: Option<SystemTime>,
    /// The account the key belongs to, when the source states it.
    pub account_id: Option<String>,
    /// The name of the provider they come from, as `env` or `custom-process`.
    pub source: &'static str,
}

impl Credentials {
    /// Lasting credentials; `source` names where they come from.
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

/// Credentials in the form that requests are signed with. `Debug` shows nothing of them.
#[derive(Clone)]
pub struct Identity {
    key: aws_smithy_runtime_api::client::identity::Identity,
    account_id: Option<Arc<str>>,
}

impl Identity {
    pub(crate) fn key(&self) -> &aws_smithy_runtime_api::client::identity::Identity {
        &self.key
    }

    /// The account that the credentials belong to, if their source states it.
    pub(crate) fn account_id(&self) -> Option<&Arc<str>> {
        self.account_id.as_ref()
    }
}

impl From<&Credentials> for Identity {
    fn from(credentials: &Credentials) -> Self {
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
        }
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}
