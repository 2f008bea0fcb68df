/// Bytes that start on a cache line, so that no row of an index crosses one. Zero at first.
pub struct AlignedBytes {
    bytes: Vec<u8>,
    start: usize,
    length: usize,
}

/// A cache line.
pub(crate) const LINE: usize = 64;

impl AlignedBytes {
    /// `length` zero bytes.
    pub fn zeroed(length: usize) -> Self {
        let bytes = vec![0; length + LINE - 1];
        let start = bytes.as_ptr().align_offset(LINE).min(LINE - 1);
        Self { bytes, start, length }
    }
}

impl AsRef<[u8]> for AlignedBytes {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.length]
    }
}

impl AsMut<[u8]> for AlignedBytes {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.start + self.length]
    }
}

impl std::fmt::Debug for AlignedBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AlignedBytes({})", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_lies_on_a_cache_line() {
        for length in [0, 1, 64, 100_000, 10 << 20] {
            let bytes = AlignedBytes::zeroed(length);
            assert_eq!(bytes.as_ref().len(), length);
            assert_eq!(bytes.as_ref().as_ptr() as usize % LINE, 0);
        }
    }
}
