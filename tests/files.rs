//! Operations that send a file, or write their result to one: where the bytes come from and go to,
//! and what is there when something fails.

mod support;

use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::Duration;
use support::{Answer, Server, configured, opsmith, run, stderr};

/// More than is kept in memory, and more than is sent without a word.
const LARGE: usize = 9_000_000;

const MODEL: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/codegen/tests/golden/streams/model.json"
);

/// A home folder whose catalogue has a service with streams.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let added = run(opsmith(home.path()).args(["services", "add", MODEL]), "");
    assert!(added.status.success(), "{}", stderr(&added));
    home
}

/// A call of the service with these words, at this address.
fn call(home: &Path, url: &str, words: &str) -> Command {
    let mut command = configured(home);
    command
        .env("AWS_MAX_ATTEMPTS", "2")
        .args(["--endpoint-url", url, "test"])
        .args(words.split_whitespace());
    command
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("a code")
}

fn pipe_at(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status();
    assert!(made.expect("mkfifo").success());
}

/// The names in a folder that are not hidden.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<_> = names
        .map(|name| name.into_string().expect("text"))
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    names
}

/// A server of one answer, which says that it has `length` bytes, and sends these pieces with a
/// pause after each. Then it keeps the connection open.
fn slow(length: usize, pieces: Vec<usize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let _ = stream.read(&mut [0; 4096]);
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        let mut send = |bytes: &[u8]| stream.write_all(bytes).is_ok();
        let mut reads = send(head.as_bytes());
        for piece in pieces {
            reads = reads && send(&vec![b'x'; piece]);
            thread::sleep(Duration::from_millis(150));
        }
        wait_for_end(stream);
    });
    url
}

fn wait_for_end(mut stream: TcpStream) {
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
}

#[test]
fn a_pipe_is_sent_as_a_file_is() {
    let home = home();
    let home = home.path();
    let failed = Answer {
        status: 500,
        ..Answer::default()
    };
    let fifo = home.join("fifo");
    pipe_at(&fifo);
    let large = "y".repeat(LARGE);
    for (content, name) in [
        ("sent as it is", "-"),
        ("", "-"),
        ("sent as it is", "/dev/stdin"),
        ("sent as it is", "fifo"),
        (&large, "-"),
    ] {
        // The first attempt fails, so it is sent twice.
        let server = Server::playing(vec![failed.clone(), Answer::default()]);
        let words = format!("put --bucket b --key k --body {name}");
        let mut command = call(home, &server.url, &words);
        let output = if name == "fifo" {
            let (fifo, content) = (fifo.clone(), content.to_owned());
            thread::spawn(move || fs::write(fifo, content));
            run(&mut command, "")
        } else {
            run(&mut command, content)
        };
        assert_eq!(code(&output), 0, "{name}: {}", stderr(&output));
        let requests = server.requests();
        assert_eq!(requests.len(), 2, "{name}");
        for request in requests {
            let length = content.len().to_string();
            assert_eq!(request.header("content-length"), Some(&*length), "{name}");
            assert!(request.body == content, "{name}");
        }
    }
}

