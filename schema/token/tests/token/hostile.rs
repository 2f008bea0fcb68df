//! Servers and clients that don't keep to the protocol.

use std::collections::HashSet;

use lianfang_token::{Blinded, Evaluation, SecretKey, TokenError, verify_evaluation};

use crate::committee::{Committee, key, rng};

const IDENTITY: [u8; 32] = [0; 32];
/// The order of the field, which is zero again.
const IDENTITY_AGAIN: [u8; 32] = above_the_field(0xed);
/// One more than the order of the field.
const NON_CANONICAL: [u8; 32] = above_the_field(0xee);
/// A negative (odd) field element.
const NEGATIVE: [u8; 32] = {
    let mut bytes = [0; 32];
    bytes[0] = 1;
    bytes
};

const BAD: [[u8; 32]; 5] = [IDENTITY, IDENTITY_AGAIN, NON_CANONICAL, NEGATIVE, [0xff; 32]];

const fn above_the_field(lowest: u8) -> [u8; 32] {
    let mut bytes = [0xff; 32];
    bytes[0] = lowest;
    bytes[31] = 0x7f;
    bytes
}

fn batch() -> Blinded {
    Blinded::new([b"one".as_slice(), b"two", b"three"], &mut rng(1)).unwrap()
}

fn committee() -> Committee {
    Committee::new(&key(1), 3, 5, 1)
}

fn evaluation(committee: &Committee, blinded: &Blinded, index: u16) -> Evaluation {
    committee
        .share(index)
        .evaluate(blinded.elements(), &mut rng(2))
        .unwrap()
}

fn refusal(committee: &Committee, blinded: &Blinded, index: u16, evaluation: &Evaluation) -> TokenError {
    let share = committee.share(index).verification_share();
    let by_client = blinded.verify(share, evaluation).map(|_| ()).unwrap_err();
    let by_judge = verify_evaluation(share, blinded.elements(), evaluation).unwrap_err();
    assert_eq!(by_client, by_judge);
    by_client
}

#[test]
fn a_server_refuses_bad_elements_and_names_their_position() {
    let (committee, blinded) = (committee(), batch());
    for bad in BAD {
        for index in 0..3 {
            let mut elements = blinded.elements().to_vec();
            elements[index] = bad;
            let refused = committee.share(1).evaluate(&elements, &mut rng(2));
            assert_eq!(refused, Err(TokenError::BadElement { index }));
        }
    }
}

#[test]
fn a_server_refuses_empty_and_oversized_batches() {
    let (committee, element) = (committee(), batch().elements()[0]);
    assert_eq!(
        committee.share(1).evaluate(&[], &mut rng(2)),
        Err(TokenError::BatchSize)
    );
    let oversized = vec![element; 4097];
    assert_eq!(
        committee.share(1).evaluate(&oversized, &mut rng(2)),
        Err(TokenError::BatchSize)
    );
}

#[test]
fn a_client_refuses_bad_elements_and_names_their_position() {
    let (committee, blinded) = (committee(), batch());
    for bad in BAD {
        for index in 0..3 {
            let mut answer = evaluation(&committee, &blinded, 1);
            answer.elements[index] = bad;
            assert_eq!(
                refusal(&committee, &blinded, 1, &answer),
                TokenError::BadElement { index }
            );
        }
    }
}

#[test]
fn a_changed_proof_is_refused_wherever_it_is_changed() {
    let (committee, blinded) = (committee(), batch());
    for position in 0..64 {
        let mut answer = evaluation(&committee, &blinded, 1);
        answer.proof.0[position] ^= 1;
        assert_eq!(
            refusal(&committee, &blinded, 1, &answer),
            TokenError::BadProof,
            "byte {position}"
        );
    }
}

#[test]
fn a_proof_with_unreduced_scalars_is_refused() {
    let (committee, blinded) = (committee(), batch());
    for half in [0..32, 32..64] {
        let mut answer = evaluation(&committee, &blinded, 1);
        answer.proof.0[half].fill(0xff);
        assert_eq!(refusal(&committee, &blinded, 1, &answer), TokenError::BadProof);
    }
}

