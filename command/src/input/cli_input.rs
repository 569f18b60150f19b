//! `--cli-input-json` and `--cli-input-yaml`: all parameters in one document.

use super::coerce::{Coercer, Source};
use super::files::{self, Content};
use super::{InputError, Reader, json, yaml};
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::ShapeIndex;
use std::io::Read as _;

impl Reader<'_> {
    /// The document of either option; empty when neither is given. `-` is standard input.
    ///
    /// # Errors
    ///
    /// Both are given, a file can't be read, or the document is not a map.
    pub(crate) fn cli_input(
        &self,
        json: Option<&str>,
        yaml: Option<&str>,
        shape: ShapeIndex,
    ) -> Result<Map, InputError> {
        let (option, read) = match (json, yaml) {
            (None, None) => return Ok(Map::new()),
            (Some(_), Some(_)) => {
                return Err(InputError::Parameter(
                    "Only one --cli-input- parameter may be specified.".to_owned(),
                ));
            }
            (Some(word), None) => (
                "--cli-input-json",
                json_document(&self.text("--cli-input-json", word)?),
            ),
            (None, Some(word)) => (
                "--cli-input-yaml",
                yaml_document(&self.text("--cli-input-yaml", word)?),
            ),
        };
        self.whole(
            option,
            read.map_err(|problem| InputError::for_option(option, problem))?,
            shape,
        )
    }

    /// The document of a line of `--cli-input-jsonl`.
    ///
    /// # Errors
    ///
    /// The line is not JSON, or not a map.
    pub(crate) fn jsonl(
        &self,
        option: &str,
        line: &str,
        shape: ShapeIndex,
    ) -> Result<Map, InputError> {
        self.whole(
            option,
            json_document(line).map_err(|problem| InputError::for_option(option, problem))?,
            shape,
        )
    }

    fn whole(
        &self,
        option: &str,
        document: Document,
        shape: ShapeIndex,
    ) -> Result<Map, InputError> {
        if !matches!(document, Document::Map(_)) {
            let found = document.kind();
            return Err(InputError::for_option(
                option,
                format_args!("Invalid type: expecting map, received {found}"),
            ));
        }
        let mut coercer = Coercer::new(self, None);
        let coerced = coercer.value(Source::Document, shape, document);
        let document = coerced
            .and_then(|document| coercer.finish(document))
            .map_err(|error| InputError::for_option(option, error))?;
        match document {
            Document::Map(map) => Ok(map),
            _ => Ok(Map::new()),
        }
    }

    fn text(&self, option: &str, word: &str) -> Result<String, InputError> {
        if word == "-" {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|error| {
                InputError::for_option(
                    option,
                    format_args!("standard input can't be read: {error}"),
                )
            })?;
            return Ok(text);
        }
        match files::load(self.env, word)
            .map_err(|problem| InputError::for_option(option, problem))?
        {
            Content::Text(text) => Ok(text),
            Content::Bytes(bytes) => String::from_utf8(bytes)
                .map_err(|_| InputError::for_option(option, "it is not UTF-8 text")),
        }
    }
}

fn json_document(text: &str) -> Result<Document, String> {
    json::parse(text).map_err(|problem| format!("Invalid JSON received: {problem}"))
}

fn yaml_document(text: &str) -> Result<Document, String> {
    yaml::parse(text).map_err(|problem| format!("Invalid YAML received: {problem}"))
}

/// The options and the other members of the document. Options override members and come first.
pub(crate) fn merge(mut options: Map, document: Map) -> Map {
    for (name, value) in document {
        options.entry(name).or_insert(value);
    }
    options
}
