//! The file of a catalogue.

use super::blocks::Blocks;
use super::docs::{self, Texts};
use super::heap::{Heap, Reader, Rows};
use super::layout::{Block, DocsBlock, Entry, Extent, Indexed, StoredWords};
use super::record::Record;
use super::section::{self, Packed, PackedBlocks, PackedWords, Parts, Section};
use super::source::{Source, is_intact};
use super::{Catalog, CatalogError, Damage, Part, Summary, VERSION};
use crate::Arena;
use crate::commands::{Commands, Words};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// How a file begins.
const MAGIC: &[u8; 8] = b"opsmith\x1a";

/// The number of bytes before the directory.
const HEADER: usize = MAGIC.len() + u32::WIDTH + Extent::WIDTH + u32::WIDTH;

/// Reads the blocks that an index has.
type BlocksOf = for<'a> fn(&'a [u8], u32, &'a Arena) -> Result<Vec<Block>, Damage>;

/// A catalogue in a file, or in memory.
#[derive(Debug)]
pub struct CatalogFile {
    path: PathBuf,
    len: u64,
    source: Arc<Source>,
    directory: Vec<u8>,
    root: u32,
}

/// Writes the catalogue of these services, which are sorted by their words.
///
/// # Errors
///
/// The writer fails.
pub fn write(sections: &[Section], to: &mut impl Write) -> io::Result<()> {
    // The length of the directory does not depend on the positions.
    let directory = |first: u64| {
        let mut at = first;
        let mut heap = Heap::new();
        let entries: Vec<Entry<'_>> = sections
            .iter()
            .map(|section| {
                let words = section.words.packed.extent(at);
                let schema = section.schema.indexed(words.end());
                let docs = section.docs.indexed(schema.end());
                at = docs.end();
                Entry {
                    summary: section.summary(),
                    words,
                    inflated: section.words.inflated,
                    schema,
                    docs,
                }
            })
            .collect();
        let root = heap.list(&entries);
        heap.into_section().map(|bytes| Packed::new(bytes, root))
    };
    let len = directory(0).map_or(0, |packed| packed.bytes.len());
    let Some(packed) = directory((HEADER + len) as u64) else {
        return Err(io::Error::other("the directory is too large"));
    };
    let mut header = MAGIC.to_vec();
    VERSION.write(&mut header, &mut Heap::new());
    let extent = packed.extent(HEADER as u64);
    extent.write(&mut header, &mut Heap::new());
    crc32fast::hash(&header).write(&mut header, &mut Heap::new());
    to.write_all(&header)?;
    to.write_all(&packed.bytes)?;
    for section in sections {
        to.write_all(&section.words.packed.bytes)?;
        for part in [&section.schema, &section.docs] {
            to.write_all(&part.index.bytes)?;
            to.write_all(&part.blocks)?;
        }
    }
    Ok(())
}

