//! Bodies in both directions: as hyper sends them, and as they arrive.

use super::{failed, kind};
use crate::http::{Body, ByteStream, Bytes, TransportError};
use futures_core::Stream;
use http_body::{Body as _, Frame, SizeHint};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};

/// The body of a request, read from its start.
pub(super) fn outgoing(body: &Body) -> std::io::Result<reqwest::Body> {
    Ok(match body {
        Body::Empty => Bytes::new().into(),
        Body::Bytes(bytes) => bytes.clone().into(),
        Body::Stream(stream) => reqwest::Body::wrap(Outgoing {
            len: body.len(),
            stream: Mutex::new(stream.open()?),
        }),
    })
}

/// A stream as hyper sends it.
struct Outgoing {
    len: Option<u64>,
    /// The lock is never waited for: it makes the stream `Sync`, as reqwest wants it.
    stream: Mutex<ByteStream>,
}

/// The body of a request can't be read.
#[derive(Debug)]
pub(super) struct Unreadable(std::io::Error);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Unreadable {}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = Unreadable;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Unreadable>>> {
        let stream = self
            .stream
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner);
        stream
            .as_mut()
            .poll_next(context)
            .map(|chunk| Some(chunk?.map(Frame::data).map_err(Unreadable)))
    }

    fn size_hint(&self) -> SizeHint {
        self.len
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// The body of an answer, as it arrives.
pub(super) struct Incoming(pub(super) reqwest::Body);

impl Stream for Incoming {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let frame = match ready!(Pin::new(&mut self.0).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Ok(frame)) => frame,
                Some(Err(error)) => {
                    return Poll::Ready(Some(Err(failed(kind(&error), "", error.without_url()))));
                }
            };
            // A frame without data has trailers, which nothing asks for.
            if let Ok(chunk) = frame.into_data() {
                return Poll::Ready(Some(Ok(chunk)));
            }
        }
    }
}
