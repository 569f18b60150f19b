//! Validation: whether a request conforms to the model, checked before it is sent, with all violations
//! at once.
//!
//! What a violation leads to depends on the [`Mode`], since models become outdated: services relax
//! maximums and add enum values all the time, and a check against an old model must not stop a valid
//! call.

use crate::schema::{Service, ShapeIndex};
use crate::visit::Visit;
use std::fmt;

#[cfg(feature = "patterns")]
mod pattern;
pub(crate) mod rules;
mod validator;
mod violation;

use validator::Validator;
pub use violation::{Problem, Violation};

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Nothing.
    Off,
    /// What the AWS CLI checks: required and unknown members, types, minimums of text, lists and
    /// numbers.
    Compat,
    /// As `Compat`, and all minimums and enum values; a warning for what exceeds a maximum or does not
    /// match a pattern. Patterns need the feature `patterns`.
    #[default]
    Standard,
    /// All rules of the model.
    Strict,
}

impl std::str::FromStr for Mode {
    type Err = UnknownModeError;
    fn from_str(text: &str) -> Result<Self, UnknownModeError> {
        match text {
            "off" => Ok(Mode::Off),
            "compat" => Ok(Mode::Compat),
            "standard" => Ok(Mode::Standard),
            "strict" => Ok(Mode::Strict),
            _ => Err(UnknownModeError(text.to_owned())),
        }
    }
}

/// Text that is not a validation mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownModeError(String);

impl fmt::Display for UnknownModeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.0;
        write!(
            f,
            "{text:?} is not a validation mode; choose standard, strict, compat or off"
        )
    }
}

impl std::error::Error for UnknownModeError {}

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

/// Finds all violations of a value: for each structure first missing members, then unknown ones, then
/// the violations of its members.
pub fn validate(value: &dyn Visit, service: &Service<'_>, shape: ShapeIndex) -> Vec<Violation> {
    let mut validator = Validator::new(service, shape);
    // The validator takes every value.
    let _ = value.visit(&mut validator);
    validator.finish()
}
