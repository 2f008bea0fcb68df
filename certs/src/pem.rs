use openssl::error::ErrorStack;
use openssl::pkey::{PKey, Private};
use openssl::x509::X509;

use crate::CertError;

/// No certificate, key or request of a federation comes near this.
const LIMIT: usize = 16 * 1024;

/// `text` if it is of bounded size and holds exactly one PEM block, so that nobody can hide a second one.
pub(crate) fn single<'t>(text: &'t str, what: &'static str, limit: usize) -> Result<&'t [u8], CertError> {
    if text.len() > limit {
        return Err(CertError::TooLarge { what, limit });
    }
    if text.matches("-----BEGIN ").count() != 1 {
        return Err(CertError::Malformed(what));
    }
    Ok(text.as_bytes())
}

pub(crate) fn request(text: &str) -> Result<openssl::x509::X509Req, CertError> {
    const WHAT: &str = "a PEM certificate request";
    openssl::x509::X509Req::from_pem(single(text, WHAT, LIMIT)?).map_err(|_| CertError::Malformed(WHAT))
}

pub(crate) fn certificate(text: &str) -> Result<X509, CertError> {
    const WHAT: &str = "a PEM certificate";
    X509::from_pem(single(text, WHAT, LIMIT)?).map_err(|_| CertError::Malformed(WHAT))
}

pub(crate) fn private_key(text: &str) -> Result<PKey<Private>, CertError> {
    const WHAT: &str = "an unencrypted PEM private key";
    let bytes = single(text, WHAT, LIMIT)?;
    // The call-back answers "no pass phrase"; without one the library would ask on the terminal.
    PKey::private_key_from_pem_callback(bytes, |_| Err(ErrorStack::get()))
        .map_err(|_| CertError::Malformed(WHAT))
}

/// PEM from the library is ASCII.
pub(crate) fn text(bytes: Vec<u8>) -> Result<String, CertError> {
    String::from_utf8(bytes).map_err(|_| CertError::Malformed("PEM text"))
}
