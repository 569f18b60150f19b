//! A stream that says how much of it was read.

use super::ByteStream;
use bytes::Bytes;
use futures_core::Stream;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pub(super) struct Watched {
    pub(super) stream: ByteStream,
    pub(super) read: u64,
    pub(super) each: Arc<dyn Fn(u64) + Send + Sync>,
}

impl Stream for Watched {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.stream.as_mut().poll_next(context);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.read += piece.len() as u64;
            (self.each)(self.read);
        }
        polled
    }
}
