//! Protocols that bind members to parts of an HTTP message: REST JSON and REST XML.
//!
//! - The method and the URI come from the model. Members at the top of an input, output or error
//!   are where their bindings put them: in the path, the query string, headers, the status, or alone
//!   as the body. The others are fields of the body, in the codec's format.
//! - In the path and the query string, everything but letters, digits and `-._~` is
//!   percent-encoded. Timestamps are dates there, and HTTP dates in headers.

mod header;
mod request;
mod response;
mod uri;

#[cfg(feature = "aws-query")]
pub(super) use response::bound;
pub(super) use response::document;

use super::Protocol;
use crate::codec::{self, Codec, DeserializeError, Doubt, EncodeMode, Encoded, Extent};
use crate::document::{Document, Map};
use crate::error::ServiceError;
#[cfg(feature = "event-stream")]
use crate::events::EventFormat;
use crate::http::{Header, Request, Response};
use crate::schema::{
    Flags, Http, Kind, Location, Member, Operation, Service, ShapeIndex, Trait, http,
};
use crate::visit::{CompoundKind, TypedDocument, Visit, VisitError, VisitResult, Visitor};
use request::{Bindings, Content};
use std::fmt;

/// A protocol whose messages have members in all their parts.
pub(super) struct Rest<C> {
    /// The format of bodies.
    pub(super) codec: C,
    /// The content type of bodies in that format, where it is sent.
    pub(super) content_type: Option<&'static str>,
    /// The body where no member of it is set.
    pub(super) unset: &'static str,
    /// Reads errors.
    pub(super) error: ReadError<C>,
}

type ReadError<C> = fn(&C, &Service<'_>, &Operation<'_>, &Response) -> ServiceError;

impl<C: fmt::Debug> fmt::Debug for Rest<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rest").field(&self.codec).finish()
    }
}

/// The binding of an operation that states none.
const POST: Http<'static> = http("POST", "/", 200);

impl<C: Codec + fmt::Debug> Protocol for Rest<C> {
    fn request(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        input: &dyn Visit,
        mode: EncodeMode,
    ) -> Result<Encoded<Request>, VisitError> {
        let http = operation.http().unwrap_or(&POST);
        let (input, shape): (&dyn Visit, ShapeIndex) = match operation.input {
            Some(shape) => (input, shape),
            None => (&(), ShapeIndex::MAX),
        };
        let kind = |member: &Member<'_>| service.shape(member.target).kind;
        let shape_of_input = service.shape(shape);
        let template = uri::without_endpoint(http.uri, shape_of_input);
        let format = Bindings::new(&self.codec, template, shape_of_input, kind);
        let Encoded { value, conforms } = codec::encode_as(format, input, service, shape, mode)?;
        let (body, content_type) = match value.content {
            Content::Encoded(bytes) => (bytes, self.content_type),
            Content::Unset if !self.unset.is_empty() => (self.unset.into(), self.content_type),
            Content::Unset | Content::Nothing => (Vec::new(), None),
            Content::Raw(bytes) => (bytes, None),
        };
        let mut request = Request::new(http.method.to_owned(), value.target).body(body);
        request.headers = value.headers;
        if let Some(value) = content_type {
            add(&mut request.headers, ("content-type".into(), value.into()));
        }
        for (name, value) in service.headers() {
            let header = ((*name).to_owned().into(), (*value).to_owned().into());
            add(&mut request.headers, header);
        }
        if operation.traits.contains(&Trait::QueryAsForm) {
            request = as_form(request);
        }
        Ok(Encoded {
            value: request,
            conforms,
        })
    }

    fn output(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
        output: &mut dyn Visitor,
    ) -> Result<(), DeserializeError> {
        let Some(ix) = operation.output else {
            return Ok(());
        };
        let shape = service.shape(ix);
        output.begin(CompoundKind::Members)?;
        if let Some(member) = unwrapped(service, operation) {
            // An empty text is no value.
            if let Document::String(text) = self.whole(service, member, response)? {
                output.member(0)?.string(&text)?;
            }
            return Ok(output.end()?);
        }
        for (index, member) in shape.members.iter().enumerate() {
            match member.location() {
                Location::Field => {}
                Location::Payload => self.payload(service, (index, member), response, output)?,
                _ => {
                    if let Some(document) = response::bound(service, shape, member, response) {
                        let value = TypedDocument {
                            document: &document,
                            service,
                            shape: member.target,
                        };
                        give(&value, index, output)
                            .map_err(|error| DeserializeError::value(member.name.into(), error))?;
                    }
                }
            }
        }
        if response::has_fields(shape) && !response.body.is_empty() {
            let body = &response.body;
            self.codec
                .read(body, service, ix, Extent::Members, output)?;
        }
        Ok(output.end()?)
    }

