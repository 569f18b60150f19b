//! The pipeline: the steps of a call, from input to output.
//!
//! `run` is the whole of it. The steps are functions of the files below; a step that is more than
//! one decision has its own file.

mod authenticate;
mod endpoint;
mod serialize;

use crate::client::Client;
use crate::codec::{DeserializeError, Doubt, EncodeMode};
use crate::document::Document;
use crate::endpoint::EndpointBindings;
use crate::error::{Attempts, Cause, Error};
use crate::http::{LARGEST_ANSWER, Request, Response, TransportError};
use crate::protocol::Protocol;
use crate::retry::{self, AttemptError, Retry};
use crate::schema::{self, Operation, ShapeIndex};
use crate::validate::{Mode, Violation};
use crate::visit::{Visit, Visitor};
use crate::{random, redact};
use authenticate::authenticate;
use endpoint::{Destination, resolve_endpoint};
use serialize::{encode, protocol, validate_and_serialize};

/// A call before its first attempt: a validated and serialized request, neither addressed nor
/// signed.
#[derive(Debug)]
pub struct Prepared<'a> {
    operation: &'a Operation<'a>,
    protocol: &'static dyn Protocol,
    request: Request,
    region: String,
    bindings: EndpointBindings<'a>,
    max_attempts: u32,
    /// Violations of the model that don't keep the request from being sent.
    pub warnings: Vec<Violation>,
}

/// Settings of one call that override the client's configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    pub(crate) region: Option<String>,
    pub(crate) validation: Option<Mode>,
    pub(crate) max_attempts: Option<u32>,
}

/// Where a call starts.
pub(crate) enum Start<'i, 'a> {
    /// With an operation's input.
    Input(&'i str, &'i (dyn Visit + Sync), &'i Overrides),
    /// After [`Client::prepare`].
    Prepared(Prepared<'a>),
}

/// Makes a call:
///
/// validate → serialize → resolve endpoint → { authenticate → send → classify } retried → deserialize
///
/// [`Client::prepare`] is the first two steps alone; [`Client::signed`] stops after the first
/// `authenticate`, for a dry run. Without an `output`, the caller deserializes the answer.
pub(crate) async fn run<'a>(
    client: &Client<'a>,
    start: Start<'_, 'a>,
    output: Option<&mut (dyn Visitor + Send)>,
) -> Result<Response, Error> {
    let prepared = match start {
        Start::Input(operation, input, overrides) => {
            validate_and_serialize(client, operation, input, overrides)?.warned()
        }
        Start::Prepared(prepared) => prepared,
    };
    let mut destination = resolve_endpoint(client, &prepared).await?;
    let mut payload = None;
    let mut progress = Progress::new(&prepared);
    let response = loop {
        let request = authenticate(client, &prepared, &destination, &mut payload).await?;
        let answer = send(client, request, &mut progress).await;
        match classify(client, &prepared, &destination, &mut progress, answer)? {
            Verdict::Success(response) => break response,
            Verdict::Retry { retry, moved } => {
                prepare_retry(client, &prepared, &mut destination, retry, moved).await?
            }
        }
    };
    if let Some(output) = output {
        deserialize(client, prepared.operation, &response, output)?;
    }
    Ok(response)
}

/// The attempts of a call so far.
struct Progress {
    attempts: Attempts,
    /// The id that all attempts have in common.
    invocation: String,
    /// What the last retry took from the client's quota.
    cost: Option<u32>,
    /// Whether the last answer had a date, by which the service's clock is known.
    dated: bool,
}

impl Progress {
    fn new(prepared: &Prepared<'_>) -> Self {
        Progress {
            attempts: Attempts::new(prepared.max_attempts),
            invocation: random::uuid(),
            cost: None,
            dated: false,
        }
    }
}

/// What to do after an attempt.
enum Verdict {
    Success(Response),
    Retry {
        retry: Retry,
        /// Whether the service is to be called at another endpoint.
        moved: bool,
    },
}

/// Sends an attempt, with the headers that count attempts. They are not signed, as proxies may
/// change them.
async fn send(
    client: &Client<'_>,
    request: Request,
    progress: &mut Progress,
) -> Result<Response, TransportError> {
    let shared = &client.shared;
    let deadline = progress.dated.then(|| {
        let timeout = shared.config.reqwest.settings().read_timeout;
        let now = shared.retries.corrected(client.now());
        now.checked_add(timeout.unwrap_or_default())
    });
    let counted = retry::header(&progress.attempts, deadline.flatten());
    let request = request
        .header("amz-sdk-invocation-id", progress.invocation.clone())
        .header("amz-sdk-request", counted);
    progress.attempts.made += 1;
    tracing::debug!(target: "opsmith", "sending {request:?}");
    let answer = shared.transport.send(&request).await?;
    let response = answer.collect(LARGEST_ANSWER).await?;
    tracing::debug!(target: "opsmith", "answered {response:?}");
    Ok(response)
}

/// Decides whether an attempt succeeded, or may be retried; otherwise returns the error of the call.
fn classify(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    destination: &Destination,
    progress: &mut Progress,
    answer: Result<Response, TransportError>,
) -> Result<Verdict, Error> {
    let retries = &client.shared.retries;
    let model = (client.service, prepared.operation);
    let failed = match answer {
        Ok(response) if (200..300).contains(&response.status) => {
            retries.succeeded(progress.cost);
            return Ok(Verdict::Success(response));
        }
        Ok(response) => {
            let error = prepared.protocol.error(model.0, model.1, &response);
            AttemptError::Service(Box::new(error), response)
        }
        Err(error) => AttemptError::Transport(error),
    };
    let moved = destination.discovered && failed.is_moved();
    let attempts = &mut progress.attempts;
    match retry::decide(attempts, retries, &failed, model, moved, client.now()) {
        None => Err(failed.into_error(*attempts, model)),
        Some(retry) => {
            let made = attempts.made;
            tracing::debug!(target: "opsmith", "attempt {made} failed, another follows");
            progress.cost = Some(retry.cost);
            progress.dated = failed.date().is_some();
            Ok(Verdict::Retry { retry, moved })
        }
    }
}

/// Waits for the next attempt, and resolves the endpoint again if the service has moved.
async fn prepare_retry(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    destination: &mut Destination,
    retry: Retry,
    moved: bool,
) -> Result<(), Error> {
    let shared = &client.shared;
    if moved {
        shared.discovered.forget(&prepared.region).await;
        *destination = resolve_endpoint(client, prepared).await?;
    }
    let sleep = &shared.config.sleep;
    sleep.sleep(retry.min_delay, retry.max_delay).await;
    Ok(())
}

/// Reads a successful answer into the output.
fn deserialize(
    client: &Client<'_>,
    operation: &Operation<'_>,
    response: &Response,
    output: &mut dyn Visitor,
) -> Result<(), Error> {
    protocol(client)?
        .output(client.service, operation, response, output)
        .map_err(|error| unreadable(operation, None, error))
}

/// How many characters of an unreadable answer a message shows.
const SHOWN: usize = 80;

fn unreadable(operation: &Operation<'_>, start: Option<&str>, error: DeserializeError) -> Error {
    let start = start.map_or_else(String::new, |start| format!(": {start:?}"));
    let message = format!("{}: {error}{start}", operation.name);
    Error::Response(Cause::with(message, error))
}

impl Prepared<'_> {
    /// Logs the warnings.
    fn warned(self) -> Self {
        for violation in &self.warnings {
            tracing::warn!(target: "opsmith", operation = self.operation.name, "{violation}");
        }
        self
    }
}

