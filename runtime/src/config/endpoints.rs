//! What configuration says of endpoints: their URLs, and parameters of endpoint rules.

use super::settings::{Origin, Settings, Value};
use crate::endpoint::{ConfiguredUrl, EndpointSettings};
use crate::error::ConfigError;
use crate::http::Url;

/// Words of a setting, and what each says of a parameter; `None` for its default.
type Words = &'static [(&'static str, Option<bool>)];

const FLAG: Words = &[("true", Some(true)), ("false", Some(false))];
const STYLES: Words = &[
    ("auto", None),
    ("path", Some(true)),
    ("virtual", Some(false)),
];
const REGIONAL: Words = &[("regional", Some(false)), ("legacy", Some(true))];

/// Where a parameter of endpoint rules is configured.
struct Parameter {
    /// Its built-in name, or its own.
    name: &'static str,
    /// The setting; empty if there is none outside of the block.
    setting: &'static str,
    /// The key in the profile's block `s3`, which the setting goes before; empty if there is none.
    key: &'static str,
    words: Words,
    /// What is assumed when nothing is configured; `None` for the default of the rules.
    default: Option<bool>,
}

const fn parameter(
    name: &'static str,
    setting: &'static str,
    key: &'static str,
    words: Words,
) -> Parameter {
    Parameter {
        name,
        setting,
        key,
        words,
        default: None,
    }
}

/// The block of a profile that is about buckets.
const BLOCK: &str = "s3";

const ARN_REGION: &str = "s3_use_arn_region";
const NO_MULTI_REGION: &str = "s3_disable_multiregion_access_points";
const NO_SESSIONS: &str = "s3_disable_express_session_auth";

/// Every parameter that can be configured.
const PARAMETERS: &[Parameter] = &[
    parameter("AWS::S3::Accelerate", "", "use_accelerate_endpoint", FLAG),
    parameter("AWS::S3::ForcePathStyle", "", "addressing_style", STYLES),
    parameter("AWS::S3::UseDualStack", "", "use_dualstack_endpoint", FLAG),
    parameter("AWS::S3::UseArnRegion", ARN_REGION, "use_arn_region", FLAG),
    // As in the AWS CLI, an ARN may lead to another region only where buckets are used.
    Parameter {
        default: Some(false),
        ..parameter(
            "AWS::S3Control::UseArnRegion",
            ARN_REGION,
            "use_arn_region",
            FLAG,
        )
    },
    parameter(
        "AWS::S3::DisableMultiRegionAccessPoints",
        NO_MULTI_REGION,
        NO_MULTI_REGION,
        FLAG,
    ),
    parameter("DisableS3ExpressSessionAuth", NO_SESSIONS, "", FLAG),
    parameter(
        "AWS::S3::DisableS3ExpressSessionAuth",
        NO_SESSIONS,
        "",
        FLAG,
    ),
    parameter(
        "AWS::S3::UseGlobalEndpoint",
        "s3_us_east_1_regional_endpoint",
        "us_east_1_regional_endpoint",
        REGIONAL,
    ),
    parameter(
        "AWS::STS::UseGlobalEndpoint",
        "sts_regional_endpoints",
        "",
        REGIONAL,
    ),
];

impl EndpointSettings for Settings {
    fn endpoint_url(&self, sdk_id: &str) -> Result<Option<ConfiguredUrl>, ConfigError> {
        let value = Settings::endpoint_url(self, sdk_id)?;
        Ok(value.map(|value| ConfiguredUrl {
            by_option: matches!(value.origin, Origin::Option(_)),
            url: Url(value.text),
        }))
    }

    fn parameter(&self, parameter: &str) -> Result<Option<bool>, ConfigError> {
        match PARAMETERS.iter().find(|row| row.name == parameter) {
            Some(row) => Ok(row.read(self)?.or(row.default)),
            None => Ok(None),
        }
    }
}

impl Parameter {
    fn read(&self, settings: &Settings) -> Result<Option<bool>, ConfigError> {
        let Parameter { setting, key, .. } = self;
        let outside = match *setting {
            "" => None,
            setting => settings.get(setting)?.map(|value| (setting, value)),
        };
        let stated = match (outside, *key) {
            (Some(stated), _) => Some(stated),
            (None, "") => None,
            (None, key) => settings.nested(BLOCK, key)?.map(|value| (key, value)),
        };
        match stated {
            Some((name, value)) => self.meaning(name, &value),
            None => Ok(None),
        }
    }

