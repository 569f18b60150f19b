//! The life of jobs in a worker, on a local endpoint.

use opsmith_codepipeline::{
    ActionCategory, ActionOwner, ActionTypeId, Client, Config, FailureType,
};
use opsmith_local::codepipeline::jobs::{self, Jobs, Status};
use opsmith_local::codepipeline::{Endpoint, Options};
use opsmith_local::{Fault, FaultSchedule, REGION};
use opsmith_runtime::identity::Credentials;
use opsmith_runtime::retry::Sleep;
use opsmith_worker::{Ended, Event, Job, Outcome, Worker};
use std::collections::HashMap;
use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Sleeps for a millisecond, whatever the time asked for.
#[derive(Debug)]
struct Short;

impl Sleep for Short {
    fn sleep(&self, _: Duration, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(Duration::from_millis(1)))
    }
}

/// An endpoint with this number of jobs, `job-0` and so on.
fn endpoint(count: usize) -> Endpoint {
    let endpoint = Endpoint::start_with(Options::new().jobs(Jobs::default())).expect("an endpoint");
    for number in 0..count {
        let mut job = jobs::Job::demo();
        job.id = format!("job-{number}");
        job.client = Some(jobs::Client {
            id: "client-1".to_owned(),
            token: "token-1".into(),
        });
        endpoint.add(job).expect("added");
    }
    endpoint
}

fn client(endpoint: &Endpoint) -> Client {
    let credentials = endpoint.credentials();
    let secret = credentials.secret_access_key.expose();
    let config = Config::new()
        .region(REGION)
        .endpoint_url(endpoint.url())
        .sleep(Arc::new(Short));
    Client::new(config.credentials(Credentials::new(
        credentials.access_key_id.clone(),
        secret,
        "test",
    )))
}

/// A worker's events, as text.
type Log = Arc<Mutex<Vec<String>>>;

/// A worker that ends when there is nothing left to do, and its log.
fn worker(endpoint: &Endpoint) -> (Worker, Log) {
    let action_type = ActionTypeId::new(ActionCategory::Test, ActionOwner::ThirdParty, "Demo", "1");
    let tokens = HashMap::from([("client-1".to_owned(), "token-1".to_owned())]);
    let log = Log::default();
    let events = Arc::clone(&log);
    let on_event = move |event: &Event<'_>| {
        let text = match event {
            Event::PollFailed(error) => format!("poll failed: {error}"),
            Event::Left(id, why) => format!("{id} left: {why}"),
            Event::Ended(id, ended) => match ended {
                Ended::Failed(message) => format!("{id} failed: {message}"),
                Ended::Unknown(_) => format!("{id} unknown"),
                Ended::Refused(error) => format!("{id} refused: {error}"),
                other => format!("{id} {other:?}"),
            },
            _ => return,
        };
        events.lock().expect("lock").push(text);
    };
    (
        Worker::new(client(endpoint), action_type, tokens)
            .sleep(Arc::new(Short))
            .once()
            .on_event(on_event),
        log,
    )
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

