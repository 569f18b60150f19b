//! Values at paths of a document: how pages are cut and added up.

use opsmith_runtime::document::{Document, Map};

/// The number of items of a value. Only lists and texts can be cut.
pub(super) fn count(items: &Document) -> i64 {
    let count = match items {
        Document::List(list) => list.len(),
        Document::String(text) => text.chars().count(),
        _ => 0,
    };
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A part of a list or text, as Python's slices have it: negative places count from the end.
pub(super) fn slice(items: &Document, from: Option<i64>, to: Option<i64>) -> Document {
    let count = count(items);
    let place = |at: i64| {
        usize::try_from(if at < 0 { at + count } else { at }.clamp(0, count)).unwrap_or(0)
    };
    let from = from.map_or(0, place);
    let length = to.map_or(usize::MAX, place).saturating_sub(from);
    match items {
        Document::List(list) => {
            Document::List(list.iter().skip(from).take(length).cloned().collect())
        }
        Document::String(text) => text
            .chars()
            .skip(from)
            .take(length)
            .collect::<String>()
            .into(),
        other => other.clone(),
    }
}

/// Adds the items of a page to those of the pages before it: lists, maps and texts become longer,
/// numbers are added up.
pub(super) fn grow(whole: &mut Document, more: Document) {
    match (whole, more) {
        (Document::List(list), Document::List(more)) => list.extend(more),
        (Document::String(text), Document::String(more)) => text.push_str(&more),
        (Document::Integer(number), Document::Integer(more)) => {
            *number = number.saturating_add(more)
        }
        (Document::Map(map), Document::Map(more)) => {
            more.into_iter()
                .for_each(|(key, more)| grow(map.entry(key).or_default(), more));
        }
        (Document::Float(number), Document::Float(more)) => *number += more,
        (whole @ Document::Null, more) => *whole = more,
        (_, Document::Null) => {}
        // An item of a wrong type is shown with the others.
        (Document::List(list), more) => list.push(more),
        (whole, Document::List(more)) => {
            let first = std::mem::take(whole);
            *whole = std::iter::once(first)
                .chain(more)
                .collect::<Vec<_>>()
                .into();
        }
        _ => {}
    }
}

/// Adds the members of the first page that hold for all pages.
pub(super) fn complete(whole: &mut Map, first: Map) {
    for (key, value) in first {
        match (whole.get_mut(&key), value) {
            (Some(Document::Map(whole)), Document::Map(first)) => complete(whole, first),
            (Some(Document::Map(_)), Document::Null) => {}
            (_, value) => drop(whole.insert(key, value)),
        }
    }
}

/// The value at a path of members, with dots between them.
pub(super) fn at<'d>(document: &'d Document, path: &str) -> Option<&'d Document> {
    path.split('.')
        .try_fold(document, |value, name| value.get(name))
}

/// The place of the value at a path. Creates missing maps on the way.
pub(super) fn place<'d>(document: &'d mut Document, path: &str) -> &'d mut Document {
    path.split('.').fold(document, |value, name| {
        if !matches!(value, Document::Map(_)) {
            *value = Document::Map(Map::new());
        }
        match value {
            Document::Map(map) => map.entry(name.to_owned()).or_default(),
            other => other,
        }
    })
}

pub(super) fn set(document: &mut Document, path: &str, value: Document) {
    *place(document, path) = value;
}

/// Removes the value at a path.
pub(super) fn remove(document: &mut Document, path: &str) -> Option<Document> {
    let Document::Map(map) = document else {
        return None;
    };
    match path.split_once('.') {
        Some((name, rest)) => remove(map.get_mut(name)?, rest),
        None => map.shift_remove(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_grow_with_the_pages() {
        let json = |text: &str| crate::input::json::parse(text).expect("JSON");
        let mut whole = json(r#"{"a":[1],"b":"x","c":1}"#);
        grow(&mut whole, json(r#"{"a":[2],"b":"y","c":2,"d.e":true}"#));
        assert_eq!(
            crate::output::json::compact(&whole),
            r#"{"a":[1,2],"b":"xy","c":3,"d.e":true}"#
        );
    }

    #[test]
    fn pages_of_other_types_lose_nothing() {
        for (first, second, both) in [
            ("[1]", r#""x""#, r#"[1,"x"]"#),
            (r#""x""#, "[1]", r#"["x",1]"#),
            (r#"{"a":1}"#, "[1]", r#"[{"a":1},1]"#),
            ("[1]", "null", "[1]"),
            ("1.5", "2.0", "3.5"),
        ] {
            let mut whole = crate::input::json::parse(first).expect("JSON");
            grow(&mut whole, crate::input::json::parse(second).expect("JSON"));
            assert_eq!(crate::output::json::compact(&whole), both);
        }
    }
}
