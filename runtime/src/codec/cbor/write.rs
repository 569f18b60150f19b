//! Writing CBOR.

use crate::codec::Format;
use crate::schema::{Kind, Member};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, VisitError, VisitResult};

/// Writes values as CBOR.
pub(crate) struct Writer {
    /// What is written, and room for more.
    out: Vec<u8>,
    /// The number of bytes that are written.
    len: usize,
    /// Where the heads of the compounds are that are not complete. They are one byte so far, as the
    /// number of parts is known at the end.
    open: Vec<usize>,
}

/// The first three bits of a head: what follows.
mod major {
    pub(super) const NATURAL: u8 = 0;
    pub(super) const NEGATIVE: u8 = 0x20;
    pub(super) const BYTES: u8 = 0x40;
    pub(super) const TEXT: u8 = 0x60;
    pub(super) const ARRAY: u8 = 0x80;
    pub(super) const MAP: u8 = 0xa0;
    pub(super) const TAG: u8 = 0xc0;
    pub(super) const OTHER: u8 = 0xe0;
}

/// The largest number that is in the first byte of a head.
const LARGEST_SHORT: u64 = 23;

/// What any head needs, and a text whose head is one byte.
const ROOM: usize = 1 + LARGEST_SHORT as usize;

/// Room is made for many values at once.
const MORE_ROOM: usize = 256;

impl Writer {
    pub(super) fn new(out: Vec<u8>) -> Self {
        Writer {
            len: out.len(),
            out,
            open: Vec::new(),
        }
    }

    /// Room for the next [`ROOM`] bytes. As their number is known to the compiler, writing into them is
    /// quicker than appending to a vector.
    #[inline(always)]
    fn room(&mut self) -> Result<&mut [u8; ROOM], VisitError> {
        if self.out.len() < self.len + ROOM {
            self.make_room();
        }
        let rest = self.out.get_mut(self.len..);
        rest.and_then(|rest| rest.first_chunk_mut())
            .ok_or_else(|| VisitError::form("a value that CBOR has"))
    }

    #[inline(never)]
    fn make_room(&mut self) {
        self.out.resize(self.len + MORE_ROOM, 0);
    }

    #[inline(always)]
    fn head(&mut self, major: u8, number: u64) -> VisitResult {
        self.len += fill_head(self.room()?, major, number);
        Ok(())
    }

    /// A head and these bytes. Most texts are short, so their heads are one byte.
    #[inline(always)]
    fn bytes(&mut self, major: u8, bytes: &[u8]) -> VisitResult {
        if bytes.len() as u64 > LARGEST_SHORT {
            return self.long(major, bytes);
        }
        let room = self.room()?;
        room[0] = major | bytes.len() as u8;
        copy_short(&mut room[1..], bytes);
        self.len += 1 + bytes.len();
        Ok(())
    }

    #[inline(never)]
    fn long(&mut self, major: u8, bytes: &[u8]) -> VisitResult {
        self.head(major, bytes.len() as u64)?;
        self.out.truncate(self.len);
        self.out.extend_from_slice(bytes);
        self.len = self.out.len();
        Ok(())
    }

    /// A float: its head says how many bytes it has.
    fn exact<const N: usize>(&mut self, head: u8, bytes: [u8; N]) -> VisitResult {
        let room = self.room()?;
        room[0] = major::OTHER | head;
        room[1..=N].copy_from_slice(&bytes);
        self.len += 1 + N;
        Ok(())
    }
}

/// Writes a head, as short as it can be; the number of its bytes.
#[inline(always)]
fn fill_head(room: &mut [u8; ROOM], major: u8, number: u64) -> usize {
    let (form, size) = match number {
        0..=LARGEST_SHORT => (number as u8, 0),
        0x18..=0xff => (24, 1),
        0x100..=0xffff => (25, 2),
        0x1_0000..=0xffff_ffff => (26, 4),
        _ => (27, 8),
    };
    room[0] = major | form;
    // All eight bytes are copied: what is behind the number is written over.
    let bytes = number.wrapping_shl(64 - 8 * size as u32).to_be_bytes();
    room[1..=bytes.len()].copy_from_slice(&bytes);
    1 + size
}

