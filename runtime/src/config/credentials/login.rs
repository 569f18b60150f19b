//! Sessions of `aws login`, which are not supported: a profile that needs one is an error.

use super::{Provider, ProviderContext, ProviderResult, failed};
use crate::error::ConfigError;
use crate::future::BoxFuture;

/// The profile's `login_session`.
#[derive(Debug)]
pub(super) struct Login;

impl Provider for Login {
    fn name(&self) -> &'static str {
        "login"
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            let profile = context.profile()?;
            match profile.get("login_session")? {
                None => Ok(ProviderResult::NotConfigured(format!(
                    "the profile \"{}\" has no login_session",
                    profile.name
                ))),
                Some(session) => Err(failed(
                    self.name(),
                    format_args!(
                        "sessions of aws login are not supported; configure another source of credentials\nThe session is \
                         in {}.",
                        session.origin
                    ),
                )),
            }
        })
    }
}
