//! XML and forms of one schema.

use super::*;
use crate::codec::form::{Form, Naming};
use crate::codec::{self, EncodeMode, Format, json};
use crate::schema::{
    Flags, Member, Service, Trait, blob, boolean, double, integer, list, map, member, string,
    structure, timestamp, union, xml_namespace,
};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, DocumentBuilder, TypedDocument, VisitError, VisitResult};

const TOP: ShapeIndex = 0;
const TEXT: ShapeIndex = 1;
const TEXTS: ShapeIndex = 2;
const ITEMS: ShapeIndex = 3;
const MAP: ShapeIndex = 4;
const CHOICE: ShapeIndex = 5;
const ROOT: ShapeIndex = 11;

const FLAT: Flags = Flags::XML_FLATTENED;

static SERVICE: Service<'static> = Service {
    shapes: &[
        structure(
            "Top",
            &[
                member("name", TEXT),
                member("other", TEXT).with(&[Trait::XmlName("Other")]),
                member("list", TEXTS),
                member("items", ITEMS),
                member("flat", TEXTS)
                    .flags(FLAT)
                    .with(&[Trait::XmlName("Flat")]),
                member("map", MAP),
                member("flatMap", MAP).flags(FLAT),
                member("type", TEXT)
                    .flags(Flags::XML_ATTRIBUTE)
                    .with(&[Trait::XmlName("xsi:type")]),
                member("inner", TOP).with(&[
                    Trait::XmlNamespace(&xml_namespace("http://x", "xsi")),
                    Trait::Ec2QueryName("inNer"),
                ]),
                member("choice", CHOICE),
                member("yes", 6),
                member("count", 7),
                member("size", 8),
                member("at", 9),
                member("bytes", 10),
            ],
        )
        .with(&[Trait::XmlNamespace(&xml_namespace("http://top", ""))]),
        string("Text"),
        list("Texts", &[member("member", TEXT)]),
        list(
            "Items",
            &[member("member", TOP).with(&[Trait::XmlName("item")])],
        ),
        map(
            "Map",
            &[
                member("key", TEXT).with(&[Trait::XmlName("Name")]),
                member("value", TEXT),
            ],
        ),
        union("Choice", &[member("name", TEXT), member("texts", TEXTS)]),
        boolean("Yes"),
        integer("Count"),
        double("Size"),
        timestamp("At"),
        blob("Bytes"),
        structure(
            "Root",
            &[member("Payload", TOP).with(&[Trait::XmlName("Named")])],
        ),
    ],
    ..Service::NONE
};

fn value(json: &str) -> Document {
    json::document(json).unwrap_or_else(|error| panic!("{json}: {error}"))
}

fn written(json: &str) -> Result<String, VisitError> {
    let document = TypedDocument {
        document: &value(json),
        service: &SERVICE,
        shape: TOP,
    };
    let mode = EncodeMode::Unchecked;
    let xml = codec::encode(&Xml, Vec::new(), &document, &SERVICE, TOP, mode)?;
    Ok(String::from_utf8(xml.value).expect("UTF-8"))
}

fn form(json: &str, naming: Naming) -> String {
    let document = TypedDocument {
        document: &value(json),
        service: &SERVICE,
        shape: TOP,
    };
    let mode = EncodeMode::Unchecked;
    let form = Form::new(String::new(), naming);
    codec::encode_as(form, &document, &SERVICE, TOP, mode)
        .expect("a form")
        .value
}

fn shown(document: &Document) -> String {
    let mode = EncodeMode::Unchecked;
    let json = json::encode(document, &Service::NONE, ShapeIndex::MAX, mode);
    String::from_utf8(json.expect("JSON").value).expect("UTF-8")
}

/// The answer as a document, as it came.
fn came(xml: &str) -> String {
    let read = Xml.document(xml.as_bytes(), &SERVICE, TOP);
    read.map_or_else(|error| error.to_string(), |document| shown(&document))
}

/// The answer as it is read into types.
fn read(xml: &str) -> Result<Document, DeserializeError> {
    let mut builder = DocumentBuilder::new(&SERVICE, TOP);
    Xml.read(xml.as_bytes(), &SERVICE, TOP, Extent::Value, &mut builder)?;
    Ok(builder.finish())
}

const NS: &str = "xmlns=\"http://top\"";

