//! [`Config`]: what a client is made with.

use super::bodies::Bodies;
use crate::auth::Preference;
use crate::clock::Clock;
use crate::discovery::Discovery;
use crate::endpoint::{AccountIdMode, EndpointSettings, Value};
use crate::error::ConfigError;
use crate::http::network::{self, Network};
use crate::http::{Transport, Url};
use crate::identity::{
    Cache, Credentials, Identity, IdentityCache, ResolveIdentity, ResolveToken, ServiceTokens,
    Token,
};
use crate::retry::{Sleep, TokioSleep};
use crate::validate::Mode;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::SystemTime;

/// Configuration of a [`Client`](crate::Client): region, endpoint, credentials, validation,
/// retries and transport.
#[derive(Debug, Clone)]
pub struct Config {
    /// The region, or why there is none.
    pub(crate) region: Result<String, ConfigError>,
    pub(crate) endpoint_url: Option<Url>,
    /// Parameters of the endpoint rules.
    pub(crate) endpoint_parameters: Vec<(String, Value)>,
    /// Where to look for the URL of the service and the parameters of its endpoint rules when they
    /// are not set.
    pub(crate) endpoint_settings: Option<Arc<dyn EndpointSettings>>,
    pub(crate) identity: IdentitySource,
    pub(crate) token: Option<TokenSource>,
    /// Where to look for a token of the service, before `token`.
    pub(crate) service_tokens: Option<Arc<dyn ServiceTokens>>,
    pub(crate) auth_preference: Preference,
    /// The regions that requests are signed for with SigV4a, with commas between them.
    pub(crate) signing_regions: Option<String>,
    pub(crate) validation: Mode,
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
    pub(crate) account_id_mode: AccountIdMode,
    /// Which operations discover their endpoint, or why the setting can't be read.
    pub(crate) discovery: Result<Discovery, ConfigError>,
    /// Whether operations may put a prefix before the host name of their endpoint.
    pub(crate) host_prefixes: bool,
    pub(crate) bodies: Bodies,
    pub(crate) network: Arc<Network>,
    /// What sends requests in place of `network`.
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) user_agent: Cow<'static, str>,
    pub(crate) max_attempts: u32,
    pub(crate) sleep: Arc<dyn Sleep>,
    pub(crate) clock: Clock,
}

/// The default of the `user-agent` header.
pub(crate) const USER_AGENT: &str = concat!("opsmith/", env!("CARGO_PKG_VERSION"));

/// Where the identity comes from that requests are signed with.
#[derive(Debug, Clone)]
pub(crate) enum IdentitySource {
    /// Nowhere: an error of the first call that must be signed.
    Missing,
    /// Requests are not signed.
    Anonymous,
    Fixed(Identity),
    Resolved(Arc<IdentityCache>),
}

/// Where bearer tokens come from.
#[derive(Debug, Clone)]
pub(crate) enum TokenSource {
    Fixed(Token),
    Resolved(Arc<Cache<Token>>),
}

impl Default for Config {
    fn default() -> Self {
        Config::new()
    }
}

impl Config {
    /// An empty configuration, which reads nothing from the environment: set a region and
    /// credentials.
    pub fn new() -> Self {
        Config {
            region: Err(ConfigError::no_region()),
            endpoint_url: None,
            endpoint_parameters: Vec::new(),
            endpoint_settings: None,
            identity: IdentitySource::Missing,
            token: None,
            service_tokens: None,
            auth_preference: Preference::default(),
            signing_regions: None,
            validation: Mode::default(),
            fips: false,
            dual_stack: false,
            account_id_mode: AccountIdMode::Preferred,
            discovery: Ok(Discovery::Required),
            host_prefixes: true,
            bodies: Bodies::default(),
            network: Arc::default(),
            transport: None,
            user_agent: USER_AGENT.into(),
            max_attempts: 3,
            sleep: Arc::new(TokioSleep),
            clock: Clock::default(),
        }
    }

