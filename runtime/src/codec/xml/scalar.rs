//! Text of an element or attribute as the value that the schema takes it for.

use crate::codec::base64;
use crate::schema::Kind;
use crate::timestamp::Timestamp;
use crate::visit::{VisitError, VisitResult, Visitor};

/// Gives text to the visitor as a value of this kind. As it came, text that is a point in time,
/// bytes, or no number where one belongs, stays text.
pub(super) fn scalar(
    kind: Kind,
    text: &str,
    as_it_came: bool,
    visitor: &mut dyn Visitor,
) -> VisitResult {
    let form = VisitError::form;
    let wrong = match kind {
        Kind::Boolean => return visitor.boolean(text == "true"),
        Kind::Integer(_) => match integer(text.trim()) {
            Some(value) => return visitor.integer(value),
            None => form("an integer"),
        },
        Kind::Float | Kind::Double => match text.trim().parse() {
            Ok(value) => return visitor.float(value),
            Err(_) => form("a number"),
        },
        Kind::Timestamp if !as_it_came => match Timestamp::parse(text) {
            Some(value) => return visitor.timestamp(value),
            None => form("a point in time"),
        },
        Kind::Blob if !as_it_came => match base64::lenient(text) {
            Some(value) => return visitor.blob(&value),
            None => form("base64 text"),
        },
        _ => return visitor.string(text),
    };
    if as_it_came {
        return visitor.string(text);
    }
    Err(wrong)
}

/// An integer, which may have a fraction of zero.
fn integer(text: &str) -> Option<i128> {
    let whole = || {
        let value = text.parse::<f64>().ok()?;
        (value.fract() == 0.0 && value.abs() < 1e38).then_some(value as i128)
    };
    text.parse().ok().or_else(whole)
}
