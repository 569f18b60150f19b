//! What requests say for each option.

use crate::api::{
    ChecksumAlgorithm, ChecksumMode, Client, MetadataDirective, ObjectCannedAcl, RequestPayer,
    ServerSideEncryption, StorageClass,
};
use crate::{
    CopyProps, CustomerKey, Grants, Object, Options, Place, Progress, Settings, Source, Target,
    Transfers,
};
use opsmith_runtime::Timestamp;
use opsmith_runtime::client::When;
use opsmith_runtime::fake::{Answer, Fake};
use opsmith_runtime::http::Request;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

/// Transfers with small parts, and the service that they call.
fn transfers(answers: impl IntoIterator<Item = Answer>) -> (Transfers, Arc<Fake>) {
    let fake = Fake::playing(answers);
    let settings = Settings {
        multipart_threshold: 1 << 20,
        ..Settings::default()
    };
    (Transfers::new(Client::new(fake.config()), settings), fake)
}

/// What requests of a test say, without what each request says.
fn said(requests: &[Request]) -> Vec<String> {
    const ALWAYS: [&str; 7] = [
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "authorization",
        "user-agent",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
    ];
    let said = requests.iter().map(|request| {
        let (_, target) = request.url.split_once(".com").expect("a URL of AWS");
        let headers = request.headers.iter();
        let mut headers: Vec<_> = headers
            .filter(|(name, _)| !ALWAYS.contains(&&**name))
            .map(|(name, value)| format!("\n{name}: {value}"))
            .collect();
        headers.sort();
        format!("{} {target}{}", request.method, headers.concat())
    });
    said.collect()
}

fn ignored() -> Progress {
    Arc::new(|_| {})
}

fn reader(len: usize) -> Source {
    Source::Reader {
        reader: Box::new(std::io::Cursor::new(vec![0; len])),
        expected_size: None,
    }
}

fn key(algorithm: &str, byte: u8) -> Option<CustomerKey> {
    Some(CustomerKey {
        algorithm: algorithm.to_owned(),
        key: vec![byte; 32],
    })
}

/// Every option.
fn options() -> Options {
    let text = |text: &str| Some(text.to_owned());
    Options {
        acl: Some(ObjectCannedAcl::Private),
        grants: Grants {
            read: text("id=1"),
            full_control: text("id=2"),
            read_acp: text("id=3"),
            write_acp: text("id=4"),
        },
        sse: Some(ServerSideEncryption::AwsKms),
        sse_kms_key_id: text("kms"),
        sse_c: key("AES256", 1),
        sse_c_copy_source: key("AES256", 2),
        storage_class: Some(StorageClass::StandardIa),
        website_redirect: text("/other"),
        content_type: text("text/x-own"),
        no_guess_mime_type: false,
        cache_control: text("no-cache"),
        content_disposition: text("inline"),
        content_encoding: text("gzip"),
        content_language: text("de"),
        expires: Timestamp::from_epoch(0.0),
        metadata: Some(BTreeMap::from([("a".to_owned(), "b".to_owned())])),
        metadata_directive: None,
        copy_props: CopyProps::Default,
        request_payer: Some(RequestPayer::Requester),
        checksum_algorithm: Some(ChecksumAlgorithm::Sha256),
        checksum_mode: Some(ChecksumMode::Enabled),
        no_overwrite: true,
    }
}

const UPLOAD: &str =
    "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>";
const COPIED: &str = "<CopyObjectResult></CopyObjectResult>";
const PART_COPIED: &str = "<CopyPartResult><ETag>e</ETag></CopyPartResult>";
const COMPLETED: &str = "<CompleteMultipartUploadResult></CompleteMultipartUploadResult>";

fn etag() -> Answer {
    Answer::new(200, "").header("etag", "\"e\"")
}

fn xml(text: &str) -> Answer {
    Answer::new(200, text)
}

/// What every new object gets from [`options`].
const NEW: &[&str] = &[
    "cache-control: no-cache",
    "content-disposition: inline",
    "content-language: de",
    "content-type: text/x-own",
    "expires: Thu, 01 Jan 1970 00:00:00 GMT",
    "x-amz-acl: private",
    "x-amz-grant-full-control: id=2",
    "x-amz-grant-read-acp: id=3",
    "x-amz-grant-read: id=1",
    "x-amz-grant-write-acp: id=4",
    "x-amz-meta-a: b",
    "x-amz-server-side-encryption-aws-kms-key-id: kms",
    "x-amz-server-side-encryption: aws:kms",
    "x-amz-storage-class: STANDARD_IA",
    "x-amz-website-redirect-location: /other",
];