    /// The region, e.g. `eu-west-1`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Ok(region.into());
        self
    }

    /// Whether no region is set.
    pub fn has_no_region(&self) -> bool {
        self.region.is_err()
    }

    /// The URL to call in place of the service's own.
    pub fn endpoint_url(mut self, url: impl Into<String>) -> Self {
        self.endpoint_url = Some(Url(url.into()));
        self
    }

    /// The region, if one is set.
    pub fn region_name(&self) -> Option<&str> {
        self.region.as_deref().ok()
    }

    /// Sets a parameter of the service's endpoint rules, by its name in the model: `true` for
    /// `ForcePathStyle`, `Accelerate`, `UseDualStack`. It goes before the configuration, and after what
    /// an operation or its input sets. A name that the rules don't have is an error of each call.
    pub fn endpoint_parameter(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.endpoint_parameters.push((name.into(), value.into()));
        self
    }

    /// Signs with these credentials, which are never refreshed.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.identity = IdentitySource::Fixed(credentials.into());
        self
    }

    /// Signs with this identity.
    #[cfg(feature = "s3express")]
    pub(crate) fn identity(mut self, identity: Identity) -> Self {
        self.identity = IdentitySource::Fixed(identity);
        self
    }

    /// Where to take credentials from, in place of the environment and the shared files. They are
    /// cached, and resolved again before they expire.
    pub fn credentials_from(mut self, resolver: impl ResolveIdentity + 'static) -> Self {
        self.identity = IdentitySource::Resolved(Arc::new(IdentityCache::new(resolver)));
        self
    }

    /// Authenticates requests to services that take bearer tokens with this one, which is never
    /// refreshed. A service that takes signatures as well gets them instead, if there are credentials
    /// and [`Config::auth_scheme_preference`] does not say otherwise.
    pub fn token(mut self, token: Token) -> Self {
        self.token = Some(TokenSource::Fixed(token));
        self.service_tokens = None;
        self
    }

    /// Where to take bearer tokens from, in place of the environment and the shared files. They are
    /// cached, and resolved again before they expire.
    pub fn token_from(mut self, resolver: impl ResolveToken + 'static) -> Self {
        self.token = Some(TokenSource::Resolved(Arc::new(Cache::new(resolver))));
        self.service_tokens = None;
        self
    }

    /// The authentication schemes to prefer, best first, of those that the model or the endpoint
    /// allows: `sigv4`, `sigv4a`, `httpBearerAuth`, `noAuth`. Other names have no effect.
    pub fn auth_scheme_preference(
        mut self,
        names: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.auth_preference = Preference {
            names: names.into_iter().map(Into::into).collect(),
            by_program: true,
        };
        self
    }

    /// The regions that a signature with SigV4a is valid for, in place of those of the endpoint:
    /// names of regions, which may end with `*`.
    pub fn sigv4a_signing_region_set(
        mut self,
        regions: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let regions: Vec<String> = regions.into_iter().map(Into::into).collect();
        self.signing_regions = Some(regions.join(",")).filter(|regions| !regions.is_empty());
        self
    }

    /// Sends requests unsigned, whatever identities there are.
    pub fn anonymous(mut self) -> Self {
        self.identity = IdentitySource::Anonymous;
        self
    }

    /// How strictly requests are checked against the model.
    pub fn validation(mut self, mode: Mode) -> Self {
        self.validation = mode;
        self
    }

    /// Changes how this client connects. It has no effect on a transport of your own
    /// ([`Config::transport`]), nor on where credentials come from
    /// ([`Loader::connection`](crate::config::Loader::connection) has).
    pub fn connection(mut self, change: impl FnOnce(&mut network::Settings)) -> Self {
        let mut settings = self.network.settings().clone();
        change(&mut settings);
        self.network = Arc::new(Network::new(settings));
        self
    }

    /// What sends this client's requests, in place of HTTP over the network. Requests for credentials
    /// do not go through it ([`Loader::transport`](crate::config::Loader::transport) is for them).
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Maximum number of attempts of a call, counting the first (default: 3).
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// What waits between two attempts. Tests bring their own, which takes no time.
    pub fn sleep(mut self, sleep: Arc<dyn Sleep>) -> Self {
        self.sleep = sleep;
        self
    }

    /// Sets the source of the current time, in place of the machine's clock: for signatures and the
    /// expiry of credentials.
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(clock);
        self
    }

    /// The `user-agent` header.
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Cow::Owned(user_agent.into());
        self
    }
}
