//! A call, from input to output: validate → protocol → endpoint → sign → send → protocol.

pub(crate) mod config;

pub use config::Config;

use crate::auth::{self, Payload, Signing};
use crate::codec::{DeserializeError, Doubt, EncodeMode, Encoded};
use crate::discovery::Discovered;
use crate::document::{Document, Map};
use crate::endpoint::{self, AccountIdMode, ConfiguredUrl, Last, ResolvedEndpoint};
use crate::error::{Attempts, Cause, ConfigError, Error, ValidationError};
use crate::future::BoxFuture;
use crate::http::{LARGEST_ANSWER, Request, Response, Transport};
use crate::idempotency::WithToken;
use crate::identity::{Identity, IdentityContext, ResolveIdentity as _};
use crate::protocol::{self, Protocol};
use crate::random;
use crate::redact;
use crate::retry::{self, AttemptError};
use crate::schema::{self, Operation, Service};
use crate::validate::{self, Mode, Severity, Violation};
use crate::visit::{DocumentBuilder, TypedDocument, Visit, VisitError, Visitor};
use config::IdentitySource;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

/// The pseudo-region of services that have one endpoint for all regions.
const GLOBAL: &str = "aws-global";

/// Calls the operations of one service. Clones share connections and credentials.
#[derive(Debug, Clone)]
pub struct Client<'a> {
    service: &'a Service<'a>,
    /// `None` if it is not built in, which the first call reports.
    protocol: Option<&'static dyn Protocol>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    retries: retry::Shared,
    transport: Arc<dyn Transport>,
    last: Mutex<Option<Last>>,
    /// The URL that is configured in place of the service's own.
    url: OnceLock<Option<ConfiguredUrl>>,
    discovered: Discovered,
}

/// A request that is checked and written, and neither signed nor sent.
#[derive(Debug)]
pub struct Prepared<'a> {
    operation: &'a Operation<'a>,
    request: Request,
    region: String,
    bound: endpoint::EndpointBindings<'a>,
    /// How often it may be sent.
    attempts: u32,
    /// In what the request departs from the model, without being refused for it.
    pub warnings: Vec<Violation>,
}

/// What is different about one call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    pub(crate) region: Option<String>,
    pub(crate) validation: Option<Mode>,
    pub(crate) max_attempts: Option<u32>,
}

/// Where a call goes, and whether endpoint discovery says so.
struct Place {
    url: String,
    address: Arc<ResolvedEndpoint>,
    discovered: bool,
}

impl<'a> Client<'a> {
    /// A client for the service, with any of the protocols that are built in. Nothing is set up before
    /// the first call.
    pub fn new(service: &'a Service<'a>, config: Config) -> Self {
        Client::with_protocol(service, protocol::of(service.protocol), config)
    }

    /// For generated clients, which link the protocol of their service alone.
    #[doc(hidden)]
    pub fn with_protocol(
        service: &'a Service<'a>,
        protocol: Option<&'static dyn Protocol>,
        config: Config,
    ) -> Self {
        let transport = match &config.transport {
            Some(own) => own.clone(),
            None => config.reqwest.clone(),
        };
        let retries = retry::Shared::default();
        let last = Mutex::default();
        let url = OnceLock::new();
        let discovered = Discovered::default();
        let shared = Shared {
            config,
            retries,
            transport,
            last,
            url,
            discovered,
        };
        Client {
            service,
            protocol,
            shared: Arc::new(shared),
        }
    }

    /// The service that it calls.
    pub fn service(&self) -> &'a Service<'a> {
        self.service
    }

    /// Lets time pass, as between two attempts: at least so much, and at most so much.
    #[cfg(feature = "waiters")]
    pub async fn sleep(&self, least: std::time::Duration, most: std::time::Duration) {
        self.shared.config.sleep.sleep(least, most).await;
    }

