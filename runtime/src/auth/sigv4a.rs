//! Signature Version 4a: one signature for several regions, by a key pair that comes from the
//! credentials.

use super::sigv4::signature;
use super::{Signing, SigningError};
use crate::http::Request;
use aws_sigv4::http_request::{SigningInstructions, SigningSettings};
use aws_sigv4::sign::v4a::SigningParams;

/// The signature of a request. The scope's region is a set of regions.
pub(super) fn v4a(
    request: &Request,
    with: &Signing<'_>,
    settings: SigningSettings,
) -> Result<SigningInstructions, SigningError> {
    let (identity, payload) = with.credentials()?;
    let parameters = SigningParams::builder()
        .identity(identity.key())
        .region_set(with.scope.region)
        .name(with.scope.service)
        .time(with.now)
        .settings(settings)
        .build()
        .map_err(SigningError::new)?;
    signature(request, payload, &parameters.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::sigv4::{Scope, SigV4};
    use crate::auth::{AuthScheme as _, Caller, Payload};
    use crate::identity::Credentials;
    use ring::digest::{SHA256, digest};
    use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
    use std::time::SystemTime;

    /// The public key that belongs to the credentials of the test below, uncompressed: it is
    /// published with the cases of the algorithm.
    const PUBLIC_KEY: &str = "04b6618f6a65740a99e650b33b6b4b5bd0d43b176d721a3edfea7e7d2d56d936b1\
                              865ed22a7eadc9c5cb9d2cbaca1b3699139fedc5043dc6661864218330c8e518";

    fn bytes(hex: &str) -> Vec<u8> {
        let pairs = hex.as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).expect("text"), 16);
        pairs.map(|pair| byte(pair).expect("digits")).collect()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Another implementation of the algorithm verifies the signature, over a canonical request that
    /// is written here.
    #[test]
    fn signatures_are_valid_for_a_set_of_regions() {
        let mut credentials = Credentials::new(
            "AKIDEXAMPLE",
            "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            "test",
        );
        credentials.session_token = Some("session".to_owned());
        let caller = Caller::Credentials(credentials.into());
        let payload = Payload::Bytes("body".into());
        let with = Signing {
            caller: &caller,
            scope: Scope::new("eu-west-1,us-*", "test"),
            payload: Some(&payload),
            states_payload: false,
            now: SystemTime::UNIX_EPOCH,
        };
        let mut request = Request::new("POST", "https://a.test/b").header("a", "1");
        SigV4::MultiRegion
            .sign(&mut request, &with)
            .expect("signed");
        let of = |name: &str| {
            let mut headers = request.headers.iter();
            let found = headers.find(|(found, _)| found == name);
            found.map(|(_, value)| &**value).unwrap_or_default()
        };
        assert_eq!(of("x-amz-region-set"), "eu-west-1,us-*");
        let names = "a;host;x-amz-date;x-amz-region-set;x-amz-security-token";
        let start = format!(
            "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/19700101/test/aws4_request, SignedHeaders={names}, Signature="
        );
        let signature = of("authorization").strip_prefix(&start);
        let signature = bytes(signature.unwrap_or_else(|| panic!("{}", of("authorization"))));
        let canonical = format!(
            "POST\n/b\n\na:1\nhost:a.test\nx-amz-date:19700101T000000Z\nx-amz-region-set:eu-west-1,us-*\n\
             x-amz-security-token:session\n\n{names}\n{}",
            hex(digest(&SHA256, b"body").as_ref())
        );
        let to_sign = format!(
            "AWS4-ECDSA-P256-SHA256\n19700101T000000Z\n19700101/test/aws4_request\n{}",
            hex(digest(&SHA256, canonical.as_bytes()).as_ref())
        );
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, bytes(PUBLIC_KEY));
        key.verify(to_sign.as_bytes(), &signature).expect("valid");
        key.verify(b"something else", &signature)
            .expect_err("valid for it alone");
    }
}
