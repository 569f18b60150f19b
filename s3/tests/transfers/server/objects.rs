//! What the server stores, and what it answers.

use super::xml::{self, error, escaped, texts};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::request::Parts;
use http::{HeaderMap, Method, Response, StatusCode};
use hyper::body::Bytes;
use md5::{Digest as _, Md5};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

/// Buckets with objects.
#[derive(Default)]
pub(crate) struct Store {
    pub(crate) buckets: BTreeMap<String, Bucket>,
    /// How many uploads were begun.
    begun: u64,
    /// Whether the server deletes several objects in one request.
    pub(crate) lacks_delete_many: bool,
}

/// A bucket.
#[derive(Default)]
pub(crate) struct Bucket {
    pub(crate) objects: BTreeMap<String, Object>,
    /// Uploads in parts that are open, by their ids.
    pub(crate) uploads: BTreeMap<String, Upload>,
    /// Whether listings begin at the first object whatever is asked for.
    pub(crate) lacks_start_after: bool,
}

/// An object.
#[derive(Clone, Default)]
pub(crate) struct Object {
    pub(crate) content: Bytes,
    pub(crate) etag: String,
    /// When it was made, in seconds since 1970.
    pub(crate) modified: u64,
    /// Its headers: `content-type`, `x-amz-meta-…`.
    pub(crate) headers: BTreeMap<String, String>,
    /// Its tags, as XML.
    pub(crate) tags: String,
}

/// An upload in parts.
pub(crate) struct Upload {
    pub(crate) key: String,
    headers: BTreeMap<String, String>,
    parts: BTreeMap<u32, (String, Bytes)>,
}

/// When all objects are made: 2024-01-02 03:04:05.
pub(crate) const MODIFIED: u64 = 1_704_164_645;

type Answer = Response<Bytes>;

impl Store {
    /// How many uploads in parts are open.
    pub(crate) fn open_uploads(&self) -> usize {
        self.buckets
            .values()
            .map(|bucket| bucket.uploads.len())
            .sum()
    }

    /// The content of an object.
    pub(crate) fn content(&self, bucket: &str, key: &str) -> Option<Bytes> {
        Some(self.buckets.get(bucket)?.objects.get(key)?.content.clone())
    }

    /// Stores an object.
    pub(crate) fn put(&mut self, bucket: &str, key: &str, content: impl Into<Bytes>) {
        let object = Object::new(content.into(), BTreeMap::new());
        let bucket = self.buckets.entry(bucket.to_owned()).or_default();
        bucket.objects.insert(key.to_owned(), object);
    }

    pub(super) fn answer(&mut self, head: &Parts, body: Bytes) -> Answer {
        let path = head.uri.path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (bucket, key) = (decoded(bucket), decoded(key));
        let query = Query::of(head.uri.query().unwrap_or_default());
        if bucket.is_empty() {
            return self.list_buckets();
        }
        if key.is_empty() {
            return self.of_bucket(head, &bucket, &query, &body);
        }
        if !self.buckets.contains_key(&bucket) {
            return no_bucket(head);
        }
        if let Some(wrong) = wrong_checksum(&head.headers, &body) {
            return wrong;
        }
        match (&head.method, query.get("uploadId")) {
            (&Method::PUT, Some(id)) => self.put_part(head, &bucket, id, &query, body),
            (&Method::POST, Some(id)) => self.complete(head, &bucket, &key, id, &body),
            (&Method::DELETE, Some(id)) => self.abort(&bucket, id),
            (&Method::POST, None) => self.begin(head, &bucket, &key),
            (&Method::PUT, None) if query.has("tagging") => self.put_tags(&bucket, &key, &body),
            (&Method::GET, None) if query.has("tagging") => self.tags(&bucket, &key),
            (&Method::PUT, None) => self.put_object(head, &bucket, &key, body),
            (&Method::DELETE, None) => {
                self.bucket(&bucket).objects.remove(&key);
                status(204)
            }
            (&Method::GET | &Method::HEAD, None) => self.get(head, &bucket, &key),
            _ => error(405, "MethodNotAllowed"),
        }
    }

    fn bucket(&mut self, name: &str) -> &mut Bucket {
        self.buckets.entry(name.to_owned()).or_default()
    }

    fn list_buckets(&self) -> Answer {
        let buckets = self.buckets.keys().map(|name| {
            format!("<Bucket><Name>{name}</Name><CreationDate>2024-01-02T03:04:05.000Z</CreationDate></Bucket>")
        });
        let buckets: String = buckets.collect();
        xml::answer(format!(
            "<ListAllMyBucketsResult><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>"
        ))
    }

