//! The shapes of `smithy.api`, which every model has.

use super::Shape;
use std::collections::BTreeMap;

/// The name in `smithy.api`, and the type of it.
const PRELUDE: &[(&str, &str)] = &[
    ("BigDecimal", "bigDecimal"),
    ("BigInteger", "bigInteger"),
    ("Blob", "blob"),
    ("Boolean", "boolean"),
    ("Byte", "byte"),
    ("Document", "document"),
    ("Double", "double"),
    ("Float", "float"),
    ("Integer", "integer"),
    ("Long", "long"),
    ("PrimitiveBoolean", "boolean"),
    ("PrimitiveByte", "byte"),
    ("PrimitiveDouble", "double"),
    ("PrimitiveFloat", "float"),
    ("PrimitiveInteger", "integer"),
    ("PrimitiveLong", "long"),
    ("PrimitiveShort", "short"),
    ("Short", "short"),
    ("String", "string"),
    ("Timestamp", "timestamp"),
    ("Unit", "structure"),
];

/// A shape of `smithy.api`.
pub(crate) fn shape(id: &str) -> Option<&'static Shape> {
    static SHAPES: std::sync::LazyLock<BTreeMap<String, Shape>> = std::sync::LazyLock::new(|| {
        let shape =
            |(name, kind): &(&str, &str)| (format!("smithy.api#{name}"), Shape::simple(kind));
        PRELUDE.iter().map(shape).collect()
    });
    SHAPES.get(id)
}
