//! Random lives of a small federation: whatever is recorded, withdrawn, folded, missed and restarted, in the end every
//! node finds exactly what the publishers hold. The seed is printed; a longer run takes `LIANFANG_SIM_SEEDS=N`.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lianfang_flow::Node;
use lianfang_identifier::{InputKind, Kind};
use lianfang_wire::entry::{Entry, NewEvent};
use lianfang_wire::vocabulary::{EventType, VerdictName};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};

use crate::harness::{BACKENDS, Federation, company, entry, operator, screening};

const PUBLISHERS: [&str; 2] = ["platform-a", "platform-b"];
const READERS: [&str; 3] = ["platform-a", "platform-b", "platform-c"];
const STEPS: usize = 60;
const COMPANIES: u32 = 8;

struct Life {
    federation: Federation,
    rng: ChaCha20Rng,
    /// Effective entries by publisher and company.
    held: BTreeMap<(usize, u32), Entry>,
    recorded: u64,
}

impl Life {
    async fn begin(seed: u64) -> Self {
        let backend = BACKENDS[usize::from(seed % 8 == 7)];
        let mut federation = Federation::found(backend).await;
        federation.brake.hits_per_million = 1_000_000;
        for name in READERS {
            federation.join(name, "CN", &PUBLISHERS).await;
        }
        Self {
            federation,
            rng: ChaCha20Rng::seed_from_u64(seed),
            held: BTreeMap::new(),
            recorded: 0,
        }
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.rng.next_u32() % bound
    }

    async fn step(&mut self) {
        self.federation.clock.advance(Duration::from_millis(250));
        let publisher = self.below(2) as usize;
        let node = self.federation.node(PUBLISHERS[publisher]);
        match self.below(12) {
            0..=3 => self.record(publisher, &node).await,
            4..=5 => self.withdraw(publisher, &node).await,
            6..=7 => drop(node.publish_changes().await.unwrap()),
            8 => drop(node.build_digests().await.unwrap()),
            9..=10 => {
                let reader = READERS[self.below(3) as usize];
                drop(self.federation.node(reader).sync(None, false).await.unwrap());
            }
            _ => {
                drop(node);
                let reader = READERS[self.below(3) as usize];
                self.federation.restart(reader).await;
            }
        }
    }

    async fn record(&mut self, publisher: usize, node: &Arc<Node>) {
        let company_number = self.below(COMPANIES);
        if self.held.contains_key(&(publisher, company_number)) {
            return;
        }
        let mut new = entry(company(&code(company_number)), node.now());
        self.recorded += 1;
        new.client_reference = Some(format!("case-{}", self.recorded));
        let recorded = node.record_entry(&operator(), new).await.unwrap();
        self.held.insert((publisher, company_number), recorded.entry);
    }

    async fn withdraw(&mut self, publisher: usize, node: &Arc<Node>) {
        let number = self.below(COMPANIES);
        let Some(entry) = self.held.remove(&(publisher, number)) else {
            return;
        };
        let event = NewEvent {
            kind: EventType::Withdrawn,
            reason: None,
            reference: None,
        };
        node.apply_event(&operator(), entry.id, entry.revision, event)
            .await
            .unwrap();
    }

    /// Everything is published and fetched; then nobody may find more or less than there is.
    async fn settle(&mut self) {
        for name in PUBLISHERS {
            self.federation.node(name).publish_changes().await.unwrap();
        }
        for name in READERS {
            let report = self.federation.node(name).sync(None, false).await.unwrap();
            assert!(report.is_complete(), "{name}: {report:?}");
        }
        for name in READERS {
            for number in 0..COMPANIES {
                let expected: Vec<_> = (0..PUBLISHERS.len())
                    .filter(|publisher| self.held.contains_key(&(*publisher, number)))
                    .map(|publisher| PUBLISHERS[publisher].to_owned())
                    .collect();
                let answer = self.screen(name, number).await;
                assert_eq!(answer, expected, "{name} about company {number}");
            }
        }
    }

    /// The publishers whose findings a node shows.
    async fn screen(&self, node: &str, number: u32) -> Vec<String> {
        let node = self.federation.node(node);
        let answer = node
            .screen(&operator(), screening(company(&code(number))))
            .await
            .unwrap();
        assert!(answer.complete);
        let mut publishers: Vec<_> = answer
            .reasons
            .iter()
            .filter_map(|reason| Some(reason.publisher.as_ref()?.to_string()))
            .collect();
        publishers.sort();
        publishers.dedup();
        assert_eq!(answer.verdict == VerdictName::Clear, publishers.is_empty());
        publishers
    }
}

/// Synthetic company codes with their check digit.
pub(crate) fn code(number: u32) -> String {
    let body = format!("91350100M0001{number:04}");
    let valid = |check: &char| {
        let code = format!("{body}{check}");
        lianfang_identifier::canonicalise(InputKind::from(Kind::CnUscc), &code, None).is_ok()
    };
    let check = "0123456789ABCDEFGHJKLMNPQRTUWXY".chars().find(valid);
    format!("{body}{}", check.unwrap())
}

#[expect(clippy::print_stdout, reason = "shown when the seed fails")]
fn say(seed: u64) {
    println!("seed {seed}");
}

async fn live(seed: u64) {
    say(seed);
    let mut life = Life::begin(seed).await;
    for step in 1..=STEPS {
        life.step().await;
        if step % 20 == 0 {
            life.settle().await;
        }
    }
}

#[tokio::test]
async fn in_the_end_every_node_finds_exactly_what_the_publishers_hold() {
    let seeds = std::env::var("LIANFANG_SIM_SEEDS").ok();
    let seeds: u64 = seeds.and_then(|seeds| seeds.parse().ok()).unwrap_or(8);
    for seed in 0..seeds {
        live(seed).await;
    }
}
