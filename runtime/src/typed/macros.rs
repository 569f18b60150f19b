//! The macros around generated types. Each holds the definition as Rust has it, one member per line,
//! and adds what every such type has.

/// Defines a generated structure. `required` members are arguments of `new`; `optional` ones are
/// `Option`s with a setter of the same name. Members are in the order of the shape's members; where
/// one is left out, the next has its index after its name (`optional key = 3: String`).
///
/// ```ignore
/// opsmith_runtime::structure! {
///     /// What failed.
///     #[derive(Eq, Hash)]
///     pub struct FailureDetails {
///         /// 1 to 5000 characters.
///         required message: String,
///         optional external_execution_id: String,
///     }
/// }
/// ```
///
/// Adds `Clone`, `Default`, `PartialEq`, a `Debug` that hides sensitive values, and with the feature
/// `serde` its traits.
#[macro_export]
macro_rules! structure {
    (
        $(#[$about:meta])*
        $visibility:vis struct $name:ident {
            $(
                $(#[$fact:meta])*
                $(required $required:ident)? $(optional $optional:ident)? $(= $index:literal)?: $type:ty,
            )*
        }
    ) => {
        $(#[$about])*
        #[allow(deprecated, missing_docs)]
        #[derive(Clone, Default, PartialEq)]
        #[non_exhaustive]
        $visibility struct $name {
            $(
                $(#[$fact])*
                pub $($required: $type)? $($optional: ::core::option::Option<$type>)?,
            )*
        }

        #[allow(deprecated)]
        impl $name {
            /// A value with these required members; the others are absent.
            pub fn new(
                $($($required: impl ::core::convert::Into<$type>,)?)*
            ) -> Self {
                Self {
                    $(
                        $($required: ::core::convert::Into::into($required),)?
                        $($optional: ::core::option::Option::None,)?
                    )*
                }
            }

            $(
                $crate::setter! {
                    $(#[$fact])*
                    $(required $required)? $(optional $optional)?: $type
                }
            )*
        }

        #[allow(deprecated)]
        impl $crate::visit::Visit for $name {
            #[allow(non_camel_case_types)]
            fn visit(&self, visitor: &mut dyn $crate::visit::Visitor) -> $crate::visit::VisitResult {
                enum Index { $($($required)? $($optional)? $(= $index)?),* }
                visitor.begin($crate::visit::CompoundKind::Members)?;
                $(
                    $crate::visit::Visit::visit_member(
                        &self.$($required)? $($optional)?,
                        Index::$($required)? $($optional)? as usize,
                        visitor,
                    )?;
                )*
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
                enum Index { $($($required)? $($optional)? $(= $index)?),* }
                match index {
                    $(
                        index if index == Index::$($required)? $($optional)? as usize => {
                            ::core::result::Result::Ok(&mut self.$($required)? $($optional)?)
                        }
                    )*
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

/// The setter of an optional member; nothing for a required one.
#[doc(hidden)]
#[macro_export]
macro_rules! setter {
    ($(#[$fact:meta])* required $name:ident: $type:ty) => {};
    ($(#[$fact:meta])* optional $name:ident: $type:ty) => {
        #[doc = ::core::concat!("Sets `", ::core::stringify!($name), "`.")]
        ///
        $(#[$fact])*
        pub fn $name(mut self, value: impl ::core::convert::Into<$type>) -> Self {
            self.$name = ::core::option::Option::Some(::core::convert::Into::into(value));
            self
        }
    };
}

/// Defines a generated union: an enum with a variant per member, each with its accessor. Variants
/// are in the order of the shape's members. A boxed member also names the type without the box.
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
            $($(#[$fact:meta])* $variant:ident($type:ty) => $accessor:ident $(: $inner:ty)?,)*
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

/// Prints a generated type by its schema, without what is sensitive.
#[doc(hidden)]
#[macro_export]
macro_rules! redacted {
    ($name:ident) => {
        #[allow(deprecated)]
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

/// Defines the errors of a generated service: `ErrorKind` with the members of each error, and
/// `ErrorCode` without. Both have a variant per error that the model lists, and `Unknown` with the
/// code of any other. A code is the variant's name, unless another is given.
///
/// ```ignore
/// opsmith_runtime::errors! {
///     /// An error that the model lists, with its members.
///     pub enum ErrorKind {
///         JobNotFoundException,
///         LimitExceededException(LimitExceededException),
///         SizeExceeded = "SizeExceeded.Old",
///     }
/// }
/// ```
#[macro_export]
macro_rules! errors {
    (
        $(#[$about:meta])*
        pub enum ErrorKind {
            $($(#[$fact:meta])* $variant:ident $(($details:ident $(,)?))? $(= $code:literal)?,)*
        }
    ) => {
        $crate::enumeration! {
            /// The code of an error that the model lists.
            pub enum ErrorCode {
                $($(#[$fact])* $variant $(= $code)?,)*
            }
        }

        impl ErrorCode {
            /// The code of the service's error; none when the error is not the service's.
            pub fn of(error: &$crate::Error) -> ::core::option::Option<Self> {
                error
                    .service()
                    .map(|error| Self::from_wire(error.shape.as_deref().unwrap_or(&error.code)))
            }
        }

        $(#[$about])*
        #[allow(deprecated, missing_docs)]
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$fact])* $variant $(($details))?,)*
            /// A code that the model does not list.
            Unknown(::std::string::String),
        }

        #[allow(deprecated)]
        impl ErrorKind {
            /// The service's error with its members; none when the error is not the service's.
            pub fn of(error: &$crate::Error) -> ::core::option::Option<Self> {
                ErrorCode::of(error).map(|code| match code {
                    $(
                        ErrorCode::$variant => Self::$variant $((
                            $crate::typed::details::<$details>(
                                error,
                                &SERVICE,
                                Shapes::$details as $crate::schema::ShapeIndex,
                            )
                        ))?,
                    )*
                    ErrorCode::Unknown(code) => Self::Unknown(code),
                })
            }
        }
    };
}

/// serde is a feature.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde {
    ($($what:tt)*) => {};
}
