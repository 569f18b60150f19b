//! An operation's serializer and deserializer in the official SDK, out of its configuration.

use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer};
use std::fmt::Debug;

/// An operation.
pub struct Operation(FrozenLayer);

impl Operation {
    pub fn new(operation: impl RuntimePlugin) -> Self {
        Operation(operation.config().expect("a configuration"))
    }

    pub fn serialize(&self, input: impl Debug + Send + Sync + 'static) -> HttpRequest {
        let serializer = self
            .0
            .load::<SharedRequestSerializer>()
            .expect("a serializer");
        serializer
            .serialize_input(Input::erase(input), &mut ConfigBag::base())
            .expect("a request")
    }

    pub fn deserialize(&self, response: &HttpResponse) -> Output {
        let deserializer = self
            .0
            .load::<SharedResponseDeserializer>()
            .expect("a deserializer");
        deserializer
            .deserialize_nonstreaming_with_config(response, &ConfigBag::base())
            .expect("an output")
    }
}

/// An answer with this body.
pub fn response(body: &[u8]) -> HttpResponse {
    let response = http::Response::new(SdkBody::from(body.to_vec()));
    HttpResponse::try_from(response).expect("an answer")
}
