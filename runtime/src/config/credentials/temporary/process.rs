//! `credential_process`: a program that prints credentials as JSON.
//!
//! The command is split into words as a shell does, but no shell runs it. The program shares our
//! standard input, so that it can ask for a code; it prints an object with `Version` 1,
//! `AccessKeyId`, `SecretAccessKey`, and optionally `SessionToken`, `Expiration` (ISO 8601) and
//! `AccountId`. What it prints on standard output never appears in an error, nor do its arguments:
//! secrets are among them.

use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value as Json;

use super::{
    Credentials, Provider, ProviderContext, ProviderResult, failed, parse_time, spawn_blocking,
};
use crate::error::ConfigError;
use crate::future::BoxFuture;

/// The provider's name, which every error contains.
const NAME: &str = "custom-process";
/// How long a process may take. It may be waiting for a person to log in.
const PATIENCE: Duration = Duration::from_secs(300);
/// How much a process may print.
const MOST_OUTPUT: u64 = 1 << 20;

/// The profile's `credential_process`.
#[derive(Debug)]
pub(super) struct Process;

impl Provider for Process {
    fn name(&self) -> &'static str {
        NAME
    }

    fn provide<'a>(
        &'a self,
        context: ProviderContext<'a>,
    ) -> BoxFuture<'a, Result<ProviderResult, ConfigError>> {
        Box::pin(async move {
            let profile = context.profile()?;
            let Some(command) = profile.get("credential_process")? else {
                return Ok(ProviderResult::NotConfigured(format!(
                    "the profile \"{}\" has no credential_process",
                    profile.name
                )));
            };
            let failed = |reason: String| {
                failed(
                    NAME,
                    format!("{reason}\nThe command is in {}.", command.origin),
                )
            };
            let words = shlex::split(&command.text)
                .filter(|words| !words.is_empty())
                .ok_or_else(|| {
                    failed("credential_process is empty or has an open quotation".into())
                })?;
            let (program, arguments) = words.split_at(1);
            let mut process = context.settings.env().command(&program.concat());
            process.args(arguments);
            let output = spawn_blocking(move || run(&mut process, PATIENCE))
                .await?
                .map_err(failed)?;
            let mut credentials = credentials(&output).map_err(failed)?;
            if credentials.account_id.is_none() {
                credentials.account_id = profile.get("aws_account_id")?.map(|value| value.text);
            }
            Ok(ProviderResult::Found(credentials))
        })
    }
}

/// Runs a process to its end and returns what it printed on standard output. The error is what it
/// printed on standard error when it failed by itself.
fn run(command: &mut Command, patience: Duration) -> Result<Vec<u8>, String> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| {
            format!(
                "{} cannot be started: {error}",
                command.get_program().display()
            )
        })?;
    let result = finish(&mut child, Instant::now() + patience);
    if result.is_err() {
        // It may have ended already, which is what both calls would then report.
        let _ = child.kill();
        let _ = child.wait();
    }
    let (status, output, complaint) = result.map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut => format!("the process did not end within {patience:?}"),
        io::ErrorKind::FileTooLarge => format!("the process printed more than {MOST_OUTPUT} bytes"),
        _ => error.to_string(),
    })?;
    let complaint = String::from_utf8_lossy(&complaint);
    match (status.success(), complaint.trim()) {
        (true, _) => Ok(output),
        (false, "") => Err(format!("the process failed without a message ({status})")),
        (false, complaint) => Err(complaint.to_owned()),
    }
}

/// Waits for the end of a process: its status, standard output and standard error.
fn finish(child: &mut Child, deadline: Instant) -> io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    // Both are read at once: a process that fills one pipe while we read the other would never end.
    let output = child.stdout.take().map(collect).transpose()?;
    let complaint = child.stderr.take().map(collect).transpose()?;
    let output = collected(output, deadline)?;
    let complaint = collected(complaint, deadline)?;
    // Both pipes are closed, so the process is about to end unless it closed them to stay.
    let status = until(deadline, || child.try_wait())?;
    Ok((status, output, complaint))
}

