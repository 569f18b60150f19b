//! What is kept of jobs between runs: a log with a line for each change. Changes are durable before
//! the requests that made them are answered; those that wait at the same time are made durable
//! together.
//!
//! A line is a checksum, and the jobs that changed, as JSON, as they are since. What a killed
//! process left of a last line was never answered, and is dropped; damage anywhere else is an
//! error.

use std::collections::HashMap;
use std::fmt::{self, Display};
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::JoinHandle;

use opsmith_runtime::files::replace_private;
use sha2::{Digest as _, Sha256};
use tokio::sync::oneshot;

use crate::jobs::Entry;

/// The first line of the file.
const HEAD: &str = "opsmith jobs 1\n";

/// The digits of a line's checksum, the first half of a SHA-256.
const DIGITS: usize = 32;

/// A log is rewritten with what is still true when it has grown by so many bytes, and to twice its
/// size.
const GROWTH: u64 = 16 << 20;

/// The thread that writes has ended.
const GONE: &str = "the state is not kept any more";

/// Changes that are written together, at most.
const MOST: usize = 1000;

/// A file of jobs.
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
    /// Opens the file, or creates it, readable by its owner only; with the jobs in it, the oldest
    /// first.
    ///
    /// # Errors
    ///
    /// The file can't be read or written, is damaged or no file of this kind, or another process
    /// has it open.
    pub fn open(path: &Path) -> Result<(Self, Vec<Entry>), Error> {
        let failed = |error: &dyn Display| {
            Error(format!(
                "the state {} can't be kept: {error}",
                path.display()
            ))
        };
        let (log, entries) = Log::open(path).map_err(|error| failed(&error))?;
        let (changes, queue) = mpsc::channel();
        let thread = std::thread::Builder::new().name("opsmith-state".to_owned());
        let thread = thread
            .spawn(move || keep(log, &queue))
            .map_err(|error| failed(&error))?;
        Ok((
            Store {
                changes: Some(changes),
                thread: Some(thread),
            },
            entries,
        ))
    }

    /// Keeps the jobs as they are now. They are durable when this is done.
    pub(crate) async fn keep(&self, entries: Vec<Entry>) -> Result<(), String> {
        if entries.is_empty() {
            return Ok(());
        }
        self.hand_on(entries)?
            .await
            .unwrap_or_else(|_| Err(GONE.to_owned()))
    }

    /// The same, for a thread that may wait.
    pub(crate) fn keep_now(&self, entries: Vec<Entry>) -> Result<(), String> {
        self.hand_on(entries)?
            .blocking_recv()
            .unwrap_or_else(|_| Err(GONE.to_owned()))
    }

    fn hand_on(
        &self,
        entries: Vec<Entry>,
    ) -> Result<oneshot::Receiver<Result<(), String>>, String> {
        let (done, kept) = oneshot::channel();
        let changes = self.changes.as_ref().ok_or(GONE)?;
        changes
            .send(Change { entries, done })
            .map_err(|_| GONE.to_owned())?;
        Ok(kept)
    }
}

/// Writes changes as they come, all that wait at once, until there is nobody to make any.
fn keep(mut log: Log, queue: &Receiver<Change>) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        batch.extend(queue.try_iter().take(MOST));
        let lines = batch
            .iter()
            .map(|change| line(&change.entries))
            .collect::<Result<String, _>>();
        let written = lines
            .and_then(|lines| log.append(&lines))
            .map_err(|error| error.to_string());
        for change in batch {
            // Who made the change may have gone.
            let _ = change.done.send(written.clone());
        }
    }
}

/// The file, locked for this process.
struct Log {
    path: PathBuf,
    file: File,
    /// Up to here it holds whole lines that are durable.
    length: u64,
    /// Its length when it was last rewritten.
    rewritten: u64,
    /// Why nothing can be appended any more.
    broken: Option<String>,
}

