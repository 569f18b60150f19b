//! [`Loader`]: makes a [`Config`] from settings.

use super::credentials::{Chain, Prompt};
use super::env::Env;
use super::settings::{Settings, Value};
use crate::auth::Preference;
use crate::client::bodies::Bodies;
use crate::client::config::USER_AGENT;
use crate::client::{Config, When};
use crate::endpoint::AccountIdMode;
use crate::error::{ConfigError, Error};
use crate::http::Transport;
use crate::http::network::{self, Network};
use crate::http::proxy::Proxies;
use crate::validate::{Mode, UnknownModeError};
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
        Loader::new(settings)?.load()
    }
}

/// Makes a [`Config`] from settings, with the chain of credentials providers ([`Chain`]) that they
/// configure. How to connect must be known before that chain is made: it sends requests too.
#[derive(Debug)]
pub struct Loader {
    settings: Arc<Settings>,
    connection: network::Settings,
    transport: Option<Arc<dyn Transport>>,
    prompt: Option<Arc<dyn Prompt>>,
}

impl Loader {
    /// Reads the settings of connections.
    ///
    /// # Errors
    ///
    /// A setting that can't be read.
    pub fn new(settings: Arc<Settings>) -> Result<Self, Error> {
        settings.check()?;
        let variable = |name: &str| settings.env().variable(name);
        let connection = network::Settings {
            ca_bundle: settings.ca_bundle()?,
            proxies: Proxies::from_variables(variable).map_err(ConfigError::from)?,
            ..Default::default()
        };
        Ok(Loader {
            settings,
            connection,
            transport: None,
            prompt: None,
        })
    }

    /// Changes how to connect to services. Services that give credentials are always called with
    /// their certificates checked.
    #[must_use]
    pub fn connection(mut self, change: impl FnOnce(&mut network::Settings)) -> Self {
        change(&mut self.connection);
        self
    }

    /// What sends all requests, those for credentials included, in place of HTTP over the network.
    #[must_use]
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Asks a person for the MFA codes that roles need. Without it, such a role is an error.
    #[must_use]
    pub fn prompt(mut self, prompt: Arc<dyn Prompt>) -> Self {
        self.prompt = Some(prompt);
        self
    }

    /// Makes the configuration.
    ///
    /// # Errors
    ///
    /// A setting that can't be read.
    pub fn load(self) -> Result<Config, Error> {
        let Loader {
            settings,
            connection,
            transport,
            prompt,
        } = self;
        let network = Arc::new(Network::new(connection));
        let config = Config {
            region: match settings.region()? {
                Some(region) => Ok(region.text),
                None => settings.require_region().map(|region| region.text),
            },
            validation: validation(&settings)?,
            fips: settings.flag("use_fips_endpoint", false)?,
            dual_stack: settings.flag("use_dualstack_endpoint", false)?,
            account_id_mode: account_id_mode(&settings)?,
            discovery: settings.endpoint_discovery(),
            auth_preference: match settings.get("auth_scheme_preference")? {
                Some(names) => Preference::of_text(&names.text),
                None => Preference::default(),
            },
            signing_regions: signing_regions(&settings)?,
            host_prefixes: !settings.flag("disable_host_prefix_injection", false)?,
            bodies: bodies(&settings)?,
            max_attempts: settings.max_attempts()?,
            user_agent: match settings.get("sdk_ua_app_id")? {
                Some(id) if !id.text.is_empty() => {
                    format!("{USER_AGENT} app/{}", token(&id.text)).into()
                }
                _ => USER_AGENT.into(),
            },
            clock: settings.env().clock().clone(),
            endpoint_settings: Some(settings.clone()),
            network: network.clone(),
            transport: transport.clone(),
            ..Config::new()
        };
        let chain = chain(settings.clone(), &network, transport, prompt);
        let config = config.credentials_from(chain.clone()).token_from(chain);
        Ok(Config {
            service_tokens: Some(settings),
            ..config
        })
    }
}

