//! Ranges of an object, which come in any order and are written one after the other.

use super::ranges::{Sink, Source};
use crate::budget::Memory;
use crate::crc::{Announced, Hasher};
use crate::error::TransferError;
use crate::file::blocking;
use crate::object::Object;
use crate::options::Options;
use crate::part::parts;
use crate::transfers::{Progress, Transfers};
use bytes::Bytes;
use std::collections::VecDeque;
use std::io::Write;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// What has come of a range.
struct Held {
    pieces: Vec<Bytes>,
    /// The memory that it takes.
    _memory: Memory,
}

impl Sink for Held {
    async fn take(mut self, pieces: Vec<Bytes>, _: u64) -> Result<Self, TransferError> {
        self.pieces.extend(pieces);
        Ok(self)
    }
}

/// A range that comes, unless this is dropped.
struct Coming(JoinHandle<Result<Held, TransferError>>);

impl Drop for Coming {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A writer, and the checksum of what was written.
struct Output {
    writer: Box<dyn Write + Send>,
    hasher: Option<Hasher>,
    len: u64,
}

impl Output {
    async fn write(mut self, mut range: Coming) -> Result<Self, TransferError> {
        let held = (&mut range.0).await;
        let held = held.unwrap_or(Err(TransferError::Cancelled))?;
        blocking(move || {
            for piece in &held.pieces {
                if let Some(hasher) = &mut self.hasher {
                    hasher.update(piece);
                }
                self.writer
                    .write_all(piece)
                    .map_err(TransferError::Writer)?;
                self.len += piece.len() as u64;
            }
            Ok(self)
        })
        .await
    }
}

impl Transfers {
    /// Downloads a long object to a writer. The ranges that come are in memory until those before
    /// them are written.
    pub(super) async fn ranges_to_writer(
        &self,
        from: &Object,
        size: u64,
        writer: Box<dyn Write + Send>,
        options: &Options,
        progress: Progress,
    ) -> Result<(), TransferError> {
        let announced = self.announced(from, options);
        let source = Arc::new(Source {
            transfers: self.clone(),
            from: from.clone(),
            size,
            options: options.clone(),
        });
        let mut output = Output {
            writer,
            hasher: announced.as_ref().map(Announced::hasher),
            len: 0,
        };
        let mut coming = VecDeque::new();
        let part = self
            .settings
            .multipart_chunksize
            .min(self.settings.memory / 4);
        for range in parts(size, part) {
            let len = range.end - range.start;
            let memory = loop {
                if let Some(memory) = self.budget.try_memory(len) {
                    break memory;
                }
                // Whoever holds memory must not wait for more.
                match coming.pop_front() {
                    Some(front) => output = output.write(front).await?,
                    None => break self.budget.memory(len).await,
                }
            };
            let (source, progress) = (source.clone(), progress.clone());
            let budget = self.budget.clone();
            coming.push_back(Coming(tokio::spawn(async move {
                let permit = budget.request().await;
                let held = Held {
                    pieces: Vec::new(),
                    _memory: memory,
                };
                source.receive(&permit, range, held, &progress).await
            })));
        }
        while let Some(front) = coming.pop_front() {
            output = output.write(front).await?;
        }
        let mut output = output;
        blocking(move || {
            output.writer.flush().map_err(TransferError::Writer)?;
            match (announced, output.hasher) {
                (Some(announced), Some(hasher)) => announced.check([(hasher.finish(), output.len)]),
                _ => Ok(()),
            }
        })
        .await
    }
}
