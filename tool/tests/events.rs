//! `cargo opsmith call` of operations that answer with a stream of events.

use frames::{event, exception, frame};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

#[path = "../../tests/support/frames.rs"]
mod frames;

/// A server that reads a request, and writes this answer's head and what `write` writes.
fn serve(write: impl FnOnce(&mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("an address");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let start = head.len();
            reader.read_line(&mut head).expect("a header");
            let line = head[start..].to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length");
            }
        }
        reader.read_exact(&mut vec![0; length]).expect("a body");
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\
                    content-type: application/vnd.amazon.eventstream\r\nx-id: i\r\n\r\n";
        stream.write_all(head.as_bytes()).expect("written");
        write(&mut stream);
    });
    url
}

/// Writes bytes in chunks of seven.
fn chunks(stream: &mut TcpStream, bytes: &[u8]) {
    for piece in bytes.chunks(7) {
        let chunk = [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
        // Whoever reads may be gone.
        let _ = stream.write_all(&chunk);
    }
}

/// A server that answers with a whole body.
fn answering(bytes: Vec<u8>) -> String {
    serve(move |stream| {
        chunks(stream, &bytes);
        let _ = stream.write_all(b"0\r\n\r\n");
    })
}

/// The command in a folder, with a model and the words of a line.
fn start(folder: &Path, model: &Path, line: &str, url: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_cargo-opsmith"))
        .current_dir(folder)
        .args(["opsmith", "call", "--model"])
        .arg(model)
        .args(line.split_whitespace())
        .args(["--endpoint-url", url, "--no-sign-request"])
        .env_clear()
        .envs([("AWS_MAX_ATTEMPTS", "1"), ("AWS_REGION", "us-east-1")])
        .env("HOME", folder)
        .env("TZ", "UTC0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs")
}

/// The exit code, and what was printed on standard output and standard error.
fn end(child: Child) -> (i32, String, String) {
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().expect("a code");
    (code, text(output.stdout), text(output.stderr))
}

fn ask(options: &str, url: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    end(asking(folder.path(), options, url))
}

fn asking(folder: &Path, options: &str, url: &str) -> Child {
    let model = "../codegen/tests/golden/events/model.json";
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join(model);
    start(
        folder,
        &model,
        &format!("test ask --topic t {options}"),
        url,
    )
}

fn text(text: &str) -> Vec<u8> {
    event("text", format!(r#"{{"text":"{text}"}}"#).as_bytes())
}

/// An event of each kind.
fn answer() -> Vec<u8> {
    let begin = [
        (":message-type", "event"),
        (":event-type", "begin"),
        ("speaker", "s"),
    ];
    [
        frame(&begin, b""),
        text("a"),
        event("sound", b"\0\xff"),
        event("newer", b"{}"),
        text("b"),
        event("end", b""),
    ]
    .concat()
}

#[test]
fn events_are_lines_of_json() {
    let (code, out, error) = ask("", &answering(answer()));
    let expected = r#"{"id":"i"}
{"begin":{"speaker":"s"}}
{"text":{"text":"a"}}
{"sound":{"samples":"AP8="}}
{"SDK_UNKNOWN_MEMBER":{"name":"newer"}}
{"text":{"text":"b"}}
{"end":{}}
"#;
    assert_eq!((code, &*out), (0, expected), "{error}");
    assert_eq!(error, "");
}

#[test]
fn a_query_is_applied_to_each_event() {
    for (options, expected) in [
        ("--query text.text", "\"a\"\n\"b\"\n"),
        ("--query text.text --output text", "a\nb\n"),
        (
            "--query text --output yaml-stream",
            "- text: a\n- text: b\n",
        ),
        ("--output off", ""),
    ] {
        let (code, out, error) = ask(options, &answering(answer()));
        assert_eq!((code, &*out), (0, expected), "{options}: {error}");
    }
}

#[test]
fn what_came_before_an_error_stays_printed() {
    let busy = exception("Busy", br#"{"message":"later","seconds":9}"#);
    let mut damaged = text("c");
    *damaged.last_mut().expect("a byte") ^= 1;
    for (last, code, message) in [
        (
            busy,
            254,
            "An error occurred (Busy) when calling the Ask operation: later",
        ),
        (damaged, 255, "the stream of events is damaged: "),
        (
            text("c")[..20].to_vec(),
            255,
            "the stream of events ended after 20 of the ",
        ),
        (event("text", b"{"), 255, "Ask: event text: EOF"),
    ] {
        let url = answering([text("a"), text("b"), last].concat());
        let (exit, out, error) = ask("--query text.text", &url);
        assert_eq!((exit, &*out), (code, "\"a\"\n\"b\"\n"), "{error}");
        assert!(error.contains(message), "{error}");
    }
}

#[test]
fn a_connection_that_breaks_is_an_error() {
    let url = serve(|stream| chunks(stream, &[text("a"), text("b")].concat()));
    let (code, out, error) = ask("--query text.text", &url);
    assert_eq!((code, &*out), (255, "\"a\"\n\"b\"\n"), "{error}");
    assert!(error.contains("before its last chunk"), "{error}");

    let (end, ended) = channel::<()>();
    let url = serve(move |stream| {
        chunks(stream, &text("a"));
        let _ = ended.recv();
    });
    let (code, out, error) = ask("--query text.text --cli-read-timeout 1", &url);
    assert_eq!((code, &*out), (255, "\"a\"\n"), "{error}");
    assert!(error.contains("Read timeout"), "{error}");
    drop(end);
}

/// A server that sends an event for each message, and ends the stream after the last one.
fn in_steps() -> (String, std::sync::mpsc::Sender<Vec<u8>>) {
    let (sender, events): (_, Receiver<Vec<u8>>) = channel();
    let url = serve(move |stream| {
        for event in events {
            chunks(stream, &event);
        }
        let _ = stream.write_all(b"0\r\n\r\n");
    });
    (url, sender)
}

#[test]
fn an_event_is_printed_when_it_comes() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, sender) = in_steps();
    let mut child = asking(folder.path(), "--query text.text", &url);
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for name in ["a", "b"] {
        sender.send(text(name)).expect("a server");
        let line = lines.next().expect("a line").expect("text");
        assert_eq!(line, format!("{name:?}"));
    }
    drop(sender);
    assert!(lines.next().is_none());
    assert_eq!(end(child).0, 0);
}

#[test]
fn a_closed_pipe_ends_the_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let (url, sender) = in_steps();
    let mut child = asking(folder.path(), "--query text.text", &url);
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    sender.send(text("a")).expect("a server");
    lines.next().expect("a line").expect("text");
    drop(lines);
    sender.send(text("b")).expect("a server");
    // The stream goes on, but nobody reads.
    let (code, _, error) = end(child);
    assert_eq!((code, &*error), (0, ""));
}

#[test]
fn lines_of_input_are_refused() {
    let (code, _, error) = ask("--cli-input-jsonl -", "http://127.0.0.1:9");
    assert_eq!(code, 252);
    assert!(error.contains("answers with a stream of events"), "{error}");
}

/// A service in botocore's words, of which the AWS CLI writes events to a file.
const TO_FILE: &str = r##"{
    "version": "2.0",
    "metadata": { "apiVersion": "2006-03-01", "endpointPrefix": "s3", "protocol": "rest-xml", "serviceFullName": "Store",
        "serviceId": "S3", "signatureVersion": "v4", "uid": "s3-2006-03-01" },
    "operations": { "SelectObjectContent": {
        "name": "SelectObjectContent", "http": { "method": "POST", "requestUri": "/{Name}?select" },
        "input": { "shape": "Input" }, "output": { "shape": "Output" } } },
    "shapes": {
        "Input": { "type": "structure", "required": ["Name"], "members": {
            "Name": { "shape": "Text", "location": "uri", "locationName": "Name" } } },
        "Output": { "type": "structure", "payload": "Payload", "members": { "Payload": { "shape": "Events" } } },
        "Events": { "type": "structure", "eventstream": true, "members": {
            "Records": { "shape": "Records" }, "Stats": { "shape": "Stats" }, "End": { "shape": "End" } } },
        "Records": { "type": "structure", "event": true, "members": { "Payload": { "shape": "Bytes", "eventpayload": true } } },
        "Stats": { "type": "structure", "event": true, "members": { "Details": { "shape": "Details", "eventpayload": true } } },
        "Details": { "type": "structure", "members": { "BytesScanned": { "shape": "Long" } } },
        "End": { "type": "structure", "event": true, "members": {} },
        "Text": { "type": "string" }, "Bytes": { "type": "blob" }, "Long": { "type": "long" }
    }
}"##;

