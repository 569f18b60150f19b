//! Whole corpora: every service that speaks AWS JSON, in botocore's data and in Amazon's own
//! models, becomes code; the others are refused for their protocol.

mod support;

use opsmith_codegen::{Arena, Error, Generator, rust};
use opsmith_schema::rules::{Expression, Rule};
use opsmith_schema::{Auth, Service, Trait};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a corpus came to.
#[derive(Default, Debug)]
struct Counts {
    services: usize,
    /// Each service with the number of its operations.
    each: Vec<String>,
    operations: usize,
    omitted: usize,
    files: usize,
    bytes: usize,
    refused: usize,
    /// Operations whose requests are not signed, and those whose address is discovered.
    unsigned: usize,
    discovered: usize,
    /// Operations that answer with a stream of events.
    events: usize,
    /// How operations are authenticated, and how many are so; and the same of endpoints.
    schemes: BTreeMap<String, usize>,
    /// Operations whose body is not signed.
    unsigned_payloads: Vec<String>,
    /// Operations that have pages, and waiters.
    pages: usize,
    waiters: usize,
    /// Operations whose pages are not followed, with the reasons.
    unpaged: Vec<String>,
    wrong: Vec<String>,
}

/// Generates all of each model, on as many threads as there are cores.
fn generate(models: &[PathBuf]) -> Counts {
    let counts = Mutex::new(Counts::default());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(model) = models.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = one(model);
            let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
            found(&mut counts);
        }
    };
    std::thread::scope(|scope| {
        (0..std::thread::available_parallelism().map_or(2, usize::from))
            .for_each(|_| drop(scope.spawn(work)));
    });
    counts.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Generates all of a model; what that adds to the counts.
fn one(model: &Path) -> Box<dyn FnOnce(&mut Counts)> {
    let generator = Generator::new(model);
    let arena = Arena::new();
    let made = generator.lower(&arena).and_then(|service| {
        let sizes = (service.operations.len(), service.omitted.len());
        Ok((
            clashes(&service),
            paging(&service),
            sizes,
            facts(&service),
            authentication(&service),
            generator.emit(&service)?,
        ))
    });
    let name = model.display().to_string();
    // botocore has a folder for each version, in the folder of the service.
    let folder = model.is_dir().then(|| model.parent()).flatten();
    let service = folder.unwrap_or(model).file_stem().unwrap_or_default();
    let service = service.to_string_lossy().into_owned();
    match made {
        Ok((
            clashes,
            (pages, waiters, unpaged),
            (operations, omitted),
            (unsigned, discovered, events),
            (schemes, unsigned_payloads),
            files,
        )) => Box::new(move |counts| {
            counts.wrong.extend(
                clashes
                    .into_iter()
                    .map(|option| format!("{name}: {option} is a command's own option")),
            );
            counts.services += 1;
            counts.each.push(format!("{service} {operations}"));
            counts.operations += operations;
            counts.omitted += omitted;
            counts.unsigned += unsigned;
            counts.discovered += discovered;
            counts.events += events;
            for scheme in schemes {
                *counts.schemes.entry(scheme).or_default() += 1;
            }
            counts.unsigned_payloads.extend(
                unsigned_payloads
                    .into_iter()
                    .map(|operation| format!("{name} {operation}")),
            );
            counts.files += files.len();
            counts.bytes += files.values().map(String::len).sum::<usize>();
            counts.unpaged.extend(
                unpaged
                    .into_iter()
                    .map(|reason| format!("{name}: {reason}")),
            );
            counts.pages += pages;
            counts.waiters += waiters;
            let unparsed = files
                .iter()
                .filter(|(_, text)| syn::parse_file(text).is_err());
            counts
                .wrong
                .extend(unparsed.map(|(file, _)| format!("{name}: {file} does not parse")));
        }),
        Err(Error::Model(problems))
            if problems
                .iter()
                .any(|problem| is_of_another_protocol(&problem.problem)) =>
        {
            Box::new(|counts| counts.refused += 1)
        }
        Err(error) => Box::new(move |counts| counts.wrong.push(format!("{name}: {error}"))),
    }
}

