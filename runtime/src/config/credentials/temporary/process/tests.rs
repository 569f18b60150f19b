use std::time::SystemTime;

use super::*;
use crate::config::Settings;
use crate::config::credentials::testing;
use crate::config::env::testing::{Scene, noise};
use crate::error::{ConfigError, ConfigErrorKind};

/// A complete answer.
pub(crate) const ANSWER: &str = r#"{"Version":1,"AccessKeyId":"AKID","SecretAccessKey":"hidden"}"#;

#[test]
fn reads_every_key() {
    let lasting = Credentials::new("AKID", "hidden", NAME);
    let minute = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(60));
    for (more, expected) in [
        ("", lasting.clone()),
        (
            r#","SessionToken":"t""#,
            Credentials {
                session_token: Some("t".into()),
                ..lasting.clone()
            },
        ),
        (
            r#","SessionToken":"","AccountId":null,"Expiration":null,"Other":[]"#,
            lasting.clone(),
        ),
        (
            r#","AccountId":"1234""#,
            Credentials {
                account_id: Some("1234".into()),
                ..lasting.clone()
            },
        ),
        (
            r#","Expiration":"1970-01-01T00:01:00Z""#,
            Credentials {
                expiration: minute,
                ..lasting.clone()
            },
        ),
        (r#","Version":1.0"#, lasting.clone()),
    ] {
        let output = format!(" {}{more}}}\n", ANSWER.trim_end_matches('}'));
        assert_eq!(credentials(output.as_bytes()), Ok(expected), "{output}");
    }
}

