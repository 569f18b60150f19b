//! The section of a service: written from its commands, and loaded in parts.

use super::blocks;
use super::deflate::{Inflater, LARGEST, deflate};
use super::docs::docs;
use super::heap::{Heap, Reader, Rows};
use super::layout::{Block, Extent, Indexed, Root, SchemaIndex, Stored, StoredWords};
use super::order::Order;
use super::record::Record as _;
use super::{CatalogError, Damage, Part, Summary};
use crate::commands::{Change, Command, Commands, WAIT};
use crate::rules::RuleSet;
use crate::{Arena, Operation, Service, Shape, ShapeIndex, Trait};
use std::collections::BTreeMap;

/// A service as it is in a file.
#[derive(Debug, Clone)]
pub struct Section {
    word: String,
    sdk_id: String,
    title: String,
    version: String,
    source: String,
    operations: u32,
    pub(super) words: PackedWords,
    pub(super) schema: PackedBlocks,
    pub(super) docs: PackedBlocks,
}

/// A section as it is in a file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Packed {
    pub(super) bytes: Vec<u8>,
    /// The address of the root.
    pub(super) root: u32,
}

impl Packed {
    pub(super) fn new(bytes: Vec<u8>, root: u32) -> Self {
        Packed { bytes, root }
    }

    /// The extent of the section, at a position of the file.
    pub(super) fn extent(&self, at: u64) -> Extent {
        Extent {
            at,
            len: self.bytes.len() as u32,
            crc: crc32fast::hash(&self.bytes),
            root: self.root,
        }
    }
}

/// Blocks as they are in a file, after their index.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PackedBlocks {
    pub(super) index: Packed,
    pub(super) blocks: Vec<u8>,
}

impl PackedBlocks {
    /// Where index and blocks are, at a position of the file.
    pub(super) fn indexed(&self, at: u64) -> Indexed {
        Indexed {
            index: self.index.extent(at),
            blocks: self.blocks.len() as u32,
        }
    }
}

/// The words of a service, compressed.
#[derive(Debug, Clone)]
pub(super) struct PackedWords {
    pub(super) packed: Packed,
    /// Their length when they are inflated.
    pub(super) inflated: u32,
}

impl PackedWords {
    /// The words of a service; `None` if they are too large.
    fn of(commands: &Commands<'_>) -> Option<Self> {
        let words = commands.words();
        let stored = StoredWords {
            shown: &words.shown,
            waiters: &words.waiters,
            missing: words.missing,
            omitted: words.omitted,
            about: words.about,
        };
        let mut heap = Heap::new();
        let root = heap.list(&[stored]);
        let section = heap.into_section().filter(|bytes| bytes.len() <= LARGEST)?;
        Some(PackedWords {
            packed: Packed::new(deflate(&section), root),
            inflated: section.len() as u32,
        })
    }

    fn read<'a>(&self, arena: &'a Arena) -> Result<StoredWords<'a>, Damage> {
        let Packed { bytes, root } = &self.packed;
        read_words(bytes, self.inflated, *root, arena)
    }
}

impl Section {
    /// The section of a service.
    ///
    /// # Errors
    ///
    /// The service is larger than addresses can be.
    pub fn of(commands: &Commands<'_>) -> Result<Self, CatalogError> {
        let too_large = || CatalogError::TooLarge(commands.service.command.to_owned());
        let order = Order::of(commands.service);
        Ok(Section::new(
            Summary::of(commands),
            PackedWords::of(commands).ok_or_else(too_large)?,
            schema(commands, &order).ok_or_else(too_large)?,
            docs(commands, &order).ok_or_else(too_large)?,
        ))
    }

