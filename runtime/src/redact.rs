//! Printing values by their rows, without what is sensitive.

use crate::document::Document;
use crate::rows::{Ix, Member, Service, flag};
use crate::sink::{Cursor, Done, Parts, Refused, Sink, Write};
use crate::timestamp::Timestamp;
use std::fmt::Write as _;

/// What stands in place of a sensitive value.
pub const REDACTED: &str = "*** redacted ***";

/// Writes the value as `Debug` does: for `Debug` of generated types.
pub fn debug(value: &dyn Write, service: &Service<'_>, shape: Ix, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    f.write_str(&text(value, service, shape))
}

/// The value as text for people: `FailureDetails { type: "JobFailed", message: "…" }`, with sensitive parts redacted.
pub fn text(value: &dyn Write, service: &Service<'_>, shape: Ix) -> String {
    let mut printer = Printer { cursor: Cursor::new(service, shape), text: String::new(), hidden: None, first: true };
    if let Err(refused) = value.write(&mut printer) {
        let _ = write!(printer.text, "<{refused}>");
    }
    printer.text
}

/// Puts [`REDACTED`] in the place of every sensitive part of a value that was read from JSON without its rows; whether there
/// was any.
pub fn hide(value: &mut Document, service: &Service<'_>, shape: Ix) -> bool {
    let row = service.shape(shape);
    let hide_part = |value: &mut Document, member: &Member<'_>| {
        let sensitive = member.is(flag::SENSITIVE) || service.shape(member.target).is(flag::SENSITIVE);
        match sensitive && *value != Document::Null {
            true => {
                *value = REDACTED.into();
                true
            }
            false => hide(value, service, member.target),
        }
    };
    match value {
        Document::Map(map) => {
            let mut hidden = false;
            for (name, value) in map {
                let named = row.members.iter().find(|member| row.has_members() && member.json_name() == name);
                if let Some(member) = named.or(row.element()) {
                    hidden |= hide_part(value, member);
                }
            }
            hidden
        }
        Document::List(list) => match row.element() {
            Some(member) => {
                list.iter_mut().map(|value| hide_part(value, member)).fold(false, |any, hidden| any | hidden)
            }
            None => false,
        },
        _ => false,
    }
}

struct Printer<'a> {
    cursor: Cursor<'a>,
    text: String,
    /// The depth of the compound that is sensitive as a whole, while its parts come.
    hidden: Option<usize>,
    first: bool,
}

impl Printer<'_> {
    fn sensitive(&self) -> bool {
        let part = self.cursor.part().is_some_and(|member| member.is(flag::SENSITIVE));
        part || self.cursor.shape().is(flag::SENSITIVE)
    }

    fn scalar(&mut self, value: std::fmt::Arguments<'_>) -> Done {
        if self.hidden.is_none() {
            let _ = match self.sensitive() {
                true => self.text.write_str(REDACTED),
                false => self.text.write_fmt(value),
            };
        }
        Ok(())
    }

    fn part(&mut self, name: std::fmt::Arguments<'_>) -> Result<&mut dyn Sink, Refused> {
        if self.hidden.is_none() {
            let comma = if std::mem::take(&mut self.first) { "" } else { ", " };
            let _ = write!(self.text, "{comma}{name}");
        }
        Ok(self)
    }
}

impl Sink for Printer<'_> {
    fn null(&mut self) -> Done {
        self.scalar(format_args!("null"))
    }
    fn boolean(&mut self, value: bool) -> Done {
        self.scalar(format_args!("{value}"))
    }
    fn integer(&mut self, value: i128) -> Done {
        self.scalar(format_args!("{value}"))
    }
    fn float(&mut self, value: f64) -> Done {
        self.scalar(format_args!("{value:?}"))
    }
    fn string(&mut self, value: &str) -> Done {
        self.scalar(format_args!("{value:?}"))
    }
    fn blob(&mut self, value: &[u8]) -> Done {
        self.scalar(format_args!("{} bytes", value.len()))
    }
    fn timestamp(&mut self, value: Timestamp) -> Done {
        self.scalar(format_args!("{}", value.format(crate::rows::TimestampFormat::DateTime)))
    }
    fn begin(&mut self, parts: Parts) -> Done {
        let opening = match parts {
            Parts::Members => format!("{} {{ ", self.cursor.shape().name),
            Parts::Elements => "[".to_owned(),
            Parts::Entries => "{".to_owned(),
        };
        self.scalar(format_args!("{opening}"))?;
        if self.hidden.is_none() && self.sensitive() {
            self.hidden = Some(self.cursor.depth());
        }
        self.cursor.begin();
        self.first = true;
        Ok(())
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Sink, Refused> {
        let name = self.cursor.member(index)?.name;
        self.part(format_args!("{name}: "))
    }
    fn unknown(&mut self, name: &str) -> Done {
        self.part(format_args!("{name:?}: unknown")).map(|_| ())
    }
    fn element(&mut self) -> Result<&mut dyn Sink, Refused> {
        self.cursor.element();
        self.part(format_args!(""))
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Sink, Refused> {
        self.cursor.element();
        self.part(format_args!("{key:?}: "))
    }
    fn end(&mut self) -> Done {
        let compound = self.cursor.compound();
        self.cursor.end();
        match self.hidden {
            Some(depth) if depth == self.cursor.depth() => self.hidden = None,
            Some(_) => {}
            None if compound.has_members() => self.text.push_str(" }"),
            None if compound.kind == crate::rows::Kind::List => self.text.push(']'),
            None => self.text.push('}'),
        }
        self.first = false;
        Ok(())
    }
}
