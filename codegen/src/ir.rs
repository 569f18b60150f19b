//! What lowering decides: everything that emitters print, already named, ordered and checked.
//!
//! Emitters cannot fail and decide nothing. Shapes and members refer to each other by index. What
//! is not explained here is as in the model, or as in the rows of `opsmith_runtime::schema` that are
//! made of it.

use crate::diagnostics::Diagnostic;
use proc_macro2::Ident;
use std::collections::BTreeMap;

/// A service with the operations that were asked for.
#[derive(Debug)]
pub struct Service {
    /// Absolute shape id.
    pub id: String,
    /// The SDK's name of it.
    pub sdk_id: String,
    /// `smithy.api#title`
    pub title: String,
    /// The version of its interface.
    pub version: String,
    /// Where the model is from, and of which day.
    pub source: String,
    /// The word by which a command line calls it.
    pub command: String,
    /// The service in the scope of a signature.
    pub signing_name: String,
    /// What stands before the operation in `x-amz-target`.
    pub target_prefix: String,
    /// All protocols that the model offers, by the variant of their rows.
    pub protocols: Vec<&'static str>,
    /// The one that is spoken.
    pub protocol: &'static str,
    /// Commands that the AWS CLI has for the service and ours has not, with the nearest operation.
    pub missing: Vec<(String, String)>,
    /// Sorted by name.
    pub operations: Vec<Operation>,
    /// Operations that were not asked for by name and that no code can be made of, with the
    /// reasons.
    pub omitted: Vec<Diagnostic>,
    /// Sorted by name.
    pub shapes: Vec<Shape>,
    /// What the model says of it.
    pub docs: Docs,
    /// The rules that lead to an endpoint.
    pub endpoint: EndpointRules,
    /// Facts that few services have.
    pub traits: Vec<ServiceTrait>,
}

/// A fact that few services have.
#[derive(Debug)]
pub enum ServiceTrait {
    /// Authentication schemes, where they are not SigV4 alone.
    Auth(Vec<Auth>),
    /// `aws.protocols#awsQueryCompatible`
    QueryCompatible,
    /// `aws.api#clientEndpointDiscovery`: the operation that returns endpoints.
    EndpointDiscovery(String),
}

/// An authentication scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Auth {
    /// `aws.auth#sigv4`
    SigV4,
    /// Any other, by its shape id.
    Other(String),
}

/// The rules that lead to an endpoint; empty when the model has none.
#[derive(Debug, Default)]
pub struct EndpointRules {
    /// What the rules may look at.
    pub parameters: Vec<Parameter>,
    /// In the order in which they are tried.
    pub rules: Vec<Rule>,
}

/// What rules may look at.
#[derive(Debug)]
pub struct Parameter {
    /// The name in the model.
    pub name: String,
    /// What it is filled with; empty when only callers fill it.
    pub built_in: String,
    /// Its value when nothing fills it.
    pub default: Option<Expression>,
}

/// A rule: its conditions, and what follows when all hold.
#[derive(Debug)]
pub enum Rule {
    /// Further rules, of which one must apply.
    Tree(Vec<Condition>, Vec<Rule>),
    /// An endpoint.
    Endpoint {
        /// What has to hold for it.
        conditions: Vec<Condition>,
        /// Its URL.
        url: Expression,
        /// Facts beside it, such as `authSchemes`.
        properties: Vec<(String, Expression)>,
        /// Headers with their values.
        headers: Vec<(String, Vec<Expression>)>,
    },
    /// There is none, and why.
    Error(Vec<Condition>, Expression),
}

/// What has to hold for a rule to apply.
#[derive(Debug)]
pub struct Condition {
    /// What has to hold.
    pub value: Expression,
    /// The name that the value has afterwards; empty when it has none.
    pub assign: String,
}

