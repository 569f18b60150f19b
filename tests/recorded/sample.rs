//! The sample of the recorded cases that is in the project.

use super::case::{self, Case};
use super::{Catalog, Runner, each, lines};
use flate2::{Compression, Crc, GzBuilder};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The most that it may take in the project.
const MOST_BYTES: u64 = 4_000_000;

pub(super) fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded/sample.jsonl.gz")
}

/// Takes a case of each kind of each service: the first, in an order that is always the same, that
/// has the recorded result with the newer models too; or else one that has it with neither, for which
/// there is a reason.
pub(super) fn take(files: Vec<PathBuf>, recorded: &Catalog, newer: &Catalog) {
    let mut chosen = each(files, |file| of_service(&file, recorded, newer));
    chosen.sort();
    let file = File::create(path()).expect("the sample");
    // Without a time, so that the same sample is the same file.
    let mut packed = GzBuilder::new().write(file, Compression::best());
    for row in chosen.iter().flatten() {
        packed.write_all(row.as_bytes()).expect("the sample");
    }
    packed.finish().expect("the sample");
    let size = fs::metadata(path()).expect("the sample").len();
    let count = chosen.iter().map(Vec::len).sum::<usize>();
    println!("{count} cases, {size} bytes");
    assert!(size <= MOST_BYTES, "the sample is too large");
}

fn of_service(file: &Path, recorded: &Catalog, newer: &Catalog) -> Vec<String> {
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.and_then(|name| name.strip_suffix(".jsonl.gz"));
    let service = name.expect("the name of a service");
    if !newer.has(service) {
        println!("{service} is gone");
        return Vec::new();
    }
    let runner = Runner::new();
    let mut kinds = BTreeMap::<String, BTreeMap<(u32, String), Value>>::new();
    for row in lines(file) {
        let Some(case) = Case::read(&row) else {
            continue;
        };
        let mut order = Crc::new();
        order.update(case.id.as_bytes());
        let cases = kinds.entry(case.kind).or_default();
        cases.insert((order.sum(), case.id), case::kept(&row));
    }
    let is_same = |row: &Value, catalog: &Catalog| {
        let case = Case::read(row).expect("a case");
        runner.differences(&case, catalog).is_empty()
    };
    let mut chosen = Vec::new();
    for (kind, cases) in kinds {
        let is_taken = |row: &&Value| is_same(row, newer);
        let differs = |row: &&Value| !is_same(row, recorded);
        let same = cases.values().find(is_taken);
        match same.or_else(|| cases.values().find(differs)) {
            Some(row) => chosen.push(format!("{row}\n")),
            None => println!("{service}: all of {kind} have changed"),
        }
    }
    chosen
}
