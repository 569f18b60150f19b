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
