//! Bundles of certificates, each answer compared with that of all certificates read at once.

use super::*;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::{ServerName, UnixTime};

/// A certificate authority.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    certificate: rcgen::Certificate,
}

fn authority_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("names");
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

impl Authority {
    fn new(name: &str) -> Self {
        let (params, key) = (authority_params(name), key());
        let certificate = params.self_signed(&key).expect("a certificate");
        let issuer = Issuer::new(params, key);
        Authority {
            issuer,
            certificate,
        }
    }

    /// An authority that this one has signed.
    fn below(&self, name: &str) -> Self {
        let (params, key) = (authority_params(name), key());
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let issuer = Issuer::new(params, key);
        Authority {
            issuer,
            certificate,
        }
    }

    /// A certificate of this one's name and key by another authority.
    fn cross_signed(&self, name: &str, other: &Authority) -> rcgen::Certificate {
        authority_params(name)
            .signed_by(self.issuer.key(), &other.issuer)
            .expect("a certificate")
    }

    /// A server's certificate.
    fn server(&self) -> CertificateDer<'static> {
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("names");
        let certificate = params.signed_by(&key(), &self.issuer);
        certificate.expect("a certificate").der().clone()
    }

    fn pem(&self) -> String {
        self.certificate.pem()
    }
}

fn many(count: usize) -> String {
    let name = |number| format!("Authority {number}");
    (0..count)
        .map(|number| Authority::new(&name(number)).pem())
        .collect()
}

fn read(pem: &str) -> Result<Bundle, String> {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), pem).expect("a file");
    let bundle = Bundle::read(file.path().to_owned());
    bundle.map_err(|error| {
        error
            .to_string()
            .replace(&file.path().display().to_string(), "FILE")
    })
}

