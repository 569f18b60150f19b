//! How what was recorded and what was seen compare: the exit code, standard output to the byte, and
//! of the requests what matters to a service.

use super::server::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The identifier that replaces every random one in recordings.
const UUID: &str = "01234567-89ab-4cde-8f01-23456789abcd";

/// Headers that say nothing of the operation, or that are compared otherwise.
const NOISE: &str = "host accept-encoding content-length expect connection transfer-encoding user-agent x-amz-date date authorization te \
                     amz-sdk-invocation-id amz-sdk-request x-amz-security-token x-amz-user-agent proxy-connection keep-alive accept \
                     x-amz-content-sha256";

/// A recorded case.
pub(super) struct Case {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) argv: Vec<String>,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) responses: Vec<Value>,
    /// What the operation puts before the host's name.
    pub(super) prefix: Option<String>,
    code: i64,
    stdout: String,
    requests: Vec<Value>,
}

/// What was seen of a command.
pub(super) struct Got {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) requests: Vec<Request>,
}

impl Case {
    pub(super) fn read(row: &Value) -> Self {
        let text = |name: &str| {
            row[name]
                .as_str()
                .unwrap_or_else(|| panic!("{name} of {row}"))
                .to_owned()
        };
        let list = |name: &str| row[name].as_array().cloned().unwrap_or_default();
        let files = row["files"].as_object().into_iter().flatten();
        Case {
            id: text("id"),
            kind: text("kind"),
            argv: list("argv")
                .iter()
                .map(|word| word.as_str().expect("a word").to_owned())
                .collect(),
            files: files
                .map(|(name, file)| (name.clone(), content(file)))
                .collect(),
            responses: list("responses"),
            prefix: row
                .get("host_prefix")
                .and_then(Value::as_str)
                .map(str::to_owned),
            code: row["rc"].as_i64().expect("an exit code"),
            stdout: text("stdout"),
            requests: list("requests"),
        }
    }
}

fn content(file: &Value) -> Vec<u8> {
    match (file.as_str(), file["b64"].as_str()) {
        (Some(text), _) => text.as_bytes().to_vec(),
        (_, Some(text)) => BASE64.decode(text).expect("base64"),
        _ => body(file).into_bytes(),
    }
}

/// The body of a recorded request or response.
pub(super) fn body(recorded: &Value) -> String {
    recorded["body"].as_str().unwrap_or_default().to_owned()
}

/// Where a case differs; empty when it does not.
pub(super) fn differences(case: &Case, got: &Got) -> Vec<String> {
    if on_purpose(case, got) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut check =
        |what: &str, same: bool, want: &dyn std::fmt::Debug, got: &dyn std::fmt::Debug| {
            if !same {
                found.push(format!(
                    "  {what}\n    recorded {want:?}\n    seen     {got:?}"
                ));
            }
        };
    check(
        "exit code",
        got.code.map(i64::from) == Some(case.code),
        &case.code,
        &got.code,
    );
    check(
        "stdout",
        same_text(&case.stdout, &got.stdout),
        &case.stdout,
        &got.stdout,
    );
    check(
        "number of requests",
        case.requests.len() == got.requests.len(),
        &case.requests.len(),
        &got.requests.len(),
    );
    for (want, got) in case.requests.iter().zip(&got.requests) {
        let want = recorded(want, case);
        let got = seen(got, case);
        check(
            "request",
            same(&want, &got),
            &want.to_string(),
            &got.to_string(),
        );
    }
    found
}

/// Differences on purpose, by rule: samples of outputs that are valid where the AWS CLI refuses its
/// own, and the width of tables with characters that the AWS CLI counts as two columns.
fn on_purpose(case: &Case, got: &Got) -> bool {
    let valid = case.kind == "skeleton-output" && case.code == 252 && got.code == Some(0);
    let table = case.stdout.starts_with("---")
        && !case.stdout.is_ascii()
        && narrow(&case.stdout) == narrow(&got.stdout);
    valid || table && got.code.map(i64::from) == Some(case.code)
}

