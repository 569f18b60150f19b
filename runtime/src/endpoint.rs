//! Endpoint rules (`smithy.rules#endpointRuleSet`): from region and settings to a URL.
//!
//! The rules are in the schema ([`crate::schema::rules`]); `evaluate` walks them.

mod bound;
#[cfg(feature = "xml")]
pub(crate) mod bucket;
mod client;
mod configured;
mod error;
mod evaluate;
mod functions;
mod partition;
#[rustfmt::skip]
mod partitions;
mod resolved;
mod value;

pub(crate) use bound::EndpointBindings;
pub(crate) use client::Sources;
pub(crate) use configured::{ConfiguredUrl, EndpointSettings};
pub use error::EndpointError;
pub use evaluate::{Endpoint, evaluate};
pub(crate) use resolved::{Last, ResolvedEndpoint};
pub use value::Value;

use crate::schema::rules::Parameter;
use crate::schema::{Auth, Service};

/// The URL to call when this one is configured: with a path.
///
/// # Errors
///
/// When no host can be of that name, in the AWS CLI's words.
pub(crate) fn configured(url: &str) -> Result<String, EndpointError> {
    configured::url(url).ok_or_else(|| {
        EndpointError::new(format!("Invalid endpoint: {}", crate::http::masked(url)))
    })
}

/// What a client knows when it asks for an endpoint.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings<'a> {
    pub(crate) region: &'a str,
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
}

/// What a client knows of a call for the endpoint rules, besides its input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) settings: Settings<'a>,
    /// The URL that is configured in place of the service's own.
    pub(crate) url: Option<&'a str>,
    /// The account of the credentials.
    pub(crate) account_id: Option<&'a str>,
    pub(crate) account_id_mode: AccountIdMode,
    /// Parameters that are the same for all calls of the client.
    pub(crate) parameters: &'a [(String, Value)],
}

impl Known<'_> {
    /// The value of a built-in parameter; `None` if it has none or is not known here.
    fn built_in(&self, name: &str) -> Option<Value> {
        let Settings {
            region,
            fips,
            dual_stack,
        } = self.settings;
        let pseudo = without_fips(region);
        // A configured URL is used as it is, whatever kind of endpoint is configured.
        let own = self.url.is_none();
        Some(match name {
            "AWS::Region" => Value::from(pseudo.unwrap_or(region)),
            "AWS::UseFIPS" => Value::Boolean(own && (fips || pseudo.is_some())),
            "AWS::UseDualStack" => Value::Boolean(own && dual_stack),
            "AWS::Auth::AccountId" => Value::from(self.account_id?),
            "AWS::Auth::AccountIdEndpointMode" => Value::from(self.account_id_mode.as_str()),
            "SDK::Endpoint" => Value::from(self.url?),
            _ => return None,
        })
    }
}

/// Whether each client knows the value of a built-in parameter, if there is one.
#[cfg(test)]
pub(crate) fn is_known(built_in: &str) -> bool {
    let settings = Settings {
        region: "",
        fips: false,
        dual_stack: false,
    };
    let known = Known {
        settings,
        url: Some(""),
        account_id: Some(""),
        account_id_mode: AccountIdMode::Preferred,
        parameters: &[],
    };
    known.built_in(built_in).is_some()
}

/// Whether endpoints have the account of the caller in them (`account_id_endpoint_mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccountIdMode {
    Preferred,
    Disabled,
    Required,
}

impl AccountIdMode {
    fn as_str(self) -> &'static str {
        match self {
            AccountIdMode::Preferred => "preferred",
            AccountIdMode::Disabled => "disabled",
            AccountIdMode::Required => "required",
        }
    }
}

/// Whether the rules of the service look at the account of the credentials.
pub(crate) fn asks_for_account(service: &Service<'_>) -> bool {
    service
        .endpoint
        .parameters
        .iter()
        .any(|Parameter(_, built_in, _)| *built_in == "AWS::Auth::AccountId")
}

/// The regions that are known, of all partitions; others work as well.
pub fn regions() -> impl Iterator<Item = &'static str> {
    partitions::PARTITIONS
        .iter()
        .flat_map(|partition| partition.regions.iter().copied())
}

/// The region that a name means: for a pseudo-region such as `aws-global`, the home region of its
/// partition.
#[cfg(feature = "temporary-credentials")]
pub(crate) fn region(name: &str) -> &str {
    match partition::of_region(name) {
        Some(partition) if name.ends_with("-global") => partition.implicit_global_region,
        _ => name,
    }
}

/// The region for signing requests to a pseudo-region such as `aws-global`, for services whose
/// rules know it. It is the pseudo-region itself if no signature names a region.
pub(crate) fn signing_region(service: &Service<'_>, pseudo: &str) -> Option<String> {
    let settings = Settings {
        region: pseudo,
        fips: false,
        dual_stack: false,
    };
    let known = Known {
        settings,
        url: None,
        account_id: None,
        account_id_mode: AccountIdMode::Disabled,
        parameters: &[],
    };
    let endpoint = resolve(service, known, &EndpointBindings::default()).ok()?;
    let region = endpoint
        .auth_schemes()
        .iter()
        .find_map(|scheme| scheme.get("signingRegion")?.as_text());
    let is_signed = || {
        let mut operations = service.operations.iter();
        operations.any(|operation| service.auth(operation).contains(&Auth::SigV4))
    };
    match region {
        Some(region) => Some(region).filter(|region| *region != pseudo),
        None if endpoint.url.contains(pseudo) || is_signed() => None,
        None => Some(pseudo),
    }
    .map(str::to_owned)
}

/// The region in a legacy pseudo-region (`fips-us-east-1`), which selects its FIPS endpoint; `None`
/// for any other name.
pub(crate) fn without_fips(region: &str) -> Option<&str> {
    region
        .strip_prefix("fips-")
        .or_else(|| region.strip_suffix("-fips"))
}

/// The endpoint of an operation.
///
/// # Errors
///
/// Why there is no endpoint.
pub(crate) fn resolve(
    service: &Service<'_>,
    known: Known<'_>,
    bound: &EndpointBindings<'_>,
) -> Result<Endpoint, EndpointError> {
    let rules = &service.endpoint;
    let takes_url = rules
        .parameters
        .iter()
        .any(|Parameter(_, built_in, _)| *built_in == "SDK::Endpoint");
    match known.url {
        Some(url) if !takes_url => Ok(Endpoint {
            url: url.to_owned(),
            properties: Vec::new(),
            headers: Vec::new(),
        }),
        None if rules.rules.is_empty() => Err(EndpointError::new(format!(
            "The model of {} has no endpoint rules: give the URL of an endpoint, with `--endpoint-url` or AWS_ENDPOINT_URL or in the configuration.",
            service.title
        ))),
        _ => {
            let built_in = rules
                .parameters
                .iter()
                .filter_map(|Parameter(name, built_in, _)| {
                    Some((*name, known.built_in(built_in)?))
                });
            let of_client = known.parameters.iter();
            let of_client = of_client.map(|(name, value)| (name.as_str(), value.clone()));
            let of_call = bound.parameters.iter().cloned();
            evaluate(rules, built_in.chain(of_client).chain(of_call))
        }
    }
}
