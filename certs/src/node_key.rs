use std::fmt;

use lianfang_encoding::NodeId;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use zeroize::Zeroizing;

use crate::error::library;
use crate::host::Host;
use crate::{CertError, pem, request, strength};

/// A node's TLS key. The library clears it on drop; `Debug` shows nothing of it.
#[derive(Clone)]
pub struct NodeKey(pub(crate) PKey<Private>);

impl NodeKey {
    /// A fresh ECDSA P-256 key: the one kind that TLS libraries, browsers and Java clients all accept.
    ///
    /// # Errors
    /// [`CertError::Library`] when the generator fails.
    pub fn generate() -> Result<Self, CertError> {
        generate_p256().map(Self).map_err(library)
    }

    /// Reads an unencrypted key in PEM (PKCS#8, SEC 1 or PKCS#1).
    ///
    /// # Errors
    /// [`CertError::Malformed`], or [`CertError::Key`] unless it is P-256, P-384 or RSA of 2048 to 4096 bits.
    pub fn from_pem(key_pem: &str) -> Result<Self, CertError> {
        let key = pem::private_key(key_pem)?;
        strength::check(&key)?;
        Ok(Self(key))
    }

    /// The key in PEM (PKCS#8), to be kept with [`crate::keyfile::write_new`].
    ///
    /// # Errors
    /// [`CertError::Library`] when encoding fails.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, CertError> {
        private_pem(&self.0)
    }

    /// SHA-256 of the SubjectPublicKeyInfo, as [`crate::spki_pin`] gives it for a certificate of this key.
    ///
    /// # Errors
    /// [`CertError::Library`] when encoding fails.
    pub fn spki_pin(&self) -> Result<[u8; 32], CertError> {
        strength::pin(&*self.0)
    }

    /// A certificate request in PEM that proves possession of this key. Its names are a courtesy to whoever
    /// reads it: the authority takes none of them.
    ///
    /// # Errors
    /// [`CertError::Host`] or [`CertError::TooManyHosts`].
    pub fn request(&self, node: &NodeId, hosts: &[String]) -> Result<String, CertError> {
        request::build(&self.0, node, &Host::parse_all(hosts)?)
    }
}

impl fmt::Debug for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NodeKey")
    }
}

pub(crate) fn generate_p256() -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    PKey::from_ec_key(EcKey::generate(&group)?)
}

pub(crate) fn private_pem(key: &PKey<Private>) -> Result<Zeroizing<String>, CertError> {
    pem::text(key.private_key_to_pem_pkcs8().map_err(library)?).map(Zeroizing::new)
}
