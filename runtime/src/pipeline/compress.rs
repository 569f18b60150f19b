//! The step that compresses the body, as `smithy.api#requestCompression` asks.

use super::Prepared;
use crate::client::Client;
use crate::error::{Cause, Error};
use crate::http::{Body, Bytes, Coder};
use crate::schema::Flags;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::VecDeque;
use std::io::{self, Write as _};

/// Compresses a body that is long enough, and any stream whose length need not be known. Gzip is the
/// only encoding that models can name.
pub(super) fn compress(client: &Client<'_>, prepared: &mut Prepared<'_>) -> Result<(), Error> {
    let operation = prepared.operation;
    let Some(least) = client.shared.config.bodies.compressed_from else {
        return Ok(());
    };
    if operation.request_compression().is_empty() {
        return Ok(());
    }
    let stream = client.service.stream(operation.input);
    let stream = stream.map(|(_, member)| client.service.shape(member.target));
    let compressed = match (&prepared.request.body, stream) {
        (Body::Empty, _) => return Ok(()),
        (_, Some(stream)) if stream.is(Flags::REQUIRES_LENGTH) => return Ok(()),
        (body @ Body::Stream(_), _) => body.coded(None, || Gzip(encoder())),
        (Body::Bytes(bytes), None) if bytes.len() < least as usize => return Ok(()),
        (Body::Bytes(bytes), _) => {
            let compressed = gzip(bytes).map_err(|error| Error::Request(Cause::of(error)))?;
            compressed.into()
        }
    };
    prepared.request.body = compressed;
    prepared.request.add_coding("gzip");
    Ok(())
}

fn encoder() -> GzEncoder<Vec<u8>> {
    GzEncoder::new(Vec::new(), Compression::default())
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = encoder();
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// A stream that is compressed while it is sent.
struct Gzip(GzEncoder<Vec<u8>>);

impl Coder for Gzip {
    fn piece(&mut self, piece: Bytes, coded: &mut VecDeque<Bytes>) -> io::Result<()> {
        self.0.write_all(&piece)?;
        let written = std::mem::take(self.0.get_mut());
        if !written.is_empty() {
            coded.push_back(written.into());
        }
        Ok(())
    }

    fn end(self, coded: &mut VecDeque<Bytes>) -> io::Result<()> {
        coded.push_back(self.0.finish()?.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests;
