//! [`ResolvedEndpoint`]: where requests go, and how they are authenticated there.

use super::{Endpoint, EndpointBindings, EndpointError, Known, Value};
use crate::auth::EndpointAuth;
use crate::auth::sigv4::Scope;
use crate::http::{Header, Url};
use crate::schema::Service;
use ::http::Uri;
use std::sync::Arc;

/// Where requests go, and how they are authenticated there.
#[derive(Debug)]
pub(crate) struct ResolvedEndpoint {
    /// The URL, with a path.
    pub(crate) url: Url,
    /// Headers that the endpoint asks for.
    pub(crate) headers: Vec<Header>,
    /// The authentication schemes that the endpoint lists, best first.
    pub(crate) auth: Vec<EndpointAuth>,
    region: String,
    service: String,
}

impl ResolvedEndpoint {
    /// The endpoint that the rules of the service lead to.
    ///
    /// # Errors
    ///
    /// Why there is no endpoint.
    pub(crate) fn of(
        service: &Service<'_>,
        known: Known<'_>,
        bound: &EndpointBindings<'_>,
    ) -> Result<Self, EndpointError> {
        let region = known.settings.region;
        let endpoint = super::resolve(service, known, bound)?;
        // Rules may put something before the host of a URL that is configured, and not lead
        // elsewhere.
        let leads_to = |url: &str| {
            let url: Option<Uri> = url.parse().ok();
            url.and_then(|url| Some(endpoint.url.contains(url.authority()?.as_str())))
        };
        let elsewhere = known.url.filter(|url| leads_to(url) != Some(true));
        let url = super::configured(elsewhere.unwrap_or(&endpoint.url))?;
        let region = super::without_fips(region).unwrap_or(region);
        let auth = endpoint.auth_schemes().iter();
        Ok(ResolvedEndpoint {
            url: Url(url),
            auth: auth
                .map(|scheme| listed(scheme, region, service.signing_name))
                .collect(),
            region: region.to_owned(),
            service: service.signing_name.to_owned(),
            headers: headers(endpoint),
        })
    }

    /// What requests are signed for, unless the endpoint says otherwise.
    pub(crate) fn scope(&self) -> Scope<'_> {
        Scope::new(&self.region, &self.service)
    }
}

/// An entry of the endpoint's `authSchemes`.
fn listed(scheme: &Value, region: &str, service: &str) -> EndpointAuth {
    let text = |name| scheme.get(name).and_then(Value::as_text);
    let name = text("name").unwrap_or_default();
    let set = match scheme.get("signingRegionSet") {
        Some(Value::List(regions)) => {
            let regions: Vec<&str> = regions.iter().filter_map(Value::as_text).collect();
            regions.join(",")
        }
        _ => String::new(),
    };
    // Of SigV4a, all regions unless there is a set.
    let usual = if name == "sigv4a" { "*" } else { region };
    let usual = if set.is_empty() { usual } else { set.as_str() };
    EndpointAuth {
        name: name.to_owned(),
        region: text("signingRegion").unwrap_or(usual).to_owned(),
        service: text("signingName").unwrap_or(service).to_owned(),
        double_encoding: scheme.get("disableDoubleEncoding") != Some(&Value::Boolean(true)),
    }
}

fn headers(endpoint: Endpoint) -> Vec<Header> {
    let one = |(name, values): (String, Vec<String>)| {
        values
            .into_iter()
            .next()
            .map(|value| (name.to_ascii_lowercase().into(), value.into()))
    };
    endpoint.headers.into_iter().filter_map(one).collect()
}

/// The last endpoint of a client, and the inputs it was resolved from: most clients use only one.
#[derive(Debug)]
pub(crate) struct Last {
    region: String,
    account_id: Option<Arc<str>>,
    parameters: Vec<(String, Value)>,
    address: Arc<ResolvedEndpoint>,
}

impl Last {
    pub(crate) fn new(
        known: Known<'_>,
        bound: &EndpointBindings<'_>,
        address: Arc<ResolvedEndpoint>,
    ) -> Self {
        let parameters = bound
            .parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        Last {
            region: known.settings.region.to_owned(),
            account_id: known.account_id.map(Arc::from),
            parameters: parameters.collect(),
            address,
        }
    }

    /// The address, if it is the one that these lead to.
    pub(crate) fn of(
        &self,
        known: Known<'_>,
        bound: &EndpointBindings<'_>,
    ) -> Option<Arc<ResolvedEndpoint>> {
        let known_parameters = bound.parameters.iter().map(|(name, value)| (*name, value));
        let same = self.region == known.settings.region
            && self.account_id.as_deref() == known.account_id
            && self
                .parameters
                .iter()
                .map(|(name, value)| (name.as_str(), value))
                .eq(known_parameters);
        same.then(|| self.address.clone())
    }
}
