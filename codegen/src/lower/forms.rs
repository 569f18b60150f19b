//! Forms of trait values: checking a value of a model against its form, and reading it. A trait
//! whose value has another form is reported, never passed over.

use super::{closure, paths};
use opsmith_schema::Arena;
use opsmith_schema::{
    Auth, Choice, Fixed, Form, Http, HttpChecksum, PresignedParameter, Value as TraitValue,
    XmlNamespace,
};
use serde_json::Value;

/// Reports a problem with a value, and what to do about it.
type Tell<'a> = dyn FnMut(String, String) + 'a;

/// Checks a value against its form.
pub(crate) fn check(form: Form, value: &Value, tell: &mut Tell<'_>) {
    check_at(&form, value, "", tell);
}

/// The value of a trait. `None` when the form has several parts, which the pass that understands
/// them reads, or when the value has another form, which has been reported.
pub(crate) fn read<'a>(form: Form, value: &Value, arena: &'a Arena) -> Option<TraitValue<'a>> {
    Some(match form {
        Form::Mark => TraitValue::Mark,
        Form::Text | Form::Word | Form::Pattern => TraitValue::Text(arena.text(value.as_str()?)),
        Form::ShapeId => TraitValue::Text(arena.text(closure::local(value.as_str()?))),
        Form::OneOf(words) => TraitValue::Choice(Choice {
            word: words.iter().find(|word| value.as_str() == Some(**word))?,
            path: "",
        }),
        Form::Boolean => TraitValue::Boolean(value.as_bool()?),
        Form::Status => TraitValue::Status(u16::try_from(value.as_u64()?).ok()?),
        Form::Part(key, form) => return read(*form, value.get(key)?, arena),
        Form::Optional(key, form) => match value.get(key) {
            Some(part) => return read(*form, part, arena),
            None => return empty(*form),
        },
        Form::List(Form::AuthScheme) => {
            let ids = value.as_array()?.iter().filter_map(Value::as_str);
            TraitValue::AuthSchemes(arena.list(ids.map(|id| scheme(id, arena))))
        }
        Form::Map(Form::Word) => {
            let named = value.as_object()?.iter();
            let headers = named.filter_map(|(name, value)| Some((&**name, value.as_str()?)));
            TraitValue::Headers(arena.pairs(headers))
        }
        Form::Map(Form::Part(key, Form::Fixed)) => {
            let named = value.as_object()?.iter().filter_map(|(name, parameter)| {
                Some((arena.text(name), fixed(parameter.get(key)?, arena)?))
            });
            TraitValue::Parameters(arena.list(named))
        }
        Form::Map(Form::Part(key, Form::Path)) => {
            let named = value.as_object()?.iter().filter_map(|(name, parameter)| {
                let path = parameter.get(key)?.as_str()?;
                Some((arena.text(name), paths::steps(path, arena)?))
            });
            TraitValue::Paths(arena.list(named))
        }
        Form::Http => TraitValue::Http(arena.item(Http {
            method: arena.text(value.get("method")?.as_str()?),
            uri: arena.text(value.get("uri")?.as_str()?),
            code: match value.get("code") {
                Some(code) => u16::try_from(code.as_u64()?).ok()?,
                None => 200,
            },
        })),
        Form::List(Form::OneOf(_)) => TraitValue::Texts(texts(value, arena)),
        Form::HttpChecksum => TraitValue::HttpChecksum(arena.item(checksum(value, arena))),
        Form::XmlNamespace => TraitValue::XmlNamespace(
            arena.item(XmlNamespace {
                uri: arena.text(value.get("uri")?.as_str()?),
                prefix: arena.text(
                    value
                        .get("prefix")
                        .and_then(Value::as_str)
                        .unwrap_or_default(),
                ),
            }),
        ),
        Form::PresignedParameter => {
            let name = |key| value.get(key)?.as_str().map(|name| arena.text(name));
            TraitValue::PresignedParameter(arena.item(PresignedParameter {
                url: name("url")?,
                source: name("source")?,
                destination: name("destination")?,
                sends_regions: value.get("sendsRegions") == Some(&Value::Bool(true)),
            }))
        }
        Form::Number
        | Form::Count
        | Form::Any
        | Form::Texts
        | Form::AuthScheme
        | Form::Fixed
        | Form::Path
        | Form::List(_)
        | Form::Map(_)
        | Form::Object(_)
        | Form::Unsupported(_) => return None,
    })
}

/// The value of an optional part that is absent.
fn empty(form: Form) -> Option<TraitValue<'static>> {
    match form {
        Form::Text => Some(TraitValue::Text("")),
        Form::Boolean => Some(TraitValue::Boolean(false)),
        _ => None,
    }
}

