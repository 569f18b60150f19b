//! What the values of traits look like: a trait that lowering reads and whose value is of another
//! form is reported, never passed over.

use super::Place;
use crate::ast::Traits;
use crate::diagnostics::Report;
use serde_json::Value;

/// What a value has to be.
enum Form {
    /// `{}`: that the trait is there says it all.
    Mark,
    Text,
    /// Visible ASCII, as it becomes part of a header.
    Word,
    OneOf(&'static [&'static str]),
    Pattern,
    /// A path of the rules engine.
    Path,
    /// The value of an endpoint parameter.
    Fixed,
    /// That the trait is there is a problem: what it asks for, which is not supported.
    Unsupported(&'static str),
    /// A number, or text that is one, as bounds of big decimals are written so.
    Number,
    /// A number of things.
    Count,
    Boolean,
    Status,
    /// Whatever reads it knows.
    Any,
    /// A text or several.
    Texts,
    List(&'static Form),
    /// Values of one form under keys of any name.
    Map(&'static Form),
    /// Values by key; those that are marked must be there.
    Object(&'static [(&'static str, Form, bool)]),
}

use Form::{
    Any, Boolean, Count, Fixed, List, Map, Mark, Number, Object, OneOf, Path, Pattern, Status,
    Text, Texts, Unsupported, Word,
};

/// The traits that lowering reads, sorted, but for endpoint rules, which are read where they are
/// lowered.
const FORMS: &[(&str, Form)] = &[
    (
        "aws.api#clientDiscoveredEndpoint",
        Object(&[("required", Boolean, false)]),
    ),
    (
        "aws.api#clientEndpointDiscovery",
        Object(&[("operation", Text, true)]),
    ),
    (
        "aws.api#clientEndpointDiscoveryId",
        Unsupported("endpoint discovery by members of the input is not supported"),
    ),
    ("aws.api#service", Object(&[("sdkId", Text, false)])),
    ("aws.auth#sigv4", Object(&[("name", Word, true)])),
    ("aws.auth#sigv4a", Object(&[("name", Word, true)])),
    ("aws.protocols#awsJson1_0", Mark),
    ("aws.protocols#awsJson1_1", Mark),
    ("aws.protocols#awsQuery", Mark),
    ("aws.protocols#awsQueryCompatible", Mark),
    (
        "aws.protocols#awsQueryError",
        Object(&[("code", Text, true)]),
    ),
    ("aws.protocols#ec2Query", Mark),
    ("aws.protocols#ec2QueryName", Text),
    ("aws.protocols#restJson1", Mark),
    ("aws.protocols#restXml", Mark),
    ("opsmith.botocore#command", Word),
    (
        "opsmith.botocore#paginator",
        Object(&[
            ("input_token", Texts, true),
            ("output_token", Texts, true),
            ("result_key", Texts, false),
            ("limit_key", Text, false),
            ("more_results", Text, false),
            ("non_aggregate_keys", List(&Text), false),
        ]),
    ),
    ("opsmith.botocore#targetPrefix", Word),
    ("smithy.api#auth", List(&Text)),
    ("smithy.api#clientOptional", Mark),
    ("smithy.api#deprecated", Object(&[("message", Text, false)])),
    ("smithy.api#documentation", Text),
    ("smithy.api#endpoint", Object(&[("hostPrefix", Text, true)])),
    ("smithy.api#enum", List(&Object(&[("value", Text, true)]))),
    ("smithy.api#enumValue", Any),
    ("smithy.api#error", OneOf(&["client", "server"])),
    ("smithy.api#hostLabel", Mark),
    (
        "smithy.api#http",
        Object(&[
            ("method", Word, true),
            ("uri", Text, true),
            ("code", Status, false),
        ]),
    ),
    ("smithy.api#httpApiKeyAuth", Object(&[])),
    ("smithy.api#httpBasicAuth", Mark),
    ("smithy.api#httpBearerAuth", Mark),
    ("smithy.api#httpDigestAuth", Mark),
    ("smithy.api#httpError", Status),
    ("smithy.api#httpHeader", Word),
    ("smithy.api#httpLabel", Mark),
    ("smithy.api#httpPayload", Mark),
    ("smithy.api#httpPrefixHeaders", Text),
    ("smithy.api#httpQuery", Text),
    ("smithy.api#httpQueryParams", Mark),
    ("smithy.api#httpResponseCode", Mark),
    ("smithy.api#idempotencyToken", Mark),
    ("smithy.api#jsonName", Text),
    (
        "smithy.api#length",
        Object(&[("min", Count, false), ("max", Count, false)]),
    ),
    ("smithy.api#mediaType", Text),
    ("smithy.api#optionalAuth", Mark),
    (
        "smithy.api#paginated",
        Object(&[
            ("inputToken", Text, false),
            ("outputToken", Text, false),
            ("items", Text, false),
            ("pageSize", Text, false),
        ]),
    ),
    ("smithy.api#pattern", Pattern),
    (
        "smithy.api#range",
        Object(&[("min", Number, false), ("max", Number, false)]),
    ),
    ("smithy.api#required", Mark),
    (
        "smithy.api#retryable",
        Object(&[("throttling", Boolean, false)]),
    ),
    ("smithy.api#sensitive", Mark),
    ("smithy.api#sparse", Mark),
    ("smithy.api#streaming", Mark),
    (
        "smithy.api#timestampFormat",
        OneOf(&["date-time", "http-date", "epoch-seconds"]),
    ),
    ("smithy.api#title", Text),
    ("smithy.api#xmlAttribute", Mark),
    ("smithy.api#xmlFlattened", Mark),
    ("smithy.api#xmlName", Text),
    (
        "smithy.api#xmlNamespace",
        Object(&[("uri", Text, true), ("prefix", Text, false)]),
    ),
    ("smithy.protocols#rpcv2Cbor", Mark),
    ("smithy.rules#contextParam", Object(&[("name", Text, true)])),
    (
        "smithy.rules#operationContextParams",
        Map(&Object(&[("path", Path, true)])),
    ),
    (
        "smithy.rules#staticContextParams",
        Map(&Object(&[("value", Fixed, true)])),
    ),
];

