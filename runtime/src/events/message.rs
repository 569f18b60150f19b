//! Reading messages by the schema: events, and the errors that end a stream.
//!
//! - The header `:message-type` says what a message is, `:event-type` or `:exception-type` which
//!   member of the union.
//! - Members of an event are headers, or alone the payload, or fields of the payload in the
//!   protocol's format.

use crate::codec::{Codec, DeserializeError, Extent};
use crate::document::{Document, Map};
use crate::error::{Attempts, ServiceError};
use crate::schema::{Flags, Kind, Member, Service, Shape, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, TypedDocument, Visit as _, VisitError, Visitor};
use aws_smithy_types::event_stream::{HeaderValue, Message};
use std::fmt;

/// What a message is.
#[derive(Debug)]
pub(super) enum Role<'m> {
    /// An event, with its name in the union.
    Event(&'m str),
    /// An error of the model, with its name in the union.
    Exception(&'m str),
    /// Any other error, with its code and its message.
    Error(&'m str, &'m str),
}

/// A message that says nothing that the specification knows.
#[derive(Debug)]
pub(super) struct Unknown {
    kind: Option<String>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            None => f.write_str("a message of the stream of events does not say what it is"),
            Some(kind) => write!(
                f,
                "the stream of events has a message of an unknown type, {kind:?}"
            ),
        }
    }
}

impl std::error::Error for Unknown {}

/// What a message says that it is.
///
/// # Errors
///
/// It says nothing, or something unknown.
pub(super) fn role(message: &Message) -> Result<Role<'_>, Unknown> {
    let kind = text(message, ":message-type");
    let named = match kind {
        Some("event") => text(message, ":event-type").map(Role::Event),
        Some("exception") => text(message, ":exception-type").map(Role::Exception),
        Some("error") => {
            let part = |name| text(message, name).unwrap_or_default();
            Some(Role::Error(part(":error-code"), part(":error-message")))
        }
        Some(other) => {
            let kind = Some(other.to_owned());
            return Err(Unknown { kind });
        }
        None => None,
    };
    named.ok_or(Unknown { kind: None })
}

fn header<'m>(message: &'m Message, name: &str) -> Option<&'m HeaderValue> {
    let mut headers = message.headers().iter();
    let found = headers.find(|header| header.name().as_str() == name);
    found.map(|header| header.value())
}

fn text<'m>(message: &'m Message, name: &str) -> Option<&'m str> {
    let value = header(message, name)?.as_string().ok()?;
    Some(value.as_str())
}

/// The value of a header.
fn value(header: &HeaderValue) -> Document {
    match header {
        HeaderValue::Bool(value) => Document::Boolean(*value),
        HeaderValue::Byte(value) => Document::Integer((*value).into()),
        HeaderValue::Int16(value) => Document::Integer((*value).into()),
        HeaderValue::Int32(value) => Document::Integer((*value).into()),
        HeaderValue::Int64(value) => Document::Integer((*value).into()),
        HeaderValue::ByteArray(value) => Document::Blob(value.to_vec()),
        HeaderValue::String(value) => value.as_str().into(),
        HeaderValue::Timestamp(value) => Timestamp::new(value.secs(), value.subsec_nanos()).into(),
        HeaderValue::Uuid(value) => uuid::Uuid::from_u128(*value).to_string().into(),
        _ => Document::Null,
    }
}

/// Whether an event has fields in its payload.
fn has_fields(event: &Shape<'_>) -> bool {
    let is = |flag| move |member: &Member<'_>| member.is(flag);
    !event.members.iter().any(is(Flags::EVENT_PAYLOAD))
        && !event.members.iter().all(is(Flags::EVENT_HEADER))
}

/// Reads messages by the schema.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) service: &'a Service<'a>,
    pub(super) codec: &'static dyn Codec,
    /// The union of events.
    pub(super) union: ShapeIndex,
}

impl<'a> Reading<'a> {
    /// The member of this name of the union: an event, or an error.
    fn member(&self, name: &str) -> Option<(usize, &Member<'a>)> {
        self.service.shape(self.union).member(name)
    }

    /// The event of this name.
    fn known(&self, name: &str) -> Option<(usize, &Member<'a>)> {
        self.member(name)
            .filter(|(_, member)| !self.service.is_exception(member))
    }

    /// Reads an event into a union. An unknown one is an unknown member.
    pub(super) fn event(
        &self,
        name: &str,
        message: &Message,
        union: &mut dyn Visitor,
    ) -> Result<(), DeserializeError> {
        union.begin(CompoundKind::Members)?;
        match self.known(name) {
            Some((index, event)) => {
                self.structure(event.target, message, union.member(index)?)?;
            }
            None => union.unknown(name)?,
        }
        Ok(union.end()?)
    }

