//! Against the crate `voprf`, in both directions.

use lianfang_token::{Blinded, Evaluation, KeyShare, Proof};
use voprf::{BlindedElement, EvaluationElement, Ristretto255, VoprfClient, VoprfServer};

use crate::committee::{Committee, key, rng};

const INPUTS: [&[u8]; 3] = [
    b"91440300192203821R",
    b"",
    b"a longer input with some bytes \xff\x00",
];

fn their_server(share: &KeyShare) -> VoprfServer<Ristretto255> {
    VoprfServer::new_with_key(&share.to_bytes()[2..]).unwrap()
}

#[test]
fn voprf_verifies_our_proofs_and_agrees_on_the_tokens() {
    let committee = Committee::new(&key(1), 1, 1, 1);
    let share = committee.share(1);
    let blinds: Vec<_> = INPUTS
        .iter()
        .map(|input| VoprfClient::<Ristretto255>::blind(input, &mut rng(input.len() as u64)).unwrap())
        .collect();
    let elements: Vec<[u8; 32]> = blinds
        .iter()
        .map(|blind| blind.message.serialize().into())
        .collect();

    let ours = share.evaluate(&elements, &mut rng(2)).unwrap();

    let messages: Vec<_> = ours
        .elements
        .iter()
        .map(|element| EvaluationElement::<Ristretto255>::deserialize(element).unwrap())
        .collect();
    let clients: Vec<_> = blinds.into_iter().map(|blind| blind.state).collect();
    let proof = voprf::Proof::deserialize(&ours.proof.0).unwrap();
    let public = their_server(share).get_public_key();
    let theirs: Vec<_> = VoprfClient::batch_finalize(&INPUTS, &clients, &messages, &proof, public)
        .unwrap()
        .map(|output| output.unwrap())
        .collect();
    let tokens = committee.tokens(&INPUTS, &[1]);
    assert_eq!(tokens.len(), theirs.len());
    for (token, output) in tokens.iter().zip(&theirs) {
        assert_eq!(token.as_bytes(), &output[..32]);
    }
}

#[test]
fn we_verify_the_proofs_of_voprf_and_agree_on_the_tokens() {
    let committee = Committee::new(&key(1), 1, 1, 1);
    let server = their_server(committee.share(1));
    let blinded = Blinded::new(INPUTS, &mut rng(3)).unwrap().pad(&mut rng(4));
    let elements: Vec<_> = blinded
        .elements()
        .iter()
        .map(|element| BlindedElement::<Ristretto255>::deserialize(element).unwrap())
        .collect();

    let theirs = server.batch_blind_evaluate(&mut rng(5), &elements).unwrap();

    let evaluation = Evaluation {
        elements: theirs
            .messages
            .iter()
            .map(|message| message.serialize().into())
            .collect(),
        proof: Proof(theirs.proof.serialize().as_slice().try_into().unwrap()),
    };
    let verified = blinded
        .verify(committee.share(1).verification_share(), &evaluation)
        .unwrap();
    let tokens = blinded.finalize(&committee.descriptor, &[verified]).unwrap();
    for (token, input) in tokens.iter().zip(INPUTS) {
        assert_eq!(token.as_bytes(), &server.evaluate(input).unwrap()[..32]);
    }
}

#[test]
fn three_servers_of_voprf_serve_a_shared_key() {
    let key = key(6);
    let committee = Committee::new(&key, 3, 5, 6);
    let blinded = Blinded::new(INPUTS, &mut rng(7)).unwrap();
    let elements: Vec<_> = blinded
        .elements()
        .iter()
        .map(|element| BlindedElement::<Ristretto255>::deserialize(element).unwrap())
        .collect();
    let answers: Vec<_> = [5, 1, 2]
        .map(|index| {
            let share = committee.share(index);
            let theirs = their_server(share)
                .batch_blind_evaluate(&mut rng(8), &elements)
                .unwrap();
            let evaluation = Evaluation {
                elements: theirs
                    .messages
                    .iter()
                    .map(|message| message.serialize().into())
                    .collect(),
                proof: Proof(theirs.proof.serialize().as_slice().try_into().unwrap()),
            };
            blinded.verify(share.verification_share(), &evaluation).unwrap()
        })
        .into();
    let tokens = blinded.finalize(&committee.descriptor, &answers).unwrap();
    let whole = VoprfServer::<Ristretto255>::new_with_key(key.to_bytes().as_slice()).unwrap();
    for (token, input) in tokens.iter().zip(INPUTS) {
        assert_eq!(token.as_bytes(), &whole.evaluate(input).unwrap()[..32]);
    }
}
