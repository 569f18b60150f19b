//! What the texts of settings mean: the typed accessors of [`Settings`] and the values they refuse.

use std::path::PathBuf;

use super::table::find;
use super::{Error, ErrorKind, Origin, Settings, Value};
use crate::discovery::Discovery;

/// How a failed call is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RetryMode {
    /// Back off and retry within a budget.
    #[default]
    Standard,
    /// The same, and slow down when the service asks to.
    Adaptive,
}

/// Settings that take one of a few words, in any letter case, and how each refuses another.
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
    /// The region, or `None` when no source states one. Fails when it is no host label, or the
    /// profile does not exist. Any well-formed region is accepted, known or not.
    pub fn region(&self) -> Result<Option<Value>, Error> {
        self.profile()?;
        let region = self.get("region")?;
        match &region {
            Some(Value { text, origin }) if !is_host_label(text) => Err(Error::invalid(
                format!("Provided region_name '{text}' doesn't match a supported format."),
                origin,
            )),
            _ => Ok(region),
        }
    }

    /// The region, or the error to show when a call cannot do without one.
    pub fn require_region(&self) -> Result<Value, Error> {
        self.region()?.ok_or_else(|| {
            let text = "You must specify a region. You can also configure your region by running \"aws configure\".";
            let sources = format!(
                "Looked for in --region, {} and the key \"region\" of the profile \"{}\" in {} and {}.",
                find("region").variables.join(", "),
                self.current_profile().name,
                self.config.path.display(),
                self.credentials.path.display(),
            );
            Error::new(ErrorKind::NoRegion, format!("{text}\n{sources}"))
        })
    }

    /// The endpoint that configuration states for a service, `None` when its endpoint rules decide.
    /// `service_id` is the model's `sdkId` (`CodePipeline`, `Cost Explorer`).
    ///
    /// In this order: the option; `AWS_ENDPOINT_URL_<SERVICE>`; `AWS_ENDPOINT_URL`; the profile's
    /// `[services …]` section; the profile's `endpoint_url`. `ignore_configured_endpoint_urls`
    /// leaves the option alone in force.
    pub fn endpoint_url(&self, service_id: &str) -> Result<Option<Value>, Error> {
        match self.option(&find("endpoint_url")) {
            Some(option) => Ok(Some(option)),
            None => self.configured_endpoint_url(service_id),
        }
    }

    /// The same without the option.
    pub(crate) fn configured_endpoint_url(&self, service_id: &str) -> Result<Option<Value>, Error> {
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
    fn service_endpoint_url(&self, service: &str) -> Result<Option<Value>, Error> {
        let Some(Value { text: name, origin }) = self.current_profile().get("services")? else {
            return Ok(None);
        };
        match self.services(&name).filter(|section| !section.is_empty()) {
            Some(section) => section.nested_text(service, "endpoint_url"),
            None => Err(Error::invalid(
                format!(
                    "The profile is configured to use the services section but the \"{name}\" services configuration \
                     does not exist."
                ),
                &origin,
            )),
        }
    }

    /// A yes-or-no setting: `true` in any letter case is yes, every other text no.
    pub fn flag(&self, setting: &str, default: bool) -> Result<bool, Error> {
        Ok(self
            .get(setting)?
            .map_or(default, |value| value.text.eq_ignore_ascii_case("true")))
    }

    /// How often a call is sent at most, the first time included; 3 unless configured.
    pub fn max_attempts(&self) -> Result<u32, Error> {
        let Some(Value { text, origin }) = self.get("max_attempts")? else {
            return Ok(3);
        };
        let Some(attempts) = integer(&text) else {
            return Err(Error::invalid(
                format!("invalid literal for int() with base 10: '{text}'"),
                &origin,
            ));
        };
        match u32::try_from(attempts.min(u32::MAX.into())) {
            Ok(attempts @ 1..) => Ok(attempts),
            _ => Err(Error::invalid(
                format!(
                    "Value provided to \"max_attempts\": {attempts} must be an integer greater than or \
                     equal to one."
                ),
                &origin,
            )),
        }
    }

    /// Which operations ask their service for the endpoint to call.
    pub(crate) fn endpoint_discovery(&self) -> Result<Discovery, Error> {
        let Some(Value { text, origin }) = self.get("endpoint_discovery_enabled")? else {
            return Ok(Discovery::Required);
        };
        match text.trim().to_lowercase().as_str() {
            "auto" => Ok(Discovery::Required),
            "true" => Ok(Discovery::All),
            "false" => Ok(Discovery::Off),
            given => {
                let allowed = "\"true\", \"false\", \"auto\"";
                Err(Error::invalid(
                    unsupported("endpoint_discovery_enabled", allowed, given),
                    &origin,
                ))
            }
        }
    }

    /// How failed calls are tried again; [`RetryMode::Standard`] unless configured.
    pub fn retry_mode(&self) -> Result<RetryMode, Error> {
        let Some(Value { text, origin }) = self.get("retry_mode")? else {
            return Ok(RetryMode::default());
        };
        match text.as_str() {
            "standard" => Ok(RetryMode::Standard),
            "adaptive" => Ok(RetryMode::Adaptive),
            _ => Err(Error::invalid(
                format!(
                    "Invalid value provided to \"mode\": \"{text}\" must be one of: \"standard\" or \"adaptive\""
                ),
                &origin,
            )),
        }
    }

    /// The file of certificate authorities to trust in place of the built-in list, `~` expanded;
    /// `None` when the built-in list applies.
    pub fn ca_bundle(&self) -> Result<Option<PathBuf>, Error> {
        let Some(Value { text, origin }) = self.get("ca_bundle")? else {
            return Ok(None);
        };
        if text.trim().is_empty() {
            let text = "Invalid CA bundle: the configured value (ca_bundle, AWS_CA_BUNDLE, REQUESTS_CA_BUNDLE, or \
                        verify) resolved to an empty or whitespace-only string. Provide a valid path to a CA bundle \
                        file.";
            return Err(Error::invalid(text, &origin));
        }
        Ok(Some(self.env.expand_home(&text)))
    }

    /// Checks what must be right for any call although few calls use it: the profile, the retry
    /// settings, and the settings of checksums, account endpoints and compression.
    pub fn check(&self) -> Result<(), Error> {
        self.profile()?;
        self.retry_mode()?;
        self.max_attempts()?;
        for (setting, allowed, refusal) in CHOICES {
            self.check_choice(setting, allowed, *refusal)?;
        }
        self.check_compression_size()
    }

    fn check_choice(&self, setting: &str, allowed: &[&str], refusal: Refusal) -> Result<(), Error> {
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
        Err(Error::invalid(refusal(setting, &allowed, &given), &origin))
    }

    fn check_compression_size(&self) -> Result<(), Error> {
        let setting = "request_min_compression_size_bytes";
        let Some(Value { text, origin }) = self.get(setting)? else {
            return Ok(());
        };
        let problem = match integer(&text) {
            Some(1..=1_048_576) => return Ok(()),
            Some(_) => "Value must be between 1 and 1048576.",
            None => "Value must be an integer.",
        };
        Err(Error::invalid(
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
mod tests {
    use super::*;
    use crate::env::Env;
    use crate::env::testing::Scene;

    fn settings(config: &str, variables: &[(&str, &str)]) -> Settings {
        Settings::load(Scene::new(config, "", variables).env(), None).expect("readable files")
    }

    fn with(variable: &str, text: &str) -> Settings {
        settings("", &[(variable, text)])
    }

    /// The first line of the error.
    fn refusal<T>(result: Result<T, Error>) -> Option<String> {
        result
            .err()
            .and_then(|error| error.to_string().lines().next().map(str::to_owned))
    }

    #[test]
    fn regions_are_host_labels() {
        let longest = "a".repeat(63);
        for region in ["us-east-1", "moon", "A1", &longest] {
            let found = with("AWS_REGION", region)
                .region()
                .unwrap()
                .map(|value| value.text);
            assert_eq!(found.as_deref(), Some(region));
        }
        for region in [
            "us_east_1",
            "-a",
            "a-",
            "123",
            "us east",
            "é",
            "us-east-1 # home",
            &format!("{longest}a"),
        ] {
            let expected =
                format!("Provided region_name '{region}' doesn't match a supported format.");
            assert_eq!(refusal(with("AWS_REGION", region).region()), Some(expected));
        }
    }

    #[test]
    fn a_missing_region_names_every_source() {
        let scene = Scene::new("", "", &[]);
        let error = Settings::load(scene.env(), None)
            .unwrap()
            .require_region()
            .unwrap_err();
        let expected = format!(
            "You must specify a region. You can also configure your region by running \"aws configure\".\n\
             Looked for in --region, AWS_REGION, AWS_DEFAULT_REGION and the key \"region\" of the profile \"default\" in \
             {} and {}.",
            scene.path(".aws/config"),
            scene.path(".aws/credentials"),
        );
        assert_eq!(
            (error.kind(), error.to_string()),
            (ErrorKind::NoRegion, expected)
        );
    }

    #[test]
    fn endpoint_urls_come_from_five_places_in_order() {
        let config = "[default]\nendpoint_url = profile\nservices = mine\n\
                      [services mine]\ncost_explorer =\n  endpoint_url = services\ns3 =\n  endpoint_url =\n";
        let mut variables = vec![
            ("AWS_ENDPOINT_URL_COST_EXPLORER", "service"),
            ("AWS_ENDPOINT_URL", "all"),
        ];
        let url = |settings: &Settings, id: &str| {
            settings.endpoint_url(id).unwrap().map(|value| value.text)
        };
        let mut found = Vec::new();
        let mut option = settings(config, &variables);
        option.set("endpoint_url", "option", "--endpoint-url");
        found.extend(url(&option, "Cost Explorer"));
        while !variables.is_empty() {
            found.extend(url(&settings(config, &variables), "Cost Explorer"));
            variables.remove(0);
        }
        found.extend(url(&settings(config, &[]), "Cost-Explorer"));
        found.extend(url(&settings(config, &[("AWS_ENDPOINT_URL", "")]), "S3"));
        found.extend(url(&settings(config, &[]), "SQS"));
        assert_eq!(
            found,
            ["option", "service", "all", "services", "profile", "profile"]
        );

        let ignoring = [
            ("AWS_ENDPOINT_URL", "all"),
            ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"),
        ];
        let mut ignoring = settings(config, &ignoring);
        assert_eq!(url(&ignoring, "Cost Explorer"), None);
        ignoring.set("endpoint_url", "option", "--endpoint-url");
        assert_eq!(url(&ignoring, "Cost Explorer").as_deref(), Some("option"));
    }

    #[test]
    fn services_sections_that_do_not_fit() {
        let missing = "The profile is configured to use the services section but the \"nothere\" services configuration \
                       does not exist.";
        for (config, expected) in [
            ("[default]\nservices = nothere\n", missing),
            (
                "[default]\nservices = nothere\n[services nothere]\n",
                missing,
            ),
            (
                "[default]\nservices = a\n[services a]\ns3 = x\n",
                "The key \"s3\" needs indented lines key = value below it.",
            ),
        ] {
            assert_eq!(
                refusal(settings(config, &[]).endpoint_url("S3")).as_deref(),
                Some(expected)
            );
        }
    }

    #[test]
    fn attempts_are_read_as_python_reads_integers() {
        for (text, attempts) in [
            ("1", 1),
            (" +0_5 ", 5),
            ("007", 7),
            ("99999999999999999999", u32::MAX),
        ] {
            assert_eq!(
                with("AWS_MAX_ATTEMPTS", text).max_attempts(),
                Ok(attempts),
                "{text}"
            );
        }
        for text in ["abc", "", "1.5", "0x1", "_1", "1__0", "+", "- 1", "1_"] {
            let expected = format!("invalid literal for int() with base 10: '{text}'");
            assert_eq!(
                refusal(with("AWS_MAX_ATTEMPTS", text).max_attempts()),
                Some(expected)
            );
        }
        for text in ["0", "-1", "-00_2"] {
            let number = text.replace("0_", "").replace("-0", "-");
            let expected = format!(
                "Value provided to \"max_attempts\": {number} must be an integer greater than or equal to one."
            );
            assert_eq!(
                refusal(with("AWS_MAX_ATTEMPTS", text).max_attempts()),
                Some(expected)
            );
        }
        assert_eq!(settings("", &[]).max_attempts(), Ok(3));
    }

    #[test]
    fn flags_are_true_in_any_letter_case() {
        for (text, expected) in [
            ("true", true),
            ("TRUE", true),
            ("1", false),
            ("yes", false),
            ("", false),
        ] {
            assert_eq!(
                with("AWS_USE_FIPS_ENDPOINT", text).flag("use_fips_endpoint", false),
                Ok(expected),
                "{text}"
            );
        }
        assert_eq!(
            settings("", &[]).flag("parameter_validation", true),
            Ok(true)
        );
        assert_eq!(
            settings("[default]\nparameter_validation = no\n", &[])
                .flag("parameter_validation", true),
            Ok(false)
        );
    }

    #[test]
    fn bundles_of_certificate_authorities() {
        let env = |text| Env::with_variables([("HOME", "/home/u"), ("AWS_CA_BUNDLE", text)]);
        let bundle = |text| Settings::load(env(text), None).unwrap().ca_bundle();
        assert_eq!(bundle("~/ca.pem"), Ok(Some("/home/u/ca.pem".into())));
        for text in ["", " "] {
            let error = refusal(bundle(text)).expect("an error");
            assert!(
                error.starts_with("Invalid CA bundle: ")
                    && error.ends_with("path to a CA bundle file."),
                "{error}"
            );
        }
        assert_eq!(settings("", &[]).ca_bundle(), Ok(None));
    }

    #[test]
    fn what_every_call_checks() {
        const CHECKSUM: &str = "AWS_REQUEST_CHECKSUM_CALCULATION";
        const COMPRESSION: &str = "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES";
        const ACCOUNT: &str = "AWS_ACCOUNT_ID_ENDPOINT_MODE";
        for (variable, text) in [
            ("AWS_RETRY_MODE", "standard"),
            ("AWS_RETRY_MODE", "adaptive"),
            (CHECKSUM, "When_Required"),
            (ACCOUNT, "disabled"),
            (COMPRESSION, "1048576"),
        ] {
            assert_eq!(with(variable, text).check(), Ok(()), "{variable}={text}");
        }
        for (variable, text, expected) in [
            (
                "AWS_PROFILE",
                "nope",
                "The config profile (nope) could not be found",
            ),
            (
                "AWS_RETRY_MODE",
                "Standard",
                "Invalid value provided to \"mode\": \"Standard\" must be one of: \
                 \"standard\" or \"adaptive\"",
            ),
            (
                "AWS_RETRY_MODE",
                "",
                "Invalid value provided to \"mode\": \"\" must be one of: \
                 \"standard\" or \"adaptive\"",
            ),
            (
                "AWS_MAX_ATTEMPTS",
                "x",
                "invalid literal for int() with base 10: 'x'",
            ),
            (
                CHECKSUM,
                "bogus",
                "Unsupported configuration value for request_checksum_calculation. \
                 Expected one of ('when_supported', 'when_required') but got bogus.",
            ),
            (
                "AWS_RESPONSE_CHECKSUM_VALIDATION",
                "",
                "Unsupported configuration value for response_checksum_validation. \
                 Expected one of ('when_supported', 'when_required') but got .",
            ),
            (
                ACCOUNT,
                "off",
                "The configured value 'off' for 'account_id_endpoint_mode' is invalid. \
                 Valid values are: ('preferred', 'disabled', 'required').",
            ),
            (
                COMPRESSION,
                "0",
                "Invalid value \"0\" for request_min_compression_size_bytes. \
                 Value must be between 1 and 1048576.",
            ),
            (
                COMPRESSION,
                "x",
                "Invalid value \"x\" for request_min_compression_size_bytes. \
                 Value must be an integer.",
            ),
        ] {
            let found = refusal(with(variable, text).check());
            assert_eq!(found.as_deref(), Some(expected), "{variable}={text}");
        }
    }

    #[test]
    fn refusals_say_where_the_value_comes_from() {
        let error = with("AWS_RETRY_MODE", "legacy").retry_mode().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        assert!(
            error
                .to_string()
                .ends_with("\nThe value comes from AWS_RETRY_MODE."),
            "{error}"
        );
    }
}
