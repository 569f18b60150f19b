//! Requests, answers and errors of both query protocols.

use crate::codec::{EncodeMode, json};
use crate::document::Document;
use crate::error::ServiceError;
use crate::http::Response;
use crate::protocol::{self, Protocol};
use crate::schema::{
    Fault, Operation, Protocol as Which, Service, ShapeIndex, Trait, integer, member, operation,
    string, structure,
};
use crate::visit::{DocumentBuilder, TypedDocument};

const VALUES: ShapeIndex = 0;
const EMPTY: ShapeIndex = 3;

const ERRORS: &[ShapeIndex] = &[4];

static SERVICE: Service<'static> = Service {
    version: "2026-01-02",
    shapes: &[
        structure("Values", &[member("Name", 1), member("count", 2)]),
        string("Text"),
        integer("Count"),
        structure("Empty", &[]),
        structure(
            "GoneException",
            &[member("Message", 1), member("retryAfter", 2)],
        )
        .with(&[Trait::Error(Fault::Client), Trait::AwsQueryError("Gone")]),
    ],
    operations: &[
        operation("Nothing", None, None),
        operation("Say", Some(VALUES), Some(VALUES)).errors(ERRORS),
        operation("Void", Some(EMPTY), Some(EMPTY)),
    ],
    ..Service::NONE
};

fn query() -> &'static dyn Protocol {
    protocol::of(Which::AwsQuery).expect("a protocol")
}

fn ec2() -> &'static dyn Protocol {
    protocol::of(Which::Ec2Query).expect("a protocol")
}

fn called(name: &str) -> &'static Operation<'static> {
    SERVICE.operation(name).expect("an operation")
}

fn value(text: &str) -> Document {
    json::document(text).expect("JSON")
}

fn body(protocol: &dyn Protocol, operation: &str, input: &str, mode: EncodeMode) -> String {
    let input = TypedDocument {
        document: &value(input),
        service: &SERVICE,
        shape: VALUES,
    };
    let request = protocol.request(&SERVICE, called(operation), &input, mode);
    let request = request.expect("a request");
    assert!(request.conforms);
    let request = request.value;
    assert_eq!((&*request.method, &*request.url), ("POST", "/"));
    let expected = "application/x-www-form-urlencoded; charset=utf-8";
    let content_type = ("content-type".into(), expected.into());
    assert_eq!(request.headers, [content_type]);
    String::from_utf8(request.body.as_bytes().expect("bytes").to_vec()).expect("UTF-8")
}

#[test]
fn requests_are_forms() {
    for (operation, input, of_query, of_ec2) in [
        ("Nothing", "{}", "", ""),
        ("Void", "{}", "", ""),
        (
            "Say",
            r#"{"count":1,"Name":"a b"}"#,
            "&count=1&Name=a+b",
            "&Count=1&Name=a+b",
        ),
    ] {
        for (protocol, expected) in [(query(), of_query), (ec2(), of_ec2)] {
            let expected = format!("Action={operation}&Version=2026-01-02{expected}");
            let written = body(protocol, operation, input, EncodeMode::Checked);
            assert_eq!(written, expected);
        }
    }
}

/// The answer as types take it, and as a document. Both fail alike.
fn answer(protocol: &dyn Protocol, operation: &str, body: &str) -> Result<Document, String> {
    let response = Response::new(200, body.to_owned().into());
    let operation = called(operation);
    let shape = operation.output.unwrap_or(EMPTY);
    let mut builder = DocumentBuilder::new(&SERVICE, shape);
    let read = protocol.output(&SERVICE, operation, &response, &mut builder);
    let document = protocol.document(&SERVICE, operation, &response);
    match (read, document) {
        (Ok(()), Ok(document)) => {
            let read = Some(builder.finish()).filter(|read| *read != Document::Null);
            assert_eq!(read.unwrap_or_else(|| value("{}")), document);
            Ok(document)
        }
        (Err(read), Err(document)) => {
            assert_eq!(read.to_string(), document.to_string());
            Err(read.to_string())
        }
        (read, document) => panic!("{read:?} {document:?}"),
    }
}

