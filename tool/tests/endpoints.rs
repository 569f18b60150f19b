//! The published cases of endpoint rules, through whole calls: settings, credentials and input lead
//! to a URL and a scope.

#[path = "../../tests/support/skipped.rs"]
mod skipped;

use opsmith_codegen::Generator;
use opsmith_runtime::config::Env;
use opsmith_runtime::config::{Loader, Settings};
use opsmith_runtime::document::Document;
use opsmith_runtime::fake::Fake;
use opsmith_runtime::http::Request;
use opsmith_runtime::schema::{Service, ShapeIndex};
use opsmith_runtime::validate::Mode;
use opsmith_runtime::visit::{DocumentBuilder, TypedDocument};
use opsmith_runtime::{Client, Error};
use serde_json::{Map, Value, json};
use skipped::skipped;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// The parameters that a client sets by itself, with the variables that configure them.
const BUILT_IN: &[(&str, &str, &str)] = &[
    ("AWS::Region", "Region", "AWS_REGION"),
    ("AWS::UseFIPS", "UseFIPS", "AWS_USE_FIPS_ENDPOINT"),
    (
        "AWS::UseDualStack",
        "UseDualStack",
        "AWS_USE_DUALSTACK_ENDPOINT",
    ),
    ("AWS::Auth::AccountId", "AccountId", "AWS_ACCOUNT_ID"),
    (
        "AWS::Auth::AccountIdEndpointMode",
        "AccountIdEndpointMode",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    ),
    ("SDK::Endpoint", "Endpoint", "AWS_ENDPOINT_URL"),
];

#[test]
fn published_cases_of_all_json_services() {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/models/aws-smithy-2025-04.tar.zst");
    if !archive.exists() {
        return skipped("../shared/models does not exist");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let unpacked = Command::new("tar")
        .arg("--zstd")
        .arg("-xf")
        .arg(&archive)
        .arg("-C")
        .arg(folder.path())
        .status();
    assert!(unpacked.expect("tar").success());
    let mut files = Vec::new();
    models(folder.path(), &mut files);
    let mut services = 0;
    let mut held = 0;
    let mut left = 0;
    let mut wrong = Vec::new();
    for file in files {
        let Some(cases) = cases(&file) else { continue };
        services += 1;
        for case in &cases {
            match case.verdict() {
                None => left += 1,
                Some(Ok(())) => held += 1,
                Some(Err(problem)) => wrong.push(format!("{}: {problem}", file.display())),
            }
        }
    }
    println!(
        "{held} cases of {services} services hold; {left} can't be calls of a client with settings like the AWS CLI's"
    );
    assert!(
        wrong.is_empty(),
        "{} are wrong:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
    assert!(
        services > 140 && held > 5_000,
        "{services} services, {held} cases"
    );
}

/// The JSON files below a folder.
fn models(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => models(&path, found),
            false
                if path
                    .extension()
                    .is_some_and(|extension| extension == "json") =>
            {
                found.push(path)
            }
            false => {}
        }
    }
}

