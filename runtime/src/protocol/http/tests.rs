//! REST JSON, request by request and answer by answer.

use super::super::of;
use crate::codec::{EncodeMode, json};
use crate::document::Document;
use crate::http::{HeaderName, Request, Response};
use crate::schema::{
    Flags, Operation, Protocol, Service, Shape, ShapeIndex, TimestampFormat, Trait, blob, boolean,
    document, double, http, integer, list, map, member, operation, string, structure, timestamp,
    union,
};
use crate::visit::{DocumentBuilder, TypedDocument, VisitError};

const TEXT: ShapeIndex = 0;
const COUNT: ShapeIndex = 1;
const TIME: ShapeIndex = 2;
const TEXTS: ShapeIndex = 3;
const TIMES: ShapeIndex = 4;
const ENTRIES: ShapeIndex = 5;
const FIRST: ShapeIndex = 19;

static SHAPES: &[Shape<'static>] = &[
    string("Text"),
    integer("Count"),
    timestamp("Time"),
    list("Texts", &[member("member", TEXT)]),
    list("Times", &[member("member", TIME)]),
    map("Entries", &[member("key", TEXT), member("value", TEXT)]),
    map("Lists", &[member("key", TEXT), member("value", TEXTS)]),
    double("Number"),
    boolean("Switch"),
    blob("Bytes"),
    document("Any").with(&[Trait::MediaType("application/json")]),
    string("Media").with(&[Trait::MediaType("text/x")]),
    structure("Inner", &[member("a", TEXT)]),
    union("Choice", &[member("a", TEXT)]),
    // The inputs of the operations, which are their outputs too.
    structure(
        "Path",
        &[
            member("label", TEXT).flags(Flags::HTTP_LABEL),
            member("key", TEXT).flags(Flags::HTTP_LABEL),
        ],
    ),
    structure(
        "Query",
        &[
            member("texts", TEXTS).with(&[Trait::HttpQuery("t")]),
            member("time", TIME).with(&[Trait::HttpQuery("at")]),
            member("number", 7).with(&[Trait::HttpQuery("n")]),
            member("map", 6).flags(Flags::HTTP_QUERY_PARAMS),
        ],
    ),
    structure(
        "Bytes",
        &[member("data", 9).flags(Flags::HTTP_PAYLOAD), CONTENT_TYPE],
    ),
    structure("Whole", &[member("inner", 12).flags(Flags::HTTP_PAYLOAD)]),
    structure(
        "WholeChoice",
        &[member("choice", 13).flags(Flags::HTTP_PAYLOAD)],
    ),
    structure(
        "Mixed",
        &[
            member("field", TEXT),
            member("inner", 20),
            member("text", TEXT).with(&[Trait::HttpHeader("X-Text")]),
            member("count", COUNT).with(&[Trait::HttpHeader("X-Count")]),
            member("texts", TEXTS).with(&[Trait::HttpHeader("X-Texts")]),
            member("times", TIMES).with(&[Trait::HttpHeader("X-Times")]),
            member("day", TIME).with(&[
                Trait::HttpHeader("X-Day"),
                Trait::TimestampFormat(TimestampFormat::DateTime),
            ]),
            member("is", 8).with(&[Trait::HttpHeader("X-Is")]),
            member("any", 10).with(&[Trait::HttpHeader("X-Any")]),
            member("media", 11).with(&[Trait::HttpHeader("X-Media")]),
            member("meta", ENTRIES).with(&[Trait::HttpPrefixHeaders("X-Meta-")]),
            member("status", COUNT).flags(Flags::HTTP_RESPONSE_CODE),
        ],
    ),
    // Bindings have no meaning here, below the top.
    structure(
        "Below",
        &[member("text", TEXT).with(&[Trait::HttpHeader("X-Text")])],
    ),
    structure(
        "Refusal",
        &[
            member("why", TEXT).with(&[Trait::HttpHeader("X-Why")]),
            member("more", TEXT),
        ],
    )
    .with(&[Trait::Error(crate::schema::Fault::Client)]),
    structure("String", &[member("text", TEXT).flags(Flags::HTTP_PAYLOAD)]),
];

