//! Forms (`application/x-www-form-urlencoded`) as AWS Query and EC2 Query send them.
//!
//! - The name of a parameter is the path of a value: `Filters.member.1.Values.member.2`.
//! - Text is percent-encoded, with `+` for a space.

#[cfg(feature = "xml")]
mod parameters;

#[cfg(feature = "xml")]
pub(crate) use parameters::Parameters;

use crate::codec::{Format, text};
use crate::schema::{Flags, Member, TimestampFormat};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, VisitResult};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::borrow::Cow;
use std::fmt::Write as _;

/// How parameters are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Members have their `xmlName`, or else their own name. Elements are `P.member.N`, or `P.N` in
    /// a flat list; an empty list is an empty `P`.
    Query,
    /// Members have their `ec2QueryName`, or else the other name, capitalized. Elements are `P.N`; an
    /// empty list is nothing.
    #[cfg_attr(
        not(feature = "xml"),
        allow(dead_code, reason = "EC2 Query is a feature")
    )]
    Ec2,
}

/// Writes values as parameters of a form.
pub(crate) struct Form {
    out: String,
    naming: Naming,
    /// The encoded name of the current value.
    name: String,
    open: Vec<Open>,
}

/// A compound that is not complete yet.
struct Open {
    /// The length of its name.
    name: usize,
    is_flat: bool,
    is_empty: bool,
}

impl Form {
    /// A form that continues this one.
    pub(crate) fn new(out: String, naming: Naming) -> Self {
        Form {
            out,
            naming,
            name: String::new(),
            open: Vec::with_capacity(8),
        }
    }

    /// Turns to a part of the current compound, whose name begins with that of the compound.
    fn part(&mut self, name: &str) {
        self.turn();
        if !name.is_empty() {
            if !self.name.is_empty() {
                self.name.push('.');
            }
            encode(&mut self.name, name);
        }
    }

    /// Turns to the next part of the current compound; whether the compound is flat.
    fn turn(&mut self) -> bool {
        let Some(open) = self.open.last_mut() else {
            return true;
        };
        open.is_empty = false;
        self.name.truncate(open.name);
        open.is_flat
    }

    /// Turns to the part with this number of the current list or map.
    fn numbered(&mut self, name: &str, before: usize) {
        if !self.turn() {
            self.part(name);
        }
        let _ = write!(self.name, ".{}", before + 1);
    }

    /// Writes the current value.
    fn text(&mut self, text: &str) -> VisitResult {
        self.out.extend(["&", &self.name, "="]);
        encode(&mut self.out, text);
        Ok(())
    }
}

impl Format for Form {
    type Output = String;

    fn null(&mut self, _: &Cursor<'_>) -> VisitResult {
        Ok(())
    }
    fn boolean(&mut self, _: &Cursor<'_>, value: bool) -> VisitResult {
        self.text(text::boolean(value))
    }
    fn integer(&mut self, _: &Cursor<'_>, value: i128) -> VisitResult {
        self.text(&value.to_string())
    }
    fn float(&mut self, _: &Cursor<'_>, value: f64) -> VisitResult {
        self.text(&text::float(value))
    }
    fn string(&mut self, _: &Cursor<'_>, value: &str) -> VisitResult {
        self.text(value)
    }
    fn blob(&mut self, _: &Cursor<'_>, value: &[u8]) -> VisitResult {
        self.text(&BASE64.encode(value))
    }
    fn timestamp(&mut self, at: &Cursor<'_>, value: Timestamp) -> VisitResult {
        self.text(&text::timestamp(at, value, TimestampFormat::DateTime)?)
    }
    fn begin(&mut self, at: &Cursor<'_>, kind: CompoundKind) -> VisitResult {
        let is_flat = at.part().is_some_and(|part| part.is(Flags::XML_FLATTENED));
        self.open.push(Open {
            name: self.name.len(),
            is_flat: is_flat || (self.naming == Naming::Ec2 && kind == CompoundKind::Elements),
            is_empty: true,
        });
        Ok(())
    }
    fn member(&mut self, _: &Cursor<'_>, member: &Member<'_>, _: usize) -> VisitResult {
        match self.naming {
            Naming::Query => self.part(member.xml_name()),
            Naming::Ec2 => self.part(&ec2_name(member)),
        }
        Ok(())
    }
    fn element(&mut self, at: &Cursor<'_>, before: usize) -> VisitResult {
        self.numbered(at.part().map_or("member", Member::xml_name), before);
        Ok(())
    }
    fn entry(&mut self, at: &Cursor<'_>, key: &str, before: usize) -> VisitResult {
        self.numbered("entry", before);
        let entry = self.name.len();
        let named = |member: Option<&Member<'_>>, or: &'static str| {
            [".", member.map_or(or, |member| member.xml_name())].concat()
        };
        self.name += &named(at.compound().members.first(), "key");
        self.text(key)?;
        self.name.truncate(entry);
        self.name += &named(at.part(), "value");
        Ok(())
    }
    fn end(&mut self, _: &Cursor<'_>, kind: CompoundKind, _: usize) -> VisitResult {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        self.name.truncate(open.name);
        let is_list = kind == CompoundKind::Elements;
        if is_list && open.is_empty && self.naming == Naming::Query {
            self.text("")?;
        }
        Ok(())
    }
    fn finish(self) -> String {
        self.out
    }
}

/// The name of a member's parameter in EC2 Query.
fn ec2_name<'a>(member: &Member<'a>) -> Cow<'a, str> {
    if let Some(name) = member.ec2_query_name() {
        return name.into();
    }
    let name = member.xml_name();
    match name.as_bytes().first() {
        Some(b'a'..=b'z') => (name[..1].to_ascii_uppercase() + &name[1..]).into(),
        _ => name.into(),
    }
}

/// Appends percent-encoded text.
fn encode(out: &mut String, text: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'~');
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|byte| !is_plain(byte)) {
        let (plain, from) = rest.split_at(at);
        out.push_str(plain);
        let length = from.chars().next().map_or(1, char::len_utf8);
        let (escaped, after) = from.split_at(length);
        rest = after;
        if escaped == " " {
            out.push('+');
            continue;
        }
        for byte in escaped.bytes() {
            let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
            out.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    out.push_str(rest);
}
