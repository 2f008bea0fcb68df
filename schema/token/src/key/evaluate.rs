use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use super::KeyShare;
use crate::element::{decode_batch, encode_doubled};
use crate::proof::{Proof, Statement, hedged_nonce};
use crate::{Element, MAX_ELEMENTS, TokenError};

/// One server's answer to a batch: each element times its share, and one proof for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// In the order of the request.
    pub elements: Vec<Element>,
    /// Shows that every element was multiplied with the same share (RFC 9497 §2.2.1).
    pub proof: Proof,
}

impl KeyShare {
    /// Evaluates a batch of blinded elements and proves it. Charge the client's budget before calling: this
    /// is the work it pays for. `rng` hedges the proof's nonce; a broken one doesn't reveal the share.
    ///
    /// # Errors
    /// [`TokenError::BatchSize`], or [`TokenError::BadElement`] at the first element that is the identity or
    /// not canonical.
    pub fn evaluate(
        &self,
        elements: &[Element],
        rng: &mut impl CryptoRngCore,
    ) -> Result<Evaluation, TokenError> {
        self.evaluate_with(elements, |statement| hedged_nonce(self.scalar(), statement, rng))
    }

    pub(crate) fn evaluate_with(
        &self,
        elements: &[Element],
        nonce: impl FnOnce(&Statement) -> Zeroizing<Scalar>,
    ) -> Result<Evaluation, TokenError> {
        if elements.is_empty() || elements.len() > MAX_ELEMENTS {
            return Err(TokenError::BatchSize);
        }
        let points = decode_batch(elements)?;
        let evaluated = encode_doubled(&self.halves(&points));
        let statement = Statement::by_prover(self, elements, &points, &evaluated);
        let nonce = nonce(&statement);
        Ok(Evaluation {
            proof: Proof::new(self.scalar(), &nonce, &statement),
            elements: evaluated,
        })
    }

    /// Each point times the share, for a batch that never leaves the holder.
    pub(crate) fn multiples(&self, points: &[RistrettoPoint]) -> Vec<RistrettoPoint> {
        points.iter().map(|point| point * self.scalar()).collect()
    }

    fn halves(&self, points: &[RistrettoPoint]) -> Vec<RistrettoPoint> {
        let half = Zeroizing::new(self.scalar() * Scalar::from(2u8).invert());
        points.iter().map(|point| point * *half).collect()
    }
}
