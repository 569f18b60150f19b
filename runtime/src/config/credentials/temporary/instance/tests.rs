use super::*;
use crate::config::credentials::testing::{LATE, answering, failing, resolve, sent, wait};
use crate::config::env::testing::Scene;
use std::sync::Arc;

fn settings(variables: &[(&str, &str)]) -> (Scene, Arc<Settings>) {
    let scene = Scene::new("", "", variables);
    let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
    (scene, settings)
}

fn answer() -> String {
    format!(
        r#"{{"Code":"Success","AccessKeyId":"ASIA","SecretAccessKey":"hidden","Token":"t","Expiration":"{LATE}"}}"#
    )
}

#[test]
fn a_token_opens_the_role() {
    let (_scene, settings) = settings(&[]);
    let fake = answering(&[(200, "TOKEN"), (200, "role"), (200, &answer())]);
    assert_eq!(
        resolve(&settings, &fake).map(|found| (found.source, found.access_key_id)),
        Ok((NAME, "ASIA".into()))
    );
    let url = "http://169.254.169.254/latest";
    let expected = [
        format!("PUT {url}/api/token\nx-aws-ec2-metadata-token-ttl-seconds: 21600\n"),
        format!("GET {url}/meta-data/iam/security-credentials/\nx-aws-ec2-metadata-token: TOKEN\n"),
        format!(
            "GET {url}/meta-data/iam/security-credentials/role\nx-aws-ec2-metadata-token: TOKEN\n"
        ),
    ];
    assert_eq!(sent(&fake), expected);
}

#[test]
fn version_1_is_asked_where_it_is_allowed() {
    let answers = [(404, ""), (200, "role"), (200, &*answer())];
    let (_scene, open) = settings(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://[::1]:7")]);
    let fake = answering(&answers);
    assert_eq!(resolve(&open, &fake).map(|found| found.source), Ok(NAME));
    assert!(
        sent(&fake)[2]
            .starts_with("GET http://[::1]:7/latest/meta-data/iam/security-credentials/role\n")
    );
    let (_scene, closed) = settings(&[("AWS_EC2_METADATA_V1_DISABLED", "true")]);
    let error = resolve(&closed, &answering(&answers))
        .expect_err("version 2 alone")
        .to_string();
    assert!(error.ends_with(NO_TOKEN), "{error}");
    // A service that does not answer with a token may still know version 1.
    let answers = [(503, ""), (200, "role"), (200, &*answer())];
    assert_eq!(
        resolve(&open, &answering(&answers)).map(|found| found.source),
        Ok(NAME)
    );
}

#[test]
fn credentials_that_are_renewed_late_stay_in_force() {
    let (_scene, settings) = settings(&[]);
    let late = answer().replace(LATE, "2020-01-01T00:00:00Z");
    let found = resolve(
        &settings,
        &answering(&[(200, "T"), (200, "role"), (200, &late)]),
    )
    .expect("credentials");
    let life = found
        .expiration
        .expect("an end")
        .duration_since(SystemTime::now())
        .expect("in future");
    assert!(
        life > Duration::from_secs(16 * 60) && life < Duration::from_secs(26 * 60),
        "{life:?}"
    );
}

#[test]
fn settings_of_the_service_are_checked() {
    for (name, value, expected) in [
        (
            "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
            "ipv5",
            "Invalid EC2 Instance Metadata endpoint mode: ipv5\n",
        ),
        (
            "AWS_METADATA_SERVICE_TIMEOUT",
            "soon",
            "invalid literal for int() with base 10: 'soon'\n",
        ),
    ] {
        let (_scene, settings) = settings(&[(name, value)]);
        let error = resolve(&settings, &failing()).expect_err(name).to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    for name in [
        "AWS_IMDS_USE_IPV6",
        "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
    ] {
        let (_scene, settings) =
            settings(&[(name, if name.ends_with('6') { "true" } else { "IPv6" })]);
        let fake = answering(&[(200, "T"), (200, "role"), (200, &answer())]);
        resolve(&settings, &fake).expect("credentials");
        assert!(
            sent(&fake)[0].starts_with("PUT http://[fd00:ec2::254]/"),
            "{:?}",
            sent(&fake)
        );
    }
}

#[test]
fn an_instance_without_a_role_has_nothing_to_give() {
    for (variables, answers, expected) in [
        (
            &[("AWS_EC2_METADATA_DISABLED", "True")][..],
            &[][..],
            "AWS_EC2_METADATA_DISABLED is true",
        ),
        (
            &[],
            &[(200, "T"), (404, "")],
            "security-credentials/ answered 404",
        ),
        (
            &[],
            &[
                (200, "T"),
                (200, "r"),
                (200, r#"{"Code":"C","Message":"M"}"#),
            ],
            "iam-role: C: M",
        ),
        (
            &[],
            &[(200, "T"), (200, "r"), (200, "<html>")],
            "iam-role: the answer is not JSON",
        ),
    ] {
        let (_scene, settings) = settings(variables);
        let error = resolve(&settings, &answering(answers))
            .expect_err(expected)
            .to_string();
        assert!(
            error.starts_with("Unable to locate credentials.") && error.ends_with(expected),
            "{error}"
        );
    }
}

#[test]
fn a_zone_tells_the_region() {
    for (variables, answers, expected) in [
        (
            &[][..],
            &[(200, "T"), (200, "eu-west-1b")][..],
            Some("eu-west-1"),
        ),
        (&[], &[(200, "T"), (200, "b")], None),
        (&[], &[], None),
        (
            &[("AWS_EC2_METADATA_DISABLED", "true")],
            &[(200, "T"), (200, "eu-west-1b")],
            None,
        ),
    ] {
        let (_scene, settings) = settings(variables);
        let found = wait(region(&settings, &*answering(answers))).expect("settings");
        assert_eq!(found.as_deref(), expected);
    }
}
