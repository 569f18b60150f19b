//! Streams of events in answers: [`EventReader`], which gives each event as it comes.
//!
//! `frame` cuts the body of an answer into frames, `message` reads the message of one by the schema.
//! In protocols whose messages have everything in the body, the first message may be the output
//! itself, without the events.
//!
//! ```no_run
//! # use opsmith_runtime::Error;
//! # use opsmith_runtime::call::Call;
//! # use opsmith_runtime::events::WithEvents;
//! # async fn example<E>(call: Call<WithEvents<(), E>>) -> Result<(), Error>
//! # where E: opsmith_runtime::visit::Visitor + std::fmt::Debug + Default + Send + 'static {
//! let mut output = call.await?;
//! while let Some(event) = output.events.next().await {
//!     println!("{:?}", event?);
//! }
//! # Ok(())
//! # }
//! ```

mod frame;
mod message;

use crate::call::Output;
#[cfg(feature = "blocking")]
use crate::call::block_on;
use crate::client::Client;
use crate::codec::{Codec, DeserializeError};
use crate::document::Document;
use crate::error::{Cause, Error, ServiceError};
use crate::http::{BodyReader, Response};
use crate::pipeline::Received;
use crate::schema::{Operation, ShapeIndex};
use crate::visit::Visitor;
use aws_smithy_types::event_stream::Message;
use bytes::Bytes;
use frame::Frames;
use message::{Reading, Role};
use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// How a protocol has events.
#[derive(Clone, Copy)]
pub struct EventFormat<'p> {
    /// The format of payloads.
    pub(crate) codec: &'p dyn Codec,
    /// Whether the first message may be the output without the events.
    pub(crate) has_initial_response: bool,
}

impl fmt::Debug for EventFormat<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventFormat")
    }
}

/// An output with a stream of events. It dereferences to the output.
#[derive(Debug)]
#[non_exhaustive]
pub struct WithEvents<O, E> {
    /// The output, which is known before the first event.
    pub output: O,
    /// The events, which are read as they come.
    pub events: EventReader<E>,
}

impl<O, E> Output for WithEvents<O, E>
where
    O: Visitor + Default + Send + 'static,
    E: Visitor + Default + Send + 'static,
{
    type Structure = O;

    fn new(
        output: O,
        received: Received,
        client: &Client<'static>,
        operation: &'static str,
    ) -> Result<Self, Error> {
        let Received {
            response, stream, ..
        } = received;
        let missing = || Error::Request(format!("{operation} has no events").into());
        let operation = client.service.operation(operation).ok_or_else(missing)?;
        let events = client.events(operation, &response, stream.unwrap_or_default())?;
        Ok(WithEvents {
            output,
            events: events.typed(),
        })
    }
}

impl<O, E> std::ops::Deref for WithEvents<O, E> {
    type Target = O;

    fn deref(&self) -> &O {
        &self.output
    }
}

/// The events of an answer, as values of a generated union: one by one with
/// [`next`](EventReader::next), as a [`Stream`](futures_core::Stream), and with the feature
/// `blocking` as an iterator.
///
/// An event that is newer than the model is the union's variant `Unknown`.
pub struct EventReader<E> {
    events: Events<'static>,
    event: PhantomData<fn() -> E>,
}

impl<E: Visitor + Default> EventReader<E> {
    /// The next event; `None` after the last one, and after an error.
    ///
    /// # Errors
    ///
    /// [`Error::Service`] if the service ends the stream with an error; [`Error::Transport`] if the
    /// connection fails, or is silent for longer than the read timeout; [`Error::Response`] if the
    /// stream is damaged or cut off, or an event can't be read.
    pub async fn next(&mut self) -> Option<Result<E, Error>> {
        poll_fn(|context| self.poll(context)).await
    }

    /// The events, each of which is waited for. Within an async runtime each is an error.
    #[cfg(feature = "blocking")]
    pub fn blocking(mut self) -> impl Iterator<Item = Result<E, Error>> {
        std::iter::from_fn(move || {
            if self.events.ended {
                return None;
            }
            block_on(self.next()).unwrap_or_else(|error| {
                self.events.ended = true;
                Some(Err(error))
            })
        })
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<E, Error>>> {
        self.events.poll(context, |reading, name, message| {
            let mut event = E::default();
            reading.event(name, message, &mut event)?;
            Ok(event)
        })
    }
}

impl<E: Visitor + Default> futures_core::Stream for EventReader<E> {
    type Item = Result<E, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll(context)
    }
}

impl<E> fmt::Debug for EventReader<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EventReader")
    }
}