/// A table without its widths.
fn narrow(table: &str) -> String {
    let text = table.replace(['-', '+', '|'], " ");
    text.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") + "\n")
        .collect()
}

fn recorded(request: &Value, case: &Case) -> Value {
    let auth = request.get("auth").filter(|auth| !auth.is_null());
    let auth = auth.map(|auth| {
        json!([
            auth["type"],
            dated(auth["scope"].as_str().unwrap_or_default())
        ])
    });
    let headers = request["headers"].as_object().into_iter().flatten();
    let headers: Map<_, _> = headers
        .filter(|(name, _)| is_told(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    view(
        &request["method"],
        request["url"].as_str().unwrap_or_default(),
        headers,
        auth,
        &body(request),
        case.prefix.clone(),
    )
}

fn seen(request: &Request, case: &Case) -> Value {
    let mut line = request.line.split(' ');
    let method = Value::from(line.next().unwrap_or_default());
    let auth = request.header("authorization").map(|value| {
        let (kind, rest) = value.split_once(' ').unwrap_or((value, ""));
        let scope = rest
            .split_once("Credential=")
            .and_then(|(_, rest)| rest.split(',').next())
            .and_then(|credential| credential.split_once('/'));
        json!([kind, dated(scope.map_or("", |(_, scope)| scope))])
    });
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.clone().into()));
    let headers = headers
        .filter(|(name, _): &(String, Value)| is_told(name))
        .collect();
    let host = request
        .header("host")
        .and_then(|host| host.split(':').next())
        .unwrap_or_default();
    let prefix = case
        .prefix
        .as_ref()
        .map(|_| host.strip_suffix("localhost").unwrap_or(host).to_owned());
    view(
        &method,
        line.next().unwrap_or_default(),
        headers,
        auth,
        &request.body,
        prefix,
    )
}

fn is_told(header: &str) -> bool {
    !NOISE.split_whitespace().any(|noise| noise == header)
}

fn view(
    method: &Value,
    url: &str,
    headers: Map<String, Value>,
    auth: Option<Value>,
    body: &str,
    prefix: Option<String>,
) -> Value {
    let path = url.split_once("://").map_or(url, |(_, rest)| {
        rest.find('/').map_or("/", |at| &rest[at..])
    });
    let body = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body));
    json!({ "method": method, "path": path, "headers": headers, "auth": auth, "body": body, "prefix": prefix })
}

/// A scope with its date covered.
fn dated(scope: &str) -> String {
    scope
        .split_once('/')
        .map_or_else(|| scope.to_owned(), |(_, rest)| format!("DATE/{rest}"))
}

/// Whether two values are the same, where 1 and 1.0 are and every identifier is [`UUID`].
fn same(want: &Value, got: &Value) -> bool {
    match (want, got) {
        (Value::String(want), Value::String(got)) => same_text(want, got),
        (Value::Array(want), Value::Array(got)) => {
            want.len() == got.len() && want.iter().zip(got).all(|(want, got)| same(want, got))
        }
        (Value::Object(want), Value::Object(got)) => {
            want.len() == got.len()
                && want
                    .iter()
                    .all(|(name, want)| got.get(name).is_some_and(|got| same(want, got)))
        }
        (Value::Number(want), Value::Number(got)) => want == got || want.as_f64() == got.as_f64(),
        _ => want == got,
    }
}

fn same_text(want: &str, got: &str) -> bool {
    let mut parts = want.split(UUID);
    let Some(mut left) = parts.next().and_then(|first| got.strip_prefix(first)) else {
        return false;
    };
    for part in parts {
        let end = left
            .find(|c: char| !c.is_ascii_hexdigit() && c != '-')
            .unwrap_or(left.len());
        let Some(rest) = left
            .get(end.min(36)..)
            .filter(|_| end >= 32)
            .and_then(|rest| rest.strip_prefix(part))
        else {
            return false;
        };
        left = rest;
    }
    left.is_empty()
}
