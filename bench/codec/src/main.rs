//! Documents without a network: `codec` prints, for each of three cases, the nanoseconds of
//! Opsmith, of the official SDK and of serde_json with derived code; then the allocations of one
//! call in the steady state, and their bytes.

mod derived;
mod official;
mod race;
mod sdk;

mod dynamodb {
    opsmith_runtime::include_service!("dynamodb");
}

use dynamodb::SERVICE;
use dynamodb::{AttributeValue, Client, Config, PutItemInput, PutItemOutput, QueryOutput};
use opsmith_runtime::BoxFuture;
use opsmith_runtime::codec::{EncodeMode, json};
use opsmith_runtime::http::{BodyReader, Bytes, Request, Response, Transport, TransportError};
use opsmith_runtime::identity::Credentials;
use race::{race, taking};
use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A value of a document, from which each peer makes its own.
#[derive(Clone)]
pub enum Value {
    Text(String),
    Number(String),
    Truth(bool),
    List(Vec<Value>),
    Map(Item),
}

/// A document.
pub type Item = BTreeMap<String, Value>;

/// A small document: the request for it has some 200 bytes.
fn small() -> Item {
    let text = |text: &str| Value::Text(text.to_owned());
    BTreeMap::from([
        (
            "id".to_owned(),
            text("5f2b6c1e-0f0e-4f43-9d1c-7c6b1f0a9f11"),
        ),
        ("state".to_owned(), text("in progress")),
        ("attempts".to_owned(), Value::Number("3".to_owned())),
        ("done".to_owned(), Value::Truth(false)),
        ("owner".to_owned(), text("somebody@example.com")),
    ])
}

/// An order with positions, some 300 bytes on the wire.
fn order(number: usize) -> Item {
    let position = |number: usize| {
        Value::Map(BTreeMap::from([
            (
                "article".to_owned(),
                Value::Text(format!("article-{number}")),
            ),
            ("count".to_owned(), Value::Number(number.to_string())),
        ]))
    };
    BTreeMap::from([
        ("id".to_owned(), Value::Text(format!("order-{number}"))),
        (
            "note".to_owned(),
            Value::Text("Leave it \"at the door\", zweiter Stock; größer als üblich".to_owned()),
        ),
        ("paid".to_owned(), Value::Truth(number.is_multiple_of(2))),
        (
            "positions".to_owned(),
            Value::List((0..3).map(|at| position(number + at)).collect()),
        ),
    ])
}

/// One document of a megabyte.
fn large() -> Item {
    BTreeMap::from([
        ("id".to_owned(), Value::Text("all".to_owned())),
        (
            "orders".to_owned(),
            Value::List((0..2800).map(|number| Value::Map(order(number))).collect()),
        ),
    ])
}

fn ours(value: &Value) -> AttributeValue {
    match value {
        Value::Text(text) => AttributeValue::S(text.clone()),
        Value::Number(text) => AttributeValue::N(text.clone()),
        Value::Truth(value) => AttributeValue::Bool(*value),
        Value::List(values) => AttributeValue::L(values.iter().map(ours).collect()),
        Value::Map(item) => AttributeValue::M(our_item(item)),
    }
}

fn our_item(item: &Item) -> BTreeMap<String, AttributeValue> {
    item.iter()
        .map(|(name, value)| (name.clone(), ours(value)))
        .collect()
}

fn encode(input: &PutItemInput) -> Vec<u8> {
    let shape = SERVICE
        .operation("PutItem")
        .and_then(|operation| operation.input)
        .expect("an input");
    let encoded = json::encode(input, &SERVICE, shape, EncodeMode::Checked).expect("JSON");
    assert!(encoded.conforms);
    encoded.value
}

fn decode(body: &[u8]) -> QueryOutput {
    let shape = SERVICE
        .operation("Query")
        .and_then(|operation| operation.output)
        .expect("an output");
    let mut output = QueryOutput::default();
    json::read(body, &SERVICE, shape, &mut output).expect("an answer");
    output
}

fn encoding(item: &Item, turns: usize, rounds: usize) -> Vec<f64> {
    let input = PutItemInput::new("orders", our_item(item));
    let theirs = official::Encoder::new(item);
    let derived_input = derived::PutItem::new(item);
    let same = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).expect("JSON");
    assert_eq!(same(&encode(&input)), same(&theirs.encode(theirs.input())));
    assert_eq!(same(&encode(&input)), same(&derived_input.encode()));
    race(
        &mut [
            &mut taking(|| &input, encode),
            &mut taking(|| theirs.input(), |input| theirs.encode(input)),
            &mut taking(|| &derived_input, derived::PutItem::encode),
        ],
        turns,
        rounds,
    )
}

fn decoding(turns: usize, rounds: usize) -> Vec<f64> {
    let items: Vec<Item> = (0..2800).map(order).collect();
    let body = derived::Query::new(&items).encode();
    let theirs = official::Decoder::new(&body);
    assert_eq!(
        decode(&body).items.map(|items| items.len()),
        Some(items.len())
    );
    assert_eq!(theirs.decode(), items.len());
    race(
        &mut [
            &mut taking(|| (), |()| decode(&body)),
            &mut taking(|| (), |()| theirs.decode_whole()),
            &mut taking(|| (), |()| derived::Query::decode(&body)),
        ],
        turns,
        rounds,
    )
}

/// Counts allocations.
struct Counting;

static COUNT: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

// SAFETY: each method calls the system allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size() as u64, Relaxed);
        unsafe { System.alloc(layout) }
    }
    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(1, Relaxed);
        BYTES.fetch_add(size as u64, Relaxed);
        unsafe { System.realloc(old, layout, size) }
    }
    unsafe fn dealloc(&self, old: *mut u8, layout: Layout) {
        unsafe { System.dealloc(old, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Answers at once.
#[derive(Debug)]
struct Nowhere;

impl Transport for Nowhere {
    fn send<'a>(
        &'a self,
        _: &'a Request,
    ) -> BoxFuture<'a, Result<Response<BodyReader>, TransportError>> {
        Box::pin(async { Ok(Response::new(200, Bytes::from_static(b"{}").into())) })
    }
}

/// Allocations of a call and their bytes, without a network.
async fn allocations() -> (u64, u64) {
    let keys = Credentials::new("AKIDBENCH", "secret", "bench");
    let client = Client::new(
        Config::new()
            .region("eu-west-1")
            .credentials(keys)
            .transport(Arc::new(Nowhere)),
    );
    let calls = 100;
    let item = our_item(&small());
    let inputs: Vec<_> = (0..=calls)
        .map(|_| PutItemInput::new("orders", item.clone()))
        .collect();
    let mut before = (0, 0);
    for (number, input) in inputs.into_iter().enumerate() {
        if number == 1 {
            before = (COUNT.load(Relaxed), BYTES.load(Relaxed));
        }
        let _: PutItemOutput = client.put_item(input).await.expect("an answer");
    }
    (
        (COUNT.load(Relaxed) - before.0) / calls,
        (BYTES.load(Relaxed) - before.1) / calls,
    )
}

fn main() {
    for found in [
        encoding(&small(), 1000, 300),
        encoding(&large(), 1, 200),
        decoding(1, 200),
    ] {
        println!("{} {} {}", found[0], found[1], found[2]);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let (count, bytes) = runtime.block_on(allocations());
    println!("{count} {bytes}");
}
