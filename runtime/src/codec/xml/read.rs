//! Reading XML: elements go straight into the visitor, guided by the schema.

use super::pull::{Content, Malformed, Pull};
use super::scalar::scalar;
use super::write::ENTRY;
use crate::codec::{DeserializeError, Extent};
use crate::schema::{Flags, Kind, Member, Service, Shape, ShapeIndex};
use crate::visit::{CompoundKind, VisitError, Visitor};
use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use std::collections::HashSet;

/// Maximum depth of elements whose content is a value.
const DEEPEST: usize = 128;

/// What is read, and in which form.
pub(super) struct Reading<'a> {
    pub(super) service: &'a Service<'a>,
    pub(super) shape: ShapeIndex,
    pub(super) extent: Extent,
    /// Text that the schema takes for a point in time, bytes or a malformed number stays text.
    pub(super) as_it_came: bool,
}

impl Reading<'_> {
    /// Reads the element at this path below the root, or the root; whether there is one. The
    /// document is read to its end, so that what is cut off is not taken for the whole.
    pub(super) fn read(
        &self,
        text: &str,
        path: &[&str],
        visitor: &mut dyn Visitor,
    ) -> Result<bool, DeserializeError> {
        let mut reader = Reader {
            service: self.service,
            as_it_came: self.as_it_came,
            xml: Pull::new(text),
            seen: Vec::new(),
        };
        let found = reader.document(self, path, visitor);
        found.map_err(|failure| match failure {
            Failure::Malformed(error) => DeserializeError::format(error),
            Failure::Value(path, error) => DeserializeError::value(path, error),
            Failure::IsError => DeserializeError::is_error(),
        })
    }
}

/// Why reading stopped.
enum Failure {
    Malformed(Malformed),
    /// The value at the path can't be understood.
    Value(String, VisitError),
    /// It is an error of the service.
    IsError,
}

impl Failure {
    /// The same, in a part of a value.
    #[cold]
    fn within(self, step: &str) -> Self {
        match self {
            Failure::Value(path, error) => {
                let dot = if path.is_empty() || path.starts_with('[') {
                    ""
                } else {
                    "."
                };
                Failure::Value([step, dot, &path].concat(), error)
            }
            other => other,
        }
    }
}

impl From<Malformed> for Failure {
    fn from(error: Malformed) -> Self {
        Failure::Malformed(error)
    }
}

impl From<VisitError> for Failure {
    fn from(error: VisitError) -> Self {
        Failure::Value(String::new(), error)
    }
}

type Read = Result<(), Failure>;

struct Reader<'a, 'x> {
    service: &'a Service<'a>,
    as_it_came: bool,
    xml: Pull<'x>,
    /// Members of the open structures that were read: a bit each.
    seen: Vec<u64>,
}

