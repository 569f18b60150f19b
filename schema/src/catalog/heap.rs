//! The heap of a section: texts and lists, which records refer to by address.
//!
//! Equal ones are stored once, and each stands before all that refer to it, so that nothing contains
//! itself.

use super::Damage;
use super::blocks::Blocks;
use super::record::{ADDRESS, Record};
use crate::shapes::document;
use crate::{Arena, Shape, ShapeIndex};
use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::collections::HashMap;
use std::io;
use std::marker::PhantomData;

/// How deep lists may be within lists. Endpoint rules are the deepest.
const MAX_DEPTH: u8 = 48;

/// A heap that is written.
#[derive(Debug)]
pub(super) struct Heap {
    bytes: Vec<u8>,
    /// The addresses of lists and texts, by the width of a row (0 for a text) and content.
    known: HashMap<(usize, Box<[u8]>), u32>,
}

impl Heap {
    pub(super) fn new() -> Self {
        // So that no list has address 0.
        Heap {
            bytes: vec![0; ADDRESS],
            known: HashMap::new(),
        }
    }

    /// Stores a text, and returns its address.
    pub(super) fn text(&mut self, text: &str) -> u32 {
        let mut bytes = Vec::with_capacity(text.len() + 2);
        let mut left = text.len();
        while left > 0x7f {
            bytes.push(left as u8 | 0x80);
            left >>= 7;
        }
        bytes.push(left as u8);
        bytes.extend(text.as_bytes());
        self.store(0, text.is_empty(), bytes)
    }

    /// Stores a list, and returns its address.
    pub(super) fn list<'a, T: Record<'a>>(&mut self, list: &[T]) -> u32 {
        let mut rows = Vec::with_capacity(size_of::<u32>() + list.len() * T::WIDTH);
        rows.extend((list.len() as u32).to_le_bytes());
        list.iter().for_each(|item| item.write(&mut rows, self));
        self.store(T::WIDTH, list.is_empty(), rows)
    }

    /// Stores what is not there yet. Equal bytes of rows of another width are something else.
    fn store(&mut self, width: usize, is_empty: bool, bytes: Vec<u8>) -> u32 {
        if is_empty {
            return 0;
        }
        let address = self.bytes.len() as u32;
        let known = self.known.entry((width, bytes.into()));
        *known.or_insert_with_key(|(_, bytes)| {
            self.bytes.extend(&**bytes);
            address
        })
    }

    /// Where lists and texts begin, in order.
    pub(super) fn begins(&self) -> Vec<u32> {
        let mut begins: Vec<u32> = self.known.values().copied().collect();
        begins.sort_unstable();
        begins
    }

    /// The section, if it is not larger than addresses can be.
    pub(super) fn into_section(self) -> Option<Vec<u8>> {
        u32::try_from(self.bytes.len()).ok().map(|_| self.bytes)
    }
}

/// How many bytes of rows are read for each byte of a section, as equal lists are stored once. Lists
/// that refer to one another could otherwise make a small file a schema of any size.
const MAX_EXPANSION: usize = 16;

/// Reads one section.
pub(super) struct Reader<'a> {
    section: Content<'a>,
    /// Where lists go. Without one, there are only texts.
    arena: Option<&'a Arena>,
    /// How many bytes of rows may still be read.
    budget: Cell<usize>,
    /// The shapes that are read, unless all are.
    closure: RefCell<Option<Closure>>,
}

/// What a section is read from.
enum Content<'a> {
    Whole(&'a [u8]),
    Blocks(Blocks<'a>),
}

/// Shapes, numbered in the order in which something refers to them.
#[derive(Default)]
struct Closure {
    /// Operations have no errors.
    leaves_errors: bool,
    /// No more shapes are read: others have no number.
    is_full: bool,
    numbers: HashMap<ShapeIndex, ShapeIndex>,
    order: Vec<ShapeIndex>,
}

/// What is left of a record that is read.
pub(super) struct Row<'a> {
    bytes: &'a [u8],
    /// The address of the list that the record is in: the lists that it refers to are before it.
    below: usize,
    depth: u8,
}

/// A list that has been found and not read.
pub(super) struct Rows<'a, T> {
    bytes: &'a [u8],
    address: usize,
    depth: u8,
    items: PhantomData<T>,
}

impl<T> Clone for Rows<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Rows<'_, T> {}

impl<'a> Row<'a> {
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or(Damage::Size)?;
        self.bytes = rest;
        Ok(*taken)
    }

    /// The first bytes of the row, as a row of their own.
    pub(super) fn part(&mut self, width: usize) -> Result<Row<'a>, Damage> {
        let (bytes, rest) = self.bytes.split_at_checked(width).ok_or(Damage::Size)?;
        self.bytes = rest;
        Ok(Row { bytes, ..*self })
    }
}

