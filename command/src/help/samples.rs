//! Samples of the values that an option takes, in shorthand and in JSON.

use opsmith_runtime::schema::{Kind, Member, Service, Shape, ShapeIndex, Width};

const RECURSIVE: &str = "( ... recursive ... )";

/// How deep a value may nest that shorthand is shown for.
const DEEPEST_SHORTHAND: usize = 3;

/// The word for a shape's type.
pub(super) fn type_name(shape: &Shape<'_>) -> &'static str {
    match shape.kind {
        Kind::Blob => "blob",
        Kind::Boolean => "boolean",
        Kind::String | Kind::Enum => "string",
        Kind::Integer(Width::Long | Width::Big) => "long",
        Kind::Integer(_) => "integer",
        Kind::Float | Kind::Double => "float",
        Kind::Timestamp => "timestamp",
        Kind::Document => "document",
        Kind::List => "list",
        Kind::Map => "map",
        Kind::Structure => "structure",
        Kind::Union => "tagged union structure",
    }
}

/// Whether the value has no parts.
pub(super) fn is_scalar(shape: &Shape<'_>) -> bool {
    !matches!(
        shape.kind,
        Kind::List | Kind::Map | Kind::Structure | Kind::Union | Kind::Document
    )
}

/// What a scalar is in a sample: its type, or the values of an enum.
fn scalar(shape: &Shape<'_>, with_values: bool) -> String {
    match shape.kind {
        Kind::Enum if with_values => shape
            .values
            .iter()
            .map(|value| format!("\"{value}\""))
            .collect::<Vec<_>>()
            .join("|"),
        Kind::String | Kind::Enum => "\"string\"".to_owned(),
        Kind::Boolean => "true|false".to_owned(),
        _ => type_name(shape).to_owned(),
    }
}

/// A list of scalars: `"string" "string" ...`.
pub(super) fn words(element: &Shape<'_>) -> String {
    let word = scalar(element, false);
    let mut sample = format!("{word} {word} ...");
    if element.kind == Kind::Enum {
        sample.push_str("\n\nWhere valid values are:\n");
        element
            .values
            .iter()
            .for_each(|value| sample.push_str(&format!("  {value}\n")));
    }
    sample
}

/// A value in shorthand; `None` if it nests too deep for that.
pub(super) fn shorthand(service: &Service<'_>, ix: ShapeIndex) -> Option<String> {
    let shape = service.shape(ix);
    let mut sample = Shorthand {
        service,
        within: Vec::new(),
    };
    match (shape.kind, shape.element()) {
        (Kind::List, Some(element)) => sample
            .value(element.target)
            .map(|element| format!("{element} ...")),
        _ => sample.value(ix),
    }
}

struct Shorthand<'a> {
    service: &'a Service<'a>,
    /// The shapes of the members around the value.
    within: Vec<ShapeIndex>,
}

