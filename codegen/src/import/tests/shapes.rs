//! Shapes: types, constraints, enums, errors, streams.

use super::{Source, shape, traits, traits_of};
use serde_json::json;

#[test]
fn types_and_constraints() {
    for kind in [
        "string",
        "boolean",
        "integer",
        "long",
        "float",
        "double",
        "timestamp",
        "blob",
    ] {
        let source = Source::new("json").shapes(&json!({ "It": { "type": kind } }).to_string());
        assert_eq!(shape(&source.import(), "It"), json!({ "type": kind }));
    }
    let document = Source::new("json")
        .shapes(r#"{"It":{"type":"structure","members":{},"document":true}}"#)
        .import();
    assert_eq!(shape(&document, "It"), json!({ "type": "document" }));

    let length = json!({ "smithy.api#length": { "min": 1, "max": 9 } });
    assert_eq!(
        traits_of(json!({ "type": "string", "min": 1, "max": 9 })),
        length
    );
    let range = json!({ "smithy.api#range": { "max": 0.5 } });
    assert_eq!(
        traits_of(json!({ "type": "double", "max": 0.5, "box": true })),
        range
    );
    let secret = json!({ "smithy.api#sensitive": {}, "smithy.api#pattern": "^[a-z]$" });
    assert_eq!(
        traits_of(json!({ "type": "string", "sensitive": true, "pattern": "[a-z]" })),
        secret
    );
    for (theirs, ours) in [
        ("iso8601", "date-time"),
        ("rfc822", "http-date"),
        ("unixTimestamp", "epoch-seconds"),
    ] {
        let traits = traits_of(json!({ "type": "timestamp", "timestampFormat": theirs }));
        assert_eq!(traits, json!({ "smithy.api#timestampFormat": ours }));
    }
    let since = json!({ "smithy.api#deprecated": { "since": "2020" } });
    assert_eq!(
        traits_of(json!({ "type": "string", "deprecated": true, "deprecatedSince": "2020" })),
        since
    );
}

#[test]
fn members_keep_the_order_of_the_source() {
    let imported = Source::new("json")
        .shapes(
            r#"{"It":{"type":"structure","required":["b","z"],"members":{"z":{"shape":"S"},"a":{"shape":"S"},
            "b":{"shape":"S"}}},"S":{"type":"string","enum":["z","y","x"]}}"#,
        )
        .import();
    let order = |names: [&str; 3]| {
        names.map(|name| imported.text.find(&format!("\"{name}\": {{")).unwrap())
    };
    assert!(order(["z", "a", "b"]).is_sorted());
    assert!(order(["y", "x", "x"]).is_sorted());
    assert_eq!(
        traits(&imported, "It"),
        json!({ "opsmith.botocore#requiredOrder": ["b", "z"] })
    );
    assert_eq!(
        traits(&imported, "It$b"),
        json!({ "smithy.api#required": {} })
    );
}

#[test]
fn enum_values_become_names() {
    let values = json!([
        "plain", "aws:kms", "2xlarge", "*", "a b-c", "a.b.c", "", "ends(x)"
    ]);
    let source = Source::new("json")
        .shapes(&json!({ "It": { "type": "string", "enum": values } }).to_string());
    let it = shape(&source.import(), "It");
    assert_eq!(it["type"], "enum");
    let members = it["members"].as_object().unwrap();
    let mut pairs: Vec<_> = members
        .iter()
        .map(|(name, member)| (name.as_str(), &member["traits"]))
        .collect();
    pairs.sort_by_key(|(name, _)| *name);
    let expected = [
        ("Value4", "*"),
        ("Value7", ""),
        ("_2xlarge", "2xlarge"),
        ("a_b_c", "a b-c"),
        ("a_b_c_2", "a.b.c"),
        ("aws_kms", "aws:kms"),
        ("ends_x_", "ends(x)"),
        ("plain", "plain"),
    ];
    assert_eq!(pairs.len(), expected.len());
    for ((name, traits), (expected_name, value)) in pairs.into_iter().zip(expected) {
        assert_eq!(
            (name, traits),
            (expected_name, &json!({ "smithy.api#enumValue": value }))
        );
    }
}

#[test]
fn patterns_speak_of_the_whole_value() {
    for (theirs, ours) in [
        ("[0-9]+", "^[0-9]+$"),
        ("^[0-9]+", "^[0-9]+$"),
        ("^[0-9]+$", "^[0-9]+$"),
        (r"cost\$", r"^cost\$$"),
        (".*", ".*"),
        (r".*\S.*", r".*\S.*"),
        (r"file\.*", r"^file\.*$"),
        ("a|b", "^(?:a|b)$"),
        ("^a$|^b$", "^(?:^a$|^b$)$"),
        ("(a|b)[|]", "^(a|b)[|]$"),
        (r"a\|b", r"^a\|b$"),
        (r"[\]|]", r"^[\]|]$"),
    ] {
        let traits = traits_of(json!({ "type": "string", "pattern": theirs }));
        assert_eq!(traits["smithy.api#pattern"], ours, "{theirs}");
    }
}

