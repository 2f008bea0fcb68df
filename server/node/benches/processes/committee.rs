//! A committee of several, for which there is no command yet: the benchmark deals the shares and so knows the keys, as
//! nobody may in a federation that means it.

use std::path::PathBuf;

use lianfang_encoding::Class;
use lianfang_flow::{HeldShare, Trust};
use lianfang_node::config::Config;
use lianfang_node::data::DataFolder;
use lianfang_node::wiring;
use lianfang_store::{MembershipAdoption, Store};
use lianfang_token::{Birth, DescriptorFields, KeyDescriptor, SecretKey};
use lianfang_wire::membership::{Envelope, Hash32, Membership, ParsedMembership};
use rand_core::OsRng;

/// Shares fresh keys among the nodes in `folders`, which must be stopped and in the order in which they joined: as
/// many as it takes to know `threshold` honest ones. The first of them is the governor.
pub(crate) fn deal(folders: &[PathBuf], threshold: u16) {
    let stores: Vec<Store> = folders.iter().map(store).collect();
    let mut documents: Vec<Vec<u8>> = (1..)
        .map_while(|version| stores[0].membership(version).unwrap())
        .map(|row| row.envelope)
        .collect();
    let current = Trust::load(documents.clone()).unwrap().current();
    let (keys, dealt) = keys(&current, folders.len(), threshold);
    let governor = DataFolder::at(&folders[0]);
    let governor = governor.node_keys(governor.secrets().unwrap()).unwrap().governor;
    let next = Envelope::seal(&successor(&current, keys), &[&governor.unwrap()]).unwrap();
    documents.push(next.to_json());
    for ((store, folder), shares) in stores.iter().zip(folders).zip(&dealt) {
        for (version, document) in (1..).zip(&documents) {
            let adopted = store.adopt_membership(version, document, current.document.issued, None);
            let expected = [MembershipAdoption::Adopted, MembershipAdoption::Known];
            assert!(expected.contains(&adopted.unwrap()), "version {version}");
        }
        let folder = DataFolder::at(folder);
        shares.iter().for_each(|share| folder.keep_share(share).unwrap());
    }
}

fn store(folder: &PathBuf) -> Store {
    wiring::open_store(&Config::load(&DataFolder::at(folder).config()).unwrap()).unwrap()
}

/// A key for each class, and what each member holds of them.
fn keys(
    current: &ParsedMembership,
    members: usize,
    threshold: u16,
) -> (Vec<KeyDescriptor>, Vec<Vec<HeldShare>>) {
    let members = u16::try_from(members).unwrap();
    let mut dealt: Vec<Vec<HeldShare>> = (0..members).map(|_| Vec::new()).collect();
    let keys = Class::ALL.iter().map(|class| {
        let secret = SecretKey::generate(&mut OsRng);
        let shares = secret.share(threshold, members, &mut OsRng).unwrap();
        let issued = current.document.issued;
        let fields = DescriptorFields {
            fed: current.federation,
            class: *class,
            epoch: 2,
            generation: 0,
            threshold,
            public_key: secret.public(),
            verification_shares: shares.iter().map(|share| *share.verification_share()).collect(),
            born: Birth {
                at: issued,
                threshold,
                members,
            },
            transcript: [0; 32],
            valid_from: issued,
            valid_until: current.document.expires,
        };
        let key = KeyDescriptor::new(fields).unwrap();
        for (held, share) in dealt.iter_mut().zip(shares) {
            held.push(HeldShare {
                key_id: key.key_id(),
                generation: 0,
                share,
            });
        }
        key
    });
    (keys.collect(), dealt)
}

/// Everybody is in the committee, in the order of the document.
fn successor(current: &ParsedMembership, keys: Vec<KeyDescriptor>) -> Membership {
    let mut next = Membership {
        version: current.document.version + 1,
        previous: Some(Hash32(current.hash)),
        federation: Some(current.federation),
        keys,
        ..current.document.clone()
    };
    for (index, member) in (1..).zip(&mut next.members) {
        member.committee_index = Some(index);
    }
    next
}
