//! One case as a call.

use opsmith_runtime::config::{Env, Loader, Settings};
use opsmith_runtime::document::Document;
use opsmith_runtime::endpoint::Value as Parameter;
use opsmith_runtime::fake::Fake;
use opsmith_runtime::http::Request;
use opsmith_runtime::schema::{Service, ShapeIndex};
use opsmith_runtime::validate::Mode;
use opsmith_runtime::visit::{DocumentBuilder, TypedDocument};
use opsmith_runtime::{Client, Config, Error};
use serde_json::Value;
use std::sync::Arc;

/// The parameters that a client sets by variables.
const VARIABLES: &[(&str, &str)] = &[
    ("AWS::UseFIPS", "AWS_USE_FIPS_ENDPOINT"),
    ("AWS::UseDualStack", "AWS_USE_DUALSTACK_ENDPOINT"),
    ("AWS::Auth::AccountId", "AWS_ACCOUNT_ID"),
    (
        "AWS::Auth::AccountIdEndpointMode",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
    ),
    ("SDK::Endpoint", "AWS_ENDPOINT_URL"),
];

/// What sign requests, and what keeps the host name as the rules make it.
const ALWAYS: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKID"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
    ("AWS_DISABLE_HOST_PREFIX_INJECTION", "true"),
];

/// A call: an operation with its input, and the expected endpoint.
pub(crate) struct Case<'a> {
    pub(crate) service: &'a Service<'a>,
    /// `None` if the case names none, and the service has none without parameters.
    pub(crate) operation: Option<String>,
    pub(crate) input: Value,
    /// What the client sets, by name; `None` if a client can't.
    pub(crate) parameters: Option<Vec<(String, Value)>>,
    pub(crate) expected: Expected,
}

/// What a case expects: an endpoint or an error.
pub(crate) struct Expected(pub(crate) Value);

/// `None` if the call goes to the expected endpoint, or why the case can't be a call.
type Verdict = Result<Option<&'static str>, String>;

impl Case<'_> {
    /// # Errors
    ///
    /// What is wrong with the call.
    pub(crate) fn verdict(self) -> Verdict {
        let Some(parameters) = &self.parameters else {
            return Ok(Some("only an input can set the parameters"));
        };
        let Some(operation) = self.operation.as_deref() else {
            return Ok(Some("no operation is without parameters of its own"));
        };
        if self.service.operation(operation).is_none() {
            return Ok(Some("the operation is left out, as it streams"));
        }
        if let Some(reason) = self.impossible(parameters) {
            return Ok(Some(reason));
        }
        match self.call(operation, parameters, |config| config) {
            Err(Error::Invalid(_)) => Ok(Some("the input lacks a part of the path")),
            Err(Error::Config(error)) if self.expected.lacks_region() => {
                let says_so = error.to_string().starts_with("You must specify a region.");
                says_so
                    .then_some(None)
                    .ok_or_else(|| format!("{error} in place of {}", self.expected.0))
            }
            Ok(_) if self.expected.lacks_region() => {
                Ok(Some("the service has an endpoint without a region"))
            }
            Ok(request) if !self.is_signed(operation, &request) => {
                Err(format!("another scope than {}", self.expected.0))
            }
            // What can't be signed here is looked at unsigned.
            Err(error) if !matches!(error, Error::Endpoint(_)) => {
                let unsigned = self.call(operation, parameters, Config::anonymous);
                self.expected.compare(unsigned)
            }
            called => self.expected.compare(called),
        }
    }

    /// Why a client with settings like the AWS CLI's can't have these.
    fn impossible(&self, parameters: &[(String, Value)]) -> Option<&'static str> {
        let of = |built_in: &str| {
            let mut found = parameters.iter();
            found.find(|(name, _)| self.built_in(name) == built_in)
        };
        let is_on = |built_in| of(built_in).is_some_and(|(_, value)| *value == true);
        let is_empty = |built_in| of(built_in).is_some_and(|(_, value)| *value == "");
        let kinds = is_on("AWS::UseFIPS") || is_on("AWS::UseDualStack");
        if of("SDK::Endpoint").is_some() && kinds {
            return Some("a URL excludes other kinds of endpoints");
        }
        let empty = ["AWS::Region", "AWS::Auth::AccountId", "SDK::Endpoint"];
        if empty.into_iter().any(is_empty) {
            return Some("an empty setting is none");
        }
        if self.expected.0["error"] == "Path-style addressing cannot be used with ARN buckets" {
            return Some("an ARN is never in the path");
        }
        let without_region = of("AWS::Region").is_none() && !self.expected.lacks_region();
        without_region.then_some("there is no region")
    }

    /// The built-in name of a parameter; empty if it has none.
    fn built_in(&self, name: &str) -> &str {
        let mut known = self.service.endpoint.parameters.iter();
        known
            .find(|parameter| parameter.0 == name)
            .map_or("", |parameter| parameter.1)
    }

    fn call(
        &self,
        operation: &str,
        parameters: &[(String, Value)],
        change: fn(Config) -> Config,
    ) -> Result<Request, Error> {
        let mut variables: Vec<(&str, String)> = Vec::new();
        let mut region = None;
        // What clients assume, and cases don't.
        let usual = [("ForcePathStyle", false), ("UseArnRegion", true)];
        let usual = usual.map(|(name, value)| (name.to_owned(), Value::Bool(value)));
        let has = |name: &str| {
            let mut known = self.service.endpoint.parameters.iter();
            known.any(|parameter| parameter.0 == name)
        };
        let mut of_client: Vec<_> = usual.iter().filter(|(name, _)| has(name)).collect();
        for given @ (name, value) in parameters {
            let built_in = self.built_in(name);
            let variable = VARIABLES.iter().find(|(known, _)| *known == built_in);
            let text = || {
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            };
            match variable {
                Some((_, variable)) => variables.push((*variable, text())),
                None if built_in == "AWS::Region" => region = Some(text()),
                None => of_client.push(given),
            }
        }
        let stated = variables.iter().map(|(name, value)| (*name, &**value));
        let env = Env::with_variables(ALWAYS.into_iter().chain(stated));
        let loader = Loader::new(Arc::new(Settings::load(env, None)?))?;
        let config = loader.transport(Fake::playing([])).load()?;
        let config = region.into_iter().fold(config, Config::region);
        let config = of_client.into_iter().fold(config, |config, (name, value)| {
            config.endpoint_parameter(name, parameter(value))
        });
        let client = Client::new(self.service, change(config.validation(Mode::Off)));
        let shape = self
            .service
            .operation(operation)
            .and_then(|found| found.input);
        let document = self.document();
        let prepared = client.prepare(
            operation,
            &TypedDocument {
                document: &document,
                service: self.service,
                shape: shape.unwrap_or(ShapeIndex::MAX),
            },
        )?;
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime
            .expect("a runtime")
            .block_on(client.signed(prepared))
    }

    fn document(&self) -> Document {
        let mut visitor = DocumentBuilder::new(&Service::NONE, 0);
        let text = self.input.to_string();
        opsmith_runtime::codec::json::read(text.as_bytes(), &Service::NONE, 0, &mut visitor)
            .expect("JSON");
        visitor.finish()
    }

    /// Whether the signature is for the region and the name that the endpoint has.
    fn is_signed(&self, operation: &str, request: &Request) -> bool {
        let schemes = &self.expected.0["endpoint"]["properties"]["authSchemes"];
        let mut schemes = schemes.as_array().into_iter().flatten();
        let Some(scheme) = schemes.next().filter(|scheme| scheme["name"] == "sigv4") else {
            return true;
        };
        let mut headers = request.headers.iter();
        let signature = headers.find(|(name, _)| name == "authorization");
        let operation = self.service.operation(operation).expect("it");
        let has = |part: &Value| match (part.as_str(), signature) {
            (Some(text), Some((_, signature))) => signature.contains(&format!("/{text}/")),
            (None, _) => true,
            (Some(_), None) => self.service.auth(operation).is_empty(),
        };
        has(&scheme["signingRegion"]) && has(&scheme["signingName"])
    }
}

