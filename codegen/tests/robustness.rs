//! The same model gives the same bytes, however it is written; and no model makes the generator panic or emit what does
//! not parse.

mod support;

use opsmith_codegen::{Error, Generator};
use serde_json::Value;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use support::Random;

/// The JSON text of a value whose keys stand in another order, except where order has a meaning: in members.
fn shuffled(value: &Value, members: bool, random: &mut Random, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            if !members {
                (1..entries.len()).rev().for_each(|at| entries.swap(at, random.below(at + 1)));
            }
            out.push('{');
            for (at, (key, value)) in entries.into_iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                out.push_str(&format!("{}:", Value::from(key.as_str())));
                shuffled(value, key == "members" && !members, random, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                shuffled(item, false, random, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let folder = tempfile::tempdir().expect("a folder");
    for case in support::cases("golden") {
        // serde_json sorts keys, so both sides are read from sorted members.
        let model = json(&case.join("model.json"));
        let path = folder.path().join("model.json");
        let mut files = (0..3_u64).map(|seed| {
            let mut text = String::new();
            shuffled(&model, false, &mut Random(seed + 1), &mut text);
            fs::write(&path, text).expect("a file");
            Generator::new(&path).render().unwrap_or_else(|error| panic!("{}: {error}", case.display()))
        });
        let first = files.next();
        assert!(files.all(|other| Some(other) == first), "{}", case.display());
    }
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let render = || support::own().render().unwrap_or_else(|error| panic!("{error}"));
    assert!(render() == render());
}

/// Changes one place of a JSON value: takes it away, or puts something else there.
fn mutate(value: &mut Value, random: &mut Random) {
    let odd = ["", "t#DoInput", "smithy.api#Unit", "r#\"", "Self", "\u{202e}", "{", "1", "a\nb", "t#Nothing$x"];
    let replacement = |random: &mut Random| match random.below(8) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => Value::from(-1),
        3 => Value::from(1e300),
        4 => Value::Array(vec![Value::Null]),
        5 => Value::Object(serde_json::Map::new()),
        _ => Value::from(odd[random.below(odd.len())]),
    };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let key = map.keys().nth(random.below(map.len())).cloned().expect("a key");
            match random.below(12) {
                0 => drop(map.remove(&key)),
                1 => drop(map.insert(key, replacement(random))),
                2 => {
                    let inner = map.remove(&key).expect("a value");
                    map.insert(odd[random.below(odd.len())].to_owned(), inner);
                }
                _ => mutate(map.get_mut(&key).expect("a value"), random),
            }
        }
        Value::Array(items) if !items.is_empty() && random.below(3) > 0 => {
            let at = random.below(items.len());
            mutate(&mut items[at], random);
        }
        other => *other = replacement(random),
    }
}

/// Renders; the text of what is made must parse.
fn survives(path: &Path) -> bool {
    let made = catch_unwind(|| Generator::new(path).render());
    match made {
        Ok(Ok(files)) => files.values().all(|text| syn::parse_file(text).is_ok()),
        Ok(Err(Error::Model(problems))) => problems.iter().all(|problem| !problem.problem.contains("does not parse")),
        Ok(Err(_)) => true,
        Err(_) => false,
    }
}

#[test]
fn no_model_breaks_the_generator() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.json");
    let models: Vec<Value> = support::cases("golden").iter().map(|case| json(&case.join("model.json"))).collect();
    let mut random = Random(0x0123_4567_89ab_cdef);
    for round in 0..1500 {
        let mut model = models[round % models.len()].clone();
        (0..=random.below(3)).for_each(|_| mutate(&mut model, &mut random));
        fs::write(&path, model.to_string()).expect("a file");
        assert!(survives(&path), "round {round}: {model}");
    }
    // Texts that end early, and some that are no text.
    let text = models[0].to_string().into_bytes();
    for _ in 0..200 {
        let mut bytes = text.get(..random.below(text.len())).unwrap_or_default().to_vec();
        bytes.extend((0..random.below(4)).map(|_| 0xf0));
        fs::write(&path, bytes).expect("a file");
        assert!(survives(&path));
    }
}

/// Amazon's own file of the project's service, unmodified, where it is.
#[test]
fn amazons_own_model() {
    let Some(folder) = support::amazons_models() else { return };
    let files = support::models(folder.path());
    let codepipeline = files.iter().find(|path| path.ends_with("codepipeline-2015-07-09.json")).expect("CodePipeline");
    Generator::new(codepipeline).render().unwrap_or_else(|error| panic!("{error}"));
}
