//! Documentation in blocks, of which only those are inflated that have a text of what is wanted.

use super::Damage;
use super::deflate::{Inflater, LARGEST, deflate};
use super::heap::{Heap, Reader, Rows};
use super::layout::{Block, Contents, DocsBlock, DocsIndex};
use super::order::Order;
use super::section::{Packed, PackedBlocks, Parts};
use crate::commands::Commands;
use crate::{Arena, Service, ShapeIndex};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// An id and its text.
type Doc<'a> = (&'a str, &'a str);

/// The size of a block before it is compressed, from which on it is closed. DEFLATE looks back as far.
const SIZE: usize = 32 * 1024;

/// The most in all blocks of a service, when they are inflated.
const MOST: u64 = 32 * 1024 * 1024;

/// The number of a block that there is not.
const NONE: u16 = u16::MAX;

/// The documentation of a service, as it is in a file; `None` if it is larger than the format can have.
pub(super) fn docs(commands: &Commands<'_>, order: &Order) -> Option<PackedBlocks> {
    if commands.docs.is_empty() {
        return Some(PackedBlocks {
            index: Packed::new(Vec::new(), 0),
            blocks: Vec::new(),
        });
    }
    let mut writer = Writer::default();
    let mut texts = by_owner(commands.docs);
    for owner in owners(commands.service, order) {
        if let Some(found) = texts.remove(owner) {
            writer.add(owner, &found)?;
        }
    }
    for (owner, found) in texts {
        writer.add(owner, &found)?;
    }
    writer.close()?;
    writer.finish(commands.service)
}

/// The operation, shape or service that an id is about: `Job` of `Job$id`.
fn owner(id: &str) -> &str {
    id.split_once('$').map_or(id, |(owner, _)| owner)
}

/// The texts about each operation or shape.
fn by_owner<'a>(docs: &[Doc<'a>]) -> BTreeMap<&'a str, Vec<Doc<'a>>> {
    let mut texts = BTreeMap::<_, Vec<_>>::new();
    for doc in docs {
        texts.entry(owner(doc.0)).or_default().push(*doc);
    }
    texts
}

/// Operations and shapes in the order in which a page needs few blocks.
fn owners<'a>(service: &Service<'a>, order: &Order) -> impl Iterator<Item = &'a str> {
    let name = |index: &ShapeIndex| service.shape(*index).name;
    let own = order.operations.iter().flat_map(move |(at, needed)| {
        let operation = service.operations.get(*at).map(|found| found.name);
        operation.into_iter().chain(needed.iter().map(name))
    });
    order.shared.iter().map(name).chain(own)
}

/// Blocks that are written.
#[derive(Default)]
struct Writer<'a> {
    blocks: Vec<DocsBlock>,
    bytes: Vec<u8>,
    /// The block that is open: owners with the number of their texts, and these by the rest of their ids.
    owners: Vec<(&'a str, u32)>,
    texts: Vec<Doc<'a>>,
    size: usize,
    /// The block of each operation or shape.
    places: HashMap<&'a str, u16>,
}

impl<'a> Writer<'a> {
    fn add(&mut self, owner: &'a str, texts: &[Doc<'a>]) -> Option<()> {
        let at = u16::try_from(self.blocks.len())
            .ok()
            .filter(|at| *at != NONE)?;
        self.places.insert(owner, at);
        let rest = |(id, text): &Doc<'a>| (id.get(owner.len()..).unwrap_or_default(), *text);
        self.owners.push((owner, texts.len() as u32));
        self.texts.extend(texts.iter().map(rest));
        self.size += texts.iter().map(|(_, text)| text.len()).sum::<usize>();
        if self.size < SIZE {
            Some(())
        } else {
            self.close()
        }
    }

    /// Compresses the block that is open.
    fn close(&mut self) -> Option<()> {
        if self.owners.is_empty() {
            return Some(());
        }
        let mut heap = Heap::new();
        let contents = Contents {
            owners: &self.owners,
            texts: heap.list(&self.texts),
        };
        let root = heap.list(&[contents]);
        let section = heap.into_section().filter(|bytes| bytes.len() <= LARGEST)?;
        let packed = deflate(&section);
        self.blocks.push(DocsBlock {
            block: Block::of(&packed),
            inflated: section.len() as u32,
            root,
        });
        self.bytes.extend(packed);
        self.owners.clear();
        self.texts.clear();
        self.size = 0;
        Some(())
    }

    fn finish(self, service: &Service<'_>) -> Option<PackedBlocks> {
        let place = |name: &str| self.places.get(name).copied().unwrap_or(NONE);
        let operations = service.operations.iter().map(|found| place(found.name));
        let shapes = service.shapes.iter().map(|found| place(found.name));
        let mut heap = Heap::new();
        let index = DocsIndex {
            blocks: &self.blocks,
            operations: heap.list(&operations.collect::<Vec<_>>()),
            shapes: heap.list(&shapes.collect::<Vec<_>>()),
        };
        let root = heap.list(&[index]);
        u32::try_from(self.bytes.len()).ok()?;
        size_of_all(&self.blocks)?;
        Some(PackedBlocks {
            index: Packed::new(heap.into_section()?, root),
            blocks: self.bytes,
        })
    }
}

/// The size of all blocks when they are inflated, if it is not more than it may be.
fn size_of_all(blocks: &[DocsBlock]) -> Option<u64> {
    let sizes = blocks.iter().map(|block| u64::from(block.inflated));
    Some(sizes.sum()).filter(|size| *size <= MOST)
}

