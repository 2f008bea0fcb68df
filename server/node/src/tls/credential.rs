use std::fmt;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use lianfang_encoding::{Timestamp, sha256};
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::material::file;
use super::{CertificateIdentity, Material, Refusal, TlsError};
use crate::config::KeyPair;

/// A certificate and its key that doors show, read again when their files change. What can't be used doesn't take the
/// place of what can.
pub struct Credential {
    /// In logs and metrics.
    name: &'static str,
    pair: KeyPair,
    shown: ArcSwap<Shown>,
}

struct Shown {
    material: Material,
    certified: Arc<CertifiedKey>,
    /// SHA-256 over both files.
    files: [u8; 32],
    expires: Timestamp,
}

/// What became of a look at the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    Unchanged,
    /// New handshakes show the new certificate.
    Renewed,
}

/// Whether a new certificate may be shown.
pub type Fits<'a> = &'a dyn Fn(&CertificateIdentity) -> Result<(), Refusal>;

impl Credential {
    /// Reads both files.
    ///
    /// # Errors
    /// [`TlsError`].
    pub fn read(name: &'static str, pair: &KeyPair) -> Result<Self, TlsError> {
        let shown = Shown::read(pair)?;
        Ok(Self {
            name,
            pair: pair.clone(),
            shown: ArcSwap::from_pointee(shown),
        })
    }

    /// Its name in logs and metrics.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// When the certificate that is shown ends.
    pub fn expires(&self) -> Timestamp {
        self.shown.load().expires
    }

    /// What this node shows when it calls others.
    pub fn identity(&self) -> lianfang_peer::Identity {
        self.shown.load().material.identity()
    }

    /// Looks whether the files have changed, and shows what is in them if it can be used at `now` and `fits`.
    ///
    /// # Errors
    /// [`TlsError`]; what was shown before stays.
    pub fn renew(&self, now: Timestamp, fits: Option<Fits<'_>>) -> Result<Renewal, TlsError> {
        if print(&self.pair)? == self.shown.load().files {
            return Ok(Renewal::Unchanged);
        }
        let next = Shown::read(&self.pair)?;
        let path = || self.pair.certificate.clone();
        if next.expires <= now {
            return Err(TlsError::Expired { path: path() });
        }
        if let Some(fits) = fits {
            let identity = CertificateIdentity::of(next.material.leaf());
            identity
                .and_then(|identity| fits(&identity))
                .map_err(|reason| TlsError::Refused { path: path(), reason })?;
        }
        self.shown.store(Arc::new(next));
        Ok(Renewal::Renewed)
    }
}

impl Shown {
    fn read(pair: &KeyPair) -> Result<Self, TlsError> {
        let files = print(pair)?;
        let material = Material::read(pair)?;
        let provider = aws_lc_rs::default_provider();
        let certified = CertifiedKey::from_der(material.chain.clone(), material.key.clone_key(), &provider)
            .map_err(|_| TlsError::Pair)?;
        certified.keys_match().map_err(|_| TlsError::Pair)?;
        let expires = lianfang_certs::certificate::expires(material.leaf())
            .map_err(|error| file(&pair.certificate, &error.to_string()))?;
        Ok(Self {
            material,
            certified: Arc::new(certified),
            files,
            expires,
        })
    }
}

fn print(pair: &KeyPair) -> Result<[u8; 32], TlsError> {
    let hash = |path: &Path| {
        let bytes = std::fs::read(path).map_err(|error| file(path, &error.to_string()))?;
        Ok::<_, TlsError>(sha256(&zeroize::Zeroizing::new(bytes)))
    };
    Ok(sha256(&[hash(&pair.certificate)?, hash(&pair.key)?].concat()))
}

impl ResolvesServerCert for Credential {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.shown.load().certified))
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({})", self.name)
    }
}
