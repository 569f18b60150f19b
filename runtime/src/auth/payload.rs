//! [`Payload`]: how a signature covers the body of a request.

use crate::http::{Body, Bytes};
use ring::digest::{Context, SHA256};
use std::fmt;
use std::future::poll_fn;
use std::io;

/// The body as a signature covers it. It is the same for all attempts of a call.
pub(crate) enum Payload {
    /// A body in memory, which is hashed for each signature.
    Bytes(Bytes),
    /// The SHA-256 of a stream, in hexadecimal digits.
    Sha256(String),
    /// The signature does not cover it.
    Unsigned,
}

impl Payload {
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
        if stream.is_once() {
            let text = format!(
                "the signature covers it, so it is read before it is sent, and {} can be read only once: give a file or bytes",
                stream.name()
            );
            return Err(io::Error::other(text));
        }
        let mut chunks = stream.open()?;
        let mut hash = Context::new(&SHA256);
        while let Some(chunk) = poll_fn(|context| chunks.as_mut().poll_next(context)).await {
            hash.update(&chunk?);
        }
        let digest = hash.finish();
        let digits = digest.as_ref().iter().map(|byte| format!("{byte:02x}"));
        Ok(Payload::Sha256(digits.collect()))
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Payload")
    }
}
