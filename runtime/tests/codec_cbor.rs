//! CBOR: the forms that are written, and all those that are read.

use opsmith_runtime::Timestamp;
use opsmith_runtime::codec::{EncodeMode, cbor};
use opsmith_runtime::document::Document;
use opsmith_runtime::http::Response;
use opsmith_runtime::protocol;
use opsmith_runtime::schema::{
    Flags, Operation, Protocol, Service, Shape, ShapeIndex, blob, boolean, document, double,
    enumeration, float, list, long, map, member, operation, string, structure, timestamp,
};
use opsmith_runtime::visit::{
    CompoundKind, DocumentBuilder, TypedDocument, VisitError, VisitResult, Visitor,
};
use std::fmt::Write as _;

/// Shapes by their index.
const TEXT: ShapeIndex = 0;
const NUMBER: ShapeIndex = 1;
const LIST: ShapeIndex = 6;
const SPARSE: ShapeIndex = 7;
const MAP: ShapeIndex = 8;
const THING: ShapeIndex = 9;
const SHAPES: &[Shape<'static>] = &[
    string("Text"),
    long("Number"),
    float("Single"),
    double("Double"),
    timestamp("Time"),
    blob("Bytes"),
    list("List", &[member("member", NUMBER)]),
    list("Sparse", &[member("member", NUMBER)]).flags(Flags::SPARSE),
    map("Map", &[member("key", TEXT), member("value", TEXT)]),
    structure(
        "Thing",
        &[
            member("text", TEXT),
            member("number", NUMBER),
            member("single", 2),
            member("double", 3),
            member("time", 4),
            member("bytes", 5),
            member("list", LIST),
            member("sparse", SPARSE),
            member("map", MAP),
            member("thing", THING),
            member("free", 10),
            member("flag", 11),
            member("word", 12),
        ],
    ),
    document("Free"),
    boolean("Flag"),
    enumeration("Word", &["a", "b"]),
];
static SERVICE: Service<'static> = Service {
    shapes: SHAPES,
    ..Service::NONE
};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(|byte| *byte != b' ').collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16);
    digits
        .chunks(2)
        .map(|pair| byte(pair).expect("hex"))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A document as JSON, with marks for what JSON has not.
fn shown(value: &Document) -> String {
    let all = |parts: Vec<String>| parts.join(",");
    match value {
        Document::Null => "null".to_owned(),
        Document::Boolean(value) => value.to_string(),
        Document::Integer(value) => value.to_string(),
        Document::Float(value) => format!("{value:?}"),
        Document::Digits(text) => text.clone(),
        Document::String(text) => format!("{text:?}"),
        Document::Blob(bytes) => format!("h'{}'", hex(bytes)),
        Document::Timestamp(point) => format!("@{}", point.epoch()),
        Document::List(list) => format!("[{}]", all(list.iter().map(shown).collect())),
        Document::Map(map) => {
            let parts = map.iter();
            let parts = parts.map(|(key, value)| format!("{key}:{}", shown(value)));
            format!("{{{}}}", all(parts.collect()))
        }
    }
}

fn read(hex: &str) -> Result<String, String> {
    let read = cbor::document(&bytes(hex));
    read.map(|value| shown(&value))
        .map_err(|error| error.to_string())
}

/// An operation that returns a thing.
const GET: Operation<'static> = operation("GetThing", None, Some(THING));

/// Reads an answer of the operation.
fn answered(hex: &str, visitor: &mut dyn Visitor) -> Result<(), String> {
    let protocol = protocol::of(Protocol::RpcV2Cbor).expect("the protocol");
    let response = Response::new(200, bytes(hex).into());
    protocol
        .output(&SERVICE, &GET, &response, visitor)
        .map_err(|error| error.to_string())
}

fn visited(hex: &str) -> Result<String, String> {
    let mut builder = DocumentBuilder::new(&SERVICE, THING);
    answered(hex, &mut builder)?;
    Ok(shown(&builder.finish()))
}

fn written(value: &Document, shape: ShapeIndex) -> Result<String, String> {
    let value = TypedDocument {
        document: value,
        service: &SERVICE,
        shape,
    };
    cbor::encode(&value, &SERVICE, shape, EncodeMode::Checked)
        .map(|encoded| hex(&encoded.value))
        .map_err(|error| error.to_string())
}

