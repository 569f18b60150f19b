use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::*;
use crate::config::Settings;
use crate::config::credentials::testing::{
    LATE, answering, failing, resolve, resolve_in, sent, signed_by, wait,
};
use crate::config::credentials::{Chain, IdentityContext, Prompt};
use crate::config::env::testing::Scene;

const KEYS: &str = "aws_access_key_id = BASE\naws_secret_access_key = hidden\n";

fn answer(key: &str) -> String {
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser><Arn>\
         arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>{key}\
         </AccessKeyId><SecretAccessKey>hidden</SecretAccessKey><SessionToken>token</SessionToken><Expiration>{LATE}\
         </Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
}

fn settings(scene: &Scene) -> Arc<Settings> {
    Arc::new(Settings::load(scene.env(), None).expect("files"))
}

#[test]
fn a_role_is_taken_with_the_keys_of_another_profile_and_kept() {
    let config = "[default]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nexternal_id = e+1\n\
                  role_session_name = s\nduration_seconds = 900\n";
    let scene = Scene::new(config, &format!("[base]\n{KEYS}"), &[]);
    let fake = answering(&[(200, &answer("ASIA"))]);
    let found = resolve(&settings(&scene), &fake).expect("credentials");
    assert_eq!((found.access_key_id.as_str(), found.source), ("ASIA", NAME));
    assert_eq!(found.account_id.as_deref(), Some("123456789012"));
    assert_eq!(signed_by(&fake).as_deref(), Some("BASE"));
    let sent = sent(&fake).concat();
    assert!(
        sent.starts_with("POST https://sts.eu-west-1.amazonaws.com/\n"),
        "{sent}"
    );
    let form = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&\
                RoleSessionName=s&ExternalId=e%2B1&DurationSeconds=900";
    assert!(sent.ends_with(form), "{sent}");
    // The name is the one that the AWS CLI gives the file.
    let kept = scene.path(".aws/cli/cache/fc4932b3c6db18262cdfa5922bd898b236f00dfb.json");
    assert!(std::path::Path::new(&kept).exists(), "{kept}");
    let found = resolve(&settings(&scene), &failing()).expect("credentials of the cache");
    assert_eq!(found.access_key_id, "ASIA");
}

#[test]
fn roles_lead_to_roles() {
    let config = format!(
        "[default]\nrole_arn = r1\nsource_profile = middle\n[profile middle]\nrole_arn = r2\nsource_profile = \
         base\n[profile base]\nrole_arn = unused\nsource_profile = default\n{KEYS}"
    );
    let scene = Scene::new(&config, "", &[]);
    let fake = answering(&[(200, &answer("MIDDLE")), (200, &answer("LAST"))]);
    let found = resolve(&settings(&scene), &fake).expect("credentials");
    assert_eq!(
        (found.access_key_id.as_str(), signed_by(&fake).as_deref()),
        ("LAST", Some("MIDDLE"))
    );
    // The file of a role without anything more, as the AWS CLI names it.
    assert!(
        std::path::Path::new(
            &scene.path(".aws/cli/cache/e76435e08febb9fb724241d2d4debec2e13709cc.json")
        )
        .exists()
    );
}

#[test]
fn sources_are_checked() {
    for (config, expected) in [
        (
            "role_arn = r\n",
            "Partial credentials found in assume-role, missing: source_profile or credential_source\n",
        ),
        (
            "role_arn = r\nsource_profile = nope\n",
            "The source_profile \"nope\" referenced in the profile \"default\" does not exist.\n",
        ),
        (
            "role_arn = r\nsource_profile = p\ncredential_source = Environment\n[profile p]\n",
            "The profile \"default\" contains both source_profile and credential_source.\n",
        ),
        (
            "role_arn = r\ncredential_source = Foo\n",
            "The credential source \"Foo\" referenced in profile \"default\" is not valid.\n",
        ),
        (
            "role_arn = r\ncredential_source = Environment\n",
            "Error when retrieving credentials from Environment: No credentials found in credential_source referenced in \
             profile default\nAWS_ACCESS_KEY_ID is not set",
        ),
        (
            "role_arn = r\nsource_profile = p\n[profile p]\nrole_arn = q\nsource_profile = default\n",
            "Infinite loop in credential configuration detected. Attempting to load from profile default which has \
             already been visited. Visited profiles: ['default', 'p']\n",
        ),
        (
            "role_arn = r\nsource_profile = p\n[profile p]\nregion = r\n",
            "The source profile \"p\" must have credentials.\n",
        ),
    ] {
        let scene = Scene::new(&format!("[default]\n{config}"), "", &[]);
        let error = resolve(&settings(&scene), &failing())
            .expect_err(config)
            .to_string();
        assert!(error.starts_with(expected), "{config}: {error}");
    }
}

