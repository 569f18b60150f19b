//! Which servers are trusted.

use super::Settings;
use super::bundle::Bundle;
use super::verifier::{Trust, Verifier};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How TLS is spoken; `secure` says whether it is, so that certificates are needed.
pub(super) fn configuration(settings: &Settings, secure: bool) -> Result<ClientConfig, BoxError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    let trust = match &settings.ca_bundle {
        _ if !secure => {
            return Ok(builder
                .with_root_certificates(RootCertStore::empty())
                .with_no_client_auth());
        }
        _ if !settings.verify => Trust::Anything,
        Some(path) => Trust::Bundle(Bundle::read(path.clone())?),
        None => {
            let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
            return Ok(builder.with_root_certificates(roots).with_no_client_auth());
        }
    };
    let verifier = Arc::new(Verifier { trust, provider });
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}
