//! Bodies beside the parameters and the result: the file that takes a result's bytes, and the file
//! that is sent.

use crate::failure::Failure;
use opsmith_runtime::Error;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::files;
use opsmith_runtime::http::{Body, BodyReader};
use opsmith_runtime::schema::{Kind, Location, Operation, Service};
use std::path::{Path, PathBuf};

/// The word under which a missing file is reported.
pub(crate) const WORD: &str = "outfile";

/// The member of an operation's output whose bytes go to a file; `None` for most operations.
pub(crate) fn member<'a>(service: &Service<'a>, operation: &Operation<'a>) -> Option<&'a str> {
    let members = service.shape(operation.output?).members.iter();
    let mut bytes = members.filter(|member| {
        member.location() == Location::Payload && service.shape(member.target).kind == Kind::Blob
    });
    bytes.next().map(|member| member.name)
}

/// Where a result's bytes go.
pub(crate) struct Outfile<'a> {
    member: &'a str,
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
    pub(crate) fn new(member: &'a str, name: &str) -> Result<Self, Failure> {
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
            member,
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
        let Document::Map(mut members) = result else {
            return Ok(result);
        };
        let bytes = members.shift_remove(self.member);
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
                files::replace(&self.path, bytes).map_err(|error| {
                    Failure::general(format_args!("{WORD} {}: {error}", self.path.display()))
                })?;
            }
        }
        Ok(Document::Map(if self.is_stdout {
            Map::new()
        } else {
            members
        }))
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
