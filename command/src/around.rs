//! What the AWS CLI does around a call: members of the input are sent otherwise than they are given,
//! and parts of the output are decoded before they are shown. The schema says which.

use crate::failure::Failure;
use crate::input::{constant, json};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};
use opsmith_runtime::codec::base64 as base64_text;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::commands::{Change, Commands, Gather, Sent, Shown};
use opsmith_runtime::schema::{Operation, Service, ShapeIndex};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What is encoded in a path.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// What is done around the calls of an operation.
#[derive(Clone, Copy)]
pub(crate) struct Around<'a> {
    service: &'a Service<'a>,
    input: ShapeIndex,
    output: ShapeIndex,
    changes: &'a [Change<'a>],
    shapes: &'a [(&'a str, Shown)],
}

impl<'a> Around<'a> {
    pub(crate) fn new(commands: &Commands<'a>, operation: &Operation<'_>) -> Self {
        Around {
            service: commands.service,
            input: operation.input.unwrap_or(ShapeIndex::MAX),
            output: operation.output.unwrap_or(ShapeIndex::MAX),
            changes: commands.changes(operation.name),
            shapes: commands.shapes,
        }
    }

    /// What is sent for these parameters.
    ///
    /// # Errors
    ///
    /// A value with characters that the service does not take.
    pub(crate) fn sent(&self, parameters: &Map) -> Result<Map, Failure> {
        let mut sent = parameters.clone();
        for change in self.changes {
            match change {
                Change::Send(member, Sent::Default(text)) if !sent.contains_key(*member) => {
                    let value = constant(self.service, self.input, member, text);
                    sent.insert((*member).to_owned(), value);
                }
                Change::Send(member, Sent::Account(arns)) if !sent.contains_key(*member) => {
                    let account = arns
                        .iter()
                        .find_map(|name| account(sent.get(*name)?.as_str()?));
                    if let Some(account) = account {
                        sent.insert((*member).to_owned(), account.into());
                    }
                }
                Change::Send(member, how) => send(&mut sent, member, *how)?,
                Change::Gather(gather) => self.gather(&mut sent, gather),
                _ => {}
            }
        }
        Ok(sent)
    }

    /// Moves members into the first element of a list, if that has one of certain members.
    fn gather(&self, sent: &mut Map, gather: &Gather<'_>) {
        let list = sent.get(gather.list).and_then(Document::as_list);
        let first = list.and_then(<[_]>::first).and_then(Document::as_map);
        if !first.is_some_and(|first| gather.when.iter().any(|name| first.contains_key(*name))) {
            return;
        }
        let element = self.element(self.input, gather.list);
        let members = gather.members.iter();
        let moved: Vec<_> = members
            .filter_map(|(member, place)| {
                let value = sent.shift_remove(*member)?;
                self.placed(element, place, value, gather.beside)
            })
            .collect();
        if let Some(Document::List(elements)) = sent.get_mut(gather.list)
            && let Some(Document::Map(first)) = elements.first_mut()
        {
            first.extend(moved);
        }
    }

    /// A member of an element that holds a value: itself, or in the only element of a list, with
    /// these members.
    fn placed(
        &self,
        element: ShapeIndex,
        place: &[&str],
        value: Document,
        beside: &[(&str, &str)],
    ) -> Option<(String, Document)> {
        let (name, inner) = place.split_first()?;
        let Some(inner) = inner.first() else {
            return Some(((*name).to_owned(), value));
        };
        let within = self.element(element, name);
        let beside = beside
            .iter()
            .map(|(name, text)| (*name, constant(self.service, within, name, text)));
        let only = std::iter::once((*inner, value)).chain(beside);
        let only = only.map(|(name, value)| (name.to_owned(), value)).collect();
        Some(((*name).to_owned(), vec![Document::Map(only)].into()))
    }

    /// The shape of the elements of a list in a structure.
    fn element(&self, within: ShapeIndex, list: &str) -> ShapeIndex {
        let list = self.service.shape(within).member(list);
        let element = list.and_then(|(_, list)| self.service.shape(list.target).element());
        element.map_or(ShapeIndex::MAX, |element| element.target)
    }

    /// The decoder of the output of a call with these parameters.
    pub(crate) fn decoder(self, parameters: &Map) -> Decoder<'a> {
        Decoder {
            around: self,
            filled: self
                .defaults()
                .all(|(member, _)| !parameters.contains_key(member)),
        }
    }

    /// Members with a text that is sent where nothing is given.
    fn defaults(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.changes.iter().filter_map(|change| match change {
            Change::Send(member, Sent::Default(text)) => Some((*member, *text)),
            _ => None,
        })
    }
}

/// Decodes the output of one call.
#[derive(Clone, Copy)]
pub(crate) struct Decoder<'a> {
    around: Around<'a>,
    /// Whether all defaults were sent.
    filled: bool,
}

impl Decoder<'_> {
    /// The output as it is shown.
    pub(crate) fn shown(&self, mut output: Document) -> Document {
        let Around {
            service,
            changes,
            shapes,
            ..
        } = self.around;
        let mut defaults = self.around.defaults();
        let is_form = self.filled
            && defaults
                .all(|(member, text)| output.get(member).and_then(Document::as_str) == Some(text));
        for change in changes {
            match change {
                Change::Show(_, Shown::Form) if !is_form => {}
                Change::Show(path, how) => each(&mut output, path, *how),
                _ => {}
            }
        }
        if !shapes.is_empty() {
            of_shapes(&mut output, service, self.around.output, shapes);
        }
        output
    }
}

