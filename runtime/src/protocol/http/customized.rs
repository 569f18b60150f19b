//! What services ask for beyond their bindings, request by request and answer by answer.

use super::super::of;
use crate::client::Client;
use crate::codec::{EncodeMode, json};
use crate::document::Document;
use crate::error::Error;
use crate::fake::{Answer, Fake};
use crate::http::{Body, HeaderName, Request, Response};
use crate::schema::{
    Flags, Operation, Protocol, Service, Shape, ShapeIndex, TimestampFormat, Trait, blob, http,
    list, member, operation, string, structure, timestamp,
};
use crate::visit::{DocumentBuilder, TypedDocument};

static SHAPES: &[Shape<'static>] = &[
    string("Text"),
    string("Id").flags(Flags::LAST_SEGMENT).max(4.0),
    timestamp("Time"),
    structure(
        "Input",
        &[
            member("id", 1).with(&[Trait::HttpQuery("id")]),
            member("ids", 6),
            member("accept", 0).with(&[Trait::HttpHeader("Accept")]),
            member("day", 2).with(&[
                Trait::HttpHeader("X-Day"),
                Trait::TimestampFormat(TimestampFormat::DateTime),
            ]),
        ],
    ),
    structure("Location", &[member("Constraint", 0)]),
    structure(
        "Dated",
        &[
            member("Until", 2).with(&[Trait::HttpHeader("Expires")]),
            member("Text", 0)
                .with(&[Trait::HttpHeader("Expires")])
                .flags(Flags::UNPARSED),
            member("Field", 0),
        ],
    ),
    list("Ids", &[member("member", 1)]),
    structure(
        "Upload",
        &[member("data", 8).flags(Flags::HTTP_PAYLOAD.union(Flags::STREAMING))],
    ),
    blob("Bytes").flags(Flags::STREAMING),
    structure("Raw", &[member("text", 0).flags(Flags::HTTP_PAYLOAD)]),
];

static OPERATIONS: &[Operation<'static>] = &[
    operation("Dated", None, Some(5)).with(&[Trait::Http(&http("GET", "/", 200))]),
    operation("Find", Some(3), None)
        .with(&[Trait::QueryAsForm, Trait::Http(&http("GET", "/f?a", 200))]),
    operation("Locate", None, Some(4)).with(&[
        Trait::S3UnwrappedXmlOutput,
        Trait::Http(&http("GET", "/?location", 200)),
    ]),
    operation("Raw", None, Some(9)).with(&[Trait::Http(&http("GET", "/raw", 200))]),
    operation("Tell", Some(3), None).with(&[Trait::Http(&http("POST", "/t", 200))]),
    operation("Upload", Some(7), None)
        .with(&[Trait::TreeHash, Trait::Http(&http("PUT", "/u", 200))]),
];

static SERVICE: Service<'static> = Service {
    signing_name: "test",
    protocol: Protocol::RestXml,
    shapes: SHAPES,
    operations: OPERATIONS,
    traits: &[
        Trait::ErrorsWithSuccess,
        Trait::Headers(&[("accept", "application/json"), ("x-version", "1")]),
    ],
    ..Service::NONE
};

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

fn request(name: &str, input: &str) -> Request {
    let operation = SERVICE.operation(name).expect("an operation");
    let input = TypedDocument {
        document: &json::document(input).expect("JSON"),
        service: &SERVICE,
        shape: operation.input.unwrap_or(ShapeIndex::MAX),
    };
    let protocol = of(Protocol::RestXml).expect("a protocol");
    let mode = EncodeMode::Checked;
    let encoded = protocol.request(&SERVICE, operation, &input, mode);
    let encoded = encoded.expect("a request");
    assert!(encoded.conforms);
    encoded.value
}

/// The answer as a document, and as a typed value in the form of a document; JSON each.
fn read(name: &str, headers: &[(&'static str, &'static str)], body: &'static str) -> [Document; 2] {
    let operation = SERVICE.operation(name).expect("an operation");
    let protocol = of(Protocol::RestXml).expect("a protocol");
    let mut response = Response::new(200, body.into());
    let headers = headers.iter();
    response.headers = headers
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                value.parse().expect("a value"),
            )
        })
        .collect();
    let plain = protocol.document(&SERVICE, operation, &response);
    let mut typed = DocumentBuilder::new(&SERVICE, operation.output.unwrap_or(ShapeIndex::MAX));
    let read = protocol.output(&SERVICE, operation, &response, &mut typed);
    read.expect("read");
    [plain.expect("read"), typed.finish()]
}

fn parsed(text: &str) -> Document {
    json::document(text).expect("JSON")
}

