//! Recorded cases: what AWS CLI 2.36.7 did for operations of all services, with an answer of a
//! service that was made up.
//!
//! `recorded/sample.jsonl.gz` has a case of each kind of each service; it runs with the models of
//! botocore that `OPSMITH_BOTOCORE` names. Where `OPSMITH_RECORDED` names the folder of all
//! recordings and `OPSMITH_RECORDED_MODELS` that of their models, those run in its place, and with
//! `BLESS=1` a new sample is taken from them (`.ci/recorded`).

#[path = "recorded/bodies.rs"]
mod bodies;
#[path = "recorded/case.rs"]
mod case;
#[path = "recorded/compare.rs"]
mod compare;
#[path = "recorded/sample.rs"]
mod sample;
#[path = "recorded/server.rs"]
mod server;
mod support;

use case::Case;
use compare::Got;
use flate2::read::GzDecoder;
use serde_json::Value;
use server::Server;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread;
use support::skipped;

/// Recorded cases that differ, each with the reason; a `*` in an entry is any text.
const DIFFERENCES: &str = include_str!("recorded/differences.toml");

#[test]
fn recorded_cases_have_the_same_results() {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let botocore = folder("OPSMITH_BOTOCORE");
    if let Some(recordings) = folder("OPSMITH_RECORDED") {
        let models = folder("OPSMITH_RECORDED_MODELS").expect("OPSMITH_RECORDED_MODELS");
        let recorded = Catalog::of(&models);
        let files = files(&recordings);
        if std::env::var_os("BLESS").is_some() {
            let botocore = botocore.expect("OPSMITH_BOTOCORE");
            return sample::take(files, &recorded, &Catalog::of(&botocore));
        }
        let seen = each(files, |file| Seen::of(lines(&file), &recorded));
        Seen::sum(seen).report(60_000);
    } else if let Some(botocore) = botocore {
        let rows: Vec<_> = lines(&sample::path()).collect();
        let catalog = Catalog::with(&botocore, &operations(&rows));
        let rows = Mutex::new(rows.into_iter());
        let next = || std::iter::from_fn(|| rows.lock().expect("the lock").next());
        let workers = vec![(); workers()];
        let seen = each(workers, |()| Seen::of(next(), &catalog));
        Seen::sum(seen).report(3_500);
    } else {
        skipped("OPSMITH_BOTOCORE is not set, so no recorded case of the AWS CLI ran");
    }
}

/// The recordings of all services, the longest first.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the recordings");
    let paths = entries.map(|entry| entry.expect("a file").path());
    let mut files: Vec<_> = paths
        .filter(|path| path.extension() == Some("gz".as_ref()))
        .collect();
    files.sort();
    files.sort_by_key(|path| std::cmp::Reverse(path.metadata().map_or(0, |data| data.len())));
    files
}

/// The lines of a file.
fn lines(path: &Path) -> impl Iterator<Item = Value> + Send + use<> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let text = BufReader::new(Box::new(GzDecoder::new(file)) as Box<dyn Read + Send>);
    text.lines()
        .map(|line| serde_json::from_str(&line.expect("text")).expect("JSON"))
}

fn workers() -> usize {
    thread::available_parallelism().map_or(2, usize::from)
}

/// Does something with each, several at a time, and returns the results in the order of these.
fn each<T: Send, R: Send>(all: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let left = Mutex::new(all.into_iter().enumerate());
    let next = || left.lock().expect("the lock").next();
    let done = Mutex::new(BTreeMap::new());
    thread::scope(|scope| {
        for _ in 0..workers() {
            scope.spawn(|| {
                while let Some((at, one)) = next() {
                    let result = work(one);
                    done.lock().expect("the lock").insert(at, result);
                }
            });
        }
    });
    done.into_inner().expect("the lock").into_values().collect()
}

/// A catalogue of a folder of models; deleted at the end.
struct Catalog(tempfile::TempDir);

impl Catalog {
    fn of(models: &Path) -> Self {
        Self::made(models, &[])
    }

    /// With these operations alone, which is sooner there.
    fn with(models: &Path, operations: &str) -> Self {
        Self::made(models, &["--only", operations])
    }

    fn made(models: &Path, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = support::opsmith(folder.path());
        command.env("OPSMITH_HOME", folder.path());
        command.args(["services", "add"]).arg(models).args(options);
        let output = support::run(&mut command, "");
        assert!(output.status.success(), "{}", support::stderr(&output));
        Self(folder)
    }

    fn has(&self, service: &str) -> bool {
        let mut command = support::opsmith(self.0.path());
        command.env("OPSMITH_HOME", self.0.path());
        let output = command.args(["services", "info", service]).output();
        output.expect("the command").status.success()
    }
}

/// The operations of cases, as `--only` takes them.
fn operations(rows: &[Value]) -> String {
    let words = rows.iter().map(|row| {
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        format!("{}:{}", text(&row["argv"][0]), text(&row["operation"]))
    });
    let words: BTreeSet<_> = words.collect();
    words.into_iter().collect::<Vec<_>>().join(",")
}

/// Runs cases, one after the other, in a folder of its own.
struct Runner {
    home: tempfile::TempDir,
    server: Server,
}

impl Runner {
    fn new() -> Self {
        Self {
            home: tempfile::tempdir().expect("a folder"),
            server: Server::start(),
        }
    }

    /// Where the command differs from the case; empty where it does not.
    fn differences(&self, case: &Case, catalog: &Catalog) -> String {
        let got = self.called(case, catalog);
        let mut text = compare::differences(case, &got);
        if !text.is_empty() && !got.stderr.trim().is_empty() {
            text += &format!("  standard error: {}\n", got.stderr.trim());
        }
        text
    }

