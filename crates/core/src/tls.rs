//! TLS for connections to other servers.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Trusts the usual roots and, if given, those in a PEM file.
///
/// # Errors
/// If the file can't be read or contains no certificate.
pub(crate) fn client_config(root: Option<&Path>) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = root {
        let certificates = CertificateDer::pem_slice_iter(&fs::read(path)?).collect::<Result<Vec<_>, _>>()?;
        anyhow::ensure!(!certificates.is_empty(), "it is not a certificate in PEM");
        for certificate in certificates {
            roots.add(certificate)?;
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
