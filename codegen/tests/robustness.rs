//! The same model gives the same bytes, however it is written; and no model makes the generator
//! panic or emit what does not parse.

mod support;

use opsmith_codegen::{Error, Generator};
use serde_json::Value;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;
use support::Random;

/// The JSON text of a value with its keys in another order, except where order has a meaning: in
/// members.
fn shuffled(value: &Value, members: bool, random: &mut Random, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            if !members {
                (1..entries.len())
                    .rev()
                    .for_each(|at| entries.swap(at, random.below(at + 1)));
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
            Generator::new(&path)
                .render()
                .unwrap_or_else(|error| panic!("{}: {error}", case.display()))
        });
        let first = files.next();
        assert!(
            files.all(|other| Some(other) == first),
            "{}",
            case.display()
        );
    }
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    let render = || {
        support::own()
            .render()
            .unwrap_or_else(|error| panic!("{error}"))
    };
    assert!(render() == render());
}

/// Changes one place of a JSON value: takes it away, or puts something else there.
fn mutate(value: &mut Value, random: &mut Random) {
    let odd = [
        "",
        "t#DoInput",
        "smithy.api#Unit",
        "r#\"",
        "Self",
        "\u{202e}",
        "{",
        "1",
        "a\nb",
        "t#Nothing$x",
    ];
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
            let key = map
                .keys()
                .nth(random.below(map.len()))
                .cloned()
                .expect("a key");
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
        Ok(Err(Error::Model(problems))) => problems
            .iter()
            .all(|problem| !problem.problem.contains("does not parse")),
        Ok(Err(_)) => true,
        Err(_) => false,
    }
}

#[test]
fn no_model_breaks_the_generator() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.json");
    let models: Vec<Value> = support::cases("golden")
        .iter()
        .map(|case| json(&case.join("model.json")))
        .collect();
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
        let mut bytes = text
            .get(..random.below(text.len()))
            .unwrap_or_default()
            .to_vec();
        bytes.extend((0..random.below(4)).map(|_| 0xf0));
        fs::write(&path, bytes).expect("a file");
        assert!(survives(&path));
    }
}

/// Text that would do harm if any of it became code, or ended a literal, a comment or an attribute.
const HARM: &[&str] = &[
    "\"]; fn harm() {} //",
    "*/ fn harm() {} /*",
    "\n}\nfn harm() {}\n",
    "```\n# fn harm() {}\n```",
    "\"# ); harm!() r#\"",
    "\\\"{harm}\r\u{2028}\u{202e}\u{0}",
    "<script>harm</script>[harm](x)",
    "🦀é\u{301}",
];

/// Where strings are poisoned.
#[derive(Clone, Copy, PartialEq)]
enum Where {
    /// Only those that allow any text.
    Prose,
    /// All, but for those that refer to shapes or say what they are.
    Values,
    /// All, and names too.
    Names,
}

const PROSE: &[&str] = &[
    "documentation",
    "expected",
    "message",
    "path",
    "sdkId",
    "smithy.api#documentation",
    "smithy.api#enumValue",
    "smithy.api#jsonName",
    "smithy.api#title",
    "version",
];

/// Puts the text behind strings of a value.
fn poison(value: &mut Value, text: &str, place: Where, prose: bool) {
    match value {
        Value::String(old) if prose || place != Where::Prose => old.push_str(text),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|item| poison(item, text, place, prose)),
        Value::Object(map) => {
            for (key, value) in map.iter_mut() {
                let refers = matches!(
                    key.as_str(),
                    "target" | "type" | "smithy.rules#endpointRuleSet"
                );
                if place == Where::Names || !refers {
                    poison(value, text, place, PROSE.contains(&key.as_str()));
                }
            }
            if place == Where::Names {
                let keys: Vec<String> = map
                    .keys()
                    .filter(|key| !key.contains('#'))
                    .cloned()
                    .collect();
                for key in keys {
                    let value = map.remove(&key).expect("a value");
                    map.insert(key + text, value);
                }
            }
        }
        _ => {}
    }
}

