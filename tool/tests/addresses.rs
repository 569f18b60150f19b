//! Where calls of services with buckets and of services without regions go, by settings and input.
//! The services are botocore's.

#[path = "../../tests/support/skipped.rs"]
mod skipped;

use opsmith_codegen::{Arena, Generator};
use opsmith_runtime::config::{Env, Loader, Settings};
use opsmith_runtime::document::Document;
use opsmith_runtime::fake::Fake;
use opsmith_runtime::http::Request;
use opsmith_runtime::schema::{Service, ShapeIndex};
use opsmith_runtime::validate::Mode;
use opsmith_runtime::visit::TypedDocument;
use opsmith_runtime::{Client, Config, Error};
use skipped::skipped;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// botocore's data folder, when the environment names it.
fn botocore() -> Option<PathBuf> {
    let folder = std::env::var_os("OPSMITH_BOTOCORE").map(PathBuf::from);
    if folder.is_none() {
        skipped("OPSMITH_BOTOCORE names no data folder of botocore");
    }
    folder
}

/// The newest model of a service.
fn model(data: &Path, service: &str) -> PathBuf {
    let versions = fs::read_dir(data.join(service)).expect("the service");
    let mut versions: Vec<_> = versions.map(|entry| entry.expect("one").path()).collect();
    versions.sort();
    versions.pop().expect("a version")
}

/// A configuration by variables and lines of the profile.
fn config(variables: &[(&str, &str)], profile: &str) -> Result<Config, Error> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config");
    fs::write(&file, format!("[default]\n{profile}\n")).expect("a file");
    let file = file.to_str().expect("UTF-8");
    let always = [
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_CONFIG_FILE", file),
    ];
    let env = Env::with_variables(always.into_iter().chain(variables.iter().copied()));
    let settings = Arc::new(Settings::load(env, None)?);
    Loader::new(settings)?.transport(Fake::playing([])).load()
}

fn signed(
    service: &Service<'_>,
    config: Config,
    operation: &str,
    input: &str,
) -> Result<Request, Error> {
    let document: Document = input.parse().expect("JSON");
    let shape = service.operation(operation).and_then(|found| found.input);
    let client = Client::new(service, config);
    let prepared = client.prepare(
        operation,
        &TypedDocument {
            document: &document,
            service,
            shape: shape.unwrap_or(ShapeIndex::MAX),
        },
    )?;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime
        .expect("a runtime")
        .block_on(client.signed(prepared))
}

/// The URL without its scheme, and the region and name that it is signed for; or the error.
fn address(called: Result<Request, Error>) -> String {
    let request = match called {
        Ok(request) => request,
        Err(error) => return error.to_string(),
    };
    let mut headers = request.headers.iter();
    let signature = headers.find(|(name, _)| name == "authorization");
    let scope = signature.and_then(|(_, value)| value.split(['=', ',']).nth(1));
    let scope: Vec<_> = scope
        .unwrap_or_default()
        .split('/')
        .skip(2)
        .take(2)
        .collect();
    format!("{} for {}", request.url, scope.join(" "))
}

/// A call of the service: `Bucket`, perhaps `Key`, of an operation in a region.
struct Row {
    operation: &'static str,
    bucket: &'static str,
    region: &'static str,
    /// Variables, and lines of the profile.
    settings: (&'static [(&'static str, &'static str)], &'static str),
    expected: &'static str,
}

const fn get(bucket: &'static str, expected: &'static str) -> Row {
    Row {
        operation: "GetObject",
        bucket,
        region: "us-west-2",
        settings: (&[], ""),
        expected,
    }
}

const fn with(profile: &'static str, row: Row) -> Row {
    Row {
        settings: (&[], profile),
        ..row
    }
}

const fn by(variables: &'static [(&'static str, &'static str)], row: Row) -> Row {
    Row {
        settings: (variables, ""),
        ..row
    }
}

const fn of(operation: &'static str, row: Row) -> Row {
    Row { operation, ..row }
}