impl<'a> Reader<'a, '_> {
    fn document(
        &mut self,
        reading: &Reading<'a>,
        path: &[&str],
        visitor: &mut dyn Visitor,
    ) -> Result<bool, Failure> {
        let mut start = self.xml.root()?;
        let shape = self.service.shape(reading.shape);
        // A service that fails after it began to answer can't change the status any more.
        let names_error = shape.xml_name() == "Error" || shape.error().is_some();
        let is_error = start.local_name().as_ref() == "Error";
        if path.is_empty() && shape.has_members() && is_error && !names_error {
            return Err(Failure::IsError);
        }
        for name in path {
            start = loop {
                match self.xml.child()? {
                    Some(start) if start.local_name().as_ref() == *name => break start,
                    Some(_) => self.xml.skip()?,
                    None => {
                        self.xml.finish()?;
                        return Ok(false);
                    }
                }
            }
        }
        match reading.extent {
            Extent::Members => self.members(shape, &start, reading.extent, visitor)?,
            Extent::Value => self.value(shape, &start, visitor)?,
        }
        self.xml.finish()?;
        Ok(true)
    }

    /// Reads the current element as a value of the shape.
    fn value(
        &mut self,
        shape: &'a Shape<'a>,
        start: &BytesStart<'_>,
        visitor: &mut dyn Visitor,
    ) -> Read {
        match shape.kind {
            Kind::Structure | Kind::Union => {
                visitor.begin(CompoundKind::Members)?;
                self.members(shape, start, Extent::Value, visitor)?;
            }
            Kind::List => {
                visitor.begin(CompoundKind::Elements)?;
                self.elements(shape, visitor)?;
            }
            Kind::Map => {
                visitor.begin(CompoundKind::Entries)?;
                self.entries(shape, visitor)?;
            }
            Kind::Document => return self.anything(visitor),
            kind => {
                let text = self.xml.text()?;
                return Ok(scalar(kind, &text, self.as_it_came, visitor)?);
            }
        }
        Ok(visitor.end()?)
    }

    /// Refuses a value whose parts are too deep.
    fn check_depth(&self) -> Result<(), Malformed> {
        if self.xml.depth > DEEPEST {
            return Err(self.xml.malformed("elements are nested too deeply"));
        }
        Ok(())
    }

    /// Reads members of a structure.
    fn members(
        &mut self,
        shape: &'a Shape<'a>,
        start: &BytesStart<'_>,
        extent: Extent,
        visitor: &mut dyn Visitor,
    ) -> Read {
        self.check_depth()?;
        let seen = self.seen.len();
        self.seen.resize(seen + shape.members.len().div_ceil(64), 0);
        let mut known = self.attributes(shape, start, visitor)?;
        let mut unknown = None;
        let mut expected = 0;
        while let Some(child) = self.xml.child()? {
            let name = child.local_name();
            let found = member(shape, name.as_ref(), expected)
                .filter(|(_, member)| !extent.excludes(member));
            let Some((index, member)) = found else {
                unknown.get_or_insert_with(|| name.as_ref().to_owned());
                self.xml.skip()?;
                continue;
            };
            (expected, known) = (index, true);
            let bit = 1 << (index % 64);
            let word = self.seen.get_mut(seen + index / 64);
            let was_seen = word.is_some_and(|word| {
                let was = *word & bit != 0;
                *word |= bit;
                was
            });
            self.member(index, member, &child, was_seen, visitor)
                .map_err(|failure| failure.within(member.name))?;
        }
        self.seen.truncate(seen);
        match unknown {
            Some(name) if shape.kind == Kind::Union && !known => self.unknown(&name, visitor),
            _ => Ok(()),
        }
    }

    /// Reads a member. Of a member that is there twice, the first counts.
    fn member(
        &mut self,
        index: usize,
        member: &'a Member<'a>,
        start: &BytesStart<'_>,
        was_seen: bool,
        visitor: &mut dyn Visitor,
    ) -> Read {
        let shape = self.service.shape(member.target);
        let kind = match shape.kind {
            Kind::List => CompoundKind::Elements,
            _ => CompoundKind::Entries,
        };
        if !member.is(Flags::XML_FLATTENED) || shape.element().is_none() {
            return match was_seen {
                true => Ok(self.xml.skip()?),
                false => self.value(shape, start, visitor.member(index)?),
            };
        }
        let visitor = visitor.member(index)?;
        match was_seen {
            true => visitor.resume(kind)?,
            false => visitor.begin(kind)?,
        }
        match kind {
            CompoundKind::Elements => self.element(shape, start, visitor)?,
            _ => self.entry(shape, visitor)?,
        }
        Ok(visitor.end()?)
    }

    /// Tells the visitor of a union's unknown member. In a document it is a value, as the AWS CLI
    /// prints it.
    fn unknown(&mut self, name: &str, visitor: &mut dyn Visitor) -> Read {
        if !self.as_it_came {
            return Ok(visitor.unknown(name)?);
        }
        let visitor = visitor.entry("SDK_UNKNOWN_MEMBER")?;
        visitor.begin(CompoundKind::Entries)?;
        visitor.entry("name")?.string(name)?;
        Ok(visitor.end()?)
    }

    /// Reads the members that are attributes; whether there were any.
    fn attributes(
        &mut self,
        shape: &'a Shape<'a>,
        start: &BytesStart<'_>,
        visitor: &mut dyn Visitor,
    ) -> Result<bool, Failure> {
        let mut any = false;
        if start.attributes_raw().is_empty() {
            return Ok(any);
        }
        for (index, member) in shape.members.iter().enumerate() {
            if !member.is(Flags::XML_ATTRIBUTE) {
                continue;
            }
            let mut attributes = start.attributes();
            let mut present = attributes.with_checks(false).flatten();
            let Some(found) = present.find(|found| same(found.key.as_ref(), member.xml_name()))
            else {
                continue;
            };
            let value = found.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|_| self.xml.malformed("an attribute is malformed"))?;
            let kind = self.service.shape(member.target).kind;
            scalar(kind, &value, self.as_it_came, visitor.member(index)?)
                .map_err(|error| Failure::from(error).within(member.name))?;
            any = true;
        }
        Ok(any)
    }

    fn elements(&mut self, shape: &'a Shape<'a>, visitor: &mut dyn Visitor) -> Read {
        self.check_depth()?;
        let mut index = 0;
        while let Some(start) = self.xml.child()? {
            self.element(shape, &start, visitor)
                .map_err(|failure| failure.within(&format!("[{index}]")))?;
            index += 1;
        }
        Ok(())
    }

    fn element(
        &mut self,
        list: &'a Shape<'a>,
        start: &BytesStart<'_>,
        visitor: &mut dyn Visitor,
    ) -> Read {
        self.value(self.part_of(list), start, visitor.element()?)
    }

    /// The shape of the elements of a list or the values of a map.
    fn part_of(&self, shape: &Shape<'_>) -> &'a Shape<'a> {
        let target = shape.element().map(|element| element.target);
        self.service.shape(target.unwrap_or(ShapeIndex::MAX))
    }

    fn entries(&mut self, shape: &'a Shape<'a>, visitor: &mut dyn Visitor) -> Read {
        self.check_depth()?;
        while let Some(start) = self.xml.child()? {
            if start.local_name().as_ref() == ENTRY {
                self.entry(shape, visitor)?;
            } else {
                self.xml.skip()?;
            }
        }
        Ok(())
    }

    /// Reads the key and the value in the current element. Without both there is no entry.
    fn entry(&mut self, map: &'a Shape<'a>, visitor: &mut dyn Visitor) -> Read {
        self.check_depth()?;
        let [key_name, value_name] = [0, 1].map(|at| map.members.get(at).map(Member::xml_name));
        let mut key = None;
        // A value that stands before its key is read when the key is known.
        let mut before_key = None;
        while let Some(start) = self.xml.child()? {
            let name = start.local_name();
            if key.is_none() && is_named(name.as_ref(), key_name) {
                key = Some(self.xml.text()?);
                continue;
            }
            match &key {
                _ if !is_named(name.as_ref(), value_name) => self.xml.skip()?,
                Some(key) => self.entry_value(map, key, &start, visitor)?,
                None => {
                    let position = self.xml.clone();
                    self.xml.skip()?;
                    before_key = Some((position, start));
                }
            }
        }
        if let (Some(key), Some((position, start))) = (key, before_key) {
            let end = std::mem::replace(&mut self.xml, position);
            self.entry_value(map, &key, &start, visitor)?;
            self.xml = end;
        }
        Ok(())
    }

    fn entry_value(
        &mut self,
        map: &'a Shape<'a>,
        key: &str,
        start: &BytesStart<'_>,
        visitor: &mut dyn Visitor,
    ) -> Read {
        let shape = self.part_of(map);
        // The key may be sensitive.
        self.value(shape, start, visitor.entry(key)?)
            .map_err(|failure| failure.within("[…]"))
    }

    /// Reads the current element without a schema: a map of its children, or its text. Of children
    /// with the same name, the first counts.
    fn anything(&mut self, visitor: &mut dyn Visitor) -> Read {
        self.check_depth()?;
        let mut next = match self.xml.content()? {
            Content::Text(text) => return Ok(visitor.string(&text)?),
            Content::Child(start, _) => Some(start),
        };
        visitor.begin(CompoundKind::Entries)?;
        let mut seen = HashSet::new();
        while let Some(child) = next {
            let name = child.local_name();
            if seen.insert(name.as_ref().to_owned()) {
                self.anything(visitor.entry(name.as_ref())?)?;
            } else {
                self.xml.skip()?;
            }
            next = self.xml.child()?;
        }
        Ok(visitor.end()?)
    }
}

