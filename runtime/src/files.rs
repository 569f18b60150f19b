//! Replacing files in one step: whoever reads one meanwhile, and a full disk or an interruption,
//! finds the old file whole.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How many bytes of a file's name are part of the name of its replacement: file systems allow 255
/// for all of it.
const LONGEST: usize = 200;

/// Replaces a file, whose permissions stay, or creates it. A device or a pipe is written directly.
///
/// # Errors
///
/// When it can't be written; the old file is unchanged then.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = Replacement::of(path)?;
    new.file().write_all(bytes)?;
    new.finish().map(drop)
}

/// Replaces a file by one that only its owner can read, as `write` fills it. Returns the new file,
/// still open.
///
/// # Errors
///
/// When it can't be written, or `write` fails; the old file is unchanged then.
pub fn replace_private(
    path: &Path,
    write: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<File> {
    let mut new = Replacement::open(&mut private(), path.to_owned())?;
    write(&mut new.file)?;
    new.finish()
}

/// A file in a folder for data of this process alone, which is gone when the last handle to it is
/// closed.
#[cfg(feature = "client")]
pub(crate) fn anonymous(folder: &Path) -> io::Result<File> {
    let path = folder.join(format!(".{}.tmp", crate::random::uuid()));
    let opened = private()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path);
    let file = opened.map_err(|error| {
        let text = format!("a temporary file in {}: {error}", folder.display());
        io::Error::new(error.kind(), text)
    })?;
    // Windows keeps it while it is open.
    let _ = fs::remove_file(&path);
    Ok(file)
}

/// An error of the system with its number, as Python writes it: `[Errno 2] No such file or directory`.
pub fn numbered(error: &io::Error) -> String {
    let text = error.to_string();
    let Some(number) = error.raw_os_error() else {
        return text;
    };
    let end = format!(" (os error {number})");
    format!(
        "[Errno {number}] {}",
        text.strip_suffix(&end).unwrap_or(&text)
    )
}

/// Whether a path is written directly and not replaced: a device, a pipe or a socket, or a file behind
/// such a name, as `/dev/stdout` may be one.
pub fn is_direct(path: &Path) -> bool {
    let is_device = path.starts_with("/dev") && !path.starts_with("/dev/shm");
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir() || is_device)
}

/// A file that only its owner can read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A new file that will replace an old one, or be created. Unless it is finished, it is removed.
#[derive(Debug)]
pub struct Replacement {
    file: File,
    place: Place,
}

#[derive(Debug)]
struct Place {
    /// Where the new file is; `None` if the target is written directly, or after the replacement.
    new: Option<PathBuf>,
    target: PathBuf,
}

impl Replacement {
    /// One with the permissions of the old file. What is not a file, such as a pipe or a device, is
    /// written directly, and so is `/dev/stdout`, even if a shell has made it a file.
    ///
    /// # Errors
    ///
    /// When there can't be a file.
    pub fn of(path: &Path) -> io::Result<Self> {
        Self::replacing(path, &mut OpenOptions::new(), |new, old| {
            new.set_permissions(old.permissions())
        })
    }

    /// The same with permissions that let only the owner read it.
    ///
    /// # Errors
    ///
    /// When there can't be a file.
    pub fn private(path: &Path) -> io::Result<Self> {
        Self::replacing(path, &mut private(), |_, _| Ok(()))
    }

    /// One that takes the place of whatever has this path: of a link itself, not of what it leads to.
    /// It has the permissions of a new file.
    ///
    /// # Errors
    ///
    /// When there can't be a file.
    pub fn instead_of(path: &Path) -> io::Result<Self> {
        Self::open(&mut OpenOptions::new(), path.to_owned())
    }

    fn replacing(
        path: &Path,
        options: &mut OpenOptions,
        keep: impl FnOnce(&File, &Metadata) -> io::Result<()>,
    ) -> io::Result<Self> {
        let Ok(old) = fs::metadata(path) else {
            return Self::open(options, path.to_owned());
        };
        // A folder is refused here, before anything is written.
        if old.is_dir() || is_direct(path) {
            let file = OpenOptions::new().append(true).open(path)?;
            return Ok(Replacement::direct(file, path));
        }
        // A link stays a link.
        let new = Self::open(options, fs::canonicalize(path)?)?;
        keep(&new.file, &old)?;
        Ok(new)
    }

    /// An open file that is written directly. `name` says what it is, for messages.
    pub fn direct(file: File, name: impl Into<PathBuf>) -> Self {
        Replacement {
            file,
            place: Place {
                new: None,
                target: name.into(),
            },
        }
    }

    fn open(options: &mut OpenOptions, target: PathBuf) -> io::Result<Self> {
        let name = target.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let name = name.to_string_lossy();
        let name = &name[..name.floor_char_boundary(LONGEST)];
        let new = target.with_file_name(format!(".{name}.{}.new", crate::random::uuid()));
        let file = options.read(true).write(true).create_new(true).open(&new)?;
        let place = Place {
            new: Some(new),
            target,
        };
        Ok(Replacement { file, place })
    }

    /// The file, to be written.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// The path of the file that it replaces.
    pub fn path(&self) -> &Path {
        &self.place.target
    }

    /// Puts it in the place of the old file, and returns it, still open.
    ///
    /// # Errors
    ///
    /// When it can't replace the old file, which is unchanged then.
    pub fn finish(self) -> io::Result<File> {
        let Replacement { file, mut place } = self;
        if let Some(new) = &place.new {
            fs::rename(new, &place.target)?;
            place.new = None;
        }
        Ok(file)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(new) = &self.new {
            let _ = fs::remove_file(new);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{replace, replace_private};
    use std::{fs, io};

    #[test]
    fn a_replacement_that_fails_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        replace(&path, b"old").expect("created");
        let failed = replace_private(&path, |_| Err(io::Error::other("the disk is full")));
        assert!(failed.is_err());
        assert_eq!(fs::read(&path).expect("a file"), b"old");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        replace(&path, b"new").expect("replaced");
        assert_eq!(fs::read(&path).expect("a file"), b"new");
    }

    #[test]
    fn the_longest_name_can_be_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("é".repeat(127) + "a");
        replace(&path, b"new").expect("created");
        assert_eq!(fs::read(&path).expect("a file"), b"new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn files_in_shared_memory_are_replaced() {
        let folder = tempfile::tempdir_in("/dev/shm").expect("a folder");
        let path = folder.path().join("file");
        for content in ["old", "new"] {
            replace(&path, content.as_bytes()).expect("replaced");
        }
        assert_eq!(fs::read(&path).expect("a file"), b"new");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn devices_are_never_replaced() {
        use std::os::unix::fs::FileTypeExt as _;
        use std::path::Path;
        replace(Path::new("/dev/null"), b"content").expect("written");
        let kind = fs::metadata("/dev/null").expect("a device").file_type();
        assert!(kind.is_char_device());
        let error = replace(Path::new("/dev/full"), b"content").expect_err("full");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }

    #[cfg(unix)]
    #[test]
    fn a_private_file_is_for_its_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        replace(&path, b"").expect("created");
        let file = replace_private(&path, |_| Ok(())).expect("replaced");
        let mode = file.metadata().expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
