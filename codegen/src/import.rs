//! The importer: the service descriptions of botocore as Smithy JSON AST 2.0.
//!
//! botocore, the Python library under the AWS CLI, describes each service in a folder of JSON
//! files. [`folder`] turns one into the model file that the generator reads; [`partitions`] does
//! the same for the regions that endpoint rules look up. Only facts are taken: sentences of
//! documentation stay behind unless [`Options::documentation`] asks for them.
//!
//! # What is written
//!
//! * The namespace is `com.amazonaws.` and the service id in small letters; the service shape has
//!   the name that requests carry (the last part of `targetPrefix`), else the service id without
//!   spaces.
//! * Shapes and traits are sorted by id. Members, enum values and operations keep the order of the
//!   source.
//! * A member without a default is optional: `smithy.api#default` is never written, `box` means
//!   nothing here.
//! * An error is the client's fault unless the source says that it is the service's: by `fault`, a
//!   status of 500 and above, or `senderFault: false`.
//! * A pattern of the source is meant for the whole value; Smithy's are found anywhere in it. So
//!   `[0-9]+` is written `^[0-9]+$`.
//! * An enum value becomes a member name by replacing each run of characters other than letters,
//!   digits and `_` by one `_`, with `_` before a leading digit; a value without letters and digits
//!   is named `Value` and its position, and a name that is taken gets `_2`, `_3`, ….
//! * A shape that has the name of an operation gets the suffix `Shape`.
//! * Labels in a request path are renamed from the name on the wire to the member's name, as Smithy
//!   has it.
//!
//! What Smithy has no word for is kept in traits of the namespace `opsmith.botocore`:
//!
//! | trait | on | value |
//! | --- | --- | --- |
//! | `#command` | service | what the AWS CLI calls it, when that is not the SDK's name with dashes |
//! | `#paginator` | operation | the source's paginator, complete |
//! | `#waiters` | operation | the source's waiters, complete: fixed delay in seconds, attempts, matchers by status |
//! | `#jsonValue` | member | the string holds JSON, and is given as JSON; in headers it is a document instead |
//! | `#requiredOrder` | structure | the order in which required members are checked, when it is not the members' order |
//! | `#signatureVersion` | service | the signature version when it is not `v4` |
//! | `#targetPrefix` | service | the prefix of `X-Amz-Target` when it is more than the service shape's name |
//!
//! A key of the source that nothing here knows is a [warning](Imported::warnings); the few keys
//! left out on purpose are listed with their reasons in `import/read.rs`.

use std::fmt;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use crate::ast;

mod convert;
pub(crate) mod folder;
mod operations;
mod protocols;
mod read;
mod shapes;
mod smithy;
mod source;

use folder::Folder;
#[cfg(feature = "catalog")]
pub(crate) use read::STEMS;
pub use read::{File, Sources};

/// How to import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The package that the files come from, with its version: `botocore 1.44.5`. Written into the
    /// model's metadata.
    pub source: String,
    /// The day the package was released: `2026-11-17`. Written into the model's metadata.
    pub date: String,
    /// Whether to keep the sentences of the source: documentation, deprecation messages.
    pub documentation: bool,
}

/// A model, and what to know about it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The Smithy JSON AST, indented, with a newline at the end. The same sources give the same
    /// text to the byte.
    pub text: String,
    /// What the source says and the model does not, each with its place.
    pub warnings: Vec<Remark>,
}

/// Imports a folder of botocore's data, such as `botocore/data/codepipeline/2015-07-09`.
///
/// # Errors
///
/// As [`Sources::read`] and [`botocore`].
pub fn folder(path: &Path, options: &Options) -> Result<Imported, Error> {
    botocore(&Sources::read(path)?, options)
}

/// The model of a folder of botocore's data, as [`Generator`](crate::Generator) reads it.
pub(crate) fn model(path: &Path) -> Result<ast::File, Error> {
    let options = Options {
        source: "botocore".to_owned(),
        documentation: true,
        ..Options::default()
    };
    model_in(path, &options)
}

/// The model of a folder of botocore's data, wherever it is.
pub(crate) fn model_in(
    folder: &(impl Folder + ?Sized),
    options: &Options,
) -> Result<ast::File, Error> {
    let (model, _) = convert::convert(&Sources::of(folder)?, options)?;
    Ok(model)
}

/// The text of a model that was made of a folder.
#[cfg(feature = "tool")]
pub(crate) fn text(model: &ast::File, folder: &Path) -> Result<String, Error> {
    to_text(model, &folder.display().to_string())
}

/// Turns the files of one service into a Smithy model.
///
/// # Errors
///
/// All that keeps the files from being a model, with file and place: text that is not JSON, missing
/// metadata, a reference to a shape that does not exist, an unsupported type, location or protocol,
/// a name Smithy does not allow.
pub fn botocore(sources: &Sources, options: &Options) -> Result<Imported, Error> {
    let (model, warnings) = convert::convert(sources, options)?;
    Ok(Imported {
        text: to_text(&model, &sources.service.name)?,
        warnings,
    })
}

/// Imports botocore's `partitions.json`, which endpoint rules look regions up in: unchanged but for
/// the order of keys.
///
/// # Errors
///
/// When the file cannot be read, is not JSON or holds no partitions.
pub fn partitions(path: &Path) -> Result<String, Error> {
    let file = read::read_file(path)?;
    let (partitions, _): (Value, _) = read::parse(&file)?;
    match partitions.get("partitions") {
        Some(Value::Array(found)) if !found.is_empty() => to_text(&partitions, &file.name),
        _ => Err(Error::at(
            &file.name,
            "partitions",
            "a list of partitions is missing; name botocore/data/partitions.json",
        )),
    }
}

fn to_text(value: &impl Serialize, file: &str) -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|error| Error::at(file, "", &error.to_string()))?;
    text.push('\n');
    Ok(text)
}

/// Something about one place of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// The file's name.
    pub file: String,
    /// The keys that lead to the place, joined by dots; empty for the file as a whole.
    pub place: String,
    /// The message.
    pub text: String,
}

impl Remark {
    fn new(file: &str, place: &str, text: &str) -> Self {
        Self {
            file: file.to_owned(),
            place: place.to_owned(),
            text: text.to_owned(),
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" | "." => write!(f, "{}: {}", self.file, self.text),
            place => write!(f, "{}: {place}: {}", self.file, self.text),
        }
    }
}

/// Why files could not be imported: every problem found, one per line when shown.
#[derive(Clone, Debug)]
pub struct Error {
    problems: Vec<Remark>,
}

impl Error {
    fn at(file: &str, place: &str, text: &str) -> Self {
        Self {
            problems: vec![Remark::new(file, place, text)],
        }
    }

    /// The problems, at least one, in the order of the source.
    pub fn problems(&self) -> &[Remark] {
        &self.problems
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
