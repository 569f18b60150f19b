//! [`Multipart`]: an upload in parts, which is completed, or aborted.

use crate::api::CompletedPart;
use crate::budget::Permit;
use crate::error::TransferError;
use crate::options::Options;
use crate::place::Place;
use crate::request;
use crate::transfers::{Transfers, permitted};
use md5::{Digest as _, Md5};
use opsmith_runtime::Error;
use std::sync::Arc;
use tokio::sync::oneshot;
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
    ///
    /// The request goes on when this is dropped: the service may have begun the upload already, and
    /// only the answer has the id that aborts it. What is sent to nobody is dropped, and so aborted.
    pub(crate) async fn begin(
        transfers: &Transfers,
        to: &Place,
        options: &Options,
        input: crate::api::CreateMultipartUploadRequest,
    ) -> Result<Self, TransferError> {
        let permit = transfers.budget.request().await;
        let (sender, begun) = oneshot::channel();
        let (to, options) = (to.clone(), options.clone());
        let create = Self::create(transfers.clone(), permit, to, options, input);
        transfers.in_background(async move {
            let _ = sender.send(create.await);
        });
        begun.await.unwrap_or(Err(TransferError::Cancelled))
    }

    async fn create(
        transfers: Transfers,
        permit: Permit,
        to: Place,
        options: Options,
        input: crate::api::CreateMultipartUploadRequest,
    ) -> Result<Self, TransferError> {
        let call = transfers.client.create_multipart_upload(input);
        let id = permitted(&permit, call).await?.upload_id;
        let id = id.filter(|id| !id.is_empty()).ok_or_else(|| {
            TransferError::Answer("The service began an upload in parts without an id.".to_owned())
        })?;
        let upload = Arc::new(Upload { to, id, options });
        transfers.note(Change::Begun, &upload);
        Ok(Multipart {
            transfers,
            upload,
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
        let etag = etag_of(&self.done);
        let Upload { to, id, options } = &*self.upload;
        let input = request::complete(to, id, std::mem::take(&mut self.done), options);
        let call = self.transfers.client.complete_multipart_upload(input);
        let completed = match self.transfers.call(call).await {
            Ok(output) => Completed {
                etag: output.e_tag,
                version_id: output.version_id,
            },
            // An attempt without an answer may have completed it.
            Err(error) if was_retried(&error) && error.is("NoSuchUpload") => {
                self.completed_before(etag, error).await?
            }
            Err(error) => return Err(error.into()),
        };
        self.is_over = true;
        self.transfers.note(Change::Ended, &self.upload);
        Ok(completed)
    }

    /// The object, if it is the one that this upload makes; otherwise the error.
    async fn completed_before(
        &self,
        etag: Option<String>,
        error: Error,
    ) -> Result<Completed, TransferError> {
        let Upload { to, options, .. } = &*self.upload;
        let call = self
            .transfers
            .client
            .head_object(request::head(to, options));
        match self.transfers.call(call).await {
            Ok(head) if etag.is_some() && head.e_tag == etag => Ok(Completed {
                etag,
                version_id: head.version_id,
            }),
            _ => Err(error.into()),
        }
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

/// The ETag of an object of parts whose ETags are MD5s: the MD5 of these, and how many they are.
fn etag_of(parts: &[CompletedPart]) -> Option<String> {
    let mut all = Md5::new();
    for part in parts {
        let digits = part.e_tag.as_deref()?.trim_matches('"');
        let digits = (digits.len() == 32 && digits.is_ascii()).then_some(digits)?;
        for at in (0..digits.len()).step_by(2) {
            all.update([u8::from_str_radix(&digits[at..at + 2], 16).ok()?]);
        }
    }
    let digest = all.finalize();
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("\"{digits}-{}\"", parts.len()))
}

fn was_retried(error: &Error) -> bool {
    error.service().is_some_and(|error| error.attempts.made > 1)
}

/// Aborts an upload. What went wrong before is the error to report, so that of this is not.
async fn abort(transfers: &Transfers, upload: &Upload) {
    let Upload { to, id, options } = upload;
    let _ = transfers.abort(to, id, options).await;
}

/// What becomes of an upload in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is begun.
    Begun,
    /// It is completed or aborted.
    Ended,
}

/// Is called with the place and the id of each upload in parts that is begun or ended. What a killed
/// process left open can be aborted later: see [`Transfers::abort`].
pub type Notes = Arc<dyn Fn(Change, &Place, &str) + Send + Sync>;

impl Transfers {
    /// Notes the uploads in parts.
    #[must_use]
    pub fn notes(mut self, notes: Notes) -> Self {
        self.notes = Some(notes);
        self
    }

    fn note(&self, change: Change, upload: &Upload) {
        if let Some(notes) = &self.notes {
            notes(change, &upload.to, &upload.id);
        }
    }

    /// Aborts an upload in parts, which may be another process's. One that does not exist is not an
    /// error.
    ///
    /// # Errors
    ///
    /// The request failed.
    pub async fn abort(
        &self,
        to: &Place,
        id: &str,
        options: &Options,
    ) -> Result<(), TransferError> {
        let input = request::abort(to, id, options);
        match self.client.abort_multipart_upload(input).await {
            Err(error) if !error.is("NoSuchUpload") => return Err(error.into()),
            _ => {}
        }
        if let Some(notes) = &self.notes {
            notes(Change::Ended, to, id);
        }
        Ok(())
    }
}

impl Drop for Multipart {
    fn drop(&mut self) {
        if !self.is_over {
            let (transfers, upload) = (self.transfers.clone(), self.upload.clone());
            self.tasks.abort_all();
            let mut tasks = std::mem::take(&mut self.tasks);
            self.transfers.in_background(async move {
                while tasks.join_next().await.is_some() {}
                abort(&transfers, &upload).await;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_etag_of_an_object_of_parts() {
        let part = |etag: &str| {
            let mut part = CompletedPart::default();
            part.e_tag = Some(etag.to_owned());
            part
        };
        // Two empty parts.
        let empty = part("\"d41d8cd98f00b204e9800998ecf8427e\"");
        let etag = etag_of(&[empty.clone(), empty.clone()]);
        assert_eq!(
            etag.as_deref(),
            Some("\"5873dd45edd01f09c1ef2e7819369e8e-2\"")
        );
        for other in [
            "",
            "\"d41d8cd98f00b204e9800998ecf8427\"",
            "\"d41d8cd98f00b204e9800998ecf8427x\"",
        ] {
            assert_eq!(etag_of(&[empty.clone(), part(other)]), None);
        }
    }
}
