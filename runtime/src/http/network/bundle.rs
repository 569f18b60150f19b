//! [`Bundle`]: a file with many certificates, of which a connection needs one or two.
//!
//! To read every certificate of a system's bundle costs more than the rest of a call. So each is
//! decoded as far as its subject, and in full where its subject has issued a certificate of the
//! server. What this finds can only lead to acceptance: before a server is refused, the whole
//! bundle is read.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use rustls::{Error, OtherError, RootCertStore};
use std::fmt;
use std::io::BufRead as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";
const END: &[u8] = b"-----END CERTIFICATE-----";

/// The certificates of a file.
pub(super) struct Bundle {
    path: PathBuf,
    pem: Vec<u8>,
    certificates: Vec<Certificate>,
    all: OnceLock<Arc<RootCertStore>>,
}

/// Where a certificate is in the file, and its subject as DER.
struct Certificate {
    section: Range<usize>,
    subject: Box<[u8]>,
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bundle").field(&self.path).finish()
    }
}

impl Bundle {
    /// Reads a file. One that has anything else than certificates in their usual form is read as a
    /// whole at once, which finds what is wrong with it.
    pub(super) fn read(path: PathBuf) -> Result<Self, BoxError> {
        let pem = std::fs::read(&path).map_err(|error| problem(&path, &error))?;
        let certificates = index(&pem).unwrap_or_default();
        let bundle = Bundle {
            path,
            pem,
            certificates,
            all: OnceLock::new(),
        };
        if bundle.certificates.is_empty() {
            bundle.all()?;
        }
        Ok(bundle)
    }

    /// Verifies a server's chain of certificates by those of the file: by those that can have
    /// issued one of the chain, and by all before it is refused.
    pub(super) fn try_anchors<'a, T>(
        &self,
        chain: impl Iterator<Item = &'a CertificateDer<'a>>,
        provider: &Arc<CryptoProvider>,
        verify: impl Fn(&WebPkiServerVerifier) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let with = |roots| {
            let builder = WebPkiServerVerifier::builder_with_provider(roots, provider.clone());
            let verifier = builder.build().map_err(|error| other(error.into()))?;
            verify(&verifier)
        };
        let issuers: Vec<_> = chain
            .filter_map(|certificate| names(certificate))
            .map(|(issuer, _)| issuer)
            .collect();
        with(self.of_subjects(&issuers).into()).or_else(|_| with(self.all().map_err(other)?))
    }

    /// The certificates with one of these subjects, without those that can't be read.
    fn of_subjects(&self, subjects: &[&[u8]]) -> RootCertStore {
        let certificates = self.certificates.iter();
        let found = certificates.filter(|certificate| subjects.contains(&&*certificate.subject));
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(
            found.filter_map(|found| whole(self.pem.get(found.section.clone())?)),
        );
        roots
    }

    /// All certificates of the file.
    fn all(&self) -> Result<Arc<RootCertStore>, BoxError> {
        if let Some(roots) = self.all.get() {
            return Ok(roots.clone());
        }
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.pem).collect();
        let mut roots = RootCertStore::empty();
        let certificates = certificates.map_err(|error| problem(&self.path, &error))?;
        let (added, _) = roots.add_parsable_certificates(certificates);
        if added == 0 {
            return Err(problem(&self.path, &"no certificate or crl found"));
        }
        Ok(self.all.get_or_init(|| roots.into()).clone())
    }
}

fn problem(path: &Path, problem: &dyn fmt::Display) -> BoxError {
    format!("CA bundle {}: {problem}", path.display()).into()
}

fn other(error: BoxError) -> Error {
    Error::Other(OtherError(error.into()))
}

/// The certificates of a text that has them in their usual form, with text between them at most.
fn index(pem: &[u8]) -> Option<Vec<Certificate>> {
    let mut certificates = Vec::new();
    let mut rest = pem;
    while !rest.is_empty() {
        let start = pem.len() - rest.len();
        let line = next_line(&mut rest)?;
        if !line.starts_with(b"-----BEGIN ") {
            continue;
        }
        if line != BEGIN {
            return None;
        }
        let subject = subject(&mut rest)?;
        // Base64 has no `-`.
        rest.skip_until(b'-').ok()?;
        let (body, end) = pem.split_at_checked(pem.len() - rest.len() - 1)?;
        if !body.ends_with(b"\n") || !end.starts_with(END) {
            return None;
        }
        next_line(&mut rest)?;
        let section = start..pem.len() - rest.len();
        certificates.push(Certificate { section, subject });
    }
    Some(certificates)
}

/// Decodes lines until the subject is among them.
fn subject(rest: &mut &[u8]) -> Option<Box<[u8]>> {
    let mut der = Vec::with_capacity(512);
    loop {
        STANDARD.decode_vec(next_line(rest)?, &mut der).ok()?;
        if let Some((_, subject)) = names(&der) {
            return Some(subject.into());
        }
    }
}

/// The next line, without its end and spaces.
fn next_line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let all = *rest;
    let length = rest.skip_until(b'\n').ok()?;
    (length > 0).then(|| all.get(..length).map(<[u8]>::trim_ascii_end))?
}

/// The certificate of a section, if its lines can be decoded one by one.
fn whole(mut section: &[u8]) -> Option<CertificateDer<'static>> {
    let mut der = Vec::with_capacity(section.len() / 4 * 3);
    next_line(&mut section)?;
    while let Some(line) = next_line(&mut section).filter(|line| *line != END) {
        STANDARD.decode_vec(line, &mut der).ok()?;
    }
    Some(der.into())
}

/// The issuer and the subject of a certificate, of which the beginning is enough.
fn names(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const SEQUENCE: u8 = 0x30;
    const VERSION: u8 = 0xa0;
    let (SEQUENCE, _, certificate) = header(der)? else {
        return None;
    };
    let (SEQUENCE, _, mut fields) = header(certificate)? else {
        return None;
    };
    if fields.first() == Some(&VERSION) {
        value(&mut fields)?;
    }
    let _serial_number = value(&mut fields)?;
    let _signature_algorithm = value(&mut fields)?;
    let issuer = value(&mut fields)?;
    let _validity = value(&mut fields)?;
    Some((issuer, value(&mut fields)?))
}

/// The contents of the first of several values of DER, which leaves the others.
fn value<'a>(der: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (_, length, rest) = header(der)?;
    let (contents, others) = rest.split_at_checked(length)?;
    *der = others;
    Some(contents)
}

/// The tag and the length of a value of DER, and what follows them.
fn header(der: &[u8]) -> Option<(u8, usize, &[u8])> {
    match *der {
        [tag, length @ ..=0x7f, ref rest @ ..] => Some((tag, length.into(), rest)),
        [tag, 0x81, length, ref rest @ ..] => Some((tag, length.into(), rest)),
        [tag, 0x82, high, low, ref rest @ ..] => {
            Some((tag, u16::from_be_bytes([high, low]).into(), rest))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
