//! The proof that a request for a token comes from whoever logged in: a JSON Web Token that the
//! login's key signs (RFC 9449), with ECDSA over P-256 and SHA-256 (RFC 7518, ES256).

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_ecdsa_type;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::sign::SigningKey;
use serde_json::json;

use crate::error::Cause;
use crate::random;

/// The length of a coordinate of a point, and of a half of a signature.
const LENGTH: usize = 32;

/// The key of a login.
pub(super) struct Key(Arc<dyn SigningKey>);

impl Key {
    /// The key in a PEM text.
    pub(super) fn of(pem: &str) -> Result<Self, &'static str> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes());
        let key = der.ok().and_then(|der| any_ecdsa_type(&der).ok());
        key.map(Key)
            .ok_or("the key of the login is not a private key for ECDSA")
    }

    /// A proof for a `POST` to this URL.
    pub(super) fn proof(&self, url: &str, now: SystemTime) -> Result<String, Cause> {
        self.token(url, now)
            .ok_or_else(|| Cause::from("the key of the login can't sign with ECDSA over P-256"))
    }

    fn token(&self, url: &str, now: SystemTime) -> Option<String> {
        let signer = self
            .0
            .choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256])?;
        let public = self.0.public_key()?;
        // The key ends with its point: both coordinates, without compression.
        let (rest, y) = public.split_last_chunk::<LENGTH>()?;
        let (_, x) = rest.split_last_chunk::<LENGTH>()?;
        let header = json!({
            "typ": "dpop+jwt",
            "alg": "ES256",
            "jwk": {
                "kty": "EC",
                "x": BASE64URL.encode(x),
                "y": BASE64URL.encode(y),
                "crv": "P-256",
            },
        });
        let claims = json!({
            "htm": "POST",
            "htu": url,
            "iat": now.duration_since(UNIX_EPOCH).ok()?.as_secs(),
            "jti": random::uuid(),
        });
        let parts = [header, claims].map(|part| BASE64URL.encode(part.to_string()));
        let signed = parts.join(".");
        let signature = signer.sign(signed.as_bytes()).ok()?;
        let signature = BASE64URL.encode(halves(&signature)?);
        Some(format!("{signed}.{signature}"))
    }
}

/// The two numbers of a signature, one after the other, from the signature as ASN.1 has it.
fn halves(signature: &[u8]) -> Option<[u8; 2 * LENGTH]> {
    let [0x30, _, rest @ ..] = signature else {
        return None;
    };
    let (first, rest) = number(rest)?;
    let (second, rest) = number(rest)?;
    let mut halves = [0; 2 * LENGTH];
    halves[..LENGTH].copy_from_slice(&first);
    halves[LENGTH..].copy_from_slice(&second);
    rest.is_empty().then_some(halves)
}

/// A number of ASN.1, and what follows it.
fn number(bytes: &[u8]) -> Option<([u8; LENGTH], &[u8])> {
    let [0x02, length, rest @ ..] = bytes else {
        return None;
    };
    let (digits, rest) = rest.split_at_checked((*length).into())?;
    // A zero before the number keeps it positive.
    let zeros = digits.iter().take_while(|digit| **digit == 0).count();
    let digits = &digits[zeros..];
    let mut number = [0; LENGTH];
    let start = LENGTH.checked_sub(digits.len())?;
    number[start..].copy_from_slice(digits);
    Some((number, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_signatures_are_padded_and_trimmed() {
        let short = [&[0x02, 1, 5][..], b"rest"].concat();
        let (found, rest) = number(&short).expect("a number");
        assert_eq!(
            (found[LENGTH - 1], &found[..LENGTH - 1]),
            (5, &[0; LENGTH - 1][..])
        );
        assert_eq!(rest, b"rest");
        let long = [&[0x02, 33, 0][..], &[0xff; 32]].concat();
        assert_eq!(number(&long).map(|(found, _)| found), Some([0xff; LENGTH]));
        for wrong in [
            &[][..],
            &[0x02],
            &[0x02, 2, 1],
            &[0x03, 0],
            &[&[0x02, 33][..], &[1; 33]].concat(),
        ] {
            assert!(number(wrong).is_none(), "{wrong:?}");
        }
        assert!(halves(&[0x30, 6, 2, 1, 1, 2, 1, 1]).is_some());
        assert!(halves(&[0x30, 6, 2, 1, 1, 2, 1, 1, 0]).is_none());
    }
}
