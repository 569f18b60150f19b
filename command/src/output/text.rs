//! `text`: lines of fields with tabs between, for `cut` and `awk`.

use super::scalar;
use opsmith_runtime::document::{Document, Map};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Renders a result.
pub(super) fn render(result: &Document) -> String {
    let mut out = String::new();
    write(result, None, &mut out);
    out
}

/// Writes the value of the key `under`.
fn write(value: &Document, under: Option<&str>, out: &mut String) {
    match value {
        Document::Map(map) => write_map(map, under, &scalar_keys(map).collect(), out),
        Document::List(list) => write_list(list, under, out),
        scalar => line(&[scalar::text(scalar).unwrap_or_default()], out),
    }
}

fn line(fields: &[String], out: &mut String) {
    let _ = writeln!(out, "{}", fields.join("\t"));
}

/// A line of the scalars under `keys`, then the other values.
fn write_map(map: &Map, under: Option<&str>, keys: &BTreeSet<&str>, out: &mut String) {
    let own: BTreeSet<&str> = scalar_keys(map).collect();
    let mut fields: Vec<String> = keys.iter().map(|key| field(map.get(*key))).collect();
    if !fields.is_empty() {
        if let Some(under) = under {
            fields.insert(0, under.to_uppercase());
        }
        line(&fields, out);
    }
    let mut rest: Vec<_> = map
        .iter()
        .filter(|(key, _)| !keys.contains(key.as_str()) && !own.contains(key.as_str()))
        .collect();
    rest.sort_unstable_by_key(|(key, _)| key.as_str());
    rest.into_iter()
        .for_each(|(key, value)| write(value, Some(key), out));
}

fn field(value: Option<&Document>) -> String {
    value.and_then(scalar::text).unwrap_or_default()
}

fn scalar_keys(map: &Map) -> impl Iterator<Item = &str> {
    map.iter()
        .filter(|(_, value)| scalar::text(value).is_some())
        .map(|(key, _)| key.as_str())
}

/// All maps have the same fields on their lines; the list's other values have separate lines.
fn write_list(list: &[Document], under: Option<&str>, out: &mut String) {
    let maps: Vec<&Map> = list.iter().filter_map(Document::as_map).collect();
    if !maps.is_empty() {
        let keys: BTreeSet<&str> = maps.iter().flat_map(|map| scalar_keys(map)).collect();
        return list.iter().for_each(|value| match value {
            Document::Map(map) => write_map(map, under, &keys, out),
            Document::List(_) => write(value, under, out),
            scalar => write_scalars(&[scalar], under, out),
        });
    }
    let (lists, scalars): (Vec<_>, Vec<_>) =
        list.iter().partition(|value| value.as_list().is_some());
    write_scalars(&scalars, under, out);
    lists.into_iter().for_each(|inner| write(inner, under, out));
}

/// Under a key a line each, otherwise all on one line.
fn write_scalars(scalars: &[&Document], under: Option<&str>, out: &mut String) {
    let fields: Vec<String> = scalars
        .iter()
        .filter_map(|value| scalar::text(value))
        .collect();
    match under {
        Some(under) => fields
            .into_iter()
            .for_each(|field| line(&[under.to_uppercase(), field], out)),
        None if fields.is_empty() => {}
        None => line(&fields, out),
    }
}
