//! Archives in memory. Only files that describe services are read, each when it is asked for, and
//! nothing is written: names of members are compared, never opened.

use crate::import::folder::{Folder, MOST_BYTES, bounded, too_large};
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::io::{self, Cursor, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most that an archive may have: twenty times a release of botocore.
const MOST_OF_ARCHIVE: u64 = 512 << 20;

/// The most that a tar archive may have, uncompressed.
const MOST_OF_TAR: u64 = 4 << 30;

/// The most that is kept of a tar archive: ten times a release of botocore.
const MOST_KEPT: usize = 256 << 20;

/// The bytes that a tar archive has at offset 257.
const TAR: &[u8] = b"ustar";

/// An archive with the name that messages give it.
pub(super) struct Archive {
    pub(super) path: PathBuf,
    members: Members,
}

/// The members whose names are paths without tricks.
enum Members {
    /// The archive itself, whose members are read on demand, with their sizes.
    Zip(zip::ZipArchive<Cursor<Arc<[u8]>>>, BTreeMap<String, u64>),
    /// A tar archive has no directory: what may be needed is kept, compressed.
    Tar(BTreeMap<String, Kept>),
}

struct Kept {
    bytes: Vec<u8>,
    /// It was compressed here.
    packed: bool,
}

/// What the first bytes of a file say that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Zip,
    /// A tar archive, and whether it is compressed.
    Tar(bool),
    /// Compressed, and no tar archive.
    Gzip,
    Other,
}

/// What a file is, by its first bytes.
pub(super) fn form(start: &[u8]) -> Form {
    let is_tar = |bytes: &[u8]| bytes.get(257..262) == Some(TAR);
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return Form::Zip;
    }
    if start.starts_with(&[0x1f, 0x8b]) {
        let mut inside = Vec::new();
        // What is cut off is told by what there is.
        let _ = GzDecoder::new(start).take(512).read_to_end(&mut inside);
        return if is_tar(&inside) {
            Form::Tar(true)
        } else {
            Form::Gzip
        };
    }
    if is_tar(start) {
        Form::Tar(false)
    } else {
        Form::Other
    }
}

impl Archive {
    /// Opens a file of a form that is an archive's.
    pub(super) fn open(path: &Path, form: Form) -> io::Result<Archive> {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path)?;
        file.take(MOST_OF_ARCHIVE + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > MOST_OF_ARCHIVE {
            let limit = MOST_OF_ARCHIVE >> 20;
            return Err(io::Error::other(format!("it has more than {limit} MB")));
        }
        Archive::of(path, bytes, form)
    }

    /// The archive in these bytes.
    pub(super) fn of(path: &Path, bytes: Vec<u8>, form: Form) -> io::Result<Archive> {
        let members = match form {
            Form::Tar(false) => tar(Cursor::new(bytes))?,
            Form::Tar(true) => tar(GzDecoder::new(Cursor::new(bytes)))?,
            Form::Zip | Form::Gzip | Form::Other => zip(bytes)?,
        };
        Ok(Archive {
            path: path.to_owned(),
            members,
        })
    }

    /// The names and sizes of all members that may describe services.
    pub(super) fn files(&self) -> Vec<(&str, u64)> {
        match &self.members {
            Members::Zip(_, names) => names.iter().map(|(name, size)| (&**name, *size)).collect(),
            Members::Tar(kept) => {
                let kept = kept.iter();
                kept.map(|(name, kept)| (&**name, kept.bytes.len() as u64))
                    .collect()
            }
        }
    }

    /// The content of a member; `None` when there is none of this name.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match &self.members {
            Members::Zip(archive, names) if names.contains_key(name) => {
                // Shares the bytes and the directory.
                let mut archive = archive.clone();
                let member = archive.by_name(name)?;
                if member.size() > MOST_BYTES {
                    return Err(too_large());
                }
                bounded(member).map(Some)
            }
            Members::Zip(..) => Ok(None),
            Members::Tar(kept) => match kept.get(name) {
                Some(kept) if kept.packed => {
                    bounded(GzDecoder::new(kept.bytes.as_slice())).map(Some)
                }
                kept => Ok(kept.map(|kept| kept.bytes.clone())),
            },
        }
    }
}

/// Whether every component of a member's name is that of a file or folder, and the last one is that
/// of a file that is read.
fn is_needed(name: &str) -> bool {
    let is_plain = |part: &str| {
        !part.starts_with('.')
            && !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte))
    };
    let file = name.rsplit('/').next().unwrap_or_default();
    let stem = file.strip_suffix(".gz").unwrap_or(file);
    let is_read = file == "__init__.py"
        || stem.strip_suffix(".json").is_some_and(|stem| {
            let stem = stem.strip_suffix(".sdk-extras").unwrap_or(stem);
            crate::import::STEMS.contains(&stem)
        });
    is_read && name.split('/').all(is_plain)
}

fn zip(bytes: Vec<u8>) -> io::Result<Members> {
    let archive = zip::ZipArchive::new(Cursor::new(Arc::from(bytes)))?;
    let mut names = BTreeMap::new();
    for index in 0..archive.len() {
        // A name that is not UTF-8 is none that is needed.
        let Some(Ok(name)) = archive.name_for_index(index) else {
            continue;
        };
        if is_needed(&name) {
            let size = archive
                .by_index_data(index)
                .map_or(0, |member| member.compressed_size());
            names.insert(name.into_owned(), size);
        }
    }
    Ok(Members::Zip(archive, names))
}

fn tar(reader: impl Read) -> io::Result<Members> {
    let mut archive = tar::Archive::new(reader.take(MOST_OF_TAR));
    let mut kept = BTreeMap::new();
    let mut total = 0;
    for member in archive.entries()? {
        let member = member?;
        let name = member.path_bytes().into_owned();
        let Ok(name) = String::from_utf8(name) else {
            continue;
        };
        if !member.header().entry_type().is_file() || !is_needed(&name) {
            continue;
        }
        if member.size() > MOST_BYTES {
            return Err(io::Error::other(format!("{name}: {}", too_large())));
        }
        let member = keep(&name, bounded(member)?)?;
        total += member.bytes.len();
        if total > MOST_KEPT {
            let limit = MOST_KEPT >> 20;
            let problem = format!("its services have more than {limit} MB");
            return Err(io::Error::other(problem));
        }
        kept.insert(name, member);
    }
    Ok(Members::Tar(kept))
}

/// Compresses what is not yet, since all of a release is ten times as large without.
fn keep(name: &str, bytes: Vec<u8>) -> io::Result<Kept> {
    if name.ends_with(".gz") {
        return Ok(Kept {
            bytes,
            packed: false,
        });
    }
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&bytes)?;
    Ok(Kept {
        bytes: encoder.finish()?,
        packed: true,
    })
}

/// A folder of an archive.
pub(super) struct Inside {
    pub(super) archive: Arc<Archive>,
    /// `botocore/data/s3/2006-03-01`.
    pub(super) folder: String,
}

impl Folder for Inside {
    fn path(&self) -> PathBuf {
        self.archive.path.join(&self.folder)
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        self.archive.read(&format!("{}/{name}", self.folder))
    }
}
