use super::token::encode;
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opsmith_runtime::schema::{
    self, Member, Pagination, Shape, Trait, member, operation, paginated, structure,
};

static SHAPES: &[Shape<'static>] = &[
    schema::string("Text"),
    structure(
        "Input",
        &[member("next", 4), member("other", 0), member("size", 0)],
    ),
    structure("Output", OUTPUT),
    structure("More", &[member("token", 4), member("has", 6)]),
    schema::map("Key", &[member("key", 0), member("value", 5)]),
    schema::blob("Bytes"),
    schema::boolean("Boolean"),
    schema::list("Items", &[member("member", 7)]),
    schema::integer("Number"),
];
static OUTPUT: &[Member<'static>] = &[
    member("items", 7),
    member("others", 7),
    member("count", 8),
    member("name", 0),
    member("more", 3),
    member("other", 0),
];
static PAGED: Pagination<'static> = paginated(
    &["next", "other"],
    &["more.token", "other"],
    &["items", "others", "count"],
    "size",
)
.more("more.has")
.first_page(&["name", "missing.part"]);
static OPERATIONS: &[Operation<'static>] =
    &[operation("List", Some(1), Some(2)).with(&[Trait::Paginated(&PAGED)])];
static SERVICE: Service<'static> = Service {
    operations: OPERATIONS,
    shapes: SHAPES,
    ..Service::NONE
};

fn pages(wanted: PageOptions) -> Pages<'static> {
    let parameters = Map::from_iter([("kept".to_owned(), "k".into())]);
    Pages::new(&SERVICE, &OPERATIONS[0], parameters, wanted).expect("pages")
}

/// Three pages of three items, whose tokens are maps of bytes.
fn answer(parameters: &Map) -> Result<Document, Failure> {
    let page: i64 = match parameters.get("next").and_then(|token| token.get("k")) {
        Some(Document::Blob(bytes)) => bytes[0].into(),
        None => 0,
        Some(other) => panic!("{other:?} is no token"),
    };
    let items: Vec<Document> = (page * 3..page * 3 + 3).map(Document::from).collect();
    let token = Document::from([(
        "k",
        Document::Blob(vec![u8::try_from(page).expect("a page") + 1]),
    )]);
    Ok(Document::from([
        ("items", items.clone().into()),
        ("others", items.into()),
        ("count", 3_i64.into()),
        ("name", format!("page {page}").into()),
        (
            "more",
            Document::from([("token", token), ("has", (page < 2).into())]),
        ),
    ]))
}

fn whole(wanted: PageOptions) -> String {
    let mut whole = pages(wanted)
        .merged(answer, |answer| answer)
        .expect("a result");
    if let Document::Map(map) = &mut whole
        && let Some(token) = map.get_mut(NEXT_TOKEN)
    {
        let text = BASE64
            .decode(token.as_str().expect("text"))
            .expect("base64");
        *token = String::from_utf8(text).expect("text").into();
    }
    crate::output::json::compact(&whole).replace('\\', "")
}

fn from(start: &str, max: i64) -> PageOptions {
    PageOptions {
        start: Some(start.to_owned()),
        size: None,
        max: Some(max),
    }
}

fn max(max: i64) -> PageOptions {
    PageOptions {
        max: Some(max),
        ..PageOptions::default()
    }
}

const FIRST: &str = r#""name":"page 0","missing":{"part":null}"#;

#[test]
fn pages_add_up_to_a_result() {
    let all = "[0,1,2,3,4,5,6,7,8]";
    let expected = format!(r#"{{"items":{all},"others":{all},"count":9,{FIRST}}}"#);
    assert_eq!(whole(PageOptions::default()), expected);
    assert_eq!(whole(max(99)), expected);
}

#[test]
fn a_maximum_truncates_and_says_where_to_go_on() {
    let page = r#""next": {"k": "AQ=="}, "other": null"#;
    let bytes = r#""boto_encoded_keys": [["next", "k"]]"#;
    let four = format!(
        r#"{{"items":[0,1,2,3],"others":[0,1,2,3,4,5],"count":6,{FIRST},"NextToken":"{{{page}, "boto_truncate_amount": 1, {bytes}}}"}}"#
    );
    assert_eq!(whole(max(4)), four);
    let three = format!(
        r#"{{"items":[0,1,2],"others":[0,1,2],"count":3,{FIRST},"NextToken":"{{{page}, {bytes}}}"}}"#
    );
    assert_eq!(whole(max(3)), three);
    for (most, items, amount) in [(2, "[0,1]", 2), (0, "[]", 0), (-1, "[0,1]", -1)] {
        let none = format!(r#"{{"next": null, "other": null, "boto_truncate_amount": {amount}}}"#);
        let expected = format!(
            r#"{{"items":{items},"others":[0,1,2],"count":3,{FIRST},"NextToken":"{none}"}}"#
        );
        assert_eq!(whole(max(most)), expected);
    }
}

#[test]
fn a_result_continues_where_another_ended() {
    let start = encode(
        &answer(&Map::new())
            .expect("a page")
            .get("more")
            .map_or_else(Map::new, |more| {
                Map::from_iter([(
                    "next".to_owned(),
                    more.get("token").cloned().unwrap_or_default(),
                )])
            }),
        Some(1),
    );
    let cut = whole(from(&start, 1));
    assert!(
        cut.starts_with(r#"{"items":[4],"others":[],"count":3,"name":"page 1""#),
        "{cut}"
    );
    assert!(
        cut.contains(r#""boto_truncate_amount": 2, "boto_encoded_keys""#),
        "{cut}"
    );
    assert!(
        whole(from("None___None___1", 9))
            .starts_with(r#"{"items":[1,2,3,4,5,6,7,8],"others":[3,4,5,6,7,8],"count":9"#)
    );
}

#[test]
fn other_members_of_a_token_are_parameters() {
    let token = BASE64.encode(r#"{"next": null, "of-another": 1, "boto_truncate_amount": "x"}"#);
    let pages = pages(PageOptions {
        start: Some(token),
        ..PageOptions::default()
    });
    let parameters = crate::output::json::compact(&Document::Map(pages.parameters().clone()));
    assert_eq!(
        parameters,
        r#"{"kept":"k","of-another":1,"boto_truncate_amount":"x"}"#
    );
}

#[test]
fn numbers_in_tokens_and_options_may_be_of_any_size() {
    for (skipped, max, items) in [
        (i64::MIN, -1, "0,1"),
        (i64::MIN, i64::MIN, ""),
        (-1, i64::MIN, ""),
        (i64::MAX, i64::MIN, ""),
        (i64::MAX, 1, "3"),
    ] {
        let token = BASE64.encode(format!(r#"{{"boto_truncate_amount":{skipped}}}"#));
        let cut = whole(from(&token, max));
        assert!(
            cut.starts_with(&format!(r#"{{"items":[{items}]"#)),
            "{skipped} {max}: {cut}"
        );
    }
}

#[test]
fn a_repeated_token_is_an_error_unless_its_page_has_no_items() {
    let run = |items: &str| {
        let page = format!(r#"{{"items":{items},"more":{{"token":{{"k":"AQ=="}},"has":true}}}}"#);
        let mut pages = pages(PageOptions::default());
        let call = |_: &Map| Ok(crate::input::json::parse(&page).expect("JSON"));
        pages.next(call, |page| page).expect("the first page");
        pages.next(call, |page| page).map(|page| page.is_some())
    };
    let error = run("[1]").expect_err("a circle").text;
    assert!(
        error.contains("The same next token was received twice"),
        "{error}"
    );
    assert!(run("[]").expect("the last page"));
}
