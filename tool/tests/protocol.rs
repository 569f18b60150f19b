//! The published cases of AWS JSON 1.0 (botocore's format), with a schema made from the model in
//! each.

#[path = "../../tests/support/skipped.rs"]
mod skipped;

use opsmith_codegen::Generator;
use opsmith_runtime::document::Document;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::{Request, Response};
use opsmith_runtime::schema::{Kind, Service, ShapeIndex};
use opsmith_runtime::visit::{DocumentBuilder, TypedDocument};
use opsmith_runtime::{Client, Error, Timestamp};
use serde_json::{Map, Value, json};
use skipped::skipped;
use std::fs;
use std::path::Path;

/// Cases that do not hold, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "AwsJson10HostWithPath",
        "a URL's path stays as it was given, as with the AWS CLI",
    ),
    (
        "SDKAppliedContentEncoding_awsJson1_0",
        "requests are not compressed",
    ),
    (
        "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0",
        "requests are not compressed",
    ),
];

/// Runs the cases of a kind, and requires that at least this number of them pass.
fn cases(
    kind: &str,
    least: usize,
    run: fn(&'static Service<'static>, &Value, &Value) -> Result<(), String>,
) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../../shared/protocol-tests/{kind}/json_1_0.json"));
    let Ok(text) = fs::read(&file) else {
        return skipped("../shared/protocol-tests does not exist");
    };
    let suites: Value = serde_json::from_slice(&text).expect("JSON");
    let mut held = 0;
    let mut excepted = 0;
    let mut wrong = Vec::new();
    for suite in suites.as_array().expect("suites") {
        for case in suite["cases"].as_array().expect("cases") {
            let id = case["id"].as_str().expect("an id");
            let expected = EXCEPTIONS.iter().find(|(name, _)| *name == id);
            match (run(service(suite, case), suite, case), expected) {
                (Ok(()), None) => held += 1,
                (Err(_), Some((_, reason))) => {
                    excepted += 1;
                    println!("{id} does not hold: {reason}");
                }
                (Ok(()), Some(_)) => wrong.push(format!("{id} holds: it is no exception")),
                (Err(problem), None) => wrong.push(format!("{id}: {problem}")),
            }
        }
    }
    println!("{kind}: {held} cases hold, {excepted} are exceptions");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(held >= least);
}

/// The schema of a case's model, imported as any service of botocore's is.
fn service(suite: &Value, case: &Value) -> &'static Service<'static> {
    let mut metadata = suite["metadata"].clone();
    let more = json!({ "serviceId": "Json Cases", "endpointPrefix": "cases", "signatureVersion": "v4", "uid": "cases" });
    metadata
        .as_object_mut()
        .expect("metadata")
        .extend(more.as_object().cloned().expect("an object"));
    let name = case["given"]["name"].as_str().expect("a name");
    let operations: Map<_, _> = [(name.to_owned(), case["given"].clone())]
        .into_iter()
        .collect();
    let model = json!({ "version": "2.0", "metadata": metadata, "operations": operations, "shapes": suite["shapes"] });
    let folder = tempfile::tempdir().expect("a folder");
    let version = folder.path().join("cases/2020-07-14");
    fs::create_dir_all(&version).expect("a folder");
    fs::write(version.join("service-2.json"), model.to_string()).expect("a file");
    let lowered = Generator::new(version)
        .lower(Box::leak(Box::default()))
        .unwrap_or_else(|error| panic!("{error}"));
    lowered.commands.service
}

/// The result of a call of the case's operation, and its request.
fn call(
    service: &'static Service<'static>,
    suite: &Value,
    input: &Value,
    answer: Answer,
) -> (Result<Document, Error>, Request) {
    let fake = Fake::answering(answer);
    let url = suite["clientEndpoint"]
        .as_str()
        .unwrap_or("https://cases.example");
    let client = Client::new(service, fake.config().endpoint_url(url).max_attempts(1));
    let operation = &service.operations[0];
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let result = runtime.block_on(async {
        let input = operation
            .input
            .map(|shape| (document(service, shape, input), shape));
        let prepared = match &input {
            Some((document, shape)) => client.prepare(
                operation.name,
                &TypedDocument {
                    document,
                    service,
                    shape: *shape,
                },
            )?,
            None => client.prepare(operation.name, &())?,
        };
        let response = client.send(prepared).await?;
        let Some(shape) = operation.output else {
            return Ok(Document::Null);
        };
        let builder = DocumentBuilder::new(service, shape);
        Ok(client.read(operation, &response, builder)?.finish())
    });
    (
        result,
        fake.requests().into_iter().next().expect("a request"),
    )
}

