//! The settings that have environment variables, one entry each.

use super::env::Env;
use super::{Origin, Value};
use crate::error::ConfigError;

/// A setting: its name, which is the profile key too, and the environment variables that state it.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The name, which is the profile's key.
    pub name: &'a str,
    /// Variables that beat the profile, the first that is set winning.
    pub variables: &'static [&'static str],
    /// Variables that the profile beats.
    pub late_variables: &'static [&'static str],
    /// Whether a profile can state it.
    pub in_profile: bool,
    /// Whether an empty text counts as not given.
    pub skip_empty: bool,
}

const fn setting<'a>(name: &'a str, variables: &'static [&'static str]) -> Setting<'a> {
    Setting {
        name,
        variables,
        late_variables: &[],
        in_profile: true,
        skip_empty: false,
    }
}

/// Every setting that an environment variable can state. Settings without variables need no entry.
pub const SETTINGS: &[Setting<'static>] = &[
    setting("profile", &["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]).outside_profiles(),
    setting("config_file", &["AWS_CONFIG_FILE"]).outside_profiles(),
    setting("shared_credentials_file", &["AWS_SHARED_CREDENTIALS_FILE"]).outside_profiles(),
    setting("region", &["AWS_REGION", "AWS_DEFAULT_REGION"]).skipping_empty(),
    setting("endpoint_url", &["AWS_ENDPOINT_URL"]).skipping_empty(),
    setting(
        "ignore_configured_endpoint_urls",
        &["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"],
    ),
    setting("output", &["AWS_DEFAULT_OUTPUT"]),
    setting("ca_bundle", &["AWS_CA_BUNDLE"]).or_late(&["REQUESTS_CA_BUNDLE"]),
    setting("cli_pager", &["AWS_PAGER"]).or_late(&["PAGER"]),
    setting("cli_auto_prompt", &["AWS_CLI_AUTO_PROMPT"]),
    setting("cli_error_format", &["AWS_CLI_ERROR_FORMAT"]),
    setting("cli_file_encoding", &["AWS_CLI_FILE_ENCODING"]).outside_profiles(),
    setting("cli_output_encoding", &["AWS_CLI_OUTPUT_ENCODING"]).outside_profiles(),
    setting("cli_validation", &["OPSMITH_VALIDATION"]).outside_profiles(),
    setting("max_attempts", &["AWS_MAX_ATTEMPTS"]),
    setting("retry_mode", &["AWS_RETRY_MODE"]),
    setting("use_fips_endpoint", &["AWS_USE_FIPS_ENDPOINT"]),
    setting("use_dualstack_endpoint", &["AWS_USE_DUALSTACK_ENDPOINT"]),
    setting(
        "request_checksum_calculation",
        &["AWS_REQUEST_CHECKSUM_CALCULATION"],
    ),
    setting(
        "response_checksum_validation",
        &["AWS_RESPONSE_CHECKSUM_VALIDATION"],
    ),
    setting(
        "endpoint_discovery_enabled",
        &[
            "AWS_ENDPOINT_DISCOVERY_ENABLED",
            "AWS_ENABLE_ENDPOINT_DISCOVERY",
        ],
    ),
    setting(
        "disable_host_prefix_injection",
        &["AWS_DISABLE_HOST_PREFIX_INJECTION"],
    ),
    setting(
        "account_id_endpoint_mode",
        &["AWS_ACCOUNT_ID_ENDPOINT_MODE"],
    ),
    setting("s3_use_arn_region", &["AWS_S3_USE_ARN_REGION"]).skipping_empty(),
    setting(
        "s3_disable_multiregion_access_points",
        &["AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS"],
    )
    .skipping_empty(),
    setting(
        "s3_disable_express_session_auth",
        &["AWS_S3_DISABLE_EXPRESS_SESSION_AUTH"],
    )
    .skipping_empty(),
    setting(
        "s3_us_east_1_regional_endpoint",
        &["AWS_S3_US_EAST_1_REGIONAL_ENDPOINT"],
    )
    .skipping_empty(),
    setting("sts_regional_endpoints", &["AWS_STS_REGIONAL_ENDPOINTS"]).skipping_empty(),
    setting("auth_scheme_preference", &["AWS_AUTH_SCHEME_PREFERENCE"]),
    setting(
        "sigv4a_signing_region_set",
        &["AWS_SIGV4A_SIGNING_REGION_SET"],
    ),
    setting(
        "request_min_compression_size_bytes",
        &["AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES"],
    ),
    setting(
        "disable_request_compression",
        &["AWS_DISABLE_REQUEST_COMPRESSION"],
    ),
    setting("sdk_ua_app_id", &["AWS_SDK_UA_APP_ID"]),
    setting("ec2_metadata_disabled", &["AWS_EC2_METADATA_DISABLED"]).outside_profiles(),
    setting(
        "ec2_metadata_v1_disabled",
        &["AWS_EC2_METADATA_V1_DISABLED"],
    ),
    setting(
        "ec2_metadata_service_endpoint",
        &["AWS_EC2_METADATA_SERVICE_ENDPOINT"],
    )
    .skipping_empty(),
    setting(
        "ec2_metadata_service_endpoint_mode",
        &["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"],
    ),
    setting("imds_use_ipv6", &["AWS_IMDS_USE_IPV6"]),
    setting(
        "metadata_service_timeout",
        &["AWS_METADATA_SERVICE_TIMEOUT"],
    ),
    setting(
        "metadata_service_num_attempts",
        &["AWS_METADATA_SERVICE_NUM_ATTEMPTS"],
    ),
];

/// The entry called `name`, or else a setting that only profiles have.
pub(super) fn find(name: &str) -> Setting<'_> {
    SETTINGS
        .iter()
        .find(|row| row.name == name)
        .copied()
        .unwrap_or(setting(name, &[]))
}

impl Setting<'_> {
    const fn outside_profiles(self) -> Self {
        Self {
            in_profile: false,
            ..self
        }
    }

    const fn skipping_empty(self) -> Self {
        Self {
            skip_empty: true,
            ..self
        }
    }

    const fn or_late(self, late_variables: &'static [&'static str]) -> Self {
        Self {
            late_variables,
            ..self
        }
    }

    /// Whether `text` counts as given.
    pub(super) fn accepts(&self, text: &str) -> bool {
        !(self.skip_empty && text.is_empty())
    }

    /// The first of the variables that is set.
    pub(super) fn variable(&self, env: &Env) -> Result<Option<Value>, ConfigError> {
        self.first_set(self.variables, env)
    }

    /// The first of the variables that the profile beats.
    pub(super) fn late_variable(&self, env: &Env) -> Result<Option<Value>, ConfigError> {
        self.first_set(self.late_variables, env)
    }

    fn first_set(&self, names: &[&str], env: &Env) -> Result<Option<Value>, ConfigError> {
        for name in names {
            if let Some(text) = env.variable(name)?.filter(|text| self.accepts(text)) {
                return Ok(Some(Value {
                    text,
                    origin: Origin::Variable((*name).to_owned()),
                }));
            }
        }
        Ok(None)
    }
}
