//! Downloads.

mod ordered;
mod ranges;
mod receive;
mod whole;

use crate::api::ChecksumMode;
use crate::error::TransferError;
use crate::file::blocking;
use crate::object::Object;
use crate::options::Options;
use crate::transfers::{Progress, Target, Transfers};
use opsmith_runtime::Timestamp;
use opsmith_runtime::client::When;
use opsmith_runtime::files::{Replacement, is_direct};
use std::fs::{self, FileTimes, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

impl Transfers {
    /// Downloads an object.
    ///
    /// Objects below the threshold of the settings come in one request, others in ranges, several at
    /// once, which must all be of the same object. A file is written under a temporary name beside
    /// the target, gets the object's time, and then the name of the target. What of an answer did not
    /// come is asked for again.
    ///
    /// # Errors
    ///
    /// A request failed, the object changed meanwhile, it is not what its checksum says, or the target
    /// can't be written.
    pub async fn download(
        &self,
        from: &Object,
        to: Target,
        options: &Options,
        progress: Progress,
    ) -> Result<(), TransferError> {
        let known;
        let from = match from.size {
            Some(_) => from,
            None => {
                known = self.head(&from.place, options).await?;
                &known
            }
        };
        let size = from.size.unwrap_or_default();
        let is_short = size < self.settings.multipart_threshold;
        match target(to).await? {
            Opened::File(path) if is_short => {
                self.whole_to_file(from, path, options, &progress).await
            }
            Opened::File(path) => {
                let from = self.identified(from, options).await?;
                self.ranges_to_file(&from, size, path, options, progress)
                    .await
            }
            Opened::Writer(writer) if is_short && size <= self.share() => {
                self.whole_to_writer(from, writer, options, &progress).await
            }
            Opened::Writer(writer) => {
                let from = self.identified(from, options).await?;
                self.ranges_to_writer(&from, size, writer, options, progress)
                    .await
            }
        }
    }

    /// The object with its ETag, which not every server lists, and if downloads are checked with its
    /// checksum, which no server lists.
    async fn identified(&self, from: &Object, options: &Options) -> Result<Object, TransferError> {
        if from.etag.is_some() && (from.head.is_some() || !self.checks(options)) {
            return Ok(from.clone());
        }
        let found = self.head(&from.place, options).await?;
        if from.etag.is_some() && found.etag != from.etag {
            return Err(TransferError::ObjectChanged(from.place.clone()));
        }
        Ok(found)
    }

    /// Whether downloads are checked.
    fn checks(&self, options: &Options) -> bool {
        self.settings.response_checksums == When::Supported
            || options.checksum_mode == Some(ChecksumMode::Enabled)
    }
}

/// A target: a file to be replaced, or something that is written in order.
enum Opened {
    File(PathBuf),
    Writer(Box<dyn Write + Send>),
}

async fn target(to: Target) -> Result<Opened, TransferError> {
    match to {
        Target::Writer(writer) => Ok(Opened::Writer(writer)),
        Target::File(path) if is_direct(&path) => {
            let open = move || {
                let opened = OpenOptions::new().append(true).open(&path);
                opened.map_err(TransferError::file(path))
            };
            Ok(Opened::Writer(Box::new(blocking(open).await?)))
        }
        Target::File(path) => Ok(Opened::File(path)),
    }
}

/// Creates the file that will replace the target, and the folder that it is in.
fn create(path: &Path) -> Result<Replacement, TransferError> {
    // Not what a link leads to, which may be outside of the folder that objects are put into.
    match (Replacement::instead_of(path), path.parent()) {
        // Most files come into a folder that is there.
        (Err(error), Some(folder)) if error.kind() == ErrorKind::NotFound => {
            fs::create_dir_all(folder).map_err(TransferError::file(folder))?;
            Replacement::instead_of(path)
        }
        (opened, _) => opened,
    }
    .map_err(TransferError::file(path))
}

/// Gives the file the time of the object, and the name of the target.
fn finish(file: Replacement, modified: Option<Timestamp>) -> Result<(), TransferError> {
    let path = file.path().to_owned();
    let time = modified.and_then(|time| SystemTime::try_from(time).ok());
    if let Some(time) = time.map(whole_seconds) {
        // A file system without times has the content all the same.
        let times = FileTimes::new().set_accessed(time).set_modified(time);
        let _ = file.file().set_times(times);
    }
    file.finish().map_err(TransferError::file(path))?;
    Ok(())
}

/// A time without its fraction of a second, as the AWS CLI sets it.
fn whole_seconds(time: SystemTime) -> SystemTime {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => UNIX_EPOCH + Duration::from_secs(since.as_secs()),
        Err(_) => time,
    }
}
