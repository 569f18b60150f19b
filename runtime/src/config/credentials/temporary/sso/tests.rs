use std::fs;
use std::path::Path;

use super::*;
use crate::config::Settings;
use crate::config::credentials::testing::{LATE, answering, failing, resolve, sent};
use crate::config::env::testing::Scene;
use std::sync::Arc;

const SESSION: &str = "[default]\nsso_session = s\nsso_account_id = 1\nsso_role_name = r\n[sso-session s]\nsso_region = \
                       eu-west-1\nsso_start_url = https://start.example\n";
const LEGACY: &str = "[default]\nsso_account_id = 1\nsso_role_name = r\nsso_region = eu-west-1\nsso_start_url = \
                      https://start.example\n";
/// Where the AWS CLI keeps the tokens of the session and of the start URL.
const TOKENS: [&str; 2] = [
    ".aws/sso/cache/a0f1490a20d0211c997b44bc357e1972deab8ae3.json",
    ".aws/sso/cache/1c5a689b7bb92284d0c514c4b1c1e1ce96d9621f.json",
];
const ANSWER: &str = r#"{"roleCredentials":{"accessKeyId":"ASIA","secretAccessKey":"hidden","sessionToken":"t","expiration":4070908800000}}"#;

/// A home folder with a configuration and a token.
fn scene(config: &str, path: &str, token: &str) -> (Scene, Arc<Settings>) {
    let scene = Scene::new(config, "", &[("AWS_EC2_METADATA_DISABLED", "true")]);
    let path = scene.path(path);
    fs::create_dir_all(Path::new(&path).parent().expect("a folder")).expect("a folder");
    fs::write(path, token).expect("a file");
    let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
    (scene, settings)
}

fn token(expires: &str) -> String {
    format!(
        r#"{{"accessToken":"TOKEN","expiresAt":"{expires}","refreshToken":"REFRESH","clientId":"c","clientSecret":"s","registrationExpiresAt":"{LATE}"}}"#
    )
}

#[test]
fn a_token_of_the_cache_opens_the_role() {
    let cached = [
        ".aws/cli/cache/c5a16f1e78f48dca91be86ba2e308f4d622bae1b.json",
        ".aws/cli/cache/dc2655122aeaa2822cec7a4ba9ae69dc9c49c250.json",
    ];
    for ((config, path), cached) in [(SESSION, TOKENS[0]), (LEGACY, TOKENS[1])]
        .into_iter()
        .zip(cached)
    {
        let (scene, settings) = scene(config, path, &token(LATE));
        let fake = answering(&[(200, ANSWER)]);
        assert_eq!(
            resolve(&settings, &fake).map(|found| (found.source, found.access_key_id)),
            Ok((NAME, "ASIA".into()))
        );
        let expected = "GET https://portal.sso.eu-west-1.amazonaws.com/federation/credentials?role_name=r&account_id=1\n\
                        x-amz-sso_bearer_token: TOKEN\n";
        assert_eq!(sent(&fake), [expected]);
        assert!(Path::new(&scene.path(cached)).exists(), "{cached}");
        assert_eq!(
            resolve(&settings, &failing()).map(|found| found.source),
            Ok(NAME),
            "of the cache"
        );
    }
}

#[test]
fn a_token_that_ends_is_replaced_in_the_cache() {
    let (scene, settings) = scene(SESSION, TOKENS[0], &token("2020-01-01T00:00:00Z"));
    let fresh = r#"{"accessToken":"FRESH","expiresIn":28800,"refreshToken":"NEXT"}"#;
    let fake = answering(&[(200, fresh), (200, ANSWER)]);
    assert_eq!(
        resolve(&settings, &fake).map(|found| found.source),
        Ok(NAME)
    );
    let sent = sent(&fake);
    assert!(
        sent[0].starts_with("POST https://oidc.eu-west-1.amazonaws.com/token\n"),
        "{sent:?}"
    );
    assert!(sent[0].contains(r#""refreshToken":"REFRESH""#), "{sent:?}");
    assert!(
        sent[1].ends_with("x-amz-sso_bearer_token: FRESH\n"),
        "{sent:?}"
    );
    let kept = cache::read(Path::new(&scene.path(TOKENS[0]))).expect("the entry");
    assert_eq!(
        (&kept["accessToken"], &kept["refreshToken"]),
        (&"FRESH".into(), &"NEXT".into())
    );
    assert_eq!(kept["clientSecret"], "s");
}

#[test]
fn a_token_that_can_not_be_replaced_serves_as_long_as_it_lasts() {
    let ends = time::OffsetDateTime::now_utc() + Duration::from_secs(600);
    let ends = ends
        .format(&time::format_description::well_known::Rfc3339)
        .expect("a time");
    let (_scene, settings) = scene(SESSION, TOKENS[0], &token(&ends));
    let fake = answering(&[(400, "{}"), (200, ANSWER)]);
    assert_eq!(
        resolve(&settings, &fake).map(|found| found.source),
        Ok(NAME)
    );
    assert!(
        sent(&fake)[1].ends_with("x-amz-sso_bearer_token: TOKEN\n"),
        "{:?}",
        sent(&fake)
    );
}

#[test]
fn logins_that_ended_are_told() {
    let expired = "The SSO session associated with this profile has expired or is otherwise invalid. To refresh this SSO \
                   session run aws sso login with the corresponding profile.\nLog in with: aws sso login --profile default";
    for (config, path, entry, answers, expected) in [
        (
            SESSION,
            TOKENS[1],
            "{}",
            &[][..],
            "Error loading SSO Token: Token for s does not exist\n",
        ),
        (
            SESSION,
            TOKENS[0],
            "{}",
            &[],
            "Error loading SSO Token: Token for https://start.example is invalid\n",
        ),
        (
            LEGACY,
            TOKENS[1],
            &token("2020-01-01T00:00:00Z"),
            &[],
            expired,
        ),
        (
            SESSION,
            TOKENS[0],
            &token("2020-01-01T00:00:00Z"),
            &[(400, "{}")],
            expired,
        ),
        (SESSION, TOKENS[0], &token(LATE), &[(401, "{}")], expired),
        (
            SESSION,
            TOKENS[0],
            &token(LATE),
            &[(403, r#"{"message":"No access"}"#)],
            "An error occurred (403) when calling the GetRoleCredentials operation: No access",
        ),
    ] {
        let (_scene, settings) = scene(config, path, entry);
        let error = resolve(&settings, &answering(answers))
            .expect_err(expected)
            .to_string();
        assert!(error.starts_with(expected), "{error}");
        assert!(
            !error.contains("TOKEN") && !error.contains("REFRESH"),
            "{error}"
        );
    }
}

#[test]
fn what_is_missing_or_contradictory_is_told() {
    for (config, expected) in [
        (
            "[default]\nsso_account_id = 1\n",
            "The profile \"default\" is configured to use SSO but is missing required configuration: sso_role_name, \
             sso_start_url, sso_region",
        ),
        (
            "[default]\nsso_account_id = 1\nsso_role_name = r\nsso_session = zz\n",
            "The specified sso-session does not exist: \"zz\"\n",
        ),
        (
            &format!(
                "{}[sso-session s]\nsso_region = us-east-1\n",
                LEGACY.to_owned() + "sso_session = s\n"
            ),
            "The value for sso_region is inconsistent between profile (eu-west-1) and sso-session (us-east-1).\n",
        ),
    ] {
        let (_scene, settings) = scene(config, TOKENS[0], "{}");
        let error = resolve(&settings, &failing())
            .expect_err(expected)
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}