/// Copies at most [`LARGEST_SHORT`] bytes: by two pieces that overlap, which is quicker than
/// `memcpy` for so few.
#[inline(always)]
fn copy_short(to: &mut [u8], from: &[u8]) {
    let is_copied =
        copy_pieces::<16>(to, from) || copy_pieces::<8>(to, from) || copy_pieces::<4>(to, from);
    if !is_copied {
        for (to, from) in to.iter_mut().zip(from) {
            *to = *from;
        }
    }
}

/// Copies `N` to `2 * N` bytes; whether they are so many.
#[inline(always)]
fn copy_pieces<const N: usize>(to: &mut [u8], from: &[u8]) -> bool {
    let (Some(first), Some(last)) = (from.first_chunk::<N>(), from.last_chunk::<N>()) else {
        return false;
    };
    to[..N].copy_from_slice(first);
    to[from.len() - N..from.len()].copy_from_slice(last);
    true
}

impl Format for Writer {
    type Output = Vec<u8>;

    fn null(&mut self, _: &Cursor<'_>) -> VisitResult {
        self.head(major::OTHER, 22)
    }
    fn boolean(&mut self, _: &Cursor<'_>, value: bool) -> VisitResult {
        self.head(major::OTHER, if value { 21 } else { 20 })
    }
    fn integer(&mut self, _: &Cursor<'_>, value: i128) -> VisitResult {
        let (major, tag, number) = match value {
            0.. => (major::NATURAL, 2, value as u128),
            // -1 is zero here.
            _ => (major::NEGATIVE, 3, !value as u128),
        };
        if let Ok(number) = u64::try_from(number) {
            return self.head(major, number);
        }
        self.head(major::TAG, tag)?;
        let zeros = number.leading_zeros() / 8;
        self.bytes(major::BYTES, &number.to_be_bytes()[zeros as usize..])
    }
    fn float(&mut self, at: &Cursor<'_>, value: f64) -> VisitResult {
        // The AWS CLI writes these, and only these, with half precision.
        match value {
            f64::INFINITY => return self.exact(25, [0x7c, 0x00]),
            f64::NEG_INFINITY => return self.exact(25, [0xfc, 0x00]),
            _ if value.is_nan() => return self.exact(25, [0x7e, 0x00]),
            _ if at.shape().kind != Kind::Float => return self.exact(27, value.to_be_bytes()),
            _ => {}
        }
        let single = value as f32;
        if single.is_infinite() {
            return Err(VisitError::form("a number of single precision"));
        }
        self.exact(26, single.to_be_bytes())
    }
    fn string(&mut self, _: &Cursor<'_>, value: &str) -> VisitResult {
        self.bytes(major::TEXT, value.as_bytes())
    }
    fn blob(&mut self, _: &Cursor<'_>, value: &[u8]) -> VisitResult {
        self.bytes(major::BYTES, value)
    }
    fn timestamp(&mut self, at: &Cursor<'_>, value: Timestamp) -> VisitResult {
        self.head(major::TAG, 1)?;
        match value.nanoseconds() / 1_000_000 {
            0 => self.integer(at, value.seconds().into()),
            // The protocol has no finer times.
            millis => {
                let millis = value.seconds() as f64 * 1e3 + f64::from(millis);
                self.exact(27, (millis / 1e3).to_be_bytes())
            }
        }
    }
    fn begin(&mut self, _: &Cursor<'_>, kind: CompoundKind) -> VisitResult {
        self.open.push(self.len);
        self.head(major(kind), 0)
    }
    fn member(&mut self, _: &Cursor<'_>, member: &Member<'_>, _: usize) -> VisitResult {
        self.bytes(major::TEXT, member.json_name().as_bytes())
    }
    fn element(&mut self, _: &Cursor<'_>, _: usize) -> VisitResult {
        Ok(())
    }
    fn entry(&mut self, _: &Cursor<'_>, key: &str, _: usize) -> VisitResult {
        self.bytes(major::TEXT, key.as_bytes())
    }
    fn end(&mut self, _: &Cursor<'_>, kind: CompoundKind, parts: usize) -> VisitResult {
        let Some(head) = self.open.pop() else {
            return Ok(());
        };
        let parts = parts as u64;
        if parts <= LARGEST_SHORT {
            if let Some(byte) = self.out.get_mut(head) {
                *byte |= parts as u8;
            }
            return Ok(());
        }
        let mut longer = [0; ROOM];
        let size = fill_head(&mut longer, major(kind), parts);
        self.out.truncate(self.len);
        self.out
            .splice(head..head + 1, longer[..size].iter().copied());
        self.len = self.out.len();
        Ok(())
    }
    fn finish(mut self) -> Vec<u8> {
        self.out.truncate(self.len);
        self.out
    }
}