#[test]
fn every_request_has_the_headers_of_the_service_unless_it_has_its_own() {
    for (input, accept) in [("{}", "application/json"), (r#"{"accept": "a/b"}"#, "a/b")] {
        let found = request("Tell", input);
        let header = |name| found.headers.iter().filter(move |(found, _)| found == name);
        let values: Vec<_> = header("accept").map(|(_, value)| value).collect();
        assert_eq!(values, [accept]);
        assert_eq!(header("x-version").count(), 1);
    }
}

#[test]
fn points_in_time_are_whole_seconds_in_headers() {
    let found = request("Tell", r#"{"day": "2024-02-29T12:34:56.789Z"}"#);
    let day = ("x-day".into(), "2024-02-29T12:34:56Z".into());
    assert!(found.headers.contains(&day));
}

#[test]
fn a_query_string_is_sent_as_a_form_where_the_operation_asks_for_it() {
    let found = request("Find", r#"{"id": "a b"}"#);
    assert_eq!((&*found.method, &*found.url), ("POST", "/f"));
    assert!(found.body == Body::from("a&id=a%20b".to_owned().into_bytes()));
    let form = (
        "content-type".into(),
        "application/x-www-form-urlencoded".into(),
    );
    assert!(found.headers.contains(&form), "{found:?}");
}

#[test]
fn of_an_id_the_last_segment_is_sent_and_checked() {
    for (id, sent) in [("/zone/Z1", "Z1"), ("Z1", "Z1"), ("a/b/", "")] {
        let found = request("Tell", &format!(r#"{{"id": "{id}"}}"#));
        assert_eq!(found.url, format!("/t?id={sent}"));
    }
    // Only at the top.
    let found = request("Tell", r#"{"ids": ["a/b"]}"#);
    let body = Body::from(b"<Input><ids><member>a/b</member></ids></Input>".to_vec());
    assert!(found.body == body, "{found:?}");
}

#[test]
fn an_output_without_an_element_around_it_is_the_text_of_the_root() {
    for (body, plain, typed) in [
        (
            "\n<?xml version='1.0'?><Constraint xmlns='u'>eu</Constraint>",
            r#"{"Constraint": "eu"}"#,
            r#"{"Constraint": "eu"}"#,
        ),
        ("<Constraint/>", r#"{"Constraint": null}"#, "{}"),
        (
            "<Out><Constraint>eu</Constraint></Out>",
            r#"{"Constraint": null}"#,
            "{}",
        ),
        ("", r#"{"Constraint": null}"#, "{}"),
    ] {
        assert!(
            read("Locate", &[], body) == [parsed(plain), parsed(typed)],
            "{body}"
        );
    }
}

#[test]
fn a_header_that_is_no_point_in_time_is_kept_as_text_alone() {
    for (text, expected) in [
        (
            "Thu, 29 Feb 2024 12:34:56 GMT",
            r#"{"Until": "Thu, 29 Feb 2024 12:34:56 GMT", "Text": "Thu, 29 Feb 2024 12:34:56 GMT"}"#,
        ),
        ("never", r#"{"Text": "never"}"#),
        ("0", r#"{"Until": "0", "Text": "0"}"#),
    ] {
        let [plain, typed] = read("Dated", &[("expires", text)], "");
        assert!(plain == parsed(expected), "{text}: {plain:?}");
        let names = |document: &Document| -> Vec<String> {
            document.as_map().expect("a map").keys().cloned().collect()
        };
        assert_eq!(names(&plain), names(&typed));
    }
    let sample = crate::sample::output(&SERVICE, Some(5));
    assert!(sample.get("Until").is_some() && sample.get("Text").is_none());
}

#[test]
fn an_error_with_a_status_of_success_is_tried_again() {
    let slow = "  <?xml version='1.0'?><Error><Code>SlowDown</Code><Message>m</Message></Error>";
    for (name, body, code) in [
        ("Dated", slow, Some("SlowDown")),
        ("Locate", slow, Some("SlowDown")),
        ("Dated", "   ", Some("500")),
        ("Dated", "cut", Some("500")),
        ("Dated", "", None),
        ("Dated", "<Dated/>", None),
        // Only the begin is looked at.
        ("Dated", "<Dated><Field>", None),
        // The whole body is the value.
        ("Raw", slow, None),
        // Nothing is read.
        ("Tell", slow, None),
    ] {
        let fake = Fake::answering(Answer::new(200, body));
        let client = Client::new(&SERVICE, fake.config().endpoint_url("http://localhost"));
        let prepared = client.prepare(name, &()).expect("a request");
        let answer = wait(client.send(prepared));
        let calls = fake.requests().len();
        match (answer, code) {
            (Ok(received), None) => assert_eq!((received.response.status, calls), (200, 1)),
            (Err(Error::Service(error)), Some(code)) => {
                assert_eq!((&*error.code, error.status, calls), (code, 500, 3));
            }
            (answer, _) => panic!("{name} {body}: {answer:?}"),
        }
    }
}

#[test]
fn hashes_are_sent_with_a_body() {
    let fake = Fake::playing([]);
    let client = Client::new(&SERVICE, fake.config().endpoint_url("http://localhost"));
    let prepared = client.prepare("Upload", &()).expect("a request");
    let prepared = prepared.with_body(&client, Body::from(b"a".to_vec()));
    wait(client.send(prepared.expect("a stream"))).expect("an answer");
    let requests = fake.requests();
    let hash = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";
    for name in ["x-amz-content-sha256", "x-amz-sha256-tree-hash"] {
        let header = (name.into(), hash.into());
        assert!(requests[0].headers.contains(&header), "{:?}", requests[0]);
    }
}
