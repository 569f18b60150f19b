//! Retries, over a transport that answers by a list, and pauses that take no time.

use opsmith_codepipeline::{
    Client, Config, Error, FailureDetails, FailureType, PutThirdPartyJobFailureResultInput,
};
use opsmith_runtime::config::Env;
use opsmith_runtime::config::Settings;
use opsmith_runtime::fake::{Answer, Fake, standing};
use opsmith_runtime::http::{Request, TransportErrorKind};
use opsmith_runtime::schema::{Fault, Protocol, Service, Trait, operation, structure};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// 2026-11-22T10:00:00Z
const NOW: Duration = Duration::from_secs(1_795_341_600);

fn status(status: u16) -> Answer {
    Answer::new(status, "")
}

/// An account whose clock shows [`NOW`].
struct Scene(Arc<Fake>);

impl Scene {
    fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        Scene(Fake::playing(answers))
    }

    fn client(&self, change: impl FnOnce(Config) -> Config) -> Client {
        Client::new(change(
            self.0
                .config()
                .clock(standing(SystemTime::UNIX_EPOCH + NOW)),
        ))
    }

    fn call(&self) -> Result<(), Error> {
        call(&self.client(|config| config))
    }

    fn sent(&self) -> usize {
        self.0.requests().len()
    }

    fn headers(&self, name: &str) -> Vec<String> {
        let value = |request: &Request| {
            let found = request.headers.iter().find(|(found, _)| found == name);
            found
                .unwrap_or_else(|| panic!("no {name} in {request:?}"))
                .1
                .to_string()
        };
        self.0.requests().iter().map(value).collect()
    }

    fn pauses(&self) -> Vec<(u64, u64)> {
        let millis = |time: Duration| u64::try_from(time.as_millis()).expect("a short time");
        self.0
            .pauses()
            .iter()
            .map(|(least, most)| (millis(*least), millis(*most)))
            .collect()
    }
}

fn call(client: &Client) -> Result<(), Error> {
    let details = FailureDetails::new(FailureType::JobFailed, "m");
    let input = PutThirdPartyJobFailureResultInput::new("job", "token", details);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime
        .block_on(
            client
                .put_third_party_job_failure_result(input)
                .into_future(),
        )
        .map(|_| ())
}

#[test]
fn what_passes_is_tried_again() {
    let codes = [
        "ThrottlingException",
        "RequestTimeout",
        "com.amazonaws#SlowDown",
        "LimitExceededException",
    ];
    let statuses = [429, 500, 502, 503, 504];
    use TransportErrorKind::{Checksum, Closed, Connect, ConnectTimeout, Proxy, ReadTimeout};
    let kinds = [
        Connect,
        ConnectTimeout,
        ReadTimeout,
        Closed,
        Proxy,
        Checksum,
    ];
    let answers = codes
        .iter()
        .map(|code| Answer::error(code))
        .chain(statuses.map(status))
        .chain(kinds.map(Answer::Failure));
    for answer in answers {
        let scene = Scene::new([answer.clone()]);
        assert!(scene.call().is_ok() && scene.sent() == 2, "{answer:?}");
    }
}

#[test]
fn what_stays_is_not() {
    let codes = [
        "JobNotFoundException",
        "ExpiredTokenException",
        "InternalFailure",
        "RequestTimeTooSkewed",
    ];
    let statuses = [301, 400, 403, 408, 501, 505, 520];
    use TransportErrorKind::{Endpoint, Setup, Tls, TooLarge};
    let kinds = [Tls, Endpoint, Setup, TooLarge];
    let answers = codes
        .iter()
        .map(|code| Answer::error(code))
        .chain(statuses.map(status))
        .chain(kinds.map(Answer::Failure));
    for answer in answers {
        let scene = Scene::new([answer.clone()]);
        assert!(scene.call().is_err() && scene.sent() == 1, "{answer:?}");
    }
}

#[test]
fn three_attempts_are_made_unless_configured() {
    let scene = Scene::new([500; 9].map(status));
    let error = scene.call().expect_err("it never works");
    let attempts = error.service().expect("a service's error").attempts;
    assert_eq!((attempts.made, attempts.allowed, scene.sent()), (3, 3, 3));
    for allowed in [0, 1, 5] {
        let scene = Scene::new([500; 9].map(status));
        call(&scene.client(|config| config.max_attempts(allowed))).expect_err("it never works");
        assert_eq!(scene.sent(), allowed.max(1) as usize);
    }
}

