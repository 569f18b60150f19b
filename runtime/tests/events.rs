//! Streams of events: frames in pieces of any size, events and errors by the schema, and streams
//! that are damaged or cut off.
#![allow(dead_code, reason = "generated types have more than tests use")]

use frames::{checksum, event, exception, frame, framed};
use futures_core::Stream;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::events::{EventReader, WithEvents};
use opsmith_runtime::fake::Fake;
use opsmith_runtime::http::{
    BodyReader, Bytes, HeaderName, Request, Response, Transport, TransportError,
};
use opsmith_runtime::schema::*;
use opsmith_runtime::{Blob, BoxFuture, Client, Config, Error, Timestamp};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

#[path = "../../tests/support/frames.rs"]
mod frames;

/// The index of each shape.
#[derive(Clone, Copy)]
enum Shapes {
    Output,
    Events,
    Fields,
    Part,
    Heads,
    Note,
    Details,
    Busy,
    Empty,
    Text,
    Number,
    Time,
    Bytes,
    Flag,
    Byte,
    Short,
    Long,
}

const HEADER: Flags = Flags::EVENT_HEADER;
const PAYLOAD: Flags = Flags::EVENT_PAYLOAD;

const fn to(name: &str, shape: Shapes) -> Member<'_> {
    member(name, shape as ShapeIndex)
}

static SHAPES: &[Shape<'static>] = &[
    structure(
        "Output",
        &[
            to("title", Shapes::Text).with(&[Trait::HttpHeader("x-title")]),
            to("events", Shapes::Events).flags(Flags::HTTP_PAYLOAD.union(Flags::STREAMING)),
            to("text", Shapes::Text),
        ],
    ),
    union(
        "Events",
        &[
            to("fields", Shapes::Fields),
            to("part", Shapes::Part),
            to("busy", Shapes::Busy),
            to("heads", Shapes::Heads),
            to("note", Shapes::Note),
            to("details", Shapes::Details),
            to("empty", Shapes::Empty),
        ],
    )
    .flags(Flags::STREAMING),
    structure(
        "Fields",
        &[
            to("text", Shapes::Text),
            to("number", Shapes::Number),
            to("time", Shapes::Time),
            to("head", Shapes::Text).flags(HEADER),
        ],
    ),
    structure(
        "Part",
        &[
            to("kind", Shapes::Text).flags(HEADER),
            to("bytes", Shapes::Bytes).flags(PAYLOAD),
        ],
    ),
    structure(
        "Heads",
        &[
            to("yes", Shapes::Flag).flags(HEADER),
            to("no", Shapes::Flag).flags(HEADER),
            to("byte", Shapes::Byte).flags(HEADER),
            to("short", Shapes::Short).flags(HEADER),
            to("number", Shapes::Number).flags(HEADER),
            to("long", Shapes::Long).flags(HEADER),
            to("bytes", Shapes::Bytes).flags(HEADER),
            to("text", Shapes::Text).flags(HEADER),
            to("time", Shapes::Time).flags(HEADER),
            to("id", Shapes::Text).flags(HEADER),
        ],
    ),
    structure("Note", &[to("note", Shapes::Text).flags(PAYLOAD)]),
    structure("Details", &[to("details", Shapes::Fields).flags(PAYLOAD)]),
    structure(
        "Busy",
        &[to("message", Shapes::Text), to("seconds", Shapes::Number)],
    )
    .with(&[Trait::Error(Fault::Server)]),
    structure("Empty", &[]),
    string("Text"),
    integer("Number"),
    timestamp("Time"),
    blob("Bytes"),
    boolean("Flag"),
    byte("Byte"),
    short("Short"),
    long("Long"),
];

static OPERATIONS: &[Operation<'static>] =
    &[operation("Watch", None, Some(Shapes::Output as ShapeIndex))];

const fn service(protocol: Protocol) -> Service<'static> {
    Service {
        protocol,
        shapes: SHAPES,
        operations: OPERATIONS,
        ..Service::NONE
    }
}

static SERVICE: Service<'static> = service(Protocol::RestJson1);

opsmith_runtime::structure! {
    struct Output {
        optional title: String,
        optional text = 2: String,
    }
}

opsmith_runtime::union! {
    enum Events {
        Fields(Fields) => as_fields,
        Part(Part) => as_part,
        Heads(Heads) = 3 => as_heads,
        Note(Note) => as_note,
        Details(Details) => as_details,
        Empty(Empty) => as_empty,
    }
}