/// The texts of a list.
fn texts<'a>(value: &Value, arena: &'a Arena) -> &'a [&'a str] {
    let items = value.as_array().into_iter().flatten();
    arena.texts(items.filter_map(Value::as_str).collect::<Vec<_>>())
}

/// The checksums of an operation.
fn checksum<'a>(value: &Value, arena: &'a Arena) -> HttpChecksum<'a> {
    let part = |key: &str| value.get(key);
    let name = |key: &str| arena.text(part(key).and_then(Value::as_str).unwrap_or_default());
    HttpChecksum {
        required: part("requestChecksumRequired").and_then(Value::as_bool) == Some(true),
        algorithm: name("requestAlgorithmMember"),
        mode: name("requestValidationModeMember"),
        response: part("responseAlgorithms").map_or(&[][..], |words| texts(words, arena)),
    }
}

/// An authentication scheme by its shape id.
pub(crate) fn scheme<'a>(id: &str, arena: &'a Arena) -> Auth<'a> {
    Auth::of(arena.text(id))
}

/// The value of a static endpoint parameter.
fn fixed<'a>(value: &Value, arena: &'a Arena) -> Option<Fixed<'a>> {
    match value {
        Value::String(text) => Some(Fixed::Text(arena.text(text))),
        Value::Bool(value) => Some(Fixed::Boolean(*value)),
        Value::Array(items) => {
            let texts: Option<Vec<_>> = items.iter().map(Value::as_str).collect();
            Some(Fixed::List(arena.texts(texts?)))
        }
        _ => None,
    }
}

/// A number, or text that is one.
pub(crate) fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.parse().ok())
        .filter(|number| number.is_finite())
}

/// Checks a value; `path` leads to it within the trait.
fn check_at(form: &Form, value: &Value, path: &str, tell: &mut Tell<'_>) {
    match (form, value) {
        (Form::List(form), Value::Array(items)) => {
            let items = items.iter().enumerate();
            items.for_each(|(at, item)| check_at(form, item, &format!("{path}[{at}]"), tell));
        }
        (Form::Unsupported(problem), _) => tell(
            (*problem).to_owned(),
            "leave out the operations that need it".to_owned(),
        ),
        (Form::Map(form), Value::Object(map)) => {
            map.iter()
                .for_each(|(key, value)| check_at(form, value, &below(path, key), tell));
        }
        (Form::Part(key, form), Value::Object(_)) => check_part(value, key, form, true, path, tell),
        (Form::Optional(key, form), Value::Object(_)) => {
            check_part(value, key, form, false, path, tell);
        }
        (
            Form::Object(_)
            | Form::Http
            | Form::HttpChecksum
            | Form::XmlNamespace
            | Form::PresignedParameter,
            Value::Object(_),
        ) => {
            for (key, form, required) in form.parts().unwrap_or_default() {
                check_part(value, key, form, *required, path, tell);
            }
        }
        // Any trait whose parts are all optional may be a mark.
        (Form::Optional(..), Value::Null | Value::Bool(true)) => {}
        (Form::Object(parts), Value::Null | Value::Bool(true))
            if parts.iter().all(|(.., required)| !required) => {}
        _ if accepts(form, value) => {}
        _ => {
            let place = if path.is_empty() {
                String::new()
            } else {
                format!("`{path}` is ")
            };
            let otherwise = if matches!(form, Form::Mark) {
                ", or leave the trait out"
            } else {
                ""
            };
            let problem = format!("{place}{}, which is not {}", shown(value), name(form));
            tell(problem, format!("give {}{otherwise}", name(form)));
        }
    }
}

/// Checks a part of an object.
fn check_part(
    value: &Value,
    key: &str,
    form: &Form,
    required: bool,
    path: &str,
    tell: &mut Tell<'_>,
) {
    match value.get(key) {
        Some(part) => check_at(form, part, &below(path, key), tell),
        None if required => tell(
            format!("`{}` is missing", below(path, key)),
            format!("give {}", name(form)),
        ),
        None => {}
    }
}

