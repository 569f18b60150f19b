//! [`Query`]: JMESPath over documents, for waiters and for a command's `--query`. The parser is the
//! crate `jmespath`; evaluation is ours, since the order of keys must be kept, which that crate's
//! values do not.
//!
//! What the AWS CLI makes of expressions beyond the specification holds here too: a word in
//! backticks that is not JSON is a text, and texts have an order, as dates are compared so.

mod functions;

use crate::document::{Document, Map};
use jmespath::Variable;
use jmespath::ast::{Ast, Comparator, KeyValuePair};
use serde_core::de::IgnoredAny;
use std::borrow::Cow;
use std::cmp::Ordering;

/// A parsed expression.
#[derive(Debug)]
pub struct Query(Ast);

/// Result of an expression, or why it has none.
type Found = Result<Document, String>;

impl Query {
    /// Parses an expression.
    ///
    /// # Errors
    ///
    /// The expression is invalid: why, and where.
    pub fn parse(expression: &str) -> Result<Self, QueryError> {
        parsed(expression).map(Query).map_err(QueryError)
    }

    /// Evaluates the expression.
    ///
    /// # Errors
    ///
    /// A function has an argument of the wrong type.
    pub fn search(&self, document: &Document) -> Result<Document, QueryError> {
        evaluate(&self.0, document).map_err(QueryError)
    }
}

/// Why an expression is invalid, or has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError(String);

impl std::fmt::Display for QueryError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for QueryError {}

fn parsed(expression: &str) -> Result<Ast, String> {
    if expression.is_empty() {
        return Err("Invalid JMESPath expression: cannot be empty.".to_owned());
    }
    if operators(expression) > MOST_OPERATORS {
        return Err(format!(
            "an expression has {MOST_OPERATORS} operators at most"
        ));
    }
    let invalid = |problem| format!("Invalid jmespath expression: {problem}");
    let ast = jmespath::parse(&literals(expression))
        .map_err(|error| invalid(place(expression, &error)))?;
    functions::check(&ast).map_err(invalid)?;
    Ok(ast)
}

/// The expression with quotes around the words in backticks that are not JSON.
fn literals(expression: &str) -> Cow<'_, str> {
    let part = |from: usize, to: usize| expression.get(from..to).unwrap_or_default();
    let mut quoted = String::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some((start, end)) = literal_from(expression, from) {
        from = end + 1;
        let text = part(start, end);
        if serde_json::from_str::<IgnoredAny>(&text.replace("\\`", "`")).is_err() {
            quoted += &format!("{}\"{}\"", part(copied, start), text.trim_start());
            copied = end;
        }
    }
    match copied {
        0 => Cow::Borrowed(expression),
        _ => Cow::Owned(quoted + part(copied, expression.len())),
    }
}

/// Where the next text in backticks starts and ends, outside of other quotes.
fn literal_from(expression: &str, from: usize) -> Option<(usize, usize)> {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in expression.char_indices().skip_while(|(at, _)| *at < from) {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(('`', start)), '`') => return Some((start, at)),
            (Some((open, _)), _) if open == c => quote = None,
            (None, '\'' | '"' | '`') => quote = Some((c, at + 1)),
            _ => {}
        }
    }
    None
}

/// The problem with the expression below it, and a mark under the place. Quotes that were added do
/// not count.
fn place(expression: &str, error: &jmespath::JmespathError) -> String {
    let added = error
        .expression
        .get(..error.offset)
        .map_or(0, |before| before.chars().count());
    let column = mark(expression, &error.expression, added);
    let reason = error.reason.to_string();
    let reason = reason.trim_start_matches("Parse error: ");
    // Not a width of the format: those end at 65535.
    let mark = " ".repeat(column + 1);
    format!("{reason}\n\"{expression}\"\n{mark}^")
}

