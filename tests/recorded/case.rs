//! A recorded case, as a line of a file.

use super::server::Answer;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use flate2::Crc;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The kind of case whose output has documentation of the models, which may not be in the project.
const DOCUMENTED: &str = "skeleton-yaml";

/// What is kept of a case.
const FIELDS: [&str; 13] = [
    "id",
    "operation",
    "protocol",
    "kind",
    "argv",
    "files",
    "responses",
    "rc",
    "stdout",
    "requests",
    "host_prefix",
    "local",
    "outfile",
];

/// What AWS CLI 2.36.7 did.
pub(super) struct Case {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) protocol: String,
    pub(super) argv: Vec<String>,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) answers: Vec<Answer>,
    /// What the operation puts before the host's name.
    pub(super) prefix: Option<String>,
    pub(super) code: i64,
    pub(super) stdout: String,
    /// The check value of the comments of `stdout`, where they are compared by that.
    pub(super) comments: Option<u64>,
    pub(super) requests: Vec<Value>,
    /// The file of a streamed answer, or that there is none, where the operation writes one.
    pub(super) outfile: Option<Option<Vec<u8>>>,
}

impl Case {
    /// `None` where the AWS CLI itself failed.
    pub(super) fn read(row: &Value) -> Option<Self> {
        if row.get("crash").is_some() {
            return None;
        }
        let text = |name: &str| row[name].as_str().map(str::to_owned);
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        // What was seen with an endpoint of the caller's, where that differs.
        let seen = |name: &str| row["local"].get(name).unwrap_or(&row[name]);
        let files = row["files"].as_object().into_iter().flatten();
        let argv = list(&row["argv"]).into_iter();
        let kind = text("kind")?;
        let stdout = seen("stdout").as_str()?;
        let (stdout, comments) = match row["comments"].as_u64() {
            Some(comments) => (stdout.to_owned(), Some(comments)),
            None => printed(&kind, stdout),
        };
        Some(Case {
            id: text("id")?,
            protocol: text("protocol")?,
            argv: argv
                .map(|word| Some(word.as_str()?.to_owned()))
                .collect::<Option<_>>()?,
            files: files
                .map(|(name, file)| (name.clone(), bytes(file)))
                .collect(),
            answers: list(&row["responses"]).iter().map(answer).collect(),
            prefix: text("host_prefix"),
            code: seen("rc").as_i64()?,
            stdout,
            comments,
            requests: list(seen("requests")),
            outfile: row
                .get("outfile")
                .map(|file| (!file.is_null()).then(|| bytes(file))),
            kind,
        })
    }
}

/// A recorded line as it is kept in the project.
pub(super) fn kept(row: &Value) -> Value {
    let fields = FIELDS.iter();
    let mut kept: Map<String, Value> = fields
        .filter_map(|name| Some(((*name).to_owned(), row.get(name)?.clone())))
        .collect();
    let kind = row["kind"].as_str().unwrap_or_default();
    let (stdout, comments) = printed(kind, row["stdout"].as_str().unwrap_or_default());
    if let Some(comments) = comments {
        kept.insert("stdout".to_owned(), stdout.into());
        kept.insert("comments".to_owned(), comments.into());
    }
    kept.into()
}

/// An output, and the check value of its comments where they are documentation. Blanks of these
/// don't count.
pub(super) fn printed(kind: &str, stdout: &str) -> (String, Option<u64>) {
    if kind != DOCUMENTED {
        return (stdout.to_owned(), None);
    }
    let mut check = Crc::new();
    let mut bare = String::new();
    for line in stdout.lines() {
        let (value, comment) = line.split_once(" # ").unwrap_or((line, ""));
        bare += value.trim_end();
        bare.push('\n');
        for word in comment.split_whitespace() {
            check.update(word.as_bytes());
        }
        check.update(b"\n");
    }
    (bare, Some(check.sum().into()))
}

fn answer(recorded: &Value) -> Answer {
    let headers = recorded["headers"].as_object().into_iter().flatten();
    Answer {
        status: recorded["status"].as_u64().unwrap_or_default(),
        headers: headers
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
            .collect(),
        body: bytes(recorded),
    }
}

/// The bytes of a recorded file or body.
pub(super) fn bytes(recorded: &Value) -> Vec<u8> {
    match recorded["b64"].as_str() {
        Some(text) => BASE64.decode(text).expect("base64"),
        None => recorded["body"].as_str().unwrap_or_default().into(),
    }
}
