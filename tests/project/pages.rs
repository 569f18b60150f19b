//! What pages say of code, tests and files.

use super::{files, root};
use std::fs;
use std::path::{Path, PathBuf};

/// Every row of the list of differences names an existing test.
#[test]
fn every_difference_has_a_test() {
    let list = fs::read_to_string(root().join("docs/differences.md")).expect("the list");
    let rows: Vec<&str> = list
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| case"))
        .collect();
    assert!(rows.len() > 15);
    let mut tests = String::new();
    [
        "tests", "codegen", "command", "runtime", "s3", "schema", "local", "tool",
    ]
    .into_iter()
    .flat_map(files)
    .for_each(|(_, text)| tests.push_str(&text));
    for row in rows.iter().filter(|row| !row.starts_with("| ---")) {
        let last = row
            .trim_end_matches('|')
            .rsplit('|')
            .next()
            .unwrap_or_default();
        let names: Vec<&str> = last.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test is named: {row}");
        for name in names {
            let folder = |kind: &str| root().join(kind).join(name).join("case.toml").exists();
            let case = folder("tests/commands") || folder("tests/parity");
            assert!(
                case || tests.contains(&format!("fn {name}(")),
                "there is no test {name}: {row}"
            );
        }
    }
}

/// The Markdown pages of the project.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() && !path.ends_with("target") && !path.ends_with(".git") => {
                pages(&path, found);
            }
            path if path.extension().is_some_and(|extension| extension == "md") => found.push(path),
            _ => {}
        }
    }
}

/// Files and folders that a page names exist: what it links to, and what it names from the root.
#[test]
fn paths_in_pages_exist() {
    let mut found = Vec::new();
    pages(root(), &mut found);
    assert!(found.len() > 30);
    let mut checked = 0;
    let mut missing = Vec::new();
    for page in found {
        let text = fs::read_to_string(&page).expect("text");
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let links = links.filter(|link| !link.contains("://") && !link.starts_with('#'));
        let links = links.map(|link| page.parent().expect("a folder").join(link));
        let spans = text.split('`').skip(1).step_by(2).filter(|span| {
            let (top, rest) = span.split_once('/').unwrap_or_default();
            !["", ".", "..", "target"].contains(&top)
                && root().join(top).is_dir()
                && !rest
                    .contains(|letter: char| letter.is_whitespace() || "<>*:$…".contains(letter))
        });
        let spans = spans.map(|span| root().join(span));
        for path in links.chain(spans) {
            checked += 1;
            if !path.exists() {
                missing.push(format!("{} names {}", page.display(), path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
    assert!(checked > 50, "only {checked} paths");
}

/// Each feature of a crate has a row in the crate's README, and the same row in the project's.
#[test]
fn features_are_documented() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("text");
    let all = read("README.md");
    for folder in [
        "schema", "codegen", "runtime", "command", "local", "s3", "worker",
    ] {
        let manifest: toml::Table = read(&format!("{folder}/Cargo.toml")).parse().expect("TOML");
        let features = manifest
            .get("features")
            .and_then(|features| features.as_table());
        let page = read(&format!("{folder}/README.md"));
        for feature in features.into_iter().flat_map(toml::Table::keys) {
            let start = format!("| `{feature}`");
            let row = page.lines().find(|line| line.starts_with(&start));
            assert!(
                feature == "default" || row.is_some_and(|row| all.contains(row)),
                "{folder}/README.md and README.md have no row alike for {feature}"
            );
        }
    }
}