    fn of_bucket(&mut self, head: &Parts, name: &str, query: &Query, body: &[u8]) -> Answer {
        if head.method == Method::PUT {
            self.bucket(name);
            return status(200);
        }
        let Some(bucket) = self.buckets.get_mut(name) else {
            return no_bucket(head);
        };
        match head.method {
            Method::HEAD => status(200),
            Method::DELETE if bucket.objects.is_empty() => {
                self.buckets.remove(name);
                status(204)
            }
            Method::DELETE => error(409, "BucketNotEmpty"),
            Method::POST if self.lacks_delete_many => error(501, "NotImplemented"),
            Method::POST => {
                for key in texts(&String::from_utf8_lossy(body), "Key") {
                    bucket.objects.remove(&key);
                }
                xml::answer("<DeleteResult></DeleteResult>".to_owned())
            }
            _ if query.has("uploads") => bucket.list_uploads(),
            _ => bucket.list(query),
        }
    }

    fn put_object(&mut self, head: &Parts, bucket: &str, key: &str, body: Bytes) -> Answer {
        if header(head, "if-none-match").is_some() && self.bucket(bucket).objects.contains_key(key)
        {
            return error(412, "PreconditionFailed");
        }
        let mut object = match self.source(head) {
            None => Object::new(body, kept(&head.headers)),
            Some(Err(answer)) => return answer,
            Some(Ok(source)) if header(head, "x-amz-metadata-directive") == Some("REPLACE") => {
                Object::new(source.content, kept(&head.headers))
            }
            Some(Ok(source)) => Object::new(source.content, source.headers),
        };
        if let Some(tags) = header(head, "x-amz-tagging") {
            object.tags = tags.to_owned();
        }
        let etag = object.etag.clone();
        self.bucket(bucket).objects.insert(key.to_owned(), object);
        if header(head, "x-amz-copy-source").is_some() {
            return xml::answer(format!(
                "<CopyObjectResult><ETag>{etag}</ETag></CopyObjectResult>"
            ));
        }
        with(status(200), "etag", &etag)
    }

    /// The object that a request copies.
    fn source(&self, head: &Parts) -> Option<Result<Object, Answer>> {
        let source = percent_decode_str(header(head, "x-amz-copy-source")?).decode_utf8_lossy();
        let (bucket, key) = source.trim_start_matches('/').split_once('/')?;
        let Some(object) = self
            .buckets
            .get(bucket)
            .and_then(|found| found.objects.get(key))
        else {
            return Some(Err(error(404, "NoSuchKey")));
        };
        let expected = header(head, "x-amz-copy-source-if-match");
        if expected.is_some_and(|etag| etag != object.etag) {
            return Some(Err(error(412, "PreconditionFailed")));
        }
        Some(Ok(object.clone()))
    }

    fn begin(&mut self, head: &Parts, bucket: &str, key: &str) -> Answer {
        self.begun += 1;
        let id = format!("upload-{}", self.begun);
        let mut headers = kept(&head.headers);
        if let Some(tags) = header(head, "x-amz-tagging") {
            headers.insert("x-amz-tagging".to_owned(), tags.to_owned());
        }
        let upload = Upload {
            key: key.to_owned(),
            headers,
            parts: BTreeMap::new(),
        };
        self.bucket(bucket).uploads.insert(id.clone(), upload);
        xml::answer(format!(
            "<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>"
        ))
    }

    fn put_part(
        &mut self,
        head: &Parts,
        bucket: &str,
        id: &str,
        query: &Query,
        body: Bytes,
    ) -> Answer {
        let source = match self.source(head) {
            Some(Err(answer)) => return answer,
            Some(Ok(source)) => {
                let range = header(head, "x-amz-copy-source-range");
                let len = source.content.len();
                let range = range
                    .and_then(|range| range_of(range, len))
                    .unwrap_or(0..len);
                Some(source.content.slice(range))
            }
            None => None,
        };
        let is_copy = source.is_some();
        let Some(upload) = self.bucket(bucket).uploads.get_mut(id) else {
            return error(404, "NoSuchUpload");
        };
        let Some(number) = query
            .get("partNumber")
            .and_then(|number| number.parse().ok())
        else {
            return error(400, "InvalidArgument");
        };
        let content = source.unwrap_or(body);
        let etag = etag(&content);
        let checksum = checksum(&content);
        upload.parts.insert(number, (etag.clone(), content));
        if is_copy {
            return xml::answer(format!(
                "<CopyPartResult><ETag>{etag}</ETag></CopyPartResult>"
            ));
        }
        with(with(status(200), "etag", &etag), CHECKSUM, &checksum)
    }

