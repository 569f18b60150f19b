#[path = "../../../tests/support/skipped.rs"]
mod skipped;

use super::functions::compact;
use super::*;
use serde_json::Value;

/// A JSON value as a document.
fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => Document::Float(number.as_f64().unwrap_or_default()),
        },
        Value::String(text) => text.clone().into(),
        Value::Array(list) => Document::List(list.iter().map(document).collect()),
        Value::Object(map) => Document::Map(
            map.iter()
                .map(|(key, value)| (key.clone(), document(value)))
                .collect(),
        ),
    }
}

fn found(expression: &str, given: &str) -> String {
    let given = document(&serde_json::from_str(given).expect("JSON"));
    let query = Query::parse(expression).unwrap_or_else(|error| panic!("{error}"));
    compact(
        &query
            .search(&given)
            .unwrap_or_else(|error| panic!("{expression}: {error}")),
    )
}

#[test]
fn keys_keep_the_order_of_the_expression() {
    assert_eq!(
        found("{b: b, a: a}", r#"{"a":1,"b":2}"#),
        r#"{"b":2,"a":1}"#
    );
}

#[test]
fn the_mark_stands_under_a_far_place() {
    let Err(error) = Query::parse(&format!("{}!", "a".repeat(70_000))) else {
        panic!("an expression")
    };
    assert!(
        error.0.ends_with(&format!("\n{}^", " ".repeat(70_001))),
        "{}",
        error.0.len()
    );
}

#[test]
fn expressions() {
    let given = r#"{"list":[{"n":1,"s":"x"},{"n":2.5,"s":"y"},{"n":null}],"e":[],"nested":[[1],[2,3]],"m":{"k":"v"}}"#;
    for (expression, expected) in [
        ("list[].n", "[1, 2.5]"),
        ("list[?n > `1`].s | [0]", "\"y\""),
        ("list[-1]", r#"{"n": null}"#),
        ("list[::-1] | [0].n", "null"),
        ("nested[]", "[1, 2, 3]"),
        ("nested[] | [1:]", "[2, 3]"),
        ("m.*", r#"["v"]"#),
        ("e || `7`", "7"),
        ("!e", "true"),
        ("nope", "null"),
        ("length(list)", "3"),
        ("sum(nested[1])", "5"),
        ("avg(e)", "null"),
        ("sort_by(list[:2], &s)[*].s", r#"["x", "y"]"#),
        ("max_by(list[:2], &n).s", "\"y\""),
        ("join(', ', list[:2].s)", "\"x, y\""),
        ("to_string(m)", r#""{\"k\":\"v\"}""#),
        ("not_null(nope, e)", "[]"),
        ("merge(m, {z: `1`})", r#"{"k": "v", "z": 1}"#),
        ("contains(keys(m), 'k')", "true"),
        ("list[0].n == `1.0`", "true"),
        ("list[?s == `x`].n", "[1]"),
        ("list[?s==`  y`].n | [0]", "2.5"),
        (r"`a\`b`", r#""a`b""#),
        ("'`x`' == `'x'`", "false"),
        (
            "[`a`, `\"b\"`, 'c`', `[1]`, ` null`]",
            r#"["a","b","c`",[1],null]"#,
        ),
        ("list[?s > 'x'].s", "[\"y\"]"),
        ("list[?s >= `x`].s", "[\"x\",\"y\"]"),
        ("m.k < 'a'", "false"),
        ("m.k < `1`", "null"),
        ("nope < `1`", "null"),
        ("`true` > `false`", "null"),
        ("list[?s > n]", "[]"),
    ] {
        let value: Value = serde_json::from_str(expected).expect("JSON");
        assert_eq!(
            found(expression, given),
            compact(&document(&value)),
            "{expression}"
        );
    }
}

#[test]
fn the_mark_stands_where_the_expression_is_wrong() {
    for (expression, column) in [
        ("a[?b==`c`]]", 11),
        ("a[?b==`  c` && d==`e` ) ]", 23),
        ("`a\"`", 1),
        ("x `y`", 3),
    ] {
        let error = Query::parse(expression).expect_err(expression);
        let mark = error.0.lines().last().unwrap_or_default();
        assert_eq!(mark.chars().count(), column + 1, "{error}");
    }
}

#[test]
fn expressions_that_are_wrong() {
    for (expression, part) in [
        ("", "cannot be empty"),
        ("[", "Invalid jmespath expression"),
        ("nofn(@)", "Unknown function: nofn()"),
        ("length(@, @)", "Expected 1 arguments"),
        ("a[::0]", "step"),
    ] {
        let error = Query::parse(expression).expect_err(expression);
        assert!(error.0.contains(part), "{error}");
    }
    let error = Query::parse("length(nope)").and_then(|query| query.search(&Document::Null));
    let error = error.expect_err("a type error");
    assert!(
        error.0.starts_with("In function length(), invalid type"),
        "{error}"
    );
}

/// JMESPath's published cases, in the folder that `OPSMITH_JMESPATH_CASES` names; the crate
/// `jmespath` ships them.
#[test]
fn published_cases() {
    let Ok(folder) = std::env::var("OPSMITH_JMESPATH_CASES") else {
        return skipped::skipped("OPSMITH_JMESPATH_CASES names no folder of JMESPath cases");
    };
    let mut count = 0;
    let mut wrong = Vec::new();
    for file in std::fs::read_dir(folder).expect("the folder") {
        let text = std::fs::read(file.expect("a file").path()).expect("a file");
        let suites: Vec<Value> = serde_json::from_slice(&text).expect("JSON");
        for (suite, case) in suites.iter().flat_map(|suite| {
            suite["cases"]
                .as_array()
                .into_iter()
                .flatten()
                .map(move |case| (suite, case))
        }) {
            let expression = case["expression"].as_str().unwrap_or_default();
            let found =
                Query::parse(expression).and_then(|query| query.search(&document(&suite["given"])));
            let right = match (&found, case.get("result")) {
                (Ok(found), Some(expected)) => equal(found, &document(expected)),
                (Err(_), None) => true,
                (Ok(_), None) => case.get("bench").is_some(),
                (Err(_), Some(_)) => false,
            };
            count += 1;
            if !right {
                wrong.push(format!(
                    "{expression}: {}",
                    found.map_or_else(|error| error.0, |found| compact(&found))
                ));
            }
        }
    }
    println!("{count} cases");
    assert!(
        count > 500 && wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn expressions_do_not_nest_without_end() {
    for deep in ["!", "(", "[", "{a:", "a.", "a||", "a[0]|"] {
        let expression = format!("{}a", deep.repeat(20_000));
        assert!(Query::parse(&expression).is_err(), "{deep}");
        let _ = Query::parse(&format!("{}a", deep.repeat(200)))
            .map(|query| query.search(&Document::Null));
    }
    assert!(Query::parse(&format!("name == '{}'", "[".repeat(20_000))).is_ok());
}
