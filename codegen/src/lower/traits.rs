//! What a trait says: with `forms`, which says what it looks like, the one place that knows the ids
//! of traits as strings. Traits that are not here are ignored.

mod forms;
mod paths;

pub(crate) use forms::check;

use crate::ast::Traits;
use crate::diagnostics::Report;
use crate::ir::{Auth, Fixed, OperationTrait, ServiceTrait, Trait};
use serde_json::Value;

pub(crate) const DOCUMENTATION: &str = "smithy.api#documentation";
pub(crate) const REQUIRED: &str = "smithy.api#required";
pub(crate) const CLIENT_OPTIONAL: &str = "smithy.api#clientOptional";
pub(crate) const SENSITIVE: &str = "smithy.api#sensitive";
pub(crate) const SPARSE: &str = "smithy.api#sparse";
pub(crate) const STREAMING: &str = "smithy.api#streaming";
pub(crate) const IDEMPOTENCY_TOKEN: &str = "smithy.api#idempotencyToken";
pub(crate) const ENUM: &str = "smithy.api#enum";
pub(crate) const ENUM_VALUE: &str = "smithy.api#enumValue";
pub(crate) const DEPRECATED: &str = "smithy.api#deprecated";
pub(crate) const TITLE: &str = "smithy.api#title";
pub(crate) const SERVICE: &str = "aws.api#service";
pub(crate) const SIGV4: &str = "aws.auth#sigv4";
pub(crate) const COMMAND: &str = "opsmith.botocore#command";
pub(crate) const PAGINATED: &str = "smithy.api#paginated";
/// botocore's paginator, where an importer recorded it.
pub(crate) const PAGINATOR: &str = "opsmith.botocore#paginator";
pub(crate) const TARGET_PREFIX: &str = "opsmith.botocore#targetPrefix";
pub(crate) const ENDPOINT_RULES: &str = "smithy.rules#endpointRuleSet";

const AUTH: &str = "smithy.api#auth";

/// The traits of a service that are authentication schemes.
const SCHEMES: &[&str] = &[
    SIGV4,
    "aws.auth#sigv4a",
    "smithy.api#httpApiKeyAuth",
    "smithy.api#httpBasicAuth",
    "smithy.api#httpBearerAuth",
    "smithy.api#httpDigestAuth",
];

/// Traits without a value that become flags of a member's row, with the flag's name.
const MEMBER_FLAGS: &[(&str, &str)] = &[
    (SENSITIVE, "SENSITIVE"),
    (IDEMPOTENCY_TOKEN, "IDEMPOTENCY_TOKEN"),
    ("smithy.api#hostLabel", "HOST_LABEL"),
];

/// Protocol traits with the runtime's names for them, in the order in which the generator prefers
/// them.
const PROTOCOLS: &[(&str, &str)] = &[
    ("aws.protocols#awsJson1_1", "AwsJson1_1"),
    ("aws.protocols#awsJson1_0", "AwsJson1_0"),
    ("aws.protocols#restJson1", "RestJson1"),
    ("aws.protocols#restXml", "RestXml"),
    ("aws.protocols#awsQuery", "AwsQuery"),
    ("aws.protocols#ec2Query", "Ec2Query"),
    ("smithy.protocols#rpcv2Cbor", "RpcV2Cbor"),
];

/// The protocols that the runtime speaks.
const SPOKEN: &[&str] = &["AwsJson1_1", "AwsJson1_0"];

/// Where a trait stands, for messages.
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    pub(crate) id: &'a str,
}

/// All protocols that the service offers, and the one to speak: `Err` with the ids when it offers
/// none that the runtime speaks.
pub(crate) fn protocols(traits: &Traits) -> (Vec<&'static str>, Result<&'static str, Vec<&str>>) {
    let offered = PROTOCOLS.iter().filter(|(id, _)| traits.contains_key(*id));
    let offered: Vec<&'static str> = offered.map(|(_, name)| *name).collect();
    let spoken = offered.iter().copied().find(|name| SPOKEN.contains(name));
    let named = || {
        traits
            .keys()
            .map(String::as_str)
            .filter(|id| id.contains(".protocols#"))
            .collect()
    };
    (offered, spoken.ok_or_else(named))
}

/// Flags of a member's row, beside `REQUIRED`.
pub(crate) fn member_flags(traits: &Traits) -> Vec<&'static str> {
    MEMBER_FLAGS
        .iter()
        .filter(|(id, _)| traits.contains_key(*id))
        .map(|(_, flag)| *flag)
        .collect()
}

/// Text of a trait whose value is a string; empty when it is absent or of another type.
pub(crate) fn text(traits: &Traits, id: &str) -> String {
    traits
        .get(id)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// Text in a trait whose value is an object.
pub(crate) fn field(traits: &Traits, id: &str, key: &str) -> String {
    traits
        .get(id)
        .and_then(|value| value.get(key))
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The bounds of `length` or `range`.
pub(crate) fn bounds(
    traits: &Traits,
    place: &Place<'_>,
    report: &mut Report,
) -> (Option<f64>, Option<f64>) {
    let mut found = (None, None);
    for id in ["smithy.api#length", "smithy.api#range"] {
        let Some(value) = traits.get(id) else {
            continue;
        };
        let bound = |key: &str| value.get(key).and_then(number);
        found = (bound("min"), bound("max"));
        match found {
            (Some(min), Some(max)) if min > max => {
                report.add_trait(
                    place.file,
                    place.id,
                    id,
                    format!("min {min} is above max {max}"),
                    "swap them",
                );
            }
            (None, None) if value.as_object().is_some_and(|parts| parts.is_empty()) => {
                let help = "give one of them, or leave the trait out";
                report.add_trait(
                    place.file,
                    place.id,
                    id,
                    "there is neither `min` nor `max`",
                    help,
                );
            }
            _ => {}
        }
    }
    found
}

/// A number, or text that is one.
fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.parse().ok())
        .filter(|number| number.is_finite())
}

