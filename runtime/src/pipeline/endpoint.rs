//! The step that resolves the endpoint: where a call goes.

use super::{Overrides, Prepared, Start};
use crate::client::Client;
use crate::client::config::IdentitySource;
use crate::document::{Document, Map};
use crate::endpoint::{
    self, AccountIdMode, ConfiguredUrl, EndpointBindings, Known, Last, ResolvedEndpoint, Sources,
    Value,
};
use crate::error::{ConfigError, Error};
use crate::http::Body;
use crate::schema::{Operation, ShapeIndex};
use crate::visit::{DocumentBuilder, TypedDocument};
use std::sync::{Arc, PoisonError};

/// The pseudo-region of services that have one endpoint for all regions.
const GLOBAL: &str = "aws-global";

/// Where a call goes.
pub(super) struct Destination {
    pub(super) url: String,
    pub(super) endpoint: Arc<ResolvedEndpoint>,
    /// Whether the URL comes from endpoint discovery, and not from the endpoint rules.
    pub(super) discovered: bool,
}

impl Destination {
    /// Whether requests go over TLS.
    pub(super) fn is_https(&self) -> bool {
        let scheme = self.url.split(':').next();
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
    }
}

/// Where a call goes: to the configured URL, to a discovered one, or where the endpoint rules lead.
pub(super) async fn resolve_endpoint(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
) -> Result<Destination, Error> {
    let Prepared {
        operation,
        region,
        bindings,
        ..
    } = prepared;
    let config = &client.shared.config;
    let configured = configured_url(client)?;
    let account_id_mode = account_id_mode(client);
    let account_id = if configured.is_none() && account_id_mode != AccountIdMode::Disabled {
        account_id(client, operation, region).await?
    } else {
        None
    };
    let url = configured.as_ref().map(|configured| &*configured.url.0);
    #[cfg(feature = "xml")]
    let of_bucket = super::redirect::known_region(client, prepared);
    #[cfg(not(feature = "xml"))]
    let of_bucket: Option<String> = None;
    let known = Known {
        settings: endpoint::Settings {
            region: of_bucket.as_deref().unwrap_or(region),
            fips: config.fips,
            dual_stack: config.dual_stack,
        },
        url,
        account_id: account_id.as_deref(),
        account_id_mode,
        parameters: parameters(client, url)?,
    };
    let endpoint = by_rules(client, known, bindings)?;
    let discovered = match configured {
        Some(configured) if configured.by_option => None,
        _ => discovered_url(client, operation, region).await?,
    };
    let url = match &discovered {
        Some(url) => endpoint::configured(url),
        None if !config.host_prefixes => Ok(endpoint.url.0.clone()),
        None => bindings.prefixed(&endpoint.url.0),
    };
    Ok(Destination {
        url: url?,
        endpoint,
        discovered: discovered.is_some(),
    })
}

/// Where a call goes by the endpoint rules, whatever URL is configured.
#[cfg(feature = "xml")]
pub(super) fn by_rules_alone(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
) -> Result<Destination, Error> {
    let config = &client.shared.config;
    let configured = configured_url(client)?.as_ref();
    let known = Known {
        settings: endpoint::Settings {
            region: &prepared.region,
            fips: config.fips,
            dual_stack: config.dual_stack,
        },
        url: None,
        account_id: None,
        account_id_mode: AccountIdMode::Disabled,
        parameters: parameters(client, configured.map(|configured| &*configured.url.0))?,
    };
    // Not kept, as that which is kept depends on the URL.
    let endpoint = ResolvedEndpoint::of(client.service, known, &prepared.bindings)?;
    Ok(Destination {
        url: endpoint.url.0.clone(),
        endpoint: Arc::new(endpoint),
        discovered: false,
    })
}

/// The endpoint by the rules of the service. The last one is kept, as most clients call no other.
fn by_rules(
    client: &Client<'_>,
    known: Known<'_>,
    bindings: &EndpointBindings<'_>,
) -> Result<Arc<ResolvedEndpoint>, Error> {
    let mut last = client
        .shared
        .last
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    if let Some(endpoint) = last.as_ref().and_then(|last| last.of(known, bindings)) {
        return Ok(endpoint);
    }
    let endpoint = Arc::new(ResolvedEndpoint::of(client.service, known, bindings)?);
    *last = Some(Last::new(known, bindings, endpoint.clone()));
    Ok(endpoint)
}

