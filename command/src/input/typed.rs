//! What shorthand wrote as text, in the types of the model.

use super::{DEEPEST, scalar};
use opsmith_runtime::document::Document;
use opsmith_runtime::schema::{Kind, Service, ShapeIndex};

/// Why a tree can't have the model's types.
#[derive(Debug)]
pub(super) enum Error {
    /// A text that is no number.
    Number(scalar::NoNumber),
    /// A list where a number is due, a document, or too deep a nesting.
    Form(String),
}

/// Shorthand's tree with the model's types: a scalar where a list is due becomes a list of one, and
/// text where a number or boolean is due becomes that. What the model does not know stays as it is.
///
/// # Errors
///
/// A number that is none, and documents, which shorthand can't write.
pub(super) fn adjusted(
    service: &Service<'_>,
    shape: ShapeIndex,
    tree: Document,
) -> Result<Document, Error> {
    Adjusting { service }.value(shape, tree, 0)
}

struct Adjusting<'a> {
    service: &'a Service<'a>,
}

impl Adjusting<'_> {
    fn value(&self, ix: ShapeIndex, tree: Document, depth: usize) -> Result<Document, Error> {
        if depth > DEEPEST {
            return Err(Error::Form(format!(
                "values may nest {DEEPEST} levels deep, and no deeper"
            )));
        }
        let shape = self.service.shape(ix);
        match (shape.kind, tree) {
            (Kind::Structure | Kind::Union, Document::Map(mut map)) => {
                for (name, value) in &mut map {
                    if let Some((_, member)) = shape.member(name) {
                        *value = self.value(member.target, std::mem::take(value), depth + 1)?;
                    }
                }
                Ok(Document::Map(map))
            }
            (Kind::Map, Document::Map(mut map)) => {
                let element = shape
                    .element()
                    .map_or(ShapeIndex::MAX, |element| element.target);
                for value in map.values_mut() {
                    *value = self.value(element, std::mem::take(value), depth + 1)?;
                }
                Ok(Document::Map(map))
            }
            (Kind::List, tree) => {
                let elements = match tree {
                    Document::List(elements) => elements,
                    single => vec![single],
                };
                let element = shape
                    .element()
                    .map_or(ShapeIndex::MAX, |element| element.target);
                let elements = elements
                    .into_iter()
                    .map(|value| self.value(element, value, depth + 1));
                elements.collect::<Result<_, _>>().map(Document::List)
            }
            (Kind::Document, _) => Err(Error::Form(format!(
                "Shorthand can't write {}, which takes any JSON value. Use JSON for the option.",
                shape.name
            ))),
            (Kind::Integer(_), Document::List(_)) => {
                Err(Error::Form("invalid int value: a list".to_owned()))
            }
            (Kind::Float, Document::List(_)) => {
                Err(Error::Form("invalid float value: a list".to_owned()))
            }
            (Kind::Boolean, Document::String(text)) => Ok(match text.to_lowercase().as_str() {
                "true" => true.into(),
                "false" => false.into(),
                _ => text.into(),
            }),
            (kind, Document::String(text)) => scalar::typed(kind, text).map_err(Error::Number),
            (_, tree) => Ok(tree),
        }
    }
}