/// The events of an answer, as documents.
pub struct Events<'a> {
    frames: Frames,
    reading: Reading<'a>,
    operation: &'a str,
    status: u16,
    request_id: Option<String>,
    /// Nothing follows.
    ended: bool,
}

impl fmt::Debug for Events<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}

impl<'a> Events<'a> {
    /// The next event, with every value in the form in which it came; `None` after the last one,
    /// and after an error.
    ///
    /// # Errors
    ///
    /// As [`EventReader::next`].
    pub async fn next(&mut self) -> Option<Result<Document, Error>> {
        poll_fn(|context| {
            self.poll(context, |reading, name, message| {
                reading.document(name, message)
            })
        })
        .await
    }

    /// Reads the next event, which has this name in the union.
    fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        read: impl FnOnce(Reading<'a>, &str, &Message) -> Result<T, DeserializeError>,
    ) -> Poll<Option<Result<T, Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let frame = ready!(self.frames.poll_next(context));
        let operation = self.operation;
        let message = frame.map(|frame| {
            let message = frame.and_then(frame::message);
            message.map_err(|error| error.of(operation))
        });
        let event = message.map(|message| self.event(&message?, read));
        self.ended = !matches!(event, Some(Ok(_)));
        Poll::Ready(event)
    }

    fn event<T>(
        &self,
        message: &Message,
        read: impl FnOnce(Reading<'a>, &str, &Message) -> Result<T, DeserializeError>,
    ) -> Result<T, Error> {
        let operation = self.operation;
        let error = match message::role(message).map_err(|error| {
            let message = format!("{operation}: {error}");
            Error::Response(Cause::with(message, error))
        })? {
            Role::Event(name) => {
                return read(self.reading, name, message).map_err(|error| {
                    let message = format!("{operation}: event {name}: {error}");
                    Error::Response(Cause::with(message, error))
                });
            }
            Role::Exception(name) => self.reading.exception(name, message),
            Role::Error(code, text) => message::error(code, text),
        };
        Err(Error::Service(Box::new(ServiceError {
            operation: operation.to_owned(),
            status: self.status,
            request_id: self.request_id.clone(),
            ..error
        })))
    }
}

impl Events<'static> {
    /// The events as values of a generated union.
    pub fn typed<E: Visitor + Default>(self) -> EventReader<E> {
        EventReader {
            events: self,
            event: PhantomData,
        }
    }
}

impl<'a> Client<'a> {
    /// The events in the body of an answer to the operation.
    ///
    /// # Errors
    ///
    /// The operation answers without events, or the protocol has none.
    pub fn events(
        &self,
        operation: &Operation<'a>,
        head: &Response,
        body: BodyReader,
    ) -> Result<Events<'a>, Error> {
        let missing = || Error::Request(format!("{} has no events", operation.name).into());
        let (union, format) = format(self, operation).ok_or_else(missing)?;
        let header = |name| head.header(name).map(str::to_owned);
        Ok(Events {
            frames: Frames::new(head, body),
            reading: Reading {
                service: self.service,
                codec: format.codec,
                union,
            },
            operation: operation.name,
            status: head.status,
            request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
            ended: false,
        })
    }
}

/// The union of an operation's events, and how the protocol has them.
fn format(
    client: &Client<'_>,
    operation: &Operation<'_>,
) -> Option<(ShapeIndex, EventFormat<'static>)> {
    let union = client.service.events(operation.output)?;
    Some((union, client.protocol?.events()?))
}

/// Takes the message before the events that has the output's other members, in protocols with such
/// a message: it becomes the body of the answer.
///
/// # Errors
///
/// The connection failed, or the stream is damaged.
pub(crate) async fn begin(
    client: &Client<'_>,
    operation: &Operation<'_>,
    mut received: Received,
) -> Result<Received, Error> {
    let format = format(client, operation);
    if !format.is_some_and(|(_, format)| format.has_initial_response) {
        return Ok(received);
    }
    let body = received.stream.take().unwrap_or_default();
    let mut frames = Frames::new(&received.response, body);
    let read = |frame: Bytes| Ok((frame.clone(), frame::message(frame)?));
    let first = match poll_fn(|context| frames.poll_next(context)).await {
        None => None,
        Some(frame) => {
            let first = frame.and_then(read);
            Some(first.map_err(|error| error.of(operation.name))?)
        }
    };
    let mut put_back = Bytes::new();
    if let Some((frame, message)) = first {
        match message::role(&message) {
            Ok(Role::Event("initial-response")) => {
                received.response.body = message.payload().clone();
            }
            _ => put_back = frame,
        }
    }
    received.stream = Some(frames.into_body(&put_back));
    Ok(received)
}
