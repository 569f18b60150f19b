//! The official SDK's serializer and deserializer.

use crate::sdk::{Operation, response};
use crate::{Item, Value};
use aws_sdk_dynamodb::operation::put_item::{PutItem, PutItemInput};
use aws_sdk_dynamodb::operation::query::{Query, QueryOutput};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::interceptors::context::Output;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

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
    operation: Operation,
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
            operation: Operation::new(PutItem::new()),
            input,
        }
    }

    pub fn input(&self) -> PutItemInput {
        self.input.clone()
    }

    pub fn encode(&self, input: PutItemInput) -> Vec<u8> {
        let request = self.operation.serialize(input);
        request.body().bytes().expect("a body").to_vec()
    }
}

pub struct Decoder {
    operation: Operation,
    response: HttpResponse,
}

impl Decoder {
    pub fn new(body: &[u8]) -> Self {
        Decoder {
            operation: Operation::new(Query::new()),
            response: response(body),
        }
    }

    pub fn decode_whole(&self) -> Output {
        self.operation.deserialize(&self.response)
    }

    pub fn decode(&self) -> usize {
        self.decode_whole()
            .downcast::<QueryOutput>()
            .expect("an output of a query")
            .items()
            .len()
    }
}
