//! The life of a job, step by step.

use std::time::{Duration, SystemTime};

use opsmith_local::codepipeline::jobs::{
    ActionType, Client, Failure, Job, JobError, Jobs, PolledJob, Status, Success,
};

const TOKEN: &str = "token-1";

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn action_type(provider: &str) -> ActionType {
    let [category, owner, provider, version] =
        ["Test", "ThirdParty", provider, "1"].map(str::to_owned);
    ActionType {
        category,
        owner,
        provider,
        version,
    }
}

/// Jobs with one that waits: `job-1`, with the client token `token-1` and the nonce `nonce-1`.
fn one_job() -> Jobs {
    let mut jobs = Jobs::default();
    jobs.add(job("job-1"), "nonce-1");
    jobs
}

fn job(id: &str) -> Job {
    let mut demo = Job::demo();
    demo.id = id.to_owned();
    demo.client = Some(Client {
        id: format!("client of {id}"),
        token: TOKEN.into(),
    });
    demo.action_type = action_type("Acme");
    demo.timeout = Duration::from_secs(60);
    demo
}

fn in_progress() -> Jobs {
    let mut jobs = one_job();
    assert_eq!(
        jobs.acknowledge("job-1", "nonce-1", TOKEN, at(0)),
        Ok(Status::InProgress)
    );
    jobs.take_events();
    jobs
}

fn failure() -> Failure {
    Failure {
        kind: "JobFailed".to_owned(),
        message: "tests\nfailed".to_owned(),
        external_execution_id: None,
    }
}

fn continued(token: &str) -> Success {
    Success {
        continuation_token: Some(token.to_owned()),
        percent_complete: Some(40),
        ..Success::default()
    }
}

fn events(jobs: &mut Jobs) -> Vec<String> {
    jobs.take_events().iter().map(ToString::to_string).collect()
}

#[test]
fn a_worker_takes_a_job_from_poll_to_success() {
    let mut jobs = one_job();
    assert_eq!(jobs.status("job-1", at(0)), Some(Status::Queued));
    let polled = jobs.poll(&action_type("Acme"), None, at(1)).unwrap();
    assert_eq!(
        polled,
        [PolledJob {
            client_id: "client of job-1".to_owned(),
            job_id: "job-1".to_owned()
        }]
    );
    assert_eq!(jobs.status("job-1", at(1)), Some(Status::Dispatched));

    let details = jobs.details("job-1", TOKEN).unwrap();
    assert_eq!(
        (details.job.id.as_str(), details.nonce.as_str()),
        ("job-1", "nonce-1")
    );
    assert_eq!(details.job.continuation_token, None);
    assert_eq!(
        jobs.acknowledge("job-1", &details.nonce, TOKEN, at(2)),
        Ok(Status::InProgress)
    );
    assert_eq!(
        jobs.put_success("job-1", TOKEN, Success::default(), "nonce-2", at(3)),
        Ok(())
    );

    let events = jobs.take_events();
    let steps: Vec<_> = events
        .iter()
        .map(|event| (event.at, event.from, event.to))
        .collect();
    assert_eq!(
        steps,
        [
            (at(1), Status::Queued, Status::Dispatched),
            (at(2), Status::Dispatched, Status::InProgress),
            (at(3), Status::InProgress, Status::Succeeded),
        ]
    );
    assert!(jobs.take_events().is_empty());
}

#[test]
fn a_job_is_handed_out_until_it_is_acknowledged() {
    let mut jobs = one_job();
    let acme = action_type("Acme");
    for _ in 0..3 {
        assert_eq!(jobs.poll(&acme, None, at(0)).unwrap().len(), 1);
    }
    assert_eq!(
        events(&mut jobs),
        ["job job-1: Queued -> Dispatched"],
        "only the first poll changes anything"
    );
    jobs.acknowledge("job-1", "nonce-1", TOKEN, at(0)).unwrap();
    assert_eq!(jobs.poll(&acme, None, at(0)), Ok(vec![]));
}