/// Whether a word of the hostile text is in the code outside of literals.
fn does_harm(tokens: proc_macro2::TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(word) => word == "harm",
        proc_macro2::TokenTree::Group(group) => does_harm(group.stream()),
        _ => false,
    })
}

/// Of the project's own model, and of some of botocore's where it is: a few operations with all
/// that they need.
fn real_models() -> Vec<Value> {
    let own: Value = json(&support::root("model/codepipeline.json"));
    let mut models = vec![reduced(
        &own,
        &["PutThirdPartyJobFailureResult", "GetPipelineState"],
    )];
    let Some(data) = support::botocore() else {
        return models;
    };
    let of = [
        ("kms/2014-11-01", "CreateGrant"),
        ("events/2015-10-07", "PutTargets"),
        ("dynamodb/2012-08-10", "PutItem"),
    ];
    for (folder, operation) in of {
        let options = opsmith_codegen::import::Options {
            documentation: true,
            ..Default::default()
        };
        let imported =
            opsmith_codegen::import::folder(&data.join(folder), &options).expect("a model");
        models.push(reduced(
            &serde_json::from_str(&imported.text).expect("JSON"),
            &[operation],
        ));
    }
    models
}

/// The model with only these operations, and the shapes that they reach.
fn reduced(model: &Value, operations: &[&str]) -> Value {
    let shapes = model["shapes"].as_object().expect("shapes");
    let is_named = |id: &str| {
        operations
            .iter()
            .any(|name| id.ends_with(&format!("#{name}")))
    };
    let mut kept = serde_json::Map::new();
    let mut due: Vec<String> = shapes.keys().filter(|id| is_named(id)).cloned().collect();
    for (id, service) in shapes
        .iter()
        .filter(|(_, shape)| shape["type"] == "service")
    {
        let mut service = service.clone();
        service["operations"] = due
            .iter()
            .map(|id| serde_json::json!({ "target": id }))
            .collect();
        kept.insert(id.clone(), service);
    }
    while let Some(id) = due.pop() {
        let Some(shape) = shapes.get(&id).filter(|_| !kept.contains_key(&id)) else {
            continue;
        };
        kept.insert(id, shape.clone());
        let text = shape.to_string();
        let targets = text
            .split("\"target\":\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        due.extend(targets.map(str::to_owned));
    }
    let mut reduced = model.clone();
    reduced["shapes"] = Value::Object(kept);
    reduced
}

#[test]
fn no_damage_to_a_real_model_breaks_the_generator() {
    let folder = tempfile::tempdir().expect("a folder");
    let models = real_models();
    let work = |worker: u64| {
        let path = folder.path().join(format!("{worker}.json"));
        let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ (worker + 1));
        for round in 0..500 {
            let mut model = models[round % models.len()].clone();
            (0..=random.below(4)).for_each(|_| mutate(&mut model, &mut random));
            fs::write(&path, model.to_string()).expect("a file");
            assert!(survives(&path), "worker {worker}, round {round}: {model}");
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|worker| drop(scope.spawn(move || work(worker)))));
}

#[test]
fn nothing_of_a_text_becomes_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.json");
    let mut models = real_models();
    models.extend(
        support::cases("golden")
            .iter()
            .map(|case| json(&case.join("model.json"))),
    );
    let mut made = 0;
    for model in &models {
        let places = [Where::Prose, Where::Values, Where::Names];
        for (text, place) in HARM
            .iter()
            .flat_map(|text| places.map(|place| (text, place)))
        {
            let mut model = model.clone();
            poison(&mut model["shapes"], text, place, false);
            fs::write(&path, model.to_string()).expect("a file");
            assert!(survives(&path), "{text:?}: {model}");
            for (name, code) in Generator::new(&path).render().unwrap_or_default() {
                made += 1;
                let tokens = syn::parse_file(&code).expect("code");
                assert!(
                    !does_harm(quote::ToTokens::into_token_stream(tokens)),
                    "{text:?} in {name}: {code}"
                );
            }
        }
    }
    assert!(made > 500, "{made} files were made");
}

