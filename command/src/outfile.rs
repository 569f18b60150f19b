//! Bodies beside the parameters and the result: the file that takes a result's bytes, and the file
//! that is sent.

use crate::failure::Failure;
use opsmith_runtime::Error;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::files::Replacement;
use opsmith_runtime::http::{Body, BodyReader, Bytes, TransportError, TransportErrorKind};
use opsmith_runtime::schema::commands::{Change, Command};
use opsmith_runtime::schema::{Kind, Location, Operation, Service};
use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
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

/// The path of a file that a word or an option names, which can be written as far as can be told.
///
/// # Errors
///
/// It can't be a file: its folder does not exist, or it is a folder.
pub(crate) fn checked(option: &str, name: &str) -> Result<PathBuf, Failure> {
    let path = PathBuf::from(name);
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let problem = if name.is_empty() {
        "the name of a file, or - for standard output, is missing".to_owned()
    } else if path.is_dir() {
        "it is a folder; name a file in it".to_owned()
    } else if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        format!("there is no folder {}; make it first", folder.display())
    } else {
        return Ok(path);
    };
    Err(Failure::general(format_args!("{option} {name}: {problem}")))
}

/// Where a result's bytes go.
pub(crate) struct Outfile<'a> {
    source: Source<'a>,
    /// `None` for standard output; nothing else is printed there then.
    path: Option<PathBuf>,
}

impl<'a> Outfile<'a> {
    /// The file of this name, in which `-` is standard output.
    ///
    /// # Errors
    ///
    /// It can't be a file: its folder does not exist, or it is a folder.
    pub(crate) fn new(source: Source<'a>, name: &str) -> Result<Self, Failure> {
        if name == "-" {
            return Ok(Outfile { source, path: None });
        }
        let path = Some(checked(WORD, name)?);
        Ok(Outfile { source, path })
    }

    /// Whether the bytes go to standard output.
    pub(crate) fn is_stdout(&self) -> bool {
        self.path.is_none()
    }

    /// Opens the file. An old one of its name stays until all bytes are written.
    ///
    /// # Errors
    ///
    /// It can't be written.
    pub(crate) fn open(&self) -> Result<OpenFile<'_, 'a>, Failure> {
        let file = match &self.path {
            Some(path) => Replacement::of(path),
            // The same open file, so that what others write there is not overwritten.
            None => (std::io::stdout().as_fd().try_clone_to_owned())
                .map(|file| Replacement::direct(file.into(), "standard output")),
        };
        Ok(OpenFile {
            file: file.map_err(|error| self.unwritten(&error))?,
            outfile: self,
        })
    }

    /// What of the rest of a result is printed.
    fn printed(&self, members: Map) -> Document {
        Document::Map(if self.is_stdout() {
            Map::new()
        } else {
            members
        })
    }

    fn unwritten(&self, error: &io::Error) -> Failure {
        match &self.path {
            None => Failure::output(error),
            Some(path) => Failure::general(format_args!("{WORD} {}: {error}", path.display())),
        }
    }

    /// The failure of a body that goes to the file.
    fn unfilled(&self, error: TransportError) -> Failure {
        let cause = error.source.as_ref();
        let cause = cause.and_then(|cause| cause.downcast_ref::<io::Error>());
        match cause.filter(|_| error.kind == TransportErrorKind::File) {
            Some(cause) if self.is_stdout() => Failure::output(cause),
            _ => Error::Transport(error).into(),
        }
    }
}

/// The file while bytes come. It appears when all of them are there.
pub(crate) struct OpenFile<'o, 'a> {
    outfile: &'o Outfile<'a>,
    file: Replacement,
}

impl OpenFile<'_, '_> {
    /// Writes the bytes of a result, and returns what of the rest is printed. `each` is called with
    /// the number of bytes of a stream that are written so far.
    ///
    /// # Errors
    ///
    /// The bytes can't be read or written; a file of that name is unchanged then.
    pub(crate) async fn write(
        self,
        result: Document,
        stream: Option<BodyReader>,
        each: impl FnMut(u64),
    ) -> Result<Document, Failure> {
        let OpenFile { outfile, file } = self;
        let (Source::Member(member), Document::Map(mut members)) = (outfile.source, result) else {
            return Ok(Document::Map(Map::new()));
        };
        let bytes = members.shift_remove(member);
        let stream = stream.unwrap_or_else(|| match bytes {
            Some(Document::Blob(bytes)) => Bytes::from(bytes).into(),
            Some(Document::String(text)) => Bytes::from(text).into(),
            _ => BodyReader::default(),
        });
        let filled = stream.fill(file, each).await;
        filled.map_err(|error| outfile.unfilled(error))?;
        Ok(outfile.printed(members))
    }
}

#[cfg(feature = "event-stream")]
impl OpenFile<'_, '_> {
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

/// The content of a file that is sent as it is; `-` is standard input. What is not a file, such as
/// a pipe, is read to its end first and kept, unless it is sent as it comes (`live`).
///
/// # Errors
///
/// It is no file, or can't be read.
pub(crate) fn body(option: &str, value: &str, live: bool) -> Result<Body, Failure> {
    let failed = |error: io::Error| {
        let hint = match value.strip_prefix("file://") {
            Some(path) => format!("; write {path} without file://"),
            None => String::new(),
        };
        Failure::parameter(format_args!(
            "{option} takes a path to a file, or - for standard input: {error}{hint}"
        ))
    };
    let path = value.strip_prefix("fileb://").unwrap_or(value);
    let path = match path.strip_prefix("~/").zip(std::env::home_dir()) {
        _ if path == "-" => PathBuf::from(STDIN),
        Some((rest, home)) => home.join(rest),
        None => PathBuf::from(path),
    };
    let body = Body::file(&path).map_err(failed)?;
    match &body {
        Body::Stream(stream) if stream.is_once() && !live => keep(&path).map_err(failed),
        _ => Ok(body),
    }
}

const STDIN: &str = "/dev/stdin";

/// Reads what is not a file to its end.
fn keep(path: &Path) -> io::Result<Body> {
    let folder = std::env::temp_dir();
    if path == Path::new(STDIN) {
        // It may be a socket, which has no path.
        return Body::kept("standard input", io::stdin().lock(), &folder);
    }
    let name = path.display().to_string();
    let file = File::open(path);
    let file = file.map_err(|error| io::Error::new(error.kind(), format!("{name}: {error}")))?;
    Body::kept(&name, file, &folder)
}
