//! Faults of a network, a server or an attacker: the exit code and message of each, in bounded time
//! and memory. `BLESS=1` rewrites the table in `docs/reliability.md`; without it, the test fails
//! when the table differs.

mod support;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use support::opsmith;

/// A correct answer.
const RIGHT: &str = "HTTP/1.1 200 OK\r\nx-amzn-requestid: r\r\ncontent-length: 64\r\n\r\n\
                     {\"pipelines\":[{\"name\":\"demo\",\"version\":1,\"pipelineType\":\"V2\"} ]}";

/// A chunk of 64 characters.
const CHUNK: &str = "40\r\n                                                                \r\n";

/// The maximum time of a call whose reads time out after a second. It is far more than a call
/// needs, because machines are busy at times.
const PATIENCE: Duration = Duration::from_secs(60);

/// The address space of a call in kilobytes, including the program itself.
const MEMORY: u32 = 400_000;

/// A fault, and the result of the call.
struct Row {
    fault: &'static str,
    exit: i32,
    says: String,
}

/// Calls an endpoint; returns the exit code and the last line of output, with addresses replaced.
fn call(home: &Path, url: &str, attempts: &str, more: &[&str]) -> (i32, String) {
    let mut shell = Command::new("sh");
    let limited = format!("ulimit -v {MEMORY}; exec \"$@\"");
    let program = opsmith(home);
    shell
        .args(["-c", &limited, "sh"])
        .arg(program.get_program());
    shell
        .env_clear()
        .envs(
            program
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .current_dir(home);
    shell.envs([
        ("AWS_ACCESS_KEY_ID", "AKIDTEST"),
        ("AWS_SECRET_ACCESS_KEY", "test-secret"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_MAX_ATTEMPTS", attempts),
    ]);
    shell
        .args([
            "codepipeline",
            "list-pipelines",
            "--cli-read-timeout",
            "1",
            "--endpoint-url",
            url,
        ])
        .args(more);
    let mut child = shell
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a shell");
    let start = Instant::now();
    while child.try_wait().expect("a process").is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().expect("a process");
            return (-1, "no end".to_owned());
        }
        thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("the output");
    let text = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    assert!(!text.contains("test-secret"), "{text}");
    let code = output
        .status
        .code()
        .unwrap_or_else(|| panic!("{url} {more:?}: {}: {text}", output.status));
    let last = text.lines().last().unwrap_or_default().to_owned();
    assert!(code == 0 || output.stdout.is_empty(), "{url}: {text}");
    (code, last)
}

/// A server that passes each connection to a function; it ends with the process.
fn server(handle: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    let handle = Arc::new(handle);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let handle = Arc::clone(&handle);
            thread::spawn(move || handle(stream));
        }
    });
    address
}

/// Reads a request to the end of its body, which is `{}`.
fn request(stream: &mut impl Read) {
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"\r\n\r\n{}") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        seen.push(byte[0]);
    }
}

/// Answers with a text, and then keeps the connection open until the client closes it, so that only
/// the text can be the cause of an error.
fn answers(text: impl Into<Vec<u8>>) -> String {
    let text = text.into();
    server(move |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(&text);
        let _ = stream.read_to_end(&mut Vec::new());
    })
}

/// The same, and closes the connection.
fn answers_and_closes(text: impl Into<Vec<u8>>) -> String {
    let text = text.into();
    server(move |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(&text);
    })
}

/// Answers with a beginning, and then with the same text until the client closes the connection.
fn answers_without_end(beginning: &'static str, text: &'static str) -> String {
    let block = text.repeat(1 + 60_000 / text.len());
    server(move |mut stream| {
        request(&mut stream);
        let _ = stream.write_all(beginning.as_bytes());
        while stream.write_all(block.as_bytes()).is_ok() {}
    })
}

/// Success with a body.
fn body(body: impl AsRef<[u8]>) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
        body.as_ref().len()
    );
    [head.as_bytes(), body.as_ref()].concat()
}

