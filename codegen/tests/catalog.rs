//! Catalogues: what is written is what is loaded, as a whole and for each operation; damaged files
//! are errors.

mod support;

use opsmith_codegen::{Arena, Generator};
use opsmith_schema::ShapeIndex;
use opsmith_schema::catalog::{
    Catalog as _, CatalogError, CatalogFile, Damage, Part, Section, write,
};
use opsmith_schema::commands::Commands;
use std::collections::HashMap;
use std::path::Path;

/// The catalogue of these services, as a file has it.
fn file(services: &[&Commands<'_>]) -> Vec<u8> {
    let sections: Vec<Section> = services
        .iter()
        .map(|commands| Section::of(commands).expect("a section"))
        .collect();
    let mut bytes = Vec::new();
    write(&sections, &mut bytes).expect("the bytes");
    bytes
}

fn open(bytes: Vec<u8>) -> Result<CatalogFile, CatalogError> {
    CatalogFile::from_bytes("test", bytes)
}

/// What differs between a service and its catalogue.
fn differences(commands: &Commands<'_>) -> Vec<String> {
    let word = commands.service.command;
    let catalog = open(file(&[commands])).expect("a catalogue");
    let arena = Arena::new();
    let load = |part| {
        catalog
            .load(word, part, &arena)
            .expect("a part")
            .expect("the service")
    };
    let mut wrong = Vec::new();
    if format!("{:?}", load(Part::All)) != format!("{commands:?}") {
        wrong.push(format!("{word} is another one"));
    }
    let words = load(Part::Words);
    if format!("{:?}", words.commands) != format!("{:?}", commands.commands)
        || !words.docs.is_empty()
        || !words.service.shapes.is_empty()
    {
        wrong.push(format!("the words of {word} are others"));
    }
    for (operation, command) in commands.service.operations.iter().zip(commands.commands) {
        let arena = Arena::new();
        let load = |part| {
            catalog
                .load(word, part, &arena)
                .expect("a part")
                .expect("the service")
        };
        let found = load(Part::Operation(operation.name));
        if !is_same(commands, found, operation.name) {
            wrong.push(format!("{word}: {} is another one", operation.name));
        }
        if let Some((loaded, _)) = commands
            .find(command.name)
            .and(load(Part::Command(command.name)).find(command.name))
            && loaded != command
        {
            wrong.push(format!(
                "{word}: the command {} is another one",
                command.name
            ));
        }
    }
    wrong
}

/// Whether an operation has the same shapes in both, and the second has no more than these.
fn is_same(all: &Commands<'_>, part: &Commands<'_>, name: &str) -> bool {
    let (Some(one), Some(other)) = (all.service.operation(name), part.service.operation(name))
    else {
        return false;
    };
    let tops = |operation: &opsmith_schema::Operation<'_>| -> Vec<Option<ShapeIndex>> {
        let errors = operation.errors.iter().copied().map(Some);
        [operation.input, operation.output]
            .into_iter()
            .chain(errors)
            .collect()
    };
    let (ones, others) = (tops(one), tops(other));
    if ones.len() != others.len() || one.traits != other.traits {
        return false;
    }
    let mut pairs: Vec<(ShapeIndex, ShapeIndex)> = Vec::new();
    for pair in ones.into_iter().zip(others) {
        match pair {
            (Some(one), Some(other)) => pairs.push((one, other)),
            (None, None) => {}
            _ => return false,
        }
    }
    let mut seen: HashMap<ShapeIndex, ShapeIndex> = HashMap::new();
    while let Some((one, other)) = pairs.pop() {
        if let Some(known) = seen.insert(one, other) {
            if known != other {
                return false;
            }
            continue;
        }
        let (one, other) = (all.service.shape(one), part.service.shape(other));
        let facts = |shape: &opsmith_schema::Shape<'_>| {
            let members = shape.members.iter();
            let members: Vec<_> = members
                .map(|member| format!("{} {:?} {:?}", member.name, member.flags, member.traits))
                .collect();
            format!(
                "{} {:?} {:?} {:?} {:?} {:?} {:?} {members:?}",
                shape.name,
                shape.kind,
                shape.flags,
                shape.min,
                shape.max,
                shape.values,
                shape.traits
            )
        };
        if facts(one) != facts(other) {
            return false;
        }
        let targets = one.members.iter().zip(other.members);
        pairs.extend(targets.map(|(one, other)| (one.target, other.target)));
    }
    let discovers = one.discovers_endpoint().is_some();
    discovers || (part.service.operations.len() == 1 && part.service.shapes.len() == seen.len())
}

