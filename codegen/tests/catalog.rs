//! Catalogues: what is written is what is loaded, as a whole and for each operation; damaged files
//! are errors.

mod support;

use opsmith_codegen::{Arena, Generator};
use opsmith_schema::catalog::{
    Catalog as _, CatalogError, CatalogFile, Damage, Part, Section, write,
};
use opsmith_schema::commands::{Commands, command};
use opsmith_schema::{
    Delay, Kind, Service, ShapeIndex, Trait, Waiter, member, operation, structure,
};
use std::collections::{HashMap, HashSet};
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
    let words = catalog.words(word, &arena).expect("the words");
    if words.expect("the service") != commands.words() {
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
        if !is_page(commands, load(Part::Page(command.name)), command.name) {
            wrong.push(format!(
                "{word}: the page of {} is another one",
                command.name
            ));
        }
        if !has_options(commands, load(Part::Options(command.name)), command.name) {
            wrong.push(format!(
                "{word}: the options of {} are others",
                command.name
            ));
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

/// Whether a part has all documentation of its operation and shapes, and no other; and neither errors
/// nor endpoint rules.
fn is_page(all: &Commands<'_>, part: &Commands<'_>, word: &str) -> bool {
    let [found] = part.service.operations else {
        return part.service.operations.is_empty() && all.find(word).is_none();
    };
    // A set, because the largest service has 700 operations and 50,000 texts.
    let names = part.service.shapes.iter().map(|shape| shape.name);
    let names: HashSet<_> = names.chain([found.name]).collect();
    let named = |id: &str| id.split('$').next().is_some_and(|id| names.contains(id));
    let docs = all.docs.iter().filter(|(id, _)| named(id));
    docs.eq(part.docs) && found.errors.is_empty() && part.service.endpoint.rules.is_empty()
}

/// Whether a part has the whole input of its operation, and of the output the members and their kinds.
fn has_options(all: &Commands<'_>, part: &Commands<'_>, word: &str) -> bool {
    let (Some((_, one)), Some((_, other))) = (all.find(word), part.find(word)) else {
        return all.find(word).is_none();
    };
    let inputs = |operation: &opsmith_schema::Operation<'_>| vec![operation.input];
    other.errors.is_empty()
        && kinds(all, one.output) == kinds(part, other.output)
        && same_shapes(all, part, inputs(one), inputs(other)).is_some()
}

/// The members of a structure, with the kind of each.
fn kinds<'a>(commands: &Commands<'a>, structure: Option<ShapeIndex>) -> Vec<(&'a str, Kind)> {
    let shape = structure.map(|index| *commands.service.shape(index));
    let members = shape.into_iter().flat_map(|shape| shape.members);
    let kinds = members.map(|member| (member.name, commands.service.shape(member.target).kind));
    kinds.collect()
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
    if one.traits != other.traits {
        return false;
    }
    let Some(seen) = same_shapes(all, part, tops(one), tops(other)) else {
        return false;
    };
    let discovers = one.discovers_endpoint().is_some();
    discovers || (part.service.operations.len() == 1 && part.service.shapes.len() == seen)
}

/// The number of shapes that these lead to, if they are the same in both.
fn same_shapes(
    all: &Commands<'_>,
    part: &Commands<'_>,
    ones: Vec<Option<ShapeIndex>>,
    others: Vec<Option<ShapeIndex>>,
) -> Option<usize> {
    if ones.len() != others.len() {
        return None;
    }
    let mut pairs: Vec<(ShapeIndex, ShapeIndex)> = Vec::new();
    for pair in ones.into_iter().zip(others) {
        match pair {
            (Some(one), Some(other)) => pairs.push((one, other)),
            (None, None) => {}
            _ => return None,
        }
    }
    let mut seen: HashMap<ShapeIndex, ShapeIndex> = HashMap::new();
    while let Some((one, other)) = pairs.pop() {
        if let Some(known) = seen.insert(one, other) {
            if known != other {
                return None;
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
            return None;
        }
        let targets = one.members.iter().zip(other.members);
        pairs.extend(targets.map(|(one, other)| (one.target, other.target)));
    }
    Some(seen.len())
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
        "the catalogue test has version 200 of the format, and this program reads version 3"
    );
    let mut other = whole.clone();
    *other.last_mut().expect("a byte") ^= 1;
    let found = load(other).expect_err("an error");
    assert!(
        matches!(found, CatalogError::Damaged(_, ref place, Damage::Checksum) if place == "codepipeline"),
        "{found}"
    );
}

/// A service with two operations, each with a long documentation that is hard to compress, and a waiter.
fn documented(arena: &Arena) -> Commands<'_> {
    let text = |seed| {
        let mut random = support::Random(seed);
        let letters = (0..60_000).map(|_| char::from(b'!' + random.below(90) as u8));
        arena.text(&letters.collect::<String>())
    };
    let shapes = arena.list([structure("OneInput", &[]), structure("TwoInput", &[])]);
    let waiters = arena.list([Waiter {
        name: "TwoDone",
        delay: Delay::Fixed(1),
        attempts: 2,
        acceptors: &[],
    }]);
    let service = arena.item(Service {
        id: "test#Things",
        command: "things",
        title: "All Things",
        target_prefix: "TargetOfAllThings",
        operations: arena.list([
            operation("One", Some(0), None),
            operation("Two", Some(1), None).with(arena.list([Trait::Waitable(waiters)])),
        ]),
        shapes,
        ..Service::NONE
    });
    let commands = arena.list([
        command("one", &[]),
        command("two", &[]).waiters(&["two-done"]),
    ]);
    let docs = arena.list([
        ("One", text(1)),
        ("OneInput", "The input of one."),
        ("Things", "What things are."),
        ("Two", text(2)),
        ("TwoInput", "The input of two."),
    ]);
    Commands::new(service, commands, docs)
}

