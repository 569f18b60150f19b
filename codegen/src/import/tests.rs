//! Small sources, one for each thing that the importer maps.

use serde_json::{Value, json};

use super::*;

/// A source under construction: what a test does not set is the least that makes a service.
struct Source {
    metadata: Value,
    operations: String,
    shapes: String,
    rest: String,
}

impl Source {
    fn new(protocol: &str) -> Self {
        let metadata = json!({
            "apiVersion": "2020-02-02", "endpointPrefix": "toy", "serviceId": "Toy Box", "signatureVersion": "v4",
            "protocol": protocol, "jsonVersion": "1.1",
        });
        Self {
            metadata,
            operations: "{}".to_owned(),
            shapes: "{}".to_owned(),
            rest: String::new(),
        }
    }

    fn metadata(mut self, entry: &str, value: Value) -> Self {
        self.metadata[entry] = value;
        self
    }

    /// The operations as text, since their order matters.
    fn operations(mut self, operations: &str) -> Self {
        self.operations = operations.to_owned();
        self
    }

    /// The shapes as text, since the order of members matters.
    fn shapes(mut self, shapes: &str) -> Self {
        self.shapes = shapes.to_owned();
        self
    }

    fn sources(&self) -> Sources {
        let Self {
            metadata,
            operations,
            shapes,
            rest,
        } = self;
        let text = format!(
            r#"{{"metadata":{metadata},"operations":{operations},"shapes":{shapes}{rest}}}"#
        );
        Sources {
            name: "toy/2020-02-02".to_owned(),
            service: file("service-2.json", &text),
            ..Sources::default()
        }
    }

    fn import(&self) -> Imported {
        botocore(&self.sources(), &Options::default()).unwrap()
    }

    fn problems(&self) -> String {
        botocore(&self.sources(), &Options::default())
            .unwrap_err()
            .to_string()
    }
}

fn file(name: &str, text: &str) -> File {
    File {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

/// A shape of the model by its name in the namespace.
fn shape(imported: &Imported, name: &str) -> Value {
    let model: Value = serde_json::from_str(&imported.text).unwrap();
    model["shapes"][format!("com.amazonaws.toybox#{name}")].clone()
}

/// The traits of a shape, or of a member written `Shape$member`.
fn traits(imported: &Imported, name: &str) -> Value {
    match name.split_once('$') {
        Some((name, member)) => shape(imported, name)["members"][member]["traits"].clone(),
        None => shape(imported, name)["traits"].clone(),
    }
}

/// The traits of one shape, given as the source has it.
fn traits_of(source: Value) -> Value {
    traits(
        &Source::new("json")
            .shapes(&json!({ "It": source }).to_string())
            .import(),
        "It",
    )
}

const OPERATIONS: &str = r#"{"Op":{"name":"Op","http":{"method":"POST","requestUri":"/"}}}"#;

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
    for (member, expected) in [
        (
            "In$Id",
            json!({ "smithy.api#httpLabel": {}, "smithy.api#required": {} }),
        ),
        ("In$Token", json!({ "smithy.api#httpHeader": "x-token" })),
        (
            "In$Metadata",
            json!({ "smithy.api#httpPrefixHeaders": "x-meta-" }),
        ),
        ("In$Page", json!({ "smithy.api#httpQuery": "page" })),
        ("In$Others", json!({ "smithy.api#httpQueryParams": {} })),
        ("In$Body", json!({ "smithy.api#httpPayload": {} })),
        ("Out$Status", json!({ "smithy.api#httpResponseCode": {} })),
        ("Out$Name", json!({ "smithy.api#jsonName": "wireName" })),
        ("Out$Same", Value::Null),
    ] {
        assert_eq!(traits(&imported, member), expected, "{member}");
    }
    assert_eq!(
        traits(&imported, "B"),
        json!({ "smithy.api#streaming": {}, "smithy.api#requiresLength": {} })
    );

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
            "List":{"type":"list","member":{"shape":"S","locationName":"item"}},
            "FlatList":{"type":"list","member":{"shape":"S","locationName":"One"},"flattened":true},
            "Map":{"type":"map","key":{"shape":"S","locationName":"K"},"value":{"shape":"S","locationName":"V"}},
            "S":{"type":"string"}}"#,
        )
        .import();
    let xsi = json!({ "uri": "https://xsi", "prefix": "xsi" });
    for (name, expected) in [
        (
            "In",
            json!({ "smithy.api#xmlName": "Root", "smithy.api#xmlNamespace": { "uri": "https://toy" } }),
        ),
        ("In$Plain", json!({ "smithy.api#xmlName": "Wire" })),
        (
            "In$Flat",
            json!({ "smithy.api#xmlName": "One", "smithy.api#xmlFlattened": {} }),
        ),
        (
            "In$FlatHere",
            json!({ "smithy.api#xmlName": "item", "smithy.api#xmlFlattened": {} }),
        ),
        (
            "In$FlatMap",
            json!({ "smithy.api#xmlName": "Entry", "smithy.api#xmlFlattened": {} }),
        ),
        (
            "In$Inherits",
            json!({ "smithy.api#xmlName": "IN-NER", "smithy.api#xmlNamespace": xsi }),
        ),
        ("In$Query", json!({ "aws.protocols#ec2QueryName": "Q" })),
        (
            "Inner",
            json!({ "smithy.api#xmlName": "IN-NER", "smithy.api#xmlNamespace": xsi }),
        ),
    ] {
        assert_eq!(traits(&imported, name), expected, "{name}");
    }
    assert_eq!(
        traits(&imported, "In$Type")["smithy.api#xmlAttribute"],
        json!({})
    );
    assert_eq!(
        traits(&imported, "In$Type")["smithy.api#xmlNamespace"],
        json!({ "uri": "https://a" })
    );
    assert_eq!(
        shape(&imported, "List")["member"]["traits"]["smithy.api#xmlName"],
        "item"
    );
    assert_eq!(
        shape(&imported, "Map")["key"]["traits"]["smithy.api#xmlName"],
        "K"
    );
    assert_eq!(
        shape(&imported, "Map")["value"]["traits"]["smithy.api#xmlName"],
        "V"
    );
}

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

