//! How many who did nothing wait for a person because a twentieth of the publishers can't be asked.
//!
//! `cargo bench -p lianfang-domain --bench unavailable` prints a JSON list of `{"metric","value","unit","baseline","ratio"}`.
//! 200 publishers have digests as full as they may be, so that a stranger's token hits each with 2^-20; ten of them are
//! away, and what is held of those is stale: entries about some who apply again have ended since. The path is that of the
//! bench `innocents`, with the default policy and nobody trusted. Values are per million applicants; the baseline is what
//! arithmetic expects, and of the whole the 1,000 that may be.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a bench prints, and stops when its figure is wrong"
)]

#[path = "../../flow/tests/flow/population/mod.rs"]
#[expect(dead_code, unused_imports, reason = "shared with other benches and tests")]
mod population;

use lianfang_encoding::Timestamp;
use lianfang_wire::entry::Subject;
use lianfang_wire::vocabulary::VerdictName;
use population::{Gate, Seller, innocent_beside, one_of, seller};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

const PUBLISHERS: usize = 200;
const AWAY: usize = 10;
const SANCTIONED: usize = 20_000;
/// Of the sanctioned, whose entries have ended while the ten were away.
const RELEASED: usize = 2_000;
const STRANGERS: usize = 1_000_000;
const ALIKE: usize = 400_000;
/// Of a million applicants so many look like somebody who is listed, and so many were listed once.
const MIX: (f64, f64) = (100_000.0, 1_000.0);
const MOST: f64 = 1_000.0;
const EACH: &str = "per million";
const MILLION: f64 = 1_000_000.0;

#[derive(Default)]
struct Tally {
    applicants: u64,
    reviewed: u64,
    tokens: u64,
    phantoms: u64,
    unanswered: u64,
}

impl Tally {
    fn reviewed_per_million(&self) -> f64 {
        self.reviewed as f64 * MILLION / self.applicants as f64
    }
}

fn main() {
    let mut rng = ChaCha20Rng::seed_from_u64(42);
    let sanctioned: Vec<Seller> = (0..SANCTIONED).map(|_| seller(&mut rng)).collect();
    let subjects: Vec<_> = sanctioned.iter().map(Seller::subject).collect();
    let mut gate = Gate::crowd(PUBLISHERS, &subjects, Timestamp::from_secs(1_790_000_000));
    gate.release(&subjects[..RELEASED]);
    let before = screen(&gate, RELEASED, 3, |place, _| subjects[place].clone());
    gate.lose(AWAY);
    let strangers = screen(&gate, STRANGERS, 1, |_, rng| seller(rng).subject());
    let alike = screen(&gate, ALIKE, 2, |_, rng| {
        innocent_beside(one_of(rng, &sanctioned[RELEASED..]), rng).subject()
    });
    let released = screen(&gate, RELEASED, 3, |place, _| subjects[place].clone());
    say(&before, &strangers, &alike, &released);
}

/// Screens applicants on all cores, each of them made for its place.
fn screen(
    gate: &Gate,
    applicants: usize,
    seed: u64,
    make: impl Fn(usize, &mut ChaCha20Rng) -> Subject + Sync,
) -> Tally {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..cores)
            .map(|worker| {
                let make = &make;
                scope.spawn(move || {
                    let mut rng = ChaCha20Rng::seed_from_u64(seed * 1_000 + worker as u64);
                    let mut tally = Tally::default();
                    for place in (worker..applicants).step_by(cores) {
                        let passage = gate.pass(&make(place, &mut rng));
                        tally.applicants += 1;
                        tally.reviewed += u64::from(passage.verdict != VerdictName::Clear);
                        tally.tokens += passage.tokens as u64;
                        tally.phantoms += passage.phantoms as u64;
                        tally.unanswered += passage.unanswered as u64;
                    }
                    tally
                })
            })
            .collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    let sum = |of: fn(&Tally) -> u64| tallies.iter().map(of).sum();
    Tally {
        applicants: sum(|tally| tally.applicants),
        reviewed: sum(|tally| tally.reviewed),
        tokens: sum(|tally| tally.tokens),
        phantoms: sum(|tally| tally.phantoms),
        unanswered: sum(|tally| tally.unanswered),
    }
}

fn say(before: &Tally, strangers: &Tally, alike: &Tally, released: &Tally) {
    let rate = 2_f64.powi(-20);
    let tokens = strangers.tokens as f64 / strangers.applicants as f64;
    let hits = (strangers.phantoms + strangers.unanswered) as f64;
    let expected_hits = strangers.tokens as f64 * PUBLISHERS as f64 * rate;
    let of_strangers = tokens * AWAY as f64 * rate * MILLION;
    let of_released = AWAY as f64 / PUBLISHERS as f64 * MILLION;
    let share = |part: f64, tally: &Tally| part / MILLION * tally.reviewed_per_million();
    let strange = MILLION - MIX.0 - MIX.1;
    let whole = share(strange, strangers) + share(MIX.0, alike) + share(MIX.1, released);
    println!("[");
    row("strangers: tokens of one", tokens, "tokens", None, ",");
    row(
        "strangers: wrong hits in all digests",
        hits,
        "hits",
        Some(expected_hits),
        ",",
    );
    row(
        "strangers: reviewed",
        strangers.reviewed_per_million(),
        EACH,
        Some(of_strangers),
        ",",
    );
    row(
        "look-alikes: hits without an answer",
        alike.unanswered as f64,
        "hits",
        None,
        ",",
    );
    row(
        "look-alikes: reviewed",
        alike.reviewed_per_million(),
        EACH,
        None,
        ",",
    );
    row(
        "released: reviewed, nobody away",
        before.reviewed_per_million(),
        EACH,
        Some(0.0),
        ",",
    );
    row(
        "released: reviewed",
        released.reviewed_per_million(),
        EACH,
        Some(of_released),
        ",",
    );
    row(
        "all, a tenth look-alikes, 0.1 % released: reviewed",
        whole,
        EACH,
        Some(MOST),
        "",
    );
    println!("]");
    if whole > MOST {
        panic!("{whole:.0} of a million innocents are reviewed");
    }
}

fn row(metric: &str, value: f64, unit: &str, baseline: Option<f64>, end: &str) {
    let ratio = baseline
        .filter(|baseline| *baseline > 0.0)
        .map(|baseline| value / baseline);
    let text = |number: Option<f64>| number.map_or("null".to_owned(), |number| format!("{number:.3}"));
    println!(
        "  {{\"metric\":\"{metric}\",\"value\":{value:.1},\"unit\":\"{unit}\",\"baseline\":{},\"ratio\":{}}}{end}",
        text(baseline),
        text(ratio)
    );
}
