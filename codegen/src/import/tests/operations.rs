//! Operations: their traits, and where their members are in a message.

use super::{Source, shape, traits};
use crate::import::Imported;
use serde_json::{Value, json};

#[test]
fn authentication_of_operations() {
    let imported = Source::new("json")
        .operations(
            r#"{
            "None":{"http":{"method":"POST","requestUri":"/"},"auth":["smithy.api#noAuth"],"authtype":"none"},
            "Old":{"http":{"method":"POST","requestUri":"/"},"authtype":"none"},
            "Either":{"http":{"method":"POST","requestUri":"/"},"auth":["aws.auth#sigv4","smithy.api#noAuth"]},
            "Bearer":{"http":{"method":"POST","requestUri":"/"},"authtype":"bearer"},
            "Unsigned":{"http":{"method":"POST","requestUri":"/"},"authtype":"v4-unsigned-body"}}"#,
        )
        .import();
    let anonymous = json!({ "smithy.api#auth": [], "smithy.api#optionalAuth": {} });
    assert_eq!(traits(&imported, "None"), anonymous);
    assert_eq!(traits(&imported, "Old"), anonymous);
    let either = json!({ "smithy.api#auth": ["aws.auth#sigv4"], "smithy.api#optionalAuth": {} });
    assert_eq!(traits(&imported, "Either"), either);
    assert_eq!(
        traits(&imported, "Bearer"),
        json!({ "smithy.api#auth": ["smithy.api#httpBearerAuth"] })
    );
    assert_eq!(
        traits(&imported, "Unsigned"),
        json!({ "aws.auth#unsignedPayload": {} })
    );
}

#[test]
fn every_trait_of_an_operation() {
    let imported = Source::new("json")
        .operations(
            r#"{"Op":{"http":{"method":"POST","requestUri":"/"},"input":{"shape":"In"},"errors":[{"shape":"Err"}],
            "deprecated":true,"deprecatedSince":"2020","idempotent":true,"readonly":true,
            "endpoint":{"hostPrefix":"{id}.data-"},"endpointdiscovery":{"required":true},"endpointoperation":true,
            "httpChecksum":{"requestChecksumRequired":true},"httpChecksumRequired":true,
            "requestcompression":{"encodings":["gzip"]},"staticContextParams":{"A":{"value":true}},
            "operationContextParams":{"B":{"path":"keys(x)"}},"unsignedPayload":true}}"#,
        )
        .shapes(
            r#"{"In":{"type":"structure","members":{"id":{"shape":"Id","hostLabel":true,"idempotencyToken":true,
            "contextParam":{"name":"Id"}}}},"Id":{"type":"string"},"Err":{"type":"structure","exception":true}}"#,
        )
        .import();
    let expected = json!({
        "aws.api#clientDiscoveredEndpoint": { "required": true },
        "aws.auth#unsignedPayload": {},
        "aws.protocols#httpChecksum": { "requestChecksumRequired": true },
        "smithy.api#deprecated": { "since": "2020" },
        "smithy.api#endpoint": { "hostPrefix": "{id}.data-" },
        "smithy.api#httpChecksumRequired": {},
        "smithy.api#idempotent": {},
        "smithy.api#readonly": {},
        "smithy.api#requestCompression": { "encodings": ["gzip"] },
        "smithy.rules#operationContextParams": { "B": { "path": "keys(x)" } },
        "smithy.rules#staticContextParams": { "A": { "value": true } },
    });
    assert_eq!(traits(&imported, "Op"), expected);
    assert_eq!(
        shape(&imported, "Op")["errors"],
        json!([{ "target": "com.amazonaws.toybox#Err" }])
    );
    let discovery = json!({ "operation": "com.amazonaws.toybox#Op" });
    assert_eq!(
        traits(&imported, "ToyBox")["aws.api#clientEndpointDiscovery"],
        discovery
    );
    let expected = json!({
        "smithy.api#hostLabel": {}, "smithy.api#idempotencyToken": {}, "smithy.rules#contextParam": { "name": "Id" },
    });
    assert_eq!(traits(&imported, "In$id"), expected);
}

#[test]
fn http_bindings() {
    let source = Source::new("rest-json")
        .operations(
            r#"{"Op":{"http":{"method":"PUT","requestUri":"/a/{wire-id}/{Rest+}?x=1","responseCode":202},
            "input":{"shape":"In"},"output":{"shape":"Out"}}}"#,
        )
        .shapes(
            r#"{"In":{"type":"structure","required":["Id","Rest"],"payload":"Body","members":{
                "Id":{"shape":"S","location":"uri","locationName":"wire-id"},
                "Rest":{"shape":"S","location":"uri"},
                "Token":{"shape":"S","location":"header","locationName":"x-token"},
                "Metadata":{"shape":"M","location":"headers","locationName":"x-meta-"},
                "Page":{"shape":"S","location":"querystring","locationName":"page"},
                "Others":{"shape":"M","location":"querystring"},
                "Body":{"shape":"B"}}},
            "Out":{"type":"structure","members":{
                "Status":{"shape":"I","location":"statusCode"},
                "Name":{"shape":"S","locationName":"wireName"},
                "Same":{"shape":"S","locationName":"Same"}}},
            "S":{"type":"string"},"M":{"type":"map","key":{"shape":"S"},"value":{"shape":"S"}},
            "B":{"type":"blob","streaming":true,"requiresLength":true},"I":{"type":"integer"}}"#,
        );
    let imported = source.import();
    let http = json!({ "method": "PUT", "uri": "/a/{Id}/{Rest+}?x=1", "code": 202 });
    assert_eq!(traits(&imported, "Op")["smithy.api#http"], http);
    let expected = json!({
        "In$Id": { "smithy.api#httpLabel": {}, "smithy.api#required": {} },
        "In$Token": { "smithy.api#httpHeader": "x-token" },
        "In$Metadata": { "smithy.api#httpPrefixHeaders": "x-meta-" },
        "In$Page": { "smithy.api#httpQuery": "page" },
        "In$Others": { "smithy.api#httpQueryParams": {} },
        "In$Body": { "smithy.api#httpPayload": {} },
        "Out$Status": { "smithy.api#httpResponseCode": {} },
        "Out$Name": { "smithy.api#jsonName": "wireName" },
        "Out$Same": null,
        "B": { "smithy.api#streaming": {}, "smithy.api#requiresLength": {} },
    });
    assert_traits(&imported, &expected);

    let wrong = source.operations(
        r#"{"Op":{"http":{"method":"PUT","requestUri":"/{Nobody}"},"input":{"shape":"In"}},
            "Two":{"http":{"method":"GET","requestUri":"/{Id"}}}"#,
    );
    assert!(
        wrong
            .problems()
            .contains("operations.Op: no member of the input is in the path as `Nobody`")
    );
}

