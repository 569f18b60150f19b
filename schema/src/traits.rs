//! Traits: what a model says of a service, an operation, a shape or a member beyond its structure.
//!
//! There is one table, at the end of this file. An entry says the trait's id, where the schema keeps
//! it, the form of its value in a model, the label under which it is explained, and what a change of
//! it means to programs. Generators and tools work through the table, so a new trait whose value is
//! of a known kind is one entry here, and the code at run time that obeys it.
//!
//! - Traits without a value that every codec looks at are [`Flags`].
//! - Traits with a value, and rare ones without, are a [`Trait`] in a list.
//! - The others matter only while the schema is made.

use crate::forms::Form;
use crate::values::Payload;
use crate::{
    Auth, Fault, Fixed, Http, HttpChecksum, Pagination, PresignedParameter, Protocol, Step,
    TimestampFormat, Value, Waiter, XmlNamespace,
};

bitflags::bitflags! {
    /// Where a trait is.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Sites: u8 {
        /// On the service.
        const SERVICE = 1;
        /// On operations.
        const OPERATION = 1 << 1;
        /// On shapes.
        const SHAPE = 1 << 2;
        /// On members.
        const MEMBER = 1 << 3;
        /// On the service and on operations.
        const CALL = Self::SERVICE.bits() | Self::OPERATION.bits();
        /// On shapes and members.
        const VALUE = Self::SHAPE.bits() | Self::MEMBER.bits();
        /// On the service, shapes and members.
        const PLACES = Self::SERVICE.bits() | Self::VALUE.bits();
        /// Everywhere.
        const ANYWHERE = Self::CALL.bits() | Self::VALUE.bits();
    }
}

/// What it means to programs when a trait is added, changed or removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Programs continue to work.
    Additive,
    /// Programs may use something that goes away when the trait is removed.
    BreaksWhenRemoved,
    /// Requests that were accepted may be rejected when the trait is added or changed.
    BreaksRequests,
    /// Programs may fail to compile.
    Breaks,
}

/// One entry of the table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The trait's absolute shape id.
    pub id: &'static str,
    /// Where a model may have it.
    pub places: Sites,
    /// Where the schema keeps it; empty for traits that matter only while the schema is made.
    pub sites: Sites,
    /// The form of its value in a model.
    pub form: Form,
    /// The flag that it becomes.
    pub flag: Option<Flags>,
    /// What it is called in explanations.
    pub label: &'static str,
    /// What a change of it means.
    pub change: Change,
}

