//! The value of an option as it was given.

use super::Parameter;
use crate::args::ParsedOption;
use crate::failure::Failure;
use crate::input::Reader;
use opsmith_runtime::document::Document;
use opsmith_runtime::random;
use opsmith_runtime::schema::commands::{Change, Form, Hoist};
use std::time::{SystemTime, UNIX_EPOCH};

impl<'a> Parameter<'a> {
    /// The values of the parts that a hoist sets, with their names.
    pub(super) fn parts(
        &self,
        hoist: &Hoist<'a>,
        given: &ParsedOption<'_, '_>,
        reader: &Reader<'_>,
    ) -> Result<Vec<(&'a str, Document)>, Failure> {
        let word = |value: &&str| {
            let mut words = hoist.words.iter();
            words.find(|(word, _)| word == value).map(|(_, text)| *text)
        };
        let values = given.values.iter();
        let values: Vec<&str> = values.map(|value| word(value).unwrap_or(value)).collect();
        let text = values.first().copied().unwrap_or_default();
        if let Form::Range(other, between) = hoist.form {
            let (first, second) = self.range(text, between)?;
            return Ok(vec![
                (self.member.name, first.into()),
                (other, second.into()),
            ]);
        }
        let mut starts = hoist.starts.iter();
        let sibling = starts.find(|(start, _)| text.starts_with(start));
        let name = sibling.map_or(self.member.name, |(_, sibling)| sibling);
        let value = self.value(hoist.form, given.name, &values, reader)?;
        Ok(vec![(name, value)])
    }

    /// One number twice, or the two with this text between them.
    fn range(&self, text: &str, between: &str) -> Result<(i64, i64), Failure> {
        let one = || text.parse().ok().map(|number| (number, number));
        let two = || {
            let (first, second) = text.split_once(between)?;
            Some((first.parse().ok()?, second.parse().ok()?))
        };
        one().or_else(two).ok_or_else(|| {
            let option = &self.option;
            Failure::parameter(format_args!(
                "{option} is a number, or two with {between:?} between them: 1 or 1{between}10"
            ))
        })
    }

    /// The value that was given by this name of the option.
    pub(super) fn value(
        &self,
        form: Form<'_>,
        name: &str,
        values: &[&str],
        reader: &Reader<'_>,
    ) -> Result<Document, Failure> {
        let bare = self.has(|change| matches!(change, Change::Bare(_)));
        let says_yes = self.negative.as_deref() != Some(name);
        let value = match (form, self.switch) {
            (Form::Flag(texts), _) => {
                Document::List(texts.iter().map(|text| (*text).into()).collect())
            }
            (Form::Pairs(between), _) => reader.pairs(self.member, values, between),
            (Form::Counted(list, count), _) => {
                let items = values.iter().map(|value| (*value).into()).collect();
                Document::from([
                    (count, Document::Integer(values.len() as i128)),
                    (list, Document::List(items)),
                ])
            }
            (Form::Each(member, beside), _) => reader.each(self.member, values, member, beside),
            (Form::Value, Some(member)) if values.is_empty() || !says_yes => {
                Document::from([(member, says_yes.into())])
            }
            (Form::Value, None) if self.negative.is_some() => says_yes.into(),
            (Form::Value | Form::Range(..), _) => {
                reader.parameter(name, self.member, values, bare)?
            }
        };
        if self.has(|change| matches!(change, Change::Zip(_))) && !is_zip(&value) {
            return Err(Failure::parameter(format_args!(
                "{name} must be a zip file with the prefix fileb://, such as {name} fileb://path/to/file.zip"
            )));
        }
        Ok(value)
    }
}

/// A text that no other call has, as the AWS CLI makes it: what it begins with, the seconds since
/// 1970, and a number by chance.
pub(super) fn unique(start: &str) -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    format!("{start}-{seconds}-{:.0}", random::fraction() * 1e6)
}

/// Whether a value is the content of a zip file: the record that ends its directory is at its end,
/// with nothing but a comment after it.
fn is_zip(value: &Document) -> bool {
    const RECORD: &[u8] = b"PK\x05\x06";
    const LENGTH: usize = 22;
    let Document::Blob(bytes) = value else {
        return false;
    };
    let end = bytes.len().saturating_sub(LENGTH + usize::from(u16::MAX));
    let mut places = bytes.get(end..).unwrap_or_default().windows(LENGTH);
    places.any(|place| place.starts_with(RECORD))
}
