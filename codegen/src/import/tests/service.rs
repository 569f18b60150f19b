//! The service: names, protocols, authentication, where the model is from.

use super::{OPERATIONS, Source, shape, traits};
use crate::import::{Options, botocore};
use serde_json::{Value, json};

#[test]
fn the_service_carries_names_protocol_and_authentication() {
    let source = Source::new("json")
        .operations(OPERATIONS)
        .metadata("uid", json!("toy-box-2020-02-02"));
    let source = source
        .metadata("serviceFullName", json!("The Toy Box"))
        .metadata("targetPrefix", json!("Toys_2020"));
    let imported = source
        .metadata("xmlNamespace", json!("https://toy"))
        .import();
    let expected = json!({
        "type": "service",
        "version": "2020-02-02",
        "operations": [{ "target": "com.amazonaws.toybox#Op" }],
        "traits": {
            "aws.api#service": { "sdkId": "Toy Box", "endpointPrefix": "toy", "docId": "toy-box-2020-02-02" },
            "aws.auth#sigv4": { "name": "toy" },
            "aws.protocols#awsJson1_1": {},
            "opsmith.botocore#command": "toy",
            "smithy.api#title": "The Toy Box",
            "smithy.api#xmlNamespace": { "uri": "https://toy" },
        },
    });
    assert_eq!(shape(&imported, "Toys_2020"), expected);
    let unit = json!({ "target": "smithy.api#Unit" });
    assert_eq!(
        shape(&imported, "Op"),
        json!({ "type": "operation", "input": unit, "output": unit })
    );
    assert_eq!(imported.warnings, []);
}

#[test]
fn the_metadata_says_where_the_model_is_from() {
    let options = Options {
        source: "botocore 9.9.9".to_owned(),
        date: "2030-01-02".to_owned(),
        documentation: false,
    };
    let imported = botocore(&Source::new("json").sources(), &options).unwrap();
    let model: Value = serde_json::from_str(&imported.text).unwrap();
    assert_eq!(model["smithy"], "2.0");
    let provenance =
        json!({ "source": "botocore 9.9.9", "date": "2030-01-02", "path": "toy/2020-02-02" });
    assert_eq!(model["metadata"]["opsmith"], provenance);
}

#[test]
fn all_protocols_are_recorded() {
    let names = [
        "smithy-rpc-v2-cbor",
        "json",
        "rest-json",
        "rest-xml",
        "query",
        "ec2",
    ];
    let source = Source::new("query")
        .metadata("protocols", json!(names))
        .metadata("jsonVersion", json!("1.0"));
    let settings = source.metadata("protocolSettings", json!({ "h2": "eventstream" }));
    let imported = settings.metadata("awsQueryCompatible", json!({})).import();
    let traits = traits(&imported, "ToyBox");
    let http = json!({ "http": ["http/1.1", "h2"], "eventStreamHttp": ["h2"] });
    for id in ["awsJson1_0", "restJson1", "restXml", "awsQuery", "ec2Query"] {
        assert_eq!(traits[format!("aws.protocols#{id}")], http, "{id}");
    }
    assert_eq!(traits["smithy.protocols#rpcv2Cbor"], http);
    assert_eq!(traits["aws.protocols#awsQueryCompatible"], json!({}));
    assert!(traits["aws.protocols#awsJson1_1"].is_null());

    assert!(
        Source::new("soap")
            .problems()
            .contains("metadata.protocols: protocol `soap` is not supported")
    );
    let unversioned = Source::new("json").metadata("jsonVersion", Value::Null);
    assert!(unversioned.problems().contains("metadata.jsonVersion"));
}

#[test]
fn authentication_of_the_service() {
    let service = |source: Source| traits(&source.import(), "ToyBox");
    let both = service(
        Source::new("json")
            .metadata(
                "auth",
                json!(["smithy.api#httpBearerAuth", "aws.auth#sigv4"]),
            )
            .metadata("signingName", json!("toys")),
    );
    assert_eq!(both["aws.auth#sigv4"]["name"], "toys");
    assert_eq!(both["smithy.api#httpBearerAuth"], json!({}));
    assert_eq!(
        both["smithy.api#auth"],
        json!(["smithy.api#httpBearerAuth", "aws.auth#sigv4"])
    );

    let bearer = service(Source::new("json").metadata("signatureVersion", json!("bearer")));
    assert!(bearer["smithy.api#httpBearerAuth"].is_object() && bearer["aws.auth#sigv4"].is_null());
    let old = service(Source::new("json").metadata("signatureVersion", json!("v2")));
    assert_eq!(old["opsmith.botocore#signatureVersion"], "v2");
    assert!(old["aws.auth#sigv4"].is_null());

    let strange = Source::new("json")
        .metadata("auth", json!(["toy#handshake"]))
        .import();
    assert!(
        strange.warnings[0]
            .to_string()
            .contains("metadata.auth: `toy#handshake`")
    );
}

#[test]
fn names_that_are_taken_change() {
    let imported = Source::new("json")
        .metadata("targetPrefix", json!("com.toys.v1.Box"))
        .operations(OPERATIONS)
        .shapes(
            r#"{"Op":{"type":"structure","members":{"it":{"shape":"Op"}}},"OpShape":{"type":"string"},
                "Box":{"type":"string"}}"#,
        )
        .import();
    assert_eq!(shape(&imported, "Op")["type"], "operation");
    assert_eq!(shape(&imported, "OpShape")["type"], "string");
    assert_eq!(
        shape(&imported, "OpShape_")["members"]["it"]["target"],
        "com.amazonaws.toybox#OpShape_"
    );
    assert_eq!(shape(&imported, "Box")["type"], "string");
    assert_eq!(
        shape(&imported, "BoxService")["traits"]["opsmith.botocore#targetPrefix"],
        "com.toys.v1.Box"
    );
}
