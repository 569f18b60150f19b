//! JMESPath's functions.

use super::{Found, equal, evaluate, number};
use crate::codec::{EncodeMode, json};
use crate::document::Document;
use crate::schema::{Service, ShapeIndex};
use jmespath::ast::Ast;
use std::cmp::Ordering;

/// A function: its name, the types of its arguments, and whether the last may be repeated.
struct Function {
    name: &'static str,
    takes: &'static [&'static [&'static str]],
    repeats: bool,
    run: fn(&[Argument<'_>]) -> Found,
}

/// An argument: a value, or an expression that the function evaluates.
enum Argument<'a> {
    Value(Document),
    Expression(&'a Ast),
}

const ANY: &[&str] = &[];
const NUMBER: &[&str] = &["number"];
const STRING: &[&str] = &["string"];
const ARRAY: &[&str] = &["array"];
const NUMBERS: &[&str] = &["array-number"];
const STRINGS: &[&str] = &["array-string"];
const SORTABLE: &[&str] = &["array-string", "array-number"];
const OBJECT: &[&str] = &["object"];
const EXPRESSION: &[&str] = &["expref"];

const fn function(
    name: &'static str,
    takes: &'static [&'static [&'static str]],
    run: fn(&[Argument<'_>]) -> Found,
) -> Function {
    Function {
        name,
        takes,
        repeats: false,
        run,
    }
}

const FUNCTIONS: &[Function] = &[
    function("abs", &[NUMBER], |args| {
        Ok(round(value(args, 0), i128::abs, |n| {
            Document::Float(n.abs())
        }))
    }),
    function("avg", &[NUMBERS], |args| Ok(average(list(args, 0)))),
    function("ceil", &[NUMBER], |args| {
        Ok(round(value(args, 0), |n| n, |n| whole(n.ceil())))
    }),
    function("contains", &[&["array", "string"], ANY], |args| {
        Ok(contains(value(args, 0), value(args, 1)).into())
    }),
    function("ends_with", &[STRING, STRING], |args| {
        Ok(text(args, 0).ends_with(text(args, 1)).into())
    }),
    function("floor", &[NUMBER], |args| {
        Ok(round(value(args, 0), |n| n, |n| whole(n.floor())))
    }),
    function("join", &[STRING, STRINGS], |args| {
        let texts: Vec<_> = list(args, 1).iter().filter_map(Document::as_str).collect();
        Ok(texts.join(text(args, 0)).into())
    }),
    function("keys", &[OBJECT], |args| {
        let map = value(args, 0).as_map();
        Ok(Document::List(
            map.into_iter()
                .flat_map(|map| map.keys().map(|key| key.clone().into()))
                .collect(),
        ))
    }),
    function("length", &[&["string", "array", "object"]], |args| {
        Ok(length(value(args, 0)).into())
    }),
    function("map", &[EXPRESSION, ARRAY], |args| {
        list(args, 1)
            .iter()
            .map(|item| by(args, 0, item))
            .collect::<Result<_, _>>()
            .map(Document::List)
    }),
    function("max", &[SORTABLE], |args| {
        Ok(extreme(list(args, 0), Ordering::Greater))
    }),
    function("max_by", &[ARRAY, EXPRESSION], |args| {
        extreme_by(args, Ordering::Greater)
    }),
    Function {
        name: "merge",
        takes: &[OBJECT],
        repeats: true,
        run: merge,
    },
    function("min", &[SORTABLE], |args| {
        Ok(extreme(list(args, 0), Ordering::Less))
    }),
    function("min_by", &[ARRAY, EXPRESSION], |args| {
        extreme_by(args, Ordering::Less)
    }),
    Function {
        name: "not_null",
        takes: &[ANY],
        repeats: true,
        run: not_null,
    },
    function("reverse", &[&["string", "array"]], |args| {
        Ok(reverse(value(args, 0)))
    }),
    function("sort", &[SORTABLE], |args| {
        let mut sorted = list(args, 0).to_vec();
        sorted.sort_by(order);
        Ok(Document::List(sorted))
    }),
    function("sort_by", &[ARRAY, EXPRESSION], |args| {
        let mut keyed = keyed(args)?;
        keyed.sort_by(|(left, _), (right, _)| order(left, right));
        Ok(Document::List(
            keyed.into_iter().map(|(_, item)| item).collect(),
        ))
    }),
    function("starts_with", &[STRING, STRING], |args| {
        Ok(text(args, 0).starts_with(text(args, 1)).into())
    }),
    function("sum", &[NUMBERS], |args| Ok(sum(list(args, 0)))),
    function("to_array", &[ANY], |args| match value(args, 0) {
        list @ Document::List(_) => Ok(list.clone()),
        single => Ok(Document::List(vec![single.clone()])),
    }),
    function("to_number", &[ANY], |args| Ok(to_number(value(args, 0)))),
    function("to_string", &[ANY], |args| match value(args, 0) {
        text @ Document::String(_) => Ok(text.clone()),
        other => Ok(compact(other).into()),
    }),
    function("type", &[ANY], |args| Ok(type_name(value(args, 0)).into())),
    function("values", &[OBJECT], |args| {
        let map = value(args, 0).as_map();
        Ok(Document::List(
            map.into_iter()
                .flat_map(|map| map.values().cloned())
                .collect(),
        ))
    }),
];

/// Checks that the functions of an expression exist and are given as many arguments as they take,
/// before anything is sent.
pub(super) fn check(ast: &Ast) -> Result<(), String> {
    let all = |parts: &[&Ast]| parts.iter().try_for_each(|part| check(part));
    match ast {
        Ast::Function { name, args, .. } => {
            find(name, args.len())?;
            args.iter().try_for_each(check)
        }
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => all(&[lhs, rhs]),
        Ast::Condition {
            predicate, then, ..
        } => all(&[predicate, then]),
        Ast::Expref { ast, .. } => check(ast),
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => {
            check(node)
        }
        Ast::MultiList { elements, .. } => elements.iter().try_for_each(check),
        Ast::MultiHash { elements, .. } => elements.iter().try_for_each(|pair| check(&pair.value)),
        Ast::Slice { step: 0, .. } => Err("a slice's step can't be 0".to_owned()),
        _ => Ok(()),
    }
}

fn find(name: &str, given: usize) -> Result<&'static Function, String> {
    let function = FUNCTIONS.iter().find(|function| function.name == name);
    let function = function.ok_or_else(|| format!("Unknown function: {name}()"))?;
    let takes = function.takes.len();
    match (function.repeats, given) {
        (true, given) if given >= takes => Ok(function),
        (false, given) if given == takes => Ok(function),
        (true, _) => Err(format!(
            "Expected at least {takes} arguments for function {name}(), received {given}"
        )),
        (false, _) => Err(format!(
            "Expected {takes} arguments for function {name}(), received {given}"
        )),
    }
}

/// Calls a function.
pub(super) fn call(name: &str, args: &[Ast], current: &Document) -> Found {
    let function = find(name, args.len())?;
    let mut values = Vec::with_capacity(args.len());
    for (index, arg) in args.iter().enumerate() {
        let value = match arg {
            Ast::Expref { ast, .. } => Argument::Expression(ast),
            ast => Argument::Value(evaluate(ast, current)?),
        };
        let takes = function
            .takes
            .get(index)
            .or(function.takes.last())
            .copied()
            .unwrap_or(ANY);
        if !fits(&value, takes) {
            return Err(wrong_type(name, &value, takes));
        }
        values.push(value);
    }
    (function.run)(&values)
}

fn fits(argument: &Argument<'_>, takes: &[&str]) -> bool {
    let value = match argument {
        Argument::Expression(_) => return takes.contains(&"expref"),
        Argument::Value(value) => value,
    };
    let all = |list: &[Document], kind: &str| list.iter().all(|item| type_name(item) == kind);
    let fits = |kind: &&str| match (*kind, value) {
        ("array-number", Document::List(list)) => all(list, "number"),
        ("array-string", Document::List(list)) => all(list, "string"),
        (kind, value) => type_name(value) == kind,
    };
    takes.is_empty() || takes.iter().any(fits)
}

fn wrong_type(name: &str, argument: &Argument<'_>, takes: &[&str]) -> String {
    let (shown, kind) = match argument {
        Argument::Value(value) => (compact(value), type_name(value)),
        Argument::Expression(_) => ("an expression".to_owned(), "expref"),
    };
    let takes = takes
        .iter()
        .map(|kind| format!("'{kind}'"))
        .collect::<Vec<_>>()
        .join(", ");
    format!(
        "In function {name}(), invalid type for value: {shown}, expected one of: [{takes}], received: \"{kind}\""
    )
}

/// JSON on one line, as Python writes it without blanks.
pub(super) fn compact(value: &Document) -> String {
    let mode = EncodeMode::Unchecked;
    json::encode(value, &Service::NONE, ShapeIndex::MAX, mode)
        .map(|encoded| json::ascii(&String::from_utf8_lossy(&encoded.value)))
        .unwrap_or_default()
}

fn type_name(value: &Document) -> &'static str {
    match value {
        Document::Null => "null",
        Document::Boolean(_) => "boolean",
        Document::Integer(_) | Document::Digits(_) | Document::Float(_) => "number",
        Document::String(_) | Document::Blob(_) | Document::Timestamp(_) => "string",
        Document::List(_) => "array",
        Document::Map(_) => "object",
    }
}

fn value<'a>(args: &'a [Argument<'_>], at: usize) -> &'a Document {
    match args.get(at) {
        Some(Argument::Value(value)) => value,
        _ => &Document::Null,
    }
}

fn list<'a>(args: &'a [Argument<'_>], at: usize) -> &'a [Document] {
    value(args, at).as_list().unwrap_or_default()
}

fn text<'a>(args: &'a [Argument<'_>], at: usize) -> &'a str {
    value(args, at).as_str().unwrap_or_default()
}

/// An item through the expression that is an argument.
fn by(args: &[Argument<'_>], at: usize, item: &Document) -> Found {
    match args.get(at) {
        Some(Argument::Expression(ast)) => evaluate(ast, item),
        _ => Ok(Document::Null),
    }
}

/// A number that is a whole one if it can be.
fn whole(value: f64) -> Document {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        Document::Integer(value as i128)
    } else {
        Document::Float(value)
    }
}

fn round(value: &Document, integer: fn(i128) -> i128, float: fn(f64) -> Document) -> Document {
    match value {
        Document::Integer(value) => Document::Integer(integer(*value)),
        Document::Float(value) => float(*value),
        _ => Document::Null,
    }
}

fn sum(list: &[Document]) -> Document {
    let integers: Option<Vec<i128>> = list
        .iter()
        .map(|item| {
            if let Document::Integer(value) = item {
                Some(*value)
            } else {
                None
            }
        })
        .collect();
    match integers.and_then(|values| values.into_iter().try_fold(0_i128, i128::checked_add)) {
        Some(sum) => Document::Integer(sum),
        None => Document::Float(list.iter().filter_map(number).sum()),
    }
}

fn average(list: &[Document]) -> Document {
    match list.len() {
        0 => Document::Null,
        count => Document::Float(list.iter().filter_map(number).sum::<f64>() / count as f64),
    }
}

fn contains(within: &Document, wanted: &Document) -> bool {
    match (within, wanted) {
        (Document::String(text), Document::String(part)) => text.contains(part.as_str()),
        (Document::List(list), wanted) => list.iter().any(|item| equal(item, wanted)),
        _ => false,
    }
}

fn length(value: &Document) -> i64 {
    let length = match value {
        Document::String(text) => text.chars().count(),
        Document::List(list) => list.len(),
        Document::Map(map) => map.len(),
        _ => 0,
    };
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn reverse(value: &Document) -> Document {
    match value {
        Document::String(text) => text.chars().rev().collect::<String>().into(),
        Document::List(list) => Document::List(list.iter().rev().cloned().collect()),
        _ => Document::Null,
    }
}

fn order(left: &Document, right: &Document) -> Ordering {
    match (left, right) {
        (Document::String(left), Document::String(right)) => left.cmp(right),
        _ => number(left)
            .partial_cmp(&number(right))
            .unwrap_or(Ordering::Equal),
    }
}

/// The first of the greatest or least items.
fn extreme(list: &[Document], wanted: Ordering) -> Document {
    let better = |best: &Document, item: &Document| order(item, best) == wanted;
    let mut items = list.iter();
    let Some(mut best) = items.next() else {
        return Document::Null;
    };
    for item in items {
        if better(best, item) {
            best = item;
        }
    }
    best.clone()
}

/// The items of the first argument with what the second makes of each: all texts or all numbers.
fn keyed(args: &[Argument<'_>]) -> Result<Vec<(Document, Document)>, String> {
    let mut keyed: Vec<(Document, Document)> = Vec::new();
    for item in list(args, 0) {
        let key = by(args, 1, item)?;
        let kind = type_name(&key);
        let first = keyed.first().map_or(kind, |(first, _)| type_name(first));
        if !matches!(kind, "string" | "number") || kind != first {
            return Err(wrong_type(
                "sort_by",
                &Argument::Value(key),
                if first == "string" { STRING } else { NUMBER },
            ));
        }
        keyed.push((key, item.clone()));
    }
    Ok(keyed)
}

fn extreme_by(args: &[Argument<'_>], wanted: Ordering) -> Found {
    let keyed = keyed(args)?;
    let mut best: Option<&(Document, Document)> = None;
    for pair in &keyed {
        if best.is_none_or(|best| order(&pair.0, &best.0) == wanted) {
            best = Some(pair);
        }
    }
    Ok(best.map(|(_, item)| item.clone()).unwrap_or_default())
}

fn merge(args: &[Argument<'_>]) -> Found {
    let maps = (0..args.len()).filter_map(|at| value(args, at).as_map());
    Ok(Document::Map(maps.flat_map(|map| map.clone()).collect()))
}

fn not_null(args: &[Argument<'_>]) -> Found {
    let values = (0..args.len()).map(|at| value(args, at));
    Ok(values
        .into_iter()
        .find(|value| **value != Document::Null)
        .cloned()
        .unwrap_or_default())
}

fn to_number(value: &Document) -> Document {
    match value {
        Document::Integer(_) | Document::Float(_) => value.clone(),
        Document::String(text) => match (text.parse::<i128>(), text.parse::<f64>()) {
            (Ok(integer), _) => Document::Integer(integer),
            (_, Ok(float)) => Document::Float(float),
            _ => Document::Null,
        },
        _ => Document::Null,
    }
}
