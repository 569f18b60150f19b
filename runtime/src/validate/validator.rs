//! [`Validator`]: the walk that lists all violations, with their paths.

use super::rules::{self, ValueKind};
use super::{Problem, Violation};
use crate::redact::{Hidden, REDACTED};
use crate::schema::{Kind, Service, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, VisitError, VisitResult, Visitor};

/// Lists the violations of the value that it visits.
pub(super) struct Validator<'a> {
    cursor: Cursor<'a>,
    hidden: Hidden,
    compounds: Vec<Compound<'a>>,
    /// Depth of the compound whose parts are not checked while they are visited: a document, or a
    /// value of the wrong type.
    muted: Option<usize>,
    violations: Vec<Violation>,
}

enum Step<'a> {
    Member(&'a str),
    Element(usize),
    Key(String),
}

/// A compound that is not complete yet.
struct Compound<'a> {
    /// Its current part.
    at: Option<Step<'a>>,
    /// The number of violations before it: its own are listed before those of its parts.
    start: usize,
    count: usize,
    /// Indices of the members that were given.
    given: Vec<usize>,
    /// Names of the members that were given and that the model does not have.
    unknown: Vec<String>,
}

impl<'a> Validator<'a> {
    pub(super) fn new(service: &'a Service<'a>, shape: ShapeIndex) -> Self {
        let cursor = Cursor::new(service, shape);
        let hidden = Hidden::default();
        Validator {
            cursor,
            hidden,
            compounds: Vec::new(),
            muted: None,
            violations: Vec::new(),
        }
    }

    pub(super) fn finish(self) -> Vec<Violation> {
        self.violations
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for step in self
            .compounds
            .iter()
            .filter_map(|compound| compound.at.as_ref())
        {
            match step {
                Step::Element(index) => path.push_str(&format!("[{index}]")),
                Step::Member(name) if path.is_empty() => path.push_str(name),
                Step::Member(name) => path.push_str(&format!(".{name}")),
                Step::Key(key) => path.push_str(&format!(".{key}")),
            }
        }
        path
    }

    fn report(&mut self, problem: Problem) {
        if self.muted.is_none() {
            self.violations.push(Violation {
                path: self.path(),
                problem,
            });
        }
    }

    /// Whether messages may show the current value.
    fn is_shown(&self) -> bool {
        !self.hidden.hides(&self.cursor)
    }

    /// A name or key in the current compound, unless messages must hide it.
    fn shown_name(&self, name: &str) -> String {
        if self.hidden.is_inside() {
            REDACTED
        } else {
            name
        }
        .to_owned()
    }

    /// Whether the current value is of its shape's kind, so that the shape's rules apply. Reports it if
    /// not.
    fn expect(&mut self, offered: ValueKind, value: impl ToString) -> bool {
        let kind = self.cursor.shape().kind;
        if self.muted.is_some() || kind == Kind::Document {
            return false;
        }
        let fits = offered.fits(kind);
        if !fits {
            let value =
                (self.is_shown() && !self.cursor.holds_secrets()).then(|| value.to_string());
            self.report(Problem::Type {
                value,
                found: offered.in_words(),
                expected: in_words(kind),
            });
        }
        fits
    }

    fn number(&mut self, value: f64) {
        let shown = self.is_shown();
        let shape = self.cursor.shape();
        rules::number(value, shown, shape, &mut |problem| self.report(problem));
    }

    fn text(&mut self, text: &str) {
        let shown = self.is_shown();
        let shape = self.cursor.shape();
        rules::text(text, shown, shape, &mut |problem| self.report(problem));
    }

    /// Checks a complete compound for missing and surplus parts.
    fn complete(&mut self, compound: Compound<'_>) {
        let shape = self.cursor.compound();
        rules::count(compound.count, shape, &mut |problem| self.report(problem));
        if shape.has_members() {
            for (index, member) in shape.members.iter().enumerate() {
                if rules::is_required_on_input(member) && !compound.given.contains(&index) {
                    self.report(Problem::Missing {
                        member: member.name.to_owned(),
                    });
                }
            }
        }
        for member in compound.unknown {
            let known = rules::names(shape);
            self.report(Problem::Unknown { member, known });
        }
    }

