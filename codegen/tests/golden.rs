//! Small models, and what is generated from them: a folder per case. `BLESS=1` writes what is generated today. All of it
//! compiles with warnings denied.

mod support;

use opsmith_codegen::Generator;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::Path;

#[test]
fn generated_code_is_what_it_was() {
    let mut wrong = Vec::new();
    for case in support::cases("golden") {
        let (generator, folder) = (support::generator(&case), case.join("expected"));
        if support::bless() {
            generator
                .write(&folder)
                .unwrap_or_else(|error| panic!("{}: {error}", case.display()));
        }
        wrong.extend(
            generator
                .check(&folder)
                .err()
                .map(|error| format!("{}: {error}", case.display())),
        );
    }
    assert!(wrong.is_empty(), "{}\nBLESS=1 writes it", wrong.join("\n"));
}

#[test]
fn generated_code_compiles_without_a_warning() {
    let name = |case: &Path| {
        case.file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned()
    };
    let mut crates: Vec<_> = support::cases("golden")
        .iter()
        .map(|case| (name(case), support::generator(case)))
        .collect();
    for (edition, distinct, errors) in [("2018", true, 0), ("2021", false, 0), ("2024", true, 1)] {
        let model = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("names-{edition}.json"));
        fs::write(&model, model_of_names(distinct, errors).to_string()).expect("a model");
        crates.push((format!("names-{edition}"), Generator::new(&model)));
    }
    support::check_crates("golden", &crates).unwrap_or_else(|error| panic!("{error}"));
}

/// The keywords of all editions, the names of the prelude, those that generated code and its macros use, and some that are no names.
const NAMES: &str = "
    abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if impl in let loop macro
    match mod move mut override priv pub ref return self static struct super trait true try type typeof unsafe unsized use virtual
    where while yield auto default macro_rules raw safe union
    AsFn AsMut AsRef AsyncFn AsyncFnMut AsyncFnOnce Box Clone Copy Debug Default DoubleEndedIterator Drop Eq Err ExactSizeIterator Extend
    Fn FnMut FnOnce From FromIterator Future Hash Into IntoFuture IntoIterator Iterator None Ok Option Ord PartialEq PartialOrd
    Result Self Send Some String Sync ToOwned ToString TryFrom TryInto Unpin Vec drop
    bool char f32 f64 i8 i128 str u8 u32 usize
    Acceptor At BTreeMap Blob Call Client Config Document Error ErrorCode ErrorKind Index Kind Matcher Member Operation Protocol
    Refused Service Shape Visitor Timestamp Trait Unknown UnknownValue Waiting Write Done Formatter Display FromStr S D
    SERVICE SHAPES ShapeIndex Shapes OPERATIONS RULES VALUES Generated
    alloc as_str begin call client clone config core end enums errors example fmt from_env from_str from_wire generated given index into
    known member new opsmith_runtime rows service visitor std string text to to_owned types unknown value values write
    2fast 1_2 _ __ a-b aB a_b self_ crate_ type_ new_ é Foo_Bar Foo__Bar _1_a";

/// The names; of those that are the same but for case and marks, only one when they are to be distinct.
fn names(distinct: bool) -> Vec<&'static str> {
    let clean = |name: &str| {
        name.replace(|c: char| !c.is_ascii_alphanumeric(), "")
            .to_lowercase()
    };
    let all = || NAMES.split_whitespace();
    let is_first = |(at, name): &(usize, &str)| {
        all().position(|other| clean(other) == clean(name)) == Some(*at)
    };
    all()
        .enumerate()
        .filter(|name| !distinct || is_first(name))
        .map(|(_, name)| name)
        .collect()
}

/// A service that has every one of the names in every place; those at even positions (0) or odd ones (1) as errors rather than types.
/// Of these there is only one of a name.
fn model_of_names(distinct: bool, errors: usize) -> Value {
    let (errors, types): (Vec<_>, Vec<_>) = names(true)
        .into_iter()
        .enumerate()
        .partition(|(at, _)| at % 2 == errors);
    let [errors, types] =
        [errors, types].map(|of| of.into_iter().map(|(_, name)| name).collect::<Vec<_>>());
    let names = names(distinct);
    let of_each = |names: &[&str], what: &dyn Fn(&str) -> Value| -> Map<String, Value> {
        names
            .iter()
            .map(|name| ((*name).to_owned(), what(name)))
            .collect()
    };
    let text = json!({ "target": "smithy.api#String" });
    let mut shapes = Map::new();
    let mut add = |id: &str, kind: &str, members: Map<String, Value>, traits: Value| {
        shapes.insert(
            id.to_owned(),
            json!({ "type": kind, "members": members, "traits": traits }),
        );
    };
    for name in &types {
        add(
            &format!("t#{name}"),
            "structure",
            of_each(&["value"], &|_| text.clone()),
            json!({}),
        );
    }
    for name in &errors {
        add(
            &format!("t#{name}"),
            "structure",
            Map::new(),
            json!({ "smithy.api#error": "client" }),
        );
    }
    let required =
        json!({ "target": "smithy.api#String", "traits": { "smithy.api#required": {} } });
    let value = |name: &str| json!({ "target": "smithy.api#Unit", "traits": { "smithy.api#enumValue": name } });
    add(
        "t#TheTypes",
        "structure",
        of_each(&types, &|name| json!({ "target": format!("t#{name}") })),
        json!({}),
    );
    add(
        "t#TheRequired",
        "structure",
        of_each(&names, &|_| required.clone()),
        json!({}),
    );
    add(
        "t#TheOptions",
        "structure",
        of_each(&names, &|_| text.clone()),
        json!({}),
    );
    add(
        "t#TheUnion",
        "union",
        of_each(&names, &|_| text.clone()),
        json!({}),
    );
    add("t#TheEnum", "enum", of_each(&names, &value), json!({}));
    let parts = [
        "TheTypes",
        "TheRequired",
        "TheOptions",
        "TheUnion",
        "TheEnum",
    ];
    add(
        "t#TheInput",
        "structure",
        of_each(&parts, &|name| json!({ "target": format!("t#{name}") })),
        json!({}),
    );
    let matcher = json!({ "acceptors": [{ "state": "success", "matcher": { "success": true } }] });
    let waiters = of_each(&names, &|_| matcher.clone());
    // Operations are in a namespace of their own.
    let errors: Vec<_> = errors
        .iter()
        .map(|name| json!({ "target": format!("t#{name}") }))
        .collect();
    for (at, name) in names.iter().enumerate() {
        let (input, waiters) = (
            json!({ "target": "t#TheInput" }),
            if at == 0 { waiters.clone() } else { Map::new() },
        );
        let operation = json!({ "type": "operation", "input": input, "output": input, "errors": errors,
            "traits": { "smithy.waiters#waitable": waiters } });
        shapes.insert(format!("o#{name}"), operation);
    }
    let operations: Vec<_> = names
        .iter()
        .map(|name| json!({ "target": format!("o#{name}") }))
        .collect();
    let traits = json!({ "aws.protocols#awsJson1_0": {}, "aws.auth#sigv4": { "name": "t" }, "aws.api#service": { "sdkId": "t" } });
    shapes.insert(
        "t#TheService".to_owned(),
        json!({ "type": "service", "version": "1", "operations": operations, "traits": traits }),
    );
    json!({ "smithy": "2.0", "shapes": shapes })
}