/// What requests for an object with a customer's key get.
const WITH_KEY: &[&str] = &[
    "x-amz-request-payer: requester",
    "x-amz-server-side-encryption-customer-algorithm: AES256",
    "x-amz-server-side-encryption-customer-key-md5: 4Funlf7OsLF0HL+vKU+fkg==",
    "x-amz-server-side-encryption-customer-key: AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=",
];

/// What copies get for the customer's key of the source.
const WITH_SOURCE: &[&str] = &[
    "x-amz-copy-source-server-side-encryption-customer-algorithm: AES256",
    "x-amz-copy-source-server-side-encryption-customer-key-md5: F3apf5enN9TQbA8CaOS4/g==",
    "x-amz-copy-source-server-side-encryption-customer-key: AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=",
    "x-amz-copy-source: other/k%2B%26",
];

/// A request with headers of these lists.
fn request(line: &str, headers: &[&[&str]]) -> String {
    let mut headers = headers.concat();
    headers.sort_unstable();
    let headers = headers.iter().map(|header| format!("\n{header}"));
    format!("{line}{}", headers.collect::<String>())
}

const KEY: &str = "/a%20b/%C3%A9";

fn to() -> Place {
    Place::new("bucket", "a b/é")
}

fn from(size: Option<u64>) -> Object {
    let etag = size.map(|_| "\"f\"".to_owned());
    Object {
        size,
        etag,
        ..Object::at(Place::new("other", "k+&"))
    }
}

#[test]
fn an_upload_in_one_request() {
    let (transfers, fake) = transfers([etag()]);
    wait(transfers.upload(reader(5), &to(), &options(), ignored())).expect("uploaded");
    let own = [
        "content-encoding: gzip,aws-chunked",
        "if-none-match: *",
        "x-amz-decoded-content-length: 5",
        "x-amz-sdk-checksum-algorithm: SHA256",
        "x-amz-trailer: x-amz-checksum-sha256",
    ];
    let expected = request(&format!("PUT {KEY}"), &[NEW, WITH_KEY, &own]);
    assert_eq!(said(&fake.requests()), [expected]);
}

#[test]
fn an_upload_in_parts() {
    let (transfers, fake) = transfers([xml(UPLOAD), etag(), etag(), xml(COMPLETED)]);
    wait(transfers.upload(reader(9 << 20), &to(), &options(), ignored())).expect("uploaded");
    let part = |number: u32, len: &str| {
        let len = format!("x-amz-decoded-content-length: {len}");
        let own = [
            "content-encoding: aws-chunked",
            &len,
            "x-amz-sdk-checksum-algorithm: SHA256",
            "x-amz-trailer: x-amz-checksum-sha256",
        ];
        let line = format!("PUT {KEY}?partNumber={number}&uploadId=id");
        request(&line, &[WITH_KEY, &own])
    };
    let own = ["content-encoding: gzip", "x-amz-checksum-algorithm: SHA256"];
    let mut sent = said(&fake.requests());
    sent[1..3].sort();
    let expected = [
        request(&format!("POST {KEY}?uploads"), &[NEW, WITH_KEY, &own]),
        part(1, "8388608"),
        part(2, "1048576"),
        request(
            &format!("POST {KEY}?uploadId=id"),
            &[WITH_KEY, &["if-none-match: *"]],
        ),
    ];
    assert_eq!(sent, expected);
}

#[test]
fn an_upload_without_options_has_a_checksum_and_a_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.html");
    std::fs::write(&path, "x").expect("written");
    for (guesses, kind) in [(true, Some("content-type: text/html")), (false, None)] {
        let (transfers, fake) = transfers([etag()]);
        let options = Options {
            no_guess_mime_type: !guesses,
            ..Options::default()
        };
        let source = Source::File(path.clone());
        wait(transfers.upload(source, &to(), &options, ignored())).expect("uploaded");
        let own = [
            "content-encoding: aws-chunked",
            "x-amz-decoded-content-length: 1",
            "x-amz-sdk-checksum-algorithm: CRC64NVME",
            "x-amz-trailer: x-amz-checksum-crc64nvme",
        ];
        let kind: Vec<_> = kind.into_iter().collect();
        let expected = request(&format!("PUT {KEY}"), &[&own, &kind]);
        assert_eq!(said(&fake.requests()), [expected]);
    }
}

