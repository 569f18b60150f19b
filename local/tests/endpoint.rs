//! The endpoint as clients see it: the typed client, the AWS CLI where it is installed, and
//! requests that are wrong.

#[path = "../../tests/support/skipped.rs"]
mod skipped;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use opsmith_codepipeline::{
    AcknowledgeJobInput, AcknowledgeThirdPartyJobInput, ActionCategory, ActionOwner, ActionTypeId,
    Client, Config, CurrentRevision, Error, ErrorCode, ExecutionDetails, FailureDetails,
    FailureType, GetJobDetailsInput, GetPipelineInput, GetThirdPartyJobDetailsInput, JobStatus,
    ListPipelinesInput, PollForJobsInput, PollForThirdPartyJobsInput, PutJobFailureResultInput,
    PutJobSuccessResultInput, PutThirdPartyJobFailureResultInput,
    PutThirdPartyJobSuccessResultInput,
};
use opsmith_local::codepipeline::jobs::{Entry, Job, Jobs, Status};
use opsmith_local::codepipeline::{Endpoint, Options};
use opsmith_local::store::Store;
use opsmith_local::{Fault, FaultSchedule, REGION};
use opsmith_runtime::identity::Credentials;
use opsmith_runtime::validate::Mode;
use skipped::skipped;

fn wait<T>(call: impl IntoFuture<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(call.into_future())
}

fn config(endpoint: &Endpoint) -> Config {
    let credentials = endpoint.credentials();
    let secret = credentials.secret_access_key.expose();
    let credentials = Credentials::new(credentials.access_key_id.clone(), secret, "test");
    Config::new()
        .region(REGION)
        .endpoint_url(endpoint.url())
        .credentials(credentials)
}

fn client(endpoint: &Endpoint) -> Client {
    Client::new(config(endpoint))
}

/// An endpoint with one job that waits to be polled, and its messages.
fn waiting() -> (Endpoint, Arc<Mutex<Vec<String>>>) {
    let mut job = Job::demo();
    job.id = "job-1".to_owned();
    job.client = Some(opsmith_local::codepipeline::jobs::Client {
        id: "client-1".to_owned(),
        token: "token-1".into(),
    });
    let mut jobs = Jobs::default();
    jobs.add(job, "nonce-1");
    let messages = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&messages);
    let options = Options::new()
        .jobs(jobs)
        .on_event(move |event| sink.lock().unwrap().push(event.to_string()));
    (Endpoint::start_with(options).unwrap(), messages)
}

fn demo_type() -> ActionTypeId {
    ActionTypeId::new(ActionCategory::Test, ActionOwner::ThirdParty, "Demo", "1")
}