/// What a pipe had, once it is read.
type Collected = Arc<Mutex<Option<io::Result<Vec<u8>>>>>;

/// Reads a pipe on a separate thread, to its end or to the first byte beyond the limit, and wakes
/// this one.
fn collect(pipe: impl Read + Send + 'static) -> io::Result<Collected> {
    let (collected, waiting) = (Collected::default(), thread::current());
    let found = collected.clone();
    thread::Builder::new().spawn(move || {
        let mut bytes = Vec::new();
        let read = pipe.take(MOST_OUTPUT + 1).read_to_end(&mut bytes);
        *found.lock().unwrap_or_else(PoisonError::into_inner) = Some(read.map(|_| bytes));
        waiting.unpark();
    })?;
    Ok(collected)
}

fn collected(pipe: Option<Collected>, deadline: Instant) -> io::Result<Vec<u8>> {
    let Some(pipe) = pipe else {
        return Ok(Vec::new());
    };
    let take = || pipe.lock().unwrap_or_else(PoisonError::into_inner).take();
    let bytes = until(deadline, || take().transpose())?;
    if bytes.len() as u64 > MOST_OUTPUT {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// Asks until there is a result: when another thread wakes this one, and from time to time, often at
/// first, since most processes print at once and end.
fn until<T>(deadline: Instant, mut ask: impl FnMut() -> io::Result<Option<T>>) -> io::Result<T> {
    let mut pause = Duration::from_micros(50);
    loop {
        match ask()? {
            Some(found) => return Ok(found),
            None if Instant::now() >= deadline => return Err(io::ErrorKind::TimedOut.into()),
            None => thread::park_timeout(pause),
        }
        pause = (pause * 2).min(Duration::from_millis(5));
    }
}

/// Parses the output of a process. The error names the problem without showing the output.
fn credentials(output: &[u8]) -> Result<Credentials, String> {
    let answer: Json = serde_json::from_slice(output)
        .map_err(|error| format!("the process printed no JSON: {error}"))?;
    let Json::Object(answer) = answer else {
        return Err("the process printed JSON that is not an object".into());
    };
    let version = match answer.get("Version") {
        Some(Json::Number(number)) if number.as_f64() == Some(1.0) => None,
        Some(Json::Number(number)) => Some(number.to_string()),
        Some(Json::String(text)) => Some(text.clone()),
        Some(_) => Some("<not a number>".to_owned()),
        None => Some("<Version key not provided>".to_owned()),
    };
    if let Some(version) = version {
        return Err(format!(
            "Unsupported version '{version}' for credential process provider, supported versions: 1"
        ));
    }
    let text = |key: &str| match answer.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("{key} is not a string")),
    };
    let required =
        |key: &str| text(key)?.ok_or_else(|| format!("Missing required key in response: '{key}'"));
    Ok(Credentials {
        session_token: text("SessionToken")?,
        expiration: answer.get("Expiration").map_or(Ok(None), expiration)?,
        account_id: text("AccountId")?,
        ..Credentials::new(required("AccessKeyId")?, required("SecretAccessKey")?, NAME)
    })
}

/// When the keys expire; null means never. A time without a zone is an error, because it is
/// ambiguous.
fn expiration(value: &Json) -> Result<Option<SystemTime>, String> {
    let wrong = |shown: &str| {
        format!("Expiration is {shown}, not a time with its zone such as 2030-01-01T00:00:00Z")
    };
    match value {
        Json::Null => Ok(None),
        Json::String(text) => parse_time(text)
            .map(Some)
            .ok_or_else(|| wrong(&format!("{text:?}"))),
        Json::Number(number) => Err(wrong(&number.to_string())),
        _ => Err(wrong("of another type")),
    }
}

#[cfg(test)]
pub(super) mod tests;
