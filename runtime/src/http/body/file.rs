//! A file as a stream.

use crate::future::{BoxFuture, spawn_blocking};
use bytes::Bytes;
use futures_core::Stream;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// How much is read at once: much for one turn of another thread, little for memory.
const PIECE: u64 = 256 << 10;

/// A file that is read on tokio's blocking pool. The next piece is read while the last one is sent.
pub(super) struct FileStream {
    path: Arc<Path>,
    state: State,
}

enum State {
    Closed,
    Reading(BoxFuture<'static, io::Result<io::Result<Piece>>>),
    Ended,
}

impl FileStream {
    pub(super) fn new(path: Arc<Path>) -> Self {
        FileStream {
            path,
            state: State::Closed,
        }
    }
}

impl Stream for FileStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let State::Closed = self.state {
            let path = self.path.clone();
            self.state = State::Reading(spawn_blocking(move || piece(File::open(path)?)));
        }
        let State::Reading(reading) = &mut self.state else {
            return Poll::Ready(None);
        };
        let read = ready!(reading.as_mut().poll(context)).flatten();
        self.state = State::Ended;
        Poll::Ready(match read {
            Err(error) => Some(Err(named(&self.path, error))),
            Ok((_, bytes)) if bytes.is_empty() => None,
            Ok((file, bytes)) => {
                self.state = State::Reading(spawn_blocking(move || piece(file)));
                Some(Ok(bytes.into()))
            }
        })
    }
}

/// A file, and what was read of it last.
type Piece = (File, Vec<u8>);

fn piece(file: File) -> io::Result<Piece> {
    let mut bytes = Vec::with_capacity(PIECE as usize);
    (&file).take(PIECE).read_to_end(&mut bytes)?;
    Ok((file, bytes))
}

/// The error with the name of the file.
pub(crate) fn named(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}