/// What has a value.
#[derive(Debug)]
pub enum Expression {
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Integer(i64),
    /// Text, in which `{Name}` stands for a value.
    Text(String),
    /// A parameter or the value of an earlier condition.
    Ref(String),
    /// A function, by the variant of its row.
    Call(&'static str, Vec<Expression>),
    /// Several values.
    List(Vec<Expression>),
    /// Values by name.
    Map(Vec<(String, Expression)>),
}

/// Documentation as Markdown in a small subset; empty when there is none. It begins with a blank
/// where the model's does.
#[derive(Debug, Default, Clone)]
pub struct Docs(
    /// The text.
    pub String,
);

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// The name in the model.
    pub name: String,
    /// The client's method.
    pub method: Ident,
    /// The word by which a command line calls it.
    pub command: String,
    /// The input structure.
    pub input: Option<usize>,
    /// The output structure.
    pub output: Option<usize>,
    /// The error structures that it lists.
    pub errors: Vec<usize>,
    /// Facts that few operations have.
    pub traits: Vec<OperationTrait>,
    /// What the model says of it.
    pub docs: Docs,
    /// The option of each member of the input.
    pub options: Vec<String>,
    /// What the AWS CLI changes of the command beyond names.
    pub changes: Vec<Change>,
}

/// What the AWS CLI changes of a command: the variants of `opsmith_runtime::schema::commands::Change`.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A variant that says nothing more, by its name.
    Mark(&'static str),
    /// A variant about one word or option, by its name.
    One(&'static str, String),
    /// A variant about an option and another text, by its name.
    Two(&'static str, String, String),
    /// A further option, which sets a part of the input.
    Hoist(Hoist),
}

/// A further option, which sets a part of the input: `opsmith_runtime::schema::commands::Hoist`.
#[derive(Debug, Clone, PartialEq)]
pub struct Hoist {
    /// The option.
    pub option: String,
    /// The members that lead to the part.
    pub path: Vec<String>,
    /// The option is a flag that stands for these texts.
    pub flag: Vec<String>,
    /// The value is pairs with this text between them.
    pub pairs: Option<String>,
    /// The option is demanded.
    pub required: bool,
    /// The part can't be given as a part of the option of its first member too.
    pub alone: bool,
    /// Members beside the part, with texts.
    pub beside: Vec<(String, String)>,
    /// Members that the value must have.
    pub needs: Vec<String>,
    /// Options that can't be given together with this one.
    pub excludes: Vec<String>,
}

/// A fact that few operations have.
#[derive(Debug)]
pub enum OperationTrait {
    /// `smithy.api#endpoint`: a prefix of the host name.
    HostPrefix(String),
    /// How the output is paged.
    Paginated(Pagination),
    /// The model pages the output in a way that is not supported, and why.
    Unpaged(String),
    /// `smithy.api#optionalAuth`, or no authentication at all.
    Unsigned,
    /// `smithy.api#auth`: authentication schemes of its own.
    Auth(Vec<Auth>),
    /// `smithy.api#deprecated`, with what to use in its place.
    Deprecated(String),
    /// `smithy.rules#staticContextParams`: a parameter of the rules with its value.
    EndpointParameter(String, Fixed),
    /// `smithy.rules#operationContextParams`: a parameter of the rules, and where in the input its
    /// value is.
    EndpointPath(String, Vec<Step>),
    /// `aws.api#clientDiscoveredEndpoint`: the address comes from endpoint discovery; whether it
    /// must.
    DiscoveredEndpoint(bool),
    /// An entry of `smithy.waiters#waitable`, or a waiter of botocore.
    Waiter(Waiter),
}

/// How an operation's output is paged; the fields are those of its row.
#[derive(Debug, Default, PartialEq)]
pub struct Pagination {
    /// Input members that take the tokens.
    pub input_tokens: Vec<String>,
    /// Where an output has the next tokens.
    pub output_tokens: Vec<String>,
    /// Output members that the pages add to.
    pub items: Vec<String>,
    /// Limits a page; empty when there is none.
    pub page_size: String,
    /// Says whether more pages follow; empty when the tokens alone do.
    pub more: String,
    /// Output members that count as the first page has them.
    pub first_page: Vec<String>,
}

/// The value of an endpoint parameter that is the same in every call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fixed {
    /// Text.
    Text(String),
    /// `true` or `false`.
    Boolean(bool),
    /// A list of texts.
    List(Vec<String>),
}

/// A step of a path into an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `.name`
    Member(String),
    /// `[*]`
    Each,
    /// `[]`
    Flatten,
    /// `[a, b]`
    Several(Vec<Vec<Step>>),
    /// `keys(…)`
    Keys,
}

