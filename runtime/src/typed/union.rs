//! The macro around a generated union. It holds the definition as Rust has it, one member per line,
//! and adds what every such type has.

/// Defines a generated union: an enum with a variant per member, each with its accessor. Variants
/// are in the order of the shape's members; where one is left out, the next has its index after its
/// type (`Name(String) = 2 => as_name`). A boxed member also names the type without the box.
///
/// ```ignore
/// opsmith_runtime::union! {
///     pub enum Filter {
///         Name(String) => as_name,
///         Not(Box<Filter>) => as_not: Filter,
///     }
/// }
/// ```
///
/// Adds the variant `Unknown`, and what [`structure!`](crate::structure) adds.
#[macro_export]
macro_rules! union {
    (
        $(#[$about:meta])*
        $visibility:vis enum $name:ident {
            $(
                $(#[$fact:meta])*
                $variant:ident($type:ty) $(= $index:literal)? => $accessor:ident $(: $inner:ty)?,
            )*
        }
    ) => {
        $(#[$about])*
        #[allow(deprecated, missing_docs)]
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        $visibility enum $name {
            $($(#[$fact])* $variant($type),)*
            /// A member that is newer than the model. It can be received, but not sent.
            #[default]
            Unknown,
        }

        #[allow(deprecated)]
        impl $name {
            $(
                #[doc = ::core::concat!("The value, if this is `", ::core::stringify!($variant), "`.")]
                pub fn $accessor(
                    &self,
                ) -> ::core::option::Option<&$crate::first_type!($($inner,)? $type)> {
                    match self {
                        Self::$variant(value) => ::core::option::Option::Some(value),
                        _ => ::core::option::Option::None,
                    }
                }
            )*
        }

        #[allow(deprecated)]
        impl $crate::visit::Visit for $name {
            fn visit(&self, visitor: &mut dyn $crate::visit::Visitor) -> $crate::visit::VisitResult {
                enum Index { $($variant $(= $index)?),* }
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
                enum Index { $($variant $(= $index)?),* }
                match index {
                    $(index if index == Index::$variant as usize => {
                        *self = Self::$variant(::core::default::Default::default());
                    })*
                    _ => {}
                }
                match self {
                    $(Self::$variant(value) => ::core::result::Result::Ok(value),)*
                    Self::Unknown => {
                        ::core::result::Result::Err($crate::visit::VisitError::kind("structure"))
                    }
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

/// The first of one or two types.
#[doc(hidden)]
#[macro_export]
macro_rules! first_type {
    ($first:ty $(, $second:ty)?) => {
        $first
    };
}