/// A value as the cases write it: bytes as text, points in time as numbers, and numbers that are
/// none by name.
fn document(service: &Service<'_>, shape: ShapeIndex, value: &Value) -> Document {
    let row = service.shape(shape);
    let target = |name: &str| {
        let known = row.kind == Kind::Structure || row.kind == Kind::Union;
        let member = if known {
            row.members.iter().find(|member| member.name == name)
        } else {
            row.members.last()
        };
        member.expect("a member").target
    };
    match (row.kind, value) {
        (_, Value::Object(map)) => {
            let entries = map
                .iter()
                .map(|(name, value)| (name.clone(), document(service, target(name), value)));
            Document::Map(entries.collect())
        }
        (_, Value::Array(list)) => Document::List(
            list.iter()
                .map(|value| document(service, target("member"), value))
                .collect(),
        ),
        (Kind::Blob, Value::String(text)) => Document::Blob(text.as_bytes().to_vec()),
        (Kind::Timestamp, Value::Number(seconds)) => Document::Timestamp(
            Timestamp::from_epoch(seconds.as_f64().expect("seconds")).expect("a time"),
        ),
        (Kind::Float | Kind::Double, Value::String(text)) => {
            Document::Float(text.parse().expect("a number"))
        }
        (_, Value::String(text)) => text.as_str().into(),
        (_, Value::Bool(value)) => Document::Boolean(*value),
        (_, Value::Number(number)) => {
            Document::Integer(number.as_i64().expect("an integer").into())
        }
        (kind, value) => panic!("{kind:?}: {value}"),
    }
}

#[test]
fn requests_are_those_of_the_cases() {
    cases("input", 18, |service, suite, case| {
        let (_, request) = call(service, suite, &case["params"], Answer::new(200, "{}"));
        let expected = &case["serialized"];
        let host = expected["host"].as_str().unwrap_or("cases.example");
        let host = host.split_once('/').map_or(host, |(host, _)| host);
        same(
            "URL",
            request.url.as_str(),
            &format!(
                "https://{host}{}",
                expected["uri"].as_str().expect("a path")
            ),
        )?;
        same(
            "method",
            request.method,
            expected["method"].as_str().expect("a method"),
        )?;
        let body =
            |text: &[u8]| serde_json::from_slice::<Value>(text).map_err(|error| error.to_string());
        if let Some(expected) = expected["body"].as_str() {
            same(
                "body",
                &body(request.body.as_bytes().expect("bytes"))?,
                &body(expected.as_bytes())?,
            )?;
        }
        for (name, value) in expected["headers"].as_object().into_iter().flatten() {
            let found = request
                .headers
                .iter()
                .find(|(found, _)| found.eq_ignore_ascii_case(name));
            same(name, &found.map(|(_, value)| &**value), &value.as_str())?;
        }
        Ok(())
    });
}

#[test]
fn answers_are_read_as_in_the_cases() {
    cases("output", 31, |service, suite, case| {
        let response = &case["response"];
        let headers = response["headers"].as_object().into_iter().flatten();
        let header = |(name, value): (&String, &Value)| {
            (
                name.to_lowercase().into(),
                value.as_str().expect("text").to_owned().into(),
            )
        };
        let status = response["status_code"]
            .as_u64()
            .and_then(|status| status.try_into().ok())
            .expect("a status");
        let body = response["body"].as_str().unwrap_or_default().to_owned();
        let mut response = Response::new(status, body.into());
        response.headers = headers.map(header).collect();
        let (result, _) = call(service, suite, &json!({}), Answer::Response(response));
        let operation = &service.operations[0];
        let Some(code) = case["errorCode"].as_str() else {
            let expected = operation.output.map_or(Document::Null, |shape| {
                document(service, shape, &case["result"])
            });
            return same_document(&result.map_err(|error| error.to_string())?, &expected);
        };
        let Err(Error::Service(error)) = result else {
            return Err(format!("no error of the service: {result:?}"));
        };
        same("code", error.code.as_str(), code)?;
        if let Some(message) = case["errorMessage"].as_str() {
            same("message", error.message.as_str(), message)?;
        }
        match (
            error.details,
            document(service, operation.errors[0], &case["error"]),
        ) {
            (Document::Null, Document::Map(none)) if none.is_empty() => Ok(()),
            (found, expected) => same_document(&found, &expected),
        }
    });
}

fn same<T: PartialEq + std::fmt::Debug + ?Sized>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), String> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{what}: {found:?}, expected {expected:?}"))
    }
}

/// NaNs are equal here.
fn same_document(found: &Document, expected: &Document) -> Result<(), String> {
    let same_member = |found: &Document, expected: Option<&Document>| match (found, expected) {
        (Document::Float(found), Some(Document::Float(expected))) => {
            found.to_string() == expected.to_string()
        }
        (found, expected) => Some(found) == expected,
    };
    let holds = match (found, expected) {
        (Document::Map(found), Document::Map(expected)) => {
            found.len() == expected.len()
                && found
                    .iter()
                    .all(|(name, value)| same_member(value, expected.get(name)))
        }
        _ => found == expected,
    };
    if holds {
        Ok(())
    } else {
        Err(format!("{found:?}, expected {expected:?}"))
    }
}
