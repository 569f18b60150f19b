//! Faults of a network, a server or an attacker: the exit code and message of each, in bounded time
//! and memory. `BLESS=1` rewrites the table in `docs/reliability.md`; without it, the test fails
//! when the table differs.

mod certificates;
mod plain;
mod server;
#[path = "../support/mod.rs"]
mod support;

use certificates::certificates;
use plain::plain;
use server::{RIGHT, answers, request, server};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use support::opsmith;

/// The maximum time of a call whose reads time out after a second. It is far more than a call
/// needs, because machines are busy at times.
const PATIENCE: Duration = Duration::from_secs(60);

/// The address space of a call in kilobytes, including the program itself.
const MEMORY: u32 = 400_000;

/// A fault, and the result of the call.
struct Row {
    fault: &'static str,
    exit: i32,
    says: String,
}

/// Calls an endpoint; returns the exit code and the last line of output, with addresses replaced.
fn call(home: &Path, url: &str, attempts: &str, more: &[&str]) -> (i32, String) {
    let mut shell = Command::new("sh");
    let limited = format!("ulimit -v {MEMORY}; exec \"$@\"");
    let program = opsmith(home);
    shell
        .args(["-c", &limited, "sh"])
        .arg(program.get_program());
    shell
        .env_clear()
        .envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(home);
    shell.envs([
        ("AWS_ACCESS_KEY_ID", "AKIDTEST"),
        ("AWS_SECRET_ACCESS_KEY", "test-secret"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_MAX_ATTEMPTS", attempts),
    ]);
    shell
        .args([
            "codepipeline",
            "list-pipelines",
            "--cli-read-timeout",
            "1",
            "--endpoint-url",
            url,
        ])
        .args(more);
    let mut child = shell
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    let start = Instant::now();
    while child.try_wait().expect("a process").is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().expect("a process");
            return (-1, "no end".to_owned());
        }
        thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("the output");
    let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert!(!text.contains("test-secret"), "{text}");
    let code = output
        .status
        .code()
        .unwrap_or_else(|| panic!("{url} {more:?}: {}: {text}", output.status));
    let last = text.lines().last().unwrap_or_default().to_owned();
    assert!(code == 0 || output.stdout.is_empty(), "{url}: {text}");
    (code, last)
}

/// Each part of the correct answer, sent by a server that then does something.
fn at_every_byte(
    home: &Path,
    end: impl Fn(TcpStream) + Send + Sync + Clone + 'static,
    reads: bool,
) -> (i32, String) {
    let mut found = BTreeSet::new();
    for length in 0..RIGHT.len() {
        let end = end.clone();
        let address = server(move |mut stream| {
            if reads {
                request(&mut stream);
            } else {
                // When the rest of the request is unread, the system resets the connection on
                // close.
                let _ = stream.read(&mut [0]);
            }
            let _ = stream.write_all(&RIGHT.as_bytes()[..length]);
            end(stream);
        });
        let (code, says) = call(home, &format!("http://{address}"), "1", &["--no-paginate"]);
        // hyper's name for it differs from byte to byte.
        let says = says.replace(&address, "ADDRESS");
        found.insert((
            code,
            says.split_once("/\". ")
                .map_or(says.clone(), |(before, _)| format!("{before}/\".")),
        ));
    }
    let found: Vec<_> = found.into_iter().collect();
    let [one] = &found[..] else {
        panic!("not the same everywhere: {found:?}")
    };
    one.clone()
}

/// Plays faults, several at a time, because most of them end in a timeout.
fn played(home: &Path, calls: Vec<(&'static str, String, &str, &[&str])>) -> Vec<Row> {
    let mut rows = Vec::new();
    for some in calls.chunks(8) {
        let found: Vec<_> = thread::scope(|scope| {
            let calls: Vec<_> = some
                .iter()
                .map(|(fault, address, scheme, more)| {
                    let attempts = if fault.ends_with("each time") {
                        "3"
                    } else {
                        "1"
                    };
                    scope
                        .spawn(move || call(home, &format!("{scheme}://{address}"), attempts, more))
                })
                .collect();
            calls
                .into_iter()
                .map(|call| call.join().expect("a call"))
                .collect()
        });
        rows.extend(
            some.iter()
                .zip(found)
                .map(|((fault, address, ..), (exit, says))| Row {
                    fault,
                    exit,
                    says: says
                        .split(": verification time")
                        .next()
                        .unwrap_or_default()
                        .replace(address.as_str(), "ADDRESS"),
                }),
        );
    }
    rows
}

fn table(home: &Path) -> String {
    let calls: Vec<_> = plain()
        .into_iter()
        .map(|(fault, address)| (fault, address, "http", &["--no-paginate"][..]))
        .collect();
    let mut rows = played(home, calls);
    for (fault, reads) in [
        ("closes the connection at any byte of the answer", true),
        ("resets it at any byte of the answer", false),
    ] {
        let (exit, says) = at_every_byte(home, drop, reads);
        rows.push(Row { fault, exit, says });
    }
    let at_rest = "is silent from any byte of the answer on";
    let (exit, says) = at_any_byte_silent(home);
    rows.push(Row {
        fault: at_rest,
        exit,
        says,
    });
    let trusting = &[
        "--no-paginate",
        "--ca-bundle",
        "ca.pem",
        "--cli-connect-timeout",
        "2",
    ][..];
    let calls = certificates(home)
        .into_iter()
        .map(|(fault, address)| (fault, address, "https", trusting));
    rows.extend(played(home, calls.collect()));
    let mut text = String::from(
        "| the endpoint, or its certificate | exit code | the command says |\n| --- | ---: | --- |\n",
    );
    for Row { fault, exit, says } in rows {
        let says = says.replace('|', "\\|");
        let says = if says.is_empty() {
            String::new()
        } else {
            format!("`{says}`")
        };
        let _ = writeln!(text, "| {fault} | {exit} | {says} |");
    }
    text
}

/// At a few bytes only: each takes a second.
fn at_any_byte_silent(home: &Path) -> (i32, String) {
    let mut found = BTreeSet::new();
    for length in [
        0,
        1,
        9,
        17,
        40,
        RIGHT.len() - 64,
        RIGHT.len() - 63,
        RIGHT.len() - 1,
    ] {
        let address = answers(&RIGHT.as_bytes()[..length]);
        let (code, says) = call(home, &format!("http://{address}"), "1", &["--no-paginate"]);
        found.insert((code, says.replace(&address, "ADDRESS")));
    }
    let found: Vec<_> = found.into_iter().collect();
    let [one] = &found[..] else {
        panic!("not the same everywhere: {found:?}")
    };
    one.clone()
}

#[test]
fn every_fault_ends_the_call_in_time() {
    let home = tempfile::tempdir().expect("a folder");
    let found = table(home.path());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md");
    let text = fs::read_to_string(&page).expect("docs/reliability.md");
    let (before, rest) = text
        .split_once("<!-- faults -->\n")
        .expect("where the table begins");
    let (old, after) = rest
        .split_once("<!-- end of faults -->")
        .expect("where the table ends");
    if std::env::var_os("BLESS").is_some() {
        fs::write(
            &page,
            format!("{before}<!-- faults -->\n{found}<!-- end of faults -->{after}"),
        )
        .expect("the page");
    } else if old != found {
        // A busy machine may need more than the second that an answer has. A real difference
        // appears twice.
        let again = table(home.path());
        assert_eq!(old, again, "BLESS=1 writes the table anew");
    }
}
