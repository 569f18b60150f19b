//! [`Listing`]: the objects below a prefix, page by page.

use crate::object::Object;
use crate::place::Place;
use opsmith_runtime::Error;
use opsmith_runtime::call::Pages;
use opsmith_s3api::{
    Client, ListObjectsV2Output, ListObjectsV2Request, Object as Listed, RequestPayer,
};
use std::vec;

/// The objects of a bucket whose keys begin with a prefix, in the order in which S3 lists them: that
/// of the bytes of their keys, except in directory buckets.
#[derive(Debug)]
pub struct Listing {
    bucket: String,
    pages: Pages<ListObjectsV2Output>,
    objects: vec::IntoIter<Listed>,
}

/// How objects are listed.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// How many objects a page has at most; the service's default without it.
    pub page_size: Option<i32>,
    /// That the requester pays.
    pub request_payer: Option<RequestPayer>,
}

impl ListOptions {
    /// A request for the objects below a place.
    pub fn request(&self, place: &Place) -> ListObjectsV2Request {
        let mut request = ListObjectsV2Request::new(&*place.bucket);
        request.prefix = Some(place.key.clone());
        request.max_keys = self.page_size;
        request.request_payer = self.request_payer.clone();
        request
    }
}

impl Listing {
    /// Lists the objects below a place.
    pub fn new(client: &Client, place: &Place, options: &ListOptions) -> Self {
        Listing {
            bucket: place.bucket.clone(),
            pages: client.list_objects_v2(options.request(place)).pages(),
            objects: Vec::new().into_iter(),
        }
    }

    /// The next object; `None` after the last.
    ///
    /// # Errors
    ///
    /// A page can't be had.
    pub async fn next(&mut self) -> Result<Option<Object>, Error> {
        loop {
            if let Some(listed) = self.objects.next() {
                return Ok(Some(object(&self.bucket, listed)));
            }
            match self.pages.next().await.transpose()? {
                Some(page) => self.objects = page.contents.unwrap_or_default().into_iter(),
                None => return Ok(None),
            }
        }
    }
}

fn object(bucket: &str, listed: Listed) -> Object {
    let mut object = Object::at(Place::new(bucket, listed.key.unwrap_or_default()));
    object.size = listed.size.and_then(|size| u64::try_from(size).ok());
    object.modified = listed.last_modified;
    object.etag = listed.e_tag;
    object.storage_class = listed.storage_class.map(|class| class.as_str().to_owned());
    object
}
