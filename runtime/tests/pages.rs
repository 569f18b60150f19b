//! Pages of a typed client whose tokens are more than one text: structures, several, parts of the
//! items; and those that do not move.

use opsmith_runtime::call::Call;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::schema::{
    Member, Operation, Pagination, Protocol, Service, Shape, Trait, blob, boolean, list, map,
    member, operation, paginated, string, structure,
};
use opsmith_runtime::{Blob, Client};
use std::collections::BTreeMap;
use std::sync::Arc;

static SHAPES: &[Shape<'static>] = &[
    string("Text"),
    blob("Bytes"),
    map("Key", &[member("key", 0), member("value", 1)]),
    structure("Input", INPUT),
    structure("Output", OUTPUT),
    list("Items", &[member("member", 0)]),
    boolean("Boolean"),
];
static INPUT: &[Member<'static>] = &[member("name", 0), member("key", 2), member("text", 0)];
static OUTPUT: &[Member<'static>] = &[
    member("items", 5),
    member("key", 2),
    member("text", 0),
    member("more", 6),
];

static KEY: Pagination<'static> = paginated(&["key"], &["key"], &["items"], "");
static TEXT: Pagination<'static> = paginated(&["text"], &["text"], &["items"], "");
static MORE: Pagination<'static> =
    paginated(&["text"], &["text || items[-1]"], &["items"], "").more("more");
static BOTH: Pagination<'static> = paginated(&["key", "text"], &["key", "text"], &["items"], "");

static OPERATIONS: &[Operation<'static>] = &[
    operation("Both", Some(3), Some(4)).with(&[Trait::Paginated(&BOTH)]),
    operation("Key", Some(3), Some(4)).with(&[Trait::Paginated(&KEY)]),
    operation("More", Some(3), Some(4)).with(&[Trait::Paginated(&MORE)]),
    operation("None", Some(3), Some(4)).with(&[Trait::Unpaged("no list grows with the pages")]),
    operation("Text", Some(3), Some(4)).with(&[Trait::Paginated(&TEXT)]),
];

static SERVICE: Service<'static> = Service {
    sdk_id: "Things",
    signing_name: "things",
    target_prefix: "Things",
    protocol: Protocol::AwsJson1_0,
    operations: OPERATIONS,
    shapes: SHAPES,
    ..Service::NONE
};

/// As the generator would write them.
#[derive(Clone, Copy)]
enum Shapes {
    Input = 3,
    Output = 4,
}

opsmith_runtime::structure! {
    struct Input {
        optional name: String,
        optional key: BTreeMap<String, Blob>,
        optional text: String,
    }
}

opsmith_runtime::structure! {
    struct Output {
        optional items: Vec<String>,
        optional key: BTreeMap<String, Blob>,
        optional text: String,
        optional more: bool,
    }
}

/// The bodies of the requests that all pages take, and how the last page ended.
fn requests(
    operation: &'static str,
    input: Input,
    answers: &[&str],
) -> (Vec<String>, Option<String>) {
    let fake: Arc<Fake> = Fake::playing(
        answers
            .iter()
            .map(|body| Answer::new(200, body))
            .collect::<Vec<_>>(),
    );
    let client = Client::new(&SERVICE, fake.config().endpoint_url("http://localhost"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let call: Call<Output> = client.call(operation, input.name("n"));
    let failed = runtime.block_on(async {
        let mut pages = call.pages();
        while let Some(page) = pages.next().await {
            if let Err(error) = page {
                return Some(error.to_string());
            }
        }
        None
    });
    let bodies = fake
        .requests()
        .iter()
        .map(|request| {
            String::from_utf8_lossy(request.body.as_bytes().expect("bytes")).into_owned()
        })
        .collect();
    (bodies, failed)
}

fn sent(operation: &'static str, input: Input, answers: &[&str]) -> Vec<String> {
    let (bodies, failed) = requests(operation, input, answers);
    assert_eq!(failed, None);
    bodies
}

#[test]
fn tokens_that_are_structures_go_back_as_they_came() {
    let key = r#"{"items":["a"],"key":{"k":"AQ=="}}"#;
    let bodies = sent(
        "Key",
        Input::default(),
        &[key, r#"{"items":["b"],"key":{}}"#],
    );
    assert_eq!(
        bodies,
        [r#"{"name":"n"}"#, r#"{"name":"n","key":{"k":"AQ=="}}"#]
    );
}

#[test]
fn a_token_that_does_not_move_is_the_last() {
    let page = r#"{"items":["a"],"text":"same"}"#;
    let bodies = sent("Text", Input::default(), &[page, page, page]);
    assert_eq!(bodies, [r#"{"name":"n"}"#, r#"{"name":"n","text":"same"}"#]);
    assert_eq!(
        sent("Text", Input::default().text("same"), &[page, page]),
        [r#"{"name":"n","text":"same"}"#]
    );
}

#[test]
fn more_pages_are_there_when_the_output_says_so() {
    let first = r#"{"items":["a","b"],"more":true}"#;
    let bodies = sent(
        "More",
        Input::default(),
        &[first, r#"{"items":["c"],"text":"t","more":false}"#],
    );
    assert_eq!(bodies, [r#"{"name":"n"}"#, r#"{"name":"n","text":"b"}"#]);
    assert_eq!(
        sent("More", Input::default(), &[r#"{"items":["a"],"text":"t"}"#]).len(),
        1
    );
}

#[test]
fn of_several_tokens_each_may_be_missing() {
    let answers = [
        r#"{"key":{"k":"AQ=="},"text":"t"}"#,
        r#"{"text":"u"}"#,
        r#"{"text":""}"#,
    ];
    let bodies = sent("Both", Input::default(), &answers);
    assert_eq!(
        bodies,
        [
            r#"{"name":"n"}"#,
            r#"{"name":"n","key":{"k":"AQ=="},"text":"t"}"#,
            r#"{"name":"n","text":"u"}"#
        ]
    );
}

#[test]
fn pages_that_are_not_supported_are_an_error() {
    let (bodies, failed) = requests("None", Input::default(), &[]);
    assert!(bodies.is_empty());
    let failed = failed.expect("an error");
    assert_eq!(
        failed,
        "None can't be paged: no list grows with the pages; call it for one page"
    );
}
