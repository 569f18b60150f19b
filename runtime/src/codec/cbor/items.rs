//! [`Items`]: CBOR as a sequence of items, in all forms that the format has for each.

use crate::timestamp::Timestamp;
use minicbor::data::{IanaTag, Type};
use minicbor::decode::{Decoder, Error};
use std::borrow::Cow;

/// Maximum depth of a value, as in JSON.
pub(super) const DEEPEST: usize = 128;

/// A value, or the head of one that has parts.
pub(super) enum Item<'b> {
    Null,
    Boolean(bool),
    Integer(i128),
    Float(f64),
    Timestamp(Timestamp),
    Text(Cow<'b, str>),
    Bytes(Cow<'b, [u8]>),
    List(Parts),
    Map(Parts),
}

/// The parts of a list or map that are still to come.
pub(super) struct Parts {
    /// `None`: until a break.
    left: Option<u64>,
}

/// The items of a body.
pub(super) struct Items<'b> {
    decoder: Decoder<'b>,
    depth: usize,
}

impl<'b> Items<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Items {
            decoder: Decoder::new(bytes),
            depth: 0,
        }
    }

    /// Whether the bytes are one value.
    pub(super) fn are_one_value(bytes: &'b [u8]) -> bool {
        let mut items = Items::new(bytes);
        let item = items.next();
        item.and_then(|item| items.skip(item)).is_ok() && items.left() == 0
    }

    /// Why what comes next can't be taken.
    #[cold]
    pub(super) fn error(&self, why: &'static str) -> Error {
        Error::message(why).at(self.decoder.position())
    }

    /// Nothing may follow.
    pub(super) fn end(&self) -> Result<(), Error> {
        if self.left() == 0 {
            Ok(())
        } else {
            Err(self.error("bytes follow the value"))
        }
    }

    /// Number of bytes that have not been read.
    fn left(&self) -> usize {
        let all = self.decoder.input().len();
        all.saturating_sub(self.decoder.position())
    }

    /// The next item. A compound's parts follow, see [`Items::has_part`].
    pub(super) fn next(&mut self) -> Result<Item<'b>, Error> {
        let decoder = &mut self.decoder;
        Ok(match decoder.datatype()? {
            Type::Null => decoder.null().map(|()| Item::Null)?,
            Type::Undefined => decoder.undefined().map(|()| Item::Null)?,
            // No service has a use for other simple values.
            Type::Simple => decoder.simple().map(|_| Item::Null)?,
            Type::Bool => Item::Boolean(decoder.bool()?),
            Type::F16 => Item::Float(self.half()?),
            Type::F32 => Item::Float(decoder.f32()?.into()),
            Type::F64 => Item::Float(decoder.f64()?),
            Type::String => Item::Text(decoder.str()?.into()),
            Type::StringIndef => {
                Item::Text(decoder.str_iter()?.collect::<Result<String, _>>()?.into())
            }
            Type::Bytes => Item::Bytes(decoder.bytes()?.into()),
            Type::BytesIndef => {
                let pieces = decoder.bytes_iter()?.collect::<Result<Vec<_>, _>>()?;
                Item::Bytes(pieces.concat().into())
            }
            Type::Array | Type::ArrayIndef => {
                let length = decoder.array()?;
                Item::List(self.open(length, 1)?)
            }
            Type::Map | Type::MapIndef => {
                let length = decoder.map()?;
                Item::Map(self.open(length, 2)?)
            }
            Type::Tag => self.tagged()?,
            Type::Break => return Err(self.error("a break without a beginning")),
            Type::Unknown(_) => return Err(self.error("a byte without a meaning")),
            _ => Item::Integer(decoder.int()?.into()),
        })
    }

    /// A float of half precision, which minicbor reads with another crate only.
    fn half(&mut self) -> Result<f64, Error> {
        let at = self.decoder.position() + 1;
        let bytes = self.decoder.input().get(at..at + 2);
        let bytes = bytes.and_then(|bytes| <[u8; 2]>::try_from(bytes).ok());
        let bits = bytes
            .map(u16::from_be_bytes)
            .ok_or_else(Error::end_of_input)?;
        self.decoder.set_position(at + 2);
        let (exponent, fraction) = (bits >> 10 & 0x1f, f64::from(bits & 0x3ff));
        let value = match exponent {
            0 => fraction * 2_f64.powi(-24),
            31 if fraction == 0.0 => f64::INFINITY,
            31 => f64::NAN,
            _ => (1024.0 + fraction) * 2_f64.powi(i32::from(exponent) - 25),
        };
        Ok(if bits >> 15 == 0 { value } else { -value })
    }

    /// What follows a tag, and the tags in it.
    fn tagged(&mut self) -> Result<Item<'b>, Error> {
        let mut is_time = false;
        while self.decoder.datatype()? == Type::Tag {
            let start = self.decoder.position();
            let tag = self.decoder.tag()?;
            is_time = tag == IanaTag::Timestamp;
            if tag == IanaTag::PosBignum || tag == IanaTag::NegBignum {
                let end = self.decoder.position();
                self.decoder.set_position(start);
                match self.decoder.i128() {
                    Ok(integer) => return Ok(Item::Integer(integer)),
                    Err(_) => self.decoder.set_position(end),
                }
            }
        }
        let item = self.next()?;
        let point = match &item {
            Item::Integer(seconds) if is_time => i64::try_from(*seconds)
                .ok()
                .map(|seconds| Timestamp::new(seconds, 0)),
            Item::Float(seconds) if is_time => Timestamp::from_epoch(*seconds),
            _ => None,
        };
        Ok(point.map_or(item, Item::Timestamp))
    }

    /// A compound begins, whose parts have this number of items.
    fn open(&mut self, length: Option<u64>, items: u64) -> Result<Parts, Error> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("values are nested too deeply"));
        }
        // An item has at least one byte.
        let most = self.left() as u64 / items;
        if length.is_some_and(|length| length > most) {
            return Err(Error::end_of_input().at(self.decoder.position()));
        }
        Ok(Parts { left: length })
    }

    /// Whether another part of the compound follows. When there is none, the compound is complete.
    pub(super) fn has_part(&mut self, parts: &mut Parts) -> Result<bool, Error> {
        let more = match &mut parts.left {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None if self.decoder.datatype()? == Type::Break => {
                let next = self.decoder.position() + 1;
                self.decoder.set_position(next);
                false
            }
            None => true,
        };
        if !more {
            self.depth -= 1;
        }
        Ok(more)
    }

    /// The key of the next entry.
    pub(super) fn key(&mut self) -> Result<Cow<'b, str>, Error> {
        match self.next()? {
            Item::Text(key) => Ok(key),
            _ => Err(self.error("a key that is not text")),
        }
    }

    /// Skips the parts of an item.
    pub(super) fn skip(&mut self, item: Item<'b>) -> Result<(), Error> {
        let (mut parts, is_map) = match item {
            Item::List(parts) => (parts, false),
            Item::Map(parts) => (parts, true),
            _ => return Ok(()),
        };
        while self.has_part(&mut parts)? {
            if is_map {
                self.key()?;
            }
            let item = self.next()?;
            self.skip(item)?;
        }
        Ok(())
    }
}
