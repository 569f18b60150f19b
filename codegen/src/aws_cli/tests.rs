//! Checks the facts against botocore's models: every service has the AWS CLI's command word, and
//! every fact has an effect.

mod departures;

use super::{AwsCli, Service, facts};
use crate::lower::dashed;
use crate::rust::{self, Operation};
use crate::{Arena, Error, Generator};
use opsmith_schema::ShapeIndex;
use opsmith_schema::commands::{Change, Save, Shown};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn read() -> &'static AwsCli {
    let (facts, problem) = facts();
    assert_eq!(problem, &None);
    facts
}

#[test]
fn the_facts_can_be_read() {
    assert!(read().services.len() > 100 && read().globals.len() > 20);
    // A word that the rule derives needs no fact.
    for (sdk_id, service) in &read().services {
        assert_ne!(service.command, Some(dashed(sdk_id)), "{sdk_id}");
    }
}

#[test]
fn words_that_belong_together_are_one() {
    for (name, word) in [
        ("CreateCachediSCSIVolume", "create-cached-iscsi-volume"),
        (
            "ListHITsForQualificationType",
            "list-hits-for-qualification-type",
        ),
        ("CreateOAuth2TokenWithIAM", "create-oauth2-token-with-iam"),
        (
            "PutWhatsAppBusinessAccountEventDestinations",
            "put-whatsapp-business-account-event-destinations",
        ),
        ("StartOTelEnrichment", "start-otel-enrichment"),
    ] {
        assert_eq!(crate::lower::kebab(&read().joined(name)), word);
    }
}

/// The newest version of each service in botocore's data folder, by its name there, when the
/// environment names the folder.
pub(crate) fn botocore() -> BTreeMap<String, PathBuf> {
    release("OPSMITH_BOTOCORE")
}

/// The same of the release whose data folder a variable names.
fn release(variable: &str) -> BTreeMap<String, PathBuf> {
    let Some(data) = std::env::var_os(variable).map(PathBuf::from) else {
        crate::skipped::skipped(&format!("{variable} names no data folder of botocore"));
        return BTreeMap::new();
    };
    let folders = |path: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(path)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path());
        let mut folders: Vec<_> = entries.filter(|path| path.is_dir()).collect();
        folders.sort();
        folders
    };
    let name = |path: &Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .expect("a name")
    };
    folders(&data)
        .iter()
        .filter_map(|service| Some((name(service), folders(service).pop()?)))
        .collect()
}

/// The SDK id of a service of botocore's.
pub(crate) fn sdk_id(folder: &Path) -> String {
    let sources = crate::import::Sources::read(folder).unwrap_or_else(|error| panic!("{error}"));
    let model: serde_json::Value = serde_json::from_str(&sources.service.text).expect("JSON");
    model["metadata"]["serviceId"]
        .as_str()
        .expect("an id")
        .to_owned()
}

#[test]
fn every_service_of_botocore_has_the_word_of_the_aws_cli() {
    let facts = read();
    // botocore names its folders as the AWS CLI its commands, but for these. One service has two
    // folders.
    let others = [
        ("agenttoolkit", "agent-toolkit"),
        ("codedeploy", "deploy"),
        ("config", "configservice"),
        ("s3", "s3api"),
        ("sms-voice", "pinpoint-sms-voice"),
    ];
    let services = botocore();
    for (name, folder) in &services {
        let expected = others
            .iter()
            .find(|(other, _)| other == name)
            .map_or(name.as_str(), |(_, word)| word);
        let sdk_id = sdk_id(folder);
        assert_eq!(
            facts.service(&sdk_id).command().unwrap_or(&dashed(&sdk_id)),
            expected,
            "{sdk_id}"
        );
    }
    println!("{} services have the word of the AWS CLI", services.len());
}

/// Services that no release of botocore has in its newest version: the first is in the AWS CLI alone,
/// the second is what the API of EventBridge was called in an older version.
const ELSEWHERE: &[&str] = &["AgentToolkit", "CloudWatch Events"];

/// The services of the newest release, and those that only the older one has; none if either is
/// missing.
fn both_releases() -> Vec<PathBuf> {
    let (newest, mut older) = (botocore(), release("OPSMITH_BOTOCORE_2025_04"));
    older.retain(|name, _| !newest.contains_key(name));
    if newest.is_empty() || older.is_empty() {
        return Vec::new();
    }
    newest.into_values().chain(older.into_values()).collect()
}

