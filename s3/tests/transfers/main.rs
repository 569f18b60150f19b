//! Transfers against a server: every byte arrives, whatever fails.

mod listings;
mod server;

use opsmith_runtime::Config;
use opsmith_runtime::identity::Credentials;
use opsmith_runtime::retry::Sleep;
use opsmith_s3::api::{Client, RequestPayer};
use opsmith_s3::{
    CopyProps, Object, Options, Place, Progress, Settings, Source, Target, TransferError, Transfers,
};
use server::{Fault, Server};
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::io::Write;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::{Duration, UNIX_EPOCH};

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

/// Waits no time between attempts.
#[derive(Debug)]
struct AtOnce;

impl Sleep for AtOnce {
    fn sleep(&self, _: Duration, _: Duration) -> opsmith_runtime::BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

fn client(server: &Server) -> Client {
    let config = Config::new()
        .region("us-east-1")
        .endpoint_url(&server.url)
        .endpoint_parameter("ForcePathStyle", true)
        .credentials(Credentials::new("AKID", "secret", "test"))
        .max_attempts(10)
        .sleep(Arc::new(AtOnce));
    Client::new(config)
}

/// Objects of 1 MiB are long; they come in ranges of 300 KiB, and go up in parts of 5 MiB.
fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.multipart_threshold = MIB as u64;
    settings.multipart_chunksize = 300 << 10;
    settings
}

fn transfers(server: &Server) -> Transfers {
    server.store().buckets.entry("b".to_owned()).or_default();
    Transfers::new(client(server), settings())
}

/// Content of a length, which differs from place to place.
fn content(len: usize) -> Vec<u8> {
    let mut state = len as u64 | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    (0..len).map(|_| next()).collect()
}

fn ignored() -> Progress {
    Arc::new(|_| {})
}

/// What counts bytes, and the count.
fn counted() -> (Progress, Arc<AtomicU64>) {
    let count = Arc::new(AtomicU64::new(0));
    let counting = count.clone();
    let progress = move |bytes| {
        counting.fetch_add(bytes, Ordering::Relaxed);
    };
    (Arc::new(progress), count)
}

