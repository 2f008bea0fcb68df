use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::{NoServerSessionStorage, ResolvesServerCert};

use super::{Admission, PeerVerifier, TlsError};

/// The federation door: TLS 1.3, mutual, and nothing that outlives a connection. A resumed session would skip
/// the verifier, so there are neither tickets nor stored sessions, and no early data.
///
/// # Errors
/// [`TlsError::Authority`] or [`TlsError::Pair`].
pub fn federation_config(
    credential: Arc<dyn ResolvesServerCert>,
    admission: Arc<dyn Admission>,
) -> Result<ServerConfig, TlsError> {
    let provider = provider();
    let verifier = Arc::new(PeerVerifier::new(Arc::clone(&provider), admission)?);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|_| TlsError::Pair)?
        .with_client_cert_verifier(verifier)
        .with_cert_resolver(credential);
    forget_sessions(&mut config);
    Ok(config)
}

/// The platform door: TLS 1.2 or 1.3; who calls is said by the token of each request.
///
/// # Errors
/// [`TlsError::Pair`].
pub fn platform_config(credential: Arc<dyn ResolvesServerCert>) -> Result<ServerConfig, TlsError> {
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|_| TlsError::Pair)?
        .with_no_client_auth()
        .with_cert_resolver(credential);
    config.max_early_data_size = 0;
    Ok(config)
}

fn forget_sessions(config: &mut ServerConfig) {
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}