/// The traits of an operation after its paginator was read.
fn paginated(paginator: Value) -> Value {
    let mut sources = Source::new("json").operations(OPERATIONS).sources();
    let text = json!({ "pagination": { "Op": paginator } }).to_string();
    sources.paginators = Some(file("paginators-1.json", &text));
    traits(&botocore(&sources, &Options::default()).unwrap(), "Op")
}

#[test]
fn paginators_in_smithys_words() {
    let source = json!({
        "input_token": "next", "output_token": "list.next", "limit_key": "size", "result_key": "list.items",
    });
    let expected = json!({
        "smithy.api#paginated":
            { "inputToken": "next", "outputToken": "list.next", "pageSize": "size", "items": "list.items" },
        "opsmith.botocore#paginator": source,
    });
    assert_eq!(paginated(source), expected);
}

#[test]
fn paginators_that_say_more_are_kept_whole() {
    let several = json!({
        "input_token": "next", "output_token": "next", "result_key": ["a", "b"], "more_results": "truncated",
        "non_aggregate_keys": ["c"],
    });
    let expected = json!({
        "smithy.api#paginated": { "inputToken": "next", "outputToken": "next" },
        "opsmith.botocore#paginator": several,
    });
    assert_eq!(paginated(several), expected);

    for token in [json!(["a", "b"]), json!("a || b[-1].c"), json!("")] {
        let source = json!({ "input_token": "a", "output_token": token });
        assert_eq!(
            paginated(source.clone()),
            json!({ "opsmith.botocore#paginator": source })
        );
    }
}

