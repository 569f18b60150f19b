//! Catalogues: services that are found by their command words.
//!
//! A file of services is a catalogue, which a program reads without being compiled again (feature
//! `catalog`). Opening the file reads its directory. Loading an operation reads those blocks of the
//! schema of its service that have something that the operation needs, and decodes that alone. The
//! words of a service's commands are read without its schema; of the blocks with documentation, those
//! are read and inflated that have a text of the operation or of a shape that it needs.
//!
//! # The format
//!
//! | part | content |
//! | --- | --- |
//! | magic | the eight bytes `opsmith` and 26 |
//! | version | [`VERSION`], a `u32` |
//! | extent | where the directory is: a record `Extent` |
//! | checksum | the CRC-32 of all before it |
//! | directory | a section with a list of `Entry`, sorted by word |
//! | services | of each service a section with a `StoredWords`; one with a `SchemaIndex`, and the blocks of the schema; one with a `DocsIndex`, and the blocks of documentation |
//!
//! A section is a heap of lists. A list is its length (a `u32`), then its rows: records of one type,
//! each with the width of that type, without gaps. Numbers are little-endian; an address is the
//! position of a list or text in the section, where 0 is an empty one; an optional value is a list of
//! at most one; a text is its length (LEB128), then its bytes in UTF-8. Lists stand before those
//! that refer to them. The
//! module `layout` has the fields of each record. Each section has a CRC-32 in the extent that leads
//! to it.
//!
//! The blocks of a schema are one section with a `Root`, cut where a list or text begins, so that each
//! list and text is in one block. An address is a position in the section as a whole; the index has
//! the length and the CRC-32 of each block. A block has at most 16 kB, unless a single list or text is
//! longer. What many operations need comes first, then each operation with the members of its own
//! shapes; the rows of all shapes and operations follow, in the order of their indices.
//!
//! Words and blocks of documentation are compressed with DEFLATE (RFC 1951). Such a block is a section
//! with `Contents`: shapes and operations, and their texts, each with the rest of its id, which is
//! nothing, or `$` and a member. The texts of a shape and its members are in one block, and those of an
//! operation's shapes close to each other. The index says which block has those of a shape or operation.

#[cfg(feature = "catalog")]
mod blocks;
#[cfg(feature = "catalog")]
mod deflate;
#[cfg(feature = "catalog")]
mod docs;
#[cfg(feature = "catalog")]
mod file;
#[cfg(feature = "catalog")]
mod heap;
#[cfg(feature = "catalog")]
mod layout;
#[cfg(feature = "catalog")]
mod order;
#[cfg(feature = "catalog")]
mod record;
#[cfg(feature = "catalog")]
mod section;
#[cfg(feature = "catalog")]
mod source;

#[cfg(feature = "catalog")]
pub use file::{CatalogFile, write};
#[cfg(feature = "catalog")]
pub use section::Section;

#[cfg(feature = "catalog")]
use crate::Arena;
use crate::commands::Commands;
#[cfg(feature = "catalog")]
use crate::commands::Words;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The version of the format. It changes with the layout of any record.
pub const VERSION: u32 = 3;

/// Services that are found by their command words.
#[cfg(feature = "catalog")]
pub trait Catalog: fmt::Debug + Sync {
    /// What is known of each service without loading it, sorted by word.
    ///
    /// # Errors
    ///
    /// The catalogue can't be read.
    fn services(&self) -> Result<Vec<Summary<'_>>, CatalogError>;

    /// What is known of the service of this word, if there is one.
    ///
    /// # Errors
    ///
    /// The catalogue can't be read.
    fn summary(&self, word: &str) -> Result<Option<Summary<'_>>, CatalogError>;

