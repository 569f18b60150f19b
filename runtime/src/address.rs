//! [`ResolvedEndpoint`]: where requests go, and how they are authenticated there.

use crate::endpoint::{self, Endpoint, EndpointBindings, Known, Value};
use crate::error::Error;
use crate::http::{Header, Url};
use crate::schema::{Auth, Operation, Service};
use crate::sign::Scope;
use ::http::Uri;
use std::sync::Arc;

/// Where requests go, and how they are authenticated there.
#[derive(Debug)]
pub(crate) struct ResolvedEndpoint {
    /// The URL, with a path.
    pub(crate) url: Url,
    /// Headers that the endpoint asks for.
    pub(crate) headers: Vec<Header>,
    region: String,
    service: String,
    double_encoding: bool,
    schemes: Schemes,
}

/// Which authentication schemes an endpoint takes.
#[derive(Debug, PartialEq)]
enum Schemes {
    /// Those that the model lists for the operation or the service.
    OfModel,
    /// It lists SigV4.
    SigV4,
    /// It lists only others, of which this is the first.
    Other(String),
}

impl ResolvedEndpoint {
    /// The address by the endpoint rules of the service.
    ///
    /// # Errors
    ///
    /// Why there is none.
    pub(crate) fn of(
        service: &Service<'_>,
        known: Known<'_>,
        bound: &EndpointBindings<'_>,
    ) -> Result<Self, String> {
        let region = known.settings.region;
        let endpoint = endpoint::resolve(service, known, bound)?;
        // Rules may put something before the host of a URL that is configured, and not lead
        // elsewhere.
        let leads_to = |url: &str| {
            let url: Option<Uri> = url.parse().ok();
            url.and_then(|url| Some(endpoint.url.contains(url.authority()?.as_str())))
        };
        let elsewhere = known.url.filter(|url| leads_to(url) != Some(true));
        let url = endpoint::configured(elsewhere.unwrap_or(&endpoint.url))?;
        let name = |scheme: &Value| {
            scheme
                .get("name")
                .and_then(Value::as_text)
                .map(str::to_owned)
        };
        let listed = endpoint.auth_schemes();
        let sigv4 = listed
            .iter()
            .find(|scheme| scheme.get("name").and_then(Value::as_text) == Some("sigv4"));
        let schemes = match (sigv4, listed.first()) {
            (Some(_), _) => Schemes::SigV4,
            (None, Some(other)) => Schemes::Other(name(other).unwrap_or_default()),
            (None, None) => Schemes::OfModel,
        };
        let part = |name| sigv4.and_then(|scheme| scheme.get(name));
        let text = |name, usual: &str| {
            part(name)
                .and_then(Value::as_text)
                .unwrap_or(usual)
                .to_owned()
        };
        Ok(ResolvedEndpoint {
            url: Url(url),
            region: text(
                "signingRegion",
                endpoint::without_fips(region).unwrap_or(region),
            ),
            service: text("signingName", service.signing_name),
            double_encoding: part("disableDoubleEncoding") != Some(&Value::Boolean(true)),
            schemes,
            headers: headers(endpoint),
        })
    }

    /// The region that requests are signed for.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// What an operation's requests are signed for; none for those that go out unsigned.
    ///
    /// # Errors
    ///
    /// When only authentication schemes are offered that are not built in.
    pub(crate) fn scope(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
    ) -> Result<Option<Scope<'_>>, Error> {
        let own = service.auth(operation);
        let other = match (&self.schemes, own.first()) {
            // Not even the endpoint asks for a signature where the operation takes none.
            (_, None) => return Ok(None),
            (Schemes::Other(name), _) => Some(name.as_str()),
            (Schemes::OfModel, Some(Auth::Other(id))) if !own.contains(&Auth::SigV4) => Some(*id),
            _ => None,
        };
        let region = &*self.region;
        let service = &*self.service;
        let double_encoding = self.double_encoding;
        match other {
            None => Ok(Some(Scope {
                region,
                service,
                double_encoding,
            })),
            Some(name) => Err(Error::Request(format!(
                "{} needs authentication with {name}, which is not supported: requests are signed with SigV4 only.",
                operation.name
            ))),
        }
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

/// The last address of a client, and what it was resolved from: most clients call no other.
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