#[test]
fn a_copy_in_one_request() {
    let (transfers, fake) = transfers([xml(COPIED)]);
    let options = Options {
        metadata_directive: Some(MetadataDirective::Copy),
        ..options()
    };
    wait(transfers.copy(&from(Some(1)), &to(), &options, ignored())).expect("copied");
    let own = [
        "content-encoding: gzip",
        "if-none-match: *",
        "x-amz-checksum-algorithm: SHA256",
        "x-amz-metadata-directive: COPY",
    ];
    let line = format!("PUT {KEY}");
    let expected = request(&line, &[NEW, WITH_KEY, WITH_SOURCE, &own]);
    assert_eq!(said(&fake.requests()), [expected]);
}

#[test]
fn a_copy_in_parts() {
    let answers = [
        etag()
            .header("content-length", "9437184")
            .header("content-type", "text/x-source"),
        xml("<Tagging><TagSet><Tag><Key>a/</Key><Value>é</Value></Tag></TagSet></Tagging>"),
        xml(UPLOAD),
        xml(PART_COPIED),
        xml(PART_COPIED),
        xml(COMPLETED),
    ];
    let (transfers, fake) = transfers(answers);
    wait(transfers.copy(&from(None), &to(), &options(), ignored())).expect("copied");
    let part = |number: u32, range: &str| {
        let range = format!("x-amz-copy-source-range: bytes={range}");
        let own = ["x-amz-copy-source-if-match: \"e\"", &range];
        let line = format!("PUT {KEY}?partNumber={number}&uploadId=id");
        request(&line, &[WITH_KEY, WITH_SOURCE, &own])
    };
    let head = WITH_SOURCE[..3]
        .iter()
        .map(|header| header.replace("copy-source-", ""));
    let mut head: Vec<_> = head.collect();
    head.push(WITH_KEY[0].to_owned());
    let head: Vec<_> = head.iter().map(String::as_str).collect();
    let own = [
        "content-encoding: gzip",
        "x-amz-checksum-algorithm: SHA256",
        "x-amz-tagging: a%2F=%C3%A9",
    ];
    let expected = [
        request("HEAD /k%2B%26", &[&head]),
        request("GET /k%2B%26?tagging", &[&WITH_KEY[..1]]),
        request(&format!("POST {KEY}?uploads"), &[NEW, WITH_KEY, &own]),
        part(1, "0-8388607"),
        part(2, "8388608-9437183"),
        request(
            &format!("POST {KEY}?uploadId=id"),
            &[WITH_KEY, &["if-none-match: *"]],
        ),
    ];
    let mut sent = said(&fake.requests());
    sent[3..5].sort();
    assert_eq!(sent, expected);
}

#[test]
fn what_a_copy_takes_is_said_by_directives() {
    let typed = Options {
        content_type: Some("text/x-own".to_owned()),
        ..Options::default()
    };
    const REPLACED: &str = "x-amz-metadata-directive: REPLACE";
    const NO_TAGS: &str = "x-amz-tagging-directive: REPLACE";
    const NO_ANNOTATIONS: &str = "x-amz-object-annotation-directive: EXCLUDE";
    for (options, props, expected) in [
        (
            Options::default(),
            CopyProps::None,
            &[REPLACED, NO_ANNOTATIONS, NO_TAGS][..],
        ),
        (
            Options::default(),
            CopyProps::MetadataDirective,
            &[NO_ANNOTATIONS, NO_TAGS],
        ),
        (Options::default(), CopyProps::Default, &[NO_ANNOTATIONS]),
        (Options::default(), CopyProps::All, &[]),
        (
            typed.clone(),
            CopyProps::Default,
            &[REPLACED, NO_ANNOTATIONS],
        ),
        (typed, CopyProps::All, &[REPLACED]),
    ] {
        let answers = [etag()
            .header("content-type", "text/x-source")
            .header("cache-control", "no-cache")];
        let is_typed = options.content_type.is_some();
        let (transfers, fake) = transfers(if is_typed {
            answers.to_vec()
        } else {
            Vec::new()
        });
        let options = Options {
            copy_props: props,
            ..options
        };
        wait(transfers.copy(&from(Some(1)), &to(), &options, ignored())).expect("copied");
        let mut own = vec!["x-amz-copy-source: other/k%2B%26"];
        if is_typed {
            own.extend(["cache-control: no-cache", "content-type: text/x-own"]);
        }
        let expected = request(&format!("PUT {KEY}"), &[expected, &own]);
        assert_eq!(said(&fake.requests()).pop(), Some(expected), "{props:?}");
        assert_eq!(fake.requests().len(), 1 + usize::from(is_typed));
    }
}