/// Reports the traits whose values are not of their form.
pub(crate) fn check(traits: &Traits, place: &Place<'_>, report: &mut Report) {
    for (id, value) in traits {
        let form = FORMS
            .binary_search_by(|(known, _)| (*known).cmp(id))
            .ok()
            .and_then(|at| FORMS.get(at));
        if let Some((_, form)) = form {
            form.check(value, "", &mut |problem, help| {
                report.add_trait(place.file, place.id, id, problem, help)
            });
        }
    }
}

impl Form {
    /// Tells what is wrong with a value; `path` leads to it within the trait.
    fn check(&self, value: &Value, path: &str, tell: &mut dyn FnMut(String, String)) {
        match (self, value) {
            (List(form), Value::Array(items)) => {
                let items = items.iter().enumerate();
                items.for_each(|(at, item)| form.check(item, &format!("{path}[{at}]"), tell));
            }
            (Unsupported(problem), _) => tell(
                (*problem).to_owned(),
                "leave out the operations that need it".to_owned(),
            ),
            (Map(form), Value::Object(map)) => {
                map.iter()
                    .for_each(|(key, value)| form.check(value, &below(path, key), tell));
            }
            (Object(parts), Value::Object(map)) => {
                for (key, form, required) in *parts {
                    match map.get(*key) {
                        Some(value) => form.check(value, &below(path, key), tell),
                        None if *required => {
                            tell(
                                format!("`{}` is missing", below(path, key)),
                                format!("give {}", form.name()),
                            );
                        }
                        None => {}
                    }
                }
            }
            // A deprecation, as any trait whose parts are all optional, may be a mark.
            (Object(parts), Value::Null | Value::Bool(true))
                if parts.iter().all(|(.., required)| !required) => {}
            _ if self.accepts(value) => {}
            _ => {
                let place = if path.is_empty() {
                    String::new()
                } else {
                    format!("`{path}` is ")
                };
                let otherwise = if matches!(self, Mark) {
                    ", or leave the trait out"
                } else {
                    ""
                };
                let problem = format!("{place}{}, which is not {}", shown(value), self.name());
                tell(problem, format!("give {}{otherwise}", self.name()));
            }
        }
    }

