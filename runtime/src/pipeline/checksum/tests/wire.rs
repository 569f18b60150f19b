//! What reaches the wire, and answers that are not what their checksum says.

use super::*;
use crate::BoxFuture;
use crate::call::Streamed;
use crate::document::Map;
use crate::fake::Answer;
use crate::http::network::Network;
use crate::http::{Transport, TransportError, TransportErrorKind};
use crate::schema::ShapeIndex;
use crate::visit::{CompoundKind, VisitError, VisitResult, Visitor};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// Sends requests for HTTPS to a server of HTTP.
#[derive(Debug)]
struct Unencrypted {
    url: String,
    network: Network,
}

impl Transport for Unencrypted {
    fn send<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Response<BodyReader>, TransportError>> {
        Box::pin(async {
            let mut request = request.clone();
            request.url = request.url.replace(HTTPS, &self.url);
            self.network.send(&request).await
        })
    }
}

/// A server that gives these answers, each after a request that ends so, which it tells.
fn server(end: &'static str, answers: &'static [&'static str]) -> (Config, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, requests) = channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut connection, _) = listener.accept().expect("a connection");
            sender.send(read_to(&mut connection, end)).expect("a test");
            connection.write_all(answer.as_bytes()).expect("written");
        }
    });
    let network = Network::default();
    let transport = Arc::new(Unencrypted { url, network });
    (config().transport(transport), requests)
}

fn read_to(connection: &mut TcpStream, end: &str) -> String {
    let mut request = String::new();
    let mut buffer = [0; 4096];
    while !request.ends_with(end) {
        let count = connection.read(&mut buffer).expect("a request");
        assert_ne!(count, 0, "{request}");
        request += &String::from_utf8_lossy(&buffer[..count]);
    }
    request
}

/// Puts a body whose input is empty.
fn put(config: Config, body: Body) -> Result<(), Error> {
    let client = Client::new(&STORE, config);
    let input = TypedDocument {
        document: &Document::Map(Map::new()),
        service: &STORE,
        shape: 0,
    };
    let prepared = client.prepare("Put", &input)?.with_body(&client, body)?;
    wait(client.send(prepared)).map(drop)
}

const OK: &str = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
const BUSY: &str = "HTTP/1.1 503 Busy\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
const CODED: &str = "9\r\n123456789\r\n0\r\nx-amz-checksum-crc64nvme:rosUhgp5mIg=\r\n\r\n";

#[test]
fn a_trailer_is_on_the_wire_and_again_after_a_retry() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("digits");
    std::fs::write(&path, "123456789").expect("written");
    let bodies = [
        Body::from("123456789"),
        Body::file(path).expect("a file"),
        Body::stream(Some(9), || Ok(Box::pin(Digits(Some("123456789"))))),
    ];
    for body in bodies {
        let (config, requests) = server("=\r\n\r\n", &[BUSY, OK]);
        put(config, body).expect("an answer");
        for attempt in ["attempt=1", "attempt=2"] {
            let request = requests.recv().expect("a request");
            assert!(request.contains(attempt), "{request}");
            let (head, body) = request.split_once("\r\n\r\n").expect("a head");
            assert_eq!(body, CODED);
            let head = format!("{head}\r\n").to_lowercase();
            let len = format!("\r\ncontent-length: {}\r\n", CODED.len());
            assert!(
                head.contains(&len) && !head.contains("transfer-encoding"),
                "{head}"
            );
            for header in TRAILER {
                assert!(head.contains(&header.to_lowercase()), "{head}");
            }
            let names = "content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;\
                         x-amz-sdk-checksum-algorithm;x-amz-trailer";
            assert!(head.contains(&format!("signedheaders={names}")), "{head}");
        }
    }
}

/// A stream whose length is not known is sent in chunks of HTTP, and says no length.
#[test]
fn a_trailer_within_chunks_of_http() {
    let (config, requests) = server("\r\n\r\n0\r\n\r\n", &[OK]);
    put(config, Body::reader(None, &b"123456789"[..])).expect("an answer");
    let request = requests.recv().expect("a request");
    let (head, mut rest) = request.split_once("\r\n\r\n").expect("a head");
    let head = head.to_lowercase();
    assert!(head.contains("\r\ntransfer-encoding: chunked"), "{head}");
    assert!(!head.contains("length"), "{head}");
    let mut body = String::new();
    loop {
        let (size, after) = rest.split_once("\r\n").expect("a size");
        let size = usize::from_str_radix(size, 16).expect("a size");
        body += &after[..size];
        rest = after[size..].strip_prefix("\r\n").expect("the chunk's end");
        if size == 0 {
            break;
        }
    }
    assert_eq!((&*body, rest), (CODED, ""));
}

/// The output of `Get` as it is generated: without the stream.
#[derive(Default)]
struct GetOutput;

impl Visitor for GetOutput {
    fn begin(&mut self, _: CompoundKind) -> VisitResult {
        Ok(())
    }
    fn member(&mut self, _: usize) -> Result<&mut dyn Visitor, VisitError> {
        Err(VisitError::kind("stream"))
    }
}

