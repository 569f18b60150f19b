//! Validation: what a model says of a request, checked before it is sent, all violations at once.
//!
//! What a violation means depends on the [`Mode`], since models go stale: services relax maximums
//! and add enum values all the time, and a check by an old model must not stop a valid call.

use crate::redact::{Hidden, REDACTED};
use crate::schema::{Kind, Service, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, Cursor, Visit, VisitError, VisitResult, Visitor};
use std::fmt;

#[cfg(feature = "patterns")]
mod pattern;
pub(crate) mod rules;

use rules::ValueKind;

/// How much is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nothing.
    Off,
    /// What the AWS CLI checks: required and unknown members, types, minimums of text, lists and
    /// numbers.
    Compat,
    /// As `Compat`, and all minimums and enum values; what exceeds a maximum or misses a pattern is
    /// worth a warning. Patterns are checked with the feature `patterns` alone.
    #[default]
    Standard,
    /// Everything that the model says.
    Strict,
}

impl std::str::FromStr for Mode {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Mode::Off),
            "compat" => Ok(Mode::Compat),
            "standard" => Ok(Mode::Standard),
            "strict" => Ok(Mode::Strict),
            _ => Err(format!(
                "{text:?} is no validation mode; choose standard, strict, compat or off"
            )),
        }
    }
}

/// What a violation leads to in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The request is not sent.
    Refuse,
    /// The request is sent, with a warning.
    Warn,
    /// Nothing.
    Pass,
}

/// One thing in which a request departs from the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Violation {
    /// Where: `failureDetails.message`, `stages[2].name`; empty at the top of the input. Keys of
    /// sensitive maps are hidden.
    pub path: String,
    /// What.
    pub problem: Problem,
}

/// What is wrong at a place. No value, key or name that is inside anything sensitive is in it.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// A required member is absent.
    Missing(String),
    /// A member that the model doesn't have, and those that it has.
    Unknown(String, Vec<String>),
    /// A value of another type: the value (when it may be shown), its type, and the type that
    /// belongs here.
    Type(Option<String>, &'static str, &'static str),
    /// A length below the minimum, and which kind of length.
    Short(u64, f64, Kind),
    /// A length above the maximum.
    Long(u64, f64),
    /// A number below the minimum; the number when it may be shown.
    Small(Option<f64>, f64),
    /// A number above the maximum.
    Large(Option<f64>, f64),
    /// Text that is none of the enum's values.
    Enum(Option<String>, Vec<String>),
    /// Text that does not match the pattern.
    Pattern(String),
    /// A union with none or several of its members, which are listed.
    Union(usize, Vec<String>),
}

impl Violation {
    /// What the violation leads to.
    pub fn severity(&self, mode: Mode) -> Severity {
        let known_to_aws_cli = match &self.problem {
            Problem::Missing(_) | Problem::Unknown(..) | Problem::Type(..) | Problem::Union(..) => {
                true
            }
            Problem::Short(.., kind) => matches!(kind, Kind::String | Kind::Enum | Kind::List),
            Problem::Small(..) => true,
            _ => false,
        };
        let exceeds = matches!(
            self.problem,
            Problem::Long(..) | Problem::Large(..) | Problem::Pattern(_)
        );
        match mode {
            Mode::Off => Severity::Pass,
            Mode::Compat if !known_to_aws_cli => Severity::Pass,
            Mode::Standard if exceeds => Severity::Warn,
            _ => Severity::Refuse,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "input"
        } else {
            &self.path
        };
        let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| REDACTED.to_owned());
        let number = |value: &Option<f64>| shown(&value.map(|value| value.to_string()));
        match &self.problem {
            Problem::Missing(member) => {
                write!(f, "Missing required parameter in {path}: \"{member}\"")
            }
            Problem::Unknown(name, known) => {
                write!(
                    f,
                    "Unknown parameter in {path}: \"{name}\", must be one of: {}",
                    known.join(", ")
                )
            }
            Problem::Type(value, found, expected) => {
                let value = shown(value);
                write!(
                    f,
                    "Invalid type for parameter {path}, value: {value}, type: {found}, valid types: {expected}"
                )
            }
            Problem::Short(length, min, _) => {
                write!(
                    f,
                    "Invalid length for parameter {path}, value: {length}, valid min length: {min}"
                )
            }
            Problem::Long(length, max) => {
                write!(
                    f,
                    "Invalid length for parameter {path}, value: {length}, valid max length: {max}"
                )
            }
            Problem::Small(value, min) => {
                write!(
                    f,
                    "Invalid value for parameter {path}, value: {}, valid min value: {min}",
                    number(value)
                )
            }
            Problem::Large(value, max) => {
                write!(
                    f,
                    "Invalid value for parameter {path}, value: {}, valid max value: {max}",
                    number(value)
                )
            }
            Problem::Enum(value, values) => {
                let value = shown(value);
                write!(
                    f,
                    "Invalid value for parameter {path}, value: {value}, valid values: {}",
                    values.join(", ")
                )
            }
            Problem::Pattern(pattern) => {
                write!(
                    f,
                    "Invalid value for parameter {path}: it does not match the pattern {pattern}"
                )
            }
            Problem::Union(0, members) => {
                let members = members.join(", ");
                write!(
                    f,
                    "Must set one of the following keys for tagged union structure {path}: {members}"
                )
            }
            Problem::Union(_, members) => {
                let members = members.join(", ");
                write!(
                    f,
                    "Invalid number of parameters set for tagged union structure {path}. "
                )?;
                write!(f, "Can only set one of the following keys: {members}")
            }
        }
    }
}

