//! serde for generated types.

use opsmith_codepipeline::{FailureDetails, FailureType, GetPipelineOutput, Tag};
use opsmith_runtime::{Blob, Document, Timestamp};
use serde_json::{Value, json};

#[test]
fn values_go_to_the_form_of_the_wire_and_back() {
    let failure = FailureDetails::new(FailureType::JobFailed, "no").external_execution_id("7");
    let expected = json!({ "type": "JobFailed", "message": "no", "externalExecutionId": "7" });
    assert_eq!(serde_json::to_value(&failure).expect("written"), expected);
    assert!(serde_json::from_value::<FailureDetails>(expected).expect("read") == failure);
    let text = r#"{"pipeline":{"name":"p","stages":[{"name":"s","actions":[]}],"version":3},"metadata":{"created":1.5}}"#;
    let output: GetPipelineOutput = serde_json::from_str(text).expect("read");
    let value: Value = serde_json::from_str(text).expect("JSON");
    let written = serde_json::to_value(&output).expect("written");
    assert_eq!(
        (&written["pipeline"]["version"], &written["metadata"]),
        (&json!(3), &value["metadata"])
    );
}

#[test]
fn values_that_are_newer_than_the_model_stay() {
    let failure: FailureDetails =
        serde_json::from_str(r#"{"type":"Odd","message":"","more":[{}]}"#).expect("read");
    assert_eq!(failure.r#type, FailureType::Unknown("Odd".to_owned()));
    assert_eq!(
        serde_json::to_string(&failure).expect("written"),
        r#"{"type":"Odd","message":""}"#
    );
}

#[test]
fn a_value_of_another_type_is_an_error() {
    let error = serde_json::from_str::<Tag>(r#"{"key": 1}"#)
        .expect_err("an error")
        .to_string();
    assert!(error.contains("expected string for \"key\""), "{error}");
    let error = serde_json::from_str::<FailureType>("773459126")
        .expect_err("an error")
        .to_string();
    assert!(
        error.contains("is a string") && !error.contains("773459126"),
        "{error}"
    );
}

/// In structures of a program's own, values have the forms that they have in generated types.
#[test]
fn single_values_go_to_the_form_of_the_wire_and_back() {
    let point = Timestamp::new(1_443_034_403, 120_000_000);
    assert_eq!(
        serde_json::to_value(point).expect("written"),
        json!(1_443_034_403.12)
    );
    for text in ["1443034403.12", r#""2015-09-23T18:53:23.12Z""#] {
        let read: Timestamp = serde_json::from_str(text).expect("read");
        assert_eq!(read, point, "{text}");
    }
    let error = serde_json::from_str::<Timestamp>(r#""773459126 days""#).expect_err("an error");
    assert!(!error.to_string().contains("773459126"), "{error}");

    let blob = Blob::from([0, 255]);
    assert_eq!(serde_json::to_value(&blob).expect("written"), json!("AP8="));
    let read: Blob = serde_json::from_value(json!("AP8=")).expect("read");
    assert_eq!(read, blob);
    assert!(serde_json::from_value::<Blob>(json!("AP8")).is_err());

    let text = r#"{"b":[1,2.5,null,"x"],"a":true}"#;
    let document: Document = text.parse().expect("JSON");
    assert_eq!(serde_json::to_string(&document).expect("written"), text);
    let read: Document = serde_json::from_str(text).expect("read");
    assert_eq!(read, document);
    let both = Document::from([("at", point.into()), ("bytes", blob.into())]);
    assert_eq!(
        serde_json::to_value(&both).expect("written"),
        json!({ "at": 1_443_034_403.12, "bytes": "AP8=" })
    );
}
