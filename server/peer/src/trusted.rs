use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore};

use crate::PeerError;
use crate::tls::{ExpectedPeer, Identity, Revoked, authorities, client_config};

/// What every connection rests on: who this node is, and whom it believes. A change makes new connections.
pub(crate) struct Trusted {
    identity: Arc<Identity>,
    revoked: Arc<dyn Revoked>,
    authorities: Vec<String>,
    roots: Arc<RootCertStore>,
}

impl Trusted {
    pub(crate) fn new(
        identity: Arc<Identity>,
        revoked: Arc<dyn Revoked>,
        pem: &[String],
    ) -> Result<Self, PeerError> {
        let roots = authorities(pem).map_err(|_| PeerError::Configuration)?;
        Ok(Self {
            identity,
            revoked,
            authorities: pem.to_vec(),
            roots,
        })
    }

    /// Whether it still says what is to be believed.
    pub(crate) fn is(&self, identity: &Arc<Identity>, pem: &[String]) -> bool {
        Arc::ptr_eq(&self.identity, identity) && self.authorities == pem
    }

    pub(crate) fn config(&self, expected: ExpectedPeer) -> Result<ClientConfig, PeerError> {
        let (roots, revoked) = (Arc::clone(&self.roots), Arc::clone(&self.revoked));
        client_config(&self.identity, roots, revoked, expected).map_err(|_| PeerError::Configuration)
    }
}
