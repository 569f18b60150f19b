//! The official SDK's serializer and deserializer, out of the configuration of its operations.

use crate::{Item, Value};
use aws_sdk_dynamodb::operation::put_item::{PutItem, PutItemInput};
use aws_sdk_dynamodb::operation::query::{Query, QueryOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_plugin::RuntimePlugin;
use aws_smithy_runtime_api::client::ser_de::{
    DeserializeResponse, SerializeRequest, SharedRequestSerializer, SharedResponseDeserializer,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::{ConfigBag, FrozenLayer};

fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Text(text) => AttributeValue::S(text.clone()),
        Value::Number(text) => AttributeValue::N(text.clone()),
        Value::Truth(value) => AttributeValue::Bool(*value),
        Value::List(values) => AttributeValue::L(values.iter().map(attribute).collect()),
        Value::Map(item) => AttributeValue::M(
            item.iter()
                .map(|(name, value)| (name.clone(), attribute(value)))
                .collect(),
        ),
    }
}

pub struct Encoder {
    layer: FrozenLayer,
    input: PutItemInput,
}

impl Encoder {
    pub fn new(item: &Item) -> Self {
        let item = item
            .iter()
            .map(|(name, value)| (name.clone(), attribute(value)))
            .collect();
        let input = PutItemInput::builder()
            .table_name("orders")
            .set_item(Some(item))
            .build()
            .expect("an input");
        Encoder {
            layer: PutItem::new().config().expect("a configuration"),
            input,
        }
    }

    pub fn input(&self) -> PutItemInput {
        self.input.clone()
    }

    pub fn encode(&self, input: PutItemInput) -> Vec<u8> {
        let serializer = self
            .layer
            .load::<SharedRequestSerializer>()
            .expect("a serializer");
        let request = serializer
            .serialize_input(Input::erase(input), &mut ConfigBag::base())
            .expect("a request");
        request.body().bytes().expect("a body").to_vec()
    }
}

pub struct Decoder {
    layer: FrozenLayer,
    response: HttpResponse,
}

impl Decoder {
    pub fn new(body: &[u8]) -> Self {
        let response = http::Response::new(SdkBody::from(body.to_vec()));
        Decoder {
            layer: Query::new().config().expect("a configuration"),
            response: HttpResponse::try_from(response).expect("an answer"),
        }
    }

    pub fn decode_whole(&self) -> Output {
        let deserializer = self
            .layer
            .load::<SharedResponseDeserializer>()
            .expect("a deserializer");
        deserializer
            .deserialize_nonstreaming_with_config(&self.response, &ConfigBag::base())
            .expect("an output")
    }

    pub fn decode(&self) -> usize {
        self.decode_whole()
            .downcast::<QueryOutput>()
            .expect("an output of a query")
            .items()
            .len()
    }
}