impl Log {
    fn open(path: &Path) -> io::Result<(Self, Vec<Entry>)> {
        let mut file = owned(path)?;
        file.try_lock().map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => io::Error::other("another process has it open"),
            std::fs::TryLockError::Error(error) => error,
        })?;
        let (entries, length) = read(&mut file)?;
        let mut log = Log {
            path: path.to_owned(),
            file,
            length,
            rewritten: 0,
            broken: None,
        };
        log.rewrite(&entries)?;
        Ok((log, entries))
    }

    /// The lines are durable when this is done; or none of them is kept, and it says why.
    fn append(&mut self, lines: &str) -> io::Result<()> {
        if let Some(why) = &self.broken {
            return Err(io::Error::other(why.as_str()));
        }
        if let Err(error) = self
            .file
            .write_all(lines.as_bytes())
            .and_then(|()| self.file.sync_data())
        {
            self.take_back(&error);
            return Err(error);
        }
        self.length += lines.len() as u64;
        if self.length > GROWTH + 2 * self.rewritten {
            // The lines are kept already: a log that can't be rewritten stays as it is, and is
            // tried again when it has grown.
            let rewritten = read(&mut self.file).and_then(|(entries, _)| self.rewrite(&entries));
            if rewritten.is_err() {
                self.rewritten = self.length;
            }
        }
        Ok(())
    }

    /// Removes what an append that failed has left. If that can't be done, nothing may follow it.
    fn take_back(&mut self, error: &io::Error) {
        let restored = self
            .file
            .set_len(self.length)
            .and_then(|()| self.file.sync_data());
        let restored = restored.and_then(|()| self.file.seek(SeekFrom::Start(self.length)));
        if restored.is_err() {
            self.broken = Some(format!("an earlier change could not be kept: {error}"));
        }
    }

    /// Puts a file in its place that has each job once.
    fn rewrite(&mut self, entries: &[Entry]) -> io::Result<()> {
        let lines = entries
            .chunks(1)
            .map(line)
            .collect::<io::Result<String>>()?;
        let text = format!("{HEAD}{lines}");
        let file = replace_private(&self.path, |file| {
            // Locked before it has the name, so that no other process can come between.
            file.try_lock()?;
            file.write_all(text.as_bytes())?;
            file.sync_data()
        })?;
        sync_folder(&self.path)?;
        (self.file, self.length, self.rewritten) = (file, text.len() as u64, text.len() as u64);
        Ok(())
    }
}

