//! Frames: the pieces of a stream of events, each with a message.
//!
//! A frame is its length and that of its headers, a checksum of both, the headers, a payload, and a
//! checksum of all before (`application/vnd.amazon.eventstream`). Lengths are checked before there
//! is memory for them. A stream that ends within a frame is an error.

use crate::codec::Doubt;
use crate::error::{Cause, Error};
use crate::http::{BodyReader, Response, TransportError};
use aws_smithy_eventstream::frame::read_message_from;
use aws_smithy_types::event_stream::Message;
use bytes::{Bytes, BytesMut};
use futures_core::Stream as _;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The longest frame that is read, in bytes. Services send far shorter ones.
const LONGEST: usize = 24 << 20;

/// The greatest length of a frame's headers, in bytes.
const MOST_HEADERS: usize = 128 << 10;

/// The length of the lengths and their checksum.
const PRELUDE: usize = 12;

/// The length of a frame without headers and payload.
const SHORTEST: usize = PRELUDE + 4;

/// The content type of a stream of events.
const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// Cuts the body of an answer into frames.
pub(super) struct Frames {
    body: BodyReader,
    /// What came of the next frames.
    buffer: BytesMut,
    /// The length of the next frame, when it is known.
    len: Option<usize>,
    /// The answer says that it is something else, and no frame came yet.
    foreign: bool,
}

impl Frames {
    pub(super) fn new(head: &Response, body: BodyReader) -> Self {
        let stated = head.header("content-type");
        let foreign = stated.is_some_and(|stated| !stated.starts_with(CONTENT_TYPE));
        Frames {
            body,
            buffer: BytesMut::new(),
            len: None,
            foreign,
        }
    }

    /// The next frame; `None` after the last one.
    pub(super) fn poll_next(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, FrameError>>> {
        loop {
            if let Some(frame) = self.cut()? {
                return Poll::Ready(Some(Ok(frame)));
            }
            let piece = ready!(Pin::new(&mut self.body).poll_next(context));
            match piece {
                Some(piece) => self.buffer.extend_from_slice(&piece?),
                None if self.buffer.is_empty() => return Poll::Ready(None),
                None => {
                    let came = self.buffer.len();
                    let len = self.len;
                    return Poll::Ready(Some(Err(FrameError::Cut { came, len })));
                }
            }
        }
    }

    /// The frame at the beginning of the buffer, if it is whole.
    fn cut(&mut self) -> Result<Option<Bytes>, FrameError> {
        let len = match (self.len, self.buffer.first_chunk()) {
            (Some(len), _) => len,
            (None, None) => return Ok(None),
            (None, Some(prelude)) => match frame_len(prelude) {
                Err(_) if self.foreign => return Err(FrameError::Foreign),
                len => len?,
            },
        };
        self.len = Some(len);
        if self.buffer.len() < len {
            return Ok(None);
        }
        self.len = None;
        self.foreign = false;
        Ok(Some(self.buffer.split_to(len).freeze()))
    }

    /// The body from the next frame on, after a frame that is put back.
    pub(super) fn into_body(mut self, before: &[u8]) -> BodyReader {
        let rest = [before, &self.buffer].concat();
        self.body.put_back(rest.into());
        self.body
    }
}

/// The length of a frame, which its first bytes state.
fn frame_len(prelude: &[u8; PRELUDE]) -> Result<usize, FrameError> {
    let (lengths, checksum) = prelude.split_at(PRELUDE - 4);
    if crc32fast::hash(lengths).to_be_bytes() != checksum {
        return Err(FrameError::Lengths);
    }
    let [a, b, c, d, e, f, g, h, ..] = *prelude;
    let number = |bytes| usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX);
    let (all, headers) = (number([a, b, c, d]), number([e, f, g, h]));
    if all > LONGEST || headers > MOST_HEADERS {
        return Err(FrameError::TooLong(all, headers));
    }
    if all < SHORTEST + headers {
        return Err(FrameError::TooShort(all, headers));
    }
    Ok(all)
}

/// The message of a frame, whose checksum is checked.
///
/// # Errors
///
/// A wrong checksum, or headers that can't be read.
pub(super) fn message(frame: Bytes) -> Result<Message, FrameError> {
    read_message_from(frame).map_err(FrameError::Malformed)
}

/// Why there is no further frame.
#[derive(Debug)]
pub(super) enum FrameError {
    /// The connection failed.
    Transport(TransportError),
    /// The checksum of the lengths is wrong.
    Lengths,
    /// The frame or its headers are too long.
    TooLong(usize, usize),
    /// The frame has no place for its headers.
    TooShort(usize, usize),
    /// The message is damaged.
    Malformed(aws_smithy_eventstream::error::Error),
    /// The stream ends within a frame.
    Cut { came: usize, len: Option<usize> },
    /// The answer says itself that it is something else.
    Foreign,
}

impl FrameError {
    /// The error of the call.
    pub(super) fn of(self, operation: &str) -> Error {
        match self {
            FrameError::Transport(error) => Error::Transport(error),
            other => {
                let message = format!("{operation}: {other}");
                Error::Response(Cause::with(message, other))
            }
        }
    }
}

impl From<TransportError> for FrameError {
    fn from(error: TransportError) -> Self {
        FrameError::Transport(error)
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FrameError::Transport(error) => error.fmt(f),
            FrameError::Lengths => {
                f.write_str("the stream of events is damaged: the checksum of a length is wrong")
            }
            FrameError::TooLong(all, headers) => write!(
                f,
                "an event of {all} bytes with headers of {headers} bytes is too long: at most {LONGEST} and {MOST_HEADERS} \
                 are read"
            ),
            FrameError::TooShort(all, headers) => write!(
                f,
                "the stream of events is damaged: an event of {all} bytes can't have headers of {headers} bytes"
            ),
            FrameError::Malformed(error) => {
                write!(f, "the stream of events is damaged: {error}")
            }
            FrameError::Cut {
                came,
                len: Some(len),
            } => write!(
                f,
                "the stream of events ended after {came} of the {len} bytes of an event"
            ),
            FrameError::Cut { came, len: None } => {
                write!(
                    f,
                    "the stream of events ended after the first {came} bytes of an event"
                )
            }
            FrameError::Foreign => Doubt::Format("a stream of events").fmt(f),
        }
    }
}

impl std::error::Error for FrameError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FrameError::Transport(error) => Some(error),
            FrameError::Malformed(error) => Some(error),
            _ => None,
        }
    }
}
