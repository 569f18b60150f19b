//! The value of one option: words, JSON or shorthand, which a file may hold.

use super::coerce::{CoerceError, Coercer, Source};
use super::{InputError, Reader, files, json, shorthand};
use opsmith_runtime::document::Document;
use opsmith_runtime::redact;
use opsmith_runtime::schema::{Kind, Member, Shape, ShapeIndex};
use std::fmt;

impl Reader<'_> {
    /// The value of an option (with its dashes) for a member of the input. `words` are the option's
    /// values: any number for a list, else one. With `bare`, each word is the value of the one
    /// member that an element has.
    ///
    /// # Errors
    ///
    /// A file that can't be read, a text that can't be parsed, and a text that is not a number or
    /// not base64.
    pub(crate) fn parameter(
        &self,
        option: &str,
        member: &Member<'_>,
        words: &[&str],
        bare: bool,
    ) -> Result<Document, InputError> {
        let mut reader = ValueReader {
            reader: self,
            option,
            member,
            coercer: Coercer::new(self, Some(member)),
        };
        let value = reader.value(words, bare)?;
        let ValueReader { coercer, .. } = reader;
        coercer
            .finish(value)
            .map_err(|error| InputError::for_option(option, error))
    }

    /// A list of structures with a name and a value, from words such as `name=value`. `between`
    /// separates the pairs within a word. A pair without `=` has an empty value.
    pub(crate) fn pairs(&self, member: &Member<'_>, words: &[&str], between: &str) -> Document {
        let element = self.service.shape(member.target).element();
        let members = element.map_or(&[][..], |element| {
            self.service.shape(element.target).members
        });
        let [name, value, ..] = members else {
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

    /// A list of structures, of which each word sets one member, with these siblings and their
    /// texts.
    pub(crate) fn each(
        &self,
        member: &Member<'_>,
        words: &[&str],
        name: &str,
        beside: &[(&str, &str)],
    ) -> Document {
        let element = self.service.shape(member.target).element();
        let element = element.map_or(ShapeIndex::MAX, |element| element.target);
        let structure = |word: &&str| {
            let set = std::iter::once((name, (*word).into()));
            let beside = beside
                .iter()
                .map(|(name, text)| (*name, super::constant(self.service, element, name, text)));
            let members = set.chain(beside);
            Document::Map(
                members
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect(),
            )
        };
        Document::List(words.iter().map(structure).collect())
    }
}

/// Reads the value of one option.
struct ValueReader<'a> {
    reader: &'a Reader<'a>,
    option: &'a str,
    member: &'a Member<'a>,
    coercer: Coercer<'a>,
}