impl<'a> Reader<'a> {
    /// A reader of the section that decodes into the arena.
    pub(super) fn new(section: &'a [u8], arena: Option<&'a Arena>) -> Self {
        Self::of(Content::Whole(section), section.len(), arena)
    }

    /// The same for a section in blocks.
    pub(super) fn of_blocks(blocks: Blocks<'a>, arena: &'a Arena) -> Self {
        let len = blocks.len();
        Self::of(Content::Blocks(blocks), len, Some(arena))
    }

    fn of(section: Content<'a>, len: usize, arena: Option<&'a Arena>) -> Self {
        Reader {
            section,
            arena,
            budget: Cell::new(len.saturating_mul(MAX_EXPANSION)),
            closure: RefCell::new(None),
        }
    }

    /// The section from an address on, at least as far as what begins there.
    fn from(&self, address: usize) -> Result<&'a [u8], Damage> {
        match &self.section {
            Content::Whole(section) => section.get(address..).ok_or(Damage::Address),
            Content::Blocks(blocks) => blocks.from(address),
        }
    }

    /// Why a block could not be read, if that is why something was found to be damaged.
    pub(super) fn take_error(&self) -> Option<io::Error> {
        match &self.section {
            Content::Whole(_) => None,
            Content::Blocks(blocks) => blocks.take_error(),
        }
    }

    /// Bytes outside the section, as a row without addresses.
    pub(super) fn row(&self, bytes: &'a [u8]) -> Row<'a> {
        Rows::<u8>::EMPTY.row(bytes)
    }

    /// The list whose address comes next in a row.
    pub(super) fn next<T: Record<'a>>(&self, row: &mut Row<'a>) -> Result<Rows<'a, T>, Damage> {
        let address = u32::from_le_bytes(row.take()?);
        if address as usize >= row.below || row.depth >= MAX_DEPTH {
            return Err(Damage::Address);
        }
        self.at(address, row.depth + 1)
    }

    /// The text whose address comes next in a row.
    pub(super) fn text(&self, row: &mut Row<'a>) -> Result<&'a str, Damage> {
        let address = u32::from_le_bytes(row.take()?) as usize;
        if address == 0 {
            return Ok("");
        }
        let mut from = self.from(address)?;
        let mut len = 0;
        for shift in [0, 7, 14, 21, 28] {
            let (byte, rest) = from.split_first().ok_or(Damage::Address)?;
            from = rest;
            len |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let bytes = from.get(..len).ok_or(Damage::Size)?;
                return str::from_utf8(bytes).map_err(|_| Damage::Text);
            }
        }
        Err(Damage::Size)
    }

    /// The list at an address.
    pub(super) fn rows<T: Record<'a>>(&self, address: u32) -> Result<Rows<'a, T>, Damage> {
        self.at(address, 0)
    }

    fn at<T: Record<'a>>(&self, address: u32, depth: u8) -> Result<Rows<'a, T>, Damage> {
        let address = address as usize;
        if address == 0 {
            return Ok(Rows::EMPTY);
        }
        let from = self.from(address)?;
        let (len, rows) = from.split_first_chunk().ok_or(Damage::Address)?;
        let len = u32::from_le_bytes(*len) as usize;
        let size = len.checked_mul(T::WIDTH).ok_or(Damage::Size)?;
        Ok(Rows {
            bytes: rows.get(..size).ok_or(Damage::Size)?,
            address,
            depth,
            items: PhantomData,
        })
    }

    /// The first row of the list at an address.
    pub(super) fn first<T: Record<'a>>(&self, address: u32) -> Result<T, Damage> {
        self.rows(address)?.get(0, self)
    }

    /// All rows of a list.
    pub(super) fn list<T: Record<'a>>(&self, rows: Rows<'a, T>) -> Result<&'a [T], Damage> {
        self.spend(rows.bytes.len())?;
        let each = rows.bytes.chunks_exact(T::WIDTH);
        let each = each.map(|bytes| T::read(&mut rows.row(bytes), self));
        self.arena.ok_or(Damage::Size)?.try_list(each)
    }

    /// The list of what each row stands for.
    pub(super) fn map<T: Record<'a> + 'a, U: Copy>(
        &self,
        rows: Rows<'a, T>,
        stands_for: impl Fn(T) -> U,
    ) -> Result<&'a [U], Damage> {
        let list = self.list(rows)?;
        let arena = self.arena.ok_or(Damage::Size)?;
        Ok(arena.list(list.iter().copied().map(stands_for)))
    }

    /// From here on, only shapes are read that something refers to, and errors of operations only if
    /// they are wanted.
    pub(super) fn close(&self, with_errors: bool) {
        self.closure.replace(Some(Closure {
            leaves_errors: !with_errors,
            ..Closure::default()
        }));
    }

    /// Whether operations are read without their errors.
    pub(super) fn leaves_errors(&self) -> bool {
        let closure = self.closure.borrow();
        closure.as_ref().is_some_and(|found| found.leaves_errors)
    }

    /// The shapes that are referred to, with all that they refer to, and their indices.
    pub(super) fn closure(
        &self,
        shapes: Rows<'a, Shape<'a>>,
    ) -> Result<(Vec<Shape<'a>>, Vec<ShapeIndex>), Damage> {
        let next = |at: usize| self.closure.borrow().as_ref()?.order.get(at).copied();
        let mut found = Vec::new();
        while let Some(shape) = next(found.len()) {
            found.push(shapes.get(shape as usize, self)?);
        }
        let closure = self.closure.take().unwrap_or_default();
        Ok((found, closure.order))
    }

    /// The same without what is within the members of the output, whose number is given: these have a
    /// kind, and nothing that nothing else needs.
    pub(super) fn outline(
        &self,
        shapes: Rows<'a, Shape<'a>>,
        output: Option<ShapeIndex>,
    ) -> Result<Vec<Shape<'a>>, Damage> {
        let next = |at: usize| self.closure.borrow().as_ref()?.order.get(at).copied();
        let read = |shape: ShapeIndex| shapes.get(shape as usize, self);
        let output = output.map(|output| output as usize);
        let mut found = Vec::new();
        let mut last = None;
        while let Some(shape) = next(found.len()) {
            if output == Some(found.len()) {
                last = Some(shape);
                found.push(document(""));
            } else {
                found.push(read(shape)?);
            }
        }
        if let (Some(shape), Some(at)) = (last, output) {
            found[at] = read(shape)?;
        }
        if let Some(closure) = self.closure.borrow_mut().as_mut() {
            closure.is_full = true;
        }
        while let Some(shape) = next(found.len()) {
            found.push(read(shape)?);
        }
        Ok(found)
    }

    /// The index of a shape among those that are read.
    pub(super) fn number(&self, shape: ShapeIndex) -> ShapeIndex {
        let mut closure = self.closure.borrow_mut();
        let Some(Closure {
            numbers,
            order,
            is_full,
            ..
        }) = closure.as_mut()
        else {
            return shape;
        };
        if *is_full {
            return numbers.get(&shape).copied().unwrap_or(ShapeIndex::MAX);
        }
        *numbers.entry(shape).or_insert_with(|| {
            order.push(shape);
            order.len() as ShapeIndex - 1
        })
    }

    /// Takes bytes from the budget.
    pub(super) fn spend(&self, bytes: usize) -> Result<(), Damage> {
        let left = self.budget.get().checked_sub(bytes);
        self.budget.set(left.ok_or(Damage::Size)?);
        Ok(())
    }
}

