//! The protocol Smithy RPC v2 CBOR in HTTP messages: requests, errors, answers from elsewhere.

use opsmith_codepipeline::{ListPipelinesInput, SERVICE};
use opsmith_runtime::codec::{EncodeMode, cbor};
use opsmith_runtime::document::Document;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::{HeaderName, Request, Response};
use opsmith_runtime::schema::{Operation, Protocol, Service, ShapeIndex, Trait, operation};
use opsmith_runtime::visit::DocumentBuilder;
use opsmith_runtime::{Client, Error};

const CBOR: Service<'static> = Service {
    protocol: Protocol::RpcV2Cbor,
    ..SERVICE
};

fn encoded(document: &Document) -> Vec<u8> {
    let mode = EncodeMode::Unchecked;
    let encoded = cbor::encode(document, &Service::NONE, ShapeIndex::MAX, mode);
    encoded.expect("CBOR").value
}

fn answer(status: u16, body: Vec<u8>, headers: &[(&'static str, &'static str)]) -> Answer {
    let mut response = Response::new(status, body.into());
    let headers = headers.iter();
    response.headers = headers
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                value.parse().expect("a value"),
            )
        })
        .collect();
    Answer::Response(response)
}

/// The pipelines that a call returns, and its request.
fn call(service: &Service<'_>, url: &str, answer: Answer) -> (Result<Document, Error>, Request) {
    let fake = Fake::answering(answer);
    let config = fake.config().endpoint_url(url).max_attempts(1);
    let client = Client::new(service, config);
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let result = runtime.expect("a runtime").block_on(async {
        let name = "ListPipelines";
        let prepared = client.prepare(name, &ListPipelinesInput::default())?;
        let response = client.send(prepared).await?.response;
        let operation = service.operation(name).expect("the operation");
        let shape = operation.output.expect("an output");
        let builder = DocumentBuilder::new(service, shape);
        Ok(client.read(operation, &response, builder)?.finish())
    });
    let mut requests = fake.requests().into_iter();
    (result, requests.next().expect("a request"))
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let mut headers = request.headers.iter();
    let found = headers.find(|(found, _)| found == name);
    found.map(|(_, value)| &**value)
}

#[test]
fn a_request_names_service_and_operation_after_the_path_of_the_endpoint() {
    for (url, expected) in [
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://localhost/a/b", "http://localhost/a/b"),
    ] {
        let (_, request) = call(&CBOR, url, Answer::new(200, ""));
        let path = "/service/CodePipeline_20150709/operation/ListPipelines";
        assert_eq!(request.url, [expected, path].concat());
        assert_eq!(request.method, "POST");
        assert_eq!(request.body.as_bytes(), Some(&[0xa0][..]));
        for (name, value) in [
            ("smithy-protocol", Some("rpc-v2-cbor")),
            ("accept", Some("application/cbor")),
            ("content-type", Some("application/cbor")),
            ("x-amz-target", None),
            ("x-amzn-query-mode", None),
        ] {
            assert_eq!(header(&request, name), value, "{name}");
        }
    }
}

#[test]
fn an_operation_without_input_has_no_body() {
    let operations: [Operation<'_>; 1] = [operation("ListPipelines", None, Some(0))];
    let service = Service {
        operations: &operations,
        traits: &[Trait::AwsQueryCompatible],
        ..CBOR
    };
    let (_, request) = call(&service, "http://localhost", Answer::new(200, ""));
    assert!(request.body.is_empty());
    assert_eq!(header(&request, "content-type"), None);
    assert_eq!(header(&request, "x-amzn-query-mode"), Some("true"));
}

#[test]
fn answers_are_read_with_and_without_the_header_of_the_protocol() {
    let body = encoded(&Document::from([("nextToken", "more".into())]));
    for headers in [&[("smithy-protocol", "rpc-v2-cbor")][..], &[]] {
        let (result, _) = call(
            &CBOR,
            "http://localhost",
            answer(200, body.clone(), headers),
        );
        let expected = Document::from([("nextToken", "more".into())]);
        assert!(result.expect("an output") == expected);
    }
    let (result, _) = call(&CBOR, "http://localhost", Answer::new(200, ""));
    assert!(
        result
            .expect("an output")
            .as_map()
            .is_some_and(|map| map.is_empty())
    );
}

#[test]
fn an_answer_that_is_not_cbor_is_told_from_a_damaged_one() {
    let page = "<html>Please log in</html>";
    let (result, _) = call(&CBOR, "http://localhost", Answer::new(200, page));
    let expected = "the service's answer can't be read: ListPipelines: the answer is not CBOR: it may come from a proxy or a login page, and not from the service";
    assert_eq!(result.expect_err("a page").to_string(), expected);
    let answer = Answer::new(200, "\u{1}").header("smithy-protocol", "rpc-v2-cbor");
    let (result, _) = call(&CBOR, "http://localhost", answer);
    let expected = "the service's answer can't be read: ListPipelines: a value of type integer does not belong here";
    assert_eq!(result.expect_err("a number").to_string(), expected);
    let cut = Answer::new(200, "\u{18}").header("smithy-protocol", "rpc-v2-cbor");
    let (result, _) = call(&CBOR, "http://localhost", cut);
    let text = result.expect_err("a part of a number").to_string();
    assert!(text.contains("end of input"), "{text}");
}

#[test]
fn the_code_of_an_error_is_in_the_body_only() {
    let body = |code: Option<&str>| {
        let mut map = vec![("message".to_owned(), Document::from("no"))];
        map.extend(code.map(|code| ("__type".to_owned(), code.into())));
        encoded(&Document::Map(map.into_iter().collect()))
    };
    for (code, headers, expected) in [
        (Some("a.b#ConflictException"), &[][..], "ConflictException"),
        (Some("ConflictException:http://x"), &[], "ConflictException"),
        (None, &[("x-amzn-errortype", "ConflictException")], "400"),
        (
            Some("a.b#ConflictException"),
            &[("x-amzn-query-error", "Customized;Sender")],
            "Customized",
        ),
    ] {
        let answer = answer(400, body(code), headers);
        let (result, _) = call(&CBOR, "http://localhost", answer);
        let Err(Error::Service(error)) = result else {
            panic!("no error of the service");
        };
        assert_eq!((&*error.code, &*error.message), (expected, "no"));
        assert_eq!(error.shape.is_some(), code.is_some());
    }
    let page = Answer::new(503, "<html></html>");
    let (result, _) = call(&CBOR, "http://localhost", page);
    let Err(Error::Service(error)) = result else {
        panic!("no error of the service");
    };
    assert_eq!(
        (&*error.code, &*error.message),
        ("503", "Service Unavailable")
    );
}
