//! JSON parameters.

use opsmith_runtime::codec::json;
use opsmith_runtime::document::Document;
use opsmith_runtime::rows::{Ix, Service};
use opsmith_runtime::sink::DocumentSink;

/// Reads a JSON text, whatever its shape.
///
/// # Errors
///
/// What is wrong with it, and at which line and column.
pub(crate) fn parse(text: &str) -> Result<Document, String> {
    let mut sink = DocumentSink::new(&Service::NONE, Ix::MAX);
    json::read(text.as_bytes(), &Service::NONE, Ix::MAX, &mut sink).map_err(|error| error.to_string())?;
    Ok(sink.finish())
}
