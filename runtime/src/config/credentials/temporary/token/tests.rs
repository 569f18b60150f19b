//! Tokens of logins.

use super::*;
use crate::config::Settings;
use crate::config::credentials::testing::{LATE, answering, failing, sent, wait};
use crate::config::env::testing::Scene;
use crate::error::ConfigErrorKind;
use crate::fake::Fake;
use std::fs;
use std::path::Path;
use std::sync::Arc;

const SESSION: &str = "[default]\nsso_session = s\n[sso-session s]\nsso_region = eu-west-1\nsso_start_url = \
                       https://start.example\n";
/// Where the AWS CLI keeps the token of the session.
const PATH: &str = ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json";

fn entry(expires: &str) -> String {
    format!(
        r#"{{"accessToken":"OLD","expiresAt":"{expires}","refreshToken":"REFRESH","clientId":"c","clientSecret":"s","registrationExpiresAt":"{LATE}"}}"#
    )
}

/// The result of the chain for a configuration, an entry of the cache, and answers.
fn resolve(
    config: &str,
    entry: Option<&str>,
    fake: &Arc<Fake>,
) -> (Scene, Result<Token, ConfigError>) {
    let scene = Scene::new(config, "", &[]);
    if let Some(entry) = entry {
        let path = scene.path(PATH);
        fs::create_dir_all(Path::new(&path).parent().expect("a folder")).expect("a folder");
        fs::write(path, entry).expect("a file");
    }
    let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
    let chain = Chain::new(settings.clone(), fake.clone(), fake.clone());
    let clock = || settings.env().now();
    let resolving = ResolveToken::resolve(&chain, IdentityContext::new("eu-west-1", &clock));
    let found = wait(resolving);
    (scene, found)
}

#[test]
fn a_login_has_a_token_without_a_role() {
    let (_, found) = resolve(SESSION, Some(&entry(LATE)), &failing());
    let token = found.expect("a token");
    assert_eq!(token.value, "OLD");
    assert!(token.expiration.is_some());
}

#[test]
fn a_token_that_ends_soon_is_replaced_in_the_cache_too() {
    let fake = answering(&[(200, r#"{"accessToken":"NEW","expiresIn":3600}"#)]);
    let (scene, found) = resolve(SESSION, Some(&entry("2000-01-01T00:00:00Z")), &fake);
    let token = found.expect("a token");
    assert_eq!(token.value, "NEW");
    assert!(token.expiration.is_some());
    assert!(sent(&fake)[0].starts_with("POST https://oidc.eu-west-1.amazonaws.com/token\n"));
    let kept = fs::read_to_string(scene.path(PATH)).expect("the cache");
    assert!(kept.contains("NEW") && !kept.contains("OLD"));
}

#[test]
fn errors_say_what_to_do_and_show_no_token() {
    for (config, entry, expected) in [
        (
            SESSION,
            None,
            "Error loading SSO Token: Token for s does not exist\n",
        ),
        (
            SESSION,
            Some(entry("2000-01-01T00:00:00Z")),
            "Error when retrieving token from sso: Token has expired and refresh failed\nLog in with: aws sso login --profile \
             default",
        ),
        (
            "[default]\nsso_session = s\n",
            None,
            "The specified sso-session does not exist: \"s\"\n",
        ),
        (
            "[default]\nsso_session = s\n[sso-session s]\nsso_region = r\n",
            None,
            "The profile \"default\" is configured to use SSO but is missing required configuration: sso_start_url",
        ),
    ] {
        let (_, found) = resolve(config, entry.as_deref(), &failing());
        let text = found.expect_err(expected).to_string();
        assert!(text.starts_with(expected), "{text}");
        assert!(!text.contains("OLD") && !text.contains("REFRESH"), "{text}");
    }
    let (_, found) = resolve("[default]\nregion = r\n", None, &failing());
    let error = found.expect_err("no token");
    assert_eq!(error.kind(), ConfigErrorKind::NoToken);
    assert_eq!(
        error.to_string(),
        "Unable to locate authorization token\n  env: AWS_BEARER_TOKEN_NAME is not set, with the signing name of the service as \
         NAME\n  sso: the profile \"default\" has no sso_session"
    );
}
