use super::*;
use crate::config::Env;
use crate::config::env::testing::Scene;

fn settings(config: &str, variables: &[(&str, &str)]) -> Settings {
    Settings::load(Scene::new(config, "", variables).env(), None).expect("readable files")
}

fn with(variable: &str, text: &str) -> Settings {
    settings("", &[(variable, text)])
}

/// The first line of the error.
fn refusal<T>(result: Result<T, ConfigError>) -> Option<String> {
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
        let expected = format!("Provided region_name '{region}' doesn't match a supported format.");
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
        (ConfigErrorKind::NoRegion, expected)
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
    let url =
        |settings: &Settings, id: &str| settings.endpoint_url(id).unwrap().map(|value| value.text);
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
        settings("[default]\nparameter_validation = no\n", &[]).flag("parameter_validation", true),
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
    assert_eq!(error.kind(), ConfigErrorKind::InvalidValue);
    assert!(
        error
            .to_string()
            .ends_with("\nThe value comes from AWS_RETRY_MODE."),
        "{error}"
    );
}
