//! The client that `opsmith-s3` makes its calls with is what the generator makes of the model of S3.
//! `BLESS=1` writes it.

mod support;

use opsmith_codegen::Generator;
use support::{bless, root};

/// The operations of transfers, and of the commands around them.
const OPERATIONS: &[&str] = &[
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateBucket",
    "CreateMultipartUpload",
    "CreateSession",
    "DeleteBucket",
    "DeleteObject",
    "DeleteObjects",
    "GetObject",
    "GetObjectAnnotation",
    "GetObjectTagging",
    "HeadObject",
    "ListBuckets",
    "ListMultipartUploads",
    "ListObjectAnnotations",
    "ListObjectsV2",
    "ListParts",
    "PutBucketWebsite",
    "PutObject",
    "PutObjectAnnotation",
    "PutObjectTagging",
    "UploadPart",
    "UploadPartCopy",
];

#[test]
fn the_client_of_s3_is_what_the_generator_makes() {
    let generator = Generator::new(root("model/s3.json")).operations(OPERATIONS.iter().copied());
    let folder = root("generated/s3api/src");
    if bless() {
        generator.write(&folder).expect("the files");
    }
    let checked = generator.check(&folder);
    checked.unwrap_or_else(|error| {
        panic!("{error}\nnot current: BLESS=1 cargo test -p opsmith-codegen --test s3")
    });
}
