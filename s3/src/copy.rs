//! Copies from object to object, which the service makes.

mod props;

use crate::api::CompletedPart;
use crate::error::TransferError;
use crate::multipart::{Completed, Multipart, Upload};
use crate::object::Object;
use crate::options::Options;
use crate::part::{parts, size_of_parts};
use crate::place::Place;
use crate::request::{self, completed};
use crate::transfers::{Progress, Transfers, permitted};
use props::Props;

impl Transfers {
    /// Copies an object. The service moves the bytes: below the threshold of the settings in one
    /// request, otherwise in parts, several at once.
    ///
    /// # Errors
    ///
    /// A request failed, or the source changed while it was copied.
    pub async fn copy(
        &self,
        from: &Object,
        to: &Place,
        options: &Options,
        progress: Progress,
    ) -> Result<(), TransferError> {
        let known;
        let from = match (from.size, &from.etag) {
            (Some(_), Some(_)) => from,
            _ => {
                known = self.head_source(&from.place, options).await?;
                &known
            }
        };
        let size = from.size.unwrap_or_default();
        let is_long = size >= self.settings.multipart_threshold;
        let props = Props::of(self, from, is_long, options).await?;
        if is_long {
            let completed = self.copy_parts(from, size, to, &props, &progress).await?;
            return props.apply(self, to, &completed).await;
        }
        let input = request::copy(&from.place, to, &props.options, &props.directives);
        self.call(self.client.copy_object(input)).await?;
        progress(size);
        Ok(())
    }

    /// What the service says of an object that is copied.
    pub(crate) async fn head_source(
        &self,
        from: &Place,
        options: &Options,
    ) -> Result<Object, TransferError> {
        let call = self.source.head_object(request::head_source(from, options));
        Ok(Object::described(from.clone(), self.call(call).await?))
    }

    async fn copy_parts(
        &self,
        from: &Object,
        size: u64,
        to: &Place,
        props: &Props,
        progress: &Progress,
    ) -> Result<Completed, TransferError> {
        let mut input = request::create(to, &props.options);
        input.tagging = props.tagging.clone();
        let mut multipart = Multipart::begin(self, to, &props.options, input).await?;
        let result = self.part_copies(&mut multipart, from, size, progress).await;
        multipart.finish(result).await
    }

    async fn part_copies(
        &self,
        multipart: &mut Multipart,
        from: &Object,
        size: u64,
        progress: &Progress,
    ) -> Result<Completed, TransferError> {
        let part = size_of_parts(self.settings.multipart_chunksize, Some(size));
        for (number, range) in (1..).zip(parts(size, part)) {
            let Upload { to, id, options } = &*multipart.upload;
            let mut input = request::part_copy(&from.place, to, number, id, options);
            input.copy_source_range = Some(format!("bytes={}-{}", range.start, range.end - 1));
            input.copy_source_if_match = from.etag.clone();
            let len = range.end - range.start;
            let (transfers, upload) = (self.clone(), multipart.upload.clone());
            let (place, progress) = (from.place.clone(), progress.clone());
            let permit = self.budget.request().await;
            multipart.spawn(async move {
                let call = transfers.client.upload_part_copy(input);
                let output = permitted(&permit, call).await;
                let output = output.map_err(|error| changed(error.into(), place))?;
                progress(len);
                let result = output.copy_part_result.unwrap_or_default();
                let algorithm = &upload.options.checksum_algorithm;
                Ok::<CompletedPart, _>(completed!(result, number, algorithm))
            })?;
        }
        multipart.join().await?;
        multipart.complete().await
    }
}

/// The error of a request that expected an ETag.
pub(crate) fn changed(error: TransferError, place: Place) -> TransferError {
    if error.is_precondition_failed() {
        TransferError::ObjectChanged(place)
    } else {
        error
    }
}