#[test]
fn settings_of_attempts_are_heeded_and_checked() {
    let with = |name, value| Config::from_settings(settings(name, value));
    for (name, value) in [
        ("AWS_MAX_ATTEMPTS", "7"),
        ("AWS_RETRY_MODE", "standard"),
        ("AWS_RETRY_MODE", "adaptive"),
    ] {
        assert!(with(name, value).is_ok(), "{name}={value}");
    }
    for (name, value) in [
        ("AWS_MAX_ATTEMPTS", "0"),
        ("AWS_MAX_ATTEMPTS", "x"),
        ("AWS_RETRY_MODE", "legacy"),
    ] {
        assert!(
            matches!(with(name, value), Err(Error::Config(_))),
            "{name}={value}"
        );
    }
}

fn settings(name: &str, value: &str) -> Arc<Settings> {
    Arc::new(Settings::load(Env::with_variables([(name, value)]), None).expect("settings"))
}

#[test]
fn every_attempt_is_signed_and_counted() {
    let date = "Sun, 22 Nov 2026 10:00:00 GMT";
    let scene = Scene::new([status(500), status(500).header("date", date)]);
    scene.call().expect("the third works");
    let expected = [
        "attempt=1",
        "attempt=2; max=3",
        "ttl=20261122T100100Z; attempt=3; max=3",
    ];
    assert_eq!(scene.headers("amz-sdk-request"), expected);
    let ids = scene.headers("amz-sdk-invocation-id");
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    for request in &scene.0.requests() {
        let signatures = request
            .headers
            .iter()
            .filter(|(name, _)| name == "authorization");
        assert_eq!(signatures.count(), 1, "{request:?}");
    }
}

#[test]
fn pauses_grow_to_twenty_seconds() {
    let scene = Scene::new([500; 7].map(status));
    call(&scene.client(|config| config.max_attempts(8))).expect("the last works");
    let longest: Vec<_> = scene.pauses().iter().map(|(_, most)| *most).collect();
    assert_eq!(
        longest,
        [1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]
    );
}

#[test]
fn a_service_that_asks_for_time_gets_it_within_reason() {
    for (name, value, least) in [
        ("retry-after", "3", 3_000),
        ("retry-after", "86400", 20_000),
        ("x-amz-retry-after", "250", 250),
        ("x-amz-retry-after", "1500", 1_500),
        ("retry-after", "soon", 0),
    ] {
        let scene = Scene::new([status(500).header(name, value)]);
        scene.call().expect("the second works");
        assert_eq!(scene.pauses()[0].0, least, "{name}: {value}");
    }
    // Of both, the longer one.
    for (seconds, millis, least) in [("1", "1500", 1_500), ("2", "1500", 2_000)] {
        let scene = Scene::new([status(503)
            .header("retry-after", seconds)
            .header("x-amz-retry-after", millis)]);
        scene.call().expect("the second works");
        assert_eq!(scene.pauses()[0].0, least);
    }
}

#[test]
fn the_quota_ends_retries_and_success_fills_it() {
    let scene = Scene::new([500; 200].map(status));
    let client = scene.client(|config| config.max_attempts(u32::MAX));
    let error = call(&client).expect_err("the quota is spent");
    assert_eq!(scene.sent(), 101);
    assert!(scene.pauses().iter().all(|(_, most)| *most <= 20_000));
    let attempts = error.service().expect("a service's error").attempts;
    assert!(attempts.made < attempts.allowed && attempts.quota_spent);
    assert!(
        error.to_string().contains("its retry quota is spent"),
        "{error}"
    );

    scene.0.play([]);
    (0..5).for_each(|_| call(&client).expect("success"));
    scene.0.play([status(500)]);
    call(&client).expect("five successes pay for one retry");
}

#[test]
fn the_quota_is_given_back_by_calls_that_succeed() {
    let scene = Scene::new([500, 200].repeat(300).into_iter().map(status));
    let client = scene.client(|config| config);
    (0..300).for_each(|_| call(&client).expect("the second attempt works"));
    assert_eq!(scene.sent(), 600);
}

