use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Certificates and keys of the doors that speak TLS.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tls {
    /// Issued by the federation's authority; also used to call other members.
    pub federation: KeyPair,
    /// For the platform door; the federation's certificate when absent.
    pub platform: Option<KeyPair>,
}

/// PEM files of a certificate chain and its key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPair {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

impl Default for KeyPair {
    fn default() -> Self {
        Self {
            certificate: PathBuf::from("tls/node.pem"),
            key: PathBuf::from("keys/tls.pem"),
        }
    }
}

impl Tls {
    /// What the platform door shows.
    pub fn platform(&self) -> &KeyPair {
        self.platform.as_ref().unwrap_or(&self.federation)
    }

    pub(super) fn resolve(&mut self, data: &Path) {
        self.federation.resolve(data);
        if let Some(platform) = &mut self.platform {
            platform.resolve(data);
        }
    }
}

impl KeyPair {
    fn resolve(&mut self, data: &Path) {
        self.certificate = data.join(&self.certificate);
        self.key = data.join(&self.key);
    }
}
