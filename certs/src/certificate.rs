//! Reading a certificate that a peer presented.

use std::net::IpAddr;

use lianfang_encoding::{FederationId, NodeId, Timestamp};
use openssl::x509::{GeneralNameRef, X509};

use crate::error::library;
use crate::extensions::URN;
use crate::{CertError, Serial, pem, strength, validity};

/// No certificate of ours is longer, even with every host it may name.
const LIMIT: usize = 16 * 1024;

/// The node that a certificate names: exactly one URI among its alternative names,
/// `urn:lianfang:<federation>:<node>`, in canonical spelling. Proves nothing by itself: the chain must have
/// been verified, and the pin compared with the membership document.
///
/// # Errors
/// [`CertError::Malformed`], [`CertError::TooLarge`] or [`CertError::Identity`].
pub fn identity(cert_der: &[u8]) -> Result<(FederationId, NodeId), CertError> {
    let certificate = parse(cert_der)?;
    let names = certificate.subject_alt_names().ok_or(CertError::Identity(
        "it needs one extension with alternative names",
    ))?;
    let mut uris = names.iter().filter_map(|name| name.uri());
    match (uris.next(), uris.next()) {
        (Some(uri), None) => parse_uri(uri),
        (None, _) => Err(CertError::Identity("there is no URI among its names")),
        (Some(_), Some(_)) => Err(CertError::Identity("there is more than one URI among its names")),
    }
}

/// SHA-256 of the SubjectPublicKeyInfo: what the membership document pins.
///
/// # Errors
/// [`CertError::Malformed`] or [`CertError::TooLarge`].
pub fn spki_pin(cert_der: &[u8]) -> Result<[u8; 32], CertError> {
    let key = parse(cert_der)?
        .public_key()
        .map_err(|_| CertError::Key("can't be decoded"))?;
    strength::pin(&*key)
}

/// The hosts that a certificate names, as an authority is given them: DNS names and addresses.
///
/// # Errors
/// [`CertError::Malformed`] or [`CertError::TooLarge`].
pub fn hosts(cert_der: &[u8]) -> Result<Vec<String>, CertError> {
    let names = parse(cert_der)?.subject_alt_names();
    let host = |name: &GeneralNameRef| match (name.dnsname(), name.ipaddress()) {
        (Some(name), _) => Some(name.to_owned()),
        (None, address) => address.and_then(address_of).map(|address| address.to_string()),
    };
    Ok(names.iter().flatten().filter_map(host).collect())
}

/// The serial number, to be looked up in a [`crate::RevocationList`].
///
/// # Errors
/// [`CertError::Malformed`], [`CertError::TooLarge`], or [`CertError::Serial`] when no authority of ours can
/// have issued it.
pub fn serial(cert_der: &[u8]) -> Result<Serial, CertError> {
    Serial::from_asn1(parse(cert_der)?.serial_number())
}

/// When the certificate ends.
///
/// # Errors
/// [`CertError::Malformed`] or [`CertError::TooLarge`].
pub fn expires(cert_der: &[u8]) -> Result<Timestamp, CertError> {
    validity::from_asn1(parse(cert_der)?.not_after())
}

/// DER of a certificate in PEM.
///
/// # Errors
/// [`CertError::Malformed`] unless there is exactly one certificate in `cert_pem`; [`CertError::TooLarge`].
pub fn der(cert_pem: &str) -> Result<Vec<u8>, CertError> {
    pem::certificate(cert_pem)?.to_der().map_err(library)
}

fn parse(cert_der: &[u8]) -> Result<X509, CertError> {
    const WHAT: &str = "a certificate in DER";
    if cert_der.len() > LIMIT {
        return Err(CertError::TooLarge {
            what: "a certificate",
            limit: LIMIT,
        });
    }
    let certificate = X509::from_der(cert_der).map_err(|_| CertError::Malformed(WHAT))?;
    // The library ignores what follows the structure and accepts some BER.
    let same = certificate.to_der().is_ok_and(|again| again == cert_der);
    if same {
        Ok(certificate)
    } else {
        Err(CertError::Malformed(WHAT))
    }
}

fn address_of(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

fn parse_uri(uri: &str) -> Result<(FederationId, NodeId), CertError> {
    let rest = uri
        .strip_prefix(URN)
        .ok_or(CertError::Identity("its URI is of another kind"))?;
    let (fed, node) = rest
        .split_once(':')
        .ok_or(CertError::Identity("its URI lacks the node"))?;
    let id: FederationId = fed
        .parse()
        .map_err(|_| CertError::Identity("its federation id is malformed"))?;
    if id.to_string() != fed {
        return Err(CertError::Identity("its federation id is malformed"));
    }
    let node = node
        .parse()
        .map_err(|_| CertError::Identity("its node id is malformed"))?;
    Ok((id, node))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FED: &str = "00112233445566778899aabbccddeeff";

    #[test]
    fn only_the_canonical_spelling_names_a_node() {
        assert!(parse_uri(&format!("urn:lianfang:{FED}:platform-a")).is_ok());
        for refused in [
            String::new(),
            format!("URN:lianfang:{FED}:platform-a"),
            format!("urn:lianfang:{}:platform-a", FED.to_uppercase()),
            format!("urn:lianfang:{FED}"),
            format!("urn:lianfang:{FED}:"),
            format!("urn:lianfang:{FED}:Platform-A"),
            format!("urn:lianfang:{FED}:a:b"),
            format!("urn:lianfang:{FED}:a\0"),
            format!("urn:lianfang:{FED}0:a"),
            format!("urn:lianfang: {FED}:a"),
            "spiffe://federation/platform-a".to_owned(),
        ] {
            assert!(parse_uri(&refused).is_err(), "{refused:?}");
        }
    }
}