    /// Moves to the next part of the current compound.
    fn step(&mut self, step: Step<'a>) {
        if let Some(compound) = self.compounds.last_mut() {
            compound.count += 1;
            compound.at = Some(step);
        }
    }
}

impl Visitor for Validator<'_> {
    fn null(&mut self) -> VisitResult {
        if !self.cursor.takes_null() {
            self.expect(ValueKind::Null, "null");
        }
        Ok(())
    }
    fn boolean(&mut self, value: bool) -> VisitResult {
        self.expect(ValueKind::Boolean, value);
        Ok(())
    }
    fn integer(&mut self, value: i128) -> VisitResult {
        if self.expect(ValueKind::Integer, value) {
            self.number(value as f64);
        }
        Ok(())
    }
    fn float(&mut self, value: f64) -> VisitResult {
        if self.expect(ValueKind::Float, value) {
            self.number(value);
        }
        Ok(())
    }
    fn string(&mut self, value: &str) -> VisitResult {
        if self.expect(ValueKind::Text, format_args!("{value:?}")) {
            self.text(self.cursor.sent(value));
        }
        Ok(())
    }
    fn blob(&mut self, value: &[u8]) -> VisitResult {
        if self.expect(ValueKind::Blob, format_args!("{} bytes", value.len())) {
            rules::length(|| value.len(), self.cursor.shape(), &mut |problem| {
                self.report(problem)
            });
        }
        Ok(())
    }
    fn timestamp(&mut self, value: Timestamp) -> VisitResult {
        self.expect(
            ValueKind::Timestamp,
            value.format(crate::schema::TimestampFormat::DateTime),
        );
        Ok(())
    }
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        let offered = ValueKind::Compound(parts);
        if !self.expect(offered, format_args!("a {}", offered.in_words())) && self.muted.is_none() {
            self.muted = Some(self.cursor.depth());
        }
        self.hidden.begin(&self.cursor);
        self.cursor.begin(parts);
        let start = self.violations.len();
        self.compounds.push(Compound {
            at: None,
            start,
            count: 0,
            given: Vec::new(),
            unknown: Vec::new(),
        });
        Ok(())
    }
    fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
        let member = self.cursor.member(index)?;
        self.step(Step::Member(member.name));
        if let Some(compound) = self.compounds.last_mut() {
            compound.given.push(index);
        }
        Ok(self)
    }
    fn unknown(&mut self, name: &str) -> VisitResult {
        let name = self.shown_name(name);
        if let Some(compound) = self.compounds.last_mut().filter(|_| self.muted.is_none()) {
            compound.unknown.push(name);
        }
        Ok(())
    }
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        let index = self.compounds.last().map_or(0, |compound| compound.count);
        self.step(Step::Element(index));
        self.cursor.element();
        Ok(self)
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Visitor, VisitError> {
        self.step(Step::Key(self.shown_name(key)));
        self.cursor.key();
        if self.muted.is_none() && ValueKind::Text.fits(self.cursor.shape().kind) {
            self.text(key);
        }
        self.cursor.element();
        Ok(self)
    }
    fn end(&mut self) -> VisitResult {
        let Some(compound) = self.compounds.pop() else {
            return Ok(());
        };
        if self.muted == Some(self.cursor.depth() - 1) {
            self.muted = None;
        } else if self.muted.is_none() {
            let start = compound.start;
            let parts = self.violations.len() - compound.start;
            self.complete(compound);
            self.violations[start..].rotate_left(parts);
        }
        self.cursor.end();
        self.hidden.end(&self.cursor);
        Ok(())
    }
}

fn in_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Blob => "bytes",
        Kind::Boolean => "boolean",
        Kind::String | Kind::Enum => "string",
        Kind::Integer(_) => "integer",
        Kind::Float | Kind::Double => "float, integer",
        Kind::Timestamp => "timestamp",
        Kind::Document => "any",
        Kind::List => "list",
        Kind::Map => "map",
        Kind::Structure | Kind::Union => "structure",
    }
}
