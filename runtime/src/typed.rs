//! How generated types write themselves to a [`Visitor`] and are one: for the scalar and compound
//! types of the standard library here, for generated structures, unions and enums by one macro line
//! each.

use crate::document::{Document, Map};
use crate::schema::{Service, ShapeIndex};
use crate::timestamp::Timestamp;
use crate::visit::{CompoundKind, TypedDocument, Visit, VisitError, VisitResult, Visitor};
use std::collections::BTreeMap;

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

/// Refuses parts of another kind than expected. For the macros of this crate.
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

/// Text that is none of an enum's values in the model. The text is left out, since it may be
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

/// Ties a generated structure to its row: constructor from the required members, a setter per
/// optional member, and both directions of the visitor. Fields stand in the order of the row's
/// members.
#[macro_export]
macro_rules! structure {
    (
        $name:ident [$($field:ident),* $(,)?]
        $(new($($required:ident: $required_type:ty),* $(,)?))?
        $(set($($(#[$mark:meta])? $optional:ident: $optional_type:ty $(= $about:literal)?),* $(,)?))?
    ) => {
        #[allow(deprecated)]
        impl $name {
            $(
                /// Creates it from its required members; the others are absent.
                pub fn new($($required: impl ::core::convert::Into<$required_type>),*) -> Self {
                    Self {
                        $($required: ::core::convert::Into::into($required),)*
                        ..<Self as ::core::default::Default>::default()
                    }
                }
            )?
            $($(
                #[doc = ::core::concat!("Sets `", ::core::stringify!($optional), "`." $(, $about)?)]
                $(#[$mark])?
                pub fn $optional(mut self, value: impl ::core::convert::Into<$optional_type>) -> Self {
                    self.$optional = ::core::option::Option::Some(::core::convert::Into::into(value));
                    self
                }
            )*)?
        }

        #[allow(deprecated)]
        impl $crate::visit::Visit for $name {
            #[allow(non_camel_case_types)]
            fn visit(&self, visitor: &mut dyn $crate::visit::Visitor) -> $crate::visit::VisitResult {
                enum Index { $($field),* }
                visitor.begin($crate::visit::CompoundKind::Members)?;
                $($crate::visit::Visit::visit_member(&self.$field, Index::$field as usize, visitor)?;)*
                visitor.end()
            }
        }

        #[allow(deprecated)]
        impl $crate::visit::Visitor for $name {
            fn begin(&mut self, parts: $crate::visit::CompoundKind) -> $crate::visit::VisitResult {
                $crate::typed::begins(parts, $crate::visit::CompoundKind::Members)
            }
            #[allow(non_camel_case_types)]
            fn member(
                &mut self,
                index: usize,
            ) -> ::core::result::Result<&mut dyn $crate::visit::Visitor, $crate::visit::VisitError> {
                enum Index { $($field),* }
                match index {
                    $(index if index == Index::$field as usize => ::core::result::Result::Ok(&mut self.$field),)*
                    _ => ::core::result::Result::Err($crate::visit::VisitError::kind("structure")),
                }
            }
            fn unknown(&mut self, _name: &str) -> $crate::visit::VisitResult {
                ::core::result::Result::Ok(())
            }
        }

        $crate::redacted!($name);
        $crate::serde!($name);
    };
}

/// Ties a generated union to its row, with an accessor of each variant. Variants stand in the order
/// of the row's members; `Unknown` stands for a member that is newer than the model.
#[macro_export]
macro_rules! union {
    ($name:ident { $($variant:ident($type:ty) $accessor:ident: $inner:ty),* $(,)? }) => {
        #[allow(deprecated)]
        impl $name {
            $(
                #[doc = ::core::concat!("The value, if this is `", ::core::stringify!($variant), "`.")]
                pub fn $accessor(&self) -> ::core::option::Option<&$inner> {
                    match self {
                        Self::$variant(value) => ::core::option::Option::Some(value),
                        _ => ::core::option::Option::None,
                    }
                }
            )*
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::Unknown
            }
        }

        #[allow(deprecated)]
        impl $crate::visit::Visit for $name {
            fn visit(&self, visitor: &mut dyn $crate::visit::Visitor) -> $crate::visit::VisitResult {
                enum Index { $($variant),* }
                visitor.begin($crate::visit::CompoundKind::Members)?;
                match self {
                    $(Self::$variant(value) => {
                        $crate::visit::Visit::visit(value, visitor.member(Index::$variant as usize)?)?
                    })*
                    Self::Unknown => {}
                }
                visitor.end()
            }
        }

        #[allow(deprecated)]
        impl $crate::visit::Visitor for $name {
            fn begin(&mut self, parts: $crate::visit::CompoundKind) -> $crate::visit::VisitResult {
                *self = Self::Unknown;
                $crate::typed::begins(parts, $crate::visit::CompoundKind::Members)
            }
            fn member(
                &mut self,
                index: usize,
            ) -> ::core::result::Result<&mut dyn $crate::visit::Visitor, $crate::visit::VisitError> {
                enum Index { $($variant),* }
                match index {
                    $(index if index == Index::$variant as usize => {
                        *self = Self::$variant(::core::default::Default::default());
                    })*
                    _ => {}
                }
                match self {
                    $(Self::$variant(value) => ::core::result::Result::Ok(value),)*
                    Self::Unknown => ::core::result::Result::Err($crate::visit::VisitError::kind("structure")),
                }
            }
            fn unknown(&mut self, _name: &str) -> $crate::visit::VisitResult {
                ::core::result::Result::Ok(())
            }
        }

        $crate::redacted!($name);
        $crate::serde!($name);
    };
}

/// Prints a generated type by its rows, without what is sensitive.
#[doc(hidden)]
#[macro_export]
macro_rules! redacted {
    ($name:ident) => {
        impl ::core::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::redact::debug(
                    self,
                    &SERVICE,
                    Shapes::$name as $crate::schema::ShapeIndex,
                    f,
                )
            }
        }
    };
}

/// Ties a generated enum to the texts of its values: `VALUES`, `as_str`, `FromStr` and
/// `TryFrom<&str>` (which refuse what the model does not list), `Display`, and both directions of
/// the visitor (which keep it as `Unknown`).
#[macro_export]
macro_rules! enumeration {
    ($name:ident { $($variant:ident = $value:literal),* $(,)? }) => {
        #[allow(deprecated)]
        impl $name {
            /// The values that the model lists, in its order.
            pub const VALUES: &'static [&'static str] = &[$($value),*];

            /// The value as it is on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => value,
                }
            }

            /// The value that this text is on the wire; `Unknown` when the model does not have it.
            pub fn from_wire(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    _ => Self::Unknown(::std::string::String::from(value)),
                }
            }
        }

        impl ::core::str::FromStr for $name {
            type Err = $crate::typed::UnknownVariantError;
            fn from_str(value: &str) -> ::core::result::Result<Self, $crate::typed::UnknownVariantError> {
                match Self::from_wire(value) {
                    Self::Unknown(_) => ::core::result::Result::Err($crate::typed::UnknownVariantError {
                        name: ::core::stringify!($name),
                        values: Self::VALUES,
                    }),
                    known => ::core::result::Result::Ok(known),
                }
            }
        }

        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::typed::UnknownVariantError;
            // Named in full: `Error` may be a variant.
            fn try_from(value: &str) -> ::core::result::Result<Self, $crate::typed::UnknownVariantError> {
                value.parse()
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(Self::as_str(self))
            }
        }

        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::Unknown(::std::string::String::new())
            }
        }

        impl $crate::visit::Visit for $name {
            fn visit(&self, visitor: &mut dyn $crate::visit::Visitor) -> $crate::visit::VisitResult {
                visitor.string(Self::as_str(self))
            }
        }

        impl $crate::visit::Visitor for $name {
            fn string(&mut self, value: &str) -> $crate::visit::VisitResult {
                *self = Self::from_wire(value);
                ::core::result::Result::Ok(())
            }
        }

        $crate::serde!(
            $name,
            |value, to| to.serialize_str(value.as_str()),
            |from| ::core::result::Result::Ok(Self::from_wire(&$crate::serde::text(from)?))
        );
    };
}

/// serde is a feature.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde {
    ($($what:tt)*) => {};
}
