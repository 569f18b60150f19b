//! Waiters: `smithy.waiters#waitable`, and the attempts that botocore counts.

use crate::ast::Traits;
use crate::ir::{Acceptor, Matcher, OperationTrait, Waiter};
use proc_macro2::Ident;
use serde_json::Value;

const WAITABLE: &str = "smithy.waiters#waitable";
/// What botocore says of a waiter, where an importer recorded it.
const BOTOCORES: &str = "opsmith.botocore#waiters";

/// The variants of rows by their words in the model.
const OUTCOMES: &[(&str, &str)] = &[("success", "Success"), ("failure", "Failure"), ("retry", "Retry")];
const COMPARATORS: &[(&str, &str)] = &[
    ("stringEquals", "StringEquals"),
    ("booleanEquals", "BooleanEquals"),
    ("allStringEquals", "AllStringEquals"),
    ("anyStringEquals", "AnyStringEquals"),
];

/// The names of an operation's waiters.
pub(crate) fn names(traits: &Traits) -> impl Iterator<Item = &str> {
    traits.get(WAITABLE).and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name.as_str())
}

/// The waiters of an operation, with the client's method for each. A waiter that looks for something unknown is left out, for it
/// could end too soon or never.
pub(crate) fn waiters(traits: &Traits, method: impl Fn(&str) -> Ident) -> Vec<OperationTrait> {
    let entries = traits.get(WAITABLE).and_then(Value::as_object).into_iter().flatten();
    let waiter = |(name, entry): (&String, &Value)| {
        let acceptors = entry.get("acceptors")?.as_array()?.iter().map(acceptor).collect::<Option<Vec<_>>>()?;
        let delay = |key, otherwise| entry.get(key).and_then(seconds).unwrap_or(otherwise);
        let counted = traits.get(BOTOCORES).and_then(|all| all.get(name)?.get("maxAttempts"));
        let min_delay = delay("minDelay", 2);
        Some(Waiter {
            name: name.clone(),
            method: method(name),
            min_delay,
            max_delay: delay("maxDelay", 120).max(min_delay),
            attempts: counted.and_then(seconds).unwrap_or(0),
            acceptors,
        })
    };
    entries.filter_map(waiter).map(OperationTrait::Waiter).collect()
}

fn seconds(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

fn acceptor(entry: &Value) -> Option<Acceptor> {
    let outcome = variant(OUTCOMES, entry.get("state")?)?;
    let (kind, value) = entry.get("matcher")?.as_object()?.iter().next()?;
    let matcher = match kind.as_str() {
        "success" => Matcher::Success(value.as_bool()?),
        // It may be a shape id, of which the code is the name.
        "errorType" => Matcher::ErrorType(super::closure::local(value.as_str()?).to_owned()),
        "output" | "inputOutput" => Matcher::Path {
            input: kind == "inputOutput",
            path: value.get("path")?.as_str()?.to_owned(),
            comparator: variant(COMPARATORS, value.get("comparator")?)?,
            expected: value.get("expected")?.as_str()?.to_owned(),
        },
        _ => return None,
    };
    Some(Acceptor { outcome, matcher })
}

fn variant(words: &[(&str, &'static str)], word: &Value) -> Option<&'static str> {
    words.iter().find(|(known, _)| Some(*known) == word.as_str()).map(|(_, variant)| *variant)
}
