//! `opsmith s3`, on a server of objects in memory.

mod support;

// The same server tests the transfers.
#[path = "../s3/tests/transfers/server/mod.rs"]
#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
mod server;

use server::{Fault, Server};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;
use support::{configured, run, stderr, stdout};
use tempfile::TempDir;

/// A server with the bucket `bucket`, and a home folder.
fn world() -> (Server, TempDir) {
    let server = Server::start();
    server
        .store()
        .buckets
        .entry("bucket".to_owned())
        .or_default();
    (server, tempfile::tempdir().expect("a folder"))
}

fn command(server: &Server, home: &Path, words: &[&str]) -> Command {
    let mut command = configured(home);
    command
        .args(["--endpoint-url", &server.url, "s3"])
        .args(words);
    command
}

fn s3(server: &Server, home: &Path, words: &[&str]) -> Output {
    run(&mut command(server, home, words), "")
}

/// What a command prints that must succeed, its lines sorted: transfers end in any order.
fn lines(server: &Server, home: &Path, words: &[&str]) -> String {
    let output = s3(server, home, words);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{words:?}: {}",
        stderr(&output)
    );
    let text = stdout(&output);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn write(home: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = home.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, content).expect("a file");
}

fn keys(server: &Server) -> Vec<String> {
    server.store().buckets["bucket"]
        .objects
        .keys()
        .cloned()
        .collect()
}

#[test]
fn folders_go_up_and_come_down_unchanged() {
    let (server, home) = world();
    let home = home.path();
    let long: Vec<u8> = (0..20_000_000_u32).map(|n| (n / 7) as u8).collect();
    for (path, content) in [
        ("d/a.txt", &b"1"[..]),
        ("d/e/é b", b"22"),
        ("d/long", &long),
        ("d/none", b""),
    ] {
        write(home, path, content);
    }
    assert_eq!(
        lines(&server, home, &["cp", "d", "s3://bucket/p", "--recursive"]),
        "upload: d/a.txt to s3://bucket/p/a.txt\nupload: d/e/é b to s3://bucket/p/e/é b\n\
         upload: d/long to s3://bucket/p/long\nupload: d/none to s3://bucket/p/none"
    );
    assert_eq!(keys(&server), ["p/a.txt", "p/e/é b", "p/long", "p/none"]);
    lines(&server, home, &["sync", "s3://bucket/p", "down"]);
    for path in ["a.txt", "e/é b", "long", "none"] {
        let (one, other) = (home.join("d").join(path), home.join("down").join(path));
        assert!(
            fs::read(one).expect("a file") == fs::read(other).expect("a file"),
            "{path}"
        );
    }
    // The files have the times of their objects.
    assert_eq!(lines(&server, home, &["sync", "s3://bucket/p", "down"]), "");
    assert_eq!(server.store().open_uploads(), 0);
}

#[test]
fn a_dry_run_changes_nothing() {
    let (server, home) = world();
    let home = home.path();
    write(home, "d/a", "1");
    server.store().put("bucket", "p/b", "2");
    let words = ["sync", "d", "s3://bucket/p", "--delete", "--dryrun"];
    assert_eq!(
        lines(&server, home, &words),
        "(dryrun) delete: s3://bucket/p/b\n(dryrun) upload: d/a to s3://bucket/p/a"
    );
    assert_eq!(keys(&server), ["p/b"]);
    let words = ["sync", "s3://bucket/p", "new", "--dryrun"];
    assert_eq!(
        lines(&server, home, &words),
        "(dryrun) download: s3://bucket/p/b to new/b"
    );
    assert!(!home.join("new").exists());
    let words = ["sync", "d", "s3://bucket/p", "--delete"];
    assert_eq!(
        lines(&server, home, &words),
        "delete: s3://bucket/p/b\nupload: d/a to s3://bucket/p/a"
    );
}