fn verify(verifier: &WebPkiServerVerifier, chain: &[CertificateDer<'static>]) -> Result<(), Error> {
    let name = ServerName::try_from("localhost").expect("a name");
    let (end_entity, intermediates) = chain.split_first().expect("a certificate");
    verifier
        .verify_server_cert(end_entity, intermediates, &name, &[], UnixTime::now())
        .map(drop)
}

/// What the bundle says of a chain, which is what all certificates say that can be read.
fn verdict(bundle: &Bundle, chain: &[CertificateDer<'static>]) -> Result<(), String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let found = bundle.try_anchors(chain.iter(), &provider, |verifier| verify(verifier, chain));
    let certificates = CertificateDer::pem_slice_iter(&bundle.pem).filter_map(Result::ok);
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    let all = WebPkiServerVerifier::builder_with_provider(roots.into(), provider).build();
    let expected = verify(&all.expect("certificates"), chain);
    assert_eq!(found.is_ok(), expected.is_ok());
    found.map_err(|error| error.to_string())
}

/// A chain is accepted, and no more of the bundle was read than necessary.
#[track_caller]
fn accepted(pem: &str, chain: &[CertificateDer<'static>]) {
    let bundle = read(pem).expect("a bundle");
    assert_eq!(verdict(&bundle, chain), Ok(()));
    assert!(bundle.all.get().is_none(), "all certificates were read");
}

#[track_caller]
fn refused(pem: &str, chain: &[CertificateDer<'static>], problem: &str) {
    let bundle = read(pem).expect("a bundle");
    let error = verdict(&bundle, chain).expect_err("an error");
    assert!(error.contains(problem), "{error}");
}

#[test]
fn one_of_many_is_found() {
    let (right, many) = (Authority::new("Right"), many(20));
    let chain = [right.server()];
    for pem in [
        right.pem(),
        right.pem() + &many,
        many.clone() + &right.pem(),
        many.clone() + &right.pem() + &many,
    ] {
        accepted(&pem, &chain);
    }
    refused(&many, &chain, "UnknownIssuer");
}

#[test]
fn a_subject_alone_is_not_trusted() {
    let (right, other) = (Authority::new("Same"), Authority::new("Same"));
    let chain = [right.server()];
    accepted(&(right.pem() + &other.pem()), &chain);
    accepted(&(other.pem() + &right.pem()), &chain);
    refused(&other.pem(), &chain, "BadSignature");
}

#[test]
fn other_reasons_to_refuse_stay() {
    let right = Authority::new("Right");
    let other = CertificateParams::new(vec!["elsewhere".to_owned()]).expect("names");
    let other = other
        .signed_by(&key(), &right.issuer)
        .expect("a certificate");
    refused(
        &(many(3) + &right.pem()),
        &[other.der().clone()],
        "not valid for name",
    );
    refused(
        &right.pem(),
        &[right.certificate.der().clone()],
        "CaUsedAsEndEntity",
    );
    refused(
        &right.pem(),
        &[CertificateDer::from(vec![0x30, 0x82])],
        "BadEncoding",
    );
}

#[test]
fn intermediate_authorities_count_in_the_bundle_or_in_the_chain() {
    let root = Authority::new("Root");
    let middle = root.below("Middle");
    let (server, sent) = (middle.server(), middle.certificate.der().clone());
    accepted(&(many(3) + &root.pem()), &[server.clone(), sent.clone()]);
    accepted(&(many(3) + &middle.pem()), &[server.clone(), sent]);
    accepted(&(many(3) + &middle.pem()), std::slice::from_ref(&server));
    refused(&(many(3) + &root.pem()), &[server], "UnknownIssuer");
}

#[test]
fn cross_signed_authorities_count_with_either_issuer() {
    let (old, new) = (Authority::new("Old"), Authority::new("New"));
    let crossed = new.cross_signed("New", &old);
    let chain = [new.server(), crossed.der().clone()];
    for trusted in [old.pem(), new.pem(), crossed.pem(), old.pem() + &new.pem()] {
        accepted(&(many(3) + &trusted), &chain);
    }
    refused(&many(3), &chain, "UnknownIssuer");
}

#[test]
fn names_may_be_long() {
    for length in [60, 100, 200, 300, 1000, 20_000] {
        let right = Authority::new(&"n".repeat(length));
        accepted(&(many(3) + &right.pem()), &[right.server()]);
    }
}

#[test]
fn lines_and_comments_may_be_of_any_kind() {
    let right = Authority::new("Right");
    let (pem, chain) = (many(2) + &right.pem(), [right.server()]);
    let comment = "# Főtanúsítvány\n--- none\nCERTIFICATE\n";
    for pem in [
        pem.replace("\r\n", "\n"),
        pem.replace("\r\n", "\n").replace('\n', "\r\n"),
        pem.trim_end().to_owned(),
        comment.to_owned() + &pem + comment,
        pem.replace("-----END CERTIFICATE-----", "-----END CERTIFICATE-----  "),
    ] {
        accepted(&pem, &chain);
    }
    // These forms are rare, and read as a whole.
    let key = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";
    for pem in [
        pem.replace("\r\n", "\n").replace('\n', "\r"),
        pem.clone() + key,
        "-----BEGIN X-----\n-----END X-----\n".to_owned() + &pem,
    ] {
        assert_eq!(verdict(&read(&pem).expect("a bundle"), &chain), Ok(()));
    }
}

/// The text of a certificate whose line with this number has a letter that base64 does not.
fn broken(pem: &str, line: usize) -> String {
    let lines = pem.lines().enumerate();
    let lines = lines.map(|(number, text)| match number == line {
        true => format!("!{}\n", &text[1..]),
        false => format!("{text}\n"),
    });
    lines.collect()
}

#[test]
fn what_is_no_bundle_is_an_error_at_once() {
    let right = Authority::new("Right").pem();
    let end = right.find("-----END").expect("an end");
    for (pem, problem) in [
        (String::new(), "no certificate or crl found"),
        ("none".to_owned(), "no certificate or crl found"),
        (
            right.clone() + &broken(&right, 1),
            "base64 decode error: InvalidCharacter(33)",
        ),
        (right.clone() + &right[..end], "missing section end marker"),
        (
            right.clone() + "-----BEGIN CERTIFICATE--\n",
            "illegal section start",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_owned(),
            "no certificate or crl found",
        ),
    ] {
        let error = read(&pem).expect_err("an error");
        assert!(error.starts_with("CA bundle FILE: "), "{error}");
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn certificates_that_cannot_be_read_do_not_matter_unless_they_are_needed() {
    // So that the end is not in the part that is always read.
    let [right, other] = ["r", "o"].map(|name| Authority::new(&name.repeat(100)));
    let chain = [right.server()];
    // As before: what is no certificate is ignored.
    let none = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let bundle = read(&(none.to_owned() + &right.pem())).expect("a bundle");
    assert_eq!(verdict(&bundle, &chain), Ok(()));
    let last = right.pem().lines().count() - 2;
    accepted(&(broken(&other.pem(), last) + &right.pem()), &chain);
    for pem in [
        broken(&right.pem(), last),
        other.pem() + &broken(&right.pem(), last),
    ] {
        let bundle = read(&pem).expect("a bundle");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let found =
            bundle.try_anchors(chain.iter(), &provider, |verifier| verify(verifier, &chain));
        let error = found.expect_err("an error").to_string();
        assert!(
            error.contains("CA bundle ") && error.contains("base64"),
            "{error}"
        );
    }
}