#[test]
fn a_poll_returns_the_oldest_jobs_of_its_action_type_up_to_its_limit() {
    let mut jobs = one_job();
    jobs.add(job("job-2"), "nonce-2");
    jobs.add(job("job-3"), "nonce-3");
    let mut other = job("other");
    other.action_type = action_type("Other");
    jobs.add(other, "nonce-4");
    let mut polled = |provider, max| {
        let polled = jobs.poll(&action_type(provider), max, at(0))?;
        Ok(polled.into_iter().map(|job| job.job_id).collect::<Vec<_>>())
    };
    assert_eq!(polled("Acme", Some(2)).unwrap(), ["job-1", "job-2"]);
    assert_eq!(polled("Acme", None).unwrap(), ["job-1", "job-2", "job-3"]);
    assert_eq!(polled("Other", None).unwrap(), ["other"]);
    assert_eq!(
        polled("None", None),
        Err(JobError::ActionTypeNotFound(action_type("None")))
    );
    assert_eq!(jobs.status("other", at(0)), Some(Status::Dispatched));
}

#[test]
fn an_action_type_may_have_no_jobs_yet() {
    let mut jobs = Jobs::default();
    jobs.add_action_type(action_type("Acme"));
    assert_eq!(jobs.poll(&action_type("Acme"), None, at(0)), Ok(vec![]));
}

#[test]
fn a_nonce_works_once_and_for_its_job_only() {
    let mut jobs = one_job();
    for wrong in ["", "nonce", "nonce-2"] {
        assert_eq!(
            jobs.acknowledge("job-1", wrong, TOKEN, at(0)),
            Err(JobError::InvalidNonce),
            "{wrong:?}"
        );
    }
    assert_eq!(jobs.status("job-1", at(0)), Some(Status::Queued));
    assert_eq!(
        jobs.acknowledge("job-1", "nonce-1", TOKEN, at(0)),
        Ok(Status::InProgress)
    );
    assert_eq!(
        jobs.acknowledge("job-1", "nonce-1", TOKEN, at(0)),
        Err(JobError::InvalidNonce)
    );
}

#[test]
fn a_job_that_has_ended_cannot_be_acknowledged_with_any_nonce() {
    let mut failed = in_progress();
    failed
        .put_failure("job-1", TOKEN, failure(), at(0))
        .unwrap();
    for nonce in ["nonce-1", "nonce"] {
        let ended = Err(JobError::InvalidJobState(Status::Failed));
        assert_eq!(failed.acknowledge("job-1", nonce, TOKEN, at(0)), ended);
        let mut late = in_progress();
        let ended = Err(JobError::InvalidJobState(Status::TimedOut));
        assert_eq!(
            late.acknowledge("job-1", nonce, TOKEN, at(1_000_000)),
            ended
        );
    }
}

