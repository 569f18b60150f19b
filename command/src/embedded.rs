//! The local endpoint within this process, which `--local` calls.

use crate::failure::Failure;
use opsmith_local::REGION;
use opsmith_local::codepipeline::Options;
use opsmith_runtime::Config;
use opsmith_runtime::identity::Credentials;
use std::fmt::Display;
use std::io::Write as _;

pub(crate) use opsmith_local::codepipeline::Endpoint;

/// Starts the endpoint. Each step of a job is reported on standard error.
///
/// # Errors
///
/// The endpoint can't listen.
pub(crate) fn start() -> Result<Endpoint, Failure> {
    start_with(Options::new().on_event(|event| report(event)))
}

/// The same with other options.
///
/// # Errors
///
/// The endpoint can't listen.
pub(crate) fn start_with(options: Options) -> Result<Endpoint, Failure> {
    Endpoint::start_with(options)
        .map_err(|error| Failure::general(format_args!("The local endpoint can't start: {error}")))
}

/// Points a client's configuration to the endpoint.
pub(crate) fn configured(config: Config, endpoint: &Endpoint) -> Config {
    let credentials = endpoint.credentials();
    let secret = credentials.secret_access_key.expose();
    config
        .endpoint_url(endpoint.url())
        .region(REGION)
        .credentials(Credentials::new(
            credentials.access_key_id.clone(),
            secret,
            "local",
        ))
}

/// Reports an event of the endpoint on standard error.
pub(crate) fn report(event: impl Display) {
    // When standard error is closed, nobody can read the event.
    let _ = writeln!(std::io::stderr(), "local endpoint: {event}");
}
