//! Small models of services, and lines that call them.

#![allow(dead_code, reason = "not every test uses all of it")]

use serde_json::{Map, Value, json};
use std::process::{Command, Output};

/// A service with one shape per member type, and operations whose inputs have these members.
pub(crate) struct Service(pub(crate) tempfile::TempDir);

impl Service {
    /// `shapes` are those beyond `S` (string), `B` (boolean), `I` (integer), `F` (float), `Blob`,
    /// `Time` and `L` (list of strings). A member that ends in `!` is required.
    pub(crate) fn new(sdk_id: &str, shapes: Value, operations: &[(&str, &[(&str, &str)])]) -> Self {
        let simple = [
            ("S", "string"),
            ("B", "boolean"),
            ("I", "integer"),
            ("F", "double"),
            ("Blob", "blob"),
            ("Time", "timestamp"),
        ];
        let mut all: Map<String, Value> = simple
            .iter()
            .map(|(name, kind)| (format!("t#{name}"), json!({ "type": kind })))
            .collect();
        all.insert(
            "t#L".into(),
            json!({ "type": "list", "member": { "target": "t#S" } }),
        );
        all.extend(shapes.as_object().cloned().expect("an object"));
        for (operation, members) in operations {
            let member = |(name, target): &(&str, &str)| {
                let required = if name.ends_with('!') {
                    json!({ "smithy.api#required": {} })
                } else {
                    json!({})
                };
                (
                    name.trim_end_matches('!').to_owned(),
                    json!({ "target": format!("t#{target}"), "traits": required }),
                )
            };
            let members: Map<String, Value> = members.iter().map(member).collect();
            all.insert(
                format!("t#{operation}Input"),
                json!({ "type": "structure", "members": members }),
            );
            let input = json!({ "target": format!("t#{operation}Input") });
            all.insert(
                format!("t#{operation}"),
                json!({ "type": "operation", "input": input }),
            );
        }
        let operations: Vec<_> = operations
            .iter()
            .map(|(name, _)| json!({ "target": format!("t#{name}") }))
            .collect();
        let traits = json!({
            "aws.api#service": { "sdkId": sdk_id }, "aws.auth#sigv4": { "name": "toys" }, "aws.protocols#awsJson1_1": {},
        });
        all.insert(
            "t#Toys".into(),
            json!({ "type": "service", "version": "1", "operations": operations, "traits": traits }),
        );
        let folder = tempfile::tempdir().expect("a folder");
        let model = json!({ "smithy": "2.0", "shapes": all }).to_string();
        std::fs::write(folder.path().join("model.json"), model).expect("a file");
        Service(folder)
    }

    pub(crate) fn run(&self, words: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"));
        command
            .args(["opsmith", "call", "--model"])
            .arg(self.0.path().join("model.json"))
            .args(words);
        command.env_clear().envs([
            ("AWS_ACCESS_KEY_ID", "a"),
            ("AWS_SECRET_ACCESS_KEY", "b"),
            ("AWS_REGION", "eu-west-1"),
        ]);
        let Output {
            status,
            stdout,
            stderr,
        } = command
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
            .current_dir(self.0.path())
            .output()
            .expect("run");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        (status.code().expect("a code"), text(stdout), text(stderr))
    }

    /// The body of the request that a line makes.
    pub(crate) fn body(&self, line: &str) -> Value {
        let words: Vec<&str> = line.split(' ').chain(["--cli-dry-run"]).collect();
        let (code, out, err) = self.run(&words);
        assert_eq!(code, 0, "{line}: {err}");
        serde_json::from_str(out.lines().last().unwrap_or_default())
            .unwrap_or_else(|error| panic!("{line}: {error}: {out}"))
    }

    /// The error message for a rejected line.
    pub(crate) fn refused(&self, line: &str) -> String {
        let (code, out, err) =
            self.run(&line.split(' ').chain(["--cli-dry-run"]).collect::<Vec<_>>());
        assert_eq!(code, 252, "{line}: {out}{err}");
        err
    }

    pub(crate) fn help(&self, line: &str) -> String {
        let (code, out, err) = self.run(&line.split(' ').chain(["help"]).collect::<Vec<_>>());
        assert_eq!(code, 0, "{line}: {err}");
        out
    }
}

pub(crate) fn structure(members: &[(&str, &str)]) -> Value {
    let members: Map<String, Value> = members
        .iter()
        .map(|(name, target)| {
            (
                (*name).to_owned(),
                json!({ "target": format!("t#{target}") }),
            )
        })
        .collect();
    json!({ "type": "structure", "members": members })
}

pub(crate) fn list(target: &str) -> Value {
    json!({ "type": "list", "member": { "target": format!("t#{target}") } })
}