    /// Whether a value without parts is of the form.
    fn accepts(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            // Smithy 1.0 wrote marks as `true` too.
            Mark => matches!(value, Value::Object(_) | Value::Null | Value::Bool(true)),
            Text => text.is_some(),
            Texts => {
                text.is_some()
                    || value
                        .as_array()
                        .is_some_and(|all| all.iter().all(Value::is_string))
            }
            Word => text
                .is_some_and(|text| !text.is_empty() && text.chars().all(|c| c.is_ascii_graphic())),
            OneOf(words) => text.is_some_and(|text| words.contains(&text)),
            Pattern => text.is_some_and(is_pattern),
            Path => text.is_some_and(|text| super::paths::steps(text).is_some()),
            Fixed => super::fixed(value).is_some(),
            Number => super::number(value).is_some(),
            Count => value.as_u64().is_some(),
            Boolean => value.is_boolean(),
            Status => value
                .as_u64()
                .is_some_and(|status| (100..600).contains(&status)),
            Any => true,
            List(_) | Map(_) | Object(_) | Unsupported(_) => false,
        }
    }

    /// The form in words.
    fn name(&self) -> String {
        match self {
            Mark => "an empty object".to_owned(),
            Text => "text".to_owned(),
            Texts => "text, or a list of texts".to_owned(),
            Word => "text of visible ASCII characters".to_owned(),
            OneOf(words) => format!("one of {}", words.join(", ")),
            Pattern => "a regular expression".to_owned(),
            Path => "a path of names, `[*]`, `[]`, `[a, b]` and `keys(…)`".to_owned(),
            Fixed => "text, true or false, or a list of texts".to_owned(),
            Unsupported(problem) => (*problem).to_owned(),
            Number => "a number".to_owned(),
            Count => "a whole number from 0 up".to_owned(),
            Boolean => "true or false".to_owned(),
            Status => "a status from 100 to 599".to_owned(),
            Any => "a value".to_owned(),
            List(form) => format!("a list, each element being {}", form.name()),
            Map(form) => format!("an object, each value being {}", form.name()),
            Object(parts) => {
                let keys: Vec<_> = parts.iter().map(|(key, ..)| format!("`{key}`")).collect();
                format!("an object with {}", keys.join(", "))
            }
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

/// Whether a text may be a regular expression. Models should have those of ECMA 262, but a hundred
/// of Amazon's are of other dialects (`(?i)`, `{2}+`), so only what is none in any is refused: a
/// bracket that stays open or was never opened, a backslash that escapes nothing, a quantifier with
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
        // What follows `(?` is no quantifier's.
        repeatable =
            !matches!(c, '(' | '|') || chars.next_if(|next| c == '(' && *next == '?').is_some();
    }
    open == 0
}

/// Goes behind the bracket that closes a class; none when there is no such. A bracket that comes
/// first may be a member.
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
    use super::{FORMS, is_pattern};

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

    #[test]
    fn every_trait_that_is_read_has_a_form() {
        assert!(FORMS.is_sorted_by(|(one, _), (other, _)| one < other));
        let source = include_str!("../traits.rs");
        let ids = source.split('"').filter(|text| {
            text.contains('#') && !text.contains([' ', '\n']) && !text.starts_with('.')
        });
        let read: Vec<_> = ids
            .filter(|id| *id != super::super::ENDPOINT_RULES)
            .collect();
        assert!(read.len() > 30, "{read:?}");
        for id in read {
            assert!(
                FORMS.iter().any(|(known, _)| *known == id),
                "{id} has no form"
            );
        }
    }
}