fn parameter(value: &Value) -> Parameter {
    match value {
        Value::Bool(value) => Parameter::Boolean(*value),
        Value::Array(items) => Parameter::List(items.iter().map(parameter).collect()),
        other => Parameter::Text(other.as_str().unwrap_or_default().to_owned()),
    }
}

impl Expected {
    /// Whether it is the error for a client without a region.
    fn lacks_region(&self) -> bool {
        let error = self.0["error"].as_str().unwrap_or_default();
        [
            "Missing Region",
            "A region must be set",
            "Region must be set",
        ]
        .iter()
        .any(|part| error.contains(part))
    }

    fn compare(&self, called: Result<Request, Error>) -> Verdict {
        let endpoint = &self.0["endpoint"];
        let error = self.0["error"].as_str();
        match (called, endpoint["url"].as_str(), error) {
            (Ok(request), Some(url), _) => {
                let url = url.strip_suffix('/').unwrap_or(url);
                let sent = as_of_2025(&request.url);
                let rest = sent.strip_prefix(url);
                let is_there =
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
                (is_there && self.has_headers(&request))
                    .then_some(None)
                    .ok_or_else(|| format!("{sent} in place of {}", self.0))
            }
            (Err(Error::Endpoint(found)), None, Some(expected))
                if found.to_string() == *expected =>
            {
                Ok(None)
            }
            // Partitions have learnt FIPS and dual-stack since the cases were written.
            (Ok(_), None, Some(expected)) if expected.contains("partition does not support") => {
                Ok(None)
            }
            (found, ..) => Err(format!(
                "{:?} in place of {}",
                found.map(|request| request.url),
                self.0
            )),
        }
    }

    fn has_headers(&self, request: &Request) -> bool {
        let headers = self.0["endpoint"]["headers"].as_object();
        headers.into_iter().flatten().all(|(name, values)| {
            let mut sent = request.headers.iter();
            let sent = sent.find(|(sent, _)| sent.eq_ignore_ascii_case(name));
            sent.map(|(_, value)| &**value) == values[0].as_str()
        })
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
