//! A body in a content coding.

use super::ByteStream;
use bytes::Bytes;
use futures_core::Stream;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A content coding: what becomes of the pieces of a body.
pub(crate) trait Coder: Sized + Send + Unpin + 'static {
    /// Codes the next piece.
    fn piece(&mut self, piece: Bytes, coded: &mut VecDeque<Bytes>) -> io::Result<()>;

    /// Adds what follows the last piece.
    fn end(self, coded: &mut VecDeque<Bytes>) -> io::Result<()>;
}

/// A stream in a content coding.
pub(super) struct Coded<C> {
    content: ByteStream,
    /// `None` after the end.
    coder: Option<C>,
    /// What is coded and still to be read.
    ready: VecDeque<Bytes>,
}

impl<C> Coded<C> {
    pub(super) fn new(content: ByteStream, coder: C) -> Self {
        Coded {
            content,
            coder: Some(coder),
            ready: VecDeque::new(),
        }
    }
}

impl<C: Coder> Stream for Coded<C> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Coded {
            content,
            coder,
            ready,
        } = &mut *self;
        loop {
            if let Some(piece) = ready.pop_front() {
                return Poll::Ready(Some(Ok(piece)));
            }
            let Some(coding) = coder else {
                return Poll::Ready(None);
            };
            match ready!(content.as_mut().poll_next(context)).transpose()? {
                Some(piece) => coding.piece(piece, ready)?,
                None => {
                    if let Some(coder) = coder.take() {
                        coder.end(ready)?;
                    }
                }
            }
        }
    }
}

/// Content in memory as a stream of one piece.
pub(super) struct Whole(pub(super) Option<Bytes>);

impl Stream for Whole {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}
