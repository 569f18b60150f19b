//! The files of a botocore service folder, as they are written there.
//!
//! Keys that these types do not have are reported by [`super::read`]: a new key of the source is
//! never lost in silence. Maps whose order means something (members, operations) keep it.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

/// `service-2.json`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Service {
    pub(super) metadata: Metadata,
    #[serde(default)]
    pub(super) operations: IndexMap<String, Operation>,
    #[serde(default)]
    pub(super) shapes: IndexMap<String, Shape>,
    pub(super) client_context_params: Option<Value>,
    pub(super) documentation: Option<String>,
    #[serde(default)]
    pub(super) deprecated: bool,
    pub(super) deprecated_message: Option<String>,
    pub(super) deprecated_since: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) api_version: String,
    pub(super) service_id: String,
    pub(super) service_full_name: Option<String>,
    pub(super) endpoint_prefix: String,
    pub(super) signing_name: Option<String>,
    pub(super) signature_version: String,
    #[serde(default)]
    pub(super) auth: Vec<String>,
    /// The protocol for readers that don't know `protocols`.
    pub(super) protocol: String,
    /// All protocols of the service; empty in older files.
    #[serde(default)]
    pub(super) protocols: Vec<String>,
    pub(super) json_version: Option<String>,
    pub(super) protocol_settings: Option<ProtocolSettings>,
    pub(super) target_prefix: Option<String>,
    pub(super) uid: Option<String>,
    pub(super) xml_namespace: Option<String>,
    pub(super) aws_query_compatible: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct ProtocolSettings {
    /// When HTTP/2 is used: `optional` or `eventstream`.
    pub(super) h2: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    pub(super) name: Option<String>,
    pub(super) http: Http,
    pub(super) input: Option<Input>,
    pub(super) output: Option<Output>,
    #[serde(default)]
    pub(super) errors: Vec<Target>,
    pub(super) documentation: Option<String>,
    #[serde(default)]
    pub(super) deprecated: bool,
    pub(super) deprecated_message: Option<String>,
    pub(super) deprecated_since: Option<String>,
    #[serde(default)]
    pub(super) idempotent: bool,
    #[serde(default)]
    pub(super) readonly: bool,
    pub(super) auth: Option<Vec<String>>,
    pub(super) authtype: Option<String>,
    #[serde(default)]
    pub(super) unsigned_payload: bool,
    pub(super) endpoint: Option<Endpoint>,
    #[serde(rename = "endpointdiscovery")]
    pub(super) endpoint_discovery: Option<EndpointDiscovery>,
    #[serde(rename = "endpointoperation", default)]
    pub(super) endpoint_operation: bool,
    pub(super) http_checksum: Option<Value>,
    #[serde(default)]
    pub(super) http_checksum_required: bool,
    #[serde(rename = "requestcompression")]
    pub(super) request_compression: Option<Value>,
    pub(super) static_context_params: Option<Value>,
    pub(super) operation_context_params: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Http {
    pub(super) method: String,
    pub(super) request_uri: String,
    pub(super) response_code: Option<u16>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Input {
    pub(super) shape: String,
    /// Name of the root element of an XML body.
    pub(super) location_name: Option<String>,
    pub(super) xml_namespace: Option<XmlNamespace>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Output {
    pub(super) shape: String,
    /// Name of the element that holds the members in an answer of the query protocol.
    pub(super) result_wrapper: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Target {
    pub(super) shape: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Endpoint {
    pub(super) host_prefix: String,
}

#[derive(Deserialize)]
pub(super) struct EndpointDiscovery {
    #[serde(default)]
    pub(super) required: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) members: IndexMap<String, Member>,
    #[serde(default)]
    pub(super) required: Vec<String>,
    pub(super) payload: Option<String>,
    pub(super) member: Option<Element>,
    pub(super) key: Option<Element>,
    pub(super) value: Option<Element>,
    #[serde(rename = "enum", default)]
    pub(super) values: Vec<String>,
    pub(super) min: Option<Number>,
    pub(super) max: Option<Number>,
    pub(super) pattern: Option<String>,
    #[serde(default)]
    pub(super) sensitive: bool,
    #[serde(default)]
    pub(super) sparse: bool,
    #[serde(default)]
    pub(super) streaming: bool,
    #[serde(default)]
    pub(super) requires_length: bool,
    #[serde(default)]
    pub(super) union: bool,
    #[serde(default)]
    pub(super) document: bool,
    #[serde(rename = "eventstream", default)]
    pub(super) event_stream: bool,
    pub(super) timestamp_format: Option<String>,
    pub(super) location_name: Option<String>,
    #[serde(default)]
    pub(super) flattened: bool,
    pub(super) xml_namespace: Option<XmlNamespace>,
    #[serde(default)]
    pub(super) exception: bool,
    #[serde(default)]
    pub(super) fault: bool,
    pub(super) error: Option<ErrorTrait>,
    pub(super) retryable: Option<Retryable>,
    pub(super) documentation: Option<String>,
    #[serde(default)]
    pub(super) deprecated: bool,
    pub(super) deprecated_message: Option<String>,
    pub(super) deprecated_since: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ErrorTrait {
    pub(super) code: Option<String>,
    pub(super) http_status_code: Option<u16>,
    pub(super) sender_fault: Option<bool>,
    #[serde(default)]
    pub(super) fault: bool,
}

#[derive(Deserialize)]
pub(super) struct Retryable {
    #[serde(default)]
    pub(super) throttling: bool,
}

/// A namespace is an object with a prefix, or in older files the bare address.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum XmlNamespace {
    Full { uri: String, prefix: Option<String> },
    Uri(String),
}

/// A member of a structure or union.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Member {
    pub(super) shape: String,
    pub(super) location: Option<String>,
    pub(super) location_name: Option<String>,
    pub(super) query_name: Option<String>,
    pub(super) timestamp_format: Option<String>,
    #[serde(default)]
    pub(super) flattened: bool,
    #[serde(default)]
    pub(super) xml_attribute: bool,
    pub(super) xml_namespace: Option<XmlNamespace>,
    #[serde(default)]
    pub(super) streaming: bool,
    #[serde(rename = "jsonvalue", default)]
    pub(super) json_value: bool,
    #[serde(default)]
    pub(super) host_label: bool,
    #[serde(default)]
    pub(super) idempotency_token: bool,
    #[serde(rename = "eventpayload", default)]
    pub(super) event_payload: bool,
    #[serde(rename = "eventheader", default)]
    pub(super) event_header: bool,
    pub(super) context_param: Option<Value>,
    pub(super) documentation: Option<String>,
    #[serde(default)]
    pub(super) deprecated: bool,
    pub(super) deprecated_message: Option<String>,
    pub(super) deprecated_since: Option<String>,
}

/// The member of a list, or the key or value of a map.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Element {
    pub(super) shape: String,
    pub(super) location_name: Option<String>,
    #[serde(rename = "jsonvalue", default)]
    pub(super) json_value: bool,
    pub(super) documentation: Option<String>,
}

/// `paginators-1.json`.
#[derive(Deserialize)]
pub(super) struct Paginators {
    pub(super) pagination: IndexMap<String, Paginator>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Paginator {
    pub(super) input_token: OneOrMany,
    pub(super) output_token: OneOrMany,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) result_key: Option<OneOrMany>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) more_results: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) non_aggregate_keys: Vec<String>,
}

