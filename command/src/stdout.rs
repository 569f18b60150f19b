//! Standard output.

use crate::failure::Failure;
use std::io::Write as _;

/// Prints text on standard output.
///
/// # Errors
///
/// The output can't be written.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::output(&error))
}
