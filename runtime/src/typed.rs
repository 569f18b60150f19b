//! How typed values visit a [`Visitor`], and how a visitor builds them: the standard library's
//! types here; generated structures, unions, enums and errors by the macro in the file of that name.

use crate::document::{Document, Map};
#[cfg(feature = "client")]
use crate::error::Error;
use crate::schema::{Service, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, TypedDocument, Visit, VisitError, VisitResult, Visitor};
use std::collections::BTreeMap;

mod common;
mod enumeration;
mod errors;
mod structure;
mod union;

/// Bytes. `Debug` prints how many, never which.
#[derive(Clone, PartialEq, Eq, Default, Hash)]
pub struct Blob(pub Vec<u8>);

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Blob({} bytes)", self.0.len())
    }
}

impl<T: Into<Vec<u8>>> From<T> for Blob {
    fn from(bytes: T) -> Self {
        Blob(bytes.into())
    }
}

impl AsRef<[u8]> for Blob {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

macro_rules! scalar {
    ($($type:ty: $method:ident($argument:ty), $read:expr, $write:expr;)*) => {$(
        impl Visitor for $type {
            fn $method(&mut self, value: $argument) -> VisitResult {
                let read: fn($argument) -> Result<$type, VisitError> = $read;
                *self = read(value)?;
                Ok(())
            }
        }

        impl Visit for $type {
            fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
                let write: fn(&$type, &mut dyn Visitor) -> VisitResult = $write;
                write(self, visitor)
            }
        }
    )*};
}

macro_rules! integers {
    ($($type:ty: $form:literal;)*) => {
        scalar! {$(
            $type: integer(i128),
                |value| value.try_into().map_err(|_| VisitError::form($form)),
                |value, visitor| visitor.integer((*value).into());
        )*}
    };
}

/// The double that is written as the float is: 0.1 becomes 0.1 and not 0.10000000149011612, which
/// would be out of a range that ends at 0.1.
fn widened(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(value.into())
}

scalar! {
    bool: boolean(bool), Ok, |value, visitor| visitor.boolean(*value);
    f32: float(f64), |value| Ok(value as f32), |value, visitor| visitor.float(widened(*value));
    f64: float(f64), Ok, |value, visitor| visitor.float(*value);
    String: string(&str), |value| Ok(value.to_owned()), |value, visitor| visitor.string(value);
    Blob: blob(&[u8]), |value| Ok(Blob(value.to_owned())), |value, visitor| visitor.blob(&value.0);
    Timestamp: timestamp(Timestamp), Ok, |value, visitor| visitor.timestamp(*value);
}

integers! {
    i8: "an integer of 8 bits";
    i16: "an integer of 16 bits";
    i32: "an integer of 32 bits";
    i64: "an integer of 64 bits";
    i128: "an integer of 128 bits";
}

/// Forwards the methods of a visitor to the value inside it.
macro_rules! forward {
    (|$this:ident| $inner:expr) => {
        fn boolean(&mut self, value: bool) -> VisitResult {
            let $this = self;
            $inner.boolean(value)
        }
        fn integer(&mut self, value: i128) -> VisitResult {
            let $this = self;
            $inner.integer(value)
        }
        fn float(&mut self, value: f64) -> VisitResult {
            let $this = self;
            $inner.float(value)
        }
        fn string(&mut self, value: &str) -> VisitResult {
            let $this = self;
            $inner.string(value)
        }
        fn blob(&mut self, value: &[u8]) -> VisitResult {
            let $this = self;
            $inner.blob(value)
        }
        fn timestamp(&mut self, value: Timestamp) -> VisitResult {
            let $this = self;
            $inner.timestamp(value)
        }
        fn begin(&mut self, parts: CompoundKind) -> VisitResult {
            let $this = self;
            $inner.begin(parts)
        }
        fn resume(&mut self, parts: CompoundKind) -> VisitResult {
            let $this = self;
            $inner.resume(parts)
        }
        fn member(&mut self, index: usize) -> Result<&mut dyn Visitor, VisitError> {
            let $this = self;
            $inner.member(index)
        }
        fn unknown(&mut self, name: &str) -> VisitResult {
            let $this = self;
            $inner.unknown(name)
        }
        fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
            let $this = self;
            $inner.element()
        }
        fn entry(&mut self, key: &str) -> Result<&mut dyn Visitor, VisitError> {
            let $this = self;
            $inner.entry(key)
        }
        fn end(&mut self) -> VisitResult {
            let $this = self;
            $inner.end()
        }
    };
}

impl<T: Visitor + Default> Visitor for Option<T> {
    fn null(&mut self) -> VisitResult {
        *self = None;
        Ok(())
    }
    forward!(|this| this.get_or_insert_with(T::default));
}

impl<T: Visit> Visit for Option<T> {
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
        match self {
            Some(value) => value.visit(visitor),
            None => visitor.null(),
        }
    }
    // Most members of most values are absent.
    #[inline(always)]
    fn visit_member(&self, index: usize, visitor: &mut dyn Visitor) -> VisitResult {
        match self {
            Some(value) => value.visit_member(index, visitor),
            None => Ok(()),
        }
    }
}

