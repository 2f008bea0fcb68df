use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkcs12::Pkcs12;
use openssl::stack::Stack;
use openssl::x509::X509;
use zeroize::Zeroizing;

use crate::authority::is_issued_by;
use crate::error::library;
use crate::{CertError, NodeKey, certificate, pem, strength};

/// Slows down guessing the password of a stolen archive; every importer we know accepts it.
const ITERATIONS: u32 = 100_000;

/// A password-protected PKCS#12 archive (RFC 7292) of key, certificate and authority, for browsers and proxies.
/// The entry's friendly name is the node's id. AES-256-CBC with PBKDF2 and a SHA-256 MAC.
///
/// # Errors
/// [`CertError::Password`], [`CertError::KeyMismatch`], [`CertError::ForeignIssuer`] when the authority didn't
/// sign the certificate, [`CertError::Identity`], [`CertError::Malformed`].
pub fn pkcs12(
    key: &NodeKey,
    cert_pem: &str,
    ca_pem: &str,
    password: &str,
) -> Result<Zeroizing<Vec<u8>>, CertError> {
    if !(8..=128).contains(&password.len()) || password.contains('\0') {
        return Err(CertError::Password);
    }
    let (node, authority) = (pem::certificate(cert_pem)?, pem::certificate(ca_pem)?);
    let public = node
        .public_key()
        .map_err(|_| CertError::Key("can't be decoded"))?;
    if !strength::matches(&key.0, &public) {
        return Err(CertError::KeyMismatch);
    }
    if !is_issued_by(&node, &authority)? {
        return Err(CertError::ForeignIssuer);
    }
    let (_, id) = certificate::identity(&node.to_der().map_err(library)?)?;
    build(key, &node, authority, id.as_str(), password)
        .map(Zeroizing::new)
        .map_err(library)
}

fn build(
    key: &NodeKey,
    node: &X509,
    authority: X509,
    name: &str,
    password: &str,
) -> Result<Vec<u8>, ErrorStack> {
    let mut chain = Stack::new()?;
    chain.push(authority)?;
    Pkcs12::builder()
        .name(name)
        .pkey(&key.0)
        .cert(node)
        .ca(chain)
        .key_iter(ITERATIONS)
        .mac_iter(ITERATIONS)
        .mac_md(MessageDigest::sha256())
        .build2(password)?
        .to_der()
}
