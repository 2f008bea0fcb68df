use std::fmt;
use std::str::FromStr;

use lianfang_encoding::{FederationId, NodeId, Transcript};
use openssl::asn1::{Asn1Integer, Asn1IntegerRef};
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use rand_core::CryptoRngCore;

use crate::CertError;

const LENGTH: usize = 16;

/// Serial number of a certificate: 16 bytes, positive, 126 of the bits random or of a hash (RFC 5280
/// §4.1.2.2 allows 20 bytes). Shown as 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Serial([u8; LENGTH]);

impl Serial {
    /// A fresh serial number from `rng`.
    pub fn random(rng: &mut impl CryptoRngCore) -> Self {
        let mut bytes = [0; LENGTH];
        rng.fill_bytes(&mut bytes);
        Self::shape(bytes)
    }

    /// That of the certificate for the key with `pin`, which version `version` of the membership document is the first to
    /// pin: whoever has the documents knows what was issued.
    pub fn pinned(fed: &FederationId, node: &NodeId, pin: &[u8; 32], version: u64) -> Self {
        let hash = Transcript::new("lianfang/certificate-serial/v1")
            .bytes(fed.as_bytes())
            .bytes(node.as_str().as_bytes())
            .bytes(pin)
            .u64(version)
            .sha256();
        Self::first_of(&hash)
    }

    /// An authority's own: as unique as its key.
    pub(crate) fn of_key(pin: &[u8; 32]) -> Self {
        Self::first_of(pin)
    }

    fn first_of(hash: &[u8; 32]) -> Self {
        let mut bytes = [0; LENGTH];
        bytes.copy_from_slice(&hash[..LENGTH]);
        Self::shape(bytes)
    }

    /// Clears the sign and sets the bit after it, so that every serial number has the same length.
    fn shape(mut bytes: [u8; LENGTH]) -> Self {
        bytes[0] = bytes[0] & 0x7f | 0x40;
        Self(bytes)
    }

    pub(crate) fn to_asn1(self) -> Result<Asn1Integer, ErrorStack> {
        Asn1Integer::from_bn(&*BigNum::from_slice(&self.0)?)
    }

    pub(crate) fn from_asn1(number: &Asn1IntegerRef) -> Result<Self, CertError> {
        let number = number.to_bn().map_err(crate::error::library)?;
        if number.is_negative() {
            return Err(CertError::Serial);
        }
        let bytes: [u8; LENGTH] = number.to_vec().try_into().map_err(|_| CertError::Serial)?;
        Self::canonical(bytes)
    }

    fn canonical(bytes: [u8; LENGTH]) -> Result<Self, CertError> {
        if bytes[0] & 0xc0 == 0x40 {
            Ok(Self(bytes))
        } else {
            Err(CertError::Serial)
        }
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Serial {
    type Err = CertError;

    fn from_str(text: &str) -> Result<Self, CertError> {
        if text.len() != 2 * LENGTH || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(CertError::Serial);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| CertError::Serial)?;
        Self::canonical(number.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_survives_text_and_asn1() {
        let serial = Serial::random(&mut rand_core::OsRng);
        assert_eq!(serial.to_string().parse(), Ok(serial));
        assert_eq!(Serial::from_asn1(&serial.to_asn1().unwrap()), Ok(serial));
    }

    #[test]
    fn what_no_authority_of_ours_issues_is_no_serial() {
        for refused in [
            "",
            "00",
            "+0000000000000000000000000000001",
            &"0".repeat(32),
            &"f".repeat(32),
            &"g".repeat(32),
        ] {
            assert_eq!(refused.parse::<Serial>(), Err(CertError::Serial), "{refused:?}");
        }
    }
}
