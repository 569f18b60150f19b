//! Printing values by their schema, without the sensitive parts.
//!
//! Messages of every kind use the same rule ([`Service::hides`]). Hidden are a value whose member
//! or shape is sensitive, a map whose keys are, and every key, name and value inside these.

use crate::schema::{Member, Service, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, Visit, VisitError, VisitResult, Visitor};
use std::fmt::Write as _;

/// The text that replaces a sensitive value.
pub const REDACTED: &str = "*** redacted ***";

/// Writes the value as `Debug` does: for `Debug` of generated types.
pub fn debug(
    value: &dyn Visit,
    service: &Service<'_>,
    shape: ShapeIndex,
    f: &mut std::fmt::Formatter<'_>,
) -> std::fmt::Result {
    let mut printer = Printer {
        cursor: Cursor::new(service, shape),
        hidden: Hidden::default(),
        text: String::new(),
        indented: f.alternate(),
        open: Vec::new(),
    };
    if let Err(refused) = value.visit(&mut printer) {
        let _ = write!(printer.text, "<{refused}>");
    }
    f.write_str(&printer.text)
}

/// Whether a value of the member is hidden, or may have a hidden part.
pub fn holds_secrets(service: &Service<'_>, member: &Member<'_>) -> bool {
    fn within(service: &Service<'_>, member: &Member<'_>, seen: &mut Vec<ShapeIndex>) -> bool {
        if service.hides(member) {
            return true;
        }
        if seen.contains(&member.target) {
            return false;
        }
        seen.push(member.target);
        service
            .shape(member.target)
            .members
            .iter()
            .any(|part| within(service, part, seen))
    }
    within(service, member, &mut Vec::new())
}

/// Tracks which parts of a visited value are hidden. All parts of a hidden compound are hidden.
#[derive(Debug, Default)]
pub(crate) struct Hidden {
    /// The depth of the outermost compound that is hidden.
    since: Option<usize>,
}

impl Hidden {
    /// Whether the next value is hidden.
    pub(crate) fn hides(&self, cursor: &Cursor<'_>) -> bool {
        self.is_inside() || cursor.hides()
    }

    /// Whether the current compound is hidden.
    pub(crate) fn is_inside(&self) -> bool {
        self.since.is_some()
    }

    /// To be called before the cursor begins a compound.
    pub(crate) fn begin(&mut self, cursor: &Cursor<'_>) {
        if self.since.is_none() && cursor.hides() {
            self.since = Some(cursor.depth());
        }
    }

    /// To be called after the cursor ended a compound.
    pub(crate) fn end(&mut self, cursor: &Cursor<'_>) {
        self.since = self.since.filter(|depth| *depth != cursor.depth());
    }
}

/// Prints as the standard library does.
struct Printer<'a> {
    cursor: Cursor<'a>,
    hidden: Hidden,
    text: String,
    /// Each part is on a separate line.
    indented: bool,
    /// For each open compound: its closing text, and whether it has a part yet.
    open: Vec<(&'static str, bool)>,
}

impl Printer<'_> {
    fn scalar(&mut self, value: std::fmt::Arguments<'_>) -> VisitResult {
        if !self.hidden.is_inside() {
            let _ = if self.cursor.hides() {
                self.text.write_str(REDACTED)
            } else {
                self.text.write_fmt(value)
            };
        }
        Ok(())
    }

    fn part(&mut self, name: std::fmt::Arguments<'_>) -> Result<&mut dyn Visitor, VisitError> {
        if !self.hidden.is_inside() {
            let came = self
                .open
                .last_mut()
                .is_some_and(|(_, came)| std::mem::replace(came, true));
            if self.indented {
                self.line(if came { "," } else { "" })
            } else {
                self.text.push_str(if came { ", " } else { "" })
            }
            let _ = self.text.write_fmt(name);
        }
        Ok(self)
    }

    /// Begins a line, indented for the open compounds.
    fn line(&mut self, after: &str) {
        let _ = write!(self.text, "{after}\n{:1$}", "", 4 * self.open.len());
    }
}

