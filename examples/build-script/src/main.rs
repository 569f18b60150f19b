//! Reports that a third-party job failed, with a client of two operations that the build script
//! generated.
//!
//! To try it, set the variables that `opsmith local serve` prints: its local endpoint has a demo
//! job.

mod codepipeline {
    opsmith_runtime::include_service!("codepipeline");
}

use codepipeline::{
    Client, Error, FailureDetails, FailureType, GetThirdPartyJobDetailsInput,
    PutThirdPartyJobFailureResultInput,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(runtime.block_on(fail_job("demo-job", "demo-token"))?)
}

async fn fail_job(job_id: &str, client_token: &str) -> Result<(), Error> {
    let client = Client::from_env()?;
    let job = client
        .get_third_party_job_details(GetThirdPartyJobDetailsInput::new(job_id, client_token))
        .await?;
    println!("{:?}", job.job_details);
    let failure =
        FailureDetails::new(FailureType::JobFailed, "tests failed").external_execution_id("run-7");
    client
        .put_third_party_job_failure_result(PutThirdPartyJobFailureResultInput::new(
            job_id,
            client_token,
            failure,
        ))
        .await?;
    println!("{job_id}: reported as failed");
    Ok(())
}
