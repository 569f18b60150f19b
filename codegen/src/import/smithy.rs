//! The Smithy 2.0 JSON AST: traits as the importer sets them, and the text of a model.
//!
//! Shapes and traits are sorted by id; members keep the order of the source, which help pages and
//! skeletons follow.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::ast::{File, Member, Reference, Shape, Source, Traits};

/// Sets traits.
pub(super) trait SetTraits {
    /// Adds the trait when there is a value for it.
    fn set(&mut self, id: &'static str, value: Option<impl Into<Value>>);

    /// Adds an annotation trait, whose value is the empty object, when `present`.
    fn mark(&mut self, id: &'static str, present: bool) {
        self.set(id, present.then(|| json!({})));
    }

    /// Adds an entry to the object that the trait holds, when there is a value for it.
    fn add_entry(&mut self, id: &'static str, key: &str, value: Option<Value>);
}

impl SetTraits for Traits {
    fn set(&mut self, id: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.insert(id.to_owned(), value.into());
        }
    }

    fn add_entry(&mut self, id: &'static str, key: &str, value: Option<Value>) {
        let Some(value) = value else { return };
        if let Value::Object(entries) = self.entry(id.to_owned()).or_insert_with(|| json!({})) {
            entries.insert(key.to_owned(), value);
        }
    }
}

impl Serialize for File {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("smithy", &self.smithy)?;
        map.serialize_entry("metadata", &self.metadata())?;
        map.serialize_entry("shapes", &self.shapes)?;
        map.end()
    }
}

impl File {
    fn metadata(&self) -> Value {
        let source = self.metadata.opsmith.as_ref();
        let source = source.map(
            |Source { source, date, path }| json!({ "source": source, "date": date, "path": path }),
        );
        json!({ "opsmith": source })
    }
}

/// What a shape's type does not have is not written.
impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("type", &self.kind)?;
        if let Some(version) = &self.version {
            map.serialize_entry("version", version)?;
        }
        if !self.operations.is_empty() {
            map.serialize_entry("operations", &self.operations)?;
        }
        for (name, reference) in [("input", &self.input), ("output", &self.output)] {
            if let Some(reference) = reference {
                map.serialize_entry(name, reference)?;
            }
        }
        if !self.errors.is_empty() {
            map.serialize_entry("errors", &self.errors)?;
        }
        let parts = [
            ("member", &self.member),
            ("key", &self.key),
            ("value", &self.value),
        ];
        for (name, member) in parts {
            if let Some(member) = member {
                map.serialize_entry(name, member)?;
            }
        }
        if matches!(self.kind.as_str(), "structure" | "union" | "enum") {
            map.serialize_entry("members", &self.members)?;
        }
        if !self.traits.is_empty() {
            map.serialize_entry("traits", &self.traits)?;
        }
        map.end()
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("target", &self.target)?;
        map.end()
    }
}

impl Serialize for Member {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("target", &self.target)?;
        if !self.traits.is_empty() {
            map.serialize_entry("traits", &self.traits)?;
        }
        map.end()
    }
}
