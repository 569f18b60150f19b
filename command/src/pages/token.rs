//! Tokens in the form of the AWS CLI, with which a truncated result goes on.

use crate::output::json;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::TimestampFormat;

/// What a token of the AWS CLI has in addition to the tokens of the service: how many items of the
/// first page to skip, and which values are bytes in base64.
const SKIPPED: &str = "boto_truncate_amount";
const ENCODED: &str = "boto_encoded_keys";

/// Reads a token of the AWS CLI, in its form (base64 of JSON) or in its old form
/// (`token___skipped`); any other text is a token of the service.
pub(super) fn parse(text: &str, inputs: &[&str]) -> (Map, i64) {
    let decoded = BASE64
        .decode(text)
        .ok()
        .and_then(|bytes| crate::input::json::parse(std::str::from_utf8(&bytes).ok()?).ok());
    if let Some(Document::Map(mut token)) = decoded {
        let skipped = match token.get(SKIPPED) {
            Some(&Document::Integer(skipped)) => {
                token.shift_remove(SKIPPED);
                i64::try_from(skipped).unwrap_or(if skipped < 0 { i64::MIN } else { i64::MAX })
            }
            _ => 0,
        };
        let encoded = token.shift_remove(ENCODED);
        let mut token = Document::Map(token);
        for path in encoded
            .as_ref()
            .and_then(Document::as_list)
            .unwrap_or_default()
        {
            decode(&mut token, path.as_list().unwrap_or_default());
        }
        return (token.as_map().cloned().unwrap_or_default(), skipped);
    }
    let mut parts: Vec<&str> = text.split("___").collect();
    let skipped = parts
        .last()
        .filter(|_| parts.len() == inputs.len() + 1)
        .and_then(|skipped| skipped.parse().ok());
    match skipped {
        Some(_) => drop(parts.pop()),
        None if parts.len() > inputs.len() => parts = vec![text],
        None => {}
    }
    let token = |part: &str| {
        if part == "None" {
            Document::Null
        } else {
            part.into()
        }
    };
    let tokens = inputs
        .iter()
        .zip(parts)
        .map(|(input, part)| ((*input).to_owned(), token(part)));
    (tokens.collect(), skipped.unwrap_or(0))
}

/// A token as the AWS CLI writes it.
pub(super) fn encode(tokens: &Map, skipped: Option<i64>) -> String {
    let mut encoded = Vec::new();
    let mut all = Document::Map(tokens.clone());
    to_text(&mut all, &mut Vec::new(), &mut encoded);
    if let Document::Map(all) = &mut all {
        all.extend(skipped.map(|skipped| (SKIPPED.to_owned(), skipped.into())));
        all.extend(
            Some(encoded)
                .filter(|paths| !paths.is_empty())
                .map(|paths| (ENCODED.to_owned(), paths.into())),
        );
    }
    BASE64.encode(python(&all))
}

/// Replaces bytes and timestamps, for which JSON has no form, by text. Adds the paths of bytes to
/// `encoded`.
fn to_text(value: &mut Document, path: &mut Vec<Document>, encoded: &mut Vec<Document>) {
    let mut part = |step: Document, part: &mut Document| {
        path.push(step);
        to_text(part, path, encoded);
        path.pop();
    };
    match value {
        Document::List(list) => (0_i64..)
            .zip(list)
            .for_each(|(index, item)| part(index.into(), item)),
        Document::Map(map) => map
            .iter_mut()
            .for_each(|(key, value)| part(key.as_str().into(), value)),
        Document::Blob(bytes) => {
            *value = BASE64.encode(bytes).into();
            encoded.push(path.clone().into());
        }
        Document::Timestamp(time) => *value = time.format(TimestampFormat::DateTime).into(),
        _ => {}
    }
}

/// Replaces the text at a path by the bytes that it encodes.
fn decode(value: &mut Document, path: &[Document]) {
    match (value, path) {
        (value, []) => {
            if let Some(bytes) = value.as_str().and_then(|text| BASE64.decode(text).ok()) {
                *value = Document::Blob(bytes);
            }
        }
        (Document::Map(map), [Document::String(key), rest @ ..]) => {
            map.get_mut(key)
                .into_iter()
                .for_each(|value| decode(value, rest));
        }
        (Document::List(list), [Document::Integer(index), rest @ ..]) => {
            let item = usize::try_from(*index)
                .ok()
                .and_then(|index| list.get_mut(index));
            item.into_iter().for_each(|value| decode(value, rest));
        }
        _ => {}
    }
}

/// JSON as Python writes it.
fn python(value: &Document) -> String {
    let quoted = |value: &Document| opsmith_runtime::codec::json::ascii(&json::compact(value));
    match value {
        Document::List(list) => format!(
            "[{}]",
            list.iter().map(python).collect::<Vec<_>>().join(", ")
        ),
        Document::Map(map) => {
            let members = map
                .iter()
                .map(|(key, value)| format!("{}: {}", quoted(&key.as_str().into()), python(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => quoted(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_several_forms() {
        let tokens = |text: &str, inputs: &[&str]| {
            let (tokens, skipped) = parse(text, inputs);
            format!("{} {skipped}", json::compact(&Document::Map(tokens)))
        };
        assert_eq!(tokens("token", &["a"]), r#"{"a":"token"} 0"#);
        assert_eq!(tokens("tok___1", &["a"]), r#"{"a":"tok"} 1"#);
        assert_eq!(tokens("x___y", &["a"]), r#"{"a":"x___y"} 0"#);
        assert_eq!(
            tokens("x___None___3", &["a", "b"]),
            r#"{"a":"x","b":null} 3"#
        );
        assert_eq!(tokens("x", &["a", "b"]), r#"{"a":"x"} 0"#);
        assert_eq!(
            tokens(
                &BASE64.encode(r#"{"a": "é", "boto_truncate_amount": -1}"#),
                &["a"]
            ),
            r#"{"a":"é"} -1"#
        );
        assert_eq!(tokens(&BASE64.encode("[1]"), &["a"]), r#"{"a":"WzFd"} 0"#);
        let skipped = |skipped: &str| {
            tokens(
                &BASE64.encode(format!(r#"{{"boto_truncate_amount":{skipped}}}"#)),
                &["a"],
            )
        };
        assert_eq!(
            skipped("99999999999999999999"),
            format!("{{}} {}", i64::MAX)
        );
        assert_eq!(
            skipped("-99999999999999999999"),
            format!("{{}} {}", i64::MIN)
        );
        assert_eq!(skipped("1.5"), r#"{"boto_truncate_amount":1.5} 0"#);
    }

    #[test]
    fn tokens_are_ascii() {
        assert_eq!(
            python(&Document::from([(
                "é𝄞\"",
                Document::List(vec![1_i64.into(), Document::Null])
            )])),
            r#"{"\u00e9\ud834\udd1e\"": [1, null]}"#
        );
    }
}
