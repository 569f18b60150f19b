//! The schema of a service: operations, shapes, members and their traits as plain data.
//!
//! Shapes are referred to by index ([`Ix`]). Texts and slices are borrowed for `'a`: from the
//! program when the generator wrote them (`'static`), or from the owner of a model that was loaded
//! at run time. The constructors are `const fn`, so that a generated member is one line:
//! `member("jobId", Nth::JobId as Ix).required()`.
//!
//! Common facts are fields or flags; rare ones are entries in a list of [`Trait`]s, so that a
//! protocol or constraint added later makes no shape larger.

pub mod commands;
pub mod rules;

use rules::RuleSet;

/// Index of a shape in [`Service::shapes`].
pub type Ix = u32;

/// One service: the root of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Service<'a> {
    /// Absolute shape id of the service, e.g. `com.amazonaws.codepipeline#CodePipeline_20150709`.
    pub id: &'a str,
    /// The SDK's name of the service (`aws.api#service.sdkId`), e.g. `CodePipeline`.
    pub sdk_id: &'a str,
    /// The full name of the service (`smithy.api#title`).
    pub title: &'a str,
    /// The version of the service's interface, e.g. `2015-07-09`.
    pub version: &'a str,
    /// Where the model came from and of which day it is, shown when a request is refused by it.
    pub source: &'a str,
    /// The command word, e.g. `codepipeline`.
    pub command: &'a str,
    /// The name that goes into the credential scope of a signature (`aws.auth#sigv4.name`).
    pub signing_name: &'a str,
    /// What stands before the operation's name in `x-amz-target`, e.g. `CodePipeline_20150709`.
    pub target_prefix: &'a str,
    /// All protocols that the model offers, in the model's order.
    pub protocols: &'a [Protocol],
    /// The protocol that the generator chose among [`Service::protocols`].
    pub protocol: Protocol,
    /// Operations, sorted by name.
    pub operations: &'a [Operation<'a>],
    /// Shapes, sorted by name; an [`Ix`] is an index into them.
    pub shapes: &'a [Shape<'a>],
    /// The rules that lead from region and settings to an endpoint.
    pub endpoint: RuleSet<'a>,
    /// Facts that few services have.
    pub traits: &'a [ServiceTrait<'a>],
}

/// A fact that few services have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ServiceTrait<'a> {
    /// Authentication schemes in the order of preference, of services that take another than SigV4
    /// (`smithy.api#auth`).
    Auth(&'a [Auth<'a>]),
    /// `aws.protocols#awsQueryCompatible`: clients ask for the error codes that the service had
    /// over AWS Query.
    QueryCompatible,
    /// `aws.api#clientEndpointDiscovery`: the operation that returns endpoints.
    EndpointDiscovery(&'a str),
}

/// An authentication scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth<'a> {
    /// `aws.auth#sigv4`
    SigV4,
    /// Any other, by its shape id. Requests that need one are refused.
    Other(&'a str),
}

impl Service<'static> {
    /// No service: every index is that of a document. For values whose shape nobody knows.
    pub const NONE: Self = Service {
        id: "",
        sdk_id: "",
        title: "",
        version: "",
        source: "",
        command: "",
        signing_name: "",
        target_prefix: "",
        protocols: &[],
        protocol: Protocol::AwsJson1_0,
        operations: &[],
        shapes: &[],
        endpoint: RuleSet {
            parameters: &[],
            rules: &[],
        },
        traits: &[],
    };
}

