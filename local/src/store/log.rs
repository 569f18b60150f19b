//! [`Log`]: the file of a store.
//!
//! A line is a checksum, and the records that changed at once, as JSON, as they are since. What a
//! killed process left of a last line was never answered, and is dropped; damage anywhere else is
//! an error.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use opsmith_runtime::files::replace_private;
use sha2::{Digest as _, Sha256};

use super::Record;

/// The digits of a line's checksum, the first half of a SHA-256.
const DIGITS: usize = 32;

/// The log is compacted once it has grown by this much and doubled in size.
const GROWTH: u64 = 16 << 20;

/// The file, locked for this process.
pub(super) struct Log<R> {
    path: PathBuf,
    file: File,
    /// Up to here it holds whole lines that are durable.
    length: u64,
    /// Its length when it was last rewritten.
    rewritten: u64,
    /// Why nothing can be appended any more.
    broken: Option<String>,
    records: PhantomData<R>,
}

impl<R: Record> Log<R> {
    pub(super) fn open(path: &Path) -> io::Result<(Self, Vec<R>)> {
        let mut file = owned(path)?;
        file.try_lock().map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => io::Error::other("another process has it open"),
            std::fs::TryLockError::Error(error) => error,
        })?;
        let (records, length) = read(&mut file)?;
        let mut log = Log {
            path: path.to_owned(),
            file,
            length,
            rewritten: 0,
            broken: None,
            records: PhantomData,
        };
        log.rewrite(&records)?;
        Ok((log, records))
    }

    /// Appends lines. They are durable when this is done; on an error, none of them is in the file.
    pub(super) fn append(&mut self, lines: &str) -> io::Result<()> {
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
            // The lines are saved already: a log that can't be compacted stays as it is, until it
            // has grown again.
            let rewritten = read(&mut self.file).and_then(|(records, _)| self.rewrite(&records));
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
            self.broken = Some(format!("an earlier change could not be saved: {error}"));
        }
    }

    /// Replaces the file by one that has each record once.
    fn rewrite(&mut self, records: &[R]) -> io::Result<()> {
        let lines = records
            .chunks(1)
            .map(line)
            .collect::<io::Result<String>>()?;
        let text = format!("{}{lines}", R::HEAD);
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

/// The line for records that changed at once.
pub(super) fn line<R: Record>(records: &[R]) -> io::Result<String> {
    let json = serde_json::to_string(records)?;
    Ok(format!("{} {json}\n", checksum(json.as_bytes())))
}

fn checksum(json: &[u8]) -> String {
    hex::encode(&Sha256::digest(json)[..DIGITS / 2])
}

/// The last version of each record in a file, in their order, and how much of the file is whole.
fn read<R: Record>(file: &mut File) -> io::Result<(Vec<R>, u64)> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut bytes)?;
    let head = R::HEAD.as_bytes();
    let Some(mut rest) = bytes.strip_prefix(head) else {
        // A process that was killed at once leaves the beginning of the head.
        return if head.starts_with(&bytes) {
            Ok((Vec::new(), 0))
        } else {
            Err(io::Error::other("it is not a file of this kind"))
        };
    };
    let mut records = HashMap::new();
    let mut number = 1;
    while !rest.is_empty() {
        number += 1;
        let end = rest.iter().position(|&byte| byte == b'\n');
        let (line, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        match changed::<R>(line) {
            Ok(changed) => {
                records.extend(changed.into_iter().map(|it| (it.id().to_owned(), it)));
            }
            // Never answered: the process was killed when it wrote it.
            Err(_) if after.is_empty() => break,
            Err(problem) => return Err(io::Error::other(format!("line {number} {problem}"))),
        }
        rest = after;
    }
    let mut records: Vec<R> = records.into_values().collect();
    records.sort_unstable_by_key(Record::number);
    Ok((records, (bytes.len() - rest.len()) as u64))
}

/// The records of a line, or what is wrong with it.
fn changed<R: Record>(line: &[u8]) -> Result<Vec<R>, String> {
    let parts = line
        .strip_suffix(b"\n")
        .and_then(|line| line.split_at_checked(DIGITS));
    match parts {
        Some((digits, [b' ', json @ ..])) if checksum(json).as_bytes() == digits => {
            serde_json::from_slice(json).map_err(|error| format!("can't be read: {error}"))
        }
        _ => Err("is damaged".to_owned()),
    }
}

#[cfg(test)]
mod tests;
