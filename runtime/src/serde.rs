//! serde for generated types (the feature `serde`), in the form of the AWS JSON protocols: members
//! with their names on the wire, points in time as seconds, bytes as base64 text. Sensitive values
//! are written too; to print a value without them, use `Debug`.
//!
//! Reading is as lenient as for answers: missing members are absent or empty, and unknown ones are
//! skipped. Inputs are validated when a call is made.

use crate::codec::{EncodeMode, base64, json};
use crate::document::Document;
use crate::schema::{Service, ShapeIndex};
use crate::timestamp::{ParseTimestampError, Timestamp};
use crate::typed::Blob;
use crate::visit::{Visit, Visitor};
use serde_core::de::{Deserialize, Deserializer, Error as _};
use serde_core::ser::{Error as _, Serialize, Serializer};

/// Writes a value of the shape. For [`serde!`](crate::serde).
#[doc(hidden)]
pub fn serialize<S: Serializer>(
    value: &dyn Visit,
    service: &Service<'_>,
    shape: ShapeIndex,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let json = json::encode(value, service, shape, EncodeMode::Unchecked)
        .map_err(S::Error::custom)?
        .value;
    serde_transcode::transcode(&mut serde_json::Deserializer::from_slice(&json), serializer)
}

/// Reads a value of the shape. For [`serde!`](crate::serde).
#[doc(hidden)]
pub fn deserialize<'de, D: Deserializer<'de>, T: Visitor + Default>(
    service: &Service<'_>,
    shape: ShapeIndex,
    deserializer: D,
) -> Result<T, D::Error> {
    let mut value = T::default();
    json::read_from(deserializer, service, shape, &mut value)?;
    Ok(value)
}

/// Reads the text of an enum's value. A value of another type is not repeated in the error, since
/// it may be sensitive. For [`serde!`](crate::serde).
#[doc(hidden)]
pub fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer)
        .map_err(|_| D::Error::custom("the value of an enum is a string"))
}

/// Values without a schema are written as in JSON: points in time as seconds since 1970, bytes as
/// base64 text.
macro_rules! serialize {
    ($($name:ident)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serialize(self, &Service::NONE, ShapeIndex::MAX, serializer)
            }
        }
    )*};
}

serialize!(Blob Document Timestamp);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserialize(&Service::NONE, ShapeIndex::MAX, deserializer)
    }
}

/// From a number of seconds, or from text in any form that [`Timestamp::parse`] reads.
impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let read = match Document::deserialize(deserializer)? {
            Document::Integer(whole) => i64::try_from(whole)
                .map(|whole| Timestamp::new(whole, 0))
                .map_err(|_| ParseTimestampError),
            Document::Float(seconds) => Timestamp::from_epoch(seconds).ok_or(ParseTimestampError),
            Document::String(text) => text.parse(),
            _ => Err(ParseTimestampError),
        };
        read.map_err(D::Error::custom)
    }
}

/// From base64 text.
impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        base64::lenient(&text)
            .map(Blob)
            .ok_or_else(|| D::Error::custom("it is not base64"))
    }
}

/// Implements serde's traits for a generated structure or union, or for an enum with the given
/// functions.
#[doc(hidden)]
#[macro_export]
macro_rules! serde {
    ($name:ident) => {
        $crate::serde!(
            $name,
            |value, to| $crate::serde::serialize(
                value,
                &SERVICE,
                Shapes::$name as $crate::schema::ShapeIndex,
                to
            ),
            |from| $crate::serde::deserialize(
                &SERVICE,
                Shapes::$name as $crate::schema::ShapeIndex,
                from
            )
        );
    };
    ($name:ident, |$value:ident, $to:ident| $write:expr, |$from:ident| $read:expr) => {
        #[allow(deprecated)]
        impl $crate::serde_core::Serialize for $name {
            fn serialize<S: $crate::serde_core::Serializer>(
                &self,
                $to: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                let $value = self;
                $write
            }
        }

        #[allow(deprecated)]
        impl<'de> $crate::serde_core::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde_core::Deserializer<'de>>(
                $from: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $read
            }
        }
    };
}