    fn called(&self, case: &Case, catalog: &Catalog) -> Got {
        let home = self.home.path();
        for (name, content) in &case.files {
            fs::write(home.join(name), content).expect("a file");
        }
        let outfile = home.join("out.bin");
        let _ = fs::remove_file(&outfile);
        self.server.answer(case.answers.clone());
        let port = self.server.port;
        let mut command = Command::new(env!("CARGO_BIN_EXE_opsmith"));
        command
            .env_clear()
            .current_dir(home)
            .stdin(Stdio::null())
            .envs(environment(home))
            .env("OPSMITH_HOME", catalog.0.path());
        // A prefix makes a host that has no address: it is reached through a proxy.
        let host = match case.prefix {
            Some(_) => "localhost",
            None => "127.0.0.1",
        };
        if case.prefix.is_some() {
            command.env("HTTP_PROXY", format!("http://127.0.0.1:{port}"));
        }
        let output = command
            .args(&case.argv)
            .args(["--endpoint-url", &format!("http://{host}:{port}")])
            .output()
            .expect("the command");
        Got {
            code: output.status.code(),
            stdout: support::stdout(&output),
            stderr: support::stderr(&output),
            requests: self.server.requests(),
            outfile: fs::read(outfile).ok(),
        }
    }
}

fn environment(home: &Path) -> [(&'static str, String); 12] {
    let home = home.display().to_string();
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let none = |name: &str| format!("{home}/{name}");
    [
        ("LC_ALL", "C.UTF-8".to_owned()),
        ("TZ", "UTC".to_owned()),
        ("AWS_PAGER", String::new()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
        ("AWS_BEARER_TOKEN_CODECATALYST", "t0ken".to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        ("AWS_CONFIG_FILE", none("no-config")),
        ("AWS_SHARED_CREDENTIALS_FILE", none("no-credentials")),
        ("OPSMITH_VALIDATION", "compat".to_owned()),
        ("HOME", home),
    ]
}

/// What cases came to.
#[derive(Default)]
struct Seen {
    services: BTreeSet<String>,
    /// Cases that were the same, and all, of each protocol and kind.
    kinds: BTreeMap<(String, String), (usize, usize)>,
    /// Each that differs, with how.
    different: BTreeMap<String, String>,
    /// Those that are the same.
    same: BTreeSet<String>,
}

impl Seen {
    fn of(rows: impl Iterator<Item = Value>, catalog: &Catalog) -> Self {
        let runner = Runner::new();
        let mut seen = Seen::default();
        for case in rows.filter_map(|row| Case::read(&row)) {
            let differences = runner.differences(&case, catalog);
            seen.services.insert(case.argv[0].clone());
            let (same, all) = seen.kinds.entry((case.protocol, case.kind)).or_default();
            *all += 1;
            if differences.is_empty() {
                *same += 1;
                seen.same.insert(case.id);
            } else {
                seen.different.insert(case.id, differences);
            }
        }
        seen
    }

    fn sum(parts: Vec<Self>) -> Self {
        let mut all = Seen::default();
        for part in parts {
            all.services.extend(part.services);
            all.different.extend(part.different);
            all.same.extend(part.same);
            for (kind, (same, of)) in part.kinds {
                let sum = all.kinds.entry(kind).or_default();
                *sum = (sum.0 + same, sum.1 + of);
            }
        }
        all
    }

    /// Prints what came of them. Fails when one differs without a reason, or one with a reason does
    /// not, or when there are fewer cases than `least`.
    fn report(&self, least: usize) {
        for ((protocol, kind), (same, all)) in &self.kinds {
            println!("{protocol} {kind}: {same} of {all} are the same");
        }
        let all = self.same.len() + self.different.len();
        println!(
            "{} of {all} cases of {} services",
            self.same.len(),
            self.services.len()
        );
        assert!(all >= least, "there are fewer cases than {least}");
        let known = differences();
        for entry in &known {
            let mut different = self.different.keys();
            let mut same = self.same.iter();
            assert!(
                different.any(|id| matches(entry, id)) || !same.any(|id| matches(entry, id)),
                "{entry} is the same: it is no difference"
            );
        }
        let is_known = |id: &str| known.iter().any(|entry| matches(entry, id));
        let wrong = self.different.iter().filter(|(id, _)| !is_known(id));
        let wrong: Vec<_> = wrong.map(|(id, how)| format!("{id}\n{how}")).collect();
        let text = wrong.join("\n");
        assert!(
            wrong.is_empty(),
            "{} recorded cases differ:\n{text}",
            wrong.len()
        );
    }
}

/// Whether an entry of the differences means this case.
fn matches(entry: &str, id: &str) -> bool {
    match entry.split_once('*') {
        Some((start, end)) => id.starts_with(start) && id.ends_with(end),
        None => id == entry,
    }
}

/// Identifiers of the cases that may differ.
fn differences() -> Vec<String> {
    let table: toml::Table = toml::from_str(DIFFERENCES).expect("TOML");
    let entries = table.get("difference").and_then(toml::Value::as_array);
    let text = |entry: &toml::Value, key: &str| {
        let text = entry.get(key).and_then(toml::Value::as_str);
        text.expect("a text").to_owned()
    };
    let entries = entries.into_iter().flatten();
    entries
        .inspect(|entry| assert!(!text(entry, "reason").is_empty()))
        .map(|entry| text(entry, "case"))
        .collect()
}
