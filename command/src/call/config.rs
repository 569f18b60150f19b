//! The configuration of a client, from options and settings.

use crate::context::Context;
use crate::failure::Failure;
use crate::prompt::Terminal;
use crate::signals::unless_interrupted;
use opsmith_runtime::Config;
use opsmith_runtime::config::credentials::region_of_instance;
use opsmith_runtime::config::{Loader, Settings};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The configuration of the client.
pub(crate) fn config(
    context: &Context<'_>,
    runtime: &Runtime,
    prompt: Arc<Terminal>,
) -> Result<Config, Failure> {
    config_with(context, context.settings.clone(), runtime, prompt)
}

/// The configuration of a client with these settings in place of those of the context.
pub(crate) fn config_with(
    context: &Context<'_>,
    settings: Arc<Settings>,
    runtime: &Runtime,
    prompt: Arc<Terminal>,
) -> Result<Config, Failure> {
    let globals = context.globals;
    let connect = timeout(context, "connect")?;
    let read = timeout(context, "read")?;
    let loader = Loader::new(settings.clone())?.prompt(prompt);
    let loader = loader.connection(|connection| {
        connection.connect_timeout = connect;
        connection.read_timeout = read;
        connection.verify = !globals.has("--no-verify-ssl");
    });
    let mut config = loader.load()?;
    if let Some(mode) = globals.value("--cli-validation") {
        config = config.validation(mode.parse().map_err(Failure::parameter)?);
    }
    #[cfg(feature = "local")]
    if let Some(endpoint) = &context.local {
        config = crate::embedded::configured(config, endpoint);
    }
    if globals.has("--no-sign-request") {
        config = config.anonymous();
    }
    if config.has_no_region() {
        // As the AWS CLI does when no setting has a region.
        let metadata = opsmith_runtime::http::network::Network::for_metadata();
        let asked =
            runtime.block_on(unless_interrupted(region_of_instance(&settings, &metadata)))?;
        config = asked?.into_iter().fold(config, Config::region);
    }
    Ok(config)
}

/// A timeout of the global options in whole seconds; 0 means no timeout.
fn timeout(context: &Context<'_>, which: &str) -> Result<Option<Duration>, Failure> {
    let option = format!("--cli-{which}-timeout");
    let Some(text) = context.globals.value(&option) else {
        return Ok(Some(Duration::from_secs(60)));
    };
    match text.trim().parse::<i64>() {
        Ok(0) => Ok(None),
        Ok(seconds) => match u64::try_from(seconds) {
            Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
            Err(_) => Err(Failure::general(format_args!(
                "Attempted to set {which} timeout to {seconds}, but the timeout cannot be set to a value less than or \
                 equal to 0."
            ))),
        },
        Err(_) => Err(Failure::general(format_args!(
            "invalid literal for int() with base 10: '{text}'"
        ))),
    }
}
