//! Streams of events in answers: which of them clients can read.

use super::{Input, shapes, traits};
use crate::ast::Shape;
use opsmith_schema::{Kind, Protocol, TraitKind};

/// Why the events of a union can't be read from an answer, if they can't: the trait that says so,
/// and what follows `the operation answers`.
pub(super) fn unsupported(
    input: &Input<'_, '_>,
    name: &str,
    union: &Shape,
    is_payload: bool,
    protocol: Protocol,
) -> Option<(TraitKind, String)> {
    let of_stream = |problem: &str| {
        let text = format!("a stream of events ({name}) {problem}, which is not supported");
        Some((TraitKind::Streaming, text))
    };
    if !TraitKind::EventPayload.is_read_by(protocol) {
        return of_stream("over a protocol that has none");
    }
    if TraitKind::HttpPayload.is_read_by(protocol) && !is_payload {
        return of_stream("that is no payload");
    }
    union.members.iter().find_map(|(event, member)| {
        let (kind, problem) = match input.model.target(&member.target) {
            Some((_, shape)) if shape.kind == "structure" => of_event(input, shape)?,
            _ => (TraitKind::Streaming, "is no structure".to_owned()),
        };
        let text = format!("a stream of events ({name}) whose {event} {problem}");
        Some((kind, text))
    })
}

/// What of an event has no place in a message: a header of another type than headers have, and
/// members beside a payload.
fn of_event(input: &Input<'_, '_>, event: &Shape) -> Option<(TraitKind, String)> {
    let mut members = event.members.values();
    let has_payload = members.any(|member| traits::has(&member.traits, TraitKind::EventPayload));
    let mut payloads = 0;
    event.members.iter().find_map(|(name, member)| {
        let target = input.model.target(&member.target);
        let kind = target.and_then(|(_, shape)| shapes::kind(shape))?;
        let is = |of| traits::has(&member.traits, of);
        let (which, problem) = if is(TraitKind::EventHeader) {
            let fits = matches!(
                kind,
                Kind::Boolean
                    | Kind::Blob
                    | Kind::String
                    | Kind::Enum
                    | Kind::Integer(_)
                    | Kind::Timestamp
            );
            let problem = "is a header of a type that headers don't have";
            (!fits).then_some((TraitKind::EventHeader, problem))?
        } else if is(TraitKind::EventPayload) {
            payloads += 1;
            let fits = matches!(
                kind,
                Kind::Blob | Kind::String | Kind::Enum | Kind::Structure | Kind::Union
            );
            let problem = match payloads {
                1 if fits => return None,
                1 => "is a payload of a type that payloads don't have",
                _ => "is a second payload",
            };
            (TraitKind::EventPayload, problem)
        } else if has_payload {
            let problem = "is neither a header nor the payload";
            (TraitKind::EventPayload, problem)
        } else {
            return None;
        };
        Some((which, format!("has a member {name} that {problem}")))
    })
}
