//! From the words of a command line to parameters: files, shorthand, JSON and YAML, by the rows.

mod cli_input;
mod convert;
mod files;
pub(crate) mod json;
mod scalar;
mod shorthand;
mod typed;
pub(crate) mod yaml;

pub(crate) use cli_input::merge;

use crate::failure::Failure;
use opsmith_runtime::config::Env;
use opsmith_runtime::document::Document;
use opsmith_runtime::redact;
use opsmith_runtime::schema::{Kind, Member, Service, ShapeIndex};
use std::fmt;

/// How deep a value may nest.
const DEEPEST: usize = 128;

/// How bytes are written in parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BinaryFormat {
    /// As base64.
    Base64,
    /// As the text that they are.
    Raw,
}

/// Why a parameter can't be read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Error {
    /// The parameter is wrong.
    Parameter(String),
    /// A file that a value names can't be read, or the environment is wrong.
    Other(String),
}

impl Error {
    fn of(option: &str, problem: impl fmt::Display) -> Self {
        Error::Parameter(format!("Error parsing parameter '{option}': {problem}"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Parameter(text) => Failure::parameter(text),
            Error::Other(text) => Failure::general(text),
        }
    }
}

/// Reads the parameters of a service's operations.
pub(crate) struct Reader<'a> {
    pub(crate) service: &'a Service<'a>,
    pub(crate) binary_format: BinaryFormat,
    pub(crate) env: &'a Env,
}