/// A page reads the documentation that it shows: damage elsewhere does not matter.
#[test]
fn a_page_reads_only_its_blocks() {
    let arena = Arena::new();
    let commands = documented(&arena);
    let mut bytes = file(&[&commands]);
    // The last byte belongs to the last block, which has no text about the first operation.
    *bytes.last_mut().expect("a byte") ^= 1;
    let catalog = open(bytes).expect("a catalogue");
    let page = |part| catalog.load("things", part, &arena);
    let one = page(Part::Page("one"))
        .expect("a page")
        .expect("the service");
    let ids = |commands: &Commands<'_>| -> Vec<String> {
        commands
            .docs
            .iter()
            .map(|(id, _)| (*id).to_owned())
            .collect()
    };
    assert_eq!(ids(one), ["One", "OneInput"]);
    assert_eq!(one.doc("One"), commands.doc("One"));
    for part in [Part::Page("two"), Part::All] {
        let error = page(part).expect_err("a checksum");
        assert!(
            matches!(error, CatalogError::Damaged(_, _, Damage::Checksum)),
            "{error}"
        );
    }
    // What has no documentation is there.
    for part in [Part::Command("two"), Part::Options("two"), Part::Schema] {
        assert_eq!(
            ids(page(part).expect("a part").expect("the service")).len(),
            0
        );
    }
}

/// Words are read without the schema: damage of that does not matter.
#[test]
fn words_are_read_without_the_schema() {
    let arena = Arena::new();
    let commands = documented(&arena);
    let mut bytes = file(&[&commands]);
    let schema = b"TargetOfAllThings";
    let mut places = bytes.windows(schema.len());
    let at = places
        .position(|found| found == schema)
        .expect("the schema");
    bytes[at] ^= 1;
    let catalog = open(bytes).expect("a catalogue");
    let words = catalog
        .words("things", &arena)
        .expect("words")
        .expect("the service");
    assert_eq!(words, commands.words());
    assert_eq!(
        words.all().collect::<Vec<_>>(),
        ["one", "two", "wait", "help"]
    );
    assert_eq!(
        (words.title, words.about),
        ("All Things", "What things are.")
    );
    assert_eq!(catalog.words("thing", &arena).expect("no service"), None);
    let error = catalog
        .load("things", Part::Options("one"), &arena)
        .expect_err("a checksum");
    assert!(matches!(
        error,
        CatalogError::Damaged(_, _, Damage::Checksum)
    ));
}

