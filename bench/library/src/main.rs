//! The one call through `opsmith-codepipeline`.

use opsmith_codepipeline::{Client, Config, Error, FailureDetails, FailureType, PutThirdPartyJobFailureResultInput};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(call(&std::env::var("ENDPOINT")?))?)
}

async fn call(url: &str) -> Result<(), Error> {
    let client = Client::new(Config::from_env()?.endpoint_url(url));
    let failure = FailureDetails::new(FailureType::JobFailed, "tests failed");
    client
        .put_third_party_job_failure_result(PutThirdPartyJobFailureResultInput::new("job-1", "token-1", failure))
        .await?;
    Ok(())
}
