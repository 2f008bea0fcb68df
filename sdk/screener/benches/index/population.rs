//! Lists of distinct SHA-256-derived tokens, each inserted individually.

use std::hash::{Hash, Hasher};

use lianfang_digest::gcs::{PREFIX_BITS, prefix};
use lianfang_digest::{
    BaseBuilder, Bloom, Delta, Kind, ListId, Seed, SizeClass, SubjectType, bloom, gcs, padded,
};
use lianfang_encoding::{FederationId, sha256};
use lianfang_screener::{AlignedBytes, BaseSource, ChangeSource, Changes, Current, Index};

/// Hashes to its bytes only, as the protocol says.
pub(crate) struct Item(pub(crate) [u8; 32]);

impl Hash for Item {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}

pub(crate) struct List {
    pub(crate) name: u64,
    pub(crate) entries: usize,
    pub(crate) total: u32,
    pub(crate) body: Vec<u8>,
    pub(crate) prefixes: Vec<u64>,
}

pub(crate) struct Population {
    pub(crate) seed: Seed,
    pub(crate) lists: Vec<List>,
}

/// A token that is on no list.
pub(crate) fn stranger(i: u64) -> [u8; 32] {
    sha256(&[&b"stranger"[..], &i.to_be_bytes()].concat())
}

fn member(list: u64, i: u64) -> [u8; 32] {
    sha256(&[list.to_be_bytes(), i.to_be_bytes()].concat())
}

impl Population {
    /// `publishers` lists of `entries` each.
    pub(crate) fn even(publishers: usize, entries: usize) -> Self {
        Self::of(&vec![entries; publishers], true)
    }

    /// `publishers` lists of 10^3 to 10^7 entries, spaced evenly on the logarithm.
    pub(crate) fn mixed(publishers: usize) -> Self {
        let size = |i: usize| 10f64.powf(3.0 + 4.0 * i as f64 / (publishers.max(2) - 1) as f64) as usize;
        Self::of(&(0..publishers).map(size).collect::<Vec<_>>(), false)
    }

    fn of(sizes: &[usize], with_prefixes: bool) -> Self {
        let seed = Seed::of(&FederationId([1; 16])).expect("a seed");
        let build = |lane: usize| {
            let lane = sizes.iter().enumerate().skip(lane).step_by(2);
            lane.map(|(name, entries)| List::of(name as u64, *entries, &seed, with_prefixes))
                .collect::<Vec<_>>()
        };
        let mut lists = std::thread::scope(|scope| {
            let other = scope.spawn(|| build(1));
            let mut lists = build(0);
            lists.extend(other.join().expect("a thread"));
            lists
        });
        lists.sort_by_key(|list| list.name);
        Self { seed, lists }
    }

    /// Fill between 0.49 and 0.51 everywhere.
    pub(crate) fn check(&self) {
        for list in &self.lists {
            let bits = list.class().bits();
            let fill = bloom::ones(&list.body[bloom::BLOOM_HEADER..]) as f64 / f64::from(bits);
            assert!((0.49..=0.51).contains(&fill), "{fill}");
        }
    }

    /// 10,000 sampled members hit their list.
    pub(crate) fn check_index(&self, index: &Index<AlignedBytes>) {
        for i in 0..10_000u64 {
            let list = (i * 7_919) as usize % self.lists.len();
            let token = member(list as u64, i * 104_729 % self.lists[list].entries as u64);
            assert!(
                index
                    .lookup(&token)
                    .iter()
                    .any(|handle| handle.position() == list)
            );
        }
    }

    pub(crate) fn check_changes(&self, changes: &Changes<AlignedBytes>) {
        for i in 0..10_000u64 {
            let list = (i * 7_919) as usize % self.lists.len();
            let token = member(list as u64, i * 104_729 % self.lists[list].entries as u64);
            let mut found = false;
            changes.lookup(&token, |place| found |= place == list);
            assert!(found);
        }
    }

    pub(crate) fn entries(&self) -> usize {
        self.lists.iter().map(|list| list.entries).sum()
    }

    pub(crate) fn bodies(&self) -> usize {
        self.lists.iter().map(|list| list.body.len()).sum()
    }

    pub(crate) fn sources(&self) -> Vec<BaseSource<'_>> {
        let source = |list| BaseSource {
            list: List::id(list),
            body: body_name(list),
            bloom: list.bloom(&self.seed),
        };
        self.lists.iter().map(source).collect()
    }

    pub(crate) fn current(&self) -> Vec<Current> {
        self.lists
            .iter()
            .map(|list| Current {
                list: list.id(),
                base: body_name(list),
            })
            .collect()
    }
}

impl List {
    fn of(name: u64, entries: usize, seed: &Seed, with_prefixes: bool) -> Self {
        let total = padded(entries).expect("a total");
        let mut builder =
            BaseBuilder::new(SizeClass::of_total(total).expect("a class"), seed).expect("a filter");
        let mut prefixes = Vec::new();
        for i in 0..entries as u64 {
            let token = member(name, i);
            builder.insert(&token);
            if with_prefixes {
                prefixes.push(prefix(&token, PREFIX_BITS));
            }
        }
        prefixes.sort_unstable();
        prefixes.dedup();
        Self {
            name,
            entries,
            total,
            body: builder.finish(),
            prefixes,
        }
    }

    pub(crate) fn id(&self) -> ListId {
        ListId {
            publisher: format!("shop-{}", self.name).parse().expect("a name"),
            audience: "all".parse().expect("an audience"),
            subject_type: SubjectType::Seller,
            epoch: 1,
        }
    }

    pub(crate) fn class(&self) -> SizeClass {
        SizeClass::of_total(self.total).expect("a class")
    }

    pub(crate) fn bloom(&self, seed: &Seed) -> Bloom<'_> {
        Bloom::parse(&self.body, self.class(), seed).expect("a base")
    }

    pub(crate) fn filter(&self) -> bloomfilter::Bloom<Item> {
        bloomfilter::Bloom::from_slice(&self.body).expect("a filter")
    }

    pub(crate) fn delta(&self) -> Delta {
        let kind = Kind::Delta {
            additions: self.prefixes.len() as u32,
            removals: 0,
        };
        Delta::decode(kind, &gcs::encode(PREFIX_BITS, &self.prefixes).expect("a body")).expect("a delta")
    }

    pub(crate) fn change<'a>(&self, delta: &'a Delta) -> ChangeSource<'a> {
        ChangeSource {
            list: self.id(),
            state: [0; 32],
            delta,
        }
    }
}

fn body_name(list: &List) -> [u8; 32] {
    sha256(&list.name.to_be_bytes())
}
