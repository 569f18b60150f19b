//! Samples of inputs and outputs, made from the schema.

use crate::document::{Document, Map};
use crate::schema::{Flags, Kind, Member, Service, Shape, ShapeIndex};

/// A sample of the input, to be filled in.
pub fn input(service: &Service<'_>, shape: Option<ShapeIndex>) -> Document {
    Sample {
        service,
        of_output: false,
        within: Vec::new(),
    }
    .top(shape)
}

/// A sample of the output, as a service might answer.
pub fn output(service: &Service<'_>, shape: Option<ShapeIndex>) -> Document {
    Sample {
        service,
        of_output: true,
        within: Vec::new(),
    }
    .top(shape)
}

struct Sample<'a> {
    service: &'a Service<'a>,
    of_output: bool,
    /// The structures around the current value.
    within: Vec<ShapeIndex>,
}

impl<'a> Sample<'a> {
    fn top(&mut self, shape: Option<ShapeIndex>) -> Document {
        shape.map_or_else(|| Document::Map(Map::new()), |shape| self.value(shape, ""))
    }

    /// A sample of the shape. `name` is the member's name, or the shape's name for an element;
    /// empty for the value of a map.
    fn value(&mut self, ix: ShapeIndex, name: &str) -> Document {
        let shape = self.service.shape(ix);
        match shape.kind {
            Kind::Structure | Kind::Union => self.structure(ix, shape),
            Kind::List => self.list(shape),
            Kind::Map => self.map(shape),
            Kind::Document => Document::Map(Map::new()),
            Kind::String | Kind::Enum => match shape.values.first() {
                Some(first) if !self.of_output => (*first).into(),
                _ if self.of_output => text_of(shape, name).into(),
                _ => "".into(),
            },
            Kind::Integer(_) if self.of_output => Document::Integer(least(shape) as i128),
            Kind::Integer(_) => Document::Integer(0),
            Kind::Float | Kind::Double if self.of_output => Document::Float(least(shape)),
            Kind::Float | Kind::Double => Document::Float(0.0),
            Kind::Boolean => true.into(),
            Kind::Timestamp => "1970-01-01T00:00:00".into(),
            Kind::Blob if self.of_output => Document::Blob(name.as_bytes().to_vec()),
            Kind::Blob => Document::Null,
        }
    }

    fn structure(&mut self, ix: ShapeIndex, shape: &Shape<'a>) -> Document {
        let mut map = Map::new();
        if !self.within.contains(&ix) {
            self.within.push(ix);
            let members = shape.members.iter();
            for member in members.filter(|member| !member.is(Flags::UNPARSED)) {
                map.insert(member.name.to_owned(), self.part(member, member.name));
            }
            self.within.pop();
        }
        Document::Map(map)
    }

    fn part(&mut self, member: &Member<'a>, name: &str) -> Document {
        self.value(member.target, name)
    }

    fn list(&mut self, shape: &Shape<'a>) -> Document {
        let Some(element) = shape.element() else {
            return Document::List(Vec::new());
        };
        let count = if self.of_output {
            least(shape).clamp(1.0, 100.0) as usize
        } else {
            1
        };
        let name = self.service.shape(element.target).name;
        Document::List((0..count).map(|_| self.part(element, name)).collect())
    }

    fn map(&mut self, shape: &Shape<'a>) -> Document {
        let Some(element) = shape.element() else {
            return Document::Map(Map::new());
        };
        Document::from([("KeyName", self.part(element, ""))])
    }
}

/// The smallest number from 0 on, or the smallest length, that the shape allows.
fn least(shape: &Shape<'_>) -> f64 {
    shape.min.unwrap_or(0.0).max(0.0)
}

/// A name, repeated until it has the shape's minimum length.
fn text_of(shape: &Shape<'_>, name: &str) -> String {
    let least = least(shape).clamp(0.0, 1000.0) as usize;
    let name = if name.is_empty() && least > 0 {
        shape.name
    } else {
        name
    };
    name.chars()
        .cycle()
        .take(name.chars().count().max(least))
        .collect()
}
