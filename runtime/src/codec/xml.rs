//! XML as REST XML and the query protocols use it.
//!
//! - Members are elements with their `xmlName`, or else their own name; or attributes.
//! - Elements of a list are in an element of the list, or stand for themselves where the member is
//!   flattened. So are entries of a map, each with its key and value.
//! - Timestamps are dates, unless the schema asks for another form; blobs are base64 text.
//! - When reading, namespaces don't count, unknown elements are skipped, of a member that is there
//!   twice the first counts, and every element in a list is an element of the list.

use crate::codec::{Codec, DeserializeError, Doubt, Extent};
use crate::document::Document;
use crate::schema::{Service, ShapeIndex};
use crate::visit::Visitor;
use read::Reading;

mod document;
mod pull;
mod read;
mod scalar;
#[cfg(test)]
mod tests;
mod write;

/// The codec.
#[derive(Debug)]
pub(crate) struct Xml;

impl Codec for Xml {
    type Format = write::Writer;

    fn format(&self, out: Vec<u8>) -> write::Writer {
        write::Writer::new(out)
    }

    /// Reads the root element: its content is the value, whatever its name.
    fn read(
        &self,
        bytes: &[u8],
        service: &Service<'_>,
        shape: ShapeIndex,
        extent: Extent,
        visitor: &mut dyn Visitor,
    ) -> Result<(), DeserializeError> {
        self.read_at(&[], bytes, service, shape, extent, visitor)
            .map(|_| ())
    }

    fn document(
        &self,
        bytes: &[u8],
        service: &Service<'_>,
        shape: ShapeIndex,
    ) -> Result<Document, DeserializeError> {
        self.document_at(&[], bytes, service, shape)
            .map(Option::unwrap_or_default)
    }

    /// What is no XML is an error too: the answer broke off. Only its begin is looked at.
    fn is_error(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        match pull::Pull::new(&text).root() {
            _ if bytes.is_empty() => false,
            Ok(root) => root.local_name().as_ref() == "Error",
            Err(_) => true,
        }
    }

    fn doubt(&self, bytes: &[u8], was_read: bool) -> Option<Doubt> {
        if was_read {
            let is_text = std::str::from_utf8(bytes).is_ok();
            (!is_text).then_some(Doubt::Encoding)
        } else {
            (!bytes.is_empty() && self.check(bytes).is_err()).then_some(Doubt::Format("XML"))
        }
    }
}

impl Xml {
    /// Reads the element at this path below the root; whether there is one.
    ///
    /// # Errors
    ///
    /// The text is not XML, or a value can't be understood.
    pub(crate) fn read_at(
        &self,
        path: &[&str],
        bytes: &[u8],
        service: &Service<'_>,
        shape: ShapeIndex,
        extent: Extent,
        visitor: &mut dyn Visitor,
    ) -> Result<bool, DeserializeError> {
        let reading = Reading {
            service,
            shape,
            extent,
            as_it_came: false,
        };
        reading.read(&String::from_utf8_lossy(bytes), path, visitor)
    }

    /// The element at this path below the root as a document, if there is one.
    ///
    /// # Errors
    ///
    /// The text is not XML.
    pub(crate) fn document_at(
        &self,
        path: &[&str],
        bytes: &[u8],
        service: &Service<'_>,
        shape: ShapeIndex,
    ) -> Result<Option<Document>, DeserializeError> {
        document::document(&String::from_utf8_lossy(bytes), path, service, shape)
    }

    /// Checks that the text is XML.
    ///
    /// # Errors
    ///
    /// It is not.
    pub(crate) fn check(&self, bytes: &[u8]) -> Result<(), DeserializeError> {
        let text = String::from_utf8_lossy(bytes);
        let mut xml = pull::Pull::new(&text);
        let read = xml.root().and_then(|_| xml.finish());
        read.map_err(DeserializeError::format)
    }
}