/// How many operations are unsigned, how many have their address from endpoint discovery, and how
/// many answer with a stream of events.
fn facts(service: &rust::Service<'_>) -> (usize, usize, usize) {
    let operations = || service.operations.iter();
    (
        operations()
            .filter(|operation| service.auth(operation).is_empty())
            .count(),
        operations()
            .filter(|operation| operation.discovers_endpoint().is_some())
            .count(),
        operations()
            .filter(|operation| service.events(operation.output).is_some())
            .count(),
    )
}

/// The schemes of each operation and of each endpoint, and the operations whose body is not signed.
fn authentication(service: &rust::Service<'_>) -> (Vec<String>, Vec<String>) {
    let of_operation = |operation: &rust::Operation<'_>| {
        let schemes = service.auth(operation).iter().map(Auth::id);
        let schemes: Vec<_> = schemes.collect();
        format!("operation: {}", schemes.join(", "))
    };
    let mut found: Vec<_> = service.operations.iter().map(of_operation).collect();
    let schema: &Service<'_> = service;
    schemes_of_rules(schema.endpoint.rules, &mut found);
    let unsigned = service.operations.iter();
    let unsigned = unsigned.filter(|operation| operation.traits.contains(&Trait::UnsignedPayload));
    (
        found,
        unsigned
            .map(|operation| operation.name.to_owned())
            .collect(),
    )
}

/// The names in `authSchemes` of each endpoint.
fn schemes_of_rules(rules: &[Rule<'_>], found: &mut Vec<String>) {
    for rule in rules {
        match rule {
            Rule::Tree(_, rules) => schemes_of_rules(rules, found),
            Rule::Endpoint(_, _, properties, _) => {
                let listed = properties.iter().find(|(name, _)| *name == "authSchemes");
                let Some((_, Expression::List(schemes))) = listed else {
                    continue;
                };
                let name = |scheme: &Expression<'_>| match scheme {
                    Expression::Map(entries) => entries.iter().find_map(|entry| match entry {
                        ("name", Expression::Text(name)) => Some((*name).to_owned()),
                        _ => None,
                    }),
                    _ => None,
                };
                let names: Vec<_> = schemes.iter().map(name).collect();
                let names: Option<Vec<_>> = names.into_iter().collect();
                let names = names.expect("each scheme has a name");
                found.push(format!("endpoint: {}", names.join(", ")));
            }
            Rule::Error(..) => {}
        }
    }
}

/// Options of members that are named like options of the command's own, which are `--local` and
/// begin with `--cli-`.
fn clashes(service: &rust::Service<'_>) -> Vec<String> {
    let options = service.operations.iter().flat_map(|operation| {
        operation
            .command
            .options
            .iter()
            .map(move |o| (operation, o))
    });
    let clashing = options.filter(|(_, option)| **option == "local" || option.starts_with("cli-"));
    clashing
        .map(|(operation, option)| format!("{} --{option}", operation.command.name))
        .collect()
}

/// How many operations have pages, how many waiters there are, and why pages are not supported.
fn paging(service: &rust::Service<'_>) -> (usize, usize, Vec<String>) {
    let operations = || service.operations.iter();
    let unpaged = operations().filter_map(|operation| {
        let reason = operation.unpaged()?;
        Some(format!("the pages of {}: {reason}", operation.name))
    });
    (
        operations()
            .filter(|operation| operation.pagination().is_some())
            .count(),
        operations().map(|operation| operation.waiters.len()).sum(),
        unpaged.collect(),
    )
}

fn is_of_another_protocol(problem: &str) -> bool {
    problem.starts_with("the service offers only ")
}

