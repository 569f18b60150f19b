//! The body of an answer, checked against its checksum while it is read.

use super::{Algorithm, Hasher};
use crate::codec::base64::lenient;
use crate::http::{BodyReader, Bytes, TransportError, TransportErrorKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_core::Stream;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The body, which ends with an error if its checksum is another than the announced one. `url` is
/// where it comes from, for messages.
pub(crate) fn body(
    body: BodyReader,
    url: &str,
    algorithm: Algorithm,
    announced: &str,
) -> BodyReader {
    let verified = Verified {
        body,
        hasher: Some(Hasher::new(algorithm)),
        announced: announced.to_owned(),
    };
    BodyReader::new(url, verified)
}

struct Verified {
    body: BodyReader,
    /// `None` after the end.
    hasher: Option<Hasher>,
    announced: String,
}

impl Verified {
    /// The error, if the checksum is a wrong one.
    fn judge(&self, computed: &str) -> Option<TransportError> {
        let bytes = lenient(&self.announced);
        if bytes.is_some_and(|bytes| BASE64.encode(bytes) == computed) {
            return None;
        }
        let announced = &self.announced;
        let text =
            format!("Expected checksum {announced} did not match calculated checksum: {computed}");
        Some(TransportError::new(TransportErrorKind::Checksum, "").caused_by(text))
    }
}

impl Stream for Verified {
    type Item = Result<Bytes, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = ready!(Pin::new(&mut self.body).poll_next(context)).transpose()?;
        Poll::Ready(match (piece, &mut self.hasher) {
            (Some(piece), Some(hasher)) => {
                hasher.update(&piece);
                Some(Ok(piece))
            }
            (Some(piece), None) => Some(Ok(piece)),
            (None, hasher) => {
                let computed = hasher.take().map(Hasher::finish);
                computed.and_then(|computed| self.judge(&computed)).map(Err)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(future)
    }

    fn verified(content: &'static str, announced: &str) -> BodyReader {
        let content = Bytes::from_static(content.as_bytes()).into();
        body(content, "http://host/", Algorithm::Crc64Nvme, announced)
    }

    #[test]
    fn a_wrong_checksum_is_an_error_at_the_end() {
        let mut reader = verified("123456789", "rosUhgp5mIg=");
        wait(async {
            let piece = reader.chunk().await.expect("a piece");
            assert_eq!(piece.as_deref(), Some(&b"123456789"[..]));
            assert!(reader.chunk().await.expect("the end").is_none());

            let mut reader = verified("123456780", "rosUhgp5mIg=");
            reader.chunk().await.expect("a piece");
            let error = reader.chunk().await.expect_err("another checksum");
            let start = "The answer from http://host/ is not what the service sent: Expected checksum rosUhgp5mIg= \
                         did not match calculated checksum: ";
            assert!(error.to_string().starts_with(start), "{error}");
            assert_eq!(error.kind, TransportErrorKind::Checksum);
            assert!(reader.chunk().await.expect("the end").is_none());
        });
    }

    /// Whatever a header says, it is a checksum or a wrong one.
    #[test]
    fn headers_of_any_kind() {
        for announced in ["", "=", "rosUhgp5mI", "é\u{10000}", "-1", "rosUhgp5mIgA"] {
            let result = wait(verified("123456789", announced).collect(99));
            assert_eq!(
                result.expect_err(announced).kind,
                TransportErrorKind::Checksum
            );
        }
    }

    #[test]
    fn a_corrupt_download_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let error = wait(verified("corrupt", "rosUhgp5mIg=").write_to(&path));
        assert_eq!(
            error.expect_err("no file").kind,
            TransportErrorKind::Checksum
        );
        let mut files = std::fs::read_dir(folder.path()).expect("a folder");
        assert!(files.next().is_none());
    }
}
