//! Naming the parts of a document as the model does.

use crate::codec::DeserializeError;
use crate::document::{Document, Map};
use crate::schema::{Kind, Service, ShapeIndex};

/// A whole answer of the shape, by the names of the model.
///
/// # Errors
///
/// A structure was expected, and it is something else.
pub(super) fn structure(
    value: Document,
    service: &Service<'_>,
    shape: ShapeIndex,
) -> Result<Document, DeserializeError> {
    match value {
        Document::Map(_) => Ok(modeled(value, service, shape)),
        _ if !service.shape(shape).has_members() => Ok(value),
        other => Err(DeserializeError::not_a_structure(other.kind())),
    }
}

/// An answer with the names of the model, without nulls in structures and without members that the
/// model does not have.
///
/// A union with an unknown member becomes what the AWS CLI prints: `{"SDK_UNKNOWN_MEMBER": {"name":
/// …}}`.
fn modeled(value: Document, service: &Service<'_>, ix: ShapeIndex) -> Document {
    let shape = service.shape(ix);
    let element = || {
        shape
            .element()
            .map_or(ShapeIndex::MAX, |element| element.target)
    };
    match value {
        Document::Map(map) if shape.has_members() => members(map, service, ix),
        Document::Map(mut map) if shape.kind == Kind::Map => {
            map.values_mut()
                .for_each(|value| *value = modeled(std::mem::take(value), service, element()));
            Document::Map(map)
        }
        Document::List(mut list) if shape.kind == Kind::List => {
            list.iter_mut()
                .for_each(|value| *value = modeled(std::mem::take(value), service, element()));
            Document::List(list)
        }
        other => other,
    }
}

fn members(mut map: Map, service: &Service<'_>, ix: ShapeIndex) -> Document {
    let shape = service.shape(ix);
    let mut known = Map::with_capacity(map.len());
    for member in shape.members {
        match map.swap_remove(member.json_name()) {
            None | Some(Document::Null) => {}
            Some(value) => {
                known.insert(
                    member.name.to_owned(),
                    modeled(value, service, member.target),
                );
            }
        }
    }
    if shape.kind == Kind::Union && known.is_empty() {
        let mut unknown = map
            .into_iter()
            .filter(|(name, value)| name != "__type" && *value != Document::Null);
        if let (Some((name, _)), None) = (unknown.next(), unknown.next()) {
            known.insert(
                "SDK_UNKNOWN_MEMBER".to_owned(),
                Document::from([("name", name.into())]),
            );
        }
    }
    Document::Map(known)
}
