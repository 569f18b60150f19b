//! [`Document`]: a value of any shape, for the command line, the local endpoint and members of type
//! `document`.

use crate::timestamp::Timestamp;
use crate::typed::Blob;
use indexmap::IndexMap;

/// A map that keeps the order of its entries.
pub type Map = IndexMap<String, Document>;

/// A value of any shape.
///
/// `Debug` prints its kind and size only, since it may hold secrets and does not know its shape; to
/// print the content, use [`crate::redact`] with the schema. For the same reason there is no
/// `Display`. `FromStr` reads JSON. With the feature `serde` it is serialized as in JSON: bytes as
/// base64 text, points in time as seconds.
#[derive(Clone, PartialEq, Default)]
pub enum Document {
    /// No value.
    #[default]
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// An integer.
    Integer(i128),
    /// An integer with more digits than [`Integer`](Document::Integer) can hold, as text.
    Digits(String),
    /// A number with a fraction or exponent.
    Float(f64),
    /// Text.
    String(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// A point in time.
    Timestamp(Timestamp),
    /// Elements in order.
    List(Vec<Document>),
    /// Members or entries, in the order given.
    Map(Map),
}

impl Document {
    /// The text, if this is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Document::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entries, if this is a map.
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Document::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The elements, if this is a list.
    pub fn as_list(&self) -> Option<&[Document]> {
        match self {
            Document::List(list) => Some(list),
            _ => None,
        }
    }

    /// The entry with this key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Document> {
        self.as_map()?.get(key)
    }

    /// The kind of value, for messages: `string`, `integer`, `map` and so on.
    pub fn kind(&self) -> &'static str {
        match self {
            Document::Null => "null",
            Document::Boolean(_) => "boolean",
            Document::Integer(_) | Document::Digits(_) => "integer",
            Document::Float(_) => "float",
            Document::String(_) => "string",
            Document::Blob(_) => "blob",
            Document::Timestamp(_) => "timestamp",
            Document::List(_) => "list",
            Document::Map(_) => "map",
        }
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = match self {
            Document::String(text) => text.len(),
            Document::Blob(bytes) => bytes.len(),
            Document::List(list) => list.len(),
            Document::Map(map) => map.len(),
            _ => return f.write_str(self.kind()),
        };
        write!(f, "{}({size})", self.kind())
    }
}

impl From<&str> for Document {
    fn from(text: &str) -> Self {
        Document::String(text.to_owned())
    }
}

impl From<String> for Document {
    fn from(text: String) -> Self {
        Document::String(text)
    }
}

impl From<Blob> for Document {
    fn from(blob: Blob) -> Self {
        Document::Blob(blob.0)
    }
}

impl From<Timestamp> for Document {
    fn from(timestamp: Timestamp) -> Self {
        Document::Timestamp(timestamp)
    }
}

impl From<i32> for Document {
    fn from(value: i32) -> Self {
        Document::Integer(value.into())
    }
}

impl From<bool> for Document {
    fn from(value: bool) -> Self {
        Document::Boolean(value)
    }
}

impl From<i64> for Document {
    fn from(value: i64) -> Self {
        Document::Integer(value.into())
    }
}

impl From<f64> for Document {
    fn from(value: f64) -> Self {
        Document::Float(value)
    }
}

impl From<Vec<Document>> for Document {
    fn from(list: Vec<Document>) -> Self {
        Document::List(list)
    }
}

impl From<Map> for Document {
    fn from(map: Map) -> Self {
        Document::Map(map)
    }
}

impl<K: Into<String>, const N: usize> From<[(K, Document); N]> for Document {
    fn from(entries: [(K, Document); N]) -> Self {
        Document::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }
}
