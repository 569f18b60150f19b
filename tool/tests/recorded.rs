//! Recorded cases: what AWS CLI 2.36.7 did for operations of all services that speak AWS JSON, with
//! an answer of a service that was made up. `recorded/sample.jsonl.gz` is a sample
//! (`recorded/sample.py` makes it); where `OPSMITH_RECORDED` names the folder of all recordings and
//! `OPSMITH_RECORDED_MODELS` that of their models, those run in its place (`.ci/recorded`).

#[path = "recorded/compare.rs"]
mod compare;
#[path = "../../tests/support/server.rs"]
#[allow(dead_code, reason = "each test uses a part of it")]
mod server;
#[path = "../../tests/support/skipped.rs"]
mod skipped;

use compare::{Case, Got};
use flate2::read::GzDecoder;
use serde_json::Value;
use server::{Answer, Server};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// Recorded cases that differ, each with the reason; an entry that ends in `*` matches all that
/// begin so.
const DIFFERENCES: &str = include_str!("recorded/differences.toml");

/// A service of the recordings: its word on the command line, its model's folder, and its cases.
struct Service {
    word: String,
    model: PathBuf,
    cases: Box<dyn Iterator<Item = Value> + Send>,
}

#[test]
fn recorded_cases_have_the_same_results() {
    let scratch = tempfile::tempdir().expect("a folder");
    let services = match std::env::var_os("OPSMITH_RECORDED") {
        Some(folder) => all(Path::new(&folder)),
        None => {
            skipped::skipped(
                "../shared/parity-all: OPSMITH_RECORDED is not set, so only a sample ran",
            );
            sample(scratch.path())
        }
    };
    let mut seen = Seen::default();
    let left = Mutex::new(services.into_iter());
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..std::thread::available_parallelism().map_or(2, usize::from))
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = Seen::default();
                    while let Some(service) = { left.lock().expect("the lock").next() } {
                        run(service, &mut seen);
                    }
                    seen
                })
            })
            .collect();
        workers
            .into_iter()
            .for_each(|worker| seen.add(worker.join().expect("a worker")));
    });
    seen.report();
}

/// What cases came to.
#[derive(Default)]
struct Seen {
    /// Cases that were the same, and all, of each kind.
    kinds: BTreeMap<String, (usize, usize)>,
    /// Each that differs, with how.
    different: BTreeMap<String, String>,
    /// Those that are the same.
    same: BTreeSet<String>,
}

impl Seen {
    fn add(&mut self, other: Seen) {
        for (kind, (same, all)) in other.kinds {
            let sum = self.kinds.entry(kind).or_default();
            *sum = (sum.0 + same, sum.1 + all);
        }
        self.different.extend(other.different);
        self.same.extend(other.same);
    }

    fn report(&self) {
        for (kind, (same, all)) in &self.kinds {
            println!("{kind}: {same} of {all} are the same");
        }
        let known = differences();
        let listed = |id: &str| {
            known.iter().any(|entry| {
                entry
                    .strip_suffix('*')
                    .map_or(id == entry, |start| id.starts_with(start))
            })
        };
        for entry in &known {
            assert!(
                !self.same.contains(entry),
                "{entry} is the same: it is no difference"
            );
        }
        let wrong: Vec<_> = self
            .different
            .iter()
            .filter(|(id, _)| !listed(id))
            .collect();
        let text: String = wrong
            .iter()
            .map(|(id, how)| format!("{id}\n{how}\n"))
            .collect();
        assert!(
            wrong.is_empty(),
            "{} recorded cases differ:\n{text}",
            wrong.len()
        );
        for (kind, (same, all)) in &self.kinds {
            assert!(
                same * 1000 >= all * 995,
                "{kind}: fewer than 99.5 % are the same"
            );
        }
        assert!(
            self.kinds.values().map(|(_, all)| all).sum::<usize>() > 3000,
            "there are fewer cases than were recorded"
        );
    }
}

/// Identifiers of the cases that may differ.
fn differences() -> Vec<String> {
    let table: toml::Table = toml::from_str(DIFFERENCES).expect("TOML");
    let entries = table
        .get("difference")
        .and_then(toml::Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let text = |entry: &toml::Value, key: &str| {
        entry
            .get(key)
            .and_then(toml::Value::as_str)
            .expect("a text")
            .to_owned()
    };
    entries
        .iter()
        .inspect(|entry| assert!(!text(entry, "reason").is_empty()))
        .map(|entry| text(entry, "case"))
        .collect()
}

/// The services of the sample; their models are written below `folder`.
fn sample(folder: &Path) -> Vec<Service> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/sample.jsonl.gz");
    lines(&path).map(|line| of_sample(line, folder)).collect()
}

