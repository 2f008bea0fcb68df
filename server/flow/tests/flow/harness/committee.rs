//! A committee of several. There is no command for it yet: here the keys are known to whoever deals the shares.

use lianfang_domain::Clock as _;
use lianfang_encoding::Class;
use lianfang_flow::HeldShare;
use lianfang_token::{Birth, DescriptorFields, KeyDescriptor, KeyShare, SecretKey, TokenKeyId};
use lianfang_wire::membership::{Envelope, Hash32, Membership, ParsedMembership};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use super::{Federation, id};

/// A share and the key that it is of.
pub(super) type Dealt = (TokenKeyId, KeyShare);

impl Federation {
    /// Makes fresh keys of every class and shares them among `members`, of whom it takes `threshold` for a token. Everybody
    /// starts again under them.
    pub(crate) async fn share_keys(&mut self, members: &[&str], threshold: u16) {
        let current = self.node("regulator").trust().current();
        let mut next = Membership {
            version: current.document.version + 1,
            previous: Some(Hash32(current.hash)),
            federation: Some(current.federation),
            issued: self.clock.now(),
            keys: Vec::new(),
            ..current.document.clone()
        };
        for member in &mut next.members {
            let place = members.iter().position(|name| id(name) == member.id);
            member.committee_index = place.map(|place| place as u16 + 1);
        }
        for (class, seed) in Class::ALL.iter().zip(1..) {
            let (key, shares) = deal(&current, *class, threshold, members.len() as u16, seed);
            for (name, share) in members.iter().zip(shares) {
                self.hold(name, key.key_id(), share);
            }
            next.keys.push(key);
        }
        let envelope = Envelope::seal(&next, &[&self.governor]).unwrap().to_json();
        let names: Vec<_> = self.papers.keys().map(ToString::to_string).collect();
        for name in &names {
            let store = self.store(name);
            store
                .adopt_membership(next.version, &envelope, self.clock.now(), None)
                .unwrap();
            self.restart(name).await;
        }
    }

    /// From its next start a member holds shares that nobody dealt, in the place of its own.
    pub(crate) fn spoil_shares(&mut self, name: &str) {
        let held = std::mem::take(&mut self.papers.get_mut(&id(name)).unwrap().shares);
        for (key, share) in held {
            let mut bytes = share.to_bytes();
            bytes[2] ^= 1;
            self.hold(name, key, KeyShare::from_bytes(&bytes).unwrap());
        }
    }

    /// From its next start `name` holds the shares that were dealt to `other`.
    pub(crate) fn take_shares_of(&mut self, other: &str, name: &str) {
        let theirs = self.papers[&id(other)].shares.clone();
        self.papers.get_mut(&id(name)).unwrap().shares = theirs;
    }

    fn hold(&mut self, name: &str, key: TokenKeyId, share: KeyShare) {
        self.papers.get_mut(&id(name)).unwrap().shares.push((key, share));
    }
}

pub(super) fn held((key_id, share): &Dealt) -> HeldShare {
    HeldShare {
        key_id: *key_id,
        generation: 0,
        share: share.clone(),
    }
}

fn deal(
    current: &ParsedMembership,
    class: Class,
    threshold: u16,
    members: u16,
    seed: u64,
) -> (KeyDescriptor, Vec<KeyShare>) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let secret = SecretKey::generate(&mut rng);
    let shares = secret.share(threshold, members, &mut rng).unwrap();
    let issued = current.document.issued;
    let fields = DescriptorFields {
        fed: current.federation,
        class,
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
    (KeyDescriptor::new(fields).unwrap(), shares)
}
