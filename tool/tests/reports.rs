//! Bugs reported for other implementations, tried on the command: `reports.jsonl` has the cases with
//! the correct result. That is the result of AWS CLI 2.36.7, except where a case says `why` not. The
//! models are those of the botocore that `OPSMITH_BOTOCORE` names.

#[path = "../../tests/support/server.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod server;
#[path = "../../tests/support/skipped.rs"]
mod skipped;

use serde::Deserialize;
use serde_json::{Value, json};
use server::{Answer, Request, Server};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;

/// Where the models of the services are in the data of botocore.
const MODELS: &[(&str, &str)] = &[
    ("cloudtrail", "cloudtrail/2013-11-01"),
    ("codepipeline", "codepipeline/2015-07-09"),
    ("dynamodb", "dynamodb/2012-08-10"),
    ("ecs", "ecs/2014-11-13"),
    ("logs", "logs/2014-03-28"),
    ("stepfunctions", "stepfunctions/2016-11-23"),
];

/// A case. In its texts, `{URL}` is the endpoint's URL and `{DIR}` the home and working folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    /// Why the result differs from the AWS CLI's.
    #[serde(default)]
    #[allow(dead_code, reason = "for readers of the file")]
    why: Option<String>,
    args: Vec<String>,
    /// Variables in addition to the usual ones; null removes one of these.
    #[serde(default)]
    env: BTreeMap<String, Option<String>>,
    /// Files in the home folder; `hex:` before bytes.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    stdin: String,
    #[serde(default)]
    answers: Vec<Value>,
    rc: i32,
    /// `None` where only parts are compared.
    stdout: Option<String>,
    #[serde(default)]
    stdout_contains: Vec<String>,
    #[serde(default)]
    stdout_lacks: Vec<String>,
    #[serde(default)]
    stderr_contains: Vec<String>,
    #[serde(default)]
    stderr_lacks: Vec<String>,
    requests: Vec<Value>,
}

