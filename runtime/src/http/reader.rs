//! [`BodyReader`]: the body of an answer.

use super::body::named;
use super::{TransportError, TransportErrorKind, masked};
use crate::files::Replacement;
use crate::future::{Work, spawn_blocking};
use bytes::{Buf as _, Bytes};
use futures_core::Stream;
use std::fmt;
use std::future::poll_fn;
use std::io::{self, Write as _};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, ReadBuf};

/// The body of an answer, which is read piece by piece ([`BodyReader::chunk`], or as a
/// [`Stream`] or [`AsyncRead`]), as a whole ([`BodyReader::collect`]), or into a file
/// ([`BodyReader::write_to`]).
pub struct BodyReader {
    /// What of a piece is still to be read.
    rest: Bytes,
    source: Option<Source>,
}

struct Source {
    /// Where the answer comes from, for messages.
    url: String,
    chunks: Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>,
}

/// How much is written to a file at once, at least.
const PIECE: usize = 256 << 10;

impl BodyReader {
    /// A body that a transport reads as it arrives. `url` is where it comes from, for messages:
    /// errors of `chunks` need not name it.
    pub fn new(
        url: &str,
        chunks: impl Stream<Item = Result<Bytes, TransportError>> + Send + 'static,
    ) -> Self {
        BodyReader {
            rest: Bytes::new(),
            source: Some(Source {
                url: url.to_owned(),
                chunks: Box::pin(chunks),
            }),
        }
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

    /// Writes it to a file, and returns its length. A new file is next to the old one until the
    /// whole body has come and is written; then it replaces the old one, whose permissions it has.
    /// So a body that ends early leaves no file, or the old one. A path to something else than a
    /// file, such as a pipe or `/dev/stdout`, is written to directly.
    ///
    /// # Errors
    ///
    /// The connection failed, or the file can't be written ([`TransportErrorKind::File`]).
    pub async fn write_to(self, path: impl AsRef<Path>) -> Result<u64, TransportError> {
        let path: Arc<Path> = path.as_ref().into();
        let target = path.clone();
        let work = move || Replacement::of(&target);
        let file = spawn_blocking(work).await.flatten();
        let file = file.map_err(|error| self.unwritten(&path, error))?;
        self.fill(file, |_| {}).await
    }

    /// Writes it to a file, puts that in its place, and returns its length. `each` is called with the
    /// number of bytes that are written so far.
    ///
    /// # Errors
    ///
    /// As [`BodyReader::write_to`]; the old file is unchanged then.
    pub async fn fill(
        mut self,
        mut file: Replacement,
        mut each: impl FnMut(u64),
    ) -> Result<u64, TransportError> {
        let path = file.path().to_owned();
        // A pipe takes more when somebody reads it, which no piece before tells.
        let is_file = file.file().metadata().is_ok_and(|found| found.is_file());
        let (writing, mut written) = (Work::default(), 0);
        loop {
            let pieces = self.pieces().await?;
            if pieces.is_empty() {
                break;
            }
            let len = pieces.iter().map(|piece| piece.len() as u64).sum::<u64>();
            let write = move || {
                let mut to = file.file();
                pieces.iter().try_for_each(|piece| to.write_all(piece))?;
                Ok(file)
            };
            let done = if is_file {
                writing.run(write).await
            } else {
                spawn_blocking(write).await
            };
            let done = done.flatten();
            file = done.map_err(|error| self.unwritten(&path, error))?;
            written += len;
            each(written);
        }
        let done = spawn_blocking(move || file.finish()).await.flatten();
        done.map_err(|error| self.unwritten(&path, error))?;
        Ok(written)
    }

    fn unwritten(&self, path: &Path, error: io::Error) -> TransportError {
        let error = named(path, error);
        TransportError::new(TransportErrorKind::File, self.url()).caused_by(error)
    }

    /// The next pieces, which together are long enough to be written; none at the end.
    async fn pieces(&mut self) -> Result<Vec<Bytes>, TransportError> {
        let (mut pieces, mut len) = (Vec::new(), 0);
        while len < PIECE {
            let Some(piece) = self.chunk().await? else {
                break;
            };
            len += piece.len();
            pieces.push(piece);
        }
        Ok(pieces)
    }

    /// Puts bytes before what is still to be read.
    #[cfg(feature = "event-stream")]
    pub(crate) fn put_back(&mut self, bytes: Bytes) {
        self.rest = if self.rest.is_empty() {
            bytes
        } else {
            [bytes, std::mem::take(&mut self.rest)].concat().into()
        };
    }

    fn url(&self) -> &str {
        self.source.as_ref().map_or("", |source| &source.url)
    }

    fn too_large(&self) -> TransportError {
        TransportError::new(TransportErrorKind::TooLarge, self.url())
    }
}

impl Stream for BodyReader {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.rest))));
        }
        let Some(Source { url, chunks }) = &mut self.source else {
            return Poll::Ready(None);
        };
        chunks.as_mut().poll_next(context).map_err(|mut error| {
            if error.url.is_empty() {
                error.url = masked(url);
            }
            error
        })
    }
}

