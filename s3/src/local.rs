//! [`Walk`]: the files of a folder, in the order of their keys.

use opsmith_runtime::Timestamp;
use std::collections::VecDeque;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;
use std::vec;

/// A file, with what is known of it before it is transferred.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalFile {
    /// The path.
    pub path: String,
    /// The length in bytes.
    pub size: u64,
    /// When it was last changed.
    pub modified: Timestamp,
}

/// What of a folder can't be transferred, and is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The path of the file or folder.
    pub path: String,
    /// Why it is left out.
    pub reason: SkipReason,
}

/// Why a file or folder is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// There is no such file any more, or it is a link to nowhere.
    Missing,
    /// It is a device, a pipe or a socket.
    Special,
    /// It can't be read.
    Unreadable,
    /// It is a link to a folder that it is in.
    Loop,
    /// Its name is not Unicode, which keys are.
    Name,
}

impl fmt::Display for Skipped {
    /// As the AWS CLI warns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reason = match self.reason {
            SkipReason::Missing => "File does not exist.",
            SkipReason::Special => {
                "File is character special device, block special device, FIFO, or socket."
            }
            SkipReason::Unreadable => "File/Directory is not readable.",
            SkipReason::Loop => "It is a symbolic link to a folder that it is in.",
            SkipReason::Name => "Its name is not Unicode text, as keys are.",
        };
        write!(f, "Skipping file {}. {reason}", self.path)
    }
}

/// The files of a folder and of the folders in it, in the order of the bytes of their paths, as S3
/// lists keys. Only the names of one folder on each level are in memory.
#[derive(Debug)]
pub struct Walk {
    follow_links: bool,
    /// The folders that are open, from the outermost to the innermost.
    open: Vec<Folder>,
    start: Option<String>,
}

#[derive(Debug)]
struct Folder {
    /// What tells the folder from others.
    identity: Identity,
    /// What of it is still to come.
    entries: vec::IntoIter<Entry>,
}

#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(not(unix))]
type Identity = ();

#[derive(Debug)]
struct Entry {
    /// With a final `/` if it is a folder.
    path: String,
    found: Result<Found, SkipReason>,
}

#[derive(Debug)]
enum Found {
    Folder,
    File { size: u64, modified: Timestamp },
}

impl Walk {
    /// The files below a folder, whose path ends in `/`. With `follow_links`, a symbolic link is what
    /// it leads to; without, it is left out in silence.
    pub fn new(folder: &str, follow_links: bool) -> Self {
        let is_link = !follow_links && Path::new(folder.trim_end_matches('/')).is_symlink();
        Walk {
            follow_links,
            open: Vec::new(),
            start: (!is_link).then(|| folder.to_owned()),
        }
    }

    /// Opens a folder.
    fn enter(&mut self, path: &str) -> Result<(), SkipReason> {
        let metadata = fs::metadata(path).map_err(|_| SkipReason::Missing)?;
        let identity = identity(&metadata);
        if cfg!(unix) && self.open.iter().any(|folder| folder.identity == identity) {
            return Err(SkipReason::Loop);
        }
        let names = fs::read_dir(path).map_err(|_| SkipReason::Unreadable)?;
        let mut entries = Vec::new();
        for name in names {
            let name = name.map_err(|_| SkipReason::Unreadable)?;
            entries.extend(self.entry(path, &name));
        }
        entries.sort_unstable_by(|one, other| one.path.cmp(&other.path));
        self.open.push(Folder {
            identity,
            entries: entries.into_iter(),
        });
        Ok(())
    }

    /// An entry of a folder, unless it is a link that is not followed.
    fn entry(&self, folder: &str, entry: &fs::DirEntry) -> Option<Entry> {
        let is_link = || entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if !self.follow_links && is_link() {
            return None;
        }
        let name = entry.file_name();
        let Some(name) = name.to_str() else {
            return Some(Entry {
                path: format!("{folder}{}", name.to_string_lossy()),
                found: Err(SkipReason::Name),
            });
        };
        let mut path = format!("{folder}{name}");
        let found = look(&path);
        if matches!(found, Ok(Found::Folder)) {
            path.push('/');
        }
        Some(Entry { path, found })
    }
}

impl Iterator for Walk {
    type Item = Result<LocalFile, Skipped>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let entry = match self.start.take() {
                Some(path) => Entry {
                    path,
                    found: Ok(Found::Folder),
                },
                None => match self.open.last_mut()?.entries.next() {
                    Some(entry) => entry,
                    None => {
                        self.open.pop();
                        continue;
                    }
                },
            };
            let path = entry.path;
            let reason = match entry.found {
                Ok(Found::File { size, modified }) => {
                    return Some(Ok(LocalFile {
                        path,
                        size,
                        modified,
                    }));
                }
                Ok(Found::Folder) => match self.enter(&path) {
                    Ok(()) => continue,
                    Err(reason) => reason,
                },
                Err(reason) => reason,
            };
            return Some(Err(Skipped { path, reason }));
        }
    }
}