/// The chain over the client's own transport, unless that doesn't check certificates.
fn chain(
    settings: Arc<Settings>,
    network: &Arc<Network>,
    transport: Option<Arc<dyn Transport>>,
    prompt: Option<Arc<dyn Prompt>>,
) -> Chain {
    let chain = match transport {
        Some(own) => Chain::new(settings, own.clone(), own),
        None => {
            let checked: Arc<dyn Transport> = if network.settings().verify {
                network.clone()
            } else {
                Arc::new(Network::new(network::Settings {
                    verify: true,
                    ..network.settings().clone()
                }))
            };
            Chain::new(settings, checked, Arc::new(Network::for_metadata()))
        }
    };
    prompt.into_iter().fold(chain, Chain::prompt)
}

/// The setting `sigv4a_signing_region_set`.
fn signing_regions(settings: &Settings) -> Result<Option<String>, ConfigError> {
    let given = settings.get("sigv4a_signing_region_set")?;
    let given = given.map(|value| value.text.trim().to_owned());
    Ok(given.filter(|regions| !regions.is_empty()))
}

/// The setting `cli_validation`, unless the AWS CLI's `parameter_validation` turns checks off.
fn validation(settings: &Settings) -> Result<Mode, ConfigError> {
    if !settings.flag("parameter_validation", true)? {
        return Ok(Mode::Off);
    }
    let Some(value) = settings.get("cli_validation")? else {
        return Ok(Mode::default());
    };
    let mode = value.text.parse();
    mode.map_err(|error: UnknownModeError| {
        ConfigError::invalid(&error, &value.origin).caused_by(error)
    })
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

/// The settings of bodies. [`Settings::check`] has found the words valid.
fn bodies(settings: &Settings) -> Result<Bodies, ConfigError> {
    let when = |setting| -> Result<When, ConfigError> {
        let given = settings.get(setting)?;
        let required = |value: Value| value.text.eq_ignore_ascii_case("when_required");
        Ok(if given.is_some_and(required) {
            When::Required
        } else {
            When::Supported
        })
    };
    let size = settings.min_compression_size()?;
    let size = size.unwrap_or(Bodies::COMPRESSED_FROM);
    let compresses = !settings.flag("disable_request_compression", false)?;
    let signed = match settings.nested("s3", "payload_signing_enabled")? {
        None => None,
        Some(value) if value.text.eq_ignore_ascii_case("true") => Some(true),
        Some(value) if value.text.eq_ignore_ascii_case("false") => Some(false),
        Some(Value { text, origin }) => {
            let problem =
                format!("The value \"{text}\" of payload_signing_enabled must be true or false.");
            return Err(ConfigError::invalid(problem, &origin));
        }
    };
    Ok(Bodies {
        request_checksums: when("request_checksum_calculation")?,
        response_checksums: when("response_checksum_validation")?,
        compressed_from: compresses.then_some(size),
        signed,
    })
}

/// An application id as the `user-agent` header can carry it: characters that HTTP does not allow
/// in a token become dashes.
fn token(id: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    id.chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::env::testing::Scene;

    #[test]
    fn settings_of_bodies() {
        let bodies = |config: &str, variables: &[(&str, &str)]| {
            let scene = Scene::new(config, "", variables);
            let settings = Settings::load(scene.env(), None).expect("readable files");
            let bodies = bodies(&settings).expect("valid settings");
            let when = (bodies.request_checksums, bodies.response_checksums);
            (when, bodies.compressed_from, bodies.signed)
        };
        let usual = (When::Supported, When::Supported);
        assert_eq!(bodies("", &[]), (usual, Some(10_240), None));
        let config = "[default]\nrequest_checksum_calculation = WHEN_REQUIRED\nrequest_min_compression_size_bytes = 7\ns3 =\n  payload_signing_enabled = True\n";
        let required = (When::Required, When::Supported);
        assert_eq!(bodies(config, &[]), (required, Some(7), Some(true)));
        let variables = [
            ("AWS_REQUEST_CHECKSUM_CALCULATION", "when_supported"),
            ("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required"),
            ("AWS_DISABLE_REQUEST_COMPRESSION", "true"),
        ];
        let required = (When::Supported, When::Required);
        assert_eq!(bodies(config, &variables), (required, None, Some(true)));
    }
}
