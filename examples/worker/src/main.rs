//! A job worker: runs a suite of tests for each job, and looks for the results of a long one when
//! the job comes back.

use opsmith_worker::codepipeline::{
    ActionCategory, ActionOwner, ActionTypeId, Client, Error, FailureType,
};
use opsmith_worker::{Job, Outcome, Worker};
use std::collections::HashMap;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut worker = worker(Client::from_env()?).on_event(|event| eprintln!("{event:?}"));
    if std::env::args().any(|word| word == "--once") {
        worker = worker.once();
    }
    let interrupted = async {
        // Without signals it works until it is killed.
        let _ = tokio::signal::ctrl_c().await;
    };
    worker.run(run_suite, interrupted).await
}

/// Up to eight jobs at once. The tokens of customers come from wherever they are kept: see
/// `ClientTokens`.
fn worker(client: Client) -> Worker {
    let action_type = ActionTypeId::new(ActionCategory::Test, ActionOwner::ThirdParty, "Demo", "1");
    let tokens = HashMap::from([(
        "00000000-0000-4000-8000-000000000001".to_owned(),
        "demo-token".to_owned(),
    )]);
    Worker::new(client, action_type, tokens).concurrency(8)
}

/// The action: what the customer set, in; what came of it, out.
async fn run_suite(job: Job) -> Outcome {
    if let Some(run) = job.continuation_token() {
        return Outcome::success()
            .summary("40 tests passed")
            .external_execution_id(run);
    }
    match job.configuration().get("Suite").map(String::as_str) {
        // Takes an hour elsewhere: the job comes back with this token.
        Some("all") => Outcome::continued("run-7"),
        Some("quick") => Outcome::success().summary("4 tests passed"),
        Some(other) => Outcome::failure(
            FailureType::ConfigurationError,
            format!("there is no suite {other:?}"),
        ),
        None => Outcome::failure(FailureType::ConfigurationError, "Suite is not set"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Worker, run_suite, worker};
    use opsmith_local::codepipeline::jobs::{Job, Jobs, Report, Status};
    use opsmith_local::codepipeline::{Endpoint, Options};
    use opsmith_local::{Fault, FaultSchedule};
    use opsmith_worker::codepipeline::{Client, Config};
    use opsmith_worker::runtime::fake::Fake;
    use opsmith_worker::runtime::identity::Credentials;

    /// An endpoint with a job for the suite, and a client of it.
    fn endpoint(suite: &str) -> (Endpoint, Client) {
        let options = Options::new().jobs(Jobs::default());
        let endpoint = Endpoint::start_with(options).expect("an endpoint");
        let configuration = [("Suite".to_owned(), suite.into())].into();
        endpoint
            .add(Job {
                configuration,
                ..Job::demo()
            })
            .expect("added");
        let keys = endpoint.credentials();
        let keys = Credentials::new(&keys.access_key_id, keys.secret_access_key.expose(), "test");
        let config = Config::new()
            .region("us-east-1")
            .endpoint_url(endpoint.url())
            .credentials(keys);
        (endpoint, Client::new(config.sleep(Fake::playing([]))))
    }

    /// The worker, for whom no time passes between attempts and polls, until there are no jobs
    /// left.
    fn hurried(client: Client) -> Worker {
        worker(client).sleep(Fake::playing([])).once()
    }

    #[tokio::test]
    async fn a_long_suite_succeeds_later_even_if_an_answer_is_lost() {
        let (endpoint, client) = endpoint("all");
        endpoint.inject(
            Fault::DropResponse,
            FaultSchedule::Next(1),
            "PutThirdPartyJobSuccessResult",
        );
        hurried(client)
            .run(run_suite, std::future::pending())
            .await
            .expect("worked");
        assert_eq!(endpoint.status("demo-job"), Some(Status::Succeeded));
    }

    #[tokio::test]
    async fn a_suite_that_is_not_there_is_the_customers_mistake() {
        let (endpoint, client) = endpoint("al");
        hurried(client)
            .run(run_suite, std::future::pending())
            .await
            .expect("worked");
        let reports: Vec<_> = endpoint
            .jobs()
            .into_iter()
            .filter_map(|entry| entry.report)
            .collect();
        let [Report::Failure(failure)] = &reports[..] else {
            panic!("{reports:?}")
        };
        assert_eq!(
            (&*failure.kind, &*failure.message),
            ("ConfigurationError", "there is no suite \"al\"")
        );
    }
}
