use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

use crate::Error;

/// Whose certificates a client believes.
#[derive(Debug, Clone, Default)]
pub struct Trust(Vec<String>);

impl Trust {
    /// Certificates in PEM, any number per text: a federation's authority, or a bundle of the system.
    pub fn authorities(pem: impl IntoIterator<Item = String>) -> Self {
        Self(pem.into_iter().collect())
    }

    pub(crate) fn tls(&self) -> Result<ClientConfig, Error> {
        let mut roots = RootCertStore::empty();
        for text in &self.0 {
            for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
                let certificate = certificate.map_err(|_| Error::Configuration("an authority isn't PEM"))?;
                roots
                    .add(certificate)
                    .map_err(|_| Error::Configuration("an authority can't be used"))?;
            }
        }
        if roots.is_empty() {
            return Err(Error::Configuration("no authority is trusted"));
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| Error::Configuration("TLS can't be set up"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(config)
    }
}
