//! Where the importer's files are: in a folder on disk, or in one of an archive.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

/// The most that one file may have, uncompressed: ten times the largest service. A small archive
/// may claim more than a machine has.
pub(crate) const MOST_BYTES: u64 = 128 << 20;

/// A folder with the files of a service.
pub(crate) trait Folder {
    /// Where it is: what messages call it. Its last two components are the service and its version.
    fn path(&self) -> PathBuf;

    /// The content of a file as it is stored; `None` when the folder has none of this name.
    ///
    /// # Errors
    ///
    /// When the file is there and can't be read.
    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>>;
}

impl Folder for Path {
    fn path(&self) -> PathBuf {
        self.to_owned()
    }

    fn read(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match std::fs::File::open(self.join(name)) {
            Ok(file) => bounded(file).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// All that a reader has, up to the limit; more is an error.
pub(crate) fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MOST_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(too_large());
    }
    Ok(bytes)
}

pub(crate) fn too_large() -> io::Error {
    let limit = MOST_BYTES >> 20;
    io::Error::other(format!(
        "it has more than {limit} MB; no service has as much"
    ))
}

/// The text of a file, which is compressed when its name ends in `.gz`.
pub(crate) fn text(name: &str, stored: Vec<u8>) -> io::Result<String> {
    let bytes = match name.ends_with(".gz") {
        true => bounded(GzDecoder::new(stored.as_slice()))?,
        false => stored,
    };
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}