const URL: &[(&str, &str)] = &[("AWS_ENDPOINT_URL", "http://localhost:9000")];
const PATH: &str = "s3 =\n  addressing_style = path";
const VIRTUAL: &str = "s3 =\n  addressing_style = virtual";
const ACCELERATE: &str = "s3 =\n  use_accelerate_endpoint = true";
const ACCESS_POINT: &str = "arn:aws:s3:eu-west-1:123456789012:accesspoint/ap";
const OUTPOST: &str =
    "arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/ap";
const EXPRESS: &str = "b--usw2-az1--x-s3";

const ROWS: &[Row] = &[
    get(
        "my-bucket",
        "https://my-bucket.s3.us-west-2.amazonaws.com/k for us-west-2 s3",
    ),
    get(
        "My.Bucket",
        "https://s3.us-west-2.amazonaws.com/My.Bucket/k for us-west-2 s3",
    ),
    get(
        "my.bucket",
        "https://s3.us-west-2.amazonaws.com/my.bucket/k for us-west-2 s3",
    ),
    get(
        "a_b",
        "https://s3.us-west-2.amazonaws.com/a_b/k for us-west-2 s3",
    ),
    get(
        "ab",
        "https://s3.us-west-2.amazonaws.com/ab/k for us-west-2 s3",
    ),
    with(
        PATH,
        get(
            "my-bucket",
            "https://s3.us-west-2.amazonaws.com/my-bucket/k for us-west-2 s3",
        ),
    ),
    with(
        VIRTUAL,
        get(
            "my-bucket",
            "https://my-bucket.s3.us-west-2.amazonaws.com/k for us-west-2 s3",
        ),
    ),
    with(
        VIRTUAL,
        get(
            "my.bucket",
            "https://s3.us-west-2.amazonaws.com/my.bucket/k for us-west-2 s3",
        ),
    ),
    of(
        "GetBucketLocation",
        get(
            "my-bucket",
            "https://s3.us-west-2.amazonaws.com/my-bucket?location for us-west-2 s3",
        ),
    ),
    // A URL of the user's own.
    by(
        URL,
        get(
            "my-bucket",
            "http://localhost:9000/my-bucket/k for us-west-2 s3",
        ),
    ),
    Row {
        settings: (URL, VIRTUAL),
        ..get(
            "my-bucket",
            "http://my-bucket.localhost:9000/k for us-west-2 s3",
        )
    },
    Row {
        settings: (
            &[("AWS_ENDPOINT_URL", "https://s3-accelerate.amazonaws.com")],
            "",
        ),
        ..get(
            "my-bucket",
            "https://my-bucket.s3-accelerate.amazonaws.com/k for us-west-2 s3",
        )
    },
    // Accelerated transfers.
    with(
        ACCELERATE,
        get(
            "my-bucket",
            "https://my-bucket.s3-accelerate.amazonaws.com/k for us-west-2 s3",
        ),
    ),
    with(
        ACCELERATE,
        of(
            "CreateBucket",
            get(
                "my-bucket",
                "https://my-bucket.s3-accelerate.amazonaws.com/ for us-west-2 s3",
            ),
        ),
    ),
    with(
        ACCELERATE,
        of(
            "ListBuckets",
            get("", "https://s3.us-west-2.amazonaws.com/ for us-west-2 s3"),
        ),
    ),
    with(
        ACCELERATE,
        get(
            "My.Bucket",
            "Path-style addressing cannot be used with S3 Accelerate",
        ),
    ),
    // Kinds of endpoints.
    by(
        &[("AWS_USE_DUALSTACK_ENDPOINT", "true")],
        get(
            "b-1",
            "https://b-1.s3.dualstack.us-west-2.amazonaws.com/k for us-west-2 s3",
        ),
    ),
    with(
        "s3 =\n  use_dualstack_endpoint = true",
        get(
            "b-1",
            "https://b-1.s3.dualstack.us-west-2.amazonaws.com/k for us-west-2 s3",
        ),
    ),
    Row {
        settings: (
            &[("AWS_USE_DUALSTACK_ENDPOINT", "true")],
            "s3 =\n  use_dualstack_endpoint = false",
        ),
        ..get(
            "b-1",
            "https://b-1.s3.us-west-2.amazonaws.com/k for us-west-2 s3",
        )
    },
    by(
        &[("AWS_USE_FIPS_ENDPOINT", "true")],
        get(
            "b-1",
            "https://b-1.s3-fips.us-west-2.amazonaws.com/k for us-west-2 s3",
        ),
    ),
    // No region.
    Row {
        region: "",
        ..of(
            "ListBuckets",
            get("", "https://s3.amazonaws.com/ for us-east-1 s3"),
        )
    },
    Row {
        region: "",
        ..get(
            "my-bucket",
            "https://my-bucket.s3.amazonaws.com/k for us-east-1 s3",
        )
    },
    Row {
        region: "us-east-1",
        ..get(
            "my-bucket",
            "https://my-bucket.s3.us-east-1.amazonaws.com/k for us-east-1 s3",
        )
    },
    Row {
        region: "us-east-1",
        settings: (&[], "s3 =\n  us_east_1_regional_endpoint = legacy"),
        ..get(
            "my-bucket",
            "https://my-bucket.s3.amazonaws.com/k for us-east-1 s3",
        )
    },
    // Access points.
    get(
        ACCESS_POINT,
        "https://ap-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/k for eu-west-1 s3",
    ),
    with(
        PATH,
        get(
            ACCESS_POINT,
            "https://ap-123456789012.s3-accesspoint.eu-west-1.amazonaws.com/k for eu-west-1 s3",
        ),
    ),
    by(
        &[("AWS_S3_USE_ARN_REGION", "false")],
        get(
            ACCESS_POINT,
            "Invalid configuration: region from ARN `eu-west-1` does not match client region `us-west-2` and UseArnRegion is `false`",
        ),
    ),
    by(
        &[("AWS_S3_DISABLE_MULTIREGION_ACCESS_POINTS", "true")],
        get(
            "arn:aws:s3::123456789012:accesspoint:alias.mrap",
            "Invalid configuration: Multi-Region Access Point ARNs are disabled.",
        ),
    ),
    get(
        "arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/ap",
        "https://ap-123456789012.s3-object-lambda.us-west-2.amazonaws.com/k for us-west-2 s3-object-lambda",
    ),
    // Directories.
    of(
        "CreateBucket",
        get(
            EXPRESS,
            "https://s3express-control.us-west-2.amazonaws.com/b--usw2-az1--x-s3 for us-west-2 s3express",
        ),
    ),
    by(
        &[("AWS_S3_DISABLE_EXPRESS_SESSION_AUTH", "true")],
        get(
            EXPRESS,
            "https://b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com/k for us-west-2 s3express",
        ),
    ),
    // Settings that can't be.
    with(
        "s3 =\n  addressing_style = paths",
        get(
            "b-1",
            "The value \"paths\" of addressing_style must be one of auto, path, virtual.",
        ),
    ),
    get(
        "a/b",
        "Parameter validation failed:\nInvalid value for parameter Bucket: a bucket must match the regex",
    ),
];

