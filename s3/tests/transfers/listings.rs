//! Listings, and comparisons with files: pages that are asked for ahead of their turn.

use super::server::{Fault, Server};
use super::{client, wait};
use opsmith_s3::{Comparison, Entries, Filters, ListOptions, Listing, Place, Rules, Step};
use std::path::Path;
use std::time::Duration;

/// A comparison of the files of a folder with the objects of a bucket whose pages have ten objects:
/// what it does, as `+key`, `~key` and `-key`.
fn compared(server: &Server, folder: &Path, is_download: bool, pages_ahead: usize) -> Vec<String> {
    let options = ListOptions {
        page_size: Some(10),
        pages_ahead,
        ..ListOptions::default()
    };
    wait(async {
        let listing = Listing::new(&client(server), &Place::new("b", "p/"), &options);
        let objects = Entries::remote(listing, "p/", true, Filters::default());
        let folder = format!("{}/", folder.display());
        let files = Entries::local(&folder, true, Filters::default());
        let (source, target) = if is_download {
            (objects, files)
        } else {
            (files, objects)
        };
        let mut rules = Rules::default();
        (rules.delete, rules.size_only) = (true, true);
        let (mut sync, mut steps) = (
            Comparison::new(source, target, rules, is_download),
            Vec::new(),
        );
        while let Some(step) = sync.next().await.expect("a listing") {
            steps.push(match step {
                Step::Transfer { entry, is_new } => {
                    format!("{}{}", if is_new { '+' } else { '~' }, entry.key)
                }
                Step::Delete(entry) => format!("-{}", entry.key),
                Step::Skip(skipped) => skipped.to_string(),
            });
        }
        steps
    })
}

/// Files and objects with these keys.
fn both(files: &[String], objects: &[String]) -> (Server, tempfile::TempDir) {
    let (server, folder) = (Server::start(), tempfile::tempdir().expect("a folder"));
    for key in files {
        let path = folder.path().join(key);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, "x").expect("written");
    }
    // Others, before and after those of the prefix.
    for key in (0..30).flat_map(|n| [format!("o{n}"), format!("q{n}")]) {
        server.store().put("b", &key, "x");
    }
    for key in objects {
        server.store().put("b", &format!("p/{key}"), "x");
    }
    (server, folder)
}

/// Some of many keys: those whose number has a remainder below `most` of ten.
fn some_keys(count: usize, seed: usize, most: usize) -> Vec<String> {
    let is_there = |n: &usize| (n * 7 + n / 10 * seed) % 10 < most;
    (0..count)
        .filter(is_there)
        .map(|n| format!("{:02}/{:02} é", n / 37, n % 37))
        .collect()
}

#[test]
fn pages_that_are_asked_for_ahead_are_those_that_follow() {
    let keys = some_keys(400, 0, 10);
    let (server, folder) = both(&keys, &keys);
    for is_download in [false, true] {
        assert!(compared(&server, folder.path(), is_download, 7).is_empty());
        let requests = server.requests();
        // Each page once: the first, the one after it, and those that were guessed.
        let guessed = |line: &&String| line.contains("start-after=");
        assert_eq!(
            (requests.len(), requests.iter().filter(guessed).count()),
            (40, 38)
        );
        assert!(compared(&server, folder.path(), is_download, 0).is_empty());
        let requests = server.requests();
        assert_eq!(
            (requests.len(), requests.iter().filter(guessed).count()),
            (40, 0)
        );
    }
}

#[test]
fn wrong_guesses_change_nothing() {
    for (files, objects) in [(10, 9), (9, 10), (7, 7), (10, 1), (1, 10), (0, 10), (10, 0)] {
        for seed in 0..4 {
            let objects = some_keys(400, seed, objects);
            let (server, folder) = both(&some_keys(400, 3, files), &objects);
            for is_download in [false, true] {
                let steps = compared(&server, folder.path(), is_download, 0);
                let pages = server.requests().len();
                let found = compared(&server, folder.path(), is_download, 7);
                assert_eq!(found, steps);
                let requests = server.requests().len();
                assert!(requests <= 2 * pages + 7, "{requests} for {pages} pages");
            }
        }
    }
}

#[test]
fn guesses_that_fail_change_nothing() {
    let keys = some_keys(400, 0, 10);
    let (server, folder) = both(&keys, &keys[..390]);
    let steps = compared(&server, folder.path(), false, 0);
    assert_eq!(steps.len(), 10);
    for at in [0, 3, 20] {
        // A service that does not allow it.
        server.fail("start-after=", at, Fault::Status(403, "AccessDenied"));
    }
    assert_eq!(compared(&server, folder.path(), false, 7), steps);
    server.requests();
    server
        .store()
        .buckets
        .get_mut("b")
        .expect("a bucket")
        .lacks_start_after = true;
    assert_eq!(compared(&server, folder.path(), false, 7), steps);
    let requests = server.requests().len();
    assert!(requests <= 39 + 7, "{requests} requests");
}

#[test]
fn the_next_page_comes_while_objects_are_taken() {
    let keys = some_keys(30, 0, 10);
    let (server, _folder) = both(&[], &keys);
    let options = ListOptions {
        page_size: Some(10),
        pages_ahead: 1,
        ..ListOptions::default()
    };
    wait(async {
        let mut listing = Listing::new(&client(&server), &Place::new("b", "p/"), &options);
        for page in 1..=3 {
            listing.next().await.expect("a page").expect("an object");
            while server.log().len() < 3.min(page + 1) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            for _ in 1..10 {
                listing.next().await.expect("a page").expect("an object");
            }
        }
        assert!(listing.next().await.expect("the end").is_none());
    });
    assert_eq!(server.requests().len(), 3);
}
