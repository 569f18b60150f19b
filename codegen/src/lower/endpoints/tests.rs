use super::*;
use opsmith_runtime::endpoint as runtime;
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn problems(rules: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    lower(Some(rules), &Arena::new(), &mut |problem, help| {
        problems.push(format!("{problem}; {help}"))
    });
    problems
}

#[test]
fn what_is_wrong_with_rules_is_told() {
    let deep = (0..200).fold(json!("x"), |inner, _| json!([inner]));
    for (rule, part) in [
        (
            json!({"conditions": [{"fn": "isSett", "argv": [true]}], "error": "x"}),
            "isSett; did you mean isSet?",
        ),
        (
            json!({"conditions": [{"fn": "not", "argv": []}], "error": "x"}),
            "takes 1 arguments and is given 0",
        ),
        (
            json!({"error": {"ref": "Regio"}}),
            "nothing here is named Regio; did you mean Region?",
        ),
        (json!({"error": "{Region"}), "no partner"),
        (json!({"error": "{Other#x}"}), "nothing here is named Other"),
        (json!({"error": 1.5}), "no integer"),
        (json!({"error": "x", "rules": []}), "exactly one of"),
        (
            json!({"endpoint": {"url": null}}),
            "null stands for a value",
        ),
        (json!({"error": deep}), "deeper than"),
        (
            json!({"error": "x", "conditions": 5}),
            "not what the rules language has",
        ),
    ] {
        let found =
            problems(&json!({"parameters": {"Region": {"type": "String"}}, "rules": [rule]}));
        assert!(
            found.iter().any(|problem| problem.contains(part)),
            "{part}: {found:?}"
        );
    }
}

#[test]
fn parameters_that_no_client_fills_are_reported() {
    let rules = json!({"parameters": {"Region": {"builtIn": "AWS::Regio"}}, "rules": []});
    let expected = "no client fills parameters with AWS::Regio; did you mean AWS::Region?";
    assert_eq!(problems(&rules), [expected]);
}

#[test]
fn the_name_of_signatures_is_that_of_an_endpoint() {
    let endpoint = |schemes: Value| {
        let endpoint = json!({"url": "https://a.test", "properties": {"authSchemes": schemes}});
        json!({"conditions": [], "endpoint": endpoint})
    };
    let sigv4 =
        json!([{"name": "sigv4a", "signingName": "b"}, {"name": "sigv4", "signingName": "a"}]);
    for (rules, expected) in [
        (vec![], None),
        (vec![endpoint(json!([]))], None),
        (vec![endpoint(json!([{"name": "sigv4"}]))], None),
        (
            vec![endpoint(json!([{"name": "sigv4a", "signingName": "b"}]))],
            None,
        ),
        (vec![endpoint(sigv4.clone())], Some("a")),
        (
            vec![
                endpoint(json!([])),
                json!({"conditions": [], "rules": [endpoint(sigv4)]}),
            ],
            Some("a"),
        ),
    ] {
        let arena = Arena::new();
        let rules = json!({"parameters": {}, "rules": rules});
        let found = lower(Some(&rules), &arena, &mut |problem, _| panic!("{problem}"));
        assert_eq!(signing_name(found.rules), expected, "{rules}");
    }
}

fn value(json: &Value) -> runtime::Value {
    match json {
        Value::Bool(value) => runtime::Value::Boolean(*value),
        Value::Number(number) => runtime::Value::Integer(number.as_i64().unwrap_or_default()),
        Value::String(text) => runtime::Value::Text(text.clone()),
        Value::Array(items) => runtime::Value::List(items.iter().map(value).collect()),
        Value::Object(map) => runtime::Value::Map(
            map.iter()
                .map(|(name, json)| (name.clone(), value(json)))
                .collect(),
        ),
        Value::Null => runtime::Value::Text(String::new()),
    }
}

