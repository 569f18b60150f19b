//! Bodies: of a request ([`Body`]), and of an answer ([`BodyReader`]).

use super::{TransportError, TransportErrorKind, masked};
pub use bytes::Bytes;
use futures_core::Stream;
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// The content of a body in pieces.
pub type ByteStream = Pin<Box<dyn Stream<Item = io::Result<Bytes>> + Send>>;

/// The body of a request. Clones share its content, so that an attempt costs no copy of it. `Debug`
/// and `PartialEq` never read a stream: `Debug` shows lengths, and streams are equal if they are
/// clones.
#[derive(Clone, Default)]
#[non_exhaustive]
pub enum Body {
    /// No content.
    #[default]
    Empty,
    /// Content in memory.
    Bytes(Bytes),
    /// Content that is opened again for each attempt.
    Stream(BodyStream),
}

/// Content that can be read from its start any number of times, such as a file.
#[derive(Clone)]
pub struct BodyStream {
    len: Option<u64>,
    open: Arc<dyn Fn() -> io::Result<ByteStream> + Send + Sync>,
}

impl Body {
    /// A body that is read from a stream. `open` is called whenever it is read from its start: for
    /// each attempt, and once for the signature. A request whose `len` is not known is sent in
    /// chunks, which not every service accepts.
    ///
    /// ```
    /// use opsmith_runtime::http::{Body, Bytes};
    ///
    /// # #[derive(Clone)] struct Numbers(std::ops::Range<u8>);
    /// # impl futures_core::Stream for Numbers {
    /// #     type Item = std::io::Result<Bytes>;
    /// #     fn poll_next(mut self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>)
    /// #         -> std::task::Poll<Option<Self::Item>> {
    /// #         std::task::Poll::Ready(self.0.next().map(|byte| Ok(Bytes::from(vec![byte]))))
    /// #     }
    /// # }
    /// let numbers = Numbers(0..9); // a `Stream` of `io::Result<Bytes>`
    /// let body = Body::stream(Some(9), move || Ok(Box::pin(numbers.clone())));
    /// assert_eq!(body.len(), Some(9));
    /// ```
    pub fn stream(
        len: Option<u64>,
        open: impl Fn() -> io::Result<ByteStream> + Send + Sync + 'static,
    ) -> Self {
        Body::Stream(BodyStream {
            len,
            open: Arc::new(open),
        })
    }

    /// The content in memory, or `None` for a stream.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Body::Empty => Some(&[]),
            Body::Bytes(bytes) => Some(bytes),
            Body::Stream(_) => None,
        }
    }

    /// The number of bytes, or `None` for a stream whose length is not known.
    pub fn len(&self) -> Option<u64> {
        match self {
            Body::Empty => Some(0),
            Body::Bytes(bytes) => Some(bytes.len() as u64),
            Body::Stream(stream) => stream.len,
        }
    }

    /// Whether there is no content. A stream counts as content, even one of length 0.
    pub fn is_empty(&self) -> bool {
        matches!(self, Body::Empty)
    }
}

impl BodyStream {
    /// The content from its start.
    ///
    /// # Errors
    ///
    /// It can't be opened.
    pub fn open(&self) -> io::Result<ByteStream> {
        (self.open)()
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(content: T) -> Self {
        let bytes = content.into();
        if bytes.is_empty() {
            Body::Empty
        } else {
            Body::Bytes(bytes)
        }
    }
}

impl PartialEq for Body {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Body::Stream(one), Body::Stream(other)) => Arc::ptr_eq(&one.open, &other.open),
            _ => self.as_bytes().is_some() && self.as_bytes() == other.as_bytes(),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len() {
            Some(len) => write!(f, "{len} bytes"),
            None => f.write_str("a stream"),
        }
    }
}

impl fmt::Debug for BodyStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyStream")
            .field("len", &self.len)
            .finish_non_exhaustive()
    }
}

/// The body of an answer, which is read piece by piece ([`BodyReader::chunk`], or as a
/// [`Stream`]) or as a whole ([`BodyReader::collect`]).
pub struct BodyReader(Source);

enum Source {
    Bytes(Bytes),
    Stream {
        /// Where the answer comes from, for messages.
        url: String,
        chunks: Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>,
    },
}

impl BodyReader {
    /// A body that a transport reads as it arrives. `url` is where it comes from, for messages:
    /// errors of `chunks` need not name it.
    pub fn new(
        url: &str,
        chunks: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        BodyReader(Source::Stream {
            url: url.to_owned(),
            chunks: Box::pin(chunks),
        })
    }

    /// The next piece, or `None` at the end.
    ///
    /// # Errors
    ///
    /// The connection failed.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context))
            .await
            .transpose()
    }

    /// All of it, unless it is longer than `limit`.
    ///
    /// # Errors
    ///
    /// The connection failed, or [`TransportErrorKind::TooLarge`].
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, TransportError> {
        // Most answers come in one piece, which is not copied.
        let mut first = Bytes::new();
        let mut all = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if all.len().max(first.len()) + chunk.len() > limit {
                return Err(self.too_large());
            }
            if first.is_empty() {
                first = chunk;
                continue;
            }
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&chunk);
        }
        Ok(if all.is_empty() { first } else { all.into() })
    }

    fn too_large(self) -> TransportError {
        let url = match self.0 {
            Source::Stream { url, .. } => url,
            Source::Bytes(_) => String::new(),
        };
        TransportError::new(TransportErrorKind::TooLarge, &url)
    }
}

impl Stream for BodyReader {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.0 {
            Source::Bytes(bytes) => {
                let rest = std::mem::take(bytes);
                Poll::Ready((!rest.is_empty()).then_some(Ok(rest)))
            }
            Source::Stream { url, chunks } => {
                chunks.as_mut().poll_next(context).map_err(|mut error| {
                    if error.url.is_empty() {
                        error.url = masked(url);
                    }
                    error
                })
            }
        }
    }
}

/// No content.
impl Default for BodyReader {
    fn default() -> Self {
        Bytes::new().into()
    }
}

impl From<Bytes> for BodyReader {
    fn from(bytes: Bytes) -> Self {
        BodyReader(Source::Bytes(bytes))
    }
}

impl fmt::Debug for BodyReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Source::Stream { .. } => f.write_str("a stream"),
        }
    }
}
