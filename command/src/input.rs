//! From the words of a command line to parameters: files, shorthand, JSON and YAML, typed by the
//! model.

mod cli_input;
mod coerce;
mod files;
pub(crate) mod json;
mod scalar;
mod shorthand;
mod value;
pub(crate) mod yaml;

pub(crate) use cli_input::merge;
pub(crate) use scalar::constant;

use crate::failure::Failure;
use opsmith_runtime::config::Env;
use opsmith_runtime::schema::Service;
use std::fmt;

/// The bytes of a word, or of the file that it names with `file://` or `fileb://`.
///
/// # Errors
///
/// The file can't be read.
#[cfg(feature = "s3")]
pub(crate) fn content(env: &Env, word: &str) -> Result<Vec<u8>, String> {
    Ok(match files::load(env, word)? {
        files::Content::Text(text) => text.into_bytes(),
        files::Content::Bytes(bytes) => bytes,
    })
}

/// A map of texts, as JSON or as `key=value,key=value`.
///
/// # Errors
///
/// It is another value, or the file that a word names can't be read.
#[cfg(feature = "s3")]
pub(crate) fn text_map(
    env: &Env,
    option: &str,
    word: &str,
) -> Result<std::collections::BTreeMap<String, String>, InputError> {
    let wrong = |problem: String| InputError::for_option(option, problem);
    let text = String::from_utf8(content(env, word).map_err(wrong)?);
    let text = text.map_err(|_| wrong("it is not text".to_owned()))?;
    let document = if text.trim_start().starts_with('{') {
        json::parse(&text).map_err(wrong)?
    } else {
        shorthand::pairs(env, &text).map_err(wrong)?
    };
    let entries = document
        .as_map()
        .ok_or_else(|| wrong("it is not a map".to_owned()))?;
    let entry = |(key, value): (&String, &opsmith_runtime::Document)| {
        let value = value
            .as_str()
            .ok_or_else(|| wrong(format!("the value of {key} is not text")))?;
        Ok((key.clone(), value.to_owned()))
    };
    entries.iter().map(entry).collect()
}

/// How deep a value may nest.
const DEEPEST: usize = 128;

/// How parameters write bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryFormat {
    /// As base64.
    Base64,
    /// As plain text.
    Raw,
}

/// Why a parameter can't be read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum InputError {
    /// The parameter is wrong.
    Parameter(String),
    /// A file that a value names can't be read, or the environment is wrong.
    Other(String),
}

impl InputError {
    fn for_option(option: &str, problem: impl fmt::Display) -> Self {
        InputError::Parameter(format!("Error parsing parameter '{option}': {problem}"))
    }
}

impl From<InputError> for Failure {
    fn from(error: InputError) -> Self {
        match error {
            InputError::Parameter(text) => Failure::parameter(text),
            InputError::Other(text) => Failure::general(text),
        }
    }
}

/// Reads the parameters of a service's operations.
pub(crate) struct Reader<'a> {
    pub(crate) service: &'a Service<'a>,
    pub(crate) binary_format: BinaryFormat,
    pub(crate) env: &'a Env,
}