    /// Calls an operation with a typed input; the answer's HTTP status comes with its output.
    ///
    /// # Errors
    ///
    /// Every kind of [`Error`].
    pub(crate) async fn call_with<O: Visitor + Default>(
        &self,
        operation: &str,
        input: &(dyn Visit + Sync),
        overrides: &Overrides,
    ) -> Result<(O, u16), Error> {
        let prepared = self.prepare_with(operation, input, overrides)?;
        for violation in &prepared.warnings {
            tracing::warn!(target: "opsmith", operation = prepared.operation.name, "{violation}");
        }
        let operation = prepared.operation;
        let response = self.send(prepared).await?;
        let mut output = O::default();
        self.read(operation, &response, &mut output)?;
        Ok((output, response.status))
    }

    /// Checks an input and writes the request.
    ///
    /// # Errors
    ///
    /// What the model refuses, or a missing region.
    pub fn prepare(&self, operation: &str, input: &dyn Visit) -> Result<Prepared<'a>, Error> {
        self.prepare_with(operation, input, &Overrides::default())
    }

    fn prepare_with(
        &self,
        operation: &str,
        input: &dyn Visit,
        overrides: &Overrides,
    ) -> Result<Prepared<'a>, Error> {
        let named = self.service.operation(operation);
        let operation = named.ok_or_else(|| {
            Error::Request(format!("the service has no operation {operation}").into())
        })?;
        let config = &self.shared.config;
        let region = match (&overrides.region, &config.region) {
            (Some(region), _) | (None, Ok(region)) => region.clone(),
            (None, Err(missing)) => self.global_region(missing)?,
        };
        let (mut request, warnings) = self.write(
            operation,
            input,
            overrides.validation.unwrap_or(config.validation),
        )?;
        if self
            .service
            .endpoint_discovery()
            .is_some_and(|discovery| discovery.name == operation.name)
        {
            request.headers.push((
                "x-amz-api-version".into(),
                self.service.version.to_owned().into(),
            ));
        }
        let bound = endpoint::EndpointBindings::new(self.service, operation, input);
        let attempts = overrides.max_attempts.unwrap_or(config.max_attempts);
        Ok(Prepared {
            operation,
            request,
            region,
            bound,
            attempts,
            warnings,
        })
    }

    /// Signs and sends a request, and retries it where that may help.
    ///
    /// # Errors
    ///
    /// No endpoint, no credentials, no answer, or an error of the service.
    pub async fn send(&self, prepared: Prepared<'a>) -> Result<Response, Error> {
        let Shared {
            config, retries, ..
        } = &*self.shared;
        let operation = prepared.operation;
        let protocol = self.protocol()?;
        let model = (self.service, operation);
        let payload = payload(&prepared.request).await?;
        let invocation = random::uuid();
        let mut attempts = Attempts::new(prepared.attempts);
        let mut cost = None;
        let mut until = None;
        let mut place = self.locate(&prepared).await?;
        loop {
            let mut attempt = self.authenticate(&prepared, &place, &payload).await?;
            attempt
                .headers
                .push(("amz-sdk-invocation-id".into(), invocation.clone().into()));
            attempt
                .headers
                .push(("amz-sdk-request".into(), retry::header(&attempts, until)));
            attempts.made += 1;
            let failed = match self.attempt(protocol, operation, &attempt).await {
                Ok(response) => {
                    retries.succeeded(cost);
                    return Ok(response);
                }
                Err(failed) => failed,
            };
            let moved = place.discovered && failed.is_moved();
            let Some(again) =
                retry::again(&mut attempts, retries, &failed, model, moved, self.now())
            else {
                return Err(failed.into_error(attempts, model));
            };
            if moved {
                self.shared.discovered.forget(&prepared.region).await;
                place = self.locate(&prepared).await?;
            }
            tracing::debug!(target: "opsmith", "attempt {} failed, another follows", attempts.made);
            config.sleep.sleep(again.least, again.most).await;
            cost = Some(again.cost);
            let timeout = config.reqwest.settings().read_timeout.unwrap_or_default();
            until = failed
                .date()
                .and_then(|_| retries.corrected(self.now()).checked_add(timeout));
        }
    }

    /// Signs a request without sending it: what the first attempt would send, without the headers
    /// that count attempts.
    ///
    /// # Errors
    ///
    /// No endpoint, or no credentials.
    pub async fn signed(&self, prepared: Prepared<'a>) -> Result<Request, Error> {
        let place = self.locate(&prepared).await?;
        let payload = payload(&prepared.request).await?;
        self.authenticate(&prepared, &place, &payload).await
    }

    /// Sends a request once.
    async fn attempt(
        &self,
        protocol: &dyn Protocol,
        operation: &Operation<'_>,
        request: &Request,
    ) -> Result<Response, AttemptError> {
        tracing::debug!(target: "opsmith", "sending {request:?}");
        let response = async {
            let response = self.shared.transport.send(request).await?;
            response.collect(LARGEST_ANSWER).await
        };
        let response = response.await.map_err(AttemptError::Transport)?;
        tracing::debug!(target: "opsmith", "answered {response:?}");
        match response.status {
            200..300 => Ok(response),
            _ => Err(AttemptError::Service(
                Box::new(protocol.error(self.service, operation, &response)),
                response,
            )),
        }
    }

    fn now(&self) -> SystemTime {
        self.shared.config.clock.now()
    }

    /// Reads the answer of an operation into its output.
    ///
    /// # Errors
    ///
    /// [`Error::Response`]
    pub fn read(
        &self,
        operation: &Operation<'a>,
        response: &Response,
        output: &mut dyn Visitor,
    ) -> Result<(), Error> {
        let read = self
            .protocol()?
            .output(self.service, operation, response, output);
        read.map_err(|error| unreadable(operation, None, error))
    }

    /// Reads the answer of an operation as a document: every value in the form in which it came, by
    /// the names of the model. Values of another type than the model's are no error.
    ///
    /// # Errors
    ///
    /// [`Error::Response`]
    pub fn read_document(
        &self,
        operation: &Operation<'a>,
        response: &Response,
    ) -> Result<Document, Error> {
        let read = self.protocol()?.document(self.service, operation, response);
        read.map_err(|error| {
            let top = schema::member("", operation.output.unwrap_or(schema::ShapeIndex::MAX));
            let shown = !redact::holds_secrets(self.service, &top);
            let start = String::from_utf8_lossy(&response.body)
                .chars()
                .take(SHOWN)
                .collect::<String>();
            unreadable(operation, shown.then_some(&start), error)
        })
    }

    /// Why a successful answer may not be what the service sent, if there is a sign of it.
    pub fn doubt(&self, operation: &Operation<'a>, response: &Response) -> Option<Doubt> {
        self.protocol?.doubt(operation, response)
    }

    /// The same request with what is sensitive in its input replaced by
    /// [`REDACTED`](redact::REDACTED): to be shown, not to be sent.
    ///
    /// # Errors
    ///
    /// [`Error::Request`]
    pub fn redacted(
        &self,
        prepared: Prepared<'a>,
        input: &dyn Visit,
    ) -> Result<Prepared<'a>, Error> {
        let protocol = self.protocol()?;
        let encoded = self.encode(protocol, prepared.operation, input, EncodeMode::Redacted);
        let request = encoded.map_err(|error| Error::Request(Cause::of(error)))?;
        Ok(Prepared {
            request: request.value,
            ..prepared
        })
    }

    fn protocol(&self) -> Result<&'static dyn Protocol, Error> {
        self.protocol.ok_or_else(|| {
            let protocol = self.service.protocol;
            Error::Request(format!("the protocol {protocol:?} is not built in").into())
        })
    }

    /// Serializes the input. Returns the request and the violations that `mode` lets through as
    /// warnings.
    fn write(
        &self,
        operation: &Operation<'_>,
        input: &dyn Visit,
        mode: Mode,
    ) -> Result<(Request, Vec<Violation>), Error> {
        let encode_mode = if mode == Mode::Off {
            EncodeMode::Unchecked
        } else {
            EncodeMode::Checked
        };
        let encoded = self.encode(self.protocol()?, operation, input, encode_mode);
        let conforms = encoded.as_ref().is_ok_and(|encoded| encoded.conforms);
        let violations = match operation.input {
            // Only what does not conform is walked again, for the messages.
            Some(shape) if mode != Mode::Off && !conforms => {
                validate::validate(input, self.service, shape)
            }
            _ => Vec::new(),
        };
        let warnings = self.judge(violations, mode)?;
        let request = encoded.map_err(|error| Error::Request(Cause::of(error)))?;
        Ok((request.value, warnings))
    }

    /// The request for the input, with an idempotency token if it needs one.
    fn encode(
        &self,
        protocol: &dyn Protocol,
        operation: &Operation<'_>,
        input: &dyn Visit,
        mode: EncodeMode,
    ) -> Result<Encoded<Request>, VisitError> {
        match WithToken::new(self.service, operation, input) {
            Some(input) => protocol.request(self.service, operation, &input, mode),
            None => protocol.request(self.service, operation, input, mode),
        }
    }

    /// The violations that only deserve a warning, or the refusal.
    fn judge(&self, violations: Vec<Violation>, mode: Mode) -> Result<Vec<Violation>, Error> {
        let of = |severity| {
            violations
                .iter()
                .filter(move |found| found.severity(mode) == severity)
                .cloned()
        };
        let refused: Vec<_> = of(Severity::Refuse).collect();
        if refused.is_empty() {
            Ok(of(Severity::Warn).collect())
        } else {
            Err(Error::Invalid(ValidationError {
                violations: refused,
                model: self.service.source.to_owned(),
            }))
        }
    }

    /// Where a call goes.
    async fn locate(&self, prepared: &Prepared<'a>) -> Result<Place, Error> {
        let Prepared {
            operation,
            region,
            bound,
            ..
        } = prepared;
        let config = &self.shared.config;
        let configured = self.configured_url()?;
        let account_id_mode = self.account_id_mode();
        let account_id = if configured.is_none() && account_id_mode != AccountIdMode::Disabled {
            self.account_id(operation, region).await?
        } else {
            None
        };
        let address = self.address(
            endpoint::Known {
                settings: endpoint::Settings {
                    region,
                    fips: config.fips,
                    dual_stack: config.dual_stack,
                },
                url: configured
                    .as_ref()
                    .map(|configured| configured.url.0.as_str()),
                account_id: account_id.as_deref(),
                account_id_mode,
            },
            bound,
        )?;
        let discovered = if configured
            .as_ref()
            .is_some_and(|configured| configured.by_option)
        {
            None
        } else {
            self.discovered_url(operation, region).await?
        };
        let url = match &discovered {
            Some(url) => endpoint::configured(url),
            None if !config.host_prefixes => Ok(address.url.0.clone()),
            None => bound.prefixed(&address.url.0),
        }
        .map_err(|problem| Error::Endpoint(problem.into()))?;
        Ok(Place {
            url,
            address,
            discovered: discovered.is_some(),
        })
    }

    /// Where requests go by the endpoint rules, before what of the input goes before the host name.
    fn address(
        &self,
        known: endpoint::Known<'_>,
        bound: &endpoint::EndpointBindings<'_>,
    ) -> Result<Arc<ResolvedEndpoint>, Error> {
        let mut last = self
            .shared
            .last
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = last.as_ref().and_then(|last| last.of(known, bound)) {
            return Ok(address);
        }
        let address = Arc::new(
            ResolvedEndpoint::of(self.service, known, bound)
                .map_err(|problem| Error::Endpoint(problem.into()))?,
        );
        *last = Some(Last::new(known, bound, address.clone()));
        Ok(address)
    }

    /// The URL that is configured in place of the service's own.
    fn configured_url(&self) -> Result<&Option<ConfiguredUrl>, Error> {
        let Shared { config, url, .. } = &*self.shared;
        if let Some(configured) = url.get() {
            return Ok(configured);
        }
        let configured = match (&config.endpoint_url, &config.endpoint_urls) {
            (Some(url), _) => Some(ConfiguredUrl {
                url: url.clone(),
                by_option: true,
            }),
            (None, Some(urls)) => urls.endpoint_url(self.service.sdk_id)?,
            (None, None) => None,
        };
        if let Some(ConfiguredUrl { url, .. }) = &configured {
            endpoint::configured(&url.0).map_err(|problem| Error::Endpoint(problem.into()))?;
        }
        Ok(url.get_or_init(|| configured))
    }

    /// The region to call when none is configured, which only services with one endpoint for all
    /// regions allow.
    fn global_region(&self, missing: &ConfigError) -> Result<String, Error> {
        let signing_region = endpoint::signing_region(self.service, GLOBAL);
        match (signing_region, self.configured_url()?) {
            (Some(signing_region), Some(_)) => Ok(signing_region),
            (Some(_), None) => Ok(GLOBAL.to_owned()),
            (None, _) => Err(missing.clone().into()),
        }
    }

    /// Whether endpoints have the account in them.
    fn account_id_mode(&self) -> AccountIdMode {
        let config = &self.shared.config;
        let anonymous = matches!(config.identity, IdentitySource::Anonymous);
        if anonymous || !endpoint::asks_for_account(self.service) {
            return AccountIdMode::Disabled;
        }
        config.account_id_mode
    }

    /// The account of the credentials that an operation is signed with.
    async fn account_id(
        &self,
        operation: &Operation<'_>,
        region: &str,
    ) -> Result<Option<Arc<str>>, Error> {
        if self.service.auth(operation).is_empty() {
            return Ok(None);
        }
        Ok(self
            .identity(region)
            .await?
            .and_then(|identity| identity.account_id().cloned()))
    }

    /// The URL that endpoint discovery has for an operation, if it is one of those that are
    /// discovered.
    async fn discovered_url(
        &self,
        operation: &Operation<'a>,
        region: &str,
    ) -> Result<Option<String>, Error> {
        let (Some(required), Some(discovery)) = (
            operation.discovers_endpoint(),
            self.service.endpoint_discovery(),
        ) else {
            return Ok(None);
        };
        if !self.shared.config.discovery.clone()?.applies(required)? {
            return Ok(None);
        }
        let overrides = Overrides {
            region: Some(region.to_owned()),
            ..Overrides::default()
        };
        let context = self.ask(discovery.name, overrides);
        self.shared
            .discovered
            .url(region, required, self.now(), context)
            .await
    }

    /// Calls an operation without input, on the heap, since it is seldom and may be within another
    /// call.
    fn ask<'s>(
        &'s self,
        operation: &'a str,
        overrides: Overrides,
    ) -> BoxFuture<'s, Result<Document, Error>> {
        Box::pin(async move {
            let shape = self
                .service
                .operation(operation)
                .and_then(|operation| operation.input);
            let document = Document::Map(Map::new());
            let shape = shape.unwrap_or(schema::ShapeIndex::MAX);
            let input = TypedDocument {
                document: &document,
                service: self.service,
                shape,
            };
            let prepared = self.prepare_with(operation, &input, &overrides)?;
            let operation = prepared.operation;
            let response = self.send(prepared).await?;
            let mut visitor = DocumentBuilder::new(
                self.service,
                operation.output.unwrap_or(schema::ShapeIndex::MAX),
            );
            self.read(operation, &response, &mut visitor)?;
            Ok(visitor.finish())
        })
    }

    /// A copy of the request for one attempt, with what the endpoint asks for, a signature, and
    /// the user agent.
    async fn authenticate(
        &self,
        prepared: &Prepared<'a>,
        place: &Place,
        payload: &Payload,
    ) -> Result<Request, Error> {
        let Prepared {
            operation, request, ..
        } = prepared;
        let address = &place.address;
        let mut attempt = Request::new(request.method, place.url.clone());
        attempt.body = request.body.clone();
        let own = request.headers.iter().chain(&address.headers);
        attempt.headers = Vec::with_capacity(own.size_hint().0 + HEADERS_OF_ATTEMPT);
        attempt.headers.extend(own.cloned());
        let (scheme, scope) = auth::select(
            operation.name,
            self.service.auth(operation),
            &address.auth,
            address.scope(),
            !matches!(self.shared.config.identity, IdentitySource::Anonymous),
        )?;
        let identity = if scheme.needs_identity() {
            self.identity(scope.region).await?
        } else {
            None
        };
        let with = Signing {
            identity: identity.as_ref(),
            scope,
            payload,
            now: self.shared.retries.corrected(self.now()),
        };
        scheme
            .sign(&mut attempt, &with)
            .map_err(|error| Error::Request(Cause::of(error)))?;
        // After the signature, as proxies may change it.
        attempt
            .headers
            .push(("user-agent".into(), self.shared.config.user_agent.clone()));
        Ok(attempt)
    }

    /// The identity that signs requests for a region, or `None` if the client doesn't sign.
    async fn identity(&self, region: &str) -> Result<Option<Identity>, Error> {
        let cache = match &self.shared.config.identity {
            IdentitySource::Missing => return Err(ConfigError::no_credentials().into()),
            IdentitySource::Anonymous => return Ok(None),
            IdentitySource::Fixed(identity) => return Ok(Some(identity.clone())),
            IdentitySource::Resolved(cache) => cache,
        };
        let now = self.now();
        match cache.cached(now) {
            Some(identity) => Ok(Some(identity)),
            None => Ok(Some(
                cache.resolve(IdentityContext::new(region, now)).await?,
            )),
        }
    }
}

