//! What comes from other files, or only on request: paginators, waiters, sentences, partitions.

use super::{OPERATIONS, Source, file, shape, traits};
use crate::import::{Options, botocore, partitions};
use serde_json::{Value, json};

/// The traits of an operation after its paginator was read.
fn paginated(paginator: Value) -> Value {
    let mut sources = Source::new("json").operations(OPERATIONS).sources();
    let text = json!({ "pagination": { "Op": paginator } }).to_string();
    sources.paginators = Some(file("paginators-1.json", &text));
    traits(&botocore(&sources, &Options::default()).unwrap(), "Op")
}

#[test]
fn paginators_in_smithys_words() {
    let source = json!({
        "input_token": "next", "output_token": "list.next", "limit_key": "size", "result_key": "list.items",
    });
    let expected = json!({
        "smithy.api#paginated":
            { "inputToken": "next", "outputToken": "list.next", "pageSize": "size", "items": "list.items" },
        "opsmith.botocore#paginator": source,
    });
    assert_eq!(paginated(source), expected);
}

#[test]
fn paginators_that_say_more_are_kept_whole() {
    let several = json!({
        "input_token": "next", "output_token": "next", "result_key": ["a", "b"], "more_results": "truncated",
        "non_aggregate_keys": ["c"],
    });
    let expected = json!({
        "smithy.api#paginated": { "inputToken": "next", "outputToken": "next" },
        "opsmith.botocore#paginator": several,
    });
    assert_eq!(paginated(several), expected);

    for token in [json!(["a", "b"]), json!("a || b[-1].c"), json!("")] {
        let source = json!({ "input_token": "a", "output_token": token });
        assert_eq!(
            paginated(source.clone()),
            json!({ "opsmith.botocore#paginator": source })
        );
    }
}

#[test]
fn waiters() {
    let mut sources = Source::new("json").operations(OPERATIONS).sources();
    let waiters = json!({ "version": 2, "waiters": {
        "Ready": { "operation": "Op", "delay": 15, "maxAttempts": 4, "description": "Prose.", "acceptors": [
            { "state": "success", "matcher": "path", "argument": "s", "expected": "ok" },
            { "state": "success", "matcher": "path", "argument": "d", "expected": true },
            { "state": "retry", "matcher": "pathAll", "argument": "l[]", "expected": "a" },
            { "state": "retry", "matcher": "pathAny", "argument": "l[]", "expected": "b" },
            { "state": "failure", "matcher": "error", "expected": "Gone" },
            { "state": "failure", "matcher": "error", "expected": true },
        ] },
        "Exists": { "operation": "Op", "delay": 1, "maxAttempts": 2, "acceptors": [
            { "state": "success", "matcher": "status", "expected": 200 },
        ] },
    } });
    sources.waiters = Some(file("waiters-2.json", &waiters.to_string()));
    let imported = botocore(&sources, &Options::default()).unwrap();
    assert_eq!(imported.warnings, []);
    let output = |path: &str, expected: &str, comparator: &str| json!({ "output": { "path": path, "expected": expected, "comparator": comparator } });
    let acceptors = json!([
        { "state": "success", "matcher": output("s", "ok", "stringEquals") },
        { "state": "success", "matcher": output("d", "true", "booleanEquals") },
        { "state": "retry", "matcher": output("l[]", "a", "allStringEquals") },
        { "state": "retry", "matcher": output("l[]", "b", "anyStringEquals") },
        { "state": "failure", "matcher": { "errorType": "Gone" } },
        { "state": "failure", "matcher": { "success": false } },
    ]);
    let traits = traits(&imported, "Op");
    let expected = json!({ "Ready": { "acceptors": acceptors, "minDelay": 15, "maxDelay": 15 } });
    assert_eq!(traits["smithy.waiters#waitable"], expected);
    let whole = &traits["opsmith.botocore#waiters"];
    assert_eq!(whole["Ready"]["maxAttempts"], 4);
    assert_eq!(
        whole["Ready"]["acceptors"],
        waiters["waiters"]["Ready"]["acceptors"]
    );
    assert_eq!(
        whole["Exists"],
        waiters["waiters"]["Exists"]
            .as_object()
            .map(without_operation)
            .unwrap()
    );
}

fn without_operation(waiter: &serde_json::Map<String, Value>) -> Value {
    waiter
        .iter()
        .filter(|(key, _)| *key != "operation")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[test]
fn sentences_are_taken_on_request_only() {
    let mut source = Source::new("json")
        .operations(
            r#"{"Op":{"http":{"method":"POST","requestUri":"/"},"documentation":"Prose.","deprecated":true,
            "deprecatedMessage":"Prose."}}"#,
        )
        .shapes(
            r#"{"It":{"type":"structure","documentation":"Prose.","members":{
            "documentation":{"shape":"L","documentation":"Prose."}}},
            "L":{"type":"list","member":{"shape":"It","documentation":"Prose."}}}"#,
        );
    source.rest = r#","documentation":"Prose.","clientContextParams":{"A":{"type":"string","documentation":"Prose."}}"#
        .to_owned();
    let mut sources = source.sources();
    let rules = r#"{"parameters":{"documentation":{"type":"string","documentation":"Prose."}},"rules":[{"documentation":"Prose."}]}"#;
    sources.endpoint_rules = Some(file("endpoint-rule-set-1.json", rules));

    let facts = botocore(&sources, &Options::default()).unwrap();
    assert!(!facts.text.contains("Prose."), "{}", facts.text);
    let expected =
        json!({ "parameters": { "documentation": { "type": "String" } }, "rules": [{}] });
    assert_eq!(
        traits(&facts, "ToyBox")["smithy.rules#endpointRuleSet"],
        expected
    );
    let expected = json!({ "A": { "type": "string" } });
    assert_eq!(
        traits(&facts, "ToyBox")["smithy.rules#clientContextParams"],
        expected
    );
    assert_eq!(
        shape(&facts, "It")["members"]["documentation"],
        json!({ "target": "com.amazonaws.toybox#L" })
    );

    let all = botocore(
        &sources,
        &Options {
            documentation: true,
            ..Options::default()
        },
    )
    .unwrap();
    assert_eq!(all.text.matches("Prose.").count(), 9);
}

#[test]
fn partitions_are_sorted_and_otherwise_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("partitions.json");
    std::fs::write(
        &path,
        r#"{"version":"1.1","partitions":[{"id":"aws","regions":{"b":{},"a":{}}}]}"#,
    )
    .unwrap();
    let text = partitions(&path).unwrap();
    let expected = json!({ "partitions": [{ "id": "aws", "regions": { "a": {}, "b": {} } }], "version": "1.1" });
    assert_eq!(text, format!("{expected:#}\n"));

    std::fs::write(&path, r#"{"partitions":[]}"#).unwrap();
    let message = partitions(&path).unwrap_err().to_string();
    assert!(
        message.contains("partitions: a list of partitions is missing"),
        "{message}"
    );
    assert!(
        partitions(&folder.path().join("none"))
            .unwrap_err()
            .to_string()
            .contains("cannot be read")
    );
}
