//! The record of each type of the schema. Where this changes, [`VERSION`](super::VERSION) does.

use super::heap::{Heap, Reader, Row};
use super::record::{ADDRESS, Record, enums, named, optional, structures, widest};
use super::{Damage, Summary};
use crate::commands::{Change, Command, Form, Gather, Hoist, Save, Sent, Shown};
use crate::rules::{Condition, Expression, Function, Parameter, Rule, RuleSet};
use crate::{
    Acceptor, Auth, Choice, Comparator, Delay, Expected, Fixed, Flags, Http, HttpChecksum, Kind,
    Matcher, Member, Operation, Outcome, Pagination, PresignedParameter, Protocol, Shape,
    ShapeIndex, Step, Trait, TraitKind, Value, Waiter, Width, XmlNamespace,
};

/// The root of a service's section. What is large is an address, so that it can be read in parts.
#[derive(Clone, Copy)]
pub(super) struct Root<'a> {
    pub(super) id: &'a str,
    pub(super) sdk_id: &'a str,
    pub(super) title: &'a str,
    pub(super) version: &'a str,
    pub(super) source: &'a str,
    pub(super) command: &'a str,
    pub(super) signing_name: &'a str,
    pub(super) target_prefix: &'a str,
    pub(super) protocols: &'a [Protocol],
    pub(super) protocol: Protocol,
    pub(super) traits: &'a [Trait<'a>],
    pub(super) shown: &'a [(&'a str, Shown)],
    /// One [`RuleSet`].
    pub(super) endpoint: u32,
    /// [`Stored`], sorted by the operation's name.
    pub(super) operations: u32,
    /// Words of commands and the position of the operation, sorted by word. Those of a waiter are
    /// `wait` and its own.
    pub(super) words: u32,
    /// [`Shape`], in the order of their indices.
    pub(super) shapes: u32,
}

/// An operation with its command.
#[derive(Clone, Copy)]
pub(super) struct Stored<'a> {
    pub(super) operation: Operation<'a>,
    pub(super) command: Command<'a>,
}

/// The words of a service, and what its page says of it.
#[derive(Clone, Copy)]
pub(super) struct StoredWords<'a> {
    pub(super) shown: &'a [&'a str],
    pub(super) waiters: &'a [&'a str],
    pub(super) missing: &'a [(&'a str, &'a str)],
    pub(super) omitted: &'a [(&'a str, &'a str)],
    pub(super) about: &'a str,
}

/// A service in the directory.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) summary: Summary<'a>,
    pub(super) words: Extent,
    /// The length of the words when they are inflated.
    pub(super) inflated: u32,
    pub(super) schema: Indexed,
    pub(super) docs: Indexed,
}

impl Entry<'_> {
    /// The length of all that belongs to the service.
    pub(super) fn len(&self) -> u64 {
        let parts = [
            self.words.len,
            self.schema.index.len,
            self.schema.blocks,
            self.docs.index.len,
            self.docs.blocks,
        ];
        parts.into_iter().map(u64::from).sum()
    }
}

/// Where blocks are in the file: they follow an index.
#[derive(Clone, Copy)]
pub(super) struct Indexed {
    pub(super) index: Extent,
    /// The length of all blocks.
    pub(super) blocks: u32,
}

impl Indexed {
    /// The position after the blocks.
    pub(super) fn end(self) -> u64 {
        self.index.end().saturating_add(u64::from(self.blocks))
    }
}

/// The blocks of a schema, and the address of the [`Root`] in the section that they are.
#[derive(Clone, Copy)]
pub(super) struct SchemaIndex<'a> {
    pub(super) blocks: &'a [Block],
    pub(super) root: u32,
}

/// A block. It follows the one before it.
#[derive(Clone, Copy)]
pub(super) struct Block {
    /// Its length in the file.
    pub(super) len: u32,
    /// The CRC-32 of these bytes.
    pub(super) crc: u32,
}