/// One case: an operation with parameters, and the expected endpoint.
struct Case {
    service: &'static Service<'static>,
    operation: &'static str,
    input: Value,
    /// Values of parameters that a client sets by itself, by variable; `None` if the case has
    /// others.
    variables: Option<Vec<(&'static str, String)>>,
    expected: Value,
}

/// The cases of a model that speaks AWS JSON.
fn cases(file: &Path) -> Option<Vec<Case>> {
    let model: Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
    let shapes = model["shapes"].as_object()?;
    let service = shapes.values().find(|shape| shape["type"] == "service")?;
    let traits = service["traits"].as_object()?;
    if !traits.contains_key("aws.protocols#awsJson1_0")
        && !traits.contains_key("aws.protocols#awsJson1_1")
    {
        return None;
    }
    let cases = traits.get("smithy.rules#endpointTests")?["testCases"].as_array()?;
    // Cases without an operation use any whose input does not change the address.
    let local = |id: &str| id.split_once('#').map_or(id, |(_, name)| name).to_owned();
    let mut plain = shapes.iter().filter(|(_, shape)| {
        shape["type"] == "operation" && !shape["traits"].to_string().contains("smithy.api#endpoint")
    });
    let named = |case: &Value| {
        Some(
            case["operationInputs"][0]["operationName"]
                .as_str()?
                .to_owned(),
        )
    };
    let usual = plain.next().map(|(id, _)| local(id))?;
    let mut operations: Vec<_> = cases
        .iter()
        .filter_map(named)
        .chain([usual.clone()])
        .collect();
    operations.sort();
    operations.dedup();
    let lowered = Generator::new(file)
        .operations(operations)
        .lower(Box::leak(Box::default()))
        .unwrap_or_else(|error| panic!("{error}"));
    let service = lowered.commands.service;
    let read = |case: &Value| {
        let given = &case["operationInputs"][0];
        let name = named(case).unwrap_or_else(|| usual.clone());
        let variables = match given["builtInParams"].as_object() {
            Some(given) => variables(given, |(built_in, _, _)| built_in),
            None => variables(
                case["params"].as_object().unwrap_or(&Map::new()),
                |(_, name, _)| name,
            ),
        };
        Case {
            service,
            operation: service.operation(&name).expect("an operation").name,
            input: if given["operationParams"].is_null() {
                json!({})
            } else {
                given["operationParams"].clone()
            },
            variables,
            expected: case["expect"].clone(),
        }
    };
    Some(cases.iter().map(read).collect())
}

/// Parameters as environment variables; `None` if one can't be set by the client.
fn variables(
    given: &Map<String, Value>,
    name: fn(&(&'static str, &'static str, &'static str)) -> &'static str,
) -> Option<Vec<(&'static str, String)>> {
    let one = |(parameter, value): (&String, &Value)| {
        let (.., variable) = BUILT_IN.iter().find(|row| name(row) == parameter)?;
        Some((
            *variable,
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        ))
    };
    given.iter().map(one).collect()
}

impl Case {
    /// Whether the call goes to the expected endpoint; `None` if the case can't be a call.
    fn verdict(&self) -> Option<Result<(), String>> {
        let variables = self.variables.as_ref()?;
        let has = |name: &str, value: &str| {
            variables
                .iter()
                .any(|(known, found)| *known == name && found == value)
        };
        let own = variables
            .iter()
            .any(|(name, _)| *name == "AWS_ENDPOINT_URL");
        // As in the AWS CLI, a configured URL excludes other kinds of endpoints.
        let kinds =
            has("AWS_USE_FIPS_ENDPOINT", "true") || has("AWS_USE_DUALSTACK_ENDPOINT", "true");
        let without_region = variables.iter().all(|(name, _)| *name != "AWS_REGION");
        // A variable that is empty is not given.
        if (own && kinds) || without_region || has("AWS_ACCOUNT_ID", "") {
            return None;
        }
        let called = self.call(variables);
        let wanted = self.expected["endpoint"]["url"].as_str();
        let message = self.expected["error"].as_str();
        Some(match (called, wanted, message) {
            (Ok(request), Some(url), _) => {
                let right =
                    as_of_2025(&request.url) == format!("{url}/") && self.is_signed(&request);
                right
                    .then_some(())
                    .ok_or_else(|| format!("{} in place of {}", request.url, self.expected))
            }
            (Err(Error::Endpoint(found)), None, Some(expected))
                if found.to_string() == *expected =>
            {
                Ok(())
            }
            // Partitions have learnt FIPS and dual-stack since the cases were written.
            (Ok(_), None, Some(expected)) if expected.contains("partition does not support") => {
                Ok(())
            }
            // A scheme that is not supported: the rules were right.
            (Err(Error::Request(text)), Some(_), _)
                if text.to_string().contains("not supported") =>
            {
                Ok(())
            }
            (found, ..) => Err(format!(
                "{:?} in place of {}",
                found.map(|request| request.url),
                self.expected
            )),
        })
    }

    fn call(&self, variables: &[(&'static str, String)]) -> Result<Request, Error> {
        let keys = [
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
        ];
        let stated = variables
            .iter()
            .map(|(name, value)| (*name, value.as_str()));
        let settings = Settings::load(Env::with_variables(keys.into_iter().chain(stated)), None)?;
        let fake = Fake::playing([]);
        let config = Loader::new(Arc::new(settings))?
            .transport(fake.clone())
            .load()?
            .validation(Mode::Off);
        let client = Client::new(self.service, config);
        let shape = self
            .service
            .operation(self.operation)
            .and_then(|operation| operation.input)
            .unwrap_or(ShapeIndex::MAX);
        let mut visitor = DocumentBuilder::new(&Service::NONE, 0);
        let text = self.input.to_string();
        opsmith_runtime::codec::json::read(text.as_bytes(), &Service::NONE, 0, &mut visitor)
            .expect("JSON");
        let document: Document = visitor.finish();
        let prepared = client.prepare(
            self.operation,
            &TypedDocument {
                document: &document,
                service: self.service,
                shape,
            },
        )?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        runtime.block_on(client.signed(prepared))
    }

    /// Whether the signature is for the region and the name that the endpoint has.
    fn is_signed(&self, request: &Request) -> bool {
        let Some(schemes) = self.expected["endpoint"]["properties"]["authSchemes"].as_array()
        else {
            return true;
        };
        let Some(scheme) = schemes.iter().find(|scheme| scheme["name"] == "sigv4") else {
            return true;
        };
        let signature = request
            .headers
            .iter()
            .find(|(name, _)| name == "authorization");
        let has = |part: &Value| match (part.as_str(), signature) {
            (Some(text), Some((_, signature))) => signature.contains(&format!("/{text}/")),
            (None, _) => true,
            (Some(_), None) => self
                .service
                .auth(self.service.operation(self.operation).expect("it"))
                .is_empty(),
        };
        has(&scheme["signingRegion"]) && has(&scheme["signingName"])
    }
}

/// The URL with the suffixes that partitions had for dual-stack when the cases were written.
fn as_of_2025(url: &str) -> String {
    let suffixes = [
        (".api.aws.ic.gov", ".c2s.ic.gov"),
        (".api.aws.scloud", ".sc2s.sgov.gov"),
        (".api.cloud-aws.adc-e.uk", ".cloud.adc-e.uk"),
        (".api.aws.hci.ic.gov", ".csp.hci.ic.gov"),
    ];
    suffixes
        .iter()
        .fold(url.to_owned(), |url, (now, then)| url.replace(now, then))
}
