//! Redirects, by a hand-written schema of a service with buckets.

use super::*;
use crate::client::Config;
use crate::document::Document;
use crate::fake::{Answer, Fake};
use crate::schema::rules::{Condition, Expression, Function, Parameter, Rule, RuleSet};
use crate::schema::{
    Flags, Member, Protocol, Service, ShapeIndex, Trait, http, member, operation, string, structure,
};
use crate::visit::TypedDocument;
use std::sync::Arc;

use Expression::{Call, Ref, Text};

const BUCKET: Member<'static> = member("Bucket", 0)
    .flags(Flags::HTTP_LABEL)
    .with(&[Trait::ContextParam("Bucket")]);

const IS_ARN: &[Condition<'static>] =
    &[Condition(Call(Function::ParseArn, &[Ref("Bucket")]), "Arn")];

const IN_PATH: &[Condition<'static>] = &[Condition(
    Call(
        Function::BooleanEquals,
        &[Ref("ForcePathStyle"), Expression::Boolean(true)],
    ),
    "",
)];

const HAS_BUCKET: &[Condition<'static>] = &[Condition(Call(Function::IsSet, &[Ref("Bucket")]), "")];

static STORE: Service<'static> = Service {
    signing_name: "store",
    protocol: Protocol::RestXml,
    shapes: &[
        string("Text"),
        structure("OfBucket", &[BUCKET]),
        structure(
            "OfObject",
            &[BUCKET, member("Key", 0).flags(Flags::HTTP_LABEL)],
        ),
    ],
    operations: &[
        operation("Create", Some(1), None).with(&[Trait::Http(&http("PUT", "/{Bucket}", 200))]),
        operation("Get", Some(2), None).with(&[Trait::Http(&http("GET", "/{Bucket}/{Key+}", 200))]),
        operation("Head", Some(2), None).with(&[Trait::Http(&http(
            "HEAD",
            "/{Bucket}/{Key+}",
            200,
        ))]),
        operation("HeadBucket", Some(1), None).with(&[Trait::Http(&http(
            "HEAD",
            "/{Bucket}",
            200,
        ))]),
        operation("List", None, None).with(&[Trait::Http(&http("GET", "/", 200))]),
    ],
    endpoint: RuleSet {
        parameters: &[
            Parameter("Bucket", "", None),
            Parameter("ForcePathStyle", "AWS::S3::ForcePathStyle", None),
            Parameter("Region", "AWS::Region", None),
        ],
        rules: &[
            Rule::Endpoint(IS_ARN, Text("https://ap.{Arn#region}.test"), &[], &[]),
            Rule::Endpoint(IN_PATH, Text("https://{Region}.test/{Bucket}"), &[], &[]),
            Rule::Endpoint(HAS_BUCKET, Text("https://{Bucket}.{Region}.test"), &[], &[]),
            Rule::Endpoint(&[], Text("https://{Region}.test"), &[], &[]),
        ],
    },
    ..Service::NONE
};

fn call(client: &Client<'_>, operation: &str, bucket: &str) -> Result<(), Error> {
    let shape = STORE.operation(operation).and_then(|found| found.input);
    let input = match shape {
        Some(1) => serde_json::json!({ "Bucket": bucket }),
        Some(_) => serde_json::json!({ "Bucket": bucket, "Key": "k" }),
        None => serde_json::json!({}),
    };
    let document: Document = input.to_string().parse().expect("JSON");
    let input = TypedDocument {
        document: &document,
        service: &STORE,
        shape: shape.unwrap_or(ShapeIndex::MAX),
    };
    let prepared = client.prepare(operation, &input)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(client.send(prepared)).map(drop)
}

fn error(code: &str, region: &str) -> String {
    let region = match region {
        "" => String::new(),
        region => format!("<Region>{region}</Region>"),
    };
    format!("<Error><Code>{code}</Code><Message>no</Message>{region}</Error>")
}

/// An answer with a code, and a region in its body.
fn failure(status: u16, code: &str, region: &str) -> Answer {
    Answer::new(status, &error(code, region))
}

