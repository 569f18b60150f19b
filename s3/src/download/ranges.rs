//! Ranges of an object, which come in any order and are written where they belong.

use super::receive::{Batch, End, PIECE, batch, is_transient};
use super::{create, finish};
use crate::budget::Permit;
use crate::copy::changed;
use crate::crc::{Announced, Hasher};
use crate::error::TransferError;
use crate::file::{blocking, write_at};
use crate::object::Object;
use crate::options::Options;
use crate::part::parts;
use crate::request;
use crate::transfers::{Progress, Transfers, permitted};
use crate::watch::Counter;
use bytes::Bytes;
use opsmith_runtime::files::Replacement;
use opsmith_runtime::future::Work;
use opsmith_runtime::http::BodyReader;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::task::JoinSet;

impl Transfers {
    /// Downloads a long object to a file.
    pub(super) async fn ranges_to_file(
        &self,
        from: &Object,
        size: u64,
        path: PathBuf,
        options: &Options,
        progress: Progress,
    ) -> Result<(), TransferError> {
        let announced = self.announced(from, options);
        let file = Arc::new(blocking(move || create(&path)).await?);
        let source = Arc::new(Source {
            transfers: self.clone(),
            from: from.clone(),
            size,
            options: options.clone(),
        });
        let (mut tasks, mut done) = (JoinSet::new(), Vec::new());
        for range in parts(size, self.settings.multipart_chunksize) {
            let memory = self.budget.memory(PIECE).await;
            let permit = self.budget.request().await;
            let (source, file) = (source.clone(), file.clone());
            let hasher = announced.as_ref().map(Announced::hasher);
            let progress = progress.clone();
            tasks.spawn(async move {
                let _memory = memory;
                let (start, len) = (range.start, range.end - range.start);
                let part = Part {
                    file,
                    writing: source.transfers.writing.clone(),
                    hasher,
                };
                let part = source.receive(&permit, range, part, &progress).await?;
                Ok::<_, TransferError>((start, part.hasher.map(Hasher::finish), len))
            });
            while let Some(part) = tasks.try_join_next() {
                done.push(part.unwrap_or(Err(TransferError::Cancelled))?);
            }
        }
        while let Some(part) = tasks.join_next().await {
            done.push(part.unwrap_or(Err(TransferError::Cancelled))?);
        }
        done.sort_unstable();
        if let Some(announced) = announced {
            announced.check(
                done.into_iter()
                    .map(|(_, crc, len)| (crc.unwrap_or_default(), len)),
            )?;
        }
        let modified = from.modified;
        let file = Arc::into_inner(file).ok_or(TransferError::Cancelled)?;
        blocking(move || finish(file, modified)).await
    }

    /// The checksum of the whole object, if it is known and downloads are checked.
    pub(super) fn announced(&self, from: &Object, options: &Options) -> Option<Announced> {
        let head = from.head.as_ref().filter(|_| self.checks(options))?;
        Announced::of(head)
    }
}

/// An object whose ranges are asked for.
pub(super) struct Source {
    pub(super) transfers: Transfers,
    pub(super) from: Object,
    pub(super) size: u64,
    pub(super) options: Options,
}

/// Where bytes of a range go, one batch after the other.
pub(super) trait Sink: Sized + Send {
    /// Takes the next bytes, which begin at a position of the object.
    fn take(
        self,
        pieces: Vec<Bytes>,
        at: u64,
    ) -> impl Future<Output = Result<Self, TransferError>> + Send;
}

/// A part of a file.
struct Part {
    file: Arc<Replacement>,
    writing: Work,
    hasher: Option<Hasher>,
}

impl Sink for Part {
    async fn take(mut self, pieces: Vec<Bytes>, mut at: u64) -> Result<Self, TransferError> {
        let writing = self.writing.clone();
        let done = writing.run(move || {
            for piece in &pieces {
                if let Some(hasher) = &mut self.hasher {
                    hasher.update(piece);
                }
                let written = write_at(self.file.file(), piece, at);
                written.map_err(TransferError::file(self.file.path()))?;
                at += piece.len() as u64;
            }
            Ok(self)
        });
        done.await.unwrap_or(Err(TransferError::Cancelled))
    }
}

impl Source {
    /// Receives a range. What does not come is asked for again, until nothing new has come for
    /// several requests.
    pub(super) async fn receive<S: Sink>(
        &self,
        permit: &Permit,
        range: Range<u64>,
        mut sink: S,
        progress: &Progress,
    ) -> Result<S, TransferError> {
        let counter = Counter::new(progress, range.end - range.start);
        let pace = self.transfers.pace.as_deref();
        let (mut at, mut attempt) = (range.start, 1);
        loop {
            let mut body = self.ask(permit, at..range.end, at == range.start).await?;
            let error = loop {
                let Batch { pieces, len, end } = batch(&mut body, PIECE, pace).await;
                if len > range.end - at {
                    return Err(self.wrong("more"));
                }
                if len > 0 {
                    sink = sink.take(pieces, at).await?;
                    at += len;
                    attempt = 1;
                    counter.reached(at - range.start);
                }
                match end {
                    End::More => {}
                    End::Whole if at == range.end => return Ok(sink),
                    End::Whole => return Err(self.wrong("less")),
                    End::Failed(error) => break TransferError::from(error),
                }
            };
            if !is_transient(&error) || attempt >= self.transfers.settings.download_attempts {
                return Err(error);
            }
            attempt += 1;
        }
    }

    /// Asks for a range of the object, which must still be the same.
    async fn ask(
        &self,
        permit: &Permit,
        range: Range<u64>,
        is_first: bool,
    ) -> Result<BodyReader, TransferError> {
        let place = &self.from.place;
        let mut input = request::get(place, &self.options);
        // The last range is open, as that of the AWS CLI.
        input.range = Some(if is_first && range.end == self.size {
            format!("bytes={}-", range.start)
        } else {
            format!("bytes={}-{}", range.start, range.end - 1)
        });
        input.if_match = self.from.etag.clone();
        let call = self.transfers.source.get_object(input);
        let answer = permitted(permit, call).await;
        let answer = answer.map_err(|error| changed(error.into(), place.clone()))?;
        let expected = format!("bytes {}-{}/{}", range.start, range.end - 1, self.size);
        match &answer.output.content_range {
            Some(found) if *found == expected => Ok(answer.body),
            None if range == (0..self.size) => Ok(answer.body),
            found => Err(TransferError::Answer(format!(
                "Requested range: `{}-{}` does not match content range in response: `{}`",
                range.start,
                range.end - 1,
                found.as_deref().unwrap_or_default()
            ))),
        }
    }

    /// The error of an answer that is not as long as its range.
    fn wrong(&self, what: &str) -> TransferError {
        TransferError::Answer(format!(
            "The service sent {what} of {} than it was asked for.",
            self.from.place
        ))
    }
}
