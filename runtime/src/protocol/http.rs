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

pub(super) use response::bound;
pub(super) use response::document;

use super::Protocol;
use crate::codec::{self, Codec, DeserializeError, Doubt, EncodeMode, Encoded, Extent};
use crate::document::{Document, Map};
use crate::error::ServiceError;
use crate::http::{Request, Response};
use crate::schema::{Flags, Http, Kind, Location, Member, Operation, Service, ShapeIndex, http};
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
        let mut names = request.headers.iter().map(|(name, _)| name);
        match content_type {
            Some(value) if names.all(|name| name != "content-type") => {
                request = request.header("content-type", value);
            }
            _ => {}
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
        match operation.output {
            Some(shape) => document(&self.codec, service, shape, response),
            None => Ok(Document::Map(Map::new())),
        }
    }

    fn doubt(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Option<Doubt> {
        let output = service.shape(operation.output.unwrap_or(ShapeIndex::MAX));
        let mut members = output.members.iter();
        let payload = members.find(|member| member.is(Flags::HTTP_PAYLOAD));
        match payload.map(|member| service.shape(member.target).kind) {
            Some(Kind::Blob | Kind::String | Kind::Enum) => None,
            payload => {
                let was_read = payload.is_some() || response::has_fields(output);
                self.codec.doubt(&response.body, was_read)
            }
        }
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

impl<C: Codec> Rest<C> {
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

#[cfg(test)]
mod tests;
