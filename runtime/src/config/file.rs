//! The syntax of the shared files `~/.aws/config` and `~/.aws/credentials`.
//!
//! * `[section]`, then `key = value` or `key: value`. Keys are lower-cased; values are verbatim:
//!   quotes and inline comments are part of them.
//! * A line whose first character is `#` or `;` is a comment, anywhere in the file.
//! * A line indented deeper than its key continues the value; empty lines between belong to it.
//! * A key with an empty value, continued by lines `k = v`, is a map. There is one level of these.
//! * The keys of `[DEFAULT]` are fallbacks of every other section.
//! * Lines end with LF, CRLF or CR. The text is UTF-8 without a byte order mark.
//!
//! A repeated section or key, a line that is neither, or a key before any section makes the whole
//! file unreadable, as for every AWS tool that reads it with Python's parser. Messages never show a
//! line's text: a line that breaks the syntax may be a secret pasted in the wrong place.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use indexmap::map::Entry as Slot;

use super::env::Env;
use super::section::{Content, Entry, Section};
use crate::error::ConfigError;

/// The section whose keys are fallbacks of all others.
const FALLBACK: &str = "DEFAULT";

/// A shared file as read: its sections in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: Arc<Path>,
    /// Why there are no sections, when the file was not read.
    pub(crate) absent: Option<String>,
    pub(crate) sections: IndexMap<String, Section>,
}

impl File {
    /// Reads the file at `path`. One that is missing, no regular file or unreadable counts as
    /// empty.
    pub(crate) fn load(env: &Env, path: &Path) -> Result<Self, ConfigError> {
        let path: Arc<Path> = path.into();
        let (bytes, absent) = match env.read(&path) {
            Ok(Some(bytes)) => (bytes, None),
            Ok(None) => (Vec::new(), Some("does not exist".to_owned())),
            Err(error) => (Vec::new(), Some(format!("cannot be read: {error}"))),
        };
        let sections = parse(&bytes, &path)
            .map_err(|problem| ConfigError::parse_file(&path, problem.line, problem.text))?;
        Ok(Self {
            path,
            absent,
            sections,
        })
    }
}

/// What breaks the syntax, and in which line (from 1).
#[derive(Debug, PartialEq, Eq)]
struct Problem {
    line: usize,
    text: String,
}

impl Problem {
    fn new(line: usize, text: impl Into<String>) -> Self {
        Self {
            line,
            text: text.into(),
        }
    }
}

/// Reads the text of a file; `path` is recorded as the origin of every value.
fn parse(bytes: &[u8], path: &Arc<Path>) -> Result<IndexMap<String, Section>, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = String::from_utf8_lossy(bytes.get(..error.valid_up_to()).unwrap_or_default());
        Problem::new(lines(&before).count(), "bytes that are not UTF-8 text")
    })?;
    let mut reader = Reader::default();
    for (index, line) in lines(text).enumerate() {
        reader.read(index + 1, line)?;
    }
    reader.finish(path)
}

/// The lines of `text`, ended by LF, CRLF or CR.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n')
        .flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

/// Python's notion of white space: Unicode's and the four ASCII separators.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

/// The lines of one value, each with its number, not joined yet.
type RawValue<'t> = Vec<(usize, &'t str)>;

struct RawSection<'t> {
    line: usize,
    keys: IndexMap<String, RawValue<'t>>,
}

#[derive(Default)]
struct Reader<'t> {
    sections: IndexMap<&'t str, RawSection<'t>>,
    /// The section and the key that the lines now belong to, as positions.
    section: Option<usize>,
    key: Option<usize>,
    /// The indentation of the last line that was no continuation.
    indent: usize,
}

impl<'t> Reader<'t> {
    fn read(&mut self, number: usize, line: &'t str) -> Result<(), Problem> {
        let content = line.trim_matches(is_space);
        if content.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.chars().take_while(|c| is_space(*c)).count();
        let continues = content.is_empty() || indent > self.indent;
        match self.open_value().filter(|_| continues) {
            Some(value) => {
                value.push((number, content));
                return Ok(());
            }
            None if content.is_empty() => return Ok(()),
            None => self.indent = indent,
        }
        match content
            .strip_prefix('[')
            .and_then(|rest| rest.rsplit_once(']'))
        {
            Some((name, _)) if !name.is_empty() => self.open_section(number, name),
            _ => self.open_key(number, content),
        }
    }

