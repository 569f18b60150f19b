//! Endpoint rules (`smithy.rules#endpointRuleSet`): from region and settings to a URL.
//!
//! A rule applies when all its conditions hold, and a condition may give its value a name for what
//! follows. The functions of the rules language are in [`Function`].

/// The rules of one service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleSet<'a> {
    /// What the rules may look at.
    pub parameters: &'a [Parameter<'a>],
    /// In the order in which they are tried.
    pub rules: &'a [Rule<'a>],
}

/// What clients fill parameters with: all that rules may name.
pub const BUILT_INS: &[&str] = &[
    "AWS::Auth::AccountId",
    "AWS::Auth::AccountIdEndpointMode",
    "AWS::Region",
    "AWS::S3::Accelerate",
    "AWS::S3::DisableMultiRegionAccessPoints",
    "AWS::S3::DisableS3ExpressSessionAuth",
    "AWS::S3::ForcePathStyle",
    "AWS::S3::UseArnRegion",
    "AWS::S3::UseGlobalEndpoint",
    "AWS::S3Control::UseArnRegion",
    "AWS::STS::UseGlobalEndpoint",
    "AWS::UseDualStack",
    "AWS::UseFIPS",
    "SDK::Endpoint",
];

/// Something that rules may look at: its name, what it is filled with (one of [`BUILT_INS`]; empty
/// when only callers fill it), and its default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter<'a>(pub &'a str, pub &'a str, pub Option<Expression<'a>>);

/// A rule: its conditions, and what follows when all hold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule<'a> {
    /// Further rules, of which one must apply.
    Tree(&'a [Condition<'a>], &'a [Rule<'a>]),
    /// An endpoint: its URL, properties such as `authSchemes`, and headers with their values.
    Endpoint(
        &'a [Condition<'a>],
        Expression<'a>,
        &'a [(&'a str, Expression<'a>)],
        &'a [(&'a str, &'a [Expression<'a>])],
    ),
    /// There is no endpoint, and why.
    Error(&'a [Condition<'a>], Expression<'a>),
}

/// A condition, and the name that its value has afterwards; empty when it has none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Condition<'a>(pub Expression<'a>, pub &'a str);

/// What has a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Expression<'a> {
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Integer(i64),
    /// Text, in which `{Name}` and `{Name#path}` are replaced by values.
    Text(&'a str),
    /// The value of a parameter or of an earlier condition.
    Ref(&'a str),
    /// A function of values.
    Call(Function, &'a [Expression<'a>]),
    /// Several values.
    List(&'a [Expression<'a>]),
    /// Values by name.
    Map(&'a [(&'a str, Expression<'a>)]),
}

/// The functions of the rules language, with the names they have in models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `isSet`: whether there is a value.
    IsSet,
    /// `not`
    Not,
    /// `getAttr`: a part of a value by its path, such as `resourceId[0]`.
    GetAttr,
    /// `stringEquals`
    StringEquals,
    /// `booleanEquals`
    BooleanEquals,
    /// `isValidHostLabel`: whether text can be part of a host name; the second argument allows
    /// dots.
    IsValidHostLabel,
    /// `parseURL`
    ParseUrl,
    /// `substring`: from a position up to another, counted from the end when the last argument says
    /// so.
    Substring,
    /// `uriEncode`
    UriEncode,
    /// `split`: by a delimiter, into at most this number of parts (0: any number).
    Split,
    /// `coalesce`: the first argument that has a value.
    Coalesce,
    /// `ite`: the second argument if the first holds, otherwise the third.
    Ite,
    /// `aws.partition`: the partition of a region.
    Partition,
    /// `aws.parseArn`
    ParseArn,
    /// `aws.isVirtualHostableS3Bucket`
    IsVirtualHostableS3Bucket,
}
