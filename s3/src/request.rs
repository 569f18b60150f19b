//! The inputs of operations, from the options of a transfer. Each operation gets what the AWS CLI
//! gives it.

use crate::api::{
    AbortMultipartUploadRequest, AnnotationDirective, CompleteMultipartUploadRequest,
    CompletedMultipartUpload, CompletedPart, CopyObjectRequest, CreateMultipartUploadRequest,
    DeleteObjectRequest, GetObjectRequest, HeadObjectRequest, MetadataDirective, PutObjectRequest,
    TaggingDirective, UploadPartCopyRequest, UploadPartRequest,
};
use crate::options::{CustomerKey, Options};
use crate::place::Place;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest as _, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Sets what new objects have.
macro_rules! describe {
    ($input:ident, $options:ident) => {
        $input.acl = $options.acl.clone();
        $input.storage_class = $options.storage_class.clone();
        $input.website_redirect_location = $options.website_redirect.clone();
        $input.content_type = $options.content_type.clone();
        $input.cache_control = $options.cache_control.clone();
        $input.content_disposition = $options.content_disposition.clone();
        $input.content_encoding = $options.content_encoding.clone();
        $input.content_language = $options.content_language.clone();
        $input.expires = $options.expires;
        $input.metadata = $options.metadata.clone();
        $input.grant_read = $options.grants.read.clone();
        $input.grant_full_control = $options.grants.full_control.clone();
        $input.grant_read_acp = $options.grants.read_acp.clone();
        $input.grant_write_acp = $options.grants.write_acp.clone();
        $input.server_side_encryption = $options.sse.clone();
        $input.ssekms_key_id = $options.sse_kms_key_id.clone();
    };
}

/// Sets the customer's key of the object, and who pays.
macro_rules! authorize {
    ($input:ident, $options:ident) => {
        $input.request_payer = $options.request_payer.clone();
        if let Some(key) = &$options.sse_c {
            ($input.sse_customer_algorithm, $input.sse_customer_key) = parts_of_key(key);
            $input.sse_customer_key_md5 = md5_of_key(key);
        }
    };
}

/// Sets the customer's key of the object that is copied.
macro_rules! authorize_source {
    ($input:ident, $options:ident) => {
        if let Some(key) = &$options.sse_c_copy_source {
            let (algorithm, text) = parts_of_key(key);
            $input.copy_source_sse_customer_algorithm = algorithm;
            $input.copy_source_sse_customer_key = text;
            $input.copy_source_sse_customer_key_md5 = md5_of_key(key);
        }
    };
}

fn parts_of_key(key: &CustomerKey) -> (Option<String>, Option<String>) {
    (Some(key.algorithm.clone()), Some(BASE64.encode(&key.key)))
}

fn md5_of_key(key: &CustomerKey) -> Option<String> {
    Some(BASE64.encode(Md5::digest(&key.key)))
}

/// What `If-None-Match` says to leave an object that exists.
fn unless_exists(options: &Options) -> Option<String> {
    options.no_overwrite.then(|| "*".to_owned())
}

pub(crate) fn put(to: &Place, options: &Options) -> PutObjectRequest {
    let mut input = PutObjectRequest::new(to.bucket.as_str(), to.key.as_str());
    describe!(input, options);
    authorize!(input, options);
    input.checksum_algorithm = options.checksum_algorithm.clone();
    input.if_none_match = unless_exists(options);
    input
}

pub(crate) fn create(to: &Place, options: &Options) -> CreateMultipartUploadRequest {
    let mut input = CreateMultipartUploadRequest::new(to.bucket.as_str(), to.key.as_str());
    describe!(input, options);
    authorize!(input, options);
    input.checksum_algorithm = options.checksum_algorithm.clone();
    input
}

pub(crate) fn part(to: &Place, number: i32, id: &str, options: &Options) -> UploadPartRequest {
    let mut input = UploadPartRequest::new(to.bucket.as_str(), to.key.as_str(), number, id);
    authorize!(input, options);
    input.checksum_algorithm = options.checksum_algorithm.clone();
    input
}

pub(crate) fn complete(
    to: &Place,
    id: &str,
    parts: Vec<CompletedPart>,
    options: &Options,
) -> CompleteMultipartUploadRequest {
    let mut input = CompleteMultipartUploadRequest::new(to.bucket.as_str(), to.key.as_str(), id);
    authorize!(input, options);
    input.if_none_match = unless_exists(options);
    let mut upload = CompletedMultipartUpload::default();
    upload.parts = Some(parts);
    input.multipart_upload = Some(upload);
    input
}

pub(crate) fn abort(to: &Place, id: &str, options: &Options) -> AbortMultipartUploadRequest {
    let mut input = AbortMultipartUploadRequest::new(to.bucket.as_str(), to.key.as_str(), id);
    input.request_payer = options.request_payer.clone();
    input
}

