//! Receiving the bodies of answers.

use crate::error::TransferError;
use crate::pace::Pace;
use bytes::Bytes;
use opsmith_runtime::http::{BodyReader, TransportError, TransportErrorKind};

/// How much is written at once.
pub(super) const PIECE: u64 = 1 << 20;

/// What came of a body.
pub(super) struct Batch {
    pub(super) pieces: Vec<Bytes>,
    pub(super) len: u64,
    pub(super) end: End,
}

/// How a batch ended.
pub(super) enum End {
    /// More may come.
    More,
    /// The body ended.
    Whole,
    /// The body failed.
    Failed(TransportError),
}

/// Receives enough of a body to be written, or its end.
pub(super) async fn batch(body: &mut BodyReader, most: u64, pace: Option<&Pace>) -> Batch {
    let mut batch = Batch {
        pieces: Vec::new(),
        len: 0,
        end: End::More,
    };
    while batch.len < most {
        match body.chunk().await {
            Ok(Some(piece)) => {
                batch.len += piece.len() as u64;
                if let Some(pace) = pace {
                    pace.wait(piece.len() as u64).await;
                }
                batch.pieces.push(piece);
            }
            Ok(None) => {
                batch.end = End::Whole;
                break;
            }
            Err(error) => {
                batch.end = End::Failed(error);
                break;
            }
        }
    }
    batch
}

/// Whether another request may bring what this one did not.
pub(super) fn is_transient(error: &TransferError) -> bool {
    let TransferError::Body(error) = error else {
        return false;
    };
    use TransportErrorKind::{Checksum, Closed, ReadTimeout};
    matches!(error.kind, Checksum | Closed | ReadTimeout)
}