    /// The words of the commands of a service, in the arena; `None` if there is no service of this
    /// word.
    ///
    /// # Errors
    ///
    /// The catalogue can't be read.
    fn words<'a>(&self, word: &str, arena: &'a Arena) -> Result<Option<Words<'a>>, CatalogError>;

    /// Loads a part of a service into the arena; `None` if there is no service of this word.
    ///
    /// # Errors
    ///
    /// The catalogue can't be read.
    fn load<'a>(
        &self,
        word: &str,
        part: Part<'_>,
        arena: &'a Arena,
    ) -> Result<Option<&'a Commands<'a>>, CatalogError>;
}

/// What is loaded of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'p> {
    /// What calls of the command of this word need; of a waiter, the words are `wait` and its own.
    /// If there is no such command, there are no operations.
    Command(&'p str),
    /// What calls of the operation of this name need, likewise.
    Operation(&'p str),
    /// What the options of the command of this word need: its operation without errors, of whose
    /// output only the members and their kinds are there, and no endpoint rules.
    Options(&'p str),
    /// What the page of the command of this word shows: its operation with all of its output and its
    /// documentation, but without errors and endpoint rules.
    Page(&'p str),
    /// Everything but documentation.
    Schema,
    /// Everything.
    All,
}

/// What is known of a service without loading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary<'a> {
    /// The command word, e.g. `codepipeline`.
    pub word: &'a str,
    /// The SDK's name, e.g. `CodePipeline`.
    pub sdk_id: &'a str,
    /// The full name.
    pub title: &'a str,
    /// The version of the interface, e.g. `2015-07-09`.
    pub version: &'a str,
    /// Where the model came from, and of which day it is.
    pub source: &'a str,
    /// The number of operations.
    pub operations: u32,
}

impl<'a> Summary<'a> {
    /// The summary of a service.
    pub fn of(commands: &Commands<'a>) -> Self {
        let service = commands.service;
        Summary {
            word: service.command,
            sdk_id: service.sdk_id,
            title: service.title,
            version: service.version,
            source: service.source,
            operations: u32::try_from(service.operations.len()).unwrap_or(u32::MAX),
        }
    }
}

/// A catalogue can't be read or written.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum CatalogError {
    /// The file can't be read or written.
    Io(PathBuf, Arc<std::io::Error>),
    /// The file is no catalogue.
    Foreign(PathBuf),
    /// The catalogue has another version of the format: the file's.
    Version(PathBuf, u32),
    /// The content is damaged: where, and how.
    Damaged(PathBuf, String, Damage),
    /// A service is too large for the format.
    TooLarge(String),
}

/// What is wrong in a section.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Damage {
    /// The checksum is wrong.
    Checksum,
    /// An address leads nowhere.
    Address,
    /// A list or record is longer than what is there.
    Size,
    /// A number is none of the known ones.
    Number,
    /// A text is not UTF-8.
    Text,
    /// A name is not known.
    Unknown(String),
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CatalogError::Io(path, error) => {
                write!(f, "the catalogue {}: {error}", path.display())
            }
            CatalogError::Foreign(path) => write!(f, "{} is not a catalogue", path.display()),
            CatalogError::Version(path, found) => write!(
                f,
                "the catalogue {} has version {found} of the format, and this program reads version {VERSION}",
                path.display()
            ),
            CatalogError::Damaged(path, place, damage) => write!(
                f,
                "the catalogue {} is damaged, in {place}: {damage}",
                path.display()
            ),
            CatalogError::TooLarge(service) => {
                write!(f, "{service} is too large for a catalogue")
            }
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Damage::Checksum => f.write_str("the checksum is wrong"),
            Damage::Address => f.write_str("an address leads nowhere"),
            Damage::Size => f.write_str("something is longer than what is there"),
            Damage::Number => f.write_str("a number has no meaning"),
            Damage::Text => f.write_str("a text is not UTF-8"),
            Damage::Unknown(name) => write!(f, "the name {name:?} is not known"),
        }
    }
}

impl std::error::Error for CatalogError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            CatalogError::Io(_, error) => Some(&**error),
            CatalogError::Damaged(.., damage) => Some(damage),
            _ => None,
        }
    }
}

impl std::error::Error for Damage {}
