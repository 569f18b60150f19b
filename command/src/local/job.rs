//! `opsmith local job`: asks an endpoint that runs elsewhere on this machine.

use super::{definitions, usage};
use crate::failure::Failure;
use crate::signals::unless_interrupted;
use crate::stdout::print;
use opsmith_local::codepipeline::SIGNING_NAME;
use opsmith_local::{ADMINISTRATION, REGION};
use opsmith_runtime::auth::sigv4::{Scope, sign};
use opsmith_runtime::http::network::{Network, Settings};
use opsmith_runtime::http::{LARGEST_ANSWER, Request, Transport as _};
use opsmith_runtime::identity::{Credentials, Identity};
use serde_json::{Value, json};
use std::time::SystemTime;
use tokio::runtime::Runtime;

/// Runs `opsmith local job …`.
///
/// # Errors
///
/// Unknown words, no endpoint, or a request that it refuses.
pub(super) fn command(words: &[&str], port: Option<u16>) -> Result<(), Failure> {
    let endpoint = || RunningEndpoint::find(port);
    match words {
        ["add", path] => {
            let jobs = definitions(path)?.jobs;
            let added = endpoint()?.ask("AddJobs", &json!({ "jobs": jobs }))?;
            lines(
                added["jobIds"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|id| text(id).to_owned()),
            )
        }
        ["list"] => {
            let listed = endpoint()?.ask("ListJobs", &json!({}))?;
            lines(listed["jobs"].as_array().into_iter().flatten().map(row))
        }
        ["show", id] => {
            let entry = endpoint()?.ask("GetJob", &json!({ "jobId": id }))?;
            print(&format!("{entry:#}\n"))
        }
        ["watch"] => watch(&endpoint()?, None),
        ["watch", id] => watch(&endpoint()?, Some(id)),
        [] => Err(usage(
            "the following arguments are required: add, list, show or watch",
        )),
        [word, ..] => Err(usage(format_args!("unexpected argument '{word}'"))),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn lines(lines: impl Iterator<Item = String>) -> Result<(), Failure> {
    print(&lines.map(|line| line + "\n").collect::<String>())
}

/// A job in one line: id, state and action type.
fn row(entry: &Value) -> String {
    let job = &entry["job"];
    let part = |name: &str| text(&job["actionType"][name]);
    let action_type = [
        part("category"),
        part("owner"),
        part("provider"),
        part("version"),
    ]
    .join("/");
    format!(
        "{}\t{}\t{action_type}",
        text(&job["id"]),
        text(&entry["status"])
    )
}

/// Prints steps as they happen; those of one job until it has ended.
fn watch(endpoint: &RunningEndpoint, id: Option<&str>) -> Result<(), Failure> {
    let has_ended = |status: &Value| matches!(text(status), "Succeeded" | "Failed" | "TimedOut");
    let mut last = Value::Null;
    loop {
        let status = match id {
            Some(id) => endpoint.ask("GetJob", &json!({ "jobId": id }))?["status"].clone(),
            None => Value::Null,
        };
        if let Some(id) = id.filter(|_| has_ended(&status) && last.is_null()) {
            return print(&format!("job {id}: {}\n", text(&status)));
        }
        // The job may have ended since the last steps were listed, so its end is still to be printed.
        let listed = endpoint.ask("ListSteps", &json!({ "after": last }))?;
        let steps = listed["steps"].as_array().into_iter().flatten();
        let steps: Vec<_> = steps
            .filter(|step| id.is_none_or(|id| text(&step["jobId"]) == id))
            .collect();
        lines(steps.iter().map(|step| text(&step["text"]).to_owned()))?;
        let ends = steps.iter().any(|step| has_ended(&step["to"]));
        if id.is_some() && (ends || has_ended(&status)) {
            return Ok(());
        }
        last = listed["last"].clone();
    }
}

/// An endpoint that runs in another process.
struct RunningEndpoint {
    url: String,
    transport: Network,
    runtime: Runtime,
}

impl RunningEndpoint {
    fn find(port: Option<u16>) -> Result<Self, Failure> {
        let from_env = || {
            std::env::var("AWS_ENDPOINT_URL")
                .ok()
                .filter(|url| !url.is_empty())
        };
        let url = port
            .map(|port| format!("http://127.0.0.1:{port}"))
            .or_else(from_env);
        let url = url.ok_or_else(|| {
            usage("no endpoint is named: give --port, or run the lines that `local serve` prints")
        })?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        Ok(RunningEndpoint {
            url,
            transport: Network::new(Settings::default()),
            runtime: runtime.map_err(Failure::general)?,
        })
    }

    /// Sends a request that the endpoint itself answers.
    fn ask(&self, name: &str, input: &Value) -> Result<Value, Failure> {
        let failed = |problem: &dyn std::fmt::Display| {
            Failure::general(format_args!(
                "The local endpoint {} can't be asked: {problem}",
                self.url
            ))
        };
        let url = format!("{}/", self.url.trim_end_matches('/'));
        let mut request = Request::new("POST", url)
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("{ADMINISTRATION}.{name}"))
            .body(input.to_string());
        let demo = opsmith_local::demo_credentials();
        let credentials =
            Credentials::new(demo.access_key_id, demo.secret_access_key.expose(), "local");
        let answer = async {
            let scope = Scope::new(REGION, SIGNING_NAME);
            sign(
                &mut request,
                &Identity::from(credentials),
                scope,
                SystemTime::now(),
            )
            .await
            .map_err(|error| failed(&error))?;
            let response = async {
                self.transport
                    .send(&request)
                    .await?
                    .collect(LARGEST_ANSWER)
                    .await
            };
            response.await.map_err(|error| failed(&error))
        };
        let response = self.runtime.block_on(unless_interrupted(answer))??;
        let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        match response.status {
            200 => Ok(answer),
            _ if answer["__type"].is_string() => Err(failed(&text(&answer["message"]))),
            status => Err(failed(&format_args!(
                "it answered with the status {status}; is it `local serve`?"
            ))),
        }
    }
}
