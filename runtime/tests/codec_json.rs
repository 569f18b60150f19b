//! JSON as the AWS JSON protocols have it: what is written, and answers that differ from the model.

use opsmith_codepipeline::{
    Client, Error, GetPipelineStateInput, GetThirdPartyJobDetailsInput, ListPipelinesInput,
    ListPipelinesOutput, PipelineType,
};
use opsmith_runtime::Timestamp;
use opsmith_runtime::codec::{EncodeMode, json};
use opsmith_runtime::document::Document;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::Response;
use opsmith_runtime::schema::{
    Service, TimestampFormat, Trait, member, string, structure, timestamp,
};
use opsmith_runtime::visit::{DocumentBuilder, TypedDocument};

fn wait<T>(call: impl IntoFuture<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(call.into_future())
}

fn client(answer: &str) -> Client {
    Client::new(Fake::answering(Answer::new(200, answer)).config())
}

fn list(answer: &str) -> Result<ListPipelinesOutput, Error> {
    wait(client(answer).list_pipelines(ListPipelinesInput::default()))
}

#[test]
fn points_beyond_the_calendar_are_not_sent_as_dates() {
    let written = |format, point| {
        let traits = [Trait::TimestampFormat(format)];
        let members = [member("at", 1).with(&traits)];
        let shapes = [structure("In", &members), timestamp("T")];
        let service = Service {
            shapes: &shapes,
            ..Service::NONE
        };
        let document = Document::from([("at", Document::Timestamp(point))]);
        let value = TypedDocument {
            document: &document,
            service: &service,
            shape: 0,
        };
        json::encode(&value, &service, 0, EncodeMode::Unchecked)
            .map(|encoded| String::from_utf8(encoded.value).expect("text"))
            .map_err(|error| error.to_string())
    };
    let never = Timestamp::new(i64::MAX, 0);
    let refused = Err("at: the value is not a point in time that the calendar has".to_owned());
    assert_eq!(
        written(TimestampFormat::EpochSeconds, never),
        Ok("{\"at\":9223372036854775807}".to_owned())
    );
    assert_eq!(written(TimestampFormat::DateTime, never), refused);
    assert_eq!(written(TimestampFormat::HttpDate, never), refused);
}

#[test]
fn what_is_sensitive_is_replaced_in_redacted_json() {
    let traits = [Trait::JsonName("pin-code")];
    let content = [member("content", 1)];
    let members = [
        member("name", 1),
        member("pin", 2).with(&traits),
        member("box", 0),
        member("safe", 3),
    ];
    let shapes = [
        structure("Box", &members),
        string("Name"),
        string("Pin").sensitive(),
        structure("Safe", &content).sensitive(),
    ];
    let service = Service {
        shapes: &shapes,
        ..Service::NONE
    };
    for (text, expected) in [
        (
            r#"{"name":"n","pin":"1234","safe":{"content":"gold"},"box":{"name":"m","pin":null}}"#,
            r#"{"name":"n","pin-code":"*** redacted ***","safe":"*** redacted ***","box":{"name":"m","pin-code":null}}"#,
        ),
        // Of another type than the model has, so that nobody knows where the secrets are.
        (
            r#"{"box":["1234",{"pin":"5678"}]}"#,
            r#"{"box":"*** redacted ***"}"#,
        ),
        (
            r#"{"pin":{"a":{"b":1}},"box":"1234"}"#,
            r#"{"pin-code":"*** redacted ***","box":"*** redacted ***"}"#,
        ),
    ] {
        let document = json::document(text).expect("JSON");
        let value = TypedDocument {
            document: &document,
            service: &service,
            shape: 0,
        };
        let encoded = json::encode(&value, &service, 0, EncodeMode::Redacted).expect("JSON");
        assert_eq!(String::from_utf8(encoded.value).expect("text"), expected);
    }
}

#[test]
fn answers_do_not_fail_on_what_the_model_does_not_expect() {
    let answer = r#"{"pipelines":[{"name":"p","version":null,"pipelineType":"V9","created":1.5,"newer":{"a":[1,{}]}},{}]}"#;
    let pipelines = list(answer).expect("ok").pipelines.expect("pipelines");
    let first = pipelines.first().expect("two pipelines");
    assert_eq!(
        first.pipeline_type,
        Some(PipelineType::Unknown("V9".to_owned()))
    );
    assert_eq!(first.created.expect("a date").epoch(), 1.5);
    assert_eq!((first.version, pipelines.len()), (None, 2));
}

