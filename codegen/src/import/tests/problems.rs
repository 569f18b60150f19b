//! Sources with problems.

use super::{OPERATIONS, Source, file};
use crate::import::{Options, Sources, botocore};
use serde_json::json;

#[test]
fn unknown_keys_are_warnings_that_name_the_place() {
    let imported = Source::new("json")
        .operations(r#"{"Op":{"http":{"method":"POST","requestUri":"/"},"new":1,"input":{"shape":"It","newer":2}}}"#)
        .shapes(r#"{"It":{"type":"structure","box":true,"members":{"a":{"shape":"It","box":true,"newest":3}}}}"#)
        .import();
    let warnings: Vec<_> = imported.warnings.iter().map(ToString::to_string).collect();
    let expected = [
        "operations.Op.new",
        "operations.Op.input.newer",
        "shapes.It.members.a.newest",
    ];
    assert_eq!(
        warnings,
        expected.map(|place| format!("service-2.json: {place}: this key is unknown and left out"))
    );
}

#[test]
fn every_problem_is_reported_at_once_with_its_place() {
    let source = Source::new("json")
        .operations(
            r#"{"Op":{"http":{"method":"POST","requestUri":"/"},"input":{"shape":"None1"},"errors":[{"shape":"None2"}]}}"#,
        )
        .shapes(
            r#"{"It":{"type":"structure","required":["none4"],"payload":"none5","members":{"a":{"shape":"None3"},
                "b-c":{"shape":"It","location":"moon"}}},
            "L":{"type":"list"},"M":{"type":"map","key":{"shape":"It"}},"9":{"type":"string"},"__":{"type":"string"},
            "X":{"type":"tensor"},"T":{"type":"timestamp","timestampFormat":"stardate"}}"#,
        );
    let expected = "\
service-2.json: operations.Op: the shape `None1` does not exist
service-2.json: operations.Op: the shape `None2` does not exist
service-2.json: shapes.It.members.a: the shape `None3` does not exist
service-2.json: shapes.It.members.b-c: `b-c` is not a name that Smithy allows (letters, digits and underscores, a digit not first)
service-2.json: shapes.It.members.b-c: the location `moon` is not supported
service-2.json: shapes.It: the member `none4` does not exist
service-2.json: shapes.It: the member `none5` does not exist
service-2.json: shapes.L.member: is missing
service-2.json: shapes.M.value: is missing
service-2.json: shapes.9: `9` is not a name that Smithy allows (letters, digits and underscores, a digit not first)
service-2.json: shapes.__: `__` is not a name that Smithy allows (letters, digits and underscores, a digit not first)
service-2.json: shapes.X: the type `tensor` is not supported
service-2.json: shapes.T: the timestamp format `stardate` is not supported; iso8601, rfc822 and unixTimestamp are";
    assert_eq!(source.problems(), expected);
}

#[test]
fn paginators_and_waiters_of_no_operation_are_problems_of_their_files() {
    let mut sources = Source::new("json")
        .shapes(r#"{"Op":{"type":"string"}}"#)
        .sources();
    let paginator = r#"{"pagination":{"Op":{"input_token":"a","output_token":"a"}}}"#;
    sources.paginators = Some(file("paginators-1.json", paginator));
    let waiter = r#"{"waiters":{"W":{"operation":"Op","delay":1,"maxAttempts":1,"acceptors":[]}}}"#;
    sources.waiters = Some(file("waiters-2.json", waiter));
    let expected = "\
paginators-1.json: pagination.Op: the operation `Op` does not exist
waiters-2.json: waiters.W: the operation `Op` does not exist";
    assert_eq!(
        botocore(&sources, &Options::default())
            .unwrap_err()
            .to_string(),
        expected
    );
}

#[test]
fn what_is_no_source_says_where() {
    for (text, expected) in [
        (
            "",
            "service-2.json: EOF while parsing a value at line 1 column 0",
        ),
        ("7", "service-2.json: invalid type: integer `7`"),
        ("{}", "service-2.json: missing field `metadata`"),
        (
            r#"{"metadata":{}}"#,
            "service-2.json: metadata: missing field `apiVersion`",
        ),
        (
            r#"{"metadata":5}"#,
            "service-2.json: metadata: invalid type: integer `5`",
        ),
    ] {
        let sources = Sources {
            service: file("service-2.json", text),
            ..Sources::default()
        };
        let message = botocore(&sources, &Options::default())
            .unwrap_err()
            .to_string();
        assert!(message.starts_with(expected), "{message}");
    }
    let member = Source::new("json")
        .shapes(r#"{"It":{"type":"structure","members":{"a":7}}}"#)
        .problems();
    assert!(
        member.starts_with("service-2.json: shapes.It.members.a: invalid type: integer `7`"),
        "{member}"
    );
    let nameless = Source::new("json")
        .metadata("serviceId", json!("!"))
        .problems();
    assert!(
        nameless.contains("metadata.serviceId: a letter or digit is needed"),
        "{nameless}"
    );
}

#[test]
fn a_file_cut_short_is_an_error_and_no_panic() {
    let sources = Source::new("json")
        .operations(OPERATIONS)
        .shapes(r#"{"It":{"type":"string","min":1}}"#)
        .sources();
    for end in 0..sources.service.text.len() {
        let cut = Sources {
            service: file("cut", &sources.service.text[..end]),
            ..Sources::default()
        };
        assert!(botocore(&cut, &Options::default()).is_err(), "{end}");
    }
}
