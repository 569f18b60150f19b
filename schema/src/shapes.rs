//! Shapes and their members.

use crate::traits::find;
use crate::{Fault, Flags, TimestampFormat, Trait, XmlNamespace};

/// Index of a shape in [`Service::shapes`](crate::Service::shapes).
pub type ShapeIndex = u32;

/// One shape.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// The shape's name without its namespace.
    pub name: &'a str,
    /// The kind of value.
    pub kind: Kind,
    /// Traits without a value.
    pub flags: Flags,
    /// Least length (text in code points, bytes, elements, entries) or least number.
    pub min: Option<f64>,
    /// Greatest length or number.
    pub max: Option<f64>,
    /// Members of a structure or union in the model's order; element of a list; key and value of a
    /// map.
    pub members: &'a [Member<'a>],
    /// Values of an enum in the model's order.
    pub values: &'a [&'a str],
    /// Traits with a value, and rare ones without.
    pub traits: &'a [Trait<'a>],
}

/// One member of a structure or union, the element of a list, the key or value of a map.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The member's name in the model.
    pub name: &'a str,
    /// The shape of its value.
    pub target: ShapeIndex,
    /// Traits without a value.
    pub flags: Flags,
    /// Traits with a value, and rare ones without.
    pub traits: &'a [Trait<'a>],
}

/// What kind of value a shape describes (Smithy's shape types).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes.
    Blob,
    /// `true` or `false`.
    Boolean,
    /// Text.
    String,
    /// Text out of [`Shape::values`]; a service may know more values than its model.
    Enum,
    /// Integers of 8, 16, 32 or 64 bits, or of any size.
    Integer(Width),
    /// Single precision.
    Float,
    /// Double precision.
    Double,
    /// A point in time.
    Timestamp,
    /// Any JSON-like value.
    Document,
    /// Elements of one shape: `members[0]`.
    List,
    /// Keys (`members[0]`) and values (`members[1]`).
    Map,
    /// Members by name.
    Structure,
    /// Exactly one member by name.
    Union,
}

/// How wide an integer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// `byte`
    Byte,
    /// `short`
    Short,
    /// `integer`
    Integer,
    /// `long`
    Long,
    /// `bigInteger`
    Big,
}

/// Where a member at the top of an input, output or error is in an HTTP message (Smithy's HTTP
/// binding traits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location<'a> {
    /// A field of the body.
    Field,
    /// The whole body.
    Payload,
    /// A part of the path.
    Label,
    /// A parameter of the query string, by its name.
    Query(&'a str),
    /// Parameters of the query string: the entries of a map.
    QueryParams,
    /// A header, by its name.
    Header(&'a str),
    /// Headers that begin with this prefix: the entries of a map.
    PrefixHeaders(&'a str),
    /// The status of the answer.
    Status,
}

impl Location<'_> {
    /// The format of timestamps there, unless the model states one; `None` in the body, where it is
    /// the protocol's ([`Protocol::timestamp_format`](crate::Protocol::timestamp_format)).
    pub const fn timestamp_format(self) -> Option<TimestampFormat> {
        match self {
            Location::Label | Location::Query(_) | Location::QueryParams => {
                Some(TimestampFormat::DateTime)
            }
            Location::Header(_) | Location::PrefixHeaders(_) => Some(TimestampFormat::HttpDate),
            Location::Field | Location::Payload | Location::Status => None,
        }
    }
}

/// What a model says of an error structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorTrait {
    /// The service's fault (5xx) rather than the client's.
    pub server: bool,
    /// Its HTTP status; 0 when the model names none.
    pub status: u16,
    /// The call may be tried again.
    pub retryable: bool,
    /// The call was rejected for its rate.
    pub throttling: bool,
}

impl<'a> Shape<'a> {
    const fn new(name: &'a str, kind: Kind) -> Self {
        Shape {
            name,
            kind,
            flags: Flags::empty(),
            min: None,
            max: None,
            members: &[],
            values: &[],
            traits: &[],
        }
    }

    /// The least length or number.
    pub const fn min(mut self, min: f64) -> Self {
        self.min = Some(min);
        self
    }

    /// The greatest length or number.
    pub const fn max(mut self, max: f64) -> Self {
        self.max = Some(max);
        self
    }

