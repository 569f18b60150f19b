//! [`Client`]: what the calls of one service share. [`pipeline`](crate::pipeline) makes the calls.

pub(crate) mod bodies;
pub(crate) mod config;
#[cfg(feature = "catalog")]
mod dynamic;
mod macros;

pub use bodies::When;
pub use config::Config;

use crate::discovery::Discovered;
#[cfg(feature = "xml")]
use crate::endpoint::bucket;
use crate::endpoint::{ConfiguredUrl, Last, Value};
use crate::http::Transport;
use crate::protocol::{self, Protocol};
use crate::retry;
use crate::schema::Service;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::SystemTime;

/// Calls the operations of one service. Clones share connections and credentials.
#[derive(Debug, Clone)]
pub struct Client<'a> {
    pub(crate) service: &'a Service<'a>,
    /// `None` if it is not supported, which the first call reports.
    pub(crate) protocol: Option<&'static dyn Protocol>,
    pub(crate) shared: Arc<Shared>,
}

/// What clones of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) retries: retry::Shared,
    /// The endpoint of the last call.
    pub(crate) last: Mutex<Option<Last>>,
    /// The URL that is configured in place of the service's own.
    pub(crate) url: OnceLock<Option<ConfiguredUrl>>,
    /// Parameters of the endpoint rules that all calls have in common.
    pub(crate) parameters: OnceLock<Vec<(String, Value)>>,
    pub(crate) discovered: Discovered,
    /// The regions of buckets that were not in the client's.
    #[cfg(feature = "xml")]
    pub(crate) bucket_regions: bucket::Regions,
    #[cfg(feature = "s3express")]
    pub(crate) sessions: crate::auth::session::Sessions,
}

impl<'a> Client<'a> {
    /// A client for the service, with any of the protocols that the runtime supports. Nothing is set up
    /// before the first call.
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
            None => config.network.clone(),
        };
        let shared = Shared {
            config,
            transport,
            retries: retry::Shared::default(),
            last: Mutex::default(),
            url: OnceLock::new(),
            parameters: OnceLock::new(),
            discovered: Discovered::default(),
            #[cfg(feature = "xml")]
            bucket_regions: bucket::Regions::default(),
            #[cfg(feature = "s3express")]
            sessions: Default::default(),
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

    /// Waits as between two attempts, for a random time between the two durations.
    #[cfg(feature = "waiters")]
    pub async fn sleep(&self, min_delay: std::time::Duration, max_delay: std::time::Duration) {
        self.shared.config.sleep.sleep(min_delay, max_delay).await;
    }

    /// The time on the client's clock.
    pub(crate) fn now(&self) -> SystemTime {
        self.shared.config.clock.now()
    }
}