/// The URL that is configured in place of the service's own.
fn configured_url<'c>(client: &'c Client<'_>) -> Result<&'c Option<ConfiguredUrl>, Error> {
    let config = &client.shared.config;
    if let Some(configured) = client.shared.url.get() {
        return Ok(configured);
    }
    let configured = match (&config.endpoint_url, &config.endpoint_settings) {
        (Some(url), _) => Some(ConfiguredUrl {
            url: url.clone(),
            by_option: true,
        }),
        (None, Some(settings)) => settings.endpoint_url(client.service.sdk_id)?,
        (None, None) => None,
    };
    if let Some(ConfiguredUrl { url, .. }) = &configured {
        endpoint::configured(&url.0)?;
    }
    Ok(client.shared.url.get_or_init(|| configured))
}

/// The parameters of the endpoint rules that all calls of the client have in common.
fn parameters<'c>(
    client: &'c Client<'_>,
    url: Option<&str>,
) -> Result<&'c [(String, Value)], Error> {
    let shared = &client.shared;
    if let Some(parameters) = shared.parameters.get() {
        return Ok(parameters);
    }
    let sources = Sources {
        stated: &shared.config.endpoint_parameters,
        configured: shared.config.endpoint_settings.as_deref(),
        url,
    };
    let parameters = sources.parameters(client.service)?;
    Ok(shared.parameters.get_or_init(|| parameters))
}

/// The region when none is configured. Only services with one endpoint for all regions allow that.
pub(super) fn global_region(client: &Client<'_>, missing: &ConfigError) -> Result<String, Error> {
    let signing_region = endpoint::signing_region(client.service, GLOBAL);
    match (signing_region, configured_url(client)?) {
        (Some(signing_region), Some(_)) => Ok(signing_region),
        (Some(_), None) => Ok(GLOBAL.to_owned()),
        (None, _) => Err(missing.clone().into()),
    }
}

/// Whether the client's endpoints have the account in them.
fn account_id_mode(client: &Client<'_>) -> AccountIdMode {
    let config = &client.shared.config;
    let anonymous = matches!(config.identity, IdentitySource::Anonymous);
    if anonymous || !endpoint::asks_for_account(client.service) {
        return AccountIdMode::Disabled;
    }
    config.account_id_mode
}

/// The account of the credentials that sign an operation.
async fn account_id(
    client: &Client<'_>,
    operation: &Operation<'_>,
    region: &str,
) -> Result<Option<Arc<str>>, Error> {
    if client.service.auth(operation).is_empty() {
        return Ok(None);
    }
    let identity = super::authenticate::identity(client, region).await?;
    Ok(identity.and_then(|identity| identity.account_id().cloned()))
}

/// The URL that endpoint discovery returns, for operations that are discovered.
async fn discovered_url(
    client: &Client<'_>,
    operation: &Operation<'_>,
    region: &str,
) -> Result<Option<String>, Error> {
    let (Some(required), Some(discovery)) = (
        operation.discovers_endpoint(),
        client.service.endpoint_discovery(),
    ) else {
        return Ok(None);
    };
    let shared = &client.shared;
    if !shared.config.discovery.clone()?.applies(required)? {
        return Ok(None);
    }
    let discover = discover(client, discovery, region);
    shared
        .discovered
        .url(region, required, &shared.config.clock, discover)
        .await
}

/// Calls the operation that returns endpoints.
async fn discover(
    client: &Client<'_>,
    operation: &Operation<'_>,
    region: &str,
) -> Result<Document, Error> {
    let input = TypedDocument {
        document: &Document::Map(Map::new()),
        service: client.service,
        shape: operation.input.unwrap_or(ShapeIndex::MAX),
    };
    let overrides = Overrides {
        region: Some(region.to_owned()),
        ..Overrides::default()
    };
    let output = operation.output.unwrap_or(ShapeIndex::MAX);
    let mut output = DocumentBuilder::new(client.service, output);
    let start = Start::Input {
        operation: operation.name,
        input: &input,
        body: Body::Empty,
        overrides: &overrides,
    };
    super::run_boxed(client, start, Some(&mut output)).await?;
    Ok(output.finish())
}