/// Which block has the texts of an operation or a shape.
#[derive(Clone, Copy)]
pub(super) struct DocsIndex<'a> {
    pub(super) blocks: &'a [DocsBlock],
    /// For each operation the number of a block, which there is not where there is no text.
    pub(super) operations: u32,
    /// The same for each shape and its members.
    pub(super) shapes: u32,
}

/// What is in a block: owners with the number of their texts, and the address of the texts of all.
#[derive(Clone, Copy)]
pub(super) struct Contents<'a> {
    pub(super) owners: &'a [(&'a str, u32)],
    pub(super) texts: u32,
}

/// A block of documentation.
#[derive(Clone, Copy)]
pub(super) struct DocsBlock {
    pub(super) block: Block,
    /// Its length when it is inflated.
    pub(super) inflated: u32,
    /// The address of its [`Contents`].
    pub(super) root: u32,
}

/// Where a section is in the file.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    /// Its position in the file.
    pub(super) at: u64,
    /// Its length in the file.
    pub(super) len: u32,
    /// The CRC-32 of these bytes.
    pub(super) crc: u32,
    /// The address of the root in the section.
    pub(super) root: u32,
}

impl Extent {
    /// The position after it.
    pub(super) fn end(self) -> u64 {
        self.at.saturating_add(u64::from(self.len))
    }
}

structures! {
    Extent { at: u64, len: u32, crc: u32, root: u32 }
    Entry<'a> {
        summary: Summary<'a>,
        words: Extent,
        inflated: u32,
        schema: Indexed,
        docs: Indexed,
    }
    Indexed { index: Extent, blocks: u32 }
    SchemaIndex<'a> { blocks: &'a [Block], root: u32 }
    Block { len: u32, crc: u32 }
    DocsIndex<'a> { blocks: &'a [DocsBlock], operations: u32, shapes: u32 }
    DocsBlock { block: Block, inflated: u32, root: u32 }
    Contents<'a> { owners: &'a [(&'a str, u32)], texts: u32 }
    StoredWords<'a> {
        shown: &'a [&'a str],
        waiters: &'a [&'a str],
        missing: &'a [(&'a str, &'a str)],
        omitted: &'a [(&'a str, &'a str)],
        about: &'a str,
    }
    Summary<'a> {
        word: &'a str,
        sdk_id: &'a str,
        title: &'a str,
        version: &'a str,
        source: &'a str,
        operations: u32,
    }
    Root<'a> {
        id: &'a str,
        sdk_id: &'a str,
        title: &'a str,
        version: &'a str,
        source: &'a str,
        command: &'a str,
        signing_name: &'a str,
        target_prefix: &'a str,
        protocols: &'a [Protocol],
        protocol: Protocol,
        traits: &'a [Trait<'a>],
        shown: &'a [(&'a str, Shown)],
        endpoint: u32,
        operations: u32,
        words: u32,
        shapes: u32,
    }
    Stored<'a> { operation: Operation<'a>, command: Command<'a> }
    Facts<'a> {
        flags: Flags,
        min: Option<f64>,
        max: Option<f64>,
        traits: &'a [Trait<'a>],
    }
    Pagination<'a> {
        input_tokens: &'a [&'a str],
        output_tokens: &'a [&'a str],
        items: &'a [&'a str],
        page_size: &'a str,
        more: &'a str,
        first_page: &'a [&'a str],
    }
    Waiter<'a> {
        name: &'a str,
        delay: Delay,
        attempts: u32,
        acceptors: &'a [Acceptor<'a>],
    }
    Acceptor<'a> { 0: Outcome, 1: Matcher<'a> }
    Http<'a> { method: &'a str, uri: &'a str, code: u16 }
    HttpChecksum<'a> {
        required: bool,
        algorithm: &'a str,
        mode: &'a str,
        response: &'a [&'a str],
    }
    XmlNamespace<'a> { uri: &'a str, prefix: &'a str }
    PresignedParameter<'a> {
        url: &'a str,
        source: &'a str,
        destination: &'a str,
        sends_regions: bool,
    }
    RuleSet<'a> { parameters: &'a [Parameter<'a>], rules: &'a [Rule<'a>] }
    Parameter<'a> { 0: &'a str, 1: &'a str, 2: Option<Expression<'a>> }
    Condition<'a> { 0: Expression<'a>, 1: &'a str }
    Command<'a> {
        name: &'a str,
        options: &'a [&'a str],
        changes: &'a [Change<'a>],
        waiters: &'a [&'a str],
    }
    Gather<'a> {
        list: &'a str,
        when: &'a [&'a str],
        members: &'a [(&'a str, &'a [&'a str])],
        beside: &'a [(&'a str, &'a str)],
    }
    Save<'a> {
        option: &'a str,
        path: &'a [&'a str],
        by: &'a str,
        of: &'a [&'a str],
    }
    Hoist<'a> {
        option: &'a str,
        path: &'a [&'a str],
        form: Form<'a>,
        required: bool,
        exclusive: bool,
        siblings: &'a [(&'a str, &'a str)],
        alone: &'a [(&'a str, &'a str)],
        unique: &'a [(&'a str, &'a str)],
        needs: &'a [&'a str],
        excludes: &'a [&'a str],
        words: &'a [(&'a str, &'a str)],
        starts: &'a [(&'a str, &'a str)],
    }
}