#[test]
fn swapped_elements_are_refused() {
    let (committee, blinded) = (committee(), batch());
    let mut answer = evaluation(&committee, &blinded, 1);
    answer.elements.swap(0, 2);
    assert_eq!(refusal(&committee, &blinded, 1, &answer), TokenError::BadProof);
}

#[test]
fn one_element_evaluated_under_another_share_is_refused() {
    let (committee, blinded) = (committee(), batch());
    let mut answer = evaluation(&committee, &blinded, 1);
    answer.elements[1] = evaluation(&committee, &blinded, 2).elements[1];
    assert_eq!(refusal(&committee, &blinded, 1, &answer), TokenError::BadProof);
}

#[test]
fn an_answer_under_another_index_is_refused() {
    let (committee, blinded) = (committee(), batch());
    let answer = evaluation(&committee, &blinded, 2);
    assert_eq!(refusal(&committee, &blinded, 1, &answer), TokenError::BadProof);
}

#[test]
fn a_truncated_or_extended_answer_is_refused() {
    let (committee, blinded) = (committee(), batch());
    let mut short = evaluation(&committee, &blinded, 1);
    short.elements.pop();
    let expected = TokenError::WrongLength {
        expected: 3,
        found: 2,
    };
    assert_eq!(refusal(&committee, &blinded, 1, &short), expected);

    let mut long = evaluation(&committee, &blinded, 1);
    long.elements.push(long.elements[0]);
    let expected = TokenError::WrongLength {
        expected: 3,
        found: 4,
    };
    assert_eq!(refusal(&committee, &blinded, 1, &long), expected);
}

#[test]
fn the_same_share_counts_once() {
    let (committee, blinded) = (committee(), batch());
    let answers = [1, 2, 1].map(|index| committee.answer(&blinded, index));
    let refused = blinded.finalize(&committee.descriptor, &answers).unwrap_err();
    assert_eq!(refused, TokenError::DuplicateServer { index: 1 });
}

#[test]
fn fewer_answers_than_the_threshold_give_no_token() {
    let (committee, blinded) = (committee(), batch());
    let answers = [1, 2].map(|index| committee.answer(&blinded, index));
    let refused = blinded.finalize(&committee.descriptor, &answers).unwrap_err();
    assert_eq!(
        refused,
        TokenError::TooFewEvaluations {
            expected: 3,
            found: 2
        }
    );
}

#[test]
fn answers_of_different_generations_do_not_mix() {
    let (committee, blinded) = (committee(), batch());
    let reshared = Committee::new(&key(1), 3, 5, 99);
    let answers = [
        committee.answer(&blinded, 1),
        reshared.answer(&blinded, 2),
        committee.answer(&blinded, 3),
    ];
    let refused = blinded.finalize(&committee.descriptor, &answers).unwrap_err();
    assert_eq!(refused, TokenError::ForeignServer { index: 2 });
}

#[test]
fn answers_to_another_batch_do_not_mix() {
    let (committee, blinded) = (committee(), batch());
    let other = Blinded::new([b"one".as_slice(), b"two", b"three"], &mut rng(77)).unwrap();
    let answers = [
        committee.answer(&blinded, 1),
        committee.answer(&other, 2),
        committee.answer(&blinded, 3),
    ];
    let refused = blinded.finalize(&committee.descriptor, &answers).unwrap_err();
    assert_eq!(refused, TokenError::OtherBatch);
}

#[test]
fn answers_from_before_padding_do_not_fit_after_it() {
    let (committee, blinded) = (committee(), batch());
    let answers = [1, 2, 3].map(|index| committee.answer(&blinded, index));
    let refused = blinded
        .pad(&mut rng(3))
        .finalize(&committee.descriptor, &answers)
        .unwrap_err();
    assert_eq!(refused, TokenError::OtherBatch);
}

#[test]
fn what_is_evaluated_here_is_held_to_the_same_key_and_batch() {
    let (committee, blinded) = (committee(), batch());
    let refused = |own| {
        let answers = [own, committee.answer(&blinded, 2), committee.answer(&blinded, 3)];
        blinded.finalize(&committee.descriptor, &answers).unwrap_err()
    };
    let reshared = Committee::new(&key(1), 3, 5, 99);
    let foreign = refused(blinded.evaluate(reshared.share(1)));
    assert_eq!(foreign, TokenError::ForeignServer { index: 1 });
    let twice = refused(blinded.evaluate(committee.share(2)));
    assert_eq!(twice, TokenError::DuplicateServer { index: 2 });
    let padded = refused(batch().pad(&mut rng(3)).evaluate(committee.share(1)));
    assert_eq!(padded, TokenError::OtherBatch);
}