/// `unpaged_most`: how many operations may say that they have pages, and not which list grows with
/// them.
fn report(corpus: &str, counts: &Counts, least: usize, unpaged_most: usize) {
    let Counts {
        services,
        operations,
        omitted,
        files,
        bytes,
        refused,
        unsigned,
        discovered,
        events,
        pages,
        waiters,
        ..
    } = counts;
    let Counts { unpaged, wrong, .. } = counts;
    report_schemes(counts);
    let mut each = counts.each.clone();
    each.sort();
    // Not by `println`, so that it is in the log of CI when the test passes.
    let _ = writeln!(
        std::io::stderr(),
        "{corpus}: {services} services with {operations} operations became {files} files of {} MB; {omitted} operations were \
         left out; {events} answer with a stream of events; {refused} services speak another protocol; {unsigned} operations are unsigned, {discovered} have \
         an address that is discovered, {pages} have pages; there are {waiters} waiters\n{corpus}, operations of each service: {}",
        bytes / 1_000_000,
        each.join(", ")
    );
    println!(
        "pages that are not followed: {}\n{}",
        unpaged.len(),
        unpaged.join("\n")
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unnamed = unpaged
        .iter()
        .all(|reason| reason.ends_with("no list grows with the pages"));
    assert!(
        unnamed && unpaged.len() <= unpaged_most,
        "pages are not followed"
    );
    assert!(
        *unsigned >= 35 && *discovered >= 70,
        "{unsigned} unsigned, {discovered} discovered"
    );
    assert!(*events >= 13, "only {events} answer with events");
    assert!(*services >= least, "only {services} services were found");
}

/// The schemes that the runtime has, by their ids in models and their names in endpoint rules.
const SCHEMES: &[&str] = &[
    "aws.auth#sigv4",
    "aws.auth#sigv4a",
    "smithy.api#httpBearerAuth",
    "sigv4",
    "sigv4a",
    "sigv4-s3express",
];

/// Each way to authenticate is one that the runtime has, or it is refused by name.
fn report_schemes(counts: &Counts) {
    let mut refused = 0;
    for (found, number) in &counts.schemes {
        let (_, schemes) = found.split_once(": ").expect("what has the schemes");
        let of_runtime = |scheme: &str| SCHEMES.contains(&scheme);
        let has = schemes.is_empty() || schemes.split(", ").any(of_runtime);
        println!("{number} × {found}{}", if has { "" } else { " (refused)" });
        if !has {
            assert_eq!(schemes, "AWS Signature Version 2");
            refused += number;
        }
    }
    println!(
        "{refused} operations are refused; bodies that are not signed: {:#?}",
        counts.unsigned_payloads
    );
    assert!(refused <= 20 && counts.unsigned_payloads.len() >= 6);
}

/// The folders of botocore's services, of each version.
fn botocore(data: &Path) -> Vec<PathBuf> {
    let versions = support::subfolders(data)
        .into_iter()
        .flat_map(|service| support::subfolders(&service));
    versions
        .filter(|folder| folder.join("service-2.json.gz").exists())
        .collect()
}

#[test]
fn all_of_botocore() {
    let Some(data) = support::botocore() else {
        return;
    };
    report("botocore", &generate(&botocore(&data)), 470, 0);
}

/// The services that people use most, the largest, and some of every protocol; `.ci/crates` compiles
/// all of them.
#[test]
fn crates_of_botocore_compile_without_a_warning() {
    let Some(data) = support::botocore() else {
        return;
    };
    let large = "sagemaker quicksight dynamodb ecs";
    let others = "s3 ec2 iam lambda sts sns cloudformation cloudfront route53 bedrock-runtime eks \
                  partnercentral-revenue-measurement";
    let small = "codecommit codepipeline cognito-idp events firehose kinesis kms logs organizations \
                 route53resolver secretsmanager servicediscovery sqs stepfunctions wafv2 athena";
    let crates: Vec<_> = large
        .split_whitespace()
        .chain(small.split_whitespace())
        .chain(others.split_whitespace())
        .filter_map(|service| {
            let version = support::subfolders(&data.join(service)).pop()?;
            let generator = Generator::new(version);
            Some((service.to_owned(), generator))
        })
        .collect();
    println!("{} crates are compiled", crates.len());
    assert!(crates.len() >= 32);
    support::check_crates("botocore", &crates).unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn all_of_amazons_own_models() {
    let Some(folder) = support::amazons_models() else {
        return;
    };
    report(
        "Amazon's models",
        &generate(&support::models(folder.path())),
        400,
        14,
    );
}