/// What a line did, and what is in the file of that name then.
fn select(line: &str, url: &str) -> (i32, String, String, Option<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let version = folder.path().join("s3/2006-03-01");
    fs::create_dir_all(&version).expect("a folder");
    fs::write(version.join("service-2.json"), TO_FILE).expect("a file");
    let line = format!("s3api select-object-content {line}");
    let (code, out, error) = end(start(folder.path(), &version, &line, url));
    let names: Vec<_> = fs::read_dir(folder.path()).expect("a folder").collect();
    let file = fs::read_to_string(folder.path().join("records")).ok();
    assert_eq!(names.len(), 1 + usize::from(file.is_some()), "{names:?}");
    (code, out, error, file)
}

#[test]
fn records_go_to_a_file() {
    let stats = b"<Stats><BytesScanned>9</BytesScanned></Stats>";
    let answer = [
        event("Records", b"a,b\n"),
        event("Stats", stats),
        event("Records", b"c,d\n"),
        event("End", b""),
    ]
    .concat();
    let ran = select("--name n records", &answering(answer.clone()));
    assert_eq!((ran.0, &*ran.1), (0, ""), "{}", ran.2);
    assert_eq!(ran.3.as_deref(), Some("a,b\nc,d\n"));
    let ran = select("--name n -", &answering(answer.clone()));
    assert_eq!(
        (ran.0, &*ran.1, ran.3),
        (0, "a,b\nc,d\n", None),
        "{}",
        ran.2
    );
    let document = r#"--cli-input-json {"Name":"n"} records"#;
    let ran = select(document, &answering(answer.clone()));
    assert_eq!((ran.0, ran.3.is_some()), (0, true), "{}", ran.2);

    // A result that is not complete leaves no file.
    let error = [
        (":message-type", "error"),
        (":error-code", "Busy"),
        (":error-message", "no"),
    ];
    for (end, code, message) in [
        (frame(&error, b""), 254, "(Busy)"),
        (answer[..20].to_vec(), 255, "ended after 20 of the "),
    ] {
        let ran = select(
            "--name n records",
            &answering([answer.clone(), end].concat()),
        );
        assert_eq!((ran.0, ran.3), (code, None), "{}", ran.2);
        assert!(ran.2.contains(message), "{}", ran.2);
    }
    let ran = select("--name n", "http://127.0.0.1:9");
    assert_eq!(ran.0, 252, "{}", ran.2);
    assert!(ran.2.contains("required: outfile"), "{}", ran.2);
}
