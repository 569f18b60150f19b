//! A section in blocks, of which those are read that something needs.

use super::Damage;
use super::layout::Block;
use super::source::{Source, is_intact};
use crate::Arena;
use std::cell::{Cell, RefCell};
use std::io;
use std::sync::Arc;

/// The length that a block has at most, unless it is one text or list.
const SIZE: usize = 16 * 1024;

/// The blocks of a section that is cut at some of these positions, where a list or text begins.
pub(super) fn cut(section: &[u8], begins: &[u32]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut from = 0;
    let mut to = 0;
    let ends = begins.iter().map(|at| *at as usize);
    for end in ends.chain([section.len()]) {
        if end - from > SIZE && to > from {
            blocks.push(Block::of(&section[from..to]));
            from = to;
        }
        to = end;
    }
    if to > from {
        blocks.push(Block::of(&section[from..to]));
    }
    blocks
}

impl Block {
    /// The block with these bytes.
    pub(super) fn of(bytes: &[u8]) -> Self {
        Block {
            len: bytes.len() as u32,
            crc: crc32fast::hash(bytes),
        }
    }
}

/// Blocks that are read when something in them is needed.
pub(super) struct Blocks<'a> {
    source: Arc<Source>,
    arena: &'a Arena,
    parts: Vec<Part<'a>>,
    /// The block that was needed last, and where it begins. Most of what follows is in the same one.
    last: Cell<(usize, &'a [u8])>,
    /// Why a block could not be read.
    error: RefCell<Option<io::Error>>,
}

struct Part<'a> {
    block: Block,
    /// The position of the block in the section.
    begin: usize,
    /// The position of the block in the source.
    at: u64,
    bytes: Cell<Option<&'a [u8]>>,
}

impl<'a> Blocks<'a> {
    /// The blocks that stand one after the other at a position of the source, and have this length.
    pub(super) fn new(
        source: Arc<Source>,
        at: u64,
        len: u32,
        blocks: &[Block],
        arena: &'a Arena,
    ) -> Result<Self, Damage> {
        let mut begin = 0_u32;
        let mut parts = Vec::with_capacity(blocks.len());
        for block in blocks {
            parts.push(Part {
                block: *block,
                begin: begin as usize,
                at: at.saturating_add(u64::from(begin)),
                bytes: Cell::new(None),
            });
            begin = begin.checked_add(block.len).ok_or(Damage::Size)?;
        }
        if begin != len {
            return Err(Damage::Size);
        }
        Ok(Blocks {
            source,
            arena,
            parts,
            last: Cell::new((0, &[])),
            error: RefCell::new(None),
        })
    }

    /// The length of all blocks.
    pub(super) fn len(&self) -> usize {
        let last = self.parts.last();
        last.map_or(0, |part| part.begin + part.block.len as usize)
    }

    /// What stands in a block from a position of the section on.
    pub(super) fn from(&self, address: usize) -> Result<&'a [u8], Damage> {
        let (begin, bytes) = self.last.get();
        let at = address.wrapping_sub(begin);
        if at < bytes.len() {
            return Ok(&bytes[at..]);
        }
        let (begin, bytes) = self.find(address)?;
        self.last.set((begin, bytes));
        bytes.get(address - begin..).ok_or(Damage::Address)
    }

    /// The block that has a position of the section, and where it begins.
    fn find(&self, address: usize) -> Result<(usize, &'a [u8]), Damage> {
        let after = self.parts.partition_point(|part| part.begin <= address);
        let part = after.checked_sub(1).and_then(|at| self.parts.get(at));
        let part = part.ok_or(Damage::Address)?;
        let bytes = match part.bytes.get() {
            Some(bytes) => bytes,
            None => self.read(part)?,
        };
        Ok((part.begin, bytes))
    }

    fn read(&self, part: &Part<'a>) -> Result<&'a [u8], Damage> {
        let bytes = self.source.read(part.at, part.block.len, self.arena);
        let bytes = bytes.map_err(|error| {
            self.error.replace(Some(error));
            Damage::Size
        })?;
        if !is_intact(bytes, part.block.crc) {
            return Err(Damage::Checksum);
        }
        part.bytes.set(Some(bytes));
        Ok(bytes)
    }

    /// Why a block could not be read, if that is why something was found to be damaged.
    pub(super) fn take_error(&self) -> Option<io::Error> {
        self.error.take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Blocks end where a list or text begins, and are short unless one of these is long.
    #[test]
    fn a_section_is_cut_between_its_parts() {
        let cut = |parts: &[usize]| -> Vec<u32> {
            let mut at = 0;
            let mut begins = Vec::new();
            for len in parts {
                begins.push(at as u32);
                at += len;
            }
            let blocks = cut(&vec![1; at], &begins);
            blocks.iter().map(|block| block.len).collect()
        };
        assert_eq!(cut(&[]), [0; 0]);
        assert_eq!(cut(&[10, 20]), [30]);
        assert_eq!(cut(&[SIZE - 1, 1, 1]), [SIZE as u32, 1]);
        assert_eq!(cut(&[5, 3 * SIZE, 7]), [5, 3 * SIZE as u32, 7]);
        assert_eq!(cut(&[3 * SIZE, SIZE]), [3 * SIZE as u32, SIZE as u32]);
    }

    /// A position leads into one block, which is intact or an error.
    #[test]
    fn a_position_leads_to_what_stands_there_in_its_block() {
        let arena = Arena::new();
        let bytes = b"one, two";
        let [one, mut two] = [Block::of(b"one"), Block::of(b", two")];
        let open = |len, blocks: &[Block]| {
            let source = Source::Bytes(bytes.into());
            Blocks::new(Arc::new(source), 0, len, blocks, &arena)
        };
        let blocks = open(8, &[one, two]).expect("blocks");
        assert_eq!(blocks.from(0), Ok(&b"one"[..]));
        assert_eq!(blocks.from(2), Ok(&b"e"[..]));
        assert_eq!(blocks.from(3), Ok(&b", two"[..]));
        assert_eq!(blocks.from(8), Ok(&b""[..]));
        assert_eq!(blocks.from(9), Err(Damage::Address));
        assert_eq!(open(7, &[one, two]).err(), Some(Damage::Size));
        let long = Block {
            len: u32::MAX,
            ..one
        };
        assert_eq!(open(2, &[one, long]).err(), Some(Damage::Size));
        two.crc ^= 1;
        let blocks = open(8, &[one, two]).expect("blocks");
        assert_eq!(blocks.from(0), Ok(&b"one"[..]));
        assert_eq!(blocks.from(5), Err(Damage::Checksum));
        let empty = open(0, &[]).expect("no blocks");
        assert_eq!(empty.from(0), Err(Damage::Address));
    }
}
