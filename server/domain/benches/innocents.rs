//! A million applicants who did nothing pass the gate: brand owners, namesakes, neighbours, genuine articles.
//!
//! `cargo bench -p lianfang-domain --bench innocents` prints a JSON list of `{"metric","value","unit","baseline","ratio"}`.
//! The path is the real one from raw value to verdict (normalisation, Bloom base, index, verified records, policy),
//! with a hash in place of the token and without network, store and committee; see `population/gate.rs`. The test
//! suite runs 20,000 of these, and 600 through a whole node.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a bench prints, and stops at the first failure"
)]

#[path = "../../flow/tests/flow/population/mod.rs"]
#[expect(dead_code, unused_imports, reason = "shared with other benches and tests")]
mod population;

use std::time::Instant;

use lianfang_encoding::Timestamp;
use lianfang_wire::vocabulary::VerdictName;
use population::{Gate, Seller, dressed, innocent_beside, one_of, seller};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

const SANCTIONED: usize = 20_000;
const APPLICANTS: usize = 1_000_000;
const SEED: u64 = 42;

#[derive(Default)]
struct Tally {
    block: u64,
    review: u64,
    read: u64,
    phantoms: u64,
}

fn main() {
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    let sanctioned: Vec<Seller> = (0..SANCTIONED).map(|_| seller(&mut rng)).collect();
    let subjects: Vec<_> = sanctioned.iter().map(Seller::subject).collect();
    let gate = Gate::of(&subjects, Timestamp::from_secs(1_790_000_000));
    let sinners = subjects.iter().take(1_000);
    let blocked = sinners.filter(|subject| gate.pass(subject).verdict == VerdictName::Block);
    let blocked = blocked.count();
    if blocked != 1_000 {
        panic!("the gate blocks only {blocked} of 1,000 sanctioned sellers: it proves nothing");
    }
    let started = Instant::now();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|worker| {
                let (gate, sanctioned) = (&gate, &sanctioned);
                let share = APPLICANTS / cores + usize::from(worker < APPLICANTS % cores);
                scope.spawn(move || screen(gate, sanctioned, SEED + 1 + worker as u64, share))
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let seconds = started.elapsed().as_secs_f64();
    let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum::<u64>();
    let read = sum(|tally| tally.read);
    println!("[");
    row("innocents.applicants", APPLICANTS as f64, "applicants", ",");
    row(
        "innocents.blocked",
        sum(|tally| tally.block) as f64,
        "applicants",
        ",",
    );
    row(
        "innocents.reviewed",
        sum(|tally| tally.review) as f64,
        "applicants",
        ",",
    );
    row(
        "innocents.index_false_positives",
        sum(|tally| tally.phantoms) as f64,
        "hits",
        ",",
    );
    row("innocents.identifiers_read", read as f64, "identifiers", ",");
    row("innocents.rate", read as f64 / seconds, "identifiers/s", "");
    println!("]");
    if sum(|tally| tally.block) > 0 {
        panic!("innocent applicants were blocked");
    }
}

fn screen(gate: &Gate, sanctioned: &[Seller], seed: u64, applicants: usize) -> Tally {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut tally = Tally::default();
    for _ in 0..applicants {
        let mut innocent = innocent_beside(one_of(&mut rng, sanctioned), &mut rng);
        innocent.domain = dressed("domain", &innocent.domain, &mut rng);
        let passage = gate.pass(&innocent.subject());
        tally.read += passage.read as u64;
        tally.phantoms += passage.phantoms as u64;
        match passage.verdict {
            VerdictName::Block => tally.block += 1,
            VerdictName::Review => tally.review += 1,
            VerdictName::Clear => {}
        }
    }
    tally
}

fn row(metric: &str, value: f64, unit: &str, end: &str) {
    println!(
        "  {{\"metric\":\"{metric}\",\"value\":{value:.0},\"unit\":\"{unit}\",\"baseline\":null,\"ratio\":null}}{end}"
    );
}
