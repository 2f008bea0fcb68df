use std::fmt;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme,
};

use super::{Admission, CertificateIdentity, TlsError};

/// Chain to one of the federation's authorities *and* an active member's name and key. Follows the membership
/// document: authorities are read again when its version has changed.
pub struct PeerVerifier {
    provider: Arc<CryptoProvider>,
    admission: Arc<dyn Admission>,
    chain: ArcSwap<Chain>,
}

struct Chain {
    version: u64,
    verifier: Arc<dyn ClientCertVerifier>,
}

impl PeerVerifier {
    /// # Errors
    /// [`TlsError::Authority`] when the membership document holds no usable authority.
    pub fn new(provider: Arc<CryptoProvider>, admission: Arc<dyn Admission>) -> Result<Self, TlsError> {
        let chain = Chain::of(admission.as_ref(), &provider)?;
        Ok(Self {
            provider,
            admission,
            chain: ArcSwap::from_pointee(chain),
        })
    }

    fn chain(&self) -> Arc<Chain> {
        let present = self.chain.load_full();
        if present.version == self.admission.version() {
            return present;
        }
        // A document whose authorities can't be read never gets into force; keep the last that could.
        match Chain::of(self.admission.as_ref(), &self.provider) {
            Ok(next) => {
                let next = Arc::new(next);
                self.chain.store(Arc::clone(&next));
                next
            }
            Err(_) => present,
        }
    }
}

impl Chain {
    fn of(admission: &dyn Admission, provider: &Arc<CryptoProvider>) -> Result<Self, TlsError> {
        let version = admission.version();
        let mut roots = RootCertStore::empty();
        for text in admission.authorities() {
            for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
                let certificate = certificate.map_err(|_| TlsError::Authority)?;
                roots.add(certificate).map_err(|_| TlsError::Authority)?;
            }
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map_err(|_| TlsError::Authority)?;
        Ok(Self { version, verifier })
    }
}

impl ClientCertVerifier for PeerVerifier {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        true
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self
            .chain()
            .verifier
            .verify_client_cert(end_entity, intermediates, now)?;
        let admitted = CertificateIdentity::of(end_entity).and_then(|peer| self.admission.admits(&peer));
        match admitted {
            Ok(()) => Ok(verified),
            Err(refusal) => {
                tracing::info!(
                    tls.refusal = refusal.code(),
                    "certificate refused at the handshake"
                );
                Err(Error::InvalidCertificate(
                    CertificateError::ApplicationVerificationFailure,
                ))
            }
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerIncompatible(
            rustls::PeerIncompatible::ServerDoesNotSupportTls12Or13,
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

impl fmt::Debug for PeerVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PeerVerifier")
    }
}
