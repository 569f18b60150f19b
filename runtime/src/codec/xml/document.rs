//! Reading XML as it is: text in the form in which it came, where the schema does not ask for a
//! number or a boolean.

use super::read::Reading;
use crate::codec::{DeserializeError, Extent};
use crate::document::{Document, Map};
use crate::schema::{Kind, Service, ShapeIndex};
use crate::visit::DocumentBuilder;

/// The value of the element at this path below the root, or of the root; `None` if there is no such
/// element. Members have the names and the order of the model.
///
/// # Errors
///
/// The text is not XML.
pub(super) fn document(
    text: &str,
    path: &[&str],
    service: &Service<'_>,
    shape: ShapeIndex,
) -> Result<Option<Document>, DeserializeError> {
    let reading = Reading {
        service,
        shape,
        extent: Extent::Value,
        as_it_came: true,
    };
    let mut builder = DocumentBuilder::new(service, shape);
    let found = reading.read(text, path, &mut builder)?;
    Ok(found.then(|| ordered(builder.finish(), service, shape)))
}

/// The value with the members of structures in the order of the model.
fn ordered(value: Document, service: &Service<'_>, ix: ShapeIndex) -> Document {
    let shape = service.shape(ix);
    let element = shape
        .element()
        .map_or(ShapeIndex::MAX, |element| element.target);
    match value {
        Document::Map(mut map) if shape.has_members() => {
            let mut known = Map::with_capacity(map.len());
            for member in shape.members {
                if let Some(value) = map.swap_remove(member.name) {
                    let value = ordered(value, service, member.target);
                    known.insert(member.name.to_owned(), value);
                }
            }
            // A union's unknown member.
            known.extend(map);
            Document::Map(known)
        }
        Document::Map(mut map) if shape.kind == Kind::Map => {
            for value in map.values_mut() {
                *value = ordered(std::mem::take(value), service, element);
            }
            Document::Map(map)
        }
        Document::List(list) if shape.kind == Kind::List => {
            let ordered = list
                .into_iter()
                .map(|value| ordered(value, service, element));
            Document::List(ordered.collect())
        }
        other => other,
    }
}
