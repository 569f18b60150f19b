//! How what was recorded and what was seen compare: the exit code, standard output to the byte, the
//! file of a streamed answer, and of the requests what matters to a service.

use super::bodies;
use super::case::{Case, bytes, printed};
use super::server::Request;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The identifier that replaces every random one in recordings.
const UUID: &str = "01234567-89ab-4cde-8f01-23456789abcd";

/// Headers that say nothing of the operation, or that are compared otherwise.
const NOISE: &str = "host accept-encoding content-length expect connection transfer-encoding user-agent x-amz-date date authorization te \
                     amz-sdk-invocation-id amz-sdk-request x-amz-security-token x-amz-user-agent proxy-connection keep-alive";

/// Headers that count where the AWS CLI sends them.
const SOFT: [&str; 2] = ["accept", "x-amz-content-sha256"];

/// In place of a value that is another one in each call.
const ANY: &str = "(any)";

/// What was seen of a command.
pub(super) struct Got {
    pub(super) code: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) requests: Vec<Request>,
    pub(super) outfile: Option<Vec<u8>>,
}

/// Where a case differs; empty when it does not.
pub(super) fn differences(case: &Case, got: &Got) -> String {
    let mut found = String::new();
    if on_purpose(case, got) {
        return found;
    }
    let code = got.code.map_or(-1, i64::from);
    if code != case.code {
        let _ = writeln!(found, "  exit code: recorded {}, seen {code}", case.code);
    }
    let (stdout, comments) = printed(&case.kind, &got.stdout);
    if !same_text(&case.stdout, &stdout) {
        found += &lines("standard output", &case.stdout, &stdout);
    } else if comments != case.comments {
        let _ = writeln!(found, "  other comments than recorded:\n{}", got.stdout);
    }
    if case
        .outfile
        .as_ref()
        .is_some_and(|file| *file != got.outfile)
    {
        found += "  the file of the answer\n";
    }
    if case.requests.len() != got.requests.len() {
        let (want, got) = (case.requests.len(), got.requests.len());
        let _ = writeln!(found, "  requests: recorded {want}, seen {got}");
    }
    for (want, got) in case.requests.iter().zip(&got.requests) {
        let (want, got) = (recorded(want, case), seen(got, case));
        for (name, want) in want.as_object().into_iter().flatten() {
            let is_same = match name.as_str() {
                "headers" => same_headers(want, &got[name]),
                _ => same(want, &got[name]),
            };
            if !is_same {
                let text = |value| serde_json::to_string_pretty(value).unwrap_or_default();
                found += &lines(
                    &format!("{name} of a request"),
                    &text(want),
                    &text(&got[name]),
                );
            }
        }
    }
    found
}

/// The lines from the first that differs on.
fn lines(what: &str, want: &str, got: &str) -> String {
    let same = want.lines().zip(got.lines());
    let same = same.take_while(|(want, got)| want == got).count();
    let mut text = format!("  {what}, line {}\n", same + 1);
    for (mark, lines) in [("recorded", want), ("seen    ", got)] {
        for line in lines.lines().skip(same).take(4) {
            let line: String = line.chars().take(300).collect();
            let _ = writeln!(text, "    {mark} {line}");
        }
    }
    text
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
        let scope = auth["scope"].as_str().unwrap_or_default();
        json!([auth["type"], dated(scope)])
    });
    let headers = request["headers"].as_object().into_iter().flatten();
    let headers = headers.filter(|(name, _)| is_told(name));
    let mut headers: Map<_, _> = headers
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let body = bytes(request);
    if String::from_utf8_lossy(&body).contains(UUID) {
        let checksums = headers.iter_mut().filter(|(name, _)| is_checksum(name));
        checksums.for_each(|(_, value)| *value = ANY.into());
    }
    let url = request["url"].as_str().unwrap_or_default();
    let method = request["method"].as_str().unwrap_or_default();
    view(case, method, url, headers, &body, auth, case.prefix.clone())
}