/// A part that was uploaded, with its checksum where the service says it.
macro_rules! completed {
    ($output:expr, $number:expr, $algorithm:expr) => {{
        use $crate::api::{ChecksumAlgorithm, CompletedPart};
        let (output, mut part) = ($output, CompletedPart::default());
        part.part_number = Some($number);
        part.e_tag = output.e_tag;
        match $algorithm {
            Some(ChecksumAlgorithm::Crc32) => part.checksum_crc32 = output.checksum_crc32,
            Some(ChecksumAlgorithm::Crc32c) => part.checksum_crc32_c = output.checksum_crc32_c,
            Some(ChecksumAlgorithm::Crc64nvme) => {
                part.checksum_crc64_nvme = output.checksum_crc64_nvme
            }
            Some(ChecksumAlgorithm::Sha1) => part.checksum_sha1 = output.checksum_sha1,
            Some(ChecksumAlgorithm::Sha256) => part.checksum_sha256 = output.checksum_sha256,
            Some(ChecksumAlgorithm::Sha512) => part.checksum_sha512 = output.checksum_sha512,
            Some(ChecksumAlgorithm::Md5) => part.checksum_md5 = output.checksum_md5,
            Some(ChecksumAlgorithm::Xxhash64) => part.checksum_xxhash64 = output.checksum_xxhash64,
            Some(ChecksumAlgorithm::Xxhash3) => part.checksum_xxhash3 = output.checksum_xxhash3,
            Some(ChecksumAlgorithm::Xxhash128) => {
                part.checksum_xxhash128 = output.checksum_xxhash128
            }
            _ => {}
        }
        part
    }};
}
pub(crate) use completed;

pub(crate) fn get(from: &Place, options: &Options) -> GetObjectRequest {
    let mut input = GetObjectRequest::new(from.bucket.as_str(), from.key.as_str());
    authorize!(input, options);
    input.checksum_mode = options.checksum_mode.clone();
    input
}

pub(crate) fn head(place: &Place, options: &Options) -> HeadObjectRequest {
    let mut input = HeadObjectRequest::new(place.bucket.as_str(), place.key.as_str());
    authorize!(input, options);
    input.checksum_mode = options.checksum_mode.clone();
    input
}

/// Asks for what is known of an object that is copied.
pub(crate) fn head_source(from: &Place, options: &Options) -> HeadObjectRequest {
    let options = Options {
        sse_c: options.sse_c_copy_source.clone(),
        request_payer: options.request_payer.clone(),
        ..Options::default()
    };
    head(from, &options)
}

/// A copy, which takes of the source what the metadata directive and the other directives say.
pub(crate) fn copy(
    from: &Place,
    to: &Place,
    options: &Options,
    directives: &Directives,
) -> CopyObjectRequest {
    let mut input = CopyObjectRequest::new(to.bucket.as_str(), copy_source(from), to.key.as_str());
    describe!(input, options);
    authorize!(input, options);
    authorize_source!(input, options);
    input.checksum_algorithm = options.checksum_algorithm.clone();
    input.if_none_match = unless_exists(options);
    input.metadata_directive = directives.metadata.clone();
    input.tagging_directive = directives.tagging.clone();
    input.annotation_directive = directives.annotations.clone();
    input
}

/// What a copy takes of the source, as requests say it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Directives {
    pub(crate) metadata: Option<MetadataDirective>,
    pub(crate) tagging: Option<TaggingDirective>,
    pub(crate) annotations: Option<AnnotationDirective>,
}

pub(crate) fn part_copy(
    from: &Place,
    to: &Place,
    number: i32,
    id: &str,
    options: &Options,
) -> UploadPartCopyRequest {
    let (bucket, key) = (to.bucket.as_str(), to.key.as_str());
    let mut input = UploadPartCopyRequest::new(bucket, copy_source(from), key, number, id);
    authorize!(input, options);
    authorize_source!(input, options);
    input
}

pub(crate) fn delete(place: &Place, options: &Options) -> DeleteObjectRequest {
    let mut input = DeleteObjectRequest::new(place.bucket.as_str(), place.key.as_str());
    input.request_payer = options.request_payer.clone();
    input
}

/// What stays as it is in the source of a copy.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// The object that is copied, as a header has it.
fn copy_source(from: &Place) -> String {
    let Place { bucket, key } = from;
    let path = if bucket.starts_with("arn:") {
        format!("{bucket}/object/{key}")
    } else {
        format!("{bucket}/{key}")
    };
    utf8_percent_encode(&path, PLAIN).to_string()
}

#[cfg(test)]
mod tests;
