//! A service: the root of the schema.

use crate::rules::RuleSet;
use crate::shapes::document;
use crate::traits::find;
use crate::{
    Flags, Kind, Member, Operation, Shape, ShapeIndex, TimestampFormat, Trait, TraitKind,
    XmlNamespace,
};
use std::collections::BTreeSet;

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
    /// The prefix of the operation's name in `x-amz-target`, e.g. `CodePipeline_20150709`.
    pub target_prefix: &'a str,
    /// All protocols that the model offers, in the model's order.
    pub protocols: &'a [Protocol],
    /// The protocol that the generator chose among [`Service::protocols`].
    pub protocol: Protocol,
    /// Operations, sorted by name.
    pub operations: &'a [Operation<'a>],
    /// Shapes, sorted by name; an [`ShapeIndex`] is an index into them.
    pub shapes: &'a [Shape<'a>],
    /// The rules that lead from region and settings to an endpoint.
    pub endpoint: RuleSet<'a>,
    /// Traits.
    pub traits: &'a [Trait<'a>],
}

/// An authentication scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth<'a> {
    /// `aws.auth#sigv4`
    SigV4,
    /// `aws.auth#sigv4a`
    SigV4A,
    /// `smithy.api#httpBearerAuth`
    HttpBearerAuth,
    /// Any other, by its shape id. Requests that need one are refused.
    Other(&'a str),
}

impl<'a> Auth<'a> {
    /// Those that the runtime has. Those of a feature are refused without it.
    pub const ALL: &'static [Auth<'static>] = &[Auth::SigV4, Auth::SigV4A, Auth::HttpBearerAuth];

    /// The scheme with this shape id.
    pub fn of(id: &'a str) -> Self {
        let known = Auth::ALL.iter().find(|scheme| scheme.id() == id);
        known.copied().unwrap_or(Auth::Other(id))
    }

    /// The scheme's shape id.
    pub const fn id(&self) -> &'a str {
        match *self {
            Auth::SigV4 => TraitKind::SigV4.id(),
            Auth::SigV4A => TraitKind::SigV4A.id(),
            Auth::HttpBearerAuth => TraitKind::HttpBearerAuth.id(),
            Auth::Other(id) => id,
        }
    }
}