/// The steps of the pipeline, for callers that inspect what passes between them.
impl<'a> Client<'a> {
    /// Validates and serializes an input.
    ///
    /// # Errors
    ///
    /// The input does not conform to the model, or there is no region.
    pub fn prepare(&self, operation: &str, input: &dyn Visit) -> Result<Prepared<'a>, Error> {
        validate_and_serialize(self, operation, input, &Overrides::default())
    }

    /// The same request with sensitive parts of its input replaced by
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
        let Prepared {
            protocol,
            operation,
            ..
        } = prepared;
        let encoded = encode(self, protocol, operation, input, EncodeMode::Redacted);
        let request = encoded.map_err(|error| Error::Request(Cause::of(error)))?;
        Ok(Prepared {
            request: request.value,
            ..prepared
        })
    }

    /// The request of the first attempt, signed and not sent. It lacks the headers that count
    /// attempts.
    ///
    /// # Errors
    ///
    /// No endpoint, or no credentials.
    pub async fn signed(&self, prepared: Prepared<'a>) -> Result<Request, Error> {
        let destination = resolve_endpoint(self, &prepared).await?;
        authenticate(self, &prepared, &destination, &mut None).await
    }

    /// Makes a prepared call, and returns the answer as it came.
    ///
    /// # Errors
    ///
    /// No endpoint, no credentials, no answer, or an error of the service.
    pub async fn send(&self, prepared: Prepared<'a>) -> Result<Response, Error> {
        run(self, Start::Prepared(prepared), None).await
    }

    /// Reads an answer into an operation's output, and returns that. The output is empty before: the
    /// default of a generated type, or a [`DocumentBuilder`](crate::visit::DocumentBuilder).
    ///
    /// # Errors
    ///
    /// [`Error::Response`]
    pub fn read<T: Visitor>(
        &self,
        operation: &Operation<'a>,
        response: &Response,
        mut output: T,
    ) -> Result<T, Error> {
        deserialize(self, operation, response, &mut output)?;
        Ok(output)
    }

    /// Reads an answer as a document: every value in the form in which it came, by the names of the
    /// model. Values of another type than the model's are not an error.
    ///
    /// # Errors
    ///
    /// [`Error::Response`]
    pub fn read_document(
        &self,
        operation: &Operation<'a>,
        response: &Response,
    ) -> Result<Document, Error> {
        let read = protocol(self)?.document(self.service, operation, response);
        read.map_err(|error| {
            let output = operation.output.unwrap_or(ShapeIndex::MAX);
            let shown = !redact::holds_secrets(self.service, &schema::member("", output));
            let body = String::from_utf8_lossy(&response.body);
            let start: String = body.chars().take(SHOWN).collect();
            unreadable(operation, shown.then_some(&*start), error)
        })
    }

    /// Why a successful answer may not be what the service sent, if there is a sign of it.
    pub fn doubt(&self, operation: &Operation<'a>, response: &Response) -> Option<Doubt> {
        self.protocol?.doubt(operation, response)
    }
}

#[cfg(test)]
mod tests;