/// Changes a member to what is sent.
fn send(parameters: &mut Map, member: &str, how: Sent<'_>) -> Result<(), Failure> {
    let Some(value) = parameters.get(member) else {
        return Ok(());
    };
    let changed = match how {
        Sent::Default(_) | Sent::Account(_) => None,
        Sent::Words(words) => {
            let word = words.iter().find(|(word, _)| value.as_str() == Some(word));
            word.map(|(_, text)| (*text).to_owned())
        }
        Sent::Ascii => return check_ascii(member, value),
        Sent::Base64 => bytes(value).map(|bytes| STANDARD.encode(bytes)),
        Sent::Percent(up_to) => value.as_str().map(|text| percent(text, up_to)),
        Sent::Md5(sibling) if parameters.contains_key(sibling) => None,
        Sent::Md5(sibling) => {
            let bytes = bytes(value).map(<[u8]>::to_vec);
            let hash = bytes
                .as_ref()
                .map(|bytes| STANDARD.encode(Md5::digest(bytes)));
            parameters.extend(hash.map(|hash| (sibling.to_owned(), hash.into())));
            bytes.map(|bytes| STANDARD.encode(bytes))
        }
    };
    parameters.extend(changed.map(|changed| (member.to_owned(), changed.into())));
    Ok(())
}

/// The bytes of a value; `None` for one of a wrong type, which the model refuses.
fn bytes(value: &Document) -> Option<&[u8]> {
    match value {
        Document::String(text) => Some(text.as_bytes()),
        Document::Blob(bytes) => Some(bytes),
        _ => None,
    }
}

/// The account in an ARN.
fn account(arn: &str) -> Option<String> {
    let account = arn.strip_prefix("arn:")?.split(':').nth(3)?;
    (!account.is_empty()).then(|| account.to_owned())
}

/// The text with percent-encoding up to where `end` begins, if no white space follows that.
fn percent(text: &str, end: &str) -> String {
    let stays = |rest: &str| {
        let rest = rest.strip_prefix(end).unwrap_or_default();
        !rest.is_empty() && !rest.contains(char::is_whitespace)
    };
    let mut ends = text.match_indices(end).map(|(at, _)| at);
    let at = ends.find(|at| text.get(*at..).is_some_and(stays));
    let (encoded, rest) = text.split_at(at.unwrap_or(text.len()));
    format!("{}{rest}", utf8_percent_encode(encoded, IN_PATH))
}

fn check_ascii(member: &str, value: &Document) -> Result<(), Failure> {
    let is_ascii = |value: &Document| value.as_str().is_none_or(str::is_ascii);
    let mut entries = value.as_map().into_iter().flatten();
    let wrong = entries.find(|(key, value)| !key.is_ascii() || !is_ascii(value));
    let place = match wrong {
        Some((key, _)) => format!("{member}.{key}"),
        None if is_ascii(value) => return Ok(()),
        None => member.to_owned(),
    };
    Err(Failure::parameter(format_args!(
        "Parameter validation failed:\nInvalid value for parameter {place}: the service takes ASCII characters only"
    )))
}

/// Decodes the values at a path; of a list, those in each element.
fn each(value: &mut Document, path: &[&str], how: Shown) {
    match (value, path.split_first()) {
        (Document::List(items), _) => items.iter_mut().for_each(|item| each(item, path, how)),
        (value, None) => decode(value, how),
        (Document::Map(map), Some((name, rest))) => {
            map.get_mut(*name)
                .into_iter()
                .for_each(|value| each(value, rest, how));
        }
        _ => {}
    }
}

/// Decodes the values of shapes with these names. As in the AWS CLI, those in maps stay as they came.
fn of_shapes(
    value: &mut Document,
    service: &Service<'_>,
    ix: ShapeIndex,
    shapes: &[(&str, Shown)],
) {
    let shape = service.shape(ix);
    if let Some((_, how)) = shapes.iter().find(|(name, _)| *name == shape.name) {
        return decode(value, *how);
    }
    match value {
        Document::List(items) => {
            let element = shape
                .element()
                .map_or(ShapeIndex::MAX, |element| element.target);
            items
                .iter_mut()
                .for_each(|item| of_shapes(item, service, element, shapes));
        }
        Document::Map(map) if shape.has_members() => {
            for (name, value) in map {
                if let Some((_, member)) = shape.member(name) {
                    of_shapes(value, service, member.target, shapes);
                }
            }
        }
        _ => {}
    }
}

/// Decodes a text; one that can't be stays as it came.
fn decode(value: &mut Document, how: Shown) {
    let Document::String(text) = value else {
        return;
    };
    let percent_decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let decoded = match how {
        // As in the AWS CLI, which takes the text for Latin-1.
        Shown::Base64 if text.chars().all(|c| c <= '\u{ff}') => base64_text::lenient(text)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned().into()),
        Shown::Base64 => None,
        Shown::Json => json::parse(text).ok(),
        Shown::PercentJson => json::parse(&percent_decoded(text)).ok(),
        Shown::Form => Some(percent_decoded(&text.replace('+', " ")).into()),
    };
    if let Some(decoded) = decoded {
        *value = decoded;
    }
}

#[cfg(test)]
mod tests;
