//! The vectors of RFC 9497, Appendix A.1.2, byte for byte.

use curve25519_dalek::Scalar;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::descriptor::sample;
use crate::element::decode;
use crate::suite::{Expander, output};
use crate::{Blinded, Evaluation, KeyDescriptor, KeyShare, Proof, SecretKey, Token, verify_evaluation};

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
    fn inputs(&self) -> impl Iterator<Item = &[u8]> {
        self.inputs.iter().map(|input| &*input.0)
    }

    fn evaluation(&self) -> Evaluation {
        Evaluation {
            elements: arrays(&self.evaluated_elements),
            proof: Proof(self.proof),
        }
    }

    fn assert_tokens(&self, tokens: &[Token]) {
        assert_eq!(tokens.len(), self.outputs.len());
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
fn inputs_blinded_as_the_appendix_does_give_its_elements() {
    for vector in suite().vectors {
        for ((input, blind), expected) in vector.inputs().zip(&vector.blinds).zip(&vector.blinded_elements) {
            let element = Expander::to_group().point(&[input]) * scalar(blind);
            assert_eq!(element.compress().to_bytes(), expected.0);
        }
    }
}

#[test]
fn the_elements_of_the_appendix_are_evaluated_and_proved_byte_for_byte() {
    let suite = suite();
    let key = SecretKey::from_bytes(&suite.secret_key).unwrap();
    let share = key.share(1, 1, &mut rng(1)).unwrap().remove(0);
    for vector in &suite.vectors {
        let elements = arrays(&vector.blinded_elements);
        let nonce = |_: &_| Zeroizing::new(scalar(&vector.proof_nonce));
        assert_eq!(
            share.evaluate_with(&elements, nonce).unwrap(),
            vector.evaluation()
        );
        assert_eq!(
            verify_evaluation(share.verification_share(), &elements, &vector.evaluation()),
            Ok(())
        );
    }
}

#[test]
fn the_answers_of_the_appendix_give_its_outputs() {
    for vector in suite().vectors {
        let answers = vector.blinds.iter().zip(&vector.evaluated_elements);
        for ((input, (blind, evaluated)), expected) in vector.inputs().zip(answers).zip(&vector.outputs) {
            let unblinded = decode(&evaluated.0, 0).unwrap() * scalar(blind).invert();
            let output = output(input, &unblinded.compress().to_bytes());
            assert_eq!(output.as_slice(), expected.0);
        }
    }
}

#[test]
fn one_server_with_the_key_gives_the_outputs() {
    let suite = suite();
    let key = SecretKey::from_bytes(&suite.secret_key).unwrap();
    let shares = key.share(1, 1, &mut rng(2)).unwrap();
    for vector in &suite.vectors {
        vector.assert_tokens(&tokens(vector, &sample(&key, 1, &shares), &shares));
    }
}

#[test]
fn the_key_shared_three_of_five_gives_the_outputs_for_every_subset() {
    let suite = suite();
    let key = SecretKey::from_bytes(&suite.secret_key).unwrap();
    let shares = key.share(3, 5, &mut rng(3)).unwrap();
    let descriptor = sample(&key, 3, &shares);
    for vector in &suite.vectors {
        let subsets = (0u8..32).filter(|set| set.count_ones() == 3).map(|set| {
            let chosen: Vec<_> = shares
                .iter()
                .filter(|share| set >> (share.index() - 1) & 1 == 1)
                .cloned()
                .collect();
            vector.assert_tokens(&tokens(vector, &descriptor, &chosen));
        });
        assert_eq!(subsets.count(), 10);
    }
}

fn tokens(vector: &Vector, key: &KeyDescriptor, servers: &[KeyShare]) -> Vec<Token> {
    let blinded = Blinded::new(vector.inputs(), &mut rng(4))
        .unwrap()
        .pad(&mut rng(5));
    let verified: Vec<_> = servers
        .iter()
        .map(|share| {
            let evaluation = share.evaluate(blinded.elements(), &mut rng(6)).unwrap();
            blinded.verify(share.verification_share(), &evaluation).unwrap()
        })
        .collect();
    blinded.finalize(key, &verified).unwrap()
}

fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}
