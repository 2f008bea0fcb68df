//! A publisher with fixed keys, so that each test says only what it changes.

use lianfang_digest::{
    Base, BodyRef, Dummies, DummySecret, Expectation, Header, Kind, ListId, ListState, RecordCounts, Refusal,
    RulesDigest, Seed, SignedHead, SubjectType, state_hash,
};
use lianfang_encoding::{FederationId, KeyId, PublicKey, SigningKey, Timestamp, sha256};

pub(crate) const FEDERATION: FederationId = FederationId([0xFE; 16]);

pub(crate) struct Publisher {
    pub(crate) key: SigningKey,
    pub(crate) public: PublicKey,
    pub(crate) list: ListId,
    pub(crate) seed: Seed,
}

impl Publisher {
    pub(crate) fn new() -> Self {
        let key = SigningKey::from_seed(&[7; 32]);
        Self {
            public: key.public(),
            key,
            list: ListId {
                publisher: "shop-a".parse().unwrap(),
                audience: "all".parse().unwrap(),
                subject_type: SubjectType::Seller,
                epoch: 1,
            },
            seed: Seed::of(&FEDERATION).unwrap(),
        }
    }

    pub(crate) fn base(&self, entries: u32) -> Base {
        let secret = DummySecret::new([9; 32]);
        let dummies = Dummies::new(&secret, &FEDERATION, &self.list);
        Base::build(&tokens(entries), &dummies, &self.seed).unwrap()
    }

    /// A header for `base` as the first of its chain.
    pub(crate) fn base_header(&self, base: &Base) -> Header {
        let body = BodyRef::of(&base.body);
        Header {
            kind: Kind::Base,
            total: base.total,
            state: state_hash(&body.sha256, []),
            body,
            ..self.header()
        }
    }

    fn header(&self) -> Header {
        Header {
            federation: FEDERATION,
            list: self.list.clone(),
            incarnation: 0,
            audience_version: 1,
            token_keys: vec![[1; 16], [2; 16]],
            rules: vec![RulesDigest {
                kind: 1,
                norm_version: 1,
                digest: [3; 32],
            }],
            kind: Kind::Delta {
                additions: 0,
                removals: 0,
            },
            total: 0,
            sequence: 1,
            base_sequence: 0,
            created: Timestamp::from_secs(1_000_000),
            expires: Timestamp::from_secs(1_172_800),
            body: BodyRef::of(&[]),
            previous: [0; 32],
            state: [0; 32],
            confirm_bits: 0,
            signing_key: KeyId([0; 8]),
            extensions: vec![],
        }
    }

    pub(crate) fn sign(&self, header: Header) -> SignedHead {
        SignedHead::sign(header, &self.key).unwrap()
    }

    pub(crate) fn expectation(&self) -> Expectation<'_> {
        Expectation {
            federation: &FEDERATION,
            list: &self.list,
            key: &self.public,
            now: Timestamp::from_secs(1_000_100),
            max_body: 64 << 20,
        }
    }
}

pub(crate) fn tokens(count: u32) -> Vec<[u8; 32]> {
    (0..count).map(|i| sha256(&i.to_be_bytes())).collect()
}

pub(crate) fn confirm_bits(confirm_keys: &[[u8; 32]]) -> u8 {
    let mut counts = RecordCounts::of_list(confirm_keys.len() as u32);
    confirm_keys.iter().for_each(|key| counts.add(key));
    counts.confirm_bits()
}

pub(crate) fn strangers(count: u32) -> impl Iterator<Item = [u8; 32]> {
    (0..count).map(|i| sha256(format!("stranger {i}").as_bytes()))
}

/// Writes a chain the way an honest publisher does; tests then break one thing.
pub(crate) struct Chain {
    pub(crate) publisher: Publisher,
    pub(crate) next: Header,
    base: (u64, [u8; 32]),
    deltas: Vec<(u64, [u8; 32])>,
}

impl Chain {
    pub(crate) fn new() -> Self {
        let publisher = Publisher::new();
        let next = publisher.base_header(&publisher.base(10));
        Self {
            publisher,
            next,
            base: (0, [0; 32]),
            deltas: vec![],
        }
    }

    /// A base over `entries` that folds in everything up to and including `folded`.
    pub(crate) fn base(&mut self, entries: u32, folded: u64) -> Header {
        let base = self.publisher.base(entries);
        self.next.kind = Kind::Base;
        self.next.total = base.total;
        self.next.body = BodyRef::of(&base.body);
        self.next.base_sequence = folded;
        self.base = (self.next.sequence, self.next.body.sha256);
        self.deltas.retain(|(sequence, _)| *sequence > folded);
        self.close()
    }

    pub(crate) fn delta(&mut self) -> Header {
        let body = lianfang_digest::gcs::encode(44, &[self.next.sequence]).unwrap();
        self.next.kind = Kind::Delta {
            additions: 1,
            removals: 0,
        };
        self.next.body = BodyRef::of(&body);
        self.next.base_sequence = self.base.0;
        self.deltas.push((self.next.sequence, self.next.body.sha256));
        self.close()
    }

    /// As many removals as a delta may state, in a body that nobody looks at.
    pub(crate) fn removal_of_everything(&mut self) -> Header {
        let removals = lianfang_digest::gcs::MAX_PREFIXES;
        self.next.kind = Kind::Delta {
            additions: 0,
            removals,
        };
        self.next.body = BodyRef {
            length: *lianfang_digest::gcs::lengths(44, removals).start(),
            ..BodyRef::of(&[])
        };
        self.next.base_sequence = self.base.0;
        self.deltas.push((self.next.sequence, self.next.body.sha256));
        self.close()
    }

    fn close(&mut self) -> Header {
        self.next.state = state_hash(&self.base.1, self.deltas.iter().map(|(_, hash)| hash));
        let closed = self.next.clone();
        self.next.previous = self.publisher.sign(closed.clone()).hash();
        self.next.sequence += 1;
        closed
    }

    pub(crate) fn accept(&self, held: Option<&ListState>, headers: &[Header]) -> Result<ListState, Refusal> {
        let heads = headers
            .iter()
            .map(|header| self.publisher.sign(header.clone()))
            .collect();
        self.publisher
            .expectation()
            .accept(held, heads)
            .map(|accepted| accepted.state)
    }
}
