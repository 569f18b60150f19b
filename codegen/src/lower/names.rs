//! All names: Rust identifiers and command words from the model's names.
//!
//! Rules, in this order: the case that the place asks for, in which an acronym is one word
//! (`KMSKey` gives `KmsKey`); characters that are not allowed in identifiers become `_`; keywords
//! become raw identifiers; names that generated code uses itself get a suffix. If two names in a
//! scope are still equal, both get a mark derived from their original texts, so that a name never
//! changes its meaning when a model grows. Two *types* with the same name are an error in the model
//! instead, since a mark would hide which is which.

use crate::rust::Ident;
use std::collections::{BTreeMap, BTreeSet};

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
    "ErrorKind",
    "Hash",
    "None",
    "Shapes",
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

/// The name of a shape's type: `AWSSessionCredentials` gives `AwsSessionCredentials`.
pub(crate) fn type_name(shape: &str) -> Ident {
    chosen_type_name(&camel(&clean(shape)))
}

/// A type's name in the spelling that was chosen for it, beginning with a capital. A name that
/// generated code needs gets the suffix `Shape`.
pub(crate) fn chosen_type_name(name: &str) -> Ident {
    let name = capitalized(&clean(name));
    if USED_BY_GENERATED_CODE.contains(&name.as_str()) {
        return Ident::new(&format!("{name}Shape"));
    }
    Ident::new(&name)
}

/// The names of a structure's fields: `jobId` gives `job_id`.
pub(crate) fn fields<'a>(members: impl Iterator<Item = &'a str>) -> Vec<Ident> {
    distinct(
        "_",
        members.map(|member| {
            (
                member,
                if member == "new" {
                    "new_".to_owned()
                } else {
                    snake(member)
                },
            )
        }),
    )
}

/// The names of a union's variants, or of the variants of another enum that has `Unknown`.
pub(crate) fn variants<'a>(members: impl Iterator<Item = &'a str>) -> Vec<Ident> {
    distinct(
        "",
        members.map(|member| (member, variant(&camel(&clean(member))))),
    )
}

#[cfg(feature = "emit")]
/// The names of the accessors of a union's members: `text` gives `as_text`.
pub(crate) fn accessors<'a>(members: impl Iterator<Item = &'a str>) -> Vec<Ident> {
    distinct(
        "_",
        members.map(|member| {
            (
                member,
                format!("as_{}", snake(member).trim_start_matches('_')),
            )
        }),
    )
}

/// The names of an enum's variants, made from the values: `us-east-1` gives `UsEast1`,
/// `IN_PROGRESS` gives `InProgress`.
pub(crate) fn values<'a>(values: impl Iterator<Item = &'a str>) -> Vec<Ident> {
    let name = |value: &str| {
        value
            .split(|c: char| !c.is_ascii_alphanumeric())
            .map(word)
            .collect::<String>()
    };
    distinct("", values.map(|value| (value, variant(&name(value)))))
}

/// The methods of a client: of operations, and of waiters, by operation and name.
pub(crate) struct Methods(BTreeMap<String, Ident>);

impl Methods {
    /// Of all operations and waiters that the model has, so that no name depends on which of them
    /// are asked for.
    pub(crate) fn new<'a>(
        operations: impl Iterator<Item = &'a str>,
        waiters: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let method = |operation: &str| match snake(operation) {
            name if CLIENT_METHODS.contains(&name.as_str()) => format!("{name}_operation"),
            name => name,
        };
        let operations = operations.map(|operation| (operation.to_owned(), method(operation)));
        let waiters = waiters.map(|(operation, waiter)| {
            (
                format!("{operation} {waiter}"),
                format!("wait_until_{}", snake(waiter).trim_start_matches('_')),
            )
        });
        let names: BTreeMap<String, String> = operations.chain(waiters).collect();
        let methods = distinct(
            "_",
            names
                .iter()
                .map(|(text, name)| (text.as_str(), name.clone())),
        );
        Methods(names.into_keys().zip(methods).collect())
    }

    /// Of an operation.
    pub(crate) fn operation(&self, operation: &str) -> Ident {
        self.0
            .get(operation)
            .cloned()
            .unwrap_or_else(|| Ident::new(&snake(operation)))
    }

    /// Of a waiter.
    pub(crate) fn waiter(&self, operation: &str, waiter: &str) -> Ident {
        self.operation(&format!("{operation} {waiter}"))
    }
}

/// The command word or option of a name: `PutThirdPartyJobFailureResult` gives
/// `put-third-party-job-failure-result`.
pub(crate) fn kebab(name: &str) -> String {
    separated(name, '-')
}

