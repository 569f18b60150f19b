//! Certificates with every kind of error.

use crate::server::{RIGHT, request, server};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

type Authority = CertifiedIssuer<'static, KeyPair>;

fn new_key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

/// A new authority. All have the same name.
fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
        .distinguished_name
        .push(DnType::CommonName, "An authority");
    CertifiedIssuer::self_signed(params, new_key()).expect("an authority")
}

/// A valid certificate for these names.
fn certificate_for(names: &[&str]) -> CertificateParams {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    CertificateParams::new(names).expect("names")
}

/// The address of a server with this certificate; without an issuer it is self-signed.
fn served(params: &CertificateParams, issuer: Option<&Authority>) -> String {
    let key = new_key();
    let certificate = match issuer {
        Some(issuer) => params.signed_by(&key, issuer),
        None => params.self_signed(&key),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.expect("a certificate").der().clone()],
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
    as_localhost(&address)
}

/// Certificates are for the name.
fn as_localhost(address: &str) -> String {
    address.replace("127.0.0.1", "localhost")
}

/// The faults, each with the address of a server that has it. The authority of the valid
/// certificate is in `ca.pem`.
pub(crate) fn certificates(home: &Path) -> Vec<(&'static str, String)> {
    let other = authority();
    let authority = authority();
    fs::write(home.join("ca.pem"), authority.pem()).expect("a file");
    let served_for = |name: &str| served(&certificate_for(&[name]), Some(&authority));
    let changed = |change: &dyn Fn(&mut CertificateParams)| {
        let mut params = certificate_for(&["localhost"]);
        change(&mut params);
        served(&params, Some(&authority))
    };
    let valid = |years: [i32; 2]| {
        changed(&|params| {
            [params.not_before, params.not_after] = years.map(|year| date_time_ymd(year, 1, 1));
        })
    };
    let common_name_only = |params: &mut CertificateParams| {
        *params = certificate_for(&[]);
        params
            .distinguished_name
            .push(DnType::CommonName, "localhost");
    };
    let for_clients = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    };
    let plain_http = server(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(RIGHT.as_bytes());
    });
    let silence = server(|mut stream| drop(stream.read_to_end(&mut Vec::new())));
    let localhost = certificate_for(&["localhost"]);
    vec![
        ("a valid certificate", served_for("localhost")),
        (
            "from an untrusted authority",
            served(&localhost, Some(&other)),
        ),
        ("self-signed", served(&localhost, None)),
        ("for another name", served_for("elsewhere.example")),
        ("for subdomains only", served_for("*.localhost")),
        ("with a common name only", changed(&common_name_only)),
        ("expired", valid([2001, 2002])),
        ("not valid yet", valid([2901, 2902])),
        ("for clients only", changed(&for_clients)),
        (
            "a CA certificate as the server's own",
            changed(&|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)),
        ),
        ("none: plain HTTP", as_localhost(&plain_http)),
        ("none: silence", as_localhost(&silence)),
    ]
}
