//! Objects that come in one answer.

use super::receive::{Batch, End, PIECE, batch, is_transient};
use super::{create, finish};
use crate::api::GetObjectOutput;
use crate::error::TransferError;
use crate::file::{blocking, write_at};
use crate::object::Object;
use crate::options::Options;
use crate::request;
use crate::transfers::{Progress, Transfers, permitted};
use crate::watch::Counter;
use opsmith_runtime::http::BodyReader;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Transfers {
    /// Downloads a short object to a file.
    pub(super) async fn whole_to_file(
        &self,
        from: &Object,
        path: PathBuf,
        options: &Options,
        progress: &Progress,
    ) -> Result<(), TransferError> {
        let counter = Counter::new(progress, u64::MAX);
        let path: Arc<Path> = path.into();
        let mut attempt = 1;
        loop {
            let tried = self.try_to_file(from, &path, options, &counter).await;
            match tried {
                Err(error) if is_transient(&error) && attempt < self.settings.download_attempts => {
                    attempt += 1;
                }
                tried => return tried,
            }
        }
    }

    async fn try_to_file(
        &self,
        from: &Object,
        path: &Arc<Path>,
        options: &Options,
        counter: &Counter,
    ) -> Result<(), TransferError> {
        let _memory = self
            .budget
            .memory(from.size.unwrap_or(PIECE).min(PIECE))
            .await;
        let permit = self.budget.request().await;
        let call = self.source.get_object(request::get(&from.place, options));
        let answer = permitted(&permit, call).await?;
        let (output, mut body) = (answer.output, answer.body);
        let modified = output.last_modified.or(from.modified);
        let (mut file, mut at) = (None, 0);
        loop {
            let Batch { pieces, len, end } = batch(&mut body, PIECE, self.pace.as_deref()).await;
            let is_whole = match end {
                End::Failed(error) => return Err(error.into()),
                End::Whole => true,
                End::More => false,
            };
            if is_whole {
                check_len(from, &output, at + len)?;
            }
            let path = path.clone();
            // A short file is made in one piece of work.
            let write = move || {
                let file = match file {
                    Some(file) => file,
                    None => create(&path)?,
                };
                let mut to = at;
                for piece in &pieces {
                    write_at(file.file(), piece, to).map_err(TransferError::file(&*path))?;
                    to += piece.len() as u64;
                }
                if is_whole {
                    finish(file, modified)?;
                    return Ok(None);
                }
                Ok(Some(file))
            };
            let done = self.writing.run(write).await;
            file = done.unwrap_or(Err(TransferError::Cancelled))?;
            at += len;
            counter.reached(at);
            if is_whole {
                return Ok(());
            }
        }
    }

    /// Downloads a short object to a writer, when it is whole.
    pub(super) async fn whole_to_writer(
        &self,
        from: &Object,
        mut writer: Box<dyn Write + Send>,
        options: &Options,
        progress: &Progress,
    ) -> Result<(), TransferError> {
        let size = from.size.unwrap_or_default();
        let _memory = self.budget.memory(size).await;
        let mut attempt = 1;
        let pieces = loop {
            match self.try_whole(from, options).await {
                Err(error) if is_transient(&error) && attempt < self.settings.download_attempts => {
                    attempt += 1;
                }
                tried => break tried?,
            }
        };
        let len = blocking(move || {
            let mut len = 0;
            for piece in &pieces {
                writer.write_all(piece).map_err(TransferError::Writer)?;
                len += piece.len() as u64;
            }
            writer.flush().map_err(TransferError::Writer)?;
            Ok(len)
        });
        progress(len.await?);
        Ok(())
    }

    /// A whole object in memory. It may be longer than it was when it was listed.
    async fn try_whole(
        &self,
        from: &Object,
        options: &Options,
    ) -> Result<Vec<opsmith_runtime::http::Bytes>, TransferError> {
        let permit = self.budget.request().await;
        let call = self.source.get_object(request::get(&from.place, options));
        let answer = permitted(&permit, call).await?;
        let mut body: BodyReader = answer.body;
        let most = self.settings.multipart_threshold;
        let Batch { pieces, len, end } = batch(&mut body, most, self.pace.as_deref()).await;
        match end {
            End::Failed(error) => Err(error.into()),
            End::More => Err(TransferError::ObjectChanged(from.place.clone())),
            End::Whole => {
                check_len(from, &answer.output, len)?;
                Ok(pieces)
            }
        }
    }
}

/// Checks the length of what came, if it is the object that is known.
fn check_len(from: &Object, output: &GetObjectOutput, len: u64) -> Result<(), TransferError> {
    let is_known = output.e_tag.is_some() && output.e_tag == from.etag;
    match from.size.filter(|_| is_known) {
        Some(size) if size != len => Err(TransferError::Answer(format!(
            "The service sent {len} bytes of {}, which has {size} bytes.",
            from.place
        ))),
        _ => Ok(()),
    }
}
