use std::fs;
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

use super::*;
use crate::config::Settings;
use crate::config::credentials::testing::{LATE, answering, failing, resolve, sent};
use crate::config::env::testing::Scene;
use crate::fake::Fake;

const CONFIG: &str = "[default]\nlogin_session = arn:aws:iam::1:user/me\n";
/// Where the AWS CLI keeps the session.
const KEPT: &str =
    ".aws/login/cache/da19974a351c10e6ddab0fe8d7b1fb3a289211121e24f211c7eb19ed08e30e3a.json";
const PAST: &str = "2020-01-01T00:00:00Z";
/// Made for these tests.
const KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIC/hStiKUWEdjoFkxEj3PV4TrKw0XkpF8ie8UQMy17EAoAoGCCqGSM49\n\
                   AwEHoUQDQgAEEdrVHrqWQ1rQv2SHp+EOGjfnJo8mD9WxgbxitnTOM7UVNCgrJNSi\n8SwsmbNzW0fpe2bu6DTUZ7WXDAPGUbj/UA==\n\
                   -----END EC PRIVATE KEY-----\n";
const FRESH: &str = r#"{"accessToken":{"accessKeyId":"FRESH","secretAccessKey":"hidden","sessionToken":"t"},"expiresIn":900,"refreshToken":"NEXT","tokenType":"aws_sigv4"}"#;

fn entry(end: &str, key: &str) -> String {
    let access = json!({
        "accessKeyId": "ASIA", "secretAccessKey": "hidden", "sessionToken": "t", "accountId": "1", "expiresAt": end,
    });
    let client = "arn:aws:signin:::devtools/same-device";
    json!({"accessToken": access, "clientId": client, "refreshToken": "REFRESH", "dpopKey": key, "idToken": "i"}).to_string()
}

/// A home folder with a login.
fn scene(entry: &str) -> (Scene, Arc<Settings>) {
    let scene = Scene::new(CONFIG, "", &[("AWS_EC2_METADATA_DISABLED", "true")]);
    let path = scene.path(KEPT);
    fs::create_dir_all(Path::new(&path).parent().expect("a folder")).expect("a folder");
    fs::write(path, entry).expect("a file");
    let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
    (scene, settings)
}

#[test]
fn credentials_of_a_login_are_used_as_long_as_they_last() {
    let (_scene, settings) = scene(&entry(LATE, KEY));
    let found = resolve(&settings, &failing()).expect("credentials");
    assert_eq!((&*found.access_key_id, found.source), ("ASIA", NAME));
    assert_eq!(found.account_id.as_deref(), Some("1"));
    // In another folder.
    let folder = tempfile::tempdir().expect("a folder");
    let name = Path::new(KEPT).file_name().expect("a name");
    fs::write(folder.path().join(name), entry(LATE, KEY)).expect("a file");
    let folder = folder.path().display().to_string();
    let scene = Scene::new(CONFIG, "", &[(FOLDER, &folder)]);
    let settings = Arc::new(Settings::load(scene.env(), None).expect("files"));
    assert_eq!(
        resolve(&settings, &failing()).map(|found| found.source),
        Ok(NAME)
    );
}

#[test]
fn credentials_that_end_are_replaced_in_the_cache() {
    let (scene, settings) = scene(&entry(PAST, KEY));
    let fake = answering(&[(200, FRESH)]);
    let found = resolve(&settings, &fake).expect("credentials");
    assert_eq!(found.access_key_id, "FRESH");
    assert_eq!(found.account_id.as_deref(), Some("1"));
    let sent = sent(&fake).concat();
    assert!(
        sent.starts_with("POST https://eu-west-1.signin.aws.amazon.com/v1/token\n"),
        "{sent}"
    );
    assert!(sent.contains(r#""refreshToken":"REFRESH""#), "{sent}");
    let kept = cache::read(Path::new(&scene.path(KEPT))).expect("the entry");
    assert_eq!(kept["accessToken"]["accessKeyId"], "FRESH");
    assert_eq!(
        (&kept["refreshToken"], &kept["idToken"]),
        (&"NEXT".into(), &"i".into())
    );
    assert_eq!(
        resolve(&settings, &failing()).map(|found| found.access_key_id),
        Ok("FRESH".into())
    );
}

/// The header of the last request.
fn header(fake: &Fake, name: &str) -> Option<String> {
    let request = fake.requests().pop()?;
    let found = request.headers.iter().find(|(found, _)| found == name)?;
    Some(found.1.to_string())
}

#[test]
fn the_key_of_the_login_signs_the_request() {
    let (_scene, settings) = scene(&entry(PAST, KEY));
    let fake = answering(&[(200, FRESH)]);
    resolve(&settings, &fake).expect("credentials");
    let proof = header(&fake, "dpop").expect("a proof");
    let (signed, signature) = proof.rsplit_once('.').expect("a signature");
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64");
    let mut parts = signed
        .split('.')
        .map(|part| serde_json::from_slice::<Json>(&decoded(part)).expect("JSON"));
    let (head, claims) = (parts.next().expect("a head"), parts.next().expect("claims"));
    assert_eq!(
        (&head["typ"], &head["alg"]),
        (&"dpop+jwt".into(), &"ES256".into())
    );
    assert_eq!(claims["htm"], "POST");
    assert_eq!(
        claims["htu"],
        "https://eu-west-1.signin.aws.amazon.com/v1/token"
    );
    assert!(claims["iat"].is_u64() && claims["jti"].is_string());
    let number = |name: &str| decoded(head["jwk"][name].as_str().expect("a number"));
    let point = [vec![4], number("x"), number("y")].concat();
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
        .verify(signed.as_bytes(), &decoded(signature))
        .expect("a right signature");
}

#[test]
fn logins_that_ended_are_told() {
    let login = "\nLog in with: aws login --profile default";
    let told = |text: &str| format!("Error when retrieving credentials from login: {text}{login}");
    let unloaded = |text: &str| format!("Error loading login session token: {text}{login}");
    let refused = |code: &str| {
        format!(r#"{{"__type":"AccessDeniedException","error":"{code}","message":"no"}}"#)
    };
    for (entry, answer, expected) in [
        ("[", None, unloaded("there is no login of arn:aws:iam::1:user/me")),
        ("{}", None, unloaded("the login's entry in the cache is incomplete")),
        (
            &entry(PAST, "no key"),
            None,
            unloaded("the key of the login is not a private key for ECDSA"),
        ),
        (&entry(PAST, KEY), Some(refused("TOKEN_EXPIRED")), told("the session has expired")),
        (
            &entry(PAST, KEY),
            Some(refused("USER_CREDENTIALS_CHANGED")),
            told("the password was changed after the login"),
        ),
        (
            &entry(PAST, KEY),
            Some(refused("other")),
            "An error occurred (AccessDeniedException) when calling the CreateOAuth2Token operation: no".to_owned(),
        ),
    ] {
        let (_scene, settings) = scene(entry);
        let answers: Vec<_> = answer.iter().map(|answer| (403, &**answer)).collect();
        let error = resolve(&settings, &answering(&answers)).expect_err(&expected).to_string();
        assert_eq!(error, expected);
        assert!(!error.contains("REFRESH") && !error.contains("hidden"), "{error}");
    }
}
