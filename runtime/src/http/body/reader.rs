//! An async reader as a stream.

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, ReadBuf};

/// How much is read at once, at most.
const PIECE: usize = 64 << 10;

pub(super) struct ReaderStream {
    reader: Pin<Box<dyn AsyncRead + Send>>,
    buffer: BytesMut,
}

impl ReaderStream {
    pub(super) fn new(reader: impl AsyncRead + Send + 'static) -> Self {
        ReaderStream {
            reader: Box::pin(reader),
            buffer: BytesMut::new(),
        }
    }
}

impl Stream for ReaderStream {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let ReaderStream { reader, buffer } = &mut *self;
        if buffer.is_empty() {
            *buffer = BytesMut::zeroed(PIECE);
        }
        let mut free = ReadBuf::new(buffer);
        ready!(reader.as_mut().poll_read(context, &mut free))?;
        let count = free.filled().len();
        Poll::Ready((count > 0).then(|| Ok(buffer.split_to(count).freeze())))
    }
}