opsmith_runtime::structure! {
    struct Fields {
        optional text: String,
        optional number: i32,
        optional time: Timestamp,
        optional head: String,
    }
}

opsmith_runtime::structure! {
    struct Part {
        optional kind: String,
        required bytes: Blob,
    }
}

opsmith_runtime::structure! {
    struct Heads {
        optional yes: bool,
        optional no: bool,
        optional byte: i8,
        optional short: i16,
        optional number: i32,
        optional long: i64,
        optional bytes: Blob,
        optional text: String,
        optional time: Timestamp,
        optional id: String,
    }
}

opsmith_runtime::structure! {
    struct Note {
        optional note: String,
    }
}

opsmith_runtime::structure! {
    struct Details {
        optional details: Fields,
    }
}

opsmith_runtime::structure! {
    struct Busy {
        optional message: String,
        optional seconds: i32,
    }
}

opsmith_runtime::structure! {
    struct Empty {}
}

mod errors {
    use super::{Busy, SERVICE, Shapes};

    opsmith_runtime::errors! {
        pub enum ErrorKind {
            Busy(Busy),
        }
    }
}

/// A service that answers with a body in these pieces.
#[derive(Debug)]
struct Pieces {
    headers: Vec<(&'static str, &'static str)>,
    pieces: Vec<Vec<u8>>,
}

struct Body(std::vec::IntoIter<Vec<u8>>);

impl Stream for Body {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next().map(|piece| Ok(piece.into())))
    }
}

impl Transport for Pieces {
    fn send<'a>(
        &'a self,
        request: &'a Request,
    ) -> BoxFuture<'a, Result<Response<BodyReader>, TransportError>> {
        let body = Body(self.pieces.clone().into_iter());
        let mut response = Response::new(200, BodyReader::new(&request.url, body));
        let headers = self.headers.iter();
        response.headers = headers
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    value.parse().expect("a value"),
                )
            })
            .collect();
        Box::pin(async { Ok(response) })
    }
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(future)
}

/// A client of the service, which answers so.
fn client(service: &'static Service<'static>, answer: Pieces) -> Client<'static> {
    let config = Config::new().region("r").anonymous();
    let config = config.endpoint_url("http://host").max_attempts(1);
    Client::new(service, config.transport(Arc::new(answer)))
}

type Watching = WithEvents<Output, Events>;

/// A call that is answered with this stream, in pieces of this size.
fn watch(service: &'static Service<'static>, stream: &[u8], size: usize) -> Watching {
    let answer = Pieces {
        headers: vec![("x-title", "t"), ("x-amzn-requestid", "id-1")],
        pieces: stream.chunks(size).map(<[u8]>::to_vec).collect(),
    };
    let call = client(service, answer).call::<Watching>("Watch", ());
    wait(call.into_future()).expect("an answer")
}

/// All events, and the error at the end.
fn all(mut events: EventReader<Events>) -> (Vec<Events>, Option<Error>) {
    let mut found = Vec::new();
    let error = wait(async {
        loop {
            match events.next().await {
                Some(Ok(event)) => found.push(event),
                Some(Err(error)) => break Some(error),
                None => break None,
            }
        }
    });
    // Nothing follows.
    assert!(wait(events.next()).is_none());
    (found, error)
}

fn read(stream: &[u8]) -> (Vec<Events>, Option<Error>) {
    all(watch(&SERVICE, stream, 9).events)
}

/// The events as documents.
fn documents(stream: &[u8]) -> Vec<Document> {
    let answer = Pieces {
        headers: Vec::new(),
        pieces: vec![stream.to_vec()],
    };
    let client = client(&SERVICE, answer);
    let found = wait(async {
        let received = client.send(client.prepare("Watch", &())?).await?;
        let body = received.stream.unwrap_or_default();
        let mut events = client.events(&SERVICE.operations[0], &received.response, body)?;
        let mut found = Vec::new();
        while let Some(event) = events.next().await {
            found.push(event?);
        }
        Ok::<_, Error>(found)
    });
    found.expect("events")
}