/// The operation of a waiter is found by the words of the waiter.
#[test]
fn a_waiter_is_a_command_of_two_words() {
    let arena = Arena::new();
    let catalog = open(file(&[&documented(&arena)])).expect("a catalogue");
    let names = |part| -> Vec<&str> {
        let found = catalog
            .load("things", part, &arena)
            .expect("a part")
            .expect("the service");
        found
            .service
            .operations
            .iter()
            .map(|found| found.name)
            .collect()
    };
    assert_eq!(names(Part::Command("wait two-done")), ["Two"]);
    assert_eq!(names(Part::Page("wait two-done")), ["Two"]);
    assert_eq!(names(Part::Options("two-done")), [""; 0]);
    assert_eq!(names(Part::Command("wait one-done")), [""; 0]);
}

/// A service with two operations, each with an input of many members.
fn large(arena: &Arena) -> Commands<'_> {
    let input = |name, prefix: &str| {
        let names = (0..1_500).map(|at| format!("{prefix}OfThisInput{at:04}"));
        structure(
            name,
            arena.list(names.map(|name| member(arena.text(&name), 2))),
        )
    };
    let service = arena.item(Service {
        command: "things",
        operations: arena.list([
            operation("One", Some(0), None),
            operation("Two", Some(1), None),
        ]),
        shapes: arena.list([
            input("OneInput", "First"),
            input("TwoInput", "Second"),
            structure("Value", &[]),
        ]),
        ..Service::NONE
    });
    let commands = arena.list([command("one", &[]), command("two", &[])]);
    Commands::new(service, commands, &[])
}

/// An operation reads the blocks of the schema that it needs: damage elsewhere does not matter.
#[test]
fn an_operation_reads_only_its_blocks() {
    let arena = Arena::new();
    let commands = large(&arena);
    let mut bytes = file(&[&commands]);
    let name = b"SecondOfThisInput1400";
    let mut places = bytes.windows(name.len());
    let at = places.position(|found| found == name).expect("a name");
    bytes[at] ^= 1;
    let catalog = open(bytes).expect("a catalogue");
    let one = catalog.load("things", Part::Command("one"), &arena);
    let one = one.expect("a part").expect("the service");
    assert_eq!(
        one.service.shapes[0].members.len(),
        commands.service.shapes[0].members.len()
    );
    for part in [Part::Command("two"), Part::Options("two"), Part::Schema] {
        let error = catalog.load("things", part, &arena).expect_err("damage");
        assert!(
            matches!(error, CatalogError::Damaged(_, ref place, Damage::Checksum) if place == "things"),
            "{error}"
        );
    }
    assert!(catalog.sections().is_err());
}

/// A file that is cut short while it is open is an error of the file.
#[test]
fn a_block_that_cannot_be_read_is_an_error() {
    let arena = Arena::new();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("catalog");
    let bytes = file(&[&large(&arena)]);
    std::fs::write(&path, &bytes).expect("a file");
    let catalog = CatalogFile::open(&path).expect("a catalogue");
    let short = std::fs::File::options().write(true).open(&path);
    let short = short.and_then(|file| file.set_len(bytes.len() as u64 - 1));
    short.expect("a shorter file");
    let error = catalog
        .load("things", Part::Command("two"), &arena)
        .expect_err("an error");
    assert!(matches!(error, CatalogError::Io(..)), "{error}");
}