/// Gets an object with a header, and whether the request asked for its checksum.
fn get(config: fn(Config) -> Config, header: (&str, &str)) -> (Result<String, String>, bool) {
    let answer = Answer::new(200, "123456789").header(header.0, header.1);
    let fake = Fake::answering(answer);
    let client = Client::new(&STORE, config(fake.config()));
    let body = wait(async {
        let streamed = client.call::<Streamed<GetOutput>>("Get", ()).await;
        streamed.expect("an answer").body.collect(99).await
    });
    let requests = fake.requests();
    assert_eq!(requests.len(), 1);
    let asked = requests[0].value("x-amz-checksum-mode") == Some("ENABLED");
    let body = body.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    (body.map_err(|error| error.to_string()), asked)
}

#[test]
fn answers_are_what_their_checksum_says() {
    let wrong = |announced: &str, computed: &str| {
        Err(format!(
            "The answer from {HTTPS}/object is not what the service sent: \
             Expected checksum {announced} did not match calculated checksum: {computed}"
        ))
    };
    let sha1 = "98O8HYCOBHMq32eZZczDTKeuNEE=";
    let usual: fn(Config) -> Config = |config| config;
    let required: fn(Config) -> Config =
        |config| config.response_checksum_validation(When::Required);
    let right = || Ok("123456789".to_owned());
    let crc = "x-amz-checksum-crc64nvme";
    for (config, header, expected, asks) in [
        (usual, ("etag", "e"), right(), true),
        (usual, (crc, CRC), right(), true),
        (usual, (crc, "c3Vt"), wrong("c3Vt", CRC), true),
        (usual, ("x-amz-checksum-sha1", sha1), right(), true),
        (
            usual,
            ("x-amz-checksum-sha1", "c3Vt"),
            wrong("c3Vt", sha1),
            true,
        ),
        // The checksum of an object of several parts, and one that is none.
        (usual, (crc, "c3Vt-2"), right(), true),
        (usual, (crc, "é"), wrong("é", CRC), true),
        // Algorithms that the model doesn't name for the operation, or that are not built in.
        (usual, ("x-amz-checksum-sha256", "c3Vt"), right(), true),
        (usual, ("x-amz-checksum-xxhash3", "c3Vt"), right(), true),
        (required, (crc, "c3Vt"), right(), false),
    ] {
        assert_eq!(get(config, header), (expected, asks), "{header:?}");
    }
}

/// Where the configuration doesn't ask, the input may.
#[test]
fn an_input_asks_for_the_checksum_of_the_answer() {
    let answer = Answer::new(200, "corrupt").header("x-amz-checksum-crc64nvme", CRC);
    let config = Fake::answering(answer).config();
    let client = Client::new(&STORE, config.response_checksum_validation(When::Required));
    let get: ShapeIndex = 3;
    let input = TypedDocument {
        document: &r#"{"Mode": "ENABLED"}"#.parse().expect("JSON"),
        service: &STORE,
        shape: get,
    };
    let prepared = client.prepare("Get", &input).expect("a request");
    let body = wait(async {
        let received = client.send(prepared).await.expect("a head");
        received.stream.expect("a stream").collect(99).await
    });
    let error = body.expect_err("another checksum");
    assert_eq!(error.kind, TransportErrorKind::Checksum);
}

/// A service whose answers all have a checksum.
static TABLES: Service<'static> = Service {
    signing_name: "tables",
    protocol: Protocol::AwsJson1_0,
    operations: &[operation("Put", Some(0), None)],
    shapes: &[structure("PutInput", &[])],
    endpoint: RuleSet {
        parameters: &[Parameter(
            "Endpoint",
            "SDK::Endpoint",
            Some(Expression::Text(HTTPS)),
        )],
        rules: &[Rule::Endpoint(&[], Expression::Ref("Endpoint"), &[], &[])],
    },
    traits: &[Trait::ResponseCrc32],
    ..Service::NONE
};

/// An answer that was changed on the way is asked for again, as by the AWS CLI.
#[test]
fn every_answer_is_what_its_crc32_says() {
    const RIGHT: &str = "2745614147";
    let answer = |status, crc32| Answer::new(status, "{}").header("x-amz-crc32", crc32);
    for (answers, attempts, expected) in [
        (vec![Answer::new(200, "{}")], 1, Ok(())),
        (vec![answer(200, RIGHT)], 1, Ok(())),
        (vec![answer(200, "1"), answer(200, RIGHT)], 2, Ok(())),
        (vec![answer(200, "none"), answer(200, RIGHT)], 2, Ok(())),
        (vec![answer(400, "1"), answer(200, RIGHT)], 2, Ok(())),
        (vec![answer(400, RIGHT)], 1, Err("400")),
        (
            vec![answer(200, "1"); 3],
            3,
            Err("Expected checksum AAAAAQ== did not match"),
        ),
    ] {
        let fake = Fake::playing(answers);
        let client = Client::new(&TABLES, fake.config());
        let input = TypedDocument {
            document: &Document::Map(Map::new()),
            service: &TABLES,
            shape: 0,
        };
        let prepared = client.prepare("Put", &input).expect("a request");
        let answered = wait(client.send(prepared)).map(drop);
        assert_eq!(fake.requests().len(), attempts);
        match (answered, expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(text)) => assert!(error.to_string().contains(text), "{error}"),
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }
}
