//! `--cli-input-jsonl`: an operation for each line of a stream.

mod support;

use opsmith_local::codepipeline::jobs::{Job, Jobs, Status};
use opsmith_local::codepipeline::{Endpoint, Options};
use opsmith_local::{Fault, FaultSchedule};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;
use support::{opsmith, run, stderr, stdout};

/// An endpoint with this number of jobs in progress: `job-0`, `job-1` and so on.
fn endpoint(count: usize) -> Endpoint {
    let mut jobs = Jobs::default();
    let now = SystemTime::now();
    for number in 0..count {
        let id = jobs.add(
            Job {
                id: format!("job-{number}"),
                ..Job::demo()
            },
            "nonce",
        );
        jobs.acknowledge(&id, "nonce", "demo-token", now)
            .expect("acknowledged");
    }
    Endpoint::start_with(Options::new().jobs(jobs)).expect("an endpoint")
}

/// A command of the service on the endpoint.
fn bulk(home: &Path, endpoint: &Endpoint, operation: &str) -> Command {
    let mut command = opsmith(home);
    let keys = endpoint.credentials();
    command
        .env("AWS_ENDPOINT_URL", endpoint.url())
        .env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", &keys.access_key_id);
    command.env("AWS_SECRET_ACCESS_KEY", keys.secret_access_key.expose());
    command.args(["codepipeline", operation]).current_dir(home);
    command
}

const DETAILS: &str = "get-third-party-job-details";
const FAILURE: &str = "put-third-party-job-failure-result";

/// A line that fails this job.
fn failure(number: usize) -> String {
    format!(
        r#"{{"jobId": "job-{number}", "failureDetails": {{"type": "JobFailed", "message": "no {number}"}}}}"#
    ) + "\n"
}

fn json(line: &str) -> serde_json::Value {
    serde_json::from_str(line).expect("JSON")
}

