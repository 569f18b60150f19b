//! The call through the official SDK. CALLS is the number of calls, IN_FLIGHT how many run at once.

use aws_config::BehaviorVersion;
use aws_sdk_codepipeline::Client;
use aws_sdk_codepipeline::types::{FailureDetails, FailureType};
use aws_smithy_http_client::{Builder, tls};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
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

async fn calls(url: &str) -> Result<(), Box<dyn Error>> {
    let mut config = aws_config::defaults(BehaviorVersion::latest()).endpoint_url(url);
    if let Ok(file) = std::env::var("AWS_CA_BUNDLE") {
        let store = tls::TrustStore::empty().with_pem_certificate(std::fs::read(file)?);
        let context = tls::TlsContext::builder().with_trust_store(store).build()?;
        let provider = tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc);
        config = config.http_client(
            Builder::new()
                .tls_provider(provider)
                .tls_context(context)
                .build_https(),
        );
    }
    let client = Client::new(&config.load().await);
    let calls = number("CALLS");
    let in_flight = number("IN_FLIGHT");
    let mut tasks = tokio::task::JoinSet::new();
    // In tasks, as servers call: the future that `block_on` awaits costs one more turn of the
    // reactor.
    for _ in 0..in_flight {
        let client = client.clone();
        tasks.spawn(async move {
            series(&client, calls / in_flight)
                .await
                .map_err(|error| error.to_string())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

async fn series(client: &Client, calls: usize) -> Result<(), Box<dyn Error>> {
    for _ in 0..calls {
        call(client).await?;
    }
    Ok(())
}

async fn call(client: &Client) -> Result<(), Box<dyn Error>> {
    let failure = FailureDetails::builder()
        .r#type(FailureType::JobFailed)
        .message("tests failed")
        .build()?;
    client
        .put_third_party_job_failure_result()
        .job_id("job-1")
        .client_token("token-1")
        .failure_details(failure)
        .send()
        .await?;
    Ok(())
}
