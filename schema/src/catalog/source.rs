//! Where the bytes of a catalogue are.

use crate::Arena;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::{Mutex, PoisonError};

/// The bytes of a catalogue.
#[derive(Debug)]
pub(super) enum Source {
    /// The file, which has a position.
    File(Mutex<File>),
    Bytes(Cow<'static, [u8]>),
}

impl Source {
    /// Bytes from a position on. Those of a file go into the arena.
    pub(super) fn read<'a>(&self, at: u64, len: u32, arena: &'a Arena) -> io::Result<&'a [u8]> {
        let len = len as usize;
        match self {
            Source::Bytes(Cow::Borrowed(bytes)) => part(bytes, at, len),
            _ => arena.bytes(len, |bytes| self.fill(at, bytes)),
        }
    }

    /// Fills a buffer with the bytes from a position on.
    pub(super) fn fill(&self, at: u64, buffer: &mut [u8]) -> io::Result<()> {
        match self {
            Source::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                file.seek(SeekFrom::Start(at))?;
                file.read_exact(buffer)
            }
            Source::Bytes(bytes) => {
                buffer.copy_from_slice(part(bytes, at, buffer.len())?);
                Ok(())
            }
        }
    }
}

fn part(bytes: &[u8], at: u64, len: usize) -> io::Result<&[u8]> {
    let from = usize::try_from(at).ok().and_then(|at| bytes.get(at..));
    let part = from.and_then(|from| from.get(..len));
    part.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

/// Whether bytes have this checksum. Fuzz targets could not make one.
pub(super) fn is_intact(bytes: &[u8], crc: u32) -> bool {
    cfg!(fuzzing) || crc32fast::hash(bytes) == crc
}