#[test]
fn a_download_in_ranges_is_of_one_object() {
    let range = |start: u64, end: u64| {
        let said = format!("bytes {start}-{}/12", end - 1);
        let content = "x".repeat((end - start) as usize);
        Answer::new(206, &content).header("content-range", &said)
    };
    let fake = Fake::playing([range(0, 8), range(8, 12)]);
    let settings = Settings {
        multipart_threshold: 8,
        multipart_chunksize: 8,
        response_checksums: When::Required,
        ..Settings::default()
    };
    let transfers = Transfers::new(Client::new(fake.config()), settings);
    let options = Options {
        checksum_mode: None,
        ..options()
    };
    let target = Target::Writer(Box::new(std::io::sink()));
    wait(transfers.download(&from(Some(12)), target, &options, ignored())).expect("down");
    let mut sent = said(&fake.requests());
    sent.sort();
    let asked = |range| {
        let own = ["if-match: \"f\"", range, "x-amz-checksum-mode: ENABLED"];
        request("GET /k%2B%26", &[WITH_KEY, &own])
    };
    assert_eq!(sent, [asked("range: bytes=0-7"), asked("range: bytes=8-")]);
}

#[test]
fn answers_of_other_ranges_are_errors() {
    for (answer, text) in [
        (
            Answer::new(206, "12345678").header("content-range", "bytes 1-8/12"),
            "Requested range: `0-7` does not match content range in response: `bytes 1-8/12`",
        ),
        (
            Answer::new(200, "123456789012"),
            "Requested range: `0-7` does not match content range in response: ``",
        ),
        (
            Answer::new(206, "1234567").header("content-range", "bytes 0-7/12"),
            "The service sent less of s3://other/k+& than it was asked for.",
        ),
        (
            Answer::new(206, "123456789").header("content-range", "bytes 0-7/12"),
            "The service sent more of s3://other/k+& than it was asked for.",
        ),
    ] {
        let fake = Fake::answering(answer);
        let settings = Settings {
            multipart_threshold: 8,
            multipart_chunksize: 8,
            response_checksums: When::Required,
            ..Settings::default()
        };
        let transfers = Transfers::new(Client::new(fake.config()), settings);
        let target = Target::Writer(Box::new(std::io::sink()));
        let (from, options) = (from(Some(12)), Options::default());
        let down = wait(transfers.download(&from, target, &options, ignored()));
        assert_eq!(down.expect_err("an error").to_string(), text);
    }
}

#[test]
fn a_part_is_sent_again() {
    let (transfers, fake) = transfers([
        xml(UPLOAD),
        Answer::new(503, "<Error><Code>SlowDown</Code></Error>"),
        etag(),
        etag(),
        xml(COMPLETED),
    ]);
    let count = Arc::new(AtomicU64::new(0));
    let counting = count.clone();
    let progress: Progress = Arc::new(move |bytes| {
        counting.fetch_add(bytes, Ordering::Relaxed);
    });
    let options = Options::default();
    let upload = wait(transfers.upload(reader(9 << 20), &to(), &options, progress));
    upload.expect("uploaded");
    assert_eq!(fake.requests().len(), 5);
    assert_eq!(count.load(Ordering::Relaxed), 9 << 20);
    // From ten requests to five, and a fifth of one more for each success afterwards.
    assert_eq!(transfers.budget.free(), 5);
}
