//! Validation of inputs: which problems are found, in which mode they keep a call from being sent,
//! and that the check during encoding finds the same as the validator.

use opsmith_codepipeline::SERVICE;
use opsmith_codepipeline::{
    Client, FailureDetails, FailureType, PutThirdPartyJobFailureResultInput,
};
use opsmith_runtime::codec::{EncodeMode, json};
use opsmith_runtime::document::Document;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::schema::{Service, ShapeIndex};
use opsmith_runtime::validate::{Mode, validate};
use opsmith_runtime::visit::{DocumentBuilder, TypedDocument};
use std::sync::Arc;

/// The result of a call with this input in a mode: whether it was sent, or why not.
fn send(mode: Mode, input: PutThirdPartyJobFailureResultInput) -> Result<(), String> {
    let fake: Arc<Fake> = Fake::answering(Answer::new(200, ""));
    let call =
        Client::new(fake.config().validation(mode)).put_third_party_job_failure_result(input);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let result = runtime.expect("a runtime").block_on(call.into_future());
    assert_eq!(result.is_ok(), !fake.requests().is_empty());
    result.map(|_| ()).map_err(|error| error.to_string())
}

fn failure(kind: FailureType, message: &str) -> PutThirdPartyJobFailureResultInput {
    PutThirdPartyJobFailureResultInput::new("job-1", "token-1", FailureDetails::new(kind, message))
}

#[test]
fn an_error_lists_every_violation_and_nothing_is_sent() {
    let details = FailureDetails::new(FailureType::Unknown("jobfailed".to_owned()), "");
    let input = PutThirdPartyJobFailureResultInput::new("", "t", details);
    let text = send(Mode::Standard, input).expect_err("refused");
    for part in [
        "jobId",
        "failureDetails.type",
        "failureDetails.message",
        "ConfigurationError",
        "jobfailed",
        "20",
    ] {
        assert!(text.contains(part), "{part} is missing in: {text}");
    }
}

#[test]
fn modes_decide_what_is_refused() {
    let unknown = || failure(FailureType::Unknown("Newer".to_owned()), "m");
    let long = || failure(FailureType::JobFailed, &"m".repeat(5001));
    let empty = || failure(FailureType::JobFailed, "");
    for (mode, expected) in [
        (Mode::Off, [true, true, true]),
        (Mode::Compat, [true, true, false]),
        (Mode::Standard, [false, true, false]),
        (Mode::Strict, [false, false, false]),
    ] {
        let sent = [unknown(), long(), empty()].map(|input| send(mode, input).is_ok());
        assert_eq!(sent, expected, "{mode:?}");
    }
}

#[test]
fn the_encoder_finds_something_wrong_exactly_when_the_validator_does() {
    let shape = SERVICE
        .operation("CreatePipeline")
        .and_then(|operation| operation.input)
        .expect("an input");
    for (text, wrong) in [
        (
            r#"{"pipeline": {"name": "p", "roleArn": "arn:aws:iam::123456789012:role/r", "stages": []}}"#,
            0,
        ),
        ("{}", 1),
        (r#"{"tags": [{"key": "k"}, {"key": "", "value": "v"}]}"#, 3),
        (
            r#"{"pipeline": {"name": "p", "stages": [{"name": "s", "actions": [{"configuration": {"": "x", "k": ""}}]}]}}"#,
            5,
        ),
        (r#"{"pipeline": null, "tags": {"x": []}}"#, 2),
        (r#"{"pipeline": "p"}"#, 1),
    ] {
        let document = document(text);
        let value = TypedDocument {
            document: &document,
            service: &SERVICE,
            shape,
        };
        let violations = validate(&value, &SERVICE, shape);
        assert_eq!(violations.len(), wrong, "{text}: {violations:#?}");
        let encoded = json::encode(&value, &SERVICE, shape, EncodeMode::Checked).expect("JSON");
        assert_eq!(encoded.conforms, wrong == 0, "{text}");
        // It is encoded all the same: modes decide whether it is sent.
        assert_eq!(
            encoded.value,
            text.replace(": ", ":").replace(", ", ",").as_bytes()
        );
        let unchecked = json::encode(&value, &SERVICE, shape, EncodeMode::Unchecked).expect("JSON");
        assert!(unchecked.conforms && unchecked.value == encoded.value);
    }
}

#[test]
fn an_unknown_member_can_not_be_encoded_and_is_reported() {
    let shape = SERVICE
        .operation("CreatePipeline")
        .and_then(|operation| operation.input)
        .expect("an input");
    let document = document(r#"{"other": 1}"#);
    let value = TypedDocument {
        document: &document,
        service: &SERVICE,
        shape,
    };
    let error = json::encode(&value, &SERVICE, shape, EncodeMode::Checked).expect_err("unknown");
    assert_eq!(
        error.to_string(),
        "a member is given that the model does not have"
    );
    let violations: Vec<_> = validate(&value, &SERVICE, shape)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        violations,
        [
            r#"Missing required parameter in input: "pipeline""#,
            r#"Unknown parameter in input: "other", must be one of: pipeline, tags"#,
        ]
    );
}

fn document(text: &str) -> Document {
    let mut builder = DocumentBuilder::new(&Service::NONE, ShapeIndex::MAX);
    json::read(
        text.as_bytes(),
        &Service::NONE,
        ShapeIndex::MAX,
        &mut builder,
    )
    .expect("JSON");
    builder.finish()
}
