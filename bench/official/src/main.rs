//! The one call through the official SDK.

use aws_config::BehaviorVersion;
use aws_sdk_codepipeline::types::{FailureDetails, FailureType};
use aws_smithy_http_client::{Builder, tls};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(call(&std::env::var("ENDPOINT")?))
}

async fn call(url: &str) -> Result<(), Box<dyn Error>> {
    let mut config = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(url);
    if let Ok(file) = std::env::var("AWS_CA_BUNDLE") {
        let store = tls::TrustStore::empty().with_pem_certificate(std::fs::read(file)?);
        let context = tls::TlsContext::builder().with_trust_store(store).build()?;
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        config = config.http_client(Builder::new().tls_provider(provider).tls_context(context).build_https());
    }
    let client = aws_sdk_codepipeline::Client::new(&config.load().await);
    let failure = FailureDetails::builder().r#type(FailureType::JobFailed).message("tests failed").build()?;
    client
        .put_third_party_job_failure_result()
        .job_id("job-1")
        .client_token("token-1")
        .failure_details(failure)
        .send()
        .await?;
    Ok(())
}
