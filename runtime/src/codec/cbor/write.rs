//! Writing CBOR.

use crate::codec::Format;
use crate::schema::{Kind, Member};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, VisitError, VisitResult};
use minicbor::data::IanaTag;
use minicbor::encode::{Encoder, Error};
use std::convert::Infallible;

/// Writes values as CBOR.
pub(crate) struct Writer {
    out: Encoder<Vec<u8>>,
    /// The compounds that are not complete.
    open: Vec<Open>,
}

/// A compound whose head is one byte so far, as the number of its parts is known at its end.
struct Open {
    head: usize,
    parts: u64,
}

/// The largest number that is in the first byte of a head.
const LARGEST_SHORT: u64 = 23;

impl Writer {
    pub(super) fn new(out: Vec<u8>) -> Self {
        Writer {
            out: Encoder::new(out),
            open: Vec::new(),
        }
    }

    /// Most texts are short, so their heads are one byte.
    #[inline]
    fn text(&mut self, text: &str) -> VisitResult {
        if text.len() as u64 > LARGEST_SHORT {
            return written(self.out.str(text));
        }
        let out = self.out.writer_mut();
        out.reserve(24);
        out.push(0x60 | text.len() as u8);
        out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn part(&mut self, before: usize) {
        if let Some(open) = self.open.last_mut() {
            open.parts = before as u64 + 1;
        }
    }
}

/// A vector takes all bytes.
fn written<T>(result: Result<T, Error<Infallible>>) -> VisitResult {
    match result {
        Ok(_) => Ok(()),
        Err(_) => Err(VisitError::form("a value that CBOR has")),
    }
}

impl Format for Writer {
    type Output = Vec<u8>;

    fn null(&mut self, _: &Cursor<'_>) -> VisitResult {
        written(self.out.null())
    }
    fn boolean(&mut self, _: &Cursor<'_>, value: bool) -> VisitResult {
        written(self.out.bool(value))
    }
    fn integer(&mut self, _: &Cursor<'_>, value: i128) -> VisitResult {
        match i64::try_from(value) {
            Ok(value) => written(self.out.i64(value)),
            Err(_) => written(self.out.i128(value)),
        }
    }
    fn float(&mut self, at: &Cursor<'_>, value: f64) -> VisitResult {
        // The AWS CLI writes these, and only these, with half precision.
        let half: Option<&[u8]> = match value {
            f64::INFINITY => Some(&[0xf9, 0x7c, 0x00]),
            f64::NEG_INFINITY => Some(&[0xf9, 0xfc, 0x00]),
            _ if value.is_nan() => Some(&[0xf9, 0x7e, 0x00]),
            _ => None,
        };
        match half {
            Some(half) => self.out.writer_mut().extend_from_slice(half),
            None if at.shape().kind != Kind::Float => return written(self.out.f64(value)),
            None => {
                let single = value as f32;
                if single.is_infinite() {
                    return Err(VisitError::form("a number of single precision"));
                }
                return written(self.out.f32(single));
            }
        }
        Ok(())
    }
    fn string(&mut self, _: &Cursor<'_>, value: &str) -> VisitResult {
        self.text(value)
    }
    fn blob(&mut self, _: &Cursor<'_>, value: &[u8]) -> VisitResult {
        written(self.out.bytes(value))
    }
    fn timestamp(&mut self, _: &Cursor<'_>, value: Timestamp) -> VisitResult {
        written(self.out.tag(IanaTag::Timestamp))?;
        match value.nanoseconds() / 1_000_000 {
            0 => written(self.out.i64(value.seconds())),
            // The protocol has no finer times.
            millis => {
                let millis = value.seconds() as f64 * 1e3 + f64::from(millis);
                written(self.out.f64(millis / 1e3))
            }
        }
    }
    fn begin(&mut self, _: &Cursor<'_>, kind: CompoundKind) -> VisitResult {
        let head = self.out.writer().len();
        self.open.push(Open { head, parts: 0 });
        match kind {
            CompoundKind::Elements => self.out.writer_mut().push(0x80),
            CompoundKind::Members | CompoundKind::Entries => self.out.writer_mut().push(0xa0),
        }
        Ok(())
    }
    fn member(&mut self, _: &Cursor<'_>, member: &Member<'_>, before: usize) -> VisitResult {
        self.part(before);
        self.text(member.json_name())
    }
    fn element(&mut self, _: &Cursor<'_>, before: usize) -> VisitResult {
        self.part(before);
        Ok(())
    }
    fn entry(&mut self, _: &Cursor<'_>, key: &str, before: usize) -> VisitResult {
        self.part(before);
        self.text(key)
    }
    fn end(&mut self, _: &Cursor<'_>, kind: CompoundKind) -> VisitResult {
        let Some(Open { head, parts }) = self.open.pop() else {
            return Ok(());
        };
        if parts <= LARGEST_SHORT {
            if let Some(byte) = self.out.writer_mut().get_mut(head) {
                *byte |= parts as u8;
            }
            return Ok(());
        }
        let mut longer = Encoder::new(Vec::with_capacity(9));
        match kind {
            CompoundKind::Elements => written(longer.array(parts))?,
            CompoundKind::Members | CompoundKind::Entries => written(longer.map(parts))?,
        }
        let out = self.out.writer_mut();
        out.splice(head..head + 1, longer.into_writer());
        Ok(())
    }
    fn finish(self) -> Vec<u8> {
        self.out.into_writer()
    }
}
