//! The meaning of the texts of settings: the typed accessors of [`Settings`] and the values they
//! reject.

use std::path::PathBuf;

use super::{Origin, Settings, Value};
use crate::config::table::find;
use crate::discovery::Discovery;
use crate::error::{ConfigError, ConfigErrorKind};

/// How a failed call is retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetryMode {
    /// Back off and retry within a budget.
    #[default]
    Standard,
    /// The same, and slow down when the service asks to.
    Adaptive,
}

/// Settings that take one of a few words, in any letter case, and the error for any other.
const CHOICES: &[(&str, &[&str], Refusal)] = &[
    (
        "request_checksum_calculation",
        &["when_supported", "when_required"],
        unsupported,
    ),
    (
        "response_checksum_validation",
        &["when_supported", "when_required"],
        unsupported,
    ),
    (
        "account_id_endpoint_mode",
        &["preferred", "disabled", "required"],
        invalid,
    ),
];

/// Names the setting, the allowed words and the word given.
type Refusal = fn(&str, &str, &str) -> String;

fn unsupported(setting: &str, allowed: &str, given: &str) -> String {
    format!(
        "Unsupported configuration value for {setting}. Expected one of ({allowed}) but got {given}."
    )
}

fn invalid(setting: &str, allowed: &str, given: &str) -> String {
    format!(
        "The configured value '{given}' for '{setting}' is invalid. Valid values are: ({allowed})."
    )
}

impl Settings {
    /// The region, or `None` when no source states one. Fails when it is not a host label, or the
    /// profile does not exist. Any well-formed region is accepted, known or not.
    pub fn region(&self) -> Result<Option<Value>, ConfigError> {
        self.profile()?;
        let region = self.get("region")?;
        match &region {
            Some(Value { text, origin }) if !is_host_label(text) => Err(ConfigError::invalid(
                format!("Provided region_name '{text}' doesn't match a supported format."),
                origin,
            )),
            _ => Ok(region),
        }
    }

    /// The region, or the error to show when a call cannot do without one.
    pub fn require_region(&self) -> Result<Value, ConfigError> {
        self.region()?.ok_or_else(|| {
            let text = "You must specify a region. You can also configure your region by running \"aws configure\".";
            let sources = format!(
                "Looked for in --region, {} and the key \"region\" of the profile \"{}\" in {} and {}.",
                find("region").variables.join(", "),
                self.current_profile().name,
                self.config.path.display(),
                self.credentials.path.display(),
            );
            ConfigError::new(ConfigErrorKind::NoRegion, format!("{text}\n{sources}"))
        })
    }

    /// The endpoint that configuration states for a service, `None` when its endpoint rules decide.
    /// `service_id` is the model's `sdkId` (`CodePipeline`, `Cost Explorer`).
    ///
    /// In this order: the option; `AWS_ENDPOINT_URL_<SERVICE>`; `AWS_ENDPOINT_URL`; the profile's
    /// `[services …]` section; the profile's `endpoint_url`. `ignore_configured_endpoint_urls`
    /// ignores all of them but the option.
    pub fn endpoint_url(&self, service_id: &str) -> Result<Option<Value>, ConfigError> {
        match self.option(&find("endpoint_url")) {
            Some(option) => Ok(Some(option)),
            None => self.configured_endpoint_url(service_id),
        }
    }