/// Whether a value without parts is of the form.
fn accepts(form: &Form, value: &Value) -> bool {
    let text = value.as_str();
    match form {
        // Smithy 1.0 wrote marks as `true` too.
        Form::Mark => matches!(value, Value::Object(_) | Value::Null | Value::Bool(true)),
        Form::Text | Form::ShapeId | Form::AuthScheme => text.is_some(),
        Form::Texts => {
            let all_texts = |all: &Vec<Value>| all.iter().all(Value::is_string);
            text.is_some() || value.as_array().is_some_and(all_texts)
        }
        Form::Word => {
            text.is_some_and(|text| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic()))
        }
        Form::OneOf(words) => text.is_some_and(|text| words.contains(&text)),
        Form::Pattern => text.is_some_and(is_pattern),
        Form::Path => text.is_some_and(|text| paths::steps(text, &Arena::new()).is_some()),
        Form::Fixed => fixed(value, &Arena::new()).is_some(),
        Form::Number => number(value).is_some(),
        Form::Count => value.as_u64().is_some(),
        Form::Boolean => value.is_boolean(),
        Form::Status => value
            .as_u64()
            .is_some_and(|status| (100..600).contains(&status)),
        Form::Any => true,
        Form::List(_)
        | Form::Map(_)
        | Form::Part(..)
        | Form::Optional(..)
        | Form::Object(_)
        | Form::Http
        | Form::HttpChecksum
        | Form::XmlNamespace
        | Form::PresignedParameter
        | Form::Unsupported(_) => false,
    }
}

/// The form as text for messages.
fn name(form: &Form) -> String {
    match form {
        Form::Mark => "an empty object".to_owned(),
        Form::Text | Form::ShapeId | Form::AuthScheme => "text".to_owned(),
        Form::Texts => "text, or a list of texts".to_owned(),
        Form::Word => "text of visible ASCII characters".to_owned(),
        Form::OneOf(words) => format!("one of {}", words.join(", ")),
        Form::Pattern => "a regular expression".to_owned(),
        Form::Path => "a path of names, `[*]`, `[]`, `[a, b]` and `keys(…)`".to_owned(),
        Form::Fixed => "text, true or false, or a list of texts".to_owned(),
        Form::Unsupported(problem) => (*problem).to_owned(),
        Form::Number => "a number".to_owned(),
        Form::Count => "a whole number from 0 up".to_owned(),
        Form::Boolean => "true or false".to_owned(),
        Form::Status => "a status from 100 to 599".to_owned(),
        Form::Any => "a value".to_owned(),
        Form::List(form) => format!("a list, each element being {}", name(form)),
        Form::Map(form) => format!("an object, each value being {}", name(form)),
        Form::Part(key, _) | Form::Optional(key, _) => format!("an object with `{key}`"),
        Form::Object(_)
        | Form::Http
        | Form::HttpChecksum
        | Form::XmlNamespace
        | Form::PresignedParameter => {
            let parts = form.parts().unwrap_or_default();
            let keys: Vec<_> = parts.iter().map(|(key, ..)| format!("`{key}`")).collect();
            format!("an object with {}", keys.join(", "))
        }
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The beginning of a value.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

/// Whether a text may be a regular expression. Models should use ECMA 262, but a hundred of
/// Amazon's patterns use other dialects (`(?i)`, `{2}+`). So only text that is invalid in every
/// dialect is rejected: an unbalanced bracket, a backslash that escapes nothing, a quantifier with
/// nothing before it.
fn is_pattern(pattern: &str) -> bool {
    let mut open = 0_usize;
    let mut repeatable = false;
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        let closed = match c {
            '\\' => chars.next().is_some(),
            '[' => skip_class(&mut chars),
            ')' => open.checked_sub(1).map(|left| open = left).is_some(),
            '*' | '+' | '?' => repeatable,
            _ => true,
        };
        if !closed {
            return false;
        }
        open += usize::from(c == '(');
        // What follows `(?` does not belong to a quantifier.
        repeatable =
            !matches!(c, '(' | '|') || chars.next_if(|next| c == '(' && *next == '?').is_some();
    }
    open == 0
}

/// Skips past the bracket that closes a class; `None` if there is no such bracket. A bracket that
/// comes first may be a member.
fn skip_class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    while let Some(c) = chars.next() {
        match c {
            ']' => return true,
            '\\' => drop(chars.next()),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_pattern;

    #[test]
    fn patterns_of_any_dialect() {
        for pattern in [
            "",
            "^[a-z]+$",
            "[]a]",
            "(?i)(?<!a)b*?",
            "a{2}+",
            "^-[^\\]]${1,9}",
            "(?:a|(?=b)c)+",
            "\\(",
            "[(*]",
            "]",
        ] {
            assert!(is_pattern(pattern), "{pattern}");
        }
        for pattern in ["[a-z", "[a\\]", "(", "a)", "(?:a", "\\", "*a", "(+", "a|?"] {
            assert!(!is_pattern(pattern), "{pattern}");
        }
    }
}
