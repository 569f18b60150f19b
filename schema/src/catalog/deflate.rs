//! What is compressed with DEFLATE.

use super::Damage;
use crate::Arena;
use flate2::read::DeflateEncoder;
use flate2::{Compression, Decompress, FlushDecompress, Status};
use std::io::Read as _;

/// The most that is inflated at once. A larger one would let a small file ask for any amount of memory.
pub(super) const LARGEST: usize = 1024 * 1024;

/// Compresses bytes.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    // A vector takes everything.
    let _ = DeflateEncoder::new(bytes, Compression::best()).read_to_end(&mut packed);
    packed
}

/// Inflates one section after the other.
pub(super) struct Inflater(Decompress);

impl Inflater {
    pub(super) fn new() -> Self {
        Inflater(Decompress::new(false))
    }

    /// Inflates bytes to this length.
    ///
    /// # Errors
    ///
    /// They have another length, or one that is too large.
    pub(super) fn inflate<'a>(
        &mut self,
        packed: &[u8],
        len: u32,
        arena: &'a Arena,
    ) -> Result<&'a [u8], Damage> {
        let len = len as usize;
        if len > LARGEST {
            return Err(Damage::Size);
        }
        let stream = &mut self.0;
        stream.reset(false);
        arena.bytes(len, |bytes| {
            let end = stream.decompress(packed, bytes, FlushDecompress::Finish);
            match end {
                Ok(Status::StreamEnd) if stream.total_out() == len as u64 => Ok(()),
                _ => Err(Damage::Size),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nothing has another length than was said.
    #[test]
    fn a_length_is_kept() {
        let arena = Arena::new();
        let text = b"a text, a text, and another text";
        let (packed, len) = (deflate(text), text.len() as u32);
        let mut inflater = Inflater::new();
        for _ in 0..2 {
            assert_eq!(inflater.inflate(&packed, len, &arena), Ok(&text[..]));
            let short = &packed[..packed.len() - 1];
            for (packed, len) in [
                (&packed[..], len - 1),
                (&packed, len + 1),
                (&packed, u32::MAX),
                (short, len),
                (&[], 0),
            ] {
                assert_eq!(
                    inflater.inflate(packed, len, &arena),
                    Err(Damage::Size),
                    "{len}"
                );
            }
        }
    }
}