/// Values, and what is in the element of the structure.
const WRITTEN: &[(&str, &str)] = &[
    (r#"{"name":"a"}"#, "<name>a</name>"),
    (r#"{"name":""}"#, "<name />"),
    (r#"{"name":null,"other":"b"}"#, "<Other>b</Other>"),
    (
        r#"{"name":"<a>&\"'\r\n\t\u0085\u2028é"}"#,
        "<name>&lt;a&gt;&amp;\"'&#xD;\n\t&#x85;&#x2028;é</name>",
    ),
    (
        r#"{"list":["a",""]}"#,
        "<list><member>a</member><member /></list>",
    ),
    (r#"{"list":[]}"#, "<list />"),
    (
        r#"{"items":[{},{"name":"a"}]}"#,
        "<items><item /><item><name>a</name></item></items>",
    ),
    (
        r#"{"flat":["a","b"],"name":"c"}"#,
        "<Flat>a</Flat><Flat>b</Flat><name>c</name>",
    ),
    (
        r#"{"map":{"k&":"v","l":""}}"#,
        "<map><entry><Name>k&amp;</Name><value>v</value></entry>\
             <entry><Name>l</Name><value /></entry></map>",
    ),
    (
        r#"{"flatMap":{"k":"v","l":"w"}}"#,
        "<flatMap><Name>k</Name><value>v</value></flatMap>\
             <flatMap><Name>l</Name><value>w</value></flatMap>",
    ),
    (
        r#"{"inner":{"name":"a","type":"T\"\n<"}}"#,
        "<inner xmlns:xsi=\"http://x\" xsi:type=\"T&quot;&#xA;&lt;\"><name>a</name></inner>",
    ),
    (
        r#"{"inner":{"type":"T"}}"#,
        "<inner xmlns:xsi=\"http://x\" xsi:type=\"T\" />",
    ),
    (
        r#"{"choice":{"texts":["a"]}}"#,
        "<choice><texts><member>a</member></texts></choice>",
    ),
    (
        r#"{"yes":true,"count":-7,"size":1.5,"at":1398796238,"bytes":"aGk="}"#,
        "<yes>true</yes><count>-7</count><size>1.5</size><at>2014-04-29T18:30:38Z</at>\
             <bytes>aGk=</bytes>",
    ),
    (
        r#"{"size":NaN,"count":-Infinity}"#,
        "<size>NaN</size><count>-Infinity</count>",
    ),
    // Values of another kind than the model's.
    (r#"{"flat":"a"}"#, "<Flat>a</Flat>"),
    (
        r#"{"name":["a"],"flat":null}"#,
        "<name><member>a</member></name>",
    ),
];

#[test]
fn values_are_written() {
    for (json, body) in WRITTEN {
        let expected = format!("<Top {NS}>{body}</Top>");
        assert_eq!(written(json).as_deref(), Ok(&*expected), "{json}");
    }
    assert_eq!(written("{}").as_deref(), Ok(&*format!("<Top {NS} />")));
    let attribute = written(r#"{"name":"a","type":"T","flat":["b"]}"#);
    let expected = format!("<Top {NS} xsi:type=\"T\"><name>a</name><Flat>b</Flat></Top>");
    assert_eq!(attribute.as_deref(), Ok(&*expected));
}

#[test]
fn characters_that_xml_cannot_hold_are_refused_with_their_place() {
    for (json, path) in [
        ("{\"name\":\"a\\u0000\"}", "name: "),
        ("{\"items\":[{\"list\":[\"\\u001b\"]}]}", "items[].list[]: "),
        ("{\"map\":{\"\\uffff\":\"\"}}", "map[]: "),
        ("{\"inner\":{\"type\":\"\\ufffe\"}}", "inner.type: "),
    ] {
        let error = written(json).expect_err(json).to_string();
        assert!(error.starts_with(path), "{error}");
    }
}

#[test]
fn forms_are_written() {
    for (json, query, ec2) in [
        ("{}", "", ""),
        (
            r#"{"name":"a b/é!*~-._","other":""}"#,
            "&name=a+b%2F%C3%A9%21%2A~-._&Other=",
            "&Name=a+b%2F%C3%A9%21%2A~-._&Other=",
        ),
        (
            r#"{"list":["a","b"]}"#,
            "&list.member.1=a&list.member.2=b",
            "&List.1=a&List.2=b",
        ),
        (r#"{"list":[],"flat":[]}"#, "&list=&Flat=", ""),
        (r#"{"flat":["a"]}"#, "&Flat.1=a", "&Flat.1=a"),
        (
            r#"{"items":[{"name":"a","list":["b"]},{}]}"#,
            "&items.item.1.name=a&items.item.1.list.member.1=b",
            "&Items.1.Name=a&Items.1.List.1=b",
        ),
        (
            r#"{"map":{"k":"v","l":"w"},"flatMap":{}}"#,
            "&map.entry.1.Name=k&map.entry.1.value=v&map.entry.2.Name=l&map.entry.2.value=w",
            "&Map.entry.1.Name=k&Map.entry.1.value=v&Map.entry.2.Name=l&Map.entry.2.value=w",
        ),
        (
            r#"{"flatMap":{"k":"v"}}"#,
            "&flatMap.1.Name=k&flatMap.1.value=v",
            "&FlatMap.1.Name=k&FlatMap.1.value=v",
        ),
        (
            r#"{"inner":{"inner":{"yes":false}},"name":null}"#,
            "&inner.inner.yes=false",
            "&inNer.inNer.Yes=false",
        ),
        (
            r#"{"at":1577836800.5,"size":5.0,"count":5,"bytes":"aGk="}"#,
            "&at=2020-01-01T00%3A00%3A00.500000Z&size=5.0&count=5&bytes=aGk%3D",
            "&At=2020-01-01T00%3A00%3A00.500000Z&Size=5.0&Count=5&Bytes=aGk%3D",
        ),
    ] {
        assert_eq!(form(json, Naming::Query), query, "{json}");
        assert_eq!(form(json, Naming::Ec2), ec2, "{json}");
    }
}

/// Answers, and the value of both ways of reading.
const READ: &[(&str, &str)] = &[
    ("<a/>", "{}"),
    (" \n<?xml version='1.0'?><!-- c --><a></a>\n", "{}"),
    ("<a><name/></a>", r#"{"name":""}"#),
    (
        "<p:a xmlns:p='u'><p:name>x</p:name></p:a>",
        r#"{"name":"x"}"#,
    ),
    (
        "<a><name> x\r\n<!-- c -->&lt;&#x41;&#66;<![CDATA[<&>]]> </name></a>",
        r#"{"name":" x\n<AB<&> "}"#,
    ),
    (
        "<a><Other>1</Other><name>2</name><name>3</name></a>",
        r#"{"name":"2","other":"1"}"#,
    ),
    (
        "<a>text<new><name>x</name></new><name>y<b>z</b>!</name></a>",
        r#"{"name":"y!"}"#,
    ),
    ("<a><list/><items></items></a>", r#"{"list":[],"items":[]}"#),
    (
        "<a><list><member>a</member><x>b</x><y/></list></a>",
        r#"{"list":["a","b",""]}"#,
    ),
    (
        "<a><Flat>1</Flat><name>n</name><Flat>2</Flat><Flat/></a>",
        r#"{"name":"n","flat":["1","2",""]}"#,
    ),
    (
        "<a><map><entry><Name>k</Name><value>v</value></entry><odd/>\
             <entry><value>w</value><Name>l</Name></entry><entry><Name>m</Name></entry></map></a>",
        r#"{"map":{"k":"v","l":"w"}}"#,
    ),
    (
        "<a><flatMap><Name>k</Name><value>v</value></flatMap><name/>\
             <flatMap><Name>l</Name><value>w</value></flatMap></a>",
        r#"{"name":"","flatMap":{"k":"v","l":"w"}}"#,
    ),
    (
        "<a><inner xmlns:q='http://x' q:type='T&amp;' type='U'><name>n</name></inner></a>",
        r#"{"inner":{"name":"n","type":"T&"}}"#,
    ),
    (
        "<a><choice><texts><m>a</m></texts></choice></a>",
        r#"{"choice":{"texts":["a"]}}"#,
    ),
    (
        "<a><yes>true</yes><count> 7 </count><size>1e3</size></a>",
        r#"{"yes":true,"count":7,"size":1000.0}"#,
    ),
    (
        "<a><yes>TRUE</yes><count>7.0</count></a>",
        r#"{"yes":false,"count":7}"#,
    ),
];

#[test]
fn answers_are_read_by_the_schema() {
    for (xml, json) in READ {
        assert_eq!(came(xml), *json, "{xml}");
        let read = read(xml).unwrap_or_else(|error| panic!("{xml}: {error}"));
        assert_eq!(read, value(json), "{xml}");
    }
}

#[test]
fn values_that_xml_has_no_types_for() {
    let xml = "<a><count>many</count><at>2014-04-29T20:30:38+02:00</at><bytes>!</bytes></a>";
    let as_it_came = r#"{"count":"many","at":"2014-04-29T20:30:38+02:00","bytes":"!"}"#;
    assert_eq!(came(xml), as_it_came);
    let unknown = "<a><choice><new>x</new></choice></a>";
    let shown = r#"{"choice":{"SDK_UNKNOWN_MEMBER":{"name":"new"}}}"#;
    assert_eq!(came(unknown), shown);
    assert_eq!(read(unknown).expect("a union"), value(r#"{"choice":{}}"#));
    for (xml, expected) in [
        ("<at>1398796238</at>", 1_398_796_238),
        ("<at>2014-04-29T20:30:38+02:00</at>", 1_398_796_238),
        ("<at>Tue, 29 Apr 2014 18:30:38 GMT</at>", 1_398_796_238),
    ] {
        let read = read(&format!("<a>{xml}</a>")).expect(xml);
        let at = Timestamp::new(expected, 0);
        assert_eq!(read, Document::from([("at", at.into())]), "{xml}");
    }
    for (xml, problem) in [
        ("<count>many</count>", "count: the value is not an integer"),
        (
            "<items><item/><item><size>big</size></item></items>",
            "items[1].size: the value is not a number",
        ),
        ("<at>soon</at>", "at: the value is not a point in time"),
        ("<bytes>a</bytes>", "bytes: the value is not base64 text"),
    ] {
        let error = read(&format!("<a>{xml}</a>")).expect_err(xml);
        assert_eq!(error.to_string(), problem);
    }
}

#[test]
fn what_is_not_xml_is_refused() {
    let deep = "<inner>".repeat(100_000);
    let complete = format!("<a>{}{}</a>", "<inner>".repeat(200), "</inner>".repeat(200));
    for xml in [
        "",
        " ",
        "text",
        "{}",
        "<a>",
        "<a",
        "<a><name>x</a>",
        "<a/><b/>",
        "<a/>text",
        "text<a/>",
        "&amp;<a/>",
        "<a><name>&unknown;</name></a>",
        "<a><name>&amp</name></a>",
        "<a><name>&#0;</name></a>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<a><inner x:type='&b;'/></a>",
        &deep,
        &complete,
    ] {
        let start: String = xml.chars().take(40).collect();
        let error = came(xml);
        assert!(
            error.contains("not XML that can be read"),
            "{start}: {error}"
        );
        assert!(read(xml).is_err(), "{start}");
    }
    let error = "<Error><Code>InternalError</Code></Error>";
    assert!(came(error).contains("it is an error"), "{}", came(error));
    assert!(read(error).is_err());
    // Elements that nobody reads may be as deep as they like.
    let unread = format!(
        "<a>{}{}<name>x</name></a>",
        "<b>".repeat(5_000),
        "</b>".repeat(5_000)
    );
    assert_eq!(came(&unread), r#"{"name":"x"}"#);
}

#[test]
fn elements_within_the_root_are_found() {
    let xml = b"<a><meta/><b><c><name>no</name></c></b><b/><c><name>x</name></c></a>";
    for (path, expected) in [
        (&["c"][..], Some(r#"{"name":"x"}"#)),
        (&["b", "c"], Some(r#"{"name":"no"}"#)),
        (&["meta"], Some("{}")),
        (&["d"], None),
        (&["b", "d"], None),
    ] {
        let found = Xml.document_at(path, xml, &SERVICE, TOP).expect("XML");
        assert_eq!(found.as_ref().map(shown).as_deref(), expected, "{path:?}");
    }
    let unmodeled = Xml.document(xml, &Service::NONE, ShapeIndex::MAX);
    let expected = r#"{"meta":"","b":{"c":{"name":"no"}},"c":{"name":"x"}}"#;
    assert_eq!(shown(&unmodeled.expect("XML")), expected);
}

#[test]
fn a_payload_has_the_name_that_its_member_states() {
    let json = value(r#"{"Payload":{"name":"a"}}"#);
    let document = TypedDocument {
        document: &json,
        service: &SERVICE,
        shape: ROOT,
    };
    let mode = EncodeMode::Unchecked;
    let payload = Payload(Xml.format(Vec::new()));
    let xml = codec::encode_as(payload, &document, &SERVICE, ROOT, mode).expect("XML");
    assert_eq!(
        xml.value,
        format!("<Named {NS}><name>a</name></Named>").as_bytes()
    );
}

/// Writes the payload member alone, as a protocol with bindings does.
struct Payload<F>(F);

macro_rules! forward {
    ($($method:ident($($name:ident: $type:ty),*);)*) => {$(
        fn $method(&mut self, at: &Cursor<'_>, $($name: $type),*) -> VisitResult {
            if at.part().is_none() { Ok(()) } else { self.0.$method(at, $($name),*) }
        }
    )*};
}

impl<F: Format> Format for Payload<F> {
    type Output = F::Output;
    forward! {
        null();
        boolean(value: bool);
        integer(value: i128);
        float(value: f64);
        string(value: &str);
        blob(value: &[u8]);
        timestamp(value: Timestamp);
        begin(kind: CompoundKind);
        element(before: usize);
        entry(key: &str, before: usize);
    }
    fn member(&mut self, at: &Cursor<'_>, member: &Member<'_>, before: usize) -> VisitResult {
        if at.depth() == 1 {
            return Ok(());
        }
        self.0.member(at, member, before)
    }
    fn end(&mut self, at: &Cursor<'_>, kind: CompoundKind, parts: usize) -> VisitResult {
        if at.depth() == 0 {
            return Ok(());
        }
        self.0.end(at, kind, parts)
    }
    fn finish(self) -> F::Output {
        self.0.finish()
    }
}
