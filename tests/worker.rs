//! `opsmith worker run`: the life of jobs whose action is a command.

mod support;

use opsmith_local::codepipeline::jobs::{
    ArtifactCredentials, Client, Entry, Job, Jobs, Report, Status,
};
use opsmith_local::codepipeline::{Endpoint, Options};
use std::process::{Command, Stdio};
use support::{opsmith, run, stderr, stdout};

fn endpoint(ids: &[&str]) -> Endpoint {
    let endpoint = Endpoint::start_with(Options::new().jobs(Jobs::default())).expect("an endpoint");
    for id in ids {
        let mut job = Job::demo();
        job.id = (*id).to_owned();
        job.client = Some(Client {
            id: "client-1".to_owned(),
            token: "token-1".into(),
        });
        job.artifact_credentials = Some(ArtifactCredentials {
            access_key_id: "ARTIFACTS".into(),
            secret_access_key: "artifact secret".into(),
            session_token: "artifact token".into(),
        });
        endpoint.add(job).expect("added");
    }
    endpoint
}

fn worker(home: &std::path::Path, endpoint: &Endpoint, exec: &str) -> Command {
    let mut command = opsmith(home);
    let credentials = endpoint.credentials();
    command
        .env("AWS_ENDPOINT_URL", endpoint.url())
        .env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", &credentials.access_key_id);
    command.env(
        "AWS_SECRET_ACCESS_KEY",
        credentials.secret_access_key.expose(),
    );
    command.args([
        "worker",
        "run",
        "--action-type",
        "Test/ThirdParty/Demo/1",
        "--client-token",
        "token-1",
    ]);
    command.args(["--interval", "0.05", "--exec", exec]);
    command
}

fn reports(endpoint: &Endpoint) -> Vec<(Status, String)> {
    let report = |entry: Entry| match entry.report {
        Some(Report::Success(success)) => (entry.status, success.summary.unwrap_or_default()),
        Some(Report::Failure(failure)) => (
            entry.status,
            format!("{}: {}", failure.kind, failure.message),
        ),
        None => (entry.status, String::new()),
    };
    endpoint.jobs().into_iter().map(report).collect()
}

#[test]
fn exit_codes_and_last_lines_become_results() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(&["fine", "two", "three", "killed", "more"]);
    let script = r#"
        input=$(cat)
        case $OPSMITH_JOB_ID in
            fine) echo working; echo "did $(echo "$input" | grep -o '"Suite":"[a-z]*"') as $AWS_ACCESS_KEY_ID"; echo ;;
            two) echo no such suite; exit 2 ;;
            three) exit 3 ;;
            killed) kill -9 $$ ;;
            more) case $input in
                *'"continuationToken":"half"'*) echo '{"summary": "all of it", "percentComplete": 100}' ;;
                *) echo '{"continuationToken": "half"}' ;;
            esac ;;
        esac"#;
    let health = home.path().join("health");
    let mut command = worker(home.path(), &endpoint, script);
    command
        .args([
            "--once",
            "--concurrency",
            "4",
            "--failure-type",
            "2=ConfigurationError",
            "--health",
        ])
        .arg(&health);
    let output = run(&mut command, "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let expected = [
        (Status::Succeeded, "did \"Suite\":\"all\" as ARTIFACTS"),
        (Status::Failed, "ConfigurationError: no such suite"),
        (Status::Failed, "JobFailed: the command exited with 3"),
        (
            Status::Failed,
            "JobFailed: the command was killed by signal 9",
        ),
        (Status::Succeeded, "all of it"),
    ];
    assert_eq!(
        reports(&endpoint),
        expected.map(|(status, text)| (status, text.to_owned()))
    );
    assert!(
        std::fs::read_to_string(health)
            .expect("the health file")
            .starts_with("20")
    );
    let lines: Vec<serde_json::Value> = stderr(&output)
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert!(
        lines
            .iter()
            .any(|line| line["event"] == "continued" && line["job"] == "more"),
        "{lines:?}"
    );
    // Neither keys nor tokens are in the log or on standard input.
    assert!(
        !stderr(&output).contains("artifact") && !stderr(&output).contains("token-1"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_action_gets_keys_only_in_its_environment() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(&["job"]);
    let script =
        r#"echo "$(cat | grep -c 'artifact secret') $AWS_SECRET_ACCESS_KEY, $AWS_SESSION_TOKEN""#;
    let output = run(worker(home.path(), &endpoint, script).arg("--once"), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        reports(&endpoint),
        [(
            Status::Succeeded,
            "0 artifact secret, artifact token".to_owned()
        )]
    );
}

#[test]
fn a_signal_fails_running_jobs_and_ends_their_processes() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(&["long"]);
    let begun = home.path().join("begun");
    let script = format!(
        "sleep 300 & echo $! > {0}.new; mv {0}.new {0}; wait",
        begun.display()
    );
    let mut worker = worker(home.path(), &endpoint, &script);
    let child = worker
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a worker");
    for _ in 0..1000 {
        if begun.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(
        Command::new("kill")
            .arg(child.id().to_string())
            .status()
            .expect("kill")
            .success()
    );
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(
        reports(&endpoint),
        [(
            Status::Failed,
            "JobFailed: the worker was stopped".to_owned()
        )]
    );
    let sleeper = std::fs::read_to_string(begun).expect("a process id");
    // A job that timed out is listed even if no call named it since.
    let state = Command::new("ps")
        .args(["-o", "stat=", "-p", sleeper.trim()])
        .output()
        .expect("ps");
    let state = stdout(&state);
    assert!(
        state.trim().is_empty() || state.starts_with('Z'),
        "the command's own process lives on: {state}"
    );
}

#[test]
fn errors_of_the_command_line() {
    let home = tempfile::tempdir().expect("a folder");
    let whole = [
        "--action-type",
        "Test/ThirdParty/Demo/1",
        "--exec",
        "true",
        "--client-token",
        "t",
    ];
    for (words, expected) in [
        (
            &["run"][..],
            "the following arguments are required: --action-type",
        ),
        (
            &["run", "--action-type", "Test"],
            "'Test' is not an action type",
        ),
        (
            &["run", "--action-type", "Tests/ThirdParty/Demo/1"],
            "'Tests' is not a value of ActionCategory; choose one of: Source",
        ),
        (
            &[
                "run",
                "--action-type",
                "Test/ThirdParty/Demo/1",
                "--exec",
                "true",
            ],
            "one of the arguments --client-tokens",
        ),
        (
            &[&["run"][..], &whole, &["--deadline", "soon"]].concat(),
            "argument --deadline: 'soon' is not a number",
        ),
        (
            &[&["run"][..], &whole, &["--failure-type", "2=Bad"]].concat(),
            "'Bad' is not a value of FailureType",
        ),
        (&["walk"], "argument operation: Found invalid choice"),
    ] {
        let output = run(opsmith(home.path()).arg("worker").args(words), "");
        assert_eq!(
            output.status.code(),
            Some(252),
            "{words:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(expected),
            "{words:?}: {}",
            stderr(&output)
        );
    }
    let output = run(opsmith(home.path()).args(["worker", "help"]), "");
    assert!(output.status.success() && stdout(&output).contains("OPSMITH_JOB_ID"));
}