    /// The same without the option.
    pub(crate) fn configured_endpoint_url(
        &self,
        service_id: &str,
    ) -> Result<Option<Value>, ConfigError> {
        let setting = find("endpoint_url");
        if self.flag("ignore_configured_endpoint_urls", false)? {
            return Ok(None);
        }
        let service = service_id.replace([' ', '-'], "_");
        let variable = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase());
        if let Some(text) = self
            .env
            .variable(&variable)?
            .filter(|text| setting.accepts(text))
        {
            return Ok(Some(Value {
                text,
                origin: Origin::Variable(variable),
            }));
        }
        if let Some(value) = setting.variable(&self.env)? {
            return Ok(Some(value));
        }
        match self
            .service_endpoint_url(&service.to_lowercase())?
            .filter(|value| setting.accepts(&value.text))
        {
            Some(value) => Ok(Some(value)),
            None => self.profile_key(&setting),
        }
    }

    /// `endpoint_url` below the key `service` of the `[services NAME]` section that the profile
    /// names.
    fn service_endpoint_url(&self, service: &str) -> Result<Option<Value>, ConfigError> {
        let Some(Value { text: name, origin }) = self.current_profile().get("services")? else {
            return Ok(None);
        };
        match self.services(&name).filter(|section| !section.is_empty()) {
            Some(section) => section.nested_text(service, "endpoint_url"),
            None => Err(ConfigError::invalid(
                format!(
                    "The profile is configured to use the services section but the \"{name}\" services configuration \
                     does not exist."
                ),
                &origin,
            )),
        }
    }

    /// A yes-or-no setting: `true` in any letter case is yes, every other text no.
    pub fn flag(&self, setting: &str, default: bool) -> Result<bool, ConfigError> {
        Ok(self
            .get(setting)?
            .map_or(default, |value| value.text.eq_ignore_ascii_case("true")))
    }

    /// Maximum number of attempts of a call, counting the first; 3 unless configured.
    pub fn max_attempts(&self) -> Result<u32, ConfigError> {
        let Some(Value { text, origin }) = self.get("max_attempts")? else {
            return Ok(3);
        };
        let Some(attempts) = integer(&text) else {
            return Err(ConfigError::invalid(
                format!("invalid literal for int() with base 10: '{text}'"),
                &origin,
            ));
        };
        match u32::try_from(attempts.min(u32::MAX.into())) {
            Ok(attempts @ 1..) => Ok(attempts),
            _ => Err(ConfigError::invalid(
                format!(
                    "Value provided to \"max_attempts\": {attempts} must be an integer greater than or \
                     equal to one."
                ),
                &origin,
            )),
        }
    }

    /// Which operations ask their service for the endpoint to call.
    pub(crate) fn endpoint_discovery(&self) -> Result<Discovery, ConfigError> {
        let Some(Value { text, origin }) = self.get("endpoint_discovery_enabled")? else {
            return Ok(Discovery::Required);
        };
        match text.trim().to_lowercase().as_str() {
            "auto" => Ok(Discovery::Required),
            "true" => Ok(Discovery::All),
            "false" => Ok(Discovery::Off),
            given => {
                let allowed = "\"true\", \"false\", \"auto\"";
                Err(ConfigError::invalid(
                    unsupported("endpoint_discovery_enabled", allowed, given),
                    &origin,
                ))
            }
        }
    }

    /// How failed calls are retried; [`RetryMode::Standard`] unless configured.
    pub fn retry_mode(&self) -> Result<RetryMode, ConfigError> {
        let Some(Value { text, origin }) = self.get("retry_mode")? else {
            return Ok(RetryMode::default());
        };
        match text.as_str() {
            "standard" => Ok(RetryMode::Standard),
            "adaptive" => Ok(RetryMode::Adaptive),
            _ => Err(ConfigError::invalid(
                format!(
                    "Invalid value provided to \"mode\": \"{text}\" must be one of: \"standard\" or \"adaptive\""
                ),
                &origin,
            )),
        }
    }

    /// The file of certificate authorities to trust in place of the built-in list, `~` expanded;
    /// `None` when the built-in list applies.
    pub fn ca_bundle(&self) -> Result<Option<PathBuf>, ConfigError> {
        let Some(Value { text, origin }) = self.get("ca_bundle")? else {
            return Ok(None);
        };
        if text.trim().is_empty() {
            let text = "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or \
                        verify) resolved to an empty or whitespace-only string. Provide a valid path to a CA bundle \
                        file.";
            return Err(ConfigError::invalid(text, &origin));
        }
        Ok(Some(self.env.expand_home(&text)))
    }

    /// Checks the settings that must be valid for any call although few calls use them: the
    /// profile, the retry settings, and the settings of checksums, account endpoints and
    /// compression.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.profile()?;
        self.retry_mode()?;
        self.max_attempts()?;
        for (setting, allowed, refusal) in CHOICES {
            self.check_choice(setting, allowed, *refusal)?;
        }
        self.min_compression_size()?;
        Ok(())
    }

    fn check_choice(
        &self,
        setting: &str,
        allowed: &[&str],
        refusal: Refusal,
    ) -> Result<(), ConfigError> {
        let Some(Value { text, origin }) = self.get(setting)? else {
            return Ok(());
        };
        let given = text.to_lowercase();
        if allowed.contains(&given.as_str()) {
            return Ok(());
        }
        let allowed = allowed
            .iter()
            .map(|word| format!("'{word}'"))
            .collect::<Vec<_>>()
            .join(", ");
        Err(ConfigError::invalid(
            refusal(setting, &allowed, &given),
            &origin,
        ))
    }

    /// The length in bytes from which bodies are compressed, if it is configured.
    pub(crate) fn min_compression_size(&self) -> Result<Option<u32>, ConfigError> {
        let setting = "request_min_compression_size_bytes";
        let Some(Value { text, origin }) = self.get(setting)? else {
            return Ok(None);
        };
        let size = integer(&text);
        let problem = match size.map(u32::try_from) {
            Some(Ok(size @ 1..=1_048_576)) => return Ok(Some(size)),
            Some(_) => "Value must be between 1 and 1048576.",
            None => "Value must be an integer.",
        };
        Err(ConfigError::invalid(
            format!("Invalid value \"{text}\" for {setting}. {problem}"),
            &origin,
        ))
    }
}

/// Letters, digits and inner dashes, at most 63 of them and not digits alone.
fn is_host_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A decimal integer as Python's `int` reads it: white space around, a sign, single `_` between
/// digits. Numbers beyond 64 bits become the nearest that fits.
fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let well_formed = digits
        .split('_')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let magnitude = || {
        digits
            .bytes()
            .filter(|byte| *byte != b'_')
            .fold(0_i64, |sum, byte| {
                sum.saturating_mul(10).saturating_add((byte - b'0').into())
            })
    };
    well_formed
        .then(magnitude)
        .map(|magnitude| if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests;
