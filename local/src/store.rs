//! What is kept of jobs between runs: an embedded database. Changes are durable before the requests that made them are
//! answered; those that wait at the same time are made durable together.

use std::fmt;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use redb::backends::FileBackend;
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use tokio::sync::oneshot;

use crate::jobs::Entry;

/// Jobs by their ids, as JSON.
const JOBS: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("jobs");

/// The thread that writes has ended.
const GONE: &str = "the state is not kept any more";

/// Changes that are written together, at most.
const MOST: usize = 1000;

/// A database of jobs.
#[derive(Debug)]
pub struct Store {
    /// Dropping it ends the thread.
    changes: Option<Sender<Change>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Store {
    /// Waits until the file is closed, so that it can be opened again.
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported when it happened.
            let _ = thread.join();
        }
    }
}

struct Change {
    entries: Vec<Entry>,
    done: oneshot::Sender<Result<(), String>>,
}

/// Why the state can't be read or kept. `Display` says of which file, and why.
#[derive(Debug)]
pub struct Error(String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

impl Store {
    /// Opens the database in the file, or creates it, readable by its owner only; with the jobs in it.
    ///
    /// # Errors
    ///
    /// The file can't be read or written, is no database, or another process has it open.
    pub fn open(path: &Path) -> Result<(Self, Vec<Entry>), Error> {
        let failed = |error: &dyn fmt::Display| Error(format!("the state {} can't be kept: {error}", path.display()));
        let file = owned(path).map_err(|error| failed(&error))?;
        let file = FileBackend::new(file).map_err(|error| failed(&error))?;
        let database = Database::builder().create_with_backend(file).map_err(|error| failed(&error))?;
        let entries = read(&database).map_err(|error| failed(&error))?;
        let (changes, queue) = mpsc::channel();
        let thread = std::thread::Builder::new().name("opsmith-state".to_owned());
        let thread = thread.spawn(move || keep(&database, &queue)).map_err(|error| failed(&error))?;
        Ok((Store { changes: Some(changes), thread: Some(thread) }, entries))
    }

    /// Keeps the jobs as they are now. They are durable when this is done.
    pub(crate) async fn keep(&self, entries: Vec<Entry>) -> Result<(), String> {
        if entries.is_empty() {
            return Ok(());
        }
        self.hand_on(entries)?.await.unwrap_or_else(|_| Err(GONE.to_owned()))
    }

    /// The same, for a thread that may wait.
    pub(crate) fn keep_now(&self, entries: Vec<Entry>) -> Result<(), String> {
        self.hand_on(entries)?.blocking_recv().unwrap_or_else(|_| Err(GONE.to_owned()))
    }

    fn hand_on(&self, entries: Vec<Entry>) -> Result<oneshot::Receiver<Result<(), String>>, String> {
        let (done, kept) = oneshot::channel();
        let changes = self.changes.as_ref().ok_or(GONE)?;
        changes.send(Change { entries, done }).map_err(|_| GONE.to_owned())?;
        Ok(kept)
    }
}

/// The file, created for its owner alone: it holds tokens.
fn owned(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn read(database: &Database) -> Result<Vec<Entry>, String> {
    let begun = database.begin_write().map_err(|error| error.to_string())?;
    // So that there is a table to read from.
    begun.open_table(JOBS).map_err(|error| error.to_string())?;
    begun.commit().map_err(|error| error.to_string())?;
    let begun = database.begin_read().map_err(|error| error.to_string())?;
    let table = begun.open_table(JOBS).map_err(|error| error.to_string())?;
    let entries = table.iter().map_err(|error| error.to_string())?.map(|entry| {
        let (id, json) = entry.map_err(|error| error.to_string())?;
        serde_json::from_slice(json.value()).map_err(|error| format!("job {:?}: {error}", id.value()))
    });
    entries.collect()
}

/// Writes changes as they come, all that wait at once, until there is nobody to make any.
fn keep(database: &Database, queue: &Receiver<Change>) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        batch.extend(queue.try_iter().take(MOST));
        let written = write(database, &batch);
        for change in batch {
            // Who made the change may have gone.
            let _ = change.done.send(written.clone());
        }
    }
}

fn write(database: &Database, batch: &[Change]) -> Result<(), String> {
    let begun = database.begin_write().map_err(|error| error.to_string())?;
    {
        let mut table = begun.open_table(JOBS).map_err(|error| error.to_string())?;
        for entry in batch.iter().flat_map(|change| &change.entries) {
            let json = serde_json::to_vec(entry).map_err(|error| error.to_string())?;
            table.insert(entry.job.id.as_str(), json.as_slice()).map_err(|error| error.to_string())?;
        }
    }
    begun.commit().map_err(|error| error.to_string())
}