#[test]
fn objects_are_deleted_together() {
    let (server, home) = world();
    let home = home.path();
    for number in 0..1_001 {
        server.store().put("bucket", &format!("p/{number}"), "1");
    }
    server.store().put("bucket", "q", "1");
    let text = lines(
        &server,
        home,
        &["rm", "s3://bucket/p", "--recursive", "--exclude", "*/7"],
    );
    assert_eq!(text.lines().count(), 1_001, "no key has two parts below p");
    assert_eq!(keys(&server), ["q"]);
    let requests = server.requests();
    let made = |start: &str| {
        requests
            .iter()
            .filter(|line| line.starts_with(start))
            .count()
    };
    assert_eq!(
        (made("POST /bucket?delete"), made("DELETE")),
        (1, 1),
        "{requests:?}"
    );
    assert_eq!(
        lines(&server, home, &["rb", "s3://bucket", "--force"]),
        "delete: s3://bucket/q\nremove_bucket: bucket"
    );
}

#[test]
fn a_failure_is_named_and_the_rest_goes_on() {
    let (server, home) = world();
    let home = home.path();
    for key in ["p/a", "p/b", "p/../../out", "p/c"] {
        server.store().put("bucket", key, "1");
    }
    for _ in 0..8 {
        server.fail("GET /bucket/p/b", 0, Fault::Status(403, "AccessDenied"));
    }
    let output = s3(
        &server,
        home,
        &["cp", "s3://bucket/p", "down/here", "--recursive"],
    );
    assert_eq!(output.status.code(), Some(1));
    let errors = stderr(&output);
    assert!(errors.contains("download failed: s3://bucket/p/b to down/here/b An error occurred (AccessDenied) when calling the GetObject operation"), "{errors}");
    assert!(
        errors.contains("warning: Skipping file ../../out. File references a parent directory."),
        "{errors}"
    );
    let mut names: Vec<_> = fs::read_dir(home.join("down/here"))
        .expect("the folder")
        .map(|entry| entry.expect("a file").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["a", "c"]);
    assert!(!home.join("out").exists());
}

#[test]
fn what_was_left_out_is_exit_code_2() {
    let (server, home) = world();
    let home = home.path();
    write(home, "d/a", "1");
    std::os::unix::fs::symlink("nowhere", home.join("d/b")).expect("a link");
    server
        .store()
        .put("bucket", "b", "kept: the source could not be read");
    let output = s3(&server, home, &["sync", "d", "s3://bucket", "--delete"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).ends_with("/d/b. File does not exist.\n"),
        "{}",
        stderr(&output)
    );
    assert_eq!(keys(&server), ["a", "b"]);
}

#[test]
fn standard_input_and_output_are_transferred() {
    let (server, home) = world();
    let home = home.path();
    let up = run(
        &mut command(&server, home, &["cp", "-", "s3://bucket/k"]),
        "text",
    );
    assert_eq!((up.status.code(), stdout(&up)), (Some(0), String::new()));
    let down = s3(&server, home, &["cp", "s3://bucket/k", "-"]);
    assert_eq!(
        (down.status.code(), stdout(&down)),
        (Some(0), "text".to_owned())
    );
    let none = s3(&server, home, &["cp", "s3://bucket/none", "-"]);
    assert_eq!(none.status.code(), Some(1));
}