    fn open_section(&mut self, number: usize, name: &'t str) -> Result<(), Problem> {
        let slot = self.sections.entry(name);
        let index = slot.index();
        match slot {
            Slot::Occupied(slot) if name != FALLBACK => {
                let first = slot.get().line;
                return Err(Problem::new(
                    number,
                    format!("the section [{name}] is there already, in line {first}"),
                ));
            }
            slot => slot.or_insert_with(|| RawSection {
                line: number,
                keys: IndexMap::new(),
            }),
        };
        (self.section, self.key) = (Some(index), None);
        Ok(())
    }

    fn open_key(&mut self, number: usize, content: &'t str) -> Result<(), Problem> {
        let Some((_, section)) = self
            .section
            .and_then(|index| self.sections.get_index_mut(index))
        else {
            let problem = if content.starts_with('\u{feff}') {
                "the file begins with a byte order mark; save it as UTF-8 without one"
            } else {
                "a line before the first [section]"
            };
            return Err(Problem::new(number, problem));
        };
        let Some((key, value)) = content.split_once(['=', ':']) else {
            return Err(Problem::new(number, "neither a [section] nor key = value"));
        };
        let key = key.trim_end_matches(is_space).to_lowercase();
        if key.is_empty() {
            return Err(Problem::new(number, "a value without a key"));
        }
        match section.keys.entry(key) {
            Slot::Occupied(slot) => {
                let first = slot.get().first().map_or(section.line, |(line, _)| *line);
                Err(Problem::new(
                    number,
                    format!(
                        "the key \"{}\" is there already, in line {first}",
                        slot.key()
                    ),
                ))
            }
            Slot::Vacant(slot) => {
                self.key = Some(slot.index());
                slot.insert(vec![(number, value.trim_start_matches(is_space))]);
                Ok(())
            }
        }
    }

    fn open_value(&mut self) -> Option<&mut RawValue<'t>> {
        let (_, section) = self.sections.get_index_mut(self.section?)?;
        section
            .keys
            .get_index_mut(self.key?)
            .map(|(_, value)| value)
    }

    fn finish(mut self, path: &Arc<Path>) -> Result<IndexMap<String, Section>, Problem> {
        let entries = |raw: RawSection<'t>| -> Result<HashMap<String, Entry>, Problem> {
            raw.keys
                .into_iter()
                .map(|(key, value)| Ok((key, entry(&value)?)))
                .collect()
        };
        let fallbacks = self
            .sections
            .shift_remove(FALLBACK)
            .map(entries)
            .transpose()?
            .unwrap_or_default();
        let section = |(name, raw): (&str, RawSection<'t>)| {
            let mut all = fallbacks.clone();
            all.extend(entries(raw)?);
            Ok((
                name.to_owned(),
                Section {
                    path: path.clone(),
                    entries: all,
                },
            ))
        };
        self.sections.into_iter().map(section).collect()
    }
}

/// Joins the lines of a value, or reads them as a map when the first is empty and others follow.
fn entry(lines: &[(usize, &str)]) -> Result<Entry, Problem> {
    let text = lines
        .iter()
        .map(|(_, text)| *text)
        .collect::<Vec<_>>()
        .join("\n");
    let text = text.trim_end_matches(is_space);
    let line = lines.first().map_or(0, |(line, _)| *line);
    let content = if text.starts_with('\n') {
        let parts = lines
            .iter()
            .flat_map(|(line, text)| text.split(LINE_BREAKS).map(move |part| (*line, part)));
        let parts = parts
            .map(|(line, part)| (line, part.trim_matches(is_space)))
            .filter(|(_, part)| !part.is_empty());
        Content::Map(
            parts
                .map(|(line, part)| nested(line, part))
                .collect::<Result<_, _>>()?,
        )
    } else {
        Content::Text(text.to_owned())
    };
    Ok(Entry { line, content })
}

/// Additional line ends within a map, as in Python's `splitlines`.
const LINE_BREAKS: [char; 8] = [
    '\x0b', '\x0c', '\x1c', '\x1d', '\x1e', '\u{85}', '\u{2028}', '\u{2029}',
];

fn nested(line: usize, text: &str) -> Result<(String, Entry), Problem> {
    let (key, value) = text
        .split_once('=')
        .ok_or_else(|| Problem::new(line, "an indented line that is not key = value"))?;
    let value = value.trim_start_matches(is_space).to_owned();
    Ok((
        key.trim_end_matches(is_space).to_owned(),
        Entry {
            line,
            content: Content::Text(value),
        },
    ))
}

#[cfg(test)]
mod tests;
