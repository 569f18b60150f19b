//! The AWS CLI, started once for many runs.

use serde_json::json;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A process of `aws.py`, which runs the AWS CLI in forks.
pub(crate) struct Aws {
    process: Child,
    runs: Option<ChildStdin>,
    codes: BufReader<ChildStdout>,
    /// Has a link to the home of a run, and what it prints.
    streams: tempfile::TempDir,
}

impl Aws {
    /// `script` is the AWS CLI, whose first line names its Python; `environment` is what Python
    /// reads when it starts, such as the encoding.
    pub(crate) fn start(script: &Path, environment: &BTreeMap<String, String>) -> Self {
        let text = fs::read_to_string(script).expect("the AWS CLI is a script of Python");
        let python = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("#!"))
            .expect("the script names its Python");
        let helper = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/aws.py");
        let streams = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(python.trim())
            .arg(helper)
            .arg(script)
            .env_clear()
            .envs(environment)
            // Imports look for it, so it is a link to the home of each run.
            .env("HOME", streams.path().join("home"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python");
        Self {
            runs: process.stdin.take(),
            codes: BufReader::new(process.stdout.take().expect("a pipe")),
            process,
            streams,
        }
    }

    /// Runs it in a folder, which is its home too, and returns its exit code and standard output.
    pub(crate) fn run(
        &mut self,
        args: &[String],
        environment: &BTreeMap<String, String>,
        folder: &Path,
        input: &str,
    ) -> (Option<i32>, String) {
        let stream = |name: &str| {
            let path = self.streams.path().join(name);
            fs::write(&path, "").expect("a file");
            path
        };
        let home = self.streams.path().join("home");
        let _ = fs::remove_file(&home);
        symlink(folder, home).expect("a link");
        let stdout = stream("stdout");
        let run = json!({
            "args": args,
            "env": environment,
            "folder": folder,
            "input": input,
            "stdout": stdout,
            "stderr": stream("stderr"),
        });
        writeln!(self.runs.as_mut().expect("a pipe"), "{run}").expect("a run");
        let mut code = String::new();
        self.codes.read_line(&mut code).expect("an exit code");
        let text = fs::read(stdout).expect("the output");
        (
            code.trim().parse().ok(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        // It ends at the end of its input.
        self.runs = None;
        let _ = self.process.wait();
    }
}