impl Visitor for Printer<'_> {
    fn null(&mut self) -> VisitResult {
        self.scalar(format_args!("null"))
    }
    fn boolean(&mut self, value: bool) -> VisitResult {
        self.scalar(format_args!("{value}"))
    }
    fn integer(&mut self, value: i128) -> VisitResult {
        self.scalar(format_args!("{value}"))
    }
    fn float(&mut self, value: f64) -> VisitResult {
        self.scalar(format_args!("{value:?}"))
    }
    fn string(&mut self, value: &str) -> VisitResult {
        self.scalar(format_args!("{value:?}"))
    }
    fn blob(&mut self, value: &[u8]) -> VisitResult {
        self.scalar(format_args!("{} bytes", value.len()))
    }
    fn timestamp(&mut self, value: Timestamp) -> VisitResult {
        self.scalar(format_args!(
            "{}",
            value.format(crate::schema::TimestampFormat::DateTime)
        ))
    }
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        let name = self.cursor.shape().name;
        let space = if self.indented { "" } else { " " };
        match parts {
            CompoundKind::Members => self.scalar(format_args!("{name} {{{space}")),
            CompoundKind::Elements => self.scalar(format_args!("[")),
            CompoundKind::Entries => self.scalar(format_args!("{{")),
        }?;
        let closing = match parts {
            CompoundKind::Members if self.indented => "}",
            CompoundKind::Members => " }",
            CompoundKind::Elements => "]",
            CompoundKind::Entries => "}",
        };
        self.open.push((closing, false));
        self.hidden.begin(&self.cursor);
        self.cursor.begin(parts);
        Ok(())
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
        let name = self.cursor.member(index)?.name;
        self.part(format_args!("{name}: "))
    }
    fn unknown(&mut self, name: &str) -> VisitResult {
        self.part(format_args!("{name:?}: unknown")).map(|_| ())
    }
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        self.cursor.element();
        self.part(format_args!(""))
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Visitor, VisitError> {
        self.cursor.element();
        self.part(format_args!("{key:?}: "))
    }
    fn end(&mut self) -> VisitResult {
        let open = self.open.pop();
        if let Some((closing, came)) = open.filter(|_| !self.hidden.is_inside()) {
            if came && self.indented {
                self.line(",");
            }
            self.text.push_str(closing);
        }
        self.cursor.end();
        self.hidden.end(&self.cursor);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::json;
    use crate::document::Document;
    use crate::schema::{Protocol, document, list, map, member, string, structure};
    use crate::visit::{DocumentBuilder, TypedDocument};

    static SERVICE: Service<'static> = Service {
        protocol: Protocol::AwsJson1_0,
        shapes: &[
            structure(
                "Box",
                &[
                    member("any", 1),
                    member("keys", 4),
                    member("names", 2),
                    member("box", 0),
                ],
            ),
            document("Anything"),
            list("Names", &[member("member", 3)]),
            string("Name"),
            map("Keys", &[member("key", 5), member("value", 3)]),
            string("Key").sensitive(),
        ],
        ..Service::NONE
    };

    struct Value(Document);

    impl std::fmt::Debug for Value {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            debug(
                &TypedDocument {
                    document: &self.0,
                    service: &SERVICE,
                    shape: 0,
                },
                &SERVICE,
                0,
                f,
            )
        }
    }

    fn value(text: &str) -> Value {
        let mut visitor = DocumentBuilder::new(&Service::NONE, ShapeIndex::MAX);
        json::read(
            text.as_bytes(),
            &Service::NONE,
            ShapeIndex::MAX,
            &mut visitor,
        )
        .expect("JSON");
        Value(visitor.finish())
    }

    #[test]
    fn values_print_on_one_line_and_indented() {
        let both = value(
            r#"{"any":{"a":[1,"x"]},"keys":{"secret":"v"},"names":[],"box":{"names":["n"]},"new":1}"#,
        );
        let line = r#"Box { any: {"a": [1, "x"]}, keys: *** redacted ***, names: [], box: Box { names: ["n"] }, "new": unknown }"#;
        assert_eq!(format!("{both:?}"), line);
        let lines = "Box {\n    any: {\n        \"a\": [\n            1,\n            \"x\",\n        ],\n    },\n    keys: *** redacted ***,\n    \
                     names: [],\n    box: Box {\n        names: [\n            \"n\",\n        ],\n    },\n    \"new\": unknown,\n}";
        assert_eq!(format!("{both:#?}"), lines);
    }
}