impl<'a> Service<'a> {
    /// The shape's row; of an index that is not this service's, a document that takes anything.
    pub fn shape(&self, ix: Ix) -> &Shape<'a> {
        self.shapes.get(ix as usize).unwrap_or(&ANYTHING)
    }

    /// The index of the shape of this name.
    pub fn shape_named(&self, name: &str) -> Option<Ix> {
        self.shapes
            .iter()
            .position(|row| row.name == name)
            .and_then(|at| Ix::try_from(at).ok())
    }

    /// The operation of this name, e.g. `GetPipeline`.
    pub fn operation(&self, name: &str) -> Option<&Operation<'a>> {
        let found = self.operations.binary_search_by(|row| row.name.cmp(name));
        found.ok().and_then(|at| self.operations.get(at))
    }

    /// Whether the value of a member is left out of messages: the member, its shape, or the keys of
    /// its map are sensitive. So are all parts of such a value.
    pub fn hides(&self, member: &Member<'_>) -> bool {
        member.is(flag::SENSITIVE) || self.hides_shape(self.shape(member.target))
    }

    /// Whether values of a shape are left out of messages, whatever member they are for.
    pub fn hides_shape(&self, shape: &Shape<'_>) -> bool {
        let key = shape.members.first().filter(|_| shape.kind == Kind::Map);
        let sensitive = |key: &Member<'_>| {
            key.is(flag::SENSITIVE) || self.shape(key.target).is(flag::SENSITIVE)
        };
        shape.is(flag::SENSITIVE) || key.is_some_and(sensitive)
    }

    /// Authentication schemes of an operation, in the order of preference; empty when its requests
    /// are not signed.
    pub fn auth(&self, operation: &Operation<'a>) -> &'a [Auth<'a>] {
        let own = operation.traits.iter().find_map(|found| match found {
            OperationTrait::Unsigned => Some(&[][..]),
            OperationTrait::Auth(schemes) => Some(*schemes),
            _ => None,
        });
        let usual = || {
            self.traits.iter().find_map(|found| match found {
                ServiceTrait::Auth(schemes) => Some(*schemes),
                _ => None,
            })
        };
        own.or_else(usual).unwrap_or(&[Auth::SigV4])
    }

    /// Whether the service answers with the error codes of AWS Query when it is asked for them.
    pub fn is_query_compatible(&self) -> bool {
        self.traits.contains(&ServiceTrait::QueryCompatible)
    }

    /// The operation that returns endpoints, of services with endpoint discovery.
    pub fn endpoint_discovery(&self) -> Option<&Operation<'a>> {
        self.traits.iter().find_map(|found| match found {
            ServiceTrait::EndpointDiscovery(name) => self.operation(name),
            _ => None,
        })
    }

    /// The service's own name: the shape id without its namespace, e.g. `CodePipeline_20150709`.
    pub fn name(&self) -> &'a str {
        self.id.split_once('#').map_or(self.id, |(_, name)| name)
    }
}

static ANYTHING: Shape<'static> = document("Document");

/// A wire protocol (Smithy's protocol traits).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// `aws.protocols#awsJson1_0`
    AwsJson1_0,
    /// `aws.protocols#awsJson1_1`
    AwsJson1_1,
    /// `aws.protocols#restJson1`
    RestJson1,
    /// `aws.protocols#restXml`
    RestXml,
    /// `aws.protocols#awsQuery`
    AwsQuery,
    /// `aws.protocols#ec2Query`
    Ec2Query,
    /// `smithy.protocols#rpcv2Cbor`
    RpcV2Cbor,
}

/// One operation.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// The operation's name, e.g. `GetPipeline`.
    pub name: &'a str,
    /// The input structure; none when the operation takes nothing.
    pub input: Option<Ix>,
    /// The output structure; none when the operation answers nothing.
    pub output: Option<Ix>,
    /// The error structures that the model lists, in its order.
    pub errors: &'a [Ix],
    /// Facts that few operations have.
    pub traits: &'a [OperationTrait<'a>],
}

