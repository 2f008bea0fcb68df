//! Against `frost-ristretto255`: shares and verification shares mean the same to both.

use std::collections::BTreeMap;

use frost_ristretto255::keys::{
    IdentifierList, KeyPackage, PublicKeyPackage, SecretShare, SigningShare, VerifyingShare, reconstruct,
    split,
};
use frost_ristretto255::{Identifier, SigningKey, VerifyingKey};
use lianfang_token::{KeyDescriptor, KeyShare, PublicElement, VerificationShare};

use crate::committee::{Committee, fields, key, rng};

fn identifier(index: u16) -> Identifier {
    Identifier::try_from(index).unwrap()
}

#[test]
fn frost_reconstructs_the_key_from_our_shares() {
    let key = key(1);
    let committee = Committee::new(&key, 3, 5, 1);
    let public = VerifyingKey::deserialize(key.public().as_bytes()).unwrap();
    for indices in [[1, 2, 3], [5, 2, 4], [1, 4, 5]] {
        let packages: Vec<_> = indices
            .iter()
            .map(|&index| {
                let share = committee.share(index);
                let signing = SigningShare::deserialize(&share.to_bytes()[2..]).unwrap();
                let verifying = VerifyingShare::from(signing);
                let ours = share.verification_share().point().as_bytes();
                assert_eq!(verifying.serialize().unwrap(), ours);
                KeyPackage::new(identifier(index), signing, verifying, public, 3)
            })
            .collect();
        assert_eq!(
            reconstruct(&packages).unwrap().serialize(),
            key.to_bytes().as_slice()
        );
    }
}

#[test]
fn a_descriptor_of_shares_that_frost_dealt_is_consistent() {
    let key = key(2);
    let signing = SigningKey::deserialize(key.to_bytes().as_slice()).unwrap();
    let (shares, public): (BTreeMap<_, SecretShare>, PublicKeyPackage) =
        split(&signing, 7, 4, IdentifierList::Default, &mut rng(3)).unwrap();
    assert_eq!(
        public.verifying_key().serialize().unwrap(),
        key.public().as_bytes()
    );

    let ours: Vec<KeyShare> = (1..=7)
        .map(|index: u16| {
            let mut stored = [0; KeyShare::BYTES];
            stored[..2].copy_from_slice(&index.to_be_bytes());
            stored[2..].copy_from_slice(&shares[&identifier(index)].signing_share().serialize());
            KeyShare::from_bytes(&stored).unwrap()
        })
        .collect();
    for share in &ours {
        let theirs = public.verifying_shares()[&identifier(share.index())]
            .serialize()
            .unwrap();
        let theirs = PublicElement::from_bytes(&theirs.try_into().unwrap()).unwrap();
        assert_eq!(
            *share.verification_share(),
            VerificationShare::new(share.index(), theirs).unwrap()
        );
    }
    assert!(KeyDescriptor::new(fields(&key, 4, &ours)).is_ok());
    assert!(KeyDescriptor::new(fields(&key, 3, &ours)).is_err());
}
