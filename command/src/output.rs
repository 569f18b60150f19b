//! How results are printed: the formats of `--output`.

pub(crate) mod json;
mod present;
mod scalar;
mod table;
mod text;
mod yaml;

pub(crate) use present::{Timestamps, present};
pub(crate) use scalar::text as scalar;

use opsmith_runtime::document::Document;
use std::fmt;
use std::io::{self, Write};

/// A format of `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Text,
    Table,
    Yaml,
    YamlStream,
    Off,
}

impl Format {
    /// The format of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "json" => Format::Json,
            "text" => Format::Text,
            "table" => Format::Table,
            "yaml" => Format::Yaml,
            "yaml-stream" => Format::YamlStream,
            "off" => Format::Off,
            _ => return None,
        })
    }
}

/// What a table needs to know beside its content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout<'a> {
    /// The name of the operation.
    pub(crate) title: &'a str,
    pub(crate) color: bool,
    /// The columns of the terminal.
    pub(crate) width: usize,
}

/// Why a result can't be printed.
#[derive(Debug)]
pub(crate) enum Error {
    /// The result has no form in this format, and why.
    Form(String),
    /// The output can't be written.
    Write(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Form(problem) => f.write_str(problem),
            Error::Write(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Error::Write(error)
    }
}

/// Prints a result.
///
/// # Errors
///
/// The format can't express it, or it can't be written.
pub(crate) fn print(result: &Document, format: Format, layout: &Layout<'_>, out: &mut impl Write) -> Result<(), Error> {
    out.write_all(render(result, format, layout)?.as_bytes())?;
    Ok(out.flush()?)
}

/// The result as text.
///
/// # Errors
///
/// The format can't express it.
pub(crate) fn render(result: &Document, format: Format, layout: &Layout<'_>) -> Result<String, Error> {
    match format {
        Format::Json => Ok(json::pretty(result) + "\n"),
        Format::Text => text::render(result).map_err(Error::Form),
        Format::Table => table::render(result, layout).map_err(Error::Form),
        Format::Yaml => yaml::render(result).map_err(Error::Form),
        Format::YamlStream => yaml::stream(result).map_err(Error::Form),
        Format::Off => Ok(String::new()),
    }
}

#[cfg(test)]
mod tests;