impl Shorthand<'_> {
    fn value(&mut self, ix: ShapeIndex) -> Option<String> {
        if self.within.len() > DEEPEST_SHORTHAND {
            return None;
        }
        let shape = *self.service.shape(ix);
        match shape.kind {
            Kind::Structure | Kind::Union => self.structure(&shape),
            Kind::List => self.list(&shape),
            Kind::Map => self.map(&shape),
            Kind::Document => None,
            _ => Some(type_name(&shape).to_owned()),
        }
    }

    fn part(&mut self, ix: ShapeIndex) -> Option<String> {
        if self.within.contains(&ix) {
            return Some(RECURSIVE.to_owned());
        }
        self.within.push(ix);
        let value = self.value(ix);
        self.within.pop();
        value
    }

    fn structure(&mut self, shape: &Shape<'_>) -> Option<String> {
        let member =
            |member: &Member<'_>| Some(format!("{}={}", member.name, self.member(member)?));
        let members = shape
            .members
            .iter()
            .map(member)
            .collect::<Option<Vec<_>>>()?
            .join(",");
        Some(if self.within.is_empty() {
            members
        } else {
            format!("{{{members}}}")
        })
    }

    fn member(&mut self, member: &Member<'_>) -> Option<String> {
        self.part(member.target)
    }

    fn list(&mut self, shape: &Shape<'_>) -> Option<String> {
        let element = shape.element()?.target;
        self.within.push(element);
        let value = self.value(element);
        self.within.pop();
        let value = value?;
        let nested = !is_scalar(self.service.shape(element)) || self.within.len() > 1;
        Some(if nested {
            format!("[{value},{value}]")
        } else {
            format!("{value},{value}")
        })
    }

    fn map(&mut self, shape: &Shape<'_>) -> Option<String> {
        let value = self.value(shape.element()?.target)?;
        let sample = format!("KeyName1={value},KeyName2={value}");
        let keys = shape
            .members
            .first()
            .map_or(&[][..], |key| self.service.shape(key.target).values);
        Some(match (self.within.is_empty(), keys.is_empty()) {
            (true, false) => {
                let keys: String = keys.iter().map(|key| format!("  {key}\n")).collect();
                format!("{sample}\n\nWhere valid key names are:\n{keys}")
            }
            (true, true) => sample,
            (false, _) => format!("{{{sample}}}"),
        })
    }
}

/// A value in JSON.
pub(super) fn json(service: &Service<'_>, ix: ShapeIndex) -> String {
    let mut sample = Json {
        service,
        within: Vec::new(),
        out: String::new(),
        indent: 0,
    };
    sample.value(ix);
    sample.out
}

struct Json<'a> {
    service: &'a Service<'a>,
    within: Vec<ShapeIndex>,
    out: String,
    indent: usize,
}

impl Json<'_> {
    fn newline(&mut self) {
        self.out.push('\n');
        self.out.push_str(&" ".repeat(self.indent));
    }

    fn value(&mut self, ix: ShapeIndex) {
        let shape = *self.service.shape(ix);
        if is_scalar(&shape) {
            return self.out.push_str(&scalar(&shape, true));
        }
        let times = self.within.iter().filter(|outer| **outer == ix).count();
        if times > 1 && matches!(shape.kind, Kind::Structure | Kind::Union) {
            return self.out.push_str("{ ... recursive ... }");
        }
        if times > 8 {
            return self.out.push_str("...");
        }
        self.within.push(ix);
        match (shape.kind, shape.element()) {
            (Kind::List, Some(element)) => self.list(element.target),
            (Kind::Map, Some(element)) => self.map(&shape, element.target),
            (Kind::Document, _) => self.out.push_str("{...}"),
            _ => self.structure(&shape),
        }
        self.within.pop();
    }

    fn list(&mut self, element: ShapeIndex) {
        self.out.push('[');
        if is_scalar(self.service.shape(element)) {
            self.value(element);
            self.out.push_str(", ...]");
            return;
        }
        self.indent += 2;
        self.newline();
        self.value(element);
        self.newline();
        self.out.push_str("...");
        self.indent -= 2;
        self.newline();
        self.out.push(']');
    }

    fn map(&mut self, shape: &Shape<'_>, value: ShapeIndex) {
        let key = shape.members.first().map_or_else(String::new, |key| {
            scalar(self.service.shape(key.target), true)
        });
        self.out.push_str(&format!("{{{key}: "));
        self.indent += 2;
        let deeper = if is_scalar(self.service.shape(value)) {
            0
        } else {
            2
        };
        self.indent += deeper;
        self.value(value);
        self.indent -= deeper;
        self.newline();
        self.out.push_str("...}");
        self.indent -= 2;
    }

    fn structure(&mut self, shape: &Shape<'_>) {
        self.out.push('{');
        self.indent += 2;
        for (index, member) in shape.members.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.newline();
            self.out.push_str(&format!("\"{}\": ", member.name));
            self.value(member.target);
        }
        self.indent -= 2;
        self.newline();
        self.out.push('}');
    }
}
