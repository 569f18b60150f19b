//! Reports that a third-party job failed, without async code, and accepts that the job may have
//! ended already.
//!
//! To try it, set the variables that `opsmith local serve` prints: its local endpoint has a demo
//! job.

use opsmith_codepipeline::{
    Client, Error, ErrorCode, FailureDetails, FailureType, GetThirdPartyJobDetailsInput,
    PutThirdPartyJobFailureResultInput,
};

fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let job = client
        .get_third_party_job_details(GetThirdPartyJobDetailsInput::new("demo-job", "demo-token"));
    println!("{:?}", job.blocking()?.job_details);
    for _ in 0..2 {
        println!("demo-job: {}", fail(&client, "demo-job", "demo-token")?);
    }
    Ok(())
}

fn fail(client: &Client, job_id: &str, client_token: &str) -> Result<&'static str, Error> {
    let failure = FailureDetails::new(FailureType::JobFailed, "tests failed");
    let input = PutThirdPartyJobFailureResultInput::new(job_id, client_token, failure);
    match client.put_third_party_job_failure_result(input).blocking() {
        Ok(_) => Ok("reported as failed"),
        Err(error) if ErrorCode::of(&error) == Some(ErrorCode::InvalidJobStateException) => {
            Ok("has ended already")
        }
        Err(error) => Err(error),
    }
}