    fn complete(&mut self, head: &Parts, bucket: &str, key: &str, id: &str, body: &[u8]) -> Answer {
        if header(head, "if-none-match").is_some() && self.bucket(bucket).objects.contains_key(key)
        {
            return error(412, "PreconditionFailed");
        }
        let body = String::from_utf8_lossy(body);
        let Some(upload) = self.bucket(bucket).uploads.get(id) else {
            return error(404, "NoSuchUpload");
        };
        let numbers = texts(&body, "PartNumber");
        let numbers: Vec<u32> = numbers
            .iter()
            .filter_map(|text| text.parse().ok())
            .collect();
        let (mut content, mut digests) = (Vec::new(), Md5::new());
        for (at, (number, etag)) in numbers.iter().zip(texts(&body, "ETag")).enumerate() {
            let Some((found, part)) = upload.parts.get(number) else {
                return error(400, "InvalidPart");
            };
            if *found != etag {
                return error(400, "InvalidPart");
            }
            if at + 1 < numbers.len() && part.len() < 5 << 20 {
                return error(400, "EntityTooSmall");
            }
            content.extend_from_slice(part);
            digests.update(Md5::digest(part));
        }
        if numbers.is_empty() || !numbers.is_sorted() {
            return error(400, "InvalidPartOrder");
        }
        let Some(mut upload) = self.bucket(bucket).uploads.remove(id) else {
            return error(404, "NoSuchUpload");
        };
        let tags = upload.headers.remove("x-amz-tagging").unwrap_or_default();
        let mut object = Object::new(content.into(), upload.headers);
        object.tags = tags;
        object.etag = format!("\"{}-{}\"", hex(&digests.finalize()), numbers.len());
        let etag = object.etag.clone();
        self.bucket(bucket).objects.insert(key.to_owned(), object);
        xml::answer(format!(
            "<CompleteMultipartUploadResult><ETag>{etag}</ETag></CompleteMultipartUploadResult>"
        ))
    }

    fn abort(&mut self, bucket: &str, id: &str) -> Answer {
        match self.bucket(bucket).uploads.remove(id) {
            Some(_) => status(204),
            None => error(404, "NoSuchUpload"),
        }
    }

    fn put_tags(&mut self, bucket: &str, key: &str, body: &[u8]) -> Answer {
        let Some(object) = self.bucket(bucket).objects.get_mut(key) else {
            return error(404, "NoSuchKey");
        };
        object.tags = String::from_utf8_lossy(body).into_owned();
        status(200)
    }

    fn tags(&mut self, bucket: &str, key: &str) -> Answer {
        let Some(object) = self.bucket(bucket).objects.get(key) else {
            return error(404, "NoSuchKey");
        };
        let pairs = object
            .tags
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        let tags =
            pairs.map(|(key, value)| format!("<Tag><Key>{key}</Key><Value>{value}</Value></Tag>"));
        let tags: String = tags.collect();
        xml::answer(format!("<Tagging><TagSet>{tags}</TagSet></Tagging>"))
    }

    fn get(&mut self, head: &Parts, bucket: &str, key: &str) -> Answer {
        let Some(object) = self.bucket(bucket).objects.get(key) else {
            let mut missing = error(404, "NoSuchKey");
            if head.method == Method::HEAD {
                *missing.body_mut() = Bytes::new();
            }
            return missing;
        };
        if header(head, "if-match").is_some_and(|etag| etag != object.etag) {
            return error(412, "PreconditionFailed");
        }
        let len = object.content.len();
        let range = header(head, "range").map(|range| range_of(range, len));
        let mut answer = match range {
            Some(None) => return error(416, "InvalidRange"),
            None => Response::new(object.content.clone()),
            Some(Some(range)) => {
                let said = format!("bytes {}-{}/{len}", range.start, range.end - 1);
                let mut part = with(
                    Response::new(object.content.slice(range)),
                    "content-range",
                    &said,
                );
                *part.status_mut() = StatusCode::PARTIAL_CONTENT;
                part
            }
        };
        for (name, value) in &object.headers {
            answer = with(answer, name, value);
        }
        if header(head, "x-amz-checksum-mode").is_some() && answer.status() == 200 {
            answer = with(answer, CHECKSUM, &checksum(&object.content));
            answer = with(answer, "x-amz-checksum-type", "FULL_OBJECT");
        }
        let modified = UNIX_EPOCH + Duration::from_secs(object.modified);
        let modified = opsmith_runtime::Timestamp::from(modified);
        let modified = modified.format(opsmith_runtime::schema::TimestampFormat::HttpDate);
        answer = with(
            with(answer, "etag", &object.etag),
            "last-modified",
            &modified,
        );
        if head.method == Method::HEAD {
            let len = answer.body().len().to_string();
            answer = with(answer.map(|_| Bytes::new()), "content-length", &len);
        }
        answer
    }
}

impl Bucket {
    fn list_uploads(&self) -> Answer {
        let uploads = self.uploads.iter().map(|(id, upload)| {
            format!(
                "<Upload><Key>{}</Key><UploadId>{id}</UploadId></Upload>",
                escaped(&upload.key)
            )
        });
        let uploads: String = uploads.collect();
        xml::answer(format!(
            "<ListMultipartUploadsResult>{uploads}</ListMultipartUploadsResult>"
        ))
    }