/// Makes the name of a file durable.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(
        path.parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new(".")),
    )?
    .sync_all()?;
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The file, created for its owner alone: it holds tokens.
fn owned(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Jobs as they changed at once, as a line.
fn line(entries: &[Entry]) -> io::Result<String> {
    let json = serde_json::to_string(entries)?;
    Ok(format!("{} {json}\n", checksum(json.as_bytes())))
}

fn checksum(json: &[u8]) -> String {
    hex::encode(&Sha256::digest(json)[..DIGITS / 2])
}

/// The jobs in a file as they were last, in the order in which they came, and how much of it is
/// whole.
fn read(file: &mut File) -> io::Result<(Vec<Entry>, u64)> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let Some(mut rest) = bytes.strip_prefix(HEAD.as_bytes()) else {
        // A process that was killed at once leaves the beginning of the head.
        let begun = HEAD.as_bytes().starts_with(&bytes);
        return if begun {
            Ok((Vec::new(), 0))
        } else {
            Err(io::Error::other("it is no file of jobs"))
        };
    };
    let mut entries = HashMap::new();
    let mut number = 1;
    while !rest.is_empty() {
        number += 1;
        let end = rest.iter().position(|&byte| byte == b'\n');
        let (line, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        match changed(line) {
            Ok(changed) => entries.extend(
                changed
                    .into_iter()
                    .map(|entry| (entry.job.id.clone(), entry)),
            ),
            // Never answered: the process was killed when it wrote it.
            Err(_) if after.is_empty() => break,
            Err(problem) => return Err(io::Error::other(format!("line {number} {problem}"))),
        }
        rest = after;
    }
    let mut entries: Vec<Entry> = entries.into_values().collect();
    entries.sort_by_key(|entry| entry.number);
    Ok((entries, (bytes.len() - rest.len()) as u64))
}

/// The jobs of a line, or what is wrong with it.
fn changed(line: &[u8]) -> Result<Vec<Entry>, String> {
    let parts = line
        .strip_suffix(b"\n")
        .and_then(|line| line.split_at_checked(DIGITS));
    match parts {
        Some((digits, [b' ', json @ ..])) if checksum(json).as_bytes() == digits => {
            serde_json::from_slice(json).map_err(|error| format!("is not understood: {error}"))
        }
        _ => Err("is damaged".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{Job, Jobs, Status};
    use std::time::SystemTime;

    /// Two jobs, and the same as they are later.
    fn changes() -> [Vec<Entry>; 2] {
        let mut jobs = Jobs::default();
        for id in ["a", "b"] {
            jobs.add(
                Job {
                    id: id.to_owned(),
                    ..Job::demo()
                },
                "1".to_owned(),
            );
        }
        let first = jobs.take_changed();
        jobs.poll(&Job::demo().action_type, None, SystemTime::now())
            .expect("an action type");
        [first, jobs.take_changed()]
    }

    fn written(folder: &Path) -> (PathBuf, Vec<u8>) {
        let path = folder.join("jobs");
        let (store, none) = Store::open(&path).expect("opened");
        assert!(none.is_empty());
        for change in changes() {
            store.keep_now(change).expect("kept");
        }
        drop(store);
        let bytes = std::fs::read(&path).expect("bytes");
        (path, bytes)
    }

    #[test]
    fn wherever_the_last_write_ends_there_is_a_state_that_was_true() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, bytes) = written(folder.path());
        let ends: Vec<usize> = (0..bytes.len())
            .filter(|&at| bytes[at] == b'\n')
            .map(|at| at + 1)
            .collect();
        let [.., first, all] = ends[..] else {
            panic!("{ends:?}")
        };
        for end in 0..=all {
            std::fs::write(&path, &bytes[..end]).expect("written");
            let (store, entries) = Store::open(&path).expect("opened");
            let statuses: Vec<_> = entries
                .iter()
                .map(|entry| (entry.job.id.as_str(), entry.status))
                .collect();
            let second = if end == all {
                Status::Dispatched
            } else {
                Status::Queued
            };
            let both = [("a", second), ("b", second)];
            assert_eq!(
                statuses,
                if end >= first { &both[..] } else { &[] },
                "{end} of {all} bytes"
            );
            // And it goes on from there.
            let [change, _] = changes();
            store.keep_now(change).expect("kept");
            drop(store);
            assert_eq!(
                Store::open(&path).expect("opened").1.len(),
                2,
                "{end} of {all} bytes"
            );
        }
    }

    #[test]
    fn damage_is_told_and_nothing_is_lost_by_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, bytes) = written(folder.path());
        let last = bytes.iter().rposition(|&byte| byte == b'{').expect("JSON");
        let second = HEAD.len() + 40;
        for (at, expected) in [
            (0, "it is no file of jobs"),
            (second, "line 2 is damaged"),
            (last, ""),
        ] {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, &bytes).expect("written");
            match Store::open(&path) {
                Ok(_) => assert_eq!(expected, "", "damage at {at} is not seen"),
                Err(error) => {
                    assert!(
                        !expected.is_empty() && error.to_string().ends_with(expected),
                        "{error}"
                    );
                    assert_eq!(
                        std::fs::read(&path).expect("bytes"),
                        bytes,
                        "what is damaged stays as it is"
                    );
                }
            }
        }
    }

    /// A new log, and a line for it that has two jobs.
    fn log(folder: &Path) -> (Log, String) {
        let (log, _) = Log::open(&folder.join("jobs")).expect("opened");
        let [change, _] = changes();
        (log, line(&change).expect("a line"))
    }

    /// How many jobs there are in the log after this process has left it.
    fn left(log: Log) -> usize {
        let path = log.path.clone();
        drop(log);
        Store::open(&path).expect("opened").1.len()
    }

    #[test]
    fn a_log_that_grows_is_rewritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut log, line) = log(folder.path());
        let lines = line.repeat(1000);
        for _ in 0..30 {
            log.append(&lines).expect("kept");
        }
        let length = std::fs::metadata(&log.path).expect("a file").len();
        assert!(
            length <= GROWTH + lines.len() as u64 && length == log.length,
            "{length} {}",
            log.length
        );
        assert_eq!(left(log), 2);
    }

    #[test]
    fn an_append_that_fails_leaves_nothing_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut log, line) = log(folder.path());
        log.file
            .write_all(&line.as_bytes()[..50])
            .expect("half of it");
        log.take_back(&io::Error::other("the disk is full"));
        log.append(&line).expect("kept");
        assert_eq!(left(log), 2);
    }
}
