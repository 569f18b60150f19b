//! The typed client over a transport that records requests and answers as told.

use opsmith_codepipeline::schema::SERVICE;
use opsmith_codepipeline::{
    Client, Config, Error, ErrorCode, FailureDetails, FailureType, GetPipelineStateInput,
    GetThirdPartyJobDetailsInput, ListPipelinesInput, PipelineType,
    PutThirdPartyJobFailureResultInput, StartPipelineExecutionInput,
};
use opsmith_runtime::Timestamp;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::Request;
use opsmith_runtime::schema::Service;
use opsmith_runtime::validate::Mode;
use std::sync::Arc;

fn answering(status: u16, body: &str) -> Arc<Fake> {
    Fake::answering(Answer::new(status, body).header("x-amzn-requestid", "request-1"))
}

fn request(fake: &Fake) -> Request {
    fake.requests()
        .into_iter()
        .next()
        .expect("a request was sent")
}

fn config(fake: &Arc<Fake>) -> Config {
    fake.config()
        .endpoint_url("http://127.0.0.1:9")
        .max_attempts(1)
}

fn client(fake: &Arc<Fake>) -> Client {
    Client::new(config(fake))
}

fn wait<T>(call: impl IntoFuture<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(call.into_future())
}

fn failure(kind: FailureType, message: &str) -> PutThirdPartyJobFailureResultInput {
    PutThirdPartyJobFailureResultInput::new("job-1", "token-1", FailureDetails::new(kind, message))
}

fn body(request: &Request) -> String {
    String::from_utf8(request.body.clone()).expect("UTF-8")
}

fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    let found = request.headers.iter().find(|(found, _)| found == name);
    found.map_or_else(|| panic!("no {name} in {request:?}"), |(_, value)| value)
}

#[test]
fn a_request_is_what_the_model_says_and_signed() {
    let fake = answering(200, "");
    wait(
        client(&fake)
            .put_third_party_job_failure_result(failure(FailureType::JobFailed, "tests failed")),
    )
    .expect("ok");
    let request = request(&fake);
    assert_eq!(
        (request.method, request.url.as_str()),
        ("POST", "http://127.0.0.1:9/")
    );
    assert_eq!(
        header(&request, "content-type"),
        "application/x-amz-json-1.1"
    );
    assert_eq!(
        header(&request, "x-amz-target"),
        "CodePipeline_20150709.PutThirdPartyJobFailureResult"
    );
    assert!(header(&request, "authorization").contains("/eu-west-1/codepipeline/aws4_request"));
    // Proxies may change who calls, and each attempt has its own number.
    assert!(
        header(&request, "authorization")
            .contains("SignedHeaders=content-type;host;x-amz-date;x-amz-target,")
    );
    assert!(header(&request, "user-agent").starts_with("opsmith/"));
    let expected = r#"{"jobId":"job-1","clientToken":"token-1","failureDetails":{"type":"JobFailed","message":"tests failed"}}"#;
    assert_eq!(body(&request), expected);
}

#[test]
fn the_target_has_the_prefix_of_the_row() {
    let fake = answering(200, "{}");
    let service = Service {
        target_prefix: "com.example.v1.Pipelines",
        ..SERVICE
    };
    let client = opsmith_runtime::Client::new(&service, config(&fake));
    let prepared = client
        .prepare("ListPipelines", &ListPipelinesInput::default())
        .expect("prepared");
    wait(client.send(prepared)).expect("sent");
    assert_eq!(
        header(&request(&fake), "x-amz-target"),
        "com.example.v1.Pipelines.ListPipelines"
    );
}

#[test]
fn anonymous_requests_are_not_signed() {
    let fake = answering(200, "{}");
    let client = Client::new(config(&fake).anonymous());
    wait(client.list_pipelines(ListPipelinesInput::default())).expect("ok");
    assert!(
        request(&fake)
            .headers
            .iter()
            .all(|(name, _)| name != "authorization" && name != "x-amz-date")
    );
}

