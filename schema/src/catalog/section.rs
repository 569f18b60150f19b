//! The section of a service: written from its commands, and loaded in parts.

use super::heap::{Heap, Reader, Rows};
use super::layout::{Extent, Root, Stored};
use super::{CatalogError, Damage, Part, Summary};
use crate::commands::{Change, Command, Commands};
use crate::{Arena, Operation, Service, Shape, Trait};
use flate2::Compression;
use flate2::read::ZlibEncoder;
use std::collections::BTreeMap;
use std::io::Read as _;

/// A service as it is in a file.
#[derive(Debug, Clone)]
pub struct Section {
    word: String,
    sdk_id: String,
    title: String,
    version: String,
    source: String,
    operations: u32,
    pub(super) schema: Packed,
    pub(super) docs: Packed,
}

/// A section as it is in a file.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    /// The length before the compression.
    unpacked: u32,
    /// The address of the root.
    root: u32,
}

impl Packed {
    /// A section that is not compressed.
    pub(super) fn plain(bytes: Vec<u8>, root: u32) -> Self {
        Packed {
            unpacked: bytes.len() as u32,
            bytes,
            root,
        }
    }

    /// A section that is compressed.
    fn compressed(bytes: &[u8], root: u32) -> Self {
        let mut packed = Vec::new();
        let mut encoder = ZlibEncoder::new(bytes, Compression::best());
        // A vector takes everything.
        let _ = encoder.read_to_end(&mut packed);
        Packed {
            bytes: packed,
            unpacked: bytes.len() as u32,
            root,
        }
    }

    /// The section at an extent.
    pub(super) fn of(bytes: Vec<u8>, extent: Extent) -> Self {
        Packed {
            bytes,
            unpacked: extent.unpacked,
            root: extent.root,
        }
    }

    /// The extent of the section, at the beginning of the file.
    pub(super) fn extent(&self) -> Extent {
        Extent {
            at: 0,
            len: self.bytes.len() as u32,
            crc: crc32fast::hash(&self.bytes),
            unpacked: self.unpacked,
            root: self.root,
        }
    }
}

impl Section {
    /// The section of a service.
    ///
    /// # Errors
    ///
    /// The service is larger than addresses can be.
    pub fn of(commands: &Commands<'_>) -> Result<Self, CatalogError> {
        let service = commands.service;
        let mut heap = Heap::new();
        let pairs = service.operations.iter().zip(commands.commands);
        let stored: Vec<Stored<'_>> = pairs
            .map(|(operation, command)| Stored {
                operation: *operation,
                command: *command,
            })
            .collect();
        let words = words(commands.commands);
        let words: Vec<(&str, u32)> = words.into_iter().collect();
        let shapes = heap.list(service.shapes);
        let operations = heap.list(&stored);
        let words = heap.list(&words);
        let root = Root {
            id: service.id,
            sdk_id: service.sdk_id,
            title: service.title,
            version: service.version,
            source: service.source,
            command: service.command,
            signing_name: service.signing_name,
            target_prefix: service.target_prefix,
            protocols: service.protocols,
            protocol: service.protocol,
            endpoint: service.endpoint,
            traits: service.traits,
            missing: commands.missing,
            omitted: commands.omitted,
            shown: commands.shapes,
            operations,
            words,
            shapes,
        };
        let root = heap.list(&[root]);
        let mut docs = Heap::new();
        let found = docs.list(commands.docs);
        let too_large = || CatalogError::TooLarge(service.command.to_owned());
        let schema = heap.into_section().ok_or_else(too_large)?;
        let docs = docs.into_section().ok_or_else(too_large)?;
        Ok(Section::new(
            Summary::of(commands),
            Packed::plain(schema, root),
            match commands.docs {
                [] => Packed::plain(Vec::new(), 0),
                _ => Packed::compressed(&docs, found),
            },
        ))
    }

    pub(super) fn new(summary: Summary<'_>, schema: Packed, docs: Packed) -> Self {
        Section {
            word: summary.word.to_owned(),
            sdk_id: summary.sdk_id.to_owned(),
            title: summary.title.to_owned(),
            version: summary.version.to_owned(),
            source: summary.source.to_owned(),
            operations: summary.operations,
            schema,
            docs,
        }
    }

    /// The service without its documentation.
    ///
    /// # Errors
    ///
    /// The section is damaged.
    pub fn load<'a>(&'a self, arena: &'a Arena) -> Result<&'a Commands<'a>, Damage> {
        load(&self.schema.bytes, self.schema.root, Part::Schema, arena)
    }

    /// Whether two services are the same, but for their documentation.
    pub fn is_same(&self, other: &Section) -> bool {
        self.schema.bytes == other.schema.bytes
    }

    /// What the directory says of the service.
    pub fn summary(&self) -> Summary<'_> {
        Summary {
            word: &self.word,
            sdk_id: &self.sdk_id,
            title: &self.title,
            version: &self.version,
            source: &self.source,
            operations: self.operations,
        }
    }
}