#[test]
fn errors_of_the_service_are_told_in_its_words() {
    let config = format!("[default]\nrole_arn = r\nsource_profile = default\n{KEYS}");
    let refused = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No &amp; no.</Message></Error>\
                   <RequestId>id-1</RequestId></ErrorResponse>";
    let said = "An error occurred (AccessDenied) when calling the AssumeRole operation: No & no.\nRequest ID: id-1";
    for (status, body, expected) in [
        (403, refused, said),
        (
            400,
            "",
            "An error occurred (400) when calling the AssumeRole operation: ",
        ),
        (
            200,
            "{}",
            "Error when retrieving credentials from assume-role: the service's answer can't be read: AssumeRole: it is not \
             XML that can be read: ",
        ),
        (
            200,
            "<a/>",
            "Error when retrieving credentials from assume-role: the service's answer can't be read: AssumeRole: it has no \
             element `AssumeRoleResult`",
        ),
        (
            200,
            "<a><AssumeRoleResult><Credentials/></AssumeRoleResult></a>",
            "Error when retrieving credentials from assume-role: the answer has no SessionToken",
        ),
    ] {
        let scene = Scene::new(&config, "", &[]);
        let error = resolve(&settings(&scene), &answering(&[(status, body)]))
            .expect_err(body)
            .to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[derive(Debug)]
struct Person;

impl Prompt for Person {
    fn ask(&self, question: &str) -> io::Result<String> {
        assert_eq!(question, "Enter MFA code for arn:aws:iam::1:mfa/me: ");
        Ok("123456\n".to_owned())
    }
}

#[test]
fn a_person_is_asked_for_the_code_of_a_device() {
    let config = format!(
        "[default]\nrole_arn = r\nsource_profile = default\nmfa_serial = arn:aws:iam::1:mfa/me\n{KEYS}"
    );
    let scene = Scene::new(&config, "", &[]);
    let error = resolve(&settings(&scene), &failing())
        .expect_err("nobody is there")
        .to_string();
    assert!(
        error.contains("the role asks for a code of arn:aws:iam::1:mfa/me"),
        "{error}"
    );
    let fake = answering(&[(200, &answer("ASIA"))]);
    let context = IdentityContext::new("r", &SystemTime::now);
    let chain = Chain::new(settings(&scene), fake.clone(), fake.clone()).prompt(Arc::new(Person));
    wait(chain.credentials(context)).expect("credentials");
    assert!(
        sent(&fake)
            .concat()
            .ends_with("&SerialNumber=arn%3Aaws%3Aiam%3A%3A1%3Amfa%2Fme&TokenCode=123456")
    );
}

/// A person who takes ten minutes.
#[derive(Debug)]
struct SlowPerson(Arc<AtomicU64>);

impl Prompt for SlowPerson {
    fn ask(&self, _: &str) -> io::Result<String> {
        self.0.fetch_add(600, Ordering::Relaxed);
        Ok("123456".to_owned())
    }
}

#[test]
fn each_request_is_signed_with_the_time_at_which_it_is_sent() {
    let config =
        format!("[default]\nrole_arn = r\nsource_profile = default\nmfa_serial = m\n{KEYS}");
    let scene = Scene::new(&config, "", &[]);
    let fake = answering(&[(503, ""), (200, &answer("ASIA"))]);
    let seconds = Arc::new(AtomicU64::new(0));
    let chain = Chain::new(settings(&scene), fake.clone(), fake.clone());
    let chain = chain.prompt(Arc::new(SlowPerson(seconds.clone())));
    // Each look at the clock takes a second.
    let clock = || {
        let seconds = seconds.fetch_add(1, Ordering::Relaxed);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    };
    wait(chain.credentials(IdentityContext::new("r", &clock))).expect("credentials");
    let dates: Vec<_> = fake
        .requests()
        .iter()
        .flat_map(|request| request.headers.clone())
        .filter(|(name, _)| name == "x-amz-date")
        .map(|(_, date)| date)
        .collect();
    let [first, second] = &*dates else {
        panic!("{dates:?}")
    };
    assert!(&**first >= "19700101T001000Z", "{dates:?}");
    assert!(first < second, "{dates:?}");
}

#[test]
fn the_endpoint_of_sts_is_the_configured_one_and_not_the_option_of_the_call() {
    let config = format!("[default]\nrole_arn = r\nsource_profile = default\n{KEYS}");
    for (variables, region, expected) in [
        (&[][..], "eu-west-1", "https://sts.eu-west-1.amazonaws.com/"),
        (
            &[("AWS_USE_FIPS_ENDPOINT", "true")],
            "us-east-1",
            "https://sts-fips.us-east-1.amazonaws.com/",
        ),
        (
            &[("AWS_USE_DUALSTACK_ENDPOINT", "true")],
            "cn-north-1",
            "https://sts.cn-north-1.api.amazonwebservices.com.cn/",
        ),
        (
            &[("AWS_ENDPOINT_URL_STS", "http://localhost:1/x")],
            "eu-west-1",
            "http://localhost:1/x",
        ),
        (&[], "aws-global", "https://sts.us-east-1.amazonaws.com/"),
    ] {
        let scene = Scene::new(&config, "", variables);
        let mut settings = Settings::load(scene.env(), None).expect("files");
        settings.set("endpoint_url", "http://localhost:2", "--endpoint-url");
        let fake = answering(&[(200, &answer("ASIA"))]);
        resolve_in(region, &Arc::new(settings), &fake).expect("credentials");
        assert!(
            sent(&fake)
                .concat()
                .starts_with(&format!("POST {expected}\n")),
            "{:?}",
            sent(&fake)
        );
    }
}
