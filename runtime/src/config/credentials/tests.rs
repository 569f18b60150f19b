use super::testing::failing;
use super::*;
use crate::config::env::testing::Scene;

const CREDENTIALS: &str = "[default]\naws_access_key_id = FILE\naws_secret_access_key = hidden\n";
const ENVIRONMENT: &[(&str, &str)] = &[
    ("AWS_ACCESS_KEY_ID", "ENV"),
    ("AWS_SECRET_ACCESS_KEY", "hidden"),
];

fn resolve(scene: &Scene, profile: Option<&str>) -> Result<Credentials, ConfigError> {
    let settings = Arc::new(Settings::load(scene.env(), profile)?);
    super::testing::resolve(&settings, &failing())
}

#[test]
fn the_first_provider_that_answers_wins() {
    let config = "[default]\naws_access_key_id = CONFIG\naws_secret_access_key = hidden\n";
    let process = format!(
        r#"{config}credential_process = printf '{}'"#,
        temporary::ANSWER
    );
    for (case, config, credentials, variables, profile, winner) in [
        (
            "environment first",
            &*process,
            CREDENTIALS,
            ENVIRONMENT,
            None,
            "env",
        ),
        (
            "an option removes the environment",
            &*process,
            CREDENTIALS,
            ENVIRONMENT,
            Some("default"),
            "shared-credentials-file",
        ),
        (
            "an empty option does not",
            &*process,
            CREDENTIALS,
            ENVIRONMENT,
            Some(""),
            "env",
        ),
        (
            "credentials file before process",
            &*process,
            CREDENTIALS,
            &[],
            None,
            "shared-credentials-file",
        ),
        (
            "process before config file",
            &*process,
            "",
            &[],
            None,
            "custom-process",
        ),
        ("config file last", config, "", &[], None, "config-file"),
    ] {
        let scene = Scene::new(config, credentials, variables);
        assert_eq!(
            resolve(&scene, profile).map(|found| found.source),
            Ok(winner),
            "{case}"
        );
    }
}

#[test]
fn a_profile_variable_keeps_the_environment() {
    let variables = [ENVIRONMENT, &[("AWS_PROFILE", "default")]].concat();
    assert_eq!(
        resolve(&Scene::new("", CREDENTIALS, &variables), None).map(|found| found.source),
        Ok("env")
    );
}

#[test]
fn no_answer_lists_every_provider() {
    let scene = Scene::new("[default]\nregion = us-east-1\n", "", &[]);
    let error = resolve(&scene, None).unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::NoCredentials);
    let config = scene.path(".aws/config");
    let expected = format!(
        "Unable to locate credentials. You can configure credentials by running \"aws login\".\n  \
         env: AWS_ACCESS_KEY_ID is not set\n  \
         assume-role: the profile \"default\" has no role_arn\n  \
         assume-role-with-web-identity: neither AWS_WEB_IDENTITY_TOKEN_FILE nor the key web_identity_token_file is \
         there\n  \
         sso: the profile \"default\" has neither sso_role_name nor sso_account_id\n  \
         shared-credentials-file: {} does not exist\n  \
         login: the profile \"default\" has no login_session\n  \
         custom-process: the profile \"default\" has no credential_process\n  \
         config-file: the profile \"default\" in {config} has no aws_access_key_id\n  \
         container-role: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is \
         set\n  \
         iam-role: SSL validation failed for http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        scene.path(".aws/credentials"),
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_unknown_profile_is_an_error_even_with_keys_in_the_environment() {
    let variables = [ENVIRONMENT, &[("AWS_PROFILE", "nope")]].concat();
    let error = resolve(&Scene::new("", CREDENTIALS, &variables), None).unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::ProfileNotFound);
}

#[test]
fn times_need_an_offset() {
    let epoch = |seconds| Some(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds));
    for (text, expected) in [
        ("1970-01-01T00:01:00Z", epoch(60)),
        ("1970-01-01T00:01:00UTC", epoch(60)),
        ("1970-01-01T00:01:00.000Z", epoch(60)),
        ("1970-01-01T01:01:00+01:00", epoch(60)),
        ("19700101T010100+0100", epoch(60)),
        ("1970-01-01T00:01:00", None),
        ("tomorrow", None),
        ("", None),
    ] {
        assert_eq!(parse_time(text), expected, "{text}");
    }
}