#[test]
fn what_is_loaded_is_what_was_written() {
    let mut cases: Vec<Generator> = support::cases("golden")
        .iter()
        .map(|case| support::generator(case))
        .collect();
    cases.push(support::own());
    let mut checked = 0;
    for generator in cases {
        let arena = Arena::new();
        let Ok(service) = generator.lower(&arena) else {
            continue;
        };
        let wrong = differences(service.commands);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        checked += 1;
    }
    assert!(checked > 10, "{checked}");
}

/// All services of botocore: from a folder for each.
#[test]
fn all_services_are_the_same_from_a_catalogue() {
    let Some(data) = support::botocore() else {
        return;
    };
    let folders = support::subfolders(&data);
    let versions: Vec<_> = folders
        .iter()
        .filter_map(|folder| support::subfolders(folder).pop())
        .collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let wrong = std::sync::Mutex::new((0, Vec::new()));
    let work = || {
        while let Some(folder) =
            versions.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
        {
            let found = of_folder(folder);
            let mut wrong = wrong.lock().expect("the counts");
            wrong.0 += usize::from(found.is_some());
            wrong.1.extend(found.into_iter().flatten());
        }
    };
    std::thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(work))));
    let (checked, wrong) = wrong.into_inner().expect("the counts");
    println!("{checked} services");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(checked > 400, "{checked}");
}

fn of_folder(folder: &Path) -> Option<Vec<String>> {
    let arena = Arena::new();
    let service = Generator::new(folder).lower(&arena).ok()?;
    Some(differences(service.commands))
}

/// A byte that is another one is an error, or the same service comes out of it.
#[test]
fn damage_is_found() {
    let arena = Arena::new();
    let service = support::own().lower(&arena).expect("the service");
    let whole = file(&[service.commands]);
    let load = |bytes: Vec<u8>| -> Result<String, CatalogError> {
        let arena = Arena::new();
        let catalog = open(bytes)?;
        let loaded = catalog.load("codepipeline", Part::All, &arena)?;
        Ok(format!("{loaded:?}"))
    };
    let expected = load(whole.clone()).expect("the service");
    let mut random = support::Random(7);
    for round in 0..400 {
        let mut bytes = whole.clone();
        // The header and directory, where every bit counts, more often.
        let at = random.below(if round % 2 == 0 { 200 } else { bytes.len() });
        bytes[at] ^= 1 << random.below(8);
        if let Ok(loaded) = load(bytes) {
            assert!(
                loaded == expected,
                "another service with another byte at {at}"
            );
        }
        let len = random.below(whole.len());
        assert!(
            load(whole[..len].to_vec()).is_err(),
            "a file of {len} bytes"
        );
    }
    let error = |bytes: Vec<u8>| load(bytes).expect_err("an error").to_string();
    assert_eq!(error(b"PK".to_vec()), "test is not a catalogue");
    let mut other = whole.clone();
    other[8] = 200;
    assert_eq!(
        error(other),
        "the catalogue test has version 200 of the format, and this program reads version 1"
    );
    let mut other = whole.clone();
    *other.last_mut().expect("a byte") ^= 1;
    let found = load(other).expect_err("an error");
    assert!(
        matches!(found, CatalogError::Damaged(_, ref place, Damage::Checksum) if place == "codepipeline"),
        "{found}"
    );
}