fn of_sample(mut line: Value, folder: &Path) -> Service {
    let word = line["service"].as_str().expect("a word").to_owned();
    let model = folder
        .join("models")
        .join(line["folder"].as_str().expect("a folder"));
    fs::create_dir_all(&model).expect("a folder");
    for (name, file) in line["model"].as_object().expect("files") {
        fs::write(model.join(name), file.as_str().expect("text")).expect("a file");
    }
    let Value::Array(cases) = line["cases"].take() else {
        panic!("{word} has no cases")
    };
    Service {
        word,
        model,
        cases: Box::new(cases.into_iter()),
    }
}

/// All services that speak AWS JSON, of a folder of recordings.
fn all(folder: &Path) -> Vec<Service> {
    let models = PathBuf::from(
        std::env::var_os("OPSMITH_RECORDED_MODELS").expect("OPSMITH_RECORDED_MODELS"),
    );
    let index: Value =
        serde_json::from_reader(File::open(folder.join("index.json")).expect("an index"))
            .expect("JSON");
    let services = index["services"].as_object().expect("services").iter();
    let spoken = services.filter(|(_, service)| service["protocol"] == "json");
    let found = spoken.map(|(word, service)| {
        let model = models.join(service["model"].as_str().expect("a name"));
        let model = model.join(service["api_version"].as_str().expect("a version"));
        (word.clone(), model, folder.join(format!("{word}.jsonl.gz")))
    });
    let there = found.filter(|(_, _, file)| file.exists());
    there
        .map(|(word, model, file)| Service {
            word,
            model,
            cases: Box::new(lines(&file)),
        })
        .collect()
}

fn lines(path: &Path) -> impl Iterator<Item = Value> + Send + use<> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = BufReader::new(Box::new(GzDecoder::new(file)) as Box<dyn Read + Send>);
    text.lines()
        .map(|line| serde_json::from_str(&line.expect("text")).expect("JSON"))
}

/// Runs all cases of a service.
fn run(service: Service, seen: &mut Seen) {
    for case in service.cases {
        // The AWS CLI itself failed.
        if case.get("crash").is_some() {
            continue;
        }
        let case = Case::read(&case);
        let home = tempfile::tempdir().expect("a folder");
        let got = called(&service.word, &service.model, &case, home.path());
        let differences = compare::differences(&case, &got);
        let (same, all) = seen.kinds.entry(case.kind.clone()).or_default();
        *all += 1;
        if differences.is_empty() {
            *same += 1;
            seen.same.insert(case.id.clone());
        } else {
            seen.different.insert(
                case.id.clone(),
                format!("{}  stderr: {}", differences.join("\n"), got.stderr),
            );
        }
    }
}

/// Calls what a case calls; `home` is home and working folder.
fn called(word: &str, model: &Path, case: &Case, home: &Path) -> Got {
    for (name, content) in &case.files {
        fs::write(home.join(name), content).expect("a file");
    }
    let server = Server::playing(case.responses.iter().map(answer).collect());
    // A prefix makes a host that has no address: it is reached through a proxy.
    let endpoint = match case.prefix {
        Some(_) => server.url.replace("127.0.0.1", "localhost"),
        None => server.url.clone(),
    };
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"));
    command
        .env_clear()
        .current_dir(home)
        .stdin(Stdio::null())
        .envs(usual(home));
    if case.prefix.is_some() {
        command
            .env("HTTP_PROXY", &server.url)
            .env("http_proxy", &server.url);
    }
    command
        .args(["opsmith", "call", "--model"])
        .arg(model)
        .arg(word)
        .args(case.argv.iter().skip(1));
    let output = command
        .args(["--endpoint-url", &endpoint])
        .output()
        .expect("the command");
    Got {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        requests: server.requests(),
    }
}

fn usual(home: &Path) -> [(&'static str, String); 13] {
    let home = home.display().to_string();
    [
        ("PATH", std::env::var("PATH").unwrap_or_default()),
        ("LC_ALL", "C.UTF-8".to_owned()),
        ("TZ", "UTC".to_owned()),
        ("AWS_PAGER", String::new()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
        (
            "AWS_SECRET_ACCESS_KEY",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        ),
        ("AWS_BEARER_TOKEN_CODECATALYST", "t0ken".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_CONFIG_FILE", format!("{home}/no-config")),
        (
            "AWS_SHARED_CREDENTIALS_FILE",
            format!("{home}/no-credentials"),
        ),
        ("OPSMITH_VALIDATION", "compat".to_owned()),
        ("HOME", home),
    ]
}

fn answer(response: &Value) -> Answer {
    let headers = response["headers"].as_object().into_iter().flatten();
    let headers = headers
        .map(|(name, value)| format!("{name}: {}\r\n", value.as_str().unwrap_or_default()))
        .collect();
    let status = response["status"]
        .as_u64()
        .and_then(|status| u16::try_from(status).ok())
        .expect("a status");
    Answer {
        status,
        headers,
        body: compare::body(response),
        ..Answer::default()
    }
}
