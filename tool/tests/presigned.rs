//! Presigned URLs, and requests that have one in them, are those of botocore, for services whose models are
//! botocore's.

use opsmith_codegen::{Arena, Generator};
use opsmith_runtime::document::Document;
use opsmith_runtime::fake::{Answer, Fake, standing};
use opsmith_runtime::http::Presigned;
use opsmith_runtime::identity::Credentials;
use opsmith_runtime::pipeline::Prepared;
use opsmith_runtime::schema::ShapeIndex;
use opsmith_runtime::visit::{TypedDocument, Visit};
use opsmith_runtime::{Client, Config};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

#[path = "../../tests/support/skipped.rs"]
mod skipped;

/// A call, and its URL.
#[derive(serde::Deserialize)]
struct Case {
    #[serde(flatten)]
    call: Call,
    region: String,
    token: Option<String>,
    expires: u64,
    method: String,
    /// Headers that must be sent.
    #[serde(default)]
    headers: Vec<String>,
    url: String,
}

#[derive(serde::Deserialize)]
struct Call {
    service: String,
    operation: String,
    /// JSON.
    input: String,
}

/// The cases of a file.
fn cases<T: serde::de::DeserializeOwned>(file: &str) -> Vec<T> {
    #[derive(serde::Deserialize)]
    struct Table<T> {
        case: Vec<T>,
    }
    let table: Table<T> = toml::from_str(file).expect("cases");
    table.case
}

fn config(region: &str, token: Option<&String>) -> Config {
    let key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let mut credentials = Credentials::new("AKIDEXAMPLE", key, "test");
    credentials.session_token = token.cloned();
    // 2024-02-29, 12:34:56
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_210_096);
    let config = Config::new().region(region).clock(standing(now));
    config.credentials(credentials)
}

/// The newest model of a service.
fn model(botocore: &Path, service: &str) -> PathBuf {
    let entries = std::fs::read_dir(botocore.join(service)).expect("the service's folder");
    let folders = entries.map(|entry| entry.expect("an entry").path());
    folders.max().expect("a version")
}

/// Prepares a call, and passes it on.
fn prepare<T>(
    botocore: &Path,
    call: &Call,
    config: Config,
    then: impl for<'a> FnOnce(&Client<'a>, Prepared<'a>, &dyn Visit) -> T,
) -> T {
    let arena = Arena::default();
    let generator = Generator::new(model(botocore, &call.service));
    let loaded = generator
        .operations([call.operation.as_str()])
        .lower(&arena)
        .unwrap_or_else(|error| panic!("{error}"));
    let service = loaded.commands.service;
    let client = Client::new(service, config);
    let operation = service.operation(&call.operation).expect("the operation");
    let document: Document = call.input.parse().expect("JSON");
    let input = TypedDocument {
        document: &document,
        service,
        shape: operation.input.unwrap_or(ShapeIndex::MAX),
    };
    let prepared = client.prepare(operation.name, &input).expect("an input");
    then(&client, prepared, &input)
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(future)
}

fn botocore() -> Option<PathBuf> {
    let found = std::env::var_os("OPSMITH_BOTOCORE").map(PathBuf::from);
    if found.is_none() {
        skipped::skipped("OPSMITH_BOTOCORE names no data folder of botocore");
    }
    found
}

/// The parts of a URL. Services sort the parameters before they check the signature.
fn parts(url: &str) -> (&str, Vec<&str>) {
    let (target, query) = url.split_once('?').expect("a query string");
    let mut parameters: Vec<&str> = query.split('&').collect();
    parameters.sort_unstable();
    (target, parameters)
}

#[test]
fn presigned_urls_are_those_of_botocore() {
    let Some(botocore) = botocore() else { return };
    let cases: Vec<Case> = cases(include_str!("presigned/cases.toml"));
    assert_eq!(cases.len(), 11);
    for case in &cases {
        let config = config(&case.region, case.token.as_ref());
        let expires_in = Duration::from_secs(case.expires);
        let presigned: Presigned = prepare(&botocore, &case.call, config, |client, prepared, _| {
            wait(client.presigned(prepared, expires_in)).expect("a URL")
        });
        let headers: Vec<String> = presigned
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        assert_eq!(
            parts(&presigned.url),
            parts(&case.url),
            "{}",
            case.call.input
        );
        assert_eq!(presigned.method, case.method, "{}", case.url);
        assert_eq!(headers, case.headers, "{}", case.url);
        assert!(presigned.body.is_empty(), "{}", case.url);
    }
}

/// A call that fetches from another region.
#[derive(serde::Deserialize)]
struct Fetch {
    #[serde(flatten)]
    call: Call,
    body: String,
}

/// The parameters of a form, and within them those of a URL, in alphabetical order.
fn sorted(form: &str) -> Vec<Vec<&str>> {
    let mut parameters: Vec<Vec<&str>> = form
        .split('&')
        .map(|parameter| {
            let mut parts: Vec<&str> = parameter.split("%26").collect();
            parts[1..].sort_unstable();
            parts
        })
        .collect();
    parameters.sort_unstable();
    parameters
}

#[test]
fn calls_that_fetch_from_another_region_have_its_url() {
    let Some(botocore) = botocore() else { return };
    let cases: Vec<Fetch> = cases(include_str!("presigned/parameters.toml"));
    assert_eq!(cases.len(), 6);
    for case in &cases {
        // The URL leads to the service in that region, also where another is configured here.
        for url in [None, Some("http://localhost:9")] {
            let fake = Fake::answering(Answer::new(400, ""));
            let config = config("us-east-1", None).transport(fake.clone());
            let config = url.into_iter().fold(config, Config::endpoint_url);
            prepare(&botocore, &case.call, config, |client, prepared, _| {
                wait(client.send(prepared)).expect_err("an error")
            });
            let sent = fake.requests();
            let body = sent.first().and_then(|request| request.body.as_bytes());
            let body = std::str::from_utf8(body.expect("a body")).expect("UTF-8");
            assert_eq!(sorted(body), sorted(&case.body), "{}", case.call.input);
        }
    }
}

#[test]
fn a_url_is_not_shown_without_secrets() {
    let Some(botocore) = botocore() else { return };
    let cases: Vec<Fetch> = cases(include_str!("presigned/parameters.toml"));
    let case = cases.first().expect("a case");
    let config = config("us-east-1", None);
    let signed = prepare(&botocore, &case.call, config, |client, prepared, input| {
        let prepared = client.redacted(prepared, input).expect("an input");
        wait(client.signed(prepared)).expect("a request")
    });
    let body = String::from_utf8_lossy(signed.body.as_bytes().expect("bytes"));
    assert!(!body.contains("Signature"), "{body}");
    let url = "&PresignedUrl=%2A%2A%2A+redacted+%2A%2A%2A";
    assert!(
        body.contains(url) && body.contains("&DestinationRegion=us-east-1"),
        "{body}"
    );
}