/// Waits until this number of jobs has failed.
fn wait_for_failed(endpoint: &Endpoint, count: usize) {
    while failed(endpoint) < count {
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

fn failed(endpoint: &Endpoint) -> usize {
    endpoint
        .jobs()
        .iter()
        .filter(|entry| entry.status == Status::Failed)
        .count()
}

#[test]
fn results_come_in_the_order_of_lines_and_errors_are_results() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(40);
    let mut input: String = (0..40)
        .map(|number| format!("{{\"jobId\": \"job-{number}\"}}\n"))
        .collect();
    input += "\n{\"jobId\": \"none\"}\n{\"jobId\": \n[]\n{\"jobId\": \"job-1\", \"clientToken\": \"wrong\"}\n{\"jobID\": 5}\n";
    // The first answers take longest.
    endpoint.inject(
        Fault::Delay(std::time::Duration::from_millis(200)),
        FaultSchedule::Next(3),
        "",
    );
    let mut command = bulk(home.path(), &endpoint, DETAILS);
    command.args([
        "--cli-input-jsonl",
        "-",
        "--client-token",
        "demo-token",
        "--query",
        "jobDetails.id",
    ]);
    let output = run(&mut command, &input);
    let lines: Vec<String> = stdout(&output).lines().map(str::to_owned).collect();
    for (number, line) in lines[..40].iter().enumerate() {
        assert_eq!(
            line,
            &format!(r#"{{"line":{},"ok":"job-{number}"}}"#, number + 1)
        );
    }
    let others: Vec<_> = lines[40..].iter().map(|line| json(line)).collect();
    let message = |at: usize| others[at]["error"]["Message"].as_str().unwrap_or_default();
    // Line 41 is empty. Options win over the document.
    let numbers: Vec<_> = others.iter().map(|line| line["line"].as_u64()).collect();
    assert_eq!(numbers, [42, 43, 44, 45, 46].map(Some));
    assert_eq!(others[0]["error"]["Code"], "JobNotFoundException");
    assert_eq!(others[1]["error"]["Code"], "ParamValidation");
    assert!(message(2).contains("expecting map"), "{others:?}");
    assert_eq!(others[3]["ok"], "job-1");
    assert!(message(4).contains("jobID"), "{others:?}");
    assert_eq!(output.status.code(), Some(255));
    assert!(
        stderr(&output).ends_with("[ERROR]: 4 of 45 lines failed\n"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_throttled_run_slows_down_and_makes_each_call_once() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(200);
    let input: String = (0..200).map(failure).collect();
    fs::write(home.path().join("lines"), input).expect("a file");
    endpoint.inject(Fault::Throttle, FaultSchedule::Share(0.1), "");
    let mut command = bulk(home.path(), &endpoint, FAILURE);
    command.args([
        "--cli-input-jsonl",
        "file://lines",
        "--client-token",
        "demo-token",
        "--cli-concurrency",
        "64",
    ]);
    let output = run(command.env("AWS_MAX_ATTEMPTS", "10"), "");
    assert_eq!(
        (output.status.code(), stderr(&output)),
        (Some(0), String::new())
    );
    let lines: Vec<_> = (1..=200)
        .map(|number| format!(r#"{{"line":{number},"ok":{{}}}}"#))
        .collect();
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), lines);
    assert_eq!(failed(&endpoint), 200);
}

/// A run over the file `lines` that records finished lines in the file `done`.
fn resumable(home: &Path, endpoint: &Endpoint) -> Command {
    let mut command = bulk(home, endpoint, FAILURE);
    command
        .args(["--cli-input-jsonl", "lines"])
        .args(["--client-token", "demo-token"])
        .args(["--cli-concurrency", "4"])
        .args(["--cli-resume", "done"]);
    command
}

#[test]
fn a_killed_run_is_resumed() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(60);
    let input: String = (0..60).map(failure).collect();
    fs::write(home.path().join("lines"), &input).expect("a file");
    endpoint.inject(
        Fault::Delay(std::time::Duration::from_millis(20)),
        FaultSchedule::Every(1),
        "",
    );
    let command = || resumable(home.path(), &endpoint);
    let mut child = command()
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a command");
    wait_for_failed(&endpoint, 20);
    child.kill().expect("killed");
    let first = stdout(&child.wait_with_output().expect("ended"))
        .lines()
        .count();
    endpoint.clear_faults();
    let output = run(&mut command(), "");
    let second: Vec<_> = stdout(&output).lines().map(json).collect();
    assert_eq!(failed(&endpoint), 60);
    // Every line has a result in one of the two runs. Calls in progress when it was killed are made
    // twice.
    let again = second
        .iter()
        .filter(|line| line["error"]["Code"] == "InvalidJobStateException")
        .count();
    assert!(
        first >= 10 && second.len() <= 60 - first + 1,
        "{first}, then {}",
        second.len()
    );
    assert!(again <= 8, "{second:?}");
    // Failed lines are called again, finished lines are not.
    let third = run(&mut command(), "");
    assert_eq!(stdout(&third).lines().count(), again);
}

#[test]
fn a_run_is_resumed_only_with_the_same_lines_and_operation() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(1);
    let file = |name: &str| home.path().join(name);
    fs::write(file("lines"), failure(0)).expect("a file");
    let output = run(&mut resumable(home.path(), &endpoint), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for (name, text, expected) in [
        (
            "lines",
            failure(0).replacen("no 0", "other", 1),
            "line 1 is not the line that was done",
        ),
        (
            "done",
            "opsmith codepipeline GetJobDetails\n".to_owned(),
            "it does not begin with 'opsmith codepipeline Put",
        ),
        (
            "done",
            "opsmith codepipeline PutThirdPartyJobFailureResult\n7 x\n".to_owned(),
            "it is damaged",
        ),
    ] {
        fs::write(file(name), text).expect("a file");
        let output = run(&mut resumable(home.path(), &endpoint), "");
        assert_eq!(output.status.code(), Some(252));
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
}

/// Results that exist when the user interrupts are printed and recorded, even if the first line has
/// none.
#[test]
fn an_interrupted_run_prints_and_records_finished_results() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(5);
    fs::write(
        home.path().join("lines"),
        (0..5).map(failure).collect::<String>(),
    )
    .expect("a file");
    endpoint.inject(
        Fault::Delay(std::time::Duration::from_secs(60)),
        FaultSchedule::Next(1),
        "",
    );
    let child = resumable(home.path(), &endpoint)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a command");
    wait_for_failed(&endpoint, 5);
    // The answers have not arrived yet.
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .expect("kill")
            .success()
    );
    let output = child.wait_with_output().expect("ended");
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(
        stdout(&output)
            .lines()
            .filter(|line| line.contains("\"ok\""))
            .count(),
        4,
        "{}",
        stdout(&output)
    );
    let done = fs::read_to_string(home.path().join("done")).expect("the journal");
    assert_eq!(done.lines().count(), 1 + 4, "{done}");
}

#[test]
fn an_endless_stream_is_processed_as_it_arrives() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(1);
    let mut command = bulk(home.path(), &endpoint, DETAILS);
    command.args([
        "--cli-input-jsonl",
        "-",
        "--client-token",
        "demo-token",
        "--query",
        "jobDetails.id",
    ]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a command");
    let mut input = child.stdin.take().expect("input");
    let output = child.stdout.take().expect("output");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(output));
    for number in 1..=3 {
        // The next line comes only when there is a result for this one.
        input
            .write_all(b"{\"jobId\": \"job-0\"}\n")
            .expect("written");
        let line = lines.next().expect("a line").expect("read");
        assert_eq!(line, format!(r#"{{"line":{number},"ok":"job-0"}}"#));
    }
    // A reader that goes away ends it, quietly.
    drop(lines);
    let _ = input.write_all(b"{\"jobId\": \"job-0\"}\n");
    assert_eq!(child.wait().expect("ended").code(), Some(0));
}

#[test]
fn errors_that_concern_all_lines_are_reported_once() {
    let home = tempfile::tempdir().expect("a folder");
    let endpoint = endpoint(1);
    let words = ["--cli-input-jsonl", "-", "--client-token", "demo-token"];
    let two_documents = "can't be given with another document";
    for (more, code, expected) in [
        (
            "--cli-concurrency 0",
            252,
            "'0' is not a number from 1 to 10000",
        ),
        ("--cli-input-json {}", 252, two_documents),
        ("--cli-resume none/done", 252, "none/done can't be used"),
        ("--cli-resume /dev/zero", 252, "/dev/zero can't be used"),
        ("--cli-dry-run", 252, two_documents),
        ("--profile nobody", 255, "nobody"),
        ("--cli-input-jsonl none", 252, "none can't be read"),
    ] {
        let output = run(
            bulk(home.path(), &endpoint, DETAILS)
                .args(words)
                .args(more.split(' ')),
            "{\"jobId\": \"job-0\"}\n",
        );
        assert_eq!(
            output.status.code(),
            Some(code),
            "{more:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(expected),
            "{more:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "");
    }
    let mut command = bulk(home.path(), &endpoint, DETAILS);
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY")
        .env("AWS_EC2_METADATA_DISABLED", "true");
    let output = run(command.args(words), &"{\"jobId\": \"job-0\"}\n".repeat(50));
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(253), String::new())
    );
}
