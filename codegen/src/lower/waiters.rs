//! Waiters: `smithy.waiters#waitable`, and those of botocore where an importer recorded them, which
//! say more and come first.

use super::traits;
use crate::ast::Traits;
use opsmith_schema::Arena;
use opsmith_schema::{Acceptor, Comparator, Delay, Expected, Matcher, Outcome, TraitKind, Waiter};
use serde_json::Value;
use std::collections::BTreeMap;

/// The waiters of an operation by name, each with the trait that says the most of it.
fn entries(traits: &Traits) -> BTreeMap<&str, (TraitKind, &Value)> {
    let of = |kind: TraitKind| {
        let entries = traits::value(traits, kind).and_then(Value::as_object);
        let entries = entries.into_iter().flatten();
        entries.map(move |(name, entry)| (name.as_str(), (kind, entry)))
    };
    of(TraitKind::Waitable)
        .chain(of(TraitKind::Waiters))
        .collect()
}

/// The names of an operation's waiters.
pub(crate) fn names(traits: &Traits) -> impl Iterator<Item = &str> {
    entries(traits).into_keys()
}

/// The waiters of an operation. `tell` receives each unsupported waiter: the trait, and why.
pub(crate) fn waiters<'a>(
    traits: &Traits,
    arena: &'a Arena,
    mut tell: impl FnMut(TraitKind, String),
) -> Vec<Waiter<'a>> {
    let mut found = Vec::new();
    for (name, (kind, entry)) in entries(traits) {
        let lowered = match kind {
            TraitKind::Waiters => botocore(entry, arena),
            _ => smithy(entry, arena),
        };
        match lowered {
            Ok(waiter) => found.push(Waiter {
                name: arena.text(name),
                ..waiter
            }),
            Err(problem) => tell(kind, format!("the waiter {name}: {problem}")),
        }
    }
    found
}

/// A waiter of botocore, without its name.
fn botocore<'a>(entry: &Value, arena: &'a Arena) -> Result<Waiter<'a>, String> {
    let delay = seconds(entry, "delay").ok_or("it has no `delay`")?;
    let attempts = seconds(entry, "maxAttempts").ok_or("it has no `maxAttempts`")?;
    let acceptors = acceptors(entry, arena, botocore_acceptor)?;
    Ok(opsmith_schema::waiter(
        "",
        Delay::Fixed(delay),
        attempts,
        acceptors,
    ))
}

/// A waiter of Smithy, without its name.
fn smithy<'a>(entry: &Value, arena: &'a Arena) -> Result<Waiter<'a>, String> {
    let least = seconds(entry, "minDelay").unwrap_or(2);
    let most = seconds(entry, "maxDelay").unwrap_or(120).max(least);
    let acceptors = acceptors(entry, arena, smithy_acceptor)?;
    Ok(opsmith_schema::waiter(
        "",
        Delay::Backoff(least, most),
        0,
        acceptors,
    ))
}

fn seconds(entry: &Value, key: &str) -> Option<u32> {
    u32::try_from(entry.get(key)?.as_u64()?).ok()
}

/// What a waiter looks for.
fn acceptors<'a>(
    entry: &Value,
    arena: &'a Arena,
    acceptor: fn(&Value, &'a Arena) -> Option<Acceptor<'a>>,
) -> Result<&'a [Acceptor<'a>], String> {
    let listed = entry.get("acceptors").and_then(Value::as_array);
    let listed = listed.filter(|all| !all.is_empty());
    let mut found = Vec::new();
    for entry in listed.ok_or("it has no `acceptors`")? {
        let lowered = acceptor(entry, arena)
            .ok_or_else(|| format!("it looks for something that is not supported: {entry}"))?;
        if let Matcher::Output(path, ..) | Matcher::InputOutput(path, ..) = lowered.1 {
            check(path)?;
        }
        found.push(lowered);
    }
    if !found
        .iter()
        .any(|Acceptor(outcome, _)| *outcome == Outcome::Success)
    {
        return Err("none of its acceptors is a success".to_owned());
    }
    Ok(arena.list(found))
}

/// Checks an expression. Only the tool does; with code from a build script, an invalid expression
/// fails at run time.
fn check(path: &str) -> Result<(), String> {
    #[cfg(feature = "tool")]
    opsmith_runtime::query::Query::parse(path).map_err(|problem| format!("`{path}`: {problem}"))?;
    let _ = path;
    Ok(())
}

fn botocore_acceptor<'a>(entry: &Value, arena: &'a Arena) -> Option<Acceptor<'a>> {
    let outcome = Outcome::from_word(entry.get("state")?.as_str()?)?;
    let expected = entry.get("expected")?;
    let path = || Some(arena.text(entry.get("argument")?.as_str()?));
    let value = || {
        Some(match expected {
            Value::String(text) => Expected::Text(arena.text(text)),
            Value::Bool(value) => Expected::Boolean(*value),
            number => Expected::Number(number.as_f64()?),
        })
    };
    let matcher = match (entry.get("matcher")?.as_str()?, expected) {
        ("error", Value::String(code)) => Matcher::ErrorType(arena.text(code)),
        ("error", Value::Bool(failed)) => Matcher::Success(!failed),
        ("status", status) => Matcher::Status(u16::try_from(status.as_u64()?).ok()?),
        ("path", _) => Matcher::Output(path()?, Comparator::Is, value()?),
        ("pathAll", _) => Matcher::Output(path()?, Comparator::All, value()?),
        ("pathAny", _) => Matcher::Output(path()?, Comparator::Any, value()?),
        _ => return None,
    };
    Some(Acceptor(outcome, matcher))
}

fn smithy_acceptor<'a>(entry: &Value, arena: &'a Arena) -> Option<Acceptor<'a>> {
    let outcome = Outcome::from_word(entry.get("state")?.as_str()?)?;
    let (kind, value) = entry.get("matcher")?.as_object()?.iter().next()?;
    let text = |key: &str| value.get(key)?.as_str();
    let compared = || {
        let expected = text("expected")?;
        let is_text = || Some(Expected::Text(arena.text(expected)));
        let (comparator, expected) = match text("comparator")? {
            "stringEquals" => (Comparator::Is, is_text()?),
            "booleanEquals" => (Comparator::Is, Expected::Boolean(expected.parse().ok()?)),
            "allStringEquals" => (Comparator::All, is_text()?),
            "anyStringEquals" => (Comparator::Any, is_text()?),
            _ => return None,
        };
        Some((arena.text(text("path")?), comparator, expected))
    };
    let matcher = match kind.as_str() {
        "success" => Matcher::Success(value.as_bool()?),
        // It may be a shape id, of which the code is the name.
        "errorType" => Matcher::ErrorType(arena.text(super::closure::local(value.as_str()?))),
        "output" => {
            let (path, comparator, expected) = compared()?;
            Matcher::Output(path, comparator, expected)
        }
        "inputOutput" => {
            let (path, comparator, expected) = compared()?;
            Matcher::InputOutput(path, comparator, expected)
        }
        _ => return None,
    };
    Some(Acceptor(outcome, matcher))
}
