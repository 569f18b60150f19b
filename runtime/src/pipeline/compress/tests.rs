//! Which bodies are compressed, and what they are then.

use super::*;
use crate::client::Config;
use crate::document::Document;
use crate::fake::Fake;
use crate::http::Request;
use crate::schema::{Protocol, Service, Trait, blob, http, member, operation, string, structure};
use crate::visit::TypedDocument;
use flate2::read::GzDecoder;
use std::future::poll_fn;
use std::io::Read as _;

const GZIP: Trait<'static> = Trait::RequestCompression(&["gzip"]);
const PUT: Trait<'static> = Trait::Http(&http("PUT", "/", 200));
const STREAM: Flags = Flags::HTTP_PAYLOAD.union(Flags::STREAMING);

static SERVICE: Service<'static> = Service {
    signing_name: "test",
    protocol: Protocol::RestJson1,
    operations: &[
        operation("Plain", Some(1), None).with(&[PUT]),
        operation("Put", Some(1), None).with(&[PUT, GZIP]),
        operation("Sized", Some(2), None).with(&[PUT, GZIP]),
        operation("Stream", Some(0), None).with(&[PUT, GZIP]),
    ],
    shapes: &[
        structure("StreamInput", &[member("body", 3).flags(STREAM)]),
        structure(
            "PutInput",
            &[
                member("text", 5),
                member("coding", 5).with(&[Trait::HttpHeader("Content-Encoding")]),
            ],
        ),
        structure("SizedInput", &[member("body", 4).flags(STREAM)]),
        blob("Body").flags(Flags::STREAMING),
        blob("SizedBody").flags(Flags::STREAMING.union(Flags::REQUIRES_LENGTH)),
        string("Text"),
    ],
    ..Service::NONE
};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(future)
}

fn signed(config: Config, name: &str, input: &Document, body: Body) -> Request {
    let client = Client::new(&SERVICE, config.endpoint_url("http://localhost"));
    let operation = SERVICE.operation(name).expect("an operation");
    let input = TypedDocument {
        document: input,
        service: &SERVICE,
        shape: operation.input.expect("an input"),
    };
    wait(async {
        let prepared = client.prepare(name, &input).expect("a request");
        let prepared = prepared.with_body(&client, body).expect("a body");
        client.signed(prepared).await.expect("signed")
    })
}

/// An input with a text of this length, so that its JSON is longer by 11 bytes.
fn text(len: usize, coding: Option<&str>) -> Document {
    let text = "x".repeat(len);
    let mut input = serde_json::json!({ "text": text });
    if let Some(coding) = coding {
        input["coding"] = coding.into();
    }
    input.to_string().parse().expect("JSON")
}

fn sent(body: &Body) -> Vec<u8> {
    let Body::Stream(stream) = body else {
        return body.as_bytes().expect("bytes").to_vec();
    };
    let mut stream = stream.open().expect("opened");
    let mut sent = Vec::new();
    wait(async {
        while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
            sent.extend_from_slice(&piece.expect("a piece"));
        }
    });
    sent
}

fn decompressed(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    let mut decoder = GzDecoder::new(bytes);
    decoder.read_to_end(&mut content).expect("gzip");
    content
}

#[test]
fn bodies_are_compressed_from_a_length_on() {
    let config = || Fake::playing([]).config();
    let small = || config().request_min_compression_size_bytes(20);
    for (config, name, len, coding, expected) in [
        (config(), "Put", 10_240 - 12, None, None),
        (config(), "Put", 10_240 - 11, None, Some("gzip")),
        (config(), "Plain", 20_000, None, None),
        (small(), "Put", 8, Some("br"), Some("br")),
        (small(), "Put", 9, Some("br"), Some("br,gzip")),
        (
            config().disable_request_compression(),
            "Put",
            20_000,
            None,
            None,
        ),
    ] {
        let request = signed(config, name, &text(len, coding), Body::Empty);
        assert_eq!(request.value("content-encoding"), expected, "{name} {len}");
        let body = request.body.as_bytes().expect("bytes");
        let is_compressed = expected.is_some_and(|coding| coding.ends_with("gzip"));
        let content = if is_compressed {
            decompressed(body)
        } else {
            body.to_vec()
        };
        assert_eq!(content.len(), len + 11);
    }
}

#[test]
fn streams_are_compressed_unless_their_length_must_be_known() {
    let config = || Fake::playing([]).config().anonymous();
    let none = Document::Map(Default::default());
    let content = "0123456789".repeat(50_000);
    let source = content.clone();
    let stream = move || {
        let pieces = source.clone();
        Body::reader(Some(500_000), std::io::Cursor::new(pieces.into_bytes()))
    };
    for (body, len) in [(Body::from(content.clone()), true), (stream(), false)] {
        let request = signed(config(), "Stream", &none, body);
        assert_eq!(request.value("content-encoding"), Some("gzip"));
        assert_eq!(request.body.len().is_some(), len);
        let sent = sent(&request.body);
        assert!(sent.len() < content.len() / 10);
        assert_eq!(decompressed(&sent), content.as_bytes());
    }
    for body in [Body::from(content.clone()), stream()] {
        let request = signed(config(), "Sized", &none, body);
        assert_eq!(request.value("content-encoding"), None);
        assert_eq!(sent(&request.body), content.as_bytes());
    }
    let request = signed(config(), "Stream", &none, Body::Empty);
    assert_eq!(request.value("content-encoding"), None);
}
