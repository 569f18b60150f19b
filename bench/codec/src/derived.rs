//! The hand-written peer: types with serde's derives, and serde_json.

use crate::{Item, Value};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
pub enum Attribute {
    S(String),
    N(String),
    BOOL(bool),
    L(Vec<Attribute>),
    M(BTreeMap<String, Attribute>),
}

fn attribute(value: &Value) -> Attribute {
    match value {
        Value::Text(text) => Attribute::S(text.clone()),
        Value::Number(text) => Attribute::N(text.clone()),
        Value::Truth(value) => Attribute::BOOL(*value),
        Value::List(values) => Attribute::L(values.iter().map(attribute).collect()),
        Value::Map(item) => Attribute::M(attributes(item)),
    }
}

fn attributes(item: &Item) -> BTreeMap<String, Attribute> {
    item.iter()
        .map(|(name, value)| (name.clone(), attribute(value)))
        .collect()
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PutItem {
    table_name: String,
    item: BTreeMap<String, Attribute>,
}

impl PutItem {
    pub fn new(item: &Item) -> Self {
        PutItem {
            table_name: "orders".to_owned(),
            item: attributes(item),
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("JSON")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Query {
    items: Vec<BTreeMap<String, Attribute>>,
    count: i32,
}

impl Query {
    pub fn new(items: &[Item]) -> Self {
        Query {
            items: items.iter().map(attributes).collect(),
            count: i32::try_from(items.len()).expect("a count"),
        }
    }

    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("JSON")
    }

    pub fn decode(body: &[u8]) -> Self {
        serde_json::from_slice(body).expect("an answer")
    }
}
