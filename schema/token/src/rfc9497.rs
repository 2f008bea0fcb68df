//! The vectors of RFC 9497, Appendix A.1.2, byte for byte.

use curve25519_dalek::Scalar;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::client::Inputs;
use crate::descriptor::sample;
use crate::{Blinded, Evaluation, KeyDescriptor, Proof, SecretKey, VerifiedEvaluation};

#[derive(Deserialize)]
struct Suite {
    #[serde(with = "hex::serde")]
    seed: [u8; 32],
    #[serde(with = "hex::serde")]
    key_info: Vec<u8>,
    #[serde(with = "hex::serde")]
    secret_key: [u8; 32],
    #[serde(with = "hex::serde")]
    public_key: [u8; 32],
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Hex(#[serde(with = "hex::serde")] Vec<u8>);

#[derive(Deserialize)]
struct Hex32(#[serde(with = "hex::serde")] [u8; 32]);

#[derive(Deserialize)]
struct Vector {
    inputs: Vec<Hex>,
    blinds: Vec<Hex32>,
    blinded_elements: Vec<Hex32>,
    evaluated_elements: Vec<Hex32>,
    #[serde(with = "hex::serde")]
    proof: [u8; 64],
    proof_nonce: Hex32,
    outputs: Vec<Hex>,
}

impl Vector {
    fn blinded(&self) -> Blinded {
        let inputs = Inputs::collect(self.inputs.iter().map(|input| &*input.0)).unwrap();
        let half = Scalar::from(2u8).invert();
        let half_blinds = self.blinds.iter().map(|blind| scalar(blind) * half).collect();
        Blinded::with_half_blinds(inputs, Zeroizing::new(half_blinds))
    }

    fn evaluation(&self) -> Evaluation {
        Evaluation {
            elements: arrays(&self.evaluated_elements),
            proof: Proof(self.proof),
        }
    }

    fn assert_outputs(&self, key: &KeyDescriptor, verified: &[VerifiedEvaluation], blinded: &Blinded) {
        let outputs = blinded.outputs(key, verified).unwrap();
        assert_eq!(outputs.len(), self.outputs.len());
        for (ours, expected) in outputs.iter().zip(&self.outputs) {
            assert_eq!(ours.as_slice(), expected.0);
        }
        let tokens = blinded.finalize(key, verified).unwrap();
        for (token, expected) in tokens.iter().zip(&self.outputs) {
            assert_eq!(token.as_bytes(), &expected.0[..32]);
        }
    }
}

fn suite() -> Suite {
    let suite: Suite = serde_json::from_str(include_str!(
        "../../vectors/token/rfc9497_ristretto255_voprf.json"
    ))
    .unwrap();
    assert_eq!(suite.vectors.len(), 3);
    assert_eq!(
        suite.vectors.iter().map(|vector| vector.outputs.len()).max(),
        Some(2)
    );
    suite
}

fn scalar(encoded: &Hex32) -> Scalar {
    Scalar::from_canonical_bytes(encoded.0).unwrap()
}

fn arrays(encoded: &[Hex32]) -> Vec<[u8; 32]> {
    encoded.iter().map(|element| element.0).collect()
}

#[test]
fn the_key_pair_is_derived_from_its_seed() {
    let suite = suite();
    let key = SecretKey::derive(&suite.seed, &suite.key_info).unwrap();
    assert_eq!(*key.to_bytes(), suite.secret_key);
    assert_eq!(key.public().as_bytes(), &suite.public_key);
}

#[test]
fn every_message_and_output_of_the_appendix_is_reproduced() {
    let suite = suite();
    let key = SecretKey::from_bytes(&suite.secret_key).unwrap();
    let shares = key.share(1, 1, &mut ChaCha20Rng::seed_from_u64(1)).unwrap();
    for vector in &suite.vectors {
        let blinded = vector.blinded();
        assert_eq!(blinded.elements(), arrays(&vector.blinded_elements));
        let evaluation = shares[0]
            .evaluate_with(blinded.elements(), |_| {
                Zeroizing::new(scalar(&vector.proof_nonce))
            })
            .unwrap();
        assert_eq!(evaluation, vector.evaluation());
        let verified = blinded
            .verify(shares[0].verification_share(), &evaluation)
            .unwrap();
        vector.assert_outputs(&sample(&key, 1, &shares), &[verified], &blinded);
    }
}

#[test]
fn the_key_shared_three_of_five_gives_the_same_outputs_for_every_subset() {
    let suite = suite();
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    let key = SecretKey::from_bytes(&suite.secret_key).unwrap();
    let shares = key.share(3, 5, &mut rng).unwrap();
    let descriptor = sample(&key, 3, &shares);
    for vector in &suite.vectors {
        let blinded = vector.blinded().pad(&mut rng);
        let mut subsets = 0;
        for members in (0u8..32).filter(|set| set.count_ones() == 3) {
            let chosen = shares
                .iter()
                .filter(|share| members >> (share.index() - 1) & 1 == 1);
            let verified: Vec<_> = chosen
                .map(|share| {
                    let evaluation = share.evaluate(blinded.elements(), &mut rng).unwrap();
                    blinded.verify(share.verification_share(), &evaluation).unwrap()
                })
                .collect();
            vector.assert_outputs(&descriptor, &verified, &blinded);
            subsets += 1;
        }
        assert_eq!(subsets, 10);
    }
}
