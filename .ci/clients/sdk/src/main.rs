//! The life of a job, by the official SDK: continued once, then failed.

use aws_config::BehaviorVersion;
use aws_sdk_codepipeline::types::{
    ActionCategory, ActionOwner, ActionTypeId, FailureDetails, FailureType, JobStatus,
};
use aws_smithy_http_client::{Builder, tls};
use std::error::Error;

const TOKEN: &str = "client-token";

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(life())
}

async fn life() -> Result<(), Box<dyn Error>> {
    let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring);
    let http = Builder::new().tls_provider(provider).build_https();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .load()
        .await;
    let client = aws_sdk_codepipeline::Client::new(&config);
    let action_type = ActionTypeId::builder()
        .category(ActionCategory::Test)
        .owner(ActionOwner::ThirdParty)
        .provider("Sdk")
        .version("1")
        .build()?;
    let polled = client
        .poll_for_third_party_jobs()
        .action_type_id(action_type)
        .send()
        .await?;
    assert_eq!(
        polled.jobs().first().and_then(|job| job.job_id()),
        Some("sdk")
    );
    for result in ["success", "failure"] {
        let details = client
            .get_third_party_job_details()
            .job_id("sdk")
            .client_token(TOKEN)
            .send()
            .await?;
        let nonce = details
            .job_details()
            .and_then(|details| details.nonce())
            .ok_or("no nonce")?;
        let taken = client
            .acknowledge_third_party_job()
            .job_id("sdk")
            .nonce(nonce)
            .client_token(TOKEN)
            .send()
            .await?;
        assert_eq!(taken.status(), Some(&JobStatus::InProgress));
        if result == "success" {
            let success = client
                .put_third_party_job_success_result()
                .job_id("sdk")
                .client_token(TOKEN);
            success.continuation_token("more").send().await?;
        } else {
            let details = FailureDetails::builder()
                .r#type(FailureType::JobFailed)
                .message("no")
                .build()?;
            let failure = client
                .put_third_party_job_failure_result()
                .job_id("sdk")
                .client_token(TOKEN);
            failure.failure_details(details).send().await?;
        }
    }
    let again = client
        .put_third_party_job_success_result()
        .job_id("sdk")
        .client_token(TOKEN)
        .send()
        .await;
    assert!(again.is_err_and(|error| error.into_service_error().is_invalid_job_state_exception()));
    println!("the official SDK: a job is continued, and fails");
    Ok(())
}
