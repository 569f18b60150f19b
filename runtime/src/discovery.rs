//! Endpoint discovery: an operation of the service returns the endpoints of other operations, which
//! are valid for some time.

use crate::clock::Clock;
use crate::document::Document;
use crate::error::{Cause, Error};
use std::future::Future;
use std::time::{Duration, SystemTime};
use tokio::sync::Mutex;

/// Which operations discover their endpoint (`endpoint_discovery_enabled`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Discovery {
    /// Those that require it.
    Required,
    /// All that support it.
    All,
    /// None: operations that require it fail.
    Off,
}

impl Discovery {
    /// Whether an operation that supports or requires discovery uses it.
    ///
    /// # Errors
    ///
    /// The operation requires discovery, and it is off.
    pub(crate) fn applies(self, required: bool) -> Result<bool, Error> {
        match (self, required) {
            (Discovery::Required | Discovery::Off, false) => Ok(false),
            (Discovery::All, _) | (Discovery::Required, true) => Ok(true),
            (Discovery::Off, true) => Err(Error::Endpoint(
                "Endpoint Discovery is not enabled but this operation requires it.\n\
                 Set endpoint_discovery_enabled to auto or true."
                    .into(),
            )),
        }
    }
}

/// How long optional discovery pauses after the service could not be reached.
const SPARED: Duration = Duration::from_secs(60);

/// The discovered endpoints of a client, by region. Calls that arrive during a request for one wait
/// for its answer.
#[derive(Debug, Default)]
pub(crate) struct Discovered(Mutex<Vec<CachedEndpoint>>);

#[derive(Debug)]
struct CachedEndpoint {
    region: String,
    url: Option<String>,
    /// When to ask the service again.
    until: SystemTime,
}

impl Discovered {
    /// The URL for a region, cached or from the service. `None` if the service can't be reached and
    /// discovery is not required.
    ///
    /// # Errors
    ///
    /// The service answers with an error or without an address, or discovery is required and the
    /// service can't be reached.
    pub(crate) async fn url(
        &self,
        region: &str,
        required: bool,
        clock: &Clock,
        ask: impl Future<Output = Result<Document, Error>>,
    ) -> Result<Option<String>, Error> {
        let mut all = self.0.lock().await;
        // Not before: a request of another call may have taken long.
        let now = clock.now();
        let at = all.iter().position(|cached| cached.region == region);
        let cached = at
            .and_then(|at| all.get(at))
            .filter(|cached| now < cached.until);
        if let Some(cached) = cached.filter(|cached| cached.url.is_some() || !required) {
            return Ok(cached.url.clone());
        }
        let stale = at
            .map(|at| all.swap_remove(at))
            .and_then(|cached| cached.url);
        let (url, time) = match ask.await {
            Ok(answer) => read(&answer).map(|(url, time)| (Some(url), time))?,
            Err(Error::Transport(error)) if stale.is_none() && required => {
                let text = format!(
                    "Endpoint Discovery failed to refresh the required endpoints.\n{error}"
                );
                return Err(Error::Endpoint(Cause::with(text, error)));
            }
            Err(Error::Transport(_)) => (stale, SPARED),
            Err(error) => return Err(error),
        };
        let now = clock.now();
        all.push(CachedEndpoint {
            region: region.to_owned(),
            url: url.clone(),
            until: now.checked_add(time).unwrap_or(now),
        });
        Ok(url)
    }

    /// Forgets the URL of a region, which the service says is wrong.
    pub(crate) async fn forget(&self, region: &str) {
        self.0.lock().await.retain(|cached| cached.region != region);
    }
}

/// The first address of an answer as a URL, and for how long it is valid.
fn read(answer: &Document) -> Result<(String, Duration), Error> {
    let first = match answer.get("Endpoints") {
        Some(Document::List(endpoints)) => endpoints.first(),
        _ => None,
    };
    let address = first
        .and_then(|endpoint| endpoint.get("ResolvedEndpoint")?.as_str())
        .filter(|address| !address.is_empty());
    let Some(address) = address else {
        return Err(Error::Response(
            "endpoint discovery returned no address".into(),
        ));
    };
    let minutes = match first.and_then(|endpoint| endpoint.get("CachePeriodInMinutes")) {
        Some(Document::Integer(minutes)) => u64::try_from(*minutes).unwrap_or(0),
        _ => 0,
    };
    let url = if address.starts_with("http") {
        address.to_owned()
    } else {
        format!("https://{address}")
    };
    Ok((url, Duration::from_secs(minutes.saturating_mul(60))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::task::{Context, Poll, Waker};

    #[test]
    fn an_endpoint_that_expires_while_a_call_waits_for_another_is_not_used() {
        let seconds = Arc::new(AtomicU64::new(0));
        let read = seconds.clone();
        let clock = Clock::new(move || {
            SystemTime::UNIX_EPOCH + Duration::from_secs(read.load(Ordering::Relaxed))
        });
        let discovered = Discovered::default();
        let mut other_call = discovered.0.try_lock().expect("free");
        let ask = async {
            let answer =
                r#"{"Endpoints":[{"ResolvedEndpoint":"new.example","CachePeriodInMinutes":1}]}"#;
            Ok(answer.parse().expect("a document"))
        };
        let mut call = pin!(discovered.url("eu-west-1", true, &clock, ask));
        let mut context = Context::from_waker(Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_pending());
        other_call.push(CachedEndpoint {
            region: "eu-west-1".to_owned(),
            url: Some("https://old.example".to_owned()),
            until: clock.now() + Duration::from_secs(60),
        });
        seconds.store(60, Ordering::Relaxed);
        drop(other_call);
        let Poll::Ready(url) = call.poll(&mut context) else {
            panic!("the call still waits")
        };
        assert_eq!(url.expect("a URL").as_deref(), Some("https://new.example"));
    }
}