/// Whether an element is the one of a map's key or value.
fn is_named(element: &str, name: Option<&str>) -> bool {
    name.is_some_and(|name| is_local(element, name))
}

/// Whether the local name of an element is that of a name in the model.
fn is_local(element: &str, name: &str) -> bool {
    let prefix = name.strip_suffix(element);
    prefix.is_some_and(|prefix| prefix.is_empty() || prefix.ends_with(':'))
}

/// Whether an attribute has a name of the model. It may have another prefix, but it must have one
/// where the model has one.
fn same(attribute: &str, name: &str) -> bool {
    match (attribute.split_once(':'), name.split_once(':')) {
        (Some(("xmlns", _)), _) => false,
        (Some((_, attribute)), Some((_, name))) => attribute == name,
        (None, None) => attribute == name,
        _ => false,
    }
}

/// The member whose element has this name. Members mostly come in the order of the model, so that
/// the search begins after the last one.
fn member<'a>(
    shape: &'a Shape<'a>,
    name: &str,
    expected: usize,
) -> Option<(usize, &'a Member<'a>)> {
    let (before, after) = shape.members.split_at_checked(expected)?;
    let after = after.iter().enumerate().map(|(at, m)| (expected + at, m));
    after
        .chain(before.iter().enumerate())
        .find(|(_, member)| is_local(name, member.xml_name()) && !member.is(Flags::XML_ATTRIBUTE))
}