/// A fact that few operations have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OperationTrait<'a> {
    /// `smithy.api#endpoint`: a prefix of the host name.
    HostPrefix(&'a str),
    /// `smithy.api#paginated`, or a paginator of botocore.
    Paginated(Pagination<'a>),
    /// The model pages the output in a way that is not supported, and why: a call gives one page.
    Unpaged(&'a str),
    /// `smithy.api#optionalAuth` or `smithy.api#auth([])`: sent unsigned.
    Unsigned,
    /// `smithy.api#auth`: authentication schemes in the order of preference.
    Auth(&'a [Auth<'a>]),
    /// `smithy.api#deprecated`, with what to use in its place.
    Deprecated(&'a str),
    /// `smithy.rules#staticContextParams`: an endpoint parameter with its value.
    EndpointParameter(&'a str, Fixed<'a>),
    /// `smithy.rules#operationContextParams`: an endpoint parameter, and where in the input its
    /// value is.
    EndpointPath(&'a str, &'a [Step<'a>]),
    /// `aws.api#clientDiscoveredEndpoint`: the address comes from endpoint discovery; whether it
    /// must.
    DiscoveredEndpoint(bool),
    /// An entry of `smithy.waiters#waitable`, or a waiter of botocore.
    Waiter(Waiter<'a>),
}

/// The value of an endpoint parameter that is the same in every call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fixed<'a> {
    /// Text.
    Text(&'a str),
    /// `true` or `false`.
    Boolean(bool),
    /// A list of texts.
    List(&'a [&'a str]),
}

/// A step of a path into an input: the part of JMESPath that endpoint parameters use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<'a> {
    /// `.name`: the member of this name.
    Member(&'a str),
    /// `[*]`: what follows is looked for in each element.
    Each,
    /// `[]`: lists in the list are joined, and what follows is looked for in each element.
    Flatten,
    /// `[a, b]`: a list of what several paths lead to.
    Several(&'a [&'a [Step<'a>]]),
    /// `keys(…)`: the names in a map.
    Keys,
}

/// When to stop calling an operation again and again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Waiter<'a> {
    /// Its name in the model, e.g. `TableExists`.
    pub name: &'a str,
    /// The pause between two calls.
    pub delay: Delay,
    /// The most calls; 0 when the model does not say.
    pub attempts: u32,
    /// What is looked for, in this order.
    pub acceptors: &'a [Acceptor<'a>],
}

/// The pause between two calls of a waiter, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delay {
    /// The same each time.
    Fixed(u32),
    /// From the first up to twice as much each time, and no longer than the second.
    Backoff(u32, u32),
}

/// What follows from an answer that matches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Acceptor<'a>(pub Outcome, pub Matcher<'a>);

/// What a waiter makes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is as it was waited for.
    Success,
    /// It never will be.
    Failure,
    /// It is not yet.
    Retry,
}

/// What an answer has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Matcher<'a> {
    /// A success, or an error of the service.
    Success(bool),
    /// An error of the service with this code.
    ErrorType(&'a str),
    /// A success or an error with this HTTP status.
    Status(u16),
    /// A success in whose output this JMESPath expression gives what is expected.
    Output(&'a str, Comparator, Expected<'a>),
    /// The same of `{"input": …, "output": …}`.
    InputOutput(&'a str, Comparator, Expected<'a>),
}

/// How what was found is compared with what is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparator {
    /// It is that.
    Is,
    /// It is a list, not empty, of nothing but that.
    All,
    /// It is a list with that in it.
    Any,
}

/// What is expected of what was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expected<'a> {
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(&'a str),
}

/// How an operation's output is paged. Paths are names of members with dots between.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pagination<'a> {
    /// Input members that take the tokens.
    pub input_tokens: &'a [&'a str],
    /// Where an output has the next tokens, in the same order: paths, whose steps may have an index
    /// (`Shards[-1].Id`), or alternatives of them (`Next || Items[-1].Key`).
    pub output_tokens: &'a [&'a str],
    /// Paths of the output members that the pages add to. The first one holds the items that are
    /// counted.
    pub items: &'a [&'a str],
    /// Input member that limits a page; empty when there is none.
    pub page_size: &'a str,
    /// Path of the output member that says whether more pages follow; empty when the tokens alone
    /// do.
    pub more: &'a str,
    /// Paths of the output members that count for all pages as the first page has them.
    pub first_page: &'a [&'a str],
}

impl<'a> Pagination<'a> {
    /// The output member that says whether more pages follow.
    pub const fn more(mut self, more: &'a str) -> Self {
        self.more = more;
        self
    }

    /// The output members that count as the first page has them.
    pub const fn first_page(mut self, paths: &'a [&'a str]) -> Self {
        self.first_page = paths;
        self
    }
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
    /// Single or double precision.
    Float,
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

/// One shape.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// The shape's name without its namespace.
    pub name: &'a str,
    /// The kind of value.
    pub kind: Kind,
    /// Bits of [`flag`].
    pub flags: u16,
    /// Least length (text in code points, bytes, elements, entries) or least number.
    pub min: Option<f64>,
    /// Greatest length or number.
    pub max: Option<f64>,
    /// Members of a structure or union in the model's order; element of a list; key and value of a
    /// map.
    pub members: &'a [Member<'a>],
    /// Values of an enum in the model's order.
    pub values: &'a [&'a str],
    /// Facts that few shapes have.
    pub traits: &'a [Trait<'a>],
}

/// One member of a structure or union, the element of a list, the key or value of a map.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The member's name in the model.
    pub name: &'a str,
    /// The shape of its value.
    pub target: Ix,
    /// Bits of [`flag`].
    pub flags: u16,
    /// Facts that few members have.
    pub traits: &'a [Trait<'a>],
}

/// Bits of [`Shape::flags`] and [`Member::flags`].
pub mod flag {
    /// `smithy.api#required`
    pub const REQUIRED: u16 = 1;
    /// `smithy.api#sensitive`: never printed.
    pub const SENSITIVE: u16 = 1 << 1;
    /// `smithy.api#sparse`: elements or values may be null.
    pub const SPARSE: u16 = 1 << 2;
    /// `smithy.api#idempotencyToken`: filled in with a random UUID when absent.
    pub const IDEMPOTENCY_TOKEN: u16 = 1 << 3;
    /// `smithy.api#hostLabel`: becomes part of the host name.
    pub const HOST_LABEL: u16 = 1 << 4;
    /// Of a structure: some member is required.
    pub const REQUIRES: u16 = 1 << 5;
}

