//! Checksums of whole calls: the order of rules, and where a checksum stands.

mod wire;

use super::*;
use crate::client::Config;
use crate::document::Document;
use crate::fake::Fake;
use crate::http::{ByteStream, Bytes};
use crate::schema::rules::{Expression, Parameter, Rule, RuleSet};
use crate::schema::{
    Flags, HttpChecksum, Protocol, Trait, blob, http, http_checksum, member, operation, string,
    structure,
};
use crate::visit::TypedDocument;
use futures_core::Stream;
use std::io;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

const STREAM: Flags = Flags::HTTP_PAYLOAD.union(Flags::STREAMING);
const SHA1_AND_CRC: &HttpChecksum<'static> =
    &http_checksum(false, "", "Mode", &["SHA1", "CRC64NVME", "MD5"]);
const NAMED: &HttpChecksum<'static> = &http_checksum(false, "Algorithm", "", &[]);
const NAMED_REQUIRED: &HttpChecksum<'static> = &http_checksum(true, "Algorithm", "", &[]);

/// A store that is signed as S3 is.
static STORE: Service<'static> = Service {
    signing_name: "store",
    protocol: Protocol::RestJson1,
    operations: &[
        operation("Get", Some(3), Some(4)).with(&[
            Trait::Http(&http("GET", "/object", 200)),
            Trait::HttpChecksum(SHA1_AND_CRC),
        ]),
        operation("Must", Some(5), None).with(&[
            Trait::Http(&http("PUT", "/must", 200)),
            Trait::HttpChecksumRequired,
        ]),
        operation("Put", Some(0), None).with(&[
            Trait::Http(&http("PUT", "/object", 200)),
            Trait::HttpChecksum(NAMED),
        ]),
        operation("Tag", Some(5), None).with(&[
            Trait::Http(&http("PUT", "/tag", 200)),
            Trait::HttpChecksum(NAMED_REQUIRED),
        ]),
    ],
    shapes: &[
        structure(
            "PutInput",
            &[
                member("Body", 1).flags(STREAM),
                member("Algorithm", 2).with(&[Trait::HttpHeader("X-Amz-Sdk-Checksum-Algorithm")]),
                member("Sha256", 2).with(&[Trait::HttpHeader("x-amz-checksum-sha256")]),
                member("Md5", 2).with(&[Trait::HttpHeader("Content-MD5")]),
                member("Encoding", 2).with(&[Trait::HttpHeader("Content-Encoding")]),
            ],
        ),
        blob("Body").flags(Flags::STREAMING),
        string("Text"),
        structure(
            "GetInput",
            &[member("Mode", 2).with(&[Trait::HttpHeader("x-amz-checksum-mode")])],
        ),
        structure("GetOutput", &[member("Body", 1).flags(STREAM)]),
        structure(
            "TagInput",
            &[
                member("Algorithm", 2).with(&[Trait::HttpHeader("x-amz-sdk-checksum-algorithm")]),
                member("Tag", 2),
            ],
        ),
    ],
    endpoint: RuleSet {
        // A configured URL keeps the properties.
        parameters: &[Parameter(
            "Endpoint",
            "SDK::Endpoint",
            Some(Expression::Text(HTTPS)),
        )],
        rules: &[Rule::Endpoint(
            &[],
            Expression::Ref("Endpoint"),
            &[(
                "authSchemes",
                Expression::List(&[Expression::Map(&[
                    ("name", Expression::Text("sigv4")),
                    ("disableDoubleEncoding", Expression::Boolean(true)),
                ])]),
            )],
            &[],
        )],
    },
    ..Service::NONE
};

const HTTPS: &str = "https://store.example";
const HTTP: &str = "http://store.example";

/// CRC64NVME of `123456789`.
const CRC: &str = "rosUhgp5mIg=";

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

fn config() -> Config {
    Fake::playing([]).config()
}