/// Finds all violations of a value: in each structure first missing, then unknown members, then
/// what its members hold.
pub fn validate(value: &dyn Visit, service: &Service<'_>, shape: ShapeIndex) -> Vec<Violation> {
    let mut validator = Validator::new(service, shape);
    // The validator takes every value, so nothing is refused.
    let _ = value.visit(&mut validator);
    validator.violations
}

struct Validator<'a> {
    cursor: Cursor<'a>,
    hidden: Hidden,
    compounds: Vec<Compound<'a>>,
    /// The depth of the compound whose parts are not checked, while they come: documents, and
    /// values of a wrong type.
    muted: Option<usize>,
    violations: Vec<Violation>,
}

enum Step<'a> {
    Member(&'a str),
    Element(usize),
    Key(String),
}

/// A compound whose parts come at present.
struct Compound<'a> {
    /// Its part that comes at present.
    at: Option<Step<'a>>,
    /// How many violations there were before it: its own come before those of its parts.
    start: usize,
    count: usize,
    /// Which members were given.
    given: Vec<usize>,
    /// Which were given that the model doesn't have.
    unknown: Vec<String>,
}

impl<'a> Validator<'a> {
    fn new(service: &'a Service<'a>, shape: ShapeIndex) -> Self {
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

    /// Whether messages may show the value that is due.
    fn is_shown(&self) -> bool {
        !self.hidden.hides(&self.cursor)
    }

    /// A name or a key that was given in the current compound, if messages may show it.
    fn shown_name(&self, name: &str) -> String {
        if self.hidden.is_inside() {
            REDACTED
        } else {
            name
        }
        .to_owned()
    }

    /// Whether the value that is due is of a kind that its rules are for; reports it if not.
    fn expect(&mut self, offered: ValueKind, value: impl ToString) -> bool {
        let kind = self.cursor.shape().kind;
        if self.muted.is_some() || kind == Kind::Document {
            return false;
        }
        let fits = offered.fits(kind);
        if !fits {
            let value =
                (self.is_shown() && !self.cursor.holds_secrets()).then(|| value.to_string());
            self.report(Problem::Type(value, offered.in_words(), in_words(kind)));
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

    /// What a complete compound lacks or has too much of.
    fn complete(&mut self, compound: Compound<'_>) {
        let shape = self.cursor.compound();
        rules::count(compound.count, shape, &mut |problem| self.report(problem));
        if shape.has_members() {
            for (index, member) in shape.members.iter().enumerate() {
                if rules::is_required_on_input(member) && !compound.given.contains(&index) {
                    self.report(Problem::Missing(member.name.to_owned()));
                }
            }
        }
        for name in compound.unknown {
            self.report(Problem::Unknown(name, rules::names(shape)));
        }
    }

    /// Turns to the next part of the current compound.
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
            self.text(value);
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
        self.cursor.begin();
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
        Kind::Float => "float, integer",
        Kind::Timestamp => "timestamp",
        Kind::Document => "any",
        Kind::List => "list",
        Kind::Map => "map",
        Kind::Structure | Kind::Union => "structure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minimums_that_the_aws_cli_does_not_check_are_refused_in_standard_mode() {
        for (kind, compat) in [
            (Kind::Blob, Severity::Pass),
            (Kind::Map, Severity::Pass),
            (Kind::List, Severity::Refuse),
            (Kind::String, Severity::Refuse),
        ] {
            let violation = Violation {
                path: String::new(),
                problem: Problem::Short(0, 1.0, kind),
            };
            assert_eq!(violation.severity(Mode::Compat), compat, "{kind:?}");
            assert_eq!(
                violation.severity(Mode::Standard),
                Severity::Refuse,
                "{kind:?}"
            );
        }
    }
}
