use std::path::{Path, PathBuf};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::Refusal;
use crate::config::KeyPair;

/// Why certificate, key or authority can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsError {
    #[error("{path}: {reason}")]
    File { path: PathBuf, reason: String },
    #[error("certificate and key don't belong together, or their algorithm isn't spoken here")]
    Pair,
    #[error("the membership document holds no usable authority")]
    Authority,
    #[error("{path}: the certificate has expired")]
    Expired { path: PathBuf },
    #[error("{path}: {reason}")]
    Refused { path: PathBuf, reason: Refusal },
    #[error("{path}: this revocation list is older than the one in force")]
    OlderList { path: PathBuf },
}

/// A certificate chain and its key, read from files.
pub struct Material {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl Material {
    /// Reads both files; the key's must be its owner's only.
    ///
    /// # Errors
    /// [`TlsError::File`].
    pub fn read(pair: &KeyPair) -> Result<Self, TlsError> {
        let chain = certificates(&pair.certificate)?;
        let secret =
            lianfang_certs::keyfile::read(&pair.key).map_err(|error| file(&pair.key, &error.to_string()))?;
        let key = PrivateKeyDer::from_pem_slice(&secret)
            .map_err(|_| file(&pair.key, "isn't a private key in PEM"))?;
        Ok(Self { chain, key })
    }

    /// The certificate itself, DER.
    pub fn leaf(&self) -> &[u8] {
        self.chain.first().map_or(&[], AsRef::as_ref)
    }

    /// What this node shows when it calls others.
    pub fn identity(&self) -> lianfang_peer::Identity {
        lianfang_peer::Identity::new(self.chain.clone(), self.key.clone_key())
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let text = std::fs::read(path).map_err(|error| file(path, &error.to_string()))?;
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        _ => Err(file(path, "isn't a certificate in PEM")),
    }
}

pub(super) fn file(path: &Path, reason: &str) -> TlsError {
    TlsError::File {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}
