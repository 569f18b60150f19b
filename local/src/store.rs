//! State that outlives the process: a log with a line for each change. Changes are durable before
//! the requests that made them are answered; those that wait at the same time are made durable
//! together.

mod log;

use std::fmt;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::oneshot;

use log::{Log, line};

/// The most changes that are written together.
const MAX_BATCH: usize = 1000;

/// A part of the state that changes as a whole.
pub trait Record: Serialize + DeserializeOwned + Send + 'static {
    /// The first line of a file of such records.
    const HEAD: &'static str;

    /// What identifies the record: a later one takes the place of an earlier one.
    fn id(&self) -> &str;

    /// Its place in the order in which records are restored.
    fn number(&self) -> u64;
}

/// A file of records.
#[derive(Debug)]
pub struct Store<R> {
    /// Dropping it ends the thread.
    changes: Option<Sender<Change<R>>>,
    thread: Option<JoinHandle<()>>,
}

impl<R> Drop for Store<R> {
    /// Waits until the file is closed, so that it can be opened again.
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported when it happened.
            let _ = thread.join();
        }
    }
}

#[derive(Debug)]
struct Change<R> {
    records: Vec<R>,
    done: oneshot::Sender<Result<(), Error>>,
}

/// Why the state can't be read or saved. `Display` names the file and the reason.
#[derive(Debug, Clone)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl<R: Record> Store<R> {
    /// Opens the file, or creates it, readable by its owner only. Returns the records in it too, in
    /// their order.
    ///
    /// # Errors
    ///
    /// The file can't be read or written, is damaged or not of this kind, or another process has it
    /// open.
    pub fn open(path: &Path) -> Result<(Self, Vec<R>), Error> {
        let failed = |error| {
            Error(format!(
                "the state {} can't be saved: {error}",
                path.display()
            ))
        };
        let (log, records) = Log::open(path).map_err(failed)?;
        let (changes, queue) = mpsc::channel();
        let thread = std::thread::Builder::new().name("opsmith-state".to_owned());
        let thread = thread.spawn(move || write(log, &queue)).map_err(failed)?;
        let store = Store {
            changes: Some(changes),
            thread: Some(thread),
        };
        Ok((store, records))
    }

    /// Saves records as they are now. They are durable when this is done.
    ///
    /// # Errors
    ///
    /// The file can't be written.
    pub async fn persist(&self, records: Vec<R>) -> Result<(), Error> {
        if records.is_empty() {
            return Ok(());
        }
        let saved = self.send(records).ok_or_else(gone)?;
        saved.await.unwrap_or_else(|_| Err(gone()))
    }

    /// As [`persist`](Self::persist), for a thread that may wait.
    ///
    /// # Errors
    ///
    /// The file can't be written.
    pub fn persist_now(&self, records: Vec<R>) -> Result<(), Error> {
        let saved = self.send(records).ok_or_else(gone)?;
        saved.blocking_recv().unwrap_or_else(|_| Err(gone()))
    }

    fn send(&self, records: Vec<R>) -> Option<oneshot::Receiver<Result<(), Error>>> {
        let (done, saved) = oneshot::channel();
        let change = Change { records, done };
        self.changes.as_ref()?.send(change).ok()?;
        Some(saved)
    }
}

/// The thread that writes has ended.
fn gone() -> Error {
    Error("the state is no longer saved".to_owned())
}

/// Writes changes as they come, all that wait at once, until there is nobody to make any.
fn write<R: Record>(mut log: Log<R>, queue: &Receiver<Change<R>>) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        batch.extend(queue.try_iter().take(MAX_BATCH));
        let lines = batch
            .iter()
            .map(|change| line(&change.records))
            .collect::<Result<String, _>>();
        let written = lines
            .and_then(|lines| log.append(&lines))
            .map_err(|error| Error(error.to_string()));
        for change in batch {
            // Whoever made the change may be gone.
            let _ = change.done.send(written.clone());
        }
    }
}
