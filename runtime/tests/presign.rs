//! Calls as URLs: what is in them, what must be sent with them, and which there are not.

use opsmith_runtime::document::Document;
use opsmith_runtime::fake::{Answer, Fake, standing};
use opsmith_runtime::http::{Body, Presigned};
use opsmith_runtime::identity::Credentials;
use opsmith_runtime::schema::rules::{Condition, Expression, Function, Parameter, Rule, RuleSet};
use opsmith_runtime::schema::{
    Auth, Flags, Protocol, Service, ShapeIndex, Trait, blob, http, member, operation, string,
    structure, union,
};
use opsmith_runtime::visit::TypedDocument;
use opsmith_runtime::{Client, Config, Error};
use std::time::{Duration, SystemTime};

const TEXT: ShapeIndex = 0;

/// A service with buckets on its own host, and another host for what has no bucket.
static SERVICE: Service<'static> = Service {
    id: "t#Test",
    sdk_id: "Test",
    title: "Test",
    version: "2026-01-01",
    command: "test",
    signing_name: "test",
    target_prefix: "Test",
    protocols: &[Protocol::RestJson1],
    protocol: Protocol::RestJson1,
    operations: &[
        operation("Bearer", None, None)
            .with(&[Trait::Auth(&[Auth::Other("smithy.api#httpBearerAuth")])]),
        operation("Events", None, Some(4)),
        operation("Post", Some(5), None).with(&[Trait::Http(&http("POST", "/post", 200))]),
        operation("Put", Some(1), None).with(&[Trait::Http(&http("PUT", "/{Bucket}/{Key+}", 200))]),
        operation("Unsigned", None, None).with(&[Trait::OptionalAuth]),
        operation("Upload", Some(6), None).with(&[Trait::Http(&http("POST", "/upload", 200))]),
    ],
    shapes: &[
        string("Text"),
        structure(
            "PutInput",
            &[
                member("Bucket", TEXT)
                    .flags(Flags::HTTP_LABEL)
                    .with(&[Trait::ContextParam("Bucket")]),
                member("Key", TEXT).flags(Flags::HTTP_LABEL),
                member("Version", TEXT).with(&[Trait::HttpQuery("versionId")]),
                member("Type", TEXT).with(&[Trait::HttpHeader("Content-Type")]),
                member("Mode", TEXT).with(&[Trait::HttpHeader("x-amz-checksum-mode")]),
                member("Body", 2).flags(Flags::HTTP_PAYLOAD.union(Flags::STREAMING)),
            ],
        ),
        blob("Stream"),
        union("Event", &[member("Part", TEXT)]).flags(Flags::STREAMING),
        structure(
            "EventsOutput",
            &[member("Events", 3).flags(Flags::STREAMING)],
        ),
        structure("PostInput", &[member("Text", TEXT)]),
        structure(
            "UploadInput",
            &[member("Body", 2).flags(Flags::HTTP_PAYLOAD.union(Flags::STREAMING))],
        ),
    ],
    endpoint: RuleSet {
        parameters: &[
            Parameter("Region", "AWS::Region", None),
            Parameter("Bucket", "", None),
        ],
        rules: &[
            Rule::Endpoint(
                &[Condition(
                    Expression::Call(Function::IsSet, &[Expression::Ref("Bucket")]),
                    "",
                )],
                Expression::Text("https://{Bucket}.test"),
                &[(
                    "authSchemes",
                    Expression::List(&[Expression::Map(&[
                        ("name", Expression::Text("sigv4")),
                        ("disableDoubleEncoding", Expression::Boolean(true)),
                    ])]),
                )],
                &[],
            ),
            Rule::Endpoint(&[], Expression::Text("https://{Region}.test"), &[], &[]),
        ],
    },
    ..Service::NONE
};

fn config() -> Config {
    let mut credentials = Credentials::new("AKID", "key", "test");
    credentials.session_token = Some("a/b+c".to_owned());
    // A call that is sent would fail.
    let config = Fake::answering(Answer::error("Sent")).config();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_369_353_600);
    config.credentials(credentials).clock(standing(now))
}

fn presign(
    service: &'static Service<'static>,
    config: Config,
    operation: &str,
    input: &str,
    seconds: f64,
) -> Result<Presigned, Error> {
    let client = Client::new(service, config);
    let document: Document = input.parse().expect("JSON");
    let operation = service.operation(operation).expect("an operation");
    let input = TypedDocument {
        document: &document,
        service,
        shape: operation.input.unwrap_or(ShapeIndex::MAX),
    };
    let prepared = client.prepare(operation.name, &input)?;
    wait(client.presigned(prepared, Duration::from_secs_f64(seconds)))
}

fn wait<T>(future: impl IntoFuture<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.expect("a runtime").block_on(future.into_future())
}

