use lianfang_encoding::{FederationId, SigningKey};
use lianfang_token::message::{
    EvalRequest, EvalResponse, Purpose, RequestSection, ResponseSection, SignedEvalResponse,
};
use lianfang_token::{Evaluation, Proof, TokenKeyId};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::committee::{Committee, key};

/// A committee's size and a quorum of it, in any order.
fn quorum() -> impl Strategy<Value = (u16, u16, Vec<u16>)> {
    (1u16..=4)
        .prop_flat_map(|threshold| (Just(threshold), 2 * threshold - 1..=9))
        .prop_flat_map(|(threshold, members)| {
            let indices: Vec<u16> = (1..=members).collect();
            let quorum = subsequence(indices, usize::from(threshold)).prop_shuffle();
            (Just(threshold), Just(members), quorum)
        })
}

fn elements() -> impl Strategy<Value = Vec<[u8; 32]>> {
    prop::collection::vec(any::<[u8; 32]>(), 1..5)
}

fn request() -> impl Strategy<Value = EvalRequest> {
    let section = (any::<[u8; 16]>(), any::<u32>(), elements()).prop_map(|(key_id, generation, elements)| {
        RequestSection {
            key_id: TokenKeyId(key_id),
            generation,
            elements,
        }
    });
    (select(Purpose::ALL), prop::collection::vec(section, 1..=8))
        .prop_map(|(purpose, sections)| EvalRequest::new(purpose, sections).unwrap())
}

fn response() -> impl Strategy<Value = SignedEvalResponse> {
    let section = (
        any::<[u8; 16]>(),
        any::<u32>(),
        elements(),
        any::<u8>(),
        any::<u32>(),
    )
        .prop_map(
            |(key_id, generation, elements, proof, budget_left)| ResponseSection {
                key_id: TokenKeyId(key_id),
                generation,
                evaluation: Evaluation {
                    elements,
                    proof: Proof([proof; 64]),
                },
                budget_left,
            },
        );
    (request(), prop::collection::vec(section, 1..=8)).prop_map(|(request, sections)| {
        let key = SigningKey::from_seed(&[1; 32]);
        let response = EvalResponse::new(sections).unwrap();
        response.sign(&request, &FederationId([2; 16]), &"a".parse().unwrap(), &key)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_quorum_of_any_committee_makes_the_same_tokens(
        (threshold, members, quorum) in quorum(),
        seed in any::<u64>(),
        input in prop::collection::vec(any::<u8>(), 0..80),
    ) {
        let inputs: [&[u8]; 2] = [&input, b"other"];
        let alone = Committee::new(&key(seed), 1, 1, seed).tokens(&inputs, &[1]);
        let shared = Committee::new(&key(seed), threshold, members, seed ^ 1).tokens(&inputs, &quorum);
        prop_assert_eq!(&alone, &shared);
        prop_assert_ne!(&alone[0], &alone[1]);
    }

    #[test]
    fn who_holds_a_share_makes_the_same_tokens_with_it_as_by_asking_for_it(
        (threshold, members, quorum) in quorum(),
        own in any::<prop::sample::Index>(),
        seed in any::<u64>(),
        size in 1usize..20,
    ) {
        let inputs: Vec<Vec<u8>> = (0..size).map(|number| number.to_be_bytes().to_vec()).collect();
        let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let own = *own.get(&quorum);
        let committee = Committee::new(&key(seed), threshold, members, seed);
        let tokens = committee.tokens_with_own(&inputs, &quorum, own);
        prop_assert_eq!(tokens, committee.tokens(&inputs, &quorum));
    }

    #[test]
    fn batches_of_every_size_and_a_prepared_key_make_the_same_tokens(size in 1usize..100, quorum in 0usize..3) {
        let quorum = [[1, 2, 3], [1, 2, 5], [2, 4, 5]][quorum];
        let inputs: Vec<Vec<u8>> = (0..size).map(|number| number.to_be_bytes().to_vec()).collect();
        let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
        let mut committee = Committee::new(&key(1), 3, 5, 1);
        let tokens = committee.tokens(&inputs, &quorum);
        let last = committee.tokens(&inputs[size - 1..], &quorum);
        prop_assert_eq!(&tokens[size - 1..], last.as_slice());
        committee.descriptor = committee.descriptor.prepare();
        prop_assert_eq!(tokens, committee.tokens(&inputs, &quorum));
    }
}

proptest! {
    #[test]
    fn a_request_has_one_encoding(request in request(), position in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut encoded = request.encode();
        prop_assert_eq!(EvalRequest::decode(&encoded), Ok(request.clone()));
        let position = position.index(encoded.len());
        encoded[position] ^= 1 << bit;
        if let Ok(changed) = EvalRequest::decode(&encoded) {
            prop_assert_ne!(&changed, &request);
            prop_assert_eq!(changed.encode(), encoded);
        }
    }

    #[test]
    fn a_response_has_one_encoding(response in response(), position in any::<prop::sample::Index>(), bit in 0u8..8) {
        let mut encoded = response.encode();
        prop_assert_eq!(SignedEvalResponse::decode(&encoded), Ok(response.clone()));
        let position = position.index(encoded.len());
        encoded[position] ^= 1 << bit;
        if let Ok(changed) = SignedEvalResponse::decode(&encoded) {
            prop_assert_ne!(&changed, &response);
            prop_assert_eq!(changed.encode(), encoded);
        }
    }

    #[test]
    fn arbitrary_bytes_are_refused_or_encode_to_themselves(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(request) = EvalRequest::decode(&bytes) {
            prop_assert_eq!(request.encode(), bytes.clone());
        }
        if let Ok(response) = SignedEvalResponse::decode(&bytes) {
            prop_assert_eq!(response.encode(), bytes);
        }
    }
}