/// A service error.
fn refused(status: u16, headers: &str, code: &str) -> Vec<u8> {
    let body = format!("{{\"__type\":\"{code}\",\"message\":\"m\"}}");
    format!(
        "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into()
}

/// Each part of the correct answer, sent by a server that then does something.
fn at_every_byte(
    home: &Path,
    end: impl Fn(TcpStream) + Send + Sync + Clone + 'static,
    reads: bool,
) -> (i32, String) {
    let mut found = BTreeSet::new();
    for length in 0..RIGHT.len() {
        let end = end.clone();
        let address = server(move |mut stream| {
            if reads {
                request(&mut stream);
            } else {
                // When the rest of the request is unread, the system resets the connection on
                // close.
                let _ = stream.read(&mut [0]);
            }
            let _ = stream.write_all(&RIGHT.as_bytes()[..length]);
            end(stream);
        });
        let (code, says) = call(home, &format!("http://{address}"), "1", &["--no-paginate"]);
        // hyper's name for it differs from byte to byte.
        let says = says.replace(&address, "ADDRESS");
        found.insert((
            code,
            says.split_once("/\". ")
                .map_or(says.clone(), |(before, _)| format!("{before}/\".")),
        ));
    }
    let found: Vec<_> = found.into_iter().collect();
    let [one] = &found[..] else {
        panic!("not the same everywhere: {found:?}")
    };
    one.clone()
}

/// Faults of a server without TLS: the name, and the URL.
fn plain() -> Vec<(&'static str, String)> {
    let closed = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address")
        .to_string();
    let huge = "x".repeat(10 << 20);
    let with = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}\r\n{{}}");
    vec![
        ("no server listens", closed),
        ("the host does not exist", "service.invalid".to_owned()),
        ("closes the connection at once", server(drop)),
        ("is silent from the start", server(|mut stream| drop(stream.read_to_end(&mut Vec::new())))),
        ("is silent after a part of the head", answers("HTTP/1.1 200 OK\r\ncontent-le")),
        ("is silent after a part of the body", answers("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")),
        ("answers 100 first", answers(format!("HTTP/1.1 100 Continue\r\n\r\n{RIGHT}"))),
        ("answers 103 first, twice", answers(format!("{0}{0}{RIGHT}", "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n"))),
        ("answers 101", answers("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")),
        ("answers 100 without end", answers_without_end("", "HTTP/1.1 100 Continue\r\n\r\n")),
        ("answers another protocol", answers("SSH-2.0-OpenSSH_9.2\r\n")),
        ("answers TLS", answers(b"\x15\x03\x01\x00\x02\x02\x28".to_vec())),
        ("states a length that is too long, and closes", answers_and_closes(with("content-length: 99\r\n"))),
        ("states a length that is too short", answers(with("content-length: 1\r\n"))),
        ("states two lengths", answers(with("content-length: 2\r\ncontent-length: 3\r\n"))),
        ("states a negative length", answers(with("content-length: -2\r\n"))),
        ("states a length that is not a number", answers(with("content-length: two\r\n"))),
        ("states a length that overflows", answers(with("content-length: 99999999999999999999\r\n"))),
        ("states 16 EiB", answers_and_closes(with("content-length: 18446744073709551614\r\n"))),
        ("chunks with a length that is not a number", answers(with("transfer-encoding: chunked\r\n\r\nzz\r\n"))),
        ("chunks that end early", answers_and_closes(with("transfer-encoding: chunked\r\n\r\n9\r\n"))),
        ("a header of 10 MB", answers(with(&format!("x: {huge}\r\n")))),
        ("10 MB of headers", answers(with(&"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n".repeat(300_000)))),
        ("headers without end", answers_without_end("HTTP/1.1 200 OK\r\n", "x: y\r\n")),
        ("a status line without end", answers_without_end("HTTP/1.1 200 ", "x")),
        ("a body without end", answers_without_end("HTTP/1.1 200 OK\r\n\r\n", " ")),
        (
            "an error with a body without end",
            answers_without_end("HTTP/1.1 400 X\r\ntransfer-encoding: chunked\r\n\r\n", CHUNK),
        ),
        (
            "a gzip bomb",
            answers(
                [
                    b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4096\r\n\r\n\x1f\x8b\x08".to_vec(),
                    vec![0; 4093],
                ]
                .concat(),
            ),
        ),
        ("invalid UTF-8 in a string", answers(body(b"{\"pipelines\":[{\"name\":\"\xff\"}]}"))),
        (
            "invalid UTF-8 in a header",
            answers([b"HTTP/1.1 400 X\r\nx-amzn-requestid: \xff\r\ncontent-length: 0\r\n\r\n".to_vec()].concat()),
        ),
        ("an empty body", answers(body(""))),
        ("an incomplete document", answers(body("{\"pipelines\":[{\"na"))),
        ("two documents", answers(body("{}{}"))),
        ("a list for a structure", answers(body("[]"))),
        ("a string for a structure", answers(body("\"x\""))),
        ("null for a structure", answers(body("null"))),
        ("a number for a list", answers(body("{\"pipelines\":5}"))),
        ("a string for a number", answers(body("{\"pipelines\":[{\"version\":\"x\"}]}"))),
        ("a number beyond its type", answers(body("{\"pipelines\":[{\"version\":1e400}]}"))),
        ("half of a surrogate pair", answers(body("{\"pipelines\":[{\"name\":\"\\ud800\"}]}"))),
        ("100,000 nested lists", answers(body("[".repeat(100_000)))),
        ("the same in an unknown member", answers(body(format!("{{\"x\":{}", "[".repeat(100_000))))),
        ("HTML", answers(body("<html><body>Sign in to the airport's network</body></html>"))),
        ("a redirect", answers("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 0\r\n\r\n")),
        ("an error without a body", answers("HTTP/1.1 400 X\r\ncontent-length: 0\r\n\r\n")),
        ("a refusal", answers(refused(400, "", "ValidationException"))),
        ("429 each time", answers(refused(429, "retry-after: 0\r\n", "TooManyRequestsException"))),
        ("500 each time", answers(refused(500, "", "InternalFailure"))),
        ("503 without a body each time", answers("HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n")),
        (
            "a refused signature, with a clock two hours ahead",
            server(|mut stream| {
                request(&mut stream);
                let date = format!("date: {}\r\n", date_in(7230));
                let _ = stream.write_all(&refused(403, &date, "SignatureDoesNotMatch"));
                let _ = stream.read_to_end(&mut Vec::new());
            }),
        ),
        (
            "a refused signature, with an invalid date",
            answers(refused(403, "date: soon\r\n", "SignatureDoesNotMatch")),
        ),
    ]
}