fn major(kind: CompoundKind) -> u8 {
    match kind {
        CompoundKind::Elements => major::ARRAY,
        CompoundKind::Members | CompoundKind::Entries => major::MAP,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::{EncodeMode, Encoder};
    use crate::document::Document;
    use crate::schema::{Service, ShapeIndex};
    use crate::visit::Visit;

    /// What is written after these bytes.
    fn written(before: &[u8], value: &dyn Visit) -> Vec<u8> {
        let writer = Writer::new(before.to_vec());
        let mut encoder = Encoder::new(
            writer,
            &Service::NONE,
            ShapeIndex::MAX,
            EncodeMode::Unchecked,
        );
        value.visit(&mut encoder).expect("CBOR");
        let mut out = encoder.finish().value;
        assert_eq!(out.get(..before.len()), Some(before));
        out.split_off(before.len())
    }

    fn expected(write: impl FnOnce(&mut minicbor::Encoder<Vec<u8>>)) -> Vec<u8> {
        let mut encoder = minicbor::Encoder::new(Vec::new());
        write(&mut encoder);
        encoder.into_writer()
    }

    #[test]
    fn integers_are_written_as_minicbor_writes_them() {
        for power in 0..127 {
            for near in [-1, 0, 1] {
                for value in [(1_i128 << power) + near, near - (1_i128 << power)] {
                    let same = expected(|encoder| drop(encoder.i128(value)));
                    assert_eq!(written(&[], &value), same, "{value}");
                }
            }
        }
        for value in [i128::MIN, i128::MAX, 23, 24, -24, -25] {
            let same = expected(|encoder| drop(encoder.i128(value)));
            assert_eq!(written(&[], &value), same, "{value}");
        }
    }

    #[test]
    fn texts_are_written_as_minicbor_writes_them_wherever_they_begin() {
        let digits = "0123456789".repeat(7_000);
        for length in (0..=300).chain([511, 512, 65_535, 65_536]) {
            let text = &digits[..length];
            let same = expected(|encoder| drop(encoder.str(text)));
            for before in [0, 1, 23, 24, 255, 511, 512] {
                let before = &digits.as_bytes()[..before];
                assert_eq!(
                    written(before, &Document::from(text)),
                    same,
                    "{length} after {}",
                    before.len()
                );
            }
        }
    }

    #[test]
    fn lists_have_their_number_of_parts_at_any_depth() {
        for count in [0, 1, 23, 24, 255, 256, 65_535, 65_536] {
            let value: Vec<Vec<bool>> = vec![vec![true; count], vec![false]];
            let same = expected(|encoder| {
                encoder.array(2).expect("CBOR");
                for list in &value {
                    encoder.array(list.len() as u64).expect("CBOR");
                    for part in list {
                        encoder.bool(*part).expect("CBOR");
                    }
                }
            });
            assert_eq!(written(&[], &value), same, "{count}");
        }
    }
}