/// Whether two values are the same, whatever the order of names.
fn same(left: &runtime::Value, right: &runtime::Value) -> bool {
    match (left, right) {
        (runtime::Value::Map(left), runtime::Value::Map(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| {
                    right
                        .iter()
                        .any(|(other, found)| name == other && same(value, found))
                })
        }
        (runtime::Value::List(left), runtime::Value::List(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        _ => left == right,
    }
}

/// The URL with the suffixes that partitions had for dual-stack when the cases were written.
fn as_of_2025(url: &str) -> String {
    let suffixes = [
        (".api.aws.ic.gov", ".c2s.ic.gov"),
        (".api.aws.scloud", ".sc2s.sgov.gov"),
        (".api.cloud-aws.adc-e.uk", ".cloud.adc-e.uk"),
        (".api.aws.hci.ic.gov", ".csp.hci.ic.gov"),
    ];
    suffixes
        .iter()
        .fold(url.to_owned(), |url, (now, then)| url.replace(now, then))
}

/// What the answer to a case is.
enum Verdict {
    Right,
    /// Right with the partitions that there were when the cases were written.
    RightThen,
    Wrong(String),
}

fn verdict(rules: &RuleSet<'_>, case: &Value) -> Verdict {
    let given = case
        .get("params")
        .and_then(Value::as_object)
        .into_iter()
        .flatten();
    let found = runtime::evaluate(
        rules,
        given.map(|(name, json)| (name.as_str(), value(json))),
    );
    let expected = &case["expect"];
    match (
        found,
        expected.get("endpoint"),
        expected.get("error").and_then(Value::as_str),
    ) {
        (Ok(found), Some(expected), _) => {
            let properties = expected
                .get("properties")
                .map_or(runtime::Value::Map(Vec::new()), value);
            let headers = expected
                .get("headers")
                .map_or(runtime::Value::Map(Vec::new()), value);
            let list = |values: Vec<String>| {
                runtime::Value::List(values.into_iter().map(runtime::Value::Text).collect())
            };
            let found_headers = found
                .headers
                .into_iter()
                .map(|(name, values)| (name, list(values)))
                .collect();
            let url = expected["url"].as_str();
            let is_now = Some(&*found.url) == url;
            let right = (is_now || Some(as_of_2025(&found.url).as_str()) == url)
                && same(&runtime::Value::Map(found.properties.clone()), &properties)
                && same(&runtime::Value::Map(found_headers), &headers);
            match right {
                true if is_now => Verdict::Right,
                true => Verdict::RightThen,
                false => Verdict::Wrong(format!(
                    "{} {:?} in place of {expected}",
                    found.url, found.properties
                )),
            }
        }
        (Err(found), None, Some(expected)) if found.to_string() == expected => Verdict::Right,
        // Partitions have learnt FIPS and dual-stack since the cases were written.
        (Ok(_), None, Some(expected)) if expected.contains("partition does not support") => {
            Verdict::RightThen
        }
        (found, ..) => Verdict::Wrong(format!("{found:?} in place of {expected}")),
    }
}

/// The Smithy files below a folder.
fn models(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => models(&path, found),
            false
                if path
                    .extension()
                    .is_some_and(|extension| extension == "json") =>
            {
                found.push(path)
            }
            false => {}
        }
    }
}

/// Every published case of every model, where the models are.
#[test]
fn published_cases() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/models/aws-smithy-2025-04.tar.zst");
    if !archive.exists() {
        return crate::skipped::skipped("../shared/models does not exist");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let unpacked = Command::new("tar")
        .arg("--zstd")
        .arg("-xf")
        .arg(&archive)
        .arg("-C")
        .arg(folder.path())
        .status();
    assert!(unpacked.expect("tar").success());
    let mut files = Vec::new();
    models(folder.path(), &mut files);
    let (mut right, mut right_then) = (0, 0);
    let mut wrong = Vec::new();
    for file in &files {
        let model: Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
        let shapes = model["shapes"].as_object().into_iter().flatten();
        for traits in shapes.filter_map(|(_, shape)| shape.get("traits")) {
            let cases = traits
                .get("smithy.rules#endpointTests")
                .and_then(|tests| tests["testCases"].as_array());
            let mut problems = Vec::new();
            let Some(cases) = cases else { continue };
            let arena = Arena::new();
            let rules = lower(
                traits.get("smithy.rules#endpointRuleSet"),
                &arena,
                &mut |problem, _| problems.push(problem),
            );
            assert!(problems.is_empty(), "{}: {problems:?}", file.display());
            for case in cases {
                match verdict(&rules, case) {
                    Verdict::Right => right += 1,
                    Verdict::RightThen => right_then += 1,
                    Verdict::Wrong(why) => wrong.push(format!("{}: {why}", file.display())),
                }
            }
        }
    }
    let count = right + right_then + wrong.len();
    println!(
        "{count} cases of {} models: {right} hold, {right_then} with the partitions of 2025, {} are wrong",
        files.len(),
        wrong.len()
    );
    assert!(
        count > 15_000 && wrong.is_empty(),
        "{} of {count} are wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}