    /// Sets flags.
    pub const fn flags(mut self, flags: Flags) -> Self {
        self.flags = self.flags.union(flags);
        self
    }

    /// Marks the shape as never to be printed.
    pub const fn sensitive(self) -> Self {
        self.flags(Flags::SENSITIVE)
    }

    /// Sets the list of traits.
    pub const fn with(mut self, traits: &'a [Trait<'a>]) -> Self {
        self.traits = traits;
        self
    }

    /// The member of this name and its position.
    pub fn member(&self, name: &str) -> Option<(usize, &Member<'a>)> {
        self.members
            .iter()
            .enumerate()
            .find(|(_, member)| member.name == name)
    }

    /// The element of a list, or the value of a map; `None` for other kinds.
    pub fn element(&self) -> Option<&Member<'a>> {
        match self.kind {
            Kind::List => self.members.first(),
            Kind::Map => self.members.get(1),
            _ => None,
        }
    }

    /// The pattern that text has to match, if any.
    pub fn pattern(&self) -> Option<&'a str> {
        find!(self.traits, Pattern)
    }

    /// What the model says of an error structure; `None` of other shapes.
    pub fn error(&self) -> Option<ErrorTrait> {
        let fault = find!(self.traits, Error)?;
        let retryable = find!(self.traits, Retryable);
        Some(ErrorTrait {
            server: fault == Fault::Server,
            status: find!(self.traits, HttpError).unwrap_or(0),
            retryable: retryable.is_some(),
            throttling: retryable == Some(true),
        })
    }

    /// Whether a code that a service answers with means this error structure.
    pub fn is_error(&self, code: &str) -> bool {
        self.name == code || find!(self.traits, AwsQueryError) == Some(code)
    }

    /// The name of the element that holds a value of the shape by itself.
    pub fn xml_name(&self) -> &'a str {
        find!(self.traits, XmlName).unwrap_or(self.name)
    }

    /// The namespace of the element that holds a value of the shape, if the shape says so.
    pub fn xml_namespace(&self) -> Option<&'a XmlNamespace<'a>> {
        find!(self.traits, XmlNamespace)
    }

    /// The format of text or bytes, as a media type.
    pub fn media_type(&self) -> Option<&'a str> {
        find!(self.traits, MediaType)
    }

    /// Whether this is a structure or a union.
    pub fn has_members(&self) -> bool {
        matches!(self.kind, Kind::Structure | Kind::Union)
    }

    /// Whether any of the flags is set.
    pub const fn is(&self, flags: Flags) -> bool {
        self.flags.intersects(flags)
    }
}

impl<'a> Member<'a> {
    /// Sets flags.
    pub const fn flags(mut self, flags: Flags) -> Self {
        self.flags = self.flags.union(flags);
        if flags.intersects(Flags::BINDINGS) {
            self.flags = self.flags.union(Flags::BOUND);
        }
        self
    }

    /// Marks the member as one without which a request is refused.
    pub const fn required(self) -> Self {
        self.flags(Flags::REQUIRED)
    }

    /// Marks the member as never to be printed, whatever its shape.
    pub const fn sensitive(self) -> Self {
        self.flags(Flags::SENSITIVE)
    }

