use std::fmt;
use std::hash::{Hash, Hasher};

use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The private stand-in of one identifier: equal identifiers have equal tokens, and nobody computes one
/// without the committee (PROTOCOL.md §2). Compared in constant time, zeroized on drop, never shown.
#[derive(Clone, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Token([u8; 32]);

impl Token {
    /// A token computed before, for example from a cache.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first 32 bytes of the VOPRF's 64-byte output.
    pub(crate) fn of_output(output: &[u8; 64]) -> Self {
        let mut token = [0; 32];
        token.copy_from_slice(&output[..32]);
        Self(token)
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// Writes only the bytes, so that a Bloom filter over tokens is the same for every implementer; a derived
/// `Hash` would put a machine-dependent length in front.
impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

impl AsRef<[u8]> for Token {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Written(Vec<u8>);

    impl Hasher for Written {
        fn finish(&self) -> u64 {
            0
        }
        fn write(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
    }

    #[test]
    fn hashing_writes_the_bytes_and_nothing_else() {
        let mut written = Written::default();
        Token::from_bytes([9; 32]).hash(&mut written);
        assert_eq!(written.0, [9; 32]);
    }

    #[test]
    fn debug_shows_no_byte_of_a_token() {
        assert_eq!(format!("{:?}", Token::from_bytes([0xab; 32])), "Token(..)");
    }
}
