//! CBOR (RFC 8949), as the protocol Smithy RPC v2 CBOR uses it.
//!
//! - Written: lengths are known, heads are as short as they can be, floats have the precision of their
//!   shape, timestamps are tagged numbers of seconds.
//! - Read: every other form that a service may choose too, such as lengths that are not known, floats
//!   of half precision, and `undefined`, which counts as null. Tags other than that of timestamps and
//!   long integers are passed over.
//! - When reading, unknown members are skipped, and a null counts as absent unless the shape is
//!   sparse.

use crate::codec::{Codec, DeserializeError, Doubt, EncodeMode, Encoded, Extent, lenient, modeled};
use crate::document::Document;
use crate::schema::{Service, ShapeIndex};
use crate::visit::{Visit, VisitError, Visitor};
use items::Items;
use read::{Failure, Reader};

mod items;
mod read;
mod write;

/// The codec.
#[derive(Debug)]
pub(crate) struct Cbor;

impl Codec for Cbor {
    type Format = write::Writer;

    fn format(&self, out: Vec<u8>) -> write::Writer {
        write::Writer::new(out)
    }

    fn read(
        &self,
        bytes: &[u8],
        service: &Service<'_>,
        shape: ShapeIndex,
        extent: Extent,
        visitor: &mut dyn Visitor,
    ) -> Result<(), DeserializeError> {
        match Reader::new(bytes, service).whole(shape, extent, visitor) {
            Ok(()) => Ok(()),
            Err(Failure::Format(error)) => Err(DeserializeError::format(error)),
            Err(Failure::Value) => {
                lenient::give(&document(bytes)?, service, shape, extent, visitor)
            }
        }
    }

    fn document(
        &self,
        bytes: &[u8],
        service: &Service<'_>,
        shape: ShapeIndex,
    ) -> Result<Document, DeserializeError> {
        modeled::structure(document(bytes)?, service, shape)
    }

    fn doubt(&self, bytes: &[u8], was_read: bool) -> Option<Doubt> {
        let is_cbor = was_read || bytes.is_empty() || Items::are_one_value(bytes);
        (!is_cbor).then_some(Doubt::Format("CBOR"))
    }
}

/// One CBOR value as a document: every value in the form in which it came. If a key is repeated, the
/// last value counts.
///
/// # Errors
///
/// The bytes are not one CBOR value: why not, and at which byte.
pub fn document(bytes: &[u8]) -> Result<Document, DeserializeError> {
    Reader::new(bytes, &Service::NONE)
        .document()
        .map_err(DeserializeError::format)
}

/// Encodes a value of the shape.
///
/// # Errors
///
/// A value that its shape or CBOR can't take.
pub fn encode(
    value: &dyn Visit,
    service: &Service<'_>,
    shape: ShapeIndex,
    mode: EncodeMode,
) -> Result<Encoded<Vec<u8>>, VisitError> {
    super::encode(&Cbor, Vec::with_capacity(256), value, service, shape, mode)
}
