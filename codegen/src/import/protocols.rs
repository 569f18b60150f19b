//! The protocols of a service.

use super::convert::Converter;
use super::source::Metadata;
use serde_json::{Value, json};

/// The protocols of the service, and which families are among them.
#[derive(Default)]
pub(super) struct Protocols {
    /// As traits with their settings.
    pub(super) traits: Vec<(&'static str, Value)>,
    pub(super) rest: bool,
    pub(super) json: bool,
    /// The protocols that take names from XML traits, for requests or for answers.
    pub(super) xml: bool,
    /// The query protocol, or its error codes in another one.
    pub(super) query: bool,
}

impl Converter<'_> {
    pub(super) fn read_protocols(&mut self) -> Protocols {
        let metadata = &self.source.metadata;
        let settings = self.protocol_settings(metadata);
        let names = if metadata.protocols.is_empty() {
            std::slice::from_ref(&metadata.protocol)
        } else {
            metadata.protocols.as_slice()
        };
        let mut protocols = Protocols::default();
        for name in names {
            let id = match (name.as_str(), metadata.json_version.as_deref()) {
                ("json", Some("1.0")) => "aws.protocols#awsJson1_0",
                ("json", Some("1.1")) => "aws.protocols#awsJson1_1",
                ("json", _) => {
                    self.problem(
                        "metadata.jsonVersion",
                        "protocol `json` needs the version `1.0` or `1.1`",
                    );
                    continue;
                }
                ("rest-json", _) => "aws.protocols#restJson1",
                ("rest-xml", _) => "aws.protocols#restXml",
                ("query", _) => "aws.protocols#awsQuery",
                ("ec2", _) => "aws.protocols#ec2Query",
                ("smithy-rpc-v2-cbor", _) => "smithy.protocols#rpcv2Cbor",
                (other, _) => {
                    self.problem(
                        "metadata.protocols",
                        &format!("protocol `{other}` is not supported"),
                    );
                    continue;
                }
            };
            protocols.rest |= name.starts_with("rest-");
            protocols.json |= name.ends_with("json");
            protocols.xml |= matches!(name.as_str(), "rest-xml" | "query" | "ec2");
            protocols.query |= name == "query" || metadata.aws_query_compatible.is_some();
            protocols.traits.push((id, settings.clone()));
        }
        protocols
    }

    fn protocol_settings(&mut self, metadata: &Metadata) -> Value {
        let http2 = metadata
            .protocol_settings
            .as_ref()
            .and_then(|settings| settings.h2.as_deref());
        match http2 {
            None => json!({}),
            Some("optional") => json!({ "http": ["http/1.1", "h2"] }),
            Some("eventstream") => json!({ "http": ["http/1.1", "h2"], "eventStreamHttp": ["h2"] }),
            Some(other) => {
                self.warning(
                    "metadata.protocolSettings.h2",
                    &format!("`{other}` is unknown and left out"),
                );
                json!({})
            }
        }
    }
}
