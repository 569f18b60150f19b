//! The protocol Smithy RPC v2 CBOR.
//!
//! - Every request is `POST /service/SERVICE/operation/OPERATION` with the input in the body. An
//!   operation without input has no body.
//! - An answer has the header `smithy-protocol`. It is missed only in an answer that is not CBOR, which
//!   then does not come from the service.

use super::{Protocol, error, rpc};
use crate::codec::cbor::Cbor;
use crate::codec::{Codec as _, DeserializeError, Doubt, EncodeMode, Encoded};
use crate::document::Document;
use crate::error::ServiceError;
#[cfg(feature = "event-stream")]
use crate::events::EventFormat;
use crate::http::{Request, Response};
use crate::schema::{Operation, Service};
use crate::visit::{Visit, VisitError, Visitor};

/// The protocol.
#[derive(Debug)]
pub(super) struct RpcV2Cbor;

/// The header that all messages have, and its value.
const MARK: (&str, &str) = ("smithy-protocol", "rpc-v2-cbor");

const CBOR: &str = "application/cbor";

/// The content type of a stream of events.
const EVENTS: &str = "application/vnd.amazon.eventstream";

impl Protocol for RpcV2Cbor {
    fn request(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        input: &dyn Visit,
        mode: EncodeMode,
    ) -> Result<Encoded<Request>, VisitError> {
        let path = ["/service/", service.name(), "/operation/", operation.name].concat();
        let mut request = Request::new("POST", path);
        request.headers = Vec::with_capacity(8);
        let accept = match service.events(operation.output) {
            Some(_) => EVENTS,
            None => CBOR,
        };
        request = request.header(MARK.0, MARK.1).header("accept", accept);
        if service.is_query_compatible() {
            request = request.header("x-amzn-query-mode", "true");
        }
        let Some(shape) = operation.input else {
            return Ok(Encoded {
                value: request,
                conforms: true,
            });
        };
        let body = rpc::encode(&Cbor, input, service, shape, mode)?;
        Ok(Encoded {
            value: request.header("content-type", CBOR).body(body.value),
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
        rpc::read(&Cbor, service, operation, response, output)
            .map_err(|error| doubted(response, error))
    }

    fn document(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Result<Document, DeserializeError> {
        rpc::document(&Cbor, service, operation, response).map_err(|error| doubted(response, error))
    }

    fn doubt(
        &self,
        _: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Option<Doubt> {
        Cbor.doubt(&response.body, operation.output.is_some())
    }

    #[cfg(feature = "event-stream")]
    fn events(&self) -> Option<EventFormat<'_>> {
        Some(EventFormat {
            codec: &Cbor,
            has_initial_response: true,
        })
    }

    fn error(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> ServiceError {
        error::rpc_v2(&Cbor, service, operation, response)
    }
}

/// Why an answer can't be read: it is not the service's, or as the codec says.
fn doubted(response: &Response, error: DeserializeError) -> DeserializeError {
    match Cbor.doubt(&response.body, false) {
        Some(doubt) if response.header(MARK.0) != Some(MARK.1) => DeserializeError::format(doubt),
        _ => error,
    }
}
