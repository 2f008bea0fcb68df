use sha2::{Digest, Sha256};

/// SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Input of a hash, MAC, KDF or signature: `lp16(label) ‖ lp16(field) ‖ …` with integers big-endian of
/// fixed width and without a prefix (PROTOCOL.md §0).
///
/// A field longer than 65,535 bytes enters as its SHA-256, so that the prefix always fits.
#[derive(Clone, Debug)]
pub struct Transcript(Vec<u8>);

impl Transcript {
    /// Starts a transcript with the label that separates its domain from every other.
    pub fn new(label: &str) -> Self {
        Self(Vec::with_capacity(128)).bytes(label.as_bytes())
    }

    /// Appends `lp16(field)`.
    #[must_use]
    pub fn bytes(mut self, field: &[u8]) -> Self {
        match u16::try_from(field.len()) {
            Ok(length) => {
                self.0.extend_from_slice(&length.to_be_bytes());
                self.0.extend_from_slice(field);
                self
            }
            Err(_) => self.bytes(&sha256(field)),
        }
    }

    /// Appends one byte, without a prefix.
    #[must_use]
    pub fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    /// Appends two bytes, big-endian, without a prefix.
    #[must_use]
    pub fn u16(mut self, value: u16) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    /// Appends four bytes, big-endian, without a prefix.
    #[must_use]
    pub fn u32(mut self, value: u32) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    /// Appends eight bytes, big-endian, without a prefix.
    #[must_use]
    pub fn u64(mut self, value: u64) -> Self {
        self.0.extend_from_slice(&value.to_be_bytes());
        self
    }

    /// The bytes to hash, MAC or sign.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    /// SHA-256 of the transcript.
    pub fn sha256(&self) -> [u8; 32] {
        sha256(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_carry_a_two_byte_prefix_and_integers_none() {
        let bytes = Transcript::new("ab").bytes(&[7]).u16(258).u8(9).finish();
        assert_eq!(bytes, [0, 2, b'a', b'b', 0, 1, 7, 1, 2, 9]);
    }

    #[test]
    fn a_field_that_does_not_fit_enters_as_its_hash() {
        let long = vec![1u8; 65_536];
        let bytes = Transcript::new("x").bytes(&long).finish();
        assert_eq!(bytes[3..5], [0, 32]);
        assert_eq!(bytes[5..], sha256(&long));
    }

    #[test]
    fn moving_a_boundary_changes_the_transcript() {
        let one = Transcript::new("x").bytes(b"ab").bytes(b"c").finish();
        let other = Transcript::new("x").bytes(b"a").bytes(b"bc").finish();
        assert_ne!(one, other);
    }
}
