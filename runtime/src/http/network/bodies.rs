//! Bodies in both directions: as hyper sends them, and as they arrive.

use super::pool::Lease;
use super::silence::TURNS;
use super::{failed, kind};
use crate::http::{
    Body, BodyStream, ByteStream, Bytes, TransportError, TransportErrorKind as Kind,
};
use futures_core::Stream;
use http_body::{Body as _, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// The body of a request. A stream is opened when hyper asks for its first piece, which is after
/// the connection is there: a request that never had one can be sent again.
pub(super) enum Outgoing {
    Bytes(Bytes),
    Closed(BodyStream),
    Open(ByteStream, Option<u64>),
}

impl Outgoing {
    pub(super) fn new(body: &Body) -> Self {
        match body {
            Body::Empty => Outgoing::Bytes(Bytes::new()),
            Body::Bytes(bytes) => Outgoing::Bytes(bytes.clone()),
            Body::Stream(stream) => Outgoing::Closed(stream.clone()),
        }
    }
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
        if let Outgoing::Closed(stream) = &*self {
            let open = stream.open().map_err(Unreadable)?;
            *self = Outgoing::Open(open, stream.len());
        }
        match &mut *self {
            Outgoing::Open(stream, _) => stream
                .as_mut()
                .poll_next(context)
                .map(|piece| Some(piece?.map(Frame::data).map_err(Unreadable))),
            Outgoing::Bytes(bytes) if !bytes.is_empty() => {
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes)))))
            }
            _ => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Outgoing::Bytes(bytes) if bytes.is_empty())
    }

    fn size_hint(&self) -> SizeHint {
        let len = match self {
            Outgoing::Bytes(bytes) => Some(bytes.len() as u64),
            Outgoing::Closed(stream) => stream.len(),
            Outgoing::Open(_, len) => *len,
        };
        len.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// The body of an answer, as it arrives.
pub(super) struct Incoming {
    body: hyper::body::Incoming,
    /// The connection, as long as more is to come on it.
    lease: Option<Lease>,
    /// How long it is, if the head says so.
    len: Option<u64>,
    came: u64,
    /// How long it may be silent.
    limit: Option<Duration>,
    silence: Option<Pin<Box<Sleep>>>,
    /// How often it was looked for more after the limit.
    looked: usize,
}

impl Incoming {
    pub(super) fn new(body: hyper::body::Incoming, lease: Lease, limit: Option<Duration>) -> Self {
        Incoming {
            lease: Some(lease).filter(|_| !body.is_end_stream()),
            len: body.size_hint().exact(),
            body,
            came: 0,
            limit,
            silence: None,
            looked: 0,
        }
    }

    /// Whether nothing has come for as long as the settings allow.
    fn poll_silent(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(limit) = self.limit else {
            return Poll::Pending;
        };
        let silence = self.silence.get_or_insert_with(|| Box::pin(sleep(limit)));
        ready!(silence.as_mut().poll(context));
        // What has come in time is known when the connection's task has run, which may have had to
        // wait, too.
        if self.looked < TURNS {
            self.looked += 1;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    }

    /// The error of a body that ends too early.
    fn cut(&self, kind: Kind) -> TransportError {
        let came = self.came;
        let came = match self.len {
            Some(len) => format!("The body ended after {came} of {len} bytes."),
            None => format!("The body ended after {came} bytes and before its last chunk."),
        };
        failed(kind, "", came)
    }
}

impl Stream for Incoming {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
                return self
                    .poll_silent(context)
                    .map(|()| Some(Err(TransportError::new(Kind::ReadTimeout, ""))));
            };
            (self.silence, self.looked) = (None, 0);
            // The end of a body without a length is known when nothing more came.
            if self.body.is_end_stream() || !matches!(frame, Some(Ok(_))) {
                self.lease = None;
            }
            let frame = match frame {
                None => return Poll::Ready(None),
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Poll::Ready(Some(Err(self.cut(kind(&error, false))))),
            };
            // A frame without data has trailers, which nothing asks for.
            if let Ok(chunk) = frame.into_data() {
                self.came += chunk.len() as u64;
                return Poll::Ready(Some(Ok(chunk)));
            }
        }
    }
}