#[test]
fn a_binding_that_is_not_the_usual_one_is_kept_without_rest() {
    let operations = r#"{"Op":{"http":{"method":"POST","requestUri":"/?Operation=Op"}}}"#;
    let http = json!({ "method": "POST", "uri": "/?Operation=Op", "code": 200 });
    assert_eq!(
        traits(&Source::new("query").operations(operations).import(), "Op")["smithy.api#http"],
        http
    );
}

#[test]
fn xml_names() {
    let imported = Source::new("rest-xml")
        .operations(
            r#"{"Op":{"http":{"method":"POST","requestUri":"/"},"input":{"shape":"In","locationName":"Root",
            "xmlNamespace":{"uri":"https://toy"}}}}"#,
        )
        .shapes(
            r#"{"In":{"type":"structure","members":{
                "Plain":{"shape":"List","locationName":"Wire"},
                "Flat":{"shape":"FlatList","locationName":"ignored"},
                "FlatHere":{"shape":"List","flattened":true},
                "FlatMap":{"shape":"Map","locationName":"Entry","flattened":true},
                "Inherits":{"shape":"Inner"},
                "Type":{"shape":"S","locationName":"xsi:type","xmlAttribute":true,"xmlNamespace":"https://a"},
                "Query":{"shape":"S","queryName":"Q"}}},
            "Inner":{"type":"structure","locationName":"IN-NER","members":{},
                "xmlNamespace":{"prefix":"xsi","uri":"https://xsi"}},
            "Whole":{"type":"structure","payload":"Body","members":{"Body":{"shape":"In","locationName":"Body"},
                "Other":{"shape":"S","location":"header","locationName":"Other"}}},
            "Unnamed":{"type":"structure","payload":"Body","members":{"Body":{"shape":"In"}}},
            "List":{"type":"list","member":{"shape":"S","locationName":"item"}},
            "FlatList":{"type":"list","member":{"shape":"S","locationName":"One"},"flattened":true},
            "Map":{"type":"map","key":{"shape":"S","locationName":"K"},"value":{"shape":"S","locationName":"V"}},
            "S":{"type":"string"}}"#,
        )
        .import();
    let expected = json!({
        "In": { "smithy.api#xmlName": "Root", "smithy.api#xmlNamespace": { "uri": "https://toy" } },
        "In$Plain": { "smithy.api#xmlName": "Wire" },
        "In$Flat": { "smithy.api#xmlName": "One", "smithy.api#xmlFlattened": {} },
        "In$FlatHere": { "smithy.api#xmlFlattened": {} },
        "In$FlatMap": { "smithy.api#xmlName": "Entry", "smithy.api#xmlFlattened": {} },
        "In$Inherits": {
            "smithy.api#xmlName": "IN-NER", "smithy.api#xmlNamespace": { "uri": "https://xsi", "prefix": "xsi" },
        },
        "In$Query": { "aws.protocols#ec2QueryName": "Q" },
        "Whole$Body": { "smithy.api#httpPayload": {}, "smithy.api#xmlName": "Body" },
        "Unnamed$Body": { "smithy.api#httpPayload": {} },
        "Inner": {
            "smithy.api#xmlName": "IN-NER", "smithy.api#xmlNamespace": { "uri": "https://xsi", "prefix": "xsi" },
        },
    });
    assert_traits(&imported, &expected);
    let r#type = traits(&imported, "In$Type");
    assert_eq!(r#type["smithy.api#xmlAttribute"], json!({}));
    let namespace = json!({ "uri": "https://a" });
    assert_eq!(r#type["smithy.api#xmlNamespace"], namespace);
    for (name, part, expected) in [
        ("List", "member", "item"),
        ("Map", "key", "K"),
        ("Map", "value", "V"),
    ] {
        let found = &shape(&imported, name)[part]["traits"]["smithy.api#xmlName"];
        assert_eq!(found, expected, "{name}, {part}");
    }
}

/// Shapes and members by name, with all their traits.
fn assert_traits(imported: &Imported, expected: &Value) {
    for (name, expected) in expected.as_object().unwrap() {
        assert_eq!(&traits(imported, name), expected, "{name}");
    }
}