    pub(super) fn new(
        summary: Summary<'_>,
        words: PackedWords,
        schema: PackedBlocks,
        docs: PackedBlocks,
    ) -> Self {
        Section {
            word: summary.word.to_owned(),
            sdk_id: summary.sdk_id.to_owned(),
            title: summary.title.to_owned(),
            version: summary.version.to_owned(),
            source: summary.source.to_owned(),
            operations: summary.operations,
            words,
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
        let words = self.words.read(arena)?;
        let Packed { bytes, root } = &self.schema.index;
        let index = read_index(bytes, *root, arena)?;
        let reader = Reader::new(&self.schema.blocks, Some(arena));
        let (commands, _) = load(&reader, index.root, Part::Schema, Some(&words), arena)?;
        Ok(commands)
    }

    /// Whether two services are the same, but for their documentation.
    pub fn is_same(&self, other: &Section) -> bool {
        let arena = Arena::new();
        let beside = |section: &'_ Section| {
            let words = section.words.read(&arena);
            words.map(|words| format!("{:?} {:?}", words.missing, words.omitted))
        };
        self.schema == other.schema
            && matches!((beside(self), beside(other)), (Ok(a), Ok(b)) if a == b)
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

/// The schema of a service; `None` if it is too large.
fn schema(commands: &Commands<'_>, order: &Order) -> Option<PackedBlocks> {
    let service = commands.service;
    let pairs = service.operations.iter().zip(commands.commands);
    let stored: Vec<Stored<'_>> = pairs
        .map(|(operation, command)| Stored {
            operation: *operation,
            command: *command,
        })
        .collect();
    let places = places(commands.commands);
    let places = places.iter().map(|(words, at)| (words.as_str(), *at));
    let mut heap = Heap::new();
    let words = heap.list(&places.collect::<Vec<_>>());
    gather(&mut heap, service, &stored, order);
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
        traits: service.traits,
        shown: commands.shapes,
        shapes: heap.list(service.shapes),
        operations: heap.list(&stored),
        words,
        endpoint: heap.list(&[service.endpoint]),
    };
    let root = heap.list(&[root]);
    let begins = heap.begins();
    let section = heap.into_section()?;
    let index = SchemaIndex {
        blocks: &blocks::cut(&section, &begins),
        root,
    };
    let mut heap = Heap::new();
    let root = heap.list(&[index]);
    Some(PackedBlocks {
        index: Packed::new(heap.into_section()?, root),
        blocks: section,
    })
}

/// Stores what shapes and operations refer to, in the order in which an operation needs few blocks.
fn gather(heap: &mut Heap, service: &Service<'_>, stored: &[Stored<'_>], order: &Order) {
    // The rows themselves follow, in the order of their indices.
    let mut row = Vec::new();
    for index in &order.shared {
        service.shape(*index).write(&mut row, heap);
    }
    for (at, needed) in &order.operations {
        if let Some(stored) = stored.get(*at) {
            stored.write(&mut row, heap);
        }
        for index in needed {
            service.shape(*index).write(&mut row, heap);
        }
    }
}

/// The words of commands and waiters, each with the position of the operation. The first command of
/// a word counts.
fn places(commands: &[Command<'_>]) -> BTreeMap<String, u32> {
    let mut places = BTreeMap::new();
    for (at, command) in (0..).zip(commands) {
        for command in command.parts() {
            let further = command.changes.iter().filter_map(|change| match change {
                Change::Word(word) => Some(*word),
                _ => None,
            });
            for word in further.chain([command.name]) {
                places.entry(word.to_owned()).or_insert(at);
            }
        }
        for waiter in command.waiters {
            places.entry(format!("{WAIT} {waiter}")).or_insert(at);
        }
    }
    places
}

/// Reads the words of a service, of which the directory says the rest.
pub(super) fn read_words<'a>(
    packed: &[u8],
    inflated: u32,
    root: u32,
    arena: &'a Arena,
) -> Result<StoredWords<'a>, Damage> {
    let section = Inflater::new().inflate(packed, inflated, arena)?;
    let reader = Reader::new(section, Some(arena));
    reader.first(root)
}

/// Reads the index of a schema.
pub(super) fn read_index<'a>(
    index: &'a [u8],
    root: u32,
    arena: &'a Arena,
) -> Result<SchemaIndex<'a>, Damage> {
    Reader::new(index, Some(arena)).first(root)
}

/// The blocks of a schema.
pub(super) fn blocks_of<'a>(
    index: &'a [u8],
    root: u32,
    arena: &'a Arena,
) -> Result<Vec<Block>, Damage> {
    Ok(read_index(index, root, arena)?.blocks.to_vec())
}

/// Which parts of a service were loaded: the positions of its operations and shapes.
pub(super) struct Parts {
    pub(super) operations: Vec<u32>,
    pub(super) shapes: Vec<ShapeIndex>,
}

