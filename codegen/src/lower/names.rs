//! All names: Rust identifiers and command words from the model's names.
//!
//! Rules, in this order: the case that the place asks for; characters that no identifier has become `_`; keywords become
//! raw identifiers; names that generated code needs itself get a suffix; a second name in one scope gets a number. Two
//! *types* of one name are a problem of the model instead, since a number would hide which is which.

use proc_macro2::{Ident, Span};
use std::collections::BTreeSet;

/// Names that generated modules use, which a type can't have.
const USED_BY_GENERATED_CODE: &[&str] = &[
    "At",
    "BTreeMap",
    "Blob",
    "Box",
    "Call",
    "Client",
    "Clone",
    "Config",
    "Debug",
    "Default",
    "Document",
    "Eq",
    "Err",
    "Error",
    "ErrorCode",
    "Hash",
    "None",
    "Ok",
    "Option",
    "PartialEq",
    "Result",
    "Self",
    "Some",
    "String",
    "Timestamp",
    "Vec",
];

/// Methods of a generated client.
const CLIENT_METHODS: &[&str] = &["call", "config", "from_env", "new"];

/// A type's name: the shape's name, beginning with a capital. A name that generated code needs gets the suffix `Shape`.
pub(crate) fn type_name(shape: &str) -> Ident {
    let name = capitalized(&clean(shape));
    if USED_BY_GENERATED_CODE.contains(&name.as_str()) {
        return ident(&format!("{name}Shape"));
    }
    ident(&name)
}

/// The names of a structure's fields: `jobId` gives `job_id`.
pub(crate) fn fields<'a>(members: impl Iterator<Item = &'a str>) -> Vec<Ident> {
    distinct(members.map(|member| match snake(member).as_str() {
        "new" => "new_".to_owned(),
        name => name.to_owned(),
    }))
}

/// The names of a union's variants.
pub(crate) fn variants<'a>(members: impl Iterator<Item = &'a str>) -> Vec<Ident> {
    distinct(members.map(|member| variant(&capitalized(&clean(member)))))
}

/// The names of an enum's variants, made from the values: `us-east-1` gives `UsEast1`, `IN_PROGRESS` gives `InProgress`.
pub(crate) fn values<'a>(values: impl Iterator<Item = &'a str>) -> Vec<Ident> {
    distinct(
        values.map(|value| variant(&value.split(|c: char| !c.is_ascii_alphanumeric()).map(word).collect::<String>())),
    )
}

/// The name of a client's method.
pub(crate) fn method(operation: &str) -> Ident {
    let name = snake(operation);
    if CLIENT_METHODS.contains(&name.as_str()) { ident(&format!("{name}_operation")) } else { ident(&name) }
}

/// The name of a client's method for a waiter, which none of the names has that are taken, and is one of them then.
pub(crate) fn waiter(waiter: &str, taken: &mut BTreeSet<String>) -> Ident {
    let name = format!("wait_until_{}", snake(waiter));
    unused(name, taken)
}

/// The command word or option of a name: `PutThirdPartyJobFailureResult` gives `put-third-party-job-failure-result`.
pub(crate) fn kebab(name: &str) -> String {
    separated(name, '-')
}

fn snake(name: &str) -> String {
    clean(&separated(name, '_'))
}

/// Splits words as the AWS CLI does: before a capital that starts a word, and before the capitals of a plural such as
/// `ARNs`.
fn separated(name: &str, separator: char) -> String {
    if name.contains(separator) {
        return name.to_owned();
    }
    let mut letters: Vec<char> = name.chars().collect();
    if let Some(start) = plural_of_capitals(&letters) {
        let plural: String = letters.drain(start..).collect();
        letters.push(separator);
        letters.extend(plural.to_lowercase().chars());
    }
    let letters = before_words(&letters, separator);
    before_capitals(&letters, separator).to_lowercase()
}

/// Where a plural of at least two capitals and a final `s` starts.
fn plural_of_capitals(letters: &[char]) -> Option<usize> {
    let (last, rest) = letters.split_last()?;
    let capitals = rest.iter().rev().take_while(|c| c.is_ascii_uppercase()).count();
    (*last == 's' && capitals >= 2).then(|| rest.len() - capitals)
}

