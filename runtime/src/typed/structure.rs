//! The macro around a generated structure. It holds the definition as Rust has it, one member per
//! line, and adds what every such type has.

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
