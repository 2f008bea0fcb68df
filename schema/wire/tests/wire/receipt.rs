//! Receipts beside an independent implementation of RFC 9162's tree, and broken ones.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use lianfang_encoding::{FederationId, SigningKey};
use lianfang_wire::jws::JwsError;
use lianfang_wire::membership::Hash32;
use lianfang_wire::receipt::{Receipt, ReceiptError, Tree, attach, check, leaf_hash};
use sha2::Sha256;

use crate::seeds;

fn key() -> SigningKey {
    SigningKey::from_seed(&[5; 32])
}

pub(crate) fn answers(count: usize) -> Vec<String> {
    (0..count)
        .map(|place| format!("{{\"id\":\"answer-{place}\"}}"))
        .collect()
}

fn tree(answers: &[String]) -> Tree {
    Tree::over(
        answers
            .iter()
            .map(|answer| leaf_hash(answer.as_bytes()))
            .collect(),
    )
    .unwrap()
}

/// Answers with their receipt, as a node gives them.
pub(crate) fn given(answers: &[String], key: &SigningKey) -> Vec<String> {
    let tree = tree(answers);
    let receipt = Receipt {
        iss: "platform-a".parse().unwrap(),
        fed: FederationId([1; 16]),
        signed_at: seeds::now(),
        membership_version: 3,
        tree_size: tree.size(),
        root_hash: Hash32(tree.root_hash()),
    };
    let receipt = receipt.sign(key).unwrap();
    let given = answers.iter().zip(tree.proofs());
    given
        .map(|(answer, proof)| attach(answer, &receipt, &proof).unwrap())
        .collect()
}

#[test]
fn trees_and_proofs_of_every_size_are_those_of_an_independent_implementation() {
    for size in 1..=130 {
        let answers = answers(size);
        let mut theirs = MemoryBackedTree::<Sha256, String>::new();
        for answer in &answers {
            theirs.push(answer.clone());
        }
        let ours = tree(&answers);
        assert_eq!(ours.root_hash()[..], theirs.root().as_bytes()[..]);
        for (place, proof) in ours.proofs().enumerate() {
            let path: Vec<u8> = proof.inclusion_path.iter().flat_map(|hash| hash.0).collect();
            assert_eq!(path, theirs.prove_inclusion(place).as_bytes());
            let leaf = leaf_hash(answers[place].as_bytes());
            assert_eq!(proof.root_from(leaf, ours.size()), Some(ours.root_hash()));
        }
    }
}

#[test]
fn no_answer_has_no_tree() {
    assert_eq!(Tree::over(Vec::new()), None);
}

#[test]
fn every_answer_proves_itself_and_no_other() {
    let answers = answers(11);
    for (place, text) in given(&answers, &key()).iter().enumerate() {
        assert_eq!(check(text, &[key().public()]).unwrap().tree_size, 11);
        let another = text.replace(&format!("answer-{place}\""), "answer-77\"");
        assert_eq!(check(&another, &[key().public()]), Err(ReceiptError::Answer));
    }
}

#[test]
fn a_proof_that_leads_elsewhere_is_refused() {
    let text = &given(&answers(11), &key())[4];
    let refuse = |from: &str, to: &str| {
        let bent = text.replace(from, to);
        assert_ne!(&bent, text, "nothing was broken");
        check(&bent, &[key().public()]).unwrap_err()
    };
    assert_eq!(
        refuse("\"leaf_index\":4", "\"leaf_index\":5"),
        ReceiptError::Answer
    );
    assert_eq!(
        refuse("\"leaf_index\":4", "\"leaf_index\":11"),
        ReceiptError::Answer
    );
    let huge = format!("\"leaf_index\":{}", u64::MAX);
    assert_eq!(refuse("\"leaf_index\":4", &huge), ReceiptError::Answer);
    let longer = format!("\"inclusion_path\":[\"{}\",", "0".repeat(64));
    assert_eq!(refuse("\"inclusion_path\":[", &longer), ReceiptError::Answer);
    assert_eq!(
        refuse("\"leaf_index\":4", "\"leaf_index\":-4"),
        ReceiptError::Missing
    );
    assert_eq!(
        refuse("\"inclusion_path\":[\"", "\"inclusion_path\":[\"0"),
        ReceiptError::Missing
    );
    assert_eq!(
        refuse("\"receipt\":\"", "\"receipt\":\"e"),
        ReceiptError::Jws(JwsError::Malformed)
    );
    assert_eq!(refuse(",\"receipt\":", ", \"receipt\":"), ReceiptError::Missing);
    assert_eq!(refuse("]}}", "]},\"test\":true}"), ReceiptError::Missing);
    let stranger = SigningKey::from_seed(&[9; 32]).public();
    assert_eq!(check(text, &[stranger]), Err(ReceiptError::Jws(JwsError::Key)));
    assert_eq!(check("{}", &[key().public()]), Err(ReceiptError::Missing));
    assert_eq!(check("", &[key().public()]), Err(ReceiptError::Missing));
}
