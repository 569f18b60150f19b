//! Parity with the AWS CLI: a folder per case in `tests/parity`, with what the AWS CLI does.
//!
//! `case.toml` has the command line, its environment, and the endpoint's answers. `stdout` and
//! `requests.json` are in the same folder. Where `OPSMITH_AWS` names Debian's AWS CLI, it runs too,
//! and `BLESS=1` records its results.

#[path = "support/aws.rs"]
mod aws;
mod support;

use aws::Aws;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use support::{Answer, Request, Server, skipped};

/// A case; `{URL}` in its texts is the endpoint's, `{DIR}` the home and working folder.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    args: Vec<String>,
    /// The exit code.
    code: i32,
    #[serde(default)]
    stdin: String,
    /// Environment variables in addition to the usual ones.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Usual variables that are not set.
    #[serde(default)]
    unset: Vec<String>,
    /// Files in the home folder; `hex:` before bytes.
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    answers: Vec<Answer>,
    /// Why Debian's AWS CLI, which is older than the version we follow, does not do this.
    live: Option<String>,
    /// Why Opsmith differs on purpose: the files of the case are then Opsmith's results.
    differs: Option<String>,
}

impl Case {
    fn read(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join("case.toml")).expect("case.toml");
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
    }
}

/// What a script sees of a command.
#[derive(Debug, PartialEq)]
struct Seen {
    code: Option<i32>,
    stdout: String,
    requests: Value,
}

#[test]
fn what_a_script_sees_is_what_it_saw_from_the_aws_cli() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity");
    let mut cases: Vec<_> = fs::read_dir(folder)
        .expect("the cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.sort();
    assert!(cases.len() >= 250, "only {} cases were found", cases.len());
    let script = std::env::var_os("OPSMITH_AWS").map(PathBuf::from);
    if script.is_none() {
        skipped("OPSMITH_AWS names no AWS CLI");
    }
    let left = Mutex::new(cases.iter());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut aws = script
                    .as_deref()
                    .map(|script| Aws::start(script, &usual("/", "")));
                while let Some(case) = { left.lock().expect("the lock").next() } {
                    let found = check(case, aws.as_mut());
                    wrong.lock().expect("the lock").extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("the lock");
    println!("{} cases, {} differ", cases.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Runs a case and returns the differences.
fn check(folder: &Path, aws: Option<&mut Aws>) -> Vec<String> {
    let mut case = Case::read(folder);
    let ours = seen(&case, None);
    let live = aws.map(|aws| seen(&case, Some(aws)));
    if std::env::var_os("BLESS").is_some() {
        let source = if case.differs.is_some() {
            Some(&ours)
        } else {
            live.as_ref().filter(|_| case.live.is_none())
        };
        source
            .into_iter()
            .for_each(|seen| bless(folder, &case, seen));
        case = Case::read(folder);
    }
    let expected = expected(folder, &case);
    let mut wrong = Vec::new();
    if ours != expected {
        wrong.push(format!(
            "{}: opsmith\n{ours:#?}\nin place of\n{expected:#?}",
            folder.display()
        ));
    }
    let excused = case.live.is_some() || case.differs.is_some();
    if let Some(live) = live.filter(|live| (*live == expected) == excused) {
        wrong.push(if excused {
            format!(
                "{}: the live AWS CLI does the same: no reason is needed",
                folder.display()
            )
        } else {
            format!(
                "{}: the live AWS CLI\n{live:#?}\nin place of\n{expected:#?}",
                folder.display()
            )
        });
    }
    wrong
}

fn expected(folder: &Path, case: &Case) -> Seen {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    let requests = read("requests.json");
    let requests = if requests.is_empty() {
        json!([])
    } else {
        serde_json::from_str(&requests).expect("JSON")
    };
    Seen {
        code: Some(case.code),
        stdout: read("stdout"),
        requests,
    }
}

fn bless(folder: &Path, case: &Case, seen: &Seen) {
    let text = fs::read_to_string(folder.join("case.toml")).expect("case.toml");
    let code = format!("\ncode = {}\n", seen.code.unwrap_or(-1));
    fs::write(
        folder.join("case.toml"),
        text.replacen(&format!("\ncode = {}\n", case.code), &code, 1),
    )
    .expect("written");
    let requests = if seen.requests == json!([]) {
        String::new()
    } else {
        serde_json::to_string_pretty(&seen.requests).expect("JSON") + "\n"
    };
    for (name, text) in [("stdout", &seen.stdout), ("requests.json", &requests)] {
        let path = folder.join(name);
        // A missing file counts as empty.
        let _ = if text.is_empty() {
            fs::remove_file(path)
        } else {
            fs::write(path, text)
        };
    }
}

/// Runs the command, or the live AWS CLI, with a separate home folder and endpoint.
fn seen(case: &Case, aws: Option<&mut Aws>) -> Seen {
    let server = Server::playing(case.answers.clone());
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().display().to_string();
    let filled = |text: &str| text.replace("{URL}", &server.url).replace("{DIR}", &folder);
    for (name, content) in &case.files {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let bytes = content.strip_prefix("hex:").map(unhex);
        fs::write(path, bytes.unwrap_or_else(|| filled(content).into_bytes())).expect("a file");
    }
    let mut environment = usual(&folder, &server.url);
    let more = case.env.iter();
    environment.extend(more.map(|(name, value)| (name.clone(), filled(value))));
    environment.retain(|name, _| !case.unset.contains(name));
    let mut args: Vec<_> = case.args.iter().map(|word| filled(word)).collect();
    let (code, stdout) = match aws {
        Some(aws) => {
            // Debian's AWS CLI does not read the variable yet.
            let given = args.iter().any(|word| word.starts_with("--endpoint-url"));
            if !given && !case.unset.iter().any(|name| name == "AWS_ENDPOINT_URL") {
                args.extend(["--endpoint-url".to_owned(), server.url.clone()]);
            }
            aws.run(&args, &environment, home.path(), &case.stdin)
        }
        None => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_opsmith"));
            command.env_clear().envs(environment).args(args);
            command
                .current_dir(home.path())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped());
            let output = support::run(&mut command, &case.stdin);
            (output.status.code(), support::stdout(&output))
        }
    };
    let stdout = stdout
        .replace(&server.url, "{URL}")
        .replace(&folder, "{DIR}");
    Seen {
        code,
        stdout,
        requests: Value::from_iter(server.requests().iter().map(sent)),
    }
}

fn usual(home: &str, url: &str) -> BTreeMap<String, String> {
    let variables = [
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("HOME", home),
        ("LC_ALL", "C.UTF-8"),
        ("TZ", "America/New_York"),
        ("AWS_PAGER", ""),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        (
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        ),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ENDPOINT_URL", url),
        ("AWS_CONFIG_FILE", &format!("{home}/config")),
        (
            "AWS_SHARED_CREDENTIALS_FILE",
            &format!("{home}/credentials"),
        ),
        ("PYTHONWARNINGS", "ignore"),
    ];
    variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// The parts of a request that matter to a service: method, path, operation, content type, signed
/// scope, and the value of the body.
fn sent(request: &Request) -> Value {
    let mut line = request.line.split(' ');
    let body =
        serde_json::from_str(&request.body).unwrap_or_else(|_| Value::from(request.body.clone()));
    json!({
        "method": line.next(),
        "path": line.next(),
        "target": request.header("x-amz-target"),
        "type": request.header("content-type"),
        "token": request.header("x-amz-security-token"),
        "scope": request.header("authorization").and_then(scope),
        "body": body,
    })
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