/// The place in the expression of a place in what was parsed, which has quotes that the expression
/// has not.
fn mark(expression: &str, parsed: &str, place: usize) -> usize {
    let mut given = expression.chars().peekable();
    let mut column = 0;
    for c in parsed.chars().take(place) {
        // Blanks that were left out of a literal.
        while given
            .peek()
            .is_some_and(|next| *next != c && next.is_whitespace())
        {
            given.next();
            column += 1;
        }
        column += usize::from(given.next_if_eq(&c).is_some());
    }
    column
}

fn evaluate(ast: &Ast, value: &Document) -> Found {
    match ast {
        Ast::Identity { .. } => Ok(value.clone()),
        Ast::Field { name, .. } => Ok(value.get(name).cloned().unwrap_or_default()),
        Ast::Index { idx, .. } => Ok(element(value, *idx)),
        Ast::Slice {
            start, stop, step, ..
        } => slice(value, *start, *stop, *step),
        Ast::Literal { value, .. } => Ok(literal(value)),
        Ast::Subexpr { lhs, rhs, .. } => evaluate(rhs, &evaluate(lhs, value)?),
        Ast::Or { lhs, rhs, .. } => match evaluate(lhs, value)? {
            found if is_true(&found) => Ok(found),
            _ => evaluate(rhs, value),
        },
        Ast::And { lhs, rhs, .. } => match evaluate(lhs, value)? {
            found if is_true(&found) => evaluate(rhs, value),
            found => Ok(found),
        },
        Ast::Not { node, .. } => Ok((!is_true(&evaluate(node, value)?)).into()),
        Ast::Condition {
            predicate, then, ..
        } => {
            if is_true(&evaluate(predicate, value)?) {
                evaluate(then, value)
            } else {
                Ok(Document::Null)
            }
        }
        Ast::Comparison {
            comparator,
            lhs,
            rhs,
            ..
        } => Ok(compare(
            comparator,
            &evaluate(lhs, value)?,
            &evaluate(rhs, value)?,
        )),
        Ast::ObjectValues { node, .. } => Ok(match evaluate(node, value)? {
            Document::Map(map) => Document::List(map.into_values().collect()),
            _ => Document::Null,
        }),
        Ast::Projection { lhs, rhs, .. } => match evaluate(lhs, value)? {
            Document::List(list) => project(rhs, &list),
            _ => Ok(Document::Null),
        },
        Ast::Flatten { node, .. } => Ok(match evaluate(node, value)? {
            Document::List(list) => Document::List(list.into_iter().flat_map(flat).collect()),
            _ => Document::Null,
        }),
        Ast::MultiList { .. } | Ast::MultiHash { .. } if *value == Document::Null => {
            Ok(Document::Null)
        }
        Ast::MultiList { elements, .. } => elements
            .iter()
            .map(|element| evaluate(element, value))
            .collect::<Result<_, _>>()
            .map(Document::List),
        Ast::MultiHash { elements, .. } => entries(elements, value),
        Ast::Function { name, args, .. } => functions::call(name, args, value),
        Ast::Expref { .. } => Ok(Document::Null),
    }
}

/// JMESPath's truth: everything but null, false and empty values.
fn is_true(value: &Document) -> bool {
    match value {
        Document::Null | Document::Boolean(false) => false,
        Document::String(text) => !text.is_empty(),
        Document::List(list) => !list.is_empty(),
        Document::Map(map) => !map.is_empty(),
        _ => true,
    }
}

fn element(value: &Document, index: i32) -> Document {
    let Document::List(list) = value else {
        return Document::Null;
    };
    let at = match usize::try_from(index) {
        Ok(at) => Some(at),
        Err(_) => list.len().checked_sub(index.unsigned_abs() as usize),
    };
    at.and_then(|at| list.get(at)).cloned().unwrap_or_default()
}

