use super::*;
use crate::output::json::compact;
use opsmith_runtime::schema::commands::command;
use opsmith_runtime::schema::{list, map, member, operation, string, structure};

static SERVICE: Service<'static> = Service {
    operations: &[operation("Do", Some(0), Some(0))],
    shapes: &[
        structure(
            "Whole",
            &[
                member("Key", 1),
                member("Hash", 1),
                member("Kind", 1),
                member("Names", 1),
                member("Items", 2),
                member("ByName", 3),
                member("Policy", 4),
            ],
        ),
        string("Text"),
        list("Wholes", &[member("member", 0)]),
        map("Policies", &[member("key", 1), member("value", 4)]),
        string("policy"),
    ],
    ..Service::NONE
};

fn json(text: &str) -> Document {
    json::parse(text).expect("JSON")
}

/// What is sent for a document, and what is shown of an output.
fn around(changes: &'static [Change<'static>], sent: &str, output: &str) -> (String, String) {
    let list = vec![command("do", &[]).changed(changes)].leak();
    let commands = Commands::new(&SERVICE, list, &[]).shapes(&[("policy", Shown::PercentJson)]);
    let around = Around::new(&commands, &SERVICE.operations[0]);
    let Document::Map(parameters) = json(sent) else {
        panic!("an object");
    };
    let shown = around.decoder(&parameters).shown(json(output));
    let sent = match around.sent(&parameters) {
        Ok(sent) => compact(&Document::Map(sent)),
        Err(failure) => failure.text,
    };
    (sent, compact(&shown))
}

#[test]
fn members_are_sent_otherwise_than_given() {
    const HASHED: &[Change<'_>] = &[Change::Send("Key", Sent::Md5("Hash"))];
    const PERCENT: &[Change<'_>] = &[Change::Send("Key", Sent::Percent("?id="))];
    const BASE64: &[Change<'_>] = &[Change::Send("Key", Sent::Base64)];
    for (changes, given, sent) in [
        (
            HASHED,
            r#"{"Key":"abc"}"#,
            r#"{"Key":"YWJj","Hash":"kAFQmDzST7DWlj99KOF/cg=="}"#,
        ),
        (
            HASHED,
            r#"{"Key":"abc","Hash":"h"}"#,
            r#"{"Key":"abc","Hash":"h"}"#,
        ),
        (HASHED, r#"{"Key":1}"#, r#"{"Key":1}"#),
        (BASE64, r#"{"Key":"é"}"#, r#"{"Key":"w6k="}"#),
        (BASE64, "{}", "{}"),
        (
            PERCENT,
            r#"{"Key":"b/k +é~"}"#,
            r#"{"Key":"b/k%20%2B%C3%A9~"}"#,
        ),
        (
            PERCENT,
            r#"{"Key":"b/k ?id=a+b"}"#,
            r#"{"Key":"b/k%20?id=a+b"}"#,
        ),
        (
            PERCENT,
            r#"{"Key":"k?id=a b?id=c"}"#,
            r#"{"Key":"k%3Fid%3Da%20b?id=c"}"#,
        ),
        (PERCENT, r#"{"Key":"k?id="}"#, r#"{"Key":"k%3Fid%3D"}"#),
    ] {
        assert_eq!(around(changes, given, "{}").0, sent, "{given}");
    }
}

#[test]
fn an_account_is_that_of_an_arn() {
    const ACCOUNT: &[Change<'_>] = &[Change::Send("Key", Sent::Account(&["Hash", "Kind"]))];
    let arn = "arn:aws:s3-outposts:eu-west-1:123456789012:outpost/o/bucket/b";
    for (given, account) in [
        (format!(r#"{{"Kind":"{arn}"}}"#), Some("123456789012")),
        (
            format!(r#"{{"Hash":"b","Kind":"{arn}"}}"#),
            Some("123456789012"),
        ),
        (format!(r#"{{"Hash":"{arn}","Key":"1"}}"#), Some("1")),
        (r#"{"Hash":"arn:aws:s3:::b"}"#.to_owned(), None),
        (r#"{"Hash":"b"}"#.to_owned(), None),
    ] {
        let sent = json(&around(ACCOUNT, &given, "{}").0);
        assert_eq!(
            sent.get("Key").and_then(Document::as_str),
            account,
            "{given}"
        );
    }
}

#[test]
fn what_is_beyond_ascii_is_refused_with_its_place() {
    const ASCII: &[Change<'_>] = &[Change::Send("Key", Sent::Ascii)];
    for (given, place) in [
        (r#"{"Key":{"a":"b"}}"#, None),
        (r#"{"Key":{"a":"é"}}"#, Some("Key.a:")),
        (r#"{"Key":{"é":"a"}}"#, Some("Key.é:")),
        (r#"{"Key":"é"}"#, Some("Key:")),
    ] {
        let (sent, _) = around(ASCII, given, "{}");
        match place {
            Some(place) => assert!(sent.contains(place), "{sent}"),
            None => assert_eq!(sent, given),
        }
    }
}

#[test]
fn parts_of_outputs_are_decoded() {
    const SHOWN: &[Change<'_>] = &[
        Change::Show(&["Key"], Shown::Base64),
        Change::Show(&["Items", "Key"], Shown::Json),
    ];
    for (came, shown) in [
        (r#"{"Key":"w6k="}"#, r#"{"Key":"é"}"#),
        (r#"{"Key":"w"}"#, r#"{"Key":"w"}"#),
        (r#"{"Key":"YQ==€"}"#, r#"{"Key":"YQ==€"}"#),
        (
            r#"{"Items":[{"Key":"{\"b\":1,\"a\":null}"},{"Key":"b: 1"},{}]}"#,
            r#"{"Items":[{"Key":{"b":1,"a":null}},{"Key":"b: 1"},{}]}"#,
        ),
        (
            r#"{"Policy":"%7B%22a+b%22%3A%5B1%5D%7D","Items":[{"Policy":"x%"}],"ByName":{"n":"%31"}}"#,
            r#"{"Policy":{"a+b":[1]},"Items":[{"Policy":"x%"}],"ByName":{"n":"%31"}}"#,
        ),
        (r#"{"Items":"x","Key":1}"#, r#"{"Items":"x","Key":1}"#),
    ] {
        assert_eq!(around(SHOWN, "{}", came).1, shown, "{came}");
    }
}

#[test]
fn values_of_forms_are_decoded_where_the_default_asked_for_them() {
    const FORM: &[Change<'_>] = &[
        Change::Send("Kind", Sent::Default("url")),
        Change::Show(&["Items", "Key"], Shown::Form),
    ];
    let came = r#"{"Kind":"url","Items":[{"Key":"a%2Bb+c%"}]}"#;
    let decoded = r#"{"Kind":"url","Items":[{"Key":"a+b c%"}]}"#;
    let (sent, shown) = around(FORM, "{}", came);
    assert_eq!((&*sent, &*shown), (r#"{"Kind":"url"}"#, decoded));
    let given = r#"{"Kind":"url"}"#;
    assert_eq!(
        around(FORM, given, came),
        (given.to_owned(), came.to_owned())
    );
    let other = r#"{"Items":[{"Key":"a+b"}]}"#;
    assert_eq!(around(FORM, "{}", other).1, other);
}
