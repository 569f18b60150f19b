//! The macro around the errors of a generated service.

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