const UNUSUAL: &str = r#"{"pipelines":[null,{"name":7,"version":"7","created":"2026-01-02T03:04:05+02:00"},
    {"name":true,"version":7.0,"created":"1767225600","updated":9223372036854775807}],"nextToken":1.5}"#;

#[test]
fn answers_that_differ_from_the_model_are_read_as_far_as_they_can_be_understood() {
    let output = list(UNUSUAL).expect("ok");
    assert_eq!(output.next_token.as_deref(), Some("1.5"));
    let pipelines = output.pipelines.expect("pipelines");
    let [first, second] = &pipelines[..] else {
        panic!("two pipelines")
    };
    assert_eq!((first.name.as_deref(), first.version), (Some("7"), Some(7)));
    assert_eq!(first.created.expect("a date").seconds(), 1_767_315_845);
    assert_eq!(
        (second.name.as_deref(), second.version),
        (Some("true"), Some(7))
    );
    assert_eq!(second.created.expect("a date").seconds(), 1_767_225_600);
    assert_eq!(second.updated.expect("a date").seconds(), i64::MAX);
}

/// Such an answer is read twice, and the visitor must not keep the parts of the first time.
#[test]
fn a_document_of_an_answer_that_differs_from_the_model_is_whole() {
    use opsmith_codepipeline::SERVICE;
    let operation = SERVICE.operation("ListPipelines").expect("the operation");
    let client = opsmith_runtime::Client::new(&SERVICE, opsmith_runtime::Config::new());
    let response = Response::new(200, UNUSUAL.into());
    let builder = DocumentBuilder::new(&SERVICE, operation.output.expect("an output"));
    let builder = client.read(operation, &response, builder).expect("ok");
    let document = builder.finish();
    let names: Vec<_> = document
        .get("pipelines")
        .and_then(Document::as_list)
        .expect("pipelines")
        .iter()
        .map(|pipeline| pipeline.get("name").and_then(Document::as_str))
        .collect();
    assert_eq!(names, [Some("7"), Some("true")]);
    assert_eq!(
        document.get("nextToken").and_then(Document::as_str),
        Some("1.5")
    );
}

#[test]
fn what_can_not_be_understood_is_named_by_its_path() {
    for (answer, expected) in [
        (
            r#"{"pipelines":[{},{"version":"x"}]}"#,
            "pipelines[1].version: the value is not an integer",
        ),
        (
            r#"{"pipelines":[{},{"version":3000000000}]}"#,
            "pipelines[1].version: the value is not an integer of 32 bits",
        ),
        (
            r#"{"pipelines":[{"version":1.5}]}"#,
            "pipelines[0].version: the value is not an integer",
        ),
        (
            r#"{"pipelines":[{"created":"soon"}]}"#,
            "pipelines[0].created: the value is not a point in time",
        ),
        (
            r#"{"pipelines":[{"created":1e300}]}"#,
            "pipelines[0].created: the value is not a point in time",
        ),
        (
            r#"{"pipelines":[{"name":["a"]}]}"#,
            "pipelines[0].name: a value of type list does not belong here",
        ),
        (
            r#"{"pipelines":"none"}"#,
            "pipelines: a value of type string does not belong here",
        ),
        ("[1]", "a value of type list does not belong here"),
        ("null", "a value of type null does not belong here"),
        ("{", "EOF while parsing an object at line 1 column 1"),
    ] {
        let expected = format!("the service's answer can't be read: ListPipelines: {expected}");
        assert_eq!(list(answer).expect_err(answer).to_string(), expected);
    }
}

#[test]
fn required_members_that_an_answer_omits_have_a_default() {
    let answer =
        r#"{"jobDetails":{"data":{"actionTypeId":{"category":"Build"},"artifactCredentials":{}}}}"#;
    let input = GetThirdPartyJobDetailsInput::new("job-1", "token-1");
    let output = wait(client(answer).get_third_party_job_details(input)).expect("ok");
    let data = output
        .job_details
        .and_then(|details| details.data)
        .expect("data");
    assert_eq!(
        data.action_type_id.map(|id| id.provider),
        Some(String::new())
    );
    let state = wait(client("{}").get_pipeline_state(GetPipelineStateInput::new("p")));
    assert_eq!(state.expect("ok").stage_states, None);
}