#[test]
fn refuses_other_answers_without_showing_them() {
    let unsupported = |version: &str| {
        format!(
            "Unsupported version '{version}' for credential process provider, supported versions: 1"
        )
    };
    let no_time = |shown: &str| {
        format!("Expiration is {shown}, not a time with its zone such as 2030-01-01T00:00:00Z")
    };
    for (output, expected) in [
        (
            "",
            "the process printed no JSON: EOF while parsing a value at line 1 column 0".to_owned(),
        ),
        (
            "hidden",
            "the process printed no JSON: expected value at line 1 column 1".into(),
        ),
        (
            r#"{"AccessKeyId":"hidden"#,
            "the process printed no JSON: EOF while parsing a string at line 1 column 22".into(),
        ),
        (
            r#"["hidden"]"#,
            "the process printed JSON that is not an object".into(),
        ),
        (
            r#"{"SecretAccessKey":"hidden"}"#,
            unsupported("<Version key not provided>"),
        ),
        (r#"{"Version":2}"#, unsupported("2")),
        (r#"{"Version":"1"}"#, unsupported("1")),
        (r#"{"Version":["hidden"]}"#, unsupported("<not a number>")),
        (
            r#"{"Version":1,"SecretAccessKey":"hidden"}"#,
            "Missing required key in response: 'AccessKeyId'".into(),
        ),
        (
            r#"{"Version":1,"AccessKeyId":"a"}"#,
            "Missing required key in response: 'SecretAccessKey'".into(),
        ),
        (
            r#"{"Version":1,"AccessKeyId":"a","SecretAccessKey":""}"#,
            "Missing required key in response: 'SecretAccessKey'".into(),
        ),
        (
            r#"{"Version":1,"AccessKeyId":"a","SecretAccessKey":{"x":"hidden"}}"#,
            "SecretAccessKey is not a string".into(),
        ),
        (
            r#"{"Version":1,"Expiration":"2099-02-21T16:06:25"}"#,
            no_time("\"2099-02-21T16:06:25\""),
        ),
        (r#"{"Version":1,"Expiration":""}"#, no_time("\"\"")),
        (
            r#"{"Version":1,"Expiration":4102444800}"#,
            no_time("4102444800"),
        ),
        (
            r#"{"Version":1,"Expiration":["hidden"]}"#,
            no_time("of another type"),
        ),
    ] {
        assert_eq!(
            credentials(output.as_bytes()),
            Err(expected.clone()),
            "{output}"
        );
        assert!(!expected.contains("hidden"));
    }
}

#[test]
fn no_bytes_panic_or_are_shown() {
    let pieces: &[&[u8]] = &[
        b"{",
        b"}",
        b"[",
        b":",
        b",",
        b"\"",
        b"\"Version\"",
        b"1",
        b"\"AccessKeyId\"",
        b"\"SecretAccessKey\"",
        b"null",
        b"\"hidden\"",
        b"\\u",
        b"\xff",
        b"1e999",
        b"\"Expiration\"",
    ];
    for seed in 0..20_000 {
        if let Err(reason) = credentials(&noise(seed, pieces)) {
            assert!(
                !reason.contains("hidden")
                    || reason.starts_with("Unsupported version 'hidden'")
                    || reason.starts_with("Expiration is"),
                "{seed}: {reason}"
            );
        }
    }
}

fn script(script: &str, patience: Duration) -> Result<Vec<u8>, String> {
    run(Command::new("sh").args(["-c", script]), patience)
}

#[test]
fn processes_that_fail() {
    let minute = Duration::from_secs(60);
    assert_eq!(
        script("echo out; echo log >&2", minute),
        Ok(b"out\n".to_vec())
    );
    for (text, expected) in [
        ("echo hidden; printf '\n no luck \n' >&2; exit 3", "no luck"),
        ("printf 'r\\377' >&2; exit 1", "r\u{fffd}"),
        (
            "echo hidden; exit 3",
            "the process failed without a message (exit status: 3)",
        ),
        (
            "kill -9 $$",
            "the process failed without a message (signal: 9 (SIGKILL))",
        ),
        ("exec yes", "the process printed more than 1048576 bytes"),
        (
            "exec yes >&2",
            "the process printed more than 1048576 bytes",
        ),
    ] {
        assert_eq!(script(text, minute), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn processes_that_hang_are_ended() {
    let patience = Duration::from_millis(200);
    for text in [
        "exec sleep 60",
        "exec sleep 60 >&- 2>&-",
        "sleep 2 & echo '{}'",
    ] {
        let start = Instant::now();
        assert_eq!(
            script(text, patience),
            Err("the process did not end within 200ms".to_owned()),
            "{text}"
        );
        assert!(start.elapsed() < Duration::from_secs(30), "{text}");
    }
}

fn resolve(scene: &Scene) -> Result<Credentials, ConfigError> {
    let settings = Settings::load(scene.env(), None)?;
    testing::resolve(&settings.into(), &testing::failing())
}

#[test]
fn the_command_is_split_without_a_shell() {
    let command = format!(r#"printf '%s' '{ANSWER}' "$HOME;""#);
    let scene = Scene::new(
        &format!("[default]\ncredential_process = {command}\n"),
        "",
        &[],
    );
    // The shell's `;` and `$HOME` reach the program as text, which then spoils the JSON.
    let error = resolve(&scene).unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::CredentialRetrieval);
    assert!(
        error
            .to_string()
            .contains("the process printed no JSON: trailing characters"),
        "{error}"
    );

    let answer =
        format!("[default]\naws_account_id = 1234\ncredential_process = printf '%s' '{ANSWER}'\n");
    let found = resolve(&Scene::new(&answer, "", &[])).expect("credentials");
    assert_eq!(
        (found.source, found.account_id.as_deref()),
        (NAME, Some("1234"))
    );
}

#[test]
fn errors_name_the_line_and_no_argument() {
    for (command, reason) in [
        ("", "credential_process is empty or has an open quotation"),
        (
            "x 'hidden",
            "credential_process is empty or has an open quotation",
        ),
        (
            "/nope/at-all hidden",
            "/nope/at-all cannot be started: No such file or directory (os error 2)",
        ),
        ("sh -c 'echo broken >&2; exit 1' hidden", "broken"),
    ] {
        let scene = Scene::new(
            &format!("[default]\ncredential_process = {command}\n"),
            "",
            &[],
        );
        let expected = format!(
            "Error when retrieving credentials from custom-process: {reason}\nThe command is in {}, line 2.",
            scene.path(".aws/config")
        );
        assert_eq!(
            resolve(&scene).map_err(|error| error.to_string()),
            Err(expected)
        );
    }
}

#[test]
fn expired_credentials_are_an_error() {
    let answer = ANSWER.replace('}', r#","Expiration":"2000-01-01T00:00:00Z"}"#);
    let scene = Scene::new(
        &format!("[default]\ncredential_process = printf '%s' '{answer}'\n"),
        "",
        &[],
    );
    let error = resolve(&scene).unwrap_err().to_string();
    assert!(
        error.starts_with(
            "Credentials were refreshed, but the refreshed credentials are still expired.\n"
        ),
        "{error}"
    );
}
