//! Uploads.

use crate::api::{ChecksumAlgorithm, CompletedPart};
use crate::budget::{Memory, Permit};
use crate::buffers::Buffers;
use crate::error::TransferError;
use crate::file::{SourceFile, blocking};
use crate::mime;
use crate::multipart::{Multipart, Upload};
use crate::options::Options;
use crate::part::{parts, size_of_parts};
use crate::place::Place;
use crate::request::{self, completed};
use crate::transfers::{Progress, Source, Transfers, watched};
use crate::watch::Counter;
use bytes::Bytes;
use opsmith_runtime::client::When;
use opsmith_runtime::http::Body;
use std::borrow::Cow;
use std::future::poll_fn;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use tokio::io::{AsyncRead, ReadBuf};

type Reader = Box<dyn AsyncRead + Send + Unpin>;

/// A file, with its content if it is short.
enum Opened {
    Short(Bytes),
    Long(SourceFile),
}

impl Transfers {
    /// Uploads a file, or what a reader has.
    ///
    /// Files below the threshold of the settings are sent in one request, others in parts, several
    /// at once. An upload in parts that fails, or that is dropped, is aborted.
    ///
    /// # Errors
    ///
    /// The source can't be read, or it changed while it was; or a request failed.
    pub async fn upload(
        &self,
        source: Source,
        to: &Place,
        options: &Options,
        progress: Progress,
    ) -> Result<(), TransferError> {
        let options = self.upload_options(&source, options);
        match source {
            Source::File(path) => self.upload_file(path, to, &options, progress).await,
            Source::Reader {
                reader,
                expected_size,
            } => {
                self.upload_reader(reader, expected_size, to, &options, progress)
                    .await
            }
        }
    }

    /// The options with what an upload adds: the type of the content and the usual checksum.
    fn upload_options<'o>(&self, source: &Source, options: &'o Options) -> Cow<'o, Options> {
        let mut options = Cow::Borrowed(options);
        if let Source::File(path) = source
            && !options.no_guess_mime_type
            && options.content_type.is_none()
            && let Some(kind) = mime::guess(path)
        {
            options.to_mut().content_type = Some(kind);
        }
        if options.checksum_algorithm.is_none()
            && self.settings.request_checksums == When::Supported
        {
            options.to_mut().checksum_algorithm = Some(ChecksumAlgorithm::Crc64nvme);
        }
        options
    }

    async fn upload_file(
        &self,
        path: PathBuf,
        to: &Place,
        options: &Options,
        progress: Progress,
    ) -> Result<(), TransferError> {
        let threshold = self.settings.multipart_threshold;
        // Whether the file is short is known when it is read.
        let most = threshold.min(self.share());
        let mut memory = self.budget.memory(most).await;
        let permit = self.budget.request().await;
        let buffers = self.buffers.clone();
        let opened = blocking(move || {
            let file = SourceFile::open(path)?;
            if file.size >= most {
                return Ok(Opened::Long(file));
            }
            let bytes = file.read(0..file.size, &buffers)?;
            file.check()?;
            Ok(Opened::Short(bytes))
        });
        match opened.await? {
            Opened::Short(bytes) => {
                memory.shrink(bytes.len() as u64);
                self.put(&permit, bytes.into(), to, options, &progress)
                    .await
            }
            Opened::Long(file) => {
                drop(memory);
                let file = Arc::new(file);
                if file.size < threshold {
                    let body = file.body(0..file.size, &self.buffers);
                    self.put(&permit, body, to, options, &progress).await?;
                    return blocking(move || file.check()).await;
                }
                drop(permit);
                self.upload_parts(file, to, options, progress).await
            }
        }
    }

    /// Uploads in one request.
    async fn put(
        &self,
        permit: &Permit,
        body: Body,
        to: &Place,
        options: &Options,
        progress: &Progress,
    ) -> Result<(), TransferError> {
        let len = body.len().unwrap_or_default();
        let call = self.client.put_object(request::put(to, options), body);
        let counter = Arc::new(Counter::new(progress, len));
        let body = (counter.clone(), self.pace.clone());
        watched(permit, call, Some(body)).await?;
        counter.reached(len);
        Ok(())
    }

    /// Uploads a file in parts.
    async fn upload_parts(
        &self,
        file: Arc<SourceFile>,
        to: &Place,
        options: &Options,
        progress: Progress,
    ) -> Result<(), TransferError> {
        let input = request::create(to, options);
        let mut multipart = Multipart::begin(self, to, options, input).await?;
        let result = self.file_parts(&mut multipart, &file, &progress).await;
        multipart.finish(result).await
    }

    async fn file_parts(
        &self,
        multipart: &mut Multipart,
        file: &Arc<SourceFile>,
        progress: &Progress,
    ) -> Result<(), TransferError> {
        let size = size_of_parts(self.settings.multipart_chunksize, Some(file.size));
        let in_memory = size <= self.share();
        for (number, range) in (1..).zip(parts(file.size, size)) {
            let len = range.end - range.start;
            let memory = self.budget.memory(if in_memory { len } else { 0 }).await;
            let part = Part {
                transfers: self.clone(),
                permit: self.budget.request().await,
                _memory: memory,
                upload: multipart.upload.clone(),
                number,
                progress: progress.clone(),
            };
            let file = file.clone();
            multipart.spawn(async move {
                let buffers = part.transfers.buffers.clone();
                let body = body(file, range, in_memory, buffers).await?;
                part.send(body).await
            })?;
        }
        multipart.join().await?;
        let file = file.clone();
        blocking(move || file.check()).await?;
        multipart.complete().await.map(drop)
    }

    async fn upload_reader(
        &self,
        mut reader: Reader,
        expected_size: Option<u64>,
        to: &Place,
        options: &Options,
        progress: Progress,
    ) -> Result<(), TransferError> {
        let threshold = self.settings.multipart_threshold;
        let size = size_of_parts(self.settings.multipart_chunksize, expected_size);
        let memory = self.budget.memory(threshold.max(size)).await;
        let first = read(&mut reader, threshold.max(size)).await?;
        let is_long = expected_size.is_some_and(|size| size >= threshold);
        if !is_long && (first.len() as u64) < threshold {
            let permit = self.budget.request().await;
            return self
                .put(&permit, first.into(), to, options, &progress)
                .await;
        }
        let input = request::create(to, options);
        let mut multipart = Multipart::begin(self, to, options, input).await?;
        let start = (first, memory);
        let result = self.reader_parts(&mut multipart, reader, start, size, &progress);
        let result = result.await;
        multipart.finish(result).await
    }

    /// Uploads what was read of a reader, and the rest, in parts.
    async fn reader_parts(
        &self,
        multipart: &mut Multipart,
        mut reader: Reader,
        (mut next, mut memory): (Bytes, Memory),
        size: u64,
        progress: &Progress,
    ) -> Result<(), TransferError> {
        for number in 1.. {
            let bytes = next.split_to(next.len().min(usize::try_from(size).unwrap_or(usize::MAX)));
            if bytes.is_empty() && number > 1 {
                break;
            }
            // Memory of what was read first is that of all the parts which it becomes.
            let held = std::mem::replace(&mut memory, Memory::none());
            let part = Part {
                transfers: self.clone(),
                permit: self.budget.request().await,
                _memory: held,
                upload: multipart.upload.clone(),
                number,
                progress: progress.clone(),
            };
            multipart.spawn(async move { part.send(bytes.into()).await })?;
            if next.is_empty() {
                memory = self.budget.memory(size).await;
                next = read(&mut reader, size).await?;
            }
        }
        multipart.join().await?;
        multipart.complete().await.map(drop)
    }
}

