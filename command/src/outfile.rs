//! Bodies beside the parameters and the result: the file that takes a result's bytes, and the file
//! that is sent.

use crate::failure::Failure;
use opsmith_runtime::Error;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::files;
use opsmith_runtime::http::{Body, BodyReader};
use opsmith_runtime::schema::commands::{Change, Command};
use opsmith_runtime::schema::{Kind, Location, Operation, Service};
use std::path::{Path, PathBuf};

/// The word under which a missing file is reported.
pub(crate) const WORD: &str = "outfile";

/// What of a result goes to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source<'a> {
    /// The bytes of a member of the output.
    Member(&'a str),
    /// The bytes that the events of a name have in a member.
    Events(&'a str, &'a str),
}

impl<'a> Source<'a> {
    /// What of an operation's result goes to a file; `None` for most operations.
    pub(crate) fn of(
        service: &Service<'a>,
        command: &Command<'a>,
        operation: &Operation<'a>,
    ) -> Option<Self> {
        let stated = command.changes.iter().find_map(|change| match change {
            Change::Outfile(event, member) => Some(Source::Events(event, member)),
            _ => None,
        });
        if service.events(operation.output).is_some() {
            return stated;
        }
        let members = service.shape(operation.output?).members.iter();
        let mut bytes = members.filter(|member| {
            member.location() == Location::Payload
                && service.shape(member.target).kind == Kind::Blob
        });
        bytes.next().map(|member| Source::Member(member.name))
    }

    /// Whether the operation takes documents and gives samples, as in the AWS CLI.
    pub(crate) fn has_documents(self) -> bool {
        matches!(self, Source::Events(..))
    }
}

/// Where a result's bytes go.
pub(crate) struct Outfile<'a> {
    source: Source<'a>,
    path: PathBuf,
    /// The file is standard output, and nothing else is printed there.
    is_stdout: bool,
}

impl<'a> Outfile<'a> {
    /// The file of this name, in which `-` is standard output. It is not opened before there are
    /// bytes for it.
    ///
    /// # Errors
    ///
    /// Its folder does not exist.
    pub(crate) fn new(source: Source<'a>, name: &str) -> Result<Self, Failure> {
        let is_stdout = name == "-";
        let path = PathBuf::from(if is_stdout { "/dev/stdout" } else { name });
        let folder = path.parent().filter(|folder| *folder != Path::new(""));
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(Failure::general(format_args!(
                "{WORD} {name}: there is no folder {}; make it first",
                folder.display()
            )));
        }
        Ok(Outfile {
            source,
            path,
            is_stdout,
        })
    }

    /// Writes the bytes of a result, and returns the rest of it.
    ///
    /// # Errors
    ///
    /// The bytes can't be read or written; a file of that name is unchanged then.
    pub(crate) async fn write(
        &self,
        result: Document,
        stream: Option<BodyReader>,
    ) -> Result<Document, Failure> {
        let Source::Member(member) = self.source else {
            return Ok(result);
        };
        let Document::Map(mut members) = result else {
            return Ok(result);
        };
        let bytes = members.shift_remove(member);
        match (stream, bytes) {
            (Some(stream), _) => {
                stream
                    .write_to(&self.path)
                    .await
                    .map_err(Error::Transport)?;
            }
            (None, bytes) => {
                let bytes = match &bytes {
                    Some(Document::Blob(bytes)) => bytes.as_slice(),
                    Some(Document::String(text)) => text.as_bytes(),
                    _ => &[],
                };
                files::replace(&self.path, bytes).map_err(|error| self.unwritten(&error))?;
            }
        }
        Ok(self.printed(members))
    }

    /// What of the rest of a result is printed.
    fn printed(&self, members: Map) -> Document {
        Document::Map(if self.is_stdout { Map::new() } else { members })
    }

    fn unwritten(&self, error: &std::io::Error) -> Failure {
        match self.is_stdout {
            true => Failure::output(error),
            false => Failure::general(format_args!("{WORD} {}: {error}", self.path.display())),
        }
    }
}

/// The file while events come. It appears when all of them are there.
#[cfg(feature = "event-stream")]
pub(crate) struct EventFile<'o, 'a> {
    outfile: &'o Outfile<'a>,
    file: files::Replacement,
}

#[cfg(feature = "event-stream")]
impl<'a> Outfile<'a> {
    /// The file for the bytes of events.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub(crate) fn open(&self) -> Result<EventFile<'_, 'a>, Failure> {
        let file = files::Replacement::of(&self.path).map_err(|error| self.unwritten(&error))?;
        Ok(EventFile {
            outfile: self,
            file,
        })
    }
}

#[cfg(feature = "event-stream")]
impl EventFile<'_, '_> {
    /// Writes the bytes of an event, if it has some for the file.
    ///
    /// # Errors
    ///
    /// The file can't be written.
    pub(crate) fn add(&self, event: &Document) -> Result<(), Failure> {
        use std::io::Write as _;
        let Source::Events(name, member) = self.outfile.source else {
            return Ok(());
        };
        let bytes = event.get(name).and_then(|event| event.get(member));
        let Some(Document::Blob(bytes)) = bytes else {
            return Ok(());
        };
        let written = self.file.file().write_all(bytes);
        written.map_err(|error| self.outfile.unwritten(&error))
    }

    /// Puts the file in its place, and returns what of the output is printed.
    ///
    /// # Errors
    ///
    /// The file can't be replaced.
    pub(crate) fn finish(self, output: Document) -> Result<Document, Failure> {
        let finished = self.file.finish();
        finished.map_err(|error| self.outfile.unwritten(&error))?;
        Ok(match output {
            Document::Map(members) => self.outfile.printed(members),
            other => other,
        })
    }
}

/// The content of a file that is sent as it is; `-` is standard input.
///
/// # Errors
///
/// It is no file, or can't be read.
pub(crate) fn body(option: &str, value: &str) -> Result<Body, Failure> {
    let path = value.strip_prefix("fileb://").unwrap_or(value);
    let path = match path.strip_prefix("~/").zip(std::env::home_dir()) {
        _ if path == "-" => PathBuf::from("/dev/stdin"),
        Some((rest, home)) => home.join(rest),
        None => PathBuf::from(path),
    };
    Body::file(&path).map_err(|error| {
        Failure::parameter(format_args!(
            "{option} takes a path to a file, or - for standard input: {error}"
        ))
    })
}
