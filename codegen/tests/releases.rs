//! Two models of one service: of one month by two front ends, and of two releases.

mod support;

use opsmith_codegen::{Arena, Change, Generator, Severity, diff, import};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// botocore's data folder of April 2025, when the environment names it.
fn botocore_of_april_2025() -> Option<PathBuf> {
    let folder = std::env::var_os("OPSMITH_BOTOCORE_2025_04").map(PathBuf::from);
    if folder.is_none() {
        support::skipped("OPSMITH_BOTOCORE_2025_04 names no data folder of botocore");
    }
    folder
}

fn changes(old: &Generator, new: &Generator) -> Vec<Change> {
    let arena = Arena::new();
    let lower = |generator: &Generator| {
        generator
            .lower(&arena)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    diff(&lower(old), &lower(new))
}

/// Why botocore's data says it otherwise than Amazon's Smithy file, where it does.
fn reason(Change { place, change, .. }: &Change) -> Option<&'static str> {
    let is = |text: &str| change.starts_with(text);
    Some(match () {
        () if place.ends_with("Exception$message") && is("removed") => {
            "an error's message is left out, which a client reads from every error"
        }
        () if is("the minimum is none rather than 0") => "a minimum of 0 says nothing",
        () if is("the pattern is ^(?:") => {
            "patterns hold for the whole text without saying so, which the importer adds"
        }
        () if is("the HTTP status is gone") => "botocore names the status of this error since 2026",
        () if place == "RoleArn" && is("the pattern is ") => {
            "the rest of the text is matched by `.*`"
        }
        () => return None,
    })
}

#[test]
fn both_front_ends_give_the_same_rows() {
    let (Some(botocore), Some(amazons)) = (botocore_of_april_2025(), support::amazons_models())
    else {
        return;
    };
    let models = support::models(amazons.path());
    let amazons = models
        .iter()
        .find(|path| path.ends_with("codepipeline-2015-07-09.json"))
        .expect("CodePipeline");
    let found = changes(
        &Generator::new(amazons),
        &Generator::new(botocore.join("codepipeline/2015-07-09")),
    );
    let (explained, others): (Vec<_>, Vec<_>) =
        found.iter().partition(|change| reason(change).is_some());
    println!("{} differences, each for a reason", explained.len());
    assert!(others.is_empty(), "{others:#?}");
}

/// The bounds of each member of a structure, by `Structure$member`, and whether the member itself
/// declares them.
fn bounds(model: PathBuf) -> BTreeMap<String, (bool, [Option<f64>; 2])> {
    let arena = Arena::new();
    let service = Generator::new(model)
        .lower(&arena)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut found = BTreeMap::new();
    for shape in service.shapes.iter().filter(|shape| shape.has_members()) {
        for member in &shape.members {
            let id = format!("{}${}", shape.name, member.name);
            let target = service.shape(member.target);
            // A minimum of 0 says nothing, and botocore does not say it.
            let bounds = [target.min.filter(|min| *min != 0.0), target.max];
            found.insert(id, (target.name.contains('$'), bounds));
        }
    }
    found
}

#[test]
fn members_that_narrow_have_the_bounds_that_botocore_gives_them() {
    let (Some(botocore), Some(amazons)) = (botocore_of_april_2025(), support::amazons_models())
    else {
        return;
    };
    let models = support::models(amazons.path());
    let mut narrowed = 0;
    for service in [
        "partnercentral-selling/2022-07-26",
        "pcs/2023-02-10",
        "redshift-serverless/2021-04-21",
    ] {
        let name = format!("{}.json", service.replace('/', "-"));
        let amazons = models
            .iter()
            .find(|path| path.ends_with(&name))
            .expect("Amazon's model");
        let theirs = bounds(botocore.join(service));
        for (member, (own, bounds)) in bounds(amazons.clone()) {
            if own && theirs.contains_key(&member) {
                assert_eq!(bounds, theirs[&member].1, "{service}: {member}");
                narrowed += 1;
            }
        }
    }
    println!("{narrowed} members that narrow their shapes");
    assert!(narrowed > 50, "{narrowed}");
}

