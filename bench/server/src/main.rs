//! Answers every POST request with 200 and `{}`, forms with an empty element, over HTTP and over HTTPS
//! with a private CA; GET with an object of a GiB, PUT and HEAD with nothing.
//!
//! `server FOLDER` writes the CA's certificate to `FOLDER/ca.pem`, and as one of 140 to
//! `FOLDER/bundle.pem`, prints the two ports and a third, and runs until it is killed. The third
//! port is the second with a round trip of 20 milliseconds.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CustomExtension, DnType, IsCa, KeyPair,
};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/x-amz-json-1.1\r\nx-amzn-requestid: 1\r\ncontent-length: 2\r\n\r\n{}";
const FORM_ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/xml\r\ncontent-length: 47\r\n\r\n<Response><GetCallerIdentityResult/></Response>";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: server FOLDER")?;
    let tls = Arc::new(tls(&folder)?);
    let [plain, secure, far] = [
        TcpListener::bind("127.0.0.1:0")?,
        TcpListener::bind("127.0.0.1:0")?,
        TcpListener::bind("127.0.0.1:0")?,
    ];
    let near = secure.local_addr()?;
    println!(
        "{} {} {}",
        plain.local_addr()?.port(),
        near.port(),
        far.local_addr()?.port()
    );
    thread::spawn(move || accept(&plain, serve));
    thread::spawn(move || accept(&far, move |stream| drop(delayed(stream, near))));
    accept(&secure, move |stream| {
        if let Ok(connection) = ServerConnection::new(tls.clone()) {
            serve(StreamOwned::new(connection, stream));
        }
    });
    Ok(())
}

fn accept(listener: &TcpListener, serve: impl Fn(TcpStream) + Clone + Send + 'static) {
    for stream in listener.incoming().flatten() {
        let serve = serve.clone();
        let _ = stream.set_nodelay(true);
        thread::spawn(move || serve(stream));
    }
}

/// Half of the round trip.
const WAY: Duration = Duration::from_millis(10);

/// Forwards bytes of both sides with this delay; a connection opens after one round trip.
fn delayed(client: TcpStream, server: SocketAddr) -> std::io::Result<()> {
    thread::sleep(2 * WAY);
    let server = TcpStream::connect(server)?;
    server.set_nodelay(true)?;
    let from = client.try_clone()?;
    let to = server.try_clone()?;
    thread::spawn(move || pass(from, to));
    pass(server, client);
    Ok(())
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let (sender, parts) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        for (due, part) in parts {
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if to.write_all(&part).is_err() {
                return;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
    let mut part = [0; 16384];
    while let Ok(count @ 1..) = from.read(&mut part) {
        if sender
            .send((Instant::now() + WAY, part[..count].to_vec()))
            .is_err()
        {
            return;
        }
    }
}

/// The length of the object that GET gives.
const LARGE: u64 = 1 << 30;

/// Answers requests until the client closes the connection.
fn serve(stream: impl Read + Write) {
    let mut stream = BufReader::with_capacity(1 << 17, stream);
    while let Some(head) = head(&mut stream) {
        let body = std::io::copy(&mut (&mut stream).take(head.length), &mut std::io::sink());
        if body.is_err() || answer(stream.get_mut(), &head).is_err() {
            return;
        }
    }
}

fn answer(
    stream: &mut impl Write,
    Head {
        method, is_form, ..
    }: &Head,
) -> std::io::Result<()> {
    match method.as_str() {
        "GET" => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: {LARGE}\r\n\r\n"
            )?;
            let part = [b'x'; 1 << 17];
            (0..LARGE / (1 << 17)).try_for_each(|_| stream.write_all(&part))
        }
        "PUT" | "HEAD" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\netag: \"1\"\r\ncontent-length: 0\r\n\r\n")
        }
        _ if *is_form => stream.write_all(FORM_ANSWER),
        _ => stream.write_all(ANSWER),
    }
}

/// What is read of a request before its body.
#[derive(Default)]
struct Head {
    method: String,
    /// The length of the body.
    length: u64,
    is_form: bool,
}

/// Reads a request's head.
fn head(stream: &mut impl BufRead) -> Option<Head> {
    let mut head = Head::default();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        match line.split_once(':') {
            _ if head.method.is_empty() => head.method = line.split(' ').next()?.to_owned(),
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                head.length = value.trim().parse().ok()?
            }
            Some((name, value)) if name.eq_ignore_ascii_case("content-type") => {
                head.is_form = value.contains("x-www-form-urlencoded")
            }
            None if line.is_empty() => return Some(head),
            _ => {}
        }
    }
}

fn authority(name: String) -> Result<CertifiedIssuer<'static, KeyPair>, rcgen::Error> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.distinguished_name.push(DnType::CommonName, name);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // With it a certificate is as large as most that systems trust, which have RSA keys.
    let padding = CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 1], vec![0; 700]);
    authority.custom_extensions.push(padding);
    CertifiedIssuer::self_signed(authority, KeyPair::generate()?)
}

/// A certificate of 127.0.0.1 by one of the CAs made for this run.
fn tls(folder: &str) -> Result<ServerConfig, Box<dyn Error>> {
    // With the server's name OpenSSL would consider the server's certificate self-signed.
    let authorities = (0..140).map(|number| authority(format!("CA {number} to measure with")));
    let authorities = authorities.collect::<Result<Vec<_>, _>>()?;
    let bundle: String = authorities
        .iter()
        .map(|authority| authority.pem())
        .collect();
    std::fs::write(format!("{folder}/bundle.pem"), bundle)?;
    let authority = &authorities[authorities.len() / 2];
    std::fs::write(format!("{folder}/ca.pem"), authority.pem())?;
    let key = KeyPair::generate()?;
    let leaf = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()])?
        .signed_by(&key, authority)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    Ok(
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)?,
    )
}