fn failure(job: &str, token: &str) -> PutThirdPartyJobFailureResultInput {
    PutThirdPartyJobFailureResultInput::new(
        job,
        token,
        FailureDetails::new(FailureType::JobFailed, "tests failed"),
    )
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorCode {
    let error = result.unwrap_err();
    ErrorCode::of(&error).unwrap_or_else(|| panic!("{error}"))
}

async fn acknowledge(client: &Client, nonce: &str) -> Result<Option<JobStatus>, Error> {
    let input = AcknowledgeThirdPartyJobInput::new("job-1", nonce, "token-1");
    client
        .acknowledge_third_party_job(input)
        .await
        .map(|output| output.status)
}

async fn details(client: &Client) -> opsmith_codepipeline::ThirdPartyJobDetails {
    let input = GetThirdPartyJobDetailsInput::new("job-1", "token-1");
    client
        .get_third_party_job_details(input)
        .await
        .unwrap()
        .job_details
        .unwrap()
}

#[test]
fn a_worker_goes_through_the_life_of_a_job() {
    let (endpoint, messages) = waiting();
    let client = client(&endpoint);
    wait(async {
        let polled = client
            .poll_for_third_party_jobs(PollForThirdPartyJobsInput::new(demo_type()))
            .await
            .unwrap();
        assert_eq!(
            polled
                .jobs
                .unwrap()
                .first()
                .and_then(|job| job.job_id.clone()),
            Some("job-1".to_owned())
        );

        let first = details(&client).await;
        assert_eq!(
            first
                .data
                .as_ref()
                .and_then(|data| data.continuation_token.clone()),
            None
        );
        assert_eq!(
            acknowledge(&client, "nonce-1").await.unwrap(),
            Some(JobStatus::InProgress)
        );
        assert_eq!(
            code(acknowledge(&client, "nonce-1").await),
            ErrorCode::InvalidNonceException
        );

        let progress = ExecutionDetails::default()
            .percent_complete(40)
            .summary("half way");
        let going_on = PutThirdPartyJobSuccessResultInput::new("job-1", "token-1")
            .continuation_token("page-2")
            .current_revision(CurrentRevision::new("abc", "1"))
            .execution_details(progress);
        client
            .put_third_party_job_success_result(going_on)
            .await
            .unwrap();

        let again = details(&client).await;
        assert_eq!(
            again.data.and_then(|data| data.continuation_token),
            Some("page-2".to_owned())
        );
        let nonce = again.nonce.unwrap();
        assert_ne!(nonce, "nonce-1");
        acknowledge(&client, &nonce).await.unwrap();
        client
            .put_third_party_job_success_result(PutThirdPartyJobSuccessResultInput::new(
                "job-1", "token-1",
            ))
            .await
            .unwrap();
    });
    assert_eq!(endpoint.status("job-1"), Some(Status::Succeeded));
    let messages = messages.lock().unwrap().join("\n");
    assert!(
        messages.contains("Queued -> Dispatched") && messages.contains("InProgress -> Succeeded"),
        "{messages}"
    );
    assert!(!messages.contains("token-1"), "{messages}");
}

#[test]
fn unexpected_results_are_refused() {
    let (endpoint, _) = waiting();
    let client = client(&endpoint);
    wait(async {
        let put = |job: &'static str, token: &'static str| {
            let client = client.clone();
            async move {
                client
                    .put_third_party_job_failure_result(failure(job, token))
                    .await
            }
        };
        assert_eq!(
            code(put("job-9", "token-1").await),
            ErrorCode::JobNotFoundException
        );
        assert_eq!(
            code(put("job-1", "wrong").await),
            ErrorCode::InvalidClientTokenException
        );
        assert_eq!(
            code(put("job-1", "token-1").await),
            ErrorCode::InvalidJobStateException
        );
        acknowledge(&client, "nonce-1").await.unwrap();
        put("job-1", "token-1").await.unwrap();
        assert_eq!(
            code(put("job-1", "token-1").await),
            ErrorCode::InvalidJobStateException
        );
    });
    assert_eq!(endpoint.status("job-1"), Some(Status::Failed));
}

#[test]
fn what_is_not_kept_and_what_is_invalid() {
    let endpoint = Endpoint::start().unwrap();
    let off = Client::new(config(&endpoint).validation(Mode::Off));
    let error = wait(off.list_pipelines(ListPipelinesInput::default())).unwrap_err();
    assert_eq!(error.code(), Some("NotImplementedException"));
    let input = PutThirdPartyJobFailureResultInput::new(
        "",
        "t",
        FailureDetails::new(FailureType::Unknown("Odd".to_owned()), "m".repeat(5001)),
    );
    let error = wait(off.put_third_party_job_failure_result(input)).unwrap_err();
    let text = error.to_string();
    for part in [
        "ValidationException",
        "3 validation error(s)",
        "jobId",
        "failureDetails.type",
        "failureDetails.message",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn signatures_that_are_wrong() {
    let endpoint = Endpoint::start().unwrap();
    let put = |config: Config| {
        let error = wait(
            Client::new(config)
                .put_third_party_job_failure_result(failure("demo-job", "demo-token")),
        );
        error.unwrap_err().code().map(str::to_owned)
    };
    let other = |id: &str, secret: &str| {
        config(&endpoint).credentials(Credentials::new(id, secret, "test"))
    };
    let name = endpoint.credentials().access_key_id.clone();
    assert_eq!(
        put(other(&name, "wrong")).as_deref(),
        Some("InvalidSignatureException")
    );
    assert_eq!(
        put(other("AKIDOTHER", "wrong")).as_deref(),
        Some("UnrecognizedClientException")
    );
    assert_eq!(
        put(config(&endpoint).anonymous()).as_deref(),
        Some("MissingAuthenticationTokenException")
    );
    assert_eq!(endpoint.status("demo-job"), Some(Status::InProgress));
}

/// A signed request as it goes over the wire.
fn signed(endpoint: &Endpoint, target: &str, body: &str, at: SystemTime) -> String {
    use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
    let credentials = endpoint.credentials();
    let secret = credentials.secret_access_key.expose();
    let identity = aws_credential_types::Credentials::new(
        &credentials.access_key_id,
        secret,
        None,
        None,
        "test",
    )
    .into();
    let parameters = aws_sigv4::sign::v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name("codepipeline")
        .time(at)
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let url = format!("{}/", endpoint.url());
    let headers = [("x-amz-target", target)].into_iter();
    let request =
        SignableRequest::new("POST", &url, headers, SignableBody::Bytes(body.as_bytes())).unwrap();
    let (instructions, _) = sign(request, &parameters).unwrap().into_parts();
    let headers = instructions
        .headers()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect::<String>();
    let host = endpoint.url().replace("http://", "");
    format!(
        "POST / HTTP/1.1\r\nhost: {host}\r\nx-amz-target: {target}\r\n{headers}connection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn exchange(endpoint: &Endpoint, request: &str) -> String {
    let mut stream = TcpStream::connect(endpoint.url().trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn requests_that_are_wrong() {
    let endpoint = Endpoint::start().unwrap();
    let now = SystemTime::now();
    let put = "CodePipeline_20150709.PutThirdPartyJobFailureResult";
    let body = r#"{"jobId":"demo-job","clientToken":"demo-token","failureDetails":{"type":"JobFailed","message":"m"}}"#;
    let late = now - Duration::from_secs(16 * 60);
    for (request, expected) in [
        (
            signed(&endpoint, "CodePipeline_20150709.Nothing", body, now),
            "UnknownOperationException",
        ),
        (
            signed(&endpoint, "Other.PutThirdPartyJobFailureResult", body, now),
            "UnknownOperationException",
        ),
        (signed(&endpoint, put, "{", now), "SerializationException"),
        (
            signed(&endpoint, put, r#"{"jobId":5}"#, now),
            "SerializationException",
        ),
        (signed(&endpoint, put, "{}", now), "ValidationException"),
        (
            signed(&endpoint, put, body, late),
            "InvalidSignatureException",
        ),
        (
            signed(&endpoint, put, body, now).replace("\"m\"", "\"n\""),
            "InvalidSignatureException",
        ),
        (
            signed(&endpoint, put, body, now).replace("authorization: AWS4", "authorization: AWS5"),
            "IncompleteSignature",
        ),
    ] {
        let answer = exchange(&endpoint, &request);
        assert!(
            answer.starts_with("HTTP/1.1 400") && answer.contains(expected),
            "{expected}: {answer}"
        );
        assert!(
            answer.to_lowercase().contains("x-amzn-requestid: "),
            "{answer}"
        );
    }
    let answer = exchange(&endpoint, &signed(&endpoint, put, body, now));
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn the_aws_cli_is_a_client_like_any_other() {
    let aws = Path::new("/usr/bin/aws");
    if !aws.exists() {
        return skipped("/usr/bin/aws is not installed");
    }
    let endpoint = Endpoint::start().unwrap();
    let mut command = Command::new(aws);
    command
        .env_clear()
        .env("HOME", "/nonexistent")
        .env("PATH", "/usr/bin:/bin");
    for line in endpoint.export_lines().lines() {
        let (name, value) = line.trim_start_matches("export ").split_once('=').unwrap();
        command.env(name, value);
    }
    // Versions before 2.13 do not read AWS_ENDPOINT_URL.
    command.args([
        "--endpoint-url",
        &endpoint.url(),
        "codepipeline",
        "put-third-party-job-failure-result",
    ]);
    command.args(["--job-id", "demo-job", "--client-token", "demo-token"]);
    let output = command
        .args(["--failure-details", "type=JobFailed,message=m"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(endpoint.status("demo-job"), Some(Status::Failed));
}

/// Ids of custom jobs have this form.
const CUSTOM: &str = "00000000-0000-4000-8000-00000000000a";

fn custom_job() -> Job {
    let mut job = Job::demo();
    job.client = None;
    job.id = CUSTOM.to_owned();
    job.action_type = {
        let [category, owner, provider, version] =
            ["Build", "Custom", "Mill", "2"].map(str::to_owned);
        opsmith_local::codepipeline::jobs::ActionType {
            category,
            owner,
            provider,
            version,
        }
    };
    job
}

#[test]
fn a_custom_job_has_its_details_in_the_poll_and_needs_no_token() {
    let endpoint = Endpoint::start().unwrap();
    let client = client(&endpoint);
    endpoint.add(custom_job()).unwrap();
    let mill = ActionTypeId::new(ActionCategory::Build, ActionOwner::Custom, "Mill", "2");
    wait(async {
        let other = PollForJobsInput::new(mill.clone())
            .query_param([("Suite".to_owned(), "none".to_owned())]);
        assert_eq!(
            client
                .poll_for_jobs(other)
                .await
                .unwrap()
                .jobs
                .map(|jobs| jobs.len()),
            Some(0)
        );
        let polled = client
            .poll_for_jobs(PollForJobsInput::new(mill))
            .await
            .unwrap()
            .jobs
            .unwrap()
            .remove(0);
        let id = polled.id.unwrap();
        let nonce = polled.nonce.unwrap();
        let context = polled.data.unwrap().pipeline_context.unwrap();
        assert!(context.pipeline_arn.unwrap().ends_with(":demo-pipeline"));
        let third_party = AcknowledgeThirdPartyJobInput::new(&*id, &*nonce, "demo-token");
        assert_eq!(
            code(client.acknowledge_third_party_job(third_party).await),
            ErrorCode::JobNotFoundException
        );
        let taken = client
            .acknowledge_job(AcknowledgeJobInput::new(&*id, &*nonce))
            .await
            .unwrap();
        assert_eq!(taken.status, Some(JobStatus::InProgress));
        let again = client
            .acknowledge_job(AcknowledgeJobInput::new(&*id, &*nonce))
            .await;
        assert_eq!(code(again), ErrorCode::InvalidNonceException);
        let more = PutJobSuccessResultInput::new(&*id).continuation_token("more");
        client.put_job_success_result(more).await.unwrap();
        assert_eq!(endpoint.status(&id), Some(Status::Queued));
        let details = client
            .get_job_details(GetJobDetailsInput::new(&*id))
            .await
            .unwrap()
            .job_details
            .unwrap();
        assert_eq!(
            details.data.unwrap().continuation_token.as_deref(),
            Some("more")
        );
        let nonce = &endpoint
            .jobs()
            .into_iter()
            .find(|entry| entry.job.id == id)
            .unwrap()
            .nonce;
        client
            .acknowledge_job(AcknowledgeJobInput::new(&*id, &**nonce))
            .await
            .unwrap();
        let failed = FailureDetails::new(FailureType::JobFailed, "broke");
        client
            .put_job_failure_result(PutJobFailureResultInput::new(&*id, failed))
            .await
            .unwrap();
        assert_eq!(endpoint.status(&id), Some(Status::Failed));
    });
}

#[test]
fn a_stub_answers_every_operation_with_a_sample() {
    let options = Options::new().samples(true);
    let endpoint = Endpoint::start_with(options).unwrap();
    let client = client(&endpoint);
    let pipeline = wait(client.get_pipeline(GetPipelineInput::new("p")))
        .unwrap()
        .pipeline
        .unwrap();
    assert_eq!(
        (pipeline.name.as_str(), pipeline.version),
        ("name", Some(1))
    );
    let action = &pipeline.stages[0].actions[0];
    assert_eq!(
        action.action_type_id.category,
        ActionCategory::Source,
        "a value of the model"
    );
    // Whoever asks for all pages is given one.
    let mut pages = client.list_pipelines(ListPipelinesInput::default()).pages();
    let page = wait(async { pages.next().await }).unwrap().unwrap();
    assert_eq!((page.pipelines.unwrap().len(), page.next_token), (1, None));
    assert!(wait(async { pages.next().await }).is_none());
    let endpoint = Endpoint::start().unwrap();
    let refused = wait(self::client(&endpoint).get_pipeline(GetPipelineInput::new("p")));
    assert_eq!(refused.unwrap_err().code(), Some("NotImplementedException"));
}

#[test]
fn faults_are_injected_as_scheduled() {
    let (endpoint, _) = waiting();
    let client = Client::new(config(&endpoint).max_attempts(1));
    let poll =
        || wait(client.poll_for_third_party_jobs(PollForThirdPartyJobsInput::new(demo_type())));
    endpoint.inject(
        Fault::Throttle,
        FaultSchedule::Next(1),
        "PollForThirdPartyJobs",
    );
    assert_eq!(poll().unwrap_err().code(), Some("ThrottlingException"));
    endpoint.inject(Fault::Reset, FaultSchedule::Next(1), "");
    assert!(matches!(poll(), Err(Error::Transport(_))));
    endpoint.inject(
        Fault::Answer(500, "oops".to_owned()),
        FaultSchedule::Next(1),
        "",
    );
    assert_eq!(
        poll().unwrap_err().service().map(|error| error.status),
        Some(500)
    );
    // The answer is lost, and yet it was done.
    endpoint.inject(Fault::DropResponse, FaultSchedule::Next(1), "");
    assert_eq!(endpoint.status("job-1"), Some(Status::Queued));
    assert!(matches!(poll(), Err(Error::Transport(_))));
    assert_eq!(endpoint.status("job-1"), Some(Status::Dispatched));
    endpoint.inject(Fault::Throttle, FaultSchedule::Every(1), "");
    endpoint.clear_faults();
    // Whoever looks at the answer's date signs for the endpoint's time, and is let in while its
    // clock is off.
    for (seconds, code) in [
        (3600, Some("InvalidSignatureException")),
        (-3600, Some("InvalidSignatureException")),
        (i64::MAX, None),
    ] {
        let client = Client::new(config(&endpoint).max_attempts(1));
        endpoint.inject(Fault::Skew(seconds), FaultSchedule::Next(1), "");
        let polled =
            wait(client.poll_for_third_party_jobs(PollForThirdPartyJobsInput::new(demo_type())));
        assert_eq!(
            polled.err().as_ref().and_then(Error::code),
            code,
            "{seconds}"
        );
    }
    endpoint.inject(Fault::Skew(3600), FaultSchedule::Next(2), "");
    let patient = Client::new(config(&endpoint).max_attempts(2));
    wait(patient.poll_for_third_party_jobs(PollForThirdPartyJobsInput::new(demo_type()))).unwrap();
    let before = std::time::Instant::now();
    endpoint.inject(
        Fault::Delay(std::time::Duration::from_millis(50)),
        FaultSchedule::Next(1),
        "",
    );
    poll().unwrap();
    assert!(before.elapsed().as_millis() >= 50);
}

#[test]
fn clients_learn_the_time_of_an_endpoint_whose_clock_is_off() {
    let ahead = || SystemTime::now() + std::time::Duration::from_secs(3600);
    let options = Options::new().clock(ahead);
    let endpoint = Endpoint::start_with(options).unwrap();
    let client = Client::new(config(&endpoint).max_attempts(1));
    let refused = wait(
        client.get_third_party_job_details(GetThirdPartyJobDetailsInput::new(
            "demo-job",
            "demo-token",
        )),
    );
    assert_eq!(
        refused.unwrap_err().code(),
        Some("InvalidSignatureException")
    );
}

#[test]
fn saved_state_is_loaded_in_the_next_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jobs.state");
    let start = || {
        let (store, kept) = Store::open(&path).unwrap();
        let jobs = if kept.is_empty() {
            Jobs::demo(SystemTime::now())
        } else {
            Jobs::restore(kept)
        };
        Endpoint::start_with(Options::new().jobs(jobs).store(store)).unwrap()
    };
    let endpoint = start();
    endpoint.add(custom_job()).unwrap();
    wait(client(&endpoint).put_third_party_job_failure_result(failure("demo-job", "demo-token")))
        .unwrap();
    // One process at a time.
    assert!(
        Store::<Entry>::open(&path)
            .unwrap_err()
            .to_string()
            .contains("jobs.state")
    );
    drop(endpoint);
    let endpoint = start();
    let states: Vec<_> = endpoint
        .jobs()
        .into_iter()
        .map(|entry| (entry.job.id, entry.status))
        .collect();
    assert_eq!(
        states,
        [
            ("demo-job".to_owned(), Status::Failed),
            (CUSTOM.to_owned(), Status::Queued)
        ]
    );
    std::fs::write(folder.path().join("other"), "no state").unwrap();
    assert!(Store::<Entry>::open(&folder.path().join("other")).is_err());
}

/// Sends bytes and returns all that comes back, however the endpoint closes.
fn answer(endpoint: &Endpoint, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(endpoint.url().trim_start_matches("http://")).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    // It may refuse before all is sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut part) {
        answer.extend(&part[..count]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn attacks_are_refused_with_their_code_and_do_no_harm() {
    let endpoint = Endpoint::start().unwrap();
    let now = SystemTime::now();
    let put = "CodePipeline_20150709.PutThirdPartyJobFailureResult";
    let body = r#"{"jobId":"demo-job","clientToken":"demo-token","failureDetails":{"type":"JobFailed","message":"m"}}"#;
    let good = signed(&endpoint, put, body, now);
    let unsigned: String = good
        .split_inclusive('\n')
        .filter(|line| !line.to_lowercase().starts_with("authorization"))
        .collect();
    let with = |header: &str| {
        good.replace(
            "connection: close\r\n",
            &format!("{header}\r\nconnection: close\r\n"),
        )
    };
    // Whoever waits does no harm.
    let waiting: Vec<_> = (0..500)
        .map(|_| TcpStream::connect(endpoint.url().trim_start_matches("http://")).unwrap())
        .collect();
    for (attack, request, status, code) in [
        (
            "unsigned",
            unsigned,
            400,
            "MissingAuthenticationTokenException",
        ),
        (
            "altered body",
            good.replace("\"m\"", "\"n\""),
            400,
            "InvalidSignatureException",
        ),
        (
            "altered host",
            good.replace("host: 127.0.0.1", "host: 127.0.0.2"),
            400,
            "InvalidSignatureException",
        ),
        (
            "altered operation",
            good.replace("FailureResult\r\n", "SuccessResult\r\n"),
            400,
            "InvalidSignatureException",
        ),
        (
            "another path",
            good.replace("POST / ", "POST /x "),
            400,
            "InvalidSignatureException",
        ),
        (
            "another method",
            good.replace("POST / ", "PUT / "),
            400,
            "InvalidSignatureException",
        ),
        (
            "a query beside it",
            good.replace("POST / ", "POST /?x=y "),
            400,
            "InvalidSignatureException",
        ),
        (
            "two signatures",
            with("authorization: AWS4-HMAC-SHA256 x"),
            400,
            "IncompleteSignatureException",
        ),
        (
            "expired",
            signed(&endpoint, put, body, now - Duration::from_secs(901)),
            400,
            "InvalidSignatureException",
        ),
        (
            "of the future",
            signed(&endpoint, put, body, now + Duration::from_secs(930)),
            400,
            "InvalidSignatureException",
        ),
        (
            "announced as oversized",
            good.replace("content-length: ", "content-length: 99999999"),
            413,
            "RequestEntityTooLargeException",
        ),
        (
            "a header of a megabyte",
            with(&format!("x: {}", "y".repeat(1 << 20))),
            431,
            "",
        ),
        (
            "ten thousand headers",
            with(&"x: y\r\n".repeat(10_000)),
            431,
            "",
        ),
        ("no request", "\0\u{1}\u{2}\r\n\r\n".to_owned(), 400, ""),
        ("two lengths", with("content-length: 5"), 400, ""),
        (
            "a length below nothing",
            good.replace("content-length: ", "content-length: -"),
            400,
            "",
        ),
        (
            "chunks that are none",
            with("transfer-encoding: chunked").replace("content-length", "x-length"),
            400,
            "SerializationException",
        ),
    ] {
        let found = answer(&endpoint, request.as_bytes());
        let expected = format!("HTTP/1.1 {status} ");
        assert!(
            found.starts_with(&expected) && found.contains(code),
            "{attack}: {found}"
        );
    }
    assert_eq!(endpoint.status("demo-job"), Some(Status::InProgress));
    assert!(answer(&endpoint, good.as_bytes()).starts_with("HTTP/1.1 200 "));
    // Played again in time, as services allow, it finds the job ended.
    assert!(answer(&endpoint, good.as_bytes()).contains("InvalidJobStateException"));
    drop(waiting);
}

/// Half a minute, after which the endpoint has no more patience.
#[test]
fn requests_that_are_slow_are_refused_while_others_are_answered() {
    let endpoint = Endpoint::start().unwrap();
    let head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{";
    std::thread::scope(|scope| {
        let slow =
            [head, &head[..30]].map(|begun| scope.spawn(|| answer(&endpoint, begun.as_bytes())));
        let found = slow.map(|slow| slow.join().unwrap());
        assert!(
            found[0].starts_with("HTTP/1.1 408 ") && found[0].contains("RequestTimeoutException"),
            "{}",
            found[0]
        );
        assert!(
            found[1].is_empty() || found[1].starts_with("HTTP/1.1 408 "),
            "{}",
            found[1]
        );
    });
    assert!(
        answer(
            &endpoint,
            b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
        )
        .starts_with("HTTP/1.1 400 ")
    );
}