/// Small letters, with one `_` between words.
fn snake(name: &str) -> String {
    let mut out = clean(&separated(name, '_')).to_ascii_lowercase();
    while out.contains("__") {
        out = out.replace("__", "_");
    }
    out
}

/// Splits words as the AWS CLI does: before a capital that starts a word, and before the capitals
/// of a plural such as `ARNs`.
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
    let capitals = rest
        .iter()
        .rev()
        .take_while(|c| c.is_ascii_uppercase())
        .count();
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
            let length = 1 + tail
                .iter()
                .skip(1)
                .take_while(|c| c.is_ascii_lowercase())
                .count();
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
    if text.chars().any(|c| c.is_ascii_lowercase()) {
        camel(text)
    } else {
        capitalized(&text.to_ascii_lowercase())
    }
}

/// Names that can't be variants: a keyword, and what every generated enum has.
fn variant(name: &str) -> String {
    match name {
        "Unknown" | "VALUES" | "Self" => format!("{name}Value"),
        _ => capitalized(&clean(name)),
    }
}

/// Camel case in which an acronym is one word: `AWSKey_ARNs` gives `AwsKeyArns`.
fn camel(name: &str) -> String {
    let words: Vec<String> = name.split('_').map(acronyms_as_words).collect();
    capitalized(&words.join("_"))
}

/// Small letters in place of the capitals inside of an acronym. An acronym ends before a capital
/// with a small letter after it, which starts a word, unless that letter is the end of a plural
/// (`ACLs`) or starts a version (`IPv4`).
fn acronyms_as_words(text: &str) -> String {
    let is_capital = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_uppercase);
    let starts_word = |at: usize| match text.as_bytes().get(at + 1..).unwrap_or_default() {
        [b's', next, ..] => next.is_ascii_lowercase(),
        [b'v', next, ..] => !next.is_ascii_digit(),
        [b's'] => false,
        [next, ..] => next.is_ascii_lowercase(),
        [] => false,
    };
    let is_inside = |at: usize| at > 0 && is_capital(at - 1) && !starts_word(at);
    text.char_indices()
        .map(|(at, letter)| {
            if is_inside(at) {
                letter.to_ascii_lowercase()
            } else {
                letter
            }
        })
        .collect()
}

/// Each part with a capital: `__listOf_x` gives `ListOfX`. What has no letter or digit stays as it
/// is.
fn capitalized(text: &str) -> String {
    let part = |part: &str| {
        let mut chars = part.chars();
        chars.next().map_or_else(String::new, |first| {
            first.to_ascii_uppercase().to_string() + chars.as_str()
        })
    };
    match text.split('_').map(part).collect::<String>() {
        joined if joined.is_empty() => text.to_owned(),
        joined if joined.starts_with(|c: char| c.is_alphabetic()) => joined,
        joined => format!("_{joined}"),
    }
}

/// Only characters of identifiers, and a first one that may start an identifier.
fn clean(text: &str) -> String {
    let mut out: String = text
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if out.trim_matches('_').is_empty() {
        out = "empty".to_owned();
    }
    if out.starts_with(|c: char| c.is_ascii_digit()) {
        out.insert(0, '_');
    }
    out
}

/// Unique identifiers for texts, by the names wanted for them.
fn distinct<'a>(separator: &str, wanted: impl Iterator<Item = (&'a str, String)>) -> Vec<Ident> {
    let wanted: Vec<(&str, Ident)> = wanted
        .map(|(text, name)| (text, Ident::new(&name)))
        .collect();
    let mut uses: BTreeMap<String, usize> = BTreeMap::new();
    wanted
        .iter()
        .for_each(|(_, name)| *uses.entry(name.to_string()).or_default() += 1);
    let mut taken = uses.keys().cloned().collect();
    let named = wanted
        .into_iter()
        .map(|(text, name)| match name.to_string() {
            once if uses.get(&once) == Some(&1) => name,
            several => unused(marked(&several, separator, text), &mut taken),
        });
    named.collect()
}

/// The name with a mark derived from its original text.
fn marked(name: &str, separator: &str, text: &str) -> String {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!(
        "{}{separator}{hash:08x}",
        name.trim_start_matches("r#").trim_end_matches('_')
    )
}

/// The name; with a number where even the marks are equal.
fn unused(name: String, taken: &mut BTreeSet<String>) -> Ident {
    let mut candidate = name.clone();
    let mut number = 2;
    while !taken.insert(candidate.clone()) {
        candidate = format!("{name}x{number}");
        number += 1;
    }
    Ident::new(&candidate)
}

#[cfg(test)]
mod tests;
