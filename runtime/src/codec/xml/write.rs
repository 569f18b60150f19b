//! Writing XML.

use crate::codec::{Format, text};
use crate::schema::{Flags, Member, TimestampFormat, XmlNamespace};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, VisitError, VisitResult};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::ops::Range;

/// The name of elements that hold a key and a value of a map.
pub(super) const ENTRY: &str = "entry";

/// Writes values as XML.
///
/// A start tag stays open until something follows in its element, so that attributes can be added
/// whatever the order of the members.
pub(crate) struct Writer {
    out: Vec<u8>,
    open: Vec<Open>,
    /// The element of the next value: where it begins, and its name.
    element: Option<(usize, Range<usize>)>,
    /// The attribute that the next value is.
    attribute: Option<String>,
}

/// A compound that is not complete yet.
enum Open {
    /// It is an element.
    Element {
        name: Range<usize>,
        /// The end of the start tag, without `>`.
        tag: usize,
        is_map: bool,
    },
    /// Its parts are elements of this name in the element around it.
    Flat { name: String, is_map: bool },
}

impl Writer {
    pub(super) fn new(out: Vec<u8>) -> Self {
        Writer {
            out,
            open: Vec::with_capacity(8),
            element: None,
            attribute: None,
        }
    }

    fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Completes the start tag of the element around the next one.
    fn complete_tag(&mut self) {
        let around = self.open.iter().rev().find_map(|open| match open {
            Open::Element { tag, .. } => Some(*tag),
            Open::Flat { .. } => None,
        });
        if around == Some(self.out.len()) {
            self.out.push(b'>');
        }
    }

    /// Begins an element, except for the `>` of its start tag.
    fn start(&mut self, name: &str, namespace: Option<&XmlNamespace<'_>>) -> Range<usize> {
        self.out.push(b'<');
        let start = self.out.len();
        self.raw(name);
        let name = start..self.out.len();
        if let Some(namespace) = namespace {
            let colon = if namespace.prefix.is_empty() { "" } else { ":" };
            for part in [" xmlns", colon, namespace.prefix, "=\""] {
                self.raw(part);
            }
            // A model's namespace has nothing that XML can't hold.
            let _ = escape(&mut self.out, namespace.uri, true);
            self.out.push(b'"');
        }
        name
    }

    /// Begins the element of the next value.
    fn part(&mut self, name: &str, namespace: Option<&XmlNamespace<'_>>) {
        let before = self.out.len();
        self.complete_tag();
        let name = self.start(name, namespace);
        self.element = Some((before, name));
    }

    /// The name of the element of a value that begins now. The whole value has the name and the
    /// namespace of its member or shape.
    fn value(&mut self, at: &Cursor<'_>) -> Range<usize> {
        if let Some((_, name)) = self.element.take() {
            return name;
        }
        let member = at.part();
        let namespace = member.and_then(Member::xml_namespace);
        if !self.open.is_empty() {
            // A flat member or an attribute whose value is of another kind, or hidden.
            self.complete_tag();
            return self.start(member.map_or("", Member::xml_name), namespace);
        }
        let namespace = namespace
            .or_else(|| at.shape().xml_namespace())
            .or_else(|| at.service().xml_namespace());
        let stated = member.and_then(Member::stated_xml_name);
        self.start(stated.unwrap_or_else(|| at.shape().xml_name()), namespace)
    }

    /// Ends an element.
    fn close(&mut self, name: Range<usize>, is_empty: bool) {
        if is_empty {
            // With a space, as the AWS CLI writes it: the hash of the body is compared.
            self.raw(" />");
        } else {
            self.raw("</");
            self.out.extend_from_within(name);
            self.out.push(b'>');
        }
        self.end_entry();
    }

    /// Ends the entry whose value is complete, if there is one.
    fn end_entry(&mut self) {
        let name = match self.open.last() {
            Some(Open::Element { is_map: true, .. }) => ENTRY,
            Some(Open::Flat { name, is_map: true }) => name,
            _ => return,
        };
        for part in ["</", name, ">"] {
            self.out.extend_from_slice(part.as_bytes());
        }
    }

    /// A value without parts.
    fn text(&mut self, at: &Cursor<'_>, text: &str) -> VisitResult {
        if let Some(name) = self.attribute.take() {
            return self.add_attribute(&name, text);
        }
        let name = self.value(at);
        if !text.is_empty() {
            self.out.push(b'>');
            escape(&mut self.out, text, false)?;
        }
        self.close(name, text.is_empty());
        Ok(())
    }

    /// Adds an attribute to the start tag of the current structure.
    fn add_attribute(&mut self, name: &str, value: &str) -> VisitResult {
        let Some(Open::Element { tag, .. }) = self.open.last_mut() else {
            return Ok(());
        };
        let mut attribute = [" ", name, "=\""].concat().into_bytes();
        escape(&mut attribute, value, true)?;
        attribute.push(b'"');
        let at = *tag;
        *tag += attribute.len();
        self.out.splice(at..at, attribute);
        Ok(())
    }
}