/// A part that may be uploaded now.
struct Part {
    transfers: Transfers,
    permit: Permit,
    _memory: Memory,
    upload: Arc<Upload>,
    number: i32,
    progress: Progress,
}

impl Part {
    async fn send(self, body: Body) -> Result<CompletedPart, TransferError> {
        let len = body.len().unwrap_or_default();
        let Upload { to, id, options } = &*self.upload;
        let input = request::part(to, self.number, id, options);
        let call = self.transfers.client.upload_part(input, body);
        let counter = Arc::new(Counter::new(&self.progress, len));
        let body = (counter.clone(), self.transfers.pace.clone());
        let output = watched(&self.permit, call, Some(body)).await?;
        counter.reached(len);
        Ok(completed!(output, self.number, options.checksum_algorithm))
    }
}

/// A part of a file as a body.
async fn body(
    file: Arc<SourceFile>,
    range: Range<u64>,
    in_memory: bool,
    buffers: Arc<Buffers>,
) -> Result<Body, TransferError> {
    if in_memory {
        return Ok(blocking(move || file.read(range, &buffers)).await?.into());
    }
    Ok(file.body(range, &buffers))
}

/// So many bytes of a reader, or fewer at its end.
async fn read(reader: &mut Reader, count: u64) -> Result<Bytes, TransferError> {
    const PIECE: usize = 256 << 10;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let (mut bytes, mut read) = (Vec::new(), 0);
    while read < count {
        if read == bytes.len() {
            bytes.resize(count.min(read + PIECE), 0);
        }
        let mut free = ReadBuf::new(&mut bytes[read..]);
        let reading = poll_fn(|context| Pin::new(&mut *reader).poll_read(context, &mut free));
        reading.await.map_err(TransferError::Reader)?;
        match free.filled().len() {
            0 => break,
            came => read += came,
        }
    }
    bytes.truncate(read);
    Ok(bytes.into())
}
