//! The published cases of protocols, in botocore's form: what a request has to be, and what an answer
//! means. Each case is a service of its own, whose model is imported and lowered here.
//!
//! `../shared/protocol-tests` has to behave as expected: every case passes, or is listed with a reason
//! in `protocol/departures.toml`. `OPSMITH_PROTOCOL_TESTS` names a folder of other cases, for which
//! the results are printed only.

#[path = "protocol/cases.rs"]
mod cases;
#[path = "protocol/compare.rs"]
mod compare;
#[path = "protocol/run.rs"]
mod run;
#[path = "../../tests/support/skipped.rs"]
mod skipped;

use cases::{Case, Kind};
use opsmith_runtime::schema::Service;
use run::Way;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Whether a case passes, or what is wrong.
type Outcome = Result<(), String>;

/// Runs a case in one way.
type Run = fn(&Case, &'static Service<'static>) -> Outcome;

const DEPARTURES: &str = include_str!("protocol/departures.toml");

#[test]
fn protocol_cases() {
    let other = std::env::var_os("OPSMITH_PROTOCOL_TESTS").map(PathBuf::from);
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/protocol-tests");
    let folder = other.as_deref().unwrap_or(&shared);
    if other.is_none() && !folder.exists() {
        return skipped::skipped("../shared/protocol-tests does not exist");
    }
    let mut results = Results {
        departures: departures(),
        is_other: other.is_some(),
        ..Results::default()
    };
    for case in cases::read(folder) {
        results.add(&case);
    }
    let cases: usize = results.protocols.values().map(Counts::all).sum();
    assert_ne!(cases, 0, "{} has no cases", folder.display());
    let report = results.report();
    // Not `print!`, as its output is kept from who runs the tests.
    std::io::stdout()
        .write_all(report.as_bytes())
        .expect("standard output");
    if other.is_none() {
        assert!(results.wrong.is_empty(), "{report}");
        assert_eq!(cases, 398, "{report}");
    }
}

/// Cases that are expected to fail.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Departure {
    /// `KIND/ID`, or how it begins and `*`.
    case: String,
    /// The way of reading that fails, if another passes.
    only: Option<String>,
    reason: String,
}

impl Departure {
    fn is_about(&self, id: &str, way: Way) -> bool {
        let is_case = match self.case.strip_suffix('*') {
            Some(start) => id.starts_with(start),
            None => id == self.case,
        };
        is_case && way.is_listed(self.only.as_deref())
    }
}

fn departures() -> Vec<Departure> {
    #[derive(serde::Deserialize)]
    struct Table {
        departure: Vec<Departure>,
    }
    let table: Table = toml::from_str(DEPARTURES).expect("departures");
    table.departure
}

/// How many cases of a protocol ended in which way.
#[derive(Default)]
struct Counts {
    passed: usize,
    listed: usize,
    failed: usize,
    /// The protocol is not built in.
    left_out: usize,
}

impl Counts {
    fn all(&self) -> usize {
        self.passed + self.listed + self.failed + self.left_out
    }
}

#[derive(Default)]
struct Results {
    departures: Vec<Departure>,
    /// The cases are not those that the departures are about, which may pass then.
    is_other: bool,
    /// By the name of the file of cases.
    protocols: BTreeMap<String, Counts>,
    listed: Vec<String>,
    wrong: Vec<String>,
}

impl Results {
    fn add(&mut self, case: &Case) {
        let counts = self.protocols.entry(case.protocol.clone()).or_default();
        if !case.is_built_in() {
            counts.left_out += 1;
            return;
        }
        let id = format!("{}/{}", case.kind, case.id);
        let mut wrong = Vec::new();
        let mut listed = false;
        for (way, result) in case.run() {
            let mut departures = self.departures.iter();
            match (result, departures.find(|listed| listed.is_about(&id, way))) {
                (Ok(()), None) => {}
                (Err(_), Some(departure)) => {
                    listed = true;
                    self.listed.push(format!("{id}{way}: {}", departure.reason));
                }
                (Ok(()), Some(_)) if self.is_other => {}
                (Ok(()), Some(_)) => wrong.push(format!("{id}{way}: it passes, but is listed")),
                (Err(problem), None) => wrong.push(format!("{id}{way}: {problem}")),
            }
        }
        match (wrong.is_empty(), listed) {
            (false, _) => counts.failed += 1,
            (true, true) => counts.listed += 1,
            (true, false) => counts.passed += 1,
        }
        self.wrong.append(&mut wrong);
    }

    fn report(&self) -> String {
        let mut text = String::new();
        for (title, lines) in [("listed", &self.listed), ("failed", &self.wrong)] {
            for line in lines {
                let _ = writeln!(text, "{title}: {line}");
            }
        }
        let head = ["protocol", "passed", "listed", "failed", "not built in"];
        let _ = writeln!(
            text,
            "{:<45} {:>7} {:>7} {:>7} {:>13}",
            head[0], head[1], head[2], head[3], head[4]
        );
        for (protocol, counts) in &self.protocols {
            let Counts {
                passed,
                listed,
                failed,
                left_out,
            } = counts;
            let _ = writeln!(
                text,
                "{protocol:<45} {passed:>7} {listed:>7} {failed:>7} {left_out:>13}"
            );
        }
        text
    }
}

impl Case {
    /// The results in each way that the case can be run.
    fn run(&self) -> Vec<(Way, Outcome)> {
        let service = match self.service() {
            Ok(service) => service,
            Err(problem) => return vec![(Way::Whole, Err(problem))],
        };
        match self.kind {
            Kind::Input => vec![self.run_as(Way::Whole, run::input, service)],
            Kind::Output if self.value["errorCode"].is_string() => {
                vec![self.run_as(Way::Whole, run::error, service)]
            }
            Kind::Output => vec![
                self.run_as(Way::Visitor, run::output, service),
                self.run_as(Way::Document, run::document, service),
            ],
        }
    }

    /// One result. A panic is one too, so that the other cases run.
    fn run_as(&self, way: Way, run: Run, service: &'static Service<'static>) -> (Way, Outcome) {
        let run = std::panic::AssertUnwindSafe(|| run(self, service));
        let result = std::panic::catch_unwind(run);
        (way, result.unwrap_or_else(|_| Err("it panics".to_owned())))
    }
}
