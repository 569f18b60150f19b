//! This one call written by hand and as lean as it can be: hyper, aws-sigv4 and serde_json,
//! without proxies, redirects, retries or timeouts. CALLS is the number of calls, IN_FLIGHT how many
//! run at once.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use serde::Serialize;
use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    job_id: &'a str,
    client_token: &'a str,
    failure_details: FailureDetails<'a>,
}

#[derive(Serialize)]
struct FailureDetails<'a> {
    r#type: &'a str,
    message: &'a str,
}

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(calls(&std::env::var("ENDPOINT")?))
}

async fn calls(url: &str) -> Result<(), Box<dyn Error>> {
    let credentials = Credentials::new(
        std::env::var("AWS_ACCESS_KEY_ID")?,
        std::env::var("AWS_SECRET_ACCESS_KEY")?,
        None,
        None,
        "env",
    );
    let region = std::env::var("AWS_REGION")?;
    let client = client(url)?;
    let number = |name| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(1_usize)
    };
    let calls = number("CALLS");
    let in_flight = number("IN_FLIGHT");
    let mut tasks = tokio::task::JoinSet::new();
    // In tasks, as servers call: the future that `block_on` awaits costs one more turn of the
    // reactor.
    for _ in 0..in_flight {
        let client = client.clone();
        let url = url.to_owned();
        let credentials = credentials.clone();
        let region = region.clone();
        tasks.spawn(async move {
            for _ in 0..calls / in_flight {
                call(&client, &url, &credentials, &region)
                    .await
                    .map_err(|error| error.to_string())?;
            }
            Ok::<_, String>(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

type Client = hyper_util::client::legacy::Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

fn client(url: &str) -> Result<Client, Box<dyn Error>> {
    let mut roots = rustls::RootCertStore::empty();
    match std::env::var("AWS_CA_BUNDLE") {
        Ok(file) => {
            for certificate in CertificateDer::pem_file_iter(file)? {
                roots.add(certificate?)?;
            }
        }
        Err(_) if url.starts_with("https") => {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned())
        }
        Err(_) => {}
    }
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()?
    .with_root_certificates(roots)
    .with_no_client_auth();
    let mut http = HttpConnector::new();
    http.enforce_http(false);
    http.set_nodelay(true);
    Ok(
        hyper_util::client::legacy::Client::builder(TokioExecutor::new())
            .build(HttpsConnector::from((http, tls))),
    )
}

async fn call(
    client: &Client,
    url: &str,
    credentials: &Credentials,
    region: &str,
) -> Result<(), Box<dyn Error>> {
    let failure_details = FailureDetails {
        r#type: "JobFailed",
        message: "tests failed",
    };
    let body = serde_json::to_vec(&Input {
        job_id: "job-1",
        client_token: "token-1",
        failure_details,
    })?;
    let headers = [
        ("content-type", "application/x-amz-json-1.1"),
        (
            "x-amz-target",
            "CodePipeline_20150709.PutThirdPartyJobFailureResult",
        ),
    ];
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("codepipeline")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let signable =
        SignableRequest::new("POST", url, headers.into_iter(), SignableBody::Bytes(&body))?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    let mut request = http::Request::builder().method("POST").uri(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut request = request.body(Full::new(Bytes::from(body)))?;
    instructions.apply_to_request_http1x(&mut request);
    let answer = client.request(request).await?;
    let status = answer.status().as_u16();
    // To its end, so that the connection can be used again.
    let body = answer.into_body().collect().await?.to_bytes();
    match status {
        200 => Ok(()),
        status => Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into()),
    }
}
