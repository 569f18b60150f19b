//! `yaml` and `yaml-stream`: keys sorted, text quoted where YAML would read it as something else.

use super::json;
use crate::input::yaml::resolved;
use libyaml_safer::{Emitter, Encoding, Event, MappingStyle, ScalarStyle, SequenceStyle};
use opsmith_runtime::document::Document;

/// Renders a result. A scalar is written as JSON.
///
/// # Errors
///
/// Text that YAML can't express.
pub(super) fn render(result: &Document) -> Result<String, String> {
    match result {
        Document::List(_) | Document::Map(_) => emit(result),
        scalar => Ok(json::pretty(scalar) + "\n"),
    }
}

/// Renders a result as the one element of a list.
///
/// # Errors
///
/// Text that YAML can't express.
pub(super) fn stream(result: &Document) -> Result<String, String> {
    emit(&Document::List(vec![result.clone()]))
}

fn emit(value: &Document) -> Result<String, String> {
    let mut events = vec![
        Event::stream_start(Encoding::Utf8),
        Event::document_start(None, &[], true),
    ];
    write(value, &mut events);
    events.extend([Event::document_end(true), Event::stream_end()]);
    let mut bytes = Vec::new();
    let mut emitter = Emitter::new();
    emitter.set_output(&mut bytes);
    emitter.set_unicode(true);
    emitter.set_width(80);
    for event in events {
        emitter
            .emit(event)
            .map_err(|error| format!("The result can't be written as YAML: {error}"))?;
    }
    emitter
        .flush()
        .map_err(|error| format!("The result can't be written as YAML: {error}"))?;
    drop(emitter);
    String::from_utf8(bytes)
        .map(|text| text.replace(MARK, "\\"))
        .map_err(|error| error.to_string())
}

/// Replaces the backslash of an escape that the emitter does not write itself. No text contains it,
/// since it is escaped too.
const MARK: char = '\u{fdd0}';

/// The text with escapes for the characters above U+FFFF, which the emitter takes for printable;
/// `None` if it has no such character.
fn escaped(text: &str) -> Option<String> {
    let escape = |c: char| match c {
        '\u{10000}'.. => format!("{MARK}U{:08X}", u32::from(c)),
        MARK => format!("{MARK}u{:04X}", u32::from(c)),
        c => c.into(),
    };
    text.contains(|c| c > '\u{ffff}' || c == MARK)
        .then(|| text.chars().map(escape).collect())
}

fn write(value: &Document, events: &mut Vec<Event>) {
    match value {
        Document::List(list) => {
            events.push(Event::sequence_start(
                None,
                None,
                true,
                SequenceStyle::Block,
            ));
            list.iter().for_each(|item| write(item, events));
            events.push(Event::sequence_end());
        }
        Document::Map(map) => {
            events.push(Event::mapping_start(None, None, true, MappingStyle::Block));
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| key.as_str());
            for (key, value) in entries {
                events.push(text(key));
                write(value, events);
            }
            events.push(Event::mapping_end());
        }
        Document::String(value) => events.push(text(value)),
        Document::Float(value) if value.is_nan() => events.push(plain(".nan", true)),
        Document::Float(value) if value.is_infinite() && *value > 0.0 => {
            events.push(plain(".inf", true))
        }
        Document::Float(value) if value.is_infinite() => events.push(plain("-.inf", true)),
        scalar => events.push(plain(&json::pretty(scalar), true)),
    }
}

fn text(value: &str) -> Event {
    if let Some(escaped) = escaped(value) {
        return Event::scalar(None, None, &escaped, false, true, ScalarStyle::DoubleQuoted);
    }
    plain(value, is_text(value))
}

/// Whether a plain scalar is this text.
fn is_text(value: &str) -> bool {
    !matches!(value, "=" | "<<") && matches!(resolved(value.to_owned()), Document::String(_))
}

/// A text as a list or map shows it.
pub(crate) fn scalar(value: &str) -> String {
    let list = emit(&Document::List(vec![value.into()])).unwrap_or_default();
    list.strip_prefix("- ")
        .unwrap_or(&list)
        .trim_end()
        .to_owned()
}

/// A scalar; `is_plain` when it means itself without quotes.
fn plain(value: &str, is_plain: bool) -> Event {
    Event::scalar(None, None, value, is_plain, true, ScalarStyle::Any)
}