/// An answer with the header.
fn located(status: u16, region: &str) -> Answer {
    Answer::new(status, "").header(REGION, region)
}

fn ok() -> Answer {
    Answer::new(200, "")
}

/// The first lines of the requests, and whether each is signed for the region of its host.
fn lines(fake: &Arc<Fake>) -> Vec<String> {
    let requests = fake.requests();
    let lines = requests.iter().map(|request| {
        let is_signature = |(name, _): &&(_, _)| *name == "authorization";
        let signature = request.headers.iter().find(is_signature);
        let region = request.url.split(".test").next().unwrap_or_default();
        let region = region.rsplit(['.', '/']).next().unwrap_or_default();
        let scope = format!("/{region}/store/aws4_request");
        assert!(
            signature.is_some_and(|(_, value)| value.contains(&scope)),
            "{signature:?}"
        );
        format!("{} {}", request.method, request.url)
    });
    lines.collect()
}

const GET: &str = "GET https://b.eu-west-1.test/k";
const MOVED: &str = "GET https://b.us-west-2.test/k";
const LOOK_UP: &str = "HEAD https://b.eu-west-1.test/";

/// Each cause and each source of the region.
#[test]
fn a_bucket_in_another_region_is_called_there_once() {
    for (operation, answers, expected) in [
        (
            "Get",
            vec![located(301, "us-west-2"), ok()],
            vec![GET, MOVED],
        ),
        (
            "Get",
            vec![located(302, "us-west-2"), ok()],
            vec![GET, MOVED],
        ),
        (
            "Get",
            vec![located(307, "us-west-2"), ok()],
            vec![GET, MOVED],
        ),
        (
            "Get",
            vec![
                failure(400, "AuthorizationHeaderMalformed", "us-west-2"),
                ok(),
            ],
            vec![GET, MOVED],
        ),
        (
            "Get",
            vec![
                failure(400, "PermanentRedirect", "").header(REGION, "us-west-2"),
                ok(),
            ],
            vec![GET, MOVED],
        ),
        // The header goes before the body.
        (
            "Get",
            vec![
                failure(301, "PermanentRedirect", "eu-south-1").header(REGION, "us-west-2"),
                ok(),
            ],
            vec![GET, MOVED],
        ),
        // Nobody says it: the bucket is asked, and answers with an error.
        (
            "Get",
            vec![
                failure(400, "IllegalLocationConstraintException", ""),
                located(403, "us-west-2"),
                ok(),
            ],
            vec![GET, LOOK_UP, MOVED],
        ),
        (
            "Head",
            vec![located(400, "us-west-2"), ok()],
            vec![
                "HEAD https://b.eu-west-1.test/k",
                "HEAD https://b.us-west-2.test/k",
            ],
        ),
        (
            "Head",
            vec![Answer::new(400, ""), located(301, "us-west-2"), ok()],
            vec![
                "HEAD https://b.eu-west-1.test/k",
                LOOK_UP,
                "HEAD https://b.us-west-2.test/k",
            ],
        ),
        (
            "HeadBucket",
            vec![located(400, "us-west-2"), ok()],
            vec![LOOK_UP, "HEAD https://b.us-west-2.test/"],
        ),
    ] {
        let fake = Fake::playing(answers);
        let client = Client::new(&STORE, fake.config().max_attempts(1));
        call(&client, operation, "b").expect("an answer");
        assert_eq!(lines(&fake), expected);
        assert!(fake.pauses().is_empty());
    }
}