/// Calls an operation up to its signature.
fn signed(config: Config, name: &str, input: &str, body: Body) -> Result<Request, Error> {
    let client = Client::new(&STORE, config);
    let operation = STORE.operation(name).expect("an operation");
    let input = TypedDocument {
        document: &input.parse::<Document>().expect("JSON"),
        service: &STORE,
        shape: operation.input.expect("an input"),
    };
    let prepared = client.prepare(name, &input)?.with_body(&client, body)?;
    wait(client.signed(prepared))
}

/// The headers of a request that matter here.
fn shown(request: &Request) -> Vec<String> {
    let matter = [
        "content-encoding",
        "content-md5",
        "x-amz-checksum",
        "x-amz-content-sha256",
        "x-amz-decoded",
        "x-amz-sdk-checksum",
        "x-amz-trailer",
    ];
    let headers = request.headers.iter();
    let headers = headers.filter(|(name, _)| matter.iter().any(|start| name.starts_with(start)));
    let mut shown: Vec<_> = headers
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    shown.sort();
    shown
}

const SHA256_OF_DIGITS: &str =
    "x-amz-content-sha256: 15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225";
const TRAILER: [&str; 4] = [
    "content-encoding: aws-chunked",
    "x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "x-amz-decoded-content-length: 9",
    "x-amz-trailer: x-amz-checksum-crc64nvme",
];
const DEFAULT: &str = "x-amz-sdk-checksum-algorithm: CRC64NVME";

/// Each way of giving a checksum or an algorithm, over HTTPS and over HTTP.
#[test]
fn the_order_of_rules() {
    let crc = format!("x-amz-checksum-crc64nvme: {CRC}");
    let sha256 = "x-amz-checksum-sha256: FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=";
    let unsigned = "x-amz-content-sha256: UNSIGNED-PAYLOAD";
    let required = || config().request_checksum_calculation(When::Required);
    let mut with_sha256 = TRAILER.to_vec();
    with_sha256[3] = "x-amz-trailer: x-amz-checksum-sha256";
    let mut with_gzip = TRAILER.to_vec();
    with_gzip[0] = "content-encoding: gzip,aws-chunked";
    let trailer = |more: &[&'static str]| [&TRAILER[..], more].concat();
    for (config, url, input, expected) in [
        (config(), HTTPS, "{}", trailer(&[DEFAULT])),
        (config(), HTTP, "{}", vec![&*crc, SHA256_OF_DIGITS, DEFAULT]),
        // A checksum that is given is the only one.
        (
            config(),
            HTTPS,
            r#"{"Sha256": "c3Vt"}"#,
            vec!["x-amz-checksum-sha256: c3Vt", SHA256_OF_DIGITS],
        ),
        // An algorithm that is given.
        (
            required(),
            HTTPS,
            r#"{"Algorithm": "SHA256"}"#,
            [
                &with_sha256[..],
                &["x-amz-sdk-checksum-algorithm: SHA256"][..],
            ]
            .concat(),
        ),
        (
            required(),
            HTTP,
            r#"{"Algorithm": "SHA256"}"#,
            vec![
                sha256,
                SHA256_OF_DIGITS,
                "x-amz-sdk-checksum-algorithm: SHA256",
            ],
        ),
        // The configuration asks for none.
        (required(), HTTPS, "{}", vec![SHA256_OF_DIGITS]),
        // An MD5 is sent beside a checksum, or is enough where the configuration asks for none.
        (
            config(),
            HTTPS,
            r#"{"Md5": "bWQ1"}"#,
            trailer(&["content-md5: bWQ1", DEFAULT]),
        ),
        (
            required(),
            HTTPS,
            r#"{"Md5": "bWQ1"}"#,
            vec!["content-md5: bWQ1", unsigned],
        ),
        (
            required(),
            HTTP,
            r#"{"Md5": "bWQ1"}"#,
            vec!["content-md5: bWQ1", SHA256_OF_DIGITS],
        ),
        // Codings that the body has already.
        (
            config(),
            HTTPS,
            r#"{"Encoding": "gzip"}"#,
            [&with_gzip[..], &[DEFAULT][..]].concat(),
        ),
        // Whether signatures cover the body.
        (
            config().payload_signing_enabled(true),
            HTTPS,
            "{}",
            trailer(&[DEFAULT]),
        ),
        (
            config().payload_signing_enabled(false),
            HTTP,
            "{}",
            vec![&*crc, unsigned, DEFAULT],
        ),
        (
            required().payload_signing_enabled(true),
            HTTPS,
            r#"{"Md5": "bWQ1"}"#,
            vec!["content-md5: bWQ1", SHA256_OF_DIGITS],
        ),
        // Without a signature.
        (config().anonymous(), HTTPS, "{}", trailer(&[DEFAULT])),
        (config().anonymous(), HTTP, "{}", vec![&*crc, DEFAULT]),
    ] {
        let mut expected = expected;
        expected.sort_unstable();
        let digits = || Ok(Box::pin(Digits(Some("123456789"))) as ByteStream);
        for body in [Body::from("123456789"), Body::stream(Some(9), digits)] {
            let config = config.clone().endpoint_url(url);
            let request = signed(config, "Put", input, body).expect("signed");
            assert_eq!(shown(&request), expected, "{url} {input}");
        }
    }
}

/// A stream of one piece.
struct Digits(Option<&'static str>);

impl Stream for Digits {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut TaskContext<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(|text| Ok(text.into())))
    }
}

