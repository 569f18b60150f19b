//! From parameters to a result: the client with the configured options and settings, and its calls.

mod config;

pub(crate) use config::config;
#[cfg(feature = "s3")]
pub(crate) use config::config_with;

use crate::around::{Around, Decoder};
use crate::context::Context;
use crate::failure::Failure;
use crate::outfile::Outfile;
use crate::output::{Timestamps, present};
use crate::progress::Meter;
use crate::prompt::Terminal;
use crate::signals::unless_interrupted;
use crate::{dry_run, stdout};
use opsmith_runtime::codec::Doubt;
use opsmith_runtime::document::{Document, Map};
#[cfg(feature = "event-stream")]
use opsmith_runtime::events::Events;
use opsmith_runtime::http::{Body, BodyReader, Request};
use opsmith_runtime::pipeline::Prepared;
use opsmith_runtime::schema::commands::Commands;
use opsmith_runtime::schema::{Operation, Service, ShapeIndex};
use opsmith_runtime::visit::TypedDocument;
use opsmith_runtime::{Client, Error};
use std::io::IsTerminal as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::runtime::Runtime;

/// Calls an operation: once, or once for each page of its result.
pub(crate) struct OperationRunner<'a> {
    client: Client<'a>,
    service: &'a Service<'a>,
    operation: &'a Operation<'a>,
    around: Around<'a>,
    context: &'a Context<'a>,
    /// What is sent beside the parameters.
    body: Body,
    /// How much of it was sent.
    sent: Option<Arc<Mutex<Meter>>>,
    /// Whether no call was made yet.
    first: bool,
    /// Taken on drop.
    runtime: Option<Runtime>,
    prompt: Arc<Terminal>,
}

impl Drop for OperationRunner<'_> {
    fn drop(&mut self) {
        self.prompt.restore();
        // Does not wait for threads that wait for a process or a person.
        self.runtime
            .take()
            .into_iter()
            .for_each(Runtime::shutdown_background);
    }
}

