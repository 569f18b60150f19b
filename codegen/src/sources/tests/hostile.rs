//! Archives that are broken, or made to do harm.

use super::super::archive::{Archive, form};
use super::super::find::in_archive;
use super::{file, gzip_bytes, lowered, refused, release, service, tarred, zipped};
use crate::sources::Services;
use std::path::Path;

const TOYS: &str = "botocore/data/toy-box/2020-02-02/service-2.json";

/// What is wrong with the first service of an archive.
fn broken(content: Vec<u8>) -> String {
    let (_folder, path) = file("x.whl", content);
    let services = Services::find([path]).expect("a source");
    let results = lowered(&services);
    results[0]
        .result
        .as_ref()
        .expect_err("it is broken")
        .to_string()
}

/// The offset of the first of these bytes at or after a position.
fn at(bytes: &[u8], start: usize, part: &[u8]) -> usize {
    let found = bytes[start..]
        .windows(part.len())
        .position(|window| window == part);
    start + found.expect("the part")
}

#[test]
fn archives_that_are_cut_off() {
    let wheel = zipped(&release());
    let (_folder, path) = file("x.whl", &wheel[..wheel.len() / 2]);
    let message = refused(path);
    assert!(
        message.contains("the archive cannot be read: ") && message.contains("get it again"),
        "{message}"
    );
    let sdist = gzip_bytes(&tarred(&release()));
    let (_folder, path) = file("x.tar.gz", &sdist[..sdist.len() / 2]);
    assert!(refused(path).contains("the archive cannot be read: "));
}

#[test]
fn a_wrong_checksum() {
    let mut wheel = zipped(&[(TOYS, service("Toy Box").into_bytes())]);
    // Of the member, in its own header and in the directory.
    for header in [b"PK\x03\x04", b"PK\x01\x02"] {
        let offset = at(&wheel, 0, header) + if header[2] == 3 { 14 } else { 16 };
        wheel[offset] ^= 1;
    }
    let message = broken(wheel);
    assert!(
        message.contains("toy-box/2020-02-02/service-2.json: cannot be read: ")
            && message.contains("hecksum"),
        "{message}"
    );
}

#[test]
fn a_member_that_claims_what_no_service_has() {
    let mut wheel = zipped(&[(TOYS, service("Toy Box").into_bytes())]);
    let directory = at(&wheel, 0, b"PK\x01\x02");
    wheel[directory + 24..directory + 28].copy_from_slice(&0xf000_0000_u32.to_le_bytes());
    let message = broken(wheel);
    assert!(
        message.contains("it has more than 128 MB; no service has as much"),
        "{message}"
    );
    // 10 GB in the header of a tar archive, and nothing of them.
    let mut header = tar::Header::new_gnu();
    header.set_path(TOYS).expect("a path");
    header.set_size(10 << 30);
    header.set_cksum();
    let (_folder, path) = file("x.tar", [header.as_bytes().as_slice(), &[0; 1024]].concat());
    assert!(refused(path).contains("it has more than 128 MB"));
}

/// Compressed zeros: a thousandth of what they become.
#[test]
fn what_is_small_and_becomes_large() {
    let zeros = vec![0; (128 << 20) + 1];
    let bomb = gzip_bytes(&zeros);
    assert!(bomb.len() < 1 << 20);
    let name = format!("{TOYS}.gz");
    let message = broken(zipped(&[(&name, bomb)]));
    assert!(
        message.contains("service-2.json.gz: cannot be read: it has more than 128 MB"),
        "{message}"
    );
    let message = broken(zipped(&[(TOYS, zeros)]));
    assert!(message.contains("it has more than 128 MB"), "{message}");
}

#[test]
fn archives_in_archives_are_not_opened() {
    let (_folder, path) = file("x.zip", zipped(&[("x.whl", zipped(&release()))]));
    assert!(refused(path).contains("it is an archive with nothing of botocore"));
}

/// Names that lead elsewhere, or that are no text, are names of other files.
#[test]
fn names_that_lead_elsewhere_are_none_of_services() {
    let toys = || service("Toy Box").into_bytes();
    for name in [
        "../data/toys/2020/service-2.json",
        "botocore/data/../toys/2020/service-2.json",
        "/etc/toys/2020/service-2.json",
        "botocore/data/to ys/2020/service-2.json",
        "botocore/data/to\u{1b}[2Jys/2020/service-2.json",
        "botocore\\data\\toys\\2020\\service-2.json",
        "botocore/data/.toys/2020/service-2.json",
    ] {
        let (_folder, path) = file("x.whl", zipped(&[(name, toys())]));
        assert!(refused(path).contains("nothing of botocore"), "{name}");
    }
    let mut wheel = zipped(&[(TOYS, toys())]);
    let mut from = 0;
    for _ in 0..2 {
        from = at(&wheel, from, b"toy-box");
        wheel[from] = 0xff;
    }
    let (_folder, path) = file("x.whl", wheel);
    assert!(refused(path).contains("nothing of botocore"));
}

/// Whatever is changed, there is an answer and no panic.
#[test]
fn damaged_archives_are_answered() {
    for whole in [
        zipped(&release()),
        tarred(&release()),
        gzip_bytes(&tarred(&release())),
    ] {
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for _ in 0..400 {
            let mut bytes = whole.clone();
            for _ in 0..3 {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                let at = (random % bytes.len() as u64) as usize;
                bytes[at] = (random >> 32) as u8;
            }
            let form = form(&bytes);
            let entries = Archive::of(Path::new("x"), bytes, form).map(in_archive);
            if let Ok(Ok(entries)) = entries {
                let services = Services {
                    entries,
                    documentation: true,
                };
                lowered(&services).iter().for_each(|lowered| {
                    let _ = lowered.result.as_ref().map_err(ToString::to_string);
                });
            }
        }
    }
}