impl AsyncRead for BodyReader {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.rest.is_empty() {
            match ready!(self.as_mut().poll_next(context)) {
                None => return Poll::Ready(Ok(())),
                Some(piece) => self.rest = piece.map_err(io::Error::from)?,
            }
        }
        let count = self.rest.len().min(buffer.remaining());
        buffer.put_slice(&self.rest[..count]);
        self.rest.advance(count);
        Poll::Ready(Ok(()))
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
        BodyReader {
            rest: bytes,
            source: None,
        }
    }
}

impl fmt::Debug for BodyReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            None => write!(f, "{} bytes", self.rest.len()),
            Some(_) => f.write_str("a stream"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// A body of these pieces, where an empty one is an error.
    struct Pieces(std::vec::IntoIter<&'static str>);

    impl Stream for Pieces {
        type Item = Result<Bytes, TransportError>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(self.0.next().map(|piece| match piece {
                "" => Err(TransportError::new(TransportErrorKind::Closed, "")),
                piece => Ok(Bytes::from(piece)),
            }))
        }
    }

    fn body(pieces: &[&'static str]) -> BodyReader {
        let pieces = Vec::from(pieces);
        BodyReader::new("http://host/", Pieces(pieces.into_iter()))
    }

    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(future)
    }

    /// Reads once, into so many bytes.
    async fn read(body: &mut BodyReader, size: usize) -> io::Result<String> {
        let mut buffer = vec![0; size];
        let mut buffer = ReadBuf::new(&mut buffer);
        poll_fn(|context| Pin::new(&mut *body).poll_read(context, &mut buffer)).await?;
        Ok(String::from_utf8_lossy(buffer.filled()).into_owned())
    }

    #[test]
    fn it_is_read_as_an_async_reader_and_piece_by_piece() {
        wait(async {
            let mut body = body(&["abc", "de", "fg", ""]);
            for (size, expected) in [(2, "ab"), (2, "c"), (1, "d")] {
                assert_eq!(read(&mut body, size).await.expect("bytes"), expected);
            }
            for expected in ["e", "fg"] {
                let chunk = body.chunk().await.expect("a piece");
                assert_eq!(chunk.as_deref(), Some(expected.as_bytes()));
            }
            let error = read(&mut body, 9).await.expect_err("an error");
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
            assert!(error.to_string().contains("http://host/"), "{error}");
            assert_eq!(read(&mut body, 9).await.expect("the end"), "");

            let mut body = BodyReader::from(Bytes::from("abc"));
            assert_eq!(read(&mut body, 2).await.expect("bytes"), "ab");
            assert_eq!(body.collect(9).await.expect("the rest"), "c");
        });
    }

    #[test]
    fn a_file_is_replaced_at_the_end_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let content = || fs::read_to_string(&path).expect("a file");
        let count = || fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(
            wait(body(&["ab", "c"]).write_to(&path)).expect("written"),
            3
        );
        assert_eq!((content().as_str(), count()), ("abc", 1));
        wait(body(&["ab", ""]).write_to(&path)).expect_err("cut");
        assert_eq!((content().as_str(), count()), ("abc", 1));
        assert_eq!(wait(body(&[]).write_to(&path)).expect("written"), 0);
        assert_eq!((content().as_str(), count()), ("", 1));
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().expect("a folder");
        let (path, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&path, "old").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("set");
        symlink("file", &link).expect("a link");
        wait(body(&["new"]).write_to(&link)).expect("written");
        assert_eq!(fs::read(&path).expect("a file"), b"new");
        assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
        let mode = fs::metadata(&path).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[test]
    fn files_that_cannot_be_written_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let missing = folder.path().join("missing/file");
        let full = Path::new("/dev/full");
        let cases = [(folder.path(), ""), (&missing, ""), (full, "No space left")];
        for (path, text) in cases
            .into_iter()
            .filter(|(path, _)| path != &full || path.exists())
        {
            let error = wait(body(&["abc"]).write_to(path)).expect_err("no file");
            assert_eq!(error.kind, TransportErrorKind::File);
            let start = "The answer from http://host/ can't be written to";
            let start = format!("{start} {}: {text}", path.display());
            assert!(error.to_string().starts_with(&start), "{error}");
        }
    }
}