impl<'a> OperationRunner<'a> {
    /// A runner with the configuration of the options and settings.
    ///
    /// # Errors
    ///
    /// Wrong options and settings.
    pub(crate) fn new(
        context: &'a Context<'a>,
        commands: &'a Commands<'a>,
        operation: &'a Operation<'a>,
    ) -> Result<Self, Failure> {
        let service = commands.service;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Failure::general)?;
        let prompt = Arc::new(Terminal::default());
        let client = Client::new(service, config(context, &runtime, prompt.clone())?);
        if context
            .settings
            .get("cli_history")?
            .is_some_and(|value| value.text == "enabled")
        {
            context
                .warn("cli_history: the history of commands is not supported; nothing is recorded");
        }
        Ok(OperationRunner {
            client,
            service,
            operation,
            around: Around::new(commands, operation),
            context,
            body: Body::Empty,
            sent: None,
            first: true,
            runtime: Some(runtime),
            prompt,
        })
    }

    /// Sets what is sent beside the parameters, and shows how much of it was sent.
    pub(crate) fn set_body(&mut self, body: Body) {
        let meter = Meter::new(self.context.shows_progress(), body.len());
        let meter = Arc::new(Mutex::new(meter));
        self.body = body.watched({
            let meter = meter.clone();
            move |sent| lock(&meter).done(sent)
        });
        self.sent = Some(meter);
    }

    /// Checks the parameters as a call would. For the first call, warns where they depart from the
    /// model.
    ///
    /// # Errors
    ///
    /// What keeps the call from being made, short of credentials.
    pub(crate) fn prepare(&mut self, parameters: &Map) -> Result<Prepared<'a>, Failure> {
        let document = Document::Map(self.around.sent(parameters)?);
        let input = self.input(&document);
        let prepared = self.client.prepare(self.operation.name, &input)?;
        let prepared = prepared.with_body(&self.client, self.body.clone())?;
        if std::mem::take(&mut self.first) {
            prepared.warnings.iter().for_each(|violation| {
                self.context
                    .warn(format_args!("{violation}; sent nevertheless"))
            });
        }
        Ok(prepared)
    }

    /// The operation's input.
    fn input<'d>(&self, document: &'d Document) -> TypedDocument<'d>
    where
        'a: 'd,
    {
        TypedDocument {
            document,
            service: self.service,
            shape: self.operation.input.unwrap_or(ShapeIndex::MAX),
        }
    }

    /// The request of a call, signed as if it were sent now. Sensitive parameters are redacted,
    /// unless `secrets` are to be shown.
    ///
    /// # Errors
    ///
    /// What keeps the call from being made.
    fn sign(&mut self, parameters: &Map, secrets: bool) -> Result<Request, Failure> {
        let mut prepared = self.prepare(parameters)?;
        if !secrets {
            let document = Document::Map(self.around.sent(parameters)?);
            prepared = self.client.redacted(prepared, &self.input(&document))?;
        }
        let runtime = self.runtime.as_ref().ok_or_else(Failure::interrupted)?;
        Ok(runtime.block_on(unless_interrupted(self.client.signed(prepared)))??)
    }

    /// Prints the signed request instead of sending it.
    ///
    /// # Errors
    ///
    /// What keeps the call from being made.
    pub(crate) fn dry_run(&mut self, form: Option<&str>, parameters: &Map) -> Result<(), Failure> {
        if let Some(expires_in) = self.context.expires_in {
            return self.presign(expires_in, form, parameters);
        }
        let request = self.sign(parameters, dry_run::shows_secrets(form))?;
        stdout::print(&dry_run::request_text(request, form)?)
    }

    /// Prints the request as a URL that anyone can use for a time.
    fn presign(
        &mut self,
        expires_in: Duration,
        form: Option<&str>,
        parameters: &Map,
    ) -> Result<(), Failure> {
        let prepared = self.prepare(parameters)?;
        let presigned = self.client.presigned(prepared, expires_in);
        let runtime = self.runtime.as_ref().ok_or_else(Failure::interrupted)?;
        let presigned = runtime.block_on(unless_interrupted(presigned))??;
        let (text, note) = dry_run::presigned_text(presigned, form)?;
        note.into_iter().for_each(|note| self.context.warn(note));
        stdout::print(&text)
    }

    /// Makes the call and reads its answer.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from having a result.
    pub(crate) fn call(&mut self, parameters: &Map) -> Result<Document, Failure> {
        let answered = self.attempt(parameters)?;
        Ok(answered
            .map_err(|error| into_failure(error, self.service, &self.context.timestamps))?
            .document)
    }

    /// Makes the call, and writes the bytes of its result to a file. Returns the rest.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from having a result, and the file from being written.
    pub(crate) fn call_to_file(
        &mut self,
        parameters: &Map,
        outfile: &Outfile<'_>,
    ) -> Result<Document, Failure> {
        let prepared = self.prepare(parameters)?;
        // Before the call, which may change something.
        let file = outfile.open()?;
        let answered = self.send(prepared, parameters)?;
        let Answer {
            document,
            length,
            stream,
            ..
        } = answered
            .map_err(|error| into_failure(error, self.service, &self.context.timestamps))?;
        let on_screen = outfile.is_stdout() && std::io::stdout().is_terminal();
        let mut meter = Meter::new(self.context.shows_progress() && !on_screen, length);
        let runtime = self.runtime.as_ref().ok_or_else(Failure::interrupted)?;
        let written = file.write(document, stream, |written| meter.done(written));
        runtime.block_on(unless_interrupted(written))?
    }

    /// The same, with an error of the call itself in the result.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from being made.
    pub(crate) fn attempt(&mut self, parameters: &Map) -> Result<Result<Answer, Error>, Failure> {
        let prepared = self.prepare(parameters)?;
        self.send(prepared, parameters)
    }

    fn send(
        &self,
        prepared: Prepared<'a>,
        parameters: &Map,
    ) -> Result<Result<Answer, Error>, Failure> {
        let runtime = self.runtime.as_ref().ok_or_else(Failure::interrupted)?;
        let answered = runtime.block_on(unless_interrupted(answer(
            &self.client,
            self.operation,
            prepared,
            self.around.decoder(parameters),
        )));
        if let Some(sent) = &self.sent {
            lock(sent).clear();
        }
        let answered = answered?;
        if let Some(doubt) = answered.as_ref().ok().and_then(|answer| answer.doubt) {
            self.context.warn(doubt);
        }
        Ok(answered)
    }

    /// Makes the call, whose answer is a stream of events: the result without them, and the events.
    ///
    /// # Errors
    ///
    /// Whatever keeps the call from having a result.
    #[cfg(feature = "event-stream")]
    pub(crate) fn begin(&mut self, parameters: &Map) -> Result<(Document, Events<'a>), Failure> {
        let prepared = self.prepare(parameters)?;
        let decoder = self.around.decoder(parameters);
        let begun = async {
            let received = self.client.send(prepared).await?;
            let (head, stream) = (received.response, received.stream.unwrap_or_default());
            let output = decoder.shown(self.client.read_document(self.operation, &head)?);
            let events = self.client.events(self.operation, &head, stream)?;
            Ok((output, events))
        };
        let runtime = self.runtime.as_ref().ok_or_else(Failure::interrupted)?;
        let begun: Result<_, Error> = runtime.block_on(unless_interrupted(begun))?;
        begun.map_err(|error| into_failure(error, self.service, &self.context.timestamps))
    }

    /// The next event; `None` after the last one.
    ///
    /// # Errors
    ///
    /// An error of the service, and a stream that can't be read.
    #[cfg(feature = "event-stream")]
    pub(crate) fn next(&mut self, events: &mut Events<'_>) -> Result<Option<Document>, Failure> {
        let runtime = self.runtime.as_ref().ok_or_else(Failure::interrupted)?;
        let event = runtime.block_on(unless_interrupted(events.next()))?;
        let event = event.transpose();
        event.map_err(|error| into_failure(error, self.service, &self.context.timestamps))
    }

    /// Waits between two calls, for a time between the two delays.
    ///
    /// # Errors
    ///
    /// The user interrupts.
    pub(crate) fn sleep(&self, least: Duration, most: Duration) -> Result<(), Failure> {
        let runtime = self.runtime.as_ref().ok_or_else(Failure::interrupted)?;
        runtime.block_on(unless_interrupted(self.client.sleep(least, most)))
    }
}

