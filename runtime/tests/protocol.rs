//! The protocols AWS JSON 1.0 and 1.1 in HTTP messages: requests, errors, answers from elsewhere.

use opsmith_codepipeline::SERVICE;
use opsmith_codepipeline::{
    Client, ConflictException, Error, ErrorCode, ErrorKind, FailureDetails, FailureType,
    ListPipelinesInput, PutThirdPartyJobFailureResultInput,
};
use opsmith_runtime::codec::{DeserializeError, Doubt};
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::Response;
use opsmith_runtime::schema::{Protocol, Service};
use std::sync::Arc;

fn answering(status: u16, body: &str) -> Arc<Fake> {
    Fake::answering(Answer::new(status, body).header("x-amzn-requestid", "request-1"))
}

fn client(fake: &Arc<Fake>) -> Client {
    Client::new(fake.config().max_attempts(1))
}

fn wait<T>(call: impl IntoFuture<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(call.into_future())
}

fn failure() -> PutThirdPartyJobFailureResultInput {
    let details = FailureDetails::new(FailureType::JobFailed, "m");
    PutThirdPartyJobFailureResultInput::new("job-1", "token-1", details)
}

/// The header of a request that a service with other facts gets.
fn sent(service: Service<'_>, header: &str) -> String {
    let fake = answering(200, "{}");
    let client = opsmith_runtime::Client::new(&service, fake.config());
    let prepared = client
        .prepare("ListPipelines", &ListPipelinesInput::default())
        .expect("prepared");
    wait(client.send(prepared)).expect("sent");
    let requests = fake.requests();
    let headers = &requests.first().expect("a request").headers;
    let found = headers.iter().find(|(name, _)| name == header);
    found.expect("the header").1.clone().into_owned()
}

#[test]
fn the_target_has_the_prefix_of_the_schema() {
    let service = Service {
        target_prefix: "com.example.v1.Pipelines",
        ..SERVICE
    };
    assert_eq!(
        sent(service, "x-amz-target"),
        "com.example.v1.Pipelines.ListPipelines"
    );
}

#[test]
fn the_versions_differ_in_the_content_type() {
    for (protocol, expected) in [
        (Protocol::AwsJson1_0, "application/x-amz-json-1.0"),
        (Protocol::AwsJson1_1, "application/x-amz-json-1.1"),
    ] {
        let service = Service {
            protocol,
            ..SERVICE
        };
        assert_eq!(sent(service, "content-type"), expected);
    }
}

/// With all features, every protocol is.
#[cfg(not(feature = "xml"))]
#[test]
fn a_protocol_that_is_not_built_in_is_an_error_of_the_call() {
    let service = Service {
        protocol: Protocol::RestXml,
        ..SERVICE
    };
    let client = opsmith_runtime::Client::new(&service, answering(200, "{}").config());
    let prepared = client.prepare("ListPipelines", &ListPipelinesInput::default());
    let text = prepared.expect_err("no such protocol").to_string();
    assert_eq!(
        text,
        "the protocol of this service needs the feature `xml` of opsmith-runtime"
    );
}

