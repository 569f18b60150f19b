//! The pipeline: the steps of a call, from input to output.
//!
//! `run` is the whole of it. The steps are functions of the files below; a step that is more than
//! one decision has its own file.

mod authenticate;
#[cfg(feature = "checksums")]
mod checksum;
mod complete;
#[cfg(feature = "compression")]
mod compress;
mod endpoint;
mod presign;
#[cfg(feature = "xml")]
mod redirect;
mod serialize;
mod tree_hash;

use crate::call::Observe;
use crate::client::Client;
use crate::codec::{DeserializeError, Doubt, EncodeMode};
use crate::document::Document;
use crate::endpoint::EndpointBindings;
use crate::error::{Attempts, Cause, Error};
use crate::future::BoxFuture;
use crate::http::{Body, BodyReader, LARGEST_ANSWER, Request, Response, TransportError};
use crate::protocol::Protocol;
use crate::retry::{self, AttemptError, Retry};
use crate::schema::{self, Flags, Operation, ShapeIndex};
use crate::validate::{Mode, Violation};
use crate::visit::{Visit, Visitor};
use crate::{random, redact};
use authenticate::authenticate;
use complete::complete;
use endpoint::{Destination, resolve_endpoint};
use presign::presign_parameter;
pub(crate) use presign::presigned;
use serialize::{encode, protocol, unsendable, validate_and_serialize};
use std::sync::Arc;
use tree_hash::hashed;

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
    observer: Option<Arc<dyn Observe>>,
    /// Whether sensitive parts of the input are left out, as the request is only shown.
    #[cfg_attr(not(feature = "xml"), expect(dead_code))]
    is_redacted: bool,
    /// Violations of the model that don't keep the request from being sent.
    pub warnings: Vec<Violation>,
}

/// Settings of one call that override the client's configuration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Overrides {
    pub(crate) region: Option<String>,
    pub(crate) validation: Option<Mode>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) observer: Option<Arc<dyn Observe>>,
}

/// Where a call starts.
pub(crate) enum Start<'i, 'a> {
    /// With an operation's input, and the body that stands beside it.
    Input {
        operation: &'i str,
        input: &'i (dyn Visit + Sync),
        body: Body,
        overrides: &'i Overrides,
    },
    /// After [`Client::prepare`].
    Prepared(Prepared<'a>),
}

/// Makes a call:
///
/// validate → serialize → resolve endpoint → compress and add a checksum
/// → { authenticate → send → classify } retried → deserialize
///
/// [`Client::prepare`] is the first two steps alone; [`Client::signed`] stops after the first
/// `authenticate`, for a dry run; [`Client::presigned`] signs the URL instead. Without an `output`, the caller deserializes the answer. The body
/// of the answer is in memory, unless the operation's output is a stream.
async fn run<'a>(
    client: &Client<'a>,
    start: Start<'_, 'a>,
    output: Option<&mut (dyn Visitor + Send)>,
) -> Result<Received, Error> {
    let prepared = match start {
        Start::Input {
            operation,
            input,
            body,
            overrides,
        } => validate_and_serialize(client, operation, input, overrides)?
            .with_body(client, body)?
            .warned(),
        Start::Prepared(prepared) => prepared,
    };
    let mut prepared = presign_parameter(client, hashed(prepared).await?).await?;
    let mut destination = resolve_endpoint(client, &prepared).await?;
    let mut payload = complete(client, &mut prepared, &destination).await?;
    let mut progress = Progress::new(&prepared);
    let received = loop {
        let request = authenticate(client, &prepared, &destination, &mut payload).await?;
        let answer = send(client, &prepared, request, &mut progress).await;
        match classify(client, &prepared, &destination, &mut progress, answer)? {
            Verdict::Success(received) => break received,
            Verdict::Retry { retry, moved } => {
                prepare_retry(client, &prepared, &mut destination, retry, moved).await?
            }
            #[cfg(feature = "xml")]
            Verdict::Redirect(failed) => {
                destination = redirect::redirect(client, &prepared, &mut progress, failed).await?
            }
        }
    };
    #[cfg(feature = "event-stream")]
    let received = crate::events::begin(client, prepared.operation, received).await?;
    if let Some(output) = output {
        deserialize(client, prepared.operation, &received.response, output)?;
    }
    Ok(received)
}

/// [`run`] as a future on the heap. Whatever awaits `run` itself gets a copy of its code, and that
/// would be each crate with calls of its own.
pub(crate) fn run_boxed<'c, 'a>(
    client: &'c Client<'a>,
    start: Start<'c, 'a>,
    output: Option<&'c mut (dyn Visitor + Send)>,
) -> BoxFuture<'c, Result<Received, Error>> {
    Box::pin(run(client, start, output))
}

/// The steps of a dry run, as a future on the heap for the same reason.
fn first_attempt<'c, 'a>(
    client: &'c Client<'a>,
    prepared: Prepared<'a>,
) -> BoxFuture<'c, Result<Request, Error>> {
    Box::pin(async move {
        let mut prepared = presign_parameter(client, hashed(prepared).await?).await?;
        let destination = resolve_endpoint(client, &prepared).await?;
        let mut payload = complete(client, &mut prepared, &destination).await?;
        authenticate(client, &prepared, &destination, &mut payload).await
    })
}

/// A successful answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Received {
    /// The answer. If its body is a stream, the body here is empty, or what stands before the
    /// stream's events.
    pub response: Response,
    /// The body, if the operation's output is a stream.
    pub stream: Option<BodyReader>,
}

