//! A stream whose length was announced, and must be true.

use super::ByteStream;
use bytes::Bytes;
use futures_core::Stream;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// A stream that fails if it is shorter or longer than its length. The last piece is kept until the
/// end is certain, so that no one takes a longer stream for a whole one.
pub(super) struct Exact {
    pub(super) stream: ByteStream,
    /// What it is, for messages.
    pub(super) name: Arc<str>,
    pub(super) len: u64,
    pub(super) came: u64,
    pub(super) last: Option<Bytes>,
}

impl Exact {
    fn wrong(&self) -> io::Error {
        let Exact {
            name, len, came, ..
        } = self;
        io::Error::other(if came > len {
            format!("{name} has more than the {len} bytes that were announced")
        } else {
            format!("{name} ended after {came} of {len} bytes")
        })
    }
}

impl Stream for Exact {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Some(piece) = ready!(self.stream.as_mut().poll_next(context)).transpose()? else {
                return Poll::Ready(match self.last.take() {
                    Some(last) => Some(Ok(last)),
                    None if self.came < self.len => Some(Err(self.wrong())),
                    None => None,
                });
            };
            self.came += piece.len() as u64;
            if self.came > self.len {
                return Poll::Ready(Some(Err(self.wrong())));
            }
            if self.came < self.len {
                return Poll::Ready(Some(Ok(piece)));
            }
            if !piece.is_empty() {
                self.last = Some(piece);
            }
        }
    }
}