/// A writer that tests can read.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("a lock").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The names in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<_> = entries
        .map(|entry| name(entry).to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Runs a future for some turns, and drops it.
async fn drop_after(turns: usize, future: impl Future) {
    let mut future = std::pin::pin!(future);
    for _ in 0..turns {
        let pending =
            poll_fn(|context| Poll::Ready(Pin::as_mut(&mut future).poll(context).is_pending()));
        if !pending.await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[test]
fn objects_of_any_size_go_up_and_come_down() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    let options = Options::default();
    for len in [
        0,
        1,
        300 * KIB,
        MIB - 1,
        MIB,
        MIB + 1,
        5 * MIB,
        5 * MIB + 1,
        12 * MIB + 7,
    ] {
        let (path, whole) = (folder.path().join("up"), content(len));
        std::fs::write(&path, &whole).expect("written");
        wait(async {
            let (progress, count) = counted();
            let to = Place::new("b", format!("é/{len} &+"));
            let source = Source::File(path.clone());
            transfers
                .upload(source, &to, &options, progress.clone())
                .await
                .expect("uploaded");
            assert_eq!(count.swap(0, Ordering::Relaxed), len as u64);
            assert!(server.store().content("b", &to.key).expect("an object") == whole);

            let object = transfers.head(&to, &options).await.expect("an object");
            assert_eq!(object.size, Some(len as u64));
            let down = folder.path().join("new/folder/down");
            let target = Target::File(down.clone());
            transfers
                .download(&object, target, &options, progress.clone())
                .await
                .expect("down");
            assert_eq!(count.swap(0, Ordering::Relaxed), len as u64);
            assert!(std::fs::read(&down).expect("a file") == whole);
            let time = std::fs::metadata(&down)
                .expect("a file")
                .modified()
                .expect("a time");
            let since = time.duration_since(UNIX_EPOCH).expect("a time");
            assert_eq!(since, Duration::from_secs(server::MODIFIED));
            assert_eq!(names(down.parent().expect("a folder")), ["down"]);

            let output = Shared::default();
            let target = Target::Writer(Box::new(output.clone()));
            transfers
                .download(&Object::at(to.clone()), target, &options, progress)
                .await
                .expect("down");
            assert_eq!(count.swap(0, Ordering::Relaxed), len as u64);
            assert!(*output.0.lock().expect("a lock") == whole);

            let reader = Box::new(std::io::Cursor::new(whole.clone()));
            let source = Source::Reader {
                reader,
                expected_size: None,
            };
            transfers
                .upload(source, &to, &options, ignored())
                .await
                .expect("uploaded");
            assert!(server.store().content("b", &to.key).expect("an object") == whole);

            let copy = Place::new("b", "copy");
            let (progress, count) = counted();
            transfers
                .copy(&object, &copy, &options, progress)
                .await
                .expect("copied");
            assert_eq!(count.load(Ordering::Relaxed), len as u64);
            assert!(server.store().content("b", "copy").expect("an object") == whole);
        });
    }
    assert_eq!(server.store().open_uploads(), 0);
}

#[test]
fn an_upload_that_fails_is_aborted() {
    let server = Server::start();
    let transfers = transfers(&server);
    server.fail("partNumber=2", 0, Fault::Status(403, "AccessDenied"));
    wait(async {
        let reader = Box::new(std::io::Cursor::new(content(16 * MIB)));
        let source = Source::Reader {
            reader,
            expected_size: Some(16 << 20),
        };
        let to = Place::new("b", "k");
        let error = transfers
            .upload(source, &to, &Options::default(), ignored())
            .await;
        let error = error.expect_err("an error");
        assert_eq!(error.code(), Some("AccessDenied"));
        let text =
            "An error occurred (AccessDenied) when calling the UploadPart operation: AccessDenied.";
        assert_eq!(error.to_string(), text);
    });
    assert_eq!(server.store().open_uploads(), 0);
    assert_eq!(server.store().content("b", "k"), None);
}

#[test]
fn an_upload_that_is_dropped_is_aborted() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let path = folder.path().join("up");
    std::fs::write(&path, content(11 * MIB)).expect("written");
    // Dropped at any time, also before and after it has an id.
    for turns in [1, 3, 10, 30, 100] {
        let transfers = transfers(&server);
        wait(async {
            let (to, options) = (Place::new("b", "k"), Options::default());
            let source = Source::File(path.clone());
            drop_after(turns, transfers.upload(source, &to, &options, ignored())).await;
            transfers.settle().await;
        });
        assert_eq!(server.store().open_uploads(), 0, "after {turns} turns");
    }
}

/// The service has begun the upload, but nobody reads its id any more.
#[test]
fn an_upload_that_is_dropped_before_its_answer_is_read_is_aborted() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let path = folder.path().join("up");
    std::fs::write(&path, content(11 * MIB)).expect("written");
    for _ in 0..5 {
        let transfers = transfers(&server);
        wait(async {
            let (to, options) = (Place::new("b", "k"), Options::default());
            let source = Source::File(path.clone());
            let upload = transfers.upload(source, &to, &options, ignored());
            let mut upload = Box::pin(upload);
            while server.store().open_uploads() == 0 {
                let poll = poll_fn(|context| Poll::Ready(upload.as_mut().poll(context)));
                assert!(poll.await.is_pending());
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            drop(upload);
            transfers.settle().await;
        });
        assert_eq!(server.store().open_uploads(), 0);
    }
    assert_eq!(server.store().content("b", "k"), None);
}

#[test]
fn an_upload_whose_completion_had_no_answer_succeeds() {
    let server = Server::start();
    let transfers = transfers(&server);
    server.fail("POST /b/k?uploadId", 0, Fault::Silent);
    wait(async {
        let whole = content(6 * MIB);
        let reader = Box::new(std::io::Cursor::new(whole.clone()));
        let source = Source::Reader {
            reader,
            expected_size: None,
        };
        let to = Place::new("b", "k");
        let uploaded = transfers
            .upload(source, &to, &Options::default(), ignored())
            .await;
        uploaded.expect("uploaded");
        assert!(server.store().content("b", "k").expect("an object") == whole);
    });
}

#[test]
fn a_file_that_changes_while_it_is_read_is_an_error() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    let path = folder.path().join("up");
    std::fs::write(&path, content(6 * MIB)).expect("written");
    let grown = path.clone();
    // The file grows when the first bytes are sent.
    let progress = move |_| {
        let mut file = std::fs::OpenOptions::new()
            .append(true)
            .open(&grown)
            .expect("a file");
        file.write_all(b"more").expect("written");
    };
    let to = Place::new("b", "k");
    let source = Source::File(path.clone());
    let error = wait(transfers.upload(source, &to, &Options::default(), Arc::new(progress)));
    let error = error.expect_err("an error");
    assert!(
        matches!(error, TransferError::FileChanged { .. }),
        "{error}"
    );
    assert!(error.to_string().contains(&path.display().to_string()));
    assert_eq!(server.store().content("b", "k"), None);
    assert_eq!(server.store().open_uploads(), 0);
}