    fn structure(
        &self,
        shape: ShapeIndex,
        message: &Message,
        into: &mut dyn Visitor,
    ) -> Result<(), DeserializeError> {
        into.begin(CompoundKind::Members)?;
        let event = self.service.shape(shape);
        let wrong = |member: &Member<'_>, error: VisitError| {
            DeserializeError::value(member.name.to_owned(), error)
        };
        for (index, member) in event.members.iter().enumerate() {
            if member.is(Flags::EVENT_PAYLOAD) {
                self.payload(member.target, message, into.member(index)?)?;
            } else if let Some(document) = self.header(member, message) {
                let part = TypedDocument {
                    document: &document,
                    service: self.service,
                    shape: member.target,
                };
                part.visit(into.member(index)?)
                    .map_err(|error| wrong(member, error))?;
            }
        }
        if has_fields(event) && !message.payload().is_empty() {
            let (payload, extent) = (message.payload(), Extent::Members);
            self.codec
                .read(payload, self.service, shape, extent, into)?;
        }
        Ok(into.end()?)
    }

    /// The value of a member that is a header, if there is one.
    fn header(&self, member: &Member<'_>, message: &Message) -> Option<Document> {
        let header = header(message, member.name);
        header.filter(|_| member.is(Flags::EVENT_HEADER)).map(value)
    }

    /// Reads the member that is the whole payload. An empty payload is no value, but for bytes and
    /// text.
    fn payload(
        &self,
        shape: ShapeIndex,
        message: &Message,
        into: &mut dyn Visitor,
    ) -> Result<(), DeserializeError> {
        let payload = message.payload();
        match self.service.shape(shape).kind {
            Kind::Blob => into.blob(payload)?,
            Kind::String | Kind::Enum => into.string(&String::from_utf8_lossy(payload))?,
            _ if payload.is_empty() => {}
            _ => {
                let extent = Extent::Value;
                self.codec
                    .read(payload, self.service, shape, extent, into)?;
            }
        }
        Ok(())
    }

    /// An event as a document: every value in the form in which it came. An unknown one has the form
    /// of an unknown member of a union.
    pub(super) fn document(
        &self,
        name: &str,
        message: &Message,
    ) -> Result<Document, DeserializeError> {
        let (name, value) = match self.known(name) {
            Some((_, event)) => (name, self.members(event.target, message)?),
            None => (
                "SDK_UNKNOWN_MEMBER",
                Document::from([("name", name.into())]),
            ),
        };
        Ok(Document::from([(name, value)]))
    }

    fn members(&self, ix: ShapeIndex, message: &Message) -> Result<Document, DeserializeError> {
        let event = self.service.shape(ix);
        let payload = message.payload();
        let mut fields = match has_fields(event) && !payload.is_empty() {
            true => self.codec.document(payload, self.service, ix)?,
            false => Document::Null,
        };
        let mut members = Map::new();
        for member in event.members {
            let value = if member.is(Flags::EVENT_PAYLOAD) {
                match self.service.shape(member.target).kind {
                    Kind::Blob => Some(Document::Blob(payload.to_vec())),
                    Kind::String | Kind::Enum => {
                        Some(String::from_utf8_lossy(payload).into_owned().into())
                    }
                    _ if payload.is_empty() => None,
                    _ => Some(self.codec.document(payload, self.service, member.target)?),
                }
            } else if member.is(Flags::EVENT_HEADER) {
                self.header(member, message)
            } else if let Document::Map(fields) = &mut fields {
                fields.swap_remove(member.name)
            } else {
                None
            };
            members.extend(value.map(|value| (member.name.to_owned(), value)));
        }
        Ok(Document::Map(members))
    }

    /// The error that an exception means. Its code is its name in the union.
    pub(super) fn exception(&self, name: &str, message: &Message) -> ServiceError {
        let member = self.member(name).map(|(_, member)| member.target);
        let details = member.and_then(|shape| self.members(shape, message).ok());
        let (none, any) = (&Service::NONE, ShapeIndex::MAX);
        let body = self.codec.document(message.payload(), none, any);
        let body = body.unwrap_or_default();
        let text = ["message", "Message"]
            .into_iter()
            .find_map(|name| body.get(name)?.as_str());
        ServiceError {
            shape: member.map(|shape| self.service.shape(shape).name.to_owned()),
            details: details.unwrap_or_default(),
            ..error(name, text.unwrap_or_default())
        }
    }
}

/// An error with this code and message, of which no more is known.
pub(super) fn error(code: &str, message: &str) -> ServiceError {
    ServiceError {
        operation: String::new(),
        code: code.to_owned(),
        shape: None,
        message: message.to_owned(),
        null_message: false,
        status: 0,
        request_id: None,
        details: Document::Null,
        attempts: Attempts::new(1),
    }
}
