//! [`Action`]: a command that is run for each job.

use opsmith_worker::codepipeline::{ExecutionDetails, FailureType, ThirdPartyJobData};
use opsmith_worker::{Job, Outcome};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// Variables of credentials, which are replaced by the job's.
const CREDENTIALS: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
];

/// How much of a line is read, in bytes. The service takes less.
const LINE: usize = 64 * 1024;

/// A command, and its failure types by exit code.
#[derive(Clone)]
pub(super) struct Action {
    command: Arc<str>,
    failure_types: Arc<HashMap<i32, FailureType>>,
}

/// Kills the processes of a command when its job is cancelled.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(leader) = self.0 {
            // They may have ended by themselves.
            let _ = kill_process_group(leader, Signal::KILL);
        }
    }
}

impl Action {
    pub(super) fn new(command: &str, failure_types: HashMap<i32, FailureType>) -> Self {
        Action {
            command: command.into(),
            failure_types: Arc::new(failure_types),
        }
    }

    /// Runs the command for a job.
    pub(super) async fn run(self, job: Job) -> Outcome {
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(&*self.command)
            .env("OPSMITH_JOB_ID", job.id());
        if let Some(credentials) = &job.data().artifact_credentials {
            let values = [
                &credentials.access_key_id,
                &credentials.secret_access_key,
                &credentials.session_token,
            ];
            for name in CREDENTIALS {
                command.env_remove(name);
            }
            command.envs(CREDENTIALS.iter().zip(values));
        }
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        let failed = |error: std::io::Error| {
            Outcome::failure(
                FailureType::SystemUnavailable,
                format!("the command can't be run: {error}"),
            )
        };
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => return failed(error),
        };
        let group = Group(child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?)));
        let input = json!({ "id": job.id(), "data": data(job.data()) }).to_string();
        let stdin = child.stdin.take();
        let stdout = child.stdout.take();
        let write = async {
            if let Some(mut stdin) = stdin {
                // The command may close its input without reading it.
                let _ = stdin.write_all(input.as_bytes()).await;
            }
        };
        let ((), last, status) = tokio::join!(write, last_line(stdout), child.wait());
        drop(group);
        match status {
            Ok(status) => self.outcome(status, &last),
            Err(error) => failed(error),
        }
    }

    fn outcome(&self, status: ExitStatus, last: &str) -> Outcome {
        let kind = |code| {
            self.failure_types
                .get(&code)
                .cloned()
                .unwrap_or(FailureType::JobFailed)
        };
        match (status.code(), status.signal()) {
            (Some(0), _) => success(last),
            (Some(code), _) if last.is_empty() => {
                Outcome::failure(kind(code), format!("the command exited with {code}"))
            }
            (Some(code), _) => Outcome::failure(kind(code), last),
            (None, signal) => {
                let signal = signal.unwrap_or_default();
                Outcome::failure(
                    FailureType::JobFailed,
                    format!("the command was killed by signal {signal}"),
                )
            }
        }
    }
}

/// The beginning of the last line that is not empty. All else that a command prints is read and
/// dropped.
async fn last_line(output: Option<impl AsyncRead + Unpin>) -> String {
    let mut last = Vec::new();
    let mut line = Vec::new();
    let mut end = |line: &mut Vec<u8>| {
        if !line.trim_ascii().is_empty() {
            std::mem::swap(&mut last, line);
        }
        line.clear();
    };
    let Some(mut output) = output else {
        return String::new();
    };
    let mut chunk = [0; 4096];
    // An output that can't be read has ended.
    while let Ok(count @ 1..) = output.read(&mut chunk).await {
        let mut lines = chunk[..count].split(|&byte| byte == b'\n');
        line.extend(lines.next().unwrap_or_default());
        for next in lines {
            end(&mut line);
            line.extend(next);
        }
        line.truncate(LINE);
    }
    end(&mut line);
    String::from_utf8_lossy(&last).trim().to_owned()
}

/// The outcome that the last line of a successful command describes.
fn success(line: &str) -> Outcome {
    let Ok(Value::Object(said)) = serde_json::from_str(line) else {
        return if line.is_empty() {
            Outcome::success()
        } else {
            Outcome::success().summary(line)
        };
    };
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut success = opsmith_worker::Success::default();
    success.continuation_token = text("continuationToken");
    let mut details = ExecutionDetails::default();
    (details.summary, details.external_execution_id) =
        (text("summary"), text("externalExecutionId"));
    details.percent_complete = said
        .get("percentComplete")
        .and_then(Value::as_i64)
        .and_then(|part| i32::try_from(part).ok());
    success.details = details;
    Outcome::Success(success)
}

/// The job's data as JSON, without the credentials: they are only in the environment.
fn data(data: &ThirdPartyJobData) -> Value {
    let mut data = data.clone();
    data.artifact_credentials = None;
    // A structure of the model is always JSON.
    serde_json::to_value(data).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{LINE, last_line};

    async fn last(output: &[u8]) -> String {
        last_line(Some(output)).await
    }

    #[tokio::test]
    async fn of_an_output_the_last_line_is_kept() {
        assert_eq!(last(b"").await, "");
        assert_eq!(last(b"one\ntwo\r\n \n\n").await, "two");
        assert_eq!(last(b"one\ntw").await, "tw");
        assert_eq!(last(b"\xff\n").await, "\u{fffd}");
        let long = [b"x".repeat(3 * LINE), b"\nend".to_vec()].concat();
        assert_eq!(last(&long).await, "end");
        assert!(last(&long[..2 * LINE]).await.len() <= LINE + 4096);
    }
}