#[test]
fn documents_have_their_checksum_in_a_header() {
    let required = config().request_checksum_calculation(When::Required);
    for (name, input, expected) in [
        ("Tag", "{}", vec!["x-amz-checksum-crc64nvme: ", DEFAULT]),
        (
            "Tag",
            r#"{"Algorithm": "crc32c", "Tag": "a"}"#,
            vec![
                "x-amz-checksum-crc32c: ",
                "x-amz-sdk-checksum-algorithm: crc32c",
            ],
        ),
        ("Must", "{}", vec!["x-amz-checksum-crc64nvme: "]),
    ] {
        let request = signed(required.clone(), name, input, Body::Empty).expect("signed");
        let shown = shown(&request);
        let checksums: Vec<_> = shown
            .iter()
            .filter(|header| !header.starts_with("x-amz-content-sha256"))
            .collect();
        assert_eq!(checksums.len(), expected.len(), "{shown:?}");
        for (found, start) in checksums.iter().zip(expected) {
            assert!(found.starts_with(start), "{shown:?}");
        }
    }
    // Nothing is content too.
    let request = signed(config().endpoint_url(HTTP), "Put", "{}", Body::Empty);
    let request = request.expect("signed");
    assert_eq!(
        request.value("x-amz-checksum-crc64nvme"),
        Some("AAAAAAAAAAA=")
    );
}

#[test]
fn algorithms_that_are_not_built_in_are_refused() {
    let error = signed(config(), "Put", r#"{"Algorithm": "MD5"}"#, Body::Empty);
    let text = "Put.Algorithm: Unsupported checksum algorithm: MD5; known are XXHASH128, XXHASH3, \
                CRC64NVME, XXHASH64, CRC32C, CRC32, SHA1, SHA256, SHA512";
    assert_eq!(error.expect_err("unknown").to_string(), text);
}

#[test]
fn what_can_be_read_once_has_a_trailer_or_no_checksum() {
    let reader = || Body::reader(Some(9), &b"123456789"[..]);
    let request = signed(config(), "Put", "{}", reader()).expect("signed");
    assert_eq!(
        request.value("x-amz-trailer"),
        Some("x-amz-checksum-crc64nvme")
    );
    let config = config().endpoint_url(HTTP).anonymous();
    let error = signed(config.clone(), "Put", "{}", reader()).expect_err("read twice");
    let text = "the body of the request can't be read: its checksum is sent before it over plain HTTP, so it is read before \
                it is sent, and the stream can be read only once: give a file or bytes";
    assert_eq!(error.to_string(), text);
    let config = config.request_checksum_calculation(When::Required);
    signed(config, "Put", "{}", reader()).expect("no checksum");
}