/// Models that are far larger or deeper than any real one.
#[test]
fn enormous_models_are_told_or_become_code() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.json");
    let model = |shapes: &str, input: &str| {
        format!(
            r##"{{"smithy":"2.0","shapes":{{
                "t#S":{{"type":"service","operations":[{{"target":"t#O"}}],
                    "traits":{{"aws.protocols#awsJson1_0":{{}},"aws.auth#sigv4":{{"name":"t"}}}}}},
                "t#O":{{"type":"operation","input":{{"target":"{input}"}}}}{shapes}}}}}"##
        )
    };
    // A chain of structures, one of lists, and a structure of very many members.
    let structures: String = (0..3000)
        .map(|at| {
            format!(
                r##","t#A{at}":{{"type":"structure","members":{{"a":{{"target":"t#A{}"}}}}}}"##,
                (at + 1) % 3000
            )
        })
        .collect();
    let lists: String = (0..3000)
        .map(|at| format!(r##","t#L{at}":{{"type":"list","member":{{"target":"t#L{}"}}}}"##, at + 1))
        .chain([
            r##","t#L3000":{"type":"string"},"t#I":{"type":"structure","members":{"l":{"target":"t#L0"}}}"##.to_owned()
        ])
        .collect();
    let members: Vec<String> = (0..5000)
        .map(|at| format!(r##""m{at}":{{"target":"smithy.api#String"}}"##))
        .collect();
    let wide = format!(
        r##","t#W":{{"type":"structure","members":{{{}}}}}"##,
        members.join(",")
    );
    let deep = format!(
        r##","t#D":{{"type":"structure","traits":{{"x":{}{}}}}}"##,
        "[".repeat(5000),
        "]".repeat(5000)
    );
    for (shapes, input) in [
        (&structures, "t#A0"),
        (&lists, "t#I"),
        (&wide, "t#W"),
        (&deep, "t#D"),
    ] {
        fs::write(&path, model(shapes, input)).expect("a file");
        assert!(survives(&path), "{input}");
    }
}

/// What fuzz targets feed, for which it is public.
#[expect(unreachable_pub)]
mod readers {
    include!("../../fuzz/codegen_readers.rs");
}

/// The examples of the fuzz targets, whole and damaged.
#[test]
fn readers_take_anything() {
    let mut random = Random(0x5851_f42d_4c95_7f2d);
    let readers = [
        ("model", readers::model as fn(&[u8])),
        ("names", readers::names),
        ("prose", readers::prose),
        ("source", readers::source),
    ];
    for (name, read) in readers {
        for example in fs::read_dir(support::root("fuzz/corpus").join(name))
            .expect("a corpus")
            .flatten()
        {
            let bytes = fs::read(example.path()).expect("a file");
            read(&bytes);
            for _ in 0..40 {
                let mut bytes = bytes.clone();
                for _ in 0..=random.below(6) {
                    let at = random.below(bytes.len());
                    let odd = b"\"\\\n\r\0{}[]#$`*/<>&;: \xff\xf0\x9f";
                    bytes[at] = odd[random.below(odd.len())];
                }
                read(&bytes);
            }
        }
    }
}

/// Amazon's own file of the project's service, unmodified, where it is.
#[test]
fn amazons_own_model() {
    let Some(folder) = support::amazons_models() else {
        return;
    };
    let files = support::models(folder.path());
    let codepipeline = files
        .iter()
        .find(|path| path.ends_with("codepipeline-2015-07-09.json"))
        .expect("CodePipeline");
    Generator::new(codepipeline)
        .render()
        .unwrap_or_else(|error| panic!("{error}"));
}