/// The words of commands, each with the position of the command. The first command of a word counts.
fn words<'a>(commands: &'a [Command<'a>]) -> BTreeMap<&'a str, u32> {
    let mut words = BTreeMap::new();
    for (at, command) in (0..).zip(commands) {
        for command in command.parts() {
            let further = command.changes.iter().filter_map(|change| match change {
                Change::Word(word) => Some(*word),
                _ => None,
            });
            for word in further.chain([command.name]) {
                words.entry(word).or_insert(at);
            }
        }
    }
    words
}

/// Loads a part of the service in a section.
pub(super) fn load<'a>(
    section: &'a [u8],
    root: u32,
    part: Part<'_>,
    arena: &'a Arena,
) -> Result<&'a Commands<'a>, Damage> {
    let reader = Reader::new(section, Some(arena));
    let root: Root<'a> = reader.rows(root)?.get(0, &reader)?;
    let shapes: Rows<'a, Shape<'a>> = reader.rows(root.shapes)?;
    let (operations, shapes) = match part {
        Part::Command(_) | Part::Operation(_) => {
            reader.close();
            let operations = closure(&root, part, &reader)?;
            (operations, arena.list(reader.closure(shapes)?))
        }
        Part::Words => (stored(&root, &reader)?, &[][..]),
        Part::Schema | Part::All => (stored(&root, &reader)?, reader.list(shapes)?),
    };
    let service = arena.item(root.service(
        arena.list(operations.iter().map(|stored| stored.operation)),
        shapes,
    ));
    Ok(arena.item(Commands {
        service,
        commands: arena.list(operations.iter().map(|stored| stored.command)),
        missing: root.missing,
        omitted: root.omitted,
        shapes: root.shown,
        docs: &[],
    }))
}

/// All operations.
fn stored<'a>(root: &Root<'a>, reader: &Reader<'a>) -> Result<Vec<Stored<'a>>, Damage> {
    reader
        .list(reader.rows(root.operations)?)
        .map(<[_]>::to_vec)
}

/// The operation of a word or name, and the one that returns its endpoint, sorted by name.
fn closure<'a>(
    root: &Root<'a>,
    part: Part<'_>,
    reader: &Reader<'a>,
) -> Result<Vec<Stored<'a>>, Damage> {
    let rows: Rows<'a, Stored<'a>> = reader.rows(root.operations)?;
    let named = |name: &str| {
        let at = rows.find(name, reader)?;
        at.map(|at| rows.get(at, reader)).transpose()
    };
    let found = match part {
        Part::Command(word) => {
            let words: Rows<'a, (&str, u32)> = reader.rows(root.words)?;
            let at = words.find(word, reader)?;
            let at = at.map(|at| words.get(at, reader)).transpose()?;
            at.map(|(_, at)| rows.get(at as usize, reader))
                .transpose()?
        }
        Part::Operation(name) => named(name)?,
        _ => None,
    };
    let mut operations = Vec::from_iter(found);
    let discovers = operations
        .iter()
        .any(|stored| stored.operation.discovers_endpoint().is_some());
    let discovery = root.traits.iter().find_map(|found| match found {
        Trait::ClientEndpointDiscovery(name) => Some(*name),
        _ => None,
    });
    if let Some(name) = discovery.filter(|_| discovers) {
        operations.extend(named(name)?);
        operations.sort_by_key(|stored| stored.operation.name);
        operations.dedup_by_key(|stored| stored.operation.name);
    }
    Ok(operations)
}

/// The documentation in a section of it.
pub(super) fn docs<'a>(
    section: &'a [u8],
    root: u32,
    arena: &'a Arena,
) -> Result<&'a [(&'a str, &'a str)], Damage> {
    let reader = Reader::new(section, Some(arena));
    reader.list(reader.rows(root)?)
}

impl<'a> Root<'a> {
    fn service(&self, operations: &'a [Operation<'a>], shapes: &'a [Shape<'a>]) -> Service<'a> {
        Service {
            id: self.id,
            sdk_id: self.sdk_id,
            title: self.title,
            version: self.version,
            source: self.source,
            command: self.command,
            signing_name: self.signing_name,
            target_prefix: self.target_prefix,
            protocols: self.protocols,
            protocol: self.protocol,
            operations,
            shapes,
            endpoint: self.endpoint,
            traits: self.traits,
        }
    }
}