    /// Sets the list of traits.
    pub const fn with(mut self, traits: &'a [Trait<'a>]) -> Self {
        self.traits = traits;
        let mut at = 0;
        while at < traits.len() {
            if let Trait::HttpHeader(_) | Trait::HttpPrefixHeaders(_) | Trait::HttpQuery(_) =
                traits[at]
            {
                self.flags = self.flags.union(Flags::BOUND);
            }
            at += 1;
        }
        self
    }

    /// Whether any of the flags is set.
    pub const fn is(&self, flags: Flags) -> bool {
        self.flags.intersects(flags)
    }

    /// The member's name in JSON.
    #[inline]
    pub fn json_name(&self) -> &'a str {
        find!(self.traits, JsonName).unwrap_or(self.name)
    }

    /// The timestamp format that the member or its shape asks for, if any.
    pub fn timestamp_format(&self, shape: &Shape<'_>) -> Option<TimestampFormat> {
        find!(self.traits, TimestampFormat).or_else(|| find!(shape.traits, TimestampFormat))
    }

    /// The pattern that text has to match, if the member says so rather than its shape.
    pub fn pattern(&self) -> Option<&'a str> {
        find!(self.traits, Pattern)
    }

    /// The name that the member states for its element in XML.
    pub fn stated_xml_name(&self) -> Option<&'a str> {
        find!(self.traits, XmlName)
    }

    /// The name of the member's element in XML.
    pub fn xml_name(&self) -> &'a str {
        self.stated_xml_name().unwrap_or(self.name)
    }

    /// The namespace of the member's element, if the member says so.
    pub fn xml_namespace(&self) -> Option<&'a XmlNamespace<'a>> {
        find!(self.traits, XmlNamespace)
    }

    /// The name that the member states for requests of the EC2 query protocol.
    pub fn ec2_query_name(&self) -> Option<&'a str> {
        find!(self.traits, Ec2QueryName)
    }

    /// Where the member is in an HTTP message, at the top of an input, output or error.
    pub fn location(&self) -> Location<'a> {
        if !self.is(Flags::BOUND) {
            return Location::Field;
        }
        let flags = [
            (Flags::HTTP_PAYLOAD, Location::Payload),
            (Flags::HTTP_LABEL, Location::Label),
            (Flags::HTTP_QUERY_PARAMS, Location::QueryParams),
            (Flags::HTTP_RESPONSE_CODE, Location::Status),
        ];
        let flagged = flags.into_iter().find(|(flag, _)| self.is(*flag));
        let stated = || {
            self.traits.iter().find_map(|found| match found {
                Trait::HttpQuery(name) => Some(Location::Query(name)),
                Trait::HttpHeader(name) => Some(Location::Header(name)),
                Trait::HttpPrefixHeaders(prefix) => Some(Location::PrefixHeaders(prefix)),
                _ => None,
            })
        };
        flagged
            .map(|(_, location)| location)
            .or_else(stated)
            .unwrap_or(Location::Field)
    }

    /// The endpoint parameter that the member sets, if any.
    pub fn context_param(&self) -> Option<&'a str> {
        find!(self.traits, ContextParam)
    }
}

/// A member.
pub const fn member(name: &str, target: ShapeIndex) -> Member<'_> {
    Member {
        name,
        target,
        flags: Flags::empty(),
        traits: &[],
    }
}

/// A structure.
pub const fn structure<'a>(name: &'a str, members: &'a [Member<'a>]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::Structure);
    shape.members = members;
    let mut at = 0;
    while at < members.len() {
        if members[at].is(Flags::REQUIRED) {
            shape.flags = shape.flags.union(Flags::HAS_REQUIRED);
        }
        at += 1;
    }
    shape
}

/// A union.
pub const fn union<'a>(name: &'a str, members: &'a [Member<'a>]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::Union);
    shape.members = members;
    shape
}

/// A list with its element.
pub const fn list<'a>(name: &'a str, element: &'a [Member<'a>; 1]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::List);
    shape.members = element;
    shape
}

/// A map with its key and value.
pub const fn map<'a>(name: &'a str, entry: &'a [Member<'a>; 2]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::Map);
    shape.members = entry;
    shape
}

/// An enum with its values in the model's order.
pub const fn enumeration<'a>(name: &'a str, values: &'a [&'a str]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::Enum);
    shape.values = values;
    shape
}

macro_rules! simple {
    ($($function:ident: $kind:expr),* $(,)?) => {$(
        #[doc = concat!("A `", stringify!($function), "` shape.")]
        pub const fn $function(name: &str) -> Shape<'_> {
            Shape::new(name, $kind)
        }
    )*};
}

simple! {
    blob: Kind::Blob,
    boolean: Kind::Boolean,
    string: Kind::String,
    byte: Kind::Integer(Width::Byte),
    short: Kind::Integer(Width::Short),
    integer: Kind::Integer(Width::Integer),
    long: Kind::Integer(Width::Long),
    big_integer: Kind::Integer(Width::Big),
    float: Kind::Float,
    double: Kind::Double,
    timestamp: Kind::Timestamp,
    document: Kind::Document,
}
