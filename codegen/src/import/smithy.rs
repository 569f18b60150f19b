//! The Smithy 2.0 JSON AST as the importer writes it.
//!
//! Shapes and traits are sorted by id; members keep the order of the source, which help pages and
//! skeletons follow.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Serialize)]
pub(super) struct Model {
    pub(super) smithy: &'static str,
    pub(super) metadata: Value,
    pub(super) shapes: BTreeMap<String, Shape>,
}

/// A shape of any type; what a type does not have stays empty and is not written.
#[derive(Default, Serialize)]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) operations: Vec<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) input: Option<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) output: Option<Target>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) errors: Vec<Target>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) member: Option<Member>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<Member>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) value: Option<Member>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) members: Option<IndexMap<String, Member>>,
    #[serde(skip_serializing_if = "Traits::is_empty")]
    pub(super) traits: Traits,
}

#[derive(Serialize)]
pub(super) struct Target {
    pub(super) target: String,
}

#[derive(Serialize)]
pub(super) struct Member {
    pub(super) target: String,
    #[serde(skip_serializing_if = "Traits::is_empty")]
    pub(super) traits: Traits,
}

/// Trait values by trait id.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub(super) struct Traits(BTreeMap<&'static str, Value>);

impl Traits {
    /// Adds the trait when there is a value for it.
    pub(super) fn set(&mut self, id: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.0.insert(id, value.into());
        }
    }

    /// Adds an annotation trait, whose value is the empty object, when `present`.
    pub(super) fn mark(&mut self, id: &'static str, present: bool) {
        self.set(id, present.then(|| json!({})));
    }

    /// Adds an entry to the object that the trait holds, when there is a value for it.
    pub(super) fn add_entry(&mut self, id: &'static str, key: &str, value: Option<Value>) {
        let Some(value) = value else { return };
        if let Value::Object(entries) = self.0.entry(id).or_insert_with(|| json!({})) {
            entries.insert(key.to_owned(), value);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