#[test]
fn a_success_with_a_continuation_token_queues_the_job_again() {
    let mut jobs = in_progress();
    jobs.put_success("job-1", TOKEN, continued("run-7"), "nonce-2", at(1))
        .unwrap();
    assert_eq!(
        events(&mut jobs),
        [r#"job job-1: InProgress -> Queued, percent complete 40, continuation token "run-7""#]
    );
    assert_eq!(
        jobs.put_success("job-1", TOKEN, Success::default(), "nonce-3", at(1)),
        Err(JobError::InvalidJobState(Status::Queued)),
        "its next round begins with an acknowledgement"
    );
    assert_eq!(
        jobs.acknowledge("job-1", "nonce-1", TOKEN, at(1)),
        Err(JobError::InvalidNonce)
    );

    assert_eq!(
        jobs.poll(&action_type("Acme"), None, at(2)).unwrap().len(),
        1
    );
    let details = jobs.details("job-1", TOKEN).unwrap();
    assert_eq!(details.job.continuation_token.as_deref(), Some("run-7"));
    assert_eq!(details.nonce, "nonce-2");
    jobs.acknowledge("job-1", "nonce-2", TOKEN, at(2)).unwrap();
    jobs.put_success("job-1", TOKEN, Success::default(), "nonce-3", at(3))
        .unwrap();
    assert_eq!(jobs.status("job-1", at(3)), Some(Status::Succeeded));
}

#[test]
fn a_failure_ends_the_job_and_is_reported_in_one_line() {
    let mut jobs = in_progress();
    assert_eq!(jobs.put_failure("job-1", TOKEN, failure(), at(1)), Ok(()));
    assert_eq!(
        events(&mut jobs),
        [r#"job job-1: InProgress -> Failed, JobFailed: "tests\nfailed""#]
    );
    let settled = Err(JobError::InvalidJobState(Status::Failed));
    assert_eq!(jobs.put_failure("job-1", TOKEN, failure(), at(2)), settled);
    assert_eq!(
        jobs.put_success("job-1", TOKEN, Success::default(), "nonce-2", at(2)),
        settled
    );
    assert_eq!(jobs.poll(&action_type("Acme"), None, at(2)), Ok(vec![]));
    assert!(
        jobs.take_events().is_empty(),
        "what is refused changes nothing"
    );
}

#[test]
fn results_are_accepted_only_after_the_acknowledgement() {
    let mut jobs = one_job();
    let too_early = |status| Err(JobError::InvalidJobState(status));
    assert_eq!(
        jobs.put_failure("job-1", TOKEN, failure(), at(0)),
        too_early(Status::Queued)
    );
    jobs.poll(&action_type("Acme"), None, at(0)).unwrap();
    let success = jobs.put_success("job-1", TOKEN, continued("t"), "nonce-2", at(0));
    assert_eq!(success, too_early(Status::Dispatched));
    assert_eq!(jobs.details("job-1", TOKEN).unwrap().nonce, "nonce-1");
}

#[test]
fn each_call_needs_the_job_and_its_client_token() {
    type Call = fn(&mut Jobs, &str, &str) -> Option<JobError>;
    let calls: [Call; 4] = [
        |jobs, id, token| jobs.details(id, token).err(),
        |jobs, id, token| jobs.acknowledge(id, "nonce-1", token, at(0)).err(),
        |jobs, id, token| {
            jobs.put_success(id, token, Success::default(), "nonce-2", at(0))
                .err()
        },
        |jobs, id, token| jobs.put_failure(id, token, failure(), at(0)).err(),
    ];
    for mut jobs in [one_job(), in_progress()] {
        for (index, call) in calls.iter().enumerate() {
            let unknown = Some(JobError::JobNotFound("job-2".to_owned()));
            assert_eq!(call(&mut jobs, "job-2", TOKEN), unknown, "call {index}");
            assert_eq!(
                call(&mut jobs, "job-1", "token-2"),
                Some(JobError::InvalidClientToken),
                "call {index}"
            );
        }
        assert!(jobs.take_events().is_empty());
    }
}

#[test]
fn a_job_times_out_when_no_result_comes() {
    let mut jobs = in_progress();
    assert_eq!(jobs.status("job-1", at(59)), Some(Status::InProgress));
    let late = jobs.put_failure("job-1", TOKEN, failure(), at(60));
    assert_eq!(late, Err(JobError::InvalidJobState(Status::TimedOut)));
    assert_eq!(events(&mut jobs), ["job job-1: InProgress -> TimedOut"]);
}

#[test]
fn a_job_that_waits_does_not_time_out() {
    let mut jobs = in_progress();
    jobs.put_success("job-1", TOKEN, continued("run-7"), "nonce-2", at(1))
        .unwrap();
    assert_eq!(jobs.status("job-1", at(1_000_000)), Some(Status::Queued));
}

#[test]
fn the_demo_job_can_fail_at_once() {
    let mut jobs = Jobs::demo(at(0));
    assert_eq!(jobs.status("demo-job", at(0)), Some(Status::InProgress));
    assert_eq!(
        jobs.put_failure("demo-job", "demo-token", failure(), at(1)),
        Ok(())
    );
    assert_eq!(jobs.status("demo-job", at(1)), Some(Status::Failed));
}

#[test]
fn debug_shows_no_secret() {
    let mut jobs = one_job();
    let shown = format!("{jobs:?} {:?}", jobs.details("job-1", TOKEN).unwrap().job);
    assert!(
        !shown.contains(TOKEN) && !shown.contains("\"all\""),
        "{shown}"
    );
}
