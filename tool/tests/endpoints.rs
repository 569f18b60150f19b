//! The published cases of endpoint rules, through whole calls: settings, credentials and input lead
//! to a URL, headers and a scope.

#[path = "../../tests/support/skipped.rs"]
mod skipped;

#[path = "endpoints/call.rs"]
mod call;

use call::{Case, Expected};
use opsmith_codegen::{Arena, Generator};
use opsmith_runtime::schema::Service;
use opsmith_runtime::schema::rules::Parameter;
use serde_json::{Map, Value, json};
use skipped::skipped;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the cases came to.
#[derive(Default)]
struct Counts {
    services: usize,
    held: usize,
    /// Cases that can't be calls, by reason.
    left: BTreeMap<&'static str, usize>,
    wrong: Vec<String>,
}

#[test]
fn published_cases_of_all_services() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/models/aws-smithy-2025-04.tar.zst");
    if !archive.exists() {
        return skipped("../shared/models does not exist");
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
    let Counts {
        services,
        held,
        left,
        wrong,
    } = counted(&files);
    println!("{held} calls by cases of {services} services hold; {left:?} can't be calls");
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    assert!(
        services > 350 && held > 13_000,
        "{services} services, {held} calls"
    );
}

/// The JSON files below a folder.
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

/// What the cases of all models come to, on as many threads as there are cores.
fn counted(files: &[PathBuf]) -> Counts {
    let counts = Mutex::new(Counts::default());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            let arena = Arena::new();
            let Some(model) = Model::read(file) else {
                continue;
            };
            let service = model.lowered(file, &arena);
            let verdicts: Vec<_> = model.cases(service).map(Case::verdict).collect();
            let mut counts = counts.lock().expect("no panic");
            counts.services += 1;
            for verdict in verdicts {
                match verdict {
                    Ok(None) => counts.held += 1,
                    Ok(Some(reason)) => *counts.left.entry(reason).or_default() += 1,
                    Err(problem) => counts.wrong.push(format!("{}: {problem}", file.display())),
                }
            }
        }
    };
    std::thread::scope(|scope| {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        (0..cores).for_each(|_| drop(scope.spawn(work)));
    });
    counts.into_inner().expect("no panic")
}

/// A model with cases.
struct Model {
    shapes: Map<String, Value>,
    /// The traits of its service.
    traits: Map<String, Value>,
}

impl Model {
    /// The model in a file, if its service has cases.
    fn read(file: &Path) -> Option<Model> {
        let model: Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
        let shapes = model["shapes"].as_object()?.clone();
        let service = shapes.values().find(|shape| shape["type"] == "service")?;
        let traits = service["traits"].as_object()?.clone();
        traits.get("smithy.rules#endpointTests")?;
        Some(Model { shapes, traits })
    }

    fn published(&self) -> &[Value] {
        let cases = &self.traits["smithy.rules#endpointTests"]["testCases"];
        cases.as_array().map_or(&[], Vec::as_slice)
    }

    /// An operation whose input changes nothing of the address but its path, for cases that name
    /// none, and an input for it.
    fn usual(&self) -> Option<(String, Value)> {
        let mut plain = self.shapes.iter().filter_map(|(id, shape)| {
            let traits = shape["traits"].to_string();
            let mut bound = ["smithy.api#endpoint", "ContextParams"].iter();
            let is_bound = bound.any(|part| traits.contains(part));
            let is_plain = shape["type"] == "operation" && !is_bound;
            let input = self.shapes.get(shape["input"]["target"].as_str()?);
            let input = input.map_or(&Value::Null, |input| &input["members"]);
            let is_plain = is_plain && !input.to_string().contains("smithy.rules#contextParam");
            let members = input.as_object().into_iter().flatten();
            let labels =
                members.filter(|(_, member)| !member["traits"]["smithy.api#httpLabel"].is_null());
            let labels = labels.map(|(name, _)| (name.clone(), json!("x")));
            let name = id.split_once('#').map_or(&**id, |(_, name)| name);
            is_plain.then(|| (name.to_owned(), Value::Object(labels.collect())))
        });
        let first = plain.next()?;
        // One without a path of its own, if there is any.
        let mut more = std::iter::once(first.clone()).chain(plain);
        let short = more.find(|(_, input)| input.as_object().is_some_and(Map::is_empty));
        short.or(Some(first))
    }

    /// The service with the operations of the cases; with all, if one of these is left out.
    fn lowered<'a>(&self, file: &Path, arena: &'a Arena) -> &'a Service<'a> {
        let inputs = self.published().iter().flat_map(inputs);
        let named = inputs.filter_map(|input| input["operationName"].as_str());
        let mut names: Vec<_> = named.map(str::to_owned).collect();
        names.extend(self.usual().map(|(name, _)| name));
        names.sort();
        names.dedup();
        let generator = || Generator::new(file);
        let some = match names.is_empty() {
            true => generator().lower(arena),
            false => generator().operations(names).lower(arena),
        };
        let lowered = some.or_else(|_| generator().lower(arena));
        let lowered = lowered.unwrap_or_else(|error| panic!("{error}"));
        lowered.commands.service
    }

    /// The calls that the cases describe.
    fn cases<'s>(&'s self, service: &'s Service<'s>) -> impl Iterator<Item = Case<'s>> {
        let usual = self.usual();
        self.published().iter().flat_map(move |case| {
            let usual = usual.clone();
            let inputs = match inputs(case) {
                [] => vec![Value::Null],
                inputs => inputs.to_vec(),
            };
            inputs.into_iter().map(move |input| {
                let (operation, given) = match input["operationName"].as_str() {
                    Some(name) => (
                        Some(name.to_owned()),
                        Some(input["operationParams"].clone()),
                    ),
                    None => usual.clone().unzip(),
                };
                let given = given.filter(|given| !given.is_null());
                Case {
                    service,
                    operation,
                    input: given.unwrap_or_else(|| json!({})),
                    parameters: self.parameters(service, case, &input),
                    expected: Expected(case["expect"].clone()),
                }
            })
        })
    }

    /// The parameters that the client of a case sets, by name; `None` if only inputs of operations
    /// can set them.
    fn parameters(
        &self,
        service: &Service<'_>,
        case: &Value,
        input: &Value,
    ) -> Option<Vec<(String, Value)>> {
        let known = service.endpoint.parameters;
        let mut found = Vec::new();
        let Some(built_in) = input["builtInParams"].as_object() else {
            let of_client = self.traits.get("smithy.rules#clientContextParams");
            for (name, value) in case["params"].as_object().into_iter().flatten() {
                let Parameter(_, built_in, _) = known.iter().find(|row| row.0 == name)?;
                let is_of_client = of_client.is_some_and(|known| known.get(name).is_some());
                if built_in.is_empty() && !is_of_client {
                    return None;
                }
                found.push((name.clone(), value.clone()));
            }
            return Some(found);
        };
        for (built_in, value) in built_in {
            let Parameter(name, ..) = known.iter().find(|row| row.1 == built_in)?;
            found.push(((*name).to_owned(), value.clone()));
        }
        for (name, value) in input["clientParams"].as_object().into_iter().flatten() {
            found.push((name.clone(), value.clone()));
        }
        Some(found)
    }
}

/// The operations of a case, with their inputs.
fn inputs(case: &Value) -> &[Value] {
    case["operationInputs"]
        .as_array()
        .map_or(&[], Vec::as_slice)
}
