//! `POST /federation/v1/confirm` (PROTOCOL.md §5): prefixes of confirmation keys in, sealed records out.

use lianfang_digest::ListId;
use serde::{Deserialize, Serialize};

/// Most prefixes in one request.
pub const MAX_PREFIXES: usize = 16;

/// Asks a publisher for every record under some prefixes of one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmRequest {
    /// The list that was hit.
    pub list: ListId,
    /// Length of every prefix in bits, exactly as in a currently valid signed head.
    pub confirm_bits: u8,
    /// At most [`MAX_PREFIXES`].
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub prefixes: Vec<Prefix>,
}

/// Sealed records, base64, in no particular order. Who holds the token opens its own and no other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ConfirmResponse {
    /// `nonce ‖ AES-256-GCM(record_key, record)`, see [`crate::record`].
    pub records: Vec<String>,
}

/// The first bits of a confirmation key, the rest of the last byte zero. Hexadecimal in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prefix(#[serde(with = "hex::serde")] Vec<u8>);

impl Prefix {
    /// The first `bits` (at most 256) of `key`.
    pub fn of(key: &[u8; 32], bits: u8) -> Self {
        let mut bytes = key[..usize::from(bits).div_ceil(8)].to_vec();
        if let (Some(last), rest @ 1..) = (bytes.last_mut(), bits % 8) {
            *last &= 0xff << (8 - rest);
        }
        Self(bytes)
    }

    /// Whether this is a prefix of exactly `bits` bits, with nothing behind them.
    pub fn has_length(&self, bits: u8) -> bool {
        let unused = self.0.len() * 8 - usize::from(bits).min(self.0.len() * 8);
        self.0.len() == usize::from(bits).div_ceil(8)
            && self
                .0
                .last()
                .is_none_or(|last| unused == 0 || last.trailing_zeros() as usize >= unused)
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_exactly_its_bits() {
        let key = [0xff; 32];
        for bits in 0..=64 {
            let prefix = Prefix::of(&key, bits);
            let ones: u32 = prefix.as_bytes().iter().map(|byte| byte.count_ones()).sum();
            assert_eq!(ones, u32::from(bits));
            assert!(prefix.has_length(bits));
            assert!(!prefix.has_length(bits + 8));
        }
    }

    #[test]
    fn bits_behind_the_prefix_are_refused() {
        assert!(!Prefix(vec![0b1111_1000]).has_length(4));
        assert!(Prefix(vec![0b1111_0000]).has_length(4));
    }
}