macro_rules! traits {
    (
        flags { $(
            $(#[$($flag_about:tt)*])*
            $flag:ident = $FLAG:ident($bit:expr):
                $flag_id:literal, $flag_sites:ident $(| $flag_places:ident)?, $flag_label:literal, $flag_change:ident;
        )* }
        marks { $(
            $(#[$mark_about:meta])*
            $mark:ident: $mark_id:literal, $mark_sites:ident $(| $mark_places:ident)?, $mark_label:literal, $mark_change:ident;
        )* }
        values { $(
            $(#[$about:meta])*
            $kind:ident($payload:ty):
                $id:literal, $sites:ident $(| $places:ident)?, $form:expr, $label:literal, $change:ident;
        )* }
        build { $( $build:ident: $build_id:literal, $build_places:ident, $build_form:expr; )* }
    ) => {
        /// Every trait of the table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum TraitKind {
            $( #[doc = concat!("`", $flag_id, "`")] $flag, )*
            $( #[doc = concat!("`", $mark_id, "`")] $mark, )*
            $( #[doc = concat!("`", $id, "`")] $kind, )*
            $( #[doc = concat!("`", $build_id, "`")] $build, )*
        }

        impl TraitKind {
            /// All traits of the table, in its order.
            pub const ALL: &'static [TraitKind] = &[
                $( TraitKind::$flag, )*
                $( TraitKind::$mark, )*
                $( TraitKind::$kind, )*
                $( TraitKind::$build, )*
            ];

            /// The trait of an absolute shape id.
            pub fn of(id: &str) -> Option<TraitKind> {
                match id {
                    $( $flag_id => Some(TraitKind::$flag), )*
                    $( $mark_id => Some(TraitKind::$mark), )*
                    $( $id => Some(TraitKind::$kind), )*
                    $( $build_id => Some(TraitKind::$build), )*
                    _ => None,
                }
            }

            /// The trait's absolute shape id.
            pub const fn id(self) -> &'static str {
                self.entry().id
            }

            /// The trait's entry in the table.
            pub const fn entry(self) -> Entry {
                match self {
                    $( TraitKind::$flag => Entry {
                        id: $flag_id,
                        places: Sites::$flag_sites$(.union(Sites::$flag_places))?,
                        sites: Sites::$flag_sites,
                        form: Form::Mark,
                        flag: Some(Flags::$FLAG),
                        label: $flag_label,
                        change: Change::$flag_change,
                    }, )*
                    $( TraitKind::$mark => Entry {
                        id: $mark_id,
                        places: Sites::$mark_sites$(.union(Sites::$mark_places))?,
                        sites: Sites::$mark_sites,
                        form: Form::Mark,
                        flag: None,
                        label: $mark_label,
                        change: Change::$mark_change,
                    }, )*
                    $( TraitKind::$kind => Entry {
                        id: $id,
                        places: Sites::$sites$(.union(Sites::$places))?,
                        sites: Sites::$sites,
                        form: $form,
                        flag: None,
                        label: $label,
                        change: Change::$change,
                    }, )*
                    $( TraitKind::$build => Entry {
                        id: $build_id,
                        places: Sites::$build_places,
                        sites: Sites::empty(),
                        form: $build_form,
                        flag: None,
                        label: "",
                        change: Change::Additive,
                    }, )*
                }
            }

            /// The trait with a value: `None` when its values are not of this kind, or when it is
            /// a flag or not kept.
            pub fn with(self, value: Value<'_>) -> Option<Trait<'_>> {
                match self {
                    $( TraitKind::$mark => <()>::from_value(value).map(|()| Trait::$mark), )*
                    $( TraitKind::$kind => Payload::from_value(value).map(Trait::$kind), )*
                    $( TraitKind::$flag )|* | $( TraitKind::$build )|* => None,
                }
            }
        }

        bitflags::bitflags! {
            /// Traits of shapes and members that have no value.
            #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
            pub struct Flags: u32 {
                $(
                    #[doc = concat!("`", $flag_id, "`")]
                    #[doc = ""]
                    $(#[$($flag_about)*])*
                    const $FLAG = $bit;
                )*
                /// Of a structure: at least one member is required.
                const HAS_REQUIRED = 1 << 31;
                /// Of a member: where it stands at the top of an input, output, error or event, it is
                /// outside the fields of the body ([`Member::location`](crate::Member::location)).
                const BOUND = 1 << 30;
            }
        }

        /// A trait with its value.
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub enum Trait<'a> {
            $(
                #[doc = concat!("`", $mark_id, "`")]
                #[doc = ""]
                $(#[$mark_about])*
                $mark,
            )*
            $(
                #[doc = concat!("`", $id, "`")]
                #[doc = ""]
                $(#[$about])*
                $kind($payload),
            )*
        }

        impl<'a> Trait<'a> {
            /// Which trait it is.
            pub const fn kind(&self) -> TraitKind {
                match self {
                    $( Trait::$mark => TraitKind::$mark, )*
                    $( Trait::$kind(_) => TraitKind::$kind, )*
                }
            }

            /// The trait's value.
            pub fn value(&self) -> Value<'a> {
                match *self {
                    $( Trait::$mark => Value::Mark, )*
                    $( Trait::$kind(value) => value.into_value(), )*
                }
            }
        }
    };
}

/// The value of the first trait of a kind in a list.
macro_rules! find {
    ($traits:expr, $kind:ident) => {
        $traits.iter().find_map(|found| match found {
            crate::Trait::$kind(value) => Some(*value),
            _ => None,
        })
    };
}

pub(crate) use find;

traits! {
    flags {
        /// A request is rejected without the member.
        Required = REQUIRED(1): "smithy.api#required", MEMBER, "required", BreaksRequests;
        /// Values are never printed.
        Sensitive = SENSITIVE(1 << 1): "smithy.api#sensitive", VALUE, "sensitive", Additive;
        /// Elements of a list or values of a map may be null.
        Sparse = SPARSE(1 << 2): "smithy.api#sparse", SHAPE, "sparse", Breaks;
        /// The member is filled with a random UUID when it is absent.
        IdempotencyToken = IDEMPOTENCY_TOKEN(1 << 3):
            "smithy.api#idempotencyToken", MEMBER, "idempotency token", Additive;
        /// The member becomes part of the host name.
        HostLabel = HOST_LABEL(1 << 4): "smithy.api#hostLabel", MEMBER, "host label", Additive;
        /// The member is a part of the path.
        HttpLabel = HTTP_LABEL(1 << 5): "smithy.api#httpLabel", MEMBER, "part of the path", Additive;
        /// The member is the body.
        HttpPayload = HTTP_PAYLOAD(1 << 6): "smithy.api#httpPayload", MEMBER, "whole body", Additive;
        /// Entries of the map are parameters of the query string.
        HttpQueryParams = HTTP_QUERY_PARAMS(1 << 7):
            "smithy.api#httpQueryParams", MEMBER, "parameters of the query string", Additive;
        /// The member is the status of the answer.
        HttpResponseCode = HTTP_RESPONSE_CODE(1 << 8):
            "smithy.api#httpResponseCode", MEMBER, "HTTP status", Additive;
        /// The value is a stream: bytes, or the events of a union. Members whose shape is one have
        /// the flag too, and generated types leave them out.
        Streaming = STREAMING(1 << 11): "smithy.api#streaming", VALUE, "stream", Breaks;
        /// The length of the stream has to be known before it is sent.
        RequiresLength = REQUIRES_LENGTH(1 << 12):
            "smithy.api#requiresLength", SHAPE, "length of the stream required", Additive;
        /// The member of an event is a header of its message.
        EventHeader = EVENT_HEADER(1 << 13): "smithy.api#eventHeader", MEMBER, "header of the event", Additive;
        /// The member of an event is the payload of its message.
        EventPayload = EVENT_PAYLOAD(1 << 14):
            "smithy.api#eventPayload", MEMBER, "whole payload of the event", Additive;
        /// Of a text at the top of an input, only what follows its last `/` is sent: the ids that the
        /// service gives have a path before them, and those that it takes have none.
        LastSegment = LAST_SEGMENT(1 << 20):
            "opsmith#lastSegment", SHAPE, "sent without the path before it", Additive;
        /// The member is the text of a header that another member of the structure has as a value.
        /// Where the text is no such value, the other member is absent. The model lacks the member,
        /// and so do samples.
        Unparsed = UNPARSED(1 << 21):
            "opsmith#unparsed", MEMBER, "text of the header as it came", Additive;
        /// The member is an attribute of the structure's element.
        XmlAttribute = XML_ATTRIBUTE(1 << 9): "smithy.api#xmlAttribute", MEMBER, "XML attribute", Additive;
        /// Elements of a list and entries of a map have no element around them.
        XmlFlattened = XML_FLATTENED(1 << 10):
            "smithy.api#xmlFlattened", MEMBER, "flat in XML", Additive;
    }
    marks {
        /// Clients ask for the error codes that the service had over AWS Query.
        AwsQueryCompatible: "aws.protocols#awsQueryCompatible", SERVICE, "AWS Query compatible", Additive;
        /// Answers may be errors although their status is one of success.
        ErrorsWithSuccess:
            "opsmith#errorsWithSuccess", SERVICE, "errors with a status of success", Additive;
        /// The service refuses requests without a checksum.
        HttpChecksumRequired:
            "smithy.api#httpChecksumRequired", OPERATION, "checksum of requests required", Additive;
        /// Requests are sent unsigned.
        OptionalAuth: "smithy.api#optionalAuth", OPERATION, "optional authentication", Additive;
        /// What a `GET` has in its query string is sent as a form, since it may be long.
        QueryAsForm: "opsmith#queryAsForm", OPERATION, "query string sent as a form", Additive;
        /// The hash of the body, and the hash over those of each of its MiB, are sent in headers.
        TreeHash: "opsmith#treeHash", OPERATION, "hash over hashes", Additive;
        /// Every answer has the CRC-32 of its body in the header `x-amz-crc32`, which is checked where
        /// checksums are built in. Amazon's SDK for Rust does without, so clients need not have them.
        ResponseCrc32: "opsmith#responseCrc32", SERVICE, "CRC-32 of answers", Additive;
        /// The body is the output's only member, and not a structure that has it.
        S3UnwrappedXmlOutput:
            "aws.customizations#s3UnwrappedXmlOutput", OPERATION, "output without an element around it", Additive;
        /// Signatures leave out the body of requests.
        UnsignedPayload: "aws.auth#unsignedPayload", OPERATION, "unsigned body", Additive;
        /// A call changes nothing, so an attempt without a clear answer needs no warning.
        Readonly: "smithy.api#readonly", OPERATION, "read-only mark", Additive;
    }
    values {
        /// The authentication schemes, in the order of preference. Of a service, only where they
        /// are not SigV4 alone.
        Auth(&'a [Auth<'a>]): "smithy.api#auth", CALL, Form::List(&Form::AuthScheme), "authentication", Additive;
        /// The endpoint comes from endpoint discovery; whether it must.
        ClientDiscoveredEndpoint(bool):
            "aws.api#clientDiscoveredEndpoint", OPERATION, Form::Optional("required", &Form::Boolean),
            "discovered endpoint required", Additive;
        /// The operation that returns endpoints.
        ClientEndpointDiscovery(&'a str):
            "aws.api#clientEndpointDiscovery", SERVICE, Form::Part("operation", &Form::ShapeId),
            "endpoint discovery", Additive;
        /// The code that the error had over AWS Query, where it is not the shape's name.
        AwsQueryError(&'a str):
            "aws.protocols#awsQueryError", SHAPE, Form::Part("code", &Form::Text),
            "code over AWS Query", Additive;
        /// The model pages the output in a way that is not supported, and why: a call returns one
        /// page. Models do not have it; it replaces [`Trait::Paginated`].
        Unpaged(&'a str): "opsmith#unpaged", OPERATION, Form::Text, "pages", Additive;
        /// What to use instead.
        Deprecated(&'a str):
            "smithy.api#deprecated", OPERATION | ANYWHERE, Form::Optional("message", &Form::Text),
            "deprecation", Additive;
        /// A prefix of the host name.
        HostPrefix(&'a str):
            "smithy.api#endpoint", OPERATION, Form::Part("hostPrefix", &Form::Text),
            "host prefix", Additive;
        /// Whose fault the error is.
        Error(Fault): "smithy.api#error", SHAPE, Form::OneOf(Fault::WORDS), "fault", Additive;
        /// The error's HTTP status.
        HttpError(u16): "smithy.api#httpError", SHAPE, Form::Status, "HTTP status", Additive;
        /// Headers that every request has.
        Headers(&'a [(&'a str, &'a str)]):
            "opsmith#headers", SERVICE, Form::Map(&Form::Word), "header", Additive;
        /// The HTTP method, path and status.
        Http(&'a Http<'a>):
            "smithy.api#http", OPERATION, Form::Http, "HTTP binding", Additive;
        /// The checksums of requests and answers.
        HttpChecksum(&'a HttpChecksum<'a>):
            "aws.protocols#httpChecksum", OPERATION, Form::HttpChecksum, "checksums", Additive;
        /// The header that has the member's value.
        HttpHeader(&'a str): "smithy.api#httpHeader", MEMBER, Form::Word, "header", Additive;
        /// Entries of the map are headers whose names begin so.
        HttpPrefixHeaders(&'a str):
            "smithy.api#httpPrefixHeaders", MEMBER, Form::Text, "prefix of headers", Additive;
        /// The parameter of the query string that has the member's value.
        HttpQuery(&'a str):
            "smithy.api#httpQuery", MEMBER, Form::Text, "parameter of the query string", Additive;
        /// The member's name in JSON.
        JsonName(&'a str): "smithy.api#jsonName", MEMBER, Form::Text, "name in JSON", Additive;
        /// The format of text or bytes, as a media type.
        MediaType(&'a str): "smithy.api#mediaType", SHAPE, Form::Text, "media type", Additive;
        /// How the output is paged. It may also come from a paginator of botocore.
        Paginated(&'a Pagination<'a>):
            "smithy.api#paginated", OPERATION | SERVICE,
            Form::Object(&[
                ("inputToken", Form::Text, false),
                ("outputToken", Form::Text, false),
                ("items", Form::Text, false),
                ("pageSize", Form::Text, false),
            ]),
            "pages", Additive;
        /// An ECMA 262 regular expression that text must match.
        Pattern(&'a str): "smithy.api#pattern", VALUE, Form::Pattern, "pattern", BreaksRequests;
        /// A parameter with the URL of the same call in another region. Models do not have it.
        PresignedParameter(&'a PresignedParameter<'a>):
            "opsmith#presignedParameter", OPERATION, Form::PresignedParameter,
            "parameter that is presigned", Additive;
        /// The encodings in which the service takes compressed bodies.
        RequestCompression(&'a [&'a str]):
            "smithy.api#requestCompression", OPERATION,
            Form::Part("encodings", &Form::List(&Form::OneOf(&["gzip"]))),
            "compression of requests", Additive;
        /// The call may be tried again; whether it was rejected for its rate.
        Retryable(bool):
            "smithy.api#retryable", SHAPE, Form::Optional("throttling", &Form::Boolean),
            "retry trait, for throttling,", Additive;
        /// The format of timestamps.
        TimestampFormat(TimestampFormat):
            "smithy.api#timestampFormat", VALUE, Form::OneOf(TimestampFormat::WORDS),
            "format of timestamps", Additive;
        /// The name of the value's element in XML, and of its parameter in the query protocols.
        XmlName(&'a str): "smithy.api#xmlName", VALUE, Form::Text, "name in XML", Additive;
        /// The namespace of the value's element in XML.
        XmlNamespace(&'a XmlNamespace<'a>):
            "smithy.api#xmlNamespace", PLACES, Form::XmlNamespace, "namespace in XML", Additive;
        /// The name of the member's parameter in requests of the EC2 query protocol.
        Ec2QueryName(&'a str):
            "aws.protocols#ec2QueryName", MEMBER, Form::Text, "name in EC2 Query", Additive;
        /// The endpoint parameter that the member sets.
        ContextParam(&'a str):
            "smithy.rules#contextParam", MEMBER, Form::Part("name", &Form::Text),
            "parameter of the endpoint", Additive;
        /// Endpoint parameters, and where in the input their values are.
        OperationContextParams(&'a [(&'a str, &'a [Step<'a>])]):
            "smithy.rules#operationContextParams", OPERATION, Form::Map(&Form::Part("path", &Form::Path)),
            "parameter of the endpoint", Additive;
        /// Endpoint parameters with their values.
        StaticContextParams(&'a [(&'a str, Fixed<'a>)]):
            "smithy.rules#staticContextParams", OPERATION, Form::Map(&Form::Part("value", &Form::Fixed)),
            "parameter of the endpoint", Additive;
        /// Waiters. They may also be those of botocore.
        Waitable(&'a [Waiter<'a>]):
            "smithy.waiters#waitable", OPERATION, Form::Any, "waiter", BreaksWhenRemoved;
    }
    build {
        ClientEndpointDiscoveryId: "aws.api#clientEndpointDiscoveryId", MEMBER,
            Form::Unsupported("endpoint discovery by members of the input is not supported");
        Service: "aws.api#service", SERVICE, Form::Optional("sdkId", &Form::Text);
        SigV4: "aws.auth#sigv4", SERVICE, Form::Part("name", &Form::Word);
        SigV4A: "aws.auth#sigv4a", SERVICE, Form::Part("name", &Form::Word);
        AwsJson1_0: "aws.protocols#awsJson1_0", SERVICE, Form::Mark;
        AwsJson1_1: "aws.protocols#awsJson1_1", SERVICE, Form::Mark;
        AwsQuery: "aws.protocols#awsQuery", SERVICE, Form::Mark;
        Ec2Query: "aws.protocols#ec2Query", SERVICE, Form::Mark;
        RestJson1: "aws.protocols#restJson1", SERVICE, Form::Mark;
        RestXml: "aws.protocols#restXml", SERVICE, Form::Mark;
        Command: "opsmith.botocore#command", SERVICE, Form::Word;
        SignatureVersion: "opsmith.botocore#signatureVersion", SERVICE, Form::Word;
        Paginator: "opsmith.botocore#paginator", OPERATION,
            Form::Object(&[
                ("input_token", Form::Texts, true),
                ("output_token", Form::Texts, true),
                ("result_key", Form::Texts, false),
                ("limit_key", Form::Text, false),
                ("more_results", Form::Text, false),
                ("non_aggregate_keys", Form::List(&Form::Text), false),
            ]);
        TargetPrefix: "opsmith.botocore#targetPrefix", SERVICE, Form::Word;
        Waiters: "opsmith.botocore#waiters", OPERATION, Form::Any;
        ClientOptional: "smithy.api#clientOptional", MEMBER, Form::Mark;
        Documentation: "smithy.api#documentation", ANYWHERE, Form::Text;
        Enum: "smithy.api#enum", SHAPE, Form::List(&Form::Part("value", &Form::Text));
        EnumValue: "smithy.api#enumValue", MEMBER, Form::Any;
        HttpApiKeyAuth: "smithy.api#httpApiKeyAuth", SERVICE, Form::Object(&[]);
        HttpBasicAuth: "smithy.api#httpBasicAuth", SERVICE, Form::Mark;
        HttpBearerAuth: "smithy.api#httpBearerAuth", SERVICE, Form::Mark;
        HttpDigestAuth: "smithy.api#httpDigestAuth", SERVICE, Form::Mark;
        Length: "smithy.api#length", VALUE,
            Form::Object(&[("min", Form::Count, false), ("max", Form::Count, false)]);
        Range: "smithy.api#range", VALUE,
            Form::Object(&[("min", Form::Number, false), ("max", Form::Number, false)]);
        Title: "smithy.api#title", SERVICE, Form::Text;
        RpcV2Cbor: "smithy.protocols#rpcv2Cbor", SERVICE, Form::Mark;
        ClientContextParams: "smithy.rules#clientContextParams", SERVICE, Form::Map(&Form::Any);
        EndpointRuleSet: "smithy.rules#endpointRuleSet", SERVICE, Form::Any;
    }
}

impl Flags {
    /// Those that bind a member to a part of an HTTP message, or of an event's.
    pub(crate) const BINDINGS: Flags = Flags::HTTP_LABEL
        .union(Flags::EVENT_HEADER)
        .union(Flags::EVENT_PAYLOAD)
        .union(Flags::HTTP_PAYLOAD)
        .union(Flags::HTTP_QUERY_PARAMS)
        .union(Flags::HTTP_RESPONSE_CODE);
}

/// A feature of `opsmith-runtime` that implements traits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// Checksums of requests and answers.
    Checksums,
    /// Compressed requests.
    Compression,
}

impl Feature {
    /// Its name in a manifest.
    pub const fn name(self) -> &'static str {
        match self {
            Feature::Checksums => "checksums",
            Feature::Compression => "compression",
        }
    }
}

impl TraitKind {
    /// The feature of `opsmith-runtime` that implements the trait, if it is one.
    pub const fn feature(self) -> Option<Feature> {
        match self {
            TraitKind::HttpChecksum | TraitKind::HttpChecksumRequired => Some(Feature::Checksums),
            TraitKind::RequestCompression => Some(Feature::Compression),
            _ => None,
        }
    }

    /// Whether a protocol reads the trait. The schema of a service keeps what its protocol reads.
    pub const fn is_read_by(self, protocol: Protocol) -> bool {
        use Protocol::{AwsQuery, Ec2Query, RestJson1, RestXml};
        match self {
            TraitKind::Headers
            | TraitKind::Http
            | TraitKind::HttpHeader
            | TraitKind::HttpLabel
            | TraitKind::HttpPayload
            | TraitKind::HttpPrefixHeaders
            | TraitKind::HttpQuery
            | TraitKind::HttpQueryParams
            | TraitKind::HttpResponseCode
            | TraitKind::LastSegment
            | TraitKind::MediaType
            | TraitKind::QueryAsForm
            | TraitKind::TreeHash
            | TraitKind::Unparsed => matches!(protocol, RestJson1 | RestXml),
            TraitKind::ErrorsWithSuccess
            | TraitKind::S3UnwrappedXmlOutput
            | TraitKind::XmlAttribute
            | TraitKind::XmlNamespace => matches!(protocol, RestXml),
            TraitKind::XmlFlattened | TraitKind::XmlName => {
                matches!(protocol, RestXml | AwsQuery | Ec2Query)
            }
            TraitKind::Ec2QueryName => matches!(protocol, Ec2Query),
            // These have no streams of events.
            TraitKind::EventHeader | TraitKind::EventPayload => {
                !matches!(protocol, AwsQuery | Ec2Query)
            }
            TraitKind::PresignedParameter => matches!(protocol, AwsQuery | Ec2Query),
            _ => true,
        }
    }
}
