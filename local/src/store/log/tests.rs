//! The log over a small kind of record.

use super::*;
use crate::store::Store;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Light {
    id: String,
    number: u64,
    is_on: bool,
}

impl Record for Light {
    const HEAD: &'static str = "lights 1\n";

    fn id(&self) -> &str {
        &self.id
    }

    fn number(&self) -> u64 {
        self.number
    }
}

/// Two records, and the same as they are later.
fn changes() -> [Vec<Light>; 2] {
    [false, true].map(|is_on| {
        let light = |(id, number): (&str, u64)| Light {
            id: id.to_owned(),
            number,
            is_on,
        };
        [("a", 1), ("b", 2)].map(light).into()
    })
}

fn written(folder: &Path) -> (PathBuf, Vec<u8>) {
    let path = folder.join("state");
    let (store, none) = Store::<Light>::open(&path).expect("opened");
    assert!(none.is_empty());
    for change in changes() {
        store.persist_now(change).expect("saved");
    }
    drop(store);
    let bytes = std::fs::read(&path).expect("bytes");
    (path, bytes)
}

#[test]
fn a_write_cut_at_any_byte_leaves_an_earlier_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, bytes) = written(folder.path());
    let ends: Vec<usize> = (0..bytes.len())
        .filter(|&at| bytes[at] == b'\n')
        .map(|at| at + 1)
        .collect();
    let [.., first, all] = ends[..] else {
        panic!("{ends:?}")
    };
    for end in 0..=all {
        std::fs::write(&path, &bytes[..end]).expect("written");
        let (store, lights) = Store::<Light>::open(&path).expect("opened");
        let states: Vec<_> = lights
            .iter()
            .map(|light| (light.id.as_str(), light.is_on))
            .collect();
        let both = [("a", end == all), ("b", end == all)];
        assert_eq!(
            states,
            if end >= first { &both[..] } else { &[] },
            "{end} of {all} bytes"
        );
        // And it goes on from there.
        let [change, _] = changes();
        store.persist_now(change).expect("saved");
        drop(store);
        assert_eq!(
            Store::<Light>::open(&path).expect("opened").1.len(),
            2,
            "{end} of {all} bytes"
        );
    }
}

#[test]
fn damage_is_reported_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (path, bytes) = written(folder.path());
    let last = bytes.iter().rposition(|&byte| byte == b'{').expect("JSON");
    let second = Light::HEAD.len() + 40;
    for (at, expected) in [
        (0, "it is not a file of this kind"),
        (second, "line 2 is damaged"),
        (last, ""),
    ] {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, &bytes).expect("written");
        match Store::<Light>::open(&path) {
            Ok(_) => assert_eq!(expected, "", "damage at {at} is not seen"),
            Err(error) => {
                assert!(
                    !expected.is_empty() && error.to_string().ends_with(expected),
                    "{error}"
                );
                assert_eq!(
                    std::fs::read(&path).expect("bytes"),
                    bytes,
                    "what is damaged stays as it is"
                );
            }
        }
    }
}

/// A new log, and a line for it that has two records.
fn log(folder: &Path) -> (Log<Light>, String) {
    let (log, _) = Log::open(&folder.join("state")).expect("opened");
    let [change, _] = changes();
    (log, line(&change).expect("a line"))
}

/// The number of records in the log after this process has left it.
fn left(log: Log<Light>) -> usize {
    let path = log.path.clone();
    drop(log);
    Store::<Light>::open(&path).expect("opened").1.len()
}

#[test]
fn a_log_that_grows_is_rewritten() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut log, line) = log(folder.path());
    let lines = line.repeat(50_000);
    for _ in 0..6 {
        log.append(&lines).expect("saved");
    }
    let length = std::fs::metadata(&log.path).expect("a file").len();
    assert!(
        length <= GROWTH + lines.len() as u64 && length == log.length,
        "{length} {}",
        log.length
    );
    assert_eq!(left(log), 2);
}

#[test]
fn an_append_that_fails_leaves_nothing_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut log, line) = log(folder.path());
    log.file
        .write_all(&line.as_bytes()[..50])
        .expect("half of it");
    log.take_back(&io::Error::other("the disk is full"));
    log.append(&line).expect("saved");
    assert_eq!(left(log), 2);
}
