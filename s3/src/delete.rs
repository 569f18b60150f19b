//! Deletions.

use crate::api::{Delete, DeleteObjectsRequest, ErrorShape, ObjectIdentifier};
use crate::error::TransferError;
use crate::options::Options;
use crate::place::Place;
use crate::request;
use crate::transfers::Transfers;
use std::collections::HashMap;
use tokio::task::JoinSet;

/// The largest number of objects that S3 deletes in one request.
pub const MOST_DELETED: usize = 1000;

/// Codes of services that don't delete several objects in one request.
const NOT_IMPLEMENTED: [&str; 3] = ["NotImplemented", "MethodNotAllowed", "XNotImplemented"];

impl Transfers {
    /// Deletes an object. One that does not exist is not an error.
    ///
    /// # Errors
    ///
    /// The request failed.
    pub async fn delete(&self, place: &Place, options: &Options) -> Result<(), TransferError> {
        let call = self.client.delete_object(request::delete(place, options));
        self.call(call).await?;
        Ok(())
    }

    /// Deletes the source of a copy that is made, as a move does: with the client that reads.
    ///
    /// # Errors
    ///
    /// The request failed.
    pub async fn delete_source(
        &self,
        place: &Place,
        options: &Options,
    ) -> Result<(), TransferError> {
        let call = self.source.delete_object(request::delete(place, options));
        self.call(call).await?;
        Ok(())
    }

    /// Deletes objects of a bucket, at most 1000 in one request. Returns what became of each, in the
    /// order of the keys. A service that does not delete several objects in one request, and keys that
    /// can't be part of XML, get a request for each.
    pub async fn delete_many(
        &self,
        bucket: &str,
        keys: Vec<String>,
        options: &Options,
    ) -> Vec<Result<(), TransferError>> {
        let mut results: Vec<_> = keys.iter().map(|_| Ok(())).collect();
        let (together, mut single): (Vec<_>, Vec<_>) =
            (0..keys.len()).partition(|index| is_text_of_xml(&keys[*index]));
        for chunk in together.chunks(MOST_DELETED) {
            match self.delete_together(bucket, &keys, chunk, options).await {
                Ok(refused) => {
                    for (index, error) in refused {
                        results[index] = Err(error);
                    }
                }
                Err(error) if is_not_implemented(&error) => single.extend(chunk),
                Err(error) => report(&mut results, chunk, error),
            }
        }
        for index in &single {
            results[*index] = Err(TransferError::Cancelled);
        }
        for (index, result) in self.delete_each(bucket, &keys, single, options).await {
            results[index] = result;
        }
        results
    }

    /// Deletes objects in one request. Returns those that are not deleted.
    async fn delete_together(
        &self,
        bucket: &str,
        keys: &[String],
        chunk: &[usize],
        options: &Options,
    ) -> Result<Vec<(usize, TransferError)>, TransferError> {
        let objects = chunk
            .iter()
            .map(|index| ObjectIdentifier::new(keys[*index].as_str()));
        let delete = Delete::new(objects.collect::<Vec<_>>()).quiet(true);
        let mut input = DeleteObjectsRequest::new(bucket, delete);
        input.request_payer = options.request_payer.clone();
        let output = self.call(self.client.delete_objects(input)).await?;
        let errors = output.errors.unwrap_or_default();
        let mut errors: HashMap<_, _> = errors.into_iter().map(named).collect();
        let refused = chunk.iter().filter_map(|index| {
            let error = errors.remove(keys[*index].as_str())?;
            Some((*index, error))
        });
        let refused: Vec<_> = refused.collect();
        match errors.into_values().next() {
            // An error of no key that was sent is one of them all.
            Some(error) => Err(error),
            None => Ok(refused),
        }
    }

    /// Deletes objects in a request each.
    async fn delete_each(
        &self,
        bucket: &str,
        keys: &[String],
        indexes: Vec<usize>,
        options: &Options,
    ) -> Vec<(usize, Result<(), TransferError>)> {
        let (mut tasks, mut results) = (JoinSet::new(), Vec::new());
        for index in indexes {
            let place = Place::new(bucket, keys[index].as_str());
            let (transfers, options) = (self.clone(), options.clone());
            let permit = self.budget.request().await;
            tasks.spawn(async move {
                let call = transfers
                    .client
                    .delete_object(request::delete(&place, &options));
                let deleted = crate::transfers::permitted(&permit, call).await;
                (index, deleted.map(drop).map_err(TransferError::from))
            });
        }
        while let Some(result) = tasks.join_next().await {
            results.extend(result);
        }
        results
    }
}

/// The key of an object that is not deleted, and why.
fn named(error: ErrorShape) -> (String, TransferError) {
    let not_deleted = TransferError::NotDeleted {
        code: error.code.unwrap_or_default(),
        message: error.message.unwrap_or_default(),
    };
    (error.key.unwrap_or_default(), not_deleted)
}

fn is_not_implemented(error: &TransferError) -> bool {
    let TransferError::Call(error) = error else {
        return false;
    };
    let service = error.service();
    service.is_some_and(|error| {
        matches!(error.status, 405 | 501) || NOT_IMPLEMENTED.iter().any(|code| error.is(code))
    })
}

/// Reports the error of a request for each of its keys.
fn report(results: &mut [Result<(), TransferError>], chunk: &[usize], error: TransferError) {
    let code = error.code().unwrap_or_default().to_owned();
    let text = error.to_string();
    for index in chunk {
        results[*index] = Err(TransferError::Together {
            code: code.clone(),
            text: text.clone(),
        });
    }
}

/// Whether a key can be part of XML 1.0 as it is.
fn is_text_of_xml(key: &str) -> bool {
    !key.chars()
        .any(|c| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))
}