#[test]
fn what_names_no_other_region_is_the_error_of_the_call() {
    for (operation, bucket, answers, code, count) in [
        // The second redirect is not followed.
        (
            "Get",
            "b",
            vec![located(301, "us-west-2"), located(301, "us-east-1")],
            "301",
            2,
        ),
        // The look-up knows nothing either, or something that is no region.
        (
            "Get",
            "b",
            vec![failure(301, "PermanentRedirect", "")],
            "PermanentRedirect",
            2,
        ),
        ("Get", "b", vec![located(301, "x.attacker.test/")], "301", 2),
        (
            "Get",
            "b",
            vec![failure(400, "AuthorizationHeaderMalformed", "")],
            "AuthorizationHeaderMalformed",
            1,
        ),
        (
            "Get",
            "b",
            vec![failure(404, "NoSuchBucket", "us-west-2")],
            "NoSuchBucket",
            1,
        ),
        ("HeadBucket", "b", vec![Answer::new(400, "")], "400", 1),
        (
            "Create",
            "b",
            vec![failure(400, "IllegalLocationConstraintException", "")],
            "IllegalLocationConstraintException",
            1,
        ),
        // An ARN names its region, and a call without a bucket has none.
        (
            "Get",
            "arn:aws:s3:us-west-2:123456789012:accesspoint/ap",
            vec![located(301, "us-west-2")],
            "301",
            1,
        ),
        ("List", "", vec![located(301, "us-west-2")], "301", 1),
    ] {
        let fake = Fake::playing(answers);
        let client = Client::new(&STORE, fake.config().max_attempts(1));
        let error = call(&client, operation, bucket).expect_err(operation);
        let sent = fake.requests().len();
        assert_eq!(
            (error.code(), sent),
            (Some(code), count),
            "{operation} {bucket}"
        );
    }
}

#[test]
fn the_region_of_a_bucket_is_remembered_by_the_client() {
    let fake = Fake::playing([located(301, "us-west-2"), ok(), ok(), ok()]);
    let client = Client::new(&STORE, fake.config());
    for bucket in ["b", "b", "c"] {
        call(&client.clone(), "Get", bucket).expect("an answer");
    }
    assert_eq!(
        lines(&fake),
        [GET, MOVED, MOVED, "GET https://c.eu-west-1.test/k"]
    );
}

/// A bucket may be made elsewhere than the last one of its name, and whoever names a region means it.
#[test]
fn what_is_remembered_is_not_for_new_buckets_and_other_regions() {
    let fake = Fake::playing([located(301, "us-west-2"), ok(), ok(), ok()]);
    let client = Client::new(&STORE, fake.config());
    call(&client, "Get", "b").expect("an answer");
    call(&client, "Create", "b").expect("an answer");
    let regions = &client.shared.bucket_regions;
    assert_eq!(regions.of("b", "eu-west-1").as_deref(), Some("us-west-2"));
    assert_eq!(regions.of("b", "eu-west-2"), None);
    assert_eq!(lines(&fake), [GET, MOVED, "PUT https://b.eu-west-1.test/"]);
}

#[test]
fn a_redirect_takes_no_attempt_of_those_that_failures_have() {
    let busy = Answer::new(503, "");
    let fake = Fake::playing([located(301, "us-west-2"), busy, ok()]);
    let client = Client::new(&STORE, fake.config().max_attempts(2));
    call(&client, "Get", "b").expect("an answer");
    assert_eq!(lines(&fake), [GET, MOVED, MOVED]);
    assert_eq!(fake.pauses().len(), 1);
}

#[test]
fn buckets_are_in_the_path_of_a_url_of_the_users_own_and_stay_there() {
    let path = |config: Config| config.endpoint_parameter("ForcePathStyle", true);
    let fake = Fake::playing([located(301, "us-west-2"), ok()]);
    call(&Client::new(&STORE, path(fake.config())), "Get", "b").expect("an answer");
    let expected = [
        "GET https://eu-west-1.test/b/k",
        "GET https://us-west-2.test/b/k",
    ];
    assert_eq!(lines(&fake), expected);
}

#[test]
fn what_cannot_be_a_bucket_is_refused() {
    let fake = Fake::playing([]);
    let client = Client::new(&STORE, fake.config());
    let error = call(&client, "Get", "a/b")
        .expect_err("no bucket")
        .to_string();
    let start = "Parameter validation failed:\nInvalid value for parameter Bucket: a bucket must match the regex";
    assert!(error.starts_with(start), "{error}");
    let arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/ap";
    call(&client, "Get", arn).expect("an answer");
    assert_eq!(fake.requests().len(), 1);
}
