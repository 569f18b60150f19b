//! JSON parameters.

use opsmith_runtime::codec::json;
use opsmith_runtime::document::Document;

/// Reads a JSON text, whatever its shape.
///
/// # Errors
///
/// What is wrong with it, and at which line and column.
pub(crate) fn parse(text: &str) -> Result<Document, String> {
    json::document(text).map_err(|error| error.to_string())
}