fn run<F>(worker: &Worker, handler: impl Fn(Job) -> F + Send + Sync + 'static)
where
    F: Future<Output = Outcome> + Send + 'static,
{
    wait(worker.run(handler, pending())).expect("worked");
}

fn states(endpoint: &Endpoint) -> Vec<Status> {
    endpoint.jobs().iter().map(|entry| entry.status).collect()
}

fn lines(log: &Log) -> Vec<String> {
    log.lock().expect("lock").clone()
}

#[test]
fn jobs_succeed_fail_and_are_continued() {
    let endpoint = endpoint(3);
    let (worker, log) = worker(&endpoint);
    run(&worker, |job| async move {
        assert_eq!(
            job.configuration().get("Suite").map(String::as_str),
            Some("all")
        );
        match (job.id(), job.continuation_token()) {
            ("job-0", _) => Outcome::success()
                .summary("all passed")
                .external_execution_id("run-1"),
            ("job-1", _) => Outcome::failure(FailureType::ConfigurationError, "no suite"),
            (_, None) => Outcome::continued("half"),
            (_, Some(token)) => Outcome::success().summary(token),
        }
    });
    assert_eq!(
        states(&endpoint),
        [Status::Succeeded, Status::Failed, Status::Succeeded]
    );
    assert_eq!(
        lines(&log),
        [
            "job-0 Succeeded",
            "job-1 failed: no suite",
            "job-2 Continued",
            "job-2 Succeeded"
        ]
    );
    let reports: Vec<_> = endpoint
        .jobs()
        .into_iter()
        .filter_map(|entry| entry.report)
        .collect();
    let jobs::Report::Success(first) = &reports[0] else {
        panic!("a success")
    };
    assert_eq!(first.summary.as_deref(), Some("all passed"));
}

#[test]
fn an_action_that_panics_or_takes_too_long_fails() {
    let endpoint = endpoint(2);
    let (worker, log) = worker(&endpoint);
    run(
        &worker.deadline(Duration::from_millis(50)),
        |job| async move {
            assert_ne!(job.id(), "job-0", "a bug");
            pending().await
        },
    );
    assert_eq!(states(&endpoint), [Status::Failed, Status::Failed]);
    let expected = [
        "job-0 failed: the action panicked",
        "job-1 failed: the action took longer than 0.05 seconds",
    ];
    assert_eq!(lines(&log), expected);
}

/// The first attempt takes the job, but its answer is lost; further attempts are throttled.
#[test]
fn a_job_is_done_when_the_answer_that_acknowledges_it_is_lost() {
    let endpoint = endpoint(1);
    let (worker, log) = worker(&endpoint);
    endpoint.inject(
        Fault::DropResponse,
        FaultSchedule::Next(1),
        "AcknowledgeThirdPartyJob",
    );
    endpoint.inject(
        Fault::Throttle,
        FaultSchedule::Next(3),
        "AcknowledgeThirdPartyJob",
    );
    run(&worker, |_| async { Outcome::success() });
    assert_eq!(
        (states(&endpoint), lines(&log)),
        (vec![Status::Succeeded], vec!["job-0 Succeeded".to_owned()])
    );
}

#[test]
fn a_stopped_worker_fails_its_running_jobs() {
    let endpoint = endpoint(2);
    let (worker, log) = worker(&endpoint);
    let begun = Arc::new(tokio::sync::Notify::new());
    let notify = Arc::clone(&begun);
    let handler = move |_: Job| {
        notify.notify_one();
        pending()
    };
    wait(worker.run(handler, async move { begun.notified().await })).expect("worked");
    assert_eq!(lines(&log), ["job-0 failed: the worker was stopped"]);
    // The worker runs one job at a time; the other job is left to other workers.
    assert_eq!(states(&endpoint).first(), Some(&Status::Failed));
    assert!(matches!(
        states(&endpoint)[1],
        Status::Queued | Status::Dispatched
    ));
}

/// The time limit of a job begins when it is acknowledged, so a job that must wait is not
/// acknowledged yet. Each of these jobs takes more than half of its limit.
#[test]
fn a_job_that_waits_for_its_turn_keeps_its_whole_time_limit() {
    let endpoint = endpoint(0);
    for number in 0..2 {
        let mut job = jobs::Job::demo();
        job.id = format!("job-{number}");
        job.client = Some(jobs::Client {
            id: "client-1".to_owned(),
            token: "token-1".into(),
        });
        job.timeout = Duration::from_millis(1500);
        endpoint.add(job).expect("added");
    }
    let (worker, log) = worker(&endpoint);
    run(&worker.concurrency(1), |_| async {
        tokio::time::sleep(Duration::from_millis(900)).await;
        Outcome::success()
    });
    assert_eq!(
        states(&endpoint),
        [Status::Succeeded, Status::Succeeded],
        "{:?}",
        lines(&log)
    );
}

#[test]
fn jobs_of_an_unknown_client_are_left_to_other_workers() {
    let endpoint = endpoint(0);
    endpoint.add(jobs::Job::demo()).expect("added");
    let (worker, log) = worker(&endpoint);
    let until = async { tokio::time::sleep(Duration::from_millis(100)).await };
    wait(worker.run(|_| async { Outcome::success() }, until)).expect("worked");
    let lines = lines(&log);
    assert!(
        !lines.is_empty() && lines.iter().all(|text| text.contains("is not known")),
        "{lines:?}"
    );
    assert_eq!(states(&endpoint), [Status::Dispatched]);
}

#[test]
fn a_skipped_job_does_not_delay_others() {
    let endpoint = endpoint(0);
    endpoint.add(jobs::Job::demo()).expect("added");
    let mut job = jobs::Job::demo();
    job.id = "known".to_owned();
    job.client = Some(jobs::Client {
        id: "client-1".to_owned(),
        token: "token-1".into(),
    });
    endpoint.add(job).expect("added");
    let (worker, _) = worker(&endpoint);
    run(&worker, |_| async { Outcome::success() });
    assert_eq!(states(&endpoint), [Status::Dispatched, Status::Succeeded]);
}

#[test]
fn a_handler_that_panics_before_it_returns_a_future_fails_the_job() {
    let endpoint = endpoint(1);
    let (worker, log) = worker(&endpoint);
    run(&worker, |job| {
        assert_ne!(job.id(), "job-0", "a bug");
        async { Outcome::success() }
    });
    assert_eq!(lines(&log), ["job-0 failed: the action panicked"]);
}

#[test]
fn a_result_whose_answer_is_lost_has_an_unknown_outcome() {
    let endpoint = endpoint(1);
    endpoint.inject(
        Fault::DropResponse,
        FaultSchedule::Next(1),
        "PutThirdPartyJobSuccessResult",
    );
    let (worker, log) = worker(&endpoint);
    run(&worker, |_| async { Outcome::success() });
    assert_eq!(lines(&log), ["job-0 unknown"]);
    assert_eq!(states(&endpoint), [Status::Succeeded]);
}

#[test]
fn a_poll_that_fails_permanently_stops_the_worker() {
    let endpoint = endpoint(1);
    let (worker, _) = worker(&endpoint);
    endpoint.inject(
        Fault::Throttle,
        FaultSchedule::Next(7),
        "PollForThirdPartyJobs",
    );
    run(&worker, |_| async { Outcome::success() });
    assert_eq!(states(&endpoint), [Status::Succeeded]);
    let action_type =
        ActionTypeId::new(ActionCategory::Test, ActionOwner::ThirdParty, "Nobody", "1");
    let worker = Worker::new(client(&endpoint), action_type, "token-1".to_owned());
    let error =
        wait(worker.run(|_| async { Outcome::success() }, pending())).expect_err("no such type");
    assert_eq!(error.code(), Some("ActionTypeNotFoundException"));
}

/// A tenth of all requests fails, in one of four ways. Still every job ends once.
#[test]
fn every_job_ends_once_under_random_faults() {
    let endpoint = endpoint(300);
    for fault in [
        Fault::Throttle,
        Fault::Reset,
        Fault::DropResponse,
        Fault::Answer(503, String::new()),
    ] {
        endpoint.inject(fault, FaultSchedule::Share(0.025), "");
    }
    let (worker, log) = worker(&endpoint);
    let worker = worker.concurrency(16);
    // A job whose acknowledgement was lost is left to others, who take it in the next round.
    for _ in 0..5 {
        run(&worker, |job| async move {
            if job.id().ends_with('7') {
                Outcome::failure(FailureType::JobFailed, "seven")
            } else {
                Outcome::success()
            }
        });
    }
    let states = states(&endpoint);
    let left: Vec<_> = states
        .iter()
        .filter(|state| !matches!(state, Status::Succeeded | Status::Failed))
        .collect();
    assert!(left.is_empty(), "{left:?}: {:#?}", lines(&log));
    assert_eq!(
        states
            .iter()
            .filter(|state| **state == Status::Failed)
            .count(),
        30
    );
}
