//! Waiters: `smithy.waiters#waitable`, and those of botocore where an importer recorded them, which
//! say more and come first.

use super::names::kebab;
use crate::ast::Traits;
use crate::ir::{Acceptor, Delay, Expected, Matcher, OperationTrait, Waiter};
use proc_macro2::Ident;
use serde_json::Value;
use std::collections::BTreeMap;

const WAITABLE: &str = "smithy.waiters#waitable";
/// What botocore says of a waiter, where an importer recorded it.
const BOTOCORES: &str = "opsmith.botocore#waiters";

/// The variants of rows by their words in the model.
const OUTCOMES: &[(&str, &str)] = &[
    ("success", "Success"),
    ("failure", "Failure"),
    ("retry", "Retry"),
];
const COMPARATORS: &[(&str, &str)] = &[
    ("stringEquals", "Is"),
    ("booleanEquals", "Is"),
    ("allStringEquals", "All"),
    ("anyStringEquals", "Any"),
];
/// The same of botocore's matchers.
const MATCHERS: &[(&str, &str)] = &[("path", "Is"), ("pathAll", "All"), ("pathAny", "Any")];

/// The waiters of an operation by name, each with the trait that says the most of it.
fn entries(traits: &Traits) -> BTreeMap<&str, (&'static str, &Value)> {
    let of = |id: &'static str| {
        let entries = traits
            .get(id)
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        entries.map(move |(name, entry)| (name.as_str(), (id, entry)))
    };
    of(WAITABLE).chain(of(BOTOCORES)).collect()
}

/// The names of an operation's waiters.
pub(crate) fn names(traits: &Traits) -> impl Iterator<Item = &str> {
    entries(traits).into_keys()
}

/// The waiters of an operation, with the client's method for each. `tell` is told of those that
/// can't be waited for: the trait, and why.
pub(crate) fn waiters(
    traits: &Traits,
    method: impl Fn(&str) -> Ident,
    mut tell: impl FnMut(&'static str, String),
) -> Vec<OperationTrait> {
    let mut found = Vec::new();
    for (name, (id, entry)) in entries(traits) {
        match waiter(id, entry) {
            Ok((delay, attempts, acceptors)) => {
                let (name, command, method) = (name.to_owned(), kebab(name), method(name));
                found.push(OperationTrait::Waiter(Waiter {
                    name,
                    command,
                    method,
                    delay,
                    attempts,
                    acceptors,
                }));
            }
            Err(problem) => tell(id, format!("the waiter {name}: {problem}")),
        }
    }
    found
}

/// A waiter's delay, its attempts, and what it looks for.
fn waiter(id: &str, entry: &Value) -> Result<(Delay, u32, Vec<Acceptor>), String> {
    let seconds = |key: &str| {
        entry
            .get(key)
            .and_then(Value::as_u64)
            .and_then(|number| u32::try_from(number).ok())
    };
    let (delay, attempts, acceptor): (_, _, fn(&Value) -> Option<Acceptor>) = match id {
        BOTOCORES => {
            let delay = seconds("delay").ok_or("it has no `delay`")?;
            (
                Delay::Fixed(delay),
                seconds("maxAttempts").ok_or("it has no `maxAttempts`")?,
                botocores,
            )
        }
        _ => {
            let least = seconds("minDelay").unwrap_or(2);
            (
                Delay::Backoff(least, seconds("maxDelay").unwrap_or(120).max(least)),
                0,
                smithys,
            )
        }
    };
    let acceptors = entry
        .get("acceptors")
        .and_then(Value::as_array)
        .filter(|all| !all.is_empty());
    let acceptors = acceptors
        .ok_or("it has no `acceptors`")?
        .iter()
        .map(|entry| {
            let acceptor = acceptor(entry)
                .ok_or_else(|| format!("it looks for something that is not supported: {entry}"))?;
            match &acceptor.matcher {
                Matcher::Path { path, .. } => check(path).map(|()| acceptor),
                _ => Ok(acceptor),
            }
        });
    let acceptors: Vec<_> = acceptors.collect::<Result<_, _>>()?;
    if !acceptors
        .iter()
        .any(|acceptor| acceptor.outcome == "Success")
    {
        return Err("none of its acceptors is a success".to_owned());
    }
    Ok((delay, attempts, acceptors))
}

/// Says what is wrong with an expression: the tool knows; code of build scripts says it when it
/// runs.
fn check(path: &str) -> Result<(), String> {
    #[cfg(feature = "tool")]
    opsmith_runtime::query::Query::parse(path).map_err(|problem| format!("`{path}`: {problem}"))?;
    let _ = path;
    Ok(())
}

fn botocores(entry: &Value) -> Option<Acceptor> {
    let outcome = variant(OUTCOMES, entry.get("state")?)?;
    let kind = entry.get("matcher")?;
    let expected = entry.get("expected")?;
    let matcher = match (kind.as_str()?, expected) {
        ("error", Value::String(code)) => Matcher::ErrorType(code.clone()),
        ("error", Value::Bool(failed)) => Matcher::Success(!failed),
        ("status", status) => Matcher::Status(u16::try_from(status.as_u64()?).ok()?),
        (_, expected) => Matcher::Path {
            input: false,
            path: entry.get("argument")?.as_str()?.to_owned(),
            comparator: variant(MATCHERS, kind)?,
            expected: match expected {
                Value::String(text) => Expected::Text(text.clone()),
                Value::Bool(value) => Expected::Boolean(*value),
                number => Expected::Number(number.as_f64()?),
            },
        },
    };
    Some(Acceptor { outcome, matcher })
}

fn smithys(entry: &Value) -> Option<Acceptor> {
    let outcome = variant(OUTCOMES, entry.get("state")?)?;
    let (kind, value) = entry.get("matcher")?.as_object()?.iter().next()?;
    let matcher = match kind.as_str() {
        "success" => Matcher::Success(value.as_bool()?),
        // It may be a shape id, of which the code is the name.
        "errorType" => Matcher::ErrorType(super::closure::local(value.as_str()?).to_owned()),
        "output" | "inputOutput" => {
            let comparator = value.get("comparator")?;
            let expected = value.get("expected")?.as_str()?;
            Matcher::Path {
                input: kind == "inputOutput",
                path: value.get("path")?.as_str()?.to_owned(),
                expected: match comparator.as_str()? {
                    "booleanEquals" => Expected::Boolean(expected.parse().ok()?),
                    _ => Expected::Text(expected.to_owned()),
                },
                comparator: variant(COMPARATORS, comparator)?,
            }
        }
        _ => return None,
    };
    Some(Acceptor { outcome, matcher })
}

fn variant(words: &[(&str, &'static str)], word: &Value) -> Option<&'static str> {
    words
        .iter()
        .find(|(known, _)| Some(*known) == word.as_str())
        .map(|(_, variant)| *variant)
}
