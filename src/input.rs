//! From the words of a command line to parameters.

use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::rows::{Ix, Member, Service};
use opsmith_runtime::timestamp::Timestamp;
use std::path::{Path, PathBuf};
use std::{fmt, io};

/// How bytes are written in parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryFormat {
    Base64,
    Raw,
}

/// What reading parameters needs of the world.
pub(crate) trait Surroundings {
    fn variable(&self, name: &str) -> Option<String>;
    fn home(&self, user: &str) -> Option<PathBuf>;
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    fn standard_input(&self) -> io::Result<Vec<u8>>;
    fn now(&self) -> Timestamp;
}

/// The process's own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Process;

impl Surroundings for Process {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
    fn home(&self, _: &str) -> Option<PathBuf> {
        None
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }
    fn standard_input(&self) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }
    fn now(&self) -> Timestamp {
        Timestamp::new(0, 0)
    }
}

#[derive(Debug)]
pub(crate) struct Error;
impl fmt::Display for Error {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// Reads parameters.
pub(crate) struct Reader<'a> {
    pub(crate) service: &'a Service<'a>,
    pub(crate) binary_format: BinaryFormat,
    pub(crate) surroundings: &'a dyn Surroundings,
}

impl Reader<'_> {
    pub(crate) fn parameter(&self, _option: &str, _member: &Member<'_>, words: &[String]) -> Result<Document, Error> {
        Ok(Document::String(words.concat()))
    }
    pub(crate) fn cli_input(&self, _json: Option<&str>, _yaml: Option<&str>, _shape: Ix) -> Result<Map, Error> {
        Ok(Map::new())
    }
}

pub(crate) fn merge(options: Map, _document: Map) -> Map {
    options
}