/// When to stop calling an operation again and again.
#[derive(Debug)]
pub struct Waiter {
    /// The name in the model.
    pub name: String,
    /// The word by which a command line calls it.
    pub command: String,
    /// The client's method.
    pub method: Ident,
    /// The pause between two calls.
    pub delay: Delay,
    /// The most calls; 0 when the model does not say.
    pub attempts: u32,
    /// What is looked for, in this order.
    pub acceptors: Vec<Acceptor>,
}

/// What follows from an answer that matches.
#[derive(Debug)]
pub struct Acceptor {
    /// The variant of its row.
    pub outcome: &'static str,
    /// What the answer has to be.
    pub matcher: Matcher,
}

/// The pause between two calls, in seconds.
#[derive(Debug, Clone, Copy)]
pub enum Delay {
    /// The same each time.
    Fixed(u32),
    /// Longer each time, from the first to the second.
    Backoff(u32, u32),
}

/// What an answer has to be.
#[derive(Debug)]
pub enum Matcher {
    /// A success, or an error of the service.
    Success(bool),
    /// An error of the service with this code.
    ErrorType(String),
    /// An answer with this HTTP status.
    Status(u16),
    /// A JMESPath expression, the variant of its comparator, and what is expected.
    Path {
        /// It looks at the input too.
        input: bool,
        /// The expression.
        path: String,
        /// The variant of its row.
        comparator: &'static str,
        /// What is expected.
        expected: Expected,
    },
}

/// What an expression is expected to give.
#[derive(Debug)]
pub enum Expected {
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// Text.
    Text(String),
}

/// A shape.
#[derive(Debug)]
pub struct Shape {
    /// The name in the model.
    pub name: String,
    /// The Rust type of structures, unions and enums; the name of the shape's index for all.
    pub rust: Ident,
    /// The kind of value.
    pub kind: Kind,
    /// A Rust type is made of it.
    pub typed: bool,
    /// Never to be printed.
    pub sensitive: bool,
    /// Elements or values may be null.
    pub sparse: bool,
    /// Least length or number.
    pub min: Option<f64>,
    /// Greatest length or number.
    pub max: Option<f64>,
    /// Members; the element of a list; key and value of a map.
    pub members: Vec<Member>,
    /// Values of an enum.
    pub values: Vec<Value>,
    /// Facts that few have.
    pub traits: Vec<Trait>,
    /// `smithy.api#deprecated`, with what to use in its place, which may be empty.
    pub deprecated: Option<String>,
    /// What the model says of it.
    pub docs: Docs,
}

/// What kind of value a shape describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `blob`
    Blob,
    /// `boolean`
    Boolean,
    /// `string`
    String,
    /// `enum`, or a string with the trait `enum`.
    Enum,
    /// `byte`
    Byte,
    /// `short`
    Short,
    /// `integer` and `intEnum`.
    Integer,
    /// `long`
    Long,
    /// `bigInteger`
    BigInteger,
    /// `float`
    Float,
    /// `double` and `bigDecimal`.
    Double,
    /// `timestamp`
    Timestamp,
    /// `document`
    Document,
    /// `list` and `set`.
    List,
    /// `map`
    Map,
    /// `structure`
    Structure,
    /// `union`
    Union,
}

