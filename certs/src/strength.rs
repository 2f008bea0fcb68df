use openssl::bn::BigNum;
use openssl::ec::Asn1Flag;
use openssl::nid::Nid;
use openssl::pkey::{HasPublic, Id, PKeyRef, Public};
use openssl::rsa::RsaRef;

use crate::CertError;
use crate::error::library;

/// Accepts what rustls, OpenSSL, Java and browsers can all use in TLS 1.3: P-256, P-384 and RSA of 2048 to 4096
/// bits. Must run before any signature is verified with the key, because a hostile key makes that slow.
pub(crate) fn check<K: HasPublic>(key: &PKeyRef<K>) -> Result<(), CertError> {
    match key.id() {
        Id::EC => elliptic(key),
        Id::RSA => rsa(&*key.rsa().map_err(library)?),
        _ => Err(CertError::Key("use P-256, P-384 or RSA")),
    }
}

fn elliptic<K: HasPublic>(key: &PKeyRef<K>) -> Result<(), CertError> {
    let key = key
        .ec_key()
        .map_err(|_| CertError::Key("not an elliptic curve point"))?;
    if key.group().asn1_flag() != Asn1Flag::NAMED_CURVE {
        return Err(CertError::Key("the curve must be named, not spelled out"));
    }
    match key.group().curve_name() {
        Some(Nid::X9_62_PRIME256V1 | Nid::SECP384R1) => key
            .check_key()
            .map_err(|_| CertError::Key("not a point of its curve")),
        _ => Err(CertError::Key("of the elliptic curves use P-256 or P-384")),
    }
}

fn rsa<K: HasPublic>(key: &RsaRef<K>) -> Result<(), CertError> {
    let bits = key.n().num_bits();
    if !(2048..=4096).contains(&bits) {
        return Err(CertError::Key("an RSA key has 2048 to 4096 bits"));
    }
    let smallest = BigNum::from_u32(65_537).map_err(library)?;
    let exponent = key.e();
    if exponent < &*smallest || !exponent.is_bit_set(0) || exponent.num_bits() > 64 {
        return Err(CertError::Key(
            "an RSA exponent is odd, at least 65537 and fits 64 bits",
        ));
    }
    Ok(())
}

/// SHA-256 of the key's SubjectPublicKeyInfo in DER (the pin of RFC 7469 §2.4, raw).
pub(crate) fn pin<K: HasPublic>(key: &PKeyRef<K>) -> Result<[u8; 32], CertError> {
    Ok(openssl::sha::sha256(&key.public_key_to_der().map_err(library)?))
}

/// The public half, for comparisons with what a certificate carries.
pub(crate) fn matches<K: HasPublic>(key: &PKeyRef<K>, other: &PKeyRef<Public>) -> bool {
    key.public_eq(other)
}