fn lock(meter: &Mutex<Meter>) -> MutexGuard<'_, Meter> {
    meter.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a service answered.
pub(crate) struct Answer {
    pub(crate) document: Document,
    /// Its HTTP status.
    pub(crate) status: u16,
    /// Why it may not be what the service sent.
    pub(crate) doubt: Option<Doubt>,
    /// The length of its body, if it said so.
    pub(crate) length: Option<u64>,
    /// The bytes of the result, where they are a stream.
    pub(crate) stream: Option<BodyReader>,
}

/// Sends a call and reads its answer.
///
/// # Errors
///
/// Whatever keeps the call from having a result.
pub(crate) async fn answer<'a>(
    client: &Client<'a>,
    operation: &Operation<'a>,
    prepared: Prepared<'a>,
    decoder: Decoder<'_>,
) -> Result<Answer, Error> {
    let received = client.send(prepared).await?;
    let response = received.response;
    Ok(Answer {
        document: decoder.shown(client.read_document(operation, &response)?),
        status: response.status,
        length: response
            .header("content-length")
            .and_then(|length| length.parse().ok()),
        doubt: client.doubt(operation, &response),
        stream: received.stream,
    })
}

/// The failure of a call. The members of the service's error are shown as results are.
pub(crate) fn into_failure(
    error: Error,
    service: &Service<'_>,
    timestamps: &Timestamps,
) -> Failure {
    let Error::Service(mut error) = error else {
        return error.into();
    };
    if let Some(shape) = error
        .shape
        .as_deref()
        .and_then(|name| service.shape_named(name))
    {
        error.details = present(
            std::mem::take(&mut error.details),
            service,
            shape,
            timestamps,
            &mut Vec::new(),
        );
    }
    Error::Service(error).into()
}
