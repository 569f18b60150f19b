//! Shared by tests of the command: running it with a separate home folder, and a server with
//! prepared answers.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

mod server;
mod skipped;

#[allow(unused_imports, reason = "each test uses a part of it")]
pub(crate) use server::{Answer, Request, Server};

#[allow(unused_imports, reason = "each test uses a part of it")]
pub(crate) use skipped::skipped;

/// The command with no environment but `PATH`; `home` is home and working folder.
pub(crate) fn opsmith(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_opsmith"));
    command
        .env_clear()
        .env("HOME", home)
        .env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
        .env("TZ", "UTC0")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The command with credentials and a region too.
pub(crate) fn configured(home: &Path) -> Command {
    let mut command = opsmith(home);
    command
        .env("AWS_ACCESS_KEY_ID", "AKIDTEST")
        .env("AWS_SECRET_ACCESS_KEY", "test-secret");
    command.env("AWS_REGION", "eu-west-1");
    command
}

/// Runs a command to its end, with a text for standard input.
pub(crate) fn run(command: &mut Command, input: &str) -> Output {
    command.stdin(Stdio::piped());
    let mut child = command.spawn().expect("the command");
    // A command that reads no input closes the pipe.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(input.as_bytes());
    child.wait_with_output().expect("the command")
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