optional! { f64 Target Expression<'a> Facts<'a> }

enums! {
    Kind {
        Blob = 0,
        Boolean = 1,
        String = 2,
        Enum = 3,
        Integer(width: Width) = 4,
        Float = 5,
        Double = 6,
        Timestamp = 7,
        Document = 8,
        List = 9,
        Map = 10,
        Structure = 11,
        Union = 12,
    }
    Width { Byte = 0, Short = 1, Integer = 2, Long = 3, Big = 4 }
    Value<'a> {
        Mark = 0,
        Text(text: &'a str) = 1,
        Boolean(value: bool) = 2,
        Status(status: u16) = 3,
        Choice(choice: Choice<'a>) = 4,
        Texts(texts: &'a [&'a str]) = 5,
        AuthSchemes(schemes: &'a [Auth<'a>]) = 6,
        Parameters(parameters: &'a [(&'a str, Fixed<'a>)]) = 7,
        Paths(paths: &'a [(&'a str, &'a [Step<'a>])]) = 8,
        Headers(headers: &'a [(&'a str, &'a str)]) = 9,
        Pagination(pagination: &'a Pagination<'a>) = 10,
        Waiters(waiters: &'a [Waiter<'a>]) = 11,
        Http(http: &'a Http<'a>) = 12,
        HttpChecksum(checksum: &'a HttpChecksum<'a>) = 13,
        XmlNamespace(namespace: &'a XmlNamespace<'a>) = 14,
        PresignedParameter(parameter: &'a PresignedParameter<'a>) = 15,
    }
    Fixed<'a> {
        Text(text: &'a str) = 0,
        Boolean(value: bool) = 1,
        List(texts: &'a [&'a str]) = 2,
    }
    Step<'a> {
        Member(name: &'a str) = 0,
        Each = 1,
        Flatten = 2,
        Several(paths: &'a [&'a [Step<'a>]]) = 3,
        Keys = 4,
    }
    Delay { Fixed(seconds: u32) = 0, Backoff(first: u32, longest: u32) = 1 }
    Outcome { Success = 0, Failure = 1, Retry = 2 }
    Matcher<'a> {
        Success(success: bool) = 0,
        ErrorType(code: &'a str) = 1,
        Status(status: u16) = 2,
        Output(path: &'a str, comparator: Comparator, expected: Expected<'a>) = 3,
        InputOutput(path: &'a str, comparator: Comparator, expected: Expected<'a>) = 4,
    }
    Comparator { Is = 0, All = 1, Any = 2 }
    Expected<'a> { Boolean(value: bool) = 0, Number(number: f64) = 1, Text(text: &'a str) = 2 }
    Rule<'a> {
        Tree(conditions: &'a [Condition<'a>], rules: &'a [Rule<'a>]) = 0,
        Endpoint(
            conditions: &'a [Condition<'a>],
            url: Expression<'a>,
            properties: &'a [(&'a str, Expression<'a>)],
            headers: &'a [(&'a str, &'a [Expression<'a>])]
        ) = 1,
        Error(conditions: &'a [Condition<'a>], message: Expression<'a>) = 2,
    }
    Expression<'a> {
        Boolean(value: bool) = 0,
        Integer(number: i64) = 1,
        Text(text: &'a str) = 2,
        Ref(name: &'a str) = 3,
        Call(function: Function, arguments: &'a [Expression<'a>]) = 4,
        List(items: &'a [Expression<'a>]) = 5,
        Map(entries: &'a [(&'a str, Expression<'a>)]) = 6,
    }
    Function {
        IsSet = 0,
        Not = 1,
        GetAttr = 2,
        StringEquals = 3,
        BooleanEquals = 4,
        IsValidHostLabel = 5,
        ParseUrl = 6,
        Substring = 7,
        UriEncode = 8,
        Split = 9,
        Coalesce = 10,
        Ite = 11,
        Partition = 12,
        ParseArn = 13,
        IsVirtualHostableS3Bucket = 14,
    }
    Change<'a> {
        Removed = 0,
        Hidden = 1,
        Word(word: &'a str) = 2,
        Alias(option: &'a str, other: &'a str) = 3,
        Negative(option: &'a str, negative: &'a str) = 4,
        Unlisted(option: &'a str) = 5,
        Optional(option: &'a str) = 6,
        SinglePage(option: &'a str) = 7,
        Bare(option: &'a str) = 8,
        Switch(option: &'a str) = 9,
        Missing(option: &'a str, nearest: &'a str) = 10,
        Outfile(event: &'a str, member: &'a str) = 11,
        Hoist(hoist: Hoist<'a>) = 12,
        Split(commands: &'a [Command<'a>]) = 13,
        NeedsUrl = 14,
        PageSize(size: u32, members: &'a [&'a str]) = 15,
        Send(member: &'a str, sent: Sent<'a>) = 16,
        Show(members: &'a [&'a str], shown: Shown) = 17,
        Zip(option: &'a str) = 18,
        Gather(gather: Gather<'a>) = 19,
        Save(save: Save<'a>) = 20,
    }
    Sent<'a> {
        Default(text: &'a str) = 0,
        Account(members: &'a [&'a str]) = 1,
        Words(words: &'a [(&'a str, &'a str)]) = 2,
        Base64 = 3,
        Percent(after: &'a str) = 4,
        Md5(member: &'a str) = 5,
        Ascii = 6,
    }
    Shown { Base64 = 0, Json = 1, PercentJson = 2, Form = 3 }
    Form<'a> {
        Value = 0,
        Flag(texts: &'a [&'a str]) = 1,
        Pairs(between: &'a str) = 2,
        Range(between: &'a str, other: &'a str) = 3,
        Each(member: &'a str, siblings: &'a [(&'a str, &'a str)]) = 4,
        Counted(list: &'a str, count: &'a str) = 5,
    }
}

named! {
    Auth<'a> = |auth| auth.id(), |id| Some(Auth::of(id));
    Protocol = |protocol| protocol.kind().id(),
        |id| Protocol::ALL.iter().copied().find(|protocol| protocol.kind().id() == id);
    Choice<'a> = |choice| choice.word, |word| Some(Choice { word, path: "" });
}

impl<'a> Record<'a> for Flags {
    const WIDTH: usize = u32::WIDTH;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        self.bits().write(row, heap);
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        Flags::from_bits(u32::read(row, reader)?).ok_or(Damage::Number)
    }
}

/// A trait is its id and its value, so that another trait is no other format.
impl<'a> Record<'a> for Trait<'a> {
    const WIDTH: usize = ADDRESS + Value::WIDTH;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        self.kind().id().write(row, heap);
        self.value().write(row, heap);
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        let id = <&str>::read(row, reader)?;
        let value = Value::read(row, reader)?;
        let found = TraitKind::of(id).and_then(|kind| kind.with(value));
        found.ok_or_else(|| Damage::Unknown(id.to_owned()))
    }
}

/// A shape that something refers to.
#[derive(Clone, Copy)]
struct Target(ShapeIndex);

impl<'a> Record<'a> for Target {
    const WIDTH: usize = ShapeIndex::WIDTH;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        self.0.write(row, heap);
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        ShapeIndex::read(row, reader).map(|index| Target(reader.number(index)))
    }
}

/// What a model says of a shape or a member. Few say anything, and most of them the same.
#[derive(Clone, Copy, Default)]
struct Facts<'a> {
    flags: Flags,
    min: Option<f64>,
    max: Option<f64>,
    traits: &'a [Trait<'a>],
}

