//! Values as text, where a format has no other types: XML, forms, and parts of HTTP messages.

use crate::schema::TimestampFormat;
use crate::timestamp::Timestamp;
use crate::visit::{Cursor, VisitError};
use std::borrow::Cow;

/// `true` or `false`.
pub(crate) const fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// The shortest text that is read as the same number.
pub(crate) fn float(value: f64) -> Cow<'static, str> {
    match value {
        _ if value.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        _ => format!("{value:?}").into(),
    }
}

/// A point in time in the format of the current value, or else this format.
///
/// # Errors
///
/// The format can't express it.
pub(crate) fn timestamp(
    at: &Cursor<'_>,
    value: Timestamp,
    otherwise: TimestampFormat,
) -> Result<String, VisitError> {
    let stated = at.part().and_then(|part| part.timestamp_format(at.shape()));
    value
        .written(stated.unwrap_or(otherwise))
        .ok_or_else(|| VisitError::form("a point in time that the calendar has"))
}
