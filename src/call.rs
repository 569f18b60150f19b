//! From parameters to a result: the client that options and settings ask for, and one call.

use crate::exit::Failure;
use crate::run::Context;
use opsmith_runtime::client::Prepared;
use opsmith_runtime::commands::Commands;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::rows::Operation;
use opsmith_runtime::sink::{DocumentSink, Shaped};
use opsmith_runtime::{Client, Config};
use std::future::{Future, poll_fn};
use std::io::Write as _;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Checks the parameters as a call would, and says in what they depart from the model.
///
/// # Errors
///
/// What keeps the call from being made, short of credentials.
pub(crate) fn prepare<'a>(
    context: &Context<'_>,
    commands: &'a Commands<'a>,
    operation: &Operation<'a>,
    parameters: &Map,
) -> Result<(Client<'a>, Prepared<'a>), Failure> {
    let client = Client::new(commands.service, config(context)?);
    let document = Document::Map(parameters.clone());
    let shape = operation.input.unwrap_or(opsmith_runtime::rows::Ix::MAX);
    let input = Shaped { document: &document, service: commands.service, shape };
    let prepared = client.prepare(operation.name, &input)?;
    for violation in &prepared.warnings {
        warn(format_args!("{violation}; sent nevertheless"));
    }
    Ok((client, prepared))
}

/// Makes the call and reads its answer.
///
/// # Errors
///
/// Whatever keeps the call from having a result.
pub(crate) fn call<'a>(
    context: &Context<'_>,
    commands: &'a Commands<'a>,
    operation: &Operation<'a>,
    parameters: &Map,
) -> Result<Document, Failure> {
    let (client, prepared) = prepare(context, commands, operation, parameters)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::general)?;
    let response = runtime.block_on(unless_interrupted(client.send(prepared)))??;
    let Some(shape) = operation.output else {
        if !response.body.is_empty() && !opsmith_runtime::codec::json::is_json(&response.body) {
            warn("the answer is not JSON: it may come from a proxy or a login page, and not from the service");
        }
        return Ok(Document::Map(Map::new()));
    };
    let mut sink = DocumentSink::new(commands.service, shape);
    client.read(operation, &response, &mut sink)?;
    Ok(sink.finish())
}

/// Says on standard error what does not keep the command from going on.
fn warn(text: impl std::fmt::Display) {
    // When standard error is gone there is nobody to warn.
    let _ = writeln!(std::io::stderr(), "opsmith: [WARNING]: {text}");
}

/// The answer of a future, unless the user interrupts first.
async fn unless_interrupted<T>(answer: impl Future<Output = T>) -> Result<T, Failure> {
    let (mut answer, mut interrupt) = (pin!(answer), pin!(tokio::signal::ctrl_c()));
    poll_fn(|context| match answer.as_mut().poll(context) {
        Poll::Ready(answer) => Poll::Ready(Ok(answer)),
        Poll::Pending => interrupt.as_mut().poll(context).map(|_| Err(Failure::interrupted())),
    })
    .await
}

/// The configuration of the client.
fn config(context: &Context<'_>) -> Result<Config, Failure> {
    let globals = context.globals;
    let (connect, read) = (timeout(context, "connect")?, timeout(context, "read")?);
    let mut config = Config::from_settings(context.settings.clone())?.connection(|connection| {
        connection.connect_timeout = connect;
        connection.read_timeout = read;
        connection.verify = !globals.has("--no-verify-ssl");
    });
    if let Some(mode) = globals.value("--cli-validation") {
        config = config.validation(mode.parse().map_err(Failure::parameter)?);
    }
    #[cfg(feature = "local")]
    if let Some(endpoint) = &context.local {
        config = crate::local::configured(config, endpoint);
    }
    if globals.has("--no-sign-request") {
        config = config.anonymous();
    }
    Ok(config)
}

/// A timeout of the global options, in whole seconds; none for 0.
fn timeout(context: &Context<'_>, which: &str) -> Result<Option<Duration>, Failure> {
    let option = format!("--cli-{which}-timeout");
    let Some(text) = context.globals.value(&option) else { return Ok(Some(Duration::from_secs(60))) };
    match text.trim().parse::<i64>() {
        Ok(0) => Ok(None),
        Ok(seconds) => match u64::try_from(seconds) {
            Ok(seconds) => Ok(Some(Duration::from_secs(seconds))),
            Err(_) => Err(Failure::general(format_args!(
                "Attempted to set {which} timeout to {seconds}, but the timeout cannot be set to a value less than or \
                 equal to 0."
            ))),
        },
        Err(_) => Err(Failure::general(format_args!("invalid literal for int() with base 10: '{text}'"))),
    }
}
