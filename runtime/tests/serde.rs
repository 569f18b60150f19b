//! serde for generated types.

use opsmith_codepipeline::{FailureDetails, FailureType, GetPipelineOutput, Tag};
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