/// RFC 8949, appendix A, and more forms of each kind.
#[test]
fn every_form_of_a_value_is_read() {
    for (hex, expected) in [
        ("00", "0"),
        ("17", "23"),
        ("1818", "24"),
        ("1903e8", "1000"),
        ("1a000f4240", "1000000"),
        ("1b000000e8d4a51000", "1000000000000"),
        ("1bffffffffffffffff", "18446744073709551615"),
        ("1b0000000000000001", "1"),
        ("c249010000000000000000", "18446744073709551616"),
        ("c349010000000000000000", "-18446744073709551617"),
        ("3bffffffffffffffff", "-18446744073709551616"),
        ("20", "-1"),
        ("3863", "-100"),
        ("3903e7", "-1000"),
        ("f90000", "0.0"),
        ("f98000", "-0.0"),
        ("f93c00", "1.0"),
        ("fb3ff199999999999a", "1.1"),
        ("f93e00", "1.5"),
        ("f97bff", "65504.0"),
        ("fa47c35000", "100000.0"),
        ("f90001", "5.960464477539063e-8"),
        ("f90400", "6.103515625e-5"),
        ("f9c400", "-4.0"),
        ("f97c00", "inf"),
        ("f97e00", "NaN"),
        ("f9fc00", "-inf"),
        ("fa7f800000", "inf"),
        ("fb7ff8000000000000", "NaN"),
        ("f4", "false"),
        ("f5", "true"),
        ("f6", "null"),
        ("f7", "null"),
        ("f0", "null"),
        ("f8ff", "null"),
        ("c11a514b67b0", "@1363896240"),
        ("c1fb41d452d9ec200000", "@1363896240.5"),
        ("c120", "@-1"),
        ("c1f97e00", "NaN"),
        (
            "c074323031332d30332d32315432303a30343a30305a",
            "\"2013-03-21T20:04:00Z\"",
        ),
        ("d74401020304", "h'01020304'"),
        ("d9d9f7c101", "@1"),
        (
            "c25101000000000000000000000000000000ff",
            "h'01000000000000000000000000000000ff'",
        ),
        ("40", "h''"),
        ("4401020304", "h'01020304'"),
        ("5f42010243030405ff", "h'0102030405'"),
        ("60", "\"\""),
        ("62c3bc", "\"ü\""),
        ("7f657374726561646d696e67ff", "\"streaming\""),
        ("80", "[]"),
        ("83010203", "[1,2,3]"),
        ("8301820203820405", "[1,[2,3],[4,5]]"),
        ("9fff", "[]"),
        ("9f018202039f0405ffff", "[1,[2,3],[4,5]]"),
        ("98020102", "[1,2]"),
        ("9b00000000000000020102", "[1,2]"),
        ("a0", "{}"),
        ("a26161016162820203", "{a:1,b:[2,3]}"),
        ("bf61610161629f0203ffff", "{a:1,b:[2,3]}"),
        ("b90001616101", "{a:1}"),
        ("a17f61616162ff01", "{ab:1}"),
        ("a2616101616102", "{a:2}"),
    ] {
        assert_eq!(read(hex).as_deref(), Ok(expected), "{hex}");
    }
}

#[test]
fn what_is_not_cbor_is_an_error_with_its_place() {
    let deep = "81".repeat(10_000) + "00";
    let open = "9f".repeat(10_000);
    let tags = "c1".repeat(100_000);
    for hex in [
        "",
        "18",
        "19ff",
        "1c",
        "3f",
        "5c",
        "61",
        "62c3",
        "62c328",
        "7f",
        "7f4100ff",
        "5f6100ff",
        "81",
        "9f",
        "9f01",
        "a161",
        "a10101",
        "a1616101ff",
        "bf6161ff",
        "a1",
        "c1",
        "f8",
        "f9",
        "f93c",
        "fa00",
        "fb00",
        "fc",
        "ff",
        "81ff",
        "0000",
        "1b",
        "9bffffffffffffffff",
        "bbffffffffffffffff00",
        "5bffffffffffffffff00",
        "7b7fffffffffffffff00",
        "9a7fffffff",
        &deep,
        &open,
        &tags,
    ] {
        let error = read(hex).expect_err(hex);
        assert!(!error.is_empty(), "{hex}");
    }
    assert_eq!(
        read("82 01 9a00010000").expect_err("a length"),
        "end of input bytes at position 7"
    );
    assert!(read(&deep).expect_err("deep").contains("nested too deeply"));
    assert!(read("0000").expect_err("two").contains("bytes follow"));
    // As deep as it may be.
    assert!(read(&("81".repeat(128) + "00")).is_ok());
    assert!(read(&("81".repeat(129) + "00")).is_err());
}

#[test]
fn members_are_read_by_the_model_and_others_skipped() {
    for (hex, expected) in [
        ("a0", "{}"),
        ("bfff", "{}"),
        ("a1 6474657874 6161", "{text:\"a\"}"),
        // An unknown member, with parts.
        (
            "a2 6178 9f a1 6161 f6 82 01 02 5f 4101 ff ff 6474657874 6161",
            "{text:\"a\"}",
        ),
        // Nulls: of a member, of an element, of an element where they are values, of an entry.
        ("a1 6474657874 f6", "{}"),
        ("a1 6474657874 f7", "{}"),
        ("a1 646c697374 83 01 f6 02", "{list:[1,2]}"),
        ("a1 66737061727365 82 01 f6", "{sparse:[1,null]}"),
        ("a1 636d6170 a2 6161 f6 6162 6162", "{map:{b:\"b\"}}"),
        // Numbers and times of another form.
        ("a1 6673696e676c65 01", "{single:1.0}"),
        ("a1 6673696e676c65 fa3f8ccccd", "{single:1.100000023841858}"),
        ("a1 666e756d626572 fb4000000000000000", "{number:2}"),
        ("a1 6474696d65 01", "{time:@1}"),
        ("a1 6474696d65 fb3ff8000000000000", "{time:@1.5}"),
        (
            "a1 6474696d65 74323031332d30332d32315432303a30343a30305a",
            "{time:@1363896240}",
        ),
        // Text where something else belongs, and the reverse.
        ("a1 666e756d626572 6131", "{number:1}"),
        ("a1 6474657874 01", "{text:\"1\"}"),
        ("a1 64666c6167 6474727565", "{flag:true}"),
        // Any value is a document.
        (
            "a1 6466726565 83 c101 f6 a1 6161 4101",
            "{free:[@1,null,{a:h'01'}]}",
        ),
        // A member of the wrong type hides nothing that came before or after.
        (
            "a3 6474657874 6161 666e756d626572 6137 646c697374 8101",
            "{text:\"a\",number:7,list:[1]}",
        ),
    ] {
        assert_eq!(visited(hex).as_deref(), Ok(expected), "{hex}");
    }
}