const CONTENT_TYPE: crate::schema::Member<'static> =
    member("type", TEXT).with(&[Trait::HttpHeader("Content-Type")]);

const fn with_input(name: &str, shape: ShapeIndex) -> Operation<'_> {
    operation(name, Some(shape), Some(shape))
}

static OPERATIONS: &[Operation<'static>] = &[
    with_input("Bytes", 16).with(&[Trait::Http(&http("PUT", "/bytes", 200))]),
    with_input("Mixed", FIRST).with(&[Trait::Http(&http("POST", "/mixed?fixed", 200))]),
    operation("Nothing", None, None).with(&[Trait::Http(&http("DELETE", "/nothing", 200))]),
    with_input("Path", 14).with(&[Trait::Http(&http("GET", "/a/{label}/{key+}", 200))]),
    with_input("Query", 15).with(&[Trait::Http(&http("GET", "/q", 200))]),
    with_input("String", 22).with(&[Trait::Http(&http("PUT", "/s", 200))]),
    with_input("Whole", 17).with(&[Trait::Http(&http("PUT", "/whole", 200))]),
    with_input("WholeChoice", 18).with(&[Trait::Http(&http("PUT", "/choice", 200))]),
];

static SERVICE: Service<'static> = Service {
    protocol: Protocol::RestJson1,
    shapes: SHAPES,
    operations: OPERATIONS,
    ..Service::NONE
};

fn parsed(text: &str) -> Document {
    json::document(text).expect("JSON")
}

fn request(name: &str, input: &str, mode: EncodeMode) -> Result<Request, VisitError> {
    let operation = SERVICE.operation(name).expect("an operation");
    let input = TypedDocument {
        document: &parsed(input),
        service: &SERVICE,
        shape: operation.input.unwrap_or(ShapeIndex::MAX),
    };
    let protocol = of(Protocol::RestJson1).expect("a protocol");
    let encoded = protocol.request(&SERVICE, operation, &input, mode)?;
    assert!(encoded.conforms);
    Ok(encoded.value)
}

/// The request line, the headers and the body.
fn written(name: &str, input: &str) -> String {
    let request =
        request(name, input, EncodeMode::Checked).unwrap_or_else(|e| panic!("{input}: {e}"));
    let mut text = format!("{} {}", request.method, request.url);
    for (name, value) in &request.headers {
        text += &format!("|{name}: {value}");
    }
    let body = request.body.as_bytes().expect("bytes");
    format!("{text}|{}", String::from_utf8_lossy(body))
}

