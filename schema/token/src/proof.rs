//! Batched proof that one scalar links two lists of elements (RFC 9497 §2.2.1 and §2.2.2).

use std::fmt;

use curve25519_dalek::traits::VartimeMultiscalarMul as _;
use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_core::CryptoRngCore;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use crate::suite::{Expander, SEED_TAG};
use crate::{Element, KeyShare, PublicElement, TokenError};

/// Challenge and response, 32 little-endian bytes each, as they travel.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Proof(pub [u8; 64]);

/// What a proof is about: the public key and the two composites M and Z of the batch.
pub(crate) struct Statement {
    public: Element,
    blinded: RistrettoPoint,
    evaluated: RistrettoPoint,
    encoded_blinded: Element,
    encoded_evaluated: Element,
}

impl Statement {
    /// The prover multiplies once with its share instead of adding up the evaluated elements
    /// (ComputeCompositesFast).
    pub(crate) fn by_prover(
        share: &KeyShare,
        blinded: &[Element],
        blinded_points: &[RistrettoPoint],
        evaluated: &[Element],
    ) -> Self {
        let public = share.verification_share().point();
        let weights = weights(public.as_bytes(), blinded, evaluated);
        let composite = RistrettoPoint::vartime_multiscalar_mul(&weights, blinded_points);
        Self::new(public, composite, composite * share.scalar())
    }

    /// The verifier's composites (ComputeComposites). All of it is public, so variable time is safe.
    pub(crate) fn by_verifier(
        public: &PublicElement,
        (blinded, blinded_points): (&[Element], &[RistrettoPoint]),
        (evaluated, evaluated_points): (&[Element], &[RistrettoPoint]),
    ) -> Self {
        let weights = weights(public.as_bytes(), blinded, evaluated);
        Self::new(
            public,
            RistrettoPoint::vartime_multiscalar_mul(&weights, blinded_points),
            RistrettoPoint::vartime_multiscalar_mul(&weights, evaluated_points),
        )
    }

    fn new(public: &PublicElement, blinded: RistrettoPoint, evaluated: RistrettoPoint) -> Self {
        Self {
            public: *public.as_bytes(),
            blinded,
            evaluated,
            encoded_blinded: blinded.compress().to_bytes(),
            encoded_evaluated: evaluated.compress().to_bytes(),
        }
    }

    fn challenge(&self, commitments: [RistrettoPoint; 2]) -> Scalar {
        let [first, second] = commitments.map(|point| point.compress().to_bytes());
        let fields = [
            &self.public,
            &self.encoded_blinded,
            &self.encoded_evaluated,
            &first,
            &second,
        ];
        let mut message = Vec::with_capacity(fields.len() * 34 + 9);
        for field in fields {
            message.extend_from_slice(&[0, 32]);
            message.extend_from_slice(field);
        }
        message.extend_from_slice(b"Challenge");
        Expander::to_scalar().scalar(&[&message])
    }
}

impl Proof {
    /// GenerateProof of RFC 9497 §2.2.1 with the nonce as an argument.
    pub(crate) fn new(secret: &Scalar, nonce: &Scalar, statement: &Statement) -> Self {
        let commitments = [RistrettoPoint::mul_base(nonce), statement.blinded * nonce];
        let challenge = statement.challenge(commitments);
        let response = nonce - challenge * secret;
        let mut bytes = [0; 64];
        bytes[..32].copy_from_slice(challenge.as_bytes());
        bytes[32..].copy_from_slice(response.as_bytes());
        Self(bytes)
    }

    /// VerifyProof of RFC 9497 §2.2.2.
    pub(crate) fn verify(&self, public: &PublicElement, statement: &Statement) -> Result<(), TokenError> {
        let (challenge, response) = self.scalars().ok_or(TokenError::BadProof)?;
        let commitments = [
            RistrettoPoint::vartime_double_scalar_mul_basepoint(&challenge, public.point(), &response),
            RistrettoPoint::vartime_multiscalar_mul(
                [response, challenge],
                [statement.blinded, statement.evaluated],
            ),
        ];
        if statement.challenge(commitments) == challenge {
            Ok(())
        } else {
            Err(TokenError::BadProof)
        }
    }

    fn scalars(&self) -> Option<(Scalar, Scalar)> {
        let half = |range: std::ops::Range<usize>| {
            let bytes = <[u8; 32]>::try_from(&self.0[range]).ok()?;
            Option::from(Scalar::from_canonical_bytes(bytes))
        };
        Some((half(0..32)?, half(32..64)?))
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The weight of each pair in the composites: a hash of seed, position and pair.
fn weights(public: &Element, blinded: &[Element], evaluated: &[Element]) -> Vec<Scalar> {
    let seed: [u8; 64] = Sha512::new_with_prefix([0, 32])
        .chain_update(public)
        .chain_update([0, u8::try_from(SEED_TAG.len()).unwrap_or(u8::MAX)])
        .chain_update(SEED_TAG)
        .finalize()
        .into();
    let expander = Expander::to_scalar();
    (0u16..)
        .zip(blinded.iter().zip(evaluated))
        .map(|(position, (blinded, evaluated))| {
            let position = position.to_be_bytes();
            let lengths: &[u8] = &[0, 32];
            expander.scalar(&[
                &[0, 64],
                &seed,
                &position,
                lengths,
                blinded,
                lengths,
                evaluated,
                b"Composite",
            ])
        })
        .collect()
}

/// The proof's nonce: a hash of share, fresh randomness and statement. If the randomness repeats, another
/// statement still gets another nonce, so no two proofs ever give the share away.
pub(crate) fn hedged_nonce(
    secret: &Scalar,
    statement: &Statement,
    rng: &mut impl CryptoRngCore,
) -> Zeroizing<Scalar> {
    let mut random = Zeroizing::new([0; 32]);
    rng.fill_bytes(random.as_mut());
    let label = b"lianfang/proof-nonce/v1";
    let mut hash = Sha512::new_with_prefix([0, u8::try_from(label.len()).unwrap_or(u8::MAX)]);
    hash.update(label);
    for field in [
        secret.as_bytes(),
        &*random,
        &statement.public,
        &statement.encoded_blinded,
        &statement.encoded_evaluated,
    ] {
        hash.update([0, 32]);
        hash.update(field);
    }
    let wide = Zeroizing::new(<[u8; 64]>::from(hash.finalize()));
    Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide))
}