fn two() -> Vec<u8> {
    [
        event("fields", br#"{"text":"a","number":7,"time":1.5}"#),
        frame(
            &[
                (":message-type", "event"),
                (":event-type", "part"),
                ("kind", "k"),
            ],
            b"\0\xff",
        ),
    ]
    .concat()
}

#[test]
fn events_are_read_in_pieces_of_any_size() {
    for size in [1, 2, 3, 7, 12, 50, 1000] {
        let watching = watch(&SERVICE, &two(), size);
        // The output is a field away, and known before the first event.
        assert_eq!(watching.title.as_deref(), Some("t"));
        let (events, error) = all(watching.events);
        assert!(error.is_none(), "{error:?}");
        let fields = Fields::new().text("a").number(7);
        let fields = fields.time(Timestamp::new(1, 500_000_000));
        let part = Part::new(b"\0\xff").kind("k");
        assert_eq!(events, [Events::Fields(fields), Events::Part(part)]);
    }
    assert!(read(b"").0.is_empty());
}

#[test]
fn headers_of_every_type_are_members() {
    let mut headers = Vec::new();
    let mut header = |name: &str, kind: u8, value: &[u8]| {
        headers.push(name.len() as u8);
        headers.extend(name.as_bytes());
        headers.push(kind);
        headers.extend(value);
    };
    header(":message-type", 7, b"\0\x05event");
    header(":event-type", 7, b"\0\x05heads");
    header("yes", 0, b"");
    header("no", 1, b"");
    header("byte", 2, &(-1_i8).to_be_bytes());
    header("short", 3, &(-2_i16).to_be_bytes());
    header("number", 4, &(-3_i32).to_be_bytes());
    header("long", 5, &(-4_i64).to_be_bytes());
    header("bytes", 6, b"\0\x02\x01\x02");
    header("text", 7, "\0\x03€".as_bytes());
    header("time", 8, &1_500_i64.to_be_bytes());
    header("id", 9, &[1; 16]);
    header("other", 7, b"\0\0");
    let (events, error) = read(&framed(&headers, b"ignored"));
    assert!(error.is_none(), "{error:?}");
    let heads = Heads::new().yes(true).no(false).byte(-1_i8).short(-2_i16);
    let heads = heads.number(-3).long(-4_i64).bytes(b"\x01\x02").text("€");
    let heads = heads.time(Timestamp::new(1, 500_000_000));
    let heads = heads.id("01010101-0101-0101-0101-010101010101");
    assert_eq!(events, [Events::Heads(heads)]);
}

#[test]
fn a_payload_is_bytes_text_or_a_structure() {
    let stream = [
        event("part", b""),
        event("note", "é".as_bytes()),
        event("details", br#"{"text":"a","head":"b"}"#),
        event("details", b""),
        event("empty", b"ignored"),
    ];
    let (events, error) = read(&stream.concat());
    assert!(error.is_none(), "{error:?}");
    // In a structure within an event, a header is a field.
    let details = Details::new().details(Fields::new().text("a").head("b"));
    let expected = [
        Events::Part(Part::new(b"")),
        Events::Note(Note::new().note("é")),
        Events::Details(details),
        Events::Details(Details::new()),
        Events::Empty(Empty::new()),
    ];
    assert_eq!(events, expected);
}

#[test]
fn an_event_that_is_newer_than_the_model_is_unknown() {
    let stream = [event("newer", b"{}"), event("empty", b"{}")].concat();
    let (events, error) = read(&stream);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(events, [Events::Unknown, Events::Empty(Empty::new())]);
    let unknown = Document::from([("name", "newer".into())]);
    let unknown = Document::from([("SDK_UNKNOWN_MEMBER", unknown)]);
    let empty = Document::from([("empty", Document::Map(Map::new()))]);
    assert_eq!(documents(&stream), [unknown, empty]);
}

#[test]
fn documents_have_every_value_in_the_form_in_which_it_came() {
    let stream = [
        event("fields", br#"{"text":1,"time":"soon","more":2}"#),
        event("part", b"ab"),
        event("note", b"n"),
        event("details", br#"{"text":null}"#),
    ];
    let fields = Document::from([("text", 1.into()), ("time", "soon".into())]);
    let part = Document::from([("bytes", Document::Blob(b"ab".to_vec()))]);
    let note = Document::from([("note", "n".into())]);
    let details = Document::from([("details", Document::Map(Map::new()))]);
    let events = [
        ("fields", fields),
        ("part", part),
        ("note", note),
        ("details", details),
    ];
    let expected = events.map(|event| Document::from([event]));
    assert_eq!(documents(&stream.concat()), expected);
}

#[test]
fn an_error_ends_the_stream() {
    let busy = exception("busy", br#"{"message":"later","seconds":9}"#);
    let stream = [two(), busy, two()].concat();
    let (events, error) = read(&stream);
    assert_eq!(events.len(), 2);
    let error = error.expect("an error");
    assert!(error.is("busy") && error.is("Busy"), "{error}");
    assert_eq!(error.message(), Some("later"));
    assert_eq!(error.request_id(), Some("id-1"));
    let kind = errors::ErrorKind::of(&error);
    let busy = Busy::new().message("later").seconds(9);
    assert_eq!(kind, Some(errors::ErrorKind::Busy(busy)));

    let headers = [
        (":message-type", "error"),
        (":error-code", "Gone"),
        (":error-message", "no"),
    ];
    for (frame, code, message) in [
        (exception("newer", br#"{"Message":"m"}"#), "newer", "m"),
        (exception("busy", b"<html>"), "busy", ""),
        (frame(&headers, b""), "Gone", "no"),
    ] {
        let (events, error) = read(&[two(), frame].concat());
        let error = error.expect("an error");
        assert_eq!((events.len(), error.code()), (2, Some(code)));
        assert_eq!(error.message(), Some(message));
    }
}

#[test]
fn a_message_that_is_no_event_is_an_error() {
    for (frame, problem) in [
        (framed(b"", b"{}"), "does not say what it is"),
        (
            frame(&[(":message-type", "event")], b""),
            "does not say what it is",
        ),
        (
            frame(&[(":message-type", "song")], b""),
            "an unknown type, \"song\"",
        ),
        (event("fields", b"{"), "Watch: event fields: EOF"),
        (event("fields", b"[]"), "Watch: event fields: "),
        (
            event("fields", br#"{"number":"x"}"#),
            "Watch: event fields: number: ",
        ),
    ] {
        let (_, error) = read(&frame);
        let Some(Error::Response(cause)) = error else {
            panic!("{problem}: {error:?}");
        };
        assert!(cause.to_string().contains(problem), "{cause}");
    }
}

#[test]
fn a_stream_that_is_cut_off_is_an_error() {
    let stream = two();
    let first = event("fields", br#"{"text":"a","number":7,"time":1.5}"#).len();
    for end in 1..stream.len() {
        let (events, error) = read(&stream[..end]);
        assert_eq!(events.len(), usize::from(end >= first), "{end}");
        if end == first {
            assert!(error.is_none(), "{error:?}");
            continue;
        }
        let text = error.expect("an error").to_string();
        assert!(text.contains("the stream of events ended after"), "{text}");
    }
}

#[test]
fn a_damaged_byte_is_an_error() {
    let stream = event("fields", br#"{"text":"a"}"#);
    for at in 0..stream.len() {
        let mut damaged = stream.clone();
        damaged[at] ^= 4;
        let (events, error) = read(&damaged);
        assert!(events.is_empty() && error.is_some(), "{at}");
        let text = error.expect("an error").to_string();
        assert!(text.contains("the stream of events is damaged"), "{text}");
    }
}

#[test]
fn lengths_are_checked_before_anything_is_read() {
    for (all, headers, problem) in [
        (u32::MAX, 0, "is too long"),
        ((24 << 20) + 1, 0, "is too long"),
        (1 << 20, (128 << 10) + 1, "is too long"),
        (15, 0, "can't have headers of 0 bytes"),
        (16, 1, "can't have headers of 1 bytes"),
        (0, u32::MAX, "is too long"),
    ] {
        let mut prelude = [u32::to_be_bytes(all), u32::to_be_bytes(headers)].concat();
        prelude.extend(checksum(&prelude));
        let text = read(&prelude).1.expect("an error").to_string();
        assert!(text.contains(problem), "{text}");
    }
}

#[test]
fn headers_that_are_cut_off_are_damage() {
    let whole = frame(&[(":message-type", "event"), (":event-type", "empty")], b"");
    let headers = &whole[12..whole.len() - 4];
    for end in 1..headers.len() {
        // Where a header ends, one is missing.
        let error = read(&framed(&headers[..end], b"")).1.expect("an error");
        assert!(matches!(error, Error::Response(_)), "{error:?}");
    }
}

#[test]
fn an_answer_that_is_no_stream_says_so() {
    let answer = |kind| Pieces {
        headers: vec![("content-type", kind)],
        pieces: vec![b"<!DOCTYPE html><html>".to_vec()],
    };
    for (kind, problem) in [
        (
            "text/html",
            "the answer is not a stream of events: it may come from a proxy",
        ),
        (
            "application/vnd.amazon.eventstream",
            "the stream of events is damaged",
        ),
    ] {
        let call = client(&SERVICE, answer(kind)).call::<Watching>("Watch", ());
        let watching = wait(call.into_future()).expect("an answer");
        let text = all(watching.events).1.expect("an error").to_string();
        assert!(text.contains(problem), "{text}");
    }
}

#[test]
fn the_first_message_of_a_remote_procedure_call_is_its_output() {
    static RPC: Service<'static> = service(Protocol::AwsJson1_0);
    let initial = event("initial-response", br#"{"text":"first"}"#);
    for size in [1, 5, 1000] {
        let watching = watch(&RPC, &[&*initial, &two()].concat(), size);
        assert_eq!(watching.text.as_deref(), Some("first"));
        assert_eq!(all(watching.events).0.len(), 2);
        // A service that sends none loses no event.
        let watching = watch(&RPC, &two(), size);
        assert_eq!(watching.text, None);
        assert_eq!(all(watching.events).0.len(), 2);
        let watching = watch(&RPC, &exception("busy", b"{}"), size);
        assert_eq!(
            all(watching.events).1.expect("an error").code(),
            Some("busy")
        );
        assert!(all(watch(&RPC, b"", size).events).1.is_none());
    }
    // One that can't be read is an error of the call.
    let answer = Pieces {
        headers: Vec::new(),
        pieces: vec![initial[..20].to_vec()],
    };
    let call = client(&RPC, answer).call::<Watching>("Watch", ());
    let error = wait(call.into_future()).expect_err("an error");
    assert!(
        error.to_string().contains("ended after 20 of the"),
        "{error}"
    );
}

#[cfg(feature = "xml")]
#[test]
fn payloads_may_be_xml() {
    static XML: Service<'static> = service(Protocol::RestXml);
    let stream = [
        event("fields", b"<Fields><text>a</text><head>b</head></Fields>"),
        event("details", b"<Details><number>7</number></Details>"),
    ];
    let (events, error) = all(watch(&XML, &stream.concat(), 9).events);
    assert!(error.is_none(), "{error:?}");
    let details = Details::new().details(Fields::new().number(7));
    let fields = Fields::new().text("a");
    assert_eq!(events, [Events::Fields(fields), Events::Details(details)]);
}

#[cfg(feature = "cbor")]
#[test]
fn payloads_may_be_cbor() {
    static CBOR: Service<'static> = service(Protocol::RpcV2Cbor);
    let stream = [
        event("initial-response", b"\xa1\x64text\x61x"),
        event("fields", b"\xa1\x66number\x07"),
    ];
    let watching = watch(&CBOR, &stream.concat(), 9);
    assert_eq!(watching.text.as_deref(), Some("x"));
    let (events, error) = all(watching.events);
    assert!(error.is_none(), "{error:?}");
    assert_eq!(events, [Events::Fields(Fields::new().number(7))]);
    // It asks for events.
    let fake = Fake::playing([]);
    let config = fake.config().anonymous().endpoint_url("http://host");
    let call = Client::new(&CBOR, config).call::<Watching>("Watch", ());
    wait(call.into_future()).expect("an answer");
    let headers = &fake.requests()[0].headers;
    let events = "application/vnd.amazon.eventstream";
    assert!(headers.contains(&("accept".into(), events.into())));
}

#[test]
fn a_protocol_without_events_says_so() {
    static NONE: Service<'static> = Service {
        operations: &[operation("Watch", None, Some(Shapes::Fields as ShapeIndex))],
        ..SERVICE
    };
    let config = Fake::playing([]).config().anonymous();
    let client = Client::new(&NONE, config.endpoint_url("http://host"));
    let error = wait(client.call::<Watching>("Watch", ()).into_future()).expect_err("no events");
    assert!(error.to_string().contains("Watch has no events"), "{error}");
}

#[cfg(feature = "blocking")]
#[test]
fn events_can_be_waited_for_one_by_one() {
    let stream = [two(), exception("busy", b"{}")].concat();
    let events = watch(&SERVICE, &stream, 9).events.blocking();
    let ok: Vec<bool> = events.map(|event| event.is_ok()).collect();
    assert_eq!(ok, [true, true, false]);
    let mut events = Box::pin(watch(&SERVICE, &two(), 9).events);
    let first = wait(std::future::poll_fn(|context| {
        events.as_mut().poll_next(context)
    }));
    assert!(matches!(first, Some(Ok(Events::Fields(_)))));
    // Within a runtime, which it would block, it is refused.
    let events = watch(&SERVICE, &two(), 9).events;
    let refused = wait(async {
        events
            .blocking()
            .map(|event| event.is_err())
            .collect::<Vec<_>>()
    });
    assert_eq!(refused, [true]);
}

#[test]
fn nothing_of_an_event_is_in_debug() {
    let watching = watch(&SERVICE, &event("note", b"secret"), 9);
    assert!(!format!("{watching:?}").contains("secret"));
}