#[test]
fn a_pipe_is_sent_as_it_comes_where_nothing_goes_before_it() {
    let model = fs::read_to_string(MODEL).expect("the model");
    let (before, after) = model
        .split_once(r#""t#SwapOutput""#)
        .expect("the operation");
    let traits = r#""traits": {"#;
    let after = after.replacen(
        traits,
        &format!(r#"{traits} "aws.auth#unsignedPayload": {{}},"#),
        1,
    );
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("model.json");
    fs::write(&path, format!(r#"{before}"t#SwapOutput"{after}"#)).expect("a model");
    let added = run(
        opsmith(home.path()).args(["services", "add"]).arg(&path),
        "",
    );
    assert!(added.status.success(), "{}", stderr(&added));
    let server = Server::answering(200, "", "bytes");
    let words = "swap --content - file";
    let output = run(&mut call(home.path(), &server.url, words), "as it comes");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let encoding = server.requests()[0]
        .header("transfer-encoding")
        .map(str::to_owned);
    assert_eq!(encoding.as_deref(), Some("chunked"));
}

#[test]
fn standard_input_and_output_may_be_sockets() {
    let home = home();
    let server = Server::answering(200, "", "bytes");
    let (mut ours, theirs) = UnixStream::pair().expect("sockets");
    ours.write_all(b"through a socket").expect("written");
    ours.shutdown(std::net::Shutdown::Write).expect("ended");
    let words = "put --bucket b --key k --body -";
    let output = call(home.path(), &server.url, words)
        .stdin(OwnedFd::from(theirs))
        .output()
        .expect("the command");
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    assert_eq!(server.requests()[0].body, "through a socket");
    let (mut ours, theirs) = UnixStream::pair().expect("sockets");
    let mut command = call(home.path(), &server.url, "get --key k -");
    let status = command.stdout(OwnedFd::from(theirs)).status();
    drop(command);
    assert!(status.expect("the command").success());
    let mut came = String::new();
    ours.read_to_string(&mut came).expect("text");
    assert_eq!(came, "bytes");
}

#[test]
fn what_can_not_be_sent_is_said_before_the_call() {
    let home = home();
    let home = home.path();
    fs::create_dir(home.join("folder")).expect("a folder");
    fs::write(home.join("content"), "content").expect("a file");
    let server = Server::answering(200, "", "");
    for (name, problem) in [
        ("none", "none: No such file or directory"),
        ("folder", "folder: is a directory"),
        ("file://content", "write content without file://"),
    ] {
        let words = format!("put --bucket b --key k --body {name}");
        let output = run(&mut call(home, &server.url, &words), "");
        assert_eq!(code(&output), 252, "{name}");
        assert!(stderr(&output).contains(problem), "{}", stderr(&output));
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_result_that_can_not_be_written_is_said_before_the_call() {
    let home = home();
    let home = home.path();
    fs::create_dir(home.join("folder")).expect("a folder");
    let server = Server::answering(200, "", "bytes");
    for (name, problem) in [
        ("none/file", "there is no folder none; make it first"),
        ("folder", "it is a folder; name a file in it"),
        ("folder/", "it is a folder; name a file in it"),
        (
            "",
            "the name of a file, or - for standard output, is missing",
        ),
        // Nobody can make files there.
        ("/proc/self/fd/file", "outfile /proc/self/fd/file: "),
    ] {
        let mut command = call(home, &server.url, "get --key k");
        let output = run(command.arg(name), "");
        assert_eq!(code(&output), 255, "{name}");
        assert!(stderr(&output).contains(problem), "{}", stderr(&output));
    }
    assert!(server.requests().is_empty());
    assert_eq!(names(home), ["folder"]);
}

#[test]
fn bytes_on_standard_output_follow_what_others_wrote() {
    let home = home();
    let server = Server::answering(200, "", "bytes");
    let path = home.path().join("all");
    let mut all = File::create(&path).expect("a file");
    for _ in 0..2 {
        all.write_all(b"before ").expect("written");
        let output = call(home.path(), &server.url, "get --key k -")
            .stdout(all.try_clone().expect("a file"))
            .output()
            .expect("the command");
        assert_eq!((code(&output), &*stderr(&output)), (0, ""));
    }
    let written = fs::read_to_string(&path).expect("a file");
    assert_eq!(written, "before bytesbefore bytes");
}

#[test]
fn a_full_disk_and_a_closed_pipe_end_as_with_other_results() {
    let home = home();
    let server = Server::answering(200, "", "bytes");
    let (reader, closed) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = call(home.path(), &server.url, "get --key k -")
        .stdout(closed)
        .output()
        .expect("the command");
    assert_eq!((code(&output), &*stderr(&output)), (0, ""));
    let full = OpenOptions::new().write(true).open("/dev/full");
    let output = call(home.path(), &server.url, "get --key k -")
        .stdout(full.expect("a device"))
        .output()
        .expect("the command");
    assert_eq!(code(&output), 255);
    let err = stderr(&output);
    let expected = "The output could not be written: standard output: No space left on device";
    assert!(err.contains(expected), "{err}");
    let output = run(
        &mut call(home.path(), &server.url, "get --key k /dev/full"),
        "",
    );
    assert_eq!(code(&output), 255);
    let err = stderr(&output);
    assert!(err.contains("/dev/full: No space left on device"), "{err}");
}

#[test]
fn a_killed_download_leaves_the_old_file() {
    let home = home();
    let home = home.path();
    for signal in ["-INT", "-TERM", "-KILL"] {
        for old in [None, Some("old")] {
            let _ = fs::remove_file(home.join("file"));
            if let Some(old) = old {
                fs::write(home.join("file"), old).expect("a file");
            }
            let url = slow(LARGE, vec![1_000_000]);
            let mut child = call(home, &url, "get --key k file")
                .spawn()
                .expect("the command");
            wait_for_bytes(home);
            let id = child.id().to_string();
            let killed = Command::new("kill").args([signal, &id]).status();
            assert!(killed.expect("kill").success());
            assert!(!child.wait().expect("an end").success());
            let found = fs::read_to_string(home.join("file")).ok();
            assert_eq!(found.as_deref(), old, "{signal}");
            clear_hidden(home);
        }
    }
}

/// Waits until a hidden file in the folder has bytes.
fn wait_for_bytes(folder: &Path) {
    let has_bytes = || {
        let entries = fs::read_dir(folder).expect("a folder").flatten();
        let mut new =
            entries.filter(|entry| entry.path().extension().is_some_and(|end| end == "new"));
        new.any(|entry| entry.metadata().is_ok_and(|found| found.len() > 0))
    };
    for _ in 0..500 {
        if has_bytes() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
    panic!("no bytes came");
}

fn clear_hidden(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().extension().is_some_and(|end| end == "new") {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Runs a command with a terminal as its standard error; what it shows there.
fn shown(mut command: Command, input: Stdio) -> (i32, String) {
    let flags = rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY;
    let ours = rustix::pty::openpt(flags).expect("a terminal");
    rustix::pty::grantpt(&ours)
        .and_then(|()| rustix::pty::unlockpt(&ours))
        .expect("a terminal");
    let name = rustix::pty::ptsname(&ours, Vec::new()).expect("a name");
    let theirs = File::options()
        .read(true)
        .write(true)
        .open(name.into_string().expect("text"))
        .expect("a terminal");
    let mut child: Child = command
        .stdin(input)
        .stdout(Stdio::null())
        .stderr(OwnedFd::from(theirs))
        .spawn()
        .expect("the command");
    // It keeps the other end of the terminal.
    drop(command);
    let mut text = Vec::new();
    // Ends with an error when the other end is closed.
    let _ =
        File::from(ours.as_fd().try_clone_to_owned().expect("a terminal")).read_to_end(&mut text);
    let code = child.wait().expect("the command").code();
    (
        code.expect("a code"),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

#[test]
fn long_bodies_show_their_progress_on_a_terminal() {
    let home = home();
    let home = home.path();
    let get = |length: usize, options: &[&str]| {
        let url = slow(length, vec![length / 4; 4]);
        let mut command = call(home, &url, "get --key k file");
        command.args(options);
        let (code, text) = shown(command, Stdio::null());
        assert_eq!(code, 0, "{text}");
        text
    };
    let text = get(LARGE / 4 * 4, &[]);
    assert!(text.contains(" of 9.0 MB, "), "{text}");
    assert!(text.ends_with("\r\x1b[K"), "{text}");
    assert_eq!(get(1_000_000, &[]), "");
    assert_eq!(get(LARGE / 4 * 4, &["--cli-error-format", "json"]), "");

    fs::write(home.join("large"), vec![b'x'; 4 * LARGE]).expect("a file");
    let server = Server::answering(200, "", "");
    let words = "put --bucket b --key k --body large";
    let (code, text) = shown(call(home, &server.url, words), Stdio::null());
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(" of 36.0 MB, "), "{text}");
    assert!(text.ends_with("\r\x1b[K"), "{text}");
}
