//! The call through `opsmith-codepipeline`. CALLS is the number of calls, IN_FLIGHT how many run at
//! once.

use opsmith_codepipeline::{
    Client, Config, Error, FailureDetails, FailureType, PutThirdPartyJobFailureResultInput,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(calls(&std::env::var("ENDPOINT")?))
}

fn number(name: &str) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
}

async fn calls(url: &str) -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(Config::from_env()?.endpoint_url(url));
    let calls = number("CALLS");
    let in_flight = number("IN_FLIGHT");
    let mut tasks = tokio::task::JoinSet::new();
    // In tasks, as servers call: the future that `block_on` awaits costs one more turn of the
    // reactor.
    for _ in 0..in_flight {
        let client = client.clone();
        tasks.spawn(async move { series(&client, calls / in_flight).await });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

async fn series(client: &Client, calls: usize) -> Result<(), Error> {
    for _ in 0..calls {
        call(client).await?;
    }
    Ok(())
}

async fn call(client: &Client) -> Result<(), Error> {
    let failure = FailureDetails::new(FailureType::JobFailed, "tests failed");
    client
        .put_third_party_job_failure_result(PutThirdPartyJobFailureResultInput::new(
            "job-1", "token-1", failure,
        ))
        .await?;
    Ok(())
}