#[test]
fn releases_of_botocore_are_told_apart() {
    let (Some(old), Some(new)) = (botocore_of_april_2025(), support::botocore()) else {
        return;
    };
    let folder = "codepipeline/2015-07-09";
    let found = changes(
        &Generator::new(old.join(folder)),
        &Generator::new(new.join(folder)),
    );
    let reported: Vec<_> = found
        .iter()
        .map(|change| (change.severity, &*change.place, &*change.change))
        .collect();
    for expected in [
        (
            Severity::Additive,
            "ListDeployActionExecutionTargets",
            "added",
        ),
        (Severity::Additive, "EnvironmentVariable$type", "added"),
    ] {
        assert!(reported.contains(&expected), "{reported:#?}");
    }
    assert!(
        found
            .iter()
            .all(|change| change.severity != Severity::Breaking),
        "{reported:#?}"
    );
    let back = changes(
        &Generator::new(new.join(folder)),
        &Generator::new(old.join(folder)),
    );
    let gone = back
        .iter()
        .find(|change| change.place == "ListDeployActionExecutionTargets")
        .expect("the operation");
    assert_eq!(
        (gone.severity, &*gone.change),
        (Severity::Breaking, "removed")
    );
    let folder = "dynamodb/2012-08-10";
    let found = changes(
        &Generator::new(old.join(folder)),
        &Generator::new(new.join(folder)),
    );
    let keys = found
        .iter()
        .find(|change| change.place == "CreateTableInput$KeySchema")
        .expect("the member");
    assert_eq!(
        (keys.severity, &*keys.operations),
        (Severity::Breaking, &["CreateTable".to_owned()][..])
    );
}

#[test]
fn a_model_does_not_differ_from_itself() {
    assert_eq!(changes(&support::own(), &support::own()), []);
    let Some(data) = support::botocore() else {
        return;
    };
    for service in ["dynamodb/2012-08-10", "ssm/2014-11-06"] {
        let generator = Generator::new(data.join(service));
        assert_eq!(changes(&generator, &generator), [], "{service}");
    }
}

/// What each kind of change is taken for.
#[test]
fn changes_are_as_grave_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = std::fs::read_to_string(support::root("codegen/tests/golden/kinds/model.json"))
        .expect("the model");
    let change = |from: &str, to: &str| {
        assert!(model.contains(from), "{from}");
        let path = folder.path().join("model.json");
        std::fs::write(&path, model.replace(from, to)).expect("a file");
        let old = Generator::new(support::root("codegen/tests/golden/kinds/model.json"));
        changes(&old, &Generator::new(path))
            .into_iter()
            .map(|change| (change.severity, change.change))
            .collect::<Vec<_>>()
    };
    let gravest = |from, to| change(from, to).into_iter().next().expect("a change");
    let renamed: Vec<_> = change("\"token\"", "\"tokens\"")
        .into_iter()
        .map(|(_, change)| change)
        .collect();
    assert_eq!(renamed, ["the option --token is gone", "removed", "added"]);
    assert_eq!(
        gravest("use another", "use others"),
        (
            Severity::Additive,
            "the deprecation is use others rather than use another".to_owned()
        )
    );
    assert_eq!(
        gravest("\"DoDone\"", "\"Done\"").1,
        "the waiter DoDone is gone"
    );
    let (severity, text) = gravest(
        "\"target\": \"smithy.api#Blob\"",
        "\"target\": \"smithy.api#String\"",
    );
    assert_eq!(
        (severity, text.as_str()),
        (
            Severity::Breaking,
            "is Option<String> rather than Option<Blob>"
        )
    );
}

/// The importer's text gives the same model as the folder.
#[test]
fn an_import_is_what_was_imported() {
    let Some(data) = support::botocore() else {
        return;
    };
    let folder = data.join("codepipeline/2015-07-09");
    let options = import::Options {
        source: "botocore".to_owned(),
        documentation: true,
        ..Default::default()
    };
    let file = tempfile::tempdir().expect("a folder");
    let path = file.path().join("codepipeline.json");
    std::fs::write(
        &path,
        import::folder(&folder, &options).expect("a model").text,
    )
    .expect("a file");
    assert_eq!(changes(&Generator::new(folder), &Generator::new(path)), []);
}

#[test]
fn a_member_that_narrows_its_shape_is_explained() {
    let narrowed = Generator::new(support::root("codegen/tests/golden/narrowed/model.json"));
    let explain = |name: &str| {
        narrowed
            .explain(name)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let member = explain("DoInput$count");
    let decided = member
        .decisions
        .iter()
        .find(|(about, _)| about == "checked")
        .expect("a decision");
    assert_eq!(decided.1, "1 to 100, by length or range");
    assert!(
        member.model[0].1.contains("smithy.api#range"),
        "{}",
        member.model[0].1
    );
    let structure = explain("DoInput");
    let (_, decided) = structure
        .decisions
        .iter()
        .find(|(about, _)| about == "member count")
        .expect("the member");
    assert!(
        decided.ends_with("checked by constraints of its own"),
        "{decided}"
    );
}