#[test]
fn what_must_be_sent_is_returned() {
    let input = r#"{"Bucket": "b", "Key": "../é+", "Version": "1/2", "Type": "text/plain"}"#;
    let presigned = presign(&SERVICE, config(), "Put", input, 60.9).expect("a URL");
    let (url, signature) = presigned
        .url
        .split_once("&X-Amz-Signature=")
        .expect("a signature");
    assert_eq!(
        url,
        "https://b.test/../%C3%A9%2B?versionId=1%2F2&X-Amz-Algorithm=AWS4-HMAC-SHA256\
         &X-Amz-Credential=AKID%2F20130524%2Feu-west-1%2Ftest%2Faws4_request&X-Amz-Date=20130524T000000Z\
         &X-Amz-Expires=60&X-Amz-SignedHeaders=content-type%3Bhost&X-Amz-Security-Token=a%2Fb%2Bc"
    );
    assert_eq!(signature.len(), 64);
    assert_eq!(presigned.method, "PUT");
    let expected = ("content-type".into(), "text/plain".into());
    assert_eq!(presigned.headers, [expected]);
    assert!(presigned.body.is_empty());
    let shown = format!("{presigned:?}");
    assert!(
        !shown.contains(signature) && !shown.contains("a%2Fb") && shown.contains("versionId=1%2F2"),
        "{shown}"
    );
}

#[test]
fn a_body_is_kept_and_signed() {
    let of = |input| presign(&SERVICE, config(), "Post", input, 1.0).expect("a URL");
    let (one, two) = (of(r#"{"Text": "1"}"#), of(r#"{"Text": "2"}"#));
    assert_eq!(one.body.as_bytes(), Some(&br#"{"Text":"1"}"#[..]));
    assert_ne!(one.url, two.url);
    assert!(one.url.contains("SignedHeaders=content-type%3Bhost&"));
}

#[cfg(feature = "xml")]
#[test]
fn parameters_of_a_form_are_in_the_url() {
    static QUERY: Service<'static> = Service {
        protocol: Protocol::AwsQuery,
        ..SERVICE
    };
    let presigned =
        presign(&QUERY, config(), "Post", r#"{"Text": "a b+c"}"#, 604_800.0).expect("a URL");
    assert!(
        presigned.url.starts_with(
            "https://eu-west-1.test/?Action=Post&Version=2026-01-01&Text=a%20b%2Bc&X-Amz-Algorithm="
        ),
        "{}",
        presigned.url
    );
    assert!(presigned.url.contains("&X-Amz-SignedHeaders=host&"));
    assert_eq!(presigned.method, "GET");
    assert!(presigned.headers.is_empty() && presigned.body.is_empty());
}

#[test]
fn what_cannot_be_presigned_is_refused() {
    let day = 86_400.0;
    let put = r#"{"Bucket": "b", "Key": "k"}"#;
    let with_mode = r#"{"Bucket": "b", "Key": "k", "Mode": "ENABLED"}"#;
    for (operation, input, seconds, message) in [
        (
            "Put",
            put,
            0.0,
            "valid for 1 to 604800 seconds (seven days), not for 0",
        ),
        ("Put", put, 0.9, "not for 0.9"),
        ("Put", put, 604_801.0, "not for 604801"),
        (
            "Put",
            with_mode,
            day,
            "the header x-amz-checksum-mode can't be part of a presigned URL",
        ),
        (
            "Unsigned",
            "{}",
            day,
            "Unsigned can't be presigned: its requests are not signed",
        ),
        (
            "Events",
            "{}",
            day,
            "Events can't be presigned: it has a stream of events",
        ),
        (
            "Upload",
            "{}",
            day,
            "Upload can't be presigned: the signature would have to cover the stream",
        ),
        ("Bearer", "{}", day, "smithy.api#httpBearerAuth"),
    ] {
        let error = presign(&SERVICE, config(), operation, input, seconds).expect_err(operation);
        let text = error.to_string();
        assert!(text.contains(message), "{text}");
    }
    let error = presign(&SERVICE, config().anonymous(), "Put", put, day).expect_err("unsigned");
    assert!(error.to_string().contains("are not signed"), "{error}");

    let client = Client::new(&SERVICE, config());
    let shape = SERVICE
        .operation("Put")
        .and_then(|operation| operation.input);
    let document: Document = put.parse().expect("JSON");
    let input = TypedDocument {
        document: &document,
        service: &SERVICE,
        shape: shape.expect("an input"),
    };
    let prepared = client.prepare("Put", &input).expect("an input");
    let prepared = prepared.with_body(&client, Body::from("content".to_owned()));
    let error = wait(client.presigned(prepared.expect("a body"), Duration::from_secs(1)));
    let error = error.expect_err("a body").to_string();
    assert!(error.contains("who uses the URL sends the body"), "{error}");
}

#[test]
fn a_typed_call_has_a_url_in_its_region() {
    let client = Client::new(&SERVICE, config());
    let call = client.call::<()>("Post", ()).region("us-west-2");
    let presigned = wait(call.presigned(Duration::from_secs(5))).expect("a URL");
    assert!(
        presigned
            .url
            .starts_with("https://us-west-2.test/post?X-Amz-Algorithm="),
        "{}",
        presigned.url
    );
    assert!(
        presigned
            .url
            .contains("%2Fus-west-2%2Ftest%2Faws4_request&")
    );
}
