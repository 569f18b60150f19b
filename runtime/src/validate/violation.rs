//! [`Violation`]: one way in which a request departs from the model, and its message.

use super::{Mode, Severity};
use crate::redact::REDACTED;
use crate::schema::Kind;
use std::fmt;

/// One way in which a request departs from the model.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// Path of the value: `failureDetails.message`, `stages[2].name`; empty for the whole input.
    /// Keys of sensitive maps are hidden.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong with a value. It has no value, key or name from inside anything sensitive.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// A required member is absent.
    Missing {
        /// The member's name.
        member: String,
    },
    /// A member that the model does not have.
    Unknown {
        /// The member's name.
        member: String,
        /// Names of the members that the model has.
        known: Vec<String>,
    },
    /// A value of the wrong type.
    Type {
        /// The value, if it may be shown.
        value: Option<String>,
        /// The value's type.
        found: &'static str,
        /// The type in the model.
        expected: &'static str,
    },
    /// A length below the minimum.
    Short {
        /// The length.
        length: u64,
        /// The minimum.
        min: f64,
        /// The kind of the shape, which says what is counted.
        kind: Kind,
    },
    /// A length above the maximum.
    Long {
        /// The length.
        length: u64,
        /// The maximum.
        max: f64,
    },
    /// A number below the minimum.
    Small {
        /// The number, if it may be shown.
        value: Option<f64>,
        /// The minimum.
        min: f64,
    },
    /// A number above the maximum.
    Large {
        /// The number, if it may be shown.
        value: Option<f64>,
        /// The maximum.
        max: f64,
    },
    /// Text that is not one of the enum's values.
    Enum {
        /// The text, if it may be shown.
        value: Option<String>,
        /// The values.
        values: Vec<String>,
    },
    /// Text that does not match the pattern.
    Pattern {
        /// The pattern.
        pattern: String,
    },
    /// A union with no member, or with several.
    Union {
        /// The number of members that are set.
        set: usize,
        /// Names of the union's members.
        members: Vec<String>,
    },
    /// A value that the protocol can't send.
    Unsendable {
        /// Why not, as a sentence without its end.
        reason: String,
    },
}

impl Violation {
    /// What the violation leads to in a mode.
    pub fn severity(&self, mode: Mode) -> Severity {
        match mode {
            _ if matches!(self.problem, Problem::Unsendable { .. }) => Severity::Refuse,
            Mode::Off => Severity::Pass,
            Mode::Compat if !self.problem.is_checked_by_aws_cli() => Severity::Pass,
            Mode::Standard if self.problem.may_be_outdated() => Severity::Warn,
            _ => Severity::Refuse,
        }
    }
}

impl Problem {
    fn is_checked_by_aws_cli(&self) -> bool {
        match self {
            Problem::Missing { .. }
            | Problem::Unsendable { .. }
            | Problem::Unknown { .. }
            | Problem::Type { .. }
            | Problem::Small { .. }
            | Problem::Union { .. } => true,
            Problem::Short { kind, .. } => matches!(kind, Kind::String | Kind::Enum | Kind::List),
            Problem::Long { .. }
            | Problem::Large { .. }
            | Problem::Enum { .. }
            | Problem::Pattern { .. } => false,
        }
    }

    /// Whether the service may have relaxed the rule since the model was made.
    fn may_be_outdated(&self) -> bool {
        matches!(
            self,
            Problem::Long { .. } | Problem::Large { .. } | Problem::Pattern { .. }
        )
    }
}

/// A value, unless it must be hidden.
fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map_or_else(|| REDACTED.to_owned(), ToString::to_string)
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match &*self.path {
            "" => "input",
            path => path,
        };
        match &self.problem {
            Problem::Missing { member } => {
                write!(f, "Missing required parameter in {path}: \"{member}\"")
            }
            Problem::Unknown { member, known } => {
                write!(f, "Unknown parameter in {path}: \"{member}\", ")?;
                write!(f, "must be one of: {}", known.join(", "))
            }
            Problem::Type {
                value,
                found,
                expected,
            } => {
                let value = shown(value.as_ref());
                write!(f, "Invalid type for parameter {path}, value: {value}, ")?;
                write!(f, "type: {found}, valid types: {expected}")
            }
            Problem::Short { length, min, .. } => {
                write!(f, "Invalid length for parameter {path}, value: {length}, ")?;
                write!(f, "valid min length: {min}")
            }
            Problem::Long { length, max } => {
                write!(f, "Invalid length for parameter {path}, value: {length}, ")?;
                write!(f, "valid max length: {max}")
            }
            Problem::Small { value, min } => {
                let value = shown(value.as_ref());
                write!(f, "Invalid value for parameter {path}, value: {value}, ")?;
                write!(f, "valid min value: {min}")
            }
            Problem::Large { value, max } => {
                let value = shown(value.as_ref());
                write!(f, "Invalid value for parameter {path}, value: {value}, ")?;
                write!(f, "valid max value: {max}")
            }
            Problem::Enum { value, values } => {
                let value = shown(value.as_ref());
                write!(f, "Invalid value for parameter {path}, value: {value}, ")?;
                write!(f, "valid values: {}", values.join(", "))
            }
            Problem::Pattern { pattern } => {
                write!(f, "Invalid value for parameter {path}: ")?;
                write!(f, "it does not match the pattern {pattern}")
            }
            Problem::Unsendable { reason } => {
                write!(f, "Invalid value for parameter {path}: {reason}")
            }
            Problem::Union { set: 0, members } => {
                write!(f, "Must set one of the following keys ")?;
                write!(
                    f,
                    "for tagged union structure {path}: {}",
                    members.join(", ")
                )
            }
            Problem::Union { members, .. } => {
                write!(
                    f,
                    "Invalid number of parameters set for tagged union structure {path}. "
                )?;
                write!(
                    f,
                    "Can only set one of the following keys: {}",
                    members.join(", ")
                )
            }
        }
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
                problem: Problem::Short {
                    length: 0,
                    min: 1.0,
                    kind,
                },
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
