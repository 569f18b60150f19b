//! Reading the parts of an answer.

use super::header;
use crate::codec::{Codec, DeserializeError, base64, json};
use crate::document::{Document, Map};
use crate::http::{HeaderName, Response, text};
use crate::schema::{Flags, Kind, Location, Member, Service, Shape, ShapeIndex};
use crate::timestamp::Timestamp;

/// Whether members of a structure are fields of the body.
pub(super) fn has_fields(shape: &Shape<'_>) -> bool {
    let mut members = shape.members.iter();
    members.all(|member| member.location() != Location::Payload)
        && shape.members.iter().any(|member| !member.is(Flags::BOUND))
}

/// Reads the members of a structure: every value in the form in which it came, with the names of
/// the model.
///
/// # Errors
///
/// The body is not in the codec's format.
pub(in crate::protocol) fn document(
    codec: &impl Codec,
    service: &Service<'_>,
    ix: ShapeIndex,
    response: &Response,
) -> Result<Document, DeserializeError> {
    let shape = service.shape(ix);
    let mut fields = match has_fields(shape) && !response.body.is_empty() {
        true => codec.document(&response.body, service, ix)?,
        false => Document::Null,
    };
    let mut members = Map::with_capacity(shape.members.len());
    // As in the AWS CLI, what is outside the body is first.
    for outside in [true, false] {
        for member in shape.members {
            let location = member.location();
            if matches!(location, Location::Field | Location::Payload) == outside {
                continue;
            }
            let value = match (location, &mut fields) {
                (Location::Field, Document::Map(fields)) => fields.swap_remove(member.name),
                (Location::Field, _) => None,
                (Location::Payload, _) => payload(codec, service, member, response)?,
                _ => bound(service, shape, member, response),
            };
            if let Some(value) = value {
                members.insert(member.name.to_owned(), value);
            }
        }
    }
    Ok(Document::Map(members))
}

/// The member that is the whole body.
fn payload(
    codec: &impl Codec,
    service: &Service<'_>,
    member: &Member<'_>,
    response: &Response,
) -> Result<Option<Document>, DeserializeError> {
    let body = &response.body;
    Ok(match service.shape(member.target).kind {
        Kind::Blob => Some(Document::Blob(body.to_vec())),
        Kind::String | Kind::Enum => Some(String::from_utf8_lossy(body).into_owned().into()),
        // As in the AWS CLI.
        Kind::Structure if body.is_empty() => Some(Document::Map(Map::new())),
        _ if body.is_empty() => None,
        _ => Some(codec.document(body, service, member.target)?)
            .filter(|value| *value != Document::Null),
    })
}

/// The member that is in headers, or the status.
pub(in crate::protocol) fn bound(
    service: &Service<'_>,
    shape: &Shape<'_>,
    member: &Member<'_>,
    response: &Response,
) -> Option<Document> {
    match member.location() {
        Location::Status => Some(Document::Integer(response.status.into())),
        Location::Header(name) => {
            let text = joined(response, &name.to_ascii_lowercase())?;
            let is_same = |other: &Member<'_>| {
                other.is(Flags::UNPARSED) && other.location() == member.location()
            };
            let target = service.shape(member.target);
            if target.kind == Kind::Timestamp && shape.members.iter().any(is_same) {
                return point(name, text);
            }
            value(service, target, text)
        }
        Location::PrefixHeaders(prefix) => {
            let prefix = prefix.to_ascii_lowercase();
            let is_free = |name: &str| !prefix.is_empty() || !is_bound(shape, name);
            let entry = |name: &str| {
                let key = name.strip_prefix(&prefix).filter(|_| is_free(name))?;
                Some((key.to_owned(), joined(response, name)?.into()))
            };
            let names = response.headers.keys().map(HeaderName::as_str);
            Some(Document::Map(names.filter_map(entry).collect()))
        }
        _ => None,
    }
}

/// Whether a member of the structure is this header.
fn is_bound(shape: &Shape<'_>, header: &str) -> bool {
    shape.members.iter().any(
        |member| matches!(member.location(), Location::Header(name) if name.eq_ignore_ascii_case(header)),
    )
}

/// A header's text that stands for a point in time; `None`, with a warning, for any other.
fn point(name: &str, text: String) -> Option<Document> {
    if Timestamp::parse(&text).is_some() {
        return Some(text.into());
    }
    tracing::warn!(target: "opsmith", "the header {name} is no point in time: {text:?}");
    None
}

/// The values of all headers of a name, as one.
fn joined(response: &Response, name: &str) -> Option<String> {
    let named = response.headers.get_all(name);
    let values: Vec<&str> = named.iter().filter_map(text).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The value that a header's text stands for; the text, if it stands for none.
fn value(service: &Service<'_>, shape: &Shape<'_>, text: String) -> Option<Document> {
    let decoded = || base64::lenient(&text).and_then(|bytes| String::from_utf8(bytes).ok());
    Some(match shape.kind {
        Kind::String | Kind::Enum => match shape.media_type() {
            Some(_) => decoded().unwrap_or(text).into(),
            None => text.into(),
        },
        Kind::List => {
            let element = shape.element().map_or(ShapeIndex::MAX, |part| part.target);
            let element = service.shape(element);
            let texts = match element.kind {
                Kind::Timestamp => header::dates(&text),
                _ => header::elements(&text),
            };
            let values = texts
                .into_iter()
                .filter_map(|text| value(service, element, text));
            Document::List(values.collect())
        }
        Kind::Boolean => text.eq_ignore_ascii_case("true").into(),
        // Of other values, an empty header has none.
        _ if text.is_empty() => return None,
        Kind::Integer(_) => text.parse().map_or(text.into(), Document::Integer),
        Kind::Float | Kind::Double => text.parse().map_or(text.into(), Document::Float),
        Kind::Document => match decoded().map(|text| json::document(&text)) {
            Some(Ok(document)) => document,
            _ => text.into(),
        },
        _ => text.into(),
    })
}
