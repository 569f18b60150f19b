//! The embedded local endpoint: `--local` and `opsmith local serve`.

use crate::exit::Failure;

/// Runs `opsmith local …`.
pub(crate) fn command(_words: &[String]) -> Result<(), Failure> {
    Ok(())
}
