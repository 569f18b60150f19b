//! Network failures: every failure without an answer has its exit code and message.

mod support;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use support::{configured, run, stderr, stdout};

const CALL: &[&str] = &["codepipeline", "list-pipelines", "--endpoint-url"];

/// Runs a call that fails; returns its exit code and message.
fn failed(home: &Path, url: &str, more: &[&str]) -> (Option<i32>, String) {
    failed_in(home, url, more, &[])
}

fn failed_in(
    home: &Path,
    url: &str,
    more: &[&str],
    variables: &[(&str, &str)],
) -> (Option<i32>, String) {
    let mut command = configured(home);
    command
        .env("AWS_MAX_ATTEMPTS", "1")
        .envs(variables.iter().copied())
        .args(CALL)
        .arg(url)
        .args(more);
    let output = run(&mut command, "");
    assert_eq!(stdout(&output), "");
    (output.status.code(), stderr(&output))
}

/// A server that passes each connection to a function.
fn server(handle: impl Fn(TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || listener.incoming().flatten().for_each(handle));
    address
}

/// Answers with these bytes, and closes the connection.
fn saying(bytes: &'static [u8]) -> String {
    server(move |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(Shutdown::Both);
    })
}

#[test]
fn nobody_listens() {
    let home = tempfile::tempdir().expect("a folder");
    let closed = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    for url in [
        format!("http://{closed}/"),
        "http://service.invalid/".to_owned(),
    ] {
        let (code, text) = failed(home.path(), &url, &[]);
        assert_eq!(code, Some(255), "{text}");
        let expected = format!("Could not connect to the endpoint URL: \"{url}\"");
        assert!(text.contains(&expected), "{text}");
    }
}

#[test]
fn connections_that_end_early() {
    let home = tempfile::tempdir().expect("a folder");
    let cases: [&[u8]; 5] = [
        b"",
        b"HTTP/1.1 20",
        b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
        b"SSH-2.0-x\r\n",
        b"\x15\x03\x01",
    ];
    for bytes in cases {
        let address = saying(bytes);
        let (code, text) = failed(home.path(), &format!("http://{address}"), &[]);
        assert_eq!(code, Some(255), "{bytes:?}: {text}");
        let expected =
            "Connection was closed before we received a valid response from endpoint URL:";
        assert!(
            text.contains(&format!("{expected} \"http://{address}/\".")),
            "{bytes:?}: {text}"
        );
    }
}

#[test]
fn servers_that_are_silent() {
    let home = tempfile::tempdir().expect("a folder");
    let address = server(|stream| {
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(20));
            drop(stream);
        });
    });
    let (code, text) = failed(
        home.path(),
        &format!("http://{address}"),
        &["--cli-read-timeout", "1"],
    );
    assert_eq!(code, Some(255));
    assert!(
        text.contains(&format!(
            "Read timeout on endpoint URL: \"http://{address}/\""
        )),
        "{text}"
    );
}

/// A full queue of connections: further ones wait.
#[test]
fn servers_that_do_not_accept() {
    let home = tempfile::tempdir().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut waiting = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(200)) {
        waiting.push(stream);
        assert!(waiting.len() < 10_000, "the queue has no end");
    }
    let (code, text) = failed(
        home.path(),
        &format!("http://{address}"),
        &["--cli-connect-timeout", "1"],
    );
    assert_eq!(code, Some(255));
    assert!(
        text.contains(&format!(
            "Connect timeout on endpoint URL: \"http://{address}/\""
        )),
        "{text}"
    );
}

