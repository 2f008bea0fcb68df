use std::fmt;

use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use crate::element::encode_doubled;
use crate::suite::Expander;
use crate::{Element, MAX_ELEMENTS, TokenError};

/// The sizes that batches are padded to.
const PADDED: [usize; 4] = [8, 64, 512, MAX_ELEMENTS];

/// The padded size of a batch of `inputs` (PROTOCOL.md §2): 8, 64, 512 or 4096; a larger batch stays as it is
/// and is refused elsewhere.
pub fn padded_len(inputs: usize) -> usize {
    PADDED.into_iter().find(|&size| inputs <= size).unwrap_or(inputs)
}

/// A blinded batch: what goes to the servers, and the secrets that turn their answers into tokens. Inputs and
/// blinds are zeroized on drop, never shown.
pub struct Blinded {
    pub(super) inputs: Inputs,
    pub(super) blinds: Zeroizing<Vec<Scalar>>,
    pub(super) elements: Vec<Element>,
    pub(super) points: Vec<RistrettoPoint>,
}

impl Blinded {
    /// Blinds 1 to 4096 inputs, usually [`crate::TokenInput`] bytes: each element is the input's point plus a
    /// random multiple of the generator, which is uniform whatever the input.
    ///
    /// RFC 9497 multiplies the point instead. Servers can't tell the two apart and the outputs are the same;
    /// adding costs half as much, since generator and key are fixed points. It is safe only for a client that
    /// knows the public key from elsewhere and verifies every answer (Jarecki, Krawczyk and Xu, PKC 2021), and
    /// [`Blinded::finalize`] takes nothing else.
    ///
    /// # Errors
    /// [`TokenError::BatchSize`]; [`TokenError::BadInput`] for an input longer than 65,535 bytes.
    pub fn new<'a>(
        inputs: impl IntoIterator<Item = &'a [u8]>,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Self, TokenError> {
        let inputs = Inputs::collect(inputs)?;
        let blinds: Vec<_> = (0..inputs.len()).map(|_| Scalar::random(rng)).collect();
        let expander = Expander::to_group();
        let points: Vec<_> = inputs
            .iter()
            .zip(&blinds)
            .map(|(input, blind)| expander.point(&[input]) + RistrettoPoint::mul_base(blind))
            .collect();
        Ok(Self {
            inputs,
            blinds: Zeroizing::new(blinds),
            elements: points.iter().map(|point| point.compress().to_bytes()).collect(),
            points,
        })
    }

    /// Appends random elements up to [`padded_len`], so that servers see only that size. They are evaluated,
    /// verified and charged like the others, and give no token.
    #[must_use]
    pub fn pad(mut self, rng: &mut impl CryptoRngCore) -> Self {
        let missing = padded_len(self.points.len()) - self.points.len();
        let halves: Vec<_> = (0..missing).map(|_| RistrettoPoint::random(rng)).collect();
        self.elements.extend(encode_doubled(&halves));
        self.points.extend(halves.iter().map(|half| half + half));
        self
    }

    /// What to send, in order: one element for each input, then the padding.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// How many tokens [`Blinded::finalize`] gives: the inputs, without padding.
    pub fn inputs(&self) -> usize {
        self.inputs.len()
    }
}

impl fmt::Debug for Blinded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blinded({} of {})", self.inputs.len(), self.elements.len())
    }
}

/// The inputs of a batch in one zeroizing buffer; the last hash needs them again.
pub(super) struct Inputs {
    bytes: Zeroizing<Vec<u8>>,
    ends: Vec<usize>,
}

impl Inputs {
    fn collect<'a>(inputs: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, TokenError> {
        let inputs: Vec<&[u8]> = inputs.into_iter().take(MAX_ELEMENTS + 1).collect();
        if inputs.is_empty() || inputs.len() > MAX_ELEMENTS {
            return Err(TokenError::BatchSize);
        }
        if let Some(index) = inputs
            .iter()
            .position(|input| u16::try_from(input.len()).is_err())
        {
            return Err(TokenError::BadInput { index });
        }
        // Reserved at once: a growing buffer would leave copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(inputs.iter().map(|input| input.len()).sum()));
        let mut ends = Vec::with_capacity(inputs.len());
        for input in inputs {
            bytes.extend_from_slice(input);
            ends.push(bytes.len());
        }
        Ok(Self { bytes, ends })
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, &end)| &self.bytes[start..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_padded_to_the_next_of_four_sizes() {
        let sizes = [
            (1, 8),
            (8, 8),
            (9, 64),
            (64, 64),
            (65, 512),
            (513, 4096),
            (4096, 4096),
        ];
        for (inputs, padded) in sizes {
            assert_eq!(padded_len(inputs), padded);
        }
    }

    #[test]
    fn inputs_keep_their_boundaries() {
        let inputs = Inputs::collect([b"ab".as_slice(), b"", b"c"]).unwrap();
        assert_eq!(inputs.iter().collect::<Vec<_>>(), [b"ab".as_slice(), b"", b"c"]);
    }
}
