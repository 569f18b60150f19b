//! Which servers are trusted.

use super::Settings;
use super::insecure::AcceptAnything;
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How TLS is spoken; `secure` says whether it is, so that roots are needed.
pub(super) fn configuration(settings: &Settings, secure: bool) -> Result<ClientConfig, BoxError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?;
    if secure && !settings.verify {
        return Ok(builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(AcceptAnything(provider)))
            .with_no_client_auth());
    }
    let roots = match &settings.ca_bundle {
        // A bundle that can't be read is an error even where it is not needed, since it will be.
        Some(path) => {
            bundle(path).map_err(|problem| format!("CA bundle {}: {problem}", path.display()))?
        }
        None if secure => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
        None => RootCertStore::empty(),
    };
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn bundle(path: &Path) -> Result<RootCertStore, BoxError> {
    let pem = std::fs::read(path)?;
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>()?;
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates);
    if added == 0 {
        return Err("no certificate or crl found".into());
    }
    Ok(roots)
}
