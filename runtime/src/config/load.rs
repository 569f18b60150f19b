//! How [`Config`] is made from the environment and the shared files.

use super::credentials::{CachedChain, Chain, Prompt, Provider};
use super::env::Env;
use super::settings::{Origin, Settings};
use crate::client::Config;
use crate::client::config::{IdentitySource, USER_AGENT};
use crate::endpoint::{AccountIdMode, ConfiguredUrl, EndpointUrls};
use crate::error::{Cause, ConfigError, Error};
use crate::http::proxy::Proxies;
use crate::http::{Url, reqwest};
use crate::validate::Mode;
use std::sync::Arc;

impl Config {
    /// The configuration of the environment and the shared files, as the AWS CLI reads them.
    ///
    /// # Errors
    ///
    /// A file or setting that can't be read. Missing credentials are an error of the first call.
    pub fn from_env() -> Result<Self, Error> {
        Config::from_settings(Arc::new(Settings::load(Env::real(), None)?))
    }

    /// The configuration that loaded settings make.
    ///
    /// # Errors
    ///
    /// A setting that can't be read.
    pub fn from_settings(settings: Arc<Settings>) -> Result<Self, Error> {
        Config::prompting(settings, None)
    }

    /// The same; `prompt` asks a person for the MFA codes that roles need.
    ///
    /// # Errors
    ///
    /// A setting that can't be read.
    pub fn prompting(
        settings: Arc<Settings>,
        prompt: Option<Arc<dyn Prompt>>,
    ) -> Result<Self, Error> {
        settings.check()?;
        let chain = CachedChain::new(Chain::standard(), settings.clone(), prompt);
        let region = match settings.region()? {
            Some(region) => Ok(region.text),
            None => settings.require_region().map(|region| region.text),
        };
        Ok(Config {
            region,
            identity: IdentitySource::Chain(Arc::new(chain)),
            validation: validation(&settings)?,
            fips: settings.flag("use_fips_endpoint", false)?,
            dual_stack: settings.flag("use_dualstack_endpoint", false)?,
            account_id_mode: account_id_mode(&settings)?,
            discovery: settings.endpoint_discovery(),
            host_prefixes: !settings.flag("disable_host_prefix_injection", false)?,
            max_attempts: settings.max_attempts()?,
            connection: reqwest::Settings {
                ca_bundle: settings.ca_bundle()?,
                proxies: Proxies::from_variables(|name| settings.env().variable(name))
                    .map_err(ConfigError::from)?,
                ..Default::default()
            },
            user_agent: match settings.get("sdk_ua_app_id")? {
                Some(id) if !id.text.is_empty() => {
                    format!("{USER_AGENT} app/{}", token(&id.text)).into()
                }
                _ => USER_AGENT.into(),
            },
            clock: settings.env().clock().clone(),
            endpoint_urls: Some(settings),
            ..Config::new()
        })
    }

    /// Where to take credentials from, in place of the environment and the shared files. They are
    /// cached, and renewed before they expire.
    ///
    /// ```
    /// use opsmith_runtime::Config;
    /// use opsmith_runtime::config::credentials::{ProviderResult, ProviderContext, Provider, ProviderFuture};
    /// use opsmith_runtime::identity::Credentials;
    ///
    /// #[derive(Debug)]
    /// struct Vault;
    ///
    /// impl Provider for Vault {
    ///     fn name(&self) -> &'static str {
    ///         "vault"
    ///     }
    ///
    ///     fn provide<'a>(&'a self, _: ProviderContext<'a>) -> ProviderFuture<'a> {
    ///         Box::pin(async { Ok(ProviderResult::Found(Credentials::new("AKID", "secret", self.name()))) })
    ///     }
    /// }
    ///
    /// let config = Config::new().region("eu-west-1").credentials_from(Vault);
    /// ```
    pub fn credentials_from(mut self, provider: impl Provider + 'static) -> Self {
        let clock = self.clock.clone();
        let env = Env::with_variables([("", ""); 0]).with_clock(move || clock.now());
        self.identity = IdentitySource::Chain(Arc::new(CachedChain::new(
            Chain::new(vec![Box::new(provider)]),
            Arc::new(Settings::empty(env)),
            None,
        )));
        self
    }
}

impl EndpointUrls for Settings {
    fn endpoint_url(&self, sdk_id: &str) -> Result<Option<ConfiguredUrl>, ConfigError> {
        let value = Settings::endpoint_url(self, sdk_id)?;
        Ok(value.map(|value| ConfiguredUrl {
            by_option: matches!(value.origin, Origin::Option(_)),
            url: Url(value.text),
        }))
    }
}

fn validation(settings: &Settings) -> Result<Mode, Error> {
    let given = settings.get("cli_validation")?;
    let mode = given.map_or(Ok(Mode::default()), |value| value.text.parse());
    if settings.flag("parameter_validation", true)? {
        mode.map_err(|error| Error::Request(Cause::of(error)))
    } else {
        Ok(Mode::Off)
    }
}

/// The setting `account_id_endpoint_mode`, which [`Settings::check`] has found valid.
fn account_id_mode(settings: &Settings) -> Result<AccountIdMode, ConfigError> {
    let given = settings.get("account_id_endpoint_mode")?;
    Ok(
        match given.map(|value| value.text.to_lowercase()).as_deref() {
            Some("disabled") => AccountIdMode::Disabled,
            Some("required") => AccountIdMode::Required,
            _ => AccountIdMode::Preferred,
        },
    )
}

/// An application id as the `user-agent` header can carry it: characters that HTTP does not allow
/// in a token become dashes.
fn token(id: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    id.chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .collect()
}
