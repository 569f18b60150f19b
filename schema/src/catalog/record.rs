//! How values of the schema are stored: each type is a record of a fixed width.
//!
//! The fields of a record follow each other without gaps; numbers are little-endian. What has no
//! fixed width (texts, lists, references, optional values) is in the heap of the section, and the
//! record has its address. An enum is the number of its variant in one byte, the fields of the
//! variant, and zeros up to the width of the widest variant.

use super::Damage;
use super::heap::{Heap, Reader, Row};

/// The width of an address in the heap.
pub(super) const ADDRESS: usize = size_of::<u32>();

/// A type that can be stored.
pub(super) trait Record<'a>: Copy {
    /// The number of bytes of a record.
    const WIDTH: usize;

    /// Appends the record to a row.
    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap);

    /// Takes the record from the front of a row.
    ///
    /// # Errors
    ///
    /// The bytes are no such record.
    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage>;
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl<'a> Record<'a> for $number {
            const WIDTH: usize = size_of::<$number>();

            fn write(&self, row: &mut Vec<u8>, _: &mut Heap) {
                row.extend(self.to_le_bytes());
            }

            fn read(row: &mut Row<'a>, _: &Reader<'a>) -> Result<Self, Damage> {
                row.take().map(<$number>::from_le_bytes)
            }
        }
    )*};
}

numbers! { u8 u16 u32 u64 i64 f64 }

impl<'a> Record<'a> for bool {
    const WIDTH: usize = 1;

    fn write(&self, row: &mut Vec<u8>, _: &mut Heap) {
        row.push(u8::from(*self));
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        match u8::read(row, reader)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damage::Number),
        }
    }
}

impl<'a> Record<'a> for &'a str {
    const WIDTH: usize = ADDRESS;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        let address = heap.text(self);
        address.write(row, heap);
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        reader.text(row)
    }
}

impl<'a, T: Record<'a>> Record<'a> for &'a [T] {
    const WIDTH: usize = ADDRESS;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        let address = heap.list(self);
        address.write(row, heap);
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        let rows = reader.next(row)?;
        reader.list(rows)
    }
}

impl<'a, T: Record<'a>> Record<'a> for &'a T {
    const WIDTH: usize = ADDRESS;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        std::slice::from_ref(*self).write(row, heap);
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        let list = <&'a [T]>::read(row, reader)?;
        list.first().ok_or(Damage::Address)
    }
}

/// An optional value is stored as a list of at most one.
macro_rules! optional {
    ($($value:ty)*) => {$(
        impl<'a> Record<'a> for Option<$value> {
            const WIDTH: usize = ADDRESS;

            fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
                self.as_slice().write(row, heap);
            }

            fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
                <&'a [$value]>::read(row, reader).map(|list| list.first().copied())
            }
        }
    )*};
}
pub(super) use optional;

impl<'a, A: Record<'a>, B: Record<'a>> Record<'a> for (A, B) {
    const WIDTH: usize = A::WIDTH + B::WIDTH;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        self.0.write(row, heap);
        self.1.write(row, heap);
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        Ok((A::read(row, reader)?, B::read(row, reader)?))
    }
}

/// Structures, with their fields and what each is stored as.
macro_rules! structures {
    ($( $name:ty { $($field:tt: $type:ty),* $(,)? } )*) => {$(
        impl<'a> Record<'a> for $name {
            const WIDTH: usize = 0 $(+ <$type as Record<'a>>::WIDTH)*;

            fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
                $( self.$field.write(row, heap); )*
            }

            fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
                Ok(Self { $( $field: <$type>::read(row, reader)?, )* })
            }
        }
    )*};
}
pub(super) use structures;

/// Enums, with the number of each variant and its fields.
macro_rules! enums {
    ($(
        $name:ty { $( $variant:ident $(( $($field:ident: $type:ty),* ))? = $number:literal ),* $(,)? }
    )*) => {$(
        impl<'a> Record<'a> for $name {
            const WIDTH: usize = 1 + widest(&[$( 0 $($( + <$type as Record<'a>>::WIDTH )*)? ),*]);

            fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
                // Variants without fields don't use it.
                let _ = &heap;
                let end = row.len() + Self::WIDTH;
                match *self {
                    $( Self::$variant $(( $($field),* ))? => {
                        row.push($number);
                        $($( <$type as Record<'a>>::write(&$field, row, heap); )*)?
                    } )*
                }
                row.resize(end, 0);
            }

            fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
                let mut row = row.part(Self::WIDTH)?;
                let row = &mut row;
                match u8::read(row, reader)? {
                    $( $number => Ok(Self::$variant $(( $( <$type>::read(row, reader)? ),* ))?), )*
                    _ => Err(Damage::Number),
                }
            }
        }
    )*};
}
pub(super) use enums;

/// The greatest of these numbers.
pub(super) const fn widest(widths: &[usize]) -> usize {
    let mut widest = 0;
    let mut at = 0;
    while at < widths.len() {
        if widths[at] > widest {
            widest = widths[at];
        }
        at += 1;
    }
    widest
}

/// What is stored as a text that identifies it.
macro_rules! named {
    ($( $name:ty = $write:expr, $read:expr; )*) => {$(
        impl<'a> Record<'a> for $name {
            const WIDTH: usize = ADDRESS;

            fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
                let name: fn(&Self) -> &str = $write;
                name(self).write(row, heap);
            }

            fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
                let named: fn(&'a str) -> Option<Self> = $read;
                let name = <&'a str>::read(row, reader)?;
                named(name).ok_or_else(|| Damage::Unknown(name.to_owned()))
            }
        }
    )*};
}
pub(super) use named;
