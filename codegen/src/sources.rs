//! Services of whole releases: from archives and folders to lowered services, side by side.
//!
//! ```no_run
//! use opsmith_codegen::sources::Services;
//!
//! let services = Services::find(["botocore-1.44.5-py3-none-any.whl"])?.only(["s3api", "ec2:DescribeInstances"])?;
//! let counts = services.lower_all(
//!     |_, service| service.operations.len(),
//!     |progress| eprintln!("{} of {}: {}", progress.done, progress.total, progress.word),
//! );
//! for lowered in counts {
//!     match lowered.result {
//!         Ok(count) => println!("{}: {count} operations", lowered.word),
//!         Err(error) => eprintln!("{}: {error}", lowered.word),
//!     }
//! }
//! # Ok::<(), opsmith_codegen::sources::Problems>(())
//! ```
//!
//! A source is one of these, which is told from what it contains and not from its name:
//!
//! | source | its services |
//! | --- | --- |
//! | a wheel of botocore's, or another zip archive with its data | the newest version of each |
//! | an sdist of botocore's, or another tar archive, compressed or not | the newest version of each |
//! | the installed package, the folder that it is in, its `data` | the newest version of each |
//! | the folder of a service in `data`, or of one of its versions | that one |
//! | a Smithy JSON AST | its one, with `NAME.docs.json` and `NAME.toml` next to it where the importer made it |
//! | a folder of such files, at any depth | the newest version of each |
//!
//! Archives are never unpacked to disk, and a file that claims more than any service has is not
//! read.

mod archive;
mod find;
mod lower;
mod only;
mod peek;
mod smithy;

pub use lower::{Lowered, Progress};

use crate::diagnostics::Diagnostic;
use crate::import::folder::Folder;
use std::fmt;
use std::path::{Path, PathBuf};

/// The services of one or several sources, in the order of their command words.
pub struct Services {
    entries: Vec<Entry>,
    documentation: bool,
}

/// What is known of a service before it is lowered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The word of its command: `s3api`. Of a model that can't be read, what its folder or file is
    /// called.
    pub word: String,
    /// The SDK id: `S3`; empty when the model can't be read.
    pub sdk_id: String,
    /// The version of its API: `2006-03-01`.
    pub version: String,
    /// The release that it is from: `botocore 1.44.5`; empty for Smithy's files.
    pub release: String,
    /// Where it is: `botocore-1.44.5-py3-none-any.whl/botocore/data/s3/2006-03-01`.
    pub place: PathBuf,
}

/// A service, and how it is read.
struct Entry {
    found: Found,
    /// The bytes of its model as they are stored, by which the largest are lowered first.
    size: u64,
    model: Model,
    /// The names of the requested operations; all when empty.
    operations: Vec<String>,
}

/// Where a model is.
enum Model {
    /// In a folder of botocore's data.
    Botocore(Box<dyn Folder + Send + Sync>),
    /// In a Smithy file, with its further files.
    Smithy(crate::Generator),
    /// It is not read, for this reason.
    Refused(Diagnostic),
}

impl Entry {
    /// This service, which fails since another one has its word.
    fn refused_for(mut self, other: &Entry) -> Entry {
        self.model = Model::Refused(self.conflict(other));
        self
    }

    /// The problem of two services with one word.
    fn conflict(&self, other: &Entry) -> Diagnostic {
        let Found { word, place, .. } = &other.found;
        let said = format!("the service {word} is also in {}", place.display());
        problem(&self.found.place, said, "give one of the two")
    }
}

impl Services {
    /// The services of all sources. No service is read in full.
    ///
    /// # Errors
    ///
    /// Every source that can't be read or is none, with what it is; a service that is in two
    /// sources.
    pub fn find<P: AsRef<Path>>(sources: impl IntoIterator<Item = P>) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let mut entries: Vec<Entry> = Vec::new();
        for source in sources {
            match find::entries(source.as_ref()) {
                Ok(found) => entries.extend(found),
                Err(problem) => problems.0.push(problem),
            }
        }
        entries.sort_by(|a, b| a.found.word.cmp(&b.found.word));
        let read = |entry: &&Entry| !matches!(entry.model, Model::Refused(_));
        let read: Vec<&Entry> = entries.iter().filter(read).collect();
        for pair in read.windows(2) {
            if let [one, other] = pair
                && one.found.word == other.found.word
            {
                problems.0.push(other.conflict(one));
            }
        }
        problems.or(Services {
            entries,
            documentation: true,
        })
    }

    /// Leaves the documentation out.
    pub fn without_documentation(mut self) -> Self {
        self.documentation = false;
        self
    }

    /// The services, in the order of their command words.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Found> {
        self.entries.iter().map(|entry| &entry.found)
    }

    /// The number of services.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no service.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// What is wrong with sources, or with what is asked of them: at least one problem, each with its
/// place and what to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Diagnostic>);

impl Problems {
    /// The value when there is no problem.
    fn or<T>(self, value: T) -> Result<T, Problems> {
        match self.0.as_slice() {
            [] => Ok(value),
            _ => Err(self),
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// A problem with a source as a whole.
fn problem(source: &Path, problem: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic {
        file: source.display().to_string(),
        shape: String::new(),
        r#trait: String::new(),
        problem: problem.into(),
        help: help.into(),
    }
}

#[cfg(test)]
mod tests;