/// The date of an answer, this number of seconds from now.
fn date_in(seconds: u64) -> String {
    let text = Command::new("date")
        .args([
            "-u",
            "-d",
            &format!("{seconds} seconds"),
            "+%a, %d %b %Y %H:%M:%S GMT",
        ])
        .output();
    String::from_utf8(text.expect("date").stdout)
        .expect("a date")
        .trim()
        .to_owned()
}

/// Certificates with every kind of error, each used by a server; the CA of the valid one is in
/// `ca.pem`.
fn certificates(home: &Path) -> Vec<(&'static str, String)> {
    let mut authority = CertificateParams::new(Vec::new()).expect("names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority
        .distinguished_name
        .push(DnType::CommonName, "An authority");
    let other =
        CertifiedIssuer::self_signed(authority.clone(), KeyPair::generate().expect("a key"))
            .expect("an authority");
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key"))
        .expect("an authority");
    fs::write(home.join("ca.pem"), authority.pem()).expect("a file");
    let served = |params: &CertificateParams, issuer: Option<&CertifiedIssuer<'_, KeyPair>>| {
        let key = KeyPair::generate().expect("a key");
        let leaf = match issuer {
            Some(issuer) => params.signed_by(&key, issuer),
            None => params.self_signed(&key),
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(
                vec![leaf.expect("a certificate").der().clone()],
                PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            );
        let config = Arc::new(config.expect("a configuration"));
        let address = server(move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a connection");
            let mut stream = StreamOwned::new(connection, stream);
            request(&mut stream);
            let _ = stream.write_all(RIGHT.as_bytes());
            let _ = stream.flush();
            let _ = stream.read(&mut [0]);
        });
        address.replace("127.0.0.1", "localhost")
    };
    let named = |names: &[&str]| {
        CertificateParams::new(
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>(),
        )
        .expect("names")
    };
    let changed = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = named(&["localhost"]);
        change(&mut params);
        served(&params, Some(&authority))
    };
    vec![
        (
            "a valid certificate",
            served(&named(&["localhost"]), Some(&authority)),
        ),
        (
            "from an untrusted authority",
            served(&named(&["localhost"]), Some(&other)),
        ),
        ("self-signed", served(&named(&["localhost"]), None)),
        (
            "for another name",
            served(&named(&["elsewhere.example"]), Some(&authority)),
        ),
        (
            "for subdomains only",
            served(&named(&["*.localhost"]), Some(&authority)),
        ),
        (
            "with a common name only",
            changed(&|params| {
                *params = named(&[]);
                params
                    .distinguished_name
                    .push(DnType::CommonName, "localhost");
            }),
        ),
        (
            "expired",
            changed(&|params| {
                (params.not_before, params.not_after) =
                    (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
            }),
        ),
        (
            "not valid yet",
            changed(&|params| {
                (params.not_before, params.not_after) =
                    (date_time_ymd(2901, 1, 1), date_time_ymd(2902, 1, 1));
            }),
        ),
        (
            "for clients only",
            changed(&|params| {
                params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]
            }),
        ),
        (
            "a CA certificate as the server's own",
            changed(&|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
        ),
        (
            "none: plain HTTP",
            server(|mut stream| {
                let _ = stream.read(&mut [0; 4096]);
                let _ = stream.write_all(RIGHT.as_bytes());
            })
            .replace("127.0.0.1", "localhost"),
        ),
        (
            "none: silence",
            server(|mut stream| drop(stream.read_to_end(&mut Vec::new())))
                .replace("127.0.0.1", "localhost"),
        ),
    ]
}

