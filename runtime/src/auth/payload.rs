//! [`Payload`]: how a signature covers the body of a request.

use crate::http::{Body, Bytes};
use ring::digest::{Context, SHA256};
use std::fmt;
use std::io;

/// The body as a signature covers it. It is the same for all attempts of a call.
pub(crate) enum Payload {
    /// A body in memory, which is hashed for each signature.
    Bytes(Bytes),
    /// The SHA-256 of a stream, in hexadecimal digits.
    Sha256(String),
    /// The signature does not cover it.
    Unsigned,
    /// The signature does not cover it, and a trailer has its checksum.
    #[cfg(feature = "checksums")]
    UnsignedTrailer,
}

impl Payload {
    /// What stands for a body with a checksum in its trailer, in a signature or where there is none.
    #[cfg(feature = "checksums")]
    pub(crate) const TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    /// Reads a stream once to hash it; bodies in memory are shared.
    ///
    /// # Errors
    ///
    /// The stream can't be read, or not a second time, when it is sent.
    pub(crate) async fn of(body: &Body) -> io::Result<Self> {
        let stream = match body {
            Body::Empty => return Ok(Payload::Bytes(Bytes::new())),
            Body::Bytes(bytes) => return Ok(Payload::Bytes(bytes.clone())),
            Body::Stream(stream) => stream,
        };
        let mut hash = Context::new(&SHA256);
        let reason = "the signature covers it";
        stream.read(reason, |bytes| hash.update(bytes)).await?;
        Ok(Payload::hashed(hash))
    }

    /// A stream that was read into a SHA-256.
    pub(crate) fn hashed(hash: Context) -> Self {
        let digest = hash.finish();
        let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
        Payload::Sha256(digits.collect())
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payload")
    }
}
