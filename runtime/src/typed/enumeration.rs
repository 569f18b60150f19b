//! The macro around a generated enum. It holds the definition as Rust has it, one value per line, and
//! adds what every such type has.

/// Defines a generated enum. A variant's value on the wire is its name, unless another is given.
/// Written `pub sensitive enum`, its `Debug` hides the value.
///
/// ```ignore
/// opsmith_runtime::enumeration! {
///     pub enum ActionOwner {
///         /// `AWS`
///         Aws = "AWS",
///         Custom,
///     }
/// }
/// ```
///
/// Adds the variant `Unknown`, which keeps a value that is newer than the model; `VALUES`, `as_str`
/// and `Display`; `FromStr` and `TryFrom<&str>`, which reject what the model does not list; and the
/// common traits.
#[macro_export]
macro_rules! enumeration {
    ($(#[$about:meta])* $visibility:vis enum $name:ident { $($variants:tt)* }) => {
        $crate::enumeration! { @ $(#[$about])* #[derive(Debug)] $visibility $name { $($variants)* } }
    };
    ($(#[$about:meta])* $visibility:vis sensitive enum $name:ident { $($variants:tt)* }) => {
        $crate::enumeration! { @ $(#[$about])* $visibility $name { $($variants)* } }
        $crate::redacted!($name);
    };
    (
        @ $(#[$about:meta])*
        $visibility:vis $name:ident {
            $($(#[$fact:meta])* $variant:ident $(= $value:literal)?,)*
        }
    ) => {
        $(#[$about])*
        #[allow(deprecated, missing_docs)]
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $visibility enum $name {
            $($(#[$fact])* $variant,)*
            /// A value that is newer than the model.
            Unknown(::std::string::String),
        }

        #[allow(deprecated)]
        impl $name {
            /// The values that the model lists, in its order.
            pub const VALUES: &'static [&'static str] = &[$($crate::value!($variant $(= $value)?)),*];

            /// The value as it is on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $crate::value!($variant $(= $value)?),)*
                    Self::Unknown(value) => value,
                }
            }

            /// The variant of this value on the wire; `Unknown` when the model does not list it.
            pub fn from_wire(value: &str) -> Self {
                match value {
                    $($crate::value!($variant $(= $value)?) => Self::$variant,)*
                    _ => Self::Unknown(::std::string::String::from(value)),
                }
            }
        }

        #[allow(deprecated)]
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

        #[allow(deprecated)]
        impl ::core::convert::TryFrom<&str> for $name {
            type Error = $crate::typed::UnknownVariantError;
            // Named in full: `Error` may be a variant.
            fn try_from(value: &str) -> ::core::result::Result<Self, $crate::typed::UnknownVariantError> {
                value.parse()
            }
        }

        #[allow(deprecated)]
        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(Self::as_str(self))
            }
        }

        #[allow(deprecated)]
        impl ::core::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                Self::as_str(self)
            }
        }

        #[allow(deprecated)]
        impl ::core::default::Default for $name {
            fn default() -> Self {
                Self::Unknown(::std::string::String::new())
            }
        }

        #[allow(deprecated)]
        impl $crate::visit::Visit for $name {
            fn visit(&self, visitor: &mut dyn $crate::visit::Visitor) -> $crate::visit::VisitResult {
                visitor.string(Self::as_str(self))
            }
        }

        #[allow(deprecated)]
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

/// The value of an enum's variant: its name, unless another is given.
#[doc(hidden)]
#[macro_export]
macro_rules! value {
    ($variant:ident) => {
        ::core::stringify!($variant)
    };
    ($variant:ident = $value:literal) => {
        $value
    };
}