/// Plays faults, several at a time, because most of them end in a timeout.
fn played(home: &Path, calls: Vec<(&'static str, String, &str, &[&str])>) -> Vec<Row> {
    let mut rows = Vec::new();
    for some in calls.chunks(8) {
        let found: Vec<_> = thread::scope(|scope| {
            let calls: Vec<_> = some
                .iter()
                .map(|(fault, address, scheme, more)| {
                    let attempts = if fault.ends_with("each time") {
                        "3"
                    } else {
                        "1"
                    };
                    scope
                        .spawn(move || call(home, &format!("{scheme}://{address}"), attempts, more))
                })
                .collect();
            calls
                .into_iter()
                .map(|call| call.join().expect("a call"))
                .collect()
        });
        rows.extend(
            some.iter()
                .zip(found)
                .map(|((fault, address, ..), (exit, says))| Row {
                    fault,
                    exit,
                    says: says
                        .split(": verification time")
                        .next()
                        .unwrap_or_default()
                        .replace(address.as_str(), "ADDRESS"),
                }),
        );
    }
    rows
}

fn table(home: &Path) -> String {
    let calls: Vec<_> = plain()
        .into_iter()
        .map(|(fault, address)| (fault, address, "http", &["--no-paginate"][..]))
        .collect();
    let mut rows = played(home, calls);
    for (fault, reads) in [
        ("closes the connection at any byte of the answer", true),
        ("resets it at any byte of the answer", false),
    ] {
        let (exit, says) = at_every_byte(home, drop, reads);
        rows.push(Row { fault, exit, says });
    }
    let at_rest = "is silent from any byte of the answer on";
    let (exit, says) = at_any_byte_silent(home);
    rows.push(Row {
        fault: at_rest,
        exit,
        says,
    });
    let trusting = &[
        "--no-paginate",
        "--ca-bundle",
        "ca.pem",
        "--cli-connect-timeout",
        "2",
    ][..];
    let calls = certificates(home)
        .into_iter()
        .map(|(fault, address)| (fault, address, "https", trusting));
    rows.extend(played(home, calls.collect()));
    let mut text = String::from(
        "| the endpoint, or its certificate | exit code | the command says |\n| --- | ---: | --- |\n",
    );
    for Row { fault, exit, says } in rows {
        let says = says.replace('|', "\\|");
        let says = if says.is_empty() {
            String::new()
        } else {
            format!("`{says}`")
        };
        let _ = writeln!(text, "| {fault} | {exit} | {says} |");
    }
    text
}

/// At a few bytes only: each takes a second.
fn at_any_byte_silent(home: &Path) -> (i32, String) {
    let mut found = BTreeSet::new();
    for length in [
        0,
        1,
        9,
        17,
        40,
        RIGHT.len() - 64,
        RIGHT.len() - 63,
        RIGHT.len() - 1,
    ] {
        let address = answers(&RIGHT.as_bytes()[..length]);
        let (code, says) = call(home, &format!("http://{address}"), "1", &["--no-paginate"]);
        found.insert((code, says.replace(&address, "ADDRESS")));
    }
    let found: Vec<_> = found.into_iter().collect();
    let [one] = &found[..] else {
        panic!("not the same everywhere: {found:?}")
    };
    one.clone()
}

#[test]
fn every_fault_ends_the_call_in_time() {
    let home = tempfile::tempdir().expect("a folder");
    let found = table(home.path());
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md");
    let text = fs::read_to_string(&page).expect("docs/reliability.md");
    let (before, rest) = text
        .split_once("<!-- faults -->\n")
        .expect("where the table begins");
    let (old, after) = rest
        .split_once("<!-- end of faults -->")
        .expect("where the table ends");
    if std::env::var_os("BLESS").is_some() {
        fs::write(
            &page,
            format!("{before}<!-- faults -->\n{found}<!-- end of faults -->{after}"),
        )
        .expect("the page");
    } else if old != found {
        // A busy machine may need more than the second that an answer has. A real difference
        // appears twice.
        let again = table(home.path());
        assert_eq!(old, again, "BLESS=1 writes the table anew");
    }
}