#[test]
fn idempotency_tokens_are_made_up_unless_given() {
    let token = |input| {
        let fake = answering(200, "{}");
        wait(client(&fake).start_pipeline_execution(input)).expect("ok");
        let body: serde_json::Value = serde_json::from_slice(&request(&fake).body).expect("JSON");
        body["clientRequestToken"]
            .as_str()
            .expect("a token")
            .to_owned()
    };
    let input = StartPipelineExecutionInput::new("pipeline");
    assert_eq!(token(input.clone().client_request_token("mine")), "mine");
    let first = token(input.clone());
    let second = token(input);
    assert_eq!(first.len(), 36);
    assert_ne!(first, second);
}

#[test]
fn a_refusal_lists_every_violation_and_sends_nothing() {
    let fake = answering(200, "");
    let input = PutThirdPartyJobFailureResultInput::new(
        "",
        "t",
        FailureDetails::new(FailureType::Unknown("jobfailed".to_owned()), ""),
    );
    let error = wait(client(&fake).put_third_party_job_failure_result(input)).expect_err("refused");
    assert!(fake.requests().is_empty());
    let text = error.to_string();
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
    let sent = |mode, input| {
        let fake = answering(200, "");
        let client = Client::new(config(&fake).validation(mode));
        wait(client.put_third_party_job_failure_result(input)).is_ok()
            && !fake.requests().is_empty()
    };
    let unknown = || failure(FailureType::Unknown("Newer".to_owned()), "m");
    let long = || failure(FailureType::JobFailed, &"m".repeat(5001));
    let empty = || failure(FailureType::JobFailed, "");
    for (mode, expected) in [
        (Mode::Off, [true, true, true]),
        (Mode::Compat, [true, true, false]),
        (Mode::Standard, [false, true, false]),
        (Mode::Strict, [false, false, false]),
    ] {
        assert_eq!(
            [
                sent(mode, unknown()),
                sent(mode, long()),
                sent(mode, empty())
            ],
            expected,
            "{mode:?}"
        );
    }
}

#[test]
fn answers_do_not_fail_on_what_the_model_does_not_expect() {
    let answer = r#"{"pipelines":[{"name":"p","version":null,"pipelineType":"V9","created":1.5,"newer":{"a":[1,{}]}},{}]}"#;
    let output =
        wait(client(&answering(200, answer)).list_pipelines(ListPipelinesInput::default()))
            .expect("ok");
    let pipelines = output.pipelines.expect("pipelines");
    let first = pipelines.first().expect("two pipelines");
    assert_eq!(
        first.pipeline_type,
        Some(PipelineType::Unknown("V9".to_owned()))
    );
    assert_eq!(first.created.expect("a date").epoch(), 1.5);
    assert_eq!((first.version, pipelines.len()), (None, 2));
}

#[test]
fn answers_that_depart_from_the_model_are_read_as_far_as_they_can_be_understood() {
    let answer = r#"{"pipelines":[null,{"name":7,"version":"7","created":"2026-01-02T03:04:05+02:00"},
        {"name":true,"version":7.0,"created":"1767225600","updated":9223372036854775807}],"nextToken":1.5}"#;
    let output =
        wait(client(&answering(200, answer)).list_pipelines(ListPipelinesInput::default()))
            .expect("ok");
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
        let read =
            wait(client(&answering(200, answer)).list_pipelines(ListPipelinesInput::default()));
        let expected = format!("the service's answer can't be read: ListPipelines: {expected}");
        assert_eq!(read.expect_err(answer).to_string(), expected);
    }
}

#[test]
fn points_beyond_the_calendar_are_not_sent_as_dates() {
    use opsmith_runtime::document::Document;
    use opsmith_runtime::schema::{TimestampFormat, Trait, member, structure, timestamp};
    use opsmith_runtime::visit::TypedDocument;
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
        let json = opsmith_runtime::codec::json::write(&value, &service, 0, None);
        json.map(|json| String::from_utf8(json).expect("text"))
            .map_err(|refused| refused.to_string())
    };
    let never = Timestamp::new(i64::MAX, 0);
    let refused = Err("the value is not a point in time that the calendar has".to_owned());
    assert_eq!(
        written(TimestampFormat::EpochSeconds, never),
        Ok("{\"at\":9223372036854775807}".to_owned())
    );
    assert_eq!(written(TimestampFormat::DateTime, never), refused);
    assert_eq!(written(TimestampFormat::HttpDate, never), refused);
}