#[test]
fn inputs_are_bounded() {
    let none: [&[u8]; 0] = [];
    assert_eq!(
        Blinded::new(none, &mut rng(1)).unwrap_err(),
        TokenError::BatchSize
    );
    let many = std::iter::repeat_n(b"x".as_slice(), 4097);
    assert_eq!(
        Blinded::new(many, &mut rng(1)).unwrap_err(),
        TokenError::BatchSize
    );
    let long = vec![0; 65_536];
    let refused = Blinded::new([b"x".as_slice(), &long], &mut rng(1)).unwrap_err();
    assert_eq!(refused, TokenError::BadInput { index: 1 });
}

#[test]
fn a_key_is_shared_only_where_an_honest_majority_can_evaluate() {
    let refused = [(0, 1), (1, 0), (2, 2), (3, 4), (4, 6), (1, 65), (33, 64)];
    for (threshold, members) in refused {
        let result = key(1).share(threshold, members, &mut rng(1));
        assert_eq!(
            result.unwrap_err(),
            TokenError::Sharing,
            "{threshold} of {members}"
        );
    }
    for (threshold, members) in [(1, 1), (1, 3), (2, 3), (3, 5), (4, 7), (32, 64)] {
        assert_eq!(
            key(1).share(threshold, members, &mut rng(1)).unwrap().len(),
            usize::from(members)
        );
    }
}

#[test]
fn a_secret_key_that_is_zero_or_unreduced_is_refused() {
    for bytes in [[0; 32], [0xff; 32]] {
        assert_eq!(SecretKey::from_bytes(&bytes).unwrap_err(), TokenError::KeyBytes);
    }
    assert_eq!(format!("{:?}", key(1)), "SecretKey(..)");
}

#[test]
fn two_proofs_of_the_same_batch_differ() {
    let (committee, blinded) = (committee(), batch());
    let proofs = [2, 3].map(|seed| {
        let evaluation = committee
            .share(1)
            .evaluate(blinded.elements(), &mut rng(seed))
            .unwrap();
        evaluation.proof
    });
    assert_ne!(proofs[0], proofs[1]);
}

#[test]
fn the_same_input_never_looks_the_same() {
    let inputs = [b"one".as_slice(), b"one"];
    let [first, second] = [1, 2].map(|seed| Blinded::new(inputs, &mut rng(seed)).unwrap());
    let elements: HashSet<_> = first.elements().iter().chain(second.elements()).collect();
    assert_eq!(elements.len(), 4);
}

#[test]
fn padding_is_fresh_and_reaches_the_next_size() {
    let [first, second] = [1, 2].map(|seed| batch().pad(&mut rng(seed)));
    let elements: HashSet<_> = first.elements()[3..]
        .iter()
        .chain(&second.elements()[3..])
        .collect();
    assert_eq!((first.elements().len(), elements.len()), (8, 10));
    assert_eq!(first.inputs(), 3);
}

#[test]
fn a_repeating_random_source_does_not_repeat_the_nonce() {
    let (committee, one) = (committee(), batch());
    let other = Blinded::new([b"other".as_slice()], &mut rng(5)).unwrap();
    let share = committee.share(1);
    let proofs = [one, other].map(|batch| share.evaluate(batch.elements(), &mut rng(2)).unwrap().proof.0);
    let [(c1, s1), (c2, s2)] = proofs.map(|proof| {
        let scalar =
            |half: &[u8]| curve25519_dalek::Scalar::from_canonical_bytes(half.try_into().unwrap()).unwrap();
        (scalar(&proof[..32]), scalar(&proof[32..]))
    });
    // Equal nonces would give the share away as (s1 − s2) / (c2 − c1).
    let leaked = (s1 - s2) * (c2 - c1).invert();
    assert_ne!(leaked.to_bytes(), share.to_bytes()[2..]);
}