#[test]
fn bugs_of_other_implementations_are_not_here() {
    let Some(data) = std::env::var_os("OPSMITH_BOTOCORE").map(PathBuf::from) else {
        return skipped::skipped("OPSMITH_BOTOCORE names no data folder of botocore");
    };
    let models = MODELS.iter();
    let models = models.map(|(service, path)| ((*service).to_owned(), data.join(path)));
    let models = models.collect();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports.jsonl");
    let text = fs::read_to_string(file).expect("the cases");
    let case =
        |line| serde_json::from_str::<Case>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let cases: Vec<Case> = text.lines().map(case).collect();
    assert!(cases.len() >= 92, "only {} cases were found", cases.len());
    let left = Mutex::new(cases.iter());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = { left.lock().expect("the lock").next() } {
                    wrong.lock().expect("the lock").extend(check(case, &models));
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("the lock");
    assert!(
        wrong.is_empty(),
        "{} of {} cases differ:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

/// What a case did, with `{URL}` and `{DIR}` in place of the endpoint's URL and the folder.
struct Outcome {
    code: Option<i32>,
    stdout: String,
    stderr: String,
    requests: Vec<Value>,
}

/// Runs a case; returns the problem, if any.
fn check(case: &Case, models: &BTreeMap<String, PathBuf>) -> Option<String> {
    let outcome = play(case, models);
    let problems = differences(case, &outcome);
    (!problems.is_empty()).then(|| {
        format!(
            "{} {:?}\n  {}\n  stderr: {:?}",
            case.id,
            case.args,
            problems.join("\n  "),
            outcome.stderr
        )
    })
}

fn play(case: &Case, models: &BTreeMap<String, PathBuf>) -> Outcome {
    let server = Server::playing(case.answers.iter().map(answer).collect());
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().display().to_string();
    let filled = |text: &str| text.replace("{URL}", &server.url).replace("{DIR}", &folder);
    for (name, content) in &case.files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let bytes = content.strip_prefix("hex:").map(unhex);
        fs::write(path, bytes.unwrap_or_else(|| filled(content).into_bytes())).expect("a file");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"));
    command
        .env_clear()
        .current_dir(home.path())
        .envs(usual(&folder, &server.url));
    for (name, value) in &case.env {
        match value {
            Some(value) => command.env(name, filled(value)),
            None => command.env_remove(name),
        };
    }
    let service = case.args.first().expect("a service");
    command
        .args(["opsmith", "call", "--model"])
        .arg(&models[service])
        .args(case.args.iter().map(|word| filled(word)));
    let output = run(&mut command, &case.stdin);
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes)
            .replace(&server.url, "{URL}")
            .replace(&folder, "{DIR}")
    };
    Outcome {
        code: output.status.code(),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        requests: server
            .requests()
            .iter()
            .map(|request| sent(request, &server.url))
            .collect(),
    }
}

fn run(command: &mut Command, stdin: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command");
    // A command that reads nothing closes the pipe.
    let mut pipe = child.stdin.take().expect("a pipe");
    let _ = pipe.write_all(stdin.as_bytes());
    drop(pipe);
    child.wait_with_output().expect("the command")
}

/// How an outcome differs from what the case expects.
fn differences(case: &Case, outcome: &Outcome) -> Vec<String> {
    let Outcome {
        code,
        stdout,
        stderr,
        requests,
    } = outcome;
    let mut found = Vec::new();
    if *code != Some(case.rc) {
        found.push(format!("exits with {code:?} in place of {}", case.rc));
    }
    if let Some(expected) = case.stdout.as_ref().filter(|expected| *expected != stdout) {
        found.push(format!("prints {stdout:?}\n  in place of {expected:?}"));
    }
    for (text, with, without) in [
        (stdout, &case.stdout_contains, &case.stdout_lacks),
        (stderr, &case.stderr_contains, &case.stderr_lacks),
    ] {
        let missing = with.iter().filter(|part| !text.contains(*part));
        found.extend(missing.map(|part| format!("without {part:?}: {text}")));
        let unwanted = without.iter().filter(|part| text.contains(*part));
        found.extend(unwanted.map(|part| format!("with {part:?}: {text}")));
    }
    let expected: Vec<_> = case.requests.iter().cloned().map(steady).collect();
    if *requests != expected {
        found.push(format!(
            "sends {}\n  in place of {}",
            Value::from(requests.clone()),
            Value::from(expected)
        ));
    }
    found
}

fn usual(home: &str, url: &str) -> [(&'static str, String); 12] {
    [
        ("PATH", std::env::var("PATH").unwrap_or_default()),
        ("HOME", home.to_owned()),
        ("LC_ALL", "C.UTF-8".to_owned()),
        ("AWS_PAGER", String::new()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
        (
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        ),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_ENDPOINT_URL", url.to_owned()),
        ("AWS_CONFIG_FILE", format!("{home}/config")),
        ("AWS_SHARED_CREDENTIALS_FILE", format!("{home}/credentials")),
        ("TZ", "UTC".to_owned()),
    ]
}

fn answer(answer: &Value) -> Answer {
    let usual =
        json!({ "Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": "req-1" });
    let mut headers = usual.as_object().cloned().unwrap_or_default();
    headers.extend(answer["headers"].as_object().cloned().unwrap_or_default());
    let line = |(name, value): (&String, &Value)| {
        format!("{name}: {}\r\n", value.as_str().unwrap_or_default())
    };
    let status = answer["status"]
        .as_u64()
        .map_or(200, |status| u16::try_from(status).expect("a status"));
    let body = answer["body"].as_str().unwrap_or_default().to_owned();
    Answer {
        status,
        headers: headers.iter().map(line).collect(),
        body,
        ..Answer::default()
    }
}

/// What of a request matters to a service: method, path, operation, type, credentials, and the
/// value of the body.
fn sent(request: &Request, url: &str) -> Value {
    let mut line = request.line.split(' ');
    let body = request.body.replace(url, "{URL}");
    let body = serde_json::from_str(&body).unwrap_or_else(|_| Value::from(body));
    steady(json!({
        "method": line.next(),
        "path": line.next().map(|path| path.replace(url, "{URL}")),
        "target": request.header("x-amz-target"),
        "type": request.header("content-type"),
        "token": request.header("x-amz-security-token"),
        "scope": request.header("authorization").and_then(scope),
        "body": body,
    }))
}

/// The request without the part that differs in each run: the name of a role's session.
fn steady(mut request: Value) -> Value {
    const NAME: &str = "RoleSessionName=botocore-session-";
    if let Some((before, after)) = request["body"]
        .as_str()
        .and_then(|body| body.split_once(NAME))
    {
        let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
        request["body"] = format!("{before}{NAME}{after}").into();
    }
    request
}

/// Key, region and service of a signature.
fn scope(authorization: &str) -> Option<String> {
    let (_, credential) = authorization.split_once("Credential=")?;
    let mut parts: Vec<&str> = credential.split(',').next()?.rsplitn(5, '/').collect();
    *parts.get_mut(3)? = "DATE";
    parts.reverse();
    Some(parts.join("/"))
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).expect("ASCII"));
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).expect("hex digits"))
        .collect()
}
