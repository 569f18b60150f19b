//! Uploads in parts that are open, as a journal has them.

use crate::journal::Journal;
use opsmith_s3::{Change, Notes, Place};
use std::sync::{Arc, Mutex, PoisonError};

/// Notes uploads in parts in a journal.
pub(super) fn notes(journal: Arc<Mutex<Journal>>) -> Notes {
    Arc::new(move |change, to, id| {
        let line = serde_json::json!([to.bucket, to.key, id]).to_string();
        let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        // A journal that can't be written is reported when a transfer is done.
        let _ = match change {
            Change::Begun => journal.begin(&line),
            Change::Ended => journal.end(&line),
        };
    })
}

/// The place and the id of each upload in parts that an earlier run left open.
pub(super) fn left_open(journal: &Mutex<Journal>) -> Vec<(Place, String)> {
    let journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
    let upload = |line| {
        let [bucket, key, id]: [String; 3] = serde_json::from_str(line).ok()?;
        Some((Place::new(bucket, key), id))
    };
    journal.begun().filter_map(upload).collect()
}
