//! [`Listing`]: the objects below a prefix, page by page.

mod ahead;

use crate::local::Files;
use crate::object::Object;
use crate::place::Place;
use ahead::Ahead;
use opsmith_runtime::Error;
use opsmith_runtime::call::Pages;
use opsmith_s3api::{
    Client, EncodingType, ListObjectsV2Output, ListObjectsV2Request, Object as Listed, RequestPayer,
};
use percent_encoding::percent_decode_str;
use std::vec;

/// The objects of a bucket whose keys begin with a prefix, in the order in which S3 lists them: that
/// of the bytes of their keys, except in directory buckets.
#[derive(Debug)]
pub struct Listing {
    client: Client,
    request: ListObjectsV2Request,
    /// None while the next page comes.
    pages: Option<Pages<ListObjectsV2Output>>,
    objects: vec::IntoIter<Listed>,
    /// The end of the last page, if more follow.
    end: Option<End>,
    ahead: Ahead,
}

/// The end of a page.
#[derive(Debug)]
struct End {
    /// The key of its last object.
    key: String,
    /// The number of its objects.
    objects: usize,
}

/// How objects are listed.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// How many objects a page has at most; the service's default without it.
    pub page_size: Option<i32>,
    /// That the requester pays.
    pub request_payer: Option<RequestPayer>,
    /// Whether what is below a further `/` is listed as one common prefix.
    pub by_folder: bool,
    /// How many pages are asked for ahead of their turn: the next one while the objects of a page are
    /// taken, and by a [`Comparison`](crate::Comparison) with files those after it too. Where these
    /// begin is guessed from the files; when the guess is wrong, a request is made in vain.
    pub pages_ahead: usize,
}

impl Listing {
    /// Lists the objects below a place.
    pub fn new(client: &Client, place: &Place, options: &ListOptions) -> Self {
        let mut request = ListObjectsV2Request::new(&*place.bucket);
        request.prefix = Some(place.key.clone());
        request.delimiter = options.by_folder.then(|| "/".to_owned());
        request.max_keys = options.page_size;
        request.request_payer = options.request_payer.clone();
        // Keys can have characters that XML has not.
        request.encoding_type = Some(EncodingType::Url);
        Listing {
            client: client.clone(),
            pages: Some(client.list_objects_v2(request.clone()).pages()),
            request,
            objects: Vec::new().into_iter(),
            end: None,
            ahead: Ahead::new(options),
        }
    }

    /// The next page; `None` after the last.
    ///
    /// # Errors
    ///
    /// It can't be had.
    pub async fn page(&mut self) -> Result<Option<ListObjectsV2Output>, Error> {
        let page = match (&mut self.ahead.next, &mut self.pages) {
            (Some(asked), _) => {
                let come = asked.come().await;
                self.ahead.next = None;
                let (pages, page) = come?;
                self.pages = Some(pages);
                page
            }
            (None, Some(pages)) => pages.next().await,
            (None, None) => None,
        };
        Ok(page.transpose()?.map(decoded))
    }

    /// The next object; `None` after the last.
    ///
    /// # Errors
    ///
    /// A page can't be had.
    pub async fn next(&mut self) -> Result<Option<Object>, Error> {
        self.next_beside(None).await
    }

    /// The next object. Files that the objects are compared with tell where pages may begin.
    pub(crate) async fn next_beside(
        &mut self,
        mut files: Option<&mut Files>,
    ) -> Result<Option<Object>, Error> {
        loop {
            if let Some(listed) = self.objects.next() {
                return Ok(Some(object(&self.request.bucket, listed)));
            }
            let page = match self.guessed().await {
                None => self.page().await?,
                guessed => guessed,
            };
            let Some(page) = page else {
                return Ok(None);
            };
            self.end = End::of(&page);
            // At once: whoever does not wait for what follows must not lose the page.
            self.objects = page.contents.unwrap_or_default().into_iter();
            if let Some(files) = &mut files {
                self.look_ahead(files).await;
            }
            self.ask_next();
        }
    }
}

impl End {
    /// The end of a page that others follow.
    fn of(page: &ListObjectsV2Output) -> Option<Self> {
        page.next_continuation_token.as_ref()?;
        let objects = page.contents.as_deref()?;
        Some(End {
            key: objects.last()?.key.clone()?,
            objects: objects.len(),
        })
    }
}

/// A page with its keys and prefixes as they are. A server may not have encoded them.
fn decoded(mut page: ListObjectsV2Output) -> ListObjectsV2Output {
    if page.encoding_type != Some(EncodingType::Url) {
        return page;
    }
    let objects = page.contents.iter_mut().flatten();
    let keys = objects.filter_map(|object| object.key.as_mut());
    let prefixes = page.common_prefixes.iter_mut().flatten();
    let prefixes = prefixes.filter_map(|prefix| prefix.prefix.as_mut());
    for text in keys.chain(prefixes) {
        if text.contains(['%', '+']) {
            let spaced = text.replace('+', " ");
            *text = percent_decode_str(&spaced).decode_utf8_lossy().into_owned();
        }
    }
    page
}

fn object(bucket: &str, listed: Listed) -> Object {
    let mut object = Object::at(Place::new(bucket, listed.key.unwrap_or_default()));
    object.size = listed.size.and_then(|size| u64::try_from(size).ok());
    object.modified = listed.last_modified;
    object.etag = listed.e_tag;
    object.storage_class = listed.storage_class.map(|class| class.as_str().to_owned());
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use opsmith_runtime::fake::{Answer, Fake};

    #[tokio::test]
    async fn keys_are_those_that_the_server_encoded() {
        let page = |key: &str, rest: &str| {
            Answer::new(
                200,
                &format!(
                    "<ListBucketResult><EncodingType>url</EncodingType><Contents><Key>{key}</Key><Size>3</Size></Contents>{rest}</ListBucketResult>"
                ),
            )
        };
        let more =
            "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>";
        let fake = Fake::playing([page("p/a+b%2B%0A%C3%A9", more), page("p/c", "")]);
        let client = Client::new(fake.config());
        let place = Place::new("bucket", "p/");
        let mut listing = Listing::new(&client, &place, &ListOptions::default());
        let mut keys = Vec::new();
        while let Some(object) = listing.next().await.expect("a page") {
            assert_eq!(object.size, Some(3));
            keys.push(object.place.key);
        }
        assert_eq!(keys, ["p/a b+\né", "p/c"]);
        let requests = fake.requests();
        assert!(
            requests[0].url.contains("encoding-type=url")
                && requests[1].url.contains("continuation-token=t")
        );
    }
}