#[derive(Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// `waiters-2.json`.
#[derive(Deserialize)]
pub(super) struct Waiters {
    pub(super) waiters: IndexMap<String, Waiter>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Waiter {
    pub(super) operation: String,
    /// Seconds between two attempts.
    pub(super) delay: u32,
    pub(super) max_attempts: u32,
    pub(super) acceptors: Vec<Acceptor>,
    #[serde(rename = "description")]
    pub(super) documentation: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Acceptor {
    pub(super) state: String,
    pub(super) matcher: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) argument: Option<String>,
    pub(super) expected: Value,
}

/// Documentation and deprecation of an item.
pub(super) struct Notice<'a> {
    pub(super) documentation: &'a Option<String>,
    pub(super) deprecated: bool,
    pub(super) message: &'a Option<String>,
    pub(super) since: &'a Option<String>,
}

// `#[serde(flatten)]` would let these types share the fields, and would hide unknown keys.
macro_rules! notice {
    ($($described:ty),*) => {$(
        impl $described {
            pub(super) fn notice(&self) -> Notice<'_> {
                Notice {
                    documentation: &self.documentation,
                    deprecated: self.deprecated,
                    message: &self.deprecated_message,
                    since: &self.deprecated_since,
                }
            }
        }
    )*};
}

notice!(Service, Operation, Shape, Member);
