use lianfang_encoding::NodeId;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, PKeyRef, Private, Public};
use openssl::stack::Stack;
use openssl::x509::{X509NameBuilder, X509Req};

use crate::error::library;
use crate::extensions::{URN, alternative_names};
use crate::host::Host;
use crate::{CertError, pem, strength};

/// SHA-256 of the SubjectPublicKeyInfo that a request carries: the pin for the membership document, known
/// before the certificate exists.
///
/// # Errors
/// As [`crate::Authority::issue`] refuses requests.
pub fn request_pin(csr_pem: &str) -> Result<[u8; 32], CertError> {
    strength::pin(&*verified_key(csr_pem)?)
}

/// The key of a request that proves possession of it. Nothing else of a request is ever believed: names and
/// extensions come from the membership document.
pub(crate) fn verified_key(csr_pem: &str) -> Result<PKey<Public>, CertError> {
    let request = pem::request(csr_pem)?;
    let key = request
        .public_key()
        .map_err(|_| CertError::Key("can't be decoded"))?;
    strength::check(&key)?;
    match request.verify(&key) {
        Ok(true) => Ok(key),
        Ok(false) | Err(_) => Err(CertError::RequestSignature),
    }
}

/// A request (PKCS#10, RFC 2986) whose names only tell a person what is being asked for.
pub(crate) fn build(key: &PKeyRef<Private>, node: &NodeId, hosts: &[Host]) -> Result<String, CertError> {
    let request = sign(key, node, hosts).map_err(library)?;
    pem::text(request.to_pem().map_err(library)?)
}

fn sign(key: &PKeyRef<Private>, node: &NodeId, hosts: &[Host]) -> Result<X509Req, ErrorStack> {
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_text("CN", node.as_str())?;
    let mut builder = X509Req::builder()?;
    builder.set_version(0)?;
    builder.set_subject_name(&subject.build())?;
    builder.set_pubkey(key)?;
    let mut extensions = Stack::new()?;
    extensions.push(alternative_names(
        &format!("{URN}{node}"),
        hosts,
        &builder.x509v3_context(None),
    )?)?;
    builder.add_extensions(&extensions)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}