/// What came back from a service.
enum Answer {
    Success(Received),
    Failure(Response),
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
    /// Whether the call was redirected to another region.
    #[cfg(feature = "xml")]
    redirected: bool,
}

impl Progress {
    fn new(prepared: &Prepared<'_>) -> Self {
        Progress {
            attempts: Attempts::new(prepared.max_attempts),
            invocation: random::uuid(),
            cost: None,
            dated: false,
            #[cfg(feature = "xml")]
            redirected: false,
        }
    }
}

/// What to do after an attempt.
enum Verdict {
    Success(Received),
    Retry {
        retry: Retry,
        /// Whether the service is to be called at another endpoint.
        moved: bool,
    },
    /// The bucket may be in another region.
    #[cfg(feature = "xml")]
    Redirect(AttemptError),
}

/// Sends an attempt, with the headers that count attempts. They are not signed, as proxies may
/// change them.
async fn send(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    request: Request,
    progress: &mut Progress,
) -> Result<Answer, TransportError> {
    let Prepared {
        operation,
        protocol,
        ..
    } = prepared;
    let shared = &client.shared;
    let deadline = progress.dated.then(|| {
        let timeout = shared.config.network.settings().read_timeout;
        let now = shared.retries.corrected(client.now());
        now.checked_add(timeout.unwrap_or_default())
    });
    let counted = retry::header(&progress.attempts, deadline.flatten());
    let mut request = request
        .header("amz-sdk-invocation-id", progress.invocation.clone())
        .header("amz-sdk-request", counted);
    if let Some(observer) = &prepared.observer {
        request.body = observer.sending(request.body);
    }
    progress.attempts.made += 1;
    tracing::debug!(target: "opsmith", "sending {request:?}");
    let answer = shared.transport.send(&request).await?;
    let is_success = (200..300).contains(&answer.status);
    #[cfg(feature = "checksums")]
    let answer = checksum::checked(client.service, operation, &request, answer);
    let streams = is_success && client.service.stream(operation.output).is_some();
    let (mut response, stream) = if streams {
        let (head, stream) = answer.split();
        (head, Some(stream))
    } else {
        (answer.collect(LARGEST_ANSWER).await?, None)
    };
    tracing::debug!(target: "opsmith", "answered {response:?}");
    let is_error = is_success && protocol.is_error(client.service, operation, &response);
    if is_error {
        // The service began to answer before it failed. It may be tried again as any other failure.
        response.status = 500;
    }
    Ok(if is_success && !is_error {
        Answer::Success(Received { response, stream })
    } else {
        Answer::Failure(response)
    })
}

/// Decides whether an attempt succeeded, or may be retried; otherwise returns the error of the call.
fn classify(
    client: &Client<'_>,
    prepared: &Prepared<'_>,
    destination: &Destination,
    progress: &mut Progress,
    answer: Result<Answer, TransportError>,
) -> Result<Verdict, Error> {
    let retries = &client.shared.retries;
    let model = (client.service, prepared.operation);
    let failed = match answer {
        Ok(Answer::Success(received)) => {
            retries.succeeded(progress.cost);
            return Ok(Verdict::Success(received));
        }
        Ok(Answer::Failure(response)) => {
            let error = prepared.protocol.error(model.0, model.1, &response);
            AttemptError::Service(Box::new(error), response)
        }
        Err(error) => AttemptError::Transport(error),
    };
    #[cfg(feature = "xml")]
    if redirect::should_redirect(client, prepared, progress, &failed) {
        return Ok(Verdict::Redirect(failed));
    }
    let moved = destination.discovered && failed.is_moved();
    let attempts = &mut progress.attempts;
    match retry::decide(attempts, retries, &failed, model, moved, client.now()) {
        None => Err(failed.into_error(*attempts, model)),
        Some(retry) => {
            let made = attempts.made;
            tracing::debug!(target: "opsmith", "attempt {made} failed, another follows");
            if let Some(observer) = &prepared.observer {
                observer.retrying(failed.service());
            }
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
    /// Sets the body of an operation that takes a stream; no body leaves the request as it is.
    ///
    /// # Errors
    ///
    /// The operation takes no stream, or one whose length must be known, and it is not.
    pub fn with_body(mut self, client: &Client<'_>, body: Body) -> Result<Self, Error> {
        if body.is_empty() {
            return Ok(self);
        }
        let name = self.operation.name;
        let Some((_, member)) = client.service.stream(self.operation.input) else {
            let message = format!("{name} takes no stream: leave the body out");
            return Err(Error::Request(message.into()));
        };
        let stream = client.service.shape(member.target);
        if stream.is(Flags::REQUIRES_LENGTH) && body.len().is_none() {
            let message = format!(
                "{name}.{}: the service needs the length of the stream before it is sent; give a file, or bytes",
                member.name
            );
            return Err(Error::Request(message.into()));
        }
        self.request.body = body;
        Ok(self)
    }

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
    /// [`Error::Invalid`]
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
        let mut request = encoded.map_err(|error| unsendable(&error))?.value;
        // A stream is no part of the input, and is not shown.
        if let Body::Stream(_) = prepared.request.body {
            request.body = prepared.request.body;
        }
        Ok(Prepared {
            request,
            is_redacted: true,
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
        first_attempt(self, prepared).await
    }

    /// Makes a prepared call, and returns the answer as it came.
    ///
    /// # Errors
    ///
    /// No endpoint, no credentials, no answer, or an error of the service.
    pub async fn send(&self, prepared: Prepared<'a>) -> Result<Received, Error> {
        run_boxed(self, Start::Prepared(prepared), None).await
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
        self.protocol?.doubt(self.service, operation, response)
    }
}

#[cfg(test)]
mod tests;
