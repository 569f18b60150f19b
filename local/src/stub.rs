//! Sample answers: a client takes them for real ones. Enums have values of the model, and there is
//! one page.

use opsmith_runtime::document::{Document, Map};
use opsmith_runtime::schema::{Kind, Operation, Service, Shape, ShapeIndex};
use opsmith_runtime::timestamp::Timestamp;
use opsmith_runtime::visit::TypedDocument;

use crate::backend::ServiceError;
use crate::wire;

/// The body of an answer with a sample of the operation's output.
pub(crate) fn answer(
    service: &Service<'_>,
    operation: &Operation<'_>,
) -> Result<Vec<u8>, ServiceError> {
    let Some(shape) = operation.output else {
        return Ok(Vec::new());
    };
    let mut sample = Sample {
        service,
        within: Vec::new(),
    };
    let mut document = sample.value(shape, "");
    if let Document::Map(members) = &mut document
        && let Some(pagination) = operation.pagination()
    {
        members.retain(|name, _| !pagination.output_tokens.contains(&name.as_str()));
    }
    let output = TypedDocument {
        document: &document,
        service,
        shape,
    };
    wire::output(service, operation, &output)
}

struct Sample<'a> {
    service: &'a Service<'a>,
    /// The structures around the value: none has itself as a part.
    within: Vec<ShapeIndex>,
}

impl<'a> Sample<'a> {
    /// A value of a shape, for the member of this name.
    fn value(&mut self, index: ShapeIndex, name: &str) -> Document {
        let shape = self.service.shape(index);
        let min = shape.min.unwrap_or(0.0);
        match shape.kind {
            Kind::Structure => self.members(index, shape, usize::MAX),
            Kind::Union => self.members(index, shape, 1),
            Kind::List => self.list(shape, min.max(1.0) as usize),
            Kind::Map => shape.element().map_or(Document::Null, |element| {
                Document::from([("key", self.value(element.target, "value"))])
            }),
            Kind::Enum => shape.values.first().copied().unwrap_or_default().into(),
            Kind::String => text(name, min as usize, shape.max).into(),
            Kind::Integer(_) => Document::Integer(min as i128),
            Kind::Float | Kind::Double => Document::Float(min),
            Kind::Boolean => true.into(),
            Kind::Timestamp => Document::Timestamp(Timestamp::default()),
            Kind::Blob => Document::Blob(name.as_bytes().to_vec()),
            Kind::Document => Document::Map(Map::new()),
        }
    }

    fn members(&mut self, index: ShapeIndex, shape: &Shape<'a>, count: usize) -> Document {
        self.within.push(index);
        let mut map = Map::new();
        for member in shape.members {
            if map.len() < count && !self.within.contains(&member.target) {
                let value = self.value(member.target, member.name);
                map.insert(member.name.to_owned(), value);
            }
        }
        self.within.pop();
        Document::Map(map)
    }

    fn list(&mut self, shape: &Shape<'a>, count: usize) -> Document {
        let Some(element) = shape.element() else {
            return Document::Null;
        };
        let name = self.service.shape(element.target).name;
        let elements = (0..count).map(|_| self.value(element.target, name));
        Document::List(elements.collect())
    }
}

/// A name, repeated or clipped to a length within the limits.
fn text(name: &str, min: usize, max: Option<f64>) -> String {
    let length = name.len().max(min).min(max.unwrap_or(f64::MAX) as usize);
    name.chars().cycle().take(length).collect()
}