    fn list(&self, query: &Query) -> Answer {
        let prefix = query.get("prefix").unwrap_or_default();
        let delimiter = query.get("delimiter").filter(|text| !text.is_empty());
        let start = query.get("start-after").filter(|_| !self.lacks_start_after);
        let after = query
            .get("continuation-token")
            .or(start)
            .unwrap_or_default();
        let most: usize = query
            .get("max-keys")
            .and_then(|text| text.parse().ok())
            .unwrap_or(1000);
        let (mut listed, mut last, mut count, mut more) = (String::new(), String::new(), 0, false);
        for (key, object) in &self.objects {
            let Some(rest) = key.strip_prefix(prefix) else {
                continue;
            };
            let folder =
                delimiter.and_then(|delimiter| Some(rest.find(delimiter)? + delimiter.len()));
            let name = folder.map_or(key.as_str(), |len| &key[..prefix.len() + len]);
            if name <= after || name == last {
                continue;
            }
            if count == most {
                more = true;
                break;
            }
            count += 1;
            last = name.to_owned();
            let name =
                percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
            listed += &match folder {
                Some(_) => format!("<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>"),
                None => object.listed(&name.to_string()),
            };
        }
        if more {
            listed += &format!(
                "<NextContinuationToken>{}</NextContinuationToken>",
                escaped(&last)
            );
        }
        xml::answer(format!(
            "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>{more}</IsTruncated>\
             <KeyCount>{count}</KeyCount>{listed}</ListBucketResult>"
        ))
    }
}

impl Object {
    fn new(content: Bytes, headers: BTreeMap<String, String>) -> Self {
        Object {
            etag: etag(&content),
            content,
            modified: MODIFIED,
            headers,
            tags: String::new(),
        }
    }

    fn listed(&self, key: &str) -> String {
        let modified =
            opsmith_runtime::Timestamp::from(UNIX_EPOCH + Duration::from_secs(self.modified));
        let modified = modified.format(opsmith_runtime::schema::TimestampFormat::DateTime);
        format!(
            "<Contents><Key>{key}</Key><LastModified>{modified}</LastModified><ETag>{}</ETag><Size>{}</Size>\
             <StorageClass>STANDARD</StorageClass></Contents>",
            self.etag,
            self.content.len()
        )
    }
}

/// The parameters of a query string.
struct Query(Vec<(String, String)>);

impl Query {
    fn of(text: &str) -> Self {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let pairs = text
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        Query(
            pairs
                .map(|(name, value)| (decoded(name), decoded(value)))
                .collect(),
        )
    }

    fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(found, _)| found == name)?;
        Some(&found.1)
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

const CHECKSUM: &str = "x-amz-checksum-crc64nvme";

fn checksum(content: &[u8]) -> String {
    let mut crc = crc64fast_nvme::Digest::new();
    crc.write(content);
    BASE64.encode(crc.sum64().to_be_bytes())
}

/// The answer to a request whose checksum is another than that of its body.
fn wrong_checksum(headers: &HeaderMap, body: &[u8]) -> Option<Answer> {
    let said = headers.get(CHECKSUM)?;
    (said.as_bytes() != checksum(body).as_bytes()).then(|| error(400, "BadDigest"))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn etag(content: &[u8]) -> String {
    format!("\"{}\"", hex(&Md5::digest(content)))
}

/// What objects keep of a request's headers.
fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    const KEPT: [&str; 6] = [
        "cache-control",
        "content-disposition",
        "content-language",
        "content-type",
        "expires",
        "x-amz-storage-class",
    ];
    let kept = headers.iter().filter(|(name, _)| {
        KEPT.contains(&name.as_str()) || name.as_str().starts_with("x-amz-meta-")
    });
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    kept.map(|(name, value)| (name.to_string(), text(value)))
        .collect()
}

/// The range of a header, if the content has it.
fn range_of(text: &str, len: usize) -> Option<std::ops::Range<usize>> {
    let (start, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let start = start.parse().ok()?;
    let end = last.parse().map_or(len, |last: usize| len.min(last + 1));
    (start < end).then_some(start..end)
}

fn header<'h>(head: &'h Parts, name: &str) -> Option<&'h str> {
    head.headers.get(name)?.to_str().ok()
}

fn with(mut answer: Answer, name: &str, value: &str) -> Answer {
    let name: http::HeaderName = name.parse().expect("a name");
    answer
        .headers_mut()
        .insert(name, value.parse().expect("a value"));
    answer
}

fn status(status: u16) -> Answer {
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    answer
}

fn no_bucket(head: &Parts) -> Answer {
    let mut answer = error(404, "NoSuchBucket");
    if head.method == Method::HEAD {
        *answer.body_mut() = Bytes::new();
    }
    answer
}