#[test]
fn timeouts_cost_twice_as_much() {
    let scene = Scene::new([TransportErrorKind::ReadTimeout; 200].map(Answer::Failure));
    call(&scene.client(|config| config.max_attempts(1_000))).expect_err("the quota is spent");
    assert_eq!(scene.sent(), 51);
}

#[test]
fn a_clock_that_is_off_is_corrected_once() {
    let late = "Sun, 22 Nov 2026 10:10:00 GMT";
    let skewed = || Answer::error("RequestTimeTooSkewed").header("date", late);
    let scene = Scene::new([skewed()]);
    let client = scene.client(|config| config);
    call(&client).expect("the second works");
    call(&client).expect("and so does the next call at once");
    assert_eq!(
        scene.headers("x-amz-date"),
        ["20261122T100000Z", "20261122T101000Z", "20261122T101000Z"]
    );
    assert_eq!(scene.pauses(), [(0, 0)]);

    let scene = Scene::new([skewed(), skewed()]);
    let error = scene.call().expect_err("once only");
    assert_eq!(
        (
            scene.sent(),
            error
                .service()
                .and_then(|error| error.attempts.clock_behind)
        ),
        (2, Some(600))
    );
    assert!(
        error
            .to_string()
            .ends_with("The clock of this machine is 10 minutes behind the service's: correct it.")
    );
}

#[test]
fn a_signature_that_is_wrong_by_the_right_clock_is_just_wrong() {
    let answer =
        Answer::error("InvalidSignatureException").header("date", "Sun, 22 Nov 2026 09:59:00 GMT");
    let scene = Scene::new([answer]);
    let error = scene.call().expect_err("no second attempt");
    assert_eq!(
        (
            scene.sent(),
            error
                .service()
                .and_then(|error| error.attempts.clock_behind)
        ),
        (1, None)
    );
}

#[test]
fn an_error_of_state_after_an_unclear_attempt_says_so() {
    let unclear = |first: Answer, last: &str| {
        let error = Scene::new([first, Answer::error(last)])
            .call()
            .expect_err("an error");
        let attempts = error.service().expect("a service's error").attempts;
        let unclear = attempts.maybe_applied && attempts.of_state;
        assert_eq!(error.to_string().contains("may have taken effect"), unclear);
        unclear
    };
    assert!(unclear(status(500), "InvalidJobStateException"));
    assert!(unclear(
        Answer::Failure(TransportErrorKind::ReadTimeout),
        "InvalidJobStateException"
    ));
    assert!(unclear(
        Answer::Failure(TransportErrorKind::Closed),
        "JobNotFoundException"
    ));
    assert!(!unclear(
        Answer::Failure(TransportErrorKind::Connect),
        "InvalidJobStateException"
    ));
    assert!(!unclear(status(429), "InvalidJobStateException"));
    assert!(!unclear(status(500), "AccessDeniedException"));
}

/// Operations whose calls fail with an error of the client.
static STATES: Service<'static> = Service {
    id: "t#Test",
    target_prefix: "Test",
    protocols: &[Protocol::AwsJson1_0],
    protocol: Protocol::AwsJson1_0,
    operations: &[
        operation("Read", None, None)
            .errors(&[0])
            .with(&[Trait::Readonly]),
        operation("Write", None, None).errors(&[0]),
    ],
    shapes: &[structure("Gone", &[]).with(&[Trait::Error(Fault::Client)])],
    ..Service::NONE
};

#[test]
fn a_call_that_changes_nothing_is_never_unclear() {
    let unclear = |operation: &'static str| {
        let fake = Fake::playing([status(500), Answer::error("Gone")]);
        let client =
            opsmith_runtime::Client::new(&STATES, fake.config().endpoint_url("http://localhost"));
        let call: opsmith_runtime::call::Call<()> = client.call(operation, ());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let error = runtime.block_on(call.into_future()).expect_err("an error");
        let attempts = error.service().expect("a service's error").attempts;
        (attempts.made, attempts.maybe_applied)
    };
    assert_eq!(unclear("Write"), (2, true));
    assert_eq!(unclear("Read"), (2, false));
}