#[test]
fn a_file_that_vanished_since_it_was_listed_is_named() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    let path = folder.path().join("gone");
    let (to, options) = (Place::new("b", "k"), Options::default());
    let source = Source::File(path.clone());
    let error = wait(transfers.upload(source, &to, &options, ignored()));
    let text = format!("[Errno 2] No such file or directory: '{}'", path.display());
    assert_eq!(error.expect_err("an error").to_string(), text);
    assert_eq!(server.requests(), [""; 0]);
}

#[cfg(unix)]
#[test]
fn what_is_not_a_file_is_read_by_a_reader_and_written_directly() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    let (place, options) = (Place::new("b", "k"), Options::default());
    wait(async {
        let upload = |path: &Path| Source::File(path.to_owned());
        for (path, text) in [
            (Path::new("/dev/null"), "it is not a file: '/dev/null'"),
            (folder.path(), "is a directory"),
        ] {
            let error = transfers
                .upload(upload(path), &place, &options, ignored())
                .await;
            let error = error.expect_err("an error").to_string();
            assert!(error.starts_with(text), "{error}");
        }
        server.store().put("b", "k", content(3 * MIB));
        let from = Object::at(place.clone());
        let target = Target::File("/dev/null".into());
        transfers
            .download(&from, target, &options, ignored())
            .await
            .expect("written");
        let target = Target::File(folder.path().to_owned());
        let error = transfers.download(&from, target, &options, ignored()).await;
        let error = error.expect_err("a folder").to_string();
        assert!(error.starts_with("[Errno 21] Is a directory"), "{error}");
    });
}

#[test]
fn what_does_not_come_is_asked_for_again() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    for len in [100 * KIB, 3 * MIB] {
        let whole = content(len);
        server.store().put("b", "k", whole.clone());
        for after in [1, 2, 4] {
            server.fail("GET /b/k", after, Fault::Truncated);
        }
        wait(async {
            let (progress, count) = counted();
            let options = Options::default();
            let path = folder.path().join("down");
            let from = Object::at(Place::new("b", "k"));
            for _ in 0..3 {
                let target = Target::File(path.clone());
                transfers
                    .download(&from, target, &options, progress.clone())
                    .await
                    .expect("down");
                assert!(std::fs::read(&path).expect("a file") == whole);
                assert_eq!(count.swap(0, Ordering::Relaxed), len as u64);
            }
        });
    }
}

#[test]
fn an_object_that_changes_meanwhile_is_an_error() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    server.store().put("b", "k", content(3 * MIB));
    let path = folder.path().join("down");
    std::fs::write(&path, "old").expect("written");
    wait(async {
        let options = Options::default();
        let from = transfers
            .head(&Place::new("b", "k"), &options)
            .await
            .expect("an object");
        server.store().put("b", "k", content(4 * MIB));
        let targets = [
            Target::File(path.clone()),
            Target::Writer(Box::new(Shared::default())),
        ];
        for target in targets {
            let error = transfers.download(&from, target, &options, ignored()).await;
            assert_eq!(
                error.expect_err("an error").to_string(),
                "Contents of stored object \"k\" in bucket \"b\" did not match expected ETag."
            );
        }
        let error = transfers
            .copy(&from, &Place::new("b", "copy"), &options, ignored())
            .await;
        let error = error.expect_err("an error");
        assert!(matches!(error, TransferError::ObjectChanged(_)), "{error}");
    });
    assert_eq!(std::fs::read(&path).expect("a file"), b"old");
    assert_eq!(names(folder.path()), ["down"]);
    assert_eq!(server.store().open_uploads(), 0);
}