#[test]
fn waiters() {
    let mut sources = Source::new("json").operations(OPERATIONS).sources();
    let waiters = json!({ "version": 2, "waiters": {
        "Ready": { "operation": "Op", "delay": 15, "maxAttempts": 4, "description": "Prose.", "acceptors": [
            { "state": "success", "matcher": "path", "argument": "s", "expected": "ok" },
            { "state": "success", "matcher": "path", "argument": "d", "expected": true },
            { "state": "retry", "matcher": "pathAll", "argument": "l[]", "expected": "a" },
            { "state": "retry", "matcher": "pathAny", "argument": "l[]", "expected": "b" },
            { "state": "failure", "matcher": "error", "expected": "Gone" },
            { "state": "failure", "matcher": "error", "expected": true },
        ] },
        "Exists": { "operation": "Op", "delay": 1, "maxAttempts": 2, "acceptors": [
            { "state": "success", "matcher": "status", "expected": 200 },
        ] },
    } });
    sources.waiters = Some(file("waiters-2.json", &waiters.to_string()));
    let imported = botocore(&sources, &Options::default()).unwrap();
    assert_eq!(imported.warnings, []);
    let output = |path: &str, expected: &str, comparator: &str| json!({ "output": { "path": path, "expected": expected, "comparator": comparator } });
    let acceptors = json!([
        { "state": "success", "matcher": output("s", "ok", "stringEquals") },
        { "state": "success", "matcher": output("d", "true", "booleanEquals") },
        { "state": "retry", "matcher": output("l[]", "a", "allStringEquals") },
        { "state": "retry", "matcher": output("l[]", "b", "anyStringEquals") },
        { "state": "failure", "matcher": { "errorType": "Gone" } },
        { "state": "failure", "matcher": { "success": false } },
    ]);
    let traits = traits(&imported, "Op");
    let expected = json!({ "Ready": { "acceptors": acceptors, "minDelay": 15, "maxDelay": 15 } });
    assert_eq!(traits["smithy.waiters#waitable"], expected);
    let whole = &traits["opsmith.botocore#waiters"];
    assert_eq!(whole["Ready"]["maxAttempts"], 4);
    assert_eq!(
        whole["Ready"]["acceptors"],
        waiters["waiters"]["Ready"]["acceptors"]
    );
    assert_eq!(
        whole["Exists"],
        waiters["waiters"]["Exists"]
            .as_object()
            .map(without_operation)
            .unwrap()
    );
}

fn without_operation(waiter: &serde_json::Map<String, Value>) -> Value {
    waiter
        .iter()
        .filter(|(key, _)| *key != "operation")
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

#[test]
fn sentences_are_taken_on_request_only() {
    let mut source = Source::new("json")
        .operations(
            r#"{"Op":{"http":{"method":"POST","requestUri":"/"},"documentation":"Prose.","deprecated":true,
            "deprecatedMessage":"Prose."}}"#,
        )
        .shapes(
            r#"{"It":{"type":"structure","documentation":"Prose.","members":{
            "documentation":{"shape":"L","documentation":"Prose."}}},
            "L":{"type":"list","member":{"shape":"It","documentation":"Prose."}}}"#,
        );
    source.rest = r#","documentation":"Prose.","clientContextParams":{"A":{"type":"string","documentation":"Prose."}}"#
        .to_owned();
    let mut sources = source.sources();
    let rules = r#"{"parameters":{"documentation":{"type":"string","documentation":"Prose."}},"rules":[{"documentation":"Prose."}]}"#;
    sources.endpoint_rules = Some(file("endpoint-rule-set-1.json", rules));

    let facts = botocore(&sources, &Options::default()).unwrap();
    assert!(!facts.text.contains("Prose."), "{}", facts.text);
    let expected =
        json!({ "parameters": { "documentation": { "type": "String" } }, "rules": [{}] });
    assert_eq!(
        traits(&facts, "ToyBox")["smithy.rules#endpointRuleSet"],
        expected
    );
    let expected = json!({ "A": { "type": "string" } });
    assert_eq!(
        traits(&facts, "ToyBox")["smithy.rules#clientContextParams"],
        expected
    );
    assert_eq!(
        shape(&facts, "It")["members"]["documentation"],
        json!({ "target": "com.amazonaws.toybox#L" })
    );

    let all = botocore(
        &sources,
        &Options {
            documentation: true,
            ..Options::default()
        },
    )
    .unwrap();
    assert_eq!(all.text.matches("Prose.").count(), 9);
}

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

#[test]
fn partitions_are_sorted_and_otherwise_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("partitions.json");
    std::fs::write(
        &path,
        r#"{"version":"1.1","partitions":[{"id":"aws","regions":{"b":{},"a":{}}}]}"#,
    )
    .unwrap();
    let text = partitions(&path).unwrap();
    let expected = json!({ "partitions": [{ "id": "aws", "regions": { "a": {}, "b": {} } }], "version": "1.1" });
    assert_eq!(text, format!("{expected:#}\n"));

    std::fs::write(&path, r#"{"partitions":[]}"#).unwrap();
    let message = partitions(&path).unwrap_err().to_string();
    assert!(
        message.contains("partitions: a list of partitions is missing"),
        "{message}"
    );
    assert!(
        partitions(&folder.path().join("none"))
            .unwrap_err()
            .to_string()
            .contains("cannot be read")
    );
}
