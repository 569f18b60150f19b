//! What the macros of all kinds of generated types use.

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

/// serde is a feature.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! serde {
    ($($what:tt)*) => {};
}