#[test]
fn content_is_what_its_checksum_says() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    server.store().put("b", "k", content(3 * MIB));
    let path = folder.path().join("down");
    wait(async {
        let options = Options::default();
        let from = transfers
            .head(&Place::new("b", "k"), &options)
            .await
            .expect("an object");
        // One bit flips on the disk of the service.
        let mut damaged = content(3 * MIB);
        damaged[MIB] ^= 1;
        if let Some(bucket) = server.store().buckets.get_mut("b")
            && let Some(object) = bucket.objects.get_mut("k")
        {
            object.content = damaged.into();
        }
        for target in [
            Target::File(path.clone()),
            Target::Writer(Box::new(Shared::default())),
        ] {
            let error = transfers.download(&from, target, &options, ignored()).await;
            let error = error.expect_err("an error");
            assert!(matches!(error, TransferError::Checksum { .. }), "{error}");
        }
    });
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_download_that_is_dropped_leaves_the_old_file() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    server.store().put("b", "k", content(8 * MIB));
    let path = folder.path().join("down");
    std::fs::write(&path, "old").expect("written");
    wait(async {
        let (from, options) = (Object::at(Place::new("b", "k")), Options::default());
        for turns in [1, 3, 6] {
            let target = Target::File(path.clone());
            drop_after(
                turns,
                transfers.download(&from, target, &options, ignored()),
            )
            .await;
        }
    });
    let found = std::fs::read(&path).expect("a file");
    assert!(found == b"old" || found == content(8 * MIB));
    assert_eq!(names(folder.path()), ["down"]);
}

#[test]
fn a_copy_in_parts_takes_metadata_and_tags() {
    let server = Server::start();
    let transfers = transfers(&server);
    let meta = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    wait(async {
        let options = Options {
            content_type: Some("text/x-own".to_owned()),
            metadata: Some(BTreeMap::from([meta("colour", "red")])),
            ..Options::default()
        };
        let (from, to) = (Place::new("b", "from"), Place::new("b", "to"));
        let reader = Box::new(std::io::Cursor::new(content(6 * MIB)));
        let source = Source::Reader {
            reader,
            expected_size: None,
        };
        transfers
            .upload(source, &from, &options, ignored())
            .await
            .expect("uploaded");
        if let Some(object) = server
            .store()
            .buckets
            .get_mut("b")
            .and_then(|b| b.objects.get_mut("from"))
        {
            object.tags = "a=b".to_owned();
        }
        let copied = |props| {
            let options = Options {
                copy_props: props,
                request_payer: Some(RequestPayer::Requester),
                ..Options::default()
            };
            let (transfers, from, to) = (&transfers, Object::at(from.clone()), to.clone());
            async move { transfers.copy(&from, &to, &options, ignored()).await }
        };
        let found = || server.store().buckets["b"].objects["to"].clone();
        copied(CopyProps::Default).await.expect("copied");
        assert_eq!(found().headers["x-amz-meta-colour"], "red");
        assert_eq!(found().headers["content-type"], "text/x-own");
        assert_eq!(found().tags, "a=b");
        copied(CopyProps::MetadataDirective).await.expect("copied");
        assert_eq!(found().headers["x-amz-meta-colour"], "red");
        assert_eq!(found().tags, "");
        copied(CopyProps::None).await.expect("copied");
        assert!(found().headers.is_empty());
    });
}