#[test]
fn required_members_that_an_answer_omits_have_a_default() {
    let answer =
        r#"{"jobDetails":{"data":{"actionTypeId":{"category":"Build"},"artifactCredentials":{}}}}"#;
    let input = GetThirdPartyJobDetailsInput::new("job-1", "token-1");
    let output =
        wait(client(&answering(200, answer)).get_third_party_job_details(input)).expect("ok");
    let data = output
        .job_details
        .and_then(|details| details.data)
        .expect("data");
    assert_eq!(
        data.action_type_id.map(|id| id.provider),
        Some(String::new())
    );
    let state =
        wait(client(&answering(200, "{}")).get_pipeline_state(GetPipelineStateInput::new("p")));
    assert_eq!(state.expect("ok").stage_states, None);
}

#[test]
fn an_error_of_the_service_has_code_message_status_and_request_id() {
    let fake = answering(
        400,
        r#"{"__type":"com.amazonaws#JobNotFoundException:","message":"no such job"}"#,
    );
    let input = failure(FailureType::JobFailed, "m");
    let error =
        wait(client(&fake).put_third_party_job_failure_result(input)).expect_err("an error");
    assert_eq!(ErrorCode::of(&error), Some(ErrorCode::JobNotFoundException));
    assert!(error.is(ErrorCode::JobNotFoundException) && !error.is("InvalidJobException"));
    assert_eq!(error.message(), Some("no such job"));
    assert_eq!(error.request_id(), Some("request-1"));
    let expected = "PutThirdPartyJobFailureResult: JobNotFoundException: no such job (HTTP 400, request id request-1)";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn errors_in_odd_bodies_degrade_to_the_status() {
    for (status, answer, code, message) in [
        (500, "", "500", "Internal Server Error"),
        (503, "<html>busy</html>", "503", "Service Unavailable"),
        (400, "plain text", "400", "plain text"),
        (400, "[1]", "400", "[1]"),
        (400, r#"{"__type":7,"Message":"m"}"#, "400", "m"),
        (400, r#"{"__type":"Newer","message":"m"}"#, "Newer", "m"),
        (400, r#"{"__type":"X","message":null}"#, "X", ""),
        (
            400,
            r#"{"__type":"X","message":null,"Message":"M"}"#,
            "X",
            "M",
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
fn errors_read_alike_as_text_for_people_and_for_a_main_that_fails() {
    let error = wait(
        client(&answering(400, r#"{"__type":"X","message":"m"}"#))
            .list_pipelines(ListPipelinesInput::default()),
    );
    let error = error.expect_err("an error");
    assert_eq!(
        format!("{error:?}"),
        "ListPipelines: X: m (HTTP 400, request id request-1)"
    );
    assert_eq!(format!("{error:?}"), error.to_string());
    // What the layers below say is a chain of sources.
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("an address");
    let config = Config::new()
        .region("r")
        .anonymous()
        .endpoint_url(format!("http://{closed}"))
        .max_attempts(1);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let call = Client::new(config).list_pipelines(ListPipelinesInput::default());
    let error = runtime
        .block_on(call.into_future())
        .expect_err("nobody listens");
    let chain: Vec<_> =
        std::iter::successors(std::error::Error::source(&error), |error| error.source()).collect();
    assert!(
        chain.len() > 1 && chain.iter().any(|cause| cause.is::<std::io::Error>()),
        "{chain:?}"
    );
}

#[test]
fn an_answer_that_is_no_json_is_an_error_only_where_there_is_output() {
    let page = || answering(200, "<html>Log in</html>");
    let read = wait(client(&page()).list_pipelines(ListPipelinesInput::default()));
    assert!(matches!(read, Err(Error::Response(_))), "{read:?}");
    wait(client(&page()).put_third_party_job_failure_result(failure(FailureType::JobFailed, "m")))
        .expect("ok");
}

#[test]
fn secrets_are_in_no_debug_output() {
    let fake = answering(200, "");
    let input = failure(FailureType::JobFailed, "m");
    let shown = format!("{input:?} {:?} {:?}", config(&fake), client(&fake));
    assert!(
        !shown.contains("token-1") && !shown.contains("fake-secret"),
        "{shown}"
    );
    wait(client(&fake).put_third_party_job_failure_result(input)).expect("ok");
    let shown = format!("{:?}", request(&fake));
    assert!(
        !shown.contains("token-1") && !shown.contains("Signature"),
        "{shown}"
    );

    let client = Client::new(config(&fake).endpoint_url("http://me:password@127.0.0.1:9"));
    wait(client.put_third_party_job_failure_result(failure(FailureType::JobFailed, "m")))
        .expect("ok");
    let shown = format!("{client:?}");
    assert!(
        shown.contains("@127.0.0.1:9") && !shown.contains("password"),
        "{shown}"
    );
}

#[test]
fn without_a_region_the_error_says_how_to_give_one() {
    let fake = answering(200, "");
    let client = Client::new(Config::new().transport(fake.clone()));
    let error = wait(client.list_pipelines(ListPipelinesInput::default())).expect_err("no region");
    assert!(error.to_string().contains("region"), "{error}");
}

#[test]
fn an_id_of_the_application_is_in_the_user_agent() {
    use opsmith_runtime::config::{Env, Settings};
    for (id, sent) in [
        ("", ""),
        ("team-7", " app/team-7"),
        ("a b\n\u{e9}", " app/a-b--"),
    ] {
        let fake = answering(200, "{}");
        let env = Env::with_variables([("HOME", "/nonexistent"), ("AWS_SDK_UA_APP_ID", id)]);
        let settings = Arc::new(Settings::load(env, None).expect("settings"));
        let config = Config::from_settings(settings)
            .expect("a configuration")
            .anonymous()
            .region("r");
        let client = Client::new(
            config
                .endpoint_url("http://127.0.0.1:9")
                .transport(fake.clone()),
        );
        wait(client.list_pipelines(ListPipelinesInput::default())).expect("an answer");
        let request = request(&fake);
        let (_, agent) = request
            .headers
            .iter()
            .find(|(name, _)| name == "user-agent")
            .expect("a user agent");
        assert_eq!(
            agent,
            &format!("opsmith/{}{sent}", env!("CARGO_PKG_VERSION"))
        );
    }
}

#[test]
fn what_is_checked_while_it_is_written_is_what_is_checked_by_itself() {
    use opsmith_runtime::codec::json;
    use opsmith_runtime::document::Document;
    use opsmith_runtime::validate::validate;
    use opsmith_runtime::visit::{DocumentBuilder, TypedDocument};
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
        (
            r#"{"other": 1, "tags": [{"key": "k"}, {"key": "", "value": "v"}]}"#,
            4,
        ),
        (
            r#"{"pipeline": {"name": "p", "stages": [{"name": "s", "actions": [{"configuration": {"": "x", "k": ""}, "x": 1}]}]}}"#,
            6,
        ),
        (r#"{"pipeline": [{"a": {"b": 1}}], "tags": {"x": []}}"#, 2),
    ] {
        let mut visitor = DocumentBuilder::new(&Service::NONE, 0);
        json::read(text.as_bytes(), &Service::NONE, 0, &mut visitor).expect("JSON");
        let document: Document = visitor.finish();
        let value = TypedDocument {
            document: &document,
            service: &SERVICE,
            shape,
        };
        let mut found = Vec::new();
        let written = json::write(&value, &SERVICE, shape, Some(&mut found));
        assert_eq!(found, validate(&value, &SERVICE, shape), "{text}");
        assert_eq!(found.len(), wrong, "{text}: {found:#?}");
        assert!(wrong > 0 || written.is_ok_and(|json| json == text.replace(": ", ":").replace(", ", ",").as_bytes()));
    }
}