/// Loads a part of the service in a section. The words belong to all of it.
pub(super) fn load<'a>(
    reader: &Reader<'a>,
    root: u32,
    part: Part<'_>,
    words: Option<&StoredWords<'a>>,
    arena: &'a Arena,
) -> Result<(&'a Commands<'a>, Option<Parts>), Damage> {
    let root: Root<'a> = reader.first(root)?;
    let shapes: Rows<'a, Shape<'a>> = reader.rows(root.shapes)?;
    let is_called = !matches!(part, Part::Options(_) | Part::Page(_));
    let (operations, shapes, parts) = match part {
        Part::Schema | Part::All => (stored(&root, reader)?, reader.list(shapes)?, None),
        _ => {
            reader.close(is_called);
            let (operations, stored) = closure(&root, part, reader)?;
            let (shapes, indices) = match part {
                Part::Options(_) => (outline(&stored, shapes, reader)?, Vec::new()),
                _ => reader.closure(shapes)?,
            };
            let parts = Parts {
                operations,
                shapes: indices,
            };
            (stored, arena.list(shapes), Some(parts))
        }
    };
    let endpoint = match is_called {
        true => reader.first(root.endpoint)?,
        false => RuleSet {
            parameters: &[],
            rules: &[],
        },
    };
    let service = arena.item(root.service(
        arena.list(operations.iter().map(|stored| stored.operation)),
        shapes,
        endpoint,
    ));
    let commands = arena.item(Commands {
        service,
        commands: arena.list(operations.iter().map(|stored| stored.command)),
        missing: words.map_or(&[], |words| words.missing),
        omitted: words.map_or(&[], |words| words.omitted),
        shapes: root.shown,
        docs: &[],
    });
    Ok((commands, parts))
}

/// The shapes of which options are made: those of the input, and the members of the output.
fn outline<'a>(
    operations: &[Stored<'a>],
    shapes: Rows<'a, Shape<'a>>,
    reader: &Reader<'a>,
) -> Result<Vec<Shape<'a>>, Damage> {
    let operation = operations.first().map(|stored| stored.operation);
    let output = operation.filter(|found| found.input != found.output);
    reader.outline(shapes, output.and_then(|found| found.output))
}

/// All operations.
fn stored<'a>(root: &Root<'a>, reader: &Reader<'a>) -> Result<Vec<Stored<'a>>, Damage> {
    reader
        .list(reader.rows(root.operations)?)
        .map(<[_]>::to_vec)
}

/// The operation of a word or name, and for calls the one that returns its endpoint, sorted by name;
/// and their positions.
fn closure<'a>(
    root: &Root<'a>,
    part: Part<'_>,
    reader: &Reader<'a>,
) -> Result<(Vec<u32>, Vec<Stored<'a>>), Damage> {
    let rows: Rows<'a, Stored<'a>> = reader.rows(root.operations)?;
    let at = match part {
        Part::Command(word) | Part::Options(word) | Part::Page(word) => {
            let words: Rows<'a, (&str, u32)> = reader.rows(root.words)?;
            let at = words.find(word, reader)?;
            let at = at.map(|at| words.get(at, reader)).transpose()?;
            at.map(|(_, at)| at)
        }
        Part::Operation(name) => rows.find(name, reader)?.map(|at| at as u32),
        Part::Schema | Part::All => None,
    };
    let Some(at) = at else {
        return Ok((Vec::new(), Vec::new()));
    };
    let mut found = BTreeMap::from([(at, rows.get(at as usize, reader)?)]);
    let is_called = matches!(part, Part::Command(_) | Part::Operation(_));
    let discovers = found
        .values()
        .any(|stored| stored.operation.discovers_endpoint().is_some());
    let discovery = root.traits.iter().find_map(|found| match found {
        Trait::ClientEndpointDiscovery(name) => Some(*name),
        _ => None,
    });
    if let Some(name) = discovery.filter(|_| discovers && is_called)
        && let Some(at) = rows.find(name, reader)?
        && !found.contains_key(&(at as u32))
    {
        found.insert(at as u32, rows.get(at, reader)?);
    }
    Ok(found.into_iter().unzip())
}

impl<'a> Root<'a> {
    fn service(
        &self,
        operations: &'a [Operation<'a>],
        shapes: &'a [Shape<'a>],
        endpoint: RuleSet<'a>,
    ) -> Service<'a> {
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
            endpoint,
            traits: self.traits,
        }
    }
}