/// Python's slices.
fn slice(value: &Document, start: Option<i32>, stop: Option<i32>, step: i32) -> Found {
    let Document::List(list) = value else {
        return Ok(Document::Null);
    };
    if step == 0 {
        return Err("a slice's step can't be 0".to_owned());
    }
    let length = list.len() as i64;
    let (least, most) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let bound = |bound: i32| {
        let bound = i64::from(bound);
        (if bound < 0 { bound + length } else { bound }).clamp(least, most)
    };
    let mut at = start.map_or(if step > 0 { 0 } else { length - 1 }, bound);
    let end = stop.map_or(if step > 0 { length } else { -1 }, bound);
    let mut found = Vec::new();
    while if step > 0 { at < end } else { at > end } {
        found.extend(
            usize::try_from(at)
                .ok()
                .and_then(|at| list.get(at))
                .cloned(),
        );
        at += i64::from(step);
    }
    Ok(Document::List(found))
}

fn literal(value: &Variable) -> Document {
    match value {
        Variable::Null | Variable::Expref(_) => Document::Null,
        Variable::Bool(value) => (*value).into(),
        Variable::String(text) => text.clone().into(),
        Variable::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(integer), ..) => integer.into(),
            (_, Some(integer), _) => Document::Integer(integer.into()),
            (.., float) => Document::Float(float.unwrap_or(f64::NAN)),
        },
        Variable::Array(list) => Document::List(list.iter().map(|value| literal(value)).collect()),
        Variable::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), literal(value)))
            .collect::<Map>()
            .into(),
    }
}

fn number(value: &Document) -> Option<f64> {
    match value {
        Document::Integer(value) => Some(*value as f64),
        Document::Float(value) => Some(*value),
        _ => None,
    }
}

/// Whether two values are equal, where 1 and 1.0 are.
fn equal(left: &Document, right: &Document) -> bool {
    match (left, right) {
        (Document::List(left), Document::List(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(left, right))
        }
        (Document::Map(left), Document::Map(right)) => {
            let same = |(key, left): (&String, &Document)| {
                right.get(key).is_some_and(|right| equal(left, right))
            };
            left.len() == right.len() && left.iter().all(same)
        }
        _ => match (number(left), number(right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        },
    }
}

/// Numbers have an order, and texts; of anything else, or one of each, the result is null.
fn compare(comparator: &Comparator, left: &Document, right: &Document) -> Document {
    let ordered = |holds: fn(Ordering) -> bool| match (number(left), number(right), left, right) {
        (Some(left), Some(right), ..) => left.partial_cmp(&right).is_some_and(holds).into(),
        (.., Document::String(left), Document::String(right)) => holds(left.cmp(right)).into(),
        _ => Document::Null,
    };
    match comparator {
        Comparator::Equal => equal(left, right).into(),
        Comparator::NotEqual => (!equal(left, right)).into(),
        Comparator::LessThan => ordered(Ordering::is_lt),
        Comparator::LessThanEqual => ordered(Ordering::is_le),
        Comparator::GreaterThan => ordered(Ordering::is_gt),
        Comparator::GreaterThanEqual => ordered(Ordering::is_ge),
    }
}

/// Each element through the expression; nulls are left out.
fn project(ast: &Ast, list: &[Document]) -> Found {
    let mut found = Vec::with_capacity(list.len());
    for value in list {
        match evaluate(ast, value)? {
            Document::Null => {}
            value => found.push(value),
        }
    }
    Ok(Document::List(found))
}

fn flat(value: Document) -> Vec<Document> {
    match value {
        Document::List(inner) => inner,
        single => vec![single],
    }
}

fn entries(elements: &[KeyValuePair], value: &Document) -> Found {
    let entry = |pair: &KeyValuePair| Ok((pair.key.clone(), evaluate(&pair.value, value)?));
    elements
        .iter()
        .map(entry)
        .collect::<Result<Map, String>>()
        .map(Document::Map)
}

/// How many operators an expression may have: the parser and the evaluation go as deep as there
/// are.
const MOST_OPERATORS: usize = 500;

/// The operators of an expression, outside of quotes.
fn operators(expression: &str) -> usize {
    let mut count = 0;
    let mut quote = None;
    let mut escaped = false;
    for c in expression.chars() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(' | '[' | '{' | '!' | '&' | '|' | '.' | '=' | '<' | '>') => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests;