#[test]
fn members_go_where_they_are_bound() {
    for (name, input, expected) in [
        ("Nothing", "{}", "DELETE /nothing|"),
        (
            "Path",
            r#"{"label": "x/é", "key": "a//b/../c+"}"#,
            "GET /a/x%2F%C3%A9/a//b/../c%2B|",
        ),
        ("Query", "{}", "GET /q|"),
        (
            "Query",
            r#"{"map": {"t": ["no"], "m": ["1", "2"]}, "texts": ["a b", ""], "time": 0.5, "number": NaN}"#,
            "GET /q?m=1&m=2&t=a%20b&t=&at=1970-01-01T00:00:00.500000Z&n=NaN|",
        ),
        ("Bytes", "{}", "PUT /bytes|"),
        ("Bytes", r#"{"data": "AQ=="}"#, "PUT /bytes|\u{1}"),
        (
            "Bytes",
            r#"{"type": "a/b", "data": "eA=="}"#,
            "PUT /bytes|content-type: a/b|x",
        ),
        ("String", r#"{"text": "é"}"#, "PUT /s|é"),
        (
            "Whole",
            "{}",
            "PUT /whole|content-type: application/json|{}",
        ),
        (
            "Whole",
            r#"{"inner": {}}"#,
            "PUT /whole|content-type: application/json|{}",
        ),
        (
            "Whole",
            r#"{"inner": {"a": "x"}}"#,
            r#"PUT /whole|content-type: application/json|{"a":"x"}"#,
        ),
        ("WholeChoice", "{}", "PUT /choice|"),
        (
            "WholeChoice",
            r#"{"choice": {"a": "x"}}"#,
            r#"PUT /choice|content-type: application/json|{"a":"x"}"#,
        ),
        (
            "Mixed",
            "{}",
            "POST /mixed?fixed|content-type: application/json|{}",
        ),
        (
            "Mixed",
            r#"{"status": 1, "text": "", "inner": {"text": "in"}, "count": 7, "field": "f"}"#,
            r#"POST /mixed?fixed|x-text: |x-count: 7|content-type: application/json|{"inner":{"text":"in"},"field":"f"}"#,
        ),
        (
            "Mixed",
            r#"{"texts": ["a", "b,c", "\""], "times": [0, 86400.5], "day": 0, "is": true}"#,
            "POST /mixed?fixed|x-texts: a,\"b,c\",\"\\\"\"\
             |x-times: Thu, 01 Jan 1970 00:00:00 GMT,Fri, 02 Jan 1970 00:00:00 GMT\
             |x-day: 1970-01-01T00:00:00Z|x-is: true|content-type: application/json|{}",
        ),
        (
            "Mixed",
            r#"{"texts": [], "any": {"é": [1]}, "media": "m", "meta": {"K": "v", "L": ""}}"#,
            "POST /mixed?fixed|x-any: eyJcdTAwZTkiOlsxXX0=|x-media: bQ==|x-meta-k: v|x-meta-l: \
             |content-type: application/json|{}",
        ),
        (
            "Mixed",
            r#"{"any": "text"}"#,
            "POST /mixed?fixed|x-any: InRleHQi|content-type: application/json|{}",
        ),
    ] {
        assert_eq!(written(name, input).replace("%3A", ":"), expected);
    }
}

#[test]
fn what_can_not_be_sent_is_refused_with_its_path() {
    for (name, input, path) in [
        ("Path", r#"{"label": "", "key": "k"}"#, "label"),
        ("Path", r#"{"label": "l", "key": ""}"#, "key"),
        ("Path", r#"{"label": "l"}"#, "key"),
        ("Mixed", r#"{"text": "a\r\nb"}"#, "text"),
        ("Mixed", r#"{"texts": ["a", "\n"]}"#, "texts[]"),
        ("Mixed", r#"{"meta": {"K": "\u0000"}}"#, "meta[]"),
        ("Mixed", r#"{"meta": {"K:": "v"}}"#, "meta[]"),
        ("Mixed", r#"{"meta": {"\n": "v"}}"#, "meta[]"),
    ] {
        let error = request(name, input, EncodeMode::Unchecked).expect_err(input);
        assert_eq!(error.path(), path, "{input}");
    }
}

/// An answer of a status, headers and a body.
fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &str) -> Response {
    let mut response = Response::new(status, body.to_owned().into());
    response.headers = headers
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                value.parse().expect("a value"),
            )
        })
        .collect();
    response
}

/// The answer as a document, and as a typed value in the form of a document.
fn read(name: &str, response: &Response) -> [Document; 2] {
    let operation = SERVICE.operation(name).expect("an operation");
    let protocol = of(Protocol::RestJson1).expect("a protocol");
    let plain = protocol
        .document(&SERVICE, operation, response)
        .expect("read");
    let mut typed = DocumentBuilder::new(&SERVICE, operation.output.unwrap_or(ShapeIndex::MAX));
    protocol
        .output(&SERVICE, operation, response, &mut typed)
        .expect("read");
    [plain, typed.finish()]
}

#[test]
fn members_are_read_where_they_are_bound() {
    let headers = [
        ("x-text", ""),
        ("x-count", "7"),
        ("x-texts", "a, \"b,c\""),
        ("x-is", "TRUE"),
        ("x-any", "eyJcdTAwZTkiOlsxXX0="),
        ("x-media", "bQ=="),
        ("x-meta-k", "v"),
        ("x-meta-k", "w"),
        ("x-other", "o"),
    ];
    let body = r#"{"field": "f", "text": "no", "status": 9, "inner": {"text": "in"}, "more": 1}"#;
    let expected = r#"{"text": "", "count": 7, "texts": ["a", "b,c"], "is": true, "any": {"é": [1]}, "media": "m",
        "meta": {"k": "v, w"}, "status": 201, "field": "f", "inner": {"text": "in"}}"#;
    for found in read("Mixed", &answer(201, &headers, body)) {
        assert!(found == parsed(expected), "{found:?}");
    }
    let [plain, _] = read("Mixed", &answer(201, &headers, body));
    let names: Vec<_> = plain.as_map().expect("a map").keys().cloned().collect();
    assert_eq!(names[0], "text");
    assert_eq!(names[8], "field");

    for (name, body, expected) in [
        ("Mixed", "", [r#"{"meta": {}, "status": 200}"#; 2]),
        // The AWS CLI prints an empty structure or text where a typed client has no value.
        ("Whole", "", [r#"{"inner": {}}"#, "{}"]),
        ("Whole", r#"{"a": "x"}"#, [r#"{"inner": {"a": "x"}}"#; 2]),
        (
            "WholeChoice",
            r#"{"a": "x"}"#,
            [r#"{"choice": {"a": "x"}}"#; 2],
        ),
        ("String", "é", [r#"{"text": "é"}"#; 2]),
        ("String", "", [r#"{"text": ""}"#, "{}"]),
        ("Nothing", "not JSON", ["{}", "null"]),
        ("Query", "not JSON", ["{}"; 2]),
    ] {
        for (found, expected) in read(name, &answer(200, &[], body)).iter().zip(expected) {
            assert!(*found == parsed(expected), "{name} {body}: {found:?}");
        }
    }
    let [plain, typed] = read("Bytes", &answer(200, &[("content-type", "a/b")], "\u{1}"));
    assert_eq!(plain.get("data"), Some(&Document::Blob(vec![1])));
    assert!(plain == typed);
}

#[test]
fn an_odd_header_does_not_hide_the_others() {
    let response = answer(200, &[("x-count", "many"), ("x-is", ""), ("x-day", "")], "");
    let operation = SERVICE.operation("Mixed").expect("an operation");
    let protocol = of(Protocol::RestJson1).expect("a protocol");
    let plain = protocol
        .document(&SERVICE, operation, &response)
        .expect("read");
    let expected = r#"{"count": "many", "is": false, "meta": {}, "status": 200}"#;
    assert!(plain == parsed(expected), "{plain:?}");
    let mut typed = DocumentBuilder::new(&SERVICE, FIRST);
    assert!(
        protocol
            .output(&SERVICE, operation, &response, &mut typed)
            .is_ok()
    );
}

#[test]
fn a_code_is_where_rest_json_has_it() {
    let header = ("x-amzn-errortype", "a#Refusal:http://x");
    for (status, headers, body, code, message) in [
        (
            400,
            &[header][..],
            r#"{"code": "Other", "message": "m"}"#,
            "Refusal",
            "m",
        ),
        (500, &[header], "", "Refusal", "Internal Server Error"),
        (
            400,
            &[],
            r#"{"__type": "C", "Code": "B", "code": "a#A:b", "Message": "M"}"#,
            "A",
            "M",
        ),
        (400, &[], r#"{"__type": "C", "Code": "B"}"#, "B", ""),
        (400, &[], r#"{"code": 7}"#, "7", ""),
        (503, &[], "<html>busy", "503", "Service Unavailable"),
        (404, &[], "gone", "404", "gone"),
    ] {
        let operation = SERVICE.operation("Mixed").expect("an operation");
        let protocol = of(Protocol::RestJson1).expect("a protocol");
        let error = protocol.error(&SERVICE, operation, &answer(status, headers, body));
        assert_eq!((&*error.code, &*error.message), (code, message), "{body}");
    }
}

#[test]
fn an_error_has_members_in_headers_too() {
    let operation = SERVICE.operation("Mixed").expect("an operation");
    let protocol = of(Protocol::RestJson1).expect("a protocol");
    let headers = [("x-amzn-errortype", "Refusal"), ("x-why", "w")];
    let response = answer(400, &headers, r#"{"more": "m", "why": "no"}"#);
    let error = protocol.error(&SERVICE, operation, &response);
    assert!(
        error.details == parsed(r#"{"why": "w", "more": "m"}"#),
        "{:?}",
        error.details
    );
}
