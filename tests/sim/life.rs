//! One life: what there is, and what happens next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use lianfang_domain::Clock as _;
use lianfang_domain::brake::BrakeRule;
use lianfang_encoding::{NodeId, Timestamp};
use lianfang_flow::Node;
use lianfang_store::testing::Backend;
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use crate::cases::Cases;
use crate::harness::{Federation, id};
use crate::reconcile::Doubts;
use crate::tally::Tally;
use crate::told::Told;
use crate::trouble::Kept;

pub(crate) const PUBLISHERS: [&str; 4] = ["platform-a", "platform-b", "platform-c", "platform-d"];
pub(crate) const PLATFORMS: [&str; 6] = [
    "platform-a",
    "platform-b",
    "platform-c",
    "platform-d",
    "platform-e",
    "platform-f",
];
/// The regulator is the committee. Its links are cut like others; it doesn't die, for it founded the federation and its
/// shares aren't in its store.
pub(crate) const NODES: [&str; 7] = [
    "regulator",
    "platform-a",
    "platform-b",
    "platform-c",
    "platform-d",
    "platform-e",
    "platform-f",
];
pub(crate) const COMPANIES: u32 = 8;
const BETWEEN_RESTS: u64 = 25;

pub(crate) fn country(node: &str) -> &'static str {
    match node {
        "platform-d" | "platform-f" => "DE",
        _ => "CN",
    }
}

pub(crate) struct Life {
    pub(crate) federation: Federation,
    rng: ChaCha20Rng,
    pub(crate) cases: Cases,
    pub(crate) told: Told,
    /// Companies in each node's roster.
    pub(crate) watched: BTreeMap<&'static str, BTreeSet<u32>>,
    pub(crate) down: BTreeSet<&'static str>,
    pub(crate) doubts: BTreeMap<&'static str, Doubts>,
    pub(crate) kept: BTreeMap<&'static str, Kept>,
    /// Entries that their publisher lost when it came back from a backup, and withdraws therefore.
    pub(crate) lost: BTreeSet<uuid::Uuid>,
    pub(crate) recorded: u64,
    pub(crate) tally: Tally,
    log: Vec<String>,
    seed: u64,
    backend: Backend,
}

impl Life {
    pub(crate) async fn begin(backend: Backend, seed: u64) -> Self {
        let mut federation = Federation::found(backend).await;
        // Nothing here is a flood: every company is looked up and found again and again.
        federation.brake = BrakeRule {
            hits_per_million: 1_000_000,
            least_unfounded: u64::MAX,
            free_growth: u64::MAX,
            ..BrakeRule::default()
        };
        for name in PLATFORMS {
            federation.join(name, country(name), &PUBLISHERS).await;
        }
        Self {
            federation,
            rng: ChaCha20Rng::seed_from_u64(seed),
            cases: Cases::default(),
            told: Told::default(),
            watched: BTreeMap::new(),
            down: BTreeSet::new(),
            doubts: BTreeMap::new(),
            kept: BTreeMap::new(),
            lost: BTreeSet::new(),
            recorded: 0,
            tally: Tally::default(),
            log: Vec::new(),
            seed,
            backend,
        }
    }

    pub(crate) async fn live(&mut self, steps: u64) {
        for step in 1..=steps {
            self.step().await;
            self.look_around().await;
            self.tally.count("steps");
            if step % BETWEEN_RESTS == 0 {
                self.come_to_rest().await;
            }
        }
        self.come_to_rest().await;
    }

    pub(crate) fn end(mut self) -> Tally {
        self.tally.count("lives");
        self.log.clear();
        std::mem::take(&mut self.tally)
    }

    async fn step(&mut self) {
        let pause = match self.below(10) {
            0 => Duration::from_secs(u64::from(1 + self.below(20)) * 3_600),
            1..=3 => Duration::from_secs(u64::from(1 + self.below(600))),
            _ => Duration::from_millis(250),
        };
        self.federation.clock.advance(pause);
        match self.below(100) {
            0..=4 => self.cut_link(),
            5..=8 => self.heal_link(),
            9..=12 => self.start_one().await,
            13..=15 => self.back_up(),
            16..=18 => self.come_back().await,
            19..=20 => self.pass_a_night().await,
            21..=26 => self.crash().await,
            27..=32 => self.stumble().await,
            _ => self.go_on().await,
        }
    }

    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.rng.next_u32() % bound
    }

    pub(crate) fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        let bound = u32::try_from(all.len()).unwrap();
        (bound > 0).then(|| all[self.below(bound) as usize].clone())
    }

    /// Some node of these that runs.
    pub(crate) fn one_up(&mut self, all: &[&'static str]) -> Option<&'static str> {
        let up: Vec<_> = all
            .iter()
            .copied()
            .filter(|name| !self.down.contains(name))
            .collect();
        self.one_of(&up)
    }

    pub(crate) fn up(&self) -> Vec<&'static str> {
        let up = NODES.into_iter().filter(|name| !self.down.contains(name));
        up.collect()
    }

    pub(crate) fn node(&self, name: &str) -> Arc<Node> {
        self.federation.node(name)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.federation.clock.now()
    }

    /// Notes what happens, for whoever has to understand a life that failed.
    pub(crate) fn note(&mut self, what: String) {
        let at = self.now();
        self.log.push(format!("{at} {what}"));
    }
}

impl Drop for Life {
    #[expect(clippy::print_stdout, reason = "shown when the seed fails")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{:?}, seed {}:", self.backend, self.seed);
            for line in &self.log {
                println!("  {line}");
            }
        }
    }
}

/// A node's name as the sim writes it.
pub(crate) fn name_of(node: &NodeId) -> &'static str {
    NODES.into_iter().find(|name| id(name) == *node).unwrap()
}
