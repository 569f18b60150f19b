//! Elements of an XML document, one after the other.
//!
//! Namespaces don't count. A document type is refused, so there are no entities to expand.

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use std::borrow::Cow;
use std::fmt;

/// Why a text is not XML, or not XML that is read here. Nothing of the text is repeated, since it
/// may be sensitive.
#[derive(Debug, Clone)]
pub(crate) struct Malformed {
    reason: Cow<'static, str>,
    /// The number of bytes before it.
    at: u64,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Malformed { reason, at } = self;
        write!(f, "it is not XML that can be read: {reason}, at byte {at}")
    }
}

impl std::error::Error for Malformed {}

/// A position between the elements of a document.
#[derive(Clone)]
pub(super) struct Pull<'x> {
    xml: Reader<&'x [u8]>,
    /// The number of open elements.
    pub(super) depth: usize,
    /// Whether the current element has an empty-element tag, so that nothing is in it.
    is_empty: bool,
    has_root: bool,
}

impl<'x> Pull<'x> {
    pub(super) fn new(text: &'x str) -> Self {
        Pull {
            // Some services send white space while they work, and then the declaration.
            xml: Reader::from_str(text.trim_start()),
            depth: 0,
            is_empty: false,
            has_root: false,
        }
    }

    /// A problem here.
    #[cold]
    pub(super) fn malformed(&self, reason: impl Into<Cow<'static, str>>) -> Malformed {
        Malformed {
            reason: reason.into(),
            at: self.xml.buffer_position(),
        }
    }

    #[cold]
    fn broken(&self, error: Error) -> Malformed {
        self.malformed(match error {
            Error::Syntax(error) => error.to_string().into(),
            Error::IllFormed(IllFormedError::UnclosedReference) => "`&` without `;`".into(),
            Error::IllFormed(_) => Cow::from("an end tag does not match its start tag"),
            _ => "it has an invalid character or attribute".into(),
        })
    }

    fn event(&mut self) -> Result<Event<'x>, Malformed> {
        let event = self.xml.read_event().map_err(|error| self.broken(error))?;
        match &event {
            Event::Start(_) | Event::Empty(_) if self.depth == 0 && self.has_root => {
                return Err(self.malformed("an element follows the root element"));
            }
            Event::Start(_) => self.depth += 1,
            Event::End(_) => self.depth = self.depth.saturating_sub(1),
            Event::DocType(_) => {
                return Err(self.malformed("it has a document type, which is not accepted"));
            }
            Event::Eof if self.depth > 0 => return Err(self.malformed("it ends too early")),
            Event::Eof if !self.has_root => return Err(self.malformed("it has no element")),
            Event::Text(text) if self.depth == 0 && !text.trim().is_empty() => {
                return Err(self.malformed("text is outside the root element"));
            }
            Event::CData(_) | Event::GeneralRef(_) if self.depth == 0 => {
                return Err(self.malformed("text is outside the root element"));
            }
            _ => {}
        }
        Ok(event)
    }

    /// The next child of the current element, which becomes the current element; `None` at the end
    /// of the current element, which is left then.
    pub(super) fn child(&mut self) -> Result<Option<BytesStart<'x>>, Malformed> {
        if self.leaves_empty() {
            return Ok(None);
        }
        loop {
            match self.event()? {
                Event::Start(start) => return Ok(Some(start)),
                Event::Empty(start) => return Ok(Some(self.enter_empty(start))),
                Event::End(_) | Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }

    fn enter_empty(&mut self, start: BytesStart<'x>) -> BytesStart<'x> {
        self.depth += 1;
        self.is_empty = true;
        start
    }

    /// Leaves the current element if nothing is in it.
    fn leaves_empty(&mut self) -> bool {
        self.depth -= usize::from(self.is_empty);
        std::mem::take(&mut self.is_empty)
    }

    /// The root element, which becomes the current element.
    pub(super) fn root(&mut self) -> Result<BytesStart<'x>, Malformed> {
        let root = self.child()?;
        self.has_root = true;
        root.ok_or_else(|| self.malformed("it has no element"))
    }

    /// Reads on to the end of the document.
    pub(super) fn finish(&mut self) -> Result<(), Malformed> {
        self.leaves_empty();
        while !matches!(self.event()?, Event::Eof) {}
        Ok(())
    }

    /// Leaves the current element.
    pub(super) fn skip(&mut self) -> Result<(), Malformed> {
        let depth = self.depth;
        if self.leaves_empty() {
            return Ok(());
        }
        while self.depth >= depth {
            self.event()?;
        }
        Ok(())
    }

    /// The text of the current element, which is left. Elements in it are skipped.
    pub(super) fn text(&mut self) -> Result<Cow<'x, str>, Malformed> {
        match self.content()? {
            Content::Text(text) => Ok(text),
            Content::Child(_, mut text) => {
                self.skip()?;
                loop {
                    match self.content()? {
                        Content::Text(rest) => {
                            text.to_mut().push_str(&rest);
                            return Ok(text);
                        }
                        Content::Child(_, more) => {
                            text.to_mut().push_str(&more);
                            self.skip()?;
                        }
                    }
                }
            }
        }
    }

    /// The text up to the next child of the current element, which becomes the current element, or
    /// up to the end of the current element, which is left.
    pub(super) fn content(&mut self) -> Result<Content<'x>, Malformed> {
        let mut text = Cow::Borrowed("");
        if self.leaves_empty() {
            return Ok(Content::Text(text));
        }
        loop {
            let more = match self.event()? {
                Event::Text(more) => more.xml10_content(),
                Event::CData(more) => more.xml10_content(),
                Event::GeneralRef(reference) => self.resolve(&reference)?,
                Event::End(_) | Event::Eof => return Ok(Content::Text(text)),
                Event::Start(start) => return Ok(Content::Child(start, text)),
                Event::Empty(start) => return Ok(Content::Child(self.enter_empty(start), text)),
                _ => continue,
            };
            if text.is_empty() {
                text = more;
            } else {
                text.to_mut().push_str(&more);
            }
        }
    }

    fn resolve(&self, reference: &BytesRef<'x>) -> Result<Cow<'x, str>, Malformed> {
        let character = reference.resolve_char_ref().ok().flatten();
        character
            .map(|c| Cow::Owned(c.to_string()))
            .or_else(|| resolve_xml_entity(reference).map(Cow::Borrowed))
            .ok_or_else(|| self.malformed("it has an unknown reference"))
    }
}

/// What is in an element.
pub(super) enum Content<'x> {
    /// This text, and no more.
    Text(Cow<'x, str>),
    /// This text, and then a child.
    Child(BytesStart<'x>, Cow<'x, str>),
}