/// The facts that few shapes or members have.
pub(crate) fn rare(traits: &Traits) -> Vec<Trait> {
    let mut found = Vec::new();
    for (id, value) in traits {
        let text = || value.as_str().unwrap_or_default().to_owned();
        found.push(match id.as_str() {
            "smithy.api#pattern" => Trait::Pattern(text()),
            "smithy.api#jsonName" => Trait::JsonName(text()),
            "smithy.api#timestampFormat" => match value.as_str() {
                Some("date-time") => Trait::TimestampFormat("DateTime"),
                Some("http-date") => Trait::TimestampFormat("HttpDate"),
                Some("epoch-seconds") => Trait::TimestampFormat("EpochSeconds"),
                _ => continue,
            },
            "smithy.api#error" => error(traits, value),
            "aws.protocols#awsQueryError" => Trait::ErrorCode(
                value
                    .get("code")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            ),
            "smithy.rules#contextParam" => Trait::EndpointParameter(
                value
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .to_owned(),
            ),
            _ => continue,
        });
    }
    found
}

fn error(traits: &Traits, value: &Value) -> Trait {
    let status = traits
        .get("smithy.api#httpError")
        .and_then(Value::as_u64)
        .and_then(|code| u16::try_from(code).ok());
    let retryable = traits.get("smithy.api#retryable");
    let throttling = retryable
        .and_then(|value| value.get("throttling"))
        .and_then(Value::as_bool);
    Trait::Error {
        server: value.as_str() == Some("server"),
        status: status.unwrap_or(0),
        retryable: retryable.is_some(),
        throttling: throttling.unwrap_or(false),
    }
}

/// What is said of a shape, member or value that is deprecated.
pub(crate) fn deprecated(traits: &Traits) -> Option<String> {
    traits.get(DEPRECATED).map(deprecation)
}

fn deprecation(value: &Value) -> String {
    value
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The facts that few services have.
pub(crate) fn service(traits: &Traits) -> Vec<ServiceTrait> {
    let mut found = Vec::new();
    let schemes = match listed(traits) {
        Some(schemes) => schemes,
        // Without a list they are tried in the order of their names.
        None => SCHEMES
            .iter()
            .filter(|id| traits.contains_key(**id))
            .map(|id| scheme(id))
            .collect(),
    };
    if schemes != [Auth::SigV4] {
        found.push(ServiceTrait::Auth(schemes));
    }
    if traits.contains_key("aws.protocols#awsQueryCompatible") {
        found.push(ServiceTrait::QueryCompatible);
    }
    let discovery = field(traits, "aws.api#clientEndpointDiscovery", "operation");
    if !discovery.is_empty() {
        found.push(ServiceTrait::EndpointDiscovery(
            super::closure::local(&discovery).to_owned(),
        ));
    }
    found
}

/// The schemes of `smithy.api#auth`.
fn listed(traits: &Traits) -> Option<Vec<Auth>> {
    let listed = traits.get(AUTH)?.as_array()?;
    Some(
        listed
            .iter()
            .filter_map(Value::as_str)
            .map(scheme)
            .collect(),
    )
}

fn scheme(id: &str) -> Auth {
    if id == SIGV4 {
        Auth::SigV4
    } else {
        Auth::Other(id.to_owned())
    }
}

/// How an operation's requests are authenticated, where it is not as those of the service. A list
/// of schemes goes before `smithy.api#optionalAuth`, which stands beside it where signing is
/// possible, too.
fn auth(traits: &Traits) -> Option<OperationTrait> {
    match listed(traits) {
        Some(schemes) if !schemes.is_empty() => Some(OperationTrait::Auth(schemes)),
        None if !traits.contains_key("smithy.api#optionalAuth") => None,
        _ => Some(OperationTrait::Unsigned),
    }
}

/// The value of a static endpoint parameter.
fn fixed(value: &Value) -> Option<Fixed> {
    match value {
        Value::String(text) => Some(Fixed::Text(text.clone())),
        Value::Bool(value) => Some(Fixed::Boolean(*value)),
        Value::Array(items) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map(Fixed::List),
        _ => None,
    }
}

/// The facts that few operations have, but for how they are paged.
pub(crate) fn operation(traits: &Traits) -> Vec<OperationTrait> {
    let mut found = Vec::from_iter(auth(traits));
    for (id, value) in traits {
        let text = |key: &str| {
            value
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        match id.as_str() {
            "smithy.api#endpoint" => found.push(OperationTrait::HostPrefix(text("hostPrefix"))),
            DEPRECATED => found.push(OperationTrait::Deprecated(deprecation(value))),
            "smithy.rules#staticContextParams" => {
                for (name, parameter) in value.as_object().into_iter().flatten() {
                    let value = parameter.get("value").and_then(fixed);
                    found.extend(
                        value.map(|value| OperationTrait::EndpointParameter(name.clone(), value)),
                    );
                }
            }
            "smithy.rules#operationContextParams" => {
                for (name, parameter) in value.as_object().into_iter().flatten() {
                    let steps = parameter
                        .get("path")
                        .and_then(Value::as_str)
                        .and_then(paths::steps);
                    found.extend(
                        steps.map(|steps| OperationTrait::EndpointPath(name.clone(), steps)),
                    );
                }
            }
            "aws.api#clientDiscoveredEndpoint" => {
                let required = value.get("required").and_then(Value::as_bool);
                found.push(OperationTrait::DiscoveredEndpoint(
                    required.unwrap_or(false),
                ));
            }
            _ => {}
        }
    }
    found
}
