//! Protocols: how an operation's input becomes a request, and an answer its output or an error.
//!
//! A protocol is a [codec](crate::codec) plus where things go in an HTTP message. [`of`] lists those
//! that are supported. It is a constant function: generated clients evaluate it when they are
//! compiled, so that a program links only the protocols of its services.

mod error;
mod http;
#[cfg(feature = "aws-query")]
mod query;
mod rpc;
#[cfg(feature = "cbor")]
mod rpc_v2;

#[cfg(feature = "aws-query")]
use crate::codec::form::Naming;
use crate::codec::json::Json;
#[cfg(feature = "xml")]
use crate::codec::xml::Xml;
use crate::codec::{DeserializeError, Doubt, EncodeMode, Encoded};
use crate::document::Document;
use crate::error::ServiceError;
#[cfg(feature = "event-stream")]
use crate::events::EventFormat;
use crate::http::{Request, Response};
use crate::schema::{self, Operation, Service};
use crate::visit::{Visit, VisitError, Visitor};
#[cfg(feature = "xml")]
pub(crate) use error::xml::element as xml_error_element;
use http::Rest;
#[cfg(feature = "aws-query")]
use query::Query;
use rpc::Rpc;

/// A wire protocol.
pub trait Protocol: std::fmt::Debug + Sync {
    /// The request for an operation's input, without what the endpoint and the signature add.
    ///
    /// # Errors
    ///
    /// A value that the protocol can't send.
    fn request(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        input: &dyn Visit,
        mode: EncodeMode,
    ) -> Result<Encoded<Request>, VisitError>;

    /// The same request with the content of its body in the URL, of protocols whose services read it
    /// there too; otherwise the request as it is.
    fn in_url(&self, request: Request) -> Request {
        request
    }

    /// Reads a successful answer into the output.
    ///
    /// # Errors
    ///
    /// What can't be understood.
    fn output(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
        output: &mut dyn Visitor,
    ) -> Result<(), DeserializeError>;

    /// Reads a successful answer as a document: every value in the form in which it came, with the
    /// names of the model.
    ///
    /// # Errors
    ///
    /// The answer is not in the protocol's format.
    fn document(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Result<Document, DeserializeError>;

    /// Whether an answer is an error of the service although its status is one of success.
    fn is_error(
        &self,
        _service: &Service<'_>,
        _operation: &Operation<'_>,
        _response: &Response,
    ) -> bool {
        false
    }

    /// Why a successful answer may not be what the service sent.
    fn doubt(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> Option<Doubt>;

    /// How it has streams of events; `None` if it has none.
    #[cfg(feature = "event-stream")]
    fn events(&self) -> Option<EventFormat<'_>> {
        None
    }

    /// Reads an error. Every answer gives one, whatever its body.
    fn error(
        &self,
        service: &Service<'_>,
        operation: &Operation<'_>,
        response: &Response,
    ) -> ServiceError;
}

/// What to do about a protocol that is not built in.
pub const fn missing(protocol: schema::Protocol) -> &'static str {
    match protocol.feature() {
        None => "opsmith-runtime does not support the protocol of this service",
        Some(_) if matches!(protocol, schema::Protocol::RpcV2Cbor) => {
            "the protocol of this service needs the feature `cbor` of opsmith-runtime"
        }
        Some(_) => "the protocol of this service needs the feature `xml` of opsmith-runtime",
    }
}

/// AWS Query. STS, which gives roles, speaks it.
#[cfg(feature = "aws-query")]
pub(crate) const AWS_QUERY: &dyn Protocol = &Query {
    naming: Naming::Query,
};

/// The implementation of a protocol, if it is supported.
pub const fn of(protocol: schema::Protocol) -> Option<&'static dyn Protocol> {
    match protocol {
        schema::Protocol::AwsJson1_0 => Some(&Rpc {
            codec: Json,
            content_type: "application/x-amz-json-1.0",
        }),
        schema::Protocol::AwsJson1_1 => Some(&Rpc {
            codec: Json,
            content_type: "application/x-amz-json-1.1",
        }),
        schema::Protocol::RestJson1 => Some(&Rest {
            codec: Json,
            content_type: Some("application/json"),
            unset: "{}",
            error: error::rest_json,
        }),
        // The AWS CLI states no content type.
        #[cfg(feature = "xml")]
        schema::Protocol::RestXml => Some(&Rest {
            codec: Xml,
            content_type: None,
            unset: "",
            error: error::rest_xml,
        }),
        #[cfg(feature = "xml")]
        schema::Protocol::AwsQuery => Some(AWS_QUERY),
        #[cfg(feature = "xml")]
        schema::Protocol::Ec2Query => Some(&Query {
            naming: Naming::Ec2,
        }),
        #[cfg(feature = "cbor")]
        schema::Protocol::RpcV2Cbor => Some(&rpc_v2::RpcV2Cbor),
        #[cfg(not(all(feature = "cbor", feature = "xml")))]
        _ => None,
    }
}