    fn meaning(&self, name: &str, value: &Value) -> Result<Option<bool>, ConfigError> {
        let Value { text, origin } = value;
        let mut words = self.words.iter();
        if let Some((_, meaning)) = words.find(|(word, _)| text.eq_ignore_ascii_case(word)) {
            return Ok(*meaning);
        }
        let allowed: Vec<_> = self.words.iter().map(|(word, _)| *word).collect();
        let allowed = allowed.join(", ");
        let problem = format!("The value \"{text}\" of {name} must be one of {allowed}.");
        Err(ConfigError::invalid(problem, origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::env::testing::Scene;
    use crate::schema::rules::BUILT_INS;

    /// What rules may name is configured, or known to each client.
    #[test]
    fn every_built_in_parameter_has_a_source() {
        for built_in in BUILT_INS {
            let is_configured = PARAMETERS.iter().any(|row| row.name == *built_in);
            assert_ne!(
                is_configured,
                crate::endpoint::is_known(built_in),
                "{built_in}"
            );
        }
    }

    /// What is configured for a parameter: its value, or the first line of the error.
    fn configured(
        parameter: &str,
        config: &str,
        variables: &[(&str, &str)],
    ) -> Result<Option<bool>, String> {
        let scene = Scene::new(config, "", variables);
        let settings = Settings::load(scene.env(), None).expect("settings");
        let found = EndpointSettings::parameter(&settings, parameter);
        found.map_err(|error| {
            error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
        })
    }

    #[test]
    fn parameters_are_in_variables_keys_and_the_block() {
        let block = |line: &str| format!("[default]\ns3 =\n  {line}\n");
        for (parameter, line, expected) in [
            (
                "AWS::S3::Accelerate",
                "use_accelerate_endpoint = True",
                Some(true),
            ),
            (
                "AWS::S3::UseDualStack",
                "use_dualstack_endpoint = true",
                Some(true),
            ),
            (
                "AWS::S3::ForcePathStyle",
                "addressing_style = path",
                Some(true),
            ),
            (
                "AWS::S3::ForcePathStyle",
                "addressing_style = virtual",
                Some(false),
            ),
            ("AWS::S3::ForcePathStyle", "addressing_style = auto", None),
            (
                "AWS::S3::UseArnRegion",
                "use_arn_region = false",
                Some(false),
            ),
            ("AWS::S3::UseArnRegion", "addressing_style = path", None),
            (
                "AWS::S3Control::UseArnRegion",
                "addressing_style = path",
                Some(false),
            ),
            (
                "AWS::S3::DisableMultiRegionAccessPoints",
                "s3_disable_multiregion_access_points = true",
                Some(true),
            ),
            (
                "AWS::S3::UseGlobalEndpoint",
                "us_east_1_regional_endpoint = legacy",
                Some(true),
            ),
            ("AWS::Region", "addressing_style = path", None),
        ] {
            assert_eq!(
                configured(parameter, &block(line), &[]),
                Ok(expected),
                "{line}"
            );
        }
        for (parameter, line, variable) in [
            (
                "AWS::S3::UseArnRegion",
                "s3_use_arn_region",
                "AWS_S3_USE_ARN_REGION",
            ),
            (
                "AWS::S3Control::UseArnRegion",
                "s3_use_arn_region",
                "AWS_S3_USE_ARN_REGION",
            ),
            (
                "AWS::S3::DisableMultiRegionAccessPoints",
                "s3_disable_multiregion_access_points",
                "AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS",
            ),
            (
                "DisableS3ExpressSessionAuth",
                "s3_disable_express_session_auth",
                "AWS_S3_DISABLE_EXPRESS_SESSION_AUTH",
            ),
        ] {
            let line = format!("[default]\n{line} = true\n");
            assert_eq!(configured(parameter, &line, &[]), Ok(Some(true)), "{line}");
            let by_variable = configured(parameter, &line, &[(variable, "FALSE")]);
            assert_eq!(by_variable, Ok(Some(false)), "{variable}");
        }
        let legacy = [("AWS_STS_REGIONAL_ENDPOINTS", "legacy")];
        assert_eq!(
            configured("AWS::STS::UseGlobalEndpoint", "", &legacy),
            Ok(Some(true))
        );
    }

    #[test]
    fn other_words_and_texts_in_place_of_the_block_are_refused() {
        for (parameter, config, part) in [
            (
                "AWS::S3::ForcePathStyle",
                "[default]\ns3 =\n  addressing_style = paths\n",
                "The value \"paths\" of addressing_style must be one of auto, path, virtual.",
            ),
            (
                "DisableS3ExpressSessionAuth",
                "[default]\ns3_disable_express_session_auth = yes\n",
                "The value \"yes\" of s3_disable_express_session_auth must be one of true, false.",
            ),
            (
                "AWS::S3::Accelerate",
                "[default]\ns3 = use_accelerate_endpoint\n",
                "The key \"s3\" needs indented lines key = value below it.",
            ),
        ] {
            let refused = configured(parameter, config, &[]);
            assert!(
                refused.as_ref().is_err_and(|text| text.contains(part)),
                "{refused:?}"
            );
        }
    }
}
