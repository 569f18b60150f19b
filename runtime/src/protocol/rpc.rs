//! Protocols of remote procedure calls, whose messages have everything in the body: AWS JSON 1.0 and
//! 1.1, and what they have in common with Smithy RPC v2.
//!
//! - Every request is `POST /` with the operation in `x-amz-target` and the input in the body, an
//!   empty structure if the operation has no input.
//! - The versions of AWS JSON differ in the content type only.

use super::{Protocol, error};
use crate::codec::{self, Codec, DeserializeError, Doubt, EncodeMode, Encoded, Extent};
use crate::document::{Document, Map};
use crate::error::ServiceError;
#[cfg(feature = "event-stream")]
use crate::events::EventFormat;
use crate::http::{Request, Response};
use crate::schema::{Operation, Service, ShapeIndex};
use crate::visit::{CompoundKind, Visit, VisitError, Visitor};

/// A protocol whose messages have everything in the body, in the codec's format.
#[derive(Debug)]
pub(super) struct Rpc<C> {
    pub(super) codec: C,
    pub(super) content_type: &'static str,
}

impl<C: Codec + std::fmt::Debug> Protocol for Rpc<C> {
    fn request(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        input: &dyn Visit,
        mode: EncodeMode,
    ) -> Result<Encoded<Request>, VisitError> {
        let (input, shape): (&dyn Visit, ShapeIndex) = match operation.input {
            Some(shape) => (input, shape),
            None => (&(), ShapeIndex::MAX),
        };
        let body = encode(&self.codec, input, service, shape, mode)?;
        let target = [service.target_prefix, ".", operation.name].concat();
        let mut headers = Vec::with_capacity(8);
        headers.extend([
            ("content-type".into(), self.content_type.into()),
            ("x-amz-target".into(), target.into()),
        ]);
        if service.is_query_compatible() {
            headers.push(("x-amzn-query-mode".into(), "true".into()));
        }
        let mut request = Request::new("POST", "/").body(body.value);
        request.headers = headers;
        Ok(Encoded {
            value: request,
            conforms: body.conforms,
        })
    }

    fn output(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
        output: &mut dyn Visitor,
    ) -> Result<(), DeserializeError> {
        read(&self.codec, service, operation, response, output)
    }

    fn document(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Result<Document, DeserializeError> {
        document(&self.codec, service, operation, response)
    }

    fn doubt(
        &self,
        _: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Option<Doubt> {
        self.codec.doubt(&response.body, operation.output.is_some())
    }

    #[cfg(feature = "event-stream")]
    fn events(&self) -> Option<EventFormat<'_>> {
        Some(EventFormat {
            codec: &self.codec,
            has_initial_response: true,
        })
    }

    fn error(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> ServiceError {
        error::rpc(&self.codec, service, operation, response)
    }
}

/// The body with an input.
pub(super) fn encode(
    codec: &impl Codec,
    input: &dyn Visit,
    service: &Service<'_>,
    shape: ShapeIndex,
    mode: EncodeMode,
) -> Result<Encoded<Vec<u8>>, VisitError> {
    let out = Vec::with_capacity(256);
    codec::encode(codec, out, input, service, shape, mode)
}

/// Reads the output, which is empty if the body is.
pub(super) fn read(
    codec: &impl Codec,
    service: &Service<'_>,
    operation: &Operation<'_>,
    response: &Response,
    output: &mut dyn Visitor,
) -> Result<(), DeserializeError> {
    let Some(shape) = operation.output else {
        return Ok(());
    };
    output.begin(CompoundKind::Members)?;
    if !response.body.is_empty() {
        let body = &response.body;
        codec.read(body, service, shape, Extent::Members, output)?;
    }
    Ok(output.end()?)
}

/// The same, as a document.
pub(super) fn document(
    codec: &impl Codec,
    service: &Service<'_>,
    operation: &Operation<'_>,
    response: &Response,
) -> Result<Document, DeserializeError> {
    match operation.output {
        Some(shape) if !response.body.is_empty() => codec.document(&response.body, service, shape),
        _ => Ok(Document::Map(Map::new())),
    }
}
