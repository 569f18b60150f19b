//! Codecs: how values are encoded in a format and read from it.
//!
//! A codec is one `Format`, which writes values, and one reader (`Codec::read`). Both follow the
//! schema and know nothing of HTTP: what goes where in a message is the business of a
//! [`protocol`](crate::protocol). The walk over the schema, validation and redaction are the
//! `Encoder`'s, so that they are the same in every format.

pub mod base64;
#[cfg(feature = "cbor")]
pub mod cbor;
mod encoder;
mod error;
#[cfg(feature = "aws-query")]
pub(crate) mod form;
pub mod json;
mod lenient;
mod modeled;
pub(crate) mod text;
#[cfg(feature = "aws-query")]
pub(crate) mod xml;

pub use encoder::{EncodeMode, Encoded};
pub(crate) use encoder::{Encoder, Format};
pub use error::DeserializeError;

use crate::document::Document;
use crate::schema::{Flags, Member, Service, ShapeIndex};
use crate::visit::{Visit, VisitError, Visitor};

/// A format of bodies.
pub(crate) trait Codec: Sync {
    /// Writes the format.
    type Format: Format<Output = Vec<u8>>
    where
        Self: Sized;

    /// A writer that appends to these bytes.
    fn format(&self, out: Vec<u8>) -> Self::Format
    where
        Self: Sized;

    /// Reads a value of the shape into the visitor: as the model has it, and where the value differs
    /// from the model, what can be understood of it.
    fn read(
        &self,
        bytes: &[u8],
        service: &Service<'_>,
        shape: ShapeIndex,
        extent: Extent,
        visitor: &mut dyn Visitor,
    ) -> Result<(), DeserializeError>;

    /// Reads a value as a document: each part in the form in which it came, with the names of the
    /// model. With [`ShapeIndex::MAX`] for the shape, all names are as they came too.
    fn document(
        &self,
        bytes: &[u8],
        service: &Service<'_>,
        shape: ShapeIndex,
    ) -> Result<Document, DeserializeError>;

    /// Whether a body is an error, whatever the status says.
    fn is_error(&self, _bytes: &[u8]) -> bool {
        false
    }

    /// Why the body of a successful answer may not be what the service sent. A body that was read is
    /// known to be in this format.
    fn doubt(&self, bytes: &[u8], was_read: bool) -> Option<Doubt>;
}

/// How much of a structure is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The whole value.
    Value,
    /// The members alone: the visitor's structure is open already, and members of it that are bound
    /// to other parts of the message come from there.
    Members,
}

impl Extent {
    /// Whether a member of the structure is not read.
    pub(crate) fn excludes(self, member: &Member<'_>) -> bool {
        self == Extent::Members && member.is(Flags::BOUND)
    }
}

/// Why a successful answer may not be what the service sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Doubt {
    /// The body is not in the protocol's format, which is named.
    Format(&'static str),
    /// The body has bytes that are not UTF-8.
    Encoding,
}

impl std::error::Error for Doubt {}

impl std::fmt::Display for Doubt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Doubt::Format(name) => write!(
                f,
                "the answer is not {name}: it may come from a proxy or a login page, and not from the service"
            ),
            Doubt::Encoding => {
                f.write_str("the answer is not UTF-8: invalid bytes are shown as U+FFFD")
            }
        }
    }
}

/// Encodes a value of the shape, after the bytes that are there already.
///
/// # Errors
///
/// A value that the format or the shape can't take.
pub(crate) fn encode<C: Codec>(
    codec: &C,
    out: Vec<u8>,
    value: &dyn Visit,
    service: &Service<'_>,
    shape: ShapeIndex,
    mode: EncodeMode,
) -> Result<Encoded<Vec<u8>>, VisitError> {
    encode_as(codec.format(out), value, service, shape, mode)
}

/// Encodes a value of the shape in a format.
///
/// # Errors
///
/// A value that the format or the shape can't take, with its path.
pub(crate) fn encode_as<F: Format>(
    format: F,
    value: &dyn Visit,
    service: &Service<'_>,
    shape: ShapeIndex,
    mode: EncodeMode,
) -> Result<Encoded<F::Output>, VisitError> {
    let mut encoder = Encoder::new(format, service, shape, mode);
    match value.visit(&mut encoder) {
        Ok(()) => Ok(encoder.finish()),
        Err(error) => Err(error.at(encoder.path())),
    }
}
