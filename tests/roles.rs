//! Assumed roles at a terminal: MFA codes, and the cache shared with the AWS CLI.

mod support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use support::{Answer, Server, opsmith, run, skipped, stderr, stdout};

const CONFIG: &str = "[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n\
                      [profile base]\naws_access_key_id = BASE\naws_secret_access_key = s\n";

/// A home folder with a role, and the endpoint of both STS and the service.
fn scene(more: &str) -> (tempfile::TempDir, Server) {
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir(home.path().join(".aws")).expect("a folder");
    fs::write(
        home.path().join(".aws/config"),
        CONFIG.replace("[profile", &format!("{more}[profile")),
    )
    .expect("a file");
    let sts = "<R><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>hidden</SecretAccessKey>\
               <SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></R>";
    let answer = |body: &str| Answer {
        body: body.to_owned(),
        ..Answer::default()
    };
    (home, Server::playing(vec![answer(sts), answer("{}")]))
}

fn call(command: &mut Command, url: &str) -> Command {
    let mut whole = Command::new(command.get_program());
    whole
        .args(command.get_args())
        .args(["codepipeline", "list-pipelines"])
        .env_clear();
    whole
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env("AWS_ENDPOINT_URL", url);
    whole
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    whole
}

#[test]
fn an_mfa_code_is_read_without_a_terminal_too() {
    let (home, server) = scene("mfa_serial = arn:aws:iam::123456789012:mfa/me\n");
    let mut detached = Command::new("setsid");
    let ours = opsmith(home.path());
    detached.arg("--wait").arg(ours.get_program());
    detached.envs(
        ours.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let output = run(&mut call(&mut detached, &server.url), "123456\n");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        stderr(&output),
        "Enter MFA code for arn:aws:iam::123456789012:mfa/me: "
    );
    let requests = server.requests();
    assert!(
        requests[0].body.contains("TokenCode=123456"),
        "{}",
        requests[0].body
    );
    assert_eq!(requests[1].header("x-amz-security-token"), Some("token"));
    // Without a code no call is made.
    let (home, server) = scene("mfa_serial = arn:aws:iam::123456789012:mfa/me\n");
    detached.env("HOME", home.path());
    let output = run(&mut call(&mut detached, &server.url), "");
    assert_eq!(output.status.code(), Some(255));
    assert!(
        stderr(&output).contains("no code was given"),
        "{}",
        stderr(&output)
    );
    assert!(server.requests().is_empty());
}

/// The AWS CLI uses a role that the command assumed: it does not call STS, which it could not reach
/// here.
#[test]
fn the_cache_of_roles_is_shared_with_the_aws_cli() {
    let aws = std::env::var_os("OPSMITH_AWS").filter(|aws| Path::new(aws).exists());
    let Some(aws) = aws else {
        return skipped("OPSMITH_AWS names no AWS CLI");
    };
    let (home, server) = scene("");
    let output = run(&mut call(&mut opsmith(home.path()), &server.url), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let mut theirs = opsmith(home.path());
    let envs: Vec<_> = theirs
        .get_envs()
        .map(|(name, value)| (name.to_owned(), value.map(ToOwned::to_owned)))
        .collect();
    theirs = Command::new(aws);
    theirs.envs(
        envs.into_iter()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let output = run(
        call(&mut theirs, &server.url).args(["--endpoint-url", &server.url]),
        "",
    );
    assert_eq!(
        (output.status.code(), stdout(&output).as_str()),
        (Some(0), ""),
        "{}",
        stderr(&output)
    );
    let requests = server.requests();
    let key = requests
        .last()
        .and_then(|request| request.header("authorization"))
        .unwrap_or_default()
        .to_owned();
    assert!(key.contains("Credential=ASIAROLE/"), "{key}");
    assert_eq!(requests.len(), 3);
}
