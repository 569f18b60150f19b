//! [`Journal`]: what is done, for a run that goes on where another ended.

use crate::failure::Failure;
use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

/// A file with a line for each part that is done: its number, and what it is known by, as the text of a
/// line of input or the state of a file. Lines with `+` and `-` note what is begun and ended.
pub(crate) struct Journal {
    path: String,
    file: File,
    entries: Entries,
}

#[derive(Default)]
struct Entries {
    done: HashMap<u64, u64>,
    begun: BTreeSet<String>,
}

/// A hash that shows whether something has changed. (FNV-1a: it keeps no secret, and it is no defence
/// against forgery.)
pub(crate) fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl Journal {
    /// Opens the journal of an operation, or begins it.
    ///
    /// # Errors
    ///
    /// It can't be read or written, is of another operation, or another process has it.
    pub(crate) fn open(path: &str, service: &str, operation: &str) -> Result<Self, Failure> {
        let failed = |error: &dyn Display| {
            Failure::parameter(format_args!("--cli-resume: {path} can't be used: {error}"))
        };
        let head = format!("opsmith {service} {operation}\n");
        let mut options = File::options();
        let mut file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(|error| failed(&error))?;
        // Reading a device may never end.
        if !file.metadata().is_ok_and(|metadata| metadata.is_file()) {
            return Err(failed(&"it is not a file"));
        }
        file.try_lock().map_err(|error| failed(&error))?;
        let mut text = String::new();
        file.read_to_string(&mut text)
            .map_err(|error| failed(&error))?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let entries = match text[..whole].strip_prefix(&head) {
            Some(lines) => entries(lines).ok_or_else(|| failed(&"it is damaged"))?,
            None if whole == 0 && head.starts_with(&text) => Entries::default(),
            None => {
                return Err(failed(&format_args!(
                    "it does not begin with '{}'",
                    head.trim()
                )));
            }
        };
        begin_at(&mut file, whole as u64, &head).map_err(|error| failed(&error))?;
        Ok(Journal {
            path: path.to_owned(),
            file,
            entries,
        })
    }

    /// What is done with this number, by what it is known: the state of a source, or a hash of a line.
    pub(crate) fn get(&self, number: u64) -> Option<u64> {
        self.entries.done.get(&number).copied()
    }

    /// The path of the file.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Notes parts as done.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub(crate) fn add(&mut self, done: &[(u64, u64)]) -> Result<(), Failure> {
        let text: String = done
            .iter()
            .map(|(number, fingerprint)| format!("{number} {fingerprint:016x}\n"))
            .collect();
        self.write(&text)
    }

    /// What an earlier run began and did not end.
    #[cfg(feature = "s3")]
    pub(crate) fn begun(&self) -> impl Iterator<Item = &str> {
        self.entries.begun.iter().map(String::as_str)
    }

    /// Notes that something is begun, in one line.
    ///
    /// # Errors
    ///
    /// It can't be written.
    #[cfg(feature = "s3")]
    pub(crate) fn begin(&mut self, what: &str) -> Result<(), Failure> {
        self.write(&format!("+ {what}\n"))
    }

    /// Notes that what was begun is ended.
    ///
    /// # Errors
    ///
    /// It can't be written.
    #[cfg(feature = "s3")]
    pub(crate) fn end(&mut self, what: &str) -> Result<(), Failure> {
        self.write(&format!("- {what}\n"))
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        let written: io::Result<()> = self.file.write_all(text.as_bytes());
        written.map_err(|error| {
            Failure::general(format_args!(
                "--cli-resume: {} can't be written: {error}",
                self.path
            ))
        })
    }
}

fn entries(lines: &str) -> Option<Entries> {
    let mut entries = Entries::default();
    for line in lines.lines() {
        match line.split_once(' ')? {
            ("+", what) => {
                entries.begun.insert(what.to_owned());
            }
            ("-", what) => {
                entries.begun.remove(what);
            }
            (number, fingerprint) => {
                let fingerprint = u64::from_str_radix(fingerprint, 16).ok()?;
                entries.done.insert(number.parse().ok()?, fingerprint);
            }
        }
    }
    Some(entries)
}

/// Prepares the file for further lines after those that are whole. A killed process may have left a
/// part of a line, which is cut off.
fn begin_at(file: &mut File, whole: u64, head: &str) -> io::Result<()> {
    file.set_len(whole)?;
    file.seek(SeekFrom::Start(whole))?;
    if whole == 0 {
        file.write_all(head.as_bytes())?;
    }
    Ok(())
}