impl<'a> Facts<'a> {
    fn stored(self) -> Option<Self> {
        let says_nothing = self.flags.is_empty()
            && self.min.is_none()
            && self.max.is_none()
            && self.traits.is_empty();
        (!says_nothing).then_some(self)
    }

    fn read_stored(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        Option::<Facts<'a>>::read(row, reader).map(Option::unwrap_or_default)
    }
}

impl<'a> Record<'a> for Member<'a> {
    const WIDTH: usize = ADDRESS + Target::WIDTH + ADDRESS;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        let facts = Facts {
            flags: self.flags,
            traits: self.traits,
            ..Facts::default()
        };
        self.name.write(row, heap);
        Target(self.target).write(row, heap);
        facts.stored().write(row, heap);
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        let name = Record::read(row, reader)?;
        let Target(target) = Record::read(row, reader)?;
        let Facts { flags, traits, .. } = Facts::read_stored(row, reader)?;
        Ok(Member {
            name,
            target,
            flags,
            traits,
        })
    }
}

/// The last field is the values of an enum, and the members of other shapes.
impl<'a> Record<'a> for Shape<'a> {
    const WIDTH: usize = ADDRESS + Kind::WIDTH + ADDRESS + ADDRESS;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        let facts = Facts {
            flags: self.flags,
            min: self.min,
            max: self.max,
            traits: self.traits,
        };
        self.name.write(row, heap);
        self.kind.write(row, heap);
        facts.stored().write(row, heap);
        match self.kind {
            Kind::Enum => self.values.write(row, heap),
            _ => self.members.write(row, heap),
        }
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        let name = Record::read(row, reader)?;
        let kind = Record::read(row, reader)?;
        let Facts {
            flags,
            min,
            max,
            traits,
        } = Facts::read_stored(row, reader)?;
        let (members, values) = match kind {
            Kind::Enum => (&[][..], Record::read(row, reader)?),
            _ => (Record::read(row, reader)?, &[][..]),
        };
        Ok(Shape {
            name,
            kind,
            flags,
            min,
            max,
            members,
            values,
            traits,
        })
    }
}

impl<'a> Record<'a> for Operation<'a> {
    const WIDTH: usize = 5 * ADDRESS;

    fn write(&self, row: &mut Vec<u8>, heap: &mut Heap) {
        let errors: Vec<Target> = self.errors.iter().copied().map(Target).collect();
        self.name.write(row, heap);
        self.input.map(Target).write(row, heap);
        self.output.map(Target).write(row, heap);
        errors.as_slice().write(row, heap);
        self.traits.write(row, heap);
    }

    fn read(row: &mut Row<'a>, reader: &Reader<'a>) -> Result<Self, Damage> {
        Ok(Operation {
            name: Record::read(row, reader)?,
            input: Option::<Target>::read(row, reader)?.map(|Target(index)| index),
            output: Option::<Target>::read(row, reader)?.map(|Target(index)| index),
            errors: match reader.next(row)? {
                _ if reader.leaves_errors() => &[],
                errors => reader.map(errors, |Target(index)| index)?,
            },
            traits: Record::read(row, reader)?,
        })
    }
}
