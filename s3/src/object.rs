//! [`Object`]: what is known of an object before it is transferred.

use crate::place::Place;
use opsmith_runtime::Timestamp;
use opsmith_s3api::HeadObjectOutput;

/// An object, with what a listing or `HeadObject` says of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Object {
    /// Where it is.
    pub place: Place,
    /// Its length in bytes, if it is known.
    pub size: Option<u64>,
    /// When it was last changed, if that is known.
    pub modified: Option<Timestamp>,
    /// The ETag, in quotes, if it is known.
    pub etag: Option<String>,
    /// The storage class, if it is not the standard one.
    pub storage_class: Option<String>,
    /// What `HeadObject` says, if it was asked.
    pub head: Option<Box<HeadObjectOutput>>,
}

impl Object {
    /// An object of which nothing is known but where it is.
    pub fn at(place: Place) -> Self {
        Object {
            place,
            size: None,
            modified: None,
            etag: None,
            storage_class: None,
            head: None,
        }
    }

    /// What `HeadObject` says of an object.
    pub(crate) fn described(place: Place, head: HeadObjectOutput) -> Self {
        Object {
            place,
            size: head.content_length.and_then(|len| u64::try_from(len).ok()),
            modified: head.last_modified,
            etag: head.e_tag.clone(),
            storage_class: head.storage_class.as_ref().map(ToString::to_string),
            head: Some(Box::new(head)),
        }
    }
}
