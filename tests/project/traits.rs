//! Each trait of the schema is read.

use super::{files, root};
use opsmith_runtime::schema::TraitKind;
use std::fs;

/// What reads a trait.
enum Reader {
    /// This file at run time, with this text.
    RunTime(&'static str, &'static str),
    /// The generator, while it makes the schema.
    Generator,
    /// Nothing yet, and why.
    Nothing(&'static str),
}

/// What reads each trait of the table. The match leaves none out.
fn reader(kind: TraitKind) -> Reader {
    use Reader::{Generator, Nothing, RunTime};
    const BOUND: &str = "runtime/src/endpoint/bound.rs";
    const HTTP: &str = "runtime/src/protocol/http.rs";
    const XML: &str = "runtime/src/codec/xml/write.rs";
    const EVENTS: &str = "runtime/src/events/message.rs";
    const DESTINATION: &str = "runtime/src/pipeline/endpoint.rs";
    const CHECKSUM: &str = "runtime/src/pipeline/checksum.rs";
    match kind {
        TraitKind::Required => RunTime("runtime/src/validate/rules.rs", "Flags::REQUIRED"),
        TraitKind::Sensitive => RunTime("runtime/src/redact.rs", ".hides("),
        TraitKind::Sparse => RunTime("runtime/src/codec/json/read.rs", "Flags::SPARSE"),
        TraitKind::IdempotencyToken => {
            RunTime("runtime/src/idempotency.rs", "Flags::IDEMPOTENCY_TOKEN")
        }
        TraitKind::LastSegment => RunTime("runtime/src/visit/cursor.rs", "Flags::LAST_SEGMENT"),
        TraitKind::Unparsed => RunTime("runtime/src/protocol/http/response.rs", "Flags::UNPARSED"),
        TraitKind::ErrorsWithSuccess => RunTime(HTTP, "Trait::ErrorsWithSuccess"),
        TraitKind::QueryAsForm => RunTime(HTTP, "Trait::QueryAsForm"),
        TraitKind::S3UnwrappedXmlOutput => RunTime(HTTP, "Trait::S3UnwrappedXmlOutput"),
        TraitKind::Headers => RunTime(HTTP, ".headers()"),
        TraitKind::TreeHash => RunTime("runtime/src/pipeline/tree_hash.rs", "Trait::TreeHash"),
        TraitKind::HostLabel => RunTime(BOUND, "Flags::HOST_LABEL"),
        TraitKind::AwsQueryCompatible => {
            RunTime("runtime/src/protocol/rpc.rs", ".is_query_compatible()")
        }
        TraitKind::Auth | TraitKind::OptionalAuth => {
            RunTime("runtime/src/pipeline/authenticate.rs", ".auth(")
        }
        TraitKind::UnsignedPayload => RunTime(
            "runtime/src/pipeline/authenticate.rs",
            ".has_unsigned_payload()",
        ),
        TraitKind::HttpChecksum => RunTime(CHECKSUM, ".http_checksum()"),
        TraitKind::HttpChecksumRequired => RunTime(CHECKSUM, ".requires_checksum()"),
        TraitKind::ResponseCrc32 => RunTime(CHECKSUM, "Trait::ResponseCrc32"),
        TraitKind::RequestCompression => {
            RunTime("runtime/src/pipeline/compress.rs", ".request_compression()")
        }
        TraitKind::Readonly => RunTime("runtime/src/retry.rs", "Trait::Readonly"),
        TraitKind::ClientDiscoveredEndpoint => RunTime(DESTINATION, ".discovers_endpoint()"),
        TraitKind::ClientEndpointDiscovery => RunTime(DESTINATION, ".endpoint_discovery()"),
        TraitKind::AwsQueryError => RunTime("runtime/src/protocol/error.rs", ".is_error("),
        TraitKind::Unpaged => RunTime("command/src/service.rs", ".unpaged()"),
        TraitKind::Deprecated => RunTime("schema/src/commands.rs", ".deprecated()"),
        TraitKind::HostPrefix => RunTime(BOUND, ".host_prefix()"),
        TraitKind::Error | TraitKind::HttpError | TraitKind::Retryable => {
            RunTime("runtime/src/retry.rs", ".error()")
        }
        TraitKind::JsonName => RunTime("runtime/src/codec/json/write.rs", ".json_name()"),
        TraitKind::Paginated => RunTime("runtime/src/pages.rs", ".pagination()"),
        TraitKind::Pattern => RunTime("runtime/src/validate/rules.rs", ".pattern()"),
        TraitKind::TimestampFormat => {
            RunTime("runtime/src/codec/json/write.rs", ".timestamp_format(")
        }
        TraitKind::ContextParam => RunTime(BOUND, ".context_param()"),
        TraitKind::OperationContextParams => RunTime(BOUND, ".operation_context_params()"),
        TraitKind::StaticContextParams => RunTime(BOUND, ".static_context_params()"),
        TraitKind::Streaming => RunTime("runtime/src/pipeline.rs", ".stream("),
        TraitKind::EventHeader => RunTime(EVENTS, "Flags::EVENT_HEADER"),
        TraitKind::EventPayload => RunTime(EVENTS, "Flags::EVENT_PAYLOAD"),
        TraitKind::RequiresLength => RunTime("runtime/src/pipeline.rs", "Flags::REQUIRES_LENGTH"),
        TraitKind::Waitable => RunTime("runtime/src/waiter.rs", ".waiters()"),
        TraitKind::Service
        | TraitKind::SigV4
        | TraitKind::SigV4A
        | TraitKind::AwsJson1_0
        | TraitKind::AwsJson1_1
        | TraitKind::AwsQuery
        | TraitKind::Ec2Query
        | TraitKind::RestJson1
        | TraitKind::RestXml
        | TraitKind::RpcV2Cbor
        | TraitKind::Command
        | TraitKind::SignatureVersion
        | TraitKind::Paginator
        | TraitKind::TargetPrefix
        | TraitKind::Waiters
        | TraitKind::ClientOptional
        | TraitKind::Documentation
        | TraitKind::Enum
        | TraitKind::EnumValue
        | TraitKind::HttpApiKeyAuth
        | TraitKind::HttpBasicAuth
        | TraitKind::HttpBearerAuth
        | TraitKind::HttpDigestAuth
        | TraitKind::Length
        | TraitKind::Range
        | TraitKind::Title
        | TraitKind::ClientContextParams
        | TraitKind::EndpointRuleSet => Generator,
        TraitKind::ClientEndpointDiscoveryId => Nothing("it is refused by its form"),
        TraitKind::Http => RunTime(HTTP, ".http()"),
        TraitKind::HttpHeader
        | TraitKind::HttpLabel
        | TraitKind::HttpPayload
        | TraitKind::HttpPrefixHeaders
        | TraitKind::HttpQuery
        | TraitKind::HttpQueryParams
        | TraitKind::HttpResponseCode => {
            RunTime("runtime/src/protocol/http/request.rs", ".location()")
        }
        TraitKind::MediaType => RunTime("runtime/src/protocol/http/request.rs", ".media_type()"),
        TraitKind::PresignedParameter => RunTime(
            "runtime/src/pipeline/presign/parameter.rs",
            ".presigned_parameter()",
        ),
        TraitKind::Ec2QueryName => RunTime("runtime/src/codec/form.rs", ".ec2_query_name()"),
        TraitKind::XmlAttribute => RunTime(XML, "Flags::XML_ATTRIBUTE"),
        TraitKind::XmlFlattened => RunTime(XML, "Flags::XML_FLATTENED"),
        TraitKind::XmlName => RunTime(XML, "xml_name()"),
        TraitKind::XmlNamespace => RunTime(XML, "xml_namespace()"),
    }
}

/// What the schema keeps is obeyed at run time. What it does not keep is read while it is made, or
/// there is a reason that it is not.
#[test]
fn every_trait_of_the_table_has_a_reader() {
    let read = |file: &str| {
        fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    };
    let generator: String = ["codegen/src/lower.rs", "schema/src/service.rs"]
        .into_iter()
        .map(read)
        .chain(files("codegen/src/lower").into_iter().map(|(_, text)| text))
        .collect();
    for kind in TraitKind::ALL {
        let is_kept = !kind.entry().sites.is_empty();
        match reader(*kind) {
            Reader::RunTime(file, text) => {
                assert!(is_kept, "{kind:?} is not kept");
                assert!(read(file).contains(text), "{kind:?}: {file} has no {text}");
            }
            Reader::Generator => {
                let name = format!("TraitKind::{kind:?}");
                let is_read = generator.match_indices(&name).any(|(at, _)| {
                    !generator[at + name.len()..].starts_with(char::is_alphanumeric)
                });
                assert!(!is_kept && is_read, "the generator does not read {kind:?}");
            }
            Reader::Nothing(reason) => assert!(!is_kept, "{kind:?} is kept: {reason}"),
        }
    }
}