impl CatalogFile {
    /// Opens a file, and reads its directory.
    ///
    /// # Errors
    ///
    /// The file can't be read, is no catalogue or one of another version, or is damaged.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, CatalogError> {
        let path = path.into();
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        match opened {
            Ok((len, file)) => Self::new(path, len, Source::File(Mutex::new(file))),
            Err(error) => Err(CatalogError::Io(path, Arc::new(error))),
        }
    }

    /// The catalogue in these bytes. `name` is for messages.
    ///
    /// # Errors
    ///
    /// As [`open`](CatalogFile::open).
    pub fn from_bytes(
        name: &str,
        bytes: impl Into<Cow<'static, [u8]>>,
    ) -> Result<Self, CatalogError> {
        let bytes = bytes.into();
        Self::new(name.into(), bytes.len() as u64, Source::Bytes(bytes))
    }

    fn new(path: PathBuf, len: u64, source: Source) -> Result<Self, CatalogError> {
        let mut this = CatalogFile {
            path,
            len,
            source: Arc::new(source),
            directory: Vec::new(),
            root: 0,
        };
        if len < HEADER as u64 {
            return Err(CatalogError::Foreign(this.path));
        }
        let header = this.bytes("the header", 0, HEADER as u32)?;
        let Some(rest) = header.strip_prefix(MAGIC) else {
            return Err(CatalogError::Foreign(this.path));
        };
        let reader = Reader::new(&[], None);
        let damaged = |damage| this.damaged("the header", damage);
        let mut row = reader.row(rest);
        let version = u32::read(&mut row, &reader).map_err(damaged)?;
        if version != VERSION {
            return Err(CatalogError::Version(this.path, version));
        }
        let extent = Extent::read(&mut row, &reader).map_err(damaged)?;
        let crc = u32::read(&mut row, &reader).map_err(damaged)?;
        if !is_intact(&header[..HEADER - u32::WIDTH], crc) {
            return Err(damaged(Damage::Checksum));
        }
        this.directory = this.owned("the directory", extent)?;
        this.root = extent.root;
        Ok(this)
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All sections, as they are in the file.
    ///
    /// # Errors
    ///
    /// The file can't be read, or is damaged.
    pub fn sections(&self) -> Result<Vec<Section>, CatalogError> {
        let mut left = self.len;
        let sections = self.entries()?.into_iter().map(|entry| {
            let word = entry.summary.word;
            // Each byte belongs to one service, so that no file asks for more memory than its size.
            let after = left.checked_sub(entry.len());
            left = after.ok_or_else(|| self.damaged(word, Damage::Size))?;
            let packed = |extent: Extent| {
                let bytes = self.owned(word, extent)?;
                Ok(Packed::new(bytes, extent.root))
            };
            let words = PackedWords {
                packed: packed(entry.words)?,
                inflated: entry.inflated,
            };
            let with_blocks = |indexed: Indexed, blocks: BlocksOf| {
                let index = packed(indexed.index)?;
                let arena = Arena::new();
                let blocks = blocks(&index.bytes, index.root, &arena);
                let blocks = blocks.map_err(|damage| self.damaged(word, damage))?;
                let blocks = self.all_blocks(word, indexed, &blocks)?;
                Ok(PackedBlocks { index, blocks })
            };
            let schema = with_blocks(entry.schema, section::blocks_of)?;
            let docs = with_blocks(entry.docs, docs::blocks_of)?;
            Ok(Section::new(entry.summary, words, schema, docs))
        });
        sections.collect()
    }

    fn entries(&self) -> Result<Vec<Entry<'_>>, CatalogError> {
        self.look_up(|rows, reader| (0..rows.len()).map(|at| rows.get(at, reader)).collect())
    }

    fn entry(&self, word: &str) -> Result<Option<Entry<'_>>, CatalogError> {
        self.look_up(|rows, reader| {
            let at = rows.find(word, reader)?;
            at.map(|at| rows.get(at, reader)).transpose()
        })
    }

    /// What a task finds in the directory.
    fn look_up<'a, T>(
        &'a self,
        task: impl FnOnce(Rows<'a, Entry<'a>>, &Reader<'a>) -> Result<T, Damage>,
    ) -> Result<T, CatalogError> {
        let reader = Reader::new(&self.directory, None);
        let found = reader.rows(self.root).and_then(|rows| task(rows, &reader));
        found.map_err(|damage| self.damaged("the directory", damage))
    }

    fn damaged(&self, place: &str, damage: Damage) -> CatalogError {
        CatalogError::Damaged(self.path.clone(), place.to_owned(), damage)
    }

    fn unreadable(&self, error: io::Error) -> CatalogError {
        CatalogError::Io(self.path.clone(), Arc::new(error))
    }

    /// The bytes of a section.
    fn section<'a>(
        &self,
        place: &str,
        extent: Extent,
        arena: &'a Arena,
    ) -> Result<&'a [u8], CatalogError> {
        self.has(place, extent.end())?;
        let bytes = self.source.read(extent.at, extent.len, arena);
        let bytes = bytes.map_err(|error| self.unreadable(error))?;
        self.check(place, bytes, extent.crc)?;
        Ok(bytes)
    }

    /// The same without an arena.
    fn owned(&self, place: &str, extent: Extent) -> Result<Vec<u8>, CatalogError> {
        let bytes = self.bytes(place, extent.at, extent.len)?;
        self.check(place, &bytes, extent.crc)?;
        Ok(bytes)
    }

    /// All blocks after an index.
    fn all_blocks(
        &self,
        place: &str,
        indexed: Indexed,
        blocks: &[Block],
    ) -> Result<Vec<u8>, CatalogError> {
        let bytes = self.bytes(place, indexed.index.end(), indexed.blocks)?;
        let mut rest = &bytes[..];
        for block in blocks {
            let parts = rest.split_at_checked(block.len as usize);
            let (part, after) = parts.ok_or_else(|| self.damaged(place, Damage::Size))?;
            self.check(place, part, block.crc)?;
            rest = after;
        }
        match rest {
            [] => Ok(bytes),
            _ => Err(self.damaged(place, Damage::Size)),
        }
    }

    fn bytes(&self, place: &str, at: u64, len: u32) -> Result<Vec<u8>, CatalogError> {
        self.has(place, at.saturating_add(u64::from(len)))?;
        let mut bytes = vec![0; len as usize];
        let filled = self.source.fill(at, &mut bytes);
        filled.map_err(|error| self.unreadable(error))?;
        Ok(bytes)
    }

    /// Checks that the file goes as far as this position, before memory is taken for what it has there.
    fn has(&self, place: &str, end: u64) -> Result<(), CatalogError> {
        match end <= self.len {
            true => Ok(()),
            false => Err(self.damaged(place, Damage::Size)),
        }
    }

    fn check(&self, place: &str, bytes: &[u8], crc: u32) -> Result<(), CatalogError> {
        match is_intact(bytes, crc) {
            true => Ok(()),
            false => Err(self.damaged(place, Damage::Checksum)),
        }
    }

    /// A reader of the schema of a service, and the address of its root. It reads the blocks that
    /// something needs.
    fn schema<'a>(
        &self,
        entry: &Entry<'_>,
        arena: &'a Arena,
    ) -> Result<(Reader<'a>, u32), CatalogError> {
        let word = entry.summary.word;
        let Indexed { index, blocks: len } = entry.schema;
        self.has(word, entry.schema.end())?;
        let bytes = self.section(word, index, arena)?;
        let found = section::read_index(bytes, index.root, arena).and_then(|found| {
            let source = self.source.clone();
            let blocks = Blocks::new(source, index.end(), len, found.blocks, arena)?;
            Ok((Reader::of_blocks(blocks, arena), found.root))
        });
        found.map_err(|damage| self.damaged(word, damage))
    }

    fn stored_words<'a>(
        &self,
        entry: &Entry<'_>,
        arena: &'a Arena,
    ) -> Result<StoredWords<'a>, CatalogError> {
        let word = entry.summary.word;
        let bytes = self.section(word, entry.words, arena)?;
        let words = section::read_words(bytes, entry.inflated, entry.words.root, arena);
        words.map_err(|damage| self.damaged(word, damage))
    }

    /// The index of the documentation of a service, if it has one.
    fn texts<'a>(
        &self,
        entry: &Entry<'_>,
        arena: &'a Arena,
    ) -> Result<Option<Texts<'a>>, CatalogError> {
        let extent = entry.docs.index;
        if extent.len == 0 {
            return Ok(None);
        }
        let index = self.section(entry.summary.word, extent, arena)?;
        let texts = Texts::new(index, extent.root, arena);
        let damaged = |damage| self.damaged(entry.summary.word, damage);
        texts.map(Some).map_err(damaged)
    }

    /// The blocks of documentation with texts about parts of a service, or all.
    fn blocks(
        &self,
        entry: &Entry<'_>,
        texts: &Texts<'_>,
        parts: Option<&Parts>,
    ) -> Result<Vec<(Extent, DocsBlock)>, CatalogError> {
        let blocks = texts.blocks(parts);
        let blocks = blocks.map_err(|damage| self.damaged(entry.summary.word, damage))?;
        let placed = blocks.into_iter().map(|(at, block)| {
            let (Block { len, crc }, root) = (block.block, block.root);
            let at = entry.docs.index.end().saturating_add(at);
            (Extent { at, len, crc, root }, block)
        });
        Ok(placed.collect())
    }

    /// The documentation of a service, or of the parts of it that were loaded.
    fn docs<'a>(
        &self,
        entry: &Entry<'_>,
        loaded: &Commands<'a>,
        parts: Option<&Parts>,
        arena: &'a Arena,
    ) -> Result<&'a [(&'a str, &'a str)], CatalogError> {
        let word = entry.summary.word;
        let Some(mut texts) = self.texts(entry, arena)? else {
            return Ok(&[]);
        };
        let operations = loaded.service.operations.iter().map(|found| found.name);
        let shapes = loaded.service.shapes.iter().map(|found| found.name);
        let owners: Option<HashSet<&str>> = parts.map(|_| operations.chain(shapes).collect());
        for (extent, block) in self.blocks(entry, &texts, parts)? {
            let packed = self.section(word, extent, arena)?;
            let taken = texts.take(&block, packed, owners.as_ref());
            taken.map_err(|damage| self.damaged(word, damage))?;
        }
        Ok(texts.sorted())
    }
}