/// How many headers an attempt adds: signature (3), user agent, and those that count attempts (2).
const HEADERS_OF_ATTEMPT: usize = 6;

/// What signatures say of the body of a request.
async fn payload(request: &Request) -> Result<Payload, Error> {
    Payload::of(&request.body).await.map_err(|error| {
        let message = format!("the body of the request can't be read: {error}");
        Error::Request(Cause::with(message, error))
    })
}

/// How many characters messages show of an answer that can't be read.
const SHOWN: usize = 80;

fn unreadable(operation: &Operation<'_>, start: Option<&str>, error: DeserializeError) -> Error {
    let start = start.map_or_else(String::new, |start| format!(": {start:?}"));
    let message = format!("{}: {error}{start}", operation.name);
    Error::Response(Cause::with(message, error))
}

/// Makes a generated client of a tuple structure around [`Client`].
#[macro_export]
macro_rules! client {
    ($name:ident, $service:ident) => {
        impl $name {
            /// A client with this configuration. Nothing is set up before the first call.
            pub fn new(config: $crate::Config) -> Self {
                const PROTOCOL: ::core::option::Option<&'static dyn $crate::protocol::Protocol> =
                    $crate::protocol::of($service.protocol);
                const {
                    ::core::assert!(
                        PROTOCOL.is_some(),
                        "the protocol of this service is not built into opsmith-runtime"
                    );
                }
                Self($crate::Client::with_protocol(&$service, PROTOCOL, config))
            }

            /// A client with the configuration of the environment and the shared files, as the AWS
            /// CLI reads them.
            ///
            /// # Errors
            ///
            /// A file or setting that can't be read. That there are no credentials is told by the
            /// first call.
            pub fn from_env() -> ::std::result::Result<Self, $crate::Error> {
                $crate::Config::from_env().map(Self::new)
            }
        }
    };
}

/// Gives a generated client a method per waiter of the model.
#[cfg(feature = "waiters")]
#[doc(hidden)]
#[macro_export]
macro_rules! waiters {
    ($client:ident { $($(#[$docs:meta])* $method:ident = $operation:ident($($input:ident: $type:ty)?) -> $output:ty, $name:literal;)* }) => {
        impl $client {
            $(
                $(#[$docs])*
                #[allow(deprecated)]
                pub fn $method(&self $(, $input: $type)?) -> $crate::waiter::Waiting<$output> {
                    $crate::waiter::Waiting::new(self.$operation($($input)?), $name)
                }
            )*
        }
    };
}

/// Waiters are a feature.
#[cfg(not(feature = "waiters"))]
#[doc(hidden)]
#[macro_export]
macro_rules! waiters {
    ($($waiters:tt)*) => {};
}