/// The blocks of documentation.
pub(super) fn blocks_of<'a>(
    index: &'a [u8],
    root: u32,
    arena: &'a Arena,
) -> Result<Vec<Block>, Damage> {
    if index.is_empty() {
        return Ok(Vec::new());
    }
    let index = Texts::new(index, root, arena)?.index;
    Ok(index.blocks.iter().map(|block| block.block).collect())
}

/// Documentation that is read.
pub(super) struct Texts<'a> {
    index: DocsIndex<'a>,
    reader: Reader<'a>,
    arena: &'a Arena,
    inflater: Inflater,
    found: Vec<Doc<'a>>,
}

impl<'a> Texts<'a> {
    /// The documentation of which an index was read.
    pub(super) fn new(index: &'a [u8], root: u32, arena: &'a Arena) -> Result<Self, Damage> {
        let reader = Reader::new(index, Some(arena));
        Ok(Texts {
            index: reader.first(root)?,
            reader,
            arena,
            inflater: Inflater::new(),
            found: Vec::new(),
        })
    }

    /// The blocks with texts about parts of a service, or all, and where each begins after the index.
    pub(super) fn blocks(&self, parts: Option<&Parts>) -> Result<Vec<(u64, DocsBlock)>, Damage> {
        size_of_all(self.index.blocks).ok_or(Damage::Size)?;
        let wanted = parts.map(|parts| self.numbers(parts)).transpose()?;
        let mut at = 0;
        let mut blocks = Vec::new();
        for (number, block) in self.index.blocks.iter().enumerate() {
            if wanted
                .as_ref()
                .is_none_or(|wanted| wanted.contains(&number))
            {
                blocks.push((at, *block));
            }
            at += u64::from(block.block.len);
        }
        Ok(blocks)
    }

    /// The numbers of blocks.
    fn numbers(&self, parts: &Parts) -> Result<BTreeSet<usize>, Damage> {
        let operations: Rows<'a, u16> = self.reader.rows(self.index.operations)?;
        let shapes: Rows<'a, u16> = self.reader.rows(self.index.shapes)?;
        let lists = [(operations, &parts.operations), (shapes, &parts.shapes)];
        let mut numbers = BTreeSet::new();
        for (blocks, wanted) in lists {
            for index in wanted {
                match blocks.get(*index as usize, &self.reader)? {
                    NONE => {}
                    number if usize::from(number) < self.index.blocks.len() => {
                        numbers.insert(usize::from(number));
                    }
                    _ => return Err(Damage::Address),
                }
            }
        }
        Ok(numbers)
    }

    /// Takes the texts about these operations and shapes, or all, from a block.
    pub(super) fn take(
        &mut self,
        block: &DocsBlock,
        packed: &[u8],
        owners: Option<&HashSet<&str>>,
    ) -> Result<(), Damage> {
        let section = self.inflater.inflate(packed, block.inflated, self.arena)?;
        let reader = Reader::new(section, Some(self.arena));
        let contents: Contents<'a> = reader.first(block.root)?;
        let texts: Rows<'a, Doc<'a>> = reader.rows(contents.texts)?;
        let mut from = 0_usize;
        for (owner, count) in contents.owners {
            let to = from.saturating_add(*count as usize);
            if owners.is_none_or(|owners| owners.contains(owner)) {
                for at in from..to {
                    let (rest, text) = texts.get(at, &reader)?;
                    self.found.push((self.id(owner, rest, &reader)?, text));
                }
            }
            from = to;
        }
        Ok(())
    }

    fn id(&self, owner: &'a str, rest: &str, reader: &Reader<'a>) -> Result<&'a str, Damage> {
        if rest.is_empty() {
            return Ok(owner);
        }
        // A long owner of many texts could otherwise ask for any amount of memory.
        reader.spend(owner.len() + rest.len())?;
        Ok(self.arena.text(&[owner, rest].concat()))
    }

    /// All texts that were taken, sorted by id.
    pub(super) fn sorted(mut self) -> &'a [Doc<'a>] {
        self.found.sort_unstable_by_key(|(id, _)| *id);
        self.arena.list(self.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of these blocks, and of one shape whose texts are in the block of this number.
    fn index(blocks: &[DocsBlock], number: u16) -> (Vec<u8>, u32) {
        let mut heap = Heap::new();
        let index = DocsIndex {
            blocks,
            operations: 0,
            shapes: heap.list(&[number]),
        };
        let root = heap.list(&[index]);
        (heap.into_section().expect("an index"), root)
    }

    fn block(len: u32) -> DocsBlock {
        DocsBlock {
            block: Block { len, crc: 0 },
            inflated: 0,
            root: 0,
        }
    }

    #[test]
    fn a_number_leads_to_a_block() {
        let arena = Arena::new();
        let found = |number, shape| {
            let (bytes, root) = index(&[block(10), block(20)], number);
            let texts = Texts::new(arena.list(bytes), root, &arena).expect("an index");
            let parts = Parts {
                operations: Vec::new(),
                shapes: vec![shape],
            };
            let found = texts.blocks(Some(&parts));
            found.map(|found| found.iter().map(|(at, _)| *at).collect::<Vec<_>>())
        };
        assert_eq!(found(0, 0), Ok(vec![0]));
        assert_eq!(found(1, 0), Ok(vec![10]));
        assert_eq!(found(NONE, 0), Ok(Vec::new()));
        assert_eq!(found(2, 0), Err(Damage::Address));
        assert_eq!(found(0, 1), Err(Damage::Address));
    }
}
