//! `--local` and `opsmith local serve`.

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Child;
use support::{opsmith, run, stderr, stdout};

const CALL: &[&str] = &[
    "codepipeline",
    "put-third-party-job-failure-result",
    "--job-id",
    "demo-job",
    "--client-token",
    "demo-token",
    "--failure-details",
    "type=JobFailed,message=tests failed",
];

#[test]
fn a_job_fails_on_the_embedded_endpoint() {
    let home = tempfile::tempdir().expect("a folder");
    let output = run(opsmith(home.path()).arg("--local").args(CALL), "");
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(0), String::new()),
        "{}",
        stderr(&output)
    );
    let expected =
        "local endpoint: job demo-job: InProgress -> Failed, JobFailed: \"tests failed\"\n";
    assert_eq!(stderr(&output), expected);
}

#[test]
fn the_environment_and_the_home_folder_do_not_matter() {
    let home = tempfile::tempdir().expect("a folder");
    fs::create_dir(home.path().join(".aws")).expect("a folder");
    for name in ["config", "credentials"] {
        fs::write(home.path().join(".aws").join(name), "[broken\n").expect("a file");
    }
    let mut command = opsmith(home.path());
    command
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("http_proxy", "http://127.0.0.1:1");
    command
        .env("AWS_PROFILE", "missing")
        .env("AWS_REGION", "")
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    command
        .env("AWS_CONFIG_FILE", "/nonexistent")
        .env("AWS_CA_BUNDLE", "/nonexistent");
    let output = run(command.arg("--local").args(CALL), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let output = run(command.arg("--output").arg("xml"), "");
    assert_eq!(output.status.code(), Some(252), "{}", stderr(&output));
}

#[test]
fn errors_of_the_endpoint_are_errors_of_the_service() {
    let home = tempfile::tempdir().expect("a folder");
    let call = CALL
        .iter()
        .map(|word| if *word == "demo-token" { "wrong" } else { word });
    let output = run(opsmith(home.path()).arg("--local").args(call), "");
    assert_eq!(output.status.code(), Some(254));
    assert!(
        stderr(&output).contains("(InvalidClientTokenException)"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn local_is_refused_with_another_endpoint_or_profile_and_after_the_service() {
    let home = tempfile::tempdir().expect("a folder");
    for extra in [["--endpoint-url", "http://127.0.0.1:1"], ["--profile", "p"]] {
        let output = run(
            opsmith(home.path()).arg("--local").args(extra).args(CALL),
            "",
        );
        assert_eq!(output.status.code(), Some(252), "{}", stderr(&output));
        assert!(
            stderr(&output).contains("--local brings its own endpoint"),
            "{}",
            stderr(&output)
        );
    }
    let output = run(opsmith(home.path()).args(CALL).arg("--local"), "");
    assert_eq!(output.status.code(), Some(252));
    assert!(
        stderr(&output).contains("Unknown options: --local"),
        "{}",
        stderr(&output)
    );
}

/// A server that ends with the test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_served_endpoint_accepts_the_variables_that_it_prints() {
    let home = tempfile::tempdir().expect("a folder");
    let mut serving = Serving(
        opsmith(home.path())
            .args(["local", "serve"])
            .spawn()
            .expect("the command"),
    );
    let out = BufReader::new(serving.0.stdout.take().expect("a pipe"));
    let exports: Vec<String> = out
        .lines()
        .take(5)
        .map(|line| line.expect("a line"))
        .collect();
    let call = |home| {
        let mut command = opsmith(home);
        for line in &exports {
            let (name, value) = line
                .strip_prefix("export ")
                .and_then(|line| line.split_once('='))
                .expect("an export");
            command.env(name, value);
        }
        run(command.args(CALL), "")
    };
    // Some clients read one name of the region, some the other.
    for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] {
        assert!(
            exports.contains(&format!("export {name}=us-east-1")),
            "{exports:?}"
        );
    }
    let first = call(home.path());
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let second = call(home.path());
    assert!(
        stderr(&second).contains("(InvalidJobStateException)"),
        "{}",
        stderr(&second)
    );
}

#[test]
fn unknown_local_commands() {
    let home = tempfile::tempdir().expect("a folder");
    for (words, part) in [
        (&["local"][..], "required: operation"),
        (&["local", "serv"], "  * serve"),
        (
            &["local", "serve", "--port", "70000"],
            "'70000' is not a port",
        ),
        (&["local", "serve", "--por", "1"], "Unknown options: --por"),
    ] {
        let output = run(opsmith(home.path()).args(words), "");
        assert_eq!(output.status.code(), Some(252), "{words:?}");
        assert!(
            stderr(&output).contains(part),
            "{words:?}: {}",
            stderr(&output)
        );
    }
}

/// The service accepts the request that a dry run prints.
#[test]
fn a_dry_run_prints_the_request_that_would_be_sent() {
    let endpoint = opsmith_local::codepipeline::Endpoint::start().expect("an endpoint");
    let home = tempfile::tempdir().expect("a folder");
    let mut command = opsmith(home.path());
    command
        .env("AWS_ACCESS_KEY_ID", opsmith_local::ACCESS_KEY_ID)
        .env("AWS_REGION", opsmith_local::REGION);
    command.env(
        "AWS_SECRET_ACCESS_KEY",
        endpoint.credentials().secret_access_key.expose(),
    );
    let output = run(
        command
            .arg("--cli-dry-run=http-secrets")
            .args(["--endpoint-url", &endpoint.url()])
            .args(CALL),
        "",
    );
    let text = stdout(&output);
    let (head, body) = text
        .trim_end()
        .split_once("\n\n")
        .expect("a head and a body");
    let (_, headers) = head.split_once('\n').expect("headers");
    let host = endpoint.url().replace("http://", "");
    let mut stream =
        std::net::TcpStream::connect(host.trim_end_matches('/')).expect("a connection");
    let head = format!(
        "POST / HTTP/1.1\nhost: {}\nconnection: close\ncontent-length: {}\n{headers}",
        host.trim_end_matches('/'),
        body.len()
    );
    std::io::Write::write_all(
        &mut stream,
        format!("{}\r\n\r\n{body}", head.replace('\n', "\r\n")).as_bytes(),
    )
    .expect("sent");
    let answer = std::io::read_to_string(stream).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// Starts `local serve`: the process, and its port.
fn serve(home: &std::path::Path, words: &[&str]) -> (Serving, String) {
    let mut command = opsmith(home);
    command
        .args(["local", "serve"])
        .args(words)
        .current_dir(home);
    let mut child = command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("a server");
    let mut lines = BufReader::new(child.stdout.take().expect("output")).lines();
    let first = lines.next().expect("a line").expect("text");
    // The pipe stays open for the lines that follow.
    let port = first.rsplit(':').next().expect("a port").to_owned();
    lines.take(3).for_each(drop);
    (Serving(child), port)
}

/// Runs `local job …` on a port: its output.
fn job(home: &std::path::Path, port: &str, words: &[&str], input: &str) -> String {
    let output = run(
        opsmith(home)
            .args(["local", "job"])
            .args(words)
            .args(["--port", port])
            .current_dir(home),
        input,
    );
    assert_eq!(
        output.status.code(),
        Some(0),
        "{words:?}: {}",
        stderr(&output)
    );
    stdout(&output)
}

const JOBS: &str = "\
jobs:
  - id: job-1
    actionType: {category: Test, owner: ThirdParty, provider: Acme, version: '1'}
    client: {id: client-1, token: token-1}
    configuration: {Suite: all}
    timeoutSeconds: 60
  - actionType: {category: Build, owner: Custom, provider: Mill, version: '2'}
";

#[test]
fn jobs_are_added_listed_shown_and_watched_from_another_shell() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(home.path().join("jobs.yaml"), JOBS).expect("a file");
    let (_serving, port) = serve(home.path(), &["--jobs", "jobs.yaml", "--seed", "7"]);
    let job = |words: &[&str], input: &str| job(home.path(), &port, words, input);
    let listed = job(&["list"], "");
    let lines: Vec<_> = listed.lines().collect();
    assert_eq!(
        lines.first(),
        Some(&"job-1\tQueued\tTest/ThirdParty/Acme/1")
    );
    assert!(
        lines[1].ends_with("\tQueued\tBuild/Custom/Mill/2"),
        "{listed}"
    );
    // The generated id depends on the seed only.
    let (_other, again) = serve(home.path(), &["--jobs", "jobs.yaml", "--seed", "7"]);
    assert_eq!(self::job(home.path(), &again, &["list"], ""), listed);
    let shown = job(&["show", "job-1"], "");
    assert!(
        shown.contains("\"timeoutSeconds\": 60.0")
            && shown.contains("\"Suite\": \"*** redacted ***\""),
        "{shown}"
    );
    assert!(!shown.contains("token-1"), "{shown}");
    let more = r#"{"jobs": [{"id": "job-2", "actionType": {"category": "Test", "owner": "ThirdParty", "provider": "Acme", "version": "1"}}]}"#;
    assert_eq!(job(&["add", "-"], more), "job-2\n");
    let mut watching = opsmith(home.path());
    watching
        .args(["local", "job", "watch", "job-1", "--port", &port])
        .stdout(std::process::Stdio::piped());
    let watching = watching.spawn().expect("a watch");
    std::thread::sleep(std::time::Duration::from_secs(1));
    let nonce = serde_json::from_str::<serde_json::Value>(&shown).expect("JSON")["nonce"]
        .as_str()
        .expect("a nonce")
        .to_owned();
    let call = |words: &[&str]| {
        let mut command = opsmith(home.path());
        command
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
            .env("AWS_REGION", "us-east-1");
        command
            .env("AWS_ACCESS_KEY_ID", "OPSMITHDEMO")
            .env("AWS_SECRET_ACCESS_KEY", "opsmith-demonstration-only");
        let output = run(command.arg("codepipeline").args(words), "");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    };
    call(&[
        "acknowledge-third-party-job",
        "--job-id",
        "job-1",
        "--nonce",
        &nonce,
        "--client-token",
        "token-1",
    ]);
    call(&[
        "put-third-party-job-success-result",
        "--job-id",
        "job-1",
        "--client-token",
        "token-1",
    ]);
    let output = watching.wait_with_output().expect("ended");
    assert_eq!(
        stdout(&output),
        "job job-1: Queued -> InProgress\njob job-1: InProgress -> Succeeded\n"
    );
}

#[test]
fn answered_changes_survive_a_kill_at_any_time() {
    let home = tempfile::tempdir().expect("a folder");
    let mut added = Vec::new();
    for round in 0..3 {
        // Dropping it kills it while requests are in progress.
        let (serving, port) = serve(home.path(), &["--state", "jobs.state"]);
        let listed = job(home.path(), &port, &["list"], "");
        for id in &added {
            assert!(
                listed.contains(&format!("{id}\tQueued\t")),
                "{id} is lost after {round} rounds: {listed}"
            );
        }
        let until = std::time::Instant::now() + std::time::Duration::from_millis(300);
        let adding = {
            let home = home.path().to_owned();
            let port = port.clone();
            std::thread::spawn(move || {
                let mut ids = Vec::new();
                while std::time::Instant::now() < until + std::time::Duration::from_millis(200) {
                    let one = r#"{"jobs": [{"actionType": {"category": "Test", "owner": "Custom", "provider": "P", "version": "1"}}]}"#;
                    let mut command = opsmith(&home);
                    let output = run(
                        command.args(["local", "job", "add", "-", "--port", &port]),
                        one,
                    );
                    match output.status.code() {
                        Some(0) => ids.push(stdout(&output).trim().to_owned()),
                        _ => break,
                    }
                }
                ids
            })
        };
        while std::time::Instant::now() < until {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        drop(serving);
        added.extend(adding.join().expect("ids"));
    }
    assert!(added.len() > 10, "{added:?}");
}

#[test]
fn errors_of_local_commands() {
    let home = tempfile::tempdir().expect("a folder");
    fs::write(
        home.path().join("jobs.json"),
        r#"{"jobs": [{"actionType": {"category": "Test"}}]}"#,
    )
    .expect("a file");
    let custom = r#"{"jobs": [{"id": "j2", "actionType": {"category": "Test", "owner": "Custom", "provider": "P", "version": "1"}}]}"#;
    fs::write(home.path().join("id.json"), custom).expect("a file");
    let provider =
        "jobs: [{actionType: {category: Test, owner: ThirdParty, provider: 'a b', version: '1'}}]";
    fs::write(home.path().join("provider.yaml"), provider).expect("a file");
    fs::write(home.path().join("jobs.yaml"), "jobs: [{").expect("a file");
    for (words, code, expected) in [
        (
            "serve --jobs jobs.json",
            252,
            "The jobs in jobs.json can't be read: jobs[0].actionType: missing field `owner`",
        ),
        (
            "serve --jobs id.json",
            252,
            "The jobs in id.json can't be read: jobs[0]: no worker can take the job \"j2\": Invalid value for parameter jobId: it does \
             not match the pattern ^[0-9a-f]{8}-",
        ),
        (
            "serve --jobs provider.yaml",
            252,
            "jobs[0]: no worker can take the job \"\": Invalid value for parameter \
             actionTypeId.provider: it does not match the pattern",
        ),
        (
            "serve --jobs jobs.yaml",
            252,
            "The jobs in jobs.yaml can't be read: ",
        ),
        ("serve --jobs none.yaml", 252, "No such file"),
        ("serve --state /", 255, "the state / can't be saved: "),
        (
            "serve --seed x",
            252,
            "argument --seed: 'x' is not a whole number",
        ),
        ("job list", 252, "no endpoint is named"),
        (
            "job list --port 1",
            255,
            "The local endpoint http://127.0.0.1:1 can't be asked: ",
        ),
        (
            "job frobnicate --port 1",
            252,
            "unexpected argument 'frobnicate'",
        ),
    ] {
        let output = run(
            opsmith(home.path())
                .arg("local")
                .args(words.split(' '))
                .current_dir(home.path()),
            "",
        );
        assert_eq!(
            output.status.code(),
            Some(code),
            "{words:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(expected),
            "{words:?}: {}",
            stderr(&output)
        );
    }
}

/// The JSON schema for editors describes every property that is read.
#[test]
fn the_schema_of_jobs_has_every_property() {
    let schema = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/jobs.schema.json"
    ))
    .expect("the schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let mut job = opsmith_local::codepipeline::jobs::Job::demo();
    job.continuation_token = Some("token".to_owned());
    for artifact in job
        .input_artifacts
        .iter_mut()
        .chain(&mut job.output_artifacts)
    {
        artifact.revision = Some("1".to_owned());
    }
    job.artifact_credentials = Some(opsmith_local::codepipeline::jobs::ArtifactCredentials {
        access_key_id: "a".into(),
        secret_access_key: "b".into(),
        session_token: "c".into(),
    });
    let written = serde_json::to_value(&job).expect("JSON");
    properties(&written, &schema["$defs"]["job"], &schema);
}

/// The value and the schema have the same properties.
fn properties(value: &serde_json::Value, schema: &serde_json::Value, whole: &serde_json::Value) {
    let schema = match schema["$ref"].as_str() {
        Some(reference) => &whole["$defs"][reference.rsplit('/').next().expect("a name")],
        None => schema,
    };
    match value {
        serde_json::Value::Object(map) if schema["properties"].is_object() => {
            let described: Vec<_> = schema["properties"]
                .as_object()
                .expect("properties")
                .keys()
                .collect();
            let mut written: Vec<_> = map.keys().collect();
            written.sort();
            assert_eq!(written, described);
            map.iter()
                .for_each(|(name, value)| properties(value, &schema["properties"][name], whole));
        }
        serde_json::Value::Array(list) => list
            .iter()
            .for_each(|value| properties(value, &schema["items"], whole)),
        _ => assert!(schema.is_object(), "{value} is not described"),
    }
}
