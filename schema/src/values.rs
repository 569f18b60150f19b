//! Kinds of trait values.
//!
//! [`Value`] is what readers make and printers take; [`Payload`] ties a variant of it to the Rust
//! type that the trait carries.

use crate::{Auth, Pagination, Waiter};

/// The value of a trait, by its kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// No value: the trait's presence is enough.
    Mark,
    /// Text.
    Text(&'a str),
    /// `true` or `false`.
    Boolean(bool),
    /// An HTTP status.
    Status(u16),
    /// A word out of a closed set.
    Choice(Choice<'a>),
    /// Texts.
    Texts(&'a [&'a str]),
    /// Authentication schemes.
    AuthSchemes(&'a [Auth<'a>]),
    /// Endpoint parameters with their values.
    Parameters(&'a [(&'a str, Fixed<'a>)]),
    /// Endpoint parameters with paths into the input.
    Paths(&'a [(&'a str, &'a [Step<'a>])]),
    /// Headers with their values.
    Headers(&'a [(&'a str, &'a str)]),
    /// How an output is paged.
    Pagination(&'a Pagination<'a>),
    /// Waiters.
    Waiters(&'a [Waiter<'a>]),
    /// An HTTP binding.
    Http(&'a Http<'a>),
    /// Checksums of requests and answers.
    HttpChecksum(&'a HttpChecksum<'a>),
    /// A namespace of XML.
    XmlNamespace(&'a XmlNamespace<'a>),
    /// A parameter with the URL of a call.
    PresignedParameter(&'a PresignedParameter<'a>),
}

/// A word out of a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice<'a> {
    /// The word, as models have it.
    pub word: &'a str,
    /// The Rust enum and its variant: `TimestampFormat::DateTime`. Empty where only the word is
    /// known.
    pub path: &'static str,
}

/// A Rust type that a trait carries.
pub(crate) trait Payload<'a>: Sized {
    /// The payload of a value; `None` when the value is of another kind.
    fn from_value(value: Value<'a>) -> Option<Self>;
    /// The value of the payload.
    fn into_value(self) -> Value<'a>;
}

impl Payload<'_> for () {
    fn from_value(value: Value<'_>) -> Option<Self> {
        matches!(value, Value::Mark).then_some(())
    }

    fn into_value(self) -> Value<'static> {
        Value::Mark
    }
}

macro_rules! payloads {
    ($($kind:ident($payload:ty),)*) => {$(
        impl<'a> Payload<'a> for $payload {
            fn from_value(value: Value<'a>) -> Option<Self> {
                match value {
                    Value::$kind(value) => Some(value),
                    _ => None,
                }
            }

            fn into_value(self) -> Value<'a> {
                Value::$kind(self)
            }
        }
    )*};
}

payloads! {
    Text(&'a str),
    Boolean(bool),
    Status(u16),
    Texts(&'a [&'a str]),
    AuthSchemes(&'a [Auth<'a>]),
    Parameters(&'a [(&'a str, Fixed<'a>)]),
    Paths(&'a [(&'a str, &'a [Step<'a>])]),
    Headers(&'a [(&'a str, &'a str)]),
    Pagination(&'a Pagination<'a>),
    Waiters(&'a [Waiter<'a>]),
    Http(&'a Http<'a>),
    HttpChecksum(&'a HttpChecksum<'a>),
    XmlNamespace(&'a XmlNamespace<'a>),
    PresignedParameter(&'a PresignedParameter<'a>),
}

/// Where an operation's request goes (`smithy.api#http`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Http<'a> {
    /// The method, e.g. `GET`.
    pub method: &'a str,
    /// The path, with the names of members in braces, and what is always in the query string.
    pub uri: &'a str,
    /// The status of an answer without an error.
    pub code: u16,
}

/// An HTTP binding.
pub const fn http<'a>(method: &'a str, uri: &'a str, code: u16) -> Http<'a> {
    Http { method, uri, code }
}

/// The checksums of an operation (`aws.protocols#httpChecksum`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpChecksum<'a> {
    /// Whether the service refuses a request without one.
    pub required: bool,
    /// The member of the input that names the request's algorithm; empty if there is none.
    pub algorithm: &'a str,
    /// The member of the input that asks for the checksum of the answer; empty if there is none.
    pub mode: &'a str,
    /// The algorithms of checksums that answers may have.
    pub response: &'a [&'a str],
}