impl ValueReader<'_> {
    fn value(&mut self, words: &[&str], bare: bool) -> Result<Document, InputError> {
        let target = self.member.target;
        let shape = *self.reader.service.shape(target);
        let word = match words {
            [word] => Some(self.reader.file(self.option, word)?),
            _ => None,
        };
        match (shape.kind, word) {
            (Kind::List, word) => self.list(&shape, words, word, bare),
            (Kind::Structure | Kind::Union | Kind::Map, Some(files::Content::Bytes(_))) => {
                Err(self.bytes_in_place_of_text())
            }
            (Kind::Document, Some(files::Content::Text(text))) => self.json(&text, target),
            (Kind::Structure | Kind::Union | Kind::Map, Some(files::Content::Text(text))) => {
                self.compound(&text)
            }
            (_, Some(files::Content::Bytes(bytes))) => Ok(Document::Blob(bytes)),
            (_, Some(files::Content::Text(text))) => self.coerce(Source::Text, target, text.into()),
            (_, None) => Err(self.error("one value is needed")),
        }
    }

    /// A list, in one word or in several.
    fn list(
        &mut self,
        shape: &Shape<'_>,
        words: &[&str],
        word: Option<files::Content>,
        bare: bool,
    ) -> Result<Document, InputError> {
        let target = self.member.target;
        let text = match word {
            Some(files::Content::Bytes(_)) => return Err(self.bytes_in_place_of_text()),
            Some(files::Content::Text(text)) if text.trim_start().starts_with('[') => {
                return self.json(&text, target);
            }
            Some(files::Content::Text(text)) => Some(text),
            None => None,
        };
        let one = text.as_deref().map(|text| [text]);
        let words = one.as_ref().map_or(words, |one| one);
        let element = shape
            .element()
            .map_or(ShapeIndex::MAX, |element| element.target);
        if shape.element().is_some() && is_scalar(self.reader.service.shape(element)) {
            let words = words.iter().map(|word| (*word).into()).collect();
            return self.coerce(Source::Text, target, Document::List(words));
        }
        self.elements(element, words, bare)
    }

    /// A list of structures, lists or maps: each word is an element, or with `bare` the value of
    /// its one member.
    fn elements(
        &mut self,
        element: ShapeIndex,
        words: &[&str],
        bare: bool,
    ) -> Result<Document, InputError> {
        let shape = *self.reader.service.shape(element);
        let is_json = shape.kind == Kind::Document
            || words
                .first()
                .is_some_and(|word| word.trim_start().starts_with(['{', '[']));
        let only = shape.members.first().filter(|_| bare);
        let mut elements = Vec::with_capacity(words.len());
        for word in words {
            elements.push(match only {
                _ if is_json => self.json(word, element)?,
                Some(only) => {
                    let value = Document::from([(only.name, (*word).into())]);
                    self.coerce(Source::Document, element, value)?
                }
                None => self.shorthand(word, element)?,
            });
        }
        Ok(Document::List(elements))
    }

    /// A structure or map, from JSON or shorthand.
    fn compound(&mut self, text: &str) -> Result<Document, InputError> {
        if !text.trim_start().starts_with(['{', '[']) {
            return self.shorthand(text, self.member.target);
        }
        match self.json(text, self.member.target)? {
            map @ Document::Map(_) => Ok(map),
            _ => Err(self.json_error("Invalid JSON: an object is needed", text)),
        }
    }

    fn json(&mut self, text: &str, shape: ShapeIndex) -> Result<Document, InputError> {
        let parsed = json::parse(text).map_err(|problem| {
            let hint = if text.trim_start().starts_with(['{', '[', '"']) {
                ""
            } else {
                " (is a file:// prefix missing?)"
            };
            self.json_error(&format!("Invalid JSON: {problem}{hint}"), text)
        })?;
        self.coerce(Source::Document, shape, parsed)
    }

    fn shorthand(&mut self, text: &str, shape: ShapeIndex) -> Result<Document, InputError> {
        if let Some(value) = self.bare_value(shape, text) {
            return Ok(value);
        }
        let load = |word: &str| self.reader.file_in_shorthand(word);
        let tree = shorthand::parse(text, &load).map_err(|error| match error {
            shorthand::ShorthandError::Syntax(problem) if self.is_secret() => {
                self.error(problem.without_text())
            }
            shorthand::ShorthandError::Syntax(problem) => self.error(problem),
            shorthand::ShorthandError::File(problem) => InputError::Other(problem),
        })?;
        self.coerce(Source::Text, shape, tree)
    }

    /// A structure whose only member is a text named `Value` takes a bare word for it.
    fn bare_value(&self, shape: ShapeIndex, text: &str) -> Option<Document> {
        let service = self.reader.service;
        let shape = service.shape(shape);
        let [only] = shape.members else {
            return None;
        };
        let is_text = matches!(service.shape(only.target).kind, Kind::String | Kind::Enum);
        let takes_it = shape.kind == Kind::Structure && only.name == "Value" && is_text;
        (takes_it && !text.contains('=')).then(|| Document::from([(only.name, text.into())]))
    }

    fn coerce(
        &mut self,
        source: Source,
        shape: ShapeIndex,
        value: Document,
    ) -> Result<Document, InputError> {
        let coerced = self.coercer.value(source, shape, value);
        coerced.map_err(|error| match error {
            CoerceError::Number(wrong) if self.is_secret() => self.error(wrong.without_text()),
            error => self.error(error),
        })
    }

    fn error(&self, problem: impl fmt::Display) -> InputError {
        InputError::for_option(self.option, problem)
    }

    fn bytes_in_place_of_text(&self) -> InputError {
        self.error("bytes can't be its value; use the file:// prefix for a text file")
    }

    /// A problem with JSON, and the JSON unless it may hold secrets.
    fn json_error(&self, problem: &str, text: &str) -> InputError {
        if self.is_secret() {
            self.error(problem)
        } else {
            self.error(format_args!("{problem}\nJSON received: {text}"))
        }
    }

    /// Whether the value may hold what messages leave out.
    fn is_secret(&self) -> bool {
        redact::holds_secrets(self.reader.service, self.member)
    }
}

/// Whether the shape is a scalar, so that a list of it takes words as they are.
fn is_scalar(shape: &Shape<'_>) -> bool {
    !matches!(
        shape.kind,
        Kind::List | Kind::Structure | Kind::Union | Kind::Map | Kind::Document
    )
}
