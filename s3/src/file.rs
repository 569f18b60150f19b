//! Local files: read at positions without a change meanwhile, and written at positions.

use crate::buffers::Buffers;
use crate::error::TransferError;
use bytes::Bytes;
use futures_core::Stream;
use opsmith_runtime::http::{Body, ByteStream};
use std::fs::{File, Metadata};
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;
use tokio::task::{JoinHandle, spawn_blocking};

/// How much of a file is read at once when it is streamed.
const PIECE: u64 = 1 << 20;

/// Runs work that blocks.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, TransferError> + Send + 'static,
) -> Result<T, TransferError> {
    spawn_blocking(work)
        .await
        .unwrap_or(Err(TransferError::Cancelled))
}

/// A file that is read while nothing may change it.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    modified: Option<SystemTime>,
    file: File,
}

impl SourceFile {
    /// Opens a file. What is something else has no length, and may keep whoever opens it waiting.
    pub(crate) fn open(path: PathBuf) -> Result<Self, TransferError> {
        let opened = std::fs::metadata(&path).and_then(|metadata| {
            if metadata.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            if !metadata.is_file() {
                return Err(io::Error::other("it is not a file"));
            }
            let file = File::open(&path)?;
            let metadata = file.metadata()?;
            Ok((file, metadata))
        });
        let (file, metadata) = opened.map_err(TransferError::file(&path))?;
        Ok(SourceFile {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            path,
            file,
        })
    }

    /// A part of it.
    pub(crate) fn read(
        &self,
        range: Range<u64>,
        buffers: &Arc<Buffers>,
    ) -> Result<Bytes, TransferError> {
        let len = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        match buffers.filled(len, |bytes| read_at(&self.file, bytes, range.start)) {
            Ok(bytes) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.changed()),
            Err(error) => Err(TransferError::file(&self.path)(error)),
        }
    }

    /// Makes sure that it is still as it was when it was opened.
    pub(crate) fn check(&self) -> Result<(), TransferError> {
        let metadata: Metadata = self
            .file
            .metadata()
            .map_err(TransferError::file(&self.path))?;
        if metadata.len() == self.size && metadata.modified().ok() == self.modified {
            Ok(())
        } else {
            Err(self.changed())
        }
    }

    fn changed(&self) -> TransferError {
        TransferError::FileChanged {
            path: self.path.clone(),
        }
    }

    /// A part of it as a body that is read when it is sent.
    pub(crate) fn body(self: &Arc<Self>, range: Range<u64>, buffers: &Arc<Buffers>) -> Body {
        let (file, buffers) = (self.clone(), buffers.clone());
        let len = range.end - range.start;
        Body::stream(Some(len), move || {
            Ok(Box::pin(Part {
                file: file.clone(),
                buffers: buffers.clone(),
                left: range.clone(),
                reading: None,
            }) as ByteStream)
        })
    }
}

/// A part of a file, read piece by piece.
struct Part {
    file: Arc<SourceFile>,
    buffers: Arc<Buffers>,
    left: Range<u64>,
    reading: Option<JoinHandle<Result<Bytes, TransferError>>>,
}

impl Part {
    /// Reads the next piece; none at the end.
    fn next(&mut self) -> Option<JoinHandle<Result<Bytes, TransferError>>> {
        if self.left.is_empty() {
            return None;
        }
        let end = self.left.end.min(self.left.start + PIECE);
        let (file, buffers) = (self.file.clone(), self.buffers.clone());
        let range = self.left.start..end;
        self.left.start = end;
        Some(spawn_blocking(move || file.read(range, &buffers)))
    }
}

impl Stream for Part {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.reading.is_none() {
            self.reading = self.next();
        }
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(None);
        };
        let read = ready!(Pin::new(reading).poll(context));
        // The next piece is read while this one is sent.
        self.reading = self.next();
        let read = read.map_err(io::Error::other)?;
        Poll::Ready(Some(read.map_err(io::Error::other)))
    }
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, at)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                bytes = &mut bytes[read..];
                at += read as u64;
            }
        }
    }
    Ok(())
}

/// Writes bytes at a position.
#[cfg(unix)]
pub(crate) fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

/// Writes bytes at a position.
#[cfg(windows)]
pub(crate) fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        bytes = &bytes[written..];
        at += written as u64;
    }
    Ok(())
}
