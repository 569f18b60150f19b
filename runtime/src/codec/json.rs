//! JSON as the AWS JSON protocols use it.
//!
//! - Members have their `jsonName`, or else their own name.
//! - Timestamps are numbers of seconds, unless the schema asks for a date; blobs are base64 text.
//! - `NaN`, `Infinity` and `-Infinity` are text in place of a float.
//! - When reading, unknown members are skipped, and a null counts as absent unless the shape is
//!   sparse.

use crate::codec::{Codec, DeserializeError, Doubt, EncodeMode, Encoded, Extent, lenient, modeled};
use crate::document::Document;
use crate::schema::{Service, ShapeIndex};
use crate::visit::{Visit, VisitError, Visitor};

pub use document::document;
pub use read::read;
#[cfg(feature = "serde")]
pub(crate) use read::read_from;

mod document;
mod read;
mod write;

/// The codec.
#[derive(Debug)]
pub(crate) struct Json;

impl Codec for Json {
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
        let Err(error) = read::strict(bytes, service, shape, extent, visitor) else {
            return Ok(());
        };
        match document::answer(bytes) {
            Ok(value) => lenient::give(&value, service, shape, extent, visitor),
            Err(_) => Err(DeserializeError::format(error)),
        }
    }

    fn document(
        &self,
        bytes: &[u8],
        service: &Service<'_>,
        shape: ShapeIndex,
    ) -> Result<Document, DeserializeError> {
        let value = document::answer(bytes).map_err(DeserializeError::format)?;
        modeled::structure(value, service, shape)
    }

    fn doubt(&self, bytes: &[u8], was_read: bool) -> Option<Doubt> {
        if was_read {
            std::str::from_utf8(bytes)
                .is_err()
                .then_some(Doubt::Encoding)
        } else {
            (!bytes.is_empty() && !is_json(bytes)).then_some(Doubt::Format("JSON"))
        }
    }
}

/// Encodes a value of the shape.
///
/// # Errors
///
/// A value that its shape or JSON can't take.
pub fn encode(
    value: &dyn Visit,
    service: &Service<'_>,
    shape: ShapeIndex,
    mode: EncodeMode,
) -> Result<Encoded<Vec<u8>>, VisitError> {
    super::encode(&Json, Vec::with_capacity(256), value, service, shape, mode)
}

/// Escapes all characters outside ASCII, as Python writes JSON.
pub fn ascii(json: &str) -> String {
    let mut out = String::new();
    for c in json.chars() {
        match c {
            ' '..='~' => out.push(c),
            _ => c
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out
}

/// A JSON string of ASCII characters.
#[cfg(feature = "temporary-credentials")]
pub(crate) fn ascii_text(text: &str) -> String {
    ascii(&serde_json::Value::from(text).to_string())
}

/// Whether the text is one JSON value.
fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde_core::de::IgnoredAny>(text).is_ok()
}
