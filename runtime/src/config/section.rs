//! What a section of a shared file states: texts and maps of texts, each with its line.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::{Origin, Value};
use crate::error::ConfigError;

/// The keys of one section.
#[derive(Clone)]
pub struct Section {
    /// The file that the section is in.
    pub(super) path: Arc<Path>,
    pub(super) entries: HashMap<String, Entry>,
}

/// What a key states, and in which line.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) content: Content,
}

/// A value is text, or a map of texts.
#[derive(Clone)]
pub(super) enum Content {
    Text(String),
    Map(HashMap<String, Entry>),
}

impl Section {
    /// The text of a key (in lower case) and the line that states it; `None` when the section lacks
    /// the key. A map where text is due is an error.
    pub fn text(&self, key: &str) -> Result<Option<Value>, ConfigError> {
        self.text_of(self.entries.get(key), key)
    }

    /// The text of a key inside the map `map`; `None` when either is missing. Text where the map is
    /// due is an error.
    pub fn nested_text(&self, map: &str, key: &str) -> Result<Option<Value>, ConfigError> {
        match self.entries.get(map) {
            None => Ok(None),
            Some(Entry {
                content: Content::Map(entries),
                ..
            }) => self.text_of(entries.get(key), key),
            Some(Entry { line, .. }) => Err(ConfigError::invalid(
                format!("The key \"{map}\" needs indented lines key = value below it."),
                self.origin(*line),
            )),
        }
    }

    /// Whether the section states nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn text_of(&self, entry: Option<&Entry>, key: &str) -> Result<Option<Value>, ConfigError> {
        let Some(Entry { line, content }) = entry else {
            return Ok(None);
        };
        match content {
            Content::Text(text) => Ok(Some(Value {
                text: text.clone(),
                origin: self.origin(*line),
            })),
            Content::Map(_) => Err(ConfigError::invalid(
                format!("The key \"{key}\" needs a value, not indented lines below it."),
                self.origin(*line),
            )),
        }
    }

    fn origin(&self, line: usize) -> Origin {
        Origin::File {
            path: self.path.clone(),
            line,
        }
    }
}

impl fmt::Debug for Section {
    /// Names the keys only: secrets are among the values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.entries.keys()).finish()
    }
}