    fn document(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Result<Document, DeserializeError> {
        if let Some(member) = unwrapped(service, operation) {
            let value = self.whole(service, member, response)?;
            return Ok(Document::from([(member.name, value)]));
        }
        match operation.output {
            Some(shape) => document(&self.codec, service, shape, response),
            None => Ok(Document::Map(Map::new())),
        }
    }

    fn is_error(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> bool {
        let is_raw = matches!(
            payload(service, operation),
            Some(Kind::Blob | Kind::String | Kind::Enum)
        );
        service.traits.contains(&Trait::ErrorsWithSuccess)
            && operation.output.is_some()
            && !is_raw
            && self.codec.is_error(&response.body)
    }

    fn doubt(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Option<Doubt> {
        let output = service.shape(operation.output.unwrap_or(ShapeIndex::MAX));
        match payload(service, operation) {
            Some(Kind::Blob | Kind::String | Kind::Enum) => None,
            payload => {
                let was_read = payload.is_some() || response::has_fields(output);
                self.codec.doubt(&response.body, was_read)
            }
        }
    }

    #[cfg(feature = "event-stream")]
    fn events(&self) -> Option<EventFormat<'_>> {
        Some(EventFormat {
            codec: &self.codec,
            has_initial_response: false,
        })
    }

    fn error(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> ServiceError {
        (self.error)(&self.codec, service, operation, response)
    }
}

/// The kind of the member that is the whole body of an answer.
fn payload(service: &Service<'_>, operation: &Operation<'_>) -> Option<Kind> {
    let mut members = service.shape(operation.output?).members.iter();
    let payload = members.find(|member| member.is(Flags::HTTP_PAYLOAD))?;
    Some(service.shape(payload.target).kind)
}

/// The only member of an output whose body is the member's value, and not a structure that has it.
fn unwrapped<'a>(service: &Service<'a>, operation: &Operation<'_>) -> Option<&'a Member<'a>> {
    let is_unwrapped = operation.traits.contains(&Trait::S3UnwrappedXmlOutput);
    let shape = service.shape(operation.output.filter(|_| is_unwrapped)?);
    shape.members.first()
}

/// Adds a header, unless there is one of its name.
fn add(headers: &mut Vec<Header>, header: Header) {
    if headers.iter().all(|(name, _)| *name != header.0) {
        headers.push(header);
    }
}

/// The same request with its query string as a form in the body.
fn as_form(request: Request) -> Request {
    match request.url.split_once('?') {
        Some((path, query)) if request.method == "GET" => {
            let mut form = Request::new("POST", path).body(query.to_owned().into_bytes());
            form.headers = request.headers;
            form.header("content-type", "application/x-www-form-urlencoded")
        }
        _ => request,
    }
}

impl<C: Codec> Rest<C> {
    /// The body as the value of a member; null for an empty text.
    fn whole(
        &self,
        service: &Service<'_>,
        member: &Member<'_>,
        response: &Response,
    ) -> Result<Document, DeserializeError> {
        if response.body.is_empty() {
            return Ok(Document::Null);
        }
        let value = self
            .codec
            .document(&response.body, service, member.target)?;
        let is_empty = value.as_str().is_some_and(str::is_empty);
        Ok(if is_empty { Document::Null } else { value })
    }

    /// Reads the member that is the whole body. An empty body is no value.
    fn payload(
        &self,
        service: &Service<'_>,
        (index, member): (usize, &Member<'_>),
        response: &Response,
        output: &mut dyn Visitor,
    ) -> Result<(), DeserializeError> {
        let body = &response.body;
        if body.is_empty() {
            return Ok(());
        }
        let value = output.member(index)?;
        match service.shape(member.target).kind {
            Kind::Blob => value.blob(body)?,
            Kind::String | Kind::Enum => value.string(&String::from_utf8_lossy(body))?,
            _ => {
                let target = member.target;
                self.codec
                    .read(body, service, target, Extent::Value, value)?;
            }
        }
        Ok(())
    }
}

fn give(value: &dyn Visit, index: usize, output: &mut dyn Visitor) -> VisitResult {
    value.visit(output.member(index)?)
}

#[cfg(all(test, feature = "xml"))]
mod customized;
#[cfg(test)]
mod tests;