#[test]
fn outputs_are_within_an_element_or_the_root() {
    let wrapped = "<SayResponse xmlns='u'><SayResult><count>1</count><Name>n</Name></SayResult>\
                   <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></SayResponse>";
    let direct = "<SayResponse xmlns='u'><requestId>r</requestId><count>1</count><Name>n</Name></SayResponse>";
    let read = value(r#"{"Name":"n","count":1}"#);
    assert_eq!(answer(query(), "Say", wrapped), Ok(read.clone()));
    assert_eq!(answer(ec2(), "Say", direct), Ok(read));
    for (operation, body) in [
        ("Nothing", "<NothingResponse/>"),
        ("Void", "<VoidResponse><VoidResult/></VoidResponse>"),
        ("Void", "<VoidResponse/>"),
        ("Say", "<SayResponse><SayResult/></SayResponse>"),
    ] {
        assert_eq!(answer(query(), operation, body), Ok(value("{}")), "{body}");
        assert_eq!(answer(ec2(), operation, body), Ok(value("{}")), "{body}");
    }
    assert_eq!(
        answer(query(), "Say", direct),
        Err("it has no element `SayResult`".to_owned())
    );
}

#[test]
fn an_answer_that_is_not_xml_is_one_error() {
    for operation in ["Nothing", "Void", "Say"] {
        for body in ["", " ", "{}", "<html>", "<SayResponse><SayResult>"] {
            for protocol in [query(), ec2()] {
                let problem = answer(protocol, operation, body).expect_err(body);
                assert!(problem.contains("not XML that can be read"), "{problem}");
            }
        }
    }
}

fn error(status: u16, body: &str) -> ServiceError {
    let response = Response::new(status, body.to_owned().into());
    let of_query = query().error(&SERVICE, called("Say"), &response);
    let of_ec2 = ec2().error(&SERVICE, called("Say"), &response);
    assert_eq!(of_query, of_ec2);
    of_query
}

#[test]
fn errors_have_one_of_three_forms() {
    let parts = "<Type>Sender</Type><Code>Gone</Code><Message>a &lt;b&gt;</Message><retryAfter>7</retryAfter>";
    for body in [
        format!("<ErrorResponse><Error>{parts}</Error><RequestId>r</RequestId></ErrorResponse>"),
        format!(
            "<?xml version='1.0'?>\n<Response><Errors><Error>{parts}</Error><Error><Code>Second</Code>\
             </Error></Errors><RequestID>r</RequestID></Response>"
        ),
        format!("<Error>{parts}<RequestId>r</RequestId><HostId>h</HostId></Error>"),
    ] {
        let error = error(410, &body);
        assert_eq!(
            (&*error.code, &*error.message, error.status),
            ("Gone", "a <b>", 410)
        );
        assert!(error.is("GoneException"));
        assert_eq!(error.request_id.as_deref(), Some("r"));
        let details = value(r#"{"Message":"a <b>","retryAfter":7}"#);
        assert_eq!(error.details, details, "{body}");
    }
    let lower = error(400, "<Error><Code>c</Code><message>m</message></Error>");
    assert_eq!(lower.message, "m");
    let unmodeled = error(
        400,
        "<Response><Errors><Error><Code>New</Code></Error></Errors></Response>",
    );
    assert_eq!((&*unmodeled.code, &*unmodeled.message), ("New", ""));
    assert_eq!((unmodeled.shape, unmodeled.details), (None, Document::Null));
}

#[test]
fn an_error_that_is_not_xml_has_the_phrase_of_its_status() {
    for (status, body, phrase) in [
        (304, "", "Not Modified"),
        (400, "", "Bad Request"),
        (403, "no", "Forbidden"),
        (404, "{\"message\":\"no\"}", "Not Found"),
        (500, "", "Internal Server Error"),
        (503, "Slow", "Service Unavailable"),
        (503, "<html><Code>x</Code></html>", "Service Unavailable"),
        (502, "<html><body>", "Bad Gateway"),
        (400, "<ErrorResponse><Error><Code>cut", "Bad Request"),
        (
            400,
            "<!DOCTYPE a><Error><Code>c</Code></Error>",
            "Bad Request",
        ),
        (599, "", ""),
    ] {
        let error = error(status, body);
        assert_eq!(error.code, status.to_string(), "{body}");
        assert_eq!(error.message, phrase, "{body}");
    }
}
