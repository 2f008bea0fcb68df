use curve25519_dalek::ristretto::RistrettoBasepointTable;
use curve25519_dalek::{RistrettoPoint, Scalar};
use zeroize::Zeroizing;

use super::{Blinded, VerifiedEvaluation};
use crate::element::encode_doubled;
use crate::lagrange::Combination;
use crate::suite::output;
use crate::{Element, KeyDescriptor, Token, TokenError};

impl Blinded {
    /// Combines the answers of t servers into one token for each input, in order (RFC 9497 §3.3.2, Finalize;
    /// for t > 1 the evaluated element is interpolated first). Answers beyond the first t aren't used. It is
    /// cheapest when their indices follow each other: then interpolating needs no division.
    ///
    /// # Errors
    /// [`TokenError::TooFewEvaluations`], [`TokenError::DuplicateServer`], [`TokenError::ForeignServer`] when
    /// an answer was verified against a share that `key` doesn't hold, [`TokenError::OtherBatch`].
    pub fn finalize(
        &self,
        key: &KeyDescriptor,
        answers: &[VerifiedEvaluation],
    ) -> Result<Vec<Token>, TokenError> {
        let answers = self.choose(key, answers)?;
        let unblinded = self.unblind(key, answers);
        Ok(self
            .inputs
            .iter()
            .zip(unblinded.iter())
            .map(|(input, element)| Token::of_output(&output(input, element)))
            .collect())
    }

    /// Each input's point times the key, encoded: the interpolated answer less the blind times Y.
    ///
    /// What is interpolated is what servers answer whoever asks, so that variable time is safe for it; the rest is not.
    fn unblind(&self, key: &KeyDescriptor, answers: &[VerifiedEvaluation]) -> Zeroizing<Vec<Element>> {
        let indices: Vec<u16> = answers.iter().map(VerifiedEvaluation::index).collect();
        let combination = Combination::at_zero(&indices);
        let sum = |position: usize| {
            let points: Vec<_> = answers.iter().map(|answer| &answer.points[position]).collect();
            combination.sum(&points)
        };
        let public_key = Multiplier::new(key, self.blinds.len());
        let blinds = self.blinds.iter().enumerate();
        if combination.denominator() == Scalar::ONE {
            let elements = blinds
                .map(|(position, blind)| Zeroizing::new(sum(position) - public_key.times(blind)))
                .map(|point| point.compress().to_bytes());
            return Zeroizing::new(elements.collect());
        }
        // The division is a multiplication, so halving comes free and the cheap encoding of doubles fits.
        let half = Scalar::from(2u8).invert();
        let divisor = combination.denominator().invert() * half;
        let halves: Zeroizing<Vec<_>> = Zeroizing::new(
            blinds
                .map(|(position, blind)| {
                    let blind = Zeroizing::new(blind * half);
                    vartime_mul(&sum(position), &divisor) - public_key.times(&blind)
                })
                .collect(),
        );
        Zeroizing::new(encode_doubled(&halves))
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
            if answer.batch != self.name() {
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
}

/// Multiplies the public key with secret scalars, in constant time.
enum Multiplier<'a> {
    Prepared(&'a RistrettoBasepointTable),
    Table(Box<RistrettoBasepointTable>),
    Point(&'a RistrettoPoint),
}

impl<'a> Multiplier<'a> {
    /// From how many multiplications on a table of its own is the quicker way.
    const TABLE_FROM: usize = 48;

    fn new(key: &'a KeyDescriptor, times: usize) -> Self {
        let point = key.fields().public_key.point();
        match key.multiples() {
            Some(table) => Self::Prepared(table),
            None if times < Self::TABLE_FROM => Self::Point(point),
            None => Self::Table(Box::new(RistrettoBasepointTable::create(point))),
        }
    }

    fn times(&self, scalar: &Scalar) -> RistrettoPoint {
        match self {
            Self::Prepared(table) => *table * scalar,
            Self::Table(table) => &**table * scalar,
            Self::Point(point) => *point * scalar,
        }
    }
}

fn vartime_mul(point: &RistrettoPoint, scalar: &Scalar) -> RistrettoPoint {
    RistrettoPoint::vartime_double_scalar_mul_basepoint(scalar, point, &Scalar::ZERO)
}