impl<'a, T: Record<'a>> Rows<'a, T> {
    const EMPTY: Self = Rows {
        bytes: &[],
        address: 0,
        depth: 0,
        items: PhantomData,
    };

    pub(super) fn len(self) -> usize {
        self.bytes.len() / T::WIDTH
    }

    fn row(self, bytes: &'a [u8]) -> Row<'a> {
        Row {
            bytes,
            below: self.address,
            depth: self.depth,
        }
    }

    /// The row at an index.
    pub(super) fn get(self, index: usize, reader: &Reader<'a>) -> Result<T, Damage> {
        reader.spend(T::WIDTH)?;
        let bytes = self.bytes.chunks_exact(T::WIDTH).nth(index);
        T::read(&mut self.row(bytes.ok_or(Damage::Address)?), reader)
    }

    /// The index of the row with this key, if the rows are sorted by a text that they begin with.
    pub(super) fn find(self, key: &str, reader: &Reader<'a>) -> Result<Option<usize>, Damage> {
        let (mut from, mut to) = (0, self.len());
        while from < to {
            let middle = from.midpoint(to);
            let bytes = self.bytes.chunks_exact(T::WIDTH).nth(middle);
            let mut row = self.row(bytes.ok_or(Damage::Address)?);
            match reader.text(&mut row)?.cmp(key) {
                Ordering::Equal => return Ok(Some(middle)),
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
            }
        }
        Ok(None)
    }
}
