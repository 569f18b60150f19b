//! [`Multipart`]: an upload in parts, which is completed, or aborted.

use crate::api::CompletedPart;
use crate::error::TransferError;
use crate::options::Options;
use crate::place::Place;
use crate::request;
use crate::transfers::Transfers;
use std::sync::Arc;
use tokio::task::JoinSet;

/// An upload in parts. Dropped before its end, it is aborted.
pub(crate) struct Multipart {
    transfers: Transfers,
    pub(crate) upload: Arc<Upload>,
    /// The parts in flight, and those that are done.
    tasks: JoinSet<Result<CompletedPart, TransferError>>,
    done: Vec<CompletedPart>,
    is_over: bool,
}

/// What requests for parts need to know.
pub(crate) struct Upload {
    pub(crate) to: Place,
    pub(crate) id: String,
    pub(crate) options: Options,
}

impl Multipart {
    /// Begins an upload, whose parts have these options.
    pub(crate) async fn begin(
        transfers: &Transfers,
        to: &Place,
        options: &Options,
        input: crate::api::CreateMultipartUploadRequest,
    ) -> Result<Self, TransferError> {
        let call = transfers.client.create_multipart_upload(input);
        let id = transfers.call(call).await?.upload_id;
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| {
            TransferError::Answer("The service began an upload in parts without an id.".to_owned())
        })?;
        Ok(Multipart {
            transfers: transfers.clone(),
            upload: Arc::new(Upload {
                to: to.clone(),
                id,
                options: options.clone(),
            }),
            tasks: JoinSet::new(),
            done: Vec::new(),
            is_over: false,
        })
    }

    /// Makes a part in the background.
    ///
    /// # Errors
    ///
    /// An earlier part failed.
    pub(crate) fn spawn(
        &mut self,
        part: impl Future<Output = Result<CompletedPart, TransferError>> + Send + 'static,
    ) -> Result<(), TransferError> {
        self.tasks.spawn(part);
        while let Some(done) = self.tasks.try_join_next() {
            self.done
                .push(done.unwrap_or(Err(TransferError::Cancelled))?);
        }
        Ok(())
    }

    /// Waits for the parts that are in flight.
    pub(crate) async fn join(&mut self) -> Result<(), TransferError> {
        while let Some(done) = self.tasks.join_next().await {
            self.done
                .push(done.unwrap_or(Err(TransferError::Cancelled))?);
        }
        Ok(())
    }

    /// Makes an object of the parts, which are all there.
    pub(crate) async fn complete(&mut self) -> Result<Completed, TransferError> {
        self.done.sort_by_key(|part| part.part_number);
        let Upload { to, id, options } = &*self.upload;
        let input = request::complete(to, id, std::mem::take(&mut self.done), options);
        let call = self.transfers.client.complete_multipart_upload(input);
        let output = self.transfers.call(call).await?;
        self.is_over = true;
        Ok(Completed {
            etag: output.e_tag,
            version_id: output.version_id,
        })
    }

    /// The result of the upload. If it failed, the upload is aborted first.
    pub(crate) async fn finish<T>(
        mut self,
        result: Result<T, TransferError>,
    ) -> Result<T, TransferError> {
        if result.is_err() {
            // A part that arrives later would bring the upload back.
            self.tasks.shutdown().await;
            self.is_over = true;
            abort(&self.transfers, &self.upload).await;
        }
        result
    }
}

/// An object that was made of parts.
pub(crate) struct Completed {
    pub(crate) etag: Option<String>,
    pub(crate) version_id: Option<String>,
}

/// Aborts an upload. What went wrong before is the error to report, so that of this is not.
async fn abort(transfers: &Transfers, upload: &Upload) {
    let input = request::abort(&upload.to, &upload.id, &upload.options);
    let _ = transfers.client.abort_multipart_upload(input).await;
}

impl Drop for Multipart {
    fn drop(&mut self) {
        if !self.is_over {
            let (transfers, upload) = (self.transfers.clone(), self.upload.clone());
            self.tasks.abort_all();
            let mut tasks = std::mem::take(&mut self.tasks);
            self.transfers.after_drop(async move {
                while tasks.join_next().await.is_some() {}
                abort(&transfers, &upload).await;
            });
        }
    }
}