impl Catalog for CatalogFile {
    fn services(&self) -> Result<Vec<Summary<'_>>, CatalogError> {
        let entries = self.entries()?;
        Ok(entries.iter().map(|entry| entry.summary).collect())
    }

    fn summary(&self, word: &str) -> Result<Option<Summary<'_>>, CatalogError> {
        Ok(self.entry(word)?.map(|entry| entry.summary))
    }

    fn words<'a>(&self, word: &str, arena: &'a Arena) -> Result<Option<Words<'a>>, CatalogError> {
        let Some(entry) = self.entry(word)? else {
            return Ok(None);
        };
        let words = self.stored_words(&entry, arena)?;
        Ok(Some(Words {
            service: arena.text(entry.summary.word),
            title: arena.text(entry.summary.title),
            source: arena.text(entry.summary.source),
            about: words.about,
            shown: words.shown.to_vec(),
            waiters: words.waiters.to_vec(),
            missing: words.missing,
            omitted: words.omitted,
        }))
    }

    fn load<'a>(
        &self,
        word: &str,
        part: Part<'_>,
        arena: &'a Arena,
    ) -> Result<Option<&'a Commands<'a>>, CatalogError> {
        let Some(entry) = self.entry(word)? else {
            return Ok(None);
        };
        let words = match part {
            Part::Schema | Part::All => Some(self.stored_words(&entry, arena)?),
            _ => None,
        };
        let (reader, root) = self.schema(&entry, arena)?;
        let loaded = section::load(&reader, root, part, words.as_ref(), arena);
        let (loaded, parts) = loaded.map_err(|damage| match reader.take_error() {
            Some(error) => self.unreadable(error),
            None => self.damaged(word, damage),
        })?;
        if !matches!(part, Part::Page(_) | Part::All) {
            return Ok(Some(loaded));
        }
        let docs = self.docs(&entry, loaded, parts.as_ref(), arena)?;
        Ok(Some(arena.item(Commands { docs, ..*loaded })))
    }
}