#[test]
fn a_move_deletes_its_source() {
    let (server, home) = world();
    let home = home.path();
    write(home, "a", "1");
    assert_eq!(
        lines(&server, home, &["mv", "a", "s3://bucket/a"]),
        "move: ./a to s3://bucket/a"
    );
    assert!(!home.join("a").exists());
    assert_eq!(
        lines(&server, home, &["mv", "s3://bucket/a", "s3://bucket/b"]),
        "move: s3://bucket/a to s3://bucket/b"
    );
    assert_eq!(keys(&server), ["b"]);
    let output = s3(&server, home, &["mv", "s3://bucket/b", "s3://bucket"]);
    assert_eq!(output.status.code(), Some(252));
    assert!(
        stderr(&output).contains("Cannot mv a file onto itself: s3://bucket/b - s3://bucket/"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_run_that_was_interrupted_goes_on() {
    let (server, home) = world();
    let home = home.path();
    for name in ["a", "b"] {
        write(home, &format!("d/{name}"), name);
    }
    for _ in 0..8 {
        server.fail("PUT /bucket/b", 0, Fault::Status(403, "AccessDenied"));
    }
    let words = [
        "cp",
        "d",
        "s3://bucket",
        "--recursive",
        "--cli-resume",
        "done",
        "--cli-summary",
        "json",
    ];
    assert_eq!(s3(&server, home, &words).status.code(), Some(1));
    let (server, _home) = world();
    let text = lines(&server, home, &words);
    assert!(
        text.starts_with("upload: d/b to s3://bucket/b\n{\"transferred\":1,\"bytes\":1,"),
        "{text}"
    );
    assert!(text.contains("\"resumed\":1"), "{text}");
    write(home, "d/a", "changed");
    assert!(lines(&server, home, &words).starts_with("upload: d/a to s3://bucket/a\n"));
}

#[test]
fn s3_uploads_that_are_resumed_abort_what_was_left_open() {
    let (server, home) = world();
    let home = home.path();
    fs::write(home.join("a"), vec![1; 9 << 20]).expect("written");
    for request in ["partNumber=2", "DELETE /bucket/a"] {
        server.fail(request, 0, Fault::Status(403, "AccessDenied"));
    }
    let words = ["cp", "a", "s3://bucket", "--cli-resume", "done"];
    assert_eq!(s3(&server, home, &words).status.code(), Some(1));
    assert_eq!(server.store().open_uploads(), 1);
    let text = lines(&server, home, &words);
    assert_eq!(text, "upload: ./a to s3://bucket/a");
    assert_eq!(server.store().open_uploads(), 0);
}

/// An interrupted upload ends what it began at the service before the command ends.
#[test]
fn an_interrupted_upload_leaves_nothing_open() {
    let (server, home) = world();
    let home = home.path();
    fs::write(home.join("long"), vec![1; 30 << 20]).expect("written");
    write(
        home,
        ".aws/config",
        "[default]\ns3 =\n  max_bandwidth = 1MB/s\n",
    );
    let mut child = command(&server, home, &["cp", "long", "s3://bucket"])
        .spawn()
        .expect("the command");
    while server.store().open_uploads() == 0 {
        assert!(
            child.try_wait().expect("a state").is_none(),
            "it ended early"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).expect("a signal");
    let output = child.wait_with_output().expect("the command");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(stderr(&output), "cancelled: ctrl-c received\n");
    assert_eq!(server.store().open_uploads(), 0);
    assert!(keys(&server).is_empty());
}

#[test]
fn names_that_differ_in_case_are_treated_as_the_option_says() {
    let (server, home) = world();
    let home = home.path();
    for key in ["A", "B", "a"] {
        server.store().put("bucket", key, vec![0; 3 << 20]);
    }
    let down = |how: &str| {
        let words = [
            "cp",
            "s3://bucket",
            how,
            "--recursive",
            "--case-conflict",
            how,
        ];
        let output = s3(&server, home, &words);
        (output.status.code(), stderr(&output))
    };
    let (code, errors) = down("error");
    assert_eq!(code, Some(1), "{errors}");
    assert!(
        errors.starts_with("fatal error: Failed to download s3://bucket/a -> "),
        "{errors}"
    );
    let (code, errors) = down("skip");
    assert_eq!(code, Some(0), "{errors}");
    assert!(
        errors.starts_with("warning: Skipping s3://bucket/a -> "),
        "{errors}"
    );
    assert!(home.join("skip/A").exists() && !home.join("skip/a").exists());
    let (code, errors) = down("warn");
    assert_eq!(code, Some(0), "{errors}");
    assert!(
        errors.starts_with("warning: Downloading s3://bucket/a -> "),
        "{errors}"
    );
    assert_eq!(down("ignore"), (Some(0), String::new()));
    assert!(home.join("ignore/A").exists() && home.join("ignore/a").exists());
}

#[test]
fn a_file_can_have_the_name_of_a_word() {
    let (server, home) = world();
    let home = home.path();
    write(home, "help", "1");
    assert_eq!(
        lines(&server, home, &["cp", "help", "s3://bucket"]),
        "upload: ./help to s3://bucket/help"
    );
}

#[test]
fn s3_progress_is_for_terminals() {
    let (server, home) = world();
    let home = home.path();
    write(home, "a", "1");
    assert_eq!(
        lines(&server, home, &["cp", "a", "s3://bucket"]),
        "upload: ./a to s3://bucket/a"
    );
    let text = lines(
        &server,
        home,
        &["cp", "a", "s3://bucket", "--progress-multiline"],
    );
    assert!(text.contains("Completed 1 Byte/"), "{text}");
    assert_eq!(
        lines(&server, home, &["cp", "a", "s3://bucket", "--quiet"]),
        ""
    );
}

#[test]
fn s3_refuses_what_it_does_not_obey() {
    let (server, home) = world();
    let home = home.path();
    for words in [
        &[
            "mv",
            "s3://bucket/a",
            "s3://bucket/b",
            "--validate-same-s3-paths",
        ][..],
        &["ls", "--cli-dry-run"],
        &["rm", "s3://bucket/a", "--cli-resume", "done"],
        &["cp", "-", "s3://bucket/a", "--cli-resume", "done"],
        &["cp", "s3://bucket/a", "s3://bucket/b", "--metadata", "k=é"],
        &["cp", "a", "b"],
        &["cp", "s3://bucket/a", "b", "--checksum-algorithm", "CRC32"],
        &["cp", "s3://bucket/a", "b", "--sse-c"],
        &["cp", "s3://bucket/a", "b", "--acl", "all"],
        &["cp", "s3://bucket/a", "b", "--grants", "x=id=1"],
        &["cp", "s3://bucket/a"],
        &["sync", "s3://b--x-s3", "."],
        &["mb", "bucket"],
        &["ls", "s3://bucket", "more"],
        &["none"],
    ] {
        let output = s3(&server, home, words);
        assert_eq!(
            output.status.code(),
            Some(252),
            "{words:?}: {}",
            stderr(&output)
        );
    }
    assert!(server.requests().is_empty());
}

#[test]
fn s3_presigns_what_a_service_would_accept() {
    let (server, home) = world();
    let home = home.path();
    let url = stdout(&s3(&server, home, &["presign", "s3://bucket/k"]));
    let start = format!("{}/bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&", server.url);
    assert!(
        url.starts_with(&start) && url.contains("&X-Amz-Expires=3600&"),
        "{url}"
    );
    for words in [
        &["presign", "s3://bucket/k", "--expires-in", "0"][..],
        &["presign", "s3://bucket/k", "--expires-in", "604801"],
        &["presign", "s3://bucket/k", "--no-sign-request"],
    ] {
        assert_eq!(
            s3(&server, home, words).status.code(),
            Some(255),
            "{words:?}"
        );
    }
    assert!(server.requests().is_empty());
}

#[test]
fn objects_are_listed() {
    let (server, home) = world();
    let home = home.path();
    server.store().put("bucket", "a b", "1");
    server.store().put("bucket", "d/c", vec![0; 2048]);
    assert_eq!(
        stdout(&s3(&server, home, &["ls", "s3://bucket"])),
        "                           PRE d/\n2024-01-02 03:04:05          1 a b\n"
    );
    assert_eq!(
        stdout(&s3(
            &server,
            home,
            &[
                "ls",
                "s3://bucket",
                "--recursive",
                "--human-readable",
                "--summarize"
            ]
        )),
        "2024-01-02 03:04:05     1 Byte a b\n2024-01-02 03:04:05    2.0 KiB d/c\n\nTotal Objects: 2\n   Total Size: 2.0 KiB\n"
    );
    assert_eq!(
        s3(&server, home, &["ls", "s3://bucket/x"]).status.code(),
        Some(1)
    );
    assert_eq!(
        s3(&server, home, &["ls", "s3://none"]).status.code(),
        Some(254)
    );
}