#[test]
fn every_row_is_about_something_and_every_departure_of_the_aws_cli_has_one() {
    let mut rows = 0;
    let mut compared = 0;
    let with_departures = departures::services();
    let mut checked = BTreeSet::new();
    let mut wrong = Vec::new();
    let folders = both_releases();
    for folder in &folders {
        let sdk_id = sdk_id(folder);
        let facts = read().services.get(&sdk_id);
        let word = facts.and_then(|facts| facts.command.clone());
        let word = word.unwrap_or_else(|| dashed(&sdk_id));
        if facts.is_none() && !with_departures.contains(&word) {
            continue;
        }
        let arena = Arena::new();
        match Generator::new(folder).lower(&arena) {
            Ok(service) => {
                if let Some(facts) = facts {
                    let found = idle(facts, &service);
                    rows += found.0;
                    wrong.extend(found.1.into_iter().map(|row| format!("{sdk_id}: {row}")));
                }
                let found = departures::unlike(&word, &service);
                compared += found.0;
                wrong.extend(found.1);
            }
            Err(Error::Model(problems))
                if problems
                    .iter()
                    .any(|problem| problem.problem.contains("offers only")) => {}
            Err(error) => wrong.push(format!("{sdk_id}: {error}")),
        }
        checked.insert(sdk_id);
    }
    println!("{compared} departures of the AWS CLI were compared");
    println!("{rows} rows of {} services were checked", checked.len());
    // A name that no service has would make its rows idle without a word.
    for sdk_id in read().services.keys().filter(|_| !folders.is_empty()) {
        if checked.contains(sdk_id) == ELSEWHERE.contains(&sdk_id.as_str()) {
            wrong.push(format!(
                "{sdk_id}: no release of botocore has it, or it is listed in vain"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks a fact: its table and key, and what an operation with it has.
type Check<'c> = dyn FnMut(&str, &str, &dyn Fn(&Operation<'_>, Option<&str>) -> bool) + 'c;

/// The facts about calls.
/// Whether an output has the part that an option saves.
fn is_there(service: &rust::Service<'_>, output: Option<ShapeIndex>, save: &Save<'_>) -> bool {
    let member = |shape, name: &str| Some(service.at(shape)?.member(name)?.1.target);
    let part = output.and_then(|output| {
        save.path
            .iter()
            .try_fold(output, |at, name| member(at, name))
    });
    part.is_some_and(|part| save.of.iter().all(|name| member(part, name).is_some()))
}

fn idle_calls(facts: &Service, check: &mut Check<'_>) {
    let any = |found: &Operation<'_>, is: &dyn Fn(&Change<'_>) -> bool| {
        found.command.changes.iter().any(is)
    };
    for (key, parts) in &facts.split {
        let renamed = |option: &&str| parts.values().any(|part| part.contains_key(*option));
        check("split", key, &|found, _| {
            found.command.name == key
                && parts.values().all(|part| {
                    let known = found.command.options.iter().copied().filter(renamed);
                    known.count() == part.len()
                })
                && any(found, &|change| matches!(change, Change::Split(_)))
        });
    }
    for key in &facts.endpoint_url {
        check("endpoint-url", key, &|found, _| {
            found.command.name == key && any(found, &|change| *change == Change::NeedsUrl)
        });
    }
    for key in facts.page_size.keys() {
        check("page-size", key, &|found, _| {
            found.command.name == key
                && any(found, &|change| matches!(change, Change::PageSize(..)))
        });
    }
    for (key, send) in &facts.send {
        assert_eq!(send.sent(&Arena::new()).count(), 1, "{key}");
        check("send", key, &|found, member| {
            any(
                found,
                &|change| matches!(change, Change::Send(of, _) if Some(*of) == member),
            )
        });
    }
    for (operation, gather) in &facts.gather {
        for member in gather.members.keys() {
            check(
                "gather",
                &format!("{operation}.{member}"),
                &|found, member| {
                    any(found, &|change| match change {
                        Change::Gather(gather) => gather
                            .members
                            .iter()
                            .any(|(known, _)| Some(*known) == member),
                        _ => false,
                    })
                },
            );
        }
    }
    for (operation, shown) in &facts.show {
        for (how, path) in shown.iter().flat_map(|(how, paths)| {
            let paths = paths.iter();
            paths.map(move |path| (how, path))
        }) {
            let shown = Shown::from_word(how).unwrap_or_else(|| panic!("{operation}: {how}"));
            check("show", &format!("{operation}.{path}"), &|found, path| {
                let path: Vec<_> = path.unwrap_or_default().split('.').collect();
                any(found, &|change| *change == Change::Show(&path, shown))
            });
        }
    }
    for how in facts.show_shape.keys() {
        assert!(Shown::from_word(how).is_some(), "{how}");
    }
}

/// The number of facts, and those that change nothing.
fn idle(facts: &Service, service: &rust::Service<'_>) -> (usize, Vec<String>) {
    let mut rows = 0;
    let mut idle = Vec::new();
    let mut check =
        |table: &str, key: &str, holds: &dyn Fn(&Operation<'_>, Option<&str>) -> bool| {
            rows += 1;
            let (operation, option) = key
                .split_once('.')
                .map_or((key, None), |(operation, option)| (operation, Some(option)));
            let mut about = service.operations.iter().filter(|found| {
                operation == "*" || found.command.name == operation || option.is_none()
            });
            if !about.any(|found| holds(found, option)) {
                idle.push(format!("{table} {key}"));
            }
        };
    let has = |found: &Operation<'_>, change: Change<'_>| found.command.changes.contains(&change);
    for (key, to) in &facts.rename {
        check("rename", key, &|found, option| match option {
            Some(option) => {
                let refused = option.strip_prefix("no-");
                found.command.options.contains(&to.as_str())
                    || refused.is_some_and(|option| has(found, Change::Negative(option, to)))
            }
            None => found.command.name == to,
        });
    }
    for (key, to) in &facts.alias {
        check("alias", key, &|found, option| match option {
            Some(option) => has(found, Change::Alias(option, to)),
            None => has(found, Change::Word(to)),
        });
    }
    /// The change that a name of a list makes of an option.
    type OfOption = fn(&str) -> Change<'_>;
    let lists: [(&Vec<String>, OfOption, _); 6] = [
        (&facts.hide, |o| Change::Unlisted(o), Some(Change::Hidden)),
        (
            &facts.remove,
            |o| Change::Unlisted(o),
            Some(Change::Removed),
        ),
        (&facts.optional, |o| Change::Optional(o), None),
        (&facts.single_page, |o| Change::SinglePage(o), None),
        (&facts.bare, |o| Change::Bare(o), None),
        (&facts.zip, |o| Change::Zip(o), None),
    ];
    for (list, of_option, mark) in lists {
        for key in list {
            check("list", key, &|found, option| match option {
                Some(option) => has(found, of_option(option)),
                None => found.command.name == key && mark.is_some_and(|mark| has(found, mark)),
            });
        }
    }
    for (key, place) in &facts.outfile {
        check("outfile", key, &|found, _| {
            let (event, member) = place.split_once('.').unwrap_or_default();
            let events = service.events(found.output).and_then(|at| service.at(at));
            let event = events.and_then(|events| events.member(event));
            let shape = event.and_then(|(_, event)| service.at(event.target));
            found.command.name == key && shape.is_some_and(|shape| shape.member(member).is_some())
        });
    }
    for key in facts.hoist.keys() {
        check("hoist", key, &|found, option| {
            found.command.changes.iter().any(
                |change| matches!(change, Change::Hoist(hoist) if Some(hoist.option) == option),
            )
        });
    }
    for (key, save) in &facts.save {
        check("save", key, &|found, option| {
            found.command.changes.iter().any(|change| {
                matches!(change, Change::Save(save) if save.option.strip_prefix("--") == option && is_there(service, found.output, save))
            })
        });
        assert!(!save.path.is_empty(), "{key}");
    }
    if facts.switches {
        let is_switch = |change: &Change<'_>| matches!(change, Change::Switch(_));
        check("switches", "*", &|found, _| {
            found.command.changes.iter().any(is_switch)
        });
    }
    idle_calls(facts, &mut check);
    for shape in facts.show_shape.values().flatten() {
        assert!(service.shape_named(shape).is_some(), "{shape}");
    }
    for (key, nearest) in &facts.own {
        let is_known = |found: &Operation<'_>| {
            nearest.is_empty() || nearest.starts_with("--") || found.command.name == nearest
        };
        check("own", key, &|found, option| {
            is_known(found)
                && option.is_none_or(|option| has(found, Change::Missing(option, nearest)))
        });
        assert!(
            service
                .operations
                .iter()
                .all(|found| found.command.name != key || has(found, Change::Removed)),
            "{key} is an operation"
        );
    }
    (rows, idle)
}