#[test]
fn proxies_that_fail() {
    let home = tempfile::tempdir().expect("a folder");
    let refusing =
        saying(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    let closed = TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("an address");
    for (variable, proxy, url) in [
        (
            "http_proxy",
            format!("http://me:hidden@{closed}"),
            "http://service.invalid",
        ),
        (
            "https_proxy",
            format!("http://me:hidden@{closed}"),
            "https://service.invalid",
        ),
        (
            "https_proxy",
            format!("http://me:hidden@{refusing}"),
            "https://service.invalid",
        ),
    ] {
        let (code, text) = failed_in(home.path(), url, &[], &[(variable, &proxy)]);
        assert_eq!(code, Some(255));
        let masked = proxy.replace("me:hidden", "***:***");
        assert!(
            text.contains(&format!("Failed to connect to proxy URL: \"{masked}\"")),
            "{text}"
        );
        assert!(!text.contains("hidden"), "{text}");
    }
}

/// Escapes in a proxy's URL are decoded, and sent to the proxy only.
#[test]
fn proxy_credentials_go_to_the_proxy_only() {
    let home = tempfile::tempdir().expect("a folder");
    let (sender, requests) = std::sync::mpsc::channel();
    let proxy = server(move |mut stream| {
        let mut bytes = vec![0; 4096];
        let length = stream.read(&mut bytes).unwrap_or(0);
        let _ = sender.send(String::from_utf8_lossy(&bytes[..length]).into_owned());
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        // The next request is for the service.
        let length = stream.read(&mut bytes).unwrap_or(0);
        let _ = sender.send(String::from_utf8_lossy(&bytes[..length]).into_owned());
    });
    let proxy = format!("http://user:p%40ss%23@{proxy}");
    failed_in(
        home.path(),
        "https://service.invalid",
        &[],
        &[("https_proxy", &proxy)],
    );
    let asked = requests.recv().expect("a request");
    let beyond = requests.recv().expect("a greeting");
    assert!(
        asked.starts_with("CONNECT service.invalid:443 HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(
        asked
            .to_lowercase()
            .contains("proxy-authorization: basic dxnlcjpwqhnziw=="),
        "{asked}"
    );
    assert!(
        !beyond.is_empty() && !beyond.to_lowercase().contains("proxy-authorization"),
        "{beyond}"
    );
}

/// A server with a certificate for `localhost` from its own CA, which is written to `ca.pem` in
/// `home`.
fn secure(home: &Path) -> u16 {
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key"))
        .expect("an authority");
    fs::write(home.join("ca.pem"), authority.pem()).expect("a file");
    let key = KeyPair::generate().expect("a key");
    let leaf = CertificateParams::new(vec!["localhost".to_owned()]).expect("names");
    let leaf = leaf.signed_by(&key, &authority).expect("a certificate");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .expect("a configuration");
    let config = Arc::new(config);
    let address = server(move |mut stream| {
        let mut connection = ServerConnection::new(config.clone()).expect("a connection");
        let mut stream = Stream::new(&mut connection, &mut stream);
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.ends_with(b"{}") {
            match stream.read(&mut buffer) {
                Ok(1..) => request.extend_from_slice(&buffer),
                _ => return,
            }
            request.truncate(
                request
                    .iter()
                    .rposition(|byte| *byte != 0)
                    .map_or(0, |last| last + 1),
            );
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    });
    address
        .rsplit_once(':')
        .expect("a port")
        .1
        .parse()
        .expect("a port")
}

#[test]
fn certificates() {
    let home = tempfile::tempdir().expect("a folder");
    let home = home.path();
    let port = secure(home);
    let right = format!("https://localhost:{port}");
    let wrong = format!("https://127.0.0.1:{port}");
    let plain = format!("https://{}", saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    fs::write(home.join("empty.pem"), "no certificate").expect("a file");
    let refused = |url: &str| format!("SSL validation failed for {url}/");
    for (url, more, expected) in [
        (&right, &[][..], refused(&right)),
        (&wrong, &["--ca-bundle", "ca.pem"], refused(&wrong)),
        (&plain, &[], refused(&plain)),
        (
            &right,
            &["--ca-bundle", "missing.pem"],
            "missing.pem".to_owned(),
        ),
        (&right, &["--ca-bundle", "."], "directory".to_owned()),
        (
            &right,
            &["--ca-bundle", "empty.pem"],
            "empty.pem".to_owned(),
        ),
        (&right, &["--ca-bundle", ""], "Invalid CA bundle".to_owned()),
    ] {
        let (code, text) = failed(home, url, more);
        assert_eq!(code, Some(255), "{url} {more:?}: {text}");
        assert!(text.contains(&expected), "{url} {more:?}: {text}");
    }
    for (url, more) in [
        (&right, &["--ca-bundle", "ca.pem"][..]),
        (&wrong, &["--no-verify-ssl"]),
    ] {
        let output = run(configured(home).args(CALL).arg(url).args(more), "");
        assert_eq!(
            output.status.code(),
            Some(0),
            "{url} {more:?}: {}",
            stderr(&output)
        );
    }
}