/// A fact that few shapes or members have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trait<'a> {
    /// `smithy.api#pattern`, an ECMA 262 regular expression.
    Pattern(&'a str),
    /// `smithy.api#jsonName`
    JsonName(&'a str),
    /// `smithy.api#timestampFormat`
    TimestampFormat(TimestampFormat),
    /// `smithy.api#error` with `smithy.api#httpError` and `smithy.api#retryable`.
    Error(ErrorTrait),
    /// `aws.protocols#awsQueryError`: the code that the error had over AWS Query, where it is not
    /// the shape's name.
    ErrorCode(&'a str),
    /// `smithy.rules#contextParam`: the endpoint parameter that the member sets.
    EndpointParameter(&'a str),
}

/// Whose fault an error is, and whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorTrait {
    /// The service's fault (5xx) rather than the client's.
    pub server: bool,
    /// The HTTP status of it; 0 when the model names none.
    pub status: u16,
    /// The call may be tried again.
    pub retryable: bool,
    /// It was refused for its rate.
    pub throttling: bool,
}

/// How a timestamp is written (`smithy.api#timestampFormat`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampFormat {
    /// `2015-07-09T00:00:00Z`
    DateTime,
    /// `Thu, 09 Jul 2015 00:00:00 GMT`
    HttpDate,
    /// Seconds since 1970, with a fraction.
    EpochSeconds,
}

impl<'a> Shape<'a> {
    const fn new(name: &'a str, kind: Kind) -> Self {
        Shape {
            name,
            kind,
            flags: 0,
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

    /// Sets bits of [`flag`].
    pub const fn flags(mut self, flags: u16) -> Self {
        self.flags |= flags;
        self
    }

    /// Marks the shape as never to be printed.
    pub const fn sensitive(self) -> Self {
        self.flags(flag::SENSITIVE)
    }

    /// The facts that few shapes have.
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

    /// The element of a list, or the value of a map; of other kinds, none.
    pub fn element(&self) -> Option<&Member<'a>> {
        match self.kind {
            Kind::List => self.members.first(),
            Kind::Map => self.members.get(1),
            _ => None,
        }
    }

    /// The pattern that text has to match, if any.
    pub fn pattern(&self) -> Option<&'a str> {
        self.traits.iter().find_map(|found| match found {
            Trait::Pattern(pattern) => Some(*pattern),
            _ => None,
        })
    }

    /// The error trait, of error structures.
    pub fn error(&self) -> Option<ErrorTrait> {
        self.traits.iter().find_map(|found| match found {
            Trait::Error(error) => Some(*error),
            _ => None,
        })
    }

    /// Whether a code that a service answers with means this error structure.
    pub fn is_error(&self, code: &str) -> bool {
        self.name == code
            || self
                .traits
                .iter()
                .any(|found| matches!(found, Trait::ErrorCode(own) if *own == code))
    }

    /// Whether this is a structure or a union.
    pub fn has_members(&self) -> bool {
        matches!(self.kind, Kind::Structure | Kind::Union)
    }

    /// Whether any of the bits of [`flag`] is set.
    pub const fn is(&self, flags: u16) -> bool {
        self.flags & flags != 0
    }
}

impl<'a> Member<'a> {
    /// Sets bits of [`flag`].
    pub const fn flags(mut self, flags: u16) -> Self {
        self.flags |= flags;
        self
    }

    /// Marks the member as one without which a request is refused.
    pub const fn required(self) -> Self {
        self.flags(flag::REQUIRED)
    }

    /// Marks the member as never to be printed, whatever its shape.
    pub const fn sensitive(self) -> Self {
        self.flags(flag::SENSITIVE)
    }

    /// The facts that few members have.
    pub const fn with(mut self, traits: &'a [Trait<'a>]) -> Self {
        self.traits = traits;
        self
    }

    /// Whether any of the bits of [`flag`] is set.
    pub const fn is(&self, flags: u16) -> bool {
        self.flags & flags != 0
    }

    /// The member's name in JSON.
    pub fn json_name(&self) -> &'a str {
        let named = self.traits.iter().find_map(|found| match found {
            Trait::JsonName(name) => Some(*name),
            _ => None,
        });
        named.unwrap_or(self.name)
    }

    /// The timestamp format that the member or its shape asks for, if any.
    pub fn timestamp_format(&self, shape: &Shape<'_>) -> Option<TimestampFormat> {
        let of = |traits: &[Trait<'_>]| {
            traits.iter().find_map(|found| match found {
                Trait::TimestampFormat(format) => Some(*format),
                _ => None,
            })
        };
        of(self.traits).or_else(|| of(shape.traits))
    }
}