#[test]
fn errors() {
    let client = json!({ "smithy.api#error": "client" });
    assert_eq!(
        traits_of(json!({ "type": "structure", "exception": true })),
        client
    );
    let server = json!({ "smithy.api#error": "server" });
    assert_eq!(
        traits_of(json!({ "type": "structure", "exception": true, "fault": true })),
        server
    );
    let fault = traits_of(json!({ "type": "structure", "error": { "senderFault": false } }));
    assert_eq!(fault["smithy.api#error"], "server");
    let busy = traits_of(json!({
        "type": "structure", "exception": true, "error": { "httpStatusCode": 503 }, "retryable": { "throttling": true },
    }));
    let expected = json!({
        "smithy.api#error": "server", "smithy.api#httpError": 503, "smithy.api#retryable": { "throttling": true },
    });
    assert_eq!(busy, expected);
    let missing = traits_of(json!({
        "type": "structure", "error": { "httpStatusCode": 404, "senderFault": true }, "retryable": {},
    }));
    let expected = json!({ "smithy.api#error": "client", "smithy.api#httpError": 404, "smithy.api#retryable": {} });
    assert_eq!(missing, expected);
}

#[test]
fn error_codes_of_the_query_protocol() {
    let shapes = r#"{"Gone":{"type":"structure","exception":true,"error":{"code":"Gone.Away","httpStatusCode":410}}}"#;
    let query = Source::new("query").shapes(shapes).import();
    let expected = json!({ "code": "Gone.Away", "httpResponseCode": 410 });
    assert_eq!(
        traits(&query, "Gone")["aws.protocols#awsQueryError"],
        expected
    );
    let json = Source::new("json").shapes(shapes).import();
    assert!(traits(&json, "Gone")["aws.protocols#awsQueryError"].is_null());
    assert!(
        json.warnings[0]
            .to_string()
            .contains("shapes.Gone: the error code `Gone.Away`")
    );
}

#[test]
fn unions_event_streams_and_sparse_collections() {
    let imported = Source::new("rest-json")
        .shapes(
            r#"{"Choice":{"type":"structure","union":true,"members":{"one":{"shape":"S"}}},
            "Events":{"type":"structure","eventstream":true,"members":{"event":{"shape":"Event"}}},
            "Event":{"type":"structure","event":true,"members":{"head":{"shape":"S","eventheader":true},
                "body":{"shape":"B","eventpayload":true},"json":{"shape":"S","jsonvalue":true}}},
            "Holes":{"type":"list","member":{"shape":"S","jsonvalue":true},"sparse":true},
            "S":{"type":"string"},"B":{"type":"blob"}}"#,
        )
        .import();
    assert_eq!(shape(&imported, "Choice")["type"], "union");
    assert_eq!(shape(&imported, "Events")["type"], "union");
    assert_eq!(
        traits(&imported, "Events"),
        json!({ "smithy.api#streaming": {} })
    );
    assert_eq!(
        traits(&imported, "Event$head"),
        json!({ "smithy.api#eventHeader": {} })
    );
    assert_eq!(
        traits(&imported, "Event$body"),
        json!({ "smithy.api#eventPayload": {} })
    );
    assert_eq!(
        traits(&imported, "Event$json"),
        json!({ "opsmith.botocore#jsonValue": {} })
    );
    assert_eq!(
        traits(&imported, "Holes"),
        json!({ "smithy.api#sparse": {} })
    );
    assert_eq!(
        shape(&imported, "Holes")["member"]["traits"],
        json!({ "opsmith.botocore#jsonValue": {} })
    );
    assert_eq!(imported.warnings, []);
}

#[test]
fn json_in_a_header_is_a_document() {
    let imported = Source::new("rest-json")
        .shapes(
            r#"{"A":{"type":"structure","members":{"json":{"shape":"S","jsonvalue":true,"location":"header","locationName":"X-J"},
            "text":{"shape":"S"}}},"S":{"type":"string","max":9,"sensitive":true}}"#,
        )
        .import();
    let members = &shape(&imported, "A")["members"];
    assert_eq!(members["json"]["target"], "com.amazonaws.toybox#JsonS");
    assert_eq!(members["text"]["target"], "com.amazonaws.toybox#S");
    assert_eq!(shape(&imported, "JsonS")["type"], "document");
    let twin = json!({ "smithy.api#sensitive": {}, "smithy.api#mediaType": "application/json" });
    assert_eq!(traits(&imported, "JsonS"), twin);
}

#[test]
fn a_member_that_streams_targets_a_twin() {
    let imported = Source::new("rest-xml")
        .shapes(
            r#"{"A":{"type":"structure","members":{"body":{"shape":"B","streaming":true},"part":{"shape":"B"}}},
            "C":{"type":"structure","members":{"body":{"shape":"B","streaming":true}}},"B":{"type":"blob","max":9}}"#,
        )
        .import();
    let members = &shape(&imported, "A")["members"];
    assert_eq!(members["body"]["target"], "com.amazonaws.toybox#StreamingB");
    assert_eq!(members["part"]["target"], "com.amazonaws.toybox#B");
    assert_eq!(
        shape(&imported, "C")["members"]["body"]["target"],
        "com.amazonaws.toybox#StreamingB"
    );
    let twin = json!({ "smithy.api#streaming": {}, "smithy.api#length": { "max": 9 } });
    assert_eq!(traits(&imported, "StreamingB"), twin);
    assert_eq!(
        traits(&imported, "B"),
        json!({ "smithy.api#length": { "max": 9 } })
    );
}
