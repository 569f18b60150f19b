//! [`Body`]: the body of a request.

#[cfg(any(feature = "checksums", feature = "compression"))]
mod coded;
mod exact;
mod file;
mod reader;
mod watched;

pub use bytes::Bytes;
#[cfg(any(feature = "checksums", feature = "compression"))]
pub(crate) use coded::Coder;
use exact::Exact;
use file::FileStream;
pub(crate) use file::named;
use futures_core::Stream;
use reader::ReaderStream;
use std::fmt;
use std::fs::File;
use std::future::poll_fn;
use std::io::{self, Read, Write as _};
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncRead;
use watched::Watched;

/// How much of what is kept is in memory.
const IN_MEMORY: u64 = 8 << 20;

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

/// Content that is read piece by piece, and from its start for each attempt, such as a file.
#[derive(Clone)]
pub struct BodyStream {
    len: Option<u64>,
    /// What it is, for messages.
    name: Arc<str>,
    is_once: bool,
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
            name: "the stream".into(),
            is_once: false,
            open: Arc::new(open),
        })
    }

    /// A file, which is opened for each attempt. Its length is that of now: if it shrinks or grows
    /// until it is sent, the attempt fails. What is not a regular file, such as a pipe, is read
    /// once, as [`Body::reader`] is.
    ///
    /// ```no_run
    /// # fn main() -> std::io::Result<()> {
    /// use opsmith_runtime::http::Body;
    ///
    /// let body = Body::file("backup.tar")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// There is no such file, it can't be read, or it is a folder.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path: Arc<Path> = path.as_ref().into();
        let metadata = std::fs::metadata(&path).map_err(|error| named(&path, error))?;
        if metadata.is_dir() {
            return Err(named(&path, io::ErrorKind::IsADirectory.into()));
        }
        let name = format!("the file {}", path.display());
        if metadata.is_file() {
            File::open(&path).map_err(|error| named(&path, error))?;
        } else {
            return Ok(Body::once(None, &name, FileStream::new(path)));
        }
        Ok(Body::Stream(BodyStream {
            len: Some(metadata.len()),
            name: name.into(),
            is_once: false,
            open: Arc::new(move || Ok(Box::pin(FileStream::new(path.clone())))),
        }))
    }

    /// Content that is read from a reader, and only once: a retry after something was read is an
    /// error, and so is a signature that covers the content. A request whose `len` is not known is
    /// sent in chunks, which not every service accepts.
    pub fn reader(len: Option<u64>, reader: impl AsyncRead + Send + 'static) -> Self {
        Body::once(len, "the stream", ReaderStream::new(reader))
    }

    /// Content that is read now, to its end, and kept: so its length is known, and it can be read
    /// again, for a signature or another attempt. What is longer than 8 MB is kept in a temporary
    /// file in `folder`, such as `std::env::temp_dir()`. `name` says what it is, for messages.
    ///
    /// # Errors
    ///
    /// It can't be read, or the temporary file can't be written.
    pub fn kept(name: &str, mut content: impl Read, folder: &Path) -> io::Result<Self> {
        let name: Arc<Path> = Path::new(name).into();
        let failed = |error| named(&name, error);
        let mut start = Vec::new();
        let read = (&mut content).take(IN_MEMORY).read_to_end(&mut start);
        read.map_err(failed)?;
        if (start.len() as u64) < IN_MEMORY {
            return Ok(start.into());
        }
        let mut kept = || -> io::Result<(File, u64)> {
            let mut file = crate::files::anonymous(folder)?;
            file.write_all(&start)?;
            let more = io::copy(&mut content, &mut file)?;
            Ok((file, IN_MEMORY + more))
        };
        let (file, len) = kept().map_err(failed)?;
        let file = Arc::new(Mutex::new(file));
        Ok(Body::Stream(BodyStream {
            len: Some(len),
            name: name.display().to_string().into(),
            is_once: false,
            open: Arc::new(move || Ok(Box::pin(FileStream::kept(file.clone(), name.clone())))),
        }))
    }

    /// The same content; `each` is called with the number of bytes whenever a piece of a stream was
    /// read. It starts anew for each attempt, and when the stream is read for its signature.
    #[must_use]
    pub fn watched(self, each: impl Fn(u64) + Send + Sync + 'static) -> Self {
        let Body::Stream(stream) = self else {
            return self;
        };
        let open = stream.open;
        let each: Arc<dyn Fn(u64) + Send + Sync> = Arc::new(each);
        Body::Stream(BodyStream {
            open: Arc::new(move || {
                Ok(Box::pin(Watched {
                    stream: open()?,
                    read: 0,
                    each: each.clone(),
                }))
            }),
            ..stream
        })
    }

    fn once(
        len: Option<u64>,
        name: &str,
        stream: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
    ) -> Self {
        let again = format!("{name} can be read only once, and was read before");
        let stream: Mutex<Option<ByteStream>> = Mutex::new(Some(Box::pin(stream)));
        let open = move || {
            let mut stream = stream.lock().unwrap_or_else(PoisonError::into_inner);
            stream.take().ok_or_else(|| io::Error::other(&*again))
        };
        Body::Stream(BodyStream {
            len,
            name: name.into(),
            is_once: true,
            open: Arc::new(open),
        })
    }

    /// The same content in a content coding, which is applied whenever it is read from its start.
    /// `len` is its length then.
    #[cfg(any(feature = "checksums", feature = "compression"))]
    pub(crate) fn coded<C: coded::Coder>(
        &self,
        len: Option<u64>,
        coder: impl Fn() -> C + Send + Sync + 'static,
    ) -> Body {
        let (name, is_once) = match self {
            Body::Stream(stream) => (stream.name.clone(), stream.is_once),
            _ => ("the body".into(), false),
        };
        let content = self.clone();
        let open = move || -> io::Result<ByteStream> {
            let content: ByteStream = match &content {
                Body::Empty => Box::pin(coded::Whole(None)),
                Body::Bytes(bytes) => Box::pin(coded::Whole(Some(bytes.clone()))),
                Body::Stream(stream) => stream.open()?,
            };
            Ok(Box::pin(coded::Coded::new(content, coder())))
        };
        Body::Stream(BodyStream {
            len,
            name,
            is_once,
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
    /// The content from its start. If it is not as long as it should be, the stream ends with an
    /// error, before anyone can take it for whole.
    ///
    /// # Errors
    ///
    /// It can't be opened, or not again.
    pub fn open(&self) -> io::Result<ByteStream> {
        let stream = (self.open)()?;
        Ok(match self.len {
            None => stream,
            Some(len) => Box::pin(Exact {
                stream,
                name: self.name.clone(),
                len,
                came: 0,
                last: None,
            }),
        })
    }

    /// Reads the content before it is sent, because of `reason`.
    ///
    /// # Errors
    ///
    /// It can't be read, or not a second time, when it is sent.
    pub(crate) async fn read(&self, reason: &str, mut each: impl FnMut(&[u8])) -> io::Result<()> {
        if self.is_once {
            let text = format!(
                "{reason}, so it is read before it is sent, and {} can be read only once: give a file or bytes",
                self.name
            );
            return Err(io::Error::other(text));
        }
        let mut chunks = self.open()?;
        while let Some(chunk) = poll_fn(|context| chunks.as_mut().poll_next(context)).await {
            each(&chunk?);
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> Option<u64> {
        self.len
    }

    /// Whether it can be opened only once, so that no attempt can follow the one that reads it.
    pub fn is_once(&self) -> bool {
        self.is_once
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
