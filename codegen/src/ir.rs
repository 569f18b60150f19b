//! What lowering decides: everything that emitters print, already named, ordered and checked.
//!
//! Emitters cannot fail and decide nothing. Shapes and members refer to each other by index.

use proc_macro2::Ident;

/// A service with the operations that were asked for.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) id: String,
    pub(crate) sdk_id: String,
    pub(crate) title: String,
    pub(crate) version: String,
    pub(crate) source: String,
    pub(crate) command: String,
    pub(crate) signing_name: String,
    pub(crate) target_prefix: String,
    pub(crate) protocols: Vec<&'static str>,
    pub(crate) protocol: &'static str,
    /// Sorted by name.
    pub(crate) operations: Vec<Operation>,
    /// Sorted by name.
    pub(crate) shapes: Vec<Shape>,
    pub(crate) docs: Docs,
    pub(crate) endpoint: EndpointRules,
}

/// The rules that lead to an endpoint; empty when the model has none.
#[derive(Debug, Default)]
pub(crate) struct EndpointRules {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) rules: Vec<Rule>,
}

/// What rules may look at.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    /// What it is filled with; empty when only callers fill it.
    pub(crate) built_in: String,
    pub(crate) default: Option<Expression>,
}

/// A rule: its conditions, and what follows when all hold.
#[derive(Debug)]
pub(crate) enum Rule {
    Tree(Vec<Condition>, Vec<Rule>),
    Endpoint {
        conditions: Vec<Condition>,
        url: Expression,
        properties: Vec<(String, Expression)>,
        headers: Vec<(String, Vec<Expression>)>,
    },
    Error(Vec<Condition>, Expression),
}

#[derive(Debug)]
pub(crate) struct Condition {
    pub(crate) value: Expression,
    /// The name that the value has afterwards; empty when it has none.
    pub(crate) assign: String,
}

/// What has a value.
#[derive(Debug)]
pub(crate) enum Expression {
    Boolean(bool),
    Integer(i64),
    Text(String),
    Ref(String),
    /// A function, by the variant of its row.
    Call(&'static str, Vec<Expression>),
    List(Vec<Expression>),
    Map(Vec<(String, Expression)>),
}

/// Documentation as Markdown in a small subset; empty when there is none.
#[derive(Debug, Default, Clone)]
pub(crate) struct Docs(pub(crate) String);

#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: String,
    /// The client's method.
    pub(crate) method: Ident,
    pub(crate) command: String,
    pub(crate) input: Option<usize>,
    pub(crate) output: Option<usize>,
    pub(crate) errors: Vec<usize>,
    pub(crate) traits: Vec<OperationTrait>,
    pub(crate) docs: Docs,
    /// The option of each member of the input.
    pub(crate) options: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum OperationTrait {
    Http { method: String, uri: String, code: u16 },
    HostPrefix(String),
    Paginated { input_token: String, output_token: String, items: String, page_size: String },
    Unsigned,
    Deprecated(String),
    EndpointParameter(String, String),
}

#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) name: String,
    /// The Rust type of structures, unions and enums; the name of the shape's index for all.
    pub(crate) rust: Ident,
    pub(crate) kind: Kind,
    /// A Rust type is made of it.
    pub(crate) typed: bool,
    pub(crate) sensitive: bool,
    pub(crate) sparse: bool,
    pub(crate) streaming: bool,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) members: Vec<Member>,
    pub(crate) values: Vec<Value>,
    pub(crate) traits: Vec<Trait>,
    pub(crate) docs: Docs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Blob,
    Boolean,
    String,
    Enum,
    Byte,
    Short,
    Integer,
    Long,
    BigInteger,
    Float,
    Double,
    Timestamp,
    Document,
    List,
    Map,
    Structure,
    Union,
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// The field of a structure, or the variant of a union.
    pub(crate) rust: Ident,
    pub(crate) target: usize,
    /// The request is refused without it.
    pub(crate) required: bool,
    /// The Rust field is a plain value rather than an option.
    pub(crate) plain: bool,
    /// The value contains its own structure, so that the field needs a box.
    pub(crate) boxed: bool,
    /// Names of further flags in `opsmith_runtime::rows::flag`.
    pub(crate) flags: Vec<&'static str>,
    pub(crate) traits: Vec<Trait>,
    pub(crate) docs: Docs,
}

#[derive(Debug)]
pub(crate) struct Value {
    pub(crate) rust: Ident,
    pub(crate) value: String,
    pub(crate) docs: Docs,
}

#[derive(Debug)]
pub(crate) enum Trait {
    Pattern(String),
    JsonName(String),
    TimestampFormat(&'static str),
    Error { server: bool, status: u16, retryable: bool, throttling: bool },
    Deprecated(String),
    HttpHeader(String),
    HttpPrefixHeaders(String),
    HttpQuery(String),
    MediaType(String),
    XmlName(String),
    XmlNamespace(String, String),
    Ec2QueryName(String),
    EndpointParameter(String),
}

impl Shape {
    /// Whether it has members by name.
    pub(crate) fn has_members(&self) -> bool {
        matches!(self.kind, Kind::Structure | Kind::Union)
    }
}