impl Format for Writer {
    type Output = Vec<u8>;

    /// A member is absent; an element of a list or an entry of a map is empty.
    fn null(&mut self, at: &Cursor<'_>) -> VisitResult {
        self.attribute = None;
        if !self.open.is_empty() && !at.compound().has_members() {
            return self.text(at, "");
        }
        if let Some((before, _)) = self.element.take() {
            self.out.truncate(before);
        }
        Ok(())
    }
    fn boolean(&mut self, at: &Cursor<'_>, value: bool) -> VisitResult {
        self.text(at, text::boolean(value))
    }
    fn integer(&mut self, at: &Cursor<'_>, value: i128) -> VisitResult {
        self.text(at, &value.to_string())
    }
    fn float(&mut self, at: &Cursor<'_>, value: f64) -> VisitResult {
        self.text(at, &text::float(value))
    }
    fn string(&mut self, at: &Cursor<'_>, value: &str) -> VisitResult {
        self.text(at, value)
    }
    fn blob(&mut self, at: &Cursor<'_>, value: &[u8]) -> VisitResult {
        self.text(at, &BASE64.encode(value))
    }
    fn timestamp(&mut self, at: &Cursor<'_>, value: Timestamp) -> VisitResult {
        let written = text::timestamp(at, value, TimestampFormat::DateTime)?;
        self.text(at, &written)
    }
    fn begin(&mut self, at: &Cursor<'_>, kind: CompoundKind) -> VisitResult {
        let is_map = kind == CompoundKind::Entries;
        self.attribute = None;
        let part = at.part().filter(|part| part.is(Flags::XML_FLATTENED));
        if let Some(part) = part.filter(|_| self.element.is_none() && !self.open.is_empty()) {
            let name = part.xml_name().to_owned();
            self.open.push(Open::Flat { name, is_map });
            return Ok(());
        }
        let name = self.value(at);
        self.open.push(Open::Element {
            name,
            tag: self.out.len(),
            is_map,
        });
        Ok(())
    }
    fn member(&mut self, at: &Cursor<'_>, member: &Member<'_>, _: usize) -> VisitResult {
        if member.is(Flags::XML_ATTRIBUTE) {
            self.attribute = Some(member.xml_name().to_owned());
        } else if !(member.is(Flags::XML_FLATTENED) && at.shape().element().is_some()) {
            self.part(member.xml_name(), member.xml_namespace());
        }
        Ok(())
    }
    fn element(&mut self, at: &Cursor<'_>, _: usize) -> VisitResult {
        let namespace = at.part().and_then(Member::xml_namespace);
        match self.open.last() {
            Some(Open::Flat { name, .. }) => {
                let name = name.clone();
                self.part(&name, namespace);
            }
            _ => self.part(at.part().map_or("member", Member::xml_name), namespace),
        }
        Ok(())
    }
    fn entry(&mut self, at: &Cursor<'_>, key: &str, _: usize) -> VisitResult {
        let name = match self.open.last() {
            Some(Open::Flat { name, .. }) => name.clone(),
            _ => ENTRY.to_owned(),
        };
        self.complete_tag();
        self.start(&name, None);
        self.out.push(b'>');
        let member = at.compound().members.first();
        let name = self.start(
            member.map_or("key", Member::xml_name),
            member.and_then(Member::xml_namespace),
        );
        self.out.push(b'>');
        escape(&mut self.out, key, false)?;
        self.raw("</");
        self.out.extend_from_within(name);
        self.out.push(b'>');
        let before = self.out.len();
        let value = at.part();
        let name = self.start(
            value.map_or("value", Member::xml_name),
            value.and_then(Member::xml_namespace),
        );
        self.element = Some((before, name));
        Ok(())
    }
    fn end(&mut self, _: &Cursor<'_>, _: CompoundKind, _: usize) -> VisitResult {
        if let Some(Open::Element { name, tag, .. }) = self.open.pop() {
            self.close(name, tag == self.out.len());
        }
        Ok(())
    }
    fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// Appends text. A line end that a reader would change is written as a character reference.
///
/// # Errors
///
/// A character that XML 1.0 can't hold.
fn escape(out: &mut Vec<u8>, text: &str, in_attribute: bool) -> VisitResult {
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        let escaped = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' if in_attribute => "&quot;",
            '\t' if in_attribute => "&#x9;",
            '\n' if in_attribute => "&#xA;",
            '\r' => "&#xD;",
            '\u{85}' => "&#x85;",
            '\u{2028}' => "&#x2028;",
            '\t' | '\n' => continue,
            ..' ' | '\u{fffe}' | '\u{ffff}' => {
                return Err(VisitError::place(
                    "it has a control character, U+FFFE or U+FFFF, which XML can't hold",
                ));
            }
            _ => continue,
        };
        out.extend_from_slice(&text.as_bytes()[plain..at]);
        out.extend_from_slice(escaped.as_bytes());
        plain = at + c.len_utf8();
    }
    out.extend_from_slice(&text.as_bytes()[plain..]);
    Ok(())
}