#[test]
fn many_objects_are_deleted() {
    let server = Server::start();
    let transfers = transfers(&server);
    for lacks in [false, true] {
        server.store().lacks_delete_many = lacks;
        let mut keys: Vec<_> = (0..1500).map(|n| format!("k{n}")).collect();
        keys.extend(["a & <b>", "\u{1}", "line\nend", "é"].map(str::to_owned));
        for key in &keys {
            server.store().put("b", key, "x");
        }
        server.requests();
        let results = wait(transfers.delete_many("b", keys.clone(), &Options::default()));
        assert_eq!(results.len(), keys.len());
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert!(server.store().buckets["b"].objects.is_empty());
        // Two requests for keys that can be part of XML, and one for each of the others.
        let requests = server.requests().len();
        assert_eq!(requests, if lacks { 2 + keys.len() } else { 2 + 2 });
    }
    let results =
        wait(transfers.delete_many("none", vec!["a".into(), "b".into()], &Options::default()));
    for result in results {
        assert_eq!(result.expect_err("no bucket").code(), Some("NoSuchBucket"));
    }
}

/// A tenth of all requests fails, before or after it was done, or in the middle of its answer.
#[test]
fn every_byte_is_right_in_the_end_though_a_tenth_of_all_requests_fails() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    server.fail_one_in(10, 20_261_130);
    let sizes = |n: usize| match n % 100 {
        0 => 10 * MIB + n * 4001,
        1..8 => MIB + n * 1009,
        8..20 => 200 * KIB + n * 101,
        _ => n * 97,
    };
    wait(async {
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..200 {
            let (transfers, folder) = (transfers.clone(), folder.path().to_owned());
            tasks.spawn(async move {
                let (options, whole) = (Options::default(), content(sizes(n)));
                let (up, down) = (
                    folder.join(format!("up{n}")),
                    folder.join(format!("down{n}")),
                );
                std::fs::write(&up, &whole).expect("written");
                let (place, copy) = (
                    Place::new("b", format!("k{n}")),
                    Place::new("b", format!("c{n}")),
                );
                let (progress, count) = counted();
                let moved = |count: &AtomicU64| {
                    assert_eq!(count.swap(0, Ordering::Relaxed), whole.len() as u64)
                };
                let source = Source::File(up);
                transfers
                    .upload(source, &place, &options, progress.clone())
                    .await
                    .expect("uploaded");
                moved(&count);
                let object = transfers.head(&place, &options).await.expect("an object");
                transfers
                    .copy(&object, &copy, &options, progress.clone())
                    .await
                    .expect("copied");
                moved(&count);
                let object = transfers.head(&copy, &options).await.expect("an object");
                let target = Target::File(down.clone());
                transfers
                    .download(&object, target, &options, progress)
                    .await
                    .expect("down");
                moved(&count);
                assert!(std::fs::read(&down).expect("a file") == whole, "{n}");
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("done");
        }
    });
    let keys = || {
        server.store().buckets["b"]
            .objects
            .keys()
            .cloned()
            .collect()
    };
    for n in 0..200 {
        let stored = server
            .store()
            .content("b", &format!("k{n}"))
            .expect("an object");
        assert!(stored == content(sizes(n)), "{n}");
    }
    assert_eq!(server.store().open_uploads(), 0);
    assert_eq!(names(folder.path()).len(), 400);
    let results = wait(transfers.delete_many("b", keys(), &Options::default()));
    assert!(results.iter().all(Result::is_ok));
    assert!(server.store().buckets["b"].objects.is_empty());
}

/// Not every server lists ETags.
#[test]
fn only_long_objects_are_asked_for_their_etag() {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    let transfers = transfers(&server);
    for (size, requests) in [(1000, &["GET"][..]), (2 * MIB, &["HEAD", "GET"])] {
        server.store().put("b", "k", content(size));
        let mut object = Object::at(Place::new("b", "k"));
        object.size = Some(size as u64);
        let path = folder.path().join("k");
        let target = Target::File(path.clone());
        wait(transfers.download(&object, target, &Options::default(), ignored())).expect("down");
        assert!(std::fs::read(path).expect("a file") == content(size));
        let mut made: Vec<_> = server.requests();
        made.iter_mut().for_each(|line| line.truncate(4));
        made.dedup();
        let made: Vec<_> = made.iter().map(|line| line.trim_end()).collect();
        assert_eq!(made, requests);
    }
}