impl<'a> Operation<'a> {
    /// The error structures that the model lists for the operation.
    pub const fn errors(mut self, errors: &'a [Ix]) -> Self {
        self.errors = errors;
        self
    }

    /// The facts that few operations have.
    pub const fn with(mut self, traits: &'a [OperationTrait<'a>]) -> Self {
        self.traits = traits;
        self
    }

    /// Whether the operation's address comes from endpoint discovery (none when it does not), and
    /// whether it must.
    pub fn discovers_endpoint(&self) -> Option<bool> {
        self.traits.iter().find_map(|found| match found {
            OperationTrait::DiscoveredEndpoint(required) => Some(*required),
            _ => None,
        })
    }

    /// How the operation's answers are paged, if they are.
    pub fn pagination(&self) -> Option<Pagination<'a>> {
        self.traits.iter().find_map(|found| match found {
            OperationTrait::Paginated(pagination) => Some(*pagination),
            _ => None,
        })
    }

    /// The operation's waiters.
    pub fn waiters(&self) -> impl Iterator<Item = &'a Waiter<'a>> + use<'a> {
        self.traits.iter().filter_map(|found| match found {
            OperationTrait::Waiter(waiter) => Some(waiter),
            _ => None,
        })
    }

    /// Why the operation's pages are not supported, if they are not.
    pub fn unpaged(&self) -> Option<&'a str> {
        self.traits.iter().find_map(|found| match found {
            OperationTrait::Unpaged(reason) => Some(*reason),
            _ => None,
        })
    }
}

/// An operation's row.
pub const fn operation<'a>(name: &'a str, input: Option<Ix>, output: Option<Ix>) -> Operation<'a> {
    Operation {
        name,
        input,
        output,
        errors: &[],
        traits: &[],
    }
}

/// A waiter: name, pause between two calls, most calls (0 when the model does not say), and what is
/// looked for.
pub const fn waiter<'a>(
    name: &'a str,
    delay: Delay,
    attempts: u32,
    acceptors: &'a [Acceptor<'a>],
) -> Waiter<'a> {
    Waiter {
        name,
        delay,
        attempts,
        acceptors,
    }
}

/// How an operation is paged: input tokens, output tokens, items and page size.
pub const fn paginated<'a>(
    input_tokens: &'a [&'a str],
    output_tokens: &'a [&'a str],
    items: &'a [&'a str],
    page_size: &'a str,
) -> Pagination<'a> {
    Pagination {
        input_tokens,
        output_tokens,
        items,
        page_size,
        more: "",
        first_page: &[],
    }
}

/// A member's row.
pub const fn member(name: &str, target: Ix) -> Member<'_> {
    Member {
        name,
        target,
        flags: 0,
        traits: &[],
    }
}

/// A structure's row.
pub const fn structure<'a>(name: &'a str, members: &'a [Member<'a>]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::Structure);
    shape.members = members;
    let mut at = 0;
    while at < members.len() {
        if members[at].is(flag::REQUIRED) {
            shape.flags |= flag::REQUIRES;
        }
        at += 1;
    }
    shape
}

/// A union's row.
pub const fn union<'a>(name: &'a str, members: &'a [Member<'a>]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::Union);
    shape.members = members;
    shape
}

/// A list's row, with its one element.
pub const fn list<'a>(name: &'a str, element: &'a [Member<'a>; 1]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::List);
    shape.members = element;
    shape
}

/// A map's row, with its key and value.
pub const fn map<'a>(name: &'a str, entry: &'a [Member<'a>; 2]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::Map);
    shape.members = entry;
    shape
}

/// An enum's row, with its values in the model's order.
pub const fn enumeration<'a>(name: &'a str, values: &'a [&'a str]) -> Shape<'a> {
    let mut shape = Shape::new(name, Kind::Enum);
    shape.values = values;
    shape
}

macro_rules! simple {
    ($($function:ident: $kind:expr),* $(,)?) => {$(
        #[doc = concat!("The row of a `", stringify!($function), "` shape.")]
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
    timestamp: Kind::Timestamp,
    document: Kind::Document,
}
