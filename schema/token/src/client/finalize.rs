use curve25519_dalek::Scalar;
use zeroize::Zeroizing;

use super::{Blinded, VerifiedEvaluation};
use crate::element::encode_doubled;
use crate::lagrange::Combination;
use crate::suite::output;
use crate::{KeyDescriptor, Token, TokenError};

impl Blinded {
    /// Combines the answers of t servers into one token for each input, in order (RFC 9497 §3.3.2, Finalize;
    /// for t > 1 the evaluated element is interpolated first). Answers beyond the first t aren't used.
    ///
    /// # Errors
    /// [`TokenError::TooFewEvaluations`], [`TokenError::DuplicateServer`], [`TokenError::ForeignServer`] when
    /// an answer was verified against a share that `key` doesn't hold, [`TokenError::OtherBatch`].
    pub fn finalize(
        &self,
        key: &KeyDescriptor,
        answers: &[VerifiedEvaluation],
    ) -> Result<Vec<Token>, TokenError> {
        let outputs = self.outputs(key, answers)?;
        Ok(outputs.iter().map(|output| Token::of_output(output)).collect())
    }

    /// The whole 64-byte outputs.
    pub(crate) fn outputs(
        &self,
        key: &KeyDescriptor,
        answers: &[VerifiedEvaluation],
    ) -> Result<Vec<Zeroizing<[u8; 64]>>, TokenError> {
        let answers = self.choose(key, answers)?;
        let indices: Vec<u16> = answers.iter().map(VerifiedEvaluation::index).collect();
        let combination = Combination::at_zero(&indices);
        let halves: Zeroizing<Vec<_>> = self
            .unblinding_factors(&combination)
            .iter()
            .enumerate()
            .map(|(position, factor)| {
                let points: Vec<_> = answers.iter().map(|answer| &answer.points[position]).collect();
                combination.sum(&points) * factor
            })
            .collect::<Vec<_>>()
            .into();
        let unblinded = Zeroizing::new(encode_doubled(&halves));
        Ok(self
            .inputs
            .iter()
            .zip(unblinded.iter())
            .map(|(input, element)| output(input, element))
            .collect())
    }

    /// The first t answers, once all of them fit this batch, the key and each other.
    fn choose<'a>(
        &self,
        key: &KeyDescriptor,
        answers: &'a [VerifiedEvaluation],
    ) -> Result<&'a [VerifiedEvaluation], TokenError> {
        for (position, answer) in answers.iter().enumerate() {
            let index = answer.index();
            if answers[..position].iter().any(|earlier| earlier.index() == index) {
                return Err(TokenError::DuplicateServer { index });
            }
            if key.verification_share(index) != Some(&answer.share) {
                return Err(TokenError::ForeignServer { index });
            }
            if answer.batch != self.elements[0] || answer.points.len() != self.elements.len() {
                return Err(TokenError::OtherBatch);
            }
        }
        answers
            .get(..usize::from(key.threshold()))
            .ok_or(TokenError::TooFewEvaluations {
                expected: key.threshold(),
                found: answers.len(),
            })
    }

    /// For each input the inverse of twice its blind and of the common denominator: one inversion for all.
    fn unblinding_factors(&self, combination: &Combination) -> Zeroizing<Vec<Scalar>> {
        let scale = combination.denominator() * Scalar::from(4u8);
        let mut factors: Zeroizing<Vec<Scalar>> =
            Zeroizing::new(self.half_blinds.iter().map(|half| half * scale).collect());
        Scalar::batch_invert(&mut factors);
        factors
    }
}