impl Service<'static> {
    /// No service: every shape is a document. For values without a known shape.
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
    /// The shape at an index; for an unknown index, a document shape, which takes any value.
    pub fn shape(&self, ix: ShapeIndex) -> &Shape<'a> {
        self.shapes.get(ix as usize).unwrap_or(&ANYTHING)
    }

    /// The index of the shape of this name.
    pub fn shape_named(&self, name: &str) -> Option<ShapeIndex> {
        self.shapes
            .iter()
            .position(|shape| shape.name == name)
            .and_then(|at| ShapeIndex::try_from(at).ok())
    }

    /// The operation of this name, e.g. `GetPipeline`.
    pub fn operation(&self, name: &str) -> Option<&Operation<'a>> {
        let found = self
            .operations
            .binary_search_by(|operation| operation.name.cmp(name));
        found.ok().and_then(|at| self.operations.get(at))
    }

    /// Whether the value of a member is left out of messages: the member, its shape, or the keys of
    /// its map are sensitive. So are all parts of such a value.
    pub fn hides(&self, member: &Member<'_>) -> bool {
        member.is(Flags::SENSITIVE) || self.hides_shape(self.shape(member.target))
    }

    /// Whether values of a shape are left out of messages, whatever member they are for.
    pub fn hides_shape(&self, shape: &Shape<'_>) -> bool {
        let key = shape.members.first().filter(|_| shape.kind == Kind::Map);
        let sensitive = |key: &Member<'_>| {
            key.is(Flags::SENSITIVE) || self.shape(key.target).is(Flags::SENSITIVE)
        };
        shape.is(Flags::SENSITIVE) || key.is_some_and(sensitive)
    }

    /// The member of an input or output that is a stream, and its position.
    pub fn stream(&self, structure: Option<ShapeIndex>) -> Option<(usize, &'a Member<'a>)> {
        let members = self.shape(structure?).members.iter();
        members
            .enumerate()
            .find(|(_, member)| member.is(Flags::STREAMING))
    }

    /// The union of the events in which an input or output streams, if it does.
    pub fn events(&self, structure: Option<ShapeIndex>) -> Option<ShapeIndex> {
        let (_, member) = self.stream(structure)?;
        let union = self.shape(member.target).kind == Kind::Union;
        union.then_some(member.target)
    }

    /// Whether a member of a union of events is an error, which ends the stream.
    pub fn is_exception(&self, member: &Member<'_>) -> bool {
        self.shape(member.target).error().is_some()
    }

    /// Authentication schemes of an operation, in the order of preference; empty when its requests
    /// are not signed.
    pub fn auth(&self, operation: &Operation<'a>) -> &'a [Auth<'a>] {
        if let Some(schemes) = find!(operation.traits, Auth) {
            return schemes;
        }
        if operation.traits.contains(&Trait::OptionalAuth) {
            return &[];
        }
        find!(self.traits, Auth).unwrap_or(&[Auth::SigV4])
    }

    /// Whether the service can answer with the error codes of AWS Query.
    pub fn is_query_compatible(&self) -> bool {
        self.traits.contains(&Trait::AwsQueryCompatible)
    }

    /// The operation that returns endpoints, of services with endpoint discovery.
    pub fn endpoint_discovery(&self) -> Option<&Operation<'a>> {
        self.operation(find!(self.traits, ClientEndpointDiscovery)?)
    }

    /// Headers that every request of the service has.
    pub fn headers(&self) -> &'a [(&'a str, &'a str)] {
        find!(self.traits, Headers).unwrap_or_default()
    }

    /// The features of `opsmith-runtime` that calls need: those of the protocol and of the
    /// operations' traits.
    pub fn features(&self) -> BTreeSet<&'static str> {
        let traits = self.operations.iter().flat_map(|found| found.traits);
        traits
            .filter_map(|found| Some(found.kind().feature()?.name()))
            .chain(self.protocol.feature())
            .collect()
    }

    /// The namespace of names in XML bodies, if there is one.
    pub fn xml_namespace(&self) -> Option<&'a XmlNamespace<'a>> {
        find!(self.traits, XmlNamespace)
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
    /// `aws.protocols#awsJson1_1`
    AwsJson1_1,
    /// `aws.protocols#awsJson1_0`
    AwsJson1_0,
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

impl Protocol {
    /// All protocols, in the order in which generators prefer them: that of botocore.
    pub const ALL: &'static [Protocol] = &[
        Protocol::AwsJson1_1,
        Protocol::AwsJson1_0,
        Protocol::RestJson1,
        Protocol::RestXml,
        Protocol::RpcV2Cbor,
        Protocol::AwsQuery,
        Protocol::Ec2Query,
    ];

    /// The format of timestamps in bodies, unless the model states one.
    pub const fn timestamp_format(self) -> TimestampFormat {
        match self {
            Protocol::RestXml | Protocol::AwsQuery | Protocol::Ec2Query => {
                TimestampFormat::DateTime
            }
            Protocol::AwsJson1_1
            | Protocol::AwsJson1_0
            | Protocol::RestJson1
            | Protocol::RpcV2Cbor => TimestampFormat::EpochSeconds,
        }
    }

    /// The feature of `opsmith-runtime` with the protocol, if it is one.
    pub const fn feature(self) -> Option<&'static str> {
        match self {
            Protocol::AwsJson1_0 | Protocol::AwsJson1_1 | Protocol::RestJson1 => None,
            Protocol::RestXml | Protocol::AwsQuery | Protocol::Ec2Query => Some("xml"),
            Protocol::RpcV2Cbor => Some("cbor"),
        }
    }

    /// The protocol's trait.
    pub const fn kind(self) -> TraitKind {
        match self {
            Protocol::AwsJson1_1 => TraitKind::AwsJson1_1,
            Protocol::AwsJson1_0 => TraitKind::AwsJson1_0,
            Protocol::RestJson1 => TraitKind::RestJson1,
            Protocol::RestXml => TraitKind::RestXml,
            Protocol::AwsQuery => TraitKind::AwsQuery,
            Protocol::Ec2Query => TraitKind::Ec2Query,
            Protocol::RpcV2Cbor => TraitKind::RpcV2Cbor,
        }
    }
}
