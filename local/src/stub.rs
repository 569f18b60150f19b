//! Answers of operations that are not kept: samples that a client takes for real ones. Enums have
//! values of the model, and lists end.

use opsmith_codepipeline::schema::SERVICE;
use opsmith_runtime::codec::{EncodeMode, json};
use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::{Kind, Operation, OperationTrait, ShapeIndex};
use opsmith_runtime::timestamp::Timestamp;
use opsmith_runtime::visit::TypedDocument;

use crate::endpoint::ServiceError;
use crate::operations::internal;

/// A sample of an operation's output: its only page.
pub(crate) fn answer(operation: &Operation<'_>) -> Result<Vec<u8>, ServiceError> {
    let Some(shape) = operation.output else {
        return Ok(Vec::new());
    };
    let mut document = value(shape, "", &mut Vec::new());
    if let Document::Map(members) = &mut document {
        members.retain(|name, _| !tokens(operation).contains(&name.as_str()));
    }
    json::encode(
        &TypedDocument {
            document: &document,
            service: &SERVICE,
            shape,
        },
        &SERVICE,
        shape,
        EncodeMode::Unchecked,
    )
    .map(|encoded| encoded.value)
    .map_err(|error| internal(&error))
}

/// The members of the output that say that there are more pages.
fn tokens<'a>(operation: &Operation<'a>) -> &'a [&'a str] {
    let found = operation.traits.iter().find_map(|found| match found {
        OperationTrait::Paginated(pagination) => Some(pagination.output_tokens),
        _ => None,
    });
    found.unwrap_or_default()
}

/// A value of a shape, in the place of this name. A structure within itself is left out.
fn value(ix: ShapeIndex, name: &str, within: &mut Vec<ShapeIndex>) -> Document {
    let shape = SERVICE.shape(ix);
    let least = shape.min.unwrap_or(0.0);
    match shape.kind {
        Kind::Structure | Kind::Union => {
            within.push(ix);
            let most = if shape.kind == Kind::Union {
                1
            } else {
                usize::MAX
            };
            let members = shape
                .members
                .iter()
                .filter(|member| !within.contains(&member.target))
                .take(most);
            let members: Vec<_> = members.map(|member| (member.name, member.target)).collect();
            let members: Map = members
                .into_iter()
                .map(|(name, ix)| (name.to_owned(), value(ix, name, within)))
                .collect();
            within.pop();
            Document::Map(members)
        }
        Kind::List => shape.element().map_or(Document::Null, |element| {
            let name = SERVICE.shape(element.target).name;
            Document::List(
                (0..least.max(1.0) as usize)
                    .map(|_| value(element.target, name, within))
                    .collect(),
            )
        }),
        Kind::Map => shape.element().map_or(Document::Null, |element| {
            Document::from([("key", value(element.target, "value", within))])
        }),
        Kind::Enum => shape.values.first().copied().unwrap_or_default().into(),
        Kind::String => text(name, least as usize, shape.max).into(),
        Kind::Integer(_) => Document::Integer(least as i128),
        Kind::Float => Document::Float(least),
        Kind::Boolean => true.into(),
        Kind::Timestamp => Document::Timestamp(Timestamp::default()),
        Kind::Blob => Document::Blob(name.as_bytes().to_vec()),
        Kind::Document => Document::Map(Map::new()),
    }
}

/// A name as long as it must be, and no longer than it may be.
fn text(name: &str, least: usize, most: Option<f64>) -> String {
    name.chars()
        .cycle()
        .take(name.len().max(least).min(most.unwrap_or(f64::MAX) as usize))
        .collect()
}
