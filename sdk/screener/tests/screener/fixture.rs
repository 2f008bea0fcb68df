//! Lists whose content is known, and the slow answer to every question.

use std::collections::BTreeSet;
use std::sync::Arc;

use lianfang_digest::gcs::{PREFIX_BITS, prefix};
use lianfang_digest::{BaseBuilder, Bloom, Delta, ListId, NetChange, Seed, SizeClass, SubjectType};
use lianfang_encoding::{FederationId, sha256};
use lianfang_screener::{BaseSource, ChangeSource, Changes, Index, Source};

pub(crate) struct Known {
    pub(crate) list: ListId,
    pub(crate) class: SizeClass,
    pub(crate) seed: Seed,
    pub(crate) body: Vec<u8>,
    pub(crate) delta: Delta,
}

pub(crate) fn token(text: &str) -> [u8; 32] {
    sha256(text.as_bytes())
}

/// Tokens `from..to` of a world that all lists draw from.
pub(crate) fn tokens(from: u32, to: u32) -> Vec<[u8; 32]> {
    (from..to).map(|i| token(&i.to_string())).collect()
}

impl Known {
    /// A list of class `total` with `base` inside, then `added` and `removed`.
    pub(crate) fn new(
        name: &str,
        total: u32,
        base: &[[u8; 32]],
        added: &[[u8; 32]],
        removed: &[[u8; 32]],
    ) -> Self {
        let seed = Seed::of(&FederationId([1; 16])).unwrap();
        let class = SizeClass::of_total(total).unwrap();
        let mut builder = BaseBuilder::new(class, &seed).unwrap();
        base.iter().for_each(|token| builder.insert(token));
        let mut change = NetChange::default();
        added.iter().for_each(|token| change.add(*token));
        removed.iter().for_each(|token| change.remove(*token));
        let list = ListId {
            publisher: name.parse().unwrap(),
            audience: "all".parse().unwrap(),
            subject_type: SubjectType::Seller,
            epoch: 1,
        };
        let (body, delta) = (builder.finish(), Delta::of(&change, |_| false));
        Self {
            list,
            class,
            seed,
            body,
            delta,
        }
    }

    /// A filter of the smallest class with every bit set at random, so that strangers survive many rows.
    pub(crate) fn half_full(name: u32) -> Self {
        let mut known = Self::new(&format!("shop-{name}"), 10, &[], &[], &[]);
        for (i, bits) in known.body[45..].chunks_mut(32).enumerate() {
            bits.copy_from_slice(&token(&format!("{name} {i}"))[..bits.len()]);
        }
        known
    }

    pub(crate) fn bloom(&self) -> Bloom<'_> {
        Bloom::parse(&self.body, self.class, &self.seed).unwrap()
    }

    pub(crate) fn base(&self) -> BaseSource<'_> {
        BaseSource {
            list: self.list.clone(),
            body: sha256(&self.body),
            bloom: self.bloom(),
        }
    }

    pub(crate) fn change(&self) -> ChangeSource<'_> {
        ChangeSource {
            list: self.list.clone(),
            state: [0; 32],
            delta: &self.delta,
        }
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source {
            list: self.list.clone(),
            base: self.bloom(),
        }
    }

    /// What the protocol says about `token`, computed the slow way.
    pub(crate) fn may_hold(&self, token: &[u8; 32]) -> bool {
        let prefix = prefix(token, PREFIX_BITS);
        self.delta.adds(prefix) || self.bloom().contains(token) && !self.delta.removes(prefix)
    }
}

/// Lists of several classes and sizes, with tokens in common, each with additions and removals.
pub(crate) fn world(lists: u32) -> Vec<Known> {
    let totals = [10, 20_480, 24_576, 10, 10, 28_672, 20_480];
    (0..lists)
        .map(|i| {
            let (base, added) = (tokens(i * 50, i * 50 + 300), tokens(i * 50 + 280, i * 50 + 340));
            let removed: Vec<_> = base[..20].to_vec();
            let added: Vec<_> = added.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
            Known::new(
                &format!("shop-{i}"),
                totals[i as usize % totals.len()],
                &base,
                &added,
                &removed,
            )
        })
        .collect()
}

/// Everything of `lists`, built in memory.
pub(crate) fn index(lists: &[Known]) -> Index {
    let index = Index::build(&lists.iter().map(Known::source).collect::<Vec<_>>()).unwrap();
    let changes: Vec<_> = lists.iter().map(Known::change).collect();
    index.with_changes(Arc::new(Changes::build(&changes).unwrap()))
}
