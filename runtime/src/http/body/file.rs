//! A file as a stream.

use crate::future::{BoxFuture, spawn_blocking};
use bytes::Bytes;
use futures_core::Stream;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

/// How much is read at once: much for one turn of another thread, little for memory.
const PIECE: u64 = 256 << 10;

/// A file that is read on tokio's blocking pool. The next piece is read while the last one is sent.
pub(super) struct FileStream {
    path: Arc<Path>,
    state: State,
}

enum State {
    Closed(Content),
    Reading(BoxFuture<'static, io::Result<io::Result<Piece>>>),
    Ended,
}

/// Where the next piece is read.
enum Content {
    Path(Arc<Path>),
    Open(File),
    /// A file without a path, from this position. Several streams may read it.
    Kept(Arc<Mutex<File>>, u64),
}

/// What follows a piece, and the piece.
type Piece = (Content, Vec<u8>);

impl FileStream {
    pub(super) fn new(path: Arc<Path>) -> Self {
        FileStream {
            state: State::Closed(Content::Path(path.clone())),
            path,
        }
    }

    /// A file without a path, from its start. `name` says what it is.
    pub(super) fn kept(file: Arc<Mutex<File>>, name: Arc<Path>) -> Self {
        FileStream {
            state: State::Closed(Content::Kept(file, 0)),
            path: name,
        }
    }
}

impl Stream for FileStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut state = std::mem::replace(&mut self.state, State::Ended);
        if let State::Closed(content) = state {
            state = State::Reading(spawn_blocking(move || content.piece()));
        }
        let State::Reading(mut reading) = state else {
            return Poll::Ready(None);
        };
        let Poll::Ready(read) = reading.as_mut().poll(context) else {
            self.state = State::Reading(reading);
            return Poll::Pending;
        };
        Poll::Ready(match read.flatten() {
            Err(error) => Some(Err(named(&self.path, error))),
            Ok((_, bytes)) if bytes.is_empty() => None,
            Ok((content, bytes)) => {
                self.state = State::Reading(spawn_blocking(move || content.piece()));
                Some(Ok(bytes.into()))
            }
        })
    }
}

impl Content {
    fn piece(self) -> io::Result<Piece> {
        let mut bytes = Vec::with_capacity(PIECE as usize);
        let rest = match self {
            Content::Path(path) => return Content::Open(File::open(path)?).piece(),
            Content::Open(file) => {
                (&file).take(PIECE).read_to_end(&mut bytes)?;
                Content::Open(file)
            }
            Content::Kept(file, at) => {
                let mut open = file.lock().unwrap_or_else(PoisonError::into_inner);
                open.seek(SeekFrom::Start(at))?;
                (&mut *open).take(PIECE).read_to_end(&mut bytes)?;
                drop(open);
                let at = at + bytes.len() as u64;
                Content::Kept(file, at)
            }
        };
        Ok((rest, bytes))
    }
}

/// The error with the name of the file.
pub(crate) fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