impl Reader<'_> {
    /// The value of an option (with its dashes) for a member of the input. `words` are the option's
    /// values: any number for a list, else one.
    ///
    /// # Errors
    ///
    /// A file that can't be read, a text that can't be parsed, a value of which no number or bytes
    /// can be made.
    pub(crate) fn parameter(
        &self,
        option: &str,
        member: &Member<'_>,
        words: &[&str],
        bare: bool,
    ) -> Result<Document, Error> {
        let shape = self.service.shape(member.target);
        let word = match words {
            [word] => Some(self.file(option, word)?),
            _ => None,
        };
        let of_texts = match (shape.kind, shape.element()) {
            (Kind::List, Some(element)) => self.is_text(element.target),
            _ => false,
        };
        let mut value = match (shape.kind, word) {
            (Kind::Document, Some(files::Content::Text(text))) => {
                self.json(option, member, &text)?
            }
            (
                Kind::List | Kind::Structure | Kind::Union | Kind::Map,
                Some(files::Content::Bytes(_)),
            ) => {
                return Err(Error::of(
                    option,
                    "bytes can't be its value; use the file:// prefix for a text file",
                ));
            }
            (Kind::List, Some(files::Content::Text(text)))
                if text.trim_start().starts_with('[') =>
            {
                self.json(option, member, &text)?
            }
            (Kind::List, Some(files::Content::Text(text))) if of_texts => {
                Document::List(vec![text.into()])
            }
            (Kind::List, _) if of_texts => {
                Document::List(words.iter().map(|word| (*word).into()).collect())
            }
            (Kind::List, Some(files::Content::Text(text))) => {
                self.elements(option, member, &[&text], bare)?
            }
            (Kind::List, _) => self.elements(option, member, words, bare)?,
            (Kind::Structure | Kind::Union | Kind::Map, Some(files::Content::Text(text))) => {
                self.compound(option, member, &text)?
            }
            (_, Some(files::Content::Bytes(bytes))) => Document::Blob(bytes),
            (_, Some(files::Content::Text(text))) => scalar::typed(shape.kind, text)
                .map_err(|wrong| Error::of(option, self.named(member, &wrong)))?,
            (_, None) => return Err(Error::of(option, "one value is needed")),
        };
        self.convert(option, &mut value, member.target)?;
        Ok(value)
    }

    /// A list of structures with a name and a value, of words such as `name=value`, with a text
    /// between pairs in one word. A pair without `=` has an empty value.
    pub(crate) fn pairs(&self, member: &Member<'_>, words: &[&str], between: &str) -> Document {
        let element = self
            .service
            .shape(member.target)
            .element()
            .map_or(&[][..], |element| {
                self.service.shape(element.target).members
            });
        let [name, value, ..] = element else {
            return Document::List(Vec::new());
        };
        let pair = |pair: &str| {
            let (key, text) = pair.split_once('=').unwrap_or((pair, ""));
            Document::from([(name.name, key.into()), (value.name, text.into())])
        };
        let of_word = |word: &&str| match between {
            "" => vec![pair(word)],
            between => word.split(between).map(pair).collect(),
        };
        Document::List(words.iter().flat_map(of_word).collect())
    }

    /// Whether the shape is a scalar, so that a list of it takes words as they are.
    fn is_text(&self, shape: ShapeIndex) -> bool {
        !matches!(
            self.service.shape(shape).kind,
            Kind::List | Kind::Structure | Kind::Union | Kind::Map | Kind::Document
        )
    }

    /// A structure or map, from JSON or shorthand.
    fn compound(&self, option: &str, member: &Member<'_>, text: &str) -> Result<Document, Error> {
        if text.trim_start().starts_with(['{', '[']) {
            match self.json(option, member, text)? {
                map @ Document::Map(_) => Ok(map),
                _ => Err(Error::of(
                    option,
                    self.quoted(member, "Invalid JSON: an object is needed", text),
                )),
            }
        } else {
            self.shorthand(option, member, text, member.target)
        }
    }

    /// A list of structures, lists or maps: each word is an element, or with `bare` the value of
    /// its one member.
    fn elements(
        &self,
        option: &str,
        member: &Member<'_>,
        words: &[&str],
        bare: bool,
    ) -> Result<Document, Error> {
        let element = self
            .service
            .shape(member.target)
            .element()
            .map_or(ShapeIndex::MAX, |element| element.target);
        let json = words
            .first()
            .is_some_and(|word| word.trim_start().starts_with(['{', '[']));
        let json = json || self.service.shape(element).kind == Kind::Document;
        let only = bare
            .then(|| self.service.shape(element).members.first())
            .flatten();
        let read = |word: &&str| match (json, only) {
            (true, _) => self.json(option, member, word),
            (false, Some(only)) => Ok(Document::from([(only.name, (*word).into())])),
            (false, None) => self.shorthand(option, member, word, element),
        };
        words
            .iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map(Document::List)
    }

    fn json(&self, option: &str, member: &Member<'_>, text: &str) -> Result<Document, Error> {
        json::parse(text).map_err(|problem| {
            let hint = if text.trim_start().starts_with(['{', '[', '"']) {
                ""
            } else {
                " (is a file:// prefix missing?)"
            };
            Error::of(
                option,
                self.quoted(member, &format!("Invalid JSON: {problem}{hint}"), text),
            )
        })
    }

    fn shorthand(
        &self,
        option: &str,
        member: &Member<'_>,
        text: &str,
        shape: ShapeIndex,
    ) -> Result<Document, Error> {
        if let Some(value) = self.bare_value(shape, text) {
            return Ok(value);
        }
        let load = |word: &str| self.file_in_shorthand(word);
        let tree = shorthand::parse(text, &load).map_err(|error| match error {
            shorthand::Error::Syntax(problem) if self.is_secret(member) => {
                Error::of(option, problem.without_text())
            }
            shorthand::Error::Syntax(problem) => Error::of(option, problem),
            shorthand::Error::File(problem) => Error::Other(problem),
        })?;
        typed::adjusted(self.service, shape, tree).map_err(|problem| match problem {
            typed::Error::Number(wrong) => Error::of(option, self.named(member, &wrong)),
            typed::Error::Form(problem) => Error::of(option, problem),
        })
    }

    /// A structure of one text named `Value` takes a bare word for it.
    fn bare_value(&self, shape: ShapeIndex, text: &str) -> Option<Document> {
        match self.service.shape(shape).members {
            [only] if self.service.shape(shape).kind == Kind::Structure && !text.contains('=') => {
                let is_text = matches!(
                    self.service.shape(only.target).kind,
                    Kind::String | Kind::Enum
                );
                (only.name == "Value" && is_text)
                    .then(|| Document::from([(only.name, text.into())]))
            }
            _ => None,
        }
    }

    /// A problem with the text it is about, unless that holds what must not be shown.
    fn quoted(&self, member: &Member<'_>, problem: &str, text: &str) -> String {
        if self.is_secret(member) {
            problem.to_owned()
        } else {
            format!("{problem}\nJSON received: {text}")
        }
    }

    /// A text that is no number, unless that must not be shown.
    fn named(&self, member: &Member<'_>, wrong: &scalar::NoNumber) -> String {
        if self.is_secret(member) {
            wrong.without_text()
        } else {
            wrong.to_string()
        }
    }

    /// Whether the text of the member's value may hold what is left out of messages.
    fn is_secret(&self, member: &Member<'_>) -> bool {
        redact::holds_secrets(self.service, member)
    }
}
