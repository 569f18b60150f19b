//! Credentials: a chain of providers, of which the first with credentials wins.
//!
//! A provider is one small file and one entry of `Chain::standard`. It returns credentials, or
//! says why it has none, or fails when it is configured and doesn't work. A failure ends the chain,
//! as a later provider might belong to another account. When no provider has credentials, the error
//! lists each provider and its reason.
//!
//! Without the feature `temporary-credentials`, those that ask someone else for credentials are left
//! out, and an error where they are configured.
//!
//! Roles and single sign-on send requests over the transport that the chain is made with. Their
//! credentials are kept in the AWS CLI's cache, which both programs read and write.

mod environment;
#[cfg(any(test, not(feature = "temporary-credentials")))]
mod left_out;
mod profile;
#[cfg(feature = "temporary-credentials")]
mod temporary;
#[cfg(test)]
#[cfg_attr(
    not(feature = "temporary-credentials"),
    allow(dead_code, reason = "its tests use most of it")
)]
mod testing;
#[cfg(all(test, feature = "temporary-credentials"))]
mod tests;

#[cfg(not(feature = "temporary-credentials"))]
use left_out as temporary;
#[cfg(feature = "temporary-credentials")]
pub use temporary::region_of_instance;

use super::settings::{Profile, Settings};
use crate::error::{ConfigError, ConfigErrorKind};
use crate::future::BoxFuture;
use crate::http::Transport;
use crate::identity::{Credentials, Identity, IdentityContext, ResolveIdentity};
use crate::timestamp::Written;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

/// The result of a provider.
#[derive(Debug)]
enum ProviderResult {
    Found(Credentials),
    /// The provider is not configured: why, in words that end a line `provider: …`.
    NotConfigured(String),
}

/// The context in which providers are called.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(feature = "temporary-credentials"),
    expect(dead_code, reason = "nobody is asked")
)]
struct ProviderContext<'a> {
    settings: &'a Settings,
    /// What the credentials are for.
    identity: IdentityContext<'a>,
    /// Sends requests to services.
    transport: &'a Arc<dyn Transport>,
    /// Sends requests to the machine's own metadata, past any proxy.
    metadata: &'a dyn Transport,
    prompt: Option<&'a Arc<dyn Prompt>>,
    /// The profile to read in place of the settings' own, when it is the source of a role. Variables
    /// of the environment do not count for it.
    source: Option<&'a str>,
}

impl<'a> ProviderContext<'a> {
    /// The time now, which goes on while providers work.
    fn now(&self) -> SystemTime {
        self.identity.now()
    }

    /// The profile to read.
    fn profile(&self) -> Result<Profile<'a>, ConfigError> {
        match self.source {
            Some(name) => Ok(self.settings.profile_named(name)),
            None => self.settings.profile(),
        }
    }

    /// Whether the variables of the environment count.
    fn environment_counts(&self) -> bool {
        self.source.is_none() && !self.settings.profile_is_option()
    }
}

/// Asks a person for an MFA code.
pub trait Prompt: fmt::Debug + Send + Sync {
    /// Shows `question` and returns the answer. Waits for the person without a time limit.
    fn ask(&self, question: &str) -> io::Result<String>;
}

/// A link of the chain.
trait Provider: fmt::Debug + Send + Sync {
    /// The name by which the AWS CLI calls it.
    fn name(&self) -> &'static str;

    /// Credentials, or why there are none. An error means that the provider is configured and
    /// fails.
    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>>;
}

/// Those that read a profile, which may also be the source of a role.
const OF_PROFILE: &[&dyn Provider] = &[
    temporary::WEB_IDENTITY,
    temporary::SSO,
    &profile::SharedCredentialsFile,
    temporary::LOGIN,
    temporary::PROCESS,
    &profile::ConfigFile,
];

/// The AWS CLI's providers in its order, around those of the profile.
const BEFORE_PROFILE: &[&dyn Provider] = &[&environment::Environment, temporary::ROLE];
const AFTER_PROFILE: &[&dyn Provider] = &[temporary::CONTAINER, temporary::INSTANCE];

