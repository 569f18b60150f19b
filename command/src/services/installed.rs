//! The file of the installed catalogue.

use crate::catalog;
use crate::failure::Failure;
use opsmith_runtime::config::Env;
use opsmith_runtime::files::Replacement;
use opsmith_runtime::schema::catalog::{CatalogError, CatalogFile, Section, write};
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

/// The installed catalogue, which may not exist yet.
pub(super) struct Installed {
    pub(super) path: PathBuf,
}

/// Kept while the catalogue is changed, so that two changes at once come one after the other.
pub(super) struct Lock(#[expect(dead_code, reason = "it ends with its file")] File);

impl Installed {
    /// That of the user.
    pub(super) fn of_user() -> Result<Self, Failure> {
        let path = catalog::path(&Env::real()).ok_or_else(|| {
            let text = "there is no home folder: let OPSMITH_HOME name the folder of the catalogue";
            Failure::configuration(text)
        })?;
        Ok(Installed { path })
    }

    fn failed(&self, what: &str, error: impl Display) -> Failure {
        Failure::general(format_args!(
            "{} can't be {what}: {error}",
            self.path.display()
        ))
    }

    /// Waits until nobody else changes the catalogue.
    pub(super) fn lock(&self) -> Result<Lock, Failure> {
        let folder = self.path.parent().unwrap_or(&self.path);
        let locked = fs::create_dir_all(folder).and_then(|()| {
            let file = File::create(self.path.with_extension("lock"))?;
            file.lock()?;
            Ok(Lock(file))
        });
        locked.map_err(|error| {
            let hint = "OPSMITH_HOME can name another folder for it.".to_owned();
            self.failed("changed", error).noting(Some(hint))
        })
    }

    /// The services that are there.
    pub(super) fn sections(&self) -> Result<Vec<Section>, CatalogError> {
        match CatalogFile::open(&self.path) {
            Ok(file) => file.sections(),
            Err(CatalogError::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => {
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    /// Replaces the catalogue.
    pub(super) fn write(&self, _: &Lock, sections: &[Section]) -> Result<(), Failure> {
        let written = Replacement::of(&self.path).and_then(|new| {
            let mut writer = BufWriter::new(new.file());
            write(sections, &mut writer)?;
            writer.flush()?;
            drop(writer);
            new.finish()
        });
        written
            .map(drop)
            .map_err(|error| self.failed("written", error))
    }

    /// Removes the catalogue, if there is one.
    pub(super) fn delete(&self, _: &Lock) -> Result<(), Failure> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.failed("removed", error))
            }
            _ => Ok(()),
        }
    }
}
