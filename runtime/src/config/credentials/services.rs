//! Requests to services that give credentials: their URLs, and retries.

use std::time::Duration;

use super::{Credentials, ProviderContext, failed};
use crate::auth::sigv4::{Scope, sign};
use crate::endpoint;
use crate::error::ConfigError;
use crate::http::{LARGEST_ANSWER, Request, Response, TransportError, TransportErrorKind};
use crate::identity::Identity;
use crate::retry::{Sleep as _, TokioSleep};

const ATTEMPTS: u32 = 3;

/// The URL of a service: the configured one, or else its host in the region. Options of the call
/// don't apply: they concern the service that is called.
pub(super) fn url(
    context: &ProviderContext<'_>,
    sdk_id: &str,
    prefix: &str,
    region: &str,
) -> Result<String, ConfigError> {
    let settings = context.settings;
    match settings.configured_endpoint_url(sdk_id)? {
        Some(url) => endpoint::configured(&url.text)
            .map_err(|problem| ConfigError::invalid(problem, &url.origin)),
        None => {
            let fips = settings.flag("use_fips_endpoint", false)?;
            let dual_stack = settings.flag("use_dualstack_endpoint", false)?;
            Ok(endpoint::regional(
                prefix,
                endpoint::Settings {
                    region,
                    fips,
                    dual_stack,
                },
            ))
        }
    }
}

/// Sends a request, signed if it must be, and retries it where that may help.
pub(super) async fn answered(
    context: &ProviderContext<'_>,
    provider: &str,
    request: &Request,
    signed_by: Option<(&Credentials, Scope<'_>)>,
) -> Result<Response, ConfigError> {
    let signed_by =
        signed_by.map(|(credentials, scope)| (Identity::from(credentials.clone()), scope));
    let mut attempt: u32 = 0;
    loop {
        attempt += 1;
        let mut signed = request.clone();
        if let Some((identity, scope)) = &signed_by {
            sign(&mut signed, identity, *scope, context.now())
                .await
                .map_err(|error| failed(provider, error))?;
        }
        let answer = match context.transport.send(&signed).await {
            Ok(response) => response.collect(LARGEST_ANSWER).await,
            Err(error) => Err(error),
        };
        let passes = match &answer {
            Ok(response) => matches!(response.status, 429 | 500 | 502..=504),
            Err(TransportError { kind, .. }) => {
                !matches!(kind, TransportErrorKind::Tls | TransportErrorKind::Setup)
            }
        };
        if !passes || attempt == ATTEMPTS {
            return answer.map_err(ConfigError::credentials);
        }
        TokioSleep
            .sleep(Duration::ZERO, Duration::from_secs(attempt.into()))
            .await;
    }
}