/// The files of a walk, some of which may be looked at before they are taken.
#[derive(Debug)]
pub(crate) struct Files {
    walk: Walk,
    /// The length of the part of paths that is not the key.
    base: usize,
    next: VecDeque<Result<LocalFile, Skipped>>,
    taken: usize,
}

impl Files {
    pub(crate) fn new(walk: Walk, base: usize) -> Self {
        Files {
            walk,
            base,
            next: VecDeque::new(),
            taken: 0,
        }
    }

    /// How many were taken.
    pub(crate) fn taken(&self) -> usize {
        self.taken
    }

    /// The key of the file at a position, counted from the first of all, unless it was taken.
    pub(crate) fn key(&mut self, at: usize) -> Option<&str> {
        let at = at.checked_sub(self.taken)?;
        while self.next.len() <= at {
            self.next.push_back(self.walk.next()?);
        }
        let path = match &self.next[at] {
            Ok(file) => &file.path,
            Err(skipped) => &skipped.path,
        };
        path.get(self.base..)
    }
}

impl Iterator for Files {
    type Item = Result<LocalFile, Skipped>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next.pop_front().or_else(|| self.walk.next())?;
        self.taken += 1;
        Some(next)
    }
}

/// A single file, with what is known of it.
///
/// # Errors
///
/// It can't be transferred.
pub fn file(path: &str) -> Result<LocalFile, Skipped> {
    let reason = match look(path) {
        Ok(Found::File { size, modified }) => {
            return Ok(LocalFile {
                path: path.to_owned(),
                size,
                modified,
            });
        }
        // The caller asked for a file.
        Ok(Found::Folder) => SkipReason::Unreadable,
        Err(reason) => reason,
    };
    Err(Skipped {
        path: path.to_owned(),
        reason,
    })
}

/// What is at a path.
fn look(path: &str) -> Result<Found, SkipReason> {
    let metadata = fs::metadata(path).map_err(|_| SkipReason::Missing)?;
    if metadata.is_dir() {
        return Ok(Found::Folder);
    }
    if !metadata.is_file() {
        return Err(SkipReason::Special);
    }
    File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => SkipReason::Missing,
        _ => SkipReason::Unreadable,
    })?;
    Ok(Found::File {
        size: metadata.len(),
        modified: metadata.modified().map(Timestamp::from).unwrap_or_default(),
    })
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    fn walked(folder: &str, follow_links: bool) -> Vec<String> {
        let shown = |found| match found {
            Ok(LocalFile { path, size, .. }) => format!("{} {size}", &path[folder.len()..]),
            Err(Skipped { path, reason }) => format!("{} {reason:?}", &path[folder.len()..]),
        };
        Walk::new(folder, follow_links).map(shown).collect()
    }

    #[test]
    fn files_come_in_the_order_of_their_keys() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = format!("{}/", folder.path().display());
        for path in ["a/1", "a/b/2", "a-b", "a.txt", "b", "é"] {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, "x").expect("a file");
        }
        fs::create_dir(folder.path().join("empty")).expect("a folder");
        let expected = ["a-b 1", "a.txt 1", "a/1 1", "a/b/2 1", "b 1", "é 1"];
        assert_eq!(walked(&root, true), expected);
    }

    #[test]
    fn what_is_no_file_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = format!("{}/", folder.path().display());
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("d")).expect("a folder");
        fs::write(at("d/f"), "").expect("a file");
        symlink(".", at("d/loop")).expect("a link");
        symlink("d", at("e")).expect("a link");
        symlink("nowhere", at("broken")).expect("a link");
        let _socket = UnixListener::bind(at("socket")).expect("a socket");
        fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"\xff")), "").expect("a file");
        let expected = [
            "broken Missing",
            "d/f 0",
            "d/loop/ Loop",
            "e/f 0",
            "e/loop/ Loop",
            "socket Special",
            "\u{fffd} Name",
        ];
        assert_eq!(walked(&root, true), expected);
        let expected = ["d/f 0", "socket Special", "\u{fffd} Name"];
        assert_eq!(walked(&root, false), expected);
        assert_eq!(walked(&format!("{root}none/"), true), [" Missing"]);
        assert_eq!(walked(&format!("{root}e/"), false), [""; 0]);
    }
}
