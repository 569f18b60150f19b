//! Traits: what a model says of a service, an operation, a shape or a member beyond its structure.

use crate::{Auth, Pagination, Waiter};

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