#[test]
fn a_value_that_cannot_be_understood_is_an_error_with_its_path() {
    for (hex, expected) in [
        ("01", "a value of type integer does not belong here"),
        (
            "a1 666e756d626572 6161",
            "number: the value is not an integer",
        ),
        (
            "a1 646c697374 82 01 80",
            "list[1]: a value of type list does not belong here",
        ),
        (
            "a1 657468696e67 a1 6474696d65 6161",
            "thing.time: the value is not a point in time",
        ),
    ] {
        let error = answered(hex, &mut Strict).expect_err(hex);
        assert_eq!(error, expected, "{hex}");
    }
}

#[test]
fn values_are_written_in_one_form() {
    let numbers = |count| Document::List((0..count).map(|_| Document::Integer(0)).collect());
    let long = hex(&"a".repeat(300).into_bytes());
    let point = |seconds, nanos| Document::Timestamp(Timestamp::new(seconds, nanos));
    for (shape, value, expected) in [
        (NUMBER, Document::Integer(23), "17".to_owned()),
        (NUMBER, Document::Integer(24), "1818".to_owned()),
        (NUMBER, Document::Integer(-25), "3818".to_owned()),
        (
            NUMBER,
            Document::Integer(1 << 40),
            "1b0000010000000000".to_owned(),
        ),
        (2, Document::Float(1.5), "fa3fc00000".to_owned()),
        (2, Document::Integer(1), "fa3f800000".to_owned()),
        (3, Document::Float(1.5), "fb3ff8000000000000".to_owned()),
        (3, Document::Float(f64::INFINITY), "f97c00".to_owned()),
        (2, Document::Float(f64::NEG_INFINITY), "f9fc00".to_owned()),
        (2, Document::Float(f64::NAN), "f97e00".to_owned()),
        (4, point(1_363_896_240, 0), "c11a514b67b0".to_owned()),
        (4, point(1_363_896_240, 999_999), "c11a514b67b0".to_owned()),
        (
            4,
            point(1_363_896_240, 500_000_000),
            "c1fb41d452d9ec200000".to_owned(),
        ),
        (4, point(-1, 500_000_000), "c1fbbfe0000000000000".to_owned()),
        (5, Document::Blob(vec![1, 2]), "420102".to_owned()),
        (TEXT, "a".repeat(300).into(), format!("79012c{long}")),
        (LIST, numbers(0), "80".to_owned()),
        (LIST, numbers(23), format!("97{}", "00".repeat(23))),
        (LIST, numbers(24), format!("9818{}", "00".repeat(24))),
        (LIST, numbers(256), format!("990100{}", "00".repeat(256))),
        (SPARSE, vec![Document::Null].into(), "81f6".to_owned()),
        (
            MAP,
            Document::from([("a", "b".into())]),
            "a161616162".to_owned(),
        ),
        (
            THING,
            Document::from([("list", numbers(24))]),
            format!("a1646c6973749818{}", "00".repeat(24)),
        ),
        (
            THING,
            Document::from([
                ("thing", Document::from([("text", "".into())])),
                ("flag", true.into()),
            ]),
            "a2657468696e67a1647465787460 64666c6167f5".replace(' ', ""),
        ),
        (
            THING,
            Document::from([("free", vec![Document::Null, 1.5.into()].into())]),
            "a1646672656582f6fb3ff8000000000000".to_owned(),
        ),
    ] {
        assert_eq!(written(&value, shape), Ok(expected.clone()));
        assert!(read(&expected).is_ok(), "{expected}");
    }
    let large = Document::from([("single", Document::Float(1e300))]);
    assert_eq!(
        written(&large, THING).expect_err("large"),
        "single: the value is not a number of single precision"
    );
}

/// Takes numbers and their lists, as a typed structure does.
struct Strict;

impl Visitor for Strict {
    fn integer(&mut self, _: i128) -> VisitResult {
        Ok(())
    }
    fn begin(&mut self, _: CompoundKind) -> VisitResult {
        Ok(())
    }
    fn member(&mut self, _: usize) -> Result<&mut dyn Visitor, VisitError> {
        Ok(self)
    }
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        Ok(self)
    }
}
