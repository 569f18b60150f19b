//! The file of a catalogue.

use super::docs::{Docs, Texts};
use super::heap::{Heap, Reader, Rows};
use super::layout::{Block, Entry, Extent, StoredWords};
use super::record::Record;
use super::section::{self, Packed, PackedWords, Parts, Section};
use super::{Catalog, CatalogError, Damage, Part, Summary, VERSION};
use crate::Arena;
use crate::commands::{Commands, Words};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// How a file begins.
const MAGIC: &[u8; 8] = b"opsmith\x1a";

/// The number of bytes before the directory.
const HEADER: usize = MAGIC.len() + u32::WIDTH + Extent::WIDTH + u32::WIDTH;

/// A catalogue in a file, or in memory.
#[derive(Debug)]
pub struct CatalogFile {
    path: PathBuf,
    len: u64,
    source: Source,
    directory: Vec<u8>,
    root: u32,
}

#[derive(Debug)]
enum Source {
    /// The file, which has a position.
    File(Mutex<File>),
    Bytes(Cow<'static, [u8]>),
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
                let schema = section.schema.extent(words.end());
                let docs = section.docs.index.extent(schema.end());
                let blocks = section.docs.blocks.len() as u32;
                at = docs.end() + u64::from(blocks);
                Entry {
                    summary: section.summary(),
                    words,
                    inflated: section.words.inflated,
                    schema,
                    docs,
                    blocks,
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
        to.write_all(&section.schema.bytes)?;
        to.write_all(&section.docs.index.bytes)?;
        to.write_all(&section.docs.blocks)?;
    }
    Ok(())
}

/// Whether bytes have this checksum. Fuzz targets could not make one.
fn is_intact(bytes: &[u8], crc: u32) -> bool {
    cfg!(fuzzing) || crc32fast::hash(bytes) == crc
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
            source,
            directory: Vec::new(),
            root: 0,
        };
        if len < HEADER as u64 {
            return Err(CatalogError::Foreign(this.path));
        }
        let arena = Arena::new();
        let header = this.bytes(0, HEADER, &arena)?;
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
        this.directory = this.section("the directory", extent, &arena)?.to_vec();
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
            let blocks = u64::from(entry.blocks);
            let extents = [entry.words, entry.schema, entry.docs];
            let len = extents.iter().map(|extent| u64::from(extent.len));
            let after = left.checked_sub(len.sum::<u64>() + blocks);
            left = after.ok_or_else(|| self.damaged(word, Damage::Size))?;
            let packed = |extent: Extent| {
                let arena = Arena::new();
                let bytes = self.section(word, extent, &arena)?;
                Ok(Packed::new(bytes.to_vec(), extent.root))
            };
            let words = PackedWords {
                packed: packed(entry.words)?,
                inflated: entry.inflated,
            };
            let schema = packed(entry.schema)?;
            let index = packed(entry.docs)?;
            let mut blocks = Vec::new();
            if let Some(texts) = self.texts(&entry, &Arena::new())? {
                for (extent, _) in self.blocks(&entry, &texts, None)? {
                    blocks.extend(self.section(word, extent, &Arena::new())?);
                }
            }
            let docs = Docs { index, blocks };
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

    /// Bytes of the file, which has as many there.
    fn bytes<'a>(&self, at: u64, len: usize, arena: &'a Arena) -> Result<&'a [u8], CatalogError> {
        match &self.source {
            Source::Bytes(bytes) => {
                let short = || self.damaged("the directory", Damage::Size);
                let at = usize::try_from(at).map_err(|_| short())?;
                match bytes {
                    Cow::Borrowed(bytes) => bytes.get(at..).and_then(|from| from.get(..len)),
                    Cow::Owned(bytes) => {
                        let part = bytes.get(at..).and_then(|from| from.get(..len));
                        part.map(|part| arena.list(part.iter().copied()))
                    }
                }
                .ok_or_else(short)
            }
            Source::File(file) => {
                let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
                let read = arena.bytes(len, |bytes| {
                    file.seek(SeekFrom::Start(at))?;
                    file.read_exact(bytes)
                });
                read.map_err(|error| CatalogError::Io(self.path.clone(), Arc::new(error)))
            }
        }
    }

    /// The bytes of a section.
    fn section<'a>(
        &self,
        place: &str,
        extent: Extent,
        arena: &'a Arena,
    ) -> Result<&'a [u8], CatalogError> {
        let end = extent.at.checked_add(u64::from(extent.len));
        if end.is_none_or(|end| end > self.len) {
            return Err(self.damaged(place, Damage::Size));
        }
        let bytes = self.bytes(extent.at, extent.len as usize, arena)?;
        if is_intact(bytes, extent.crc) {
            Ok(bytes)
        } else {
            Err(self.damaged(place, Damage::Checksum))
        }
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
        if entry.docs.len == 0 {
            return Ok(None);
        }
        let index = self.section(entry.summary.word, entry.docs, arena)?;
        let texts = Texts::new(index, entry.docs.root, arena);
        let damaged = |damage| self.damaged(entry.summary.word, damage);
        texts.map(Some).map_err(damaged)
    }

    /// The blocks of documentation with texts about parts of a service, or all.
    fn blocks(
        &self,
        entry: &Entry<'_>,
        texts: &Texts<'_>,
        parts: Option<&Parts>,
    ) -> Result<Vec<(Extent, Block)>, CatalogError> {
        let blocks = texts.blocks(parts);
        let blocks = blocks.map_err(|damage| self.damaged(entry.summary.word, damage))?;
        let placed = blocks.into_iter().map(|(at, block)| {
            let (len, crc, root) = (block.len, block.crc, block.root);
            let at = entry.docs.end().saturating_add(at);
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
        let bytes = self.section(word, entry.schema, arena)?;
        let loaded = section::load(bytes, entry.schema.root, part, words.as_ref(), arena);
        let (loaded, parts) = loaded.map_err(|damage| self.damaged(word, damage))?;
        if !matches!(part, Part::Page(_) | Part::All) {
            return Ok(Some(loaded));
        }
        let docs = self.docs(&entry, loaded, parts.as_ref(), arena)?;
        Ok(Some(arena.item(Commands { docs, ..*loaded })))
    }
}
