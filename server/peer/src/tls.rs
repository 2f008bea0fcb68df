//! Mutual TLS towards one named peer: federation authority, identity in the certificate, and pin.

use std::sync::Arc;

use lianfang_encoding::{FederationId, NodeId, Timestamp};
use lianfang_wire::membership::RetiringPin;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

/// This node's certificate chain and key, as PEM.
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// Why a certificate, key or authority can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    #[error("the certificate isn't PEM")]
    Certificate,
    #[error("the private key isn't PEM, or doesn't belong to the certificate")]
    Key,
    #[error("an authority's certificate isn't PEM, or there is none")]
    Authority,
}

/// Certificates that count no longer, though their chain and pin are right.
pub trait Revoked: Send + Sync + std::fmt::Debug {
    /// Whether this certificate (DER) has to be refused.
    fn refuses(&self, certificate: &[u8]) -> bool;
}

/// No certificate is revoked.
#[derive(Debug, Clone, Copy)]
pub struct NoneRevoked;

impl Revoked for NoneRevoked {
    fn refuses(&self, _certificate: &[u8]) -> bool {
        false
    }
}

impl Identity {
    /// A chain, leaf first, and its key.
    pub fn new(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Self {
        Self { chain, key }
    }

    /// # Errors
    /// [`TlsError`].
    pub fn from_pem(chain: &str, key: &str) -> Result<Self, TlsError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(chain.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|_| TlsError::Certificate)?;
        if chain.is_empty() {
            return Err(TlsError::Certificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| TlsError::Key)?;
        Ok(Self { chain, key })
    }
}

pub(crate) fn authorities(pem: &[String]) -> Result<Arc<RootCertStore>, TlsError> {
    let mut roots = RootCertStore::empty();
    for text in pem {
        for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
            let certificate = certificate.map_err(|_| TlsError::Authority)?;
            roots.add(certificate).map_err(|_| TlsError::Authority)?;
        }
    }
    if roots.is_empty() {
        Err(TlsError::Authority)
    } else {
        Ok(Arc::new(roots))
    }
}

pub(crate) fn client_config(
    identity: &Identity,
    roots: Arc<RootCertStore>,
    revoked: Arc<dyn Revoked>,
    expected: ExpectedPeer,
) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let chain = WebPkiServerVerifier::builder_with_provider(roots, provider.clone())
        .build()
        .map_err(|_| TlsError::Authority)?;
    let verifier = Arc::new(PeerVerifier {
        chain,
        revoked,
        expected,
        provider: provider.clone(),
    });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|_| TlsError::Authority)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())
        .map_err(|_| TlsError::Key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.resumption = rustls::client::Resumption::disabled();
    config.enable_early_data = false;
    Ok(config)
}

/// Who has to be at the other end.
#[derive(Debug, Clone)]
pub(crate) struct ExpectedPeer {
    pub(crate) fed: FederationId,
    pub(crate) node: NodeId,
    pub(crate) pin: [u8; 32],
    /// Counts beside it for a while.
    pub(crate) retiring: Option<RetiringPin>,
}

impl ExpectedPeer {
    fn is_pinned(&self, pin: &[u8; 32], now: UnixTime) -> bool {
        let now = Timestamp::from_secs(now.as_secs());
        let retiring = self.retiring.filter(|retiring| now < retiring.until);
        self.pin == *pin || retiring.is_some_and(|retiring| retiring.pin.0 == *pin)
    }
}

#[derive(Debug)]
struct PeerVerifier {
    chain: Arc<WebPkiServerVerifier>,
    revoked: Arc<dyn Revoked>,
    expected: ExpectedPeer,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PeerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self
            .chain
            .verify_server_cert(end_entity, intermediates, server_name, ocsp, now)?;
        let refused = || Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure);
        let (fed, node) = lianfang_certs::identity(end_entity).map_err(|_| refused())?;
        let pin = lianfang_certs::spki_pin(end_entity).map_err(|_| refused())?;
        if self.revoked.refuses(end_entity) {
            return Err(Error::InvalidCertificate(CertificateError::Revoked));
        }
        let expected = &self.expected;
        if fed == expected.fed && node == expected.node && expected.is_pinned(&pin, now) {
            Ok(verified)
        } else {
            Err(refused())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lianfang_wire::membership::Hash32;

    use super::*;

    #[test]
    fn a_key_that_was_replaced_is_expected_until_its_time_is_over() {
        let expected = ExpectedPeer {
            fed: FederationId([1; 16]),
            node: "platform-a".parse().unwrap(),
            pin: [1; 32],
            retiring: Some(RetiringPin {
                pin: Hash32([2; 32]),
                until: Timestamp::from_secs(100),
            }),
        };
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let pinned = |pin: u8, seconds| expected.is_pinned(&[pin; 32], at(seconds));
        assert!(pinned(1, 99) && pinned(1, 100) && pinned(2, 99));
        assert!(!pinned(2, 100) && !pinned(3, 99));
    }
}
