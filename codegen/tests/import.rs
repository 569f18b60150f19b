//! The importer over real files: the models of this repository, and all of botocore where it is
//! installed.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use opsmith_codegen::Generator;
use opsmith_codegen::import::{self, Options, Sources};
use serde_json::Value;

fn model_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../model")
        .join(name)
}

fn model() -> Value {
    serde_json::from_str(&fs::read_to_string(model_file("codepipeline.json")).unwrap()).unwrap()
}

fn count(model: &Value, holds: impl Fn(&Value) -> bool) -> usize {
    model["shapes"]
        .as_object()
        .unwrap()
        .values()
        .filter(|shape| holds(shape))
        .count()
}

#[test]
fn the_model_holds_the_whole_of_codepipeline() {
    let model = model();
    assert_eq!(count(&model, |shape| shape["type"] == "operation"), 44);
    assert_eq!(
        count(&model, |shape| !matches!(
            shape["type"].as_str(),
            Some("operation" | "service")
        )),
        442
    );
    assert_eq!(
        count(&model, |shape| shape["traits"]["smithy.api#paginated"]
            .is_object()),
        8
    );
    assert_eq!(
        count(&model, |shape| shape["traits"]["smithy.api#error"]
            .is_string()),
        42
    );

    let service = &model["shapes"]["com.amazonaws.codepipeline#CodePipeline_20150709"];
    assert_eq!(service["operations"].as_array().unwrap().len(), 44);
    let traits = &service["traits"];
    assert!(
        traits["aws.protocols#awsJson1_1"].is_object()
            && traits["smithy.protocols#rpcv2Cbor"].is_object()
    );
    assert_eq!(traits["aws.auth#sigv4"]["name"], "codepipeline");
    assert!(traits["smithy.rules#endpointRuleSet"]["rules"].is_array());

    let failure = &model["shapes"]["com.amazonaws.codepipeline#PutThirdPartyJobFailureResultInput"];
    let members: Vec<_> = failure["members"].as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        ["clientToken", "failureDetails", "jobId"],
        "a sorted map; the file has the source's order"
    );
    let text = fs::read_to_string(model_file("codepipeline.json")).unwrap();
    let start = text
        .find("#PutThirdPartyJobFailureResultInput\": {")
        .unwrap();
    let order = ["\"jobId\"", "\"clientToken\"", "\"failureDetails\""]
        .map(|name| text[start..].find(name).unwrap());
    assert!(order.is_sorted());
}

#[test]
fn the_model_holds_no_documentation() {
    for name in ["codepipeline.json", "partitions.json"] {
        assert!(
            !fs::read_to_string(model_file(name))
                .unwrap()
                .contains("ocumentation\""),
            "{name}"
        );
    }
}

#[test]
fn the_model_is_what_the_importer_writes() {
    let Some(data) = support::botocore() else {
        return;
    };
    let provenance = &model()["metadata"]["opsmith"];
    let word = |key: &str| provenance[key].as_str().unwrap().to_owned();
    let options = Options {
        source: word("source"),
        date: word("date"),
        documentation: false,
    };
    let version = options.source.strip_prefix("botocore ").unwrap();
    let found = fs::read_to_string(data.join("../__init__.py")).unwrap_or_default();
    if !found.contains(&format!("__version__ = '{version}'")) {
        support::skipped(&format!(
            "OPSMITH_BOTOCORE names another release than {version}"
        ));
        return;
    }
    let imported = import::folder(&data.join(word("path")), &options).unwrap();
    assert!(imported.text == fs::read_to_string(model_file("codepipeline.json")).unwrap());
    assert_eq!(imported.warnings, []);
    let partitions = import::partitions(&data.join("partitions.json")).unwrap();
    assert!(partitions == fs::read_to_string(model_file("partitions.json")).unwrap());
}

#[test]
fn every_service_of_botocore_is_imported() {
    let Some(data) = support::botocore() else {
        return;
    };
    let mut services = 0;
    let mut versions = 0;
    let mut operations = 0;
    let mut shapes = 0;
    let mut warnings = 0;
    for service in support::subfolders(&data) {
        services += 1;
        for version in support::subfolders(&service)
            .iter()
            .filter(|folder| folder.join("service-2.json.gz").exists())
        {
            let imported = import::folder(version, &Options::default())
                .unwrap_or_else(|error| panic!("{error}"));
            let model: Value = serde_json::from_str(&imported.text).unwrap();
            versions += 1;
            operations += count(&model, |shape| shape["type"] == "operation");
            shapes += count(&model, |_| true);
            warnings += imported.warnings.len();
            imported
                .warnings
                .iter()
                .for_each(|warning| println!("warning: {warning}"));
        }
    }
    println!(
        "{services} services, {versions} versions, {operations} operations, {shapes} shapes, {warnings} warnings"
    );
    assert!(services > 400 && operations > 18_000);
}

/// The prefix of `X-Amz-Target` is not always the name of the service's shape.
#[test]
fn generated_requests_carry_the_targets_of_botocore() {
    let Some(data) = support::botocore() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.json");
    let mut differing = Vec::new();
    for service in [
        "cloudtrail/2013-11-01",
        "codepipeline/2015-07-09",
        "events/2015-10-07",
    ] {
        let sources = Sources::read(&data.join(service)).unwrap();
        let source: Value = serde_json::from_str(&sources.service.text).unwrap();
        let Some(prefix) = source["metadata"]["targetPrefix"].as_str() else {
            continue;
        };
        let imported = import::botocore(&sources, &Options::default()).unwrap();
        if imported.text.contains("opsmith.botocore#targetPrefix") {
            differing.push(service);
        }
        fs::write(&path, imported.text).unwrap();
        let operation = source["operations"]
            .as_object()
            .unwrap()
            .keys()
            .next()
            .unwrap();
        let files = Generator::new(&path)
            .operations([operation])
            .render()
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(
            files["schema.rs"].contains(&format!("target_prefix: {prefix:?},")),
            "{service}"
        );
    }
    assert_eq!(differing, ["cloudtrail/2013-11-01"]);
}
