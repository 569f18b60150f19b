//! The Rust types of values.

use super::{Member, Service};
use opsmith_schema::{Flags, Kind, ShapeIndex, Width};

/// The type of a member's value, with its box where it needs one.
pub(crate) fn member_type(service: &Service<'_>, member: &Member<'_>) -> String {
    let inner = type_of(service, member.target);
    if member.boxed {
        format!("Box<{inner}>")
    } else {
        inner
    }
}

/// The Rust type of a shape's values.
pub(crate) fn type_of(service: &Service<'_>, target: ShapeIndex) -> String {
    let Some(shape) = service.at(target) else {
        return "()".to_owned();
    };
    let part = |at: usize| {
        let inner = shape
            .members
            .get(at)
            .map_or_else(String::new, |member| type_of(service, member.target));
        if shape.is(Flags::SPARSE) {
            format!("Option<{inner}>")
        } else {
            inner
        }
    };
    let name = match shape.kind {
        Kind::Blob => "Blob",
        Kind::Boolean => "bool",
        Kind::String => "String",
        Kind::Integer(Width::Byte) => "i8",
        Kind::Integer(Width::Short) => "i16",
        Kind::Integer(Width::Integer) => "i32",
        Kind::Integer(Width::Long) => "i64",
        Kind::Integer(Width::Big) => "i128",
        Kind::Float => "f32",
        Kind::Double => "f64",
        Kind::Timestamp => "Timestamp",
        Kind::Document => "Document",
        Kind::List => return format!("Vec<{}>", part(0)),
        Kind::Map => return format!("BTreeMap<String, {}>", part(1)),
        Kind::Enum | Kind::Structure | Kind::Union => return shape.rust.to_string(),
    };
    name.to_owned()
}