impl<T: Visitor> Visitor for Box<T> {
    fn null(&mut self) -> VisitResult {
        self.as_mut().null()
    }
    forward!(|this| this.as_mut());
}

impl<T: Visit> Visit for Box<T> {
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
        self.as_ref().visit(visitor)
    }
}

impl<T: Visitor + Default> Visitor for Vec<T> {
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        self.clear();
        begins(parts, CompoundKind::Elements)
    }
    fn resume(&mut self, parts: CompoundKind) -> VisitResult {
        begins(parts, CompoundKind::Elements)
    }
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        self.push(T::default());
        let last = self.last_mut().ok_or_else(|| VisitError::kind("list"))?;
        Ok(last)
    }
}

impl<T: Visit> Visit for Vec<T> {
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
        visitor.begin(CompoundKind::Elements)?;
        for value in self {
            value.visit(visitor.element()?)?;
        }
        visitor.end()
    }
}

impl<T: Visitor + Default> Visitor for BTreeMap<String, T> {
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        self.clear();
        begins(parts, CompoundKind::Entries)
    }
    fn resume(&mut self, parts: CompoundKind) -> VisitResult {
        begins(parts, CompoundKind::Entries)
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Visitor, VisitError> {
        Ok(self.entry(key.to_owned()).or_default())
    }
}

impl<T: Visit> Visit for BTreeMap<String, T> {
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
        visitor.begin(CompoundKind::Entries)?;
        for (key, value) in self {
            value.visit(visitor.entry(key)?)?;
        }
        visitor.end()
    }
}

/// A value of any shape, in a member whose shape is a document.
impl Visitor for Document {
    fn null(&mut self) -> VisitResult {
        *self = Document::Null;
        Ok(())
    }
    fn boolean(&mut self, value: bool) -> VisitResult {
        *self = value.into();
        Ok(())
    }
    fn integer(&mut self, value: i128) -> VisitResult {
        *self = Document::Integer(value);
        Ok(())
    }
    fn float(&mut self, value: f64) -> VisitResult {
        *self = value.into();
        Ok(())
    }
    fn string(&mut self, value: &str) -> VisitResult {
        *self = value.into();
        Ok(())
    }
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        *self = match parts {
            CompoundKind::Elements => Document::List(Vec::new()),
            CompoundKind::Members | CompoundKind::Entries => Document::Map(Map::new()),
        };
        Ok(())
    }
    fn element(&mut self) -> Result<&mut dyn Visitor, VisitError> {
        let Document::List(list) = self else {
            return Err(VisitError::kind("list"));
        };
        list.push(Document::Null);
        let last = list.last_mut().ok_or_else(|| VisitError::kind("list"))?;
        Ok(last)
    }
    fn entry(&mut self, key: &str) -> Result<&mut dyn Visitor, VisitError> {
        let Document::Map(map) = self else {
            return Err(VisitError::kind("map"));
        };
        Ok(map.entry(key.to_owned()).or_default())
    }
}

impl Visit for Document {
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
        TypedDocument {
            document: self,
            service: &Service::NONE,
            shape: ShapeIndex::MAX,
        }
        .visit(visitor)
    }
}

/// An operation without input or output.
impl Visitor for () {
    fn begin(&mut self, parts: CompoundKind) -> VisitResult {
        begins(parts, CompoundKind::Members)
    }
    fn unknown(&mut self, _name: &str) -> VisitResult {
        Ok(())
    }
}

impl Visit for () {
    fn visit(&self, visitor: &mut dyn Visitor) -> VisitResult {
        visitor.begin(CompoundKind::Members)?;
        visitor.end()
    }
}

/// Rejects parts of another kind than expected. For the macros of this crate.
#[doc(hidden)]
pub fn begins(parts: CompoundKind, expected: CompoundKind) -> VisitResult {
    if parts == expected {
        Ok(())
    } else {
        Err(VisitError::kind(match parts {
            CompoundKind::Members => "structure",
            CompoundKind::Elements => "list",
            CompoundKind::Entries => "map",
        }))
    }
}

/// The members of a service's error. Read leniently: a member of another type than the model says
/// is left out. For [`errors!`](crate::errors).
#[cfg(feature = "client")]
#[doc(hidden)]
pub fn details<T: Visitor + Default>(error: &Error, service: &Service<'_>, shape: ShapeIndex) -> T {
    let mut value = T::default();
    let details = error.service().and_then(|error| error.details.as_map());
    for (name, document) in details.into_iter().flatten() {
        let Some((index, member)) = service.shape(shape).member(name) else {
            continue;
        };
        let part = TypedDocument {
            document,
            service,
            shape: member.target,
        };
        let read = value.member(index).and_then(|member| part.visit(member));
        if read.is_err() {
            let _ = value.member(index).and_then(|member| member.null());
        }
    }
    value
}

/// Text that is not one of an enum's values in the model. The text is left out, since it may be
/// sensitive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownVariantError {
    /// The enum's name.
    pub name: &'static str,
    /// The values that the model lists.
    pub values: &'static [&'static str],
}

impl std::fmt::Display for UnknownVariantError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "not a value of {}; choose one of: {}",
            self.name,
            self.values.join(", ")
        )
    }
}

impl std::error::Error for UnknownVariantError {}
