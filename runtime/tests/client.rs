//! The typed client over a transport that records requests and returns scripted answers.

use opsmith_codepipeline::{
    Client, Config, FailureDetails, FailureType, ListPipelinesInput,
    PutThirdPartyJobFailureResultInput, StartPipelineExecutionInput,
};
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::Request;
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
    String::from_utf8(request.body.as_bytes().expect("bytes").to_vec()).expect("UTF-8")
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
        (&*request.method, request.url.as_str()),
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
        let body: serde_json::Value =
            serde_json::from_slice(request(&fake).body.as_bytes().expect("bytes")).expect("JSON");
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
