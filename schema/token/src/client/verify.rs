use curve25519_dalek::RistrettoPoint;

use super::Blinded;
use crate::element::decode_batch;
use crate::proof::Statement;
use crate::{Element, Evaluation, KeyShare, MAX_ELEMENTS, TokenError, VerificationShare};

/// The first element of a batch, which is random, and how many it has with its padding.
pub(super) type BatchName = (Element, usize);

/// An evaluation whose proof has been checked, or that was made here; the only kind that can be combined.
pub struct VerifiedEvaluation {
    pub(super) share: VerificationShare,
    pub(super) batch: BatchName,
    /// One for each input at least; those of the padding aren't needed.
    pub(super) points: Vec<RistrettoPoint>,
}

impl VerifiedEvaluation {
    /// The index of the share that evaluated.
    pub fn index(&self) -> u16 {
        self.share.index()
    }
}

impl Blinded {
    /// The answer of a share that this client holds itself (RFC 9497 §3.3.2, BlindEvaluate). A proof would only show it
    /// what it knows, and nothing goes over the wire, so that proof, encodings and padding are left out.
    /// In constant time, as [`KeyShare::evaluate`].
    pub fn evaluate(&self, share: &KeyShare) -> VerifiedEvaluation {
        VerifiedEvaluation {
            share: *share.verification_share(),
            batch: self.name(),
            points: share.multiples(&self.points[..self.inputs()]),
        }
    }

    pub(super) fn name(&self) -> BatchName {
        (self.elements[0], self.elements.len())
    }

    /// Checks a server's answer to this batch against its verification share.
    ///
    /// # Errors
    /// [`TokenError::WrongLength`]; [`TokenError::BadElement`] for an evaluated element that is the identity
    /// or not canonical; [`TokenError::BadProof`]. Each is the server's fault.
    pub fn verify(
        &self,
        share: &VerificationShare,
        evaluation: &Evaluation,
    ) -> Result<VerifiedEvaluation, TokenError> {
        let points = check(share, (&self.elements, &self.points), evaluation)?;
        Ok(VerifiedEvaluation {
            share: *share,
            batch: self.name(),
            points,
        })
    }
}

/// Checks a server's answer to the elements it was sent, without the secrets of the batch: for whoever judges
/// a stored exchange.
///
/// # Errors
/// As [`Blinded::verify`]; also [`TokenError::BatchSize`], and [`TokenError::BadElement`] for an element that
/// should never have been sent.
pub fn verify_evaluation(
    share: &VerificationShare,
    elements: &[Element],
    evaluation: &Evaluation,
) -> Result<(), TokenError> {
    if elements.is_empty() || elements.len() > MAX_ELEMENTS {
        return Err(TokenError::BatchSize);
    }
    let points = decode_batch(elements)?;
    check(share, (elements, &points), evaluation).map(drop)
}

fn check(
    share: &VerificationShare,
    sent: (&[Element], &[RistrettoPoint]),
    evaluation: &Evaluation,
) -> Result<Vec<RistrettoPoint>, TokenError> {
    let (expected, found) = (sent.0.len(), evaluation.elements.len());
    if expected != found {
        return Err(TokenError::WrongLength { expected, found });
    }
    let points = decode_batch(&evaluation.elements)?;
    let statement = Statement::by_verifier(share.point(), sent, (&evaluation.elements, &points));
    evaluation.proof.verify(share.point(), &statement)?;
    Ok(points)
}