/// The credentials and bearer tokens that the environment and the shared files configure, as the AWS
/// CLI finds them.
#[derive(Debug, Clone)]
pub struct Chain {
    settings: Arc<Settings>,
    transport: Arc<dyn Transport>,
    metadata: Arc<dyn Transport>,
    prompt: Option<Arc<dyn Prompt>>,
}

impl Chain {
    /// The chain for these settings. `transport` sends requests to services that give credentials,
    /// `metadata` those to the machine's own metadata
    /// ([`Network::for_metadata`](crate::http::network::Network::for_metadata)).
    pub fn new(
        settings: Arc<Settings>,
        transport: Arc<dyn Transport>,
        metadata: Arc<dyn Transport>,
    ) -> Self {
        Chain {
            settings,
            transport,
            metadata,
            prompt: None,
        }
    }

    /// Asks a person for the MFA codes that roles need. Without it, such a role is an error.
    #[must_use]
    pub fn prompt(mut self, prompt: Arc<dyn Prompt>) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// The credentials of the first provider that has some.
    ///
    /// Fails when the profile does not exist, a provider fails, the credentials have expired, or no
    /// provider has any ([`ConfigErrorKind::NoCredentials`]). May send requests, run a process, and
    /// wait for it.
    async fn credentials(&self, context: IdentityContext<'_>) -> Result<Credentials, ConfigError> {
        self.settings.profile()?;
        let context = self.context(context);
        let providers = [BEFORE_PROFILE, OF_PROFILE, AFTER_PROFILE];
        match first(providers.into_iter().flatten(), context).await? {
            Ok(credentials) => unexpired(credentials, context.now()),
            Err(reasons) => {
                let text = "Unable to locate credentials. You can configure credentials by running \"aws login\".";
                let text = format!("{text}{reasons}");
                Err(ConfigError::new(ConfigErrorKind::NoCredentials, text))
            }
        }
    }

    fn context<'a>(&'a self, identity: IdentityContext<'a>) -> ProviderContext<'a> {
        ProviderContext {
            settings: &self.settings,
            identity,
            transport: &self.transport,
            metadata: &*self.metadata,
            prompt: self.prompt.as_ref(),
            source: None,
        }
    }
}

impl ResolveIdentity for Chain {
    fn resolve<'a>(
        &'a self,
        context: IdentityContext<'a>,
    ) -> BoxFuture<'a, Result<Identity, ConfigError>> {
        Box::pin(async move { self.credentials(context).await.map(Identity::from) })
    }
}

/// The credentials of the first provider that has some, or why each has none, a line each.
async fn first<'p>(
    providers: impl IntoIterator<Item = &'p &'static dyn Provider>,
    context: ProviderContext<'_>,
) -> Result<Result<Credentials, String>, ConfigError> {
    let mut reasons = String::new();
    for provider in providers {
        match provider.provide(context).await? {
            ProviderResult::Found(credentials) => return Ok(Ok(credentials)),
            ProviderResult::NotConfigured(reason) => {
                reasons.push_str(&format!("\n  {}: {reason}", provider.name()))
            }
        }
    }
    Ok(Err(reasons))
}

/// The error of a provider that is configured and doesn't work.
fn failed(provider: &str, reason: impl fmt::Display) -> ConfigError {
    let text = format!("Error when retrieving credentials from {provider}: {reason}");
    ConfigError::new(ConfigErrorKind::CredentialRetrieval, text)
}

fn unexpired(credentials: Credentials, now: SystemTime) -> Result<Credentials, ConfigError> {
    match credentials.expiration {
        Some(expiration) if expiration <= now => Err(ConfigError::new(
            ConfigErrorKind::CredentialRetrieval,
            format!(
                "Credentials were refreshed, but the refreshed credentials are still expired.\nThey come from the \
                 provider {}.",
                credentials.source
            ),
        )),
        _ => Ok(credentials),
    }
}

/// Parses a time as sources of credentials write it: ISO 8601 with an offset, e.g.
/// `2030-01-01T00:00:00Z`, or with `UTC` in its place.
fn parse_time(text: &str) -> Option<SystemTime> {
    let written = Written::read(text, None).filter(|written| written.offset.is_some())?;
    SystemTime::try_from(written.point).ok()
}
