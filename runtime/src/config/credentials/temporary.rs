//! Providers that ask someone else for credentials, which last for a time: roles, single sign-on,
//! logins, processes, containers and instances. And the bearer tokens of single sign-on.

mod assume_role;
mod cache;
mod container;
mod instance;
mod login;
mod metadata;
mod process;
mod services;
mod sso;
mod sts;
mod token;
mod web_identity;

pub use instance::region as region_of_instance;
#[cfg(test)]
pub(super) use process::tests::ANSWER;

use super::{
    Chain, Credentials, OF_PROFILE, Provider, ProviderContext, ProviderResult, environment, failed,
    first, parse_time,
};
use crate::error::ConfigError;

pub(super) const ROLE: &dyn Provider = &assume_role::AssumeRole;
pub(super) const WEB_IDENTITY: &dyn Provider = &web_identity::WebIdentity;
pub(super) const SSO: &dyn Provider = &sso::Sso;
pub(super) const LOGIN: &dyn Provider = &login::Login;
pub(super) const PROCESS: &dyn Provider = &process::Process;
pub(super) const CONTAINER: &dyn Provider = &container::Container;
pub(super) const INSTANCE: &dyn Provider = &instance::Instance;

/// Runs blocking work on tokio's blocking pool, or inline when there is no runtime.
async fn spawn_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ConfigError> {
    crate::future::spawn_blocking(work)
        .await
        .map_err(|error| failed("a process", error))
}