/// Separates any character from a capital with small letters after it.
fn before_words(letters: &[char], separator: char) -> Vec<char> {
    let mut out = Vec::with_capacity(letters.len() + 8);
    let mut rest = letters;
    while let [first, tail @ ..] = rest {
        out.push(*first);
        rest = tail;
        if let [capital, small, ..] = tail
            && capital.is_ascii_uppercase()
            && small.is_ascii_lowercase()
        {
            let length = 1 + tail.iter().skip(1).take_while(|c| c.is_ascii_lowercase()).count();
            let (word, after) = tail.split_at(length);
            out.push(separator);
            out.extend(word);
            rest = after;
        }
    }
    out
}

/// Separates a small letter or digit from a capital.
fn before_capitals(letters: &[char], separator: char) -> String {
    let mut out = String::with_capacity(letters.len() + 4);
    let mut last = ' ';
    for &letter in letters {
        if letter.is_ascii_uppercase() && (last.is_ascii_lowercase() || last.is_ascii_digit()) {
            out.push(separator);
        }
        out.push(letter);
        last = letter;
    }
    out
}

/// A word of an enum value: words all in capitals keep only the first.
fn word(text: &str) -> String {
    let small = text.chars().any(|c| c.is_ascii_lowercase());
    capitalized(&if small { text.to_owned() } else { text.to_ascii_lowercase() })
}

/// Names that can't be variants, beside `Unknown`, which every generated enum has.
fn variant(name: &str) -> String {
    match name {
        "Unknown" | "Self" => format!("{name}Value"),
        _ => capitalized(&clean(name)),
    }
}

/// Camel case: `__listOf_x` gives `ListOfX`. What has no letter or digit stays as it is.
fn capitalized(text: &str) -> String {
    let part = |part: &str| {
        let mut chars = part.chars();
        chars.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + chars.as_str())
    };
    match text.split('_').map(part).collect::<String>() {
        joined if joined.starts_with(|c: char| c.is_alphabetic()) => joined,
        _ => text.to_owned(),
    }
}

/// Only characters of identifiers, and a first one that may start an identifier.
fn clean(text: &str) -> String {
    let mut out: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if out.trim_matches('_').is_empty() {
        out = "empty".to_owned();
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    out
}

/// Each name once: a name that was there before gets a number.
fn distinct(names: impl Iterator<Item = String>) -> Vec<Ident> {
    let mut taken = BTreeSet::new();
    names.map(|name| unused(name, &mut taken)).collect()
}

/// The name, with a number where it is taken; from then on it is.
fn unused(name: String, taken: &mut BTreeSet<String>) -> Ident {
    let mut candidate = name.clone();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name}{number}");
        number += 1;
    }
    ident(&candidate)
}

/// An identifier: raw when it is a keyword, with `_` after it when it is one that can't be raw.
pub(crate) fn ident(name: &str) -> Ident {
    if syn::parse_str::<Ident>(name).is_ok() {
        return Ident::new(name, Span::call_site());
    }
    match name {
        "self" | "Self" | "super" | "crate" | "_" | "" => Ident::new(&format!("{name}_"), Span::call_site()),
        _ if syn::parse_str::<Ident>(&format!("r#{name}")).is_ok() => Ident::new_raw(name, Span::call_site()),
        _ => Ident::new(&clean(name), Span::call_site()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_words() {
        for (name, kebab_name) in [
            ("PutThirdPartyJobFailureResult", "put-third-party-job-failure-result"),
            ("jobId", "job-id"),
            ("ListWebACLs", "list-web-acls"),
            ("ARNs", "-arns"),
            ("DescribeDBInstances", "describe-db-instances"),
            ("GetEC2Instance2Type", "get-ec2-instance2-type"),
            ("X509Certificate", "x509-certificate"),
            ("already-kebab", "already-kebab"),
            ("", ""),
        ] {
            assert_eq!(kebab(name), kebab_name, "{name}");
        }
    }

    #[test]
    fn identifiers() {
        let text = |idents: Vec<Ident>| idents.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let names = ["type", "self", "jobId", "job-id", "new", "2fast", "", "é", "async", "_"];
        assert_eq!(
            text(fields(names.into_iter())),
            "r#type self_ job_id job_id2 new_ _2fast empty empty2 r#async empty3"
        );
        let names = ["us-east-1", "IN_PROGRESS", "InProgress", "Unknown", "Self", "", "2", "*", "a.b"];
        let expected = "UsEast1 InProgress InProgress2 UnknownValue SelfValue Empty _2 Empty2 AB";
        assert_eq!(text(values(names.into_iter())), expected);
        assert_eq!(type_name("Option").to_string(), "OptionShape");
        assert_eq!(type_name("failureDetails").to_string(), "FailureDetails");
    }
}