#[test]
fn an_error_of_the_service_has_code_message_status_and_request_id() {
    let fake = answering(
        400,
        r#"{"__type":"com.amazonaws#JobNotFoundException:","message":"no such job"}"#,
    );
    let error =
        wait(client(&fake).put_third_party_job_failure_result(failure())).expect_err("an error");
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::JobNotFoundException));
    assert!(error.is(ErrorCode::JobNotFoundException) && !error.is("InvalidJobException"));
    assert_eq!(error.message(), Some("no such job"));
    assert_eq!(error.request_id(), Some("request-1"));
    let expected = "PutThirdPartyJobFailureResult: JobNotFoundException: no such job (HTTP 400, request id request-1)";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn errors_have_their_members() {
    let kind = |body: &str| {
        let fake = answering(400, body);
        let call = client(&fake).put_third_party_job_failure_result(failure());
        ErrorKind::of(&wait(call).expect_err("an error"))
    };
    let Some(ErrorKind::ConflictException(conflict)) =
        kind(r#"{"__type":"ConflictException","message":"busy","new":1}"#)
    else {
        panic!("a conflict");
    };
    assert_eq!(conflict.message.as_deref(), Some("busy"));
    // A member of another type than the model says is left out.
    assert_eq!(
        kind(r#"{"__type":"ConflictException","message":[1]}"#),
        Some(ErrorKind::ConflictException(ConflictException::new()))
    );
    assert_eq!(
        kind(r#"{"__type":"JobNotFoundException"}"#),
        Some(ErrorKind::JobNotFoundException)
    );
    assert_eq!(
        kind(r#"{"__type":"Newer"}"#),
        Some(ErrorKind::Unknown("Newer".to_owned()))
    );
    let unsent = client(&answering(200, "")).put_third_party_job_failure_result(Default::default());
    assert_eq!(ErrorKind::of(&wait(unsent).expect_err("an error")), None);
}

#[test]
fn errors_in_unusual_bodies_degrade_to_the_status() {
    for (status, answer, code, message) in [
        (500, "", "500", "Internal Server Error"),
        (503, "<html>busy</html>", "503", "Service Unavailable"),
        (400, "plain text", "400", "plain text"),
        (400, "[1]", "400", "[1]"),
        (400, r#"{"__type":7,"Message":"m"}"#, "7", "m"),
        (400, r#"{"__type":"Newer","message":"m"}"#, "Newer", "m"),
        (400, r#"{"__type":"X","message":null}"#, "X", ""),
        (
            400,
            r#"{"__type":"X","message":null,"Message":"M"}"#,
            "X",
            "M",
        ),
        (
            400,
            r#"{"__type":"X","message":{"a":[1.0,"é"]}}"#,
            "X",
            r#"{"a":[1.0,"é"]}"#,
        ),
        (502, "<html>bad gateway</html>", "502", "Bad Gateway"),
        (400, "", "400", ""),
        (302, "{}", "302", ""),
    ] {
        let error =
            wait(client(&answering(status, answer)).list_pipelines(ListPipelinesInput::default()));
        let error = error.expect_err("an error");
        let found = error
            .service()
            .map(|error| (error.code.as_str(), error.message.as_str()));
        assert_eq!(found, Some((code, message)), "{answer}");
    }
}

#[test]
fn an_answer_that_is_not_json_is_an_error_only_where_there_is_output() {
    let page = || answering(200, "<html>Log in</html>");
    let read = wait(client(&page()).list_pipelines(ListPipelinesInput::default()));
    assert!(matches!(read, Err(Error::Response(_))), "{read:?}");
    wait(client(&page()).put_third_party_job_failure_result(failure())).expect("ok");
}

#[test]
fn an_answer_that_may_come_from_elsewhere_is_doubted() {
    let client = opsmith_runtime::Client::new(&SERVICE, opsmith_runtime::Config::new());
    let doubt = |operation, body: &[u8]| {
        let response = Response::new(200, body.to_vec().into());
        let operation = SERVICE.operation(operation).expect("an operation");
        client.doubt(operation, &response)
    };
    let (none, some) = ("PutThirdPartyJobFailureResult", "ListPipelines");
    assert_eq!(doubt(none, b""), None);
    assert_eq!(doubt(none, b"{}"), None);
    assert_eq!(doubt(none, b"<html>"), Some(Doubt::Format("JSON")));
    assert_eq!(
        doubt(some, b"{\"nextToken\":\"\xff\"}"),
        Some(Doubt::Encoding)
    );
    assert_eq!(doubt(some, b"{}"), None);
}

#[test]
fn an_error_of_reading_names_its_cause() {
    use opsmith_runtime::codec::json;
    use opsmith_runtime::visit::VisitError;
    use std::error::Error as _;
    let error: DeserializeError = json::document("[1").expect_err("open");
    assert!(
        error
            .source()
            .is_some_and(|cause| cause.is::<serde_json::Error>())
    );
    let error = DeserializeError::from(VisitError::kind("list"));
    assert!(error.source().is_some_and(|cause| cause.is::<VisitError>()));
}
