//! Scalars as Python writes them, which is how the AWS CLI does.

use opsmith_runtime::document::Document;

/// The value as text and tables show it; `None` for a list or map.
pub(crate) fn text(value: &Document) -> Option<String> {
    Some(match value {
        Document::Null => "None".to_owned(),
        Document::Boolean(true) => "True".to_owned(),
        Document::Boolean(false) => "False".to_owned(),
        Document::Integer(value) => value.to_string(),
        Document::Digits(digits) => digits.clone(),
        Document::Float(value) => float(*value),
        Document::String(text) => text.clone(),
        // What is presented has neither.
        Document::Blob(_) | Document::Timestamp(_) => String::new(),
        Document::List(_) | Document::Map(_) => return None,
    })
}

/// A number with a fraction: the shortest digits that read back, with an exponent when it is large
/// or small.
pub(super) fn float(value: f64) -> String {
    if !value.is_finite() {
        return match value {
            f64::INFINITY => "Infinity".to_owned(),
            f64::NEG_INFINITY => "-Infinity".to_owned(),
            _ => "NaN".to_owned(),
        };
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent @ (..-4 | 16..)) => {
            format!(
                "{digits}e{}{:02}",
                if exponent < 0 { '-' } else { '+' },
                exponent.abs()
            )
        }
        _ => format!("{value:?}"),
    }
}