/// Operations that a row can name.
const OPERATIONS: [&str; 4] = [
    "CreateBucket",
    "GetBucketLocation",
    "GetObject",
    "ListBuckets",
];

#[test]
fn buckets_are_addressed_by_settings_names_and_arns() {
    let Some(data) = botocore() else { return };
    let arena = Arena::new();
    let lowered = Generator::new(model(&data, "s3")).operations(OPERATIONS);
    let lowered = lowered.lower(&arena).expect("a service");
    let mut wrong = Vec::new();
    for row in ROWS {
        let input = match (row.operation, row.bucket) {
            ("GetObject", bucket) => format!(r#"{{"Bucket":"{bucket}","Key":"k"}}"#),
            (_, "") => "{}".to_owned(),
            (_, bucket) => format!(r#"{{"Bucket":"{bucket}"}}"#),
        };
        let (variables, profile) = row.settings;
        let region = Some(("AWS_REGION", row.region)).filter(|_| !row.region.is_empty());
        let variables: Vec<_> = variables.iter().copied().chain(region).collect();
        let called = config(&variables, profile)
            .and_then(|config| signed(lowered.commands.service, config, row.operation, &input));
        let found = address(called);
        let is_right = match row.expected.starts_with("http") {
            true => found == row.expected,
            false => found.starts_with(row.expected),
        };
        if !is_right {
            wrong.push(format!(
                "{} {profile:?}: {found}\n  in place of {}",
                row.bucket, row.expected
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// An endpoint that asks for headers: they are signed.
#[test]
fn headers_of_an_endpoint_are_sent_and_signed() {
    let Some(data) = botocore() else { return };
    let arena = Arena::new();
    let lowered = Generator::new(model(&data, "s3control")).operations(["GetBucket"]);
    let lowered = lowered.lower(&arena).expect("a service");
    let config = config(&[("AWS_REGION", "us-west-2")], "").expect("a configuration");
    let bucket = OUTPOST.replace("accesspoint/ap", "bucket/b");
    let input = format!(r#"{{"AccountId":"123456789012","Bucket":"{bucket}"}}"#);
    let request = signed(lowered.commands.service, config, "GetBucket", &input);
    let request = request.unwrap_or_else(|error| panic!("{error}"));
    let header = |wanted: &str| {
        let headers = request.headers.iter();
        let found = headers.filter(|(name, _)| name == wanted);
        found
            .map(|(_, value)| &**value)
            .collect::<Vec<_>>()
            .join(",")
    };
    assert!(
        request
            .url
            .starts_with("https://s3-outposts.us-west-2.amazonaws.com/"),
        "{}",
        request.url
    );
    assert_eq!(header("x-amz-account-id"), "123456789012");
    assert_eq!(header("x-amz-outpost-id"), "op-01234567890123456");
    let signature = header("authorization");
    assert!(signature.contains("x-amz-account-id;"), "{signature}");
    assert!(signature.contains("x-amz-outpost-id"), "{signature}");
}

/// Services that the AWS CLI calls without a region, and what their requests are signed for.
const WITHOUT_REGION: &[&str] = &[
    "account",
    "billingconductor",
    "budgets",
    "ce",
    "chime",
    "cloudfront",
    "codecatalyst",
    "health",
    "iam",
    "networkmanager",
    "notificationscontacts",
    "organizations",
    "route53",
    "s3",
    "savingsplans",
    "shield",
    "sts",
    "support",
    "taxsettings",
    "waf",
];

#[test]
fn services_without_regions_need_none() {
    let Some(data) = botocore() else { return };
    let mut wrong = Vec::new();
    for service in WITHOUT_REGION {
        let arena = Arena::new();
        let lowered = Generator::new(model(&data, service)).lower(&arena);
        let lowered = lowered.unwrap_or_else(|error| panic!("{error}"));
        let service = lowered.commands.service;
        // Any operation whose path needs nothing of its input, and that has no endpoint of its own.
        let plain = service.operations.iter();
        let plain = plain.filter(|operation| operation.static_context_params().is_empty());
        let mut tried = plain.map(|operation| {
            let config = config(&[], "").expect("a configuration");
            let config = config.validation(Mode::Off);
            signed(service, config, operation.name, "{}")
        });
        let found = tried.find(|called| !matches!(called, Err(Error::Invalid(_))));
        match found {
            // Who has no bearer token has an address all the same.
            Some(Err(error)) if service.command == "codecatalyst" => {
                let missing = ["token", "httpBearerAuth"];
                let text = error.to_string();
                if !missing.iter().any(|part| text.contains(part)) {
                    wrong.push(format!("{}: {text}", service.command));
                }
            }
            Some(Ok(request)) if !request.url.contains("aws-global") => {}
            found => wrong.push(format!("{}: {:?}", service.command, found.map(address))),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
