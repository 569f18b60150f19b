//! Endpoint rules (`smithy.rules#endpointRuleSet`): from region and settings to a URL.
//!
//! A service's rules are rows; [`RuleSet::resolve`] walks them. A rule applies when all its conditions hold, and a
//! condition may give its value a name for what follows. The functions of the rules language are in [`Function`].

mod bound;
mod configured;
mod evaluate;
mod functions;
mod partition;
mod partitions;
mod value;

pub(crate) use bound::Bound;
pub use evaluate::Endpoint;
pub use value::Value;

use crate::rows::{Operation, OperationTrait, Service};

/// The URL to call when this one is configured: with a path.
///
/// # Errors
///
/// When no host can be of that name, in the AWS CLI's words.
pub(crate) fn configured(url: &str) -> Result<String, String> {
    configured::url(url).ok_or_else(|| format!("Invalid endpoint: {url}"))
}

/// The rules of one service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleSet<'a> {
    /// What the rules may look at.
    pub parameters: &'a [Parameter<'a>],
    /// In the order in which they are tried.
    pub rules: &'a [Rule<'a>],
}

/// Something that rules may look at: its name, what it is filled with (`AWS::Region`; empty when only callers fill it), and
/// its default.
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
    /// Text, in which `{Name}` and `{Name#path}` stand for values.
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
    /// `isValidHostLabel`: whether text can be part of a host name; the second argument allows dots.
    IsValidHostLabel,
    /// `parseURL`
    ParseUrl,
    /// `substring`: from a position up to another, counted from the end when the last argument says so.
    Substring,
    /// `uriEncode`
    UriEncode,
    /// `split`: by a delimiter, into at most so many parts (0: any number).
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

/// What a client knows when it asks for an endpoint.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings<'a> {
    pub(crate) region: &'a str,
    pub(crate) fips: bool,
    pub(crate) dual_stack: bool,
}

/// The regions that are known, of all partitions; others work as well.
pub fn regions() -> impl Iterator<Item = &'static str> {
    partitions::PARTITIONS.iter().flat_map(|partition| partition.regions.iter().copied())
}

/// The URL of a service whose host begins with a word and the region: those that give credentials have no rows.
pub(crate) fn regional(prefix: &str, settings: Settings<'_>) -> String {
    let Settings { region, fips, dual_stack } = settings;
    let suffix = partition::of_region(region).map_or("amazonaws.com", |partition| match dual_stack {
        true => partition.dual_stack_dns_suffix,
        false => partition.dns_suffix,
    });
    format!("https://{prefix}{}.{region}.{suffix}/", if fips { "-fips" } else { "" })
}

/// The region that a name means: of a pseudo region such as `aws-global`, the one where its partition has its seat.
pub(crate) fn region(name: &str) -> &str {
    match partition::of_region(name) {
        Some(partition) if name.ends_with("-global") => partition.implicit_global_region,
        _ => name,
    }
}

/// The endpoint of an operation.
///
/// # Errors
///
/// The rules' message why there is none.
pub(crate) fn resolve(
    service: &Service<'_>,
    operation: &Operation<'_>,
    settings: Settings<'_>,
    bound: &Bound<'_>,
) -> Result<Endpoint, String> {
    if service.endpoint.rules.is_empty() {
        return Err(format!(
            "The model of {} has no endpoint rules: give the URL of an endpoint, with `--endpoint-url` or AWS_ENDPOINT_URL or in the configuration.",
            service.title
        ));
    }
    // Names of old that mean an endpoint for FIPS in a region.
    let pseudo = settings.region.strip_prefix("fips-").or_else(|| settings.region.strip_suffix("-fips"));
    let fips = settings.fips || pseudo.is_some();
    let region = pseudo.unwrap_or(settings.region);
    let fixed = operation.traits.iter().filter_map(|found| match found {
        OperationTrait::EndpointParameter(name, value) => Some((*name, Value::Text((*value).to_owned()))),
        _ => None,
    });
    let built_in = service.endpoint.parameters.iter().filter_map(|Parameter(name, built_in, _)| {
        let value = match *built_in {
            "AWS::Region" => Value::Text(region.to_owned()),
            "AWS::UseFIPS" => Value::Boolean(fips),
            "AWS::UseDualStack" => Value::Boolean(settings.dual_stack),
            _ => return None,
        };
        Some((*name, value))
    });
    service.endpoint.resolve(built_in.chain(bound.parameters()).chain(fixed))
}