/// A member of a structure or union, the element of a list, the key or value of a map.
#[derive(Debug)]
pub struct Member {
    /// The name in the model.
    pub name: String,
    /// The field of a structure, or the variant of a union.
    pub rust: Ident,
    /// The shape of its value.
    pub target: usize,
    /// The request is refused without it.
    pub required: bool,
    /// The Rust field is a plain value rather than an option.
    pub plain: bool,
    /// The value contains its own structure, so that the field needs a box.
    pub boxed: bool,
    /// Names of further flags in `opsmith_runtime::schema::flag`.
    pub flags: Vec<&'static str>,
    /// Facts that few have.
    pub traits: Vec<Trait>,
    /// `smithy.api#deprecated`, with what to use in its place, which may be empty.
    pub deprecated: Option<String>,
    /// What the model says of it.
    pub docs: Docs,
}

/// A value of an enum.
#[derive(Debug)]
pub struct Value {
    /// The variant.
    pub rust: Ident,
    /// As it is on the wire.
    pub value: String,
    /// `smithy.api#deprecated`, with what to use in its place, which may be empty.
    pub deprecated: Option<String>,
    /// What the model says of it.
    pub docs: Docs,
}

/// A fact that few shapes or members have.
#[derive(Debug)]
pub enum Trait {
    /// `smithy.api#pattern`
    Pattern(String),
    /// `smithy.api#jsonName`
    JsonName(String),
    /// `smithy.api#timestampFormat`, by the variant of its row.
    TimestampFormat(&'static str),
    /// `smithy.api#error` with `httpError` and `retryable`.
    Error {
        /// The service's fault rather than the client's.
        server: bool,
        /// The HTTP status; 0 when none is named.
        status: u16,
        /// The call may be tried again.
        retryable: bool,
        /// It was refused for its rate.
        throttling: bool,
    },
    /// `aws.protocols#awsQueryError`: the code over AWS Query, where it is not the shape's name.
    ErrorCode(String),
    /// `smithy.rules#contextParam`: the parameter of the rules that the member sets.
    EndpointParameter(String),
}

impl Service {
    /// All documentation that there is, by shape id without namespace: of the service, operations,
    /// shapes and members (`Job$id`).
    pub fn docs_by_id(&self) -> BTreeMap<String, &str> {
        let name = self
            .id
            .split_once('#')
            .map_or(self.id.as_str(), |(_, name)| name);
        let operations = self
            .operations
            .iter()
            .map(|operation| (operation.name.clone(), &operation.docs));
        let shapes = self
            .shapes
            .iter()
            .map(|shape| (shape.name.clone(), &shape.docs));
        let members = self.shapes.iter().flat_map(|shape| {
            shape
                .members
                .iter()
                .map(|member| (format!("{}${}", shape.name, member.name), &member.docs))
        });
        let all = [(name.to_owned(), &self.docs)]
            .into_iter()
            .chain(operations)
            .chain(shapes)
            .chain(members);
        all.filter(|(_, docs)| !docs.0.is_empty())
            .map(|(id, docs)| (id, docs.0.as_str()))
            .collect()
    }
}

impl Operation {
    /// Its waiters.
    pub fn waiters(&self) -> impl Iterator<Item = &Waiter> {
        self.traits.iter().filter_map(|found| match found {
            OperationTrait::Waiter(waiter) => Some(waiter),
            _ => None,
        })
    }

    /// The options of the input's members, and those that set a part of one.
    pub fn all_options(&self) -> impl Iterator<Item = &str> {
        let hoists = self.changes.iter().filter_map(|change| match change {
            Change::Hoist(hoist) => Some(hoist.option.as_str()),
            _ => None,
        });
        self.options.iter().map(String::as_str).chain(hoists)
    }
}

impl Shape {
    /// Whether it has members by name.
    pub fn has_members(&self) -> bool {
        matches!(self.kind, Kind::Structure | Kind::Union)
    }
}
