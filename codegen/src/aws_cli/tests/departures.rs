//! Where commands and options of AWS CLI 2.36.7 depart from its models, read from the AWS CLI itself:
//! `departures.jsonl`, with the service's command, and the operation or option.

use crate::rust::{Operation, Service};
use opsmith_schema::Kind;
use opsmith_schema::commands::Change;
use serde_json::Value;
use std::collections::BTreeSet;

/// A departure: its kind, the words of service and operation, and the options that are added and
/// gone.
struct Departure {
    kind: String,
    service: String,
    command: String,
    added: Vec<String>,
    gone: Vec<String>,
}

fn all() -> impl Iterator<Item = Departure> {
    include_str!("departures.jsonl").lines().map(|line| {
        let row: Value = serde_json::from_str(line).expect("JSON");
        let text = |at: usize| row[at].as_str().expect("a text").to_owned();
        let texts = |at: usize| {
            let list = row.get(at).and_then(Value::as_array);
            let texts = list.into_iter().flatten().filter_map(Value::as_str);
            texts.map(str::to_owned).collect()
        };
        Departure {
            kind: text(1),
            service: text(2),
            command: text(3),
            added: texts(5),
            gone: texts(7),
        }
    })
}

/// The commands of services with departures.
pub(super) fn services() -> BTreeSet<String> {
    all().map(|departure| departure.service).collect()
}

/// The departures of the service with this command that are not ours, and how many were compared.
/// Those that `docs/differences.md` lists are left out: commands that the AWS CLI replaces, and
/// streams of events.
pub(super) fn unlike(word: &str, service: &Service<'_>) -> (usize, Vec<String>) {
    let mut compared = 0;
    let mut wrong = Vec::new();
    for departure in all().filter(|departure| departure.service == word) {
        compared += 1;
        let command = departure.command.as_str();
        let found = service.operations.iter();
        let found = found
            .filter(|found| is_called(found, command))
            .collect::<Vec<_>>();
        let is_missing = service
            .commands
            .missing
            .iter()
            .any(|(word, _)| *word == command);
        let same = match departure.kind.as_str() {
            "command added" => is_missing || !found.is_empty(),
            "command removed" => found.iter().all(|found| {
                service.events(found.output).is_some()
                    || found.command.changes.iter().any(|change| {
                        matches!(change, Change::Removed | Change::Hidden | Change::Split(_))
                    })
            }),
            "args" => found
                .iter()
                .any(|found| has_options(service, found, &departure)),
            _ => true,
        };
        if !same {
            let Departure {
                kind, added, gone, ..
            } = &departure;
            wrong.push(format!("{word} {command}: {kind} {added:?} {gone:?}"));
        }
    }
    (compared, wrong)
}

/// Whether the operation has a command of this word.
fn is_called(found: &Operation<'_>, word: &str) -> bool {
    let also = found.command.changes.iter().any(|change| match change {
        Change::Word(other) => *other == word,
        Change::Split(parts) => parts.iter().any(|part| part.name == word),
        _ => false,
    });
    found.command.name == word || also
}

/// Whether the options are there that were added, or refused, and those that went are not.
fn has_options(service: &Service<'_>, found: &Operation<'_>, departure: &Departure) -> bool {
    let names = names(service, found);
    let refused = |option: &str| {
        let mut changes = found.command.changes.iter();
        changes.any(|change| matches!(change, Change::Missing(missing, _) if *missing == option))
    };
    let is_file = |option: &str| option == "outfile" && has_bytes(service, found);
    // The option in place of which a refused one stands stays.
    let gone = |option: &String| {
        departure.added.iter().any(|added| refused(added)) || !names.contains(option)
    };
    departure
        .added
        .iter()
        .all(|added| names.contains(added) || refused(added) || is_file(added))
        && departure.gone.iter().all(gone)
}

/// Whether the result is bytes, or events of which one has bytes.
fn has_bytes(service: &Service<'_>, found: &Operation<'_>) -> bool {
    let output = found.output.and_then(|output| service.at(output));
    let members = output.map_or(&[][..], |output| &output.members);
    let is_blob = |target| {
        service
            .at(target)
            .is_some_and(|shape| shape.kind == Kind::Blob)
    };
    members.iter().any(|member| is_blob(member.target))
        || found
            .command
            .changes
            .iter()
            .any(|change| matches!(change, Change::Outfile(..)))
}

/// The names of the options that are shown, with further names.
fn names(service: &Service<'_>, found: &Operation<'_>) -> BTreeSet<String> {
    let input = found.input.and_then(|input| service.at(input));
    let members = input.map_or(&[][..], |input| &input.members);
    let is_flag = |target| {
        service
            .at(target)
            .is_some_and(|shape| shape.kind == Kind::Boolean)
    };
    let mut names = BTreeSet::new();
    let pairs = members.iter().zip(found.command.options);
    for (option, flag) in pairs.map(|(member, option)| (*option, is_flag(member.target))) {
        names.insert(option.to_owned());
        names.extend(flag.then(|| format!("no-{option}")));
    }
    for change in found.command.changes {
        match change {
            Change::Hoist(hoist) => {
                // Which of them is a flag only the command knows.
                names.insert(hoist.option.to_owned());
                names.insert(format!("no-{}", hoist.option));
            }
            Change::Save(save) => {
                let options = [save.option, save.by].into_iter();
                let options = options.filter_map(|option| option.strip_prefix("--"));
                names.extend(options.map(str::to_owned));
            }
            Change::Alias(_, other) => names.extend([(*other).to_owned()]),
            Change::Switch(option) => names.extend([format!("no-{option}")]),
            _ => {}
        }
    }
    for change in found.command.changes {
        match change {
            Change::Negative(option, no) => {
                names.remove(&format!("no-{option}"));
                names.insert((*no).to_owned());
            }
            Change::Unlisted(option) => {
                names.remove(*option);
            }
            _ => {}
        }
    }
    names
}