fn seen(request: &Request, case: &Case) -> Value {
    let header = |name: &str| request.headers.get(name).map(String::as_str);
    let auth = header("authorization").map(|value| {
        let (kind, rest) = value.split_once(' ').unwrap_or((value, ""));
        let scope = rest
            .split_once("Credential=")
            .and_then(|(_, rest)| rest.split(',').next())
            .and_then(|credential| credential.split_once('/'));
        json!([kind, dated(scope.map_or("", |(_, scope)| scope))])
    });
    let headers = request.headers.iter();
    let headers = headers.filter(|(name, _)| is_told(name));
    let headers = headers.map(|(name, value)| (name.clone(), value.clone().into()));
    let host = header("host").and_then(|host| host.split(':').next());
    let host = host.unwrap_or_default();
    let prefix = host.strip_suffix("localhost").unwrap_or(host).to_owned();
    let prefix = case.prefix.is_some().then_some(prefix);
    let (method, target) = (&request.method, &request.target);
    view(
        case,
        method,
        target,
        headers.collect(),
        &request.body,
        auth,
        prefix,
    )
}

fn is_told(header: &str) -> bool {
    !NOISE.split_whitespace().any(|noise| noise == header)
}

/// Whether a header's value follows from the body, and differs where that has a random identifier.
fn is_checksum(header: &str) -> bool {
    header.starts_with("x-amz-checksum-")
        || matches!(header, "x-amz-content-sha256" | "content-md5")
}

fn view(
    case: &Case,
    method: &str,
    url: &str,
    headers: Map<String, Value>,
    body: &[u8],
    auth: Option<Value>,
    prefix: Option<String>,
) -> Value {
    let path = url.split_once("://").map_or(url, |(_, rest)| {
        rest.find(['/', '?']).map_or("/", |at| &rest[at..])
    });
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut query = bodies::pairs(query);
    query.sort();
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let (kind, encoding) = (text("content-type"), text("content-encoding"));
    let body = bodies::value(body, &kind.to_ascii_lowercase(), encoding, &case.protocol);
    json!({ "method": method, "path": capitals(path), "query": query, "auth": auth, "body": body, "prefix": prefix, "headers": headers })
}

/// A path whose encoded bytes are in capital letters.
fn capitals(path: &str) -> String {
    let mut left = 0;
    path.chars()
        .map(|c| match c {
            '%' => {
                left = 2;
                c
            }
            _ if left > 0 => {
                left -= 1;
                c.to_ascii_uppercase()
            }
            _ => c,
        })
        .collect()
}

/// A scope with its date covered.
fn dated(scope: &str) -> String {
    match scope.split_once('/') {
        Some((date, rest)) if date.len() == 8 => format!("DATE/{rest}"),
        _ => scope.to_owned(),
    }
}

/// Whether two values are the same, where 1 and 1.0 are and every identifier is [`UUID`].
fn same(want: &Value, got: &Value) -> bool {
    match (want, got) {
        (Value::String(want), Value::String(got)) => same_text(want, got),
        (Value::Array(want), Value::Array(got)) => {
            want.len() == got.len() && want.iter().zip(got).all(|(want, got)| same(want, got))
        }
        (Value::Object(want), Value::Object(got)) => {
            let mut members = want.iter();
            want.len() == got.len()
                && members.all(|(name, want)| got.get(name).is_some_and(|got| same(want, got)))
        }
        (Value::Number(want), Value::Number(got)) => want == got || want.as_f64() == got.as_f64(),
        _ => want == got,
    }
}

fn same_headers(want: &Value, got: &Value) -> bool {
    let mut got = got.clone();
    if let Some(got) = got.as_object_mut() {
        got.retain(|name, _| !want[name].is_null() || !SOFT.contains(&name.as_str()));
        for (name, value) in got {
            if want[name] == ANY {
                *value = ANY.into();
            }
        }
    }
    same(want, &got)
}

fn same_text(want: &str, got: &str) -> bool {
    if want.contains("X-Amz-") {
        return unsigned(want) == unsigned(got);
    }
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

/// A signed URL without its signature and dates.
fn unsigned(url: &str) -> String {
    let mut rest = url;
    let mut text = String::new();
    while let Some(at) = rest.find("X-Amz-Signature") {
        let (before, after) = rest.split_at(at);
        let end = after.find('&').unwrap_or(after.len());
        text += before;
        rest = &after[end..];
    }
    text += rest;
    let mut digits = String::new();
    let mut bare = String::new();
    for c in text.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        // A date, or the time after one.
        let is_date = digits.len() == 8 || digits.len() == 6 && bare.ends_with("DATET");
        bare += if is_date { "DATE" } else { &digits };
        digits.clear();
        bare.push(c);
    }
    bare
}
