//! Smithy files, alone and in folders.

use super::{facts, folder, lowered, refused, service};
use crate::sources::Services;
use std::fs;

/// A Smithy model of a service, of an API version.
pub(super) fn model(id: &str, version: &str) -> String {
    let toys = folder(&[("2020-02-02/service-2.json", service(id).into_bytes())]);
    let options = crate::import::Options {
        documentation: true,
        ..Default::default()
    };
    let imported =
        crate::import::folder(&toys.path().join("2020-02-02"), &options).expect("a model");
    let text = imported.text.replace(
        "\"version\": \"2020-02-02\"",
        &format!("\"version\": \"{version}\""),
    );
    // As Amazon has it: nothing but the model.
    let mut model: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    model["metadata"] = serde_json::json!({ "suppressions": [] });
    let shapes = model["shapes"].as_object_mut().expect("shapes");
    for shape in shapes.values_mut() {
        let traits = shape.get_mut("traits");
        if let Some(traits) = traits.and_then(|traits| traits.as_object_mut()) {
            traits.remove("opsmith.botocore#command");
        }
    }
    model.to_string()
}

#[test]
fn smithy_files_alone_and_in_folders() {
    let models = folder(&[
        (
            "toys/service/2020/toys.json",
            model("Toy Box", "2020-02-02").into_bytes(),
        ),
        (
            "toys/service/2019/toys.json",
            model("Toy Box", "2019-01-01").into_bytes(),
        ),
        ("zoo/zoo.json", model("Zoo", "1").into_bytes()),
        ("package.json", b"{}".to_vec()),
        ("readme.md", b"# Models".to_vec()),
    ]);
    let services = Services::find([models.path()]).expect("a source");
    assert_eq!(
        facts(&services),
        [r#"toy-box "Toy Box" 2020-02-02 """#, r#"zoo "Zoo" 1 """#]
    );
    let zoo = models.path().join("zoo/zoo.json");
    let services = Services::find([&zoo]).expect("a source");
    let operations = lowered(&services)[0].result.as_ref().map(Vec::len).ok();
    assert_eq!(operations, Some(2));
}

/// Of two files with the same service and version, the larger one is kept.
#[test]
fn a_service_twice_in_a_folder() {
    let larger = model("Zoo", "1") + "\n";
    for names in [["a.json", "b.json"], ["b.json", "a.json"]] {
        let models = folder(&[
            (names[0], larger.clone().into_bytes()),
            (names[1], model("Zoo", "1").into_bytes()),
        ]);
        let services = Services::find([models.path()]).expect("a source");
        let results = lowered(&services);
        let are_well: Vec<bool> = results.iter().map(|one| one.result.is_ok()).collect();
        assert_eq!(are_well, [true, false]);
        let error = results[1].result.as_ref().expect_err("twice").to_string();
        let said = format!(
            "the service zoo is also in {}",
            models.path().join(names[0]).display()
        );
        assert!(
            error.contains(&said) && error.contains("give one of the two"),
            "{error}"
        );
    }
}

/// In a folder, a file with a mistake fails alone; one without a service is passed over.
#[test]
fn smithy_files_with_mistakes() {
    let zoo = model("Zoo", "1");
    let shapes = zoo.find("\"shapes\"").expect("the shapes");
    let last = zoo.rfind(",\"smithy\"").expect("the last key");
    let models = folder(&[
        ("cut.json", format!("{{{}", &zoo[shapes..last]).into_bytes()),
        ("toys.json", model("Toy Box", "1").into_bytes()),
        ("traits.json", br#"{"smithy":"2.0","shapes":{}}"#.to_vec()),
    ]);
    let services = Services::find([models.path()]).expect("a source");
    let results = lowered(&services);
    assert_eq!((results.len(), results[0].result.is_ok()), (2, true));
    let error = results[1].result.as_ref().expect_err("it is cut off");
    let error = error.to_string();
    assert!(
        error.contains("cut.json:1:") && error.contains("EOF"),
        "{error}"
    );
    let message = refused(models.path().join("traits.json"));
    assert!(
        message.contains("it is a Smithy model without a service"),
        "{message}"
    );
    let alone = fs::read(models.path().join("cut.json")).expect("the file");
    let (_folder, path) = super::file("alone", alone);
    assert_eq!(Services::find([path]).expect("a source").len(), 1);
}