/// Checksums of an operation.
pub const fn http_checksum<'a>(
    required: bool,
    algorithm: &'a str,
    mode: &'a str,
    response: &'a [&'a str],
) -> HttpChecksum<'a> {
    HttpChecksum {
        required,
        algorithm,
        mode,
        response,
    }
}

/// A namespace of XML (`smithy.api#xmlNamespace`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct XmlNamespace<'a> {
    /// What identifies it.
    pub uri: &'a str,
    /// The prefix of names in it; empty when it is the namespace of names without a prefix.
    pub prefix: &'a str,
}

/// A namespace of XML.
pub const fn xml_namespace<'a>(uri: &'a str, prefix: &'a str) -> XmlNamespace<'a> {
    XmlNamespace { uri, prefix }
}

/// A parameter of a call with the URL of the same call, presigned in another region: the service fetches
/// from there what the call is about. Names are those of parameters on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresignedParameter<'a> {
    /// The parameter with the URL. The call has it as it is given, if it is.
    pub url: &'a str,
    /// The parameter with the region of the URL. Without it there is no URL.
    pub source: &'a str,
    /// The parameter with the region that is called.
    pub destination: &'a str,
    /// Whether the call itself has the regions too. Otherwise the region that is called is in the URL
    /// only, and that of the URL is not sent.
    pub sends_regions: bool,
}

/// A parameter with the URL of a call.
pub const fn presigned_parameter<'a>(
    url: &'a str,
    source: &'a str,
    destination: &'a str,
    sends_regions: bool,
) -> PresignedParameter<'a> {
    PresignedParameter {
        url,
        source,
        destination,
        sends_regions,
    }
}

/// An enum whose variants have words in models.
macro_rules! words {
    (
        $(#[$about:meta])*
        $name:ident { $( $(#[$on_variant:meta])* $variant:ident = $word:literal, )* }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $( $(#[$on_variant])* $variant, )*
        }

        impl $name {
            /// The words of all variants, in their order.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The variant of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $( $word => Some($name::$variant), )*
                    _ => None,
                }
            }

            /// The variant's word.
            pub const fn word(self) -> &'static str {
                match self {
                    $( $name::$variant => $word, )*
                }
            }
        }
    };
}

pub(crate) use words;

/// An enum that traits carry.
macro_rules! choices {
    ($name:ident { $($variant:ident),* }) => {
        impl Payload<'_> for $name {
            fn from_value(value: Value<'_>) -> Option<Self> {
                match value {
                    Value::Choice(choice) => Self::from_word(choice.word),
                    _ => None,
                }
            }

            fn into_value(self) -> Value<'static> {
                let path = match self {
                    $( $name::$variant => concat!(stringify!($name), "::", stringify!($variant)), )*
                };
                Value::Choice(Choice {
                    word: self.word(),
                    path,
                })
            }
        }
    };
}

words! {
    /// Whose fault an error is (`smithy.api#error`).
    Fault {
        /// The client's.
        Client = "client",
        /// The service's.
        Server = "server",
    }
}
choices!(Fault { Client, Server });

words! {
    /// How a timestamp is written (`smithy.api#timestampFormat`).
    TimestampFormat {
        /// `2015-07-09T00:00:00Z`
        DateTime = "date-time",
        /// `Thu, 09 Jul 2015 00:00:00 GMT`
        HttpDate = "http-date",
        /// Seconds since 1970, with a fraction.
        EpochSeconds = "epoch-seconds",
    }
}
choices!(TimestampFormat {
    DateTime,
    HttpDate,
    EpochSeconds
});

/// The value of an endpoint parameter that is the same in every call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fixed<'a> {
    /// Text.
    Text(&'a str),
    /// `true` or `false`.
    Boolean(bool),
    /// A list of texts.
    List(&'a [&'a str]),
}

/// A step of a path into an input: the part of JMESPath that endpoint parameters use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step<'a> {
    /// `.name`: the member of this name.
    Member(&'a str),
    /// `[*]`: the rest of the path applies to each element.
    Each,
    /// `[]`: lists in the list are joined, and the rest of the path applies to each element.
    Flatten,
    /// `[a, b]`: a list of what several paths lead to.
    Several(&'a [&'a [Step<'a>]]),
    /// `keys(…)`: the names in a map.
    Keys,
}
